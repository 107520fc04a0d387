"""Machines in time are machines with fewer runs, and what is measured on them is what a slow search measures."""

from __future__ import annotations

from collections import deque
from random import Random

import numpy as np
import pytest

from mealspec.core import ANY, At, Event, Graph, Kind, Machine, System, explore, replay, trimmed
from mealspec.core.delay import Delay
from mealspec.core.explicit.delays import Stopwatch
from mealspec.core.timed import TICK, Bound, Clockwork, Phase, in_time, timed

CROWDED = "tick.crowded"
TICKS = (TICK, CROWDED)


def random_system(rng: Random) -> System:
    """A few machines that share events; the state `end` of the first is where everything is to go."""
    names = [f"e{k}" for k in range(6)]
    machines = []
    for k in range(rng.choice((1, 2, 3))):
        states = ["start", "middle", "end"]
        some = rng.sample(names, 4)
        pairs = dict.fromkeys((event, rng.choice(states)) for event in some for _ in range(2))
        rows = [(event, source, rng.choice(states)) for event, source in pairs]
        machines.append(Machine.table(f"m{k}", "start", rows))
    used = [name for name in names if any(name in machine.alphabet for machine in machines)]
    events = [Event(e, Kind.SYSTEM, "x", tuple(m.name for m in machines if e in m.alphabet)) for e in used]
    return System(*trimmed(machines, events))


def random_clock(rng: Random, machine: Machine) -> Clockwork:
    """The machine with bounds on some of its events in some of its states."""
    phases = []
    for state in rng.sample(machine.states, rng.randint(0, len(machine.states))):
        events = tuple(rng.sample(machine.alphabet, min(2, len(machine.alphabet))))
        least = rng.randint(0, 2)
        greatest = rng.choice((None, least, least + 2))
        phases.append(Phase(state, (Bound(events, least, greatest, restarts=rng.random() < 0.3),)))
    return Clockwork(machine, tuple(phases))


def random_graph(seed: int) -> Graph:
    rng = Random(seed)
    plain = random_system(rng)
    return explore(in_time(plain, [timed(random_clock(rng, machine)) for machine in plain.machines]))


@pytest.mark.parametrize("seed", range(40))
def test_without_its_ticks_a_run_in_time_is_a_run(seed: int) -> None:
    rng = Random(seed)
    plain = random_system(rng)
    graph = explore(in_time(plain, [timed(random_clock(rng, machine)) for machine in plain.machines]))
    assert graph.complete
    for number in rng.sample(range(len(graph)), min(20, len(graph))):
        events = [name for name in graph.path(number) if name not in TICKS]
        run = replay(plain, events)
        there = {name: getattr(state, "untimed") for name, state in graph.state(number).items()}  # noqa: B009
        assert plain.states(run.path[-1]) == there  # type: ignore[union-attr]


@pytest.mark.parametrize("seed", range(40))
def test_with_no_bounds_time_changes_nothing_but_that_it_passes(seed: int) -> None:
    plain = random_system(Random(seed))
    graph = explore(in_time(plain, [timed(Clockwork(machine, ())) for machine in plain.machines]))
    assert len(graph) == len(explore(plain))
    assert {graph.system.event(TICK)} == {*graph.system.events} - {*plain.events}


# ---------------------------------------------------------------------- measured slowly


def slow(graph: Graph, begins: list[int], until: set[int]) -> tuple[int | None, int | None]:
    """Least and greatest by walking through pairs of a state and the ticks so far, one by one."""
    most = len(graph) + 1  # whoever has ticked so often has been somewhere twice
    waiting, seen = deque((node, 0) for node in begins), {(node, 0) for node in begins}
    found: list[int] = []
    while waiting:
        node, ticks = waiting.popleft()
        if ticks > most:
            return min(found, default=None), None
        for edge in range(graph.offset[node], graph.offset[node + 1]):
            there = int(graph.dest[edge])
            later = ticks + (graph.system.events[graph.event[edge]].name in TICKS)
            if there in until:
                if later == ticks:
                    found.append(ticks)
            elif (there, later) not in seen:
                seen.add((there, later))
                waiting.append((there, later))
    return min(found, default=None), max(found, default=None)


@pytest.mark.parametrize("seed", range(150))
def test_a_stopwatch_measures_what_a_slow_search_does(seed: int) -> None:
    graph = random_graph(seed)
    ended = graph.where(At("m0", lambda state: state == "end"))
    begins = np.arange(len(graph)) == 0
    if len(graph) > 400 or ended[0]:
        return
    found = Stopwatch(graph, ended, {}).delays(begins)[""]
    least, greatest = slow(graph, [0], {*np.flatnonzero(ended).tolist()})
    assert found.least == least
    assert found.greatest == greatest
    for run, ticks in ((found.soonest, found.least), (found.latest, found.greatest)):
        if ticks is not None:
            assert run is not None
            assert run.begin == 0
            assert run.trace.loop is None
            assert sum(name in TICKS for name in run.trace.events) == ticks
            assert str(run.trace.state(len(run.trace))["m0"]).startswith("end ")
    if found.latest is not None and found.latest.trace.loop is not None:
        assert any(name in TICKS for name in found.latest.trace.events[found.latest.trace.loop :])


def test_the_slow_search_and_the_stopwatch_see_every_kind_of_answer() -> None:
    kinds = set()
    for seed in range(150):
        graph = random_graph(seed)
        ended = graph.where(At("m0", lambda state: state == "end"))
        if len(graph) <= 400 and not ended[0]:
            found = Stopwatch(graph, ended, {}).delays(np.arange(len(graph)) == 0)[""]
            kinds.add((found.least is None, found.greatest is None, found.least == found.greatest))
    assert {(False, False, False), (False, True, False), (True, True, True)} <= kinds


def test_of_nothing_that_begins_nothing_is_measured() -> None:
    graph = random_graph(1)
    nowhere = np.zeros(len(graph), np.bool_)
    assert Stopwatch(graph, nowhere, {}).delays(nowhere) == {"": Delay(None, None)}


# ---------------------------------------------------------------------- bounds


DOOR = Machine.table("door", "shut", [("open", "shut", "ajar"), ("creak", "ajar", "ajar"), ("close", "ajar", "shut")])


def moments(machine: Machine, event: str, most: int = 8) -> list[int]:
    """After how many ticks the event may happen, from the beginning."""
    state, out = machine.initial, []
    for ticks in range(most):
        if machine.step(state, event) is not None:
            out.append(ticks)
        if (later := machine.step(state, TICK)) is None:
            break
        state = later
    return out


def test_bounds_are_closed_at_both_ends() -> None:
    assert moments(timed(Clockwork(DOOR, (Phase("shut", (Bound(("open",), 2, 4),)),))), "open") == [2, 3, 4]


def test_bounds_may_be_long() -> None:
    assert moments(timed(Clockwork(DOOR, (Phase("shut", (Bound(("open",), 298, 300),)),))), "open", 400) == [
        298,
        299,
        300,
    ]


def test_what_happens_at_once_lets_no_tick_pass() -> None:
    assert moments(timed(Clockwork(DOOR, (), {"open": "shut"})), "open") == [0]


def test_without_a_greatest_an_event_need_not_happen() -> None:
    assert moments(timed(Clockwork(DOOR, (Phase("shut", (Bound(("open",), 3, None),)),))), "open") == [3, 4, 5, 6, 7]


@pytest.mark.parametrize(("restarts", "after"), [(False, 1), (True, 3)])
def test_an_event_that_stays_restarts_its_clock_or_not(restarts: bool, after: int) -> None:
    clock = timed(
        Clockwork(DOOR, (Phase("ajar", (Bound(("creak",), 0, 3, restarts=restarts), Bound(("close",), 0, 3))),))
    )
    state = clock.step(clock.initial, "open")
    for event in (TICK, TICK, "creak"):
        assert state is not None
        state = clock.step(state, event)
    ticks = 0
    while state is not None and (state := clock.step(state, TICK)) is not None:
        ticks += 1
    assert ticks == after


def test_what_is_crowded_lets_the_overdue_wait() -> None:
    """A dial that is due waits while no line is free, and no longer."""
    line = Machine.table("line", "busy", [("hang up", "busy", "free"), ("dial", "free", "busy")])
    caller = Machine.table("caller", "waits", [("dial", "waits", "talks")])
    events = [Event("hang up", Kind.USER, "x", ("line",)), Event("dial", Kind.SYSTEM, "x", ("line", "caller"))]
    due = Phase("waits", (Bound(("dial",), 0, 1, excused=("crowded",)),))
    product = in_time(
        System([line, caller], events),
        [timed(Clockwork(line, ()), {"crowded": "busy"}), timed(Clockwork(caller, (due,)), {"crowded": ANY})],
    )
    run = replay(product, [TICK, CROWDED, CROWDED, "hang up"])
    assert [event.name for event in product.enabled(run.path[-1])] == ["dial"]  # type: ignore[union-attr]
