"""What one meal's lines mean: the causes that fit them, the likeliest first; or how far any run comes.

For each suspect the likeliest runs that print the lines are searched for. What decides is fewest faults and tight
races, of as many fewest races, then fewest lines that are missing from the logs, then fewest steps. What is found is
kept, and is the answer for all meals of which it is true: see :mod:`mealspec.diagnose.asking`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property

from mealspec.check.excerpts import LOGS
from mealspec.core.explicit.settling import BOUND, EVIDENCE
from mealspec.core.explicit.shown import Search
from mealspec.diagnose.asking import MOST_KEPT, After, Asker, Shape, joined, laxer, violated
from mealspec.diagnose.clocks import Clocks, Interval, fits
from mealspec.diagnose.episodes import Episode
from mealspec.diagnose.mapping import LineMapping
from mealspec.diagnose.seconds import Seconds, Unfit
from mealspec.diagnose.suspects import Suspect, bases, classes, lookups
from mealspec.diagnose.verdict import (
    HEALTHY,
    SAYS,
    UNCLASSIFIED,
    WEATHERED,
    Explanation,
    Stop,
    Verdict,
    in_time,
    judged,
    together,
)
from mealspec.model.design import DESIGNS, Design
from mealspec.model.scope import Scope

LIMIT = 1_000_000
"""States that are looked at for one suspect; what would take more is left undecided."""

SPLITS = 5
"""How often the offsets are parted where a run that fits pair by pair fits no single offset."""

MORE = 2
"""Faults and races that a run may take more than one that fits pair by pair, to fit with a single offset."""


@dataclass
class Diagnoser:
    """Explains meals with one design, those of one shape together.

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
    seconds
        Whether the seconds of the lines are asked, too, of the likeliest runs of each cause.
    """

    mapping: LineMapping
    plan: Design
    clocks: Clocks
    margin: int = 1
    alone: bool = False
    why_skipped: bool = True
    lacking: frozenset[int] = frozenset()
    limit: int = LIMIT
    seconds: bool = False
    verdicts: int = 0
    """How many meals, or stretches of offsets in which they were asked about, needed a verdict of their own."""
    _known: dict[tuple[Shape, int], list[tuple[After, Verdict]]] = field(default_factory=dict)

    @cached_property
    def asker(self) -> Asker:
        """By which it asks."""
        return Asker(self.mapping, self.limit, EVIDENCE * self.margin)

    def explain(self, some: Episode) -> tuple[Verdict, Interval | None]:
        """The verdict, and the offsets with which the likeliest run fits; None if no line has a time."""
        times = some.times
        around = self.clocks.around(times[0]) if times else Interval(0, 0)
        verdict, ahead = self._within(some, around, SPLITS, BOUND)
        if verdict.best is None:
            verdict = self._impossible(self.shape(some), self.clocks.after(*some.lines, ahead), verdict)
        elif self.seconds and times:
            verdict = in_time(verdict, lambda each: self._timed(each, some))
            ahead = verdict.best.times.ahead if verdict.best and verdict.best.times else ahead
        return verdict, (ahead if all(any(e.at is not None for e in lines) for lines in some.lines) else None)

    def _timed(self, each: Explanation, some: Episode) -> Explanation | Unfit:
        """The explanation with a run that fits the seconds; of a suspended app, whose clocks stand still, as it is."""
        if "background" in each.suspect.scope:
            return each
        times = Seconds(each.suspect, each.search, some.lines, self.clocks).times()
        return times if isinstance(times, Unfit) else each._replace(times=times)

    def _within(self, some: Episode, ahead: Interval, splits: int, bound: int) -> tuple[Verdict, Interval]:
        """The verdict if the offset is within an interval, and with which it fits.

        A run may fit line by line, and no single offset with all: then there is one below which it does not fit, and
        above which it does not fit either, for other lines; both sides are asked, the likelier answers first.
        """
        verdict = self._verdict(self.shape(some), self.clocks.after(*some.lines, ahead), bound)
        if verdict.best is None:
            return verdict, ahead
        narrow = fits(*some.lines, verdict.best.search.order, ahead)
        if not narrow.empty or not splits:
            return verdict, narrow
        middle, least = (narrow.least + narrow.most) / 2, verdict.best.level[0]
        for most in sorted({min(bound, least + EVIDENCE * more) for more in range(MORE + 1)}):
            sides = [
                self._within(some, Interval(*ends), splits - 1, most)
                for ends in ((ahead.least, middle), (middle, ahead.most))
            ]
            fitting = [(each, offsets) for each, offsets in sides if each.best is not None and not offsets.empty]
            if fitting:
                return together(each for each, _ in fitting), min(fitting, key=lambda each: each[0].rank)[1]
        return verdict, narrow

    def shape(self, some: Episode) -> Shape:
        """What is asked of a meal's lines, whatever is known of the order of two logs."""
        client, server = (tuple(entry.kind for entry in lines) for lines in some.lines)
        kinds = enumerate(self.mapping.lines)
        missing = {k for k, kind in kinds if LOGS.index(kind.log) in self.lacking} if self.lacking else frozenset()
        return Shape((client, server), some.cut | missing, not some.over and not self.alone, self.alone)

    def _verdict(self, shape: Shape, after: After, bound: int) -> Verdict:
        """One that is known, if all its runs keep this order; else a new one."""
        known = self._known.setdefault((shape, bound), [])
        for asked, verdict in known:
            if laxer(asked, after) and not any(violated(run.search.order, after) for run in verdict.every):
                return verdict
        self.verdicts += 1
        if self.verdicts % MOST_KEPT == 0:
            self._known.clear()
        verdict, asked = _Asked(self, shape, after).verdict(bound)
        known.append((asked, verdict))
        return verdict

    def _impossible(self, shape: Shape, after: After, verdict: Verdict) -> Verdict:
        if verdict.stops:
            return verdict
        base = self.asker.furthest(bases(self.plan)[0], shape, after, BOUND)
        stops = tuple(Stop(i, j, self._instead(base, (i, j))) for i, j in base.furthest)
        elsewhere = None
        for plan in DESIGNS.values():
            if plan.name != self.plan.name:
                cost = self.asker.ask(bases(plan)[0], shape, after, BOUND).search.cost
                if cost is not None and (elsewhere is None or cost < elsewhere[1]):
                    elsewhere = (plan.name, cost)
        found = replace(verdict, stops=stops, elsewhere=elsewhere)
        self._known[shape, BOUND].append((after, found))
        return found

    def _instead(self, base: Search, cut: tuple[int, int]) -> tuple[str, ...]:
        events = [base.system.event(name) for name in sorted(base.next_at(cut))]
        return tuple(kind.name for kind in self.mapping.lines if any(kind.stands_for(event) for event in events))


class _Asked:
    """What is asked of the lines of one shape in one order, suspect by suspect."""

    def __init__(self, by: Diagnoser, shape: Shape, after: After) -> None:
        self.by, self.shape, self.after = by, shape, after
        self.told: list[After] = []
        self.complete = True

    def verdict(self, bound: int) -> tuple[Verdict, After]:
        """The verdict, of runs that weigh no more than so much; and what of the order decides it."""
        any_, shown_ = bases(self.by.plan)
        # Nothing is likelier than a run in which nothing is strange: then no other has to be looked for.
        shown = base = self._search(shown_, 0)
        if base is None:
            base = self._search(any_, bound)
        cut = not self.complete  # all runs are too many to be looked at; with what a class lets in, fewer may do
        whole = base is not None or bound >= BOUND
        if base is not None:
            bound = self._near(base)
        found = [*self._classes(bound, whole=base is not None)]
        if cut:
            bound = min((self._near(each.search) for each in found), default=bound)
        if base is not None or cut:
            shown = shown or self._search(shown_, bound)
        found += self._healthy(shown)
        lost = base is None or shown is None or _weight(shown) > _weight(base)
        if base is not None and lost:
            found.append(Explanation(UNCLASSIFIED, SAYS[UNCLASSIFIED], any_, base))
        # Where something else explains the lines, a lookup is asked no further than all else; an excerpt is about it.
        reach = BOUND if whole and (self.shape.alone or not found) else bound
        skipped = [*self._lookups(reach)] if self.by.why_skipped or not found else []
        found = self._implied(found)
        verdict = judged(self.by.plan, found, skipped, shown=not lost, complete=self.complete)
        return verdict, joined(self.told)

    def _near(self, found: Search) -> int:
        """What another cause may weigh."""
        return _weight(found) + EVIDENCE * self.by.margin

    def _search(self, suspect: Suspect, bound: int) -> Search | None:
        """The likeliest runs of a suspect, if there are any; what it assumes counts."""
        bound -= EVIDENCE * suspect.assumes
        if bound < 0:
            return None
        answer = self.by.asker.ask(suspect, self.shape, self.after, bound)
        self.told.append(answer.after)
        found = answer.search
        if found.cost is None:
            self.complete &= found.complete
        return found if found.cost is not None and found.cost.weight <= bound else None

    def _healthy(self, shown: Search | None) -> Iterator[Explanation]:
        if shown is not None and shown.cost is not None:
            label = WEATHERED if shown.cost.coincidences else HEALTHY
            yield Explanation(label, SAYS[label], bases(self.by.plan)[1], shown)

    def _classes(self, bound: int, *, whole: bool) -> Iterator[Explanation]:
        """The classes; where no run of the design prints the lines, those that let in more than it does."""
        for suspect in classes(self.by.plan):
            if whole or suspect.assumes or suspect.scope != Scope():
                search = self._search(suspect, bound)
                if search is not None:
                    bound = min(bound, self._near(search) + EVIDENCE * suspect.assumes)
                    yield Explanation(suspect.label, suspect.title, suspect, search)

    def _implied(self, found: list[Explanation]) -> list[Explanation]:
        """Of causes that are as likely as each other those are marked that no run as likely does without."""
        least = min((each.level for each in found), default=None)
        level = [each for each in found if each.level == least and each.suspect.without is not None]
        if len(level) < 2:
            return found
        return [each._replace(implied=self._is_implied(each)) if each in level else each for each in found]

    def _is_implied(self, each: Explanation) -> bool:
        assert each.suspect.without is not None
        answer = self.by.asker.ask(each.suspect.without, self.shape, self.after, each.cost.weight)
        self.told.append(answer.after)
        other = answer.search.cost
        if other is None:
            return answer.search.complete
        return (other.weight, other.races) > (each.cost.weight, each.cost.races)

    def _lookups(self, bound: int) -> Iterator[Explanation]:
        skips = {k for k, kind in enumerate(self.by.mapping.lines) if "server.skip" in kind.events}
        if skips & {*self.shape.kinds[1]}:
            for suspect in lookups(self.by.plan):
                search = self._search(suspect, bound)
                if search is not None:
                    yield Explanation(suspect.label, suspect.title, suspect, search)


def _weight(search: Search) -> int:
    assert search.cost is not None
    return search.cost.weight
