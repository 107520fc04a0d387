"""The reachable states in blocks: all of them one by one where they are few, else as a few facts tell them apart.

States that agree in the chosen facts are one block, and a step leads from one block to another if one leads from some
state in it to some state in the other. So blocks can do more than what can happen: a path through them need not be a
run.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from mealspec.core import At, Graph, Predicate, Trace, all_of, stuck, unknown
from mealspec.properties.facts import Facts


@dataclass(frozen=True)
class Facet:
    """What a projection sees: a name, the values it can have, and which one each state has."""

    name: str
    values: tuple[str, ...]
    index: NDArray[np.int64]


def facets(graph: Graph, names: Sequence[str] = (), facts: Facts | None = None) -> list[Facet]:
    """What to look at: machines by name, or what the client believes, the registry, the poller and the screen.

    ``UnknownName`` names the machines.
    """
    if not names and facts is not None:
        return _usual(graph, facts)
    out = []
    for name in names or [machine.name for machine in graph.system.machines]:
        if name not in graph.system.position:
            raise unknown("machine", name, graph.system.position)
        machine = graph.system.machines[graph.system.position[name]]
        out.append(Facet(name, tuple(map(str, machine.states)), graph.local(name)))
    return out


def _usual(graph: Graph, facts: Facts) -> list[Facet]:
    shown = [name for name in graph.system.position if name.startswith("view.")]
    return [
        _fact(graph, "belief", facts.belief(), "believes", "not connected"),
        _fact(graph, "registry", ~At("registry", lambda s: not s.held), "registered", "unknown there"),
        _fact(graph, "poller", At("poller", lambda s: s.runs), "polls", "no poll"),
        *(_meal(facet) for facet in facets(graph, shown)),
    ]


def _meal(facet: Facet) -> Facet:
    """What is shown of a meal, with the meal's name."""
    meal = facet.name.removeprefix("view.")
    return Facet(facet.name, tuple(f"{meal} {value}" for value in facet.values), facet.index)


def _fact(graph: Graph, name: str, fact: Predicate, yes: str, no: str) -> Facet:
    return Facet(name, (no, yes), graph.where(fact).astype(np.int64))


@dataclass(frozen=True, eq=False)
class Quotient:
    """The states of a graph in blocks.

    Attributes
    ----------
    graph
        What was explored.
    facets
        What the blocks tell apart.
    labels
        For each block, the value of each facet.
    block
        For each state, its block; that of the initial state is 0.
    stuck, resting
        For each block, how many of its states no system event changes, where some machine should not rest
        (but for lack of a free connection), and where all may.
    """

    graph: Graph
    facets: tuple[str, ...]
    labels: tuple[tuple[str, ...], ...]
    block: NDArray[np.int64]
    stuck: tuple[int, ...]
    resting: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.labels)

    @cached_property
    def sizes(self) -> tuple[int, ...]:
        """How many states each block has."""
        return tuple(np.bincount(self.block, minlength=len(self)).tolist())

    @cached_property
    def edges(self) -> dict[tuple[int, int], tuple[str, ...]]:
        """The events that lead from each block to another, and those that stay within one."""
        graph, events = self.graph, self.graph.system.events
        size = len(events)
        key = (self.block[graph.source] * len(self) + self.block[graph.dest]) * size + graph.event
        out: dict[tuple[int, int], list[str]] = {}
        for each in np.unique(key).tolist():
            pair, e = divmod(each, size)
            out.setdefault(divmod(pair, len(self)), []).append(events[e].name)
        return {pair: tuple(names) for pair, names in out.items()}

    def path(self, run: Trace) -> list[int]:
        """The blocks that a run goes through, one more than its events."""
        where = {}
        packed = [run.system.pack(state).tobytes() for state in run.path]
        wanted = set(packed)
        for number, state in enumerate(self.graph.packed):
            if state.tobytes() in wanted:
                where[state.tobytes()] = int(self.block[number])
                if len(where) == len(wanted):
                    break
        return [where[each] for each in packed]


def quotient(graph: Graph, looked: Sequence[Facet], facts: Facts | None = None) -> Quotient:
    """The graph's states in blocks: those in which all facets agree."""
    key = np.zeros(len(graph), np.int64)
    for facet in looked:
        key = key * len(facet.values) + facet.index
    _, first, block = np.unique(key, return_index=True, return_inverse=True)
    order = np.argsort(first, kind="stable")  # blocks stand in the order in which they are reached
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    block = rank[block.reshape(-1)]
    first = first[order]
    labels = tuple(tuple(f.values[int(f.index[s])] for f in looked) for s in first)
    still = stuck(graph)
    rests = graph.where(all_of(At(machine.name, machine.resting) for machine in graph.system.machines))
    blamed = still & ~rests & (~graph.where(facts.starved()) if facts else True)
    count = [np.bincount(block[mark], minlength=len(labels)).tolist() for mark in (blamed, still & rests)]
    return Quotient(graph, tuple(f.name for f in looked), labels, block, tuple(count[0]), tuple(count[1]))


def whole(graph: Graph, facts: Facts | None = None) -> Quotient:
    """Every state as a block of its own, named by what the machines do that have more than one state."""
    return quotient(graph, facets(graph), facts)
