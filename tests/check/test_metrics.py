"""Metrics of many meals: every second within the bounds that hold for all runs; figures, alerts and what is scraped."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from math import inf
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mealspec.check.alert import alerts, fires, threshold
from mealspec.check.latency import SITUATIONS, Outcome, outcomes
from mealspec.check.metrics import LARGEST, Meals, percentile, simulate, strays
from mealspec.check.scrape import FAMILIES, openmetrics
from mealspec.check.show_metrics import to_json
from mealspec.core import CheckerError
from mealspec.model.clocks import CLOCKS, SEED_TIMES, clocks, timed_system
from mealspec.model.design import DESIGNS, WORLDS, Design
from mealspec.model.mechanism import Mechanism
from mealspec.model.product import system
from mealspec.model.rates import NEVER, RATES, Spread, odds, rates
from mealspec.model.scope import ASPECTS, FAULTS, Scope

ONE = Scope(connections=1, faults=1)
DEAD = next(situation.name for situation in SITUATIONS if "broken" in situation.name)


@cache
def seen(name: str, meals: int = 3000, scope: Scope = ONE) -> Meals:
    return simulate(DESIGNS[name], scope, meals, seed=1)


@cache
def bounds(name: str) -> list[Outcome]:
    return outcomes(DESIGNS[name], ONE)


# ---------------------------------------------------------------------- within the bounds


@pytest.mark.sample(1, others="slow")
@pytest.mark.parametrize("name", ["published", "hardened"])
def test_every_meal_takes_a_time_that_some_run_takes(name: str) -> None:
    found = seen(name)
    assert strays(found, bounds(name)) == []
    assert len(found.seconds) > 2500
    assert all(found.situations[situation.name].any() for situation in SITUATIONS[:3])


@pytest.mark.slow
@pytest.mark.more
@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("name", DESIGNS)
def test_so_does_every_one_of_ten_thousand(name: str, seed: int) -> None:
    """With breaks, losses and presses far more often than they are, too."""
    often = rates({"break": 60, "failed_load": 0.2, "lost_push": 0.3, "reconnect": 30, "restart": 120})
    for table in (RATES, often):
        assert strays(simulate(DESIGNS[name], ONE, 10_000, seed, rates=table), bounds(name)) == []


@pytest.mark.slow
def test_a_table_that_lets_a_sleep_last_longer_would_be_noticed() -> None:
    often = rates({"break": 60})
    for broken in ({"poll": (9.0, 9.0)}, {"request": (2.0, 4.0)}):
        slow = simulate(DESIGNS["hardened"], ONE, 3000, 1, clocks(broken), often)
        assert any("s, and not 0 to" in stray for stray in strays(slow, bounds("hardened"))), broken


def test_a_simulation_that_forgets_a_tick_of_each_meal_would_be_noticed() -> None:
    """The greatest delay of a broken socket is met, so one second more than what was seen is too much."""
    found = simulate(DESIGNS["hardened"], ONE, 3000, 1, rates=rates({"break": 30, "request": 3}))
    assert strays(found, bounds("hardened")) == []
    (dead,) = [each for each in bounds("hardened") if each.measure.name == DEAD]
    assert found.seconds[found.situations[DEAD]].max() == dead.greatest
    assert strays(replace(found, seen=replace(found.seen, stop=found.seen.stop + 1)), bounds("hardened"))


def test_a_meal_that_never_comes_where_it_must_would_be_noticed() -> None:
    found = seen("hardened")
    lost = np.where(np.arange(len(found.seen)) == np.flatnonzero(found.completed)[0], -1, found.seen.stop)
    told = strays(replace(found, seen=replace(found.seen, stop=lost)), bounds("hardened"))
    assert told
    assert all(": inf s, and not 0 to" in stray or ", by socket: inf s" in stray for stray in told)


def test_what_is_never_shown_is_allowed_only_where_some_run_never_shows_it() -> None:
    found = seen("published")
    assert np.isinf(found.seconds).any()
    assert strays(found, bounds("published")) == []
    assert strays(found, bounds("hardened")) != []


# ---------------------------------------------------------------------- figures


@pytest.mark.parametrize("name", ["before", "hardened", "app_head"])
def test_each_meal_is_in_one_situation_and_shown_in_one_way_or_not_at_all(name: str) -> None:
    found = seen(name)
    assert (np.sum(list(found.situations.values()), axis=0) == 1).all()
    assert (np.sum(list(found.ways.values()), axis=0) == np.isfinite(found.seconds)).all()


def test_no_fault_no_lost_meal_and_no_failed_dial() -> None:
    calm = simulate(DESIGNS["hardened"], Scope(connections=1, faults=0), 1000, seed=1)
    assert np.isfinite(calm.seconds).all()
    assert calm.success("opened") == 1
    assert calm.failed.sum() == 0


def test_the_apps_client_takes_every_dial_for_a_success() -> None:
    """E15: half a second after the dial began, whatever has become of it."""
    found = simulate(DESIGNS["app_head"], ONE, 2000, 1, rates=rates({"failed_dial": 0.3}))
    opened, believed = found.success("opened"), found.success("believed")
    assert opened is not None
    assert opened < 0.8
    assert believed == 1


@pytest.mark.parametrize("name", ["published", "hardened"])
def test_a_dial_opens_or_fails(name: str) -> None:
    """But for those under way when a session ends, or closed by who dials anew."""
    found = seen(name)
    dials, known = found.count("dials"), found.count("opened") + found.count("failed")
    assert (known <= dials).all()
    assert (known == dials).mean() > 0.99


def test_what_happens_more_often_is_seen_more_often() -> None:
    rare, often = (simulate(DESIGNS["published"], ONE, 2000, 1, rates=rates({"break": s})) for s in (3600, 120))
    assert np.isinf(often.seconds).sum() > 3 * np.isinf(rare.seconds).sum()


def test_a_rate_of_never_is_never() -> None:
    none = {"break": NEVER, "restart": NEVER, "failed_dial": 0, "failed_load": 0, "lost_push": 0, "failed_work": 0}
    found = simulate(DESIGNS["hardened"], ONE, 1000, 1, rates=rates(none))
    assert found.failed.sum() == 0
    assert not found.situations[DEAD].any()


def test_the_seeds_work_takes_26_to_33_seconds() -> None:
    table = {clock.name: (clock.least, clock.greatest or 0) for clock in clocks(SEED_TIMES)}
    assert tuple(map(sum, zip(table["dispatch"], table["work"], strict=True))) == (26, 33)


@given(st.lists(st.one_of(st.integers(0, 9), st.just(inf)), min_size=1), st.sampled_from([0.5, 0.9, 0.95, 0.99, 1.0]))
def test_a_percentile_is_the_least_value_that_so_many_do_not_exceed(values: list[float], share: float) -> None:
    found, array = percentile(np.array(values, float), share), np.array(values, float)
    assert found in values
    assert found is not None
    assert (array <= found).mean() >= share - 1e-9
    assert (array < found).mean() < share


# ---------------------------------------------------------------------- alerts


VALUES = st.lists(st.integers(0, 6), min_size=1, max_size=12).map(lambda some: np.array(some, float))


@given(VALUES, VALUES, st.booleans())
def test_no_threshold_makes_fewer_errors(bad: np.ndarray, good: np.ndarray, above: bool) -> None:
    def errors(cut: float) -> float:
        return fires(good, cut, above) + 1 - fires(bad, cut, above)

    best = threshold(bad, good, above)
    assert all(errors(best) <= errors(cut) + 1e-9 for cut in np.arange(-0.5, 7, 0.5))


def test_an_alert_on_excessive_polling_cannot_be_set_and_one_on_the_time_to_update_can() -> None:
    found = {(each.measure, each.meals, each.above): each for each in alerts(seen("published"), seen("hardened"))}
    assert found["polls", 1, True].misses > 0.9
    assert found["polls", 100, True].misses > 0.9
    assert found["seconds to update", 1, True].misses == 0
    assert found["seconds to update", 1, True].false_alarms < 0.01
    assert found["polls", 1, False].errors < 0.02


def test_nothing_tells_a_design_from_itself() -> None:
    one, other = seen("published"), simulate(DESIGNS["published"], ONE, 3000, seed=2)
    assert all(each.errors > 0.6 for each in alerts(one, other) if each.meals > 1)


# ---------------------------------------------------------------------- rates


def test_rates_have_names_of_their_own_and_clocks_lend_theirs() -> None:
    names = [rate.name for rate in RATES]
    assert len(names) == len({*names})
    assert all(rate.what for rate in RATES if isinstance(rate, Spread))


EVERY = [
    *WORLDS,
    Design("everything", frozenset(Mechanism)),
    *(pytest.param(d, marks=pytest.mark.slow) for d in DESIGNS.values()),
]


@pytest.mark.parametrize("plan", EVERY, ids=str)
def test_every_event_of_every_design_has_a_rate(plan: Design) -> None:
    away = Scope(connections=1, faults=1, includes=frozenset({"background"}))
    short = clocks({"client_ping": (2, 4), "server_ping": (2, 4)})
    for scope, table in ((Scope(faults=1).with_({*FAULTS, *ASPECTS} - {"background"}), CLOCKS), (away, short)):
        product = timed_system(plan, scope, table)
        told = odds(product, plan, table)
        assert {*told.rates} == {event.name for event in product.events}


def test_where_nothing_else_is_said_each_second_that_a_clock_allows_is_as_likely() -> None:
    """Of the dispatcher's 0 to 30 s each of the 31 ticks; what is left for the last is due, and the tick refused."""
    product = timed_system(DESIGNS["published"], ONE)
    within, left = odds(product, DESIGNS["published"]).within, 1.0
    (job,) = [machine for machine in product.machines if machine.name == "job.m1"]
    rows: list[Any] = [row.source for row in job.rows if row.event == "server.start.m1"]
    queued = sorted(rows, key=lambda state: state[-1])
    assert [state[-1] for state in queued] == list(range(31))
    for state in queued[:-1]:
        rate = within("job.m1", state, "server.start.m1")
        assert rate is not None
        assert left * rate / (1 + rate) == pytest.approx(1 / 31)
        left /= 1 + rate
    assert left == pytest.approx(1 / 31)
    assert not any(row.event == "tick" and row.source == queued[-1] for row in job.rows)


def test_each_rate_is_of_something() -> None:
    scope = Scope(faults=1).with_({*FAULTS, *ASPECTS})
    names = {event.name for plan in (*WORLDS, *DESIGNS.values()) for event in system(plan, scope).events}
    for rate in RATES:
        if not isinstance(rate, Spread):
            for events in rate.events:
                assert any(name == events or name.startswith(f"{events}.") for name in names), events


def test_what_makes_no_sense_is_refused() -> None:
    plan = DESIGNS["published"]
    with pytest.raises(CheckerError, match="unknown rate 'brake'; did you mean 'break'"):
        rates({"brake": 1})
    with pytest.raises(CheckerError, match="'failed_dial' is a share, and cannot be 2: choose 0 to 1"):
        rates({"failed_dial": 2})
    with pytest.raises(CheckerError, match="'break' is in seconds, and cannot be 0: choose"):
        rates({"break": 0})
    with pytest.raises(CheckerError, match="cannot simulate 0 meals: choose 1 to"):
        simulate(plan, ONE, 0, 1)
    with pytest.raises(CheckerError, match="cannot simulate 1,000,001 meals"):
        simulate(plan, ONE, LARGEST + 1, 1)
    with pytest.raises(CheckerError, match="a seed cannot be -1"):
        simulate(plan, ONE, 1, -1)
    with pytest.raises(CheckerError, match="clock 'dispatch' has no greatest"):
        simulate(plan, ONE, 1, 1, clocks({"dispatch": (3, None)}))


# ---------------------------------------------------------------------- for scrapers


def test_prometheus_reads_what_is_scraped_and_finds_the_same_figures() -> None:
    parser = pytest.importorskip("prometheus_client.openmetrics.parser")
    found = [seen("published"), seen("hardened")]
    families = {family.name: family for family in parser.text_string_to_metric_families(openmetrics(found))}
    assert list(families) == [family.name for family in FAMILIES]
    for each in found:
        told = to_json(each)

        def value(name: str, design: str = str(each.design), **labels: str) -> float:
            family = next(family for family in families.values() if name.startswith(family.name))
            wanted = {"design": design, **labels}
            return float(next(s.value for s in family.samples if s.name == name and s.labels == wanted))

        assert value("mealspec_time_to_update_seconds_count") == len(each.seconds) - told["seconds_to_update"]["never"]
        assert value("mealspec_meals_total", fate="never_shown") == told["seconds_to_update"]["never"]
        assert value("mealspec_dials_total") == told["connections"]["dials"]
        assert value("mealspec_polls_count") == told["sessions"]
        assert value("mealspec_polls_sum") == each.count("polls").sum()
        assert sum(value("mealspec_updates_total", way=way) for way in each.ways) == np.isfinite(each.seconds).sum()


def test_a_text_that_ends_too_early_would_be_noticed() -> None:
    parser = pytest.importorskip("prometheus_client.openmetrics.parser")
    text = openmetrics([seen("published")])
    with pytest.raises(ValueError, match="EOF"):
        list(parser.text_string_to_metric_families(text.removesuffix("# EOF\n")))
    broken = text.replace('_count{design="published"} 30', '_count{design="published"} 31', 1)
    with pytest.raises(ValueError, match="ount"):
        list(parser.text_string_to_metric_families(broken))
