"""Verdicts on all systems of a family at once are those that the explorer gives on each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from random import Random

import pytest

from mealspec.core import (
    At,
    Claim,
    FeaturedSystem,
    Form,
    Graph,
    Kind,
    Symbolic,
    System,
    TooLarge,
    branches,
    explore,
    violation,
)
from mealspec.core.symbolic.decide import breakers, ends, fair, questions
from mealspec.core.symbolic.sets import Set
from tests.core.blueprint import claims, members, random_plan, small
from tests.core.explicit.test_decide import S, U, at, channel, peterson, semaphore, single, split
from tests.core.symbolic.test_diagrams import counters

Toy = tuple[System, list[Claim]]


def verdicts_agree(seed: int, features: int) -> None:
    """Each claim is broken by just the systems of which the explorer says so; what is claimed depends on a feature."""
    rng = Random(seed)
    plan = random_plan(rng, features)
    space = small(plan.family(rng))
    one, other = claims(rng, plan), claims(rng, plan)
    asked = questions(space, branches(lambda choice: one if "f0" in choice else other, plan.features))
    graphs = {chosen: explore(plan.system(chosen)) for chosen in members(plan)}
    for k, question in enumerate(asked):
        broken = {some for some in graphs if violation(graphs[some], (one if "f0" in some else other)[k]) is not None}
        assert breakers(space, question) == space.any(map(space.system, broken))
        among = {some for some in graphs if rng.random() < 0.5}
        assert breakers(space, question, space.any(map(space.system, among))) == space.any(
            map(space.system, broken & among)
        )


@pytest.mark.parametrize("seed", range(80))
def test_a_random_system_breaks_the_claims_that_the_explorer_says_it_breaks(seed: int) -> None:
    verdicts_agree(seed, features=0)


@pytest.mark.parametrize("seed", range(60))
def test_every_system_of_a_random_family_gets_its_own_verdicts(seed: int) -> None:
    verdicts_agree(1000 + seed, features=2 + seed % 2)


def test_the_random_claims_hold_here_and_are_broken_there_in_every_way() -> None:
    """Else the comparisons would compare little: a claim about what lasts is broken by loops too, and excuses count."""
    loops, excuses = 0, 0
    verdicts: set[tuple[Form, bool, bool]] = set()
    for seed in range(80):
        rng = Random(seed)
        plan = random_plan(rng, 0)
        graph = explore(plan.system(()))
        for claim in claims(rng, plan):
            trace = violation(graph, claim)
            verdicts.add((claim.form, claim.excuse is None, trace is None))
            loops += trace is not None and trace.loop is not None
            bare = Claim(claim.name, claim.says, claim.form, claim.wrong)
            excuses += trace is None and violation(graph, bare) is not None
    assert len(verdicts) == 12
    assert loops > 10
    assert excuses > 10


# ---------------------------------------------------------------------- small systems with known answers


def broken(graph: Graph, claim: Claim) -> bool:
    space = small(FeaturedSystem.of(graph.system))
    (question,) = questions(space, branches(lambda _: [claim], ()))
    found = breakers(space, question)
    assert found in (space.true, space.false)
    assert (found == space.true) is (violation(graph, claim) is not None)
    return found == space.true


def lasts(wrong: At, excuse: At | None = None) -> Claim:
    return Claim("lasts", "It does not last.", Form.FOREVER, wrong, excuse)


def test_every_claim_about_the_lamp_has_the_verdict_that_the_explorer_gives(toy: Toy) -> None:
    system, claims = toy
    assert {claim.name for claim in claims if broken(explore(system), claim)} == {
        "whole",
        "mended",
        "goes-out",
        "is-mended",
        "when-there",
    }


def test_petersons_algorithm_lets_everybody_in_and_a_semaphore_may_not() -> None:
    for k in (0, 1):
        assert not broken(explore(peterson()), lasts(at(f"p{k}", "wants", "waits", "inside")))
        assert broken(explore(semaphore()), lasts(at(f"p{k}", "waits")))


def test_faults_end_and_what_the_system_does_need_not() -> None:
    undelivered = lasts(at("m", "a", "flying"))
    assert not broken(channel(Kind.FAULT), undelivered)
    assert all(broken(channel(kind), undelivered) for kind in (S, U, Kind.TIME))


def test_fairness_is_owed_to_an_action_and_not_to_each_of_its_events() -> None:
    todo = lasts(at("work", "todo"))
    assert broken(split("", home=S), todo)
    assert not broken(split("done", home=S), todo)
    assert broken(split("done", home=U), todo)


def test_a_step_that_changes_nothing_counts_as_taking_its_action() -> None:
    rows = [("go", "a", "b"), ("on", "b", "a"), ("ring", "a", "a"), ("ring", "b", "b"), ("go", "b", "c")]
    assert broken(single(rows, go=S, on=S, ring=S), lasts(at("m", "a", "b")))
    assert not broken(single([("go", "a", "b"), ("ring", "a", "a")], go=S, ring=S), lasts(at("m", "a")))


def test_an_excuse_that_passes_is_none() -> None:
    graph = single([("go", "a", "b"), ("back", "b", "a")], go=S, back=S)
    assert broken(graph, lasts(at("m", "a", "b"), at("m", "b")))
    assert not broken(graph, lasts(at("m", "a", "b"), at("m", "a", "b")))


def test_a_quiet_claim_is_broken_by_no_loop() -> None:
    graph = single([("go", "a", "b"), ("back", "b", "a")], go=S, back=S)
    assert not broken(graph, Claim("c", "It is so.", Form.QUIESCENT, at("m", "a", "b")))


def test_where_a_run_ends_and_where_it_can_go_on() -> None:
    graph = single([("go", "a", "b"), ("spin", "a", "c"), ("back", "c", "a"), ("out", "c", "d")], go=S, spin=U, back=S,
                   out=S)  # fmt: skip
    space = small(FeaturedSystem.of(graph.system))

    def states(*names: str) -> Set:
        return space.any(space.state("m", name) for name in names)

    (question,) = questions(space, branches(lambda _: [lasts(at("m", "a", "b", "c", "d"))], ()))
    assert ends(space, question) == states("b", "d")
    assert fair(space, states("a", "c"), space.true) == states("a", "c")
    assert fair(space, states("a", "b"), space.true) == space.false
    assert fair(space, states("a", "c"), states("d")) == space.false


# ---------------------------------------------------------------------- room


@pytest.mark.parametrize("work", ["questions", "breakers", "fair", "ends"])
def test_too_little_room_for_a_decision_is_one_clear_sentence(work: str) -> None:
    """All states are found, and then other sets take up what room there was."""
    system = counters(5, 7)
    facts = [At(f"c{k}", lambda s, k=k: s in (k, (k * k + 1) % 7, 5)) for k in range(5)]  # type: ignore[misc]
    wrong = (facts[0] & facts[3]) | (facts[1] & ~facts[4]) | (~facts[2] & facts[3] & facts[1])
    asked = branches(lambda _: [Claim("c", "It is so.", Form.FOREVER, wrong, facts[2] & facts[4])], ())
    space = Symbolic(FeaturedSystem.of(system), nodes=20_000, cache=1000)
    (question,) = questions(space, asked)
    inside = space.reachable & question.wrong
    assert space.quiescent == space.false
    other = branches(lambda _: [Claim("d", "It is so.", Form.NEVER, facts[4] & wrong)], ())
    works: dict[str, Callable[[], object]] = {
        "questions": lambda: questions(space, other),
        "breakers": lambda: breakers(space, question),
        "fair": lambda: fair(space, inside, ~question.excused),
        "ends": lambda: ends(space, replace(question, form=Form.NEVER)),
    }
    held = list[Set]()
    with pytest.raises(TooLarge, match=r"^counters: the decision diagrams outgrow 20,000 nodes; choose"):
        crowd(space, works[work], held)
    assert held


def crowd(space: Symbolic, work: Callable[[], object], held: list[Set]) -> None:
    """Do the work where there is no room; what is thrown away meanwhile may make some, so fill it and do it again."""
    rng = Random(7)
    for _ in range(30):
        for cubes in (100, 10, 1):
            held += fill(space, rng, cubes)
        work()


def fill(space: Symbolic, rng: Random, cubes: int) -> list[Set]:
    """Sets of so many random cubes that are held, others at each call, until there is no room for another."""
    held: list[Set] = []
    try:
        while True:
            drawn = [[(name, rng.random() < 0.5) for name in space.variables] for _ in range(cubes)]
            held.append(space.any(map(space.cube, drawn)))
    except TooLarge:
        return held
