"""How far a clock may go: for a bound in seconds the largest figure of each clock that still meets it.

A clock whose longest moves up has all runs that it had before, so the greatest delay grows with it, and halving finds
where it passes the bound. A clock of one exact figure stays exact, and one that has to be shorter than its least
becomes so: that a longer one is no faster is taken for granted there, and only the two figures at the edge are known.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from mealspec.check.latency import Outcome, outcomes
from mealspec.core import CheckerError, Effort, Progress
from mealspec.model.clocks import CLOCKS, Clock, clocks, timed_system
from mealspec.model.design import Design
from mealspec.model.scope import Scope


@dataclass(frozen=True)
class Reach:
    """How far one clock may go while the others stay.

    Attributes
    ----------
    name
        Of the clock.
    least, greatest
        Its seconds now.
    most
        The longest that it may take, in seconds; None if any figure will do.
    tried
        Whether nothing longer was tried, for it is longer than the bound; only without any end it takes too long.
    beyond
        What takes too long with a tick more, or with no figure; None if any figure will do.
    """

    name: str
    least: float
    greatest: float | None
    most: float | None
    beyond: Outcome | None
    tried: bool = False

    @property
    def meets(self) -> bool:
        """Whether any figure meets the bound at all."""
        return self.most is not None or self.beyond is None

    def to_json(self) -> dict[str, object]:
        """For programs."""
        return {
            "clock": self.name, "least": self.least, "greatest": self.greatest, "meets": self.meets,
            "most": self.most, "tried": self.tried, "beyond": self.beyond and self.beyond.to_json(),
        }  # fmt: skip


Report = Callable[[Progress | Effort], None]


class Frontier:
    """Measures a design against a bound.

    Parameters
    ----------
    plan, scope, table, quantum
        As of :func:`mealspec.check.latency.outcomes`.
    bound
        Seconds from completion to screen, in every situation.
    report
        Is told how far each search has come.

    Attributes
    ----------
    now
        What takes too long with the figures of the table, the longest; None if nothing does.
    """

    def __init__(
        self, plan: Design, scope: Scope, bound: float, table: tuple[Clock, ...] = CLOCKS, quantum: float = 1,
        report: Report | None = None,
    ) -> None:  # fmt: skip
        self.plan, self.scope, self.bound, self.table, self.quantum = plan, scope, bound, table, quantum
        self.report = report
        self.now = self._beyond({})

    def clocks(self) -> list[str]:
        """The clocks that the design has."""
        product = timed_system(self.plan, self.scope, self.table, self.quantum)
        some = [clock for clock in self.table if clock.only is None or clock.only in self.plan]
        return list(dict.fromkeys(c.name for c in some if any(c.bounds(event.name) for event in product.events)))

    def reach(self, name: str) -> Reach:
        """How far that clock may go."""
        clock = next(clock for clock in self.table if clock.name == name)
        now, met = clock.greatest, self.now is None
        if met and (now is None or self._with(name, None) is None):
            return Reach(name, clock.least, now, None, beyond=None)
        fits, fails, beyond = self._around(name, self._ticks(clock.least if now is None else now) if met else -1)
        if beyond is None:
            return Reach(name, clock.least, now, fits * self.quantum, self._with(name, None), tried=True)
        while fails - fits > 1:
            middle = (fits + fails) // 2
            found = self._with(name, middle * self.quantum)
            fits, fails, beyond = (middle, fails, beyond) if found is None else (fits, middle, found)
        return Reach(name, clock.least, now, fits * self.quantum if fits >= 0 else None, beyond)

    def _around(self, name: str, fits: int) -> tuple[int, int, Outcome | None]:
        """Ticks that fit, and more that do not, with what is too late then: None if none is, far beyond the bound."""
        step, most = 1, self._ticks(self.bound) + fits
        while fits <= most:
            beyond = self._with(name, (fits + step) * self.quantum)
            if beyond is not None:
                return fits, fits + step, beyond
            fits, step = fits + step, 2 * step
        return fits, fits, None

    def _ticks(self, seconds: float) -> int:
        return round(seconds / self.quantum)

    def _with(self, name: str, longest: float | None) -> Outcome | None:
        clock = next(clock for clock in self.table if clock.name == name)
        if longest is None:
            return self._beyond({name: (clock.least, None)})
        exact = clock.least == clock.greatest
        return self._beyond({name: (longest if exact else min(clock.least, longest), longest)})

    def _beyond(self, changes: dict[str, tuple[float, float | None]]) -> Outcome | None:
        """What takes longer than the bound, the longest first; None if nothing does."""
        found = outcomes(self.plan, self.scope, clocks(changes, self.table), self.quantum, self.report)
        late = [each for each in found if each.occurs and (each.greatest is None or each.greatest > self.bound)]
        return max(late, key=lambda each: float("inf") if each.greatest is None else each.greatest, default=None)


def frontier(
    plan: Design, scope: Scope, bound: float, table: tuple[Clock, ...] = CLOCKS, quantum: float = 1,
    report: Report | None = None,
) -> list[Reach]:  # fmt: skip
    """For each clock of a design how far it alone may go so that a meal is on the screen within ``bound`` seconds.

    ``CheckerError`` if a run never shows a meal, whatever the clocks say.
    """
    asked = Frontier(plan, scope, bound, table, quantum, report)
    if asked.now is not None and asked.now.greatest is None:
        raise CheckerError(f"{plan} has a run that never shows a meal: no figure of a clock mends that")
    return [asked.reach(name) for name in asked.clocks()]
