"""All designs against the clock: how many show a meal within so many seconds of its completion, and what that takes.

Every design of a region is searched at once, in time: the sets of states that are left after each tick hold states of
all designs, and a design of which none is left has shown its meal in every run.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from math import floor

from mealspec.check.latency import RUNS, SHOWN, WATCHED
from mealspec.check.region import Region, valid_designs
from mealspec.core import CheckerError
from mealspec.core.delay import TICKS, Counting
from mealspec.core.engine import Effort
from mealspec.core.symbolic.lattice import minimal, necessary, smallest
from mealspec.core.symbolic.sets import Set
from mealspec.core.symbolic.time import InTime
from mealspec.core.timed import TICK
from mealspec.model.clocks import CLOCKS, Clock, timed_family
from mealspec.model.scope import Scope


@dataclass(frozen=True)
class Stair:
    """One step of the staircase.

    Attributes
    ----------
    seconds
        After so many the designs have shown the meal, in every run.
    designs
        How many these are.
    necessary
        The mechanisms that all of them have.
    smallest
        Those of them of which none can be left out, the smallest first: as many as were asked for.
    minimal
        How many of these there are.
    """

    seconds: float
    designs: int
    necessary: tuple[str, ...]
    smallest: tuple[tuple[str, ...], ...]
    minimal: int


@dataclass(frozen=True)
class Staircase:
    """What is found about a region.

    Attributes
    ----------
    designs
        How many can be built.
    states
        The states of all of them, in time.
    counts
        For each whole number of ticks from 0 on how many designs show the meal within them.
    stairs
        Where that changes.
    """

    designs: int
    states: int
    counts: tuple[int, ...]
    stairs: tuple[Stair, ...]

    def to_json(self) -> dict[str, object]:
        """For programs."""
        return {
            "designs": self.designs, "states": self.states, "counts": list(self.counts),
            "stairs": [
                {"seconds": s.seconds, "designs": s.designs, "necessary": list(s.necessary),
                 "smallest": list(map(list, s.smallest)), "minimal": s.minimal}
                for s in self.stairs
            ],
        }  # fmt: skip


def staircase(
    region: Region, scope: Scope, table: tuple[Clock, ...] = CLOCKS, quantum: float = 1, most: float = 120,
    shown: int = 2, report: Callable[[Effort], None] | None = None,
) -> Staircase:  # fmt: skip
    """For every whole number of ticks up to ``most`` seconds: which designs show a meal within them.

    Counted are designs that can be built; one in which no meal is ever completed while somebody looks is none of them.

    Raises
    ------
    TooLarge
        If the diagrams need more room than they get.
    CheckerError
        If the seconds or the scope make no sense.
    """
    if scope.meals != 1:
        raise CheckerError(f"seconds are computed for one meal, not {scope.meals}")
    family = timed_family(scope, region.free, region.required, table, quantum)
    space = InTime(family, lambda space: valid_designs(space, region), report)
    done = space.after(("server.complete",)) & space.where(WATCHED)
    asked = space.projected(done)
    ticks = floor(round(most / quantum, 6))  # three of 1.1 s are in 3.3 s, of which the quotient is a little less
    counting = Counting((TICK,), space.where(RUNS)) if "background" in scope else TICKS
    layers = islice(space.layers(done, space.where(SHOWN), space.split(counting)), 1, ticks + 2)
    within = [asked & ~space.projected(layer.entries) for layer in layers] or [asked]
    if len(within) <= ticks:  # nothing was left
        within.append(asked)
    stairs = [
        _stair(space, region, designs, k * quantum, shown)
        for k, designs in enumerate(within)
        if designs != (within[k - 1] if k else space.false)
    ]
    counts = tuple(map(space.count_systems, within))
    return Staircase(space.count_systems(asked), space.count(space.reachable), counts, tuple(stairs))


def _stair(space: InTime, region: Region, designs: Set, seconds: float, shown: int) -> Stair:
    required, least = sorted(region.required), minimal(space, designs)
    some = tuple((*required, *names) for names in smallest(space, least, shown))
    common = (*required, *necessary(space, designs))
    return Stair(seconds, space.count_systems(designs), common, some, space.count_systems(least))
