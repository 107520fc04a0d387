"""A property that makes several claims is violated if any of them is, by every engine, also by a run for ever."""

from __future__ import annotations

import pytest

from mealspec.check.verify import ENGINES, verify
from mealspec.core import At, Form, Predicate
from mealspec.model import Scope, design
from mealspec.properties.catalogue import PROPERTIES, Clause, Property
from mealspec.properties.expected import Verdict
from mealspec.properties.facts import Facts

TINY = Scope(connections=1, faults=0)


def polling(f: Facts) -> Predicate:
    """There is a poll task, or no view model yet: users can keep that up for ever, but no run ends so."""
    return At("poller", lambda s: str(s) != "none")


def nothing(f: Facts) -> Predicate:
    return polling(f) & ~polling(f)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("first", [True, False], ids=["the first", "the second"])
def test_whichever_claim_a_run_for_ever_violates_the_property_is_violated(
    engine: str, first: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def wrong(f: Facts) -> list[Predicate]:
        return [polling(f), nothing(f)] if first else [nothing(f), polling(f)]

    made_up = Property("made-up", "Polling ends.", ("R7",), (Clause(Form.FOREVER, wrong),), polling)
    monkeypatch.setitem(PROPERTIES, "made-up", made_up)
    (finding,) = verify(design("hardened"), TINY, only=["made-up"], engine=engine).findings
    assert finding.verdict is Verdict.VIOLATED
    assert finding.loop is not None
