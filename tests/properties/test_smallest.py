"""None of hardened's repairs can be left out, and what is left out of none of them is asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from mealspec.check.verify import choose, counterexample, verify
from mealspec.model import DESIGNS, Mechanism, Scope, design, system
from mealspec.properties.catalogue import PROPERTIES, Property
from mealspec.properties.expected import Verdict
from mealspec.properties.facts import Facts
from mealspec.properties.requirements import REQUIREMENTS
from mealspec.properties.scenarios import FAILURES
from mealspec.properties.smallest import BREAKS, KEPT

Judge = Callable[[Facts, Property, Sequence[str], int | None], str]


def test_every_mechanism_of_hardened_is_accounted_for_once() -> None:
    assert set(BREAKS) | set(KEPT) == DESIGNS["hardened"].mechanisms
    assert not set(BREAKS) & set(KEPT)


@pytest.mark.parametrize("mechanism", sorted(BREAKS))
def test_without_the_mechanism_its_property_breaks(mechanism: Mechanism, doubts: Judge) -> None:
    name, scope = BREAKS[mechanism]
    plan = design(f"hardened-{mechanism}")
    trace = counterexample(plan, scope, name)
    assert trace is not None
    assert doubts(Facts(plan, scope, system(plan, scope)), PROPERTIES[name], trace.events, trace.loop) == ""


@pytest.mark.parametrize("mechanism", sorted(KEPT))
def test_what_is_kept_is_asked_for_by_a_requirement_or_a_failure_class(mechanism: Mechanism) -> None:
    assert KEPT[mechanism].split()[0] in {*REQUIREMENTS, *FAILURES}


def passes_without(mechanism: Mechanism, scope: Scope) -> None:
    report = verify(design(f"hardened-{mechanism}"), scope, engine=choose(scope))
    assert report.complete
    assert [finding.id for finding in report.findings if finding.verdict is Verdict.VIOLATED] == []


@pytest.mark.parametrize("mechanism", sorted(KEPT))
def test_no_property_asks_for_what_is_kept_with_one_connection(mechanism: Mechanism) -> None:
    passes_without(mechanism, Scope(connections=1))


@pytest.mark.slow
@pytest.mark.parametrize("mechanism", sorted(KEPT))
def test_no_property_asks_for_what_is_kept(mechanism: Mechanism) -> None:
    passes_without(mechanism, Scope())
