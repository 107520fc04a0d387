"""The committed vectors: few, whole, up to date, and each proves its faults."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from mealspec.conform.conformance import VECTORS
from mealspec.conform.files import itf_files, schema_files
from mealspec.conform.predict import departs
from mealspec.conform.settle import Spec, canonical
from mealspec.conform.suite import THEMES, Suite, files, spec, suite
from mealspec.conform.vector import Vector, run, schema
from mealspec.core import Trace, load
from mealspec.model import design
from mealspec.properties.requirements import REQUIREMENTS
from mealspec.properties.scenarios import FAILURES
from tests.conform.reference import scope_of


def test_they_are_few_and_their_ids_are_their_own(committed: list[Vector]) -> None:
    assert 50 < len(committed) <= 400
    assert len({vector.id for vector in committed}) == len(committed)
    assert all(vector.steps for vector in committed)
    assert len({canonical([vector.role, vector.steps]) for vector in committed}) == len(committed)


@pytest.mark.slow
def test_files_fit_the_schemas_that_stand_beside_them() -> None:
    for name, text in schema_files().items():
        assert (VECTORS / name).read_text(encoding="utf-8") == text
    validator = Draft202012Validator(schema())
    for file in VECTORS.glob("*/*.json"):
        assert not list(validator.iter_errors(json.loads(file.read_text(encoding="utf-8"))))


def test_every_failure_class_has_one(committed: list[Vector]) -> None:
    """A class that looks to one side like another has its note at that one's vector."""
    noted = {str(note["class"]) for vector in committed for note in vector.notes}
    assert set(FAILURES) <= noted
    assert all(note["effect"] for vector in committed for note in vector.notes)


def test_every_requirement_is_covered_or_said_not_to_be() -> None:
    manifest = json.loads((VECTORS / "manifest.json").read_text(encoding="utf-8"))
    covered = {ref for vector in manifest["vectors"] for ref in vector["refs"]}
    assert set(REQUIREMENTS) <= covered | set(manifest["not_covered"])
    assert set(manifest["not_covered"]).isdisjoint(covered)


def test_every_row_and_every_pair_that_there_is_is_covered() -> None:
    """What the walks of a theme have left is counted there, and is nothing."""
    manifest = json.loads((VECTORS / "manifest.json").read_text(encoding="utf-8"))
    assert set(manifest["known"]) == {f"{role}/{theme.name}" for role in THEMES for theme in THEMES[role]}
    used = {row for vector in manifest["vectors"] for row in vector["rows"]}
    assert used == set(range(len(manifest["rows"])))
    assert all(entry["left"] == [0, 0] for entry in manifest["known"].values())


@pytest.mark.slow
def test_a_vector_is_the_run_that_it_names(committed: list[Vector]) -> None:
    """Its steps follow from its events, and these are a run of the design's model in time."""
    for vector in committed[::12]:
        subject = spec(vector.role, "hardened", scope_of(vector))
        Trace.of(subject.system, vector.events)
        steps, names, faults, _ = run(subject, [subject.system.number[each] for each in vector.events])
        assert steps == list(vector.steps)
        assert (tuple(names), list(faults)) == (vector.events, list(vector.faults))


def test_every_fault_that_is_claimed_is_shown_at_a_step(committed: list[Vector]) -> None:
    for vector in committed:
        for fault in vector.faults:
            assert 0 <= fault["step"] <= fault["shown"] < len(vector.steps)


def _kills(vectors: Sequence[Vector], other: str) -> list[str]:
    def model(vector: Vector, plan: str) -> Spec:
        return spec(vector.role, plan, scope_of(vector))

    return [v.id for v in vectors if departs(v, model(v, "hardened"), model(v, other)) is not None]


@pytest.mark.slow
def test_a_model_passes_its_own_vectors_and_fails_those_of_a_repair_that_it_lacks(committed: list[Vector]) -> None:
    some = [vector for vector in committed if vector.notes and vector.role == "server"][:9] + [
        vector for vector in committed if vector.id.startswith("server/F16")
    ]
    assert _kills(some, "hardened") == []
    assert _kills(some, "published")
    assert "server/F16" in " ".join(_kills(some, "hardened-pong_says_listed"))


def test_the_tester_waits_until_the_implementation_has_done_all_that_it_can(committed: list[Vector]) -> None:
    """After each step of a vector no event of the implementation is possible."""
    for vector in committed[::20]:
        subject = spec(vector.role, "hardened", scope_of(vector))
        place = subject.start
        for name in vector.events:
            if not subject.is_own([subject.system.number[name]]):
                (way,) = subject.steps(place, subject.system.number[name])
                place = way.place
                assert not subject.system.permitted(place.state) & subject.own


def test_a_run_is_written_as_itf_and_read_back(committed: list[Vector], tmp_path: Path) -> None:
    vector = committed[0]
    for name, text in itf_files(Suite([vector])).items():
        assert name == f"{vector.id}.itf.json"
        (tmp_path / "run.json").write_text(text, encoding="utf-8")
        assert load(tmp_path / "run.json").events == vector.events


@pytest.mark.slow
def test_what_is_committed_is_what_the_model_gives() -> None:
    plan = design("hardened")
    for name, text in files(suite(plan), plan).items():
        assert (VECTORS / name).read_text(encoding="utf-8") == text, name


def test_the_first_failure_class_is_what_the_model_gives(committed: list[Vector]) -> None:
    from mealspec.conform.suite import of_scenario

    for role in ("client", "server"):
        made = of_scenario(role, design("hardened"), FAILURES["F4"])
        assert made is not None
        (same,) = [vector for vector in committed if vector.id == made.id]
        assert (same.steps, same.faults, same.events) == (made.steps, made.faults, made.events)
