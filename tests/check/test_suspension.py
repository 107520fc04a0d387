"""Seconds of an app that may be suspended: its timers stand still, and what is at the server or on its way goes on."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from mealspec.check.latency import outcomes
from mealspec.check.metrics import simulate, strays
from mealspec.check.region import Region
from mealspec.check.show_latency import timeline
from mealspec.check.staircase import staircase
from mealspec.core import explore
from mealspec.core.timed import PAUSED
from mealspec.model.clocks import CLOCKS, timed_system
from mealspec.model.design import DESIGNS, Design, design
from mealspec.model.mechanism import SEEDS, Mechanism
from mealspec.model.product import system
from mealspec.model.scope import FAULTS, Scope
from tests.check.test_latency import EVERY, NONE, WORKS, counted, found

PERSISTS = (
    "published-message_stops_polling-connect_stops_polling"
    "+poll_until_terminal+poll_on_appear+poll_on_submit+server_ping"
)
"""The published design that polls until a meal is finished, with a server that pings."""

AWAY = Scope(connections=1, faults=0, includes=frozenset({"background"}))


def test_a_suspension_lengthens_what_a_push_takes() -> None:
    """The server gives the suspended app up, and the push on its way with it. A poll shows the meal: the answer
    that was read too early, the rest of the sleep, and a load, in seconds in which the app runs."""
    plain, away = (found(PERSISTS, scope) for scope in (NONE, AWAY))
    assert (plain[WORKS].greatest, away[WORKS].greatest) == (1 + 1, 1 + 5 + 1)
    run = away[WORKS].whole.latest
    assert run is not None
    assert {"user.background", "user.foreground"} <= {*run.trace.events[run.begin :]}


@pytest.mark.slow
def test_half_the_tick_gives_the_same_seconds_with_suspension() -> None:
    whole, half = (outcomes(design(PERSISTS), AWAY, quantum=tick) for tick in (1, 0.5))
    assert [(each.least, each.greatest) for each in whole] == [(each.least, each.greatest) for each in half]


def test_a_suspended_app_is_given_up_by_the_server_between_20_and_40_s_later() -> None:
    """Seconds of a suspension as they pass outside: the pings of the server do not stand still."""
    graph = explore(timed_system(design(PERSISTS), AWAY))
    app = graph.system.machines[graph.system.position["app"]].states
    at = np.array([state.ticks for state in app])[graph.local("app")]  # type: ignore[attr-defined]
    names = np.array([event.name for event in graph.system.events])[graph.event]
    assert set(at[graph.source[names == "server.expire_suspended.c1"]]) == {*range(20, 40 + 1)}


def test_a_poll_sleeps_5_s_of_a_running_app_however_long_it_is_suspended() -> None:
    graph = explore(timed_system(design(PERSISTS), AWAY))
    poller = graph.system.machines[graph.system.position["poller"]].states
    at = np.array([state.ticks for state in poller])[graph.local("poller")]  # type: ignore[attr-defined]
    names = np.array([event.name for event in graph.system.events])[graph.event]
    assert set(at[graph.source[names == "client.poll.wake.anyway"]]) == {5}
    paused = np.char.startswith(names, PAUSED)
    assert paused.any()
    assert np.array_equal(at[graph.source[paused]], at[graph.dest[paused]])


def test_only_timers_of_the_apps_own_code_stand_still() -> None:
    """Whatever such a clock bounds needs the running app, in every design."""
    everything = Design("everything", frozenset(Mechanism))
    for plan in (*DESIGNS.values(), everything):
        for event in system(plan, Scope().with_([*FAULTS, "background"])).events:
            if any(clock.still and clock.bounds(event.name) for clock in CLOCKS):
                assert "app" in event.takes, event.name


def test_what_a_suspended_app_does_not_count_is_said() -> None:
    told = "\n".join(timeline(found(PERSISTS, AWAY)[WORKS]))
    assert "s while the app is suspended do not count)" in told


@pytest.mark.parametrize(
    ("name", "scope"),
    [
        ("published", NONE.with_(["background"])),
        pytest.param("published", replace(AWAY, faults=1), marks=pytest.mark.slow),
        pytest.param("app_published", replace(AWAY, faults=1), marks=pytest.mark.slow),
        pytest.param(PERSISTS, AWAY, marks=[pytest.mark.slow, pytest.mark.more]),
    ],
)
def test_sets_and_single_states_agree_on_a_suspended_app(name: str, scope: Scope) -> None:
    plan = design(name)
    one, other = (outcomes(plan, scope, engine=engine, measures=EVERY) for engine in ("explicit", "symbolic"))
    assert [(each.whole, each.ways) for each in one] == [(each.whole, each.ways) for each in other]
    for each in (*one, *other):
        run = each.whole.latest
        if run is not None and run.trace.loop is None:
            assert counted(each.measure, plan, run.trace)[run.begin :].count(True) == each.whole.greatest


@pytest.mark.slow
def test_the_staircase_counts_seconds_in_which_the_app_runs() -> None:
    plan = design(PERSISTS)
    alone = Region(plan.mechanisms, frozenset(SEEDS) - plan.mechanisms)
    for scope in (NONE, AWAY):
        most = max(each.greatest or 0 for each in outcomes(plan, scope) if each.occurs)
        assert [stair.seconds for stair in staircase(alone, scope).stairs] == [most]


def test_every_sampled_time_of_a_suspended_app_lies_within_the_bounds() -> None:
    plan = design(PERSISTS)
    meals = simulate(plan, AWAY, 5000, seed=1)
    names = [event.name for event in meals.seen.system.events]
    assert any(name.startswith(PAUSED) for name in names)
    assert strays(meals, outcomes(plan, AWAY)) == []
    assert strays(meals, outcomes(plan, NONE)) != []  # some take longer than any run without a suspension
