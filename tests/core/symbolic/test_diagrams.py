"""The sets of the symbolic engine hold what the explorer finds, for every system of a family."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from random import Random

import pytest

from mealspec.core import (
    At,
    CheckerError,
    Effort,
    Event,
    FeaturedSystem,
    Graph,
    Kind,
    Machine,
    Symbolic,
    System,
    TooLarge,
    explore,
)
from mealspec.core.symbolic.sets import Set
from tests.core.blueprint import Blueprint, locals_of, members, pair, predicate, random_plan, small


def systems_agree(seed: int, features: int) -> None:
    """Everything that can be asked about states and steps, of every system of one random family."""
    rng = Random(seed)
    plan = random_plan(rng, features)
    space = small(plan.family(rng))
    graphs = {chosen: explore(plan.system(chosen)) for chosen in members(plan)}
    assert space.count(space.reachable) == sum(map(len, graphs.values()))
    for chosen, graph in graphs.items():
        agrees(space, chosen, graph)
        for _ in range(3):
            fact = predicate(rng, plan)
            here = {k for k, states in enumerate(locals_of(graph)) if fact.holds(states)}
            mine = space.reachable & space.system(chosen)
            assert mine & space.where(fact) == space.any(numbered(space, chosen, graph, here))


def numbered(space: Symbolic, chosen: Collection[str], graph: Graph, numbers: Collection[int]) -> list[Set]:
    return [pair(space, chosen, graph.state(k)) for k in sorted(numbers)]


def agrees(space: Symbolic, chosen: Collection[str], graph: Graph) -> None:
    nodes = numbered(space, chosen, graph, range(len(graph)))
    mine = space.reachable & space.system(chosen)
    assert mine == space.any(nodes)
    assert space.quiescent & mine == space.any(
        node for node, quiescent in zip(nodes, graph.quiescent, strict=True) if quiescent
    )
    names = [graph.system.events[e].name for e in graph.event]
    edges = list(zip(graph.source.tolist(), names, graph.dest.tolist(), strict=True))
    for step in space.steps:
        taken = {a: b for a, name, b in edges if name == step.name}
        assert step.guard & mine == space.any(nodes[a] for a in taken)
        assert step.moving & mine == space.any(nodes[a] for a, b in taken.items() if a != b)
        assert space.image(step, mine) == space.any(nodes[b] for b in taken.values())
        for k, node in enumerate(nodes):
            assert space.image(step, node) == (nodes[taken[k]] if k in taken else space.false)
            assert space.preimage(step, node) & mine == space.any(nodes[a] for a, b in taken.items() if b == k)


@pytest.mark.parametrize("seed", range(40))
def test_a_random_system_has_the_states_and_steps_that_the_explorer_finds(seed: int) -> None:
    systems_agree(seed, features=0)


@pytest.mark.parametrize("seed", range(40))
def test_every_system_of_a_random_family_has_its_own_states_and_steps(seed: int) -> None:
    systems_agree(1000 + seed, features=2 + seed % 2)


def test_the_random_families_hold_what_they_should() -> None:
    """Else the comparisons would compare little."""
    plans = [random_plan(Random(1000 + seed), 2) for seed in range(40)]
    graphs = [[explore(plan.system(chosen)) for chosen in members(plan)] for plan in plans]
    assert sum(len({len(graph) for graph in some}) > 1 for some in graphs) > 20, "features make a difference"
    assert sum(len(graph) > 10 for some in graphs for graph in some) > 40
    assert any(len({len(g.system.machines) for g in some}) > 1 for some in graphs)
    assert any((g.source == g.dest).any() for some in graphs for g in some)
    assert any(len({e.owed_as for e in g.system.events}) < len(g.system.events) for some in graphs for g in some)


# ---------------------------------------------------------------------- sets


def some_space(seed: int = 1, features: int = 3) -> tuple[Symbolic, Blueprint]:
    rng = Random(seed)
    plan = random_plan(rng, features)
    return small(plan.family(rng)), plan


def some_states(space: Symbolic, rng: Random) -> Set:
    """A random set of pairs of a system and a state."""
    cubes = ([(name, rng.random() < 0.5) for name in rng.sample(space.variables, 3)] for _ in range(4))
    return space.any(space.cube(cube) for cube in cubes)


@pytest.mark.parametrize("seed", range(20))
def test_a_step_leads_into_a_set_just_if_the_step_backwards_leads_out_of_it(seed: int) -> None:
    rng = Random(seed)
    space, _ = some_space(seed, features=2)
    for step in space.steps:
        source, dest = some_states(space, rng), some_states(space, rng)
        forwards = space.image(step, source) & dest != space.false
        assert forwards == (space.preimage(step, dest) & source != space.false)


@pytest.mark.parametrize("seed", range(10))
def test_a_set_of_systems_keeps_its_members_in_a_space_of_another_order(seed: int) -> None:
    rng = Random(seed)
    plan = random_plan(rng, 3)
    one, other = small(plan.family(rng)), small(plan.family(rng))
    for _ in range(5):
        chosen = [some for some in members(plan) if rng.random() < 0.5]
        assert other.moved(one.any(map(one.system, chosen)), one) == other.any(map(other.system, chosen))


def test_systems_are_counted_and_projected() -> None:
    space, plan = some_space()
    assert space.count_systems(space.true) == 8
    assert space.count_systems(space.system(["f1"])) == 1
    assert space.count_systems(space.feature("f0") & ~space.feature("f2")) == 2
    assert space.systems({"f0": True, "f2": False}) == space.feature("f0") & ~space.feature("f2")
    assert space.projected(space.reachable & space.feature("f1")) == space.feature("f1")
    assert space.projected(space.false) == space.false
    assert space.any(map(space.system, members(plan))) == space.true


def test_one_state_of_a_set_is_always_the_same_and_in_the_set() -> None:
    space, plan = some_space()
    one = space.one(space.reachable)
    assert space.count(one) == 1
    assert one & ~space.reachable == space.false
    again, _ = some_space()
    chosen = next(some for some in members(plan) if one & space.system(some) != space.false)
    assert again.one(again.reachable) & ~again.system(chosen) == again.false
    with pytest.raises(ValueError, match="an empty set has no state"):
        space.one(space.false)


def test_a_fact_about_a_machine_that_some_systems_lack() -> None:
    machine = Machine.table("m", 0, [("go", 0, 1)])
    event = Event("go", Kind.SYSTEM, "x", ("m",))
    plan = Blueprint(("f",), {"m": (0, (("f", True),))}, {"m": {("go", 0): (((), 1),)}}, {"go": (event, (), {"m": ()})})
    space = small(plan.family(Random(0)))
    assert machine.states == space.family.states("m")
    zero = space.reachable & space.where(At("m", lambda s: s == 0, absent=False))
    assert zero == space.initial & space.feature("f")
    assert space.reachable & space.where(At("m", lambda s: s == 1, absent=True)) & ~space.feature("f") != space.false
    assert space.where(At("other", lambda s: True, absent=True)) == space.true
    assert space.where(At("other", lambda s: True, absent=False)) == space.false
    with pytest.raises(KeyError, match="other"):
        space.where(At("other", lambda s: True))


# ---------------------------------------------------------------------- confined searches


@pytest.mark.parametrize("seed", range(20))
def test_a_confined_search_lets_go_of_the_systems_that_reach_something_bad(seed: int) -> None:
    rng = Random(2000 + seed)
    plan = random_plan(rng, 2)
    family = plan.family(rng)
    whole, space = small(family), small(family)
    bad = predicate(rng, Blueprint(plan.features, {"m0": plan.machines["m0"]}, plan.rows, plan.events))
    chosen = space.any(space.system(some) for some in members(plan) if rng.random() < 0.7)
    lost = space.confine(chosen, space.where(bad))
    expected = whole.projected(whole.reachable & whole.where(bad))
    assert lost == space.moved(expected, whole) & chosen
    for some in members(plan):
        mine = space.count(space.reachable & space.system(some))
        kept = space.system(some) & chosen & ~lost != space.false
        assert mine == (whole.count(whole.reachable & whole.system(some)) if kept else 0)


def test_what_is_closed_backwards_stays_inside() -> None:
    line = Machine.table("m", 0, [("go", k, k + 1) for k in range(6)])
    space = small(FeaturedSystem.of(System([line], [Event("go", Kind.SYSTEM, "x", ("m",))])))

    def at(*numbers: int) -> Set:
        return space.any(space.state("m", k) for k in numbers)

    assert space.back(at(5), at(1, 3, 4, 5), space.steps) == at(3, 4, 5)
    assert space.back(at(5), at(1, 2), space.steps) == space.false


# ---------------------------------------------------------------------- room and progress


def counters(count: int, size: int) -> System:
    machines = [Machine.table(f"c{k}", 0, [(f"up.{k}", i, (i + 1) % size) for i in range(size)]) for k in range(count)]
    return System(machines, [Event(f"up.{k}", Kind.SYSTEM, "x", (f"c{k}",)) for k in range(count)], name="counters")


@pytest.mark.parametrize("nodes", [3, 60, 100, 200, 1000])
def test_too_little_room_is_one_clear_sentence_wherever_it_runs_out(nodes: int) -> None:
    """While variables are made, steps compiled, the beginning described, or states found."""
    with pytest.raises(TooLarge) as caught:
        _ = Symbolic(FeaturedSystem.of(counters(6, 7)), nodes=nodes, cache=100).reachable
    assert str(caught.value) == (
        f"counters: the decision diagrams outgrow {nodes:,} nodes; choose a smaller scope, or fix more mechanisms"
    )
    assert isinstance(caught.value, CheckerError)


def test_enough_room_is_enough() -> None:
    space = Symbolic(FeaturedSystem.of(counters(6, 7)), nodes=20_000, cache=1000)
    assert space.count(space.reachable) == 7**6


def test_long_work_reports_how_far_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(range(10**6))
    monkeypatch.setattr("mealspec.core.symbolic.diagrams.time.monotonic", lambda: float(next(clock)))
    heard: list[Effort] = []
    space = Symbolic(FeaturedSystem.of(counters(3, 4)), nodes=100_000, cache=1000, report=heard.append)
    assert space.count(space.reachable) == 64
    assert heard
    assert {effort.steps for effort in heard} == {3}
    assert [effort.taken for effort in heard] == sorted(effort.taken for effort in heard)
    assert heard[-1].nodes == space.reachable.node_count()


@pytest.mark.parametrize("seed", range(20))
def test_variables_stand_in_the_order_of_the_family_by_the_longest_name_that_it_has(seed: int) -> None:
    """A machine, or a part of its state, is put in order as a whole; what is not named comes last, as it was."""
    rng = Random(2000 + seed)
    plan = random_plan(rng, 2)
    family = plan.family(rng)
    names = small(family).variables
    heads = [".".join(name.split(".")[:k]) for name in names for k in (1, 2, 3)]
    order = rng.sample(sorted({*heads}), min(4, len({*heads})))
    found = small(replace(family, order=tuple(order))).variables

    def place(name: str) -> int:
        known = [head for head in order if name == head or name.startswith(f"{head}.")]
        return order.index(max(known, key=len)) if known else len(order)

    assert sorted(found) == sorted(names)
    assert [place(name) for name in found] == sorted(map(place, found))
