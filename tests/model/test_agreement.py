"""The explorer and the slow way over `transitions` objects find the same of every design.

The slow way shares the rows of the machines with the explorer and nothing else. Both are breadth-first in
the declared order of the events, so that a walk which stops early has found just the states that the first
rows of the graph name; and what is enabled in a state can be asked of any state.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from mealspec.core import Graph, System, explore
from mealspec.core.objects import Objects, explore_slowly
from mealspec.model.design import DESIGNS, design
from mealspec.model.product import system
from mealspec.model.scope import ASPECTS, DEFAULT_ASPECTS, FAULTS, Scope

TINY = Scope(connections=1, faults=0)
ONE_FAULT = Scope(connections=1, faults=1)
FURTHER = [item for item in (*FAULTS, *ASPECTS) if item not in DEFAULT_ASPECTS]


def labels(graph: Graph, numbers: slice) -> list[tuple[str, ...]]:
    """The states of these numbers as the slow way knows them."""
    columns = []
    for machine in graph.system.machines:
        names = [str(state) for state in machine.states]
        columns.append([names[k] for k in graph.local(machine.name)[numbers].tolist()])
    return list(zip(*columns, strict=True))


def agree(product: System, limit: int | None) -> int:
    """Walk up to the limit and compare with the explorer; how many states were asked for their events."""
    walk = explore_slowly(product, limit)
    graph = explore(product)
    assert graph.complete
    edges = int(graph.offset[walk.expanded])
    found = 1 + int(graph.dest[:edges].max())
    assert walk.states == frozenset(labels(graph, slice(0, found)))
    assert walk.transitions == edges
    assert limit is not None or walk.expanded == len(walk.states) == len(graph)
    return walk.expanded


def agree_at(graph: Graph, number: int, objects: Objects) -> None:
    """The objects, put into one state, permit what the explorer found there, and it leads to the same."""
    names = [machine.name for machine in graph.system.machines]
    (here,) = labels(graph, slice(number, number + 1))
    source = dict(zip(names, here, strict=True))
    rows = range(int(graph.offset[number]), int(graph.offset[number + 1]))
    events = [graph.system.events[graph.event[row]].name for row in rows]
    objects.set(source)
    assert objects.enabled() == events
    for row, event in zip(rows, events, strict=True):
        objects.set(source)
        objects.fire(event)
        dest = int(graph.dest[row])
        (there,) = labels(graph, slice(dest, dest + 1))
        assert objects.states() == dict(zip(names, there, strict=True))


def sampled(count: int, size: int) -> list[int]:
    """So many numbers, evenly from the first to the last."""
    return sorted({k * (size - 1) // (count - 1) for k in range(count)})


@pytest.mark.parametrize("name", ["published", "published_plus"])
def test_the_slow_way_finds_every_state_and_step_of_a_small_design(name: str) -> None:
    assert agree(system(design(name), TINY), limit=None) > 500


@pytest.mark.sample(1)
@pytest.mark.parametrize("name", ["before", "hardened"])
def test_the_slow_way_finds_the_beginning_of_a_larger_design(name: str) -> None:
    assert agree(system(design(name), TINY), limit=1000) > 200


@pytest.mark.sample(16)
@pytest.mark.parametrize("item", ["nothing more", *FURTHER])
@pytest.mark.parametrize("name", DESIGNS)
def test_sampled_states_have_the_same_events_and_successors(name: str, item: str) -> None:
    scope = ONE_FAULT if item == "nothing more" else ONE_FAULT.with_([item])
    graph = explore(system(design(name), scope))
    assert graph.complete
    objects = Objects(graph.system)
    for number in sampled(12, len(graph)):
        agree_at(graph, number, objects)


@pytest.mark.sample(2)
@pytest.mark.parametrize("name", DESIGNS)
def test_sampled_states_agree_with_two_connections_and_two_meals(name: str) -> None:
    graph = explore(system(design(name), Scope(meals=2, faults=2).with_([*FAULTS, *ASPECTS])), limit=50_000)
    objects = Objects(graph.system)
    for number in sampled(12, graph.expanded):
        agree_at(graph, number, objects)


@pytest.mark.slow
@pytest.mark.sample(1)
@pytest.mark.parametrize("name", ["published", "hardened"])
def test_sampled_states_agree_with_as_many_meals_as_there_can_be(name: str) -> None:
    graph = explore(system(design(name), Scope(meals=4, connections=1, faults=1)), limit=20_000)
    objects = Objects(graph.system)
    for number in sampled(6, graph.expanded):
        agree_at(graph, number, objects)


def test_a_graph_with_other_steps_would_be_noticed() -> None:
    """Else the tests above might compare nothing."""
    graph = explore(system(design("published"), TINY))
    agree_at(graph, 1, objects := Objects(graph.system))
    for wrong in (
        replace(graph, dest=(graph.dest + 1) % len(graph)),
        replace(graph, event=(graph.event + 1) % len(graph.system.events)),
        replace(graph, offset=np.where(graph.offset == graph.offset[2], graph.offset[2] - 1, graph.offset)),
    ):
        with pytest.raises(AssertionError):
            agree_at(wrong, 1, objects)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["before", "hardened"])
def test_the_slow_way_finds_every_state_and_step_of_a_larger_design(name: str) -> None:
    assert agree(system(design(name), TINY), limit=None) > 4000


@pytest.mark.slow
@pytest.mark.sample(6)
@pytest.mark.parametrize("item", FURTHER)
@pytest.mark.parametrize("name", DESIGNS)
def test_the_slow_way_finds_the_beginning_of_every_aspect(name: str, item: str) -> None:
    assert agree(system(design(name), ONE_FAULT.with_([item])), limit=5000) > 1000
