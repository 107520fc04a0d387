"""What the complete search knows of a behaviour is what one finds by walking over its graph, edge by edge."""

from __future__ import annotations

import random
from itertools import pairwise

import numpy as np
import pytest

from mealspec.core import Graph, explore
from mealspec.core.coverage import Seen, known, rows
from mealspec.core.system import each
from mealspec.model.design import DESIGNS, Design
from mealspec.model.product import system
from mealspec.model.scope import Scope

TINY = Scope(connections=1, faults=0)


def edges(graph: Graph) -> list[tuple[int, int, int]]:
    return list(zip(graph.source.tolist(), graph.event.tolist(), graph.dest.tolist(), strict=True))


@pytest.mark.sample(1)
@pytest.mark.parametrize("design", DESIGNS.values(), ids=str)
def test_the_kernel_knows_what_a_walk_over_the_edges_finds(design: Design) -> None:
    graph = explore(system(design, TINY))
    events = graph.system.events
    used, happened = set(), set()
    leaving: dict[int, set[int]] = {}
    for source, e, _ in edges(graph):
        states = graph.state(source)
        used |= {(name, events[e].name, states[name]) for name in events[e].takes if name in states}
        leaving.setdefault(source, set()).add(e)
        happened.add(e)
    pairs = {(e, later) for _, e, dest in edges(graph) for later in leaving.get(dest, ())}
    found = known(graph)
    listed = [(machine, row.event, row.source) for machine, row in rows(graph.system)]
    assert {row for row, flag in zip(listed, found.rows, strict=True) if flag} == used
    assert set(zip(*(index.tolist() for index in np.nonzero(found.pairs)), strict=True)) == pairs
    assert set(np.flatnonzero(found.events).tolist()) == happened
    assert found.states == len(graph)


def test_the_rows_are_those_of_the_machines() -> None:
    product = system(DESIGNS["published"], TINY)
    machines = {(machine.name, row) for machine in product.machines for row in machine.rows}
    assert set(rows(product)) == machines
    assert len(rows(product)) == len(machines)


def test_runs_see_a_part_of_what_is_known() -> None:
    graph = explore(system(DESIGNS["published"], TINY))
    seen, whole, chance = Seen(graph), known(graph), random.Random(1)
    machines, events = graph.system.machines, graph.system.events
    parts = [[k for k, machine in enumerate(machines) if machine.name in event.takes] for event in events]
    runs, used, numbers = [], set(), {0}
    for _ in range(20):
        state, number, run = graph.system.initial, 0, list[int]()
        for _ in range(30):
            event = chance.choice(each(graph.system.permitted(state)))
            span = range(int(graph.offset[number]), int(graph.offset[number + 1]))
            number = next(int(graph.dest[i]) for i in span if graph.event[i] == event)
            seen.step(run[-1] if run else None, state, event, number)
            numbers.add(number)
            used |= {(k, event, state[k]) for k in parts[event]}
            after = graph.system.after(state, event)
            assert after is not None
            state = after
            run.append(event)
        runs.append(run)
    part = seen.behaviour()
    assert seen.steps == 600
    assert part.pairs.sum() == len({pair for run in runs for pair in pairwise(run)})
    assert part.events.sum() == len({event for run in runs for event in run})
    for some, all_ in ((part.events, whole.events), (part.rows, whole.rows), (part.pairs, whole.pairs)):
        assert not (some & ~all_).any()
    assert part.states == len(numbers) <= whole.states
    listed = [(machine, row.event, row.source) for machine, row in rows(graph.system)]
    assert {row for row, flag in zip(listed, part.rows, strict=True) if flag} == {
        (machines[k].name, events[e].name, machines[k].states[s]) for k, e, s in used
    }
