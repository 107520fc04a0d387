"""An interrupted run ends at once, with one sentence and nothing else."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from mealspec.cli import entry
from mealspec.cli.group import cli

ROOT = Path(__file__).parent.parent.parent


def group(leader: int) -> list[str]:
    """The running processes of a group."""
    shown = subprocess.run(["ps", "-eo", "pgid=,stat=,args="], capture_output=True, text=True, check=True).stdout
    rows = [line.split(None, 2) for line in shown.splitlines()]
    return [row[2] for row in rows if row[0] == str(leader) and not row[1].startswith("Z")]


@pytest.mark.sample(2, others="slow")
@pytest.mark.parametrize(("jobs", "pause"), [(1, 0.5), (2, 0.8), (2, 1.4), (2, 3.0)])
def test_an_interrupt_ends_every_process_with_one_sentence(jobs: int, pause: float) -> None:
    """Also while the workers are still starting. As a terminal does it, every process gets the signal."""
    run = subprocess.Popen(
        [sys.executable, "-m", "mealspec", "verify", "published", "published_plus", "--jobs", str(jobs)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert run.stdout is not None
    assert run.stdout.readline().startswith("Checking in the scope"), "it has begun"
    time.sleep(pause)
    os.killpg(run.pid, signal.SIGINT)
    _, err = run.communicate(timeout=60)
    assert run.returncode == 130
    said = [line for line in err.splitlines() if line and " waiting, " not in line]  # progress apart
    assert said == ["mealspec: interrupted; nothing was written"]
    patience = 100
    while group(run.pid) and patience:
        time.sleep(0.1)
        patience -= 1
    assert group(run.pid) == []


def test_an_interrupt_that_a_library_turns_into_an_error_is_still_one(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Oxidd raises a TypeError where the interrupt comes in the middle of its work."""

    def turned(*_: object) -> None:
        try:
            signal.raise_signal(signal.SIGINT)
        except KeyboardInterrupt:
            raise TypeError("Expected an instance of BooleanOperator") from None

    monkeypatch.setattr(cli, "invoke", turned)
    with pytest.raises(SystemExit) as ended:
        entry.main(["list"])
    assert ended.value.code == 130
    assert capsys.readouterr().err == "mealspec: interrupted; nothing was written\n"


def test_an_interrupt_that_a_library_swallows_comes_again_but_not_while_it_is_on_its_way(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Llvmlite does, where it calls Python back in the middle of compiling."""
    cleaned = []

    def swallowed(*_: object) -> None:
        with contextlib.suppress(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
        try:
            time.sleep(20)
        finally:
            time.sleep(0.5)
            cleaned.append(True)

    monkeypatch.setattr(cli, "invoke", swallowed)
    with pytest.raises(SystemExit) as ended:
        entry.main(["list"])
    assert ended.value.code == 130
    assert cleaned == [True]
    assert capsys.readouterr().err == "mealspec: interrupted; nothing was written\n"


LATE = """
import os, signal, sys
from mealspec.cli.entry import program

class Late:
    def __del__(self, kill=os.kill, me=os.getpid(), number=signal.SIGINT):
        kill(me, number)

sys.late = Late()
sys.argv = ["mealspec", "list", "designs"]
program()
"""
"""What Python clears last interrupts it, when it no longer hears any signal."""


def test_an_interrupt_when_all_is_told_changes_nothing() -> None:
    run = subprocess.run([sys.executable, "-c", LATE], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (run.returncode, run.stderr) == (0, "")
    assert "hardened" in run.stdout
