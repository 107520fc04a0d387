"""Hunts in time: ticks are a rule like any other, and bounded delivery is an invariant with a stopwatch.

The machines are those in time, in lock-step with the compiled product and the graph; every untimed property is watched,
too, for a run in time is a run of the design without its ticks.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from mealspec.check.latency import SHOWN, SITUATIONS, WATCHED, outcomes
from mealspec.core import Kind, explore
from mealspec.core.predicate import Check
from mealspec.core.system import Locals, System
from mealspec.core.timed import PAUSED, is_one_of
from mealspec.hunt.subject import Subject
from mealspec.model.clocks import CLOCKS, Clock, timed_system
from mealspec.model.design import Design
from mealspec.model.scope import Scope
from mealspec.properties.catalogue import BOUNDED_DELIVERY
from mealspec.properties.facts import Facts

BOUNDED = BOUNDED_DELIVERY.id
"""In a hunt: within the greatest delay of its situation."""

Bounds = Mapping[str, int | None]
"""By situation, after how many ticks a meal must be on the screen; None if it need not come."""


def bounds(plan: Design, scope: Scope, table: tuple[Clock, ...] = CLOCKS) -> Bounds:
    """The greatest delays of all runs, as ``latency`` computes them."""
    return {each.measure.name: each.whole.greatest for each in outcomes(plan, scope, table)}


def subject_in_time(plan: Design, scope: Scope, limits: Bounds, table: tuple[Clock, ...] = CLOCKS) -> Subject:
    """The design in time as what a hunt is about, with a stopwatch that knows these bounds."""
    product = timed_system(plan, scope, table)
    return Subject(plan, scope, explore(product), {BOUNDED: partial(Timer, _Reading(plan, scope, product, limits))})


class _Reading:
    """What a timer reads off a state."""

    def __init__(self, plan: Design, scope: Scope, product: System, limits: Bounds) -> None:
        facts = Facts(plan, scope, product)
        self.ticks = [event.kind is Kind.TIME and not is_one_of(event.name, (PAUSED,)) for event in product.events]
        self.completes = [is_one_of(event.name, ("server.complete",)) for event in product.events]
        self.watched: Check = WATCHED.compiled(product)
        self.shown: Check = SHOWN.compiled(product)
        self.limits = [(each.holds(facts).compiled(product), limits[each.name]) for each in SITUATIONS]


class Timer:
    """Counts the ticks from the completion of a meal to the screen; ``bad`` while they are too many."""

    def __init__(self, reading: _Reading) -> None:
        self.reading, self.bad = reading, False
        self.waited: int | None = None
        self.limit: int | None = None

    def step(self, event: int, state: Locals) -> None:
        """An event has happened."""
        reading = self.reading
        if reading.shown(state):
            self.waited = None
        elif reading.completes[event] and reading.watched(state):
            self.waited = 0
            self.limit = next(limit for holds, limit in reading.limits if holds(state))
        elif self.waited is not None:
            self.waited += reading.ticks[event]
        self.bad = self.waited is not None and self.limit is not None and self.waited > self.limit
