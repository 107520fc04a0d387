"""What one meal's lines mean: the causes that explain them, or how far any run comes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import NamedTuple

from mealspec.core import Trace
from mealspec.core.explicit.settling import EVIDENCE
from mealspec.core.explicit.shown import Cost, Search
from mealspec.diagnose.seconds import Times, Unfit
from mealspec.diagnose.suspects import Suspect
from mealspec.model.design import Design

HEALTHY, WEATHERED, UNCLASSIFIED = "healthy", "weathered", "unclassified"

SAYS = {
    HEALTHY: "nothing went wrong, and the meal was shown",
    WEATHERED: "something went wrong, and the meal was shown all the same",
    UNCLASSIFIED: "the meal was not shown, in the way of no class",
}

COMPATIBLE, IMPOSSIBLE, UNDER_OBSERVED, UNDECIDED = "compatible", "impossible", "under-observed", "undecided"


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
    implied
        Of causes that are as likely as each other: no run as likely does without it.
    times
        Where seconds were asked, the first likeliest run that fits them.
    """

    label: str
    says: str
    suspect: Suspect
    search: Search
    implied: bool = False
    times: Times | None = None

    @property
    def run(self) -> Trace:
        """The first likeliest run; where seconds were asked, of those that fit."""
        return self.times.run if self.times else self.search.run

    @property
    def seen(self) -> tuple[int, ...]:
        """Of each of its steps the log in which its line was found: 0 or 1, -1 for none."""
        return self.times.seen if self.times else self.search.seen

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
        """By which explanations are ordered; of causes that are level in all, the one first that says more of a run."""
        return (*self.level, not self.implied, self.cost.steps, -self.suspect.milestones)


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
    found
        All explanations, and all of a lookup: of a cause also those that are less likely, with another backend say.
    late
        Where seconds were asked, causes of which no likeliest run fits them.
    unasked
        And those of which none was found to fit among as many beginnings of likeliest runs as are asked.
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
    found: tuple[tuple[Explanation, ...], tuple[Explanation, ...]] = ((), ())
    late: tuple[Explanation, ...] = ()
    unasked: tuple[Explanation, ...] = ()
    stops: tuple[Stop, ...] = ()
    elsewhere: tuple[str, Cost] | None = None
    tells: str = ""
    complete: bool = True

    @property
    def kind(self) -> str:
        """In a word."""
        if not self.causes and not self.lookups:
            return IMPOSSIBLE if self.complete and not self.late and not self.unasked else UNDECIDED
        return UNDER_OBSERVED if self.remain > 1 else COMPATIBLE

    @property
    def label(self) -> str:
        """The likeliest cause, or what else."""
        return self.best.label if self.best else self.kind

    @property
    def every(self) -> tuple[Explanation, ...]:
        """All explanations, the likeliest first; those of a lookup last."""
        return (*self.causes, *self.lookups)

    @property
    def best(self) -> Explanation | None:
        """The likeliest explanation; of a lookup, if nothing but a backend that might be explains the lines."""
        return next(iter(self.every), None)

    @property
    def rank(self) -> tuple[int, ...]:
        """That of the likeliest explanation; nothing if there is none."""
        return self.best.rank if self.best else ()


def judged(
    plan: Design, causes: Iterable[Explanation], lookups: Iterable[Explanation], *, shown: bool, complete: bool
) -> Verdict:
    """The verdict of some explanations, of each cause the likeliest; what is in no class counts where no class does."""
    every = tuple(causes), tuple(lookups)
    found, skipped = _ranked(every[0]), _ranked(every[1])
    if not found and not skipped:
        return Verdict(plan, shown, complete=complete)
    if any(each.label != UNCLASSIFIED and each.level <= found[0].level for each in found):
        found = tuple(each for each in found if each.label != UNCLASSIFIED)
    leading = found or skipped
    remain = sum(each.level == leading[0].level for each in leading)
    tells = _telling(leading[0], leading[1]) if remain > 1 else ""
    return Verdict(plan, shown, found, remain, skipped, every, tells=tells, complete=complete)


def in_time(verdict: Verdict, asked: Callable[[Explanation], Explanation | Unfit]) -> Verdict:
    """The verdict without the causes of which no likeliest run is known to fit the seconds, which are set apart."""
    answers = [[(each, asked(each)) for each in some] for some in verdict.found]
    causes, lookups = ([fits for _, fits in some if isinstance(fits, Explanation)] for some in answers)
    fitting = {each.label for each in (*causes, *lookups)}
    unfit = [(each, why) for some in answers for each, why in some if each.label not in fitting]
    unasked = _ranked(each for each, why in unfit if why is Unfit.STOPPED)
    late = _ranked(each for each, _ in unfit if each.label not in {other.label for other in unasked})
    best = min(causes, key=lambda each: each.rank, default=None)
    shown = best.label in (HEALTHY, WEATHERED) if best else verdict.shown and not unfit
    found = judged(verdict.design, causes, lookups, shown=shown, complete=verdict.complete)
    return replace(found, late=late, unasked=unasked, stops=verdict.stops, elsewhere=verdict.elsewhere)


def together(some: Iterable[Verdict]) -> Verdict:
    """The verdict where several stand side by side: with offsets of the clocks that exclude each other."""
    every = sorted(some, key=lambda each: each.rank)
    first = every[0]
    level = [each for each in every if each.best and first.best and each.best.level == first.best.level]
    return judged(
        first.design,
        (each for verdict in every for each in verdict.found[0]),
        (each for verdict in every for each in verdict.found[1]),
        shown=any(each.shown for each in level),
        complete=all(each.complete for each in every),
    )


def _ranked(some: Iterable[Explanation]) -> tuple[Explanation, ...]:
    best: dict[str, Explanation] = {}
    for each in some:
        if each.label not in best or each.rank < best[each.label].rank:
            best[each.label] = each
    return tuple(sorted(best.values(), key=lambda each: each.rank))


def _telling(one: Explanation, other: Explanation) -> str:
    """An event that all likeliest runs of one have and none of the other, and that somebody can log."""
    for a, b in ((one, other), (other, one)):
        for name in sorted(a.search.must - b.search.may):
            event = a.search.system.event(name)
            if event.kind != "fault" and event.owner in ("client", "server", "user"):
                return event.stem
    return ""
