"""What `mutants` answers, and with which status; the rest of what it says is judged in tests/properties."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from mealspec.check.mutants import HOMES, Case, Fate, Outcome, cases
from mealspec.cli.entry import main
from mealspec.cli.mutants import Count, Survey, heading, judged, part, spread, survey_parts
from mealspec.core import Row
from mealspec.core.mutant import Mutant, Operator
from mealspec.model.mechanism import Mechanism
from mealspec.model.scope import Scope
from mealspec.properties.catalogue import PROPERTIES
from mealspec.properties.laws import LAWS

ROOT = Path(__file__).parent.parent.parent
HOME = HOMES[0]
KEYS = ["mutants", "killed", "equivalent", "survivors", "kills_by_property", "kills_by_machine"]
MORE = [
    "design",
    "all_mutants",
    "killed_by_properties",
    "killed_by_laws",
    "score",
    "kills_alone_by_property",
    "decided_by_scope",
]

FEW = [Case(HOME, Mutant(Operator.DROP_PARTICIPANT, m, "server.complete.m1")) for m in ("job.m1", "notification.m1")]
"""Cases that are judged in a moment."""


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if these were all."""
    monkeypatch.setattr("mealspec.check.mutants.cases", lambda: FEW)


def said(capfd: pytest.CaptureFixture[str], *arguments: str, status: int = 0) -> str:
    if status:
        with pytest.raises(SystemExit) as stop:
            main(arguments)
        assert stop.value.code == status
    else:
        main(arguments)
    return capfd.readouterr().out


# ---------------------------------------------------------------------- made up


def outcome(fate: Fate, *killers: str, machine: str = "view.m1", event: str = "x", scope: Scope = HOME) -> Outcome:
    row = Row(event, "shown", "hidden")
    return Outcome(Case(HOME, Mutant(Operator.REDIRECT, machine, event, row, "gone")), fate, killers, scope, 5)


def made_up() -> Survey:
    """Seven of twenty: four killed, one of them by a law alone; one equivalent; two survivors."""
    wide = HOMES[-1]
    removed = Outcome(Case(HOME, Mechanism.CATCH_UP), Fate.KILLED, ("delivery",), HOME, 5)
    fault = Outcome(Case(HOME, Mutant(Operator.FAULT, "", "boot")), Fate.SURVIVOR, (), wide, 5)
    outcomes = (
        outcome(Fate.KILLED, "delivery", "upload"),
        outcome(Fate.KILLED, "upload", machine="connection.c1"),
        outcome(Fate.KILLED, "delivery", "no-orphan", machine="connection.c2", scope=wide),
        outcome(Fate.EQUIVALENT, machine="connection.c2", scope=wide),
        outcome(Fate.SURVIVOR, event="a.rather.long.name.of.an.event.that.fills.the.line", scope=wide),
        removed,
        fault,
    )
    return Survey(outcomes, 20)


def shown(found: Survey, **options: Any) -> str:
    console = Console(width=80, highlight=False, record=True, **options)
    with console.capture() as capture:
        for piece in (heading(len(found.outcomes), found.total), *survey_parts(found)):
            console.print(piece, markup=False)
    return capture.get()


def test_the_score_is_over_those_that_are_not_equivalent() -> None:
    assert made_up().score == pytest.approx(100 * 4 / 6)
    assert Survey((outcome(Fate.KILLED, "upload"),), 1).score == 100
    assert Survey((outcome(Fate.SURVIVOR),), 1).score == 0
    assert Survey((outcome(Fate.EQUIVALENT),), 1).score is None


def test_programs_get_the_documented_keys_first() -> None:
    found = made_up().to_json()
    assert list(found) == KEYS + MORE
    assert [found[key] for key in KEYS[:3]] == [7, 4, 1]
    assert found["survivors"] == [
        {
            "machine": "view.m1",
            "operator": "redirect a row",
            "mutant": "view.m1, in state 'shown': 'a.rather.long.name.of.an.event.that.fills.the.line' leads to "
            "'gone', not 'hidden'",
        },
        {"machine": "", "operator": "owe nothing", "mutant": "'boot' becomes a fault"},
    ]
    assert list(found["kills_by_property"]) == [*PROPERTIES, *LAWS]
    assert {name: n for name, n in found["kills_by_property"].items() if n} == {
        "delivery": 3, "no-orphan": 1, "upload": 2,
    }  # fmt: skip
    assert {name: n for name, n in found["kills_alone_by_property"].items() if n} == {"delivery": 1, "upload": 1}
    assert found["kills_by_machine"] == {"view": 1, "connection": 2, "(a mechanism)": 1, "(an event)": 0}
    assert (found["killed_by_properties"], found["killed_by_laws"]) == (3, 2)
    assert found["decided_by_scope"] == {HOME.describe(): 3, HOMES[-1].describe(): 4}
    assert found["score"] == 66.67
    assert json.loads(json.dumps(found)) == found


def test_people_get_the_counts_the_tables_the_survivors_and_the_questions() -> None:
    text = shown(made_up())
    lines = text.splitlines()
    assert lines[0] == "Mutants of hardened, one small fault each: a sample of 7 of 20."
    assert "score: 66.7 %, 4 of the 6 that are not equivalent" in lines
    rows = {line.split("  ")[0].strip(): line.split()[-4:] for line in lines if line.strip()}
    assert rows["delivery"][-2:] == ["3", "1"]
    assert rows["upload"][-2:] == ["2", "1"]
    assert rows["no-zombie"][-2:] == ["0", "0"]
    assert rows["connection"] == ["3", "2", "1", "0"]
    assert rows["view"] == ["2", "1", "0", "1"]
    assert rows["(an event)"] == ["1", "0", "0", "1"]
    assert rows["(a mechanism)"] == ["1", "1", "0", "0"]
    words = " ".join(text.split())
    assert "- view.m1, in state 'shown': 'a.rather.long.name.of.an.event.that.fills.the.line' leads to" in words
    assert "- 'boot' becomes a fault" in lines
    silent = [name for name in (*PROPERTIES, *LAWS) if name not in ("delivery", "no-orphan", "upload")]
    assert all(f"- {name}: which fault would it notice? It says: " in words for name in silent)
    assert words.count("which fault would it notice?") == len(silent)
    assert PROPERTIES["no-zombie"].sentence in words


def test_what_people_get_fits_into_80_columns_of_ascii_and_has_no_blanks_at_the_end() -> None:
    for line in shown(made_up()).splitlines():
        assert len(line) <= 80
        assert line.isascii()
        assert "]" not in line, "no markup is left"


def test_colour_says_nothing_that_the_words_do_not() -> None:
    coloured = shown(made_up(), force_terminal=True, color_system="standard")
    assert "\x1b[" in coloured
    assert Console().render_str(coloured).plain != "", "it can be read back"
    assert "\x1b[" not in shown(made_up(), no_color=True)


def test_nothing_is_said_of_survivors_where_there_are_none() -> None:
    found = Survey((outcome(Fate.KILLED, *PROPERTIES, *LAWS), outcome(Fate.EQUIVALENT)), 2)
    text = shown(found)
    assert "all 2." in text
    assert "score: 100.0 %" in text
    assert "Survivors" not in text
    assert "Questions" not in text


def test_a_score_is_never_rounded_up_to_all() -> None:
    found = Survey((*([outcome(Fate.KILLED, "upload")] * 4000), outcome(Fate.SURVIVOR)), 4001)
    assert "score: 99.9 %" in shown(found)
    assert "score: none; all are equivalent" in shown(Survey((outcome(Fate.EQUIVALENT),), 1))


def test_machines_that_differ_in_a_name_only_are_one() -> None:
    assert [part(each.case) for each in made_up().outcomes] == [
        "view", "connection", "connection", "connection", "view", "(a mechanism)", "(an event)",
    ]  # fmt: skip


# ---------------------------------------------------------------------- samples and progress


@pytest.mark.parametrize("number", [1, 2, 3, 7, 100])
def test_a_sample_is_spread_evenly_and_always_the_same(number: int) -> None:
    every = cases()
    found = spread(every, number)
    assert found == spread(cases(), number)
    places, share = [every.index(case) for case in found], len(every) / number
    assert len(places) == number
    assert all(abs(b - a - share) < 1 for a, b in pairwise(places))
    assert abs(places[0] - share / 2) < 1
    assert abs(len(every) - places[-1] - share / 2) < 1


def test_all_are_judged_if_no_sample_is_asked_for_or_there_are_no_more() -> None:
    every = cases()
    assert spread(every, None) == spread(every, len(every)) == spread(every, 10**9) == every


def test_progress_tells_the_rate_and_what_is_left() -> None:
    count = Count(1000)
    for fate in [Fate.KILLED] * 8 + [Fate.SURVIVOR] * 2:
        count.add(outcome(fate))
    assert count.line(5) == "mutants: 10 judged, 990 waiting, 2 survivors, 2.0/s, about 8 min left"
    assert Count(3).line(5) == "mutants: 3 waiting"


def test_progress_is_silent_for_the_first_seconds_where_stderr_is_no_terminal(
    capsys: pytest.CaptureFixture[str],
) -> None:
    count = Count(2)
    count.begin()
    count.add(outcome(Fate.KILLED, "upload"))
    count.done()
    assert capsys.readouterr().err == ""


class Terminal(io.StringIO):
    """A text that passes for a terminal."""

    def isatty(self) -> bool:
        return True


def test_progress_on_a_terminal_is_one_line_that_goes_in_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setattr(sys.modules["mealspec.cli.mutants"], "LIVE", -1)
    count = Count(3)
    count.begin()
    count.add(outcome(Fate.KILLED, "upload"))
    count.done()
    clear, waiting, one, end = terminal.getvalue().split("\r\x1b[2K")
    assert (clear, waiting, end) == ("", "mutants: 3 waiting", "")
    assert one.startswith("mutants: 1 judged, 2 waiting, 0 survivors, ")
    assert "\n" not in terminal.getvalue()


# ---------------------------------------------------------------------- the command


@pytest.mark.slow
@pytest.mark.usefixtures("few")
def test_the_answer_is_the_same_however_many_processes_there_are(capfd: pytest.CaptureFixture[str]) -> None:
    alone = said(capfd, "mutants", "--jobs", "1", "--json")
    assert said(capfd, "mutants", "--jobs", "2", "--json") == alone
    found = json.loads(alone)
    assert list(found) == KEYS + MORE
    assert [found[key] for key in KEYS[:4]] == [2, 2, 0, []]
    text = said(capfd, "mutants", "--jobs", "2")
    assert said(capfd, "mutants", "--jobs", "1") == text
    assert text.startswith("Mutants of hardened, one small fault each: all 2.\n")
    assert all(len(line.rstrip()) <= 80 for line in text.splitlines())
    one = json.loads(said(capfd, "mutants", "--jobs", "2", "--sample", "1", "--json"))
    assert (one["mutants"], one["all_mutants"]) == (1, 2)


@pytest.mark.usefixtures("few")
def test_a_survivor_is_status_1_for_people_and_for_programs(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def judge(case: Case) -> Outcome:
        return replace(outcome(Fate.SURVIVOR), case=case)

    monkeypatch.setattr(sys.modules["mealspec.cli.mutants"], "judge", judge)
    found = json.loads(said(capfd, "mutants", "--jobs", "1", "--json", status=1))
    assert [each["mutant"] for each in found["survivors"]] == [str(case) for case in FEW]
    assert "survivors:       2" in said(capfd, "mutants", "--jobs", "1", status=1)


@pytest.mark.parametrize(
    "arguments", [["--sample", "0"], ["--sample", "-3"], ["--sample", "few"], ["--jobs", "0"], ["--speed"], ["more"]]
)
def test_bad_input_gets_one_sentence_and_status_2(capsys: pytest.CaptureFixture[str], arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main(["mutants", *arguments])
    out, err = capsys.readouterr()
    assert stop.value.code == 2
    assert out == ""
    assert err.startswith("mealspec: ")
    assert err.count("\n") == 1


@pytest.mark.slow
def test_outcomes_come_in_the_order_of_the_cases() -> None:
    assert [each.case for each in judged(FEW[::-1], 2)] == FEW[::-1]


@pytest.mark.slow
def test_an_answer_in_ascii_does_not_fail() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "mealspec", "mutants", "--sample", "1", "--jobs", "1"],
        cwd=ROOT, capture_output=True, text=True, check=False, env={**os.environ, "PYTHONIOENCODING": "ascii"},
    )  # fmt: skip
    assert "Traceback" not in done.stderr
    assert done.returncode == 0
    assert done.stdout.startswith("Mutants of hardened, one small fault each: a sample of 1 of ")


@pytest.mark.sample(1, others="slow")
@pytest.mark.parametrize(("jobs", "pause"), [(1, 0.5), (2, 0.5), (2, 2.5)])
def test_an_interrupt_ends_every_process_with_one_sentence(jobs: int, pause: float) -> None:
    """Also while the workers are still starting. As a terminal does it, every process gets the signal."""
    run = subprocess.Popen(
        [sys.executable, "-m", "mealspec", "mutants", "--jobs", str(jobs)],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    assert run.stdout is not None
    begun = run.stdout.readline()
    time.sleep(pause)
    os.killpg(run.pid, signal.SIGINT)
    out, err = run.communicate(timeout=60)
    assert begun.startswith("Mutants of hardened, one small fault each: all ")
    assert (run.returncode, out) == (130, "")
    said_last = [line for line in err.splitlines() if line and " waiting" not in line]  # progress apart
    assert said_last == ["mealspec: interrupted; nothing was written"]
    patience = 100
    while alive(run.pid) and patience:
        time.sleep(0.1)
        patience -= 1
    assert not alive(run.pid)


def alive(leader: int) -> list[str]:
    """The running processes of a group."""
    rows = subprocess.run(["ps", "-eo", "pgid=,stat=,args="], capture_output=True, text=True, check=True).stdout
    parts = [line.split(None, 2) for line in rows.splitlines()]
    return [each[2] for each in parts if each[0] == str(leader) and not each[1].startswith("Z")]
