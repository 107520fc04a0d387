"""What must hold is itself mutated: each mutant is noticed by a model, or says the same wherever models come to."""

from __future__ import annotations

from collections import Counter
from functools import cache

import pytest

from mealspec.check.property_mutants import HOMES, Fate, Home, Outcome, survey
from mealspec.model import Scope
from mealspec.properties.catalogue import PROPERTIES

CALM = Home("hardened", Scope(connections=1, faults=0), ("published",))
FAILING = Home("hardened", Scope(connections=1, faults=1, includes=frozenset({"job"})), changed=13)
LOST = Home("hardened", Scope(connections=1, includes=frozenset({"dial"})), ("published",))
PAIR = Home("hardened", Scope(faults=0), parts=False)
TOLD = (Fate.NOTICED, Fate.SITUATION)


@cache
def outcomes(home: Home, *names: str) -> dict[str, Outcome]:
    """What became of the mutants of these properties and words, by what was changed."""
    return {change: outcome for (_, change), outcome in survey([home], lambda name: name in names).items()}


@pytest.mark.slow
def test_a_property_that_forgets_failed_meals_is_noticed() -> None:
    found = outcomes(FAILING, "honest-view")
    told = [change for change in found if found[change].fate in TOLD]
    forgets = "honest-view: (view.m1 is failed and job.m1 is not failed): forgotten"
    assert forgets in told, sorted(found)
    assert any("not if failed" in change for change in told)


def test_a_property_that_speaks_of_the_first_connection_only_is_noticed() -> None:
    found = outcomes(PAIR, "no-zombie")
    assert found["the first of the connections only"].fate in TOLD


def test_a_word_that_says_something_else_is_noticed_by_some_property() -> None:
    found = outcomes(LOST, "severed")
    assert found["service is none/not: not if none/not"].fate is Fate.NOTICED


def test_a_law_that_leaves_out_a_need_is_broken_by_the_design_itself() -> None:
    found = outcomes(CALM, "work-goes-on", "what-moves-the-screen")
    assert found["without need 1"].fate is Fate.NOTICED
    assert {o.fate for change, o in found.items() if change.startswith("not by client.appear")} == {Fate.NOTICED}


def test_what_says_the_same_says_so_in_no_reachable_state_otherwise() -> None:
    """The view of the calm world shows no failed meal, so nothing can tell there whether one is spoken of."""
    found = outcomes(CALM, "no-regress, premise")
    assert found["no-regress: view.m1 is completed/failed: not if failed"].fate is Fate.SAME
    assert found["no-regress: view.m1 is completed/failed: not if completed"].fate in TOLD


@pytest.mark.slow
@pytest.mark.more
def test_every_mutant_is_noticed_or_says_the_same_and_each_property_has_some_that_are() -> None:
    found = survey(HOMES)
    fates = Counter(outcome.fate for outcome in found.values())
    told = Counter(about.split(",")[0] for (about, _), outcome in found.items() if outcome.fate in TOLD)
    assert fates[Fate.NOTICED] + fates[Fate.SITUATION] >= 1_000
    assert {name for name in PROPERTIES if told[name] < 2} == set()
    assert all(outcome.by for outcome in found.values() if outcome.fate in TOLD)
