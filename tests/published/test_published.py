"""Systems that others wrote and counted: our engines, and what we export, meet their figures to the digit.

The figures of TLC stand in the ``manifest.json`` beside each specification of https://github.com/tlaplus/Examples, as
``distinctStates``, ``totalStates`` and ``stateDepth``; it counts the initial states among the steps, and states instead
of steps in a run.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from mealspec.core import FeaturedSystem, Symbolic, System, branches, explore, violation
from mealspec.core.external.checkers import Answer, missing
from mealspec.core.external.spin import spin
from mealspec.core.external.tlc import tlc
from mealspec.core.mutant import mutants
from mealspec.core.symbolic.decide import breakers, questions
from mealspec.core.symbolic.rings import Rings
from tests.published.commit import consistent, transaction_commit, two_phase_commit
from tests.published.exclusion import EXCLUSION, LOST_UPDATE, barrier, increment, lock, peterson
from tests.published.figures import Published
from tests.published.philosophers import EXCLUSIVE, NOBODY_STARVES, philosophers
from tests.published.puzzles import EVERYBODY_ACROSS, FOUR_GALLONS, die_hard, hanoi, moved, river, tic_tac_toe
from tests.published.queue import SERVED, UNDISTURBED, readers_and_writers
from tests.published.ring import ELECTED, ONE_LEADER, SOMEBODY_SEES, elections, neighbours


def one(build: Callable[..., System], *args: int) -> Callable[[], tuple[System, ...]]:
    """The only system, when it is asked for."""
    return lambda: (build(*args),)


def tlc_says(states: int, generated: int, depth: int, initial: int = 1) -> dict[str, Any]:
    """TLC's words in ours."""
    return {"states": states, "steps": generated - initial, "depth": depth - 1}


EXAMPLES = "tlaplus/Examples, specifications/"
STATERIGHT = "stateright.rs/comparison-with-tlaplus.html"

PUBLISHED = (
    Published(
        "two-phase-3", f"{EXAMPLES}transaction_commit, TwoPhase.cfg; stateright/stateright, examples/2pc.rs",
        one(two_phase_commit, 3), **tlc_says(288, 1146, 11), claims=(consistent(3),),
    ),
    Published(
        "two-phase-4", "W. Schultz, Bespoke Verified Compilation with Claude (will62794/model-compiler)",
        one(two_phase_commit, 4), states=1568, depth=13, claims=(consistent(4),),
    ),
    Published("two-phase-5", "stateright/stateright, examples/2pc.rs", one(two_phase_commit, 5), states=8832),
    Published("two-phase-6", f"{EXAMPLES}transaction_commit, TwoPhase.tla", one(two_phase_commit, 6), states=50_816),
    Published("two-phase-7", STATERIGHT, one(two_phase_commit, 7), states=296_448),
    Published("two-phase-8", STATERIGHT, one(two_phase_commit, 8), states=1_745_408),
    Published("two-phase-9", STATERIGHT, one(two_phase_commit, 9), states=10_340_352),
    Published("two-phase-10", STATERIGHT, one(two_phase_commit, 10), states=61_515_776, claims=(consistent(10),)),
    Published(
        "transaction-commit", f"{EXAMPLES}transaction_commit, TCommit.cfg",
        one(transaction_commit, 3), **tlc_says(34, 94, 7), claims=(consistent(3),),
    ),
    Published(
        "lock", f"{EXAMPLES}locks_auxiliary_vars, Lock.cfg", one(lock), **tlc_says(12, 21, 5), claims=(EXCLUSION,)
    ),
    Published(
        "Peterson", f"{EXAMPLES}locks_auxiliary_vars, Peterson.cfg",
        one(peterson), **tlc_says(42, 77, 11), claims=(EXCLUSION,),
    ),
    Published("barrier", f"{EXAMPLES}barriers, Barrier.cfg", one(barrier, 6), **tlc_says(64, 194, 7)),
    Published(
        "increment", "stateright/stateright, examples/increment.rs",
        one(increment, 2), states=13, claims=(LOST_UPDATE,), violated={"fin": 4},
    ),
    Published(
        "philosophers", f"{EXAMPLES}DiningPhilosophers, DiningPhilosophers.cfg",
        one(philosophers, 5), **tlc_says(67, 336, 29), claims=(EXCLUSIVE, *NOBODY_STARVES),
    ),
    Published(
        "election", f"{EXAMPLES}chang_roberts, MCChangRoberts.cfg: eight initial states",
        lambda: elections(3), **tlc_says(137, 227, 10, initial=8), claims=(ONE_LEADER, ELECTED),
    ),
    Published(
        "neighbours", f"{EXAMPLES}TeachingConcurrency, Simple.cfg",
        one(neighbours, 5), **tlc_says(723, 1842, 11), claims=(SOMEBODY_SEES,),
    ),
    Published(
        "readers-writers", f"{EXAMPLES}ReadersWriters, MC.cfg",
        one(readers_and_writers, 3), **tlc_says(21527, 59674, 13), claims=(UNDISTURBED, *SERVED),
    ),
    Published(
        "die-hard", f"{EXAMPLES}DieHard: safety failure, and the shortest solution in DieHardest.tla",
        one(die_hard), claims=(FOUR_GALLONS,), violated={"not-solved": 6},
    ),
    Published(
        "river", f"{EXAMPLES}MissionariesAndCannibals: safety failure; oeis.org/A356480 for its length",
        one(river), claims=(EVERYBODY_ACROSS,), violated={"not-solved": 11},
    ),
    Published(
        "hanoi", f"{EXAMPLES}tower_of_hanoi, Hanoi.toolbox/Model_1/MC.out",
        one(hanoi, 5), states=243, depth=31, claims=(moved(5),), violated={"not-solved": 31},
    ),
    Published(
        "tic-tac-toe", "newbe.dev/tictactoe-state-space-choose-calculation (Mathematics Stack Exchange)",
        one(tic_tac_toe), states=5478, deadlocks=958,
    ),
)  # fmt: skip

BY_SETS_ALONE = 1_000_000
"""From so many states on only sets of states are asked."""
JUDGED = 25_000
"""Up to so many states others are asked."""


def named(*, at_most: int) -> pytest.MarkDecorator:
    """A test for each system that nobody counted more states of."""
    some = [case for case in PUBLISHED if (case.states or 0) <= at_most]
    return pytest.mark.parametrize("case", some, ids=lambda case: case.name)


def space_of(system: System) -> Symbolic:
    return Symbolic(FeaturedSystem.of(system), nodes=2_000_000, cache=200_000)


def rings_of(space: Symbolic) -> Rings:
    rings = Rings(space, space.initial)
    while rings.grow():
        pass
    return rings


@named(at_most=BY_SETS_ALONE)
def test_one_by_one_we_count_what_they_counted(case: Published) -> None:
    graphs = [explore(system) for system in case.systems()]
    for graph in graphs:
        graph._check()
    assert case.states in (None, sum(map(len, graphs)))
    assert case.steps in (None, sum(graph.transitions for graph in graphs))
    assert case.depth in (None, max(graph.depth for graph in graphs))
    assert case.deadlocks in (None, sum(int((np.diff(graph.offset) == 0).sum()) for graph in graphs))


@pytest.mark.sample(6, others="slow")
@named(at_most=10**9)
def test_by_sets_we_count_what_they_counted(case: Published) -> None:
    spaces = [space_of(system) for system in case.systems()]
    assert case.states in (None, sum(space.count(space.reachable) for space in spaces))
    if case.depth is not None:
        assert case.depth == max(len(rings_of(space).rings) for space in spaces) - 1


@named(at_most=BY_SETS_ALONE)
def test_one_by_one_we_find_what_they_found(case: Published) -> None:
    found: dict[str, int] = {}
    for graph in map(explore, case.systems()):
        traces = {claim.name: violation(graph, claim) for claim in case.claims}
        found |= {name: len(trace) for name, trace in traces.items() if trace is not None}
    assert found == dict(case.violated)


@pytest.mark.sample(6, others="slow")
@named(at_most=10**9)
def test_by_sets_we_find_what_they_found(case: Published) -> None:
    found: dict[str, int] = {}
    for space in map(space_of, case.systems()):
        for claim in case.claims:
            (question,) = questions(space, branches(lambda _, claim=claim: [claim], ()))  # type: ignore[misc]
            if breakers(space, question) != space.false:
                first = Rings(space, space.initial).first({claim.name: question.bad})
                found[claim.name] = first[0] if first else -1
    assert found == dict(case.violated)


@named(at_most=1_000)
def test_what_they_found_to_hold_fails_in_a_mutant(case: Published) -> None:
    """Else a claim with a misspelt state would hold, too."""
    for system in case.systems()[-1:]:
        for claim in case.claims:
            broken = (mutant.applied(system) for mutant in mutants(system))
            assert claim.name in case.violated or any(violation(explore(one), claim) is not None for one in broken)


def test_the_election_is_one_of_all_sets_of_initiators() -> None:
    assert len(elections(3)) == 8
    nobody = elections(3)[0]
    assert len(explore(nobody)) == 2**3, "each begins, and nothing more happens"


def counterpart(judge: str) -> Callable[..., Answer]:
    if judge in missing():
        pytest.skip(f"{judge} cannot be run: {missing()[judge]}; 'make checkers' obtains it")
    return spin if judge == "SPIN" else tlc


@pytest.mark.external
@pytest.mark.parametrize("judge", ["SPIN", "TLC"])
@named(at_most=JUDGED)
def test_what_we_export_is_counted_and_judged_alike(case: Published, judge: str) -> None:
    """By checkers that others wrote, with nothing of ours but the text that they are given.

    They are asked about two claims at most, for each takes seconds.
    """
    ask, (*first, richest) = counterpart(judge), case.systems()
    answers = [*(ask(system, optimise=False) for system in first), ask(richest, case.claims[:2], optimise=False)]
    assert case.states in (None, sum(answer.states for answer in answers))
    assert case.steps in (None, sum(answer.transitions for answer in answers))
    if judge == "TLC":
        assert case.depth in (None, max(answer.depth or 0 for answer in answers))
    assert {name for answer in answers for name, wrong in answer.violated.items() if wrong} == set(case.violated)
