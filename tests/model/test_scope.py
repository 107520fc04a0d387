"""Scopes: what is in, what is out, and what cannot be."""

from __future__ import annotations

import re
from typing import Any

import pytest

from mealspec.core import CheckerError, UnknownName
from mealspec.model.scope import ASPECTS, DEFAULT_ASPECTS, FAULTS, ImpossibleScope, Scope


def test_the_default_scope_has_one_meal_two_connections_and_any_number_of_the_common_faults() -> None:
    scope = Scope()
    assert (scope.meals, scope.connections, scope.faults) == (1, 2, None)
    assert scope.includes == set(DEFAULT_ASPECTS) == {"dial", "break", "request", "push", "restart", "job"}
    further = ("upload", "path", "entry", "token", "background", "screen", "device", "instances", "twin", "day")
    assert scope.left_out() == further


def test_meals_and_connections_are_named_by_number() -> None:
    scope = Scope(meals=3, connections=4)
    assert scope.meal_names == ("m1", "m2", "m3")
    assert scope.connection_names == ("c1", "c2", "c3", "c4")


@pytest.mark.parametrize(
    ("scope", "line"),
    [
        (Scope(), "1 meal, 2 connections, any number of faults (dial, break, request, push, restart, job)"),
        (
            Scope(meals=2, connections=1, faults=1, includes=frozenset({"dial"})),
            "2 meals, 1 connection, 1 fault (dial)",
        ),
        (Scope(faults=3, includes=frozenset({"job", "dial"})), "1 meal, 2 connections, 3 faults (dial, job)"),
        (Scope(faults=0), "1 meal, 2 connections, no faults"),
        (Scope(includes=frozenset()), "1 meal, 2 connections, no faults"),
        (Scope(faults=0).with_(["screen", "background"]), "1 meal, 2 connections, no faults, background, screen"),
    ],
)
def test_a_scope_is_described_in_one_line(scope: Scope, line: str) -> None:
    assert scope.describe() == line


def test_letting_in_and_leaving_out_are_inverse_and_change_nothing_else() -> None:
    scope = Scope(meals=2, connections=1, faults=3)
    wider = scope.with_(["path", "screen"])
    assert "path" in wider
    assert "path" not in scope
    assert wider.without(["path", "screen"]) == scope
    assert scope.with_([]) == scope.without([]) == scope
    assert scope.with_(["dial"]) == scope
    assert scope.without(["path"]) == scope
    assert (wider.meals, wider.connections, wider.faults) == (2, 1, 3)


def test_everything_can_be_let_in_or_left_out() -> None:
    items = [*FAULTS, *ASPECTS]
    assert Scope().with_(items).left_out() == ()
    assert Scope().with_(items).without(items).left_out() == tuple(items)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"meals": 0}, "impossible scope: 0 meals; choose 1 to 4"),
        ({"meals": -1}, "impossible scope: -1 meals; choose 1 to 4"),
        ({"meals": 5}, "impossible scope: 5 meals; choose 1 to 4"),
        ({"connections": 0}, "impossible scope: 0 connections; choose 1 to 4"),
        ({"connections": 5}, "impossible scope: 5 connections; choose 1 to 4"),
        ({"faults": -1}, "impossible scope: -1 faults; choose 0 to 99, or any"),
        ({"faults": 100}, "impossible scope: 100 faults; choose 0 to 99, or any"),
    ],
)
def test_an_impossible_scope_is_refused_with_the_choices(wrong: dict[str, Any], says: str) -> None:
    with pytest.raises(ImpossibleScope) as caught:
        Scope(**wrong)
    assert str(caught.value) == says
    assert isinstance(caught.value, CheckerError)


@pytest.mark.parametrize(
    "size", [{"meals": 1}, {"meals": 4}, {"connections": 1}, {"connections": 4}, {"faults": 0}, {"faults": 99}]
)
def test_the_limits_themselves_are_possible(size: dict[str, int]) -> None:
    (name,) = size
    assert getattr(Scope(**size), name) == size[name]  # type: ignore[arg-type]


def test_an_unknown_item_is_refused_wherever_it_is_named() -> None:
    says = "unknown fault kind or aspect 'paths'; did you mean 'path'? (dial, break, request, push, "
    with pytest.raises(UnknownName, match=re.escape(says)):
        Scope(includes=frozenset({"paths"}))
    with pytest.raises(UnknownName, match=re.escape(says)):
        Scope().with_(["screen", "paths"])
    with pytest.raises(UnknownName, match=re.escape(says)):
        Scope().without(["dial", "paths"])


def test_scopes_are_values() -> None:
    assert Scope().with_(["path"]) == Scope(includes=frozenset({"path", *DEFAULT_ASPECTS}))
    assert len({Scope(), Scope(faults=None), Scope(faults=0)}) == 2
