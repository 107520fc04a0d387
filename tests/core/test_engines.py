"""Both engines answer alike: one suite, asked of the explicit and of the symbolic one."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import pytest

from mealspec.core import (
    At,
    Claim,
    Engine,
    Event,
    Form,
    Kind,
    Machine,
    Rejection,
    System,
    all_of,
    any_of,
    explore,
    replay,
)
from mealspec.core.explicit.engine import Explicit
from mealspec.core.symbolic.engine import BySets
from tests.core.blueprint import claims, doubts, predicate, random_plan
from tests.core.conftest import Toy

Make = Callable[[System], Engine]

ENGINES: dict[str, Make] = {"explicit": lambda system: Explicit(explore(system)), "symbolic": BySets}

WRONG = {"whole", "mended", "goes-out", "is-mended", "when-there"}
"""The claims about the toy that a person finds violated."""


@pytest.fixture(params=ENGINES)
def make(request: pytest.FixtureRequest) -> Make:
    """Each engine."""
    return ENGINES[str(request.param)]


def reference(system: System) -> tuple[int, int]:
    """States and steps, counted by stepping through the system, one state after the other."""
    found, waiting, steps = {system.initial}, [system.initial], 0
    while waiting:
        state = waiting.pop()
        for event in system.enabled(state):
            after = system.step(state, event.name)
            assert isinstance(after, tuple)
            steps += 1
            if after not in found:
                found.add(after)
                waiting.append(after)
    return len(found), steps


def test_states_and_steps_are_counted(make: Make, toy: Toy) -> None:
    known = make(toy.system)
    assert (known.states, known.transitions) == (8, 22)
    assert known.complete
    assert known.depth in (None, 3)
    assert known.system is toy.system
    assert known.seconds > 0
    assert known.size > 0


@pytest.mark.parametrize("seed", range(25))
def test_a_random_system_has_as_many_states_and_steps_as_one_finds_by_hand(make: Make, seed: int) -> None:
    system = random_plan(Random(seed), 0).system(())
    known = make(system)
    assert (known.states, known.transitions) == reference(system)


def test_claims_are_decided_and_what_breaks_one_is_a_run_that_does(make: Make, toy: Toy) -> None:
    known = make(toy.system)
    assert {claim.name for claim in toy.claims if known.breaks(claim)} == WRONG
    for claim in toy.claims:
        run = known.violation([claim])
        assert (run is not None) is (claim.name in WRONG)
        if run is not None:
            assert doubts(toy.system, claim, list(run.events), run.loop) == ""


@pytest.mark.parametrize("seed", range(25))
def test_on_random_systems_both_find_runs_of_the_same_length_where_they_end(seed: int) -> None:
    rng = Random(3000 + seed)
    plan = random_plan(rng, 0)
    system = plan.system(())
    known = {name: make(system) for name, make in ENGINES.items()}
    for claim in claims(rng, plan):
        one, other = (engine.violation([claim]) for engine in known.values())
        assert {one is not None, other is not None} == {engine.breaks(claim) for engine in known.values()}
        assert (one is None) is (other is None)
        if one is not None and other is not None:
            assert (one.loop is None) is (other.loop is None)
            assert one.loop is not None or len(one) == len(other)
            for run in (one, other):
                assert doubts(system, claim, list(run.events), run.loop) == ""
    fact = predicate(rng, plan)
    assert known["explicit"].occurs(fact) is known["symbolic"].occurs(fact)


def test_of_several_claims_the_one_that_is_broken_soonest_is_shown(make: Make) -> None:
    line = Machine.table("m", 0, [("go", k, k + 1) for k in range(5)])
    system = System([line], [Event("go", Kind.SYSTEM, "x", ("m",))])
    far, near = (Claim(f"c{k}", "", Form.NEVER, At("m", k.__eq__)) for k in (4, 2))
    run = make(system).violation([far, near])
    assert run is not None
    assert run.events == ("go", "go")
    assert make(system).violation([]) is None


def test_what_occurs_is_what_some_run_comes_to(make: Make, toy: Toy) -> None:
    known = make(toy.system)
    lamp = toy.system.machines[0]
    for state in lamp.states:
        assert known.occurs(At(lamp.name, state.__eq__))
    assert known.occurs(all_of([]))
    assert not known.occurs(any_of([]))
    assert not known.occurs(At("nowhere", bool, absent=False))
    with pytest.raises(KeyError):
        known.occurs(At("nowhere", bool))


def test_what_is_shown_can_be_replayed(make: Make, toy: Toy) -> None:
    run = make(toy.system).violation(toy.claims)
    assert run is not None
    again = replay(toy.system, run.events)
    assert not isinstance(again, Rejection)
    assert again.path == run.path
