"""All designs against the clock: what sets of states say of many designs at once is what a search says of each."""

from __future__ import annotations

from random import Random

import pytest

from mealspec.check.latency import outcomes
from mealspec.check.region import Region, valid_designs
from mealspec.check.staircase import Staircase, staircase
from mealspec.core import CheckerError, explore
from mealspec.core.symbolic.lattice import members
from mealspec.core.symbolic.time import InTime
from mealspec.model.clocks import clocks, timed_family, timed_system
from mealspec.model.design import DESIGNS, Design
from mealspec.model.mechanism import SEEDS
from mealspec.model.mechanism import Mechanism as M
from mealspec.model.scope import Scope

NONE, ONE = Scope(connections=1, faults=0), Scope(connections=1, faults=1)
OPEN = (M.READY_ACK, M.CATCH_UP, M.POLL_ON_APPEAR, M.POLL_UNTIL_TERMINAL, M.RECONNECT)
"""Mechanisms that make a difference to the seconds, and some that make none."""


def around(*names: M, base: str = "hardened") -> Region:
    """The designs that differ from one in these mechanisms only."""
    fixed = DESIGNS[base].mechanisms - {*names}
    return Region(fixed, frozenset(SEEDS) - fixed - {*names})


@pytest.fixture(scope="module")
def five() -> Staircase:
    return staircase(around(*OPEN), NONE, shown=64)


def greatest(plan: Design, scope: Scope) -> float | None:
    """The greatest of all situations that occur, state by state."""
    every = [each.greatest for each in outcomes(plan, scope, engine="explicit") if each.occurs]
    known = [each for each in every if each is not None]
    return max(known) if known and len(known) == len(every) else None


def designs(region: Region, scope: Scope) -> list[Design]:
    space = InTime(timed_family(scope, region.free, region.required), lambda space: valid_designs(space, region))
    return [Design("x", region.required | set(map(M, names))) for names in members(space, valid_designs(space, region))]


@pytest.mark.slow
@pytest.mark.xdist_group("staircase")
def test_each_design_is_as_fast_as_a_search_of_it_alone_finds(five: Staircase) -> None:
    every = [greatest(plan, NONE) for plan in designs(around(*OPEN), NONE)]
    assert len(every) == five.designs
    for seconds, count in enumerate(five.counts):
        assert count == sum(each is not None and each <= seconds for each in every), seconds


@pytest.mark.xdist_group("staircase")
def test_the_staircase_climbs_and_its_smallest_sets_are_as_fast_as_it_says(five: Staircase) -> None:
    assert list(five.counts) == sorted(five.counts)
    assert 0 < len(five.stairs) < len(five.counts)
    for stair in five.stairs:
        assert stair.minimal == len(stair.smallest) > 0
        for names in stair.smallest:
            plan = Design("x", frozenset(map(M, names)))
            assert greatest(plan, NONE) is not None
            assert greatest(plan, NONE) <= stair.seconds  # type: ignore[operator]
            for name in set(names) & set(OPEN):
                less = greatest(Design("x", plan.mechanisms - {M(name)}), NONE)
                assert less is None or less > stair.seconds
            assert set(stair.necessary) <= set(names)


@pytest.mark.parametrize("name", ["published", "hardened", "app_head"])
def test_one_design_as_a_family_has_as_many_states_in_time(name: str) -> None:
    plan = DESIGNS[name]
    space = InTime(timed_family(NONE, (), plan.mechanisms))
    assert space.count(space.reachable) == len(explore(timed_system(plan, NONE)))


@pytest.mark.slow
@pytest.mark.more
@pytest.mark.parametrize("seed", range(2))
def test_random_designs_of_all_have_their_seconds(seed: int) -> None:
    """Any mechanisms of the seed's world, a few of them open."""
    rng = Random(seed)
    some = frozenset(m for m in SEEDS if rng.random() < 0.5)
    free = frozenset(rng.sample(SEEDS, 3))
    region = _buildable(some - free, free)
    found = staircase(region, ONE)
    every = [greatest(plan, ONE) for plan in designs(region, ONE)]
    assert len(every) == found.designs
    for seconds, count in enumerate(found.counts):
        assert count == sum(each is not None and each <= seconds for each in every), seconds


def _buildable(required: frozenset[M], free: frozenset[M]) -> Region:
    """With what the required ones need; what lacks something else is left out."""
    from mealspec.model.mechanism import NEEDS

    while lacking := {NEEDS[m] for m in required if m in NEEDS} - required:
        required |= lacking
    return Region(required, frozenset(SEEDS) - required - free)


def test_time_that_nothing_holds_up_would_be_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(InTime, "_unhindered", lambda self, *_, **__: self.true)
    assert staircase(around(), NONE).counts[-1] == 0


def test_other_seconds_move_the_stairs() -> None:
    slower = staircase(around(), NONE, clocks({"poll": (8, 8)}))
    assert [stair.seconds for stair in slower.stairs] == [1 + 8]
    assert [stair.seconds for stair in staircase(around(), NONE).stairs] == [1 + 5]


def test_what_makes_no_sense_is_refused() -> None:
    with pytest.raises(CheckerError, match="one meal, not 2"):
        staircase(around(), Scope(meals=2))


@pytest.mark.parametrize(("most", "quantum", "ticks"), [(3.3, 1.1, 3), (3.2, 1.1, 2), (4, 3, 1), (2, 5, 0)])
def test_up_to_so_many_seconds_each_whole_tick_has_its_count(most: float, quantum: float, ticks: int) -> None:
    """In `published` some run never shows the meal, so no count is left out because nothing was left."""
    found = staircase(around(base="published"), NONE, quantum=quantum, most=most)
    assert found.counts == (0,) * (ticks + 1)
