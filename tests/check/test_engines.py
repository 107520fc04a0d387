"""``mealspec bench --engines``: every engine answers or says why not, and all that answer agree."""

from __future__ import annotations

import json
import multiprocessing
import re
import time
from dataclasses import replace
from typing import Any

import pytest
from rich import box

from mealspec.check import engines
from mealspec.check.engines import ENGINES, Comparison, Run, Task, compare, disagreements, grown
from mealspec.check.terminal import Terminal
from mealspec.cli import bench
from mealspec.cli.bench import machine, notes, parts, ratios
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
        Run(name, why="over 9 s") if took is None else Run(name, 1000, took / 2, 8, {"safe": False}, took, took)
        for name, took in verdicts.items()
    ]
    return Comparison("some", TINY, tuple(runs))


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
    found, _, grown = shown.partition("time to verdict")
    assert re.findall(r"^explicit +([\d,]+) ", found, re.M) == ["604", "20,766"]
    assert re.findall(r"^\*states\* +([\d,]+) +([\d,]+)$", grown, re.M) == [("604", "20,766")] * 2
    assert len(re.findall(r"^  TLC, 2 workers: no java: make checkers$", shown, re.M)) == 2
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
    wrong = frozenset(name for name, violated in ours["violated"].items() if violated)
    assert wrong
    for thought in (frozenset[str](), wrong):
        *_, found = ENGINES["SPIN"](Task("published", TINY, thought, time.time()))
        assert found["violated"]
        assert found["violated"].items() <= ours["violated"].items()


# ---------------------------------------------------------------------- what is not found


def test_an_engine_that_takes_too_long_is_stopped_and_not_asked_again() -> None:
    first, second = compare("published", grown(TINY, 2), 0.01, engines=["explicit"])
    assert first.runs == (Run("explicit", why="over 0.01 s"),)
    assert second.runs == (Run("explicit", why="not tried"),)
    assert multiprocessing.active_children() == []


@pytest.mark.parametrize(
    ("told", "why"), [([{"why": "no room"}], "no room"), ([], "it ended without a word; out of memory?")]
)
def test_an_engine_that_fails_says_why_and_what_it_found_is_kept(told: list[dict[str, str]], why: str) -> None:
    hear, tell = multiprocessing.Pipe(duplex=False)
    for each in ({"states": 5}, *told):
        tell.send(each)
    tell.close()
    assert engines._heard("some", hear, 1) == Run("some", 5, why=why)


def test_engines_that_contradict_each_other_are_named() -> None:
    one = Run("one", 5, violated={"a": True, "b": False})
    assert disagreements([one, replace(one, engine="two")]) == []
    assert disagreements([one, Run("SPIN, reduced", 4)]) == []
    assert disagreements([one, Run("two", 4, violated={"a": False})]) == [
        "states: 5 by one, 4 by two",
        "two and one disagree about a",
    ]


def test_a_difference_is_shown_and_makes_the_exit_status_1(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    differing = replace(made(one=1), disagreements=("one and two disagree about a",))
    monkeypatch.setattr(bench, "compare", lambda *given: [differing])
    with pytest.raises(SystemExit) as stop:
        main(ASKED)
    assert stop.value.code == 1
    assert "\n  DIFFERS: one and two disagree about a\n" in capsys.readouterr().out


# ---------------------------------------------------------------------- tables


def shown(capsys: pytest.CaptureFixture[str], *printed: object) -> list[list[str]]:
    """The words of each line, printed at 80 columns."""
    Terminal(width=80, highlight=False, markup=False).print(*printed, sep="\n")
    lines = capsys.readouterr().out.splitlines()
    assert all(len(line) <= 80 for line in lines)
    return [line.split() for line in lines]


def test_ratios_are_to_the_best_and_what_did_not_finish_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    lines = shown(capsys, *parts(made(fast=2, slow=7, late=None)))
    assert lines[0] == ["some:", "1", "meal,", "1", "connection,", "no", "faults"]
    assert lines[2:6] == [
        ["fast", "1,000", "1,000", "8.0", "2.0", "s", "1.0", "2.0", "s"],
        ["slow", "1,000", "286", "8.0", "7.0", "s", "3.5", "7.0", "s"],
        ["late"],
        ["late:", "over", "9", "s"],
    ]


def test_a_long_reason_stands_below_the_figures(capsys: pytest.CaptureFixture[str]) -> None:
    run = Run("some", 5, 1.0, why="SPIN failed: " + "it is a long scenario " * 10)
    comparison = Comparison("some", TINY, (run,))
    assert shown(capsys, *parts(comparison))[3][:3] == ["some:", "SPIN", "failed:"]
    assert shown(capsys, ratios([comparison], "time to verdict"))[2] == ["some", "failed"]


def test_a_table_of_ratios_has_a_row_for_each_engine_and_a_column_for_each_system(
    capsys: pytest.CaptureFixture[str],
) -> None:
    small, large = made(one=1, two=3), replace(made(one=5, two=None), scope=replace(TINY, meals=2))
    lines = shown(capsys, ratios([small, large], "time to verdict"))
    assert lines[1:] == [["*states*", "1,000", "1,000"], ["one", "1.0", "1.0"], ["two", "3.0", "over", "9", "s"]]
    rows = [row for row in shown(capsys, ratios([small, large], "time to verdict", box.MARKDOWN)) if row]
    assert rows[1][0].startswith("|-")
    assert rows[-1] == ["|", "two", "|", "3.0", "|", "over", "9", "s", "|"]


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
