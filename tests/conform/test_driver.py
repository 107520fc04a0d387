"""A driver's output is data: whatever it does comes to a verdict, and nothing of it is left."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from mealspec.conform.conformance import Bench, conformance
from mealspec.conform.driver import Broken, Driver
from mealspec.conform.meanings import MEANS
from mealspec.conform.protocol import ANSWER, COMMAND, DO, SEEN, misfit
from mealspec.conform.vector import Vector
from mealspec.conform.verdict import Outcome
from mealspec.core import BadTrace, CheckerError
from mealspec.model import design

SAID = '{"ok": true, "name": "x", "role": "client", "capabilities": []}'
STARTS = f"import sys,json,time\nprint({SAID!r}, flush=True)\n"
HOSTILE = {
    "it ends": ("sys.exit(3)", Outcome.CRASHED),
    "it is silent": ("time.sleep(60)", Outcome.SILENT),
    "it writes no JSON": ("print('hello', flush=True); time.sleep(60)", Outcome.GARBAGE),
    "it writes JSON of another form": ("print('[1]', flush=True); time.sleep(60)", Outcome.GARBAGE),
    "it writes deep JSON": ("print('['*100000 + ']'*100000, flush=True); time.sleep(60)", Outcome.GARBAGE),
    "it writes a line without end": ("\nwhile True: sys.stdout.write('x'*65536)", Outcome.GARBAGE),
    "it writes no text": ("sys.stdout.buffer.write(b'\\xff\\n'); sys.stdout.flush(); time.sleep(60)", Outcome.GARBAGE),
    "it refuses": ("print(json.dumps({'ok': False, 'error': 'no'}), flush=True); time.sleep(60)", Outcome.REFUSED),
}


@pytest.mark.sample(4, others="slow")
@pytest.mark.parametrize("what", HOSTILE)
def test_whatever_it_does_comes_to_a_verdict(committed: list[Vector], what: str) -> None:
    code, outcome = HOSTILE[what]
    command = [sys.executable, "-c", STARTS + "sys.stdin.readline();sys.stdin.readline();" + code]
    client = next(vector for vector in committed if vector.role == "client" and not vector.needs)
    deadline = 0.5 if outcome is Outcome.SILENT else 30  # seconds; the others come to their verdict before
    made = conformance(command, [client], design("hardened"), examples=0, deadline=deadline)
    assert [verdict.outcome for verdict in made.verdicts] == [outcome]
    assert not made.fine


def test_one_that_does_not_start_is_bad_input() -> None:
    with pytest.raises(BadTrace, match="does not start"):
        Bench([sys.executable, "-c", ""], 2)
    with pytest.raises(CheckerError, match="cannot run '/no/such'"):
        Bench(["/no/such"], 2)


def test_its_children_end_with_it(tmp_path: Path) -> None:
    note = tmp_path / "child"
    child = f"import os,time;open({str(note)!r},'w').write(str(os.getpid()));time.sleep(60)"
    code = f"import subprocess,sys;subprocess.Popen([sys.executable,'-c',{child!r}]);" + STARTS + "time.sleep(60)"
    driver = Driver([sys.executable, "-c", code], 5)
    while not note.exists() or not note.read_text():
        time.sleep(0.01)
    driver.close()
    pid = int(note.read_text())
    for _ in range(200):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return
        if Path(f"/proc/{pid}/stat").exists() and Path(f"/proc/{pid}/stat").read_text().split(") ")[1][0] == "Z":
            return
        time.sleep(0.01)
    pytest.fail("it lives on")


def test_both_sides_are_validated() -> None:
    assert not misfit("command", {"op": "do", "what": "submit", "meal": 1, "text": "x"})
    assert "what" in misfit("command", {"op": "do", "what": "dance"}) or misfit(
        "command", {"op": "do", "what": "dance"}
    )
    assert misfit("answer", {"ok": True, "seen": [{"what": "dial", "socket": "1"}], "shows": {}})
    assert COMMAND["$id"] != ANSWER["$id"]


def test_every_command_that_a_vector_gives_fits_the_schema(committed: list[Vector]) -> None:
    for vector in committed[::7]:
        for step in vector.steps:
            does = dict(step.get("do") or step.get("inject") or {})
            if isinstance(does.get("request"), str):
                does["request"] = 1
            if does:
                assert misfit("command", {"op": "do", **does}) == "", (vector.id, does)


def test_a_broken_pipe_is_a_crash(bench: Callable[..., Bench]) -> None:
    driver = Driver([sys.executable, "-c", "pass"], 2)
    time.sleep(0.2)
    with pytest.raises(Broken, match="crash"):
        driver.ask({"op": "reset"})
    driver.close()


def test_whatever_may_be_told_or_seen_is_said_in_a_sentence() -> None:
    assert set(MEANS) == {*DO, *SEEN}
    said = [part["description"] for part in COMMAND["oneOf"] if part["properties"]["op"].get("const") == "do"]
    assert len(said) == len(DO)
    assert all(text.endswith(".") for text in MEANS.values())
