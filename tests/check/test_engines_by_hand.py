"""How engines are put beside each other: what they are asked, when they are late, and how judges are charged."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from mealspec.check import engines
from mealspec.check.engines import ENGINES, NOT_TRIED, Comparison, Found, Run, Task, compare, disagreements
from mealspec.core import Claim, Form
from mealspec.model.scope import Scope

SCOPE, WIDER = Scope(connections=1, faults=0), Scope(connections=1, faults=1)
FOUND = Found(1000, 2.0, 8.0, {"a": True, "b": False}, 3.0, 4.0)


def test_a_rate_is_states_by_seconds_of_the_search_where_both_are_known() -> None:
    assert (FOUND.rate, replace(FOUND, search=None).rate, replace(FOUND, states=None).rate) == (500, None, None)
    assert replace(FOUND, search=0.0).rate is None


def test_for_programs_a_comparison_has_the_figures_of_each_engine() -> None:
    told = Comparison(
        "published", WIDER, (Run("one", FOUND), Run("two", Found(), "no room")), ("they differ",)
    ).to_json()
    assert told == {
        "design": "published", "scope": WIDER.describe(), "meals": 1, "differences": ["they differ"],
        "engines": [
            {"engine": "one", "states": 1000, "search": 2.0, "size": 8.0, "violated": {"a": True, "b": False},
             "verdict": 3.0, "everything": 4.0, "rate": 500, "why": ""},
            {"engine": "two", "states": None, "search": None, "size": None, "violated": None,
             "verdict": None, "everything": None, "rate": None, "why": "no room"},
        ],
    }  # fmt: skip


def test_what_took_longer_than_the_limit_is_left_out_each_figure_by_itself() -> None:
    def kept(limit: float, found: Found = FOUND, why: str = "") -> Run:
        return engines._within(Run("x", found, why), limit)

    assert kept(4) == Run("x", FOUND)
    assert kept(3.5) == Run("x", replace(FOUND, everything=None), "over 3.5 s")
    assert kept(2.5) == Run("x", replace(FOUND, everything=None, verdict=None), "over 2.5 s")
    assert kept(2) == Run("x", replace(FOUND, everything=None, verdict=None), "over 2 s")
    assert kept(1.5) == Run("x", Found(violated=FOUND.violated), "over 1.5 s")
    assert kept(1.5, why="no room").why == "no room"
    assert kept(1, Found(5)) == Run("x", Found(5))


def test_an_engine_is_compared_with_the_first_that_tells() -> None:
    one = Run("one", Found(5, violated={"a": True, "b": False}))
    nothing, fewer = Run("none", Found(None)), Run("SPIN, reduced", Found(4, violated={"a": False}))
    assert disagreements([nothing, one, replace(one, engine="two")]) == []
    assert disagreements([fewer, one, Run("two", Found(6))]) == [
        "states: 5 by one, 6 by two", "one and SPIN, reduced disagree about a",
    ]  # fmt: skip
    assert disagreements([one, Run("two", Found(5, violated={"b": True, "c": True}))]) == [
        "two and one disagree about b"
    ]
    assert disagreements([]) == []


@pytest.fixture
def tried(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Task, float, set[str]]]:
    """What is asked; the slow engine is late at two faults' scope, and the fast one finds claim a violated."""
    asked: list[tuple[str, Task, float, set[str]]] = []

    def answer(engine: str, task: Task, limit: float, lacking: object, late: set[str]) -> Run:
        asked.append((engine, task, limit, {*late}))
        if engine in late:
            return Run(engine, Found(), NOT_TRIED)
        if engine == "slow" and task.scope == WIDER:
            return Run(engine, Found(), "over 9 s")
        return Run(engine, FOUND if engine == "fast" else Found(1000), "" if engine == "fast" else "over 9 s")

    monkeypatch.setattr(engines, "_tried", answer)
    monkeypatch.setattr(engines, "missing", dict)
    return asked


def test_each_engine_is_asked_about_each_system_and_told_what_is_known_to_be_violated(
    tried: list[tuple[str, Task, float, set[str]]],
) -> None:
    said: list[str] = []
    found = list(compare(["published", "before"], [WIDER, SCOPE], 9, said.append, ["fast", "slow", "last"]))
    assert [(each.design, each.scope, len(each.runs)) for each in found] == [
        ("published", WIDER, 3), ("published", SCOPE, 3), ("before", WIDER, 3), ("before", SCOPE, 3),
    ]  # fmt: skip
    assert said[:2] == [f"published, {WIDER.describe()}: fast", f"published, {WIDER.describe()}: slow"]
    assert [sorted(task.thought) for _, task, _, _ in tried] == [[], ["a"], ["a"]] * 4
    assert [late for _, _, _, late in tried] == [set(), set(), {"slow"}, {"slow"}, {"slow"}, {"slow"}] * 2
    assert found[1].runs[1] == Run("slow", Found(), NOT_TRIED)
    assert {limit for _, _, limit, _ in tried} == {9}
    assert all(0 <= task.seconds < 600 for _, task, _, _ in tried)


def test_a_judge_that_is_missing_or_late_is_not_begun() -> None:
    task = Task("published", SCOPE, frozenset(), time.time())
    lacking = {"SPIN": "no spin"}
    assert engines._tried("SPIN, reduced", task, 1, lacking, set()) == Run(
        "SPIN, reduced", Found(), "no spin: make checkers"
    )
    assert engines._tried("TLC", task, 1, lacking, {"TLC"}) == Run("TLC", Found(), NOT_TRIED)


# ---------------------------------------------------------------------- judges

Ask = Callable[..., Any]


def spun(monkeypatch: pytest.MonkeyPatch, thought: set[str], wrong: set[str]) -> tuple[list[Found], list[list[str]]]:
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
        return "text"

    monkeypatch.setattr(engines, "spin", spin)
    monkeypatch.setattr(engines, "promela", promela)
    return list(engines._spin(Task("published", SCOPE, frozenset(thought), 0), reduce=True)), asked


def safe() -> list[Claim]:
    return Task("published", SCOPE, frozenset(), 0).safe()[1]


def test_spin_is_asked_for_those_that_may_hold_together_and_apart_only_if_they_do_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    names = [claim.name for claim in safe()]
    assert {claim.form for claim in safe()} == {Form.NEVER, Form.QUIESCENT}
    bad = names[0]
    (first, last), asked = spun(monkeypatch, {bad}, {bad})
    assert (first.states, first.search, first.size, first.violated) == (7, 1.0, 16.0, None)
    assert asked == [[], [bad, "never-together", "quiescent-together"]]
    assert (last.violated, last.verdict) == ({name: name == bad for name in names}, 10)
    (_, last), asked = spun(monkeypatch, set(), {bad})
    assert asked == [[], ["never-together", "quiescent-together"], names]
    assert (last.violated, last.verdict) == ({name: name == bad for name in names}, 20)
    (_, last), asked = spun(monkeypatch, {*names}, set())
    assert asked == [[], names], "nothing is left to be put together"


def test_tlc_is_asked_for_all_claims_of_safety_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[int | None, int, str]] = []

    def tlc(system: object, claims: list[Claim] | None = None, *, workers: int, text: str) -> object:
        asked.append((None if claims is None else len(claims), workers, text))
        return SimpleNamespace(states=7, seconds=1.0, total=10.0, violated={"a": True})

    monkeypatch.setattr(engines, "tlc", tlc)
    monkeypatch.setattr(engines, "tla", lambda system, claims: f"{len(claims)} claims")
    found: Iterator[Found] = engines._tlc(Task("published", SCOPE, frozenset(), 0), workers=2)
    assert list(found) == [Found(7, 1.0), Found(7, 1.0, violated={"a": True}, verdict=10.0)]
    assert asked == [(None, 2, f"{len(safe())} claims"), (len(safe()), 2, f"{len(safe())} claims")]


@pytest.mark.parametrize("engine", ["explicit", "symbolic"])
def test_our_engines_tell_states_then_safety_then_everything(engine: str) -> None:
    searched, decided, everything = ENGINES[engine](Task("published", SCOPE, frozenset(), time.time() - 50))
    assert (searched.states, searched.violated, decided.states) == (604, None, 604)
    assert decided.violated is not None
    assert everything.violated is not None
    assert {*decided.violated} == {claim.name for claim in safe()} < {*everything.violated}
    assert everything.violated["delivery"] is True
    assert (searched.verdict, decided.everything) == (None, None)
    assert decided.verdict is not None
    assert everything.everything is not None
    assert 50 < decided.verdict <= everything.everything
    assert everything.verdict == decided.verdict
