"""What monitoring would show (R27, R29): many meals drawn at random, each with a session of its own, over the timed
systems that ``latency`` searches.

A session begins with the opened app. It ends half a minute after the meal's end is on the screen, or, if it never comes
there, five minutes after the work was done. All times are ticks of the same clocks, so they lie within the bounds that
are computed for all runs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import inf
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mealspec.check.latency import ENDED, POLLING, POLLS, SITUATIONS, WATCHED, WAYS, Outcome
from mealspec.core import CheckerError, System
from mealspec.core.explicit.sampling import Mask, Noted, Sample, sample
from mealspec.core.timed import is_one_of
from mealspec.model.clocks import CLOCKS, Clock, timed_system
from mealspec.model.design import Design
from mealspec.model.rates import RATES, Rate, odds
from mealspec.model.scope import Scope
from mealspec.properties.facts import Facts

AFTER, PATIENCE, MOST = 30, 300, 900
"""Seconds: how long a session goes on once the meal is shown, once its work is done, and in all."""

LARGEST = 1_000_000
"""Meals of one simulation."""

FINEST, COARSEST = 0.01, 60
"""Seconds of a tick."""

COUNTED: Mapping[str, tuple[str, ...]] = {
    "dials": ("client.connect", "user.reconnect", "client.heal", "client.redial"),
    "opened": ("client.open",),
    "believed": ("client.connected",),
    "failed": ("network.fail_dial", "client.refused", "client.unreachable", "client.denied", "client.give_up"),
    "messages": ("client.receive",),
    "not_connected": ("server.skip",),
    "polls": POLLS,
}  # fmt: skip
"""What is counted, by the beginnings of the events' names."""


@dataclass(frozen=True, eq=False)
class Meals:
    """What became of the meals of one design.

    Attributes
    ----------
    design, quantum
        Whose, and the seconds of a tick.
    seen
        What was seen of each session.
    facts
        The vocabulary in which its states are described.
    """

    design: Design
    quantum: float
    seen: Sample
    facts: Facts

    def _by(self, numbers: NDArray[np.int64], events: tuple[str, ...]) -> Mask:
        """Whether a number stands for one of these events."""
        named = [is_one_of(event.name, events) for event in self.seen.system.events]
        return np.array([*named, False], np.bool_)[numbers]

    @cached_property
    def completed(self) -> Mask:
        """Whether the work was done while somebody looked."""
        return self._by(self.seen.started_by, ("server.complete",)) & self.seen.where(WATCHED)

    @cached_property
    def failed(self) -> Mask:
        """Whether the work failed."""
        return self._by(self.seen.started_by, ("server.fail",))

    @cached_property
    def shown(self) -> Mask:
        """Whether it came to the screen."""
        return self.seen.stop >= 0

    @cached_property
    def seconds(self) -> NDArray[np.float64]:
        """From the completion to the screen, of the completed ones; infinite for one that is not shown."""
        waited = np.where(self.shown, self.seen.stop - self.seen.start, inf)
        return np.asarray(waited[self.completed] * self.quantum, np.float64)

    @cached_property
    def ways(self) -> dict[str, Mask]:
        """By what the completed ones were shown."""
        return {name: self._by(self.seen.stopped_by, events)[self.completed] for name, events in WAYS.items()}

    @cached_property
    def situations(self) -> dict[str, Mask]:
        """In what situation the completed ones were completed."""
        return {each.name: self.seen.where(each.holds(self.facts))[self.completed] for each in SITUATIONS}

    @cached_property
    def polling(self) -> NDArray[np.float64]:
        """Seconds of each session in which a poll task runs."""
        return np.asarray(self.seen.times["polling"] * self.quantum, np.float64)

    def count(self, name: str) -> NDArray[np.int64]:
        """How often in each session."""
        return self.seen.counts[name]

    def success(self, name: str) -> float | None:
        """Of how many dials that is so; None if there are none."""
        dials = self.count("dials").sum()
        return float(self.count(name).sum() / dials) if dials else None


def percentile(values: NDArray[Any], share: float) -> float | None:
    """The least of the values that so many of them do not exceed; None of no values.

    >>> percentile(np.array([4, 1, 3, 2]), 0.5), percentile(np.array([1.0, inf]), 0.9)
    (2.0, inf)
    """
    if not len(values):
        return None
    return float(np.sort(values)[max(0, int(np.ceil(share * len(values))) - 1)])


def simulate(
    plan: Design, scope: Scope, meals: int, seed: int, table: tuple[Clock, ...] = CLOCKS,
    rates: tuple[Rate, ...] = RATES, quantum: float = 1, report: Callable[[int], None] | None = None,
) -> Meals:  # fmt: skip
    """So many meals, each in a session of its own.

    Raises
    ------
    CheckerError
        If the numbers, the seconds or the scope make no sense.
    """
    if scope.meals != 1:
        raise CheckerError(f"each session is about one meal, not {scope.meals}")
    if not FINEST <= quantum <= COARSEST:
        raise CheckerError(f"a tick of {quantum:g} s cannot be simulated: choose {FINEST:g} to {COARSEST:g}")
    if not 1 <= meals <= LARGEST:
        raise CheckerError(f"cannot simulate {meals:,} meals: choose 1 to {LARGEST:,}")
    if not 0 <= seed < 1 << 63:
        raise CheckerError(f"a seed cannot be {seed}: choose 0 to 2^63 - 1")
    product = timed_system(plan, scope, table, quantum)
    seen = sample(product, odds(product, plan, table, rates, quantum), _noted(product, quantum), meals, seed, report)
    return Meals(plan, quantum, seen, Facts(plan, scope, product))


def _noted(product: System, quantum: float) -> Noted:
    def mask(names: Sequence[str]) -> Mask:
        return np.array([is_one_of(event.name, names) for event in product.events], np.bool_)

    limits = (int(np.ceil(seconds / quantum)) for seconds in (AFTER, PATIENCE, MOST))
    counted = {name: mask(events) for name, events in COUNTED.items()}
    return Noted(mask(("server.complete", "server.fail")), ENDED, counted, {"polling": POLLING}, *limits)


def strays(found: Meals, outcomes: Sequence[Outcome]) -> list[str]:
    """Meals that took less or more than any run takes in their situation, by their way; one sentence each."""
    out = []
    for each in outcomes:
        inside = found.situations[each.measure.name]
        for way, delay in {"": each.whole, **each.ways}.items():
            some = found.seconds[inside & found.ways[way] if way else inside]
            least = inf if delay.least is None else delay.least * found.quantum
            most = inf if delay.greatest is None else delay.greatest * found.quantum
            out += [
                f"{found.design}, {each.measure.name}{way and f', by {way}'}: {s:g} s, and not {least:g} to {most:g}"
                for s in np.unique(some)
                if not (least <= s <= most or (s == inf and each.whole.greatest is None))
            ]
    return out
