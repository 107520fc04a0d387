"""Exports are what other tools read, whatever the hash seed, and the crosscheck says where somebody differs."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mealspec.check import crosscheck
from mealspec.check.crosscheck import SCOPES, disagreements
from mealspec.cli.entry import main
from mealspec.core import Claim, System
from mealspec.core.external.checkers import Answer, missing, ours
from mealspec.properties.catalogue import PROPERTIES

SMALL = ("--connections", "1", "--faults", "1")
DIFFERENT = "somebody"


def printed(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    main(arguments)
    return capsys.readouterr().out


# ---------------------------------------------------------------------- export


def test_promela_has_every_machine_event_and_claim(capsys: pytest.CaptureFixture[str]) -> None:
    text = printed(capsys, "export", "published", "--to", "promela", *SMALL)
    assert {"byte service", "byte connection_c1", "byte view_m1"} <= set(re.findall(r"^byte \w+", text, re.M))
    assert {"server_push_m1_c1", "network_break_c1"} <= set(re.findall(r"^inline (\w+)", text, re.M))
    names = " ".join(re.findall(r"^never (\w+)", text, re.M)).replace("_", "-")
    assert all(name in names for name in PROPERTIES)


def test_a_module_stands_alone_or_beside_what_is_asked(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    shown = printed(capsys, "export", "published", "--to", "tla", *SMALL)
    assert printed(capsys, "export", "published", "--to", "tla", *SMALL, "--out", str(tmp_path / "Meal.tla")) == ""
    module = (tmp_path / "Meal.tla").read_text(encoding="utf-8")
    assert shown.startswith(module.replace("MODULE Meal", "MODULE Product"))
    asked = {file.name: file.read_text(encoding="utf-8") for file in tmp_path.glob("*.cfg")}
    assert set(asked) == {"Meal.cfg", "Meal_live.cfg"}
    assert "INVARIANT honest_view\n" in asked["Meal.cfg"]
    assert "PROPERTY delivery\n" in asked["Meal_live.cfg"]
    assert all(content in shown for content in asked.values())


def test_a_folder_gets_files_of_the_designs_name(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    for form in ("promela", "tla"):
        printed(capsys, "export", "before+poll_on_submit", "--to", form, *SMALL, "--out", str(tmp_path))
    names = {file.name for file in tmp_path.iterdir()}
    assert names == {f"before_poll_on_submit{ending}" for ending in (".pml", ".tla", ".cfg", "_live.cfg")}


def test_only_the_properties_that_are_asked_for_are_claimed(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    text = printed(capsys, "export", "--to", "promela", *SMALL, "--property", "no-lost-submission")
    assert re.findall(r"^never (\w+)", text, re.M) == ["no_lost_submission_2", "no_lost_submission_1"]
    printed(capsys, "export", "--to", "tla", *SMALL, "--property", "honest-view", "--out", str(tmp_path / "M.tla"))
    assert not (tmp_path / "M_live.cfg").exists()


@pytest.mark.parametrize("form", ["promela", "tla"])
def test_the_hash_seed_of_python_changes_nothing(form: str) -> None:
    command = [sys.executable, "-m", "mealspec", "export", "hardened", "--to", form, *SMALL]
    texts = {
        subprocess.run(command, env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, check=True).stdout
        for seed in ("1", "2")
    }
    assert len(texts) == 1


# ---------------------------------------------------------------------- crosscheck


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """The smallest scope only."""
    monkeypatch.setattr("mealspec.check.crosscheck.SCOPES", SCOPES[:1])


def _somebody(system: System, claims: list[Claim], own: Answer, **changed: Any) -> Answer:
    """A checker that finds what we find, but for what is changed."""
    return replace(ours(system, claims), checker=DIFFERENT, **changed)


@pytest.mark.usefixtures("small")
def test_missing_checkers_are_skipped_with_a_word(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crosscheck, "missing", lambda: {"SPIN": "no spin", "TLC": "no java"})
    shown = printed(capsys, "crosscheck", "published")
    assert "SPIN  skipped: no spin\n" in shown
    assert "TLC   skipped: no java\n" in shown
    assert shown.endswith("Nothing was compared: no external checker could be asked.\n")


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"states": 7}, "states: 604 by us, 7 by somebody"),
        ({"transitions": 7}, "transitions: 2258 by us, 7 by somebody"),
        ({"depth": 7}, "depth: 25 by us, 7 by somebody"),
        ({"deadlocks": 7}, "deadlocks: 0 by us, 7 by somebody"),
        ({"violated": {"delivery": False}}, "delivery: violated by us, holds by somebody"),
    ],
)
def test_a_difference_is_named_and_ends_with_status_1(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, changed: dict[str, Any], says: str
) -> None:
    monkeypatch.setattr(crosscheck, "missing", dict)
    monkeypatch.setattr(
        crosscheck, "CHECKERS", {DIFFERENT: lambda system, claims, own: _somebody(system, claims, own, **changed)}
    )
    with pytest.raises(SystemExit) as stop:
        main(["crosscheck", "published"])
    assert stop.value.code == 1
    shown = capsys.readouterr().out
    assert f"  DIFFERS: {says}\n" in shown
    assert shown.endswith("1 difference.\n")


@pytest.mark.usefixtures("small")
def test_programs_get_everything(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crosscheck, "missing", dict)
    monkeypatch.setattr(crosscheck, "CHECKERS", {DIFFERENT: _somebody})
    (case,) = json.loads(printed(capsys, "crosscheck", "published", "--json"))
    assert (case["design"], case["scope"], case["differences"]) == ("published", SCOPES[0].describe(), [])
    assert [judged["judge"] for judged in case["judges"]] == ["ours", DIFFERENT]
    assert case["judges"][0]["violated"]["delivery"] is True


def test_what_a_checker_does_not_tell_is_no_difference() -> None:
    told = Answer("us", 5, 9, 3, True, 2, {"a": True, "b": False}, 0.1)
    assert disagreements(told, replace(told, depth=None, deadlocks=None, violated={"a": True})) == []
    assert len(disagreements(told, replace(told, deadlocked=False, violated={"b": True}))) == 2


@pytest.mark.external
@pytest.mark.usefixtures("small")
def test_spin_and_tlc_are_really_asked(capsys: pytest.CaptureFixture[str]) -> None:
    if missing():
        pytest.skip(f"{missing()}; 'make checkers' obtains what it can")
    shown = printed(capsys, "crosscheck", "published")
    assert len(re.findall(r"^  (?:ours|SPIN|TLC) +604 +2,258 .* 6 of 20$", shown, re.M)) == 3
    claims = int(re.findall(r"of (\d+)$", shown, re.M)[0])
    assert shown.endswith(f"SPIN and TLC: 1 system, {2 * claims} verdicts; no difference.\n")
