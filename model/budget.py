"""How many faults may still happen. Left out of a system, any number may."""

from __future__ import annotations

from collections.abc import Iterable

from mealspec.core import Machine

__all__ = ["budget"]


def budget(faults: int, events: Iterable[str]) -> Machine:
    """The machine ``budget``: each fault event uses one up."""
    rows = [(event, left, left - 1) for event in events for left in range(faults, 0, -1)]
    return Machine.table("budget", faults, rows, doc=__doc__ or "")
