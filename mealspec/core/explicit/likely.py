"""The likeliest run that goes wrong: fewest faults and tight races, of as many fewest races, then fewest steps.

A shortest run likes to squeeze a step into a gap of milliseconds, for waiting takes steps. A *tight race* is a step
that is not prompt itself and happens where a prompt system event could change something
(:attr:`mealspec.core.event.Event.prompt`): between two steps of one handshake, say, or before an answer that is on its
way. Of a run that goes round for ever the faults and races before the loop count, and the steps of both.

What is found is exact: no other run of the graph weighs less, of a loop up to where it is entered. The search settles
states in the order of their weights (E. W. Dijkstra, *A note on two problems in connexion with graphs*, 1959), all of
one weight at once. Of several runs that weigh the same it is the first in the order of the events.
"""

from __future__ import annotations

from collections.abc import Sequence
from heapq import heappop, heappush
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mealspec.core.claim import Claim, Form
from mealspec.core.event import Event, Kind
from mealspec.core.explicit.decide import fair_states, round_trip, stuck
from mealspec.core.explicit.graph import Graph
from mealspec.core.predicate import Predicate
from mealspec.core.system import bits, each
from mealspec.core.trace import Trace

Edges = NDArray[np.int64]
Mask = NDArray[np.bool_]


class Weight(NamedTuple):
    """How unlikely a run is; the smaller, the likelier.

    A fault and a tight race count alike, as one coincidence; a run with one of each is less likely than one with
    either. Of as many coincidences faults are likelier: a broken connection is an everyday thing, a gap of milliseconds
    is not.
    """

    coincidences: int
    races: int
    steps: int

    @property
    def faults(self) -> int:
        """How many faults it takes."""
        return self.coincidences - self.races


def weight(trace: Trace) -> Weight:
    """How unlikely the run is."""
    stem = trace.events[: trace.loop]
    faults = sum(trace.system.event(name).kind is Kind.FAULT for name in stem)
    tight = len(races(trace))
    return Weight(faults + tight, tight, len(trace))


def races(trace: Trace) -> tuple[int, ...]:
    """The steps of the run that are tight races, counted from 1; those of a loop are left out.

    >>> from mealspec.core import Machine, System
    >>> call = Machine.table("call", "none", [("dial", "none", "rings"), ("answer", "rings", "up")])
    >>> rain = Machine.table("rain", "dry", [("pour", "dry", "wet")])
    >>> events = [Event(name, Kind.USER, "x", (machine,)) for name, machine in (("dial", "call"), ("pour", "rain"))]
    >>> system = System([call, rain], [*events, Event("answer", Kind.SYSTEM, "x", ("call",), prompt=True)])
    >>> [races(Trace.of(system, run)) for run in (["dial", "pour"], ["dial", "answer", "pour"])]
    [(2,), ()]
    """
    system = trace.system
    at_once = bits(e for e, event in enumerate(system.events) if _owed_at_once(event))

    def due(step: int) -> bool:
        state = trace.path[step]
        return any(system.after(state, e) != state for e in each(system.permitted(state) & at_once))

    stem = trace.events[: trace.loop]
    return tuple(k + 1 for k, name in enumerate(stem) if not system.event(name).prompt and due(k))


def likeliest_to(graph: Graph, goal: Predicate) -> Trace | None:
    """The likeliest run to a state of the goal, or None if the graph has none."""
    return _trace(graph, _lightest(graph, graph.where(goal)))


def likeliest(graph: Graph, claim: Claim) -> Trace | None:
    """The likeliest run of the graph that breaks the claim, or None if none does.

    A loop is entered where that takes least, and gone round as in :func:`mealspec.core.lasso`.
    """
    if not claim.live:
        ends = graph.where(claim.bad)
        return _trace(graph, _lightest(graph, ends & stuck(graph) if claim.form is Form.QUIESCENT else ends))
    found = (_trace(graph, _lightest(graph, graph.where(claim.bad) & stuck(graph))), _endless(graph, claim))
    return min((run for run in found if run is not None), key=weight, default=None)


def _endless(graph: Graph, claim: Claim) -> Trace | None:
    """The likeliest run into a fair loop that breaks the claim, and once round it."""
    inside, counts = graph.where(claim.wrong), graph.where(claim.bad)
    inside[graph.expanded :] = counts[graph.expanded :] = False
    fair, label = fair_states(graph, inside, counts)
    stem = _lightest(graph, fair)
    if stem is None:
        return None
    entry = int(graph.dest[stem[-1]]) if stem else 0
    component = fair & (label == label[entry])
    return _trace(graph, stem, then=round_trip(graph, component, entry, counts), loop=len(stem))


def _trace(
    graph: Graph, edges: Sequence[int] | None, then: Sequence[str] = (), loop: int | None = None
) -> Trace | None:
    if edges is None:
        return None
    names = [graph.system.events[graph.event[edge]].name for edge in edges]
    return Trace.of(graph.system, [*names, *then], loop=loop)


# ---------------------------------------------------------------------- the search


def _lightest(graph: Graph, ends: Mask) -> list[int] | None:
    """The edges of the run of least weight to one of these states, or None if there is none."""
    settled = np.zeros(len(graph), np.bool_)
    at, now, layers = np.zeros(1, np.int64), Weight(0, 0, 0), list[Edges]()
    settled[at] = True
    waiting: dict[Weight, list[Edges]] = {}
    order: list[Weight] = []
    faulty, racing = _faulty(graph), _racing(graph)
    while not ends[at].any():
        edges = _unsettled(graph, _leaving(graph, at), settled)
        for fault in (False, True):
            for race in (False, True):
                some = edges[(faulty[edges] == fault) & (racing[edges] == race)]
                then = Weight(now.coincidences + fault + race, now.races + race, now.steps + 1)
                if len(some) and then not in waiting:
                    heappush(order, then)
                if len(some):
                    waiting.setdefault(then, []).append(some)
        edges = edges[:0]
        while not len(edges):
            if not order:
                return None
            now = heappop(order)
            edges = _unsettled(graph, np.concatenate(waiting.pop(now)), settled)
        layers.append(edges)
        at = np.unique(graph.dest[edges])
        settled[at] = True
    return _first(graph, layers, ends, at[ends[at]])


def _first(graph: Graph, layers: list[Edges], ends: Mask, reached: Edges) -> list[int]:
    """Of the runs to what is reached, the first in the order of the events.

    The layers hold every edge that is the last of a lightest run to where it leads, in the order of its weight.
    """
    leads = np.zeros(len(graph), np.bool_)
    leads[reached] = True
    kept = [np.zeros(0, np.int64)]
    for edges in reversed(layers):
        kept.append(edges[leads[graph.dest[edges]]])
        leads[graph.source[kept[-1]]] = True
    ways, at, run = np.sort(np.concatenate(kept)), 0, list[int]()
    while not ends[at]:
        run.append(int(ways[np.searchsorted(ways, graph.offset[at])]))
        at = int(graph.dest[run[-1]])
    return run


def _leaving(graph: Graph, at: Edges) -> Edges:
    """The edges that leave these states."""
    begin = graph.offset[at]
    number = graph.offset[at + 1] - begin
    skipped = np.cumsum(number) - number
    edges: Edges = np.arange(int(number.sum()), dtype=np.int64) + np.repeat(begin - skipped, number)
    return edges


def _unsettled(graph: Graph, edges: Edges, settled: Mask) -> Edges:
    """Those of the edges that lead to a state which is not settled."""
    new: Edges = edges[~settled[graph.dest[edges]]]
    return new


def _faulty(graph: Graph) -> Mask:
    """For each edge, whether it is a fault."""
    return graph.system.of_kind(Kind.FAULT)[graph.event]


def _racing(graph: Graph) -> Mask:
    """For each edge, whether it is a tight race."""
    prompt = np.array([event.prompt for event in graph.system.events], np.bool_)
    at_once = np.array([_owed_at_once(event) for event in graph.system.events], np.bool_)
    racing: Mask = ~prompt[graph.event] & graph.enabling(at_once, moving=True)[graph.source]
    return racing


def _owed_at_once(event: Event) -> bool:
    return event.prompt and event.kind is Kind.SYSTEM
