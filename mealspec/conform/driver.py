"""A driver as a process: told one line, heard one line, ended with its children.

What it writes is data: a line is limited in length and depth, read as JSON and checked by schema, and nothing of it is
evaluated. It has a deadline for each answer; when it is late, breaks off or writes something else, that is a verdict.
"""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import signal
import subprocess
import time
from collections.abc import Sequence
from functools import lru_cache
from types import TracebackType
from typing import Any, Protocol, Self

from mealspec.conform.protocol import VERSION, misfit
from mealspec.conform.role import Json, Role
from mealspec.core.errors import CheckerError, printable

LONGEST = 4 * 1024 * 1024
"""Bytes of the longest line that is read."""
DEEPEST = 40
"""Levels of the deepest JSON."""
PATIENCE = 1.0
"""Seconds that a driver has to end by itself when it is told to stop."""


class Broken(Exception):
    """The driver did not answer as it must; ``how`` is silence, crash, garbage or refusal."""

    def __init__(self, how: str, what: str) -> None:
        super().__init__(f"{how}: {what}")
        self.how, self.what = how, what


class Exchange(Protocol):
    """Whoever carries out commands."""

    def ask(self, command: Json) -> Json:
        """Carry out a command; ``Broken`` if that is no answer."""

    def close(self) -> None:
        """End it."""


class Driver:
    """A driver that runs.

    Parameters
    ----------
    command
        The program and its arguments.
    deadline
        Seconds for each answer.
    """

    def __init__(self, command: Sequence[str], deadline: float = 10.0) -> None:
        self.command, self.deadline = list(command), deadline
        self._buffer, self._broken = b"", False
        try:
            self._process = subprocess.Popen(
                self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                start_new_session=True, bufsize=0,
            )  # fmt: skip
        except (OSError, ValueError) as error:
            what = getattr(error, "strerror", None) or error
            raise CheckerError(f"cannot run '{printable(self.command[0], 200)}': {what}") from None
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._in, self._out = self._process.stdin, self._process.stdout
        os.set_blocking(self._out.fileno(), False)
        os.set_blocking(self._in.fileno(), False)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._out, selectors.EVENT_READ)

    def ask(self, command: Json) -> Json:
        """Carry out a command."""
        self._broken = True  # until it has answered
        self._send(json.dumps(command).encode() + b"\n")
        answer = _read(self._line(), "started" if command["op"] == "start" else "answer")
        self._broken = False
        return answer

    def _send(self, data: bytes) -> None:
        end = time.monotonic() + self.deadline
        try:
            while data:
                written = self._in.write(data)
                data = data[written or 0 :]
                if data and time.monotonic() > end:
                    raise Broken("silence", f"it does not read what it is told for {self.deadline:g} s")
        except (BrokenPipeError, ConnectionError):
            raise Broken("crash", self._ended()) from None

    def _line(self) -> bytes:
        end = time.monotonic() + self.deadline
        while b"\n" not in self._buffer:
            if len(self._buffer) > LONGEST:
                raise Broken("garbage", f"a line of more than {LONGEST // 1024 // 1024} MiB")
            if not self._selector.select(max(0.0, end - time.monotonic())):
                raise Broken("silence", f"no answer within {self.deadline:g} s")
            chunk = self._out.read(65536)
            if not chunk:
                raise Broken("crash", self._ended())
            self._buffer += chunk
        line, _, self._buffer = self._buffer.partition(b"\n")
        return line

    def _ended(self) -> str:
        try:
            status = self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            return "it closed its output"
        return f"it ended with status {status}" if status >= 0 else f"it was killed by signal {-status}"

    def close(self) -> None:
        """End it, and all that it has started."""
        if not self._broken and self._process.poll() is None:
            self.deadline = PATIENCE
            with contextlib.suppress(Broken, OSError, ValueError):
                self.ask({"op": "stop"})
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(PATIENCE)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)  # a session of its own: whatever it has started
        self._process.wait()
        self._selector.close()
        self._out.close()
        with contextlib.suppress(OSError):
            self._in.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


@lru_cache(maxsize=4096)
def _read(line: bytes, which: str) -> Json:
    """An answer; drivers say few different things, so what is checked is remembered."""
    if depth(line) > DEEPEST:
        raise Broken("garbage", f"JSON of more than {DEEPEST} levels")
    try:
        told: Any = json.loads(line.decode("utf-8"))
    except (ValueError, RecursionError):
        raise Broken("garbage", f"no JSON: {printable(line[:200].decode('utf-8', 'replace'))}") from None
    if isinstance(told, dict) and told.get("ok") is False:
        raise Broken("refusal", printable(str(told.get("error", "it gives no reason")), 300))
    if wrong := misfit(which, told):
        raise Broken("garbage", wrong)
    found: Json = told
    return found


def depth(line: bytes) -> int:
    """How deep the brackets of a line go at most; brackets within texts count, too, which errs on the safe side."""
    level = most = 0
    for sign in line:
        if sign in b"[{":
            level += 1
            most = max(most, level)
        elif sign in b"]}":
            level -= 1
    return most


def start(driver: Exchange, role: Role) -> Json:
    """Tell a driver what it is for; what it says of itself, its role among it, which may be the other one."""
    return driver.ask({"op": "start", "version": VERSION, "role": role.name, "seconds": dict(role.seconds)})
