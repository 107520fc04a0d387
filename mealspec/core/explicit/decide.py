"""Decisions over a graph: what can happen, what always holds, what must happen in the end.

All counterexamples are deterministic, and those of :func:`reach`, :func:`quiescent` and the stuck ends
of :func:`lasso` are of least length. Liveness is decided under weak fairness of system events: a run
may go for ever round a loop only if every system event is taken in the loop or is disabled somewhere
on it (an action that is split into several events counts as one, see :class:`mealspec.core.event.Event`). A
step that changes nothing counts as taking its action, so fewer runs are ruled out than by TLA's WF. A
loop may contain user events, for nobody is obliged to stop pressing buttons, and no fault, for faults
are assumed to end.

References: O. Lichtenstein, A. Pnueli, *Checking that finite state concurrent programs satisfy their
linear specification* (POPL 1985), for the decision by strongly connected components; L. Lamport,
*The temporal logic of actions* (1994), for weak fairness.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from mealspec.core.claim import Claim, Form
from mealspec.core.event import Kind
from mealspec.core.explicit.graph import Graph
from mealspec.core.predicate import Predicate
from mealspec.core.trace import Trace


def reach(graph: Graph, goal: Predicate) -> Trace | None:
    """A shortest run to a state of the goal, or None if the graph has none."""
    return _to_first(graph, graph.where(goal))


def stuck(graph: Graph) -> NDArray[np.bool_]:
    """For each state, whether no system event can change it: what is not done by now stays undone."""
    return graph.quiescent


def quiescent(graph: Graph, goal: Predicate) -> Trace | None:
    """A shortest run to a stuck state of the goal."""
    return _to_first(graph, stuck(graph) & graph.where(goal))


def lasso(graph: Graph, pending: Predicate, excused: Predicate | None = None) -> Trace | None:
    """A fair run without end, free of faults from some point on, that stays ``pending`` for ever.

    So None means: whatever happens, once faults have ended the predicate is false again and again.
    A stuck end (a run after which no system event changes anything) is preferred, the shortest one;
    else the run is a stem and a loop, with ``loop`` as the index of the loop's first event.

    A run that stays ``excused`` for ever does not count: what is found ends, or comes again and again,
    where it is not excused.
    """
    inside = graph.where(pending)
    counts = inside if excused is None else inside & ~graph.where(excused)
    end = _to_first(graph, stuck(graph) & counts)
    if end is not None:
        return end
    inside[graph.expanded :] = False
    counts &= inside
    component = _fair_component(graph, inside, counts) if counts.any() else None
    if component is None:
        return None
    entry = int((component & counts).argmax())
    stem = graph.path(entry)
    return graph.trace(entry, then=tuple(round_trip(graph, component, entry, counts)), loop=len(stem))


DECISIONS: dict[Form, Callable[[Graph, Predicate], Trace | None]] = {
    Form.NEVER: reach,
    Form.QUIESCENT: quiescent,
    Form.FOREVER: lasso,
}
"""For each form a shortest run that goes wrong, or None."""


def violation(graph: Graph, claim: Claim) -> Trace | None:
    """A run of the graph that breaks the claim, the shortest one of its form, or None."""
    if claim.live:
        return lasso(graph, claim.wrong, claim.excuse)
    return DECISIONS[claim.form](graph, claim.bad)


def _to_first(graph: Graph, marked: NDArray[np.bool_]) -> Trace | None:
    number = int(marked.argmax())
    return graph.trace(number) if marked[number] else None


def _fair_component(graph: Graph, inside: NDArray[np.bool_], counts: NDArray[np.bool_]) -> NDArray[np.bool_] | None:
    """The states of the fair component whose states that count are reached first, or None."""
    fair, label = fair_states(graph, inside, counts)
    members = counts & fair
    if not members.any():
        return None
    result: NDArray[np.bool_] = inside & (label == label[int(members.argmax())])
    return result


def fair_states(
    graph: Graph, inside: NDArray[np.bool_], counts: NDArray[np.bool_]
) -> tuple[NDArray[np.bool_], NDArray[np.int32]]:
    """Which of the states inside are in a fair component that has one that counts; and each one's component.

    Maximal components decide: if a system event is enabled everywhere in one and never taken, the
    same is true of each part of it; and what goes round in a part can go round in the whole.
    """
    fault = graph.system.of_kind(Kind.FAULT)
    kept = np.flatnonzero(inside[graph.source] & inside[graph.dest] & ~fault[graph.event])
    count, label = _components(graph, inside, kept)
    within = kept[label[graph.source[kept]] == label[graph.dest[kept]]]
    fair = np.zeros(count, np.bool_)
    fair[label[graph.source[within]]] = True
    fair &= np.bincount(label[counts], minlength=count) > 0
    within = within[fair[label[graph.source[within]]]]
    leaving = np.flatnonzero(inside[graph.source])
    leaving = leaving[fair[label[graph.source[leaving]]]]
    for bit in _bits(_actions(graph)):
        states, enabled = _joined(np.bitwise_or, graph.source[leaving], bit[graph.event[leaving]])
        parts, owed = _joined(np.bitwise_and, label[states], enabled)
        _, taken = _joined(np.bitwise_or, label[graph.source[within]], bit[graph.event[within]])
        fair[parts] &= (owed & ~taken) == 0
    return inside & fair[label], label


def _bits(numbers: NDArray[np.int64]) -> Iterator[NDArray[np.uint64]]:
    """For each 64 numbers, one after the other: the bit of each that is among them, 0 for others."""
    for first in range(0, numbers.max(initial=-1) + 1, 64):
        here = (numbers >= first) & (numbers < first + 64)
        yield np.where(here, np.uint64(1) << np.where(here, numbers - first, 0).astype(np.uint64), np.uint64(0))


def _joined(
    join: np.ufunc, keys: NDArray[np.int32], values: NDArray[np.uint64]
) -> tuple[NDArray[np.int32], NDArray[np.uint64]]:
    """Each key once, in order, and the values of each joined."""
    order = np.argsort(keys, kind="stable")
    first = np.flatnonzero(np.diff(keys[order], prepend=np.int32(-1)))
    return keys[order][first], join.reduceat(values[order], first)


def _actions(graph: Graph) -> NDArray[np.int64]:
    """Per event, the number of the action to which fairness is owed; -1 for events that are not owed."""
    numbers: dict[str, int] = {}
    owed = [e.owed_as if e.kind is Kind.SYSTEM else None for e in graph.system.events]
    return np.array([-1 if name is None else numbers.setdefault(name, len(numbers)) for name in owed], np.int64)


def _components(graph: Graph, inside: NDArray[np.bool_], edges: NDArray[np.int64]) -> tuple[int, NDArray[np.int32]]:
    """Strongly connected components of the states inside, by these edges: their number, and a label
    for each state (0 for states outside, which nobody reads)."""
    compact = np.cumsum(inside, dtype=np.int32) - np.int32(1)
    count, labels = components(compact[graph.source[edges]], compact[graph.dest[edges]], int(inside.sum()))
    label = np.zeros(len(graph), np.int32)
    label[inside] = labels
    return max(count, 1), label


def components(source: NDArray[np.int32], dest: NDArray[np.int32], n: int) -> tuple[int, NDArray[np.int32]]:
    """Strongly connected components of ``n`` nodes: their number, and a label for each node.

    Each edge is handed to scipy once: given parallel edges, scipy 1.13.0 finds wrong components.
    """
    from scipy.sparse import csr_matrix  # takes half a second to import
    from scipy.sparse.csgraph import connected_components

    matrix = csr_matrix((np.ones(len(source), np.int32), (source, dest)), shape=(n, n))
    matrix.sum_duplicates()
    count, labels = connected_components(matrix, directed=True, connection="strong")
    return int(count), labels


def round_trip(graph: Graph, component: NDArray[np.bool_], entry: int, counts: NDArray[np.bool_]) -> list[str]:
    """A closed walk from ``entry`` within the component, by a state that counts, that owes no system event anything."""
    fault = graph.system.of_kind(Kind.FAULT)
    action = _actions(graph)
    owed = set(action[action >= 0].tolist())
    walk: list[int] = []

    def inner(number: int) -> list[int]:
        span = range(int(graph.offset[number]), int(graph.offset[number + 1]))
        return [e for e in span if component[graph.dest[e]] and not fault[graph.event[e]]]

    def enabled(number: int) -> set[int]:
        return set(action[graph.event[graph.offset[number] : graph.offset[number + 1]]].tolist())

    def settles(edge: int) -> bool:
        """The edge takes an owed event, or leads where one is disabled; with none owed, home."""
        if not owed:
            return int(graph.dest[edge]) == entry
        return int(action[graph.event[edge]]) in owed or not owed <= enabled(int(graph.dest[edge]))

    def walks(start: int, goal: Callable[[int], bool]) -> int:
        """Walk on to a goal, and say where that is."""
        edges = _walk_to(graph, inner, start, goal)
        walk.extend(edges)
        for edge in edges:
            owed.discard(int(action[graph.event[edge]]))
            owed.intersection_update(enabled(int(graph.dest[edge])))
        return int(graph.dest[edges[-1]])

    at = entry
    owed &= enabled(entry)
    if not counts[entry]:
        at = walks(entry, lambda edge: bool(counts[graph.dest[edge]]))
    while owed or not walk or at != entry:
        at = walks(at, settles)
    return [graph.system.events[graph.event[edge]].name for edge in walk]


def _walk_to(graph: Graph, inner: Callable[[int], list[int]], start: int, goal: Callable[[int], bool]) -> list[int]:
    """The edges of a shortest walk from ``start`` whose last edge is a goal."""
    via: dict[int, int] = {}
    waiting = deque([start])
    while waiting:
        number = waiting.popleft()
        for edge in inner(number):
            dest = int(graph.dest[edge])
            if goal(edge):
                walk = [edge]
                while int(graph.source[walk[-1]]) != start:
                    walk.append(via[int(graph.source[walk[-1]])])
                return walk[::-1]
            if dest not in via and dest != start:
                via[dest] = edge
                waiting.append(dest)
    raise AssertionError("a strongly connected component has a walk to each of its edges")
