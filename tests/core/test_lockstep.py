"""Three accounts of a run agree; where one of them is wrong, that is noticed, and said."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import pytest

from mealspec.core import Event, Graph, Kind, Machine, System, explore
from mealspec.core.lockstep import Disagreement, Lockstep
from mealspec.core.objects import Objects
from mealspec.core.system import each
from mealspec.model.design import DESIGNS
from mealspec.model.product import system
from mealspec.model.scope import Scope

SMALL = Scope(connections=1, faults=1)


def lamp() -> System:
    machine = Machine.table("lamp", "off", [("on", "off", "lit"), ("off", "lit", "off"), ("dim", "lit", "lit")])
    events = [Event(name, Kind.USER, "user", ("lamp",)) for name in machine.alphabet]
    return System([machine], events)


@pytest.mark.parametrize("design", DESIGNS.values(), ids=str)
def test_random_runs_agree_step_by_step(design: object) -> None:
    product = system(design, SMALL)  # type: ignore[arg-type]
    run, chance = Lockstep(explore(product)), random.Random(str(design))
    for _ in range(10):
        run.reset()
        for _ in range(60):
            if not run.enabled:
                break
            run.fire(chance.choice(each(run.enabled)))
            assert run.number is not None
            assert run.graph.locals(run.number) == run.locals
            assert run.names(run.enabled) == [event.name for event in product.enabled(run.locals)]


def test_beyond_what_the_graph_knows_the_other_two_go_on() -> None:
    run = Lockstep(explore(system(DESIGNS["before"], SMALL), depth=2))
    for _ in range(8):
        run.fire(each(run.enabled)[0])
    assert run.number is None
    run.reset()
    assert run.number == 0


def broken(graph: Graph, **arrays: object) -> Lockstep:
    return Lockstep(replace(graph, **arrays))  # type: ignore[arg-type]


def test_a_graph_with_a_wrong_edge_is_noticed() -> None:
    graph = explore(lamp())
    with pytest.raises(Disagreement, match=r"the graph's state 0 is .*off.*, the product's .*lit"):
        broken(graph, dest=np.zeros_like(graph.dest)).fire(0)


def test_a_graph_that_lacks_an_edge_is_noticed() -> None:
    graph = explore(lamp())
    offset = graph.offset.copy()
    offset[-1] -= 1
    run = broken(graph, offset=offset)
    with pytest.raises(Disagreement, match=r"the graph permits \['off'\], the product \['off', 'dim'\]"):
        run.fire(0)


def test_a_living_machine_that_permits_less_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = Objects.may
    monkeypatch.setattr(Objects, "may", lambda self, machine, event: event != "dim" and asked(self, machine, event))
    run = Lockstep(explore(lamp()))
    with pytest.raises(Disagreement, match=r"the objects permit \['off'\], the product \['off', 'dim'\]"):
        run.fire(0)


def test_a_living_machine_that_goes_elsewhere_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Objects, "take", lambda self, event: None)
    run = Lockstep(explore(lamp()))
    with pytest.raises(Disagreement, match=r"are in \['off'\], and the compiled product in \['lit'\]"):
        run.fire(0)


def test_a_product_that_refuses_what_living_machines_took_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(System, "after", lambda self, state, e: None)
    run = Lockstep(explore(lamp()))
    with pytest.raises(Disagreement, match="the objects took 'on'"):
        run.fire(0)
