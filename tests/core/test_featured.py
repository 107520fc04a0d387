"""A family is checked when it is made, and its members are what it was made from."""

from __future__ import annotations

from random import Random

import pytest

from mealspec.core import Branch, Event, FeaturedSystem, InvalidSystem, Kind, Machine
from tests.core.blueprint import members, random_plan
from tests.core.explicit.test_decide import peterson

EMPTY: tuple[Branch[Machine | None], ...] = ()


def machine(*rows: tuple[str, str, str], initial: str = "a", rests: str = "abc") -> Machine:
    return Machine.table("m", initial, rows, resting=lambda state: state in rests)


def event(kind: Kind = Kind.SYSTEM, action: str = "") -> Event:
    return Event("go", kind, "x", ("m",), action=action)


@pytest.mark.parametrize("seed", range(30))
def test_a_member_has_the_machines_and_events_that_its_features_make(seed: int) -> None:
    rng = Random(seed)
    plan = random_plan(rng, seed % 4)
    family = plan.family(rng)
    for chosen in members(plan):
        machines, events = plan.parts(chosen)
        assert family.member(chosen) == (tuple(machines), tuple(events))


@pytest.mark.parametrize("seed", range(30))
def test_a_family_knows_every_machine_state_kind_and_action_of_its_members(seed: int) -> None:
    rng = Random(seed)
    plan = random_plan(rng, seed % 4)
    family = plan.family(rng)
    parts = [plan.parts(chosen) for chosen in members(plan)]
    assert {m.name for m in family.machines} == {m.name for machines, _ in parts for m in machines}
    for name in family.variants:
        states = {state for machines, _ in parts for m in machines if m.name == name for state in m.states}
        assert set(family.states(name)) == states
        assert len(family.states(name)) == len(states)
    for _, events in parts:
        for one in events:
            assert (family.kind(one.name), family.action(one.name)) == (one.kind, one.owed_as)


def test_a_family_of_one_system_has_it_as_its_only_member() -> None:
    system = peterson()
    family = FeaturedSystem.of(system)
    assert family.member(()) == (system.machines, system.events)
    assert family.machines == system.machines
    assert family.features == ()
    assert family.name == system.name


def test_machines_that_begin_or_rest_differently_are_refused_and_so_are_kinds_and_actions_all_at_once() -> None:
    row = ("go", "a", "b")
    on, off = {"f": True}, {"f": False}
    variants: dict[str, tuple[Branch[Machine | None], ...]] = {
        "begins": (Branch(on, machine(row)), Branch(off, machine(row, initial="b"))),
        "rests": (Branch(on, machine(row)), Branch(off, machine(row, rests="a"))),
        "fine": (Branch(on, machine(row)), Branch(off, machine(row, ("go", "b", "c"))), Branch({"g": True}, None)),
    }
    events = {
        "kind": (Branch(on, event()), Branch(off, event(Kind.USER))),
        "action": (Branch(on, event()), Branch(off, event(action="act"))),
        "fine": (Branch(on, event()), Branch(off, event())),
        "nowhere": (),
    }
    with pytest.raises(InvalidSystem) as caught:
        FeaturedSystem("family", ("f", "g"), variants, events)
    assert caught.value.offenders == (
        "machine 'begins' begins in different states, or may rest in different ones",
        "machine 'rests' begins in different states, or may rest in different ones",
        "event 'kind' differs in kind or action between systems",
        "event 'action' differs in kind or action between systems",
        "event 'nowhere' differs in kind or action between systems",
    )
    fine = FeaturedSystem("family", ("f", "g"), {"fine": variants["fine"]}, {"fine": events["fine"]})
    assert fine.states("fine") == ("a", "b", "c")


def test_states_that_some_members_lack_may_be_rested_in_by_the_others() -> None:
    """The order of the branches does not matter."""
    short, long = machine(("go", "a", "b"), rests="ab"), machine(("go", "a", "b"), ("go", "b", "c"), rests="abc")
    for every in ((short, long), (long, short)):
        variants: dict[str, tuple[Branch[Machine | None], ...]] = {
            "m": tuple(Branch({"f": bool(k)}, one) for k, one in enumerate(every))
        }
        assert FeaturedSystem("family", ("f",), variants, {}).states("m") == ("a", "b", "c")
