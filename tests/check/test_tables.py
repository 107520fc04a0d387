"""The table of every verdict: its seal, its text, and of which designs it speaks."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import pytest

from mealspec.check.region import Region
from mealspec.check.tables import seal, table, text
from mealspec.core import CheckerError
from mealspec.model.design import DESIGNS
from mealspec.model.mechanism import NEEDS, SEEDS
from mealspec.model.mechanism import Mechanism as M
from mealspec.model.scope import Scope
from mealspec.properties.catalogue import PROPERTIES

CALM = Scope(connections=1, faults=0)
OPEN = (M.CATCH_UP, M.POLL_ON_SUBMIT, M.READY_ACK)
REGION = Region(DESIGNS["published"].mechanisms - {*OPEN}, frozenset(SEEDS) - DESIGNS["published"].mechanisms - {*OPEN})
NAMES = ("delivery", "no-early-belief", "failure-reaches-screen")


@cache
def found() -> dict[str, Any]:
    return table(CALM, [PROPERTIES[name] for name in NAMES], REGION)


def test_a_seal_is_fnv_1a_of_the_text() -> None:
    """Offset 2166136261 and prime 16777619, as its authors publish them; of the text `"a"`, quotes included."""
    out = 2166136261
    for letter in '{"a":"ü"}':
        out = (out ^ ord(letter)) * 16777619 % 2**32
    assert seal({"a": "ü"}) == out
    assert seal({"a": "u"}) != out
    told = found()
    assert told["seal"] == seal({key: part for key, part in told.items() if key != "seal"})


def test_the_text_has_a_line_for_each_part() -> None:
    told = {"a": [1, 2], "says": "ü"}
    assert text(told) == '{\n "a": [1, 2],\n "says": "ü"\n}\n'
    assert json.loads(text(found())) == json.loads(json.dumps(found()))


def test_what_is_fixed_free_and_needed_is_told() -> None:
    told = found()
    assert (told["scope"], told["says"]) == (CALM.to_json(), CALM.describe())
    assert told["fixed"] == sorted(m.value for m in REGION.required)
    assert sorted(told["free"]) == sorted(REGION.free)
    assert told["needs"] == {m.value: NEEDS[m].value for m in NEEDS if m in {*REGION.free, *REGION.required}}


# ---------------------------------------------------------------------- regions


def test_a_region_is_what_is_required_forbidden_and_open() -> None:
    some = Region(frozenset({M.CATCH_UP}), frozenset({M.READY_ACK}))
    assert {*some.free} == {*SEEDS} - {M.CATCH_UP, M.READY_ACK}
    opened = some.opened([M.CATCH_UP, M.READY_ACK, M.TIMED_CONNECT])
    assert (opened.required, opened.forbidden, opened.world) == (frozenset(), frozenset(), (*SEEDS, M.TIMED_CONNECT))
    assert some.opened([]) == some
    with pytest.raises(CheckerError, match="no design both has and lacks catch_up"):
        Region(frozenset({M.CATCH_UP}), frozenset({M.CATCH_UP}))
    who, what = next((who, what) for who, what in NEEDS.items() if who in SEEDS and what in SEEDS)
    with pytest.raises(CheckerError, match=f"no such design can be built: {who} needs {what}"):
        Region(frozenset({who}), frozenset({what}))
    assert Region(frozenset({who})).required == {who}, "what it needs is open"
