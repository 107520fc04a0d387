"""Runs that are found with sets are runs, as short as any, and go wrong in the way that they should."""

from __future__ import annotations

from random import Random

import pytest

from mealspec.core import (
    Claim,
    Event,
    FeaturedSystem,
    Form,
    Kind,
    Machine,
    System,
    Trace,
    branches,
    explore,
    lasso,
    replay,
    violation,
)
from mealspec.core.symbolic.decide import Question, questions
from mealspec.core.symbolic.diagrams import Symbolic
from mealspec.core.symbolic.rings import Rings
from mealspec.core.symbolic.rings import lasso as found_with_sets
from tests.core.blueprint import claims, doubts, members, pair, predicate, random_plan, small
from tests.core.explicit.test_decide import S, U, at, peterson, semaphore, single, split


def asked(space: Symbolic, claim: Claim) -> Question:
    return questions(space, branches(lambda _: [claim], ()))[0]


def runs_agree(seed: int) -> int:
    """Each claim about a random system has a run just if the explorer has one, of the same length if it ends;
    how many of them go on for ever."""
    rng = Random(seed)
    plan = random_plan(rng, 0)
    system = plan.system(())
    graph = explore(system)
    space = small(FeaturedSystem.of(system, order=tuple(reversed([m.name for m in system.machines]))))
    loops = 0
    for claim in claims(rng, plan):
        trace = violation(graph, claim)
        run = found_with_sets(space, asked(space, claim), Rings(space, space.initial))
        assert (run is None) == (trace is None)
        if run is not None and trace is not None:
            events, loop = run
            assert doubts(system, claim, events, loop) == ""
            assert (loop is None) == (trace.loop is None)
            assert loop is not None or len(events) == len(trace)
            loops += loop is not None
    return loops


@pytest.mark.parametrize("seed", range(80))
def test_a_run_of_a_random_system_is_as_short_as_the_explorers_and_breaks_the_claim(seed: int) -> None:
    runs_agree(seed)


def test_enough_of_the_random_runs_go_on_for_ever() -> None:
    assert sum(map(runs_agree, range(80))) > 10


@pytest.mark.parametrize("seed", range(20))
def test_a_ring_holds_what_takes_as_many_steps_and_no_fewer(seed: int) -> None:
    """Of each system of a family, whose rings stand in one set of rings."""
    rng = Random(seed)
    plan = random_plan(rng, 2)
    space = small(plan.family(rng))
    rings = Rings(space, space.initial)
    while rings.grow():
        pass
    assert space.any(rings.rings) == space.reachable
    assert not rings.grow(), "there is nothing more to reach"
    for chosen in members(plan):
        graph = explore(plan.system(chosen))
        for k, ring in enumerate(rings.rings):
            level = (number for number in range(len(graph)) if graph.level[number] == k)
            expected = space.any(pair(space, chosen, graph.state(number)) for number in level)
            assert ring & space.system(chosen) == expected


@pytest.mark.parametrize("seed", range(20))
def test_a_run_ends_in_its_goal_and_has_as_many_events_as_its_ring_says(seed: int) -> None:
    rng = Random(seed)
    plan = random_plan(rng, 0)
    system = plan.system(())
    graph, space = explore(system), small(FeaturedSystem.of(system))
    for _ in range(6):
        goal = predicate(rng, plan)
        rings = Rings(space, space.initial)
        first = rings.first({"goal": space.where(goal) & space.reachable})
        lengths = [int(graph.level[k]) for k in range(len(graph)) if goal.holds(graph.state(k))]
        assert first == ((min(lengths), "goal") if lengths else None)
        if first:
            begin, events, end = rings.run(first[0], space.where(goal))
            assert begin == space.initial
            run = replay(system, events)
            assert isinstance(run, Trace)
            assert len(run) == first[0]
            assert goal.holds(run.state(len(run)))
            assert end == pair(space, (), run.state(len(run)))


def test_of_several_goals_the_nearest_is_met_first_and_of_equals_the_one_that_is_named_first() -> None:
    line = Machine.table("m", 0, [("go", k, k + 1) for k in range(5)])
    space = small(FeaturedSystem.of(System([line], [Event("go", S, "x", ("m",))])))
    rings = Rings(space, space.initial)
    far, near = space.state("m", 4), space.state("m", 2)
    assert rings.first({"far": far, "near": near}) == (2, "near")
    assert len(rings.rings) == 3, "and one looks no farther than that"
    assert rings.first({"far": far}) == (4, "far")
    assert rings.first({"one": near, "other": near}) == (2, "one")
    assert rings.first({"none": space.false}) is None


def test_an_onion_stays_inside_and_takes_its_own_steps_only() -> None:
    graph = single([("go", "a", "b"), ("go", "b", "c"), ("jump", "a", "c")], go=S, jump=U)
    space = small(FeaturedSystem.of(graph.system))
    a, b, c = (space.state("m", name) for name in "abc")
    assert Rings(space, a).first({"c": c}) == (1, "c")
    slow = [step for step in space.steps if step.name == "go"]
    assert Rings(space, a, steps=slow).first({"c": c}) == (2, "c")
    assert Rings(space, a, inside=a | c, steps=slow).first({"c": c}) is None
    assert Rings(space, a, inside=b | c, steps=slow).first({"c": c}) == (2, "c")


def test_of_equally_short_runs_the_one_with_the_events_declared_first_is_found() -> None:
    rows = [("late", "a", "b"), ("early", "a", "b")]
    for names in (("early", "late"), ("late", "early")):
        events = [Event(name, S, "x", ("m",)) for name in names]
        space = small(
            FeaturedSystem.of(System([Machine.table("m", "a", rows)], events), stages={"late": 0, "early": 1})
        )
        assert Rings(space, space.initial).run(0, space.initial).events == []
        rings = Rings(space, space.initial)
        rings.grow()
        assert rings.run(1, space.state("m", "b")).events == [names[0]]


# ---------------------------------------------------------------------- runs without end


def shown(system: System, claim: Claim) -> tuple[list[str], int | None] | None:
    space = small(FeaturedSystem.of(system))
    run = found_with_sets(space, asked(space, claim), Rings(space, space.initial))
    assert run is None or doubts(system, claim, *run) == ""
    return run


def test_who_waits_for_a_semaphore_sees_the_other_go_in_and_out() -> None:
    run = shown(semaphore(), Claim("c", "None starves.", Form.FOREVER, at("p0", "waits")))
    assert run is not None
    events, loop = run
    assert set(events[loop:]) == {"p1.want", "p1.enter", "p1.leave"}
    assert shown(peterson(), Claim("c", "None starves.", Form.FOREVER, at("p0", "wants", "waits"))) is None


def test_a_loop_does_what_is_owed_to_an_action_or_passes_where_it_is_disabled() -> None:
    todo = Claim("c", "It is done.", Form.FOREVER, at("work", "todo"))
    assert shown(split("done", home=S).system, todo) is None
    for graph in (split("", home=S), split("done", home=U)):
        run = shown(graph.system, todo)
        assert run is not None
        assert set(run[0]) == {"back", "there"}


def test_a_loop_that_is_shown_passes_where_it_is_not_excused() -> None:
    rows = [("in", "a", "b"), ("on", "b", "c"), ("on", "c", "d"), ("on", "d", "b"), ("back", "c", "b")]
    graph = single(rows, **{"in": S, "on": S, "back": U})
    run = shown(graph.system, Claim("c", "It ends.", Form.FOREVER, at("m", "b", "c", "d"), at("m", "b", "c")))
    assert run is not None


def test_a_loop_is_looked_for_behind_the_states_from_which_one_cannot_return() -> None:
    """From ``a`` one can go round and still leave for ever: the loop is that of the end."""
    rows = [("spin", "a", "b"), ("spin", "b", "a"), ("out", "b", "x"), ("spin", "x", "y"), ("spin", "y", "x")]
    graph = single([*rows, ("fail", "y", "a")], spin=S, out=U, fail=Kind.FAULT)
    run = shown(graph.system, Claim("c", "It ends.", Form.FOREVER, at("m", "a", "b", "x", "y")))
    assert run is not None
    assert set(run[0][run[1] :]) == {"spin"}


def test_a_claim_about_quiet_states_is_broken_by_no_loop() -> None:
    """Something wrong that goes on and on is not quiescent."""
    graph = single([("go", "a", "b"), ("back", "b", "a")], go=S, back=S)
    wrong = at("m", "a", "b")
    assert shown(graph.system, Claim("c", "It is so.", Form.QUIESCENT, wrong)) is None
    assert shown(graph.system, Claim("c", "It is so.", Form.FOREVER, wrong)) is not None
    assert lasso(graph, wrong) is not None
