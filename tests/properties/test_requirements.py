"""The requirements name only what exists, and what exists refers only to requirements and failure classes."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from mealspec.cli.listing import EVERYTHING
from mealspec.model.design import DESIGNS
from mealspec.model.events import alphabet
from mealspec.model.mechanism import CATALOGUE, Mechanism
from mealspec.model.product import system
from mealspec.model.scope import WIDEST
from mealspec.properties.catalogue import PROPERTIES
from mealspec.properties.requirements import REQUIREMENTS, Requirement
from mealspec.properties.scenarios import FAILURES, SCENARIOS

REFERENCES = {*REQUIREMENTS, *FAILURES}


def test_there_are_thirty_two_requirements() -> None:
    assert list(REQUIREMENTS) == [f"R{k}" for k in range(1, 33)]
    sentences = [requirement.sentence for requirement in REQUIREMENTS.values()]
    assert len(set(sentences)) == 32
    assert all(sentence.endswith(".") for sentence in sentences)


@pytest.fixture(scope="module")
def machines() -> set[str]:
    return {machine.name for machine in system(EVERYTHING, WIDEST).machines}


@pytest.mark.parametrize("requirement", REQUIREMENTS.values(), ids=lambda each: each.id)
def test_a_requirement_is_modelled_by_machines_and_mechanisms_that_exist(
    requirement: Requirement, machines: set[str]
) -> None:
    assert set(requirement.modelled) <= machines | {*Mechanism}


@pytest.mark.parametrize("requirement", REQUIREMENTS.values(), ids=lambda each: each.id)
def test_a_requirement_is_checked_by_properties_and_stories_that_exist_or_says_what_it_waits_for(
    requirement: Requirement,
) -> None:
    assert set(requirement.checked) <= {*PROPERTIES, *SCENARIOS, *FAILURES, "incident"}
    assert requirement.checked or requirement.later
    assert requirement.modelled or requirement.later


def strange(references: Iterable[Iterable[str]]) -> set[str]:
    return {reference for some in references for reference in some} - REFERENCES


def test_events_refer_to_requirements_and_failure_classes() -> None:
    events = [event for plan in (EVERYTHING, *DESIGNS.values()) for event in alphabet(plan, WIDEST)]
    assert not strange(event.refs for event in events)


def test_mechanisms_refer_to_requirements_and_failure_classes() -> None:
    assert not strange(entry.refs for entry in CATALOGUE.values())


def test_properties_refer_to_requirements_and_failure_classes() -> None:
    assert not strange(prop.refs for prop in PROPERTIES.values())
    assert all(prop.refs for prop in PROPERTIES.values())


def test_stories_refer_to_requirements() -> None:
    refs = {name: scenario.refs for name, scenario in (SCENARIOS | FAILURES).items()}
    assert not {reference for some in refs.values() for reference in some} - REQUIREMENTS.keys()
    assert all(refs.values())


def test_every_failure_class_is_closed_by_some_mechanism() -> None:
    assert {ref for entry in CATALOGUE.values() for ref in entry.refs} >= FAILURES.keys()


def test_the_property_of_a_failure_class_refers_to_it() -> None:
    """But for F7 and F14, which lose meals as others do, at another place."""
    strangers = {name for name, scenario in FAILURES.items() if name not in PROPERTIES[scenario.property].refs}
    assert strangers <= {"F7", "F14"}


def test_every_mechanism_is_asked_for_by_a_requirement_or_a_failure_class() -> None:
    assert all(CATALOGUE[mechanism].refs for mechanism in Mechanism)


def test_every_property_is_what_some_requirement_is_checked_by() -> None:
    checked = {name for requirement in REQUIREMENTS.values() for name in requirement.checked}
    assert PROPERTIES.keys() - checked <= {"no-regress", "no-deadlock"}, "F11 and R31 ask for these"
    assert {*SCENARIOS} <= checked
