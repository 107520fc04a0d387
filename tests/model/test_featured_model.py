"""The family of all designs has each of them as it is built on its own."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from random import Random

import pytest

from mealspec.core import Configuration, Event, FeaturedSystem, Kind, Machine, Row, Symbolic, System, trimmed
from mealspec.core.symbolic.steps import Step
from mealspec.model.design import DESIGNS, WORLDS, Design
from mealspec.model.featured import AnyDesign, family, order, stage, twins
from mealspec.model.mechanism import APPS, NEEDS, SEEDS
from mealspec.model.mechanism import Mechanism as M
from mealspec.model.product import OPTIONAL, system
from mealspec.model.scope import ASPECTS, FAULTS, Scope
from tests.designs import random_design

pytestmark = pytest.mark.xdist_group("families")  # each is made once

EVERYTHING = Scope().with_([*FAULTS, *ASPECTS])
SCOPES = {
    "default": Scope(),
    "small": Scope(connections=1, faults=0),
    "everything": Scope(meals=2, connections=1).with_([*FAULTS, *ASPECTS]),
    "bounded": Scope(connections=1, faults=2),
}


SEED = ["before", "published", "published_plus", "hardened"]

OFTEN = [pytest.param(name, marks=[] if name == "small" else [pytest.mark.slow]) for name in SCOPES]
"""The scopes, of which all but the smallest take long."""


@cache
def every(scope: str) -> FeaturedSystem:
    return family(SCOPES[scope])


def worlds(scope: Scope) -> list[FeaturedSystem]:
    """The seed's designs, one that has the field's flaws, and the app's."""
    own = [family(scope, (), plan.mechanisms) for plan in WORLDS]
    return [family(scope), *own, family(scope, APPS, DESIGNS["app_head"].mechanisms - set(APPS))]


def parts(product: System) -> tuple[dict[str, tuple[object, frozenset[Row]]], frozenset[Event]]:
    """What determines the behaviour of a system: beginnings and rows of the machines that move, and its events."""
    return {m.name: (m.initial, frozenset(m.rows)) for m in product.machines if m.rows}, frozenset(product.events)


def agrees(plan: Design, scope: str, family: FeaturedSystem) -> None:
    """The member is the product of the design, but for what can never happen."""
    machines, events = family.member({m.value for m in plan.mechanisms})
    product = system(plan, SCOPES[scope])
    kept, alive = trimmed([_taking(machine, events) for machine in machines], events)
    assert parts(System(kept, alive, absent=OPTIONAL)) == parts(product)
    names = {machine.name for machine in machines}
    for event in product.events:
        assert any(name in names for name in event.takes)


def _taking(machine: Machine, events: tuple[Event, ...]) -> Machine:
    """The machine with rows for the events that name it."""
    takes = {event.name for event in events if machine.name in event.takes}
    return machine.keeping(lambda row: row.event in takes)


@pytest.mark.sample(2)
@pytest.mark.parametrize("scope", OFTEN)
@pytest.mark.parametrize("name", SEED)
def test_a_named_design_is_a_member_of_the_family_of_its_scope(name: str, scope: str) -> None:
    agrees(DESIGNS[name], scope, every(scope))


@pytest.mark.parametrize("scope", OFTEN)
@pytest.mark.parametrize("name", sorted(DESIGNS.keys() - set(SEED)))
def test_a_design_of_the_app_is_a_member_of_the_family_of_its_repairs(name: str, scope: str) -> None:
    plan = DESIGNS[name]
    agrees(plan, scope, family(SCOPES[scope], APPS, plan.mechanisms - set(APPS)))


@pytest.mark.slow
@pytest.mark.sample(3)
@pytest.mark.parametrize("seed", range(12))
def test_a_random_design_is_a_member_of_the_family(seed: int) -> None:
    agrees(random_design(Random(seed)), "everything", every("everything"))


@pytest.mark.slow
@pytest.mark.sample(1)
@pytest.mark.parametrize("scope", SCOPES)
def test_two_hundred_random_designs_are_members_of_the_family(scope: str) -> None:
    rng = Random(1)
    for _ in range(200):
        agrees(random_design(rng, rng.choice((0.2, 0.5, 0.8))), scope, every(scope))


@pytest.mark.slow
def test_a_family_with_another_member_would_be_noticed() -> None:
    with pytest.raises(AssertionError):
        agrees(Design("other", DESIGNS["hardened"].mechanisms - {M.READY_ACK}), "small",
               _always(every("small"), DESIGNS["hardened"]))  # fmt: skip


def _always(some: FeaturedSystem, plan: Design) -> FeaturedSystem:
    machines, events = some.member({m.value for m in plan.mechanisms})
    return FeaturedSystem.of(System(*trimmed(machines, events), absent=OPTIONAL))


def test_what_is_fixed_is_no_feature_and_what_is_neither_is_off() -> None:
    scope = SCOPES["small"]
    some = family(scope, free=[M.READY_ACK, M.RECONNECT], fixed=[M.STATE_FLAGS, M.RECONNECT])
    assert some.features == ("ready_ack",)
    for chosen in ((), ("ready_ack",)):
        plan = Design("some", frozenset({M.STATE_FLAGS, M.RECONNECT, *map(M, chosen)}))
        kept, alive = trimmed(*some.member(chosen))
        assert parts(System(kept, alive, absent=OPTIONAL)) == parts(system(plan, scope))


def test_any_design_answers_what_is_asked_and_cannot_be_listed() -> None:
    """An empty set would be a wrong answer that nobody notices."""
    some = AnyDesign(Configuration([], [M.READY_ACK]))
    assert M.READY_ACK in some
    assert M.RECONNECT not in some
    with pytest.raises(TypeError, match="ask 'mechanism in design' instead"):
        print(some.mechanisms)
    assert f"{some} {some!r}" == "any design any design"


# ---------------------------------------------------------------------- needs


def test_whatever_a_named_design_has_it_has_what_that_needs() -> None:
    for plan in DESIGNS.values():
        assert not [m for m in plan.mechanisms if m in NEEDS and NEEDS[m] not in plan.mechanisms]


def test_what_is_needed_needs_nothing_itself() -> None:
    assert set(NEEDS.values()).isdisjoint(NEEDS)


@pytest.mark.parametrize("mechanism", NEEDS)
def test_what_needs_another_does_something_where_that_is(mechanism: M) -> None:
    """Else the need would be idle."""
    base = DESIGNS["app_head" if NEEDS[mechanism] is M.LOCAL_STORE else "published"].mechanisms | {NEEDS[mechanism]}
    scope = SCOPES["default"]
    without, having = (Design("some", frozenset(some)) for some in (base - {mechanism}, base | {mechanism}))
    assert parts(system(without, scope)) != parts(system(having, scope))


# ---------------------------------------------------------------------- order and stages


@pytest.mark.slow
@pytest.mark.sample(1)
@pytest.mark.parametrize("scope", [EVERYTHING, replace(EVERYTHING, meals=2, connections=1)])
def test_the_order_names_each_thing_once_and_only_what_there_is(scope: Scope) -> None:
    names = order(scope)
    assert len(set(names)) == len(names)
    spaces = [Symbolic(some, nodes=2_000_000, cache=100_000) for some in worlds(scope)]
    heads = {".".join(bit.split(".")[:k]) for space in spaces for bit in space.variables for k in range(1, 6)}
    assert {name for name in map(str, names) if name not in set(M)} <= heads


@pytest.mark.slow
def test_every_mechanism_that_makes_a_difference_and_every_bit_has_its_place() -> None:
    names, asked = set(map(str, order(EVERYTHING))), set[str]()
    for some in worlds(EVERYTHING):
        given = [b.given for each in some.variants.values() for b in each]
        given += [b.given for each in some.events.values() for b in each]
        asked |= {name for answers in given for name in answers}
        space = Symbolic(some, nodes=2_000_000, cache=100_000)
        bits = [bit for encoding in space.encodings.values() for bit in encoding.bits]
        assert [bit for bit in bits if not any(bit == name or bit.startswith(f"{name}.") for name in names)] == []
    assert asked <= names
    assert {m.value for m in SEEDS} - asked == {"adaptive_interval"}, "untimed systems do not see it"
    assert {m.value for m in M} - names == {"adaptive_interval"}


@pytest.mark.slow
def test_an_event_belongs_to_the_last_meal_that_it_is_about() -> None:
    scope = Scope(meals=2)
    some = family(scope)
    assert {name: stage(branches[0].value, scope) for name, branches in some.events.items()} == some.stages
    assert some.stages is not None
    assert set(some.stages.values()) == {0, 1, 2}
    told = {
        "user.submit.m1": 1,
        "server.push.m2.c1": 2,
        "client.ready.c2": 0,
        "client.apply.appear.absent-absent": 0,
        "client.apply.poll.absent-absent.m2": 2,
        "client.apply.poll.completed-absent.done": 1,
        "client.apply.handler.absent-processing": 2,
    }
    assert {name: some.stages[name] for name in told} == told


# ---------------------------------------------------------------------- meals are alike


def swapped(name: str) -> str:
    """The action with the first two meals in each other's place."""
    return ".".join({"m1": "m2", "m2": "m1"}.get(part, part) for part in name.split("."))


def asymmetric(space: Symbolic, scope: Scope) -> set[str]:
    """Actions that do to one meal what they do not do to another, on random sets of pairs of a design and a state."""
    rng = Random(3)
    (names,) = twins(scope, space.variables)
    swap = space.renaming(names | {twin: bit for bit, twin in names.items()})
    real = space.true
    for name in space.encodings:
        real = real & space.any(space.state(name, state) for state in space.family.states(name))
    groups: dict[tuple[Kind, str], list[Step]] = {}
    for step in space.steps:
        groups.setdefault((step.kind, step.action), []).append(step)
    found = set()
    for (kind, action), steps in groups.items():
        for _ in range(2):
            cubes = ([(name, rng.random() < 0.5) for name in rng.sample(space.variables, 4)] for _ in range(3))
            states = real & space.any(space.cube(cube) for cube in cubes)
            after = space.any(space.image(step, states) for step in steps)
            other = space.any(
                space.image(step, states.substitute(swap)) for step in groups.get((kind, swapped(action)), [])
            )
            if after.substitute(swap) != other:
                found.add(action)
    return found


@pytest.mark.slow
def test_meals_are_alike() -> None:
    """What one of them is found to do, each does: in every design, with every kind of fault."""
    space = Symbolic(every("everything"), nodes=20_000_000, cache=250_000)
    scope = SCOPES["everything"]
    assert asymmetric(space, scope) == set()


@pytest.mark.slow
@pytest.mark.more
def test_meals_that_are_not_alike_would_be_noticed() -> None:
    space = Symbolic(every("everything"), nodes=20_000_000, cache=250_000)
    space.steps = tuple(step for step in space.steps if step.name != "server.start.m2")
    assert "server.start.m1" in asymmetric(space, SCOPES["everything"])
