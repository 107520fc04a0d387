"""The reachable states of a design: all of them where they are few, else as a few facts tell them apart.

States that agree in the chosen facts are one node, the larger the more they are, and a step leads from one
node to another if one leads from some state in it to some state in the other. So what is drawn is more than
what can happen: a path through nodes need not be a run. The counterexample that is drawn is one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from math import log10

import graphviz  # type: ignore[import-untyped]
import numpy as np
from numpy.typing import NDArray

from mealspec.check.verify import decide
from mealspec.core import At, CheckerError, Graph, Kind, Predicate, Trace, all_of, explore, stuck, unknown
from mealspec.draw.dot import (
    ALERT,
    COOL,
    FILL,
    GREY,
    LINE,
    MUTED,
    ORANGE,
    RED,
    Key,
    Picture,
    Words,
    canvas,
    html,
    tooltip,
)
from mealspec.draw.machines import folded
from mealspec.model.design import DESIGNS, Design
from mealspec.model.product import system
from mealspec.model.scope import Scope
from mealspec.properties.catalogue import PROPERTIES
from mealspec.properties.facts import Facts

__all__ = [
    "COMPLETE",
    "DOT",
    "MOST",
    "READABLE",
    "Facet",
    "Quotient",
    "TooMany",
    "engine",
    "facets",
    "picture",
    "pictures",
    "portray",
    "quotient",
    "whole",
]

COMPLETE = 40
"""States of a graph that is drawn complete."""

DOT, ARROWS = 500, 1000
"""Nodes and edges that are laid out by layers, within seconds; more are laid out by forces."""

MOST = 2000
"""Nodes that are laid out at all; more ask for a coarser projection."""

READABLE = 24
"""Nodes of a quotient that still looks at the poller, unless it is asked to."""

PAIRS = 40
"""Edges that are labelled when no path is drawn."""


class TooMany(CheckerError):
    """More nodes than a layout takes."""


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


def engine(nodes: int, edges: int = 0) -> str:
    """Which layout so many nodes and edges get; :class:`TooMany` if none."""
    if nodes > MOST:
        raise TooMany(f"{nodes:,} nodes are too many to draw (at most {MOST:,}): project on fewer machines")
    return "dot" if nodes <= DOT and edges <= ARROWS else "sfdp"


# ---------------------------------------------------------------------- the picture


def picture(
    plan: Design, scope: Scope, *, project: Sequence[str] = (), property_id: str = "", path: str = ""
) -> Picture:
    """The reachable states of a design in a scope.

    Parameters
    ----------
    plan, scope
        What is explored, completely.
    project
        The machines that tell states apart; if none is named, the usual facts, or all machines where the
        graph is small.
    property_id
        Draws the shortest counterexample as a path, if there is one.
    path
        Where the picture will stand.

    Raises
    ------
    UnknownName
        A property or machine that does not exist.
    TooMany
        A projection that is too fine.
    """
    if property_id and property_id not in PROPERTIES:
        raise unknown("property", property_id, PROPERTIES)
    product = system(plan, scope)
    facts = Facts(plan, scope, product)
    graph = explore(product)
    complete = not project and len(graph) <= COMPLETE
    parted = whole(graph, facts) if complete else _readable(graph, facets(graph, project, facts), facts, project)
    run = decide(graph, facts, PROPERTIES[property_id]) if property_id else None
    name = f"{plan} without faults" if scope.faults == 0 else plan.name
    return portray(parted, name, scope.describe(), run, property_id, path or f"states/{plan}.svg")


def _readable(graph: Graph, looked: list[Facet], facts: Facts, project: Sequence[str]) -> Quotient:
    """The quotient; if nobody chose the projection and it is too fine to be read, without the poller."""
    parted = quotient(graph, looked, facts)
    if project or len(parted) <= READABLE:
        return parted
    return quotient(graph, [facet for facet in looked if facet.name != "poller"], facts)


def portray(parted: Quotient, name: str, scope: str, run: Trace | None, property_id: str, path: str) -> Picture:
    """Blocks of states as a picture; the run, if one is given, as a path through it."""
    layout = engine(len(parted), len(parted.edges))
    graph = canvas("states", **LAYOUTS[layout], **(HASTE if len(parted) > HASTY else {}))
    steps = _steps(parted, run)
    for number in range(len(parted)):
        _block(graph, parted, number, steps, named=layout == "dot")
    rows = _rows(graph, parted)
    for pair, events in parted.edges.items():
        if pair[0] != pair[1]:
            _edge(graph, parted, pair, events, steps, free=bool(rows) and rows[pair[1]] != rows[pair[0]] + 1)
    size = f"{len(parted.graph):,} states, {parted.graph.transitions:,} transitions"
    seen = ", ".join(parted.facets)
    title = f"Reachable states of {name}" + (f", and a run that violates {property_id}" if run else "")
    description = (
        f"{name} ({scope}): {size}, drawn as {len(parted)} nodes that tell apart {seen}; laid out by {layout}. "
        f"{sum(parted.stuck):,} states are stuck, {sum(parted.resting):,} at rest."
    )
    if run:
        label = {event.name: event.label for event in run.system.events}
        told = " ".join(f"{k}. {label[event]}." for k, event in enumerate(run.events, start=1))
        description += f" The run: {told}"
    legend = tuple(_legend(parted, scope, size, run, property_id))
    return Picture(path, title, description, graph.source, layout, legend)


def _rows(graph: graphviz.Digraph, parted: Quotient) -> dict[int, int]:
    """For each node its row; none where steps lead downwards by themselves.

    Where most steps can be undone nodes have no order of their own: then a row holds those of one last facet,
    and neighbours in it differ in as little as can be.
    """
    edges = {pair for pair in parted.edges if pair[0] != pair[1]}
    undone = sum((to, at) in edges for at, to in edges)
    if 5 * undone <= 2 * len(edges) or len(parted) > COMPLETE:
        return {}
    rows: dict[str, list[int]] = {}
    for number, label in enumerate(parted.labels):
        rows.setdefault(label[-1], []).append(number)
    for row in rows.values():
        row.sort(key=lambda number: _gray(parted, number))
        with graph.subgraph(graph_attr={"rank": "same"}) as same:
            for number in row:
                same.node(_id(number))
            for left, right in pairwise(row):
                same.edge(_id(left), _id(right), style="invis", weight="10")
    for above, below in pairwise(rows.values()):
        for upper, lower in zip(above, below, strict=False):
            graph.edge(_id(upper), _id(lower), style="invis", weight="10")
    return {number: k for k, row in enumerate(rows.values()) for number in row}


def _gray(parted: Quotient, number: int) -> list[int]:
    """Where a node stands in its row: every facet runs to and fro."""
    key: list[int] = []
    for facet, value in enumerate(parted.labels[number][:-1]):
        values = list(dict.fromkeys(label[facet] for label in parted.labels))
        place = values.index(value)
        key.append(place if sum(key) % 2 else -place)
    return [abs(key[0]), *key[1:]] if key else key


LAYOUTS = {
    "dot": {"rankdir": "TB", "ranksep": "0.5", "nodesep": "0.25"},
    "sfdp": {"overlap": "scale", "splines": "line", "K": "0.4", "outputorder": "edgesfirst"},
}

HASTY, HASTE = 100, {"nslimit": "1", "nslimit1": "1", "mclimit": "0.3"}
"""Nodes above which layers are made with fewer attempts, and the bounds on them."""

Steps = dict[tuple[int, int], list[int]]
"""For each two blocks, the steps of a run (from 1) that lead from one to the other."""


def _steps(parted: Quotient, run: Trace | None) -> Steps:
    out: Steps = {}
    if run is not None:
        blocks = parted.path(run)
        for k, pair in enumerate(pairwise(blocks), start=1):
            out.setdefault(pair, []).append(k)
    return out


def _block(graph: graphviz.Digraph, parted: Quotient, number: int, steps: Steps, *, named: bool) -> None:
    size, held, rests = parted.sizes[number], parted.stuck[number], parted.resting[number]
    on_path = any(number in pair for pair in steps)
    label = parted.labels[number]
    inside = [step for pair, some in steps.items() if pair == (number, number) for step in some]
    words = [Words(label[-1], bold=True), *(Words(value) for value in label[:-1])]
    words.append(Words(f"{size:,} state{'s' * (size > 1)}", MUTED, small=True))
    words += [Words(f"▲ {held:,} stuck", RED, bold=True, small=True)] if held else []
    words += [Words(f"here: {_ranges(inside)}", ORANGE, bold=True, small=True)] if inside else []
    stays = parted.edges.get((number, number), ())
    tip = [*(f"{name}: {value}" for name, value in zip(parted.facets, label, strict=True)), f"{size:,} states"]
    tip += [f"{held:,} of them stuck"] if held else []
    tip += [f"{rests:,} of them at rest"] if rests else []
    tip += ["steps within:", *stays] if stays else []
    big = 0.3 + 0.2 * log10(size + 1)
    look = {"label": html(words), "width": f"{1.7 * big:.2f}", "height": f"{big:.2f}"}
    if not named:
        shape = "triangle" if held else "circle"
        look = {"label": "", "shape": shape, "width": f"{big / 5:.2f}", "height": f"{big / 5:.2f}"}
    graph.node(
        _id(number), tooltip=tooltip(tip), **look,
        peripheries="2" if rests else "1", penwidth="2" if on_path else "1", color=ORANGE if on_path else LINE,
        fillcolor=ALERT if held else COOL if number == 0 else FILL, style="filled" if held else "rounded,filled",
    )  # fmt: skip


def _id(number: int) -> str:
    return f"n{number}"


def _edge(
    graph: graphviz.Digraph,
    parted: Quotient,
    pair: tuple[int, int],
    events: tuple[str, ...],
    steps: Steps,
    *,
    free: bool,
) -> None:
    named = {event.name: event for event in parted.graph.system.events}
    at, to = pair
    fault = all(named[name].kind is Kind.FAULT for name in events)
    tip = [" · ".join(parted.labels[at]) + " → " + " · ".join(parted.labels[to])]
    tip += [f"{name}: {named[name].label}" for name in events]
    taken = steps.get(pair, [])
    look = {"style": "dotted" if fault else "solid", "color": GREY}
    words = []
    if taken:
        look |= {"color": ORANGE, "penwidth": "2.4", "fontcolor": ORANGE, "style": "solid"}
        words = [Words(f"\u00a0\u00a0{k}\u00a0\u00a0", ORANGE, bold=True) for k in [_ranges(taken)]]
    elif not steps and len(parted.edges) <= PAIRS:
        labels = folded(named[name].label for name in events)
        words = [
            Words(f"\u00a0{text}\u00a0", MUTED, small=True) for text in [*labels[:3], *(["..."] if labels[3:] else [])]
        ]
    said = tooltip(tip)
    more = {"label": html(words, left=True), "labeltooltip": said} if words else {}
    graph.edge(_id(at), _id(to), tooltip=said, constraint=str(not free).lower(), **look, **more)


def _ranges(numbers: Iterable[int]) -> str:
    """Numbers as a person writes them.

    >>> _ranges([1, 2, 3, 7])
    '1-3, 7'
    """
    out: list[list[int]] = []
    for number in numbers:
        if out and number == out[-1][-1] + 1:
            out[-1].append(number)
        else:
            out.append([number])
    return ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in out)


def _legend(parted: Quotient, scope: str, size: str, run: Trace | None, property_id: str) -> Iterator[Key]:
    yield Key(f"Scope: {scope}; {size}, all of them. A node is all states that agree in {', '.join(parted.facets)}.")
    yield Key("it begins here", "box", LINE, COOL)
    if any(parted.resting):
        yield Key("some states are at rest: nothing is owed any more", "box", LINE, FILL, double=True)
    if any(parted.stuck):
        yield Key("▲ some states are stuck: nothing that the system owes changes them, and something is amiss", "box",
                  LINE, ALERT)  # fmt: skip
    yield Key("a step; point at it to see the events", "line", GREY)
    if parted.graph.system.of_kind(Kind.FAULT).any():
        yield Key("only faults", "line", GREY, dash="1 2")
    if run is None:
        return
    yield Key(
        f"a shortest run that violates {property_id} ({PROPERTIES[property_id].sentence})", "line", ORANGE, width=2.4
    )
    label = {event.name: event.label for event in run.system.events}
    yield Key("; ".join(f"{k} {label[event]}" for k, event in enumerate(run.events, start=1)) + ".")


def pictures() -> Iterator[Picture]:
    """Each design without faults and with them; one that loses meals with the shortest run in which it does."""
    for plan in DESIGNS.values():
        for faults, suffix in ((0, ""), (None, "-faults")):
            scope = Scope(connections=1, faults=faults)
            yield picture(plan, scope, property_id="delivery", path=f"states/{plan}{suffix}.svg")
