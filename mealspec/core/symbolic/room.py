"""Room for decision diagrams: as much as is wanted, or as there is.

A manager of diagrams reserves its room at once, and ends the process if it cannot have it; so what there is, is
asked first.
"""

from __future__ import annotations

import os
import resource
from pathlib import Path

from mealspec.core.errors import TooLarge

NODES = 150_000_000
"""Nodes that are wanted; what is not used costs no memory, but it is reserved."""

FEWEST = 1_000_000
"""Nodes with which it is worth to begin."""

NODE = 16
"""Bytes of a node."""

MANAGER = 5 << 28
"""Bytes that oxidd reserves for each manager beside its nodes: 1 GiB is the stack of the thread in which it works."""


def affordable(name: str) -> int:
    """How many nodes the diagrams of that name may have: half of what is left is kept for tables and other diagrams.

    Raises
    ------
    TooLarge
        If the limit on this process's memory (``ulimit -v``) leaves too little.
    """
    physical = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    most = min(NODES, physical // (2 * NODE))
    limit, _ = resource.getrlimit(resource.RLIMIT_AS)
    if limit == resource.RLIM_INFINITY:
        return most
    left = limit - _reserved()
    nodes = min(most, (left - MANAGER) // (2 * NODE))
    if nodes < FEWEST:
        needed = (MANAGER + 2 * NODE * FEWEST - left) / 2**30
        raise TooLarge(
            f"{name}: the decision diagrams need {needed:.1f} GiB more than the limit on this process's memory leaves; "
            "raise it (ulimit -v), or search state by state"
        )
    return nodes


def _reserved() -> int:
    """Bytes of address space that this process has by now, where the system tells."""
    told = Path("/proc/self/statm")
    return int(told.read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE") if told.is_file() else 0
