"""What a comparison with the other checkers says, to the letter, and what each of them is asked."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mealspec.check import crosscheck
from mealspec.check.crosscheck import LIVE_STATES, Crosscheck, compare, disagreements, lines, summary
from mealspec.core import Claim, System
from mealspec.core.external.checkers import Answer, ours
from mealspec.model.design import DESIGNS
from mealspec.model.scope import Scope

SCOPE = Scope(connections=1, faults=0)
OURS = Answer("ours", 1604, 22_258, 25, True, 3, {"a": True, "b": False, "c": False}, 0.1)
SPIN = replace(OURS, checker="SPIN", depth=None, deadlocks=None, violated={"a": True})
TLC = replace(OURS, checker="TLC", states=1605, deadlocked=False, deadlocks=None, violated={"b": True})


def case(*theirs: Answer, skipped: dict[str, str] | None = None, unasked: dict[str, int] | None = None) -> Crosscheck:
    found = tuple(each for other in theirs for each in disagreements(OURS, other))
    return Crosscheck("published", SCOPE, OURS, theirs, skipped or {}, unasked or {}, found)


def test_a_case_is_a_table_of_what_each_finds_with_what_differs_below() -> None:
    assert (
        "\n".join(lines(case(SPIN, TLC, unasked={"TLC": 1, "SPIN": 2})))
        == """\
published: 1 meal, 1 connection, no faults
           states  transitions  depth  deadlocks  violated
  ours      1,604       22,258     25          3    1 of 3
  SPIN      1,604       22,258              some    1 of 1
  TLC       1,605       22,258     25       none    1 of 1
  TLC   1 liveness claim not asked: too many states
  SPIN  2 liveness claims not asked: too many states
  DIFFERS: states: 1604 by us, 1605 by TLC
  DIFFERS: deadlocked: True by us, False by TLC
  DIFFERS: b: holds by us, violated by TLC
"""
    )
    assert (
        "\n".join(lines(case(skipped={"SPIN": "no spin"})))
        == """\
published: 1 meal, 1 connection, no faults
           states  transitions  depth  deadlocks  violated
  ours      1,604       22,258     25          3    1 of 3
  SPIN  skipped: no spin
"""
    )
    wide = lines(replace(case(), scope=Scope().with_(["background", "device", "screen"])))
    assert wide[1] == "push, restart, job), background, screen, device"
    assert max(map(len, wide)) <= 80


def test_a_difference_is_about_each_figure_and_each_verdict_that_is_told() -> None:
    assert disagreements(OURS, SPIN) == []
    assert disagreements(OURS, TLC) == [
        "states: 1604 by us, 1605 by TLC", "deadlocked: True by us, False by TLC", "b: holds by us, violated by TLC",
    ]  # fmt: skip
    assert disagreements(OURS, replace(SPIN, violated={"a": False})) == ["a: violated by us, holds by SPIN"]


def test_the_summary_counts_systems_verdicts_and_differences() -> None:
    assert summary([case(SPIN), case(SPIN)]) == ["SPIN: 2 systems, 2 verdicts; no difference."]
    assert summary([case(SPIN, TLC)]) == ["SPIN and TLC: 1 system, 2 verdicts; 3 differences."]
    assert summary([case()]) == ["Nothing was compared: no external checker could be asked."]


def test_for_programs_a_case_has_what_each_judge_says() -> None:
    told = case(SPIN, unasked={"TLC": 1}).to_json()
    assert (told["design"], told["scope"], told["unasked"], told["skipped"]) == (
        "published", SCOPE.describe(), {"TLC": 1}, {},
    )  # fmt: skip
    assert told["judges"] == [OURS.to_json(), SPIN.to_json()]
    assert told["differences"] == []


@pytest.mark.parametrize(("limit", "live"), [(604, True), (603, False)])
def test_liveness_is_asked_of_tlc_only_where_there_are_few_states(
    monkeypatch: pytest.MonkeyPatch, limit: int, live: bool
) -> None:
    """The smallest system has 604; SPIN is asked everywhere."""
    asked: dict[str, list[Claim]] = {}

    def checker(name: str) -> object:
        def ask(system: System, claims: list[Claim], own: Answer) -> Answer:
            asked[name] = claims
            return replace(ours(system, claims), checker=name)

        return ask

    monkeypatch.setattr(crosscheck, "missing", dict)
    monkeypatch.setattr(crosscheck, "CHECKERS", {name: checker(name) for name in ("SPIN", "TLC")})
    monkeypatch.setattr(crosscheck, "LIVE_STATES", limit)
    (found,) = compare([(DESIGNS["published"], SCOPE)], 1)
    assert any(claim.live for claim in asked["SPIN"])
    assert any(claim.live for claim in asked["TLC"]) is live
    kept = len(asked["SPIN"]) - len(asked["TLC"])
    assert found.unasked == ({} if live else {"TLC": kept})
    assert all(not claim.live for claim in asked["TLC"]) or live
    assert [answer.checker for answer in found.theirs] == ["SPIN", "TLC"]
    assert LIVE_STATES == 20_000


def test_spin_is_told_nothing_and_tlc_what_we_found_violated(monkeypatch: pytest.MonkeyPatch) -> None:
    told: dict[str, dict[str, object]] = {}
    for name in ("spin", "tlc"):
        monkeypatch.setattr(crosscheck, name, lambda system, claims, name=name, **more: told.update({name: more}))
    for ask in crosscheck.CHECKERS.values():
        ask(None, [], OURS)  # type: ignore[arg-type]
    assert told == {"spin": {"optimise": False}, "tlc": {"optimise": False, "thought": ["a"]}}
