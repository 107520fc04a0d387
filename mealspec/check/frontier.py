"""How far a clock may go: for a bound in seconds the largest figure of each clock that still meets it.

A clock whose longest moves up has all runs that it had before, so the greatest delay grows with it, and halving finds
where it passes the bound. A clock of one exact figure stays exact, and has other runs with another figure, so each one
up to the bound is asked. One that has to be shorter than its least becomes exact, too: that a longer one is no faster
is taken for granted there, and only the two figures at the edge are known.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import floor

from mealspec.check.bounded import lateness
from mealspec.check.latency import COMPLETED, SHOWN, WATCHED, Outcome, outcomes, passing, timekeeper
from mealspec.core import CheckerError, Effort, Progress, unknown
from mealspec.model.clocks import CLOCKS, Clock, clocks, timed_system
from mealspec.model.design import Design
from mealspec.model.growth import Figures
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
    but
        Shorter figures of an exact clock with which it takes too long, in seconds.
    """

    name: str
    least: float
    greatest: float | None
    most: float | None
    beyond: Outcome | None
    tried: bool = False
    but: tuple[float, ...] = ()

    @property
    def meets(self) -> bool:
        """Whether any figure meets the bound at all."""
        return self.most is not None or self.beyond is None

    def to_json(self) -> dict[str, object]:
        """For programs."""
        return {
            "clock": self.name, "least": self.least, "greatest": self.greatest, "meets": self.meets,
            "most": self.most, "tried": self.tried, "beyond": self.beyond and self.beyond.to_json(),
            "but": list(self.but),
        }  # fmt: skip


@dataclass(frozen=True)
class Corner:
    """As far as two clocks may go together.

    Attributes
    ----------
    both
        The longest of each, in seconds.
    beyond
        What takes too long with a tick more of the second, and with a tick more of the first; None if nothing does.
    """

    both: tuple[float, float]
    beyond: tuple[Outcome | None, Outcome | None]


@dataclass(frozen=True)
class Pair:
    """How far two clocks may go together while the others stay.

    Attributes
    ----------
    names
        Of the clocks.
    edge
        For figures of the first how far the second may go, in seconds; figures between two of these go as far as the
        next one does. Figures that are not there meet the bound with no figure of the second.
    corners
        Those of them that no other one exceeds in both.
    """

    names: tuple[str, str]
    edge: tuple[tuple[float, float], ...]
    corners: tuple[Corner, ...]

    def to_json(self) -> dict[str, object]:
        """For programs: the edge, and of each corner what binds it."""
        return {
            "clocks": list(self.names), "edge": list(map(list, self.edge)),
            "corners": [
                {"seconds": list(corner.both), "beyond": [each and _bound_by(each) for each in corner.beyond]}
                for corner in self.corners
            ],
        }  # fmt: skip


def _bound_by(late: Outcome) -> dict[str, object]:
    """A situation in which a meal is too late, and its slowest run."""
    told = late.to_json()
    return {name: told[name] for name in ("situation", "greatest", "latest")}


Report = Callable[[Progress | Effort], None]
Walk = Callable[[tuple[str, str], tuple[int, int], int], Iterator[tuple[int, int]]]


def last(holds: Callable[[int], bool], at: int, most: int) -> int:
    """The last number up to ``most`` that holds, of those after ``at`` of which the first hold; ``at`` if none does.

    >>> [last(lambda n: n <= end, 3, 20) for end in (2, 3, 8, 19, 30)]
    [3, 3, 8, 19, 20]
    """
    step = 1
    while at + step <= most and holds(at + step):
        at, step = at + step, 2 * step
    fails = min(at + step, most + 1)
    while fails - at > 1:
        middle = (at + fails) // 2
        at, fails = (middle, fails) if holds(middle) else (at, middle)
    return at


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
        self.report, self._met = report, dict[tuple[tuple[str, str], int, int], bool]()
        self.now = self._beyond({})

    def clocks(self) -> list[str]:
        """The clocks that the design has, without those that grow."""
        product = timed_system(self.plan, self.scope, self.table, self.quantum)
        own = [clock for clock in self.table if clock.only is None or clock.only in self.plan]
        some = [clock for clock in own if not clock.rounds]
        return list(dict.fromkeys(c.name for c in some if any(c.bounds(event.name) for event in product.events)))

    def reach(self, name: str) -> Reach:
        """How far that clock may go."""
        clock = next(clock for clock in self.table if clock.name == name)
        now, met = clock.greatest, self.now is None
        anything = met and (now is None or self._with(name, None) is None)
        if self._exact(name):
            return self._every(clock, anything=anything)
        if anything:
            return Reach(name, clock.least, now, None, beyond=None)
        fits, fails, beyond = self._around(name, self._ticks(clock.least if now is None else now) if met else -1)
        if beyond is None:
            return Reach(name, clock.least, now, fits * self.quantum, self._with(name, None), tried=True)
        while fails - fits > 1:
            middle = (fits + fails) // 2
            found = self._with(name, middle * self.quantum)
            fits, fails, beyond = (middle, fails, beyond) if found is None else (fits, middle, found)
        return Reach(name, clock.least, now, fits * self.quantum if fits >= 0 else None, beyond)

    def _every(self, clock: Clock, *, anything: bool) -> Reach:
        """How far an exact clock may go, by every figure up to a tick more than the bound.

        It may be known that from its own figure on anything will do.
        """
        now = self._ticks(clock.least)
        end = now - 1 if anything else max(now, self._ticks(self.bound)) + 1
        late = [self._with(clock.name, ticks * self.quantum) for ticks in range(end + 1)]
        most = max((ticks for ticks, each in enumerate(late) if each is None), default=-1)
        but = tuple(ticks * self.quantum for ticks, each in enumerate(late) if each and (anything or ticks < most))
        if anything:
            return Reach(clock.name, clock.least, clock.greatest, None, None, but=but)
        beyond = self._with(clock.name, None) if most == end else late[most + 1]
        told = None if most < 0 else most * self.quantum
        return Reach(clock.name, clock.least, clock.greatest, told, beyond, tried=most == end, but=but)

    def pair(self, names: tuple[str, str]) -> Pair:
        """How far these two may go together.

        A clock that goes on from its least has all runs that it has with a shorter longest, so the edge falls, and is
        found by going along it. A clock of one exact figure has other runs with another figure: with polls every
        second, say, a meal can be late that is not with polls every two. So each of its figures is asked, up to the
        bound. ``CheckerError`` for two exact clocks.
        """
        exact = [name for name in names if self._exact(name)]
        if len(exact) > 1:
            raise CheckerError(f"{names[0]} and {names[1]} have one figure each: they are not asked together")
        first, second = sorted(names, key=lambda name: name not in exact)
        edge = self._edge((first, second), self._each if exact else self._stairs)
        outer = [(x, y) for x, y in edge if not any(a >= x and b >= y and (a, b) != (x, y) for a, b in edge)]
        corners = tuple(self._corner((first, second), x, y) for x, y in outer)
        return Pair((first, second), tuple((x * self.quantum, y * self.quantum) for x, y in edge), corners)

    def _edge(self, names: tuple[str, str], walk: Walk) -> list[tuple[int, int]]:
        low = self._lowest(names[0]), self._lowest(names[1])
        return list(walk(names, low, max(self._ticks(self.bound) + 1, *low)))

    def _each(self, names: tuple[str, str], low: tuple[int, int], most: int) -> Iterator[tuple[int, int]]:
        """Every figure of the first clock, with the last of the second that goes with it."""
        y = low[1]
        for x in range(low[0], most + 1):
            y = max(y, low[1])
            if self._both(names, x, y):
                y = last(lambda y, x=x: self._both(names, x, y), y, most)  # type: ignore[misc]
            else:
                y = self._below(names, x, y, low[1])
            if y >= low[1]:
                yield x, y

    def _stairs(self, names: tuple[str, str], low: tuple[int, int], most: int) -> Iterator[tuple[int, int]]:
        """The corners of an edge that falls: the first on as far as it can, the second back until the first can."""
        x = low[0]
        y = last(lambda y: self._both(names, x, y), low[1] - 1, most)
        while y >= low[1]:
            x = last(lambda x, y=y: self._both(names, x, y), x, most)  # type: ignore[misc]
            yield x, y
            if x == most:
                return
            x += 1
            y = self._below(names, x, y, low[1])

    def _below(self, names: tuple[str, str], x: int, y: int, lowest: int) -> int:
        """The last figure of the second clock below ``y`` with which the first may be ``x``; else below the lowest."""
        return y - 1 - last(lambda less: y - less >= lowest and not self._both(names, x, y - less), 0, y - lowest + 1)

    def _exact(self, name: str) -> bool:
        clock = next(clock for clock in self.table if clock.name == name)
        return clock.least == clock.greatest

    def _lowest(self, name: str) -> int:
        """The shortest that a clock may be in a pair, in ticks: its least, or of an exact one a single tick."""
        clock = next(clock for clock in self.table if clock.name == name)
        return 1 if self._exact(name) else self._ticks(clock.least)

    def _corner(self, names: tuple[str, str], x: int, y: int) -> Corner:
        late = [self._pair_beyond(names, x + dx, y + dy) for dx, dy in ((0, 1), (1, 0))]
        return Corner((x * self.quantum, y * self.quantum), (late[0], late[1]))

    def _both(self, names: tuple[str, str], x: int, y: int) -> bool:
        """Whether the bound is met with these figures."""
        if (names, x, y) not in self._met:
            table = clocks(self._longest(names, x, y), self.table)
            times, _ = timekeeper(self.plan, self.scope, table, self.quantum, report=self.report)
            begins = times.after(COMPLETED) & times.where(WATCHED)
            ticks = floor(self.bound / self.quantum)
            self._met[names, x, y] = times.within(begins, times.where(SHOWN), ticks, passing(times, self.scope))
        return self._met[names, x, y]

    def _pair_beyond(self, names: tuple[str, str], x: int, y: int) -> Outcome | None:
        return None if self._both(names, x, y) else self._beyond(self._longest(names, x, y))

    def _longest(self, names: tuple[str, str], x: int, y: int) -> dict[str, Figures]:
        return {name: self._figures(name, ticks * self.quantum) for name, ticks in zip(names, (x, y), strict=True)}

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
        return self._beyond({name: self._figures(name, longest)})

    def _figures(self, name: str, longest: float | None) -> tuple[float, float | None]:
        """The clock's seconds if it may take so long."""
        clock = next(clock for clock in self.table if clock.name == name)
        if longest is None:
            return clock.least, None
        return longest if clock.least == clock.greatest else min(clock.least, longest), longest

    def _beyond(self, changes: Mapping[str, Figures]) -> Outcome | None:
        """What takes longer than the bound, the longest first; None if nothing does."""
        found = outcomes(self.plan, self.scope, clocks(changes, self.table), self.quantum, self.report)
        return max((each for each in found if lateness(each) > self.bound), key=lateness, default=None)


def frontier(
    plan: Design, scope: Scope, bound: float, table: tuple[Clock, ...] = CLOCKS, quantum: float = 1,
    report: Report | None = None,
) -> list[Reach]:  # fmt: skip
    """For each clock of a design how far it alone may go so that a meal is on the screen within ``bound`` seconds.

    ``CheckerError`` if a run never shows a meal, whatever the clocks say.
    """
    asked = _asked(plan, scope, bound, table, quantum, report)
    return [asked.reach(name) for name in asked.clocks()]


def pairs(
    plan: Design, scope: Scope, bound: float, among: Sequence[str] = (), table: tuple[Clock, ...] = CLOCKS,
    quantum: float = 1, report: Report | None = None,
) -> list[Pair]:  # fmt: skip
    """The same for each two of some clocks; without any named for each two of those that have an end alone.

    Errors as of :func:`frontier`, and for a clock that the design has not.
    """
    asked = _asked(plan, scope, bound, table, quantum, report)
    known = asked.clocks()
    for name in among:
        if name not in known:
            raise unknown("clock of the design", name, dict.fromkeys(known))
    names = [name for name in known if name in among] if among else _ending(asked, known)
    if among and len(names) < 2:
        raise CheckerError(f"one clock is no pair: name two of {', '.join(known)}")
    return [asked.pair(both) for both in combinations(names, 2)]


def _ending(asked: Frontier, names: Sequence[str]) -> list[str]:
    """The clocks that alone may go so far and no further."""
    found = map(asked.reach, names)
    return [one.name for one in found if one.beyond is not None and not one.tried]


def _asked(
    plan: Design, scope: Scope, bound: float, table: tuple[Clock, ...], quantum: float, report: Report | None
) -> Frontier:
    asked = Frontier(plan, scope, bound, table, quantum, report)
    if asked.now is not None and asked.now.greatest is None:
        raise CheckerError(f"{plan} has a run that never shows a meal: no figure of a clock mends that")
    return asked
