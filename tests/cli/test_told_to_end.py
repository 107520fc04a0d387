"""Whoever is told to end, or is killed, takes the processes along that it started, and nobody prints a traceback."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from mealspec.core import CheckerError
from mealspec.core.workers import Tell, spread

ROOT = Path(__file__).parents[2]

COMMANDS = {
    "verify": ("verify", "published", "hardened", "--jobs", "2"),
    "mutants": ("mutants", "--jobs", "2"),
    "engines": ("bench", "hardened", "--engines", "--meals", "3"),
}


def descendants(pid: int) -> set[int]:
    """The processes that this one started, and those that they started."""
    shown = subprocess.run(["ps", "-eo", "pid=,ppid=,stat="], capture_output=True, text=True, check=True).stdout
    rows = [line.split() for line in shown.splitlines()]
    found, more = set[int](), {pid}
    while more:
        more = {int(child) for child, parent, stat in rows if int(parent) in more and not stat.startswith("Z")}
        found |= more
    return found


def running(pids: set[int]) -> set[int]:
    """Those of them that have not ended."""
    asked = ",".join(map(str, sorted(pids)))
    shown = subprocess.run(["ps", "-o", "pid=,stat=", "-p", asked], capture_output=True, text=True, check=False).stdout
    rows = [line.split() for line in shown.splitlines()]
    return {int(pid) for pid, stat in rows if not stat.startswith("Z")}


def awaited(what: Callable[[], bool], seconds: float = 60) -> bool:
    end = time.monotonic() + seconds
    while not what() and time.monotonic() < end:
        time.sleep(0.1)
    return what()


@pytest.mark.sample(2, others="slow")
@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 143), (signal.SIGKILL, -9)])
@pytest.mark.parametrize("command", COMMANDS)
def test_no_process_is_left_behind(command: str, number: signal.Signals, status: int, tmp_path: Path) -> None:
    said = tmp_path / "said"
    with said.open("w") as err:
        run = subprocess.Popen(
            [sys.executable, "-m", "mealspec", *COMMANDS[command]], cwd=ROOT, stdout=subprocess.DEVNULL, stderr=err
        )
    count = 3 if command != "engines" else 2  # workers, and what watches over their locks
    assert awaited(lambda: len(descendants(run.pid)) >= count)
    time.sleep(1)
    started = descendants(run.pid)
    run.send_signal(number)
    assert run.wait(60) == status
    assert awaited(lambda: not running(started)), f"left behind: {running(started)}"
    text = said.read_text()
    assert "Traceback" not in text
    if number is signal.SIGTERM:
        assert [line for line in text.splitlines() if " waiting, " not in line and ": " not in line] == []


@pytest.mark.slow
@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_driver_that_says_nothing_ends_with_whoever_started_it(number: signal.Signals, status: int) -> None:
    """It has a session of its own, so no terminal tells it."""
    command = [sys.executable, "-m", "mealspec", "conform", "--deadline", "600", "--", "sleep", "600"]
    run = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    assert awaited(lambda: len(descendants(run.pid)) == 1)
    started = descendants(run.pid)
    run.send_signal(number)
    _, err = run.communicate(timeout=60)
    assert run.returncode == status
    assert err == ("mealspec: interrupted; nothing was written\n" if number is signal.SIGINT else "")
    assert awaited(lambda: not running(started)), f"left behind: {running(started)}"


# ---------------------------------------------------------------------- several processes


def squared(number: int, tell: Tell) -> int:
    tell("number", number)
    return number * number


def dying(number: int, tell: Tell) -> int:
    os.kill(os.getpid(), signal.SIGKILL)
    return number


@pytest.mark.parametrize("jobs", [1, 2])
def test_results_come_in_order_and_what_is_told_is_heard(jobs: int) -> None:
    heard: list[tuple[object, ...]] = []
    assert list(spread(squared, [3, 1, 2], jobs, lambda *said: heard.append(said))) == [9, 1, 4]
    assert set(heard) <= {("number", 3), ("number", 1), ("number", 2)}
    assert jobs == 2 or len(heard) == 3


def test_a_process_that_dies_is_one_sentence() -> None:
    with pytest.raises(CheckerError, match="a process ended without a word"):
        list(spread(dying, [1, 2], 2))
