"""Servers on real sockets: a good one passes, faulty ones are found and named, and hostile ones come to a verdict."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import pytest

from mealspec.conform import at_url, script
from mealspec.conform.conformance import Conformance
from mealspec.conform.proxy import on_loopback
from mealspec.conform.real import ServerAtUrl
from mealspec.conform.role import Json
from mealspec.conform.session import Session
from mealspec.conform.vector import Vector
from mealspec.conform.verdict import Outcome
from mealspec.conform.wire import submission, token
from mealspec.core import CheckerError
from mealspec.model import design
from tests.conform.reference import BUGS, EXAMPLES

Held = Callable[..., Conformance]
Served = Callable[..., ServerAtUrl]
SHORT, SETTLE = ("--work-seconds", "0.05", "--ping-seconds", "0.2", "--entry-seconds", "0.2"), 0.6
"""A server's times, and what the tester is told of them."""


@pytest.fixture
def running() -> Iterator[list[subprocess.Popen[str]]]:
    """Processes that are ended after the test."""
    some: list[subprocess.Popen[str]] = []
    yield some
    for each in some:
        each.kill()
        each.communicate()


@pytest.fixture
def served(running: list[subprocess.Popen[str]]) -> Served:
    """Starts a server of the examples."""

    def serve(*what: str) -> ServerAtUrl:
        command = [sys.executable, str(EXAMPLES / "serve.py"), *what]
        running.append(subprocess.Popen(command, stdout=subprocess.PIPE, text=True))
        assert running[-1].stdout is not None
        _, url, _, sockets = running[-1].stdout.readline().split()
        return ServerAtUrl(url, sockets, "token-1", settle=SETTLE)

    return serve


@pytest.fixture
def held(committed: list[Vector], served: Served) -> Held:
    """Starts a server and holds it against some vectors' scripts and some random ones."""

    def hold(*what: str, step: int, examples: int) -> Conformance:
        some = [vector for vector in committed if vector.role == "server" and not vector.needs]
        with closing(served(*what, *SHORT)) as server:
            return at_url.conformance(server, some[::step], design("hardened"), examples=examples)

    return hold


@pytest.mark.parametrize(
    ("step", "examples"), [(56, 1), pytest.param(1, 20, marks=pytest.mark.live)], ids=["some", "all"]
)
def test_the_hardened_server_passes(held: Held, step: int, examples: int) -> None:
    made = held("hardened", step=step, examples=examples)
    assert [verdict for verdict in made.verdicts if verdict.outcome is not Outcome.PASSED] == []
    print(f"\n{len(made.verdicts)} scripts, {made.commands} commands")
    assert made.commands > 5


class Played:
    """A server that shows something at each command, whatever it is."""

    settle = late = 0.0

    def __init__(self, *shown: list[dict[str, Any]]) -> None:
        self.shown = list(shown)

    def ask(self, command: Json) -> Json:
        seen = self.shown.pop(0) if self.shown and command["op"] != "reset" else []
        return {"ok": True, "seen": seen, "shows": {}}

    def close(self) -> None:
        pass


DIAL: Json = {"what": "dial", "socket": 1, "request": {}}
ACCEPT, SILENT = {"what": "accept", "socket": 1}, {"what": "close", "socket": 1, "code": 4408}
READY = {
    "what": "send", "socket": 1,
    "message": {"type": "ready", "connection_id": "c-1", "epoch": "1", "timestamp": "2025-11-08T09:24:23Z"},
}  # fmt: skip


@pytest.mark.parametrize("ready", [True, False], ids=["comes", "does not come"])
def test_what_a_busy_tester_has_not_looked_at_is_not_missing(ready: bool) -> None:
    """Its seconds are over before it looks again; what has come by then counts, and nothing is still missing."""
    server = Played([ACCEPT], *([[READY]] if ready else []))
    found = script.held(server, script.of(design("hardened")), [DIAL], [])
    assert (found is None) is ready


@pytest.mark.parametrize(("broken", "fine"), [(True, True), (False, False)], ids=["silent", "working"])
def test_a_close_may_cross_the_servers_own(broken: bool, fine: bool) -> None:
    """Who closes a silent socket has not heard the tester's close of it; one that works is not to be closed."""
    breaks, closes = {"what": "break", "socket": 1}, {"what": "close", "socket": 1, "code": 1000}
    server = Played([ACCEPT, READY], *([[]] if broken else []), [SILENT])
    found = script.held(server, script.of(design("hardened")), [DIAL, *([breaks] if broken else []), closes], [])
    assert (found is None) is fine


class Hiccup(Played):
    """Its first dials are lost, for the machine was busy."""

    def __init__(self, late: float, lost: int = 1) -> None:
        super().__init__()
        self.late, self.lost, self.plays = late, lost, 0

    def ask(self, command: Json) -> Json:
        if command["op"] == "reset":
            self.plays += 1
            self.shown = [[ACCEPT, READY]] if self.plays > self.lost else []
        return super().ask(command)


@pytest.mark.parametrize("late", [0.0, 1.0])
def test_a_failure_says_nothing_while_the_tester_is_late_itself(late: float) -> None:
    """The script is played again then; and only then."""
    server, lookup = Hiccup(late), Vector("server/x", "server", "", (), {}, ({"do": DIAL},), (), (), {})
    made = at_url.conformance(server, [lookup], design("hardened"), examples=0, named=False)
    assert made.fine == (late > 0)
    assert server.plays == (2 if late else 1)


@pytest.mark.parametrize("late", [0.0, 1.0])
def test_the_report_says_of_a_failure_that_the_tester_was_late(late: float) -> None:
    server, lookup = Hiccup(late, lost=9), Vector("server/x", "server", "", (), {}, ({"do": DIAL},), (), (), {})
    (verdict,) = at_url.conformance(server, [lookup], design("hardened"), examples=0, named=False).verdicts
    assert verdict.outcome is Outcome.DIVERGED
    assert verdict.why == ("the tester itself was late by 1.0 s" if late else "")


def test_a_server_learns_of_a_silent_socket_that_is_closed(served: Served) -> None:
    """The close itself does not arrive, so it is told otherwise: else it would push into that socket, and rightly."""
    closes = {"what": "close", "socket": 1, "code": 1000}
    sends = {"what": "request", "request": "submit-1-1", "sent": submission(1, token(1))}
    does = [DIAL, {"what": "break", "socket": 1}, closes, sends]
    with closing(served("hardened", "--work-seconds", "0.05", "--ping-seconds", "30")) as server:
        assert script.held(server, script.of(design("hardened")), does, []) is None


@pytest.mark.parametrize("ends", [{"what": "cut", "socket": 1}, {"what": "close", "socket": 1, "code": 1000}])
def test_a_server_that_is_late_has_heard_of_a_close_before_it_is_asked_more(
    served: Served, running: list[subprocess.Popen[str]], ends: Json
) -> None:
    """Whoever ends empties its registry; what it said from before that would look like an entry that expires."""
    with closing(served("hardened", "stale_unregister", "--ping-seconds", "30")) as server:
        session = Session(server, "server")
        for dials in (DIAL, {**DIAL, "socket": 2}):
            seen, _ = session.tell(dials)
            while not any(sight.get("message") == "ready" for sight in seen):
                seen += session.more()
        running[-1].send_signal(signal.SIGSTOP)
        threading.Timer(0.2, running[-1].send_signal, [signal.SIGCONT]).start()
        seen = session.tell(ends)[0] + session.tell({"what": "message", "socket": 2, "message": {"type": "ping"}})[0]
        while not seen:
            seen += session.more()
        assert seen == [{"what": "send", "socket": 2, "message": "pong", "listed": False}]


@pytest.mark.live
@pytest.mark.parametrize("bug", sorted(BUGS))
def test_a_bug_of_the_registry_is_found_and_named_first(held: Held, bug: str) -> None:
    made = held("hardened", bug, step=8, examples=6)
    assert not made.fine
    assert BUGS[bug] in made.reasons[0].names, [str(reason.mechanism) for reason in made.reasons]


@pytest.mark.live
def test_the_published_server_is_found(held: Held) -> None:
    assert not held("published", step=20, examples=2).fine


def _talks(say: bytes) -> Iterator[int]:
    """A port on which everybody is told this, and nothing else."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            while True:
                try:
                    wire, _ = listening.accept()
                except OSError:
                    return
                with wire:
                    wire.settimeout(1)
                    try:
                        wire.recv(65536)
                        wire.sendall(say)
                        if not say:
                            wire.recv(1)
                    except OSError:
                        pass

        threading.Thread(target=serve, daemon=True).start()
        yield int(listening.getsockname()[1])


HOSTILE = {
    "silence": b"",
    "garbage": b"\x00\xff" * 1000 + b"\r\n\r\n",
    "a body without end": b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n",
    "deep JSON": b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + b"[" * 100_000,
    "another answer": b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n",
}


@pytest.mark.parametrize("what", HOSTILE)
def test_whatever_answers_is_refused_in_a_sentence(what: str) -> None:
    for port in _talks(HOSTILE[what]):
        before = threading.active_count()
        with pytest.raises(CheckerError, match=r"nothing answers|answers 403"):
            ServerAtUrl(f"http://127.0.0.1:{port}", f"ws://127.0.0.1:{port}", "token-1", deadline=0.5)
        assert threading.active_count() <= before + 1


@pytest.mark.parametrize(
    "url",
    ["http://example.com:80", "http://10.0.0.1:80", "ftp://127.0.0.1:1", "x", "http://[::1", "http://127.0.0.1:x"],
)
def test_only_this_machine_is_spoken_to(url: str) -> None:
    with pytest.raises(CheckerError, match=r"not on this machine|no URL"):
        on_loopback(url, "http")
