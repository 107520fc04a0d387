"""Which mechanism explains what a server has shown: of servers that do what a faulty design's model does."""

from __future__ import annotations

import random
from collections.abc import Sequence
from itertools import combinations

import pytest

from mealspec.conform.naming import Naming
from mealspec.conform.reason import ALIKE, deviations, joined, reason
from mealspec.conform.role import Json
from mealspec.conform.script import PROBES, Step, allows, chosen, imagined, of
from mealspec.model import design
from mealspec.model.design import Design
from mealspec.model.mechanism import Mechanism as M

HARDENED = design("hardened")
SLOW = (M.ENTRY_ENDS_WITH_HANDLER, M.CONNECTION_SET, M.OTHER_KEY, M.ENTRY_EXPIRES)


def shown(mechanism: M, script: Sequence[Json], seed: int) -> list[Step]:
    plan = next(other for found, _, other in deviations(HARDENED) if found is mechanism)
    return imagined(of(plan), script, random.Random(seed))


@pytest.mark.parametrize(
    "mechanism", [M.REGISTER_ON_MESSAGE, *(pytest.param(each, marks=pytest.mark.slow) for each in SLOW)]
)
def test_what_a_faulty_model_shows_is_named_first(mechanism: M) -> None:
    runs = [shown(mechanism, list(chosen(seed)), seed) for seed in range(10)]
    bad = [run for run in runs if not allows(of(HARDENED), run)]
    naming = Naming(HARDENED, bad[:3], [run for run in runs if run not in bad])
    scripts = dict(PROBES)
    while scripts and (found := naming.telling(scripts)) is not None:
        naming.learn(shown(mechanism, scripts.pop(found[0]), 0))
    assert mechanism in naming.reasons[0].names
    assert len(naming.reasons[0].names) == (2 if mechanism is M.OTHER_KEY else 1)


def rows(plan: Design) -> list[tuple[str, frozenset[tuple[str, str, str]]]]:
    """What a server may do in the model of a design, but for what the design is called."""
    machines = of(plan).system.machines
    return [(m.name, frozenset((row.event, str(row.source), str(row.dest)) for row in m.rows)) for m in machines]


def test_what_looks_the_same_from_outside_is_the_same_model_and_nothing_else_is() -> None:
    """Whatever one of them may show the other may show: their tables do not differ in a single row."""
    flaws: dict[M, Design] = {flaw: plan for flaw, missing, plan in deviations(HARDENED) if not missing}
    some = {flaw: rows(plan) for flaw, plan in flaws.items()}
    same = [{a, b} for a, b in combinations(some, 2) if some[a] == some[b] != rows(HARDENED)]
    assert same == [*ALIKE]
    (one,) = joined(reason(flaw, False) for flaw in (M.OTHER_KEY, M.OTHER_REGISTRY, M.OTHER_KEY))
    assert "`other_key` or `other_registry` (F16; nothing that can be seen tells which)" in str(one)
    assert len(joined(reason(flaw, False) for flaw in (M.OTHER_KEY, M.ENTRY_EXPIRES))) == 2


def test_a_run_that_nothing_explains_is_another_matter() -> None:
    strange = Step('told {"what":"nothing"}', None, (), False)
    assert Naming(HARDENED, [[strange]], []).reasons == ()


def test_who_is_told_that_it_is_not_listed_may_leave_it_at_that() -> None:
    """A client of ours would register; a tester pings again, and is told the same."""
    run = shown(M.ENTRY_ENDS_WITH_HANDLER, PROBES["an entry before and after"], 0)
    pongs = [sight for step in run for sight in step.seen if sight.get("message") == "pong"]
    assert [pong["listed"] for pong in pongs] == [False] * 3
