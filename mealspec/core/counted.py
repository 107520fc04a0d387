"""States of machines in time: a state, and what is counted beside it."""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Mapping
from functools import cache
from typing import Any

from mealspec.core.machine import State


@cache
def with_ticks(shape: Any, more: tuple[str, ...] = ("ticks",)) -> Any:
    """The kind of state that has the fields of another, or that one itself, and ``more``: what is counted.

    Facts about states are read off the state ``untimed``, see :class:`mealspec.core.predicate.At`.

    >>> from typing import NamedTuple
    >>> class Place(NamedTuple):
    ...     row: int
    ...     column: int
    >>> print(with_ticks(Place)(1, 2, 3), with_ticks(str, ("ticks", "rounds"))("rung", 3, 1), sep="; ")
    Place(row=1, column=2) 3; rung 3 after 1
    """
    make: Any = namedtuple  # its fields are known only here
    known, number = hasattr(shape, "_fields"), len(more)
    told = {
        "__slots__": (),
        "__str__": lambda self: _told(self.untimed, dict(zip(more, self[-number:], strict=True))),
        "untimed": property(lambda self: shape(*self[:-number]) if known else self[0]),
    }
    fields = (*(shape._fields if known else ("state",)), *more)
    return type(f"Timed{shape.__name__}", (make(shape.__name__, fields),), told)


def _told(state: State, counted: Mapping[str, int]) -> str:
    awake = f", {counted['awake']} of them awake" if "awake" in counted else ""
    return f"{state} {counted['ticks']}{awake}" + (f" after {counted['rounds']}" if counted.get("rounds") else "")
