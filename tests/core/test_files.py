"""Traces as files: written whole or not at all, read back by others, replayed by us."""

from __future__ import annotations

import json
import os
import signal
import stat
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import itf_py
import pytest

from mealspec.cli.entry import main
from mealspec.core.errors import CheckerError
from mealspec.core.files import check, check_folder, write, write_all
from mealspec.model.scope import DEFAULT_ASPECTS
from mealspec.properties.catalogue import PROPERTIES

TINY = ["--connections", "1", "--faults", "0"]
EARLY = ["trace", "published", "no-early-belief", *TINY]
ENDLESS = [
    "trace",
    "none+ready_ack+catch_up+close_before_dial+reconnect+terminal_absorbs+connection_set+push_to_all",
    "delivery",
    "--faults",
    "0",
]
"""Its only counterexample is a loop: somebody presses reconnect for ever."""


def said(capsys: pytest.CaptureFixture[str], *arguments: str, status: int = 0) -> str:
    if status:
        with pytest.raises(SystemExit) as stop:
            main(arguments)
        assert stop.value.code == status
    else:
        main(arguments)
    out, err = capsys.readouterr()
    assert err == ""
    return out


def written(capsys: pytest.CaptureFixture[str], folder: Path, *arguments: str) -> Path:
    file = folder / "run.itf.json"
    assert said(capsys, *arguments, "--to", "itf", "--out", str(file)) == ""
    return file


def altered(file: Path, change: Any) -> None:
    data = json.loads(file.read_text(encoding="utf-8"))
    change(data)
    file.write_text(json.dumps(data), encoding="utf-8")


# ---------------------------------------------------------------------- writing


@pytest.mark.parametrize("form", ["text", "svg", "mermaid", "itf"])
def test_a_file_holds_what_would_have_been_printed(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, form: str
) -> None:
    printed = said(capsys, *EARLY, "--to", form)
    file = tmp_path / "run"
    file.write_text("something older and much longer than a trace\n" * 1000, encoding="utf-8")
    assert said(capsys, *EARLY, "--to", form, "--out", str(file)) == ""
    assert file.read_text(encoding="utf-8") == printed
    assert list(tmp_path.iterdir()) == [file]


def test_the_events_alone_can_be_written_too(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "run.json"
    said(capsys, *EARLY, "--json", "--out", str(file))
    assert json.loads(file.read_text(encoding="utf-8")) == json.loads(said(capsys, *EARLY, "--json"))


@pytest.mark.parametrize("name", ["x" * 300, "", "no/such/folder/run", "a file/run"])
def test_a_file_that_cannot_take_its_name_leaves_nothing_behind(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a file").touch()
    with pytest.raises(SystemExit) as stop:
        main([*EARLY, "--out", name])
    assert stop.value.code == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("mealspec: cannot write ")
    assert err.count("\n") == 1
    assert [file.name for file in tmp_path.iterdir()] == ["a file"]


@pytest.fixture
def subject() -> Iterator[None]:
    """Whoever runs the tests, without the power to write everywhere."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    yield
    os.seteuid(0)


@pytest.mark.usefixtures("subject")
def test_what_cannot_be_written_is_said_before_the_work_in_the_words_of_after_it() -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "older").write_text("older")
        (folder / "file").symlink_to("/nowhere/at/all")
        (folder / "closed").mkdir(mode=0o555)
        (folder / "locked").touch(mode=0o444)
        before = sorted(folder.rglob("*"))
        wrong = ("", "x" * 300, "no/such", "older/run", "file", "closed", "closed/run", "locked")
        for file in [Path() if not each else folder / each for each in wrong]:
            told = []
            for refuse in (check, lambda file: write(file, "new")):
                with pytest.raises(CheckerError, match="cannot write ") as refused:
                    refuse(file)
                told.append(str(refused.value))
            assert told[0] == told[1]
        for each in ("older", "new"):
            check(folder / each)
        for each in ("new/deep", "."):
            check_folder(folder / each)
        for each, why in (
            ("closed/new/deep", "Permission denied"),
            ("older/new", "Not a directory"),
            ("older", "Not a"),
        ):
            with pytest.raises(CheckerError, match=f"cannot write {folder / each}: {why}"):
                check_folder(folder / each)
        with pytest.raises(CheckerError, match="locked: Permission denied"):
            check_folder(folder, [folder / "older", folder / "locked"])
        assert sorted(folder.rglob("*")) == before
        assert (folder / "older").read_text() == "older"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_in_the_middle_of_writing_leaves_every_file_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: signal.Signals
) -> None:
    """An interrupt comes too late; whoever tells the program to end is obeyed when all is there."""
    texts = {"a": "first", "b/c": "second", "d": "third"}
    heard: list[set[str]] = []
    really = Path.write_bytes

    def there() -> set[str]:
        return {file.relative_to(tmp_path).as_posix() for file in tmp_path.rglob("*") if file.is_file()}

    def told(file: Path, data: bytes) -> int:
        done = really(file, data[:2])
        signal.raise_signal(number)
        return done + really(file, data)

    monkeypatch.setattr(Path, "write_bytes", told)
    before = signal.signal(signal.SIGTERM, lambda number, frame: heard.append(there()))
    try:
        write_all(tmp_path, texts)
    finally:
        signal.signal(signal.SIGTERM, before)
    assert {name: (tmp_path / name).read_text() for name in there()} == texts
    assert heard == ([] if number is signal.SIGINT else [set(texts)])
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_whoever_reads_a_file_that_is_replaced_reads_the_old_text_to_its_end(tmp_path: Path) -> None:
    file = tmp_path / "run"
    file.write_text("old")
    file.chmod(0o640)
    with file.open() as reader:
        write(file, "new")
        assert (reader.read(), file.read_text()) == ("old", "new")
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    assert list(tmp_path.iterdir()) == [file]


def test_a_file_that_nobody_else_may_own_is_written_into_and_stays_its_owners(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A new one would belong to whoever writes; here the mode is what cannot be given."""
    file = tmp_path / "run"
    file.write_text("old and long")
    before = file.stat()

    def refuse(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(Path, "chmod", refuse)
    write(file, "new")
    assert file.read_text() == "new"
    assert (file.stat().st_ino, file.stat().st_uid) == (before.st_ino, before.st_uid)
    assert list(tmp_path.iterdir()) == [file]


def test_a_written_file_can_be_read_by_whoever_may_read_its_neighbours(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    neighbour = tmp_path / "neighbour"
    neighbour.touch()
    file = written(capsys, tmp_path, *EARLY)
    assert stat.S_IMODE(file.stat().st_mode) == stat.S_IMODE(neighbour.stat().st_mode)


def test_where_there_is_no_counterexample_nothing_is_written(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "run"
    assert "no counterexample" in said(capsys, "trace", "hardened", "delivery", *TINY, "--out", str(file))
    assert list(tmp_path.iterdir()) == []


# ---------------------------------------------------------------------- what a file says


def test_a_file_says_of_which_design_and_scope_it_is(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    meta = json.loads(written(capsys, tmp_path, *EARLY).read_text(encoding="utf-8"))["#meta"]
    assert (meta["design"], meta["meals"], meta["connections"], meta["faults"]) == ("published", 1, 1, 0)
    assert meta["includes"] == sorted(DEFAULT_ASPECTS)
    assert meta["format"] == "ITF"


def test_others_read_the_same_states_events_and_loop(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = written(capsys, tmp_path, *ENDLESS)
    events = json.loads(said(capsys, *ENDLESS, "--json"))
    trace = itf_py.trace_from_json(json.loads(file.read_text(encoding="utf-8")))
    assert [state.values["mbt::actionTaken"] for state in trace.states] == ["init", *events["events"]]
    assert trace.loop == events["loop"] is not None
    assert set(trace.vars) == set(trace.states[0].values)
    first, last = trace.states[events["loop"]].values, trace.states[-1].values
    assert {k: v for k, v in first.items() if "::" not in k} == {k: v for k, v in last.items() if "::" not in k}


def test_a_run_without_a_loop_names_none(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert "loop" not in json.loads(written(capsys, tmp_path, *EARLY).read_text(encoding="utf-8"))


# ---------------------------------------------------------------------- replaying


@pytest.mark.parametrize("arguments", [EARLY, ENDLESS, ["trace", "guard"], ["trace", "F9"], ["trace", "F15"]])
def test_what_was_written_is_accepted(capsys: pytest.CaptureFixture[str], tmp_path: Path, arguments: list[str]) -> None:
    file = written(capsys, tmp_path, *arguments)
    shown = said(capsys, "replay", str(file))
    assert shown.startswith("accepted by ")
    found = json.loads(said(capsys, "replay", str(file), "--json"))
    steps = len(json.loads(said(capsys, *arguments, "--json"))["events"])
    assert found.keys() == {"design", "accepted", "steps", "refused", "by", "differences"}
    assert (found["accepted"], found["steps"], found["refused"]) == (True, steps, None)
    assert found["by"] == found["differences"] == []


@pytest.mark.parametrize("arguments", [EARLY, ENDLESS, ["trace", "F15"]])
def test_the_events_alone_are_accepted_in_the_scope_that_they_name(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, arguments: list[str]
) -> None:
    file = tmp_path / "run.json"
    said(capsys, *arguments, "--json", "--out", str(file))
    data = json.loads(file.read_text(encoding="utf-8"))
    assert list(data) == ["design", "events", "loop", "scope", "likeliest"]
    found = json.loads(said(capsys, "replay", str(file), "--json"))
    assert (found["design"], found["accepted"], found["steps"]) == (data["design"], True, len(data["events"]))


def test_the_events_alone_are_refused_where_the_scope_leaves_one_out(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "run.json"
    said(capsys, "trace", "F15", "--json", "--out", str(file))
    altered(file, lambda data: data["scope"]["includes"].remove("upload"))
    with pytest.raises(SystemExit) as stop:
        main(["replay", str(file)])
    assert stop.value.code == 2
    assert "unknown event 'network.cut_upload.m1'" in capsys.readouterr().err


@pytest.mark.parametrize("name", PROPERTIES)
def test_every_counterexample_with_one_connection_is_accepted(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, name: str
) -> None:
    arguments = ["trace", "published", name, "--connections", "1", "--with", "job,upload", "--faults", "1"]
    shown = said(capsys, *arguments, "--to", "itf")
    if shown.startswith("{"):
        file = tmp_path / "run.json"
        file.write_text(shown, encoding="utf-8")
        assert said(capsys, "replay", str(file)).startswith("accepted by published: ")
    else:
        assert shown.startswith(f"published: no counterexample to {name} exists")


def test_an_event_too_few_is_refused_by_a_machine_in_a_state(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = written(capsys, tmp_path, *EARLY)
    altered(file, lambda data: data["states"].pop(1))
    found = json.loads(said(capsys, "replay", str(file), "--json", status=1))
    assert found["accepted"] is False
    assert found["refused"] == "client.connect.none.c1"
    assert found["by"] == [{"machine": "screen", "state": "hidden"}]
    shown = said(capsys, "replay", str(file), status=1)
    says = "step 1: 'client.connect.none.c1' is refused by machine 'screen' in state 'hidden'"
    assert shown == f"refused by published at {says}.\n"


def test_a_state_that_is_not_where_the_events_lead_is_told(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = written(capsys, tmp_path, *EARLY)
    altered(file, lambda data: data["states"][-1].update(service="none/not"))
    found = json.loads(said(capsys, "replay", str(file), "--json", status=1))
    assert (found["accepted"], found["refused"]) == (False, None)
    (difference,) = found["differences"]
    assert "machine 'service' is in 'c1/connected', and the file says 'none/not'" in difference


def test_another_design_refuses_what_it_repairs(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """F4: with the ready message the client is not told before the server has registered it."""
    file = written(capsys, tmp_path, *EARLY)
    found = json.loads(said(capsys, "replay", str(file), "--design", "hardened", "--json", status=1))
    assert (found["design"], found["refused"]) == ("hardened", "client.connected.c1")
    assert {each["machine"] for each in found["by"]} >= {"connection.c1"}
    assert "accepted by published+catch_up" in said(capsys, "replay", str(file), "--design", "published+catch_up")


def test_a_file_that_names_no_design_or_scope_is_taken_for_the_published_one(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = written(capsys, tmp_path, *EARLY)
    altered(file, lambda data: data.pop("#meta"))
    assert said(capsys, "replay", str(file)).startswith("accepted by published: ")


def test_a_file_that_lacks_machines_is_judged_by_those_that_it_has(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = written(capsys, tmp_path, *EARLY)

    def forget(data: dict[str, Any]) -> None:
        data["vars"] = ["mbt::actionTaken", "flags"]
        data["states"] = [{key: state[key] for key in ("#meta", *data["vars"])} for state in data["states"]]

    altered(file, forget)
    assert said(capsys, "replay", str(file)).startswith("accepted by published: ")
    altered(file, lambda data: data["states"][-1].update(flags="neither"))
    assert "machine 'flags'" in said(capsys, "replay", str(file), status=1)
