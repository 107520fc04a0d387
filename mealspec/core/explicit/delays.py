"""How long it takes, in ticks, from some states until something happens: least and greatest, over all runs.

Sets of states after each tick: what can be reached in no time, then what one tick leads to, and so on, until nothing is
left that has not got there. It is left for ever if it can go round a loop with a tick in it; then there is no greatest.
Other events are counted in the same way.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from math import inf
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mealspec.core.delay import TICKS, Attained, Counting, Delay, Timekeeper
from mealspec.core.explicit.compiled import compiled
from mealspec.core.explicit.decide import components
from mealspec.core.explicit.graph import Graph
from mealspec.core.predicate import Predicate
from mealspec.core.timed import is_one_of
from mealspec.core.trace import Trace

Mask = NDArray[np.bool_]
Edges = NDArray[np.int64]


class _Layer(NamedTuple):
    """States in the order in which they are found, and the edge by which each was; -1 for those where it begins."""

    nodes: NDArray[np.int64]
    via: Edges


class _Ends(NamedTuple):
    """The edges by which something happens, and the states that they leave: by one that is not counted, and by one
    that is."""

    edges: Mask
    calm: Mask
    counted: Mask

    @classmethod
    def of(cls, graph: Graph, edges: Mask, counted: Mask) -> _Ends:
        return cls(edges, _leaves(graph, edges & ~counted), _leaves(graph, edges & counted))


class _End(NamedTuple):
    """How many are counted when it ends, in which layer that is, and from where: nowhere, if it does not end."""

    number: int
    layer: int
    leads: Mask | None


class StateTimes(Timekeeper):
    """Of a system whose graph is complete."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self._known: list[tuple[Mask, Mapping[str, tuple[str, ...]], Counting, Stopwatch]] = []

    def where(self, predicate: Predicate) -> Mask:
        return self.graph.where(predicate)

    def after(self, events: tuple[str, ...]) -> Mask:
        return self._dest(self._named(events)[self.graph.event])

    def entered(self, states: Mask) -> Mask:
        found = self._dest(states[self.graph.dest] & ~states[self.graph.source])
        found[0] = states[0]
        return found

    def delays(
        self, begins: Mask, until: Mask, ways: Mapping[str, tuple[str, ...]], counting: Counting = TICKS
    ) -> dict[str, Delay]:
        known = (
            watch for mask, some, what, watch in self._known
            if some == ways and what is counting and (mask == until).all()
        )  # fmt: skip
        stopwatch = next(known, None)
        if stopwatch is None:
            named = {name: self._named(events) for name, events in ways.items()}
            stopwatch = Stopwatch(self.graph, until, named, self._counted(counting), whole=counting.whole)
            self._known.append((until, ways, counting, stopwatch))
        return stopwatch.delays(begins)

    def within(self, begins: Mask, until: Mask, ticks: int, counting: Counting = TICKS) -> bool:
        watch = Stopwatch(self.graph, until, {}, self._counted(counting))
        return len(watch.layers(np.flatnonzero(begins & ~until), most=ticks + 2)) <= ticks + 1

    def _counted(self, counting: Counting) -> Mask:
        some = self._named(counting.events)[self.graph.event]
        return some if counting.leaving is None else np.asarray(some & counting.leaving[self.graph.source], np.bool_)

    def _dest(self, edges: Mask) -> Mask:
        out = np.zeros(len(self.graph), np.bool_)
        out[self.graph.dest[edges]] = True
        return out

    def _named(self, events: tuple[str, ...]) -> Mask:
        return np.array([is_one_of(event.name, events) for event in self.graph.system.events], np.bool_)


class Stopwatch:
    """Measures until something has happened.

    Parameters
    ----------
    graph
        Of a system in time, complete.
    until
        The states in which it has, shape ``(n,)``.
    ways
        Events by which it happens, as masks over the system's events, by name.
    counted
        What is counted, as a mask over edges.
    whole
        Whether runs in which it never happens have a say in the greatest, too.

    Examples
    --------
    >>> from mealspec.core import At, Event, Kind, Machine, System, explore
    >>> from mealspec.core.timed import Bound, Clockwork, Phase, in_time, timed
    >>> bell = Machine.table("bell", "set", [("ring", "set", "rung")])
    >>> system = System([bell], [Event("ring", Kind.SYSTEM, "x", ("bell",))])
    >>> graph = explore(in_time(system, [timed(Clockwork(bell, (Phase("set", (Bound(("ring",), 1, 3),)),)))]))
    >>> rung = graph.where(At("bell", lambda state: state == "rung"))
    >>> ticks = graph.system.of_kind(Kind.TIME)[graph.event]
    >>> found = Stopwatch(graph, rung, {}, ticks).delays(np.arange(len(graph)) == 0)[""]
    >>> found.least, found.greatest, found.latest.trace.events
    (1, 3, ('tick', 'tick', 'tick', 'ring'))
    """

    def __init__(self, graph: Graph, until: Mask, ways: Mapping[str, Mask], counted: Mask, whole: bool = False) -> None:
        self.graph, self.inside, self.counted, self.whole = graph, ~until, counted, whole
        self.nowhere: Mask = np.zeros(len(counted), np.bool_)
        happens = until[graph.dest]
        every = {"": happens} | {name: happens & mask[graph.event] for name, mask in ways.items()}
        self.ends = {name: _Ends.of(graph, edges, counted) for name, edges in every.items()}

    def delays(self, begins: Mask) -> dict[str, Delay]:
        """For each way how long it takes from these states; and, as ``""``, for all of them."""
        start = np.flatnonzero(begins & self.inside)
        if not len(start):
            return dict.fromkeys(self.ends, Delay(None, None))
        reached, loop = self._endless(start)
        due = [(some.calm | some.counted) & reached for some in self.ends.values()]
        layers = self.layers(start, None if loop is None else due)
        return {name: self._delay(some, layers, loop, self.whole and not name) for name, some in self.ends.items()}

    def _delay(self, ends: _Ends, layers: list[_Layer], loop: Attained | None, whole: bool) -> Delay:
        found = [
            _End(k + last, k, leads)
            for k, layer in enumerate(layers)
            for last, leads in enumerate((ends.calm, ends.counted))
            if leads[layer.nodes].any()
        ]
        least = min(found, key=_number, default=None)
        if whole and max(map(_number, found), default=-1) < len(layers) - 1:
            found.append(_End(len(layers) - 1, len(layers) - 1, None))
        greatest = max(found, key=_number, default=None)

        def run(latest: bool) -> Attained | None:
            if latest and loop:
                return loop
            end = greatest if latest else least
            return end and self._run(layers, end, ends.edges)

        if greatest is None:
            return Delay(None, None, True, lambda _: loop, quick=True)
        return Delay(least and least.number, greatest.number if loop is None else None, True, run, quick=True)

    def layers(self, start: Edges, enough: list[Mask] | None = None, most: float = inf) -> list[_Layer]:
        """What is reached after no tick, one, two, and so on, while something is left, or until ``enough`` is met.

        There are no more than ``most`` of them.
        """
        graph, layers = self.graph, list[_Layer]()
        seen = np.full(len(graph), -1, np.int32)
        entries, by = start, np.full(len(start), -1, np.int64)
        missing = None if enough is None else [mask for mask in enough if mask.any()]
        while len(entries) and missing != [] and len(layers) < most:
            layer = self._kept(
                closure(
                    graph.offset, graph.dest, self.counted, self.inside, entries, by, seen, len(layers), *self._room
                )
            )
            layers.append(layer)
            missing = None if missing is None else [mask for mask in missing if not mask[layer.nodes].any()]
            entries, by = self._kept(
                after_tick(
                    graph.offset, graph.dest, self.counted, self.inside, layer.nodes, seen, len(layers), *self._room
                )
            )
            seen[entries] = -1
        return layers

    def _run(self, layers: list[_Layer], end: _End, edges: Mask) -> Attained:
        """A run with that end, by one of these edges if it has one."""
        graph, nodes = self.graph, layers[end.layer].nodes
        node = int(nodes[0] if end.leads is None else nodes[end.leads[nodes]][0])
        out = range(graph.offset[node], graph.offset[node + 1]) if end.leads is not None else ()
        steps = [next(e for e in out if edges[e] and self.counted[e] == (end.number > end.layer))] if out else []
        for layer in reversed(layers[: end.layer + 1]):
            steps += self._back(layer, node, self.counted)
            node = int(graph.source[steps[-1]]) if steps else node
        return self._told(node, steps[::-1])

    def _back(self, layer: _Layer, node: int, into: Mask) -> list[int]:
        """The edges by which a state was found, the last one first, back to one of those that lead into the layer."""
        steps: list[int] = []
        while (edge := int(layer.via[layer.nodes == node][0])) >= 0:
            steps.append(edge)
            if into[edge]:
                break
            node = int(self.graph.source[edge])
        return steps

    @cached_property
    def _room(self) -> tuple[NDArray[np.int64], Edges]:
        """Room for a layer; what is used again costs the time to get it once."""
        return np.empty(len(self.graph), np.int64), np.empty(len(self.graph), np.int64)

    def _kept(self, count: int) -> _Layer:
        """So much of what stands in the room."""
        nodes, via = self._room
        return _Layer(nodes[:count].copy(), via[:count].copy())

    def _told(self, node: int, steps: list[int], loop: int | None = None) -> Attained:
        names = [self.graph.system.events[self.graph.event[edge]].name for edge in steps]
        before = self.graph.path(node)
        told = Trace.of(self.graph.system, [*before, *names], loop=None if loop is None else len(before) + loop)
        return Attained(told, len(before))

    def _loops(self, among: Edges) -> tuple[NDArray[np.int32], Edges]:
        """Which of these states lie on common loops, as labels, -1 for others; and what is counted that does."""
        graph, source = self.graph, self.graph.source
        label = np.full(len(graph), -1, np.int32)
        left = looping(graph.offset, graph.dest, among, len(graph))
        kept = within(graph.offset, graph.dest, np.flatnonzero(left), left)
        if not len(kept):
            return label, kept
        place = np.cumsum(left, dtype=np.int32) - 1
        _, label[left] = components(place[source[kept]], place[graph.dest[kept]], int(left.sum()))
        counted = kept[self.counted[kept]]
        return label, counted[label[source[counted]] == label[graph.dest[counted]]]

    def _endless(self, start: Edges) -> tuple[Mask, Attained | None]:
        """What is reached before it happens; and a run that goes round for ever and counts in its loop, if any."""
        graph, source = self.graph, self.graph.source
        found, reached = self._free(start, self.inside)
        label, rounds = self._loops(found.nodes)
        if not len(rounds):
            return reached, None
        tick = int(rounds[0])
        there = self._back(found, int(source[tick]), self.nowhere)[::-1]
        found, _ = self._free(graph.dest[tick : tick + 1].astype(np.int64), label == label[source[tick]])
        home = self._back(found, int(source[tick]), self.nowhere)[::-1]
        first = int(source[there[0]]) if there else int(source[tick])
        return reached, self._told(first, [*there, tick, *home], loop=len(there))

    def _free(self, start: Edges, inside: Mask) -> tuple[_Layer, Mask]:
        """What is reached, however long it takes; it stands in the room until that is used again."""
        graph, seen = self.graph, np.full(len(self.graph), -1, np.int32)
        by = np.full(len(start), -1, np.int64)
        count = closure(graph.offset, graph.dest, self.nowhere, inside, start, by, seen, 0, *self._room)
        return _Layer(*(part[:count] for part in self._room)), seen == 0


def _number(end: _End) -> int:
    return end.number


def _leaves(graph: Graph, edges: Mask) -> Mask:
    """The states that some of these edges leave."""
    out = np.zeros(len(graph), np.bool_)
    out[graph.source[edges]] = True
    return out


@compiled()
def closure(
    offset: NDArray[np.int64], dest: NDArray[np.int32], ticks: Mask, inside: Mask, entries: NDArray[np.int64],
    by: Edges, seen: NDArray[np.int32], layer: int, nodes: NDArray[np.int64], via: Edges,
) -> int:  # fmt: skip
    """How much is reached from the entries without a tick, ``inside``: it stands in ``nodes`` and ``via`` then.

    ``seen`` says in which layer a state was last.
    """
    count = 0
    for k in range(len(entries)):
        node = entries[k]
        if seen[node] != layer:
            seen[node] = layer
            nodes[count], via[count] = node, by[k]
            count += 1
    at = 0
    while at < count:
        node = nodes[at]
        at += 1
        for edge in range(offset[node], offset[node + 1]):
            there = dest[edge]
            if not ticks[edge] and inside[there] and seen[there] != layer:
                seen[there] = layer
                nodes[count], via[count] = there, edge
                count += 1
    return count


@compiled()
def after_tick(
    offset: NDArray[np.int64], dest: NDArray[np.int32], ticks: Mask, inside: Mask, some: NDArray[np.int64],
    seen: NDArray[np.int32], layer: int, nodes: NDArray[np.int64], via: Edges,
) -> int:  # fmt: skip
    """To how many states a tick leads from some: they stand in ``nodes`` then, and in ``via`` by which edge."""
    count = 0
    for node in some:
        for edge in range(offset[node], offset[node + 1]):
            there = dest[edge]
            if ticks[edge] and inside[there] and seen[there] != layer:
                seen[there] = layer
                nodes[count], via[count] = there, edge
                count += 1
    return count


@compiled()
def looping(offset: NDArray[np.int64], dest: NDArray[np.int32], nodes: NDArray[np.int64], states: int) -> Mask:
    """Those of the nodes to which a loop among them leads, mostly few; what else the nodes lead to is at an end."""
    into = np.zeros(states, np.int32)
    left = np.zeros(states, np.bool_)
    for node in nodes:
        left[node] = True
        for edge in range(offset[node], offset[node + 1]):
            into[dest[edge]] += 1
    over = np.empty(len(nodes), np.int64)
    count = 0
    for node in nodes:
        if into[node] == 0:
            over[count] = node
            count += 1
    while count > 0:
        count -= 1
        node = over[count]
        left[node] = False
        for edge in range(offset[node], offset[node + 1]):
            there = dest[edge]
            into[there] -= 1
            if into[there] == 0 and left[there]:
                over[count] = there
                count += 1
    return left


@compiled()
def within(offset: NDArray[np.int64], dest: NDArray[np.int32], nodes: NDArray[np.int64], inside: Mask) -> Edges:
    """The edges from these nodes that lead inside."""
    count = 0
    for node in nodes:
        for edge in range(offset[node], offset[node + 1]):
            count += inside[dest[edge]]
    found = np.empty(count, np.int64)
    count = 0
    for node in nodes:
        for edge in range(offset[node], offset[node + 1]):
            if inside[dest[edge]]:
                found[count] = edge
                count += 1
    return found
