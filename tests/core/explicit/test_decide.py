"""Decisions: None where nothing is wrong, and where something is, a counterexample that really is one."""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Sequence
from itertools import pairwise

import networkx as nx
import numpy as np
import pytest

from mealspec.core import (
    At,
    Event,
    Graph,
    Kind,
    Machine,
    Predicate,
    System,
    Trace,
    all_of,
    any_of,
    explore,
    lasso,
    quiescent,
    reach,
    replay,
    stuck,
    trimmed,
)

S, U, F, T = Kind.SYSTEM, Kind.USER, Kind.FAULT, Kind.TIME

ALWAYS, NEVER = all_of([]), any_of([])


def system(machines: Iterable[Machine], events: dict[str, tuple[Kind, tuple[str, ...]]]) -> System:
    return System(machines, [Event(name, kind, "someone", takes) for name, (kind, takes) in events.items()])


def single(rows: Sequence[tuple[str, str, str]], **kinds: Kind) -> Graph:
    """The graph of one machine ``m``, from ``a``; the kinds of its events by name."""
    return explore(system([Machine.table("m", "a", rows)], {name: (kind, ("m",)) for name, kind in kinds.items()}))


def at(machine: str, *states: object) -> At:
    return At(machine, lambda state: state in states)


def found(trace: Trace | None) -> Trace:
    assert trace is not None
    return trace


# ---------------------------------------------------------------------- what makes a counterexample one


def check_run(trace: Trace) -> None:
    run = replay(trace.system, trace.events)
    assert isinstance(run, Trace)
    assert run.path == trace.path


def check_lasso(trace: Trace, pending: Predicate) -> None:
    """A run that closes, stays pending, takes no fault and owes no system event anything."""
    check_run(trace)
    assert trace.loop is not None
    events, states = trace.events[trace.loop :], trace.path[trace.loop :]
    assert events, "a loop has at least one step"
    assert states[0] == states[-1], "it closes"
    assert all(pending.holds(trace.system.states(state)) for state in states)
    assert all(trace.system.event(name).kind is not F for name in events)
    taken = owed_by(trace.system.event(name) for name in events)
    disabled = [owed_by(trace.system.events) - owed_by(trace.system.enabled(state)) for state in states]
    assert owed_by(trace.system.events) == taken.union(*disabled), "it is fair"


def owed_by(events: Iterable[Event]) -> set[str]:
    """The actions to which these events amount, if fairness is owed to them."""
    return {event.owed_as for event in events if event.kind is S}


def check_stuck(trace: Trace, pending: Predicate) -> None:
    """A run to a pending state that no system event changes."""
    check_run(trace)
    assert trace.loop is None
    last = trace.path[-1]
    assert pending.holds(trace.system.states(last))
    for event in trace.system.enabled(last):
        assert event.kind is not S or trace.system.step(last, event.name) == last


# ---------------------------------------------------------------------- textbook protocols


def peterson(*, courteous: bool = True) -> System:
    """Peterson's algorithm (1981); without courtesy each gives the turn to itself, which breaks it."""
    machines: list[Machine] = []
    events: dict[str, tuple[Kind, tuple[str, ...]]] = {}
    turns: list[tuple[str, int, int]] = []
    for i, j in ((0, 1), (1, 0)):
        given = j if courteous else i
        turns += [(f"p{i}.give", 0, given), (f"p{i}.give", 1, given), (f"p{i}.enter.turn", i, i)]
        machines.append(
            Machine.table(
                f"p{i}",
                "idle",
                [
                    (f"p{i}.want", "idle", "wants"),
                    (f"p{i}.give", "wants", "waits"),
                    (f"p{i}.enter.free", "waits", "inside"),
                    (f"p{i}.enter.turn", "waits", "inside"),
                    (f"p{i}.leave", "inside", "idle"),
                ],
            )
        )
        machines.append(
            Machine.table(
                f"flag{i}",
                "down",
                [(f"p{i}.want", "down", "up"), (f"p{i}.leave", "up", "down"), (f"p{j}.enter.free", "down", "down")],
            )
        )
        events |= {
            f"p{i}.want": (U, (f"p{i}", f"flag{i}")),
            f"p{i}.give": (S, (f"p{i}", "turn")),
            f"p{i}.enter.free": (S, (f"p{i}", f"flag{j}")),
            f"p{i}.enter.turn": (S, (f"p{i}", "turn")),
            f"p{i}.leave": (S, (f"p{i}", f"flag{i}")),
        }
    return system([*machines, Machine.table("turn", 0, turns)], events)


def semaphore() -> System:
    """Two processes and a lock that whoever comes first gets."""
    machines = [
        Machine.table(
            f"p{i}",
            "idle",
            [(f"p{i}.want", "idle", "waits"), (f"p{i}.enter", "waits", "inside"), (f"p{i}.leave", "inside", "idle")],
        )
        for i in (0, 1)
    ]
    rows = [row for i in (0, 1) for row in ((f"p{i}.enter", "free", "taken"), (f"p{i}.leave", "taken", "free"))]
    events: dict[str, tuple[Kind, tuple[str, ...]]] = {}
    for i in (0, 1):
        events |= {
            f"p{i}.want": (U, (f"p{i}",)),
            f"p{i}.enter": (S, (f"p{i}", "lock")),
            f"p{i}.leave": (S, (f"p{i}", "lock")),
        }
    return system([*machines, Machine.table("lock", "free", rows)], events)


def channel(loses: Kind) -> Graph:
    """A message that is sent until it arrives; what loses it on the way is of the given kind."""
    rows = [("send", "a", "flying"), ("lose", "flying", "a"), ("arrive", "flying", "there")]
    return single(rows, send=S, lose=loses, arrive=S)


BOTH_INSIDE = at("p0", "inside") & at("p1", "inside")


def test_petersons_algorithm_keeps_the_two_apart() -> None:
    graph = explore(peterson())
    graph._check()
    both_out = 2 * 2 * 2  # each idle or wanting, and any turn
    one_in = 2 * (2 * 2 * 1)  # the one who waits or is inside has given the turn away
    both_in = 2 + 1 + 1  # both wait, with any turn; or one is inside, and then it had the turn
    assert len(graph) == both_out + one_in + both_in == 20
    assert graph.silent_events() == []
    assert reach(graph, BOTH_INSIDE) is None


def test_petersons_algorithm_lets_everybody_in_in_the_end() -> None:
    graph = explore(peterson())
    for i in (0, 1):
        assert lasso(graph, at(f"p{i}", "wants", "waits", "inside")) is None
    trace = found(lasso(graph, ~at("p0", "inside")))
    check_stuck(trace, at("p0", "idle"))
    assert trace.events == (), "who never wants in is never let in"


def test_without_courtesy_both_are_inside() -> None:
    graph = explore(peterson(courteous=False))
    trace = found(reach(graph, BOTH_INSIDE))
    check_run(trace)
    assert BOTH_INSIDE.holds(trace.state(-1))
    assert len(trace) == 6, "each wants, gives and enters"


def test_a_semaphore_keeps_them_apart_but_may_let_one_starve() -> None:
    """Weak fairness does not help who is let in only now and then: the classical example."""
    graph = explore(semaphore())
    assert len(graph) == 8
    assert reach(graph, BOTH_INSIDE) is None
    trace = found(lasso(graph, at("p0", "waits")))
    check_lasso(trace, at("p0", "waits"))
    assert trace.loop is not None
    assert set(trace.events[trace.loop :]) == {"p1.want", "p1.enter", "p1.leave"}


def test_a_channel_that_faults_disturb_delivers_because_faults_end() -> None:
    assert lasso(channel(F), ~at("m", "there")) is None


def test_a_channel_that_its_own_system_disturbs_may_never_deliver() -> None:
    for kind in (S, U, T):
        trace = found(lasso(channel(kind), ~at("m", "there")))
        check_lasso(trace, ~at("m", "there"))
        assert trace.events == ("send", "lose")


# ---------------------------------------------------------------------- safety


def test_what_cannot_be_reached_has_no_run() -> None:
    graph = single([("go", "a", "b")], go=S)
    assert reach(graph, at("m", "c")) is None
    assert reach(graph, NEVER) is None


def test_the_run_to_what_holds_at_once_is_empty() -> None:
    trace = found(reach(single([("go", "a", "b")], go=S), ALWAYS))
    assert (trace.events, trace.loop) == ((), None)


def test_runs_are_as_short_as_those_of_networkx() -> None:
    graph = explore(peterson())
    other = graph.to_networkx()
    lengths = nx.single_source_shortest_path_length(other, 0)
    for machine in graph.system.machines:
        for state in machine.states:
            trace = found(reach(graph, at(machine.name, state)))
            check_run(trace)
            assert trace.state(-1)[machine.name] == state
            assert len(trace) == min(
                lengths[node] for node, data in other.nodes(data=True) if data[machine.name] == str(state)
            )


# ---------------------------------------------------------------------- quiescence


def test_a_stuck_state_is_one_that_no_system_event_changes() -> None:
    """``ring`` is a system event, and changes nothing; ``press``, ``fail`` and ``tick`` are none."""
    rows = [("go", "a", "b"), ("ring", "b", "b"), ("press", "b", "c"), ("fail", "c", "d"), ("tick", "d", "a")]
    graph = single(rows, go=S, ring=S, press=U, fail=F, tick=T)
    assert [graph.state(int(k))["m"] for k in np.flatnonzero(stuck(graph))] == ["b", "c", "d"]


def test_a_stuck_state_is_found_by_a_shortest_run() -> None:
    rows = [("long", "a", "b"), ("on", "b", "c"), ("end", "c", "x"), ("press", "a", "c"), ("fail", "x", "y")]
    graph = single(rows, long=S, on=S, end=S, press=U, fail=F)
    trace = found(quiescent(graph, ALWAYS))
    assert trace.events == ("press", "end")
    check_stuck(trace, ALWAYS)
    assert found(quiescent(graph, at("m", "y"))).events == ("press", "end", "fail")
    assert quiescent(graph, ~at("m", "x", "y")) is None


def test_what_moves_for_ever_is_never_stuck() -> None:
    graph = single([("go", "a", "b"), ("back", "b", "a")], go=S, back=S)
    assert quiescent(graph, ALWAYS) is None
    assert not stuck(graph).any()


# ---------------------------------------------------------------------- lassos


def toy(done_needs: tuple[str, ...], toggles: Kind = U, done: Kind = S) -> Graph:
    """Work that is done where the toy, which toggles between ``x`` and ``y``, is in one of these states."""
    rows = [("done", state, state) for state in done_needs]
    return explore(
        system(
            [
                Machine.table("work", "todo", [("done", "todo", "ready")]),
                Machine.table("toy", "x", [("there", "x", "y"), ("back", "y", "x"), *rows]),
            ],
            {"there": (toggles, ("toy",)), "back": (toggles, ("toy",)), "done": (done, ("work", "toy"))},
        )
    )


TODO = at("work", "todo")


def test_a_loop_that_denies_a_system_event_for_ever_is_none() -> None:
    """``done`` is enabled everywhere on the loop, so it happens."""
    for kind in (U, S, T):
        assert lasso(toy(("x", "y"), toggles=kind), TODO) is None


def test_a_loop_on_which_the_system_event_is_disabled_somewhere_is_fair() -> None:
    trace = found(lasso(toy(("x",)), ALWAYS & TODO))
    check_stuck(trace, TODO)
    assert trace.events == ("there",), "nobody has to play back"
    trace = found(lasso(toy(("x",), toggles=S), TODO))
    check_lasso(trace, TODO)
    assert sorted(trace.events[trace.loop :]) == ["back", "there"]


def test_a_user_may_go_on_for_ever() -> None:
    """The way back costs a system event, so no end is stuck; the user starts again each time."""
    graph = single([("press", "b", "a"), ("go", "a", "b"), ("halt", "b", "c")], press=U, go=S, halt=S)
    trace = found(lasso(graph, ~at("m", "c")))
    check_lasso(trace, ~at("m", "c"))
    assert "press" in trace.events


def test_a_fault_does_not_go_on_for_ever() -> None:
    graph = single([("press", "b", "a"), ("go", "a", "b"), ("halt", "b", "c")], press=F, go=S, halt=S)
    assert lasso(graph, ~at("m", "c")) is None


def test_a_fault_on_the_way_to_a_loop_is_no_matter() -> None:
    rows = [("fail", "a", "b"), ("go", "b", "c"), ("on", "c", "b"), ("end", "a", "z")]
    trace = found(lasso(single(rows, fail=F, go=S, on=S, end=S), at("m", "b", "c")))
    check_lasso(trace, at("m", "b", "c"))
    assert (trace.events, trace.loop) == (("fail", "go", "on"), 1)


def test_a_loop_that_a_user_must_not_leave_may_still_be_left_by_faults_and_users() -> None:
    """Only system events are owed; ``quit`` and ``fail`` are enabled all along and never happen."""
    rows = [("go", "a", "b"), ("on", "b", "a"), ("quit", "a", "z"), ("quit", "b", "z"), ("fail", "a", "z")]
    trace = found(lasso(single(rows, go=S, on=S, quit=U, fail=F), ~at("m", "z")))
    check_lasso(trace, ~at("m", "z"))


def test_a_system_event_that_changes_nothing_may_be_taken_for_ever() -> None:
    """``ring`` is owed and taken in the loop; the loop would be unfair without it."""
    rows = [("go", "a", "b"), ("on", "b", "a"), ("ring", "a", "a"), ("ring", "b", "b")]
    trace = found(lasso(single(rows, go=S, on=S, ring=S), ALWAYS))
    check_lasso(trace, ALWAYS)
    assert "ring" in trace.events


def test_a_loop_takes_every_owed_event_however_far_apart() -> None:
    """A ring of states in which each of three system events is enabled everywhere."""
    rows = [("step", str(k), str((k + 1) % 9)) for k in range(9)]
    for k in range(9):
        for n in (1, 2):
            rows.append((f"jump{n}", str(k), "0" if k == 4 * n else str(k)))
    machine = Machine.table("m", "0", rows)
    graph = explore(system([machine], dict.fromkeys(machine.alphabet, (S, ("m",)))))
    trace = found(lasso(graph, ALWAYS))
    check_lasso(trace, ALWAYS)
    assert set(trace.events[trace.loop :]) >= {"step", "jump1", "jump2"}


def test_a_loop_must_be_pending_all_along() -> None:
    graph = single([("go", "a", "b"), ("on", "b", "a")], go=S, on=S)
    assert lasso(graph, at("m", "a")) is None
    assert lasso(graph, at("m", "b")) is None
    check_lasso(found(lasso(graph, at("m", "a", "b"))), ALWAYS)


def test_a_loop_of_one_state_counts() -> None:
    rows = [("go", "a", "b"), ("spin", "a", "a")]
    assert lasso(single(rows, go=S, spin=S), at("m", "a")) is None, "go is owed"
    trace = found(lasso(single([*rows, ("back", "b", "a")], go=U, spin=S, back=S), at("m", "a")))
    check_stuck(trace, at("m", "a"))


def test_two_loops_are_not_one() -> None:
    """Each of the loops owes the event that only the other takes; there is no way back between them."""
    rows = [("one", "a", "b"), ("one", "b", "a"), ("two", "a", "x"), ("two", "b", "x"), ("two", "x", "y")]
    rows += [("two", "y", "x"), ("one", "x", "z"), ("one", "y", "z")]
    graph = single(rows, one=S, two=S)
    assert lasso(graph, ~at("m", "z")) is None
    joined = explore(system([Machine.table("m", "a", [*rows, ("home", "y", "a")])],
                            {"one": (S, ("m",)), "two": (S, ("m",)), "home": (U, ("m",))}))  # fmt: skip
    check_lasso(found(lasso(joined, ~at("m", "z"))), ~at("m", "z"))


def split(action: str, *, home: Kind = U) -> Graph:
    """Work that is done by ``done.x`` or ``done.y``, as the toy stands, while the system toggles the toy."""
    return explore(
        System(
            [
                Machine.table("work", "todo", [("done.x", "todo", "ready"), ("done.y", "todo", "ready")]),
                Machine.table(
                    "toy", "x", [("there", "x", "y"), ("back", "y", "x"), ("done.x", "x", "x"), ("done.y", "y", "y")]
                ),
            ],
            [
                Event("there", S, "toy", ("toy",)),
                Event("back", S, "toy", ("toy",)),
                Event("done.x", S, "work", ("work", "toy"), action=action),
                Event("done.y", home, "work", ("work", "toy"), action=action),
            ],
        )
    )


def test_fairness_is_owed_to_an_action_that_is_split_into_events() -> None:
    """Each half is disabled somewhere on the loop, and the action that they are is disabled nowhere."""
    check_lasso(found(lasso(split("", home=S), TODO)), TODO)
    assert lasso(split("done", home=S), TODO) is None


def test_the_part_of_an_action_that_a_user_does_is_not_owed() -> None:
    trace = found(lasso(split("done", home=U), TODO))
    check_lasso(trace, TODO)
    assert sorted(trace.events[trace.loop :]) == ["back", "there"]


def test_an_action_is_taken_by_any_of_its_events() -> None:
    """``ring.b`` is enabled in the whole loop and never taken; ``ring.a`` stands for it."""
    rows = [("go", "a", "b"), ("back", "b", "a"), ("ring.a", "a", "a"), ("ring.b", "a", "z"), ("ring.b", "b", "z")]
    machine = Machine.table("m", "a", [*rows, ("on", "z", "z"), ("off", "z", "a")])
    for action, lasts in (("", False), ("ring", True)):
        events = [Event(name, S, "x", ("m",), action=action * name.startswith("ring")) for name in machine.alphabet]
        trace = lasso(explore(System([machine], events)), at("m", "a", "b"))
        assert (trace is not None) == lasts
        if trace is not None:
            check_lasso(trace, at("m", "a", "b"))
            assert "ring.a" in trace.events


def test_an_action_whose_events_are_all_disabled_somewhere_is_not_owed() -> None:
    """In ``a`` two of its events are enabled, in ``b`` none: two events over two states, and yet disabled."""
    rows = [("go", "a", "b"), ("back", "b", "a"), ("end.1", "a", "z"), ("end.2", "a", "z"), ("again", "z", "a")]
    machine = Machine.table("m", "a", rows)
    events = [Event(name, S, "x", ("m",), action="end" * name.startswith("end")) for name in machine.alphabet]
    trace = found(lasso(explore(System([machine], events)), at("m", "a", "b")))
    check_lasso(trace, at("m", "a", "b"))
    assert trace.events == ("go", "back")


def test_the_first_loop_may_be_unfair_and_a_later_one_fair() -> None:
    rows = [("press", "a", "a"), ("go", "a", "b"), ("on", "b", "c"), ("back", "c", "b")]
    trace = found(lasso(single(rows, press=U, go=S, on=S, back=S), ALWAYS))
    check_lasso(trace, ALWAYS)
    assert trace.events == ("go", "on", "back")


def test_a_stuck_end_is_preferred_even_if_it_is_farther() -> None:
    rows = [("spin", "a", "b"), ("spin", "b", "a"), ("go", "a", "c"), ("on", "c", "d")]
    graph = single(rows, spin=S, go=S, on=S)
    check_lasso(found(lasso(graph, ~at("m", "d"))), at("m", "a", "b"))
    trace = found(lasso(graph, ALWAYS))
    check_stuck(trace, at("m", "d"))
    assert trace.events == ("go", "on")


def test_a_stuck_end_counts_only_where_it_is_pending() -> None:
    graph = single([("go", "a", "b"), ("on", "b", "c")], go=S, on=S)
    assert lasso(graph, at("m", "a", "b")) is None
    assert found(lasso(graph, at("m", "c"))).events == ("go", "on")


def test_what_is_never_pending_has_no_lasso() -> None:
    assert lasso(explore(semaphore()), NEVER) is None


@pytest.mark.parametrize("count", [127, 128, 256, 300])
def test_any_number_of_events_between_two_states_join_them(count: int) -> None:
    """Sums of parallel edges must not run over: a loop that counts to 256 is still a loop."""
    names = [f"there.{k}" for k in range(count)]
    rows = [*((name, "a", "b") for name in names), ("back", "b", "a")]
    machine = Machine.table("m", "a", rows)
    graph = explore(system([machine], dict.fromkeys(machine.alphabet, (S, ("m",)))))
    check_lasso(found(lasso(graph, ALWAYS)), ALWAYS)


def test_the_same_question_has_the_same_answer() -> None:
    for pending in (at("p0", "waits"), at("p1", "waits"), ALWAYS):
        one, two = lasso(explore(semaphore()), pending), lasso(explore(semaphore()), pending)
        assert (found(one).events, found(one).loop) == (found(two).events, found(two).loop)


# ---------------------------------------------------------------------- excuses


def test_a_stuck_end_that_is_excused_does_not_count() -> None:
    graph = single([("go", "a", "b"), ("press", "b", "c")], go=S, press=U)
    assert found(lasso(graph, at("m", "b", "c"))).events == ("go",)
    assert found(lasso(graph, at("m", "b", "c"), at("m", "b"))).events == ("go", "press")
    assert lasso(graph, at("m", "b", "c"), at("m", "b", "c")) is None


def test_an_excuse_that_passes_is_none() -> None:
    """The loop goes through ``b``, which is excused, again and again; only staying there would be."""
    graph = single([("go", "a", "b"), ("back", "b", "a")], go=S, back=S)
    trace = found(lasso(graph, ALWAYS, at("m", "b")))
    check_lasso(trace, ALWAYS)
    assert lasso(graph, ALWAYS, at("m", "a", "b")) is None
    assert lasso(graph, at("m", "a"), at("m", "b")) is None, "what is excused is still not pending"


def test_a_loop_that_is_shown_passes_where_it_is_not_excused() -> None:
    """The component is entered in ``b``, and what is not excused is the farthest from there."""
    rows = [("in", "a", "b"), ("on", "b", "c"), ("on", "c", "d"), ("on", "d", "b"), ("back", "c", "b")]
    graph = single(rows, **{"in": S, "on": S, "back": U})
    trace = found(lasso(graph, ~at("m", "a"), at("m", "b", "c")))
    check_lasso(trace, ~at("m", "a"))
    assert trace.loop is not None
    assert "d" in {trace.state(k)["m"] for k in range(trace.loop, len(trace))}


def test_a_loop_that_stays_excused_hides_no_other() -> None:
    rows = [("go", "a", "b"), ("on", "b", "c"), ("back", "c", "b"), ("out", "c", "x")]
    rows += [("on", "x", "y"), ("back", "y", "x")]
    graph = single(rows, go=S, on=S, back=S, out=U)
    trace = found(lasso(graph, ALWAYS, at("m", "b", "c")))
    check_lasso(trace, ALWAYS)
    assert trace.loop == len(("go", "on", "out"))


def by_definition(graph: Graph, pending: Predicate, excused: Predicate) -> bool:
    """Whether there is such a run, by predicates on single states and components from networkx."""
    inside = {k for k in range(len(graph)) if pending.holds(graph.state(k))}
    counts = {k for k in inside if not excused.holds(graph.state(k))}
    steps = [
        (int(a), graph.system.events[e], int(b)) for a, e, b in zip(graph.source, graph.event, graph.dest, strict=True)
    ]
    if counts - {a for a, event, b in steps if event.kind is S and a != b}:
        return True
    kept = [(a, e, b) for a, e, b in steps if {a, b} <= inside and e.kind is not F]
    joined: nx.DiGraph[int] = nx.DiGraph((a, b) for a, _, b in kept)
    for part in nx.strongly_connected_components(joined):
        taken = owed_by(e for a, e, b in kept if {a, b} <= part)
        owed = set.intersection(*(owed_by(e for a, e, _ in steps if a == k) for k in part))
        if counts & part and any({a, b} <= part for a, _, b in kept) and owed <= taken:
            return True
    return False


@pytest.mark.parametrize("seed", range(60))
def test_excuses_are_decided_as_the_definition_does(seed: int) -> None:
    rng = np.random.default_rng(seed)
    names = [*(f"{S}{k}" for k in range(5)), *(f"{kind}{k}" for kind in (U, F) for k in range(2))]
    table = {(name, a): int(rng.integers(6)) for name in names for a in range(6) if rng.random() < 0.3}
    rows = [(name, str(a), str(b)) for (name, a), b in table.items()]
    machine = Machine.table("m", "0", rows)
    kinds = {name: next(kind for kind in (S, U, F) if name.startswith(kind)) for name in machine.alphabet}
    kept, events = trimmed([machine], [Event(name, kinds[name], "x", ("m",)) for name in machine.alphabet])
    if not events:
        return
    graph = explore(System(kept, events))
    for _ in range(20):
        pending, excused = (at("m", *(str(k) for k in range(6) if rng.random() < 0.6)) for _ in range(2))
        trace = lasso(graph, pending, excused)
        assert (trace is not None) == by_definition(graph, pending, excused)
        if trace is not None and trace.loop is None:
            check_stuck(trace, pending & ~excused)
        elif trace is not None:
            check_lasso(trace, pending)
            assert not all(excused.holds(trace.state(k)) for k in range(trace.loop or 0, len(trace)))


# ---------------------------------------------------------------------- graphs that are not complete


@pytest.fixture
def step_by_step(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the explorer look at its limit after every state."""
    monkeypatch.setattr(importlib.import_module("mealspec.core.explicit.explore"), "CHUNK", 1)


def test_a_state_that_was_not_expanded_is_not_called_stuck() -> None:
    machine = Machine.table("m", "a", [("go", "a", "b"), ("back", "b", "a")])
    parts = system([machine], {"go": (S, ("m",)), "back": (S, ("m",))})
    for graph in (explore(parts, limit=1), explore(parts, limit=2), explore(parts, depth=1)):
        assert not stuck(graph).any()
        assert quiescent(graph, ALWAYS) is None
        if not graph.complete:
            assert lasso(graph, ALWAYS) is None


@pytest.mark.usefixtures("step_by_step")
def test_what_was_found_before_the_limit_is_true() -> None:
    """``a`` and ``b`` were expanded and make a loop; ``c`` was only seen."""
    rows = [("go", "a", "b"), ("back", "b", "a"), ("out", "b", "c"), ("more", "c", "d"), ("end", "d", "e")]
    machine = Machine.table("m", "a", rows)
    parts = system([machine], {name: (U if name == "out" else S, ("m",)) for name in machine.alphabet})
    graph = explore(parts, limit=3)
    assert (len(graph), graph.expanded, graph.complete) == (3, 2, False)
    check_lasso(found(lasso(graph, ALWAYS)), at("m", "a", "b"))
    assert found(reach(graph, at("m", "c"))).events == ("go", "out")
    assert reach(graph, at("m", "d")) is None
    whole = explore(parts)
    assert found(reach(whole, at("m", "d"))).events == ("go", "out", "more")


def test_every_run_steps_through_edges_of_the_graph() -> None:
    graph = explore(semaphore())
    steps = {
        (graph.locals(a), e, graph.locals(b))
        for a, b, e in zip(graph.source.tolist(), graph.dest.tolist(), graph.event.tolist(), strict=True)
    }
    trace = found(lasso(graph, at("p0", "waits")))
    for (before, after), name in zip(pairwise(trace.path), trace.events, strict=True):
        assert (before, graph.system.number[name], after) in steps


def test_numbers_are_bits_of_64_at_a_time_each_in_one_of_them() -> None:
    numbers = np.array([0, 1, 62, 63, 64, 127, 128, 130, 63])
    found = [bits.tolist() for bits in importlib.import_module("mealspec.core.explicit.decide")._bits(numbers)]
    assert found == [
        [1 << (n - first) if first <= n < first + 64 else 0 for n in numbers.tolist()] for first in (0, 64, 128)
    ]
