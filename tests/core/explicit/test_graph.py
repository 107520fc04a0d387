"""A graph's arrays fit together, say the same as networkx, and tampering with them is noticed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import networkx as nx
import numpy as np
import pytest

from mealspec.core import Event, Graph, Kind, Machine, System, explore


def event(name: str, *takes: str, kind: Kind = Kind.SYSTEM) -> Event:
    return Event(name, kind, "someone", takes)


def crossing() -> System:
    """Two trains that go round, and a bridge that only one of them may be on; one may also wait."""
    trains = [
        Machine.table(
            name,
            "away",
            [
                (f"{name}.enter", "away", "on"),
                (f"{name}.leave", "on", "gone"),
                (f"{name}.turn", "gone", "away"),
                (f"{name}.whistle", "away", "away"),
                (f"{name}.whistle", "gone", "gone"),
            ],
        )
        for name in ("east", "west")
    ]
    rows = [(f"{name}.enter", "free", "taken") for name in ("east", "west")]
    rows += [(f"{name}.leave", "taken", "free") for name in ("east", "west")]
    events = [
        e
        for name in ("east", "west")
        for e in (
            event(f"{name}.enter", name, "bridge"),
            event(f"{name}.leave", name, "bridge"),
            event(f"{name}.turn", name),
            event(f"{name}.whistle", name, kind=Kind.USER),
        )
    ]
    return System([*trains, Machine.table("bridge", "free", rows)], events, name="crossing")


@pytest.fixture
def graph() -> Graph:
    """Eight states: both trains in three places, but not both on the bridge."""
    return explore(crossing())


# ---------------------------------------------------------------------- what it says


def test_its_size_is_what_counting_by_hand_gives(graph: Graph) -> None:
    assert (len(graph), graph.depth, graph.complete) == (8, 4, True)
    # for each train: places of its own in which it can, times places in which the other may be
    enter, leave, turn, whistle = 2 * (1 * 2), 2 * (1 * 2), 2 * (1 * 3), 2 * (2 * 3)
    assert graph.transitions == enter + leave + turn + whistle


def test_its_bytes_are_those_of_its_arrays_and_a_slot_for_each_state(graph: Graph) -> None:
    """A state is a word or more; its slot holds a number besides. Beside it stand a parent, an event, a level."""
    words = graph.packed.shape[1]
    state, edge = 8 * words + 4 + 2 + 4 + 8, 4 + 2
    slots = 8 * (words + 1) * len(graph)
    assert graph.bytes == state * len(graph) + 8 + edge * graph.transitions + slots  # of offsets there is one more


def test_a_state_reads_the_same_in_all_ways(graph: Graph) -> None:
    for number in range(len(graph)):
        locals_ = graph.locals(number)
        assert graph.state(number) == graph.system.states(locals_)
        for k, machine in enumerate(graph.system.machines):
            assert graph.local(machine.name)[number] == locals_[k]
            assert graph.state(number)[machine.name] == machine.states[locals_[k]]


def test_every_edge_is_a_step_of_the_system_and_every_step_is_an_edge(graph: Graph) -> None:
    numbers = {graph.locals(number): number for number in range(len(graph))}
    edges = set(zip(graph.source.tolist(), graph.event.tolist(), graph.dest.tolist(), strict=True))
    steps = set()
    for state, number in numbers.items():
        for e in graph.system.enabled(state):
            after = graph.system.step(state, e.name)
            assert isinstance(after, tuple)
            steps.add((number, graph.system.number[e.name], numbers[after]))
    assert edges == steps
    assert len(edges) == graph.transitions


def test_paths_are_as_short_as_those_of_networkx(graph: Graph) -> None:
    lengths = nx.single_source_shortest_path_length(graph.to_networkx(), 0)
    assert graph.level.tolist() == [lengths[number] for number in range(len(graph))]
    for number in range(len(graph)):
        assert len(graph.path(number)) == lengths[number]
        assert graph.trace(number).path[-1] == graph.locals(number)


def test_a_trace_goes_on_with_more_events(graph: Graph) -> None:
    trace = graph.trace(0, then=("east.enter", "east.leave", "east.turn"), loop=0)
    assert (len(trace), trace.loop, trace.state(3)) == (3, 0, trace.state(0))


def test_networkx_gets_names_and_events(graph: Graph) -> None:
    other = graph.to_networkx()
    assert other.name == "crossing"
    assert (other.number_of_nodes(), other.number_of_edges()) == (len(graph), graph.transitions)
    assert other.nodes[0] == {"east": "away", "west": "away", "bridge": "free"}
    assert {data["event"] for _, _, data in other.out_edges(0, data=True)} == {
        "east.enter", "east.whistle", "west.enter", "west.whistle",
    }  # fmt: skip


def test_enabling_knows_which_steps_move(graph: Graph) -> None:
    whistles = np.array([e.name.endswith("whistle") for e in graph.system.events])
    assert graph.enabling(whistles).all(), "one train at least is not on the bridge"
    assert not graph.enabling(whistles, moving=True).any()
    enters = np.array([e.name == "east.enter" for e in graph.system.events])
    expected = [graph.state(k)["east"] == "away" and graph.state(k)["bridge"] == "free" for k in range(len(graph))]
    assert graph.enabling(enters).tolist() == graph.enabling(enters, moving=True).tolist() == expected


def test_an_event_whose_states_exclude_each_other_is_silent(graph: Graph) -> None:
    """Machine by machine ``crash`` looks possible; only the product knows better."""
    assert graph.silent_events() == []
    east, west, bridge = crossing().machines
    crash = [replace(m, rows=(*m.rows, *Machine.table("", "on", [("crash", "on", "on")]).rows)) for m in (east, west)]
    system = System([*crash, bridge], [*crossing().events, event("crash", "east", "west")])
    assert explore(system).silent_events() == ["crash"]


# ---------------------------------------------------------------------- the self-check


def test_the_check_accepts_what_the_explorer_gives(graph: Graph) -> None:
    graph._check()
    explore(crossing(), limit=2)._check()
    explore(crossing(), limit=1)._check()
    explore(crossing(), depth=2)._check()


def put(name: str, index: int, value: Any) -> Callable[[Graph], Graph]:
    """One entry of one array changed."""

    def tamper(graph: Graph) -> Graph:
        array = getattr(graph, name).copy()
        array[index] = value
        return replace(graph, **{name: array})

    return tamper


def swap_events(graph: Graph) -> Graph:
    """The first two edges in the wrong order."""
    event, dest = graph.event.copy(), graph.dest.copy()
    event[:2], dest[:2] = event[1::-1], dest[1::-1]
    return replace(graph, event=event, dest=dest)


def orphan_last(graph: Graph) -> Graph:
    """All edges to the last state lead elsewhere."""
    last = len(graph) - 1
    return replace(graph, dest=np.where(graph.dest == last, graph.dest.dtype.type(0), graph.dest))


def repeat_state(graph: Graph) -> Graph:
    """The last state is the first once more."""
    return put("packed", -1, graph.packed[0])(graph)


def swap_levels(graph: Graph) -> Graph:
    """Level and parents agree, but the states do not stand level by level."""
    return replace(graph, level=graph.level[::-1].copy())


def cut_edges(graph: Graph) -> Graph:
    """The last edge is missing."""
    return replace(graph, dest=graph.dest[:-1], event=graph.event[:-1])


TAMPERED: dict[str, tuple[str, Callable[[Graph], Graph]]] = {
    "repeated state": ("found twice", repeat_state),
    "initial state with a parent": ("no parent", put("parent", 0, 1)),
    "second initial state": ("other state", put("parent", 3, -1)),
    "parent after child": ("before its child", put("parent", 3, 5)),
    "own parent": ("before its child", put("parent", 3, 3)),
    "wrong level": ("levels follow", put("level", -1, 9)),
    "levels in disorder": ("level", swap_levels),
    "rows that go back": ("row", put("offset", 2, 0)),
    "rows that end early": ("row", put("offset", -1, 3)),
    "edge missing": ("row", cut_edges),
    "edge to nowhere": ("known state", put("dest", 0, 1000)),
    "edge to a negative number": ("known state", put("dest", 0, -1)),
    "edge that skips a level": ("skips no level", put("dest", 0, 7)),
    "events in disorder": ("declared order", swap_events),
    "event twice": ("declared order", put("event", 1, 0)),
    "wrong event to a state": ("found by the step", put("via", 1, 3)),
    "event to a state that leads elsewhere": ("found by the step", put("via", 1, 1)),
    "state that nothing leads to": ("found by the step", orphan_last),
}


@pytest.mark.parametrize("how", TAMPERED)
def test_the_check_notices(graph: Graph, how: str) -> None:
    text, tamper = TAMPERED[how]
    with pytest.raises(AssertionError, match=text):
        tamper(graph)._check()
