"""The three excerpts as plain files: ``diagnose`` finds what ``mealspec incident`` finds."""

from __future__ import annotations

from pathlib import Path

import pytest

from mealspec.check.excerpts import LOGS, excerpt, excerpts
from mealspec.check.incident import explain_incident
from mealspec.core import replay
from mealspec.diagnose.diagnosis import Diagnosed, Diagnosis, Question
from mealspec.diagnose.mapping import load
from mealspec.diagnose.verdict import COMPATIBLE, UNDER_OBSERVED
from mealspec.model.design import DESIGNS
from mealspec.model.product import system

LOGGED = Path(__file__).parents[2] / "examples" / "logs"
ASKED = [(some.id, name) for some in excerpts().values() for name in some.designs]
FAST = ("E41", "app_before")


def asked(name: str, plan: str) -> Diagnosed:
    """As ``mealspec diagnose ... --excerpt --absent client.hear_close --apart 5`` asks."""
    paths = tuple(LOGGED / f"{name}.{log}.log" for log in LOGS)
    absent = ["client.hear_close"] if excerpt(name).absent else []
    question = Question(
        (paths[0], paths[1]), load("app"), (DESIGNS[plan],), apart=5, drift=0, excerpt=True, absent=absent
    )
    (meal,) = Diagnosis(question)
    return meal


@pytest.mark.parametrize("name", list(excerpts()))
def test_the_files_hold_the_excerpts(name: str) -> None:
    some = excerpt(name)
    for log in LOGS:
        told = [f"{each.at.isoformat()} {each.text}" if each.at else each.text for each in some.lines(log)]
        assert (LOGGED / f"{name}.{log}.log").read_text(encoding="utf-8").splitlines() == told


@pytest.mark.slow
def test_the_causes_of_a_missed_lookup_have_runs() -> None:
    found = asked(*FAST).best
    assert found.kind in (COMPATIBLE, UNDER_OBSERVED)
    assert not found.shown
    assert len(found.lookups) > 1
    for each in found.lookups:
        assert not hasattr(replay(system(each.suspect.design, each.suspect.scope), each.search.run.events), "refusal")


@pytest.mark.slow
@pytest.mark.parametrize(("name", "plan"), ASKED)
def test_the_causes_of_a_missed_lookup_are_those_of_the_incident(name: str, plan: str) -> None:
    """The same causes, with likeliest runs of the same faults, tight races and steps; a run of each replays."""
    found = asked(name, plan).best
    wanted = {each.cause.label: each.weight for each in explain_incident(DESIGNS[plan], excerpt(name)).explanations}
    assert {each.label for each in found.lookups} == {*wanted}
    assert found.kind in (COMPATIBLE, UNDER_OBSERVED)
    assert not found.shown
    for each in found.lookups:
        assert (each.cost.coincidences, each.cost.races, each.cost.missing) == (*wanted[each.label][:2], 0), each.label
        assert each.cost.steps <= wanted[each.label].steps, each.label
        run = each.search.run
        plain = system(each.suspect.design, each.suspect.scope)
        assert not hasattr(replay(plain, run.events), "refusal")
