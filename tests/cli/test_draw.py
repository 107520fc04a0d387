"""``mealspec draw``: what is asked for and nothing else, all of it or nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mealspec.cli import drawing
from mealspec.cli.entry import main
from mealspec.draw.page import Page

ROOT = Path(__file__).parent.parent.parent


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """The one sentence with which the command refuses."""
    with pytest.raises(SystemExit) as end:
        main(["draw", *arguments])
    out, err = capsys.readouterr()
    assert (end.value.code, out) == (2, "")
    assert err.startswith("mealspec: ")
    assert err.count("\n") == 1
    return err


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ("poler", "unknown picture 'poler'; did you mean 'poller'? (communication, states, screen"),
        ("poller --design publishd", "unknown design 'publishd'; did you mean 'published'?"),
        ("poller --to sgv", "unknown format 'sgv'; did you mean 'svg'?"),
        ("poller --project lop", "unknown field of poller 'lop'; did you mean 'loop'? (loop, woken, loads, stops)"),
        ("job.m1 --project state", "the states of job.m1 have no fields to choose from"),
        ("poller --project loop --to json", "other forms hold the whole machine"),
        ("poller --connections 1", "--connections says nothing about 'poller'; what does is --design, --project"),
        (
            "communication --project loop",
            "--project says nothing about 'communication'; what does is --design, --to, --out",
        ),
        ("communication --to scxml", "'communication' can be written as svg or dot"),
        ("states --project polle", "unknown machine 'polle'; did you mean 'poller'?"),
        ("states --property delivry", "unknown property 'delivry'; did you mean 'delivery'?"),
        ("states --property delivery --to json", "other forms have none"),
        ("--to json", "--to says nothing about everything; what does is --all, --out"),
        ("--project poller", "--project says nothing about everything"),
        ("job.m1 --out /nowhere/at/all.svg", "cannot write /nowhere/at/all.svg: No such file or directory"),
        ("--out /dev/null/here", "cannot write /dev/null/here: Not a directory"),
        ("--out /dev/null", "/dev/null is no folder"),
    ],
)
def test_bad_input_is_one_sentence(capsys: pytest.CaptureFixture[str], arguments: str, sentence: str) -> None:
    assert sentence in refused(capsys, *arguments.split())


def test_a_folder_of_someone_else_is_refused(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("dear")
    assert "holds letter.txt, which is none of ours" in refused(capsys, "--out", str(tmp_path))
    assert [file.name for file in tmp_path.iterdir()] == ["letter.txt"]


@pytest.mark.parametrize("out", ["new", "there", "there/charts"])
def test_what_cannot_be_written_is_refused_before_anything_is_drawn(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, read_only: None, tmp_path: Path, out: str
) -> None:
    """Whether the folder is there or would be made."""
    (tmp_path / "there" / "charts").mkdir(parents=True)
    (tmp_path / "there" / "charts" / "old.svg").write_text("older")
    before = sorted(tmp_path.rglob("*"))

    for work in ("everything", "states", "one"):
        monkeypatch.setattr(drawing, "files" if work == "everything" else work, lambda *_: pytest.fail("it has begun"))
    folder = tmp_path / out
    assert refused(capsys, "--out", str(folder)) == f"mealspec: cannot write {folder}: Read-only file system\n"
    for what in ("states", "poller"):
        assert refused(capsys, what, "--out", f"{tmp_path}/a.svg").endswith("a.svg: Read-only file system\n")
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.slow
def test_a_machine_is_drawn_by_the_fields_that_are_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    main(["draw", "connection.c1", "--design", "published", "--project", "client,server"])
    out, err = capsys.readouterr()
    title = ET.fromstring(out).findtext("{http://www.w3.org/2000/svg}title")
    assert title == "connection.c1 in published: client and server"
    assert err == "of connection.c1 only client and server\n"


def test_who_talks_to_whom_is_drawn_of_the_design_that_is_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    main(["draw", "communication", "--design", "before"])
    assert "Who talks to whom: before" in capsys.readouterr().out


Files = Callable[..., Iterator[Page]]


def some(*paths: str) -> Files:
    """A few files instead of all."""
    return lambda report, *, full=False: (Page(path, path, path, f"of {path}") for path in paths)


def test_what_is_not_drawn_any_more_goes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(drawing, "explorer", lambda: Page("e.md", "e", "e", "e"))
    for names in (("a.md", "b/c.svg"), ("a.md", "d.gv")):
        monkeypatch.setattr(drawing, "files", some(*names))
        drawing.everything(tmp_path / "out")
    assert sorted(str(file.relative_to(tmp_path)) for file in tmp_path.rglob("*.*")) == [
        "out/a.md",
        "out/d.gv",
        "out/e.md",
    ]


def test_what_cannot_be_drawn_leaves_no_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def fail(report: object, *, full: bool) -> Iterator[Page]:
        yield Page("a.md", "a", "a", "a")
        raise KeyboardInterrupt

    monkeypatch.setattr(drawing, "files", fail)
    with pytest.raises(KeyboardInterrupt):
        drawing.everything(tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_an_interrupted_run_has_written_nothing(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "mealspec", "draw", "--out", str(tmp_path / "out")]
    run = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert run.stdout is not None
    assert run.stdout.readline().startswith("Laid out by ")
    time.sleep(1)
    os.kill(run.pid, signal.SIGINT)
    _, err = run.communicate(timeout=60)
    assert (run.returncode, err.splitlines()[-1]) == (130, "mealspec: interrupted; nothing was written")
    assert list(tmp_path.iterdir()) == []
