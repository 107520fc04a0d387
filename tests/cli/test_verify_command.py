"""What `verify`, `trace`, `incident` and `bench` answer, and with which status."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from mealspec.check.verify import verify
from mealspec.cli.entry import main
from mealspec.model.design import DESIGNS
from mealspec.model.scope import Scope
from mealspec.properties.catalogue import PROPERTIES
from mealspec.properties.expected import Verdict

ROOT = Path(__file__).parent.parent.parent
ONE = ["--connections", "1"]
TINY = [*ONE, "--faults", "0"]


def said(capsys: pytest.CaptureFixture[str], *arguments: str, status: int = 0) -> str:
    if status:
        with pytest.raises(SystemExit) as stop:
            main(arguments)
        assert stop.value.code == status
    else:
        main(arguments)
    return capsys.readouterr().out


def data(capsys: pytest.CaptureFixture[str], *arguments: str, status: int = 0) -> Any:
    return json.loads(said(capsys, *arguments, "--json", status=status))


# ---------------------------------------------------------------------- verify


@pytest.mark.slow
def test_a_report_has_the_documented_keys_and_no_others(capsys: pytest.CaptureFixture[str]) -> None:
    (report,) = data(capsys, "verify", "published", *ONE, "--with", "screen", "--without", "push")
    assert list(report) == ["design", "scope", "states", "transitions", "depth", "complete", "properties"]
    assert report["scope"] == {
        "meals": 1,
        "connections": 1,
        "faults": "any",
        "includes": ["break", "dial", "job", "request", "restart", "screen"],
        "left_out": [
            "push", "upload", "path", "entry", "token", "background", "device", "instances", "twin", "day"
        ],
    }  # fmt: skip
    for finding in report["properties"]:
        assert list(finding) == ["id", "verdict", "expected", "trace", "loop"]


def test_the_report_is_what_the_check_found(capsys: pytest.CaptureFixture[str]) -> None:
    (report,) = data(capsys, "verify", "before", *TINY)
    assert report == json.loads(json.dumps(verify(DESIGNS["before"], Scope(connections=1, faults=0)).to_json()))


def test_only_the_properties_that_are_asked_for_are_decided(capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["--property", "no-zombie", "--property", "delivery"]
    (report,) = data(capsys, "verify", "before", *ONE, *asked)
    assert [finding["id"] for finding in report["properties"]] == ["delivery", "no-zombie"]


def test_a_limit_leaves_what_it_found_violated_and_the_rest_unchecked(capsys: pytest.CaptureFixture[str]) -> None:
    (report,) = data(capsys, "verify", "published", *ONE, "--limit", "20000", status=1)
    verdicts = {finding["verdict"] for finding in report["properties"]}
    assert report["complete"] is False
    assert 20_000 <= report["states"] < 252_864
    assert verdicts == {"violated", "unchecked"}
    assert "? unchecked" in said(capsys, "verify", "published", *ONE, "--limit", "20000", status=1)
    data(capsys, "verify", "published+catch_up", *ONE, "--limit", "20000")


def test_a_limit_that_is_not_reached_changes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert data(capsys, "verify", "before", *TINY, "--limit", "1000000") == data(capsys, "verify", "before", *TINY)


@pytest.mark.slow
def test_nothing_is_expected_of_a_design_of_ones_own_or_of_a_smaller_scope(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in (["hardened", *ONE, "--faults", "2"], ["before+reconnect", *ONE], ["before", "--without", "push"]):
        (report,) = data(capsys, "verify", *arguments)
        assert {finding["expected"] for finding in report["properties"]} == {None}


@pytest.mark.slow
def test_the_default_scope_is_compared_with_what_is_expected(capsys: pytest.CaptureFixture[str]) -> None:
    (report,) = data(capsys, "verify", "before")
    assert all(finding["verdict"] == finding["expected"] for finding in report["properties"])
    assert "✓ Every verdict that is pinned is as expected." in said(capsys, "verify", "before")


def test_a_smaller_scope_that_is_pinned_is_compared_too(capsys: pytest.CaptureFixture[str]) -> None:
    (report,) = data(capsys, "verify", "hardened", *ONE)
    assert all(finding["verdict"] == finding["expected"] for finding in report["properties"])
    assert "✓ Every verdict that is pinned is as expected." in said(capsys, "verify", "hardened", *ONE)


def test_strictly_a_violation_of_which_nothing_is_expected_is_status_1(capsys: pytest.CaptureFixture[str]) -> None:
    assert "No verdict is pinned" in said(capsys, "verify", "before+catch_up", *TINY)
    shown = said(capsys, "verify", "before+catch_up", *TINY, "--strict", status=1)
    assert "✗ Not as expected: before+catch_up." in shown
    assert data(capsys, "verify", "before+catch_up", *TINY, "--strict", status=1)
    quiet = ["--property", "honest-view", "--strict"]
    assert "No verdict is pinned" in said(capsys, "verify", "before+catch_up", *TINY, *quiet)
    assert data(capsys, "verify", "before", *TINY, "--strict"), "what is known to fail is no surprise"


def test_a_verdict_that_is_not_expected_is_status_1_for_programs_too(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    module = sys.modules["mealspec.check.verify"]
    monkeypatch.setattr(module, "expected", lambda plan, scope, name: Verdict.HOLDS if name == "delivery" else None)
    (report,) = data(capsys, "verify", "before", *TINY, status=1)
    odd = [f["id"] for f in report["properties"] if f["expected"] not in (None, f["verdict"])]
    assert odd == ["delivery"]
    monkeypatch.setattr(module, "expected", lambda plan, scope, name: None)
    assert data(capsys, "verify", "before", *TINY)


@pytest.mark.slow
def test_reports_come_in_the_order_of_the_designs_however_many_processes_there_are(
    capfd: pytest.CaptureFixture[str],
) -> None:
    chosen = ["hardened", "before", "published"]
    main(["verify", *chosen, *TINY, "--jobs", "1", "--json"])
    alone = capfd.readouterr().out
    main(["verify", *chosen, *TINY, "--jobs", "2", "--json"])
    together = capfd.readouterr().out
    assert together == alone
    assert [report["design"] for report in json.loads(alone)] == chosen


def test_all_seven_designs_are_checked_if_none_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert [report["design"] for report in data(capsys, "verify", *TINY, "--jobs", "1")] == list(DESIGNS)


def test_a_table_names_every_property_with_its_verdict(capsys: pytest.CaptureFixture[str]) -> None:
    shown = said(capsys, "verify", "published", *TINY)
    report = verify(DESIGNS["published"], Scope(connections=1, faults=0))
    rows = {line.split()[0]: line for line in shown.splitlines() if line.split() and line.split()[0] in PROPERTIES}
    assert rows.keys() == PROPERTIES.keys()
    for finding in report.findings:
        assert f" {finding.verdict} " in rows[finding.id]
        assert (f"{len(finding.trace)} steps" in rows[finding.id]) is bool(finding.trace)


# ---------------------------------------------------------------------- trace


def test_the_text_tells_the_steps_the_reason_and_the_end(capsys: pytest.CaptureFixture[str]) -> None:
    shown = said(capsys, "trace", "published", "delivery", *TINY)
    lines = shown.splitlines()
    events = data(capsys, "trace", "published", "delivery", *TINY)["events"]
    assert lines[0].startswith("published: delivery is violated")
    shortest = shown.partition("The likeliest run")[0].splitlines()
    steps = [int(line[:4]) for line in shortest if re.match(r" *\d+[ !] ", line)]
    assert steps == list(range(1, len(events) + 1))
    text = " ".join(shown.split())
    assert re.search(r"because: step \d+ \(skip m1\): the registry held nothing; had 'register c1'", text)
    assert "at the end: no poll task runs; " in text
    assert text.endswith(f"violates delivery: {PROPERTIES['delivery'].sentence}")


def test_a_loop_is_marked_where_it_begins(capsys: pytest.CaptureFixture[str]) -> None:
    expression = "none+ready_ack+catch_up+close_before_dial+reconnect+terminal_absorbs+connection_set+push_to_all"
    shown = said(capsys, "trace", expression, "delivery", "--faults", "0")
    events = data(capsys, "trace", expression, "delivery", "--faults", "0")
    before, after = shown.split("and from here on, for ever")
    assert [int(line[:4]) for line in before.splitlines() if line[:4].strip().isdigit()][-1] == events["loop"]
    assert next(int(line[:4]) for line in after.splitlines() if line[:4].strip().isdigit()) == events["loop"] + 1
    assert "from there it goes round for ever" in " ".join(shown.split())
    drawn = said(capsys, "trace", expression, "delivery", "--faults", "0", "--to", "mermaid").splitlines()
    assert drawn[drawn.index("    loop for ever") + 1].split(": ", 1)[1].startswith(f"{events['loop'] + 1}. ")
    assert drawn[-1] == "    end"


@pytest.mark.slow
def test_the_shown_counterexample_is_the_one_that_verify_finds(capsys: pytest.CaptureFixture[str]) -> None:
    (report,) = data(capsys, "verify", "before", *ONE)
    for finding in report["properties"]:
        if finding["verdict"] == "violated":
            shown = data(capsys, "trace", "before", finding["id"], *ONE)
            assert (len(shown["events"]), shown["loop"]) == (len(finding["trace"]), finding["loop"])


def test_a_story_is_told_in_its_own_design_and_scope(capsys: pytest.CaptureFixture[str]) -> None:
    shown = said(capsys, "trace", "timeline")
    assert "(before; 1 meal, 2 connections, no faults)" in " ".join(shown.split())
    assert data(capsys, "trace", "timeline")["design"] == "before"


# ---------------------------------------------------------------------- incident and bench


@pytest.mark.slow
def test_an_excerpt_is_told_with_its_lines_and_a_chart_for_each_cause(capsys: pytest.CaptureFixture[str]) -> None:
    shown = said(capsys, "incident", "E41", "--design", "app_before")
    found = data(capsys, "incident", "E41", "--design", "app_before")
    assert list(found) == ["searches", "remaining"]
    (search,) = found["searches"]
    assert list(search) == ["excerpt", "title", "design", "states", "depth", "causes", "excluded"]
    for number, cause in enumerate(search["causes"], start=1):
        assert f"\n{number}. {cause['cause']}: {len(cause['trace'])} steps" in shown
        assert cause["says"] in " ".join(shown.split())
        assert cause["trace"][cause["skipped_at"] - 1] == "server.skip.m1"
        assert len(cause["shortest"]) <= len(cause["trace"])
    assert "s2  09:32:24  GET /ws/meal-logs?token=... - 000 0B" in shown
    assert all(len(line) <= 80 for line in shown.splitlines())


def test_the_bench_measures_the_same_system_both_ways(capsys: pytest.CaptureFixture[str]) -> None:
    shown = said(capsys, "bench", *TINY)
    assert shown.startswith("system: before (1 meal, 1 connection, no faults)\n")
    assert [line.split(":")[0] for line in shown.splitlines()] == ["system", "explorer", "naive", "ratio"]
    found = data(capsys, "bench", *TINY)
    assert found["states"] == 5393
    assert 0 < found["naive_states"] <= 300
    rates = (found["states"] / found["seconds"], found["naive_states"] / found["naive_seconds"])
    assert found["ratio"] == pytest.approx(rates[0] / rates[1])


# ---------------------------------------------------------------------- the program


def test_help_and_version_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in (["--help"], ["-h"], ["verify", "--help"], ["trace", "-h"]):
        shown = said(capsys, *arguments)
        assert shown.startswith("Usage: ")
        assert all(len(line) <= 80 for line in shown.splitlines())


def program(*arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "mealspec", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, **options)


def test_without_a_command_the_program_shows_its_help() -> None:
    done = program()
    assert "Usage: " in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert not done.stderr.startswith("mealspec: Usage")


def test_a_reader_who_goes_away_ends_the_program_without_a_word() -> None:
    command = [sys.executable, "-m", "mealspec", "list", "events"]
    run = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert run.stdout is not None
    assert run.stderr is not None
    run.stdout.readline()
    run.stdout.close()
    said_last = run.stderr.read()
    run.stderr.close()
    assert run.wait(timeout=60) in (0, 141, -signal.SIGPIPE)
    assert said_last == ""


def test_nothing_but_the_answer_is_on_stdout_and_nothing_is_on_stderr() -> None:
    done = program("verify", "before", *TINY, "--json")
    assert done.returncode == 0
    assert done.stderr == ""
    assert json.loads(done.stdout)


def test_an_answer_in_ascii_does_not_fail() -> None:
    """Ticks and crosses are no reason to stop where the terminal has none."""
    done = program("verify", "before", *TINY, env={**os.environ, "PYTHONIOENCODING": "ascii"})
    assert "Traceback" not in done.stderr
    assert done.returncode == 0
