"""What takes minutes can be stopped at any moment: it says one sentence, and leaves no process and no half a file."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cli.test_told_to_end import awaited, descendants, running

ROOT = Path(__file__).parents[2]

PROGRAM = "import sys; from mealspec.cli.entry import program; print(flush=True); program()"
"""The program, which says when it begins: what comes before is Python's to answer."""

INTERRUPTED = ["mealspec: interrupted; nothing was written"]

COMMANDS = {
    "vectors": ("vectors", "--out", "out"),
    "explore": ("explore", "--out", "out/explorer.html"),
    "observe": ("observe", "published"),
    "draw": ("draw", "--out", "out"),
}

MOMENTS = [
    pytest.param(
        command, number, random.Random(f"{command} {number} {k}").uniform(0, longest), id=f"{command}-{number.name}-{k}"
    )
    for command in COMMANDS
    for number in (signal.SIGINT, signal.SIGTERM)
    for k, longest in enumerate((1.5, 4, 8))
]
"""While it imports, while it begins, while it works; others in each."""


@pytest.mark.sample(2, others="slow")
@pytest.mark.parametrize(("command", "number", "pause"), MOMENTS)
def test_whoever_is_stopped_leaves_nothing_behind(
    command: str, number: signal.Signals, pause: float, tmp_path: Path
) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "README.md").write_text("older")
    run = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, *COMMANDS[command]],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert run.stdout is not None
    assert run.stdout.readline() == "\n"
    time.sleep(pause)
    assert run.poll() is None, "there was something to stop"
    started = descendants(run.pid)
    run.send_signal(number)
    out, err = run.communicate(timeout=60)
    said = [
        line for line in err.splitlines() if line and not line.startswith((*COMMANDS, "published: "))
    ]  # progress apart
    assert "Traceback" not in err
    assert (run.returncode, said) == ((130, INTERRUPTED) if number is signal.SIGINT else (-number, []))
    assert out == "" or out.startswith("Laid out by ")
    assert awaited(lambda: not running(started)), f"left behind: {running(started)}"
    assert [file.relative_to(tmp_path).as_posix() for file in tmp_path.rglob("*")] == ["out", "out/README.md"]
    assert (tmp_path / "out" / "README.md").read_text() == "older"
