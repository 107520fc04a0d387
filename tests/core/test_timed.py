"""Machines in time are machines with fewer runs, and what is measured on them is what a slow search measures."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import replace
from random import Random

import numpy as np
import pytest

from mealspec.core import ANY, At, Event, Graph, Kind, Machine, System, explore, replay, trimmed
from mealspec.core.delay import Delay
from mealspec.core.explicit.delays import Mask, Stopwatch
from mealspec.core.machine import Row
from mealspec.core.timed import TICK, Bound, Clockwork, Counts, Phase, Rounds, in_time, is_one_of, timed

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


def count(graph: Graph, events: tuple[str, ...], leaving: Mask | None, until: Mask) -> tuple[int | None, int | None]:
    """The fewest until it happens, and the most in any run: by walking through pairs of a state and how many so far."""
    waiting, seen = deque([(0, 0)]), {(0, 0)}
    ends, most = list[int](), 0
    while waiting:
        node, so_far = waiting.popleft()
        if so_far > len(graph):
            return min(ends, default=None), None
        most = max(most, so_far)
        for edge in range(graph.offset[node], graph.offset[node + 1]):
            there, name = int(graph.dest[edge]), graph.system.events[graph.event[edge]].name
            later = so_far + (is_one_of(name, events) and (leaving is None or bool(leaving[node])))
            if until[there]:
                ends.append(later)
                most = max(most, later)
            elif (there, later) not in seen:
                seen.add((there, later))
                waiting.append((there, later))
    return min(ends, default=None), most


def stopwatch(graph: Graph, until: Mask) -> Stopwatch:
    return Stopwatch(graph, until, {}, graph.system.of_kind(Kind.TIME)[graph.event])


@pytest.mark.parametrize("seed", range(150))
def test_a_stopwatch_measures_what_a_slow_search_does(seed: int) -> None:
    graph = random_graph(seed)
    ended = graph.where(At("m0", lambda state: state == "end"))
    begins = np.arange(len(graph)) == 0
    if len(graph) > 400 or ended[0]:
        return
    found = stopwatch(graph, ended).delays(begins)[""]
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
            found = stopwatch(graph, ended).delays(np.arange(len(graph)) == 0)[""]
            kinds.add((found.least is None, found.greatest is None, found.least == found.greatest))
    assert {(False, False, False), (False, True, False), (True, True, True)} <= kinds


def test_of_nothing_that_begins_nothing_is_measured() -> None:
    graph = random_graph(1)
    nowhere = np.zeros(len(graph), np.bool_)
    assert stopwatch(graph, nowhere).delays(nowhere) == {"": Delay(None, None)}


# ---------------------------------------------------------------------- rounds


def growing(rng: Random, machine: Machine) -> Clockwork:
    """A clockwork with bounds of their own after no, one, and two or more of one of its events."""
    counted, slowed = (rng.choice(machine.alphabet or ("nothing",)) for _ in range(2))
    where = rng.choice(machine.states)
    phases = [
        Phase(where, (Bound((slowed,), rng.choice((None, 0, after)), rng.choice((None, after + 1))),), after)
        for after in range(3)
    ]
    return Clockwork(machine, tuple(phases), rounds=Rounds((counted,), 2, rng.choice(machine.states)))


def unrolled(clock: Clockwork) -> Clockwork:
    """The same without counting: the machine's own states say how often it has happened."""
    assert clock.rounds is not None
    (counted,), anew, machine = clock.rounds.events, clock.rounds.anew, clock.machine

    def later(row: Row, so_far: int) -> int:
        return 0 if row.dest == anew else min(2, so_far + (row.event == counted))

    rows = [Row(r.event, (r.source, n), (r.dest, later(r, n))) for r in machine.rows for n in range(3)]
    copy = replace(machine, initial=(machine.initial, 0), rows=tuple(rows))
    phases = [replace(p, where=lambda s, p=p: s == (p.where, p.after), after=None) for p in clock.phases]
    return Clockwork(copy, tuple(phases))


@pytest.mark.parametrize("seed", range(60))
def test_a_machine_that_counts_rounds_does_what_one_does_that_has_them_in_its_states(seed: int) -> None:
    rng = Random(seed)
    plain = random_system(rng)
    clocks = [growing(rng, machine) for machine in plain.machines]
    graphs = []
    for some in (clocks, [unrolled(clock) for clock in clocks]):
        bare = System(*trimmed([clock.machine for clock in some], plain.events))
        known = {event.name for event in bare.events}
        kept = [replace(c, machine=c.machine.keeping(lambda row: row.event in known)) for c in some]  # noqa: B023
        graphs.append(explore(in_time(bare, [timed(clock) for clock in kept])))
    one, other = graphs
    assert (len(one), one.transitions, one.depth) == (len(other), other.transitions, other.depth)
    assert [one.path(k) for k in range(len(one))] == [other.path(k) for k in range(len(other))]


def test_some_random_rounds_make_a_difference() -> None:
    """The bounds of a later round are felt: without them there are other states."""
    felt = 0
    for seed in range(20):
        rng = Random(seed)
        plain = random_system(rng)
        clocks = [growing(rng, machine) for machine in plain.machines]
        first = [Clockwork(c.machine, tuple(replace(p, after=None) for p in c.phases[:1])) for c in clocks]
        sizes = [len(explore(in_time(plain, [timed(clock) for clock in some]))) for some in (clocks, first)]
        felt += sizes[0] != sizes[1]
    assert felt > 5


def test_what_has_no_least_never_happens() -> None:
    assert moments(timed(Clockwork(DOOR, (Phase("shut", (Bound(("open",), None, None),)),))), "open") == []


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


@pytest.mark.parametrize("excused", [(), ("crowded",)])
def test_ticks_with_an_excuse_are_there_only_where_one_lets_time_pass_that_would_stand_still(
    excused: tuple[str, ...],
) -> None:
    line = Machine.table("line", "busy", [("hang up", "busy", "free"), ("dial", "free", "busy")])
    caller = Machine.table("caller", "waits", [("dial", "waits", "talks")])
    events = [Event("hang up", Kind.USER, "x", ("line",)), Event("dial", Kind.SYSTEM, "x", ("line", "caller"))]
    due = Phase("waits", (Bound(("dial",), 0, 1, excused=excused),))
    some = timed(Clockwork(line, ()), {"crowded": "busy"}), timed(Clockwork(caller, (due,)), {"crowded": ANY})
    ticks = [event.name for event in in_time(System([line, caller], events), some).events if event.kind is Kind.TIME]
    assert ticks == ([TICK, CROWDED] if excused else [TICK])


@pytest.mark.parametrize("seed", range(40))
def test_from_so_many_ticks_on_a_phase_allows_and_owes_the_same_and_not_a_tick_sooner(seed: int) -> None:
    rng = Random(seed)
    names = ("a", "b", "c")
    bounds = [
        Bound((name,), rng.choice((None, 0, 0, 1, 3)), rng.choice((None, 0, 2, 3, 5)), still=rng.random() < 0.5)
        for name in rng.sample(names, rng.randint(0, 3))
    ]
    phase = Phase("shut", tuple(bounds))

    def last_change(counted: Callable[[int], Counts]) -> int:
        said = [([phase.allows(n, counted(k)) for n in names], phase.due(names, counted(k))) for k in range(9)]
        return min(k for k in range(9) if all(later == said[k] for later in said[k:]))

    assert phase.most(False, True) == last_change(lambda k: Counts(k, k))
    assert phase.most(False) == last_change(lambda k: Counts(k, 9))
    assert phase.most(True) == last_change(lambda k: Counts(9, k))
