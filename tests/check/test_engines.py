"""``mealspec bench --engines``: every engine answers or says why not, and all that answer agree."""

from __future__ import annotations

import json
import multiprocessing
import re
import time
from dataclasses import replace
from typing import Any

import pytest

from mealspec.check import engines
from mealspec.check.engines import ENGINES, Comparison, Found, Run, Task, compare, grown
from mealspec.cli import engine_tables
from mealspec.cli.engine_tables import growth_lines, machine, markdown, notes, system_lines
from mealspec.cli.entry import main
from mealspec.core.errors import CheckerError
from mealspec.core.external.checkers import missing
from mealspec.model.scope import Scope

TINY = Scope(connections=1, faults=0)
OURS = ("explicit", "symbolic")
LONG = 120.0
ASKED = ("bench", "published", "--engines", "--connections", "1", "--faults", "0", "--limit-seconds", str(LONG))


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """There are no judges."""
    monkeypatch.setattr(engines, "missing", lambda: {"SPIN": "no spin", "TLC": "no java"})


def printed(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    main(arguments)
    return capsys.readouterr().out


def made(**verdicts: float | None) -> Comparison:
    """A comparison with these times to verdict."""
    runs = [
        Run(name, Found() if took is None else Found(1000, took / 2, 8, {"safe": False}, took, took), "over 9 s")
        for name, took in verdicts.items()
    ]
    return Comparison("some", TINY, tuple(runs), ())


# ---------------------------------------------------------------------- what is found


@pytest.mark.slow
@pytest.mark.usefixtures("alone")
def test_our_engines_agree_and_a_missing_tool_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    (found,) = json.loads(printed(capsys, *ASKED, "--json"))["systems"]
    assert (found["design"], found["meals"], found["scope"]) == ("published", 1, TINY.describe())
    assert found["differences"] == []
    assert [each["engine"] for each in found["engines"]] == list(ENGINES)
    for each in found["engines"]:
        if each["engine"] in OURS:
            assert (each["states"], each["why"]) == (604, "")
            assert len(each["violated"]) == 20
            assert all(each[figure] > 0 for figure in ("search", "rate", "size", "verdict", "everything"))
        else:
            assert each["why"] in ("no spin: make checkers", "no java: make checkers")
            assert all(each[figure] is None for figure in ("states", "rate", "size", "verdict", "everything"))


@pytest.mark.slow
@pytest.mark.usefixtures("alone")
def test_meals_grow_in_tables_of_80_columns(capsys: pytest.CaptureFixture[str]) -> None:
    main([*ASKED, "--meals-up-to", "2"])
    shown, told = capsys.readouterr()
    found, _, ratios = shown.partition("published: time to verdict")
    assert re.findall(r"^  explicit +([\d,]+) ", found, re.M) == ["604", "20,766"]
    assert ratios
    assert len(re.findall(r"^  TLC, 2 workers +no java: make checkers$", shown, re.M)) == 2
    assert all(len(line) <= 80 for line in shown.splitlines())
    assert len(told.splitlines()) == 2 * len(ENGINES)


@pytest.mark.external
def test_all_engines_agree_on_states_and_verdicts(capsys: pytest.CaptureFixture[str]) -> None:
    if missing():
        pytest.skip(f"{missing()}; 'make checkers' obtains what it can")
    (found,) = json.loads(printed(capsys, *ASKED, "--json"))["systems"]
    assert found["differences"] == []
    assert [(each["states"], each["why"]) for each in found["engines"]] == [(604, "")] * len(ENGINES)
    sizes = [each["engine"] for each in found["engines"] if each["size"] is not None]
    assert sizes == [*OURS, "SPIN", "SPIN, reduced"]
    assert len({len([v for v in each["violated"].values() if v]) for each in found["engines"][2:]}) == 1


@pytest.mark.external
def test_spin_decides_the_same_whatever_it_is_told_to_be_violated() -> None:
    if "SPIN" in missing():
        pytest.skip(f"SPIN cannot be run: {missing()['SPIN']}; 'make checkers' obtains it")
    *_, ours = ENGINES["explicit"](Task("published", TINY, frozenset(), time.time()))
    assert ours.violated is not None
    wrong = frozenset(name for name, violated in ours.violated.items() if violated)
    for thought in (frozenset[str](), wrong):
        *_, found = ENGINES["SPIN"](Task("published", TINY, thought, time.time()))
        assert found.violated is not None
        assert found.violated.items() <= ours.violated.items()


# ---------------------------------------------------------------------- what is not found


def test_an_engine_that_takes_too_long_is_stopped_and_not_asked_again() -> None:
    first, second = compare(["published"], grown(TINY, 2), 0.01, engines=["explicit"])
    assert first.runs == (Run("explicit", Found(), "over 0.01 s"),)
    assert second.runs == (Run("explicit", Found(), "not tried"),)
    assert multiprocessing.active_children() == []


@pytest.mark.parametrize(("told", "why"), [(["no room"], "no room"), ([], "it ended without a word; out of memory?")])
def test_an_engine_that_fails_says_why_and_what_it_found_is_kept(told: list[str], why: str) -> None:
    hear, tell = multiprocessing.Pipe(duplex=False)
    for each in (Found(5), *told):
        tell.send(each)
    tell.close()
    assert engines._heard("some", hear, 1) == Run("some", Found(5), why)


def test_a_difference_is_shown_and_makes_the_exit_status_1(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    differing = replace(made(one=1), disagreements=("one and two disagree about a",))
    monkeypatch.setattr(engine_tables, "compare", lambda *given: [differing])
    with pytest.raises(SystemExit) as stop:
        main(ASKED)
    assert stop.value.code == 1
    assert "\n  DIFFERS: one and two disagree about a\n" in capsys.readouterr().out


# ---------------------------------------------------------------------- tables


def test_ratios_are_to_the_best_and_what_did_not_finish_says_so() -> None:
    shown = system_lines(made(fast=2, slow=7, late=None))
    assert shown[0] == "some: 1 meal, 1 connection, no faults"
    assert shown[2].split() == ["fast", "1,000", "1,000", "8.0", "2.0", "s", "1.0", "2.0", "s"]
    assert shown[3].split()[-3:] == ["3.5", "7.0", "s"]
    assert shown[4].split() == ["late", "over", "9", "s"]


def test_a_long_reason_stands_below_the_figures() -> None:
    run = Run("some", Found(5, 1.0), "SPIN failed: " + "it is a long scenario " * 10)
    shown = system_lines(Comparison("some", TINY, (run,), ()))
    assert "failed" in shown[2]
    assert "SPIN failed: it is a long scenario" in shown[3]
    assert all(len(line) <= 80 for line in shown)


def test_growth_is_shown_for_several_sizes_only() -> None:
    small, large = made(one=1, two=3), replace(made(one=5, two=None), scope=replace(TINY, meals=2))
    assert growth_lines([small]) == []
    shown = growth_lines([small, large])
    assert [line.split() for line in shown[2:4]] == [["one", "1.0", "1.0"], ["two", "3.0", "over", "9", "s"]]


def test_markdown_has_a_row_for_each_engine_and_a_column_for_each_system() -> None:
    shown = markdown([made(one=1, two=3), made(one=5, two=None)])
    assert shown[0] == "| time to verdict | some, 1 meal | some, 1 meal |"
    assert shown[2:5] == ["| *states* | 1,000 | 1,000 |", "| one | 1.0 | 1.0 |", "| two | 3.0 | over 9 s |"]


def test_the_notes_name_the_limit_and_the_machine() -> None:
    text = " ".join(line.strip() for line in notes(7))
    assert "over 7 s" in text
    assert text.endswith(machine())
    assert re.search(r"\d+ cores?", machine())


# ---------------------------------------------------------------------- what is refused


def test_meals_grow_upwards() -> None:
    assert [scope.meals for scope in grown(TINY, None)] == [1]
    assert [scope.meals for scope in grown(TINY, 4)] == [1, 2, 3, 4]
    with pytest.raises(CheckerError, match="from 2 meals up to 1"):
        grown(Scope(meals=2), 1)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["published", "before"], "need --engines"),
        (["--meals-up-to", "2"], "need --engines"),
        (["--limit-seconds", "2"], "need --engines"),
        (["--markdown"], "need --engines"),
        (["--engines", "--hunt"], "--hunt or --engines"),
        (["--engines", "--meals-up-to", "9"], "choose 1 to 4"),
        (["--engines", "publishd"], "did you mean 'published'?"),
    ],
)
def test_bad_input_is_refused(capsys: pytest.CaptureFixture[str], arguments: list[Any], says: str) -> None:
    with pytest.raises(SystemExit) as stop:
        main(["bench", *arguments])
    assert stop.value.code == 2
    assert says in capsys.readouterr().err
