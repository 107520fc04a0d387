"""The command line says what it should, for people and for programs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import itf_py
import pytest

from mealspec.cli.entry import main
from mealspec.cli.listing import LISTS
from mealspec.properties import Verdict
from mealspec.properties.catalogue import PROPERTIES

SMALL = ["--connections", "1"]


def _run(capsys: pytest.CaptureFixture[str], *arguments: str, status: int = 0) -> str:
    if status == 0:
        main(arguments)
    else:
        with pytest.raises(SystemExit) as stop:
            main(arguments)
        assert stop.value.code == status
    return capsys.readouterr().out


def _json(capsys: pytest.CaptureFixture[str], *arguments: str, status: int = 0) -> Any:
    return json.loads(_run(capsys, *arguments, "--json", status=status))


@pytest.mark.parametrize("name", LISTS)
def test_every_list_is_there_for_people_and_programs(capsys: pytest.CaptureFixture[str], name: str) -> None:
    entries = _json(capsys, "list", name)
    shown = _run(capsys, "list", name)
    assert entries
    assert all(str(next(iter(entry.values()))) in shown for entry in entries)


def test_the_overview_names_every_list(capsys: pytest.CaptureFixture[str]) -> None:
    shown = _run(capsys, "list")
    assert all(f"{name} (" in shown for name in LISTS)


@pytest.mark.slow
def test_verify_gives_programs_one_object_per_design(capsys: pytest.CaptureFixture[str]) -> None:
    reports = _json(capsys, "verify", "before", "hardened", *SMALL)
    assert [report["design"] for report in reports] == ["before", "hardened"]
    for report in reports:
        assert {"design", "scope", "states", "transitions", "depth", "complete", "properties"} == set(report)
        assert report["scope"]["meals"] == report["scope"]["connections"] == 1
        assert report["scope"]["faults"] == "any"
        assert report["complete"] is True
        assert [each["id"] for each in report["properties"]] == list(PROPERTIES)
        for each in report["properties"]:
            assert {"id", "verdict", "expected", "trace", "loop"} == set(each)
            assert bool(each["trace"]) == (each["verdict"] == "violated")


def test_verify_tells_people_the_scope_and_what_it_leaves_out(capsys: pytest.CaptureFixture[str]) -> None:
    shown = _run(capsys, "verify", "before", *SMALL)
    assert "1 meal, 1 connection, any number of faults" in shown
    assert "Left out: upload, path, entry, token, background, screen, device, instances," in shown
    assert "every reachable state" in shown
    assert all(len(line) <= 80 for line in shown.splitlines())


def test_a_limit_leaves_unchecked_what_it_did_not_find(capsys: pytest.CaptureFixture[str]) -> None:
    (report,) = _json(capsys, "verify", "hardened", *SMALL, "--limit", "2000", status=1)
    assert report["complete"] is False
    assert {each["verdict"] for each in report["properties"]} == {"unchecked"}
    assert "NOT fully explored" in _run(capsys, "verify", "hardened", *SMALL, "--limit", "2000", status=1)


def test_a_verdict_that_differs_is_status_1(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # The package's function of the same name hides the module.
    monkeypatch.setattr(sys.modules["mealspec.check.verify"], "expected", lambda *_: Verdict.HOLDS)
    shown = _run(capsys, "verify", "before", *SMALL, "--jobs", "1", status=1)
    assert "expected: holds" in shown
    assert "Not as expected: before" in shown


def test_a_trace_is_read_back_by_itf_py_and_accepted_by_replay(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "lost.itf.json"
    wanted = ["trace", "published", "delivery", "--faults", "0"]
    events = _json(capsys, *wanted)["events"]
    _run(capsys, *wanted, "--to", "itf", "--out", str(file))
    trace = itf_py.trace_from_json(json.loads(file.read_text(encoding="utf-8")))
    assert [state.values["mbt::actionTaken"] for state in trace.states] == ["init", *events]
    assert _run(capsys, "replay", str(file)).strip() == f"accepted by published: {len(events)} steps."


def test_replay_names_the_machine_and_the_state_that_refuse(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "lost.itf.json"
    _run(capsys, "trace", "published", "delivery", "--faults", "0", "--to", "itf", "--out", str(file))
    found = _json(capsys, "replay", str(file), "--design", "hardened", status=1)
    assert found["refused"] == "client.connected.c1"
    assert {"machine": "service", "state": "c1/not"} in found["by"]
    shown = _run(capsys, "replay", str(file), "--design", "hardened", status=1)
    assert "refused by hardened at step 11" in shown
    assert "machine 'service' in state 'c1/not'" in shown


def test_replay_notices_a_state_that_was_tampered_with(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "lost.itf.json"
    _run(capsys, "trace", "published", "delivery", "--faults", "0", "--to", "itf", "--out", str(file))
    data = json.loads(file.read_text(encoding="utf-8"))
    data["states"][3]["flags"] = "connected"
    file.write_text(json.dumps(data), encoding="utf-8")
    shown = _run(capsys, "replay", str(file), status=1)
    assert "after step 3, machine 'flags' is in 'connecting', and the file says 'connected'" in shown


@pytest.mark.parametrize("form", ["text", "mermaid", "svg"])
def test_a_trace_shows_every_step(capsys: pytest.CaptureFixture[str], form: str) -> None:
    events = _json(capsys, "trace", "F4")["events"]
    shown = _run(capsys, "trace", "F4", "--to", form)
    assert f"{len(events)}" in shown
    assert "skip m1" in shown
    assert form != "text" or all(len(line) <= 80 for line in shown.splitlines())


def test_a_property_that_holds_has_no_trace(capsys: pytest.CaptureFixture[str]) -> None:
    assert "no counterexample to delivery exists" in _run(capsys, "trace", "hardened", "delivery", *SMALL)


@pytest.mark.slow
def test_the_incident_has_one_run_for_each_root_cause(capsys: pytest.CaptureFixture[str]) -> None:
    (search,) = _json(capsys, "incident", "E41", "--design", "app_before")["searches"]
    assert len({each["cause"] for each in search["causes"]}) == len(search["causes"]) == 12
    assert {each["cause"]: each["by"] and each["by"]["line"] for each in search["excluded"]} == {
        "not_dialled": None, "dialled": 1, "accepted": 1, "unheard": 1, "closed": None,
    }  # fmt: skip


@pytest.mark.slow
def test_a_design_whose_poll_loop_never_asks_the_socket_cannot_print_the_logs(
    capsys: pytest.CaptureFixture[str],
) -> None:
    found = _json(capsys, "incident", "E40", "--design", "before+poll_until_terminal", status=1)
    assert [search["causes"] for search in found["searches"]] == [[]]
    assert found["remaining"] == []


def test_the_bench_measures_both_ways(capsys: pytest.CaptureFixture[str]) -> None:
    figures = _json(capsys, "bench", *SMALL)
    assert figures["states"] > figures["naive_states"] > 0
    assert figures["ratio"] > 1


@pytest.mark.sample(1, others="slow")
@pytest.mark.parametrize(
    "arguments",
    [["verify", "published", "--connections", "1", "--json"], ["trace", "F9", "--to", "itf"], ["list", "--json"]],
)
def test_the_same_input_gives_the_same_bytes_whatever_the_hash_seed(arguments: list[str]) -> None:
    runs = [
        subprocess.Popen(
            [sys.executable, "-m", "mealspec", *arguments],
            env={**os.environ, "PYTHONHASHSEED": seed},
            cwd=Path(__file__).parent.parent.parent,
            stdout=subprocess.PIPE,
        )
        for seed in ("1", "2")
    ]
    first, second = (run.communicate()[0] for run in runs)
    assert first == second != b""
    assert [run.returncode for run in runs] == [0, 0]
