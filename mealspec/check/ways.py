"""Runs through a step: which steps lead to a goal while something goes on holding, and whole runs through one of them.

And how a run of a system from which machines were left out is completed to a run of the whole.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import breadth_first_order

from mealspec.core import Graph, Kind, System, Trace
from mealspec.core.system import Locals, bits, each

Mask = NDArray[np.bool_]


class Ways:
    """The last steps by which something comes to hold, on runs to a goal before which it holds to the end.

    Parameters
    ----------
    graph
        What was explored.
    holds, goal
        Masks over its states; the goal is where it holds and the run ends.
    """

    def __init__(self, graph: Graph, holds: Mask, goal: Mask) -> None:
        self.graph, n = graph, len(graph)
        ends = np.flatnonzero(goal & holds)
        inner = np.flatnonzero(holds[graph.source] & holds[graph.dest])
        back = np.concatenate((graph.dest[inner], np.full(len(ends), n)))  # from a virtual end, against the steps
        to = np.concatenate((graph.source[inner], ends))
        net: Any = csr_matrix(
            (np.ones(len(back), np.int8), (back.astype(np.int32), to.astype(np.int32))), (n + 1, n + 1)
        )
        order, before = breadth_first_order(net, n)
        self._towards = before
        self.leads: Mask = np.zeros(n + 1, np.bool_)
        self.leads[order] = True
        self.leads = self.leads[:n]
        self.steps = np.flatnonzero(self.leads[graph.dest] & ~holds[graph.source])

    def run(self, step: int) -> list[str]:
        """A run to the goal by this step: a shortest one to it, and a shortest one from there."""
        graph = self.graph
        events = [*graph.path(int(graph.source[step])), graph.system.events[graph.event[step]].name]
        return [*events, *self.rest(int(graph.dest[step]))]

    def rest(self, node: int) -> list[str]:
        """The events of a shortest run from a state to the goal, while it holds."""
        graph, events = self.graph, list[str]()
        while (after := int(self._towards[node])) < len(graph):
            row = slice(graph.offset[node], graph.offset[node + 1])
            edge = int(np.flatnonzero(graph.dest[row] == after)[0])
            events.append(graph.system.events[graph.event[row][edge]].name)
            node = after
        return events


class _Step(NamedTuple):
    """An event by its number, and the step before it."""

    before: _Step | None
    event: int


def completed(whole: System, run: Sequence[str], known: Container[str]) -> Trace | None:
    """A run of the whole system that has these events in this order, and besides only such as are not ``known``.

    Complete: None means that there is none. Time passes only where the run says so. Plain stepping, no engine.
    """
    free = bits(e for e, event in enumerate(whole.events) if event.name not in known and event.kind is not Kind.TIME)
    front: dict[Locals, _Step | None] = {whole.initial: None}
    for name in run:
        e, after = whole.number.get(name, -1), dict[Locals, _Step | None]()
        for state, step in _closed(whole, front, free).items():
            if e >= 0 and (there := whole.after(state, e)) is not None:
                after.setdefault(there, _Step(step, e))
        front = after
    if not front:
        return None
    events, last = list[str](), next(iter(front.values()))
    while last is not None:
        events.append(whole.events[last.event].name)
        last = last.before
    return Trace.of(whole, events[::-1])


def _closed(whole: System, front: dict[Locals, _Step | None], free: int) -> dict[Locals, _Step | None]:
    """What is reached by free events, each state with the steps to it."""
    found = dict(front)
    waiting = list(found)
    for state in waiting:
        for e in each(whole.permitted(state) & free):
            there = whole.after(state, e)
            if there is not None and there not in found:
                found[there] = _Step(found[state], e)
                waiting.append(there)
    return found
