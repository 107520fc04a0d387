"""How many faults may still happen. Left out of a system, any number may."""

from __future__ import annotations

from collections.abc import Collection

from mealspec.core import Machine, On


def budget(faults: int, events: Collection[str]) -> Machine:
    """The machine ``budget``: each fault event uses one up."""
    left = {*range(1, faults + 1)}
    return Machine.ruled("budget", faults, [On(events, left, lambda some: some - 1)], doc=__doc__ or "")
