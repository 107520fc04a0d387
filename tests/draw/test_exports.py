"""What is exported can be read back, and holds every state and row."""

from __future__ import annotations

import io
import json
import re
import xml.etree.ElementTree as ET

import networkx as nx
import pytest

from mealspec.core import CheckerError, Event, Graph, Kind, Machine, System, explore
from mealspec.draw.blocks import facets, quotient
from mealspec.draw.exports import FORMS, SCXML, Automaton, TooLarge, export, of_graph, of_machine, of_quotient
from mealspec.draw.machines import drawn, machine_of
from mealspec.model.design import DESIGNS
from mealspec.model.product import system
from mealspec.model.scope import Scope
from mealspec.properties.facts import Facts


@pytest.fixture(scope="module")
def machines() -> list[Automaton]:
    """Every machine of every design."""
    return [
        of_machine(machine)
        for plan in DESIGNS.values()
        for name, scope in drawn(plan).items()
        if (machine := machine_of(plan, name, scope))
    ]


@pytest.fixture(scope="module")
def graph() -> Graph:
    return explore(system(DESIGNS["published"], Scope(connections=1, faults=0)))


def rows(automaton: Automaton) -> list[tuple[str, str, str]]:
    return sorted(automaton.rows)


def labels(automaton: Automaton) -> dict[str, str]:
    return {node.id: node.label for node in automaton.nodes}


@pytest.mark.slow
def test_graphml_holds_all(machines: list[Automaton]) -> None:
    for automaton in machines:
        read = nx.read_graphml(io.BytesIO(export(automaton, "graphml").encode()), force_multigraph=True)
        assert {name: data["label"] for name, data in read.nodes(data=True)} == labels(automaton)
        assert sorted((data["event"], a, b) for a, b, data in read.edges(data=True)) == rows(automaton)
        assert [name for name, data in read.nodes(data=True) if data["initial"] == "true"] == [automaton.initial]


def test_scxml_holds_all(machines: list[Automaton]) -> None:
    for automaton in machines:
        root = ET.fromstring(export(automaton, "scxml"))
        states = {state.attrib["id"]: state for state in root.findall(f"{{{SCXML}}}state")}
        found = [
            (step.attrib["event"], name, step.attrib["target"])
            for name, state in states.items()
            for step in state.findall(f"{{{SCXML}}}transition")
        ]
        assert root.attrib["initial"] == automaton.initial
        assert list(states) == [node.id for node in automaton.nodes]
        assert sorted(found) == rows(automaton)


def test_no_event_is_the_beginning_of_another(machines: list[Automaton]) -> None:
    """SCXML takes an event for every transition whose name is its beginning, part by part."""
    for automaton in machines:
        events = {event for event, _, _ in automaton.rows}
        starts = {event.rsplit(".", k)[0] for event in events for k in range(1, event.count(".") + 1)}
        assert not events & starts


def test_xstate_holds_all(machines: list[Automaton]) -> None:
    for automaton in machines:
        config = json.loads(export(automaton, "json"))
        found = [
            (event, name, step["target"])
            for name, state in config["states"].items()
            for event, step in state["on"].items()
        ]
        assert config["initial"] == automaton.initial
        assert {name: state["description"] for name, state in config["states"].items()} == labels(automaton)
        assert sorted(found) == rows(automaton)


def test_mermaid_holds_all(machines: list[Automaton]) -> None:
    for automaton in machines:
        text = export(automaton, "mermaid")
        named = {name: json.loads(label) for label, name in re.findall(r'state (".*") as (\w+)$', text, re.M)}
        found = [
            (event, a, b)
            for a, b, some in re.findall(r"^    (\w+) --> (\w+) : (.+)$", text, re.M)
            for event in some.split(", ")
        ]
        assert named == labels(automaton)
        assert sorted(found) == rows(automaton)
        assert f"[*] --> {automaton.initial}" in text


def test_dot_holds_all(machines: list[Automaton]) -> None:
    pygraphviz = pytest.importorskip("pygraphviz")
    for automaton in machines:
        read = pygraphviz.AGraph(string=export(automaton, "dot"))
        found = [
            (event, edge[0], edge[1])
            for edge in read.edges()
            for event in (edge.attr["label"] or "").split(r"\n")
            if edge[0] != "_start"
        ]
        assert {str(node) for node in read.nodes()} == {*labels(automaton), "_start"}
        assert sorted(found) == rows(automaton)


def test_a_graph_is_exported_state_by_state(graph: Graph) -> None:
    automaton = of_graph(graph)
    read = nx.read_graphml(io.BytesIO(export(automaton, "graphml").encode()), force_multigraph=True)
    assert (len(read), read.number_of_edges()) == (len(graph), graph.transitions)
    for form in FORMS:
        assert export(automaton, form)


def test_blocks_of_states_are_exported_too(graph: Graph) -> None:
    plan, scope = DESIGNS["published"], Scope(connections=1, faults=0)
    facts = Facts(plan, scope, graph.system)
    automaton = of_quotient(quotient(graph, facets(graph, facts=facts), facts))
    config = json.loads(export(automaton, "json"))
    steps = [step for state in config["states"].values() for step in state["on"].values()]
    assert len(config["states"]) == len(automaton.nodes)
    assert sum(1 if isinstance(step, dict) else len(step) for step in steps) == len(automaton.rows)


def test_a_graph_that_nothing_opens_is_refused(monkeypatch: pytest.MonkeyPatch, graph: Graph) -> None:
    monkeypatch.setattr("mealspec.draw.exports.MOST", 10)
    with pytest.raises(TooLarge, match=rf"{len(graph)} states are too many to export \(at most 10\): project"):
        of_graph(graph)


def test_an_unknown_format_names_the_choices(machines: list[Automaton]) -> None:
    with pytest.raises(CheckerError, match=r"unknown format 'scml'; did you mean 'scxml'\? .*mermaid"):
        export(machines[0], "scml")


def test_odd_names_stay_apart_in_every_format() -> None:
    odd = Machine.table("odd.one", "a:b", [("go", "a:b", "a/b"), ("back", "a/b", "1"), ("end", "1", '"<&')])
    automaton = of_machine(odd)
    assert len({node.id for node in automaton.nodes}) == 4
    assert all(re.fullmatch(r"[A-Za-z]\w*", node.id) for node in automaton.nodes)
    assert '"\\"<&"' in export(automaton, "mermaid")
    ET.fromstring(export(automaton, "scxml"))
    nx.read_graphml(io.BytesIO(export(automaton, "graphml").encode()))
    events = [Event(name, Kind.SYSTEM, "x", ("odd.one",)) for name in odd.alphabet]
    assert len(of_graph(explore(System([odd], events))).nodes) == 4
