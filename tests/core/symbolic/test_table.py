"""A table of nodes holds just the systems that its diagrams hold, and is written as its reader is told."""

from __future__ import annotations

from random import Random

import pytest

from mealspec.core.symbolic.table import asked_in_order, holds, tabled
from tests.core.blueprint import members, random_plan, small


@pytest.mark.parametrize("seed", range(8))
def test_a_table_holds_what_its_diagrams_hold(seed: int) -> None:
    rng = Random(seed)
    plan = random_plan(rng, 4)
    space = small(plan.family(rng))
    chosen = [{some for some in members(plan) if rng.random() < 0.4} for _ in range(5)]
    sets = [space.any(space.system(some) for some in each) for each in chosen]
    rows, diagrams = tabled(space, [space.false, space.true, *sets])
    assert diagrams[:2] == [0, 1], "no system, and every system"
    names = asked_in_order(space)
    for each, diagram in zip(chosen, diagrams[2:], strict=True):
        assert {some for some in members(plan) if holds(rows, names, diagram, some)} == each
    assert len(set(rows)) == len(rows), "equal diagrams are one row"
    for k, (feature, without, having) in enumerate(rows):
        assert without != having
        for below in (without, having):
            assert 0 <= below < k + 2, "rows come after those that they name"
            assert below < 2 or rows[below - 2][0] > feature, "in the order of the features"
