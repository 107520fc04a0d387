"""Hunts in time: ticks are a rule, and a meal that takes a second longer than any run allows is caught."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from types import MappingProxyType

import numpy as np
import pytest
from hypothesis import seed
from hypothesis.stateful import run_state_machine_as_test

from mealspec.check.latency import SITUATIONS, outcomes
from mealspec.core import Kind, Trace
from mealspec.core.lockstep import Disagreement
from mealspec.hunt.hunting import Hunt
from mealspec.hunt.machine import Violation, hunter
from mealspec.hunt.profiles import PROFILES
from mealspec.hunt.subject import Subject
from mealspec.hunt.timed import BOUNDED, Bounds, bounds, subject_in_time
from mealspec.model.client.view import View
from mealspec.model.clocks import CLOCKS, Clock
from mealspec.model.design import DESIGNS
from mealspec.model.scope import Scope
from mealspec.properties.catalogue import PROPERTIES

DEV = PROFILES["dev"]
NONE = Scope(connections=1, faults=0)
WORKS, GONE, *_ = (situation.name for situation in SITUATIONS)


@cache
def limits(name: str, scope: Scope = NONE) -> Bounds:
    return bounds(DESIGNS[name], scope)


def subject(
    name: str, tighter: Bounds = MappingProxyType({}), scope: Scope = NONE, table: tuple[Clock, ...] = CLOCKS
) -> Subject:
    """The design in time, with the bounds that are computed, or with tighter ones."""
    return subject_in_time(DESIGNS[name], scope, {**limits(name, scope), **tighter}, table)


def run(found: Subject, properties: Sequence[str] = (BOUNDED,), examples: int = 20) -> None:
    run_state_machine_as_test(seed(0)(hunter(found, tuple(properties))), settings=DEV.settings(examples))


def test_a_tick_is_a_step_and_bounded_delivery_is_watched() -> None:
    machine = hunter(subject("hardened"), (BOUNDED,))
    assert list(machine.watched) == [BOUNDED]
    run, tick = machine(), machine.subject.system.number["tick"]
    assert run.enabled >> tick & 1


def test_hardened_survives_in_time_with_all_that_it_keeps_without() -> None:
    run(subject("hardened"), (BOUNDED, *PROPERTIES))


def test_time_passes_and_meals_come_in_the_runs_of_a_hunt() -> None:
    found = subject("hardened")
    hunt = Hunt(found, (), (BOUNDED,), DEV)
    assert hunt.survive(BOUNDED) is None
    seen = hunt.seen.behaviour()
    names = {event.name for event, happened in zip(found.system.events, seen.events, strict=True) if happened}
    assert {"tick", "server.complete.m1"} <= names
    assert seen.states > 100


@pytest.mark.parametrize("name", ["published", "hardened"])
def test_a_bound_that_is_a_second_too_small_is_caught(name: str) -> None:
    assert limits(name)[WORKS] == 2
    with pytest.raises(Violation, match=f"{name}: bounded-delivery is violated after"):
        run(subject(name, {WORKS: 1}), examples=300)


@pytest.mark.slow
def test_so_is_one_of_polling() -> None:
    """Six seconds: a sleep, and a load; so five are too few."""
    assert limits("hardened")[GONE] == 6
    caught = Hunt(subject("hardened", {GONE: 5}), (BOUNDED,), (), DEV).catch(BOUNDED)
    assert caught is not None
    assert waited(caught.trace) == 6


@pytest.mark.parametrize("gone", ["push", "request"])
def test_a_clock_that_is_removed_is_caught(gone: str) -> None:
    with pytest.raises(Violation, match="bounded-delivery"):
        run(subject("hardened", table=tuple(clock for clock in CLOCKS if clock.name != gone)), examples=300)


def waited(trace: Trace) -> int:
    """How many ticks a run ends after the completion, with a meal that is not shown; by one who knows no stopwatch."""
    kinds = [trace.system.event(name).kind for name in trace.events]
    done = max(k for k, name in enumerate(trace.events) if name.startswith("server.complete."))
    views = [trace.system.states(state)["view.m1"] for state in trace.path[done + 1 :]]
    assert not any(getattr(view, "untimed", view) is View.COMPLETED for view in views)
    return kinds[done:].count(Kind.TIME)


def test_what_is_caught_is_short_and_ends_when_it_is_too_late() -> None:
    found = subject("published", {WORKS: 1})
    with pytest.raises(Violation) as violation:
        run(found, examples=300)
    caught = Hunt(found, (BOUNDED,), (), DEV).shortened(violation.value)
    assert len(caught.trace) < caught.found
    assert waited(caught.trace) == 2
    assert caught.trace.events[-1] == "tick"


@pytest.mark.parametrize("name", ["published", "hardened", "app_head"])
def test_the_stopwatch_agrees_with_the_slowest_run_that_is_computed(name: str) -> None:
    """Its greatest is just not too late, and would be with a bound of one less."""
    slowest = [each for each in outcomes(DESIGNS[name], NONE) if each.whole.greatest]
    assert slowest
    for each in slowest:
        run_of = each.whole.latest
        assert run_of is not None
        greatest = each.whole.greatest
        assert greatest is not None
        for limit, late in ((greatest, False), (greatest - 1, True)):
            found = subject_in_time(DESIGNS[name], NONE, {**limits(name), each.measure.name: limit})
            assert judged(found, run_of.trace.events) is late


def judged(found: Subject, events: Sequence[str]) -> bool:
    """Whether the run is ever too late."""
    watch, state, bad = found.watches[BOUNDED](), found.system.initial, False
    for name in events:
        after = found.system.after(state, found.system.number[name])
        assert after is not None
        state = after
        watch.step(found.system.number[name], state)
        bad |= watch.bad
    return bad


def test_a_graph_that_is_wrong_about_time_ends_the_hunt() -> None:
    found = subject("hardened")
    ticks = found.system.of_kind(Kind.TIME)[found.graph.event]
    dest = np.where(ticks & (found.graph.dest > 5), found.graph.dest - 1, found.graph.dest).astype(np.int32)
    with pytest.raises(Disagreement):
        run(replace(found, graph=replace(found.graph, dest=dest)), examples=50)
