"""By sets a design gets the verdicts that it gets state by state, and runs that are as good."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from mealspec.check.verify import counterexample, verify
from mealspec.model.design import DESIGNS
from mealspec.model.product import system
from mealspec.model.scope import Scope
from mealspec.properties.catalogue import PROPERTIES, Property
from mealspec.properties.expected import Verdict
from mealspec.properties.facts import Facts

Judge = Callable[[Facts, Property, Sequence[str], int | None], str]

SCOPES = (Scope(connections=1, faults=0), Scope(connections=1, faults=1), Scope(connections=1).with_(["job"]))


@pytest.mark.sample(6)
@pytest.mark.parametrize("scope", SCOPES, ids=Scope.describe)
@pytest.mark.parametrize("name", DESIGNS)
def test_sets_and_states_agree(name: str, scope: Scope, doubts: Judge) -> None:
    plan = DESIGNS[name]
    listed, sets = verify(plan, scope), verify(plan, scope, engine="symbolic")
    assert (sets.states, sets.transitions, sets.complete) == (listed.states, listed.transitions, True)
    assert sets.depth is None
    assert [(f.id, f.verdict, f.expected) for f in sets.findings] == [
        (f.id, f.verdict, f.expected) for f in listed.findings
    ]
    facts = Facts(plan, scope, system(plan, scope))
    for ours, theirs in zip(sets.findings, listed.findings, strict=True):
        assert (ours.loop is None) is (theirs.loop is None)
        if ours.verdict is Verdict.VIOLATED:
            assert doubts(facts, PROPERTIES[ours.id], ours.trace, ours.loop) == ""
        if ours.loop is None:
            assert len(ours.trace) == len(theirs.trace)


def test_only_what_is_asked_is_decided() -> None:
    report = verify(DESIGNS["published"], SCOPES[0], engine="symbolic", only=["no-regress", "delivery"])
    assert [f.id for f in report.findings] == ["delivery", "no-regress"]


@pytest.mark.parametrize(
    "scope", [SCOPES[0], pytest.param(Scope(connections=3, faults=0), marks=pytest.mark.slow)], ids=Scope.describe
)
def test_a_counterexample_is_a_run_of_the_product_and_none_is_none(scope: Scope) -> None:
    """State by state, and in the larger scope with sets."""
    run = counterexample(DESIGNS["published"], scope, "delivery")
    assert run is not None
    assert len(run) == 15
    assert run.system.name == system(DESIGNS["published"], scope).name
    assert counterexample(DESIGNS["hardened"], scope, "delivery") is None
