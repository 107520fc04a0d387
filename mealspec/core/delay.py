"""How long something takes, in ticks, or how often something happens meanwhile: what both engines answer."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any, NamedTuple

from mealspec.core.predicate import Predicate
from mealspec.core.timed import TICK
from mealspec.core.trace import Trace


class Counting(NamedTuple):
    """What is counted: events, by the beginnings of their names, or such of them as leave some states.

    ``whole`` says whether runs in which it never happens have a say in the greatest, too.
    """

    events: tuple[str, ...]
    leaving: Any = None
    whole: bool = True


TICKS = Counting((TICK,), whole=False)
"""All the time."""


class Attained(NamedTuple):
    """A run that takes so long, and after how many of its events the time began."""

    trace: Trace
    begin: int


def _no_run(_latest: bool) -> Attained | None:
    return None


@dataclass(frozen=True)
class Delay:
    """After how many ticks something can happen; or after how many of whatever else is counted.

    Attributes
    ----------
    least, greatest
        The fewest and the most; None and None if it never happens, None as the greatest if it may never happen. Of what
        is counted as a ``whole`` the greatest is that of all runs, also of those in which it never happens, and None if
        there is no greatest.
    begins
        Whether there is anything from which it was measured.
    runs
        Makes a run that takes the least, or, if asked for the latest, one that takes the greatest or goes round for
        ever.
    quick
        Whether a run is made at once, and without a search.
    """

    least: int | None
    greatest: int | None
    begins: bool = False
    runs: Callable[[bool], Attained | None] = field(default=_no_run, compare=False, repr=False)
    quick: bool = field(default=False, compare=False)

    @cached_property
    def soonest(self) -> Attained | None:
        """A run that takes the least; None if it never happens."""
        return None if self.least is None else self.runs(False)

    @cached_property
    def latest(self) -> Attained | None:
        """A run that takes the greatest, or one that goes round for ever."""
        return self.runs(True)


class Timekeeper(ABC):
    """All that one system in time can do, ready to be measured.

    Sets of states are of a type of the engine's own, and understand ``&``, ``|`` and ``~``.
    """

    @abstractmethod
    def where(self, predicate: Predicate) -> Any:
        """The states in which it holds."""

    @cache  # noqa: B019 (few are asked for, and each keeps what was measured by it)
    def time_in(self, predicate: Predicate) -> Counting:
        """The time in states in which it holds; the same as often as it is asked for."""
        return Counting((TICK,), self.where(predicate), whole=False)

    @abstractmethod
    def after(self, events: tuple[str, ...]) -> Any:
        """The states to which one of these events leads; they go by the beginnings of their names."""

    @abstractmethod
    def entered(self, states: Any) -> Any:
        """Those of the states to which some step leads from outside, or in which everything begins."""

    @abstractmethod
    def within(self, begins: Any, until: Any, ticks: int, counting: Counting = TICKS) -> bool:
        """Whether all runs from some states have reached the others after so many ticks, or whatever is counted."""

    @abstractmethod
    def delays(
        self, begins: Any, until: Any, ways: Mapping[str, tuple[str, ...]], counting: Counting = TICKS
    ) -> dict[str, Delay]:
        """How long it takes from some states until others are reached, or how often what is counted happens.

        ``ways`` are, by name, events by which that happens, again by the beginnings of their names. The answer has one
        delay for each of them, and as ``""`` the one for all.
        """
