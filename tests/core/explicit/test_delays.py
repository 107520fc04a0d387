"""How long it takes, part by part: what networkx says of the same graph, and what is known of runs one by one."""

from __future__ import annotations

from random import Random
from typing import Any

import networkx as nx
import numpy as np
import pytest

from mealspec.core import At, Event, Graph, Kind, Machine, System, explore
from mealspec.core.delay import Delay
from mealspec.core.explicit.delays import StateTimes, after_tick, closure, looping, within


class Net:
    """A graph at random, as compressed rows and as networkx has it; some of its edges are ticks, some states inside."""

    def __init__(self, seed: int) -> None:
        draw = Random(seed)
        self.n = draw.randint(1, 9)
        chance = draw.choice([0.1, 0.2, 0.4])
        pairs = [(a, b) for a in range(self.n) for b in range(self.n) if draw.random() < chance]
        self.offset = np.searchsorted([a for a, _ in pairs], np.arange(self.n + 1)).astype(np.int64)
        self.dest = np.array([b for _, b in pairs], np.int32)
        self.ticks = np.array([draw.random() < 0.3 for _ in pairs], np.bool_)
        self.inside = np.array([draw.random() < 0.8 for _ in range(self.n)], np.bool_)
        self.some = sorted(draw.sample(range(self.n), draw.randint(0, self.n)))
        self.pairs = pairs

    @property
    def nodes(self) -> np.ndarray:
        return np.array(self.some, np.int64)

    def part(self, keep: Any) -> nx.DiGraph[int]:
        """The edges that are kept, by their numbers."""
        out: nx.DiGraph[int] = nx.DiGraph()
        out.add_nodes_from(range(self.n))
        out.add_edges_from(pair for k, pair in enumerate(self.pairs) if keep(k, *pair))
        return out


NETS = [Net(seed) for seed in range(200)]


def room(net: Net) -> tuple[np.ndarray, np.ndarray]:
    return np.empty(net.n, np.int64), np.empty(net.n, np.int64)


def test_what_is_reached_without_a_tick_is_reached_and_each_state_by_an_edge_that_leads_there() -> None:
    for net in NETS:
        calm = net.part(lambda k, a, b, net=net: not net.ticks[k] and net.inside[b])
        expected = {*net.some}.union(*(nx.descendants(calm, node) for node in net.some))
        seen, (nodes, via) = np.full(net.n, -1, np.int32), room(net)
        by = np.arange(len(net.some), dtype=np.int64) + 1000
        count = closure(net.offset, net.dest, net.ticks, net.inside, net.nodes, by, seen, 3, nodes, via)
        assert sorted(nodes[:count].tolist()) == sorted(expected)
        assert {*np.flatnonzero(seen == 3).tolist()} == expected
        assert nodes[: len(net.some)].tolist() == net.some, "first those where it begins"
        assert via[: len(net.some)].tolist() == by.tolist()
        for node, edge in zip(nodes[len(net.some) : count], via[len(net.some) : count], strict=True):
            source, dest = net.pairs[edge]
            assert (dest, bool(net.ticks[edge])) == (node, False)
            assert source in nodes[:count]


def test_what_was_seen_in_this_layer_is_not_reached_again_and_what_was_in_another_is() -> None:
    for net in NETS:
        for layer, new in ((1, 0), (0, len(net.some))):
            seen = np.ones(net.n, np.int32)
            count = closure(net.offset, net.dest, net.ticks, net.inside, net.nodes, net.nodes, seen, layer, *room(net))
            assert count == 0 if layer else count >= new
    doubled = np.array([0, 0], np.int64)
    net = Net(0)
    assert closure(net.offset, net.dest, net.ticks, np.zeros(net.n, np.bool_), doubled, doubled,
                   np.full(net.n, -1, np.int32), 0, *room(net)) == 1  # fmt: skip


def test_a_tick_leads_where_an_edge_that_is_one_leads_each_state_once() -> None:
    for net in NETS:
        expected = {b for k, (a, b) in enumerate(net.pairs) if a in net.some and net.ticks[k] and net.inside[b]}
        seen, (nodes, via) = np.full(net.n, -1, np.int32), room(net)
        count = after_tick(net.offset, net.dest, net.ticks, net.inside, net.nodes, seen, 2, nodes, via)
        assert sorted(nodes[:count].tolist()) == sorted(expected)
        assert all(
            net.ticks[edge] and net.pairs[edge][1] == node
            for node, edge in zip(nodes[:count], via[:count], strict=True)
        )
        assert after_tick(net.offset, net.dest, net.ticks, net.inside, net.nodes, seen, 2, nodes, via) == 0


def test_what_a_loop_leads_to_is_left_and_nothing_else() -> None:
    """Of some states that no edge leaves: what can be reached from a loop among them."""
    found = 0
    for net in NETS:
        closed = {*net.some}.union(*(nx.descendants(net.part(lambda *edge: True), node) for node in net.some))
        among = net.part(lambda k, a, b, closed=closed: a in closed and b in closed)
        loops = [part for part in nx.strongly_connected_components(among)
                 if len(part) > 1 or any(among.has_edge(node, node) for node in part)]  # fmt: skip
        expected = set().union(*loops, *(nx.descendants(among, node) for part in loops for node in part))
        left = looping(net.offset, net.dest, np.array(sorted(closed), np.int64), net.n)
        assert {*np.flatnonzero(left).tolist()} == expected
        found += bool(expected) and expected != closed
    assert found > 10, "some loops lead only to a part"


def test_edges_within_are_those_from_the_nodes_to_what_is_inside() -> None:
    for net in NETS:
        expected = [k for k, (a, b) in enumerate(net.pairs) if a in net.some and net.inside[b]]
        assert within(net.offset, net.dest, net.nodes, net.inside).tolist() == expected


# ---------------------------------------------------------------------- of a system


def corridor() -> Graph:
    """A walk through rooms: two ways lead to the garden, one of them by a detour of a tick; the cellar has no end."""
    rows = [
        ("in", "gate", "hall"), ("tick", "hall", "stairs"), ("out.door", "hall", "garden"),
        ("out.window", "stairs", "garden"),
        ("down", "stairs", "cellar"), ("tick", "cellar", "cellar"),
        ("rest", "garden", "bench"), ("tick", "bench", "garden"),
    ]  # fmt: skip
    kinds = {"tick": Kind.TIME}
    names = dict.fromkeys(event for event, _, _ in rows)
    events = [Event(name, kinds.get(name, Kind.USER), "x", ("walk",)) for name in names]
    return explore(System([Machine.table("walk", "gate", rows)], events))


def at(graph: Graph, *rooms: str) -> np.ndarray:
    return graph.where(At("walk", lambda s: s in rooms))


def test_each_way_has_its_own_least_and_greatest_and_what_may_never_come_has_none() -> None:
    graph = corridor()
    watch = StateTimes(graph)
    ways = {"door": ("out.door",), "window": ("out.window",), "out": ("out",), "none": ("ou",)}
    found = watch.delays(at(graph, "gate"), at(graph, "garden"), ways)
    assert {name: (each.least, each.greatest, each.begins) for name, each in found.items()} == {
        "": (0, None, True), "door": (0, None, True), "window": (1, None, True), "out": (0, None, True),
        "none": (None, None, True),
    }  # fmt: skip
    assert found["window"].soonest is not None
    assert found["window"].soonest.trace.events == ("in", "tick", "out.window")
    assert found["door"].soonest is not None
    assert found["door"].soonest.trace.events == ("in", "out.door")
    assert found[""].latest is not None
    assert found[""].latest.trace.events == ("in", "tick", "down", "tick")
    assert (found[""].latest.trace.loop, found[""].latest.begin) == (3, 0)
    back = watch.delays(at(graph, "bench"), at(graph, "garden"), {})
    assert (back[""].least, back[""].greatest, back[""].begins) == (1, 1, True), "the tick leads there"


def test_what_begins_later_is_told_with_how_one_comes_there() -> None:
    graph = corridor()
    found = StateTimes(graph).delays(at(graph, "stairs"), at(graph, "cellar", "garden"), {"down": ("down",)})
    assert (found[""].least, found[""].greatest, found["down"].greatest) == (0, 0, 0)
    for delay, last in ((found["down"], "down"), (found[""], "out.window")):
        assert delay.latest is not None
        assert (delay.latest.trace.events, delay.latest.begin) == (("in", "tick", last), 2)
    assert StateTimes(graph).delays(at(graph, "garden"), at(graph, "garden"), {}) == {"": Delay(None, None)}


@pytest.mark.parametrize("rooms", [("gate",), ("hall", "stairs"), ("bench", "garden"), ("gate", "bench")])
def test_entered_is_where_some_step_leads_from_outside_or_the_beginning(rooms: tuple[str, ...]) -> None:
    graph = corridor()
    states = at(graph, *rooms)
    entries = {
        ("gate",): ("gate",), ("hall", "stairs"): ("hall",), ("bench", "garden"): ("garden",), ("gate", "bench"): rooms,
    }[rooms]  # fmt: skip
    assert np.array_equal(StateTimes(graph).entered(states), at(graph, *entries))


def test_after_an_event_is_where_it_leads_by_the_beginning_of_its_name() -> None:
    times = StateTimes(corridor())
    for events, rooms in ((("out",), ("garden",)), (("out.door", "down"), ("garden", "cellar")), (("ou",), ())):
        assert np.array_equal(times.after(events), at(times.graph, *rooms))


def test_what_is_measured_to_other_ends_or_by_other_ways_is_measured_anew() -> None:
    graph = corridor()
    times = StateTimes(graph)
    start = at(graph, "gate")
    assert times.delays(start, at(graph, "garden"), {})[""].greatest is None
    assert times.delays(start, at(graph, "garden", "cellar"), {})[""].greatest == 1
    assert times.delays(start, at(graph, "garden", "cellar"), {"down": ("down",)})["down"].least == 1
    assert {*times.delays(start, at(graph, "garden"), {"a": ("out.door",)})} == {"", "a"}
