"""The requirements name only what exists; what exists refers only to requirements, failure classes and facts."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from mealspec.model.design import DESIGNS, WORLDS
from mealspec.model.events import alphabet
from mealspec.model.mechanism import CATALOGUE, Mechanism
from mealspec.model.product import system
from mealspec.model.scope import WIDEST
from mealspec.properties.catalogue import PROPERTIES
from mealspec.properties.evidence import FACTS
from mealspec.properties.requirements import REQUIREMENTS, Requirement
from mealspec.properties.scenarios import EVERY, FAILURES, SCENARIOS

REFERENCES = {*REQUIREMENTS, *FAILURES, *FACTS}


def test_there_are_thirty_two_requirements() -> None:
    assert list(REQUIREMENTS) == [f"R{k}" for k in range(1, 33)]
    sentences = [requirement.sentence for requirement in REQUIREMENTS.values()]
    assert len(set(sentences)) == 32
    assert all(sentence.endswith(".") for sentence in sentences)


@pytest.fixture(scope="module")
def machines() -> set[str]:
    return {machine.name for plan in WORLDS for machine in system(plan, WIDEST).machines}


@pytest.mark.parametrize("requirement", REQUIREMENTS.values(), ids=lambda each: each.id)
def test_a_requirement_is_modelled_by_machines_and_mechanisms_that_exist(
    requirement: Requirement, machines: set[str]
) -> None:
    assert set(requirement.modelled) <= machines | {*Mechanism}


@pytest.mark.parametrize("requirement", REQUIREMENTS.values(), ids=lambda each: each.id)
def test_a_requirement_is_checked_by_properties_and_stories_that_exist_or_says_what_it_waits_for(
    requirement: Requirement,
) -> None:
    assert set(requirement.checked) <= {*PROPERTIES, *SCENARIOS, *FAILURES, "incident", "latency", "simulate"}
    assert requirement.checked or requirement.later
    assert requirement.modelled or requirement.later


def strange(references: Iterable[Iterable[str]]) -> set[str]:
    return {reference for some in references for reference in some} - REFERENCES


def test_events_refer_to_requirements_failure_classes_and_facts() -> None:
    events = [event for plan in (*WORLDS, *DESIGNS.values()) for event in alphabet(plan, WIDEST)]
    assert not strange(event.refs for event in events)


def test_mechanisms_refer_to_requirements_failure_classes_and_facts() -> None:
    assert not strange(entry.refs for entry in CATALOGUE.values())


def test_properties_refer_to_requirements_failure_classes_and_facts() -> None:
    assert not strange(prop.refs for prop in PROPERTIES.values())
    assert all(prop.refs for prop in PROPERTIES.values())


def test_stories_refer_to_requirements_failure_classes_and_facts() -> None:
    assert not strange(scenario.refs for scenario in EVERY.values())
    assert all(scenario.refs for scenario in EVERY.values())


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
    others = {"no-regress", "no-deadlock", "handled-once"}
    assert PROPERTIES.keys() - checked <= others, "F11, R31 and F18 ask for these"
    assert {*SCENARIOS} <= checked
