"""A server that answers requests, and sends whatever it likes on its sockets: that comes to a verdict."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from mealspec.conform import at_url
from mealspec.conform.conformance import Conformance
from mealspec.conform.proxy import HOST, LARGEST, answer
from mealspec.conform.real import ServerAtUrl
from mealspec.conform.verdict import Outcome
from mealspec.model import design

PAGE = {"meal_logs": [], "total_count": 0, "limit": 100, "offset": 0, "has_more": False}
READY = {"type": "ready", "connection_id": "c-1", "epoch": "1", "timestamp": "2026-01-01T00:00:00Z"}
FLOOD = 2000

FRAMES: dict[str, tuple[list[str | bytes], bytes]] = {
    "a frame that is none": ([], b"\xff\xff\xff\xff"),
    "a text that is none": ([], b"\x81\x02\xff\xfe"),
    "an oversized frame": (["x" * (LARGEST + 1)], b""),
    "an oversized frame that never comes": ([], b"\x81\x7f" + (2**62).to_bytes(8, "big")),
    "binary": ([b"\x00\x01"], b""),
    "no JSON": (["{"], b""),
    "deep JSON": (["[" * 100_000], b""),
    "a deep message": (['{"type": "ready", "deep": ' + "[" * 500 + "]" * 500 + "}"], b""),
    "an unknown message": (['{"type": "nobody"}'], b""),
    "a message of another type": (['{"type": ["ready"], "data": [1]}'], b""),
    "a flood": ([json.dumps(READY)] * FLOOD, b""),
}
WRONG = {
    "a frame that is none": "what is no frame",
    "a text that is none": "what is no text",
    "an oversized frame": "a message of more than",
    "an oversized frame that never comes": "a message of more than",
    "a flood": "",  # too many at once, or more than one that is allowed: that is a matter of speed
}


@contextmanager
def server(what: str) -> Iterator[tuple[str, str]]:
    """Where a server is that sends this once a socket is open; it never has a meal."""
    loop = asyncio.new_event_loop()

    async def connected(wire: ServerConnection) -> None:
        messages, raw = FRAMES[what]
        with suppress(ConnectionClosed):
            for each in messages:
                await wire.send(each)
            wire.transport.write(raw)
            await wire.recv()

    async def asked(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError):
            await reader.readuntil(b"\r\n\r\n")
            writer.write(answer(200, json.dumps({"data": PAGE}).encode()))
            await writer.drain()
        writer.close()

    async def run(ports: list[int], ready: threading.Event, end: asyncio.Event) -> None:
        async with await asyncio.start_server(asked, HOST, 0) as rest, serve(connected, HOST, 0) as sockets:
            ports += [rest.sockets[0].getsockname()[1], next(iter(sockets.sockets)).getsockname()[1]]
            ready.set()
            await end.wait()

    ports, ready, end = list[int](), threading.Event(), asyncio.Event()
    thread = threading.Thread(target=lambda: loop.run_until_complete(run(ports, ready, end)), daemon=True)
    thread.start()
    ready.wait(10)
    yield f"http://{HOST}:{ports[0]}", f"ws://{HOST}:{ports[1]}"
    loop.call_soon_threadsafe(end.set)
    thread.join(10)
    loop.close()


def held(what: str) -> Conformance:
    with server(what) as urls, closing(ServerAtUrl(*urls, "token-1", quiet=0.02, settle=0.2, deadline=1)) as tested:
        return at_url.conformance(tested, [], design("hardened"), examples=1, named=False)


@pytest.mark.parametrize("what", FRAMES)
def test_whatever_a_server_sends_comes_to_a_verdict(what: str) -> None:
    verdicts = held(what).verdicts
    assert [verdict.id.split("/")[1] for verdict in verdicts] == ["probe", "random"]
    for verdict in verdicts:
        told: Any = verdict.why if verdict.divergence is None else verdict.divergence.observed
        assert verdict.outcome in (Outcome.DIVERGED, Outcome.GARBAGE)
        assert WRONG.get(what, "wrong") in str(told)
