"""One test for each design and property: what Hypothesis must find, and what it must not.

In one's own project: ``pytest --pyargs mealspec.hunt --mealspec-design none+poll_on_submit``.
"""

from __future__ import annotations

from typing import Any, cast

import pytest
from hypothesis.statistics import describe_statistics

from mealspec.hunt.plugin import session_of
from mealspec.hunt.session import Session
from mealspec.model.design import Design
from mealspec.properties.catalogue import PROPERTIES


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """The designs of this run, each on one worker, with each property; the last first, for it takes long."""
    designs = session_of(metafunc.config).designs[::-1]
    marks = {design.name: pytest.mark.xdist_group(design.name) for design in designs}
    if "property_id" in metafunc.fixturenames:
        pairs = [(design, property_id) for design in designs for property_id in PROPERTIES]
        metafunc.parametrize(
            ("design", "property_id"),
            [pytest.param(*pair, id=f"{pair[0]}-{pair[1]}", marks=marks[pair[0].name]) for pair in pairs],
        )
    elif "design" in metafunc.fixturenames:
        metafunc.parametrize(
            "design", [pytest.param(design, id=design.name, marks=marks[design.name]) for design in designs]
        )


def test_hunt(design: Design, property_id: str, hunting: Session, request: pytest.FixtureRequest) -> None:
    """A violation is found where one is expected, and comes out short; none is found elsewhere."""
    told: list[Any] = []
    hunting.hunt(design).note = told.append
    record = request.node.user_properties  # in reports, JUnit's too
    record += [("design", design.name), ("property", property_id), ("scope", hunting.scope.describe())]
    record += [("profile", hunting.profile.name), ("seed", hunting.seed)]
    outcome = hunting.outcome(design, property_id)
    texts = [describe_statistics(cast(Any, stats) | {"nodeid": request.node.nodeid}) for stats in told]
    request.node.hypothesis_statistics = "\n".join(texts)  # what Hypothesis's own plugin shows
    record.append(("expected", str(outcome.expected)))
    if outcome.catch is not None:
        record.append(("found", len(outcome.catch.trace)))
        record.append(("shortest", len(outcome.shortest) if outcome.shortest else "?"))
        hunting.keep(outcome.catch)
    complaint = outcome.complaint(hunting)
    if complaint:
        pytest.fail(complaint, pytrace=False)


def test_behaviour(design: Design, hunting: Session, request: pytest.FixtureRequest) -> None:
    """What the hunts have seen is part of what the complete search knows."""
    told = hunting.keep_behaviour(hunting.hunt(design))
    request.node.user_properties += [("design", design.name), ("steps seen", told["steps"])]
    assert told["stray"] == 0 or not told["complete"]
    assert told["seen"]["states"] <= told["known"]["states"]
