"""Machines and graphs for other tools: Graphviz, Mermaid, GraphML (yEd, Gephi), XState and SCXML.

All forms are made of one :class:`Automaton`: states with ids that every format takes, and rows with events by
their full names. A state that may be rested in is marked; none is final, for each may be left again.

References: W3C, *State Chart XML* (2015); XState's machine configuration; Mermaid's ``stateDiagram-v2``.
"""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NamedTuple

import networkx as nx

from mealspec.core import CheckerError, Graph, Machine, unknown
from mealspec.draw.blocks import Quotient
from mealspec.draw.dot import canvas, tooltip
from mealspec.draw.picture import COOL, FILL, INK

MOST = 20_000
"""States of a graph that is still exported."""


class TooLarge(CheckerError):
    """A graph that no other tool opens."""


class Node(NamedTuple):
    """A state: an id of letters, digits and underscores, what it is called, and whether it may be rested in."""

    id: str
    label: str
    resting: bool


@dataclass(frozen=True)
class Automaton:
    """What is exported.

    Attributes
    ----------
    name, doc
        What it is called, and what it is.
    initial
        The id of the initial state.
    nodes
        The states, each id once.
    rows
        ``(event, source, dest)``, the latter two as ids.
    """

    name: str
    doc: str
    initial: str
    nodes: tuple[Node, ...]
    rows: tuple[tuple[str, str, str], ...]


# ---------------------------------------------------------------------- what is exported


def of_machine(machine: Machine) -> Automaton:
    """A machine with its states and rows."""
    ids = dict(zip(machine.states, _ids(map(str, machine.states)), strict=True))
    nodes = tuple(Node(ids[state], str(state), bool(machine.resting(state))) for state in machine.states)
    rows = tuple((row.event, ids[row.source], ids[row.dest]) for row in machine.rows)
    return Automaton(machine.name, machine.doc, ids[machine.initial], nodes, rows)


def of_graph(graph: Graph) -> Automaton:
    """All reachable states, each named by what every machine does; :class:`TooLarge` if they are too many."""
    if len(graph) > MOST:
        raise TooLarge(
            f"{len(graph):,} states are too many to export (at most {MOST:,}): project on some machines, "
            "or choose a smaller scope"
        )
    machines = graph.system.machines
    states = [graph.locals(number) for number in range(len(graph))]
    nodes = tuple(
        Node(
            f"s{number}",
            " ".join(f"{m.name}={m.states[k]}" for m, k in zip(machines, state, strict=True)),
            all(m.resting(m.states[k]) for m, k in zip(machines, state, strict=True)),
        )
        for number, state in enumerate(states)
    )
    edges = zip(graph.event.tolist(), graph.source.tolist(), graph.dest.tolist(), strict=True)
    rows = tuple((graph.system.events[e].name, f"s{a}", f"s{b}") for e, a, b in edges)
    return Automaton(graph.system.name, _size(graph), "s0", nodes, rows)


def of_quotient(parted: Quotient) -> Automaton:
    """Blocks of states; an event may lead from one to several."""
    named = [" ".join(f"{f}={v}" for f, v in zip(parted.facets, label, strict=True)) for label in parted.labels]
    nodes = tuple(Node(f"n{k}", label, parted.resting[k] > 0) for k, label in enumerate(named))
    rows = tuple((event, f"n{a}", f"n{b}") for (a, b), events in parted.edges.items() for event in events)
    return Automaton(parted.graph.system.name, _size(parted.graph), "n0", nodes, rows)


def _size(graph: Graph) -> str:
    return f"{len(graph):,} reachable states, {graph.transitions:,} steps"


def _ids(labels: Iterable[str]) -> list[str]:
    """An id for each label, the first come with the plain one.

    >>> _ids(["idle", "c1/not", "c1:not"])
    ['idle', 'c1_not', 'c1_not_2']
    """
    out: dict[str, None] = {}
    for label in labels:
        plain = re.sub(r"\W+", "_", label, flags=re.ASCII).strip("_") or "state"
        plain = plain if plain[0].isalpha() else f"s_{plain}"
        choices = (plain, *(f"{plain}_{k}" for k in range(2, len(out) + 2)))
        out[next(choice for choice in choices if choice not in out)] = None
    return list(out)


# ---------------------------------------------------------------------- forms


def export(automaton: Automaton, form: str) -> str:
    """The automaton as text; ``UnknownName`` names the forms."""
    if form not in FORMS:
        raise unknown("format", form, FORMS)
    return FORMS[form](automaton)


def _merged(automaton: Automaton) -> dict[tuple[str, str], list[str]]:
    """For each two states the events that lead from one to the other."""
    out: dict[tuple[str, str], list[str]] = {}
    for event, source, dest in automaton.rows:
        out.setdefault((source, dest), []).append(event)
    return out


def _dot(automaton: Automaton) -> str:
    graph = canvas(automaton.name, label=automaton.name, labelloc="t")
    graph.node("_start", label="", shape="point", color=INK)  # no id begins so
    graph.edge("_start", automaton.initial)
    for node in automaton.nodes:
        look = {"peripheries": "2", "fillcolor": COOL} if node.resting else {"fillcolor": FILL}
        graph.node(node.id, label=tooltip([node.label]), **look)
    for (source, dest), events in _merged(automaton).items():
        graph.edge(source, dest, label=tooltip(events))
    return str(graph.source)


def _mermaid(automaton: Automaton) -> str:
    lines = [
        "---",
        f"title: {json.dumps(automaton.name)}",
        "---",
        "stateDiagram-v2",
        "    classDef resting stroke-width:3px",
    ]
    lines += [f"    state {json.dumps(node.label, ensure_ascii=False)} as {node.id}" for node in automaton.nodes]
    lines.append(f"    [*] --> {automaton.initial}")
    for (source, dest), events in _merged(automaton).items():
        lines.append(f"    {source} --> {dest} : {', '.join(events)}")
    lines += [f"    class {node.id} resting" for node in automaton.nodes if node.resting]
    return "\n".join(lines) + "\n"


def _graphml(automaton: Automaton) -> str:
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph(name=automaton.name, doc=automaton.doc)
    for node in automaton.nodes:
        marks = {"initial": node.id == automaton.initial, "resting": node.resting}
        graph.add_node(node.id, label=node.label, **{mark: str(value).lower() for mark, value in marks.items()})
    for number, (event, source, dest) in enumerate(automaton.rows):
        graph.add_edge(source, dest, key=number, event=event, label=event)
    return "\n".join(nx.generate_graphml(graph)) + "\n"


def _json(automaton: Automaton) -> str:
    """XState's shape; an event that leads to several states has a list of targets."""
    targets: dict[str, dict[str, list[str]]] = {node.id: {} for node in automaton.nodes}
    for event, source, dest in automaton.rows:
        targets[source].setdefault(event, []).append(dest)
    states = {
        node.id: {
            "description": node.label,
            "tags": ["resting"] if node.resting else [],
            "on": {event: _targets(dests) for event, dests in targets[node.id].items()},
        }
        for node in automaton.nodes
    }
    plain = re.sub(r"\W+", "_", automaton.name, flags=re.ASCII).strip("_")  # a dot would mean a path
    config = {"id": plain, "description": automaton.doc, "initial": automaton.initial, "states": states}
    return json.dumps(config, indent=1, ensure_ascii=False) + "\n"


def _targets(dests: list[str]) -> object:
    return {"target": dests[0]} if len(dests) == 1 else [{"target": dest} for dest in dests]


SCXML = "http://www.w3.org/2005/07/scxml"
OWN = "urn:mealspec"
"""The namespace of what SCXML has no word for: what a state is called, and whether it may be rested in."""


def _scxml(automaton: Automaton) -> str:
    root = ET.Element(
        f"{{{SCXML}}}scxml", {"version": "1.0", "name": _ids([automaton.name])[0], "initial": automaton.initial}
    )
    states = {}
    for node in automaton.nodes:
        own = {f"{{{OWN}}}label": node.label, f"{{{OWN}}}resting": str(node.resting).lower()}
        states[node.id] = ET.SubElement(root, f"{{{SCXML}}}state", {"id": node.id, **own})
    for event, source, dest in automaton.rows:
        ET.SubElement(states[source], f"{{{SCXML}}}transition", {"event": event, "target": dest})
    ET.register_namespace("", SCXML)
    ET.register_namespace("mealspec", OWN)
    ET.indent(root, " ")
    text = ET.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'


FORMS: dict[str, Callable[[Automaton], str]] = {
    "dot": _dot,
    "mermaid": _mermaid,
    "graphml": _graphml,
    "json": _json,
    "scxml": _scxml,
}
"""What can be written."""
