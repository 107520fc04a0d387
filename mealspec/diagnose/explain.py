"""What one meal's lines mean: the causes that fit them, the likeliest first; or how far any run comes.

For each suspect the likeliest runs that print the lines are searched for. What decides is fewest faults and tight
races, of as many fewest races, then fewest lines that are missing from the logs, then fewest steps. Meals of which the
lines are of the same kinds in the same order have the same answer, so it is computed once.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import NamedTuple

from mealspec.core import System
from mealspec.core.explicit.settling import BOUND, EVIDENCE, MOST
from mealspec.core.explicit.shown import Cost, Lines, Search, Told, show
from mealspec.diagnose.clocks import Clocks, Interval, fits
from mealspec.diagnose.episodes import Episode
from mealspec.diagnose.kinds import lines_of
from mealspec.diagnose.mapping import LineMapping
from mealspec.diagnose.suspects import Suspect, bases, classes, lookups
from mealspec.model.design import DESIGNS, Design

HEALTHY, WEATHERED, UNCLASSIFIED = "healthy", "weathered", "unclassified"

SAYS = {
    HEALTHY: "nothing went wrong, and the meal was shown",
    WEATHERED: "something went wrong, and the meal was shown all the same",
    UNCLASSIFIED: "the meal was not shown, in the way of no class",
}

COMPATIBLE, IMPOSSIBLE, UNDER_OBSERVED, UNDECIDED = "compatible", "impossible", "under-observed", "undecided"

LIMIT = 1_000_000
"""States that are looked at for one suspect; what would take more is left undecided."""

SPLITS = 5
"""How often the offsets are halved where a run that fits pair by pair fits no single offset."""

Order = tuple[tuple[int, int], ...]
"""Lines as a log and a number in it."""


class Explanation(NamedTuple):
    """A cause that fits.

    Attributes
    ----------
    label, says
        The cause.
    suspect
        With what it was looked for.
    search
        The likeliest runs.
    """

    label: str
    says: str
    suspect: Suspect
    search: Search

    @property
    def cost(self) -> Cost:
        """What speaks against it."""
        assert self.search.cost is not None
        return self.search.cost

    @property
    def level(self) -> tuple[int, int]:
        """How likely it is, whatever its steps: the cost, and what it assumes."""
        return self.cost.weight + EVIDENCE * self.suspect.assumes, self.cost.races

    @property
    def rank(self) -> tuple[int, ...]:
        """By which explanations are ordered."""
        return (*self.level, self.cost.steps)

    @property
    def order(self) -> Order:
        """The lines in the order in which the first of its likeliest runs prints them."""
        counts = [0, 0]
        order = []
        for log in self.search.seen:
            if log >= 0:
                order.append((log, counts[log]))
                counts[log] += 1
        return tuple(order)


class Stop(NamedTuple):
    """A beginning of both logs, by numbers of lines, that a run prints and that cannot be made longer.

    ``instead`` are the kinds of line that runs could print next.
    """

    client: int
    server: int
    instead: tuple[str, ...]


@dataclass(frozen=True)
class Verdict:
    """What the lines of a meal mean with one design.

    Attributes
    ----------
    design
        The design.
    shown
        Whether the meal was shown: no run without showing it needs fewer faults and races.
    causes
        The explanations, the likeliest first.
    remain
        How many of these are as likely as the first, but for their steps; of the lookups, if there are no others.
    lookups
        Of a lookup that found nobody why, the likeliest first.
    stops
        If there is none, each beginning of the logs that cannot be made longer.
    elsewhere
        If there is none, the design that explains the lines, and what it takes there.
    tells
        Where several remain, the event whose line would tell the first two apart.
    complete
        Whether all was looked at that had to be.
    """

    design: Design
    shown: bool
    causes: tuple[Explanation, ...] = ()
    remain: int = 0
    lookups: tuple[Explanation, ...] = ()
    stops: tuple[Stop, ...] = ()
    elsewhere: tuple[str, Cost] | None = None
    tells: str = ""
    complete: bool = True

    @property
    def kind(self) -> str:
        """In a word."""
        if not self.causes and not self.lookups:
            return IMPOSSIBLE if self.complete else UNDECIDED
        return UNDER_OBSERVED if self.remain > 1 else COMPATIBLE

    @property
    def label(self) -> str:
        """The likeliest cause, or what else."""
        return self.best.label if self.best else self.kind

    @property
    def best(self) -> Explanation | None:
        """The likeliest explanation; of a lookup, if nothing but a backend that might be explains the lines."""
        return next(iter((*self.causes, *self.lookups)), None)


@dataclass
class Diagnoser:
    """Explains meals with one design, each shape of lines once.

    Attributes
    ----------
    mapping, plan, clocks
        What lines mean, the design, and how far the clocks may be apart.
    margin
        How many more faults and races than the likeliest run needs another cause may need.
    alone
        Whether the lines are all that is known of the world: an excerpt, and no other meal came before.
    why_skipped
        Whether it is asked why a lookup found nobody, where something else explains the lines.
    lacking
        Logs that there are none of, by number.
    limit
        States that are looked at for one suspect.
    """

    mapping: LineMapping
    plan: Design
    clocks: Clocks
    margin: int = 1
    alone: bool = False
    why_skipped: bool = True
    lacking: frozenset[int] = frozenset()
    limit: int = LIMIT
    known: dict[object, Verdict] = field(default_factory=dict)
    asked: int = 0
    """How many meals it was asked about; so many were answered without a search as are not ``known``."""

    def explain(self, some: Episode) -> tuple[Verdict, Interval | None]:
        """The verdict, and the offsets with which the likeliest run fits; None if no line has a time."""
        self.asked += 1
        times = some.times
        around = self.clocks.around(times[0]) if times else Interval(0, 0)
        verdict, ahead = self._within(some, around, SPLITS)
        return verdict, (ahead if all(any(e.at is not None for e in lines) for lines in some.lines) else None)

    def _within(self, some: Episode, ahead: Interval, splits: int, bound: int = BOUND) -> tuple[Verdict, Interval]:
        client, server = some.lines
        after = self.clocks.after(client, server, ahead)
        verdict = self._shape(some, after, bound)
        if verdict.best is None:
            return verdict, ahead
        narrow = fits(client, server, verdict.best.order, ahead)
        if not narrow.empty or not splits:
            return verdict, narrow
        middle = (ahead.least + ahead.most) / 2
        bound = min(bound, verdict.best.cost.weight + EVIDENCE)
        halves = [
            self._within(some, Interval(*ends), splits - 1, bound)
            for ends in ((ahead.least, middle), (middle, ahead.most))
        ]
        fitting = [each for each in halves if each[0].best is not None]
        return min(fitting, key=lambda each: each[0].best.rank if each[0].best else (), default=(verdict, narrow))

    def _shape(self, some: Episode, after: tuple[tuple[int, ...], tuple[int, ...]], bound: int) -> Verdict:
        kinds = tuple(tuple(entry.kind for entry in lines) for lines in some.lines)
        key = (kinds, after, some.cut, some.over, bound)
        if key not in self.known:
            told = Told((kinds[0], kinds[1]), after, ended=not some.over and not self.alone)
            self.known[key] = self._explained(told, self._cut(some), bound)
        return self.known[key]

    def _cut(self, some: Episode) -> frozenset[int]:
        kinds = self.mapping.lines
        missing = {k for k, kind in enumerate(kinds) if ("client", "server").index(kind.log) in self.lacking}
        return some.cut | missing

    def _explained(self, told: Told, cut: frozenset[int], bound: int) -> Verdict:
        any_, shown_ = (_Ask(self, suspect, told, cut) for suspect in bases(self.plan))
        base = any_.search(bound)
        if base.cost is not None:
            bound = min(bound, base.cost.weight + EVIDENCE * self.margin)
        shown = shown_.search(bound)
        found, complete = list[Explanation](), base.complete and shown.complete
        if shown.cost is not None:
            label = WEATHERED if shown.cost.coincidences else HEALTHY
            found.append(Explanation(label, SAYS[label], shown_.suspect, shown))
        for suspect in classes(self.plan):
            search = _Ask(self, suspect, told, cut).search(bound - EVIDENCE * suspect.assumes)
            complete &= search.complete
            if search.cost is not None:
                found.append(Explanation(suspect.label, suspect.title, suspect, search))
        least = None if base.cost is None else base.cost.weight
        lost = least is None or shown.cost is None or shown.cost.weight > least
        if base.cost is not None and lost and all(each.level > base.cost.level for each in found):
            found.append(Explanation(UNCLASSIFIED, SAYS[UNCLASSIFIED], any_.suspect, base))
        found.sort(key=lambda each: each.rank)
        skipped = self._lookups(told, cut) if self.why_skipped or not found else ()
        if not found and not skipped:
            return self._impossible(told, cut, base, complete)
        leading = found or skipped
        remain = sum(each.level == leading[0].level for each in leading)
        tells = _telling(leading[0], leading[1]) if remain > 1 else ""
        return Verdict(self.plan, not lost, tuple(found), remain, skipped, tells=tells, complete=complete)

    def _lookups(self, told: Told, cut: frozenset[int]) -> tuple[Explanation, ...]:
        skips = {k for k, kind in enumerate(self.mapping.lines) if "server.skip" in kind.events}
        if not skips & {*told.kinds[1]}:
            return ()
        best: dict[str, Explanation] = {}
        for suspect in lookups(self.plan):
            search = _Ask(self, suspect, told, cut).search(BOUND)
            if search.cost is not None and (suspect.label not in best or search.cost < best[suspect.label].cost):
                best[suspect.label] = Explanation(suspect.label, suspect.title, suspect, search)
        return tuple(sorted(best.values(), key=lambda each: each.rank))

    def _impossible(self, told: Told, cut: frozenset[int], base: Search, complete: bool) -> Verdict:
        stops = tuple(Stop(i, j, self._instead(base, (i, j))) for i, j in base.furthest)
        elsewhere = None
        for plan in DESIGNS.values():
            if plan.name != self.plan.name:
                other = _Ask(self, bases(plan)[0], told, cut).search(BOUND)
                if other.cost is not None and (elsewhere is None or other.cost < elsewhere[1]):
                    elsewhere = (plan.name, other.cost)
        return Verdict(self.plan, False, stops=stops, elsewhere=elsewhere, complete=complete)

    def _instead(self, base: Search, cut: tuple[int, int]) -> tuple[str, ...]:
        events = [base.system.event(name) for name in sorted(base.next_at(cut))]
        return tuple(kind.name for kind in self.mapping.lines if any(kind.stands_for(event) for event in events))


@dataclass(frozen=True)
class _Ask:
    """A suspect, and lines."""

    by: Diagnoser
    suspect: Suspect
    told: Told
    cut: frozenset[int]

    def search(self, bound: int) -> Search:
        made, aim = self.suspect.watched()
        if self.told.ended or self.by.alone:
            aim = replace(aim, settled=frozenset())
        lines = _lines(made, self.by.mapping, self.cut, self.by.alone)
        return show(made, lines, self.told, aim, most=MOST, bound=bound, limit=self.by.limit)


_made: dict[object, Lines] = {}


def _lines(made: System, mapping: LineMapping, cut: frozenset[int], alone: bool) -> Lines:
    key = (id(made), id(mapping), cut, alone)
    if key not in _made:
        _made[key] = lines_of(made, mapping, cut, alone=alone)
    return _made[key]


def _telling(one: Explanation, other: Explanation) -> str:
    """An event that all likeliest runs of one have and none of the other, and that somebody can log."""
    for a, b in ((one, other), (other, one)):
        for name in sorted(a.search.must - b.search.may):
            event = a.search.system.event(name)
            if event.kind != "fault" and event.owner in ("client", "server", "user"):
                return event.group or event.name
    return ""
