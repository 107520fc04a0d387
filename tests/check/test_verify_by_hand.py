"""Which engine is taken, what a report says, and where the likeliest counterexample is looked for."""

from __future__ import annotations

from itertools import product

import pytest

from mealspec.check.verify import (
    MOST,
    Finding,
    Report,
    choose,
    counterexample,
    likeliest_counterexample,
    memory,
    verify,
)
from mealspec.core import CheckerError, Trace
from mealspec.model.design import DESIGNS
from mealspec.model.scope import Scope
from mealspec.properties.expected import Verdict

CALM, FAILING = Scope(connections=1, faults=0), Scope(connections=1, faults=1)
PUBLISHED = DESIGNS["published"]


def test_few_states_are_found_one_by_one_and_a_limit_counts_them() -> None:
    for meals, connections in product((1, 2), (1, 2, 3)):
        scope, many = Scope(meals=meals, connections=connections), meals * connections
        assert choose(scope) == ("explicit" if many == 1 else "symbolic")
        assert choose(scope, run=True) == ("explicit" if many <= 2 else "symbolic")
        assert choose(scope, limit=5) == "explicit"
        for engine in ("explicit", "symbolic"):
            assert choose(scope, engine) == engine
    assert choose(CALM, "explicit", limit=5) == "explicit"
    with pytest.raises(CheckerError, match="--limit counts states one by one; choose --engine explicit with it"):
        choose(CALM, "symbolic", limit=5)


def test_a_finding_is_as_expected_unless_something_else_was_pinned() -> None:
    holds, broken = Verdict.HOLDS, Verdict.VIOLATED
    for verdict, pinned, fine in ((holds, holds, True), (holds, broken, False), (holds, None, True)):
        finding = Finding("x", verdict, pinned)
        assert finding.as_expected is fine
        report = Report("d", CALM, "explicit", 1, 2, 3, True, 0.5, (Finding("y", holds, None), finding))
        assert report.as_expected is fine


def test_for_programs_a_report_says_the_same_each_time() -> None:
    report = Report(
        "d", CALM, "explicit", 5, 7, None, False, 0.5, (Finding("x", Verdict.VIOLATED, None, ("a", "b"), 1),), 99
    )
    assert report.to_json() == {
        "design": "d", "scope": CALM.to_json(), "states": 5, "transitions": 7, "depth": None, "complete": False,
        "properties": [{"id": "x", "verdict": "violated", "expected": None, "trace": ["a", "b"], "loop": 1}],
    }  # fmt: skip


def test_a_process_holds_some_megabytes_and_says_so_in_bytes() -> None:
    assert 20 * 2**20 < memory() < 2**40


@pytest.mark.parametrize("engine", ["explicit", "symbolic"])
def test_a_design_is_decided_for_the_properties_that_are_asked_for(engine: str) -> None:
    report = verify(PUBLISHED, CALM, engine=engine, only=["delivery", "machine-invariants", "failure-reaches-screen"])
    told = {each.id: each.verdict for each in report.findings}
    assert told == {"delivery": "violated", "machine-invariants": "holds", "failure-reaches-screen": "vacuous"}
    assert (report.design, report.scope, report.engine, report.states) == ("published", CALM, engine, 604)
    assert (report.transitions, report.complete, report.depth) == (2258, True, 25 if engine == "explicit" else None)
    assert report.seconds > 0
    assert report.memory > 0


def test_what_was_not_searched_to_its_end_is_unchecked_unless_it_is_violated_already() -> None:
    report = verify(PUBLISHED, CALM, only=["machine-invariants", "no-early-belief"], limit=300)
    assert not report.complete
    assert {each.id: each.verdict for each in report.findings} == {
        "no-early-belief": Verdict.VIOLATED, "machine-invariants": Verdict.UNCHECKED,
    }  # fmt: skip


def test_a_counterexample_is_as_short_as_that_of_the_complete_search() -> None:
    for name in ("delivery", "no-early-belief", "agreement"):
        (finding,) = verify(PUBLISHED, FAILING, only=[name]).findings
        found = counterexample(PUBLISHED, FAILING, name)
        assert found is not None
        assert (found.loop is None) == (finding.loop is None)
        if found.loop is None:
            assert len(found) == len(finding.trace), name
    assert counterexample(PUBLISHED, FAILING, "machine-invariants") is None


def test_the_likeliest_is_looked_for_in_the_largest_scope_that_is_few_states() -> None:
    found = likeliest_counterexample(PUBLISHED, CALM, "delivery")
    assert (found.scope, found.complete) == (CALM, True)
    assert isinstance(found.run, Trace)
    two = likeliest_counterexample(PUBLISHED, Scope(meals=2, connections=2, faults=0), "machine-invariants")
    assert (two.run, two.scope, two.complete) == (None, CALM, True)
    cut = likeliest_counterexample(PUBLISHED, CALM, "delivery", most=100)
    assert (cut.run, cut.complete) == (None, False)
    assert likeliest_counterexample(PUBLISHED, CALM, "delivery", most=605).complete
    assert MOST == 10_000_000
