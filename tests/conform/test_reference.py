"""The reference pair: the hardened one passes, the published one fails where the model of its design says it does."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence

import pytest

from mealspec.conform.check import checked
from mealspec.conform.conformance import HUNTS, Bench, conformance
from mealspec.conform.hunt import hunted
from mealspec.conform.predict import departs
from mealspec.conform.suite import spec
from mealspec.conform.vector import Vector
from mealspec.conform.verdict import Outcome
from mealspec.model import Scope, design
from tests.conform.reference import BUGS, EXAMPLES, driver, scope_of

ROLES = ("client", "server")


def of(vectors: Sequence[Vector], role: str, step: int = 1) -> list[Vector]:
    return [vector for vector in vectors if vector.role == role][::step]


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("step", [9, pytest.param(1, marks=pytest.mark.slow)])
def test_the_hardened_one_passes_every_vector(
    committed: list[Vector], bench: Callable[..., Bench], role: str, step: int
) -> None:
    some = bench(*driver(role, "hardened"))
    verdicts = [checked(some.driver, vector, some.said["capabilities"]) for vector in of(committed, role, step)]
    assert [v for v in verdicts if v.outcome is not Outcome.PASSED] == []


@pytest.mark.skipif(shutil.which("node") is None, reason="there is no Node")
@pytest.mark.parametrize(("role", "program"), [("client", "drive.mjs"), ("server", "drive_server.mjs")])
@pytest.mark.parametrize("step", [9, pytest.param(1, marks=pytest.mark.slow)])
def test_the_one_in_javascript_passes_every_vector(
    committed: list[Vector], bench: Callable[..., Bench], role: str, program: str, step: int
) -> None:
    some = bench("node", str(EXAMPLES.parent / "javascript" / program))
    verdicts = [checked(some.driver, vector, some.said["capabilities"]) for vector in of(committed, role, step)]
    assert [v for v in verdicts if v.outcome not in (Outcome.PASSED, Outcome.SKIPPED)] == []


@pytest.mark.parametrize("step", [25, pytest.param(1, marks=pytest.mark.slow)])
def test_the_published_client_fails_where_the_model_of_its_design_cannot_follow(
    committed: list[Vector], bench: Callable[..., Bench], step: int
) -> None:
    some = bench(*driver("client", "published"))
    for vector in of(committed, "client", step):
        verdict = checked(some.driver, vector, some.said["capabilities"])
        scope = scope_of(vector)
        predicted = departs(vector, spec("client", "hardened", scope), spec("client", "published", scope))
        found = None if verdict.divergence is None else verdict.divergence.step
        if verdict.outcome is not Outcome.SKIPPED:
            assert (found is None) == (predicted is None), vector.id


@pytest.mark.parametrize("step", [25, pytest.param(1, marks=pytest.mark.slow)])
def test_the_published_server_fails_wherever_a_socket_is_to_be_ready(
    committed: list[Vector], bench: Callable[..., Bench], step: int
) -> None:
    some = bench(*driver("server", "published"))
    for vector in of(committed, "server", step):
        verdict = checked(some.driver, vector, some.said["capabilities"])
        asked = next((k for k, each in enumerate(vector.steps) if "ready" in str(each.get("see"))), None)
        if asked is not None:
            assert verdict.divergence is not None
            assert verdict.divergence.step <= asked


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("plan", ["hardened", "published"])
def test_what_it_shows_is_allowed_by_the_model_of_its_own_design(
    bench: Callable[..., Bench], role: str, plan: str
) -> None:
    some = bench(*driver(role, plan))
    found, commands = hunted(some.driver, spec(role, plan, Scope()), some.said["capabilities"], 40)
    assert found is None
    assert commands > 500


@pytest.mark.parametrize(
    ("role", "place", "examples"),
    [
        ("server", 1, 25),
        *(pytest.param(role, k, 200, marks=pytest.mark.slow) for role in ROLES for k in range(len(HUNTS[role]))),
    ],
)
def test_hypothesis_finds_nothing_where_conform_lets_it_look(
    bench: Callable[..., Bench], role: str, place: int, examples: int
) -> None:
    """With a token that expires and a second device, too, whose token is another."""
    some = bench(*driver(role, "hardened"))
    found, commands = hunted(
        some.driver, spec(role, "hardened", HUNTS[role][place]), some.said["capabilities"], examples
    )
    assert found is None
    assert commands > 10 * examples


@pytest.mark.parametrize("role", ROLES)
def test_the_published_one_is_found_by_hypothesis_alone(bench: Callable[..., Bench], role: str) -> None:
    some = bench(*driver(role, "published"))
    found, _ = hunted(some.driver, spec(role, "hardened", Scope()), some.said["capabilities"], 100)
    assert found is not None


@pytest.mark.parametrize(
    "bug", [pytest.param(bug, marks=[] if bug == "other_key" else pytest.mark.slow) for bug in sorted(BUGS)]
)
def test_each_bug_of_the_registry_is_found_and_named(committed: list[Vector], bug: str) -> None:
    made = conformance(driver("server", "hardened", bug), of(committed, "server"), design("hardened"), examples=0)
    assert not made.fine
    named = {str(name): reason for reason in made.reasons for name in reason.names}
    mechanism = BUGS[bug]
    assert mechanism in named
    assert {"F1", "F14", "F16"} & set(named[mechanism].classes)
    assert len(named) <= 2, "no more explain it than cannot be told apart"
