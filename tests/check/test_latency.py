"""Seconds until a meal is on the screen: some worked out by hand, all found by a second engine."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from mealspec.check.latency import (
    COUNTS,
    FURTHER,
    MEASURES,
    RUNS,
    SITUATIONS,
    WATCHED,
    Measure,
    Outcome,
    outcomes,
)
from mealspec.check.show_latency import timeline
from mealspec.core import At, CheckerError, Graph, Kind, Trace, explore
from mealspec.core.explicit.delays import Stopwatch
from mealspec.core.timed import TICK, is_one_of
from mealspec.model.client.view import View
from mealspec.model.clocks import CLOCKS, clocks, timed_system
from mealspec.model.design import DESIGNS, Design, design
from mealspec.model.growth import Figures, Growing, growing, growth
from mealspec.model.mechanism import Mechanism
from mealspec.model.product import system
from mealspec.model.scope import ASPECTS, FAULTS, Scope
from mealspec.properties.facts import Facts

EVERY = tuple(MEASURES.values())
NONE, ONE = Scope(connections=1, faults=0), Scope(connections=1, faults=1)
WORKS, _, DEAD, UNDETECTED = (measure.name for measure in SITUATIONS)
SHOWN = At("view.m1", lambda s: s is View.COMPLETED)


def found(name: str, scope: Scope = NONE, **seconds: Figures) -> dict[str, Outcome]:
    return {each.measure.name: each for each in outcomes(design(name), scope, clocks(seconds))}


def most(name: str, scope: Scope, **seconds: Figures) -> tuple[float | None, ...]:
    """The greatest from save to end, and of what is counted."""
    asked = (FURTHER[0], *COUNTS)
    return tuple(each.greatest for each in outcomes(design(name), scope, clocks(seconds), measures=asked))


# ---------------------------------------------------------------------- by hand


def test_a_push_takes_a_message_and_a_load() -> None:
    """At most 1 s on its way, and at most 1 s for the load that it asks for. Nothing has to wait."""
    works = found("published")[WORKS]
    assert (works.least, works.greatest) == (0, 1 + 1)
    assert works.verdict == "too optimistic by 1 s"


def test_a_claim_is_held_against_the_least_and_the_greatest() -> None:
    """The claim is 5 to 10 s."""
    one = found("published")[WORKS]
    polled = replace(one.measure, claim=(5, 10))
    words = {
        (5, 10): "true", (7, 9): "true", (0, 7): "true, and sooner: from 0 s on", (5, 12): "too optimistic by 2 s",
        (0, 12): "too optimistic by 2 s", (11, 12): "unattainable: 11 s at the soonest",
        (5, None): "unattainable: some run never shows it", (None, None): "never",
    }  # fmt: skip
    for (least, greatest), word in words.items():
        told = one._replace(measure=polled, whole=replace(one.whole, least=least, greatest=greatest))
        assert told.verdict == word


def test_the_most_that_it_takes_is_said_in_seconds_or_that_it_never_ends_or_does_not_occur() -> None:
    one = found("published")[WORKS]
    assert one.most == "2 s"
    assert one._replace(quantum=0.25).most == "0.5 s"
    assert one._replace(whole=replace(one.whole, greatest=None)).most == "never"
    assert one._replace(whole=replace(one.whole, begins=False)).most == "-"


def test_the_slowest_run_is_told_in_seconds_from_where_the_work_is_done() -> None:
    title, *lines, end = timeline(found("published")[WORKS])
    assert (title, end) == (f"{WORKS}: the slowest run", "")
    seconds = [float(line.split()[0]) for line in lines]
    assert seconds == sorted(seconds)
    assert seconds[0] < 0
    assert [second for second, line in zip(seconds, lines, strict=True) if line.endswith("complete m1")] == [0]
    assert seconds[-1] == 2


def test_a_poll_takes_an_answer_that_came_too_early_a_sleep_and_a_load() -> None:
    """The answer of the poll before was read just before the work was done, and is shown a second later."""
    dead = found("hardened", ONE)[DEAD]
    assert dead.greatest == 1 + 5 + 1
    assert dead.verdict == "true, and sooner: from 0 s on"


@pytest.mark.slow
def test_a_longer_sleep_is_waited_for() -> None:
    assert found("hardened", ONE, poll=(8, 8))[DEAD].greatest == 1 + 8 + 1
    assert found("hardened", ONE, poll=(8, 8), request=(0, 3))[DEAD].greatest == 3 + 8 + 3


@pytest.mark.slow
def test_a_sync_takes_the_pause_since_the_one_that_came_too_early_a_fetch_and_a_load() -> None:
    """In the app's latest code what a broken socket swallows is fetched, every 30 s."""
    breaks = Scope(connections=1, faults=1, includes=frozenset({"break"}))
    assert found("app_head", breaks)[DEAD].greatest == 30 + 1 + 1
    assert found("app_head", breaks, sync=(0, 10))[DEAD].greatest == 10 + 1 + 1


def test_without_polling_and_without_a_socket_it_never_comes() -> None:
    """The race: completed between handshake and registration."""
    lost = found("published")[UNDETECTED]
    assert lost.greatest is None
    assert lost.whole.latest is not None
    assert lost.whole.latest.trace.loop is not None
    assert lost.verdict.startswith("unattainable")


def test_a_socket_that_breaks_silently_hides_a_meal_for_ever_unless_polling_goes_on() -> None:
    assert found("published", ONE)[DEAD].greatest is None
    assert found("hardened", ONE)[DEAD].greatest == 1 + 5 + 1


# ---------------------------------------------------------------------- what is counted, and what grows


def test_polls_and_seconds_of_polling_are_counted_from_save_to_end() -> None:
    """2 s the outbox's pause, 1 the upload, 30 the dispatcher, 8 the work, 1 the push, 1 its load: 43 s in all.

    The first poll may come with the save, and then one every 5 s: at 0, 5, ... 40. It polls all the time, whatever the
    socket does.
    """
    assert most("hardened", NONE) == (43, 9, 43)
    assert most("published", NONE) == (43, 0, 0)


def test_an_interval_that_grows_saves_polls_and_is_late_only_when_it_has_grown() -> None:
    """A first sleep of 5 s ends with the save. Then 5, 5, 5, 7.5 and 11.25 s, at least 7 and 11 ticks: polls at 0, 5,
    10, 15, 22 and 33 s."""
    assert most("hardened", NONE, poll=growth("poll", "adaptive")) == (43, 6, 43)
    assert most("hardened", NONE, poll=Growing(growing(5, 1, 5))) == (43, 9, 43)
    assert most("hardened", NONE, poll=Growing(((5, 5), (30, 30)))) == (43, 2, 43)  # at 0 and 30 s, or 5 and 35


@pytest.mark.slow
def test_adaptive_polling_is_judged_by_what_it_saves_and_costs() -> None:
    """A silent break: the answer that came too early, the longest sleep and its load, in the place of 1 + 5 + 1 s."""
    adaptive = growth("poll", "adaptive")
    assert found("hardened", ONE, poll=adaptive)[DEAD].greatest == 1 + 30 + 1
    assert [most("hardened", ONE, **seconds)[1] for seconds in ({}, {"poll": adaptive})] == [19, 9]


def test_an_outbox_whose_pause_grows_waits_longer_after_each_failure() -> None:
    """One failure adds its second and a pause, 2 s as before it or 1 to 3; three add 3 s and 3 + 7 + 32."""
    backoff = growth("upload", "backoff")
    for faults, plain, grown in ((0, 43, 43), (1, 46, 47), (3, 52, 88)):
        scope = Scope(connections=1, faults=faults, includes=frozenset({"upload"}))
        assert [most("published", scope, **some)[0] for some in ({}, {"upload": backoff})] == [plain, grown]


def test_an_outbox_gives_up_after_its_last_attempt_and_not_before() -> None:
    """Three attempts: two pauses that grow, and then it is over at once."""
    plan, scope = design("published+outbox_gives_up"), Scope(connections=1, includes=frozenset({"upload"}))
    graph = explore(timed_system(plan, scope, clocks({"upload": Growing(((0, 0), (1, 2), (4, 5)))})))
    outbox = graph.system.machines[graph.system.position["outbox.m1"]].states
    at = np.array([state.rounds for state in outbox])[graph.local("outbox.m1")]  # type: ignore[attr-defined]
    names = np.array([event.name for event in graph.system.events])[graph.event]
    assert set(at[graph.source[names == "client.abandon_upload.m1"]]) == {3}
    assert set(at[graph.source[names == "client.upload.m1"]]) == {0, 1, 2}
    assert stopped(graph) == 0


@pytest.mark.parametrize("seconds", [{"poll": growth("poll", "adaptive")}, {"upload": growth("upload", "backoff")}])
def test_sets_and_single_states_agree_on_clocks_that_grow(seconds: dict[str, Figures]) -> None:
    scope = NONE if "poll" in seconds else Scope(connections=1, faults=2, includes=frozenset({"upload"}))
    one, other = (
        outcomes(DESIGNS["hardened"], scope, clocks(seconds), engine=engine, measures=EVERY)
        for engine in ("explicit", "symbolic")
    )
    assert [(each.whole, each.ways) for each in one] == [(each.whole, each.ways) for each in other]


def test_growth_that_makes_no_sense_is_refused() -> None:
    with pytest.raises(CheckerError, match="clock 'work' does not grow: only poll and upload do"):
        clocks({"work": Growing(((1, 1), (2, 2)))})
    with pytest.raises(CheckerError, match="clock 'poll' cannot run from 3 to 2 s"):
        clocks({"poll": Growing(((1, 1), (3, 2)))})
    with pytest.raises(CheckerError, match="no clock 'poll' grows as 'backoff': there are poll=adaptive and upload=ba"):
        growth("poll", "backoff")
    with pytest.raises(CheckerError, match="an interval cannot grow from 0 to 30 s"):
        growing(0, 3, 30)


# ---------------------------------------------------------------------- time is time


def stopped(graph: Graph) -> int:
    """In how many states what the system owes leads to no tick any more."""
    product = graph.system
    ticks = product.of_kind(Kind.TIME)[graph.event]
    owed = product.of_kind(Kind.SYSTEM)[graph.event] & ~ticks
    can = np.zeros(len(graph), np.bool_)
    can[graph.source[ticks]] = True
    while True:
        more = can.copy()
        more[graph.source[owed][can[graph.dest[owed]]]] = True
        if (more == can).all():
            return int((~can).sum())
        can = more


KINDS = sorted({*FAULTS, *ASPECTS} - {"device"} - ONE.includes)


@pytest.mark.sample(8)
@pytest.mark.parametrize("item", ["nothing more", *KINDS])
@pytest.mark.parametrize("name", DESIGNS)
def test_no_design_can_stop_time(name: str, item: str) -> None:
    scope = (NONE if name == "app_head" else ONE).with_([] if item == "nothing more" else [item])
    if item == "background":
        scope = Scope(connections=1, faults=int(name not in ("hardened", "app_head")), includes=frozenset({item}))
    graph = explore(timed_system(DESIGNS[name], scope))
    assert graph.complete
    assert stopped(graph) == 0


def test_an_impossible_bound_would_be_noticed() -> None:
    """Work that must be over before it can be stops time."""
    table = clocks({"work": (9, 9)})
    (work,) = [clock for clock in table if clock.name == "work"]
    hurried = (*table, replace(work, least=0, greatest=3))
    assert stopped(explore(timed_system(DESIGNS["published"], NONE, hurried))) > 0


@pytest.mark.parametrize("name", DESIGNS)
def test_without_its_ticks_a_run_in_time_is_a_run_of_the_design(name: str) -> None:
    plain, graph = system(DESIGNS[name], NONE), explore(timed_system(DESIGNS[name], NONE))
    for number in range(0, len(graph), max(1, len(graph) // 300)):
        state = plain.initial
        for event in graph.path(number):
            if graph.system.event(event).kind is not Kind.TIME:
                after = plain.step(state, event)
                assert isinstance(after, tuple), event
                state = after
        seen = {key: getattr(value, "untimed", value) for key, value in graph.state(number).items()}
        assert plain.states(state) == seen


@pytest.mark.parametrize("name", ["published", "hardened", "app_published"])
def test_half_the_tick_gives_the_same_seconds(name: str) -> None:
    """Whole seconds lose nothing where all bounds are whole seconds, and closed."""
    table = tuple(clock for clock in CLOCKS if clock.name != "timed_connect")
    whole, half = (outcomes(DESIGNS[name], NONE, table, tick) for tick in (1, 0.5))
    assert [(each.least, each.greatest) for each in whole] == [(each.least, each.greatest) for each in half]


# ---------------------------------------------------------------------- a second engine


@pytest.mark.parametrize(
    ("name", "scope"),
    [
        *((name, NONE) for name in DESIGNS if name != "app_head"),
        pytest.param("app_head", NONE, marks=pytest.mark.slow),
        *(pytest.param(name, ONE, marks=pytest.mark.slow) for name in DESIGNS),
    ],
)
def test_sets_of_states_take_as_long_as_single_states(name: str, scope: Scope) -> None:
    """Least and greatest, whole and by way, of every measure."""
    both = [outcomes(DESIGNS[name], scope, engine=engine, measures=EVERY) for engine in ("explicit", "symbolic")]
    assert [each.whole.begins for each in both[0]] == [each.whole.begins for each in both[1]]
    for one, other in zip(*both, strict=True):
        assert (one.whole, one.ways) == (other.whole, other.ways), one.measure.name


def counted(measure: Measure, plan: Design, run: Trace) -> list[bool]:
    """For each event of a run whether the measure counts it."""
    facts = Facts(plan, NONE, run.system)
    during = [measure.during is None or measure.during(facts).holds(run.state(k)) for k in range(len(run))]
    if not measure.counted and not measure.suspended:
        during = [there and RUNS.holds(run.state(k)) for k, there in enumerate(during)]
    names = measure.counted or (TICK,)
    return [is_one_of(name, names) and there for name, there in zip(run.events, during, strict=True)]


@pytest.mark.parametrize("engine", ["explicit", "symbolic"])
@pytest.mark.parametrize("name", ["published", "hardened"])
def test_the_runs_that_are_shown_take_so_long(name: str, engine: str) -> None:
    for each in outcomes(DESIGNS[name], NONE, engine=engine, measures=EVERY):
        for ticks, run in ((each.whole.least, each.whole.soonest), (each.whole.greatest, each.whole.latest)):
            if run is None:
                assert ticks is None
                continue
            counts = counted(each.measure, DESIGNS[name], run.trace)
            if run.trace.loop is None:
                assert counts[run.begin :].count(True) == ticks
            else:
                assert ticks is None
                assert True in counts[run.trace.loop :]


@pytest.mark.slow
def test_two_connections_are_measured_by_sets() -> None:
    """A reconnect while a meal is pushed sends the push to the socket that is left; a poll shows it."""
    found = outcomes(DESIGNS["hardened"], Scope(faults=0), engine="symbolic")
    assert [each.greatest for each in found if each.occurs] == [1 + 5 + 1] * 3


def test_where_there_are_too_many_states_sets_are_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mealspec.check.latency.MOST", 100)
    assert outcomes(DESIGNS["hardened"], NONE)[0].greatest == 1 + 1
    with pytest.raises(CheckerError, match="hardened has more than 100 states in time"):
        outcomes(DESIGNS["hardened"], NONE, engine="explicit")


@pytest.mark.slow
@pytest.mark.more
def test_two_connections_take_as_long_state_by_state() -> None:
    both = [outcomes(DESIGNS["hardened"], Scope(faults=0), engine=engine) for engine in ("explicit", "symbolic")]
    assert [(each.whole, each.ways) for each in both[0]] == [(each.whole, each.ways) for each in both[1]]


@pytest.mark.slow
def test_what_else_takes_time_has_an_end_in_the_hardened_design() -> None:
    every = {each.measure.name: each for each in outcomes(DESIGNS["hardened"], ONE, measures=FURTHER)}
    found = {name: each.greatest for name, each in every.items() if each.occurs}
    assert every.keys() - found.keys() == {"from the app's return, if the work is done"}, "nobody leaves the app here"
    assert None not in found.values()
    assert found["a dead entry is listed"] == 20 + 20  # the pause between two pings, and the wait for the answer


def test_in_the_published_designs_a_dead_socket_stays_for_ever() -> None:
    for name in ("published", "published_plus"):
        found = {each.measure.name: each.greatest for each in outcomes(DESIGNS[name], ONE, measures=FURTHER)}
        assert set(found.values()) == {None}


@pytest.mark.slow
def test_untimed_facts_mean_the_same_in_time() -> None:
    """A belief, say, is read off the state without its ticks: so every situation holds in just its states."""
    plan = DESIGNS["hardened"]
    plain, graph = explore(system(plan, ONE)), explore(timed_system(plan, ONE))
    for measure in SITUATIONS:
        holds = plain.where(measure.holds(Facts(plan, ONE, plain.system)))
        known = {tuple(map(str, plain.state(int(k)).values())) for k in np.flatnonzero(holds)}
        timed = graph.where(measure.holds(Facts(plan, ONE, graph.system)))
        seen = {
            tuple(str(getattr(s, "untimed", s)) for s in graph.state(int(k)).values())
            for k in np.flatnonzero(timed)[::97]
        }
        assert seen <= known


@pytest.mark.slow
def test_each_completion_is_in_one_situation() -> None:
    plan = DESIGNS["hardened"]
    graph = explore(timed_system(plan, ONE))
    facts = Facts(plan, ONE, graph.system)
    holds = np.sum([graph.where(measure.holds(facts)) for measure in SITUATIONS], axis=0)
    assert np.array_equal(holds, graph.where(WATCHED))


# ---------------------------------------------------------------------- what is asked for


def test_every_clock_bounds_something() -> None:
    everything = Design("everything", frozenset(Mechanism))
    known = {
        event.name
        for plan in (*DESIGNS.values(), everything)
        for event in system(plan, Scope().with_([*FAULTS, "background"])).events
    }
    for clock in CLOCKS:
        assert any(name == event or name.startswith(f"{event}.") for event in clock.events for name in known), (
            clock.what
        )


def test_what_makes_no_sense_is_refused() -> None:
    with pytest.raises(CheckerError, match="unknown clock 'pol'; did you mean 'poll'"):
        clocks({"pol": (1, 1)})
    with pytest.raises(CheckerError, match="clock 'poll' cannot run from 3 to 2 s"):
        clocks({"poll": (3, 2)})
    with pytest.raises(CheckerError, match="a tick of 0 s does not pass"):
        outcomes(DESIGNS["published"], NONE, quantum=0)
    with pytest.raises(CheckerError, match="one meal, not 2"):
        outcomes(DESIGNS["published"], Scope(meals=2))


def test_a_stopwatch_that_ignores_ticks_would_be_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    before = Stopwatch.__init__

    def blind(self: Stopwatch, *given: object, **named: object) -> None:
        before(self, *given, **named)  # type: ignore[arg-type]
        self.counted = np.zeros_like(self.counted)

    monkeypatch.setattr(Stopwatch, "__init__", blind)
    assert found("hardened", ONE)[DEAD].greatest != 7
