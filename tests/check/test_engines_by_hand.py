"""How engines are put beside each other: what they are asked, when they are late, and how judges are charged."""

from __future__ import annotations

import time
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from mealspec.check import engines
from mealspec.check.engines import ENGINES, NOT_TRIED, Comparison, Run, Task, compare, disagreements
from mealspec.core import Claim, Form, any_of
from mealspec.model.scope import Scope

SCOPE, WIDER = Scope(connections=1, faults=0), Scope(connections=1, faults=1)
FOUND = Run("one", 1000, 2.0, 8.0, {"a": True, "b": False}, 3.0, 4.0)


def test_a_rate_is_states_by_seconds_of_the_search_where_both_are_known() -> None:
    assert (FOUND.rate, replace(FOUND, search=None).rate, replace(FOUND, states=None).rate) == (500, None, None)
    assert replace(FOUND, search=0.0).rate is None


def test_for_programs_a_comparison_has_the_figures_of_each_engine() -> None:
    told = Comparison("published", WIDER, (FOUND, Run("two", why="no room")), ("they differ",)).to_json()
    assert told == {
        "design": "published", "scope": WIDER.describe(), "meals": 1, "differences": ["they differ"],
        "engines": [
            {"engine": "one", "states": 1000, "search": 2.0, "size": 8.0, "violated": {"a": True, "b": False},
             "verdict": 3.0, "everything": 4.0, "rate": 500, "why": ""},
            {"engine": "two", "states": None, "search": None, "size": None, "violated": None,
             "verdict": None, "everything": None, "rate": None, "why": "no room"},
        ],
    }  # fmt: skip


def test_an_engine_is_compared_with_the_first_that_tells() -> None:
    one = Run("one", 5, violated={"a": True, "b": False})
    nothing, fewer = Run("none"), Run("SPIN, reduced", 4, violated={"a": False})
    assert disagreements([nothing, one, replace(one, engine="two")]) == []
    assert disagreements([fewer, one, Run("two", 6)]) == [
        "states: 5 by one, 6 by two", "one and SPIN, reduced disagree about a",
    ]  # fmt: skip
    assert disagreements([one, Run("two", 5, violated={"b": True, "c": True})]) == ["two and one disagree about b"]
    assert disagreements([]) == []


Tried = list[tuple[str, Task, float]]


@pytest.fixture
def tried(monkeypatch: pytest.MonkeyPatch) -> Tried:
    """What is asked; the slow engine is late in the first scope, and the fast one finds claim a violated."""
    asked: Tried = []

    def answer(engine: str, task: Task, limit: float) -> Run:
        asked.append((engine, task, limit))
        if engine == "fast":
            return replace(FOUND, engine="fast")
        return Run(engine, why="over 9 s") if engine == "slow" else Run(engine, 1000, why="over 9 s")

    monkeypatch.setattr(engines, "_tried", answer)
    monkeypatch.setattr(engines, "missing", lambda: {"SPIN": "no spin"})
    return asked


def test_each_engine_is_asked_about_each_system_and_told_what_is_known_to_be_violated(tried: Tried) -> None:
    said: list[str] = []
    every = ["fast", "slow", "last", "SPIN, reduced"]
    found = list(compare("published", [WIDER, SCOPE], 9, said.append, every))
    assert [(each.design, each.scope, len(each.runs)) for each in found] == [
        ("published", WIDER, 4),
        ("published", SCOPE, 4),
    ]
    assert said == [f"published, {scope.describe()}: {engine}" for scope in (WIDER, SCOPE) for engine in every]
    assert [(engine, sorted(task.thought)) for engine, task, _ in tried] == [
        ("fast", []), ("slow", ["a"]), ("last", ["a"]), ("fast", []), ("last", ["a"]),
    ]  # fmt: skip
    assert [each.runs[1] for each in found] == [Run("slow", why="over 9 s"), Run("slow", why=NOT_TRIED)]
    assert {each.runs[3] for each in found} == {Run("SPIN, reduced", why="no spin: make checkers")}
    assert {limit for _, _, limit in tried} == {9}
    assert [task.scope for _, task, _ in tried] == [WIDER] * 3 + [SCOPE] * 2


# ---------------------------------------------------------------------- judges

Figures = dict[str, Any]


def spun(monkeypatch: pytest.MonkeyPatch, thought: set[str], wrong: set[str]) -> tuple[list[Figures], list[list[str]]]:
    """What SPIN is asked, one list of claims for each run, where these claims are violated; and what is made of it."""
    asked: list[list[str]] = []
    members: dict[str, list[Claim]] = {}

    def spin(system: object, claims: list[Claim] | None = None, *, reduce: bool, text: str) -> object:
        assert (reduce, text) == (True, "text")
        asked.append([claim.name for claim in claims or []])
        found = {
            claim.name: any(each.name in wrong for each in members.get(claim.name, [claim])) for claim in claims or []
        }
        return SimpleNamespace(states=7, seconds=1.0, total=10.0, bytes_per_state=16.0, violated=found)

    def promela(system: object, claims: list[Claim]) -> str:
        safe = [claim for claim in claims if not claim.name.endswith("-together")]
        for claim in claims[len(safe) :]:
            form = Form.NEVER if claim.name == "never-together" else Form.QUIESCENT
            assert claim.form is form
            members[claim.name] = [each for each in safe if each.form is form and each.name not in thought]
            assert claim.bad == any_of(each.bad for each in members[claim.name])
        return "text"

    monkeypatch.setattr(engines, "spin", spin)
    monkeypatch.setattr(engines, "promela", promela)
    return list(engines._spin(Task("published", SCOPE, frozenset(thought), 0), reduce=True)), asked


def safe() -> list[Claim]:
    return engines._claims(Task("published", SCOPE, frozenset(), 0).facts(), live=False)


def test_spin_is_asked_for_those_that_may_hold_together_and_apart_only_if_they_do_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    names = [claim.name for claim in safe()]
    assert {claim.form for claim in safe()} == {Form.NEVER, Form.QUIESCENT}
    bad = names[0]
    (first, last), asked = spun(monkeypatch, {bad}, {bad})
    assert first == {"states": 7, "search": 1.0, "size": 16.0}
    assert asked == [[], [bad, "never-together", "quiescent-together"]]
    assert last == {"violated": {name: name == bad for name in names}, "verdict": 10}
    (_, last), asked = spun(monkeypatch, set(), {bad})
    assert asked == [[], ["never-together", "quiescent-together"], names]
    assert last == {"violated": {name: name == bad for name in names}, "verdict": 20}
    (_, last), asked = spun(monkeypatch, {*names}, set())
    assert asked == [[], names], "nothing is left to be put together"


def test_tlc_is_asked_for_all_claims_of_safety_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[int | None, int, str]] = []

    def tlc(system: object, claims: list[Claim] | None = None, *, workers: int, text: str) -> object:
        asked.append((None if claims is None else len(claims), workers, text))
        return SimpleNamespace(states=7, seconds=1.0, total=10.0, violated={"a": True})

    monkeypatch.setattr(engines, "tlc", tlc)
    monkeypatch.setattr(engines, "tla", lambda system, claims: f"{len(claims)} claims")
    found = list(engines._tlc(Task("published", SCOPE, frozenset(), 0), workers=2))
    assert found == [{"states": 7, "search": 1.0}, {"violated": {"a": True}, "verdict": 10.0}]
    assert asked == [(None, 2, f"{len(safe())} claims"), (len(safe()), 2, f"{len(safe())} claims")]


@pytest.mark.parametrize("engine", ["explicit", "symbolic"])
def test_our_engines_tell_states_then_safety_then_everything(engine: str) -> None:
    searched, decided, everything = ENGINES[engine](Task("published", SCOPE, frozenset(), time.time() - 50))
    assert (searched["states"], {*searched}) == (604, {"states", "search", "size"})
    assert {*decided["violated"]} == {claim.name for claim in safe()} < {*everything["violated"]}
    assert everything["violated"]["delivery"] is True
    assert ({*decided}, {*everything}) == ({"violated", "verdict"}, {"violated", "everything"})
    assert 50 < decided["verdict"] <= everything["everything"] < 650
