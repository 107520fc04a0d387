"""How fast it is: measured and printed (``pytest -s``), for a time that is asserted says more of the machine."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import time
from collections.abc import Callable
from typing import Any

import pytest
from websockets.asyncio.client import connect

from mealspec.conform.conformance import Bench
from mealspec.conform.proxy import Befalls, Proxy
from mealspec.conform.session import Session
from tests.conform.reference import driver
from tests.conform.scripts import SECONDS


@pytest.mark.parametrize("role", ["client", "server"])
def test_commands_of_a_driver(bench: Callable[..., Bench], role: str) -> None:
    some = bench(*driver(role, "hardened"))
    session, count = Session(some.driver, role), 2000
    begun, used = time.perf_counter(), time.process_time()
    for _ in range(count):
        session.tell({"what": "advance", "seconds": 0.001})
    took, cpu = time.perf_counter() - begun, time.process_time() - used
    print(
        f"\n{count / took:.0f} commands a second to a {role}, {count / cpu:.0f} a second of the tester's processor time"
    )
    assert session.frames == count


@pytest.mark.slow
@pytest.mark.parametrize("through", ["directly", "through the proxy"])
def test_whole_connections(parts: Any, through: str) -> None:
    """Dial, handshake, ready, close."""
    count = 200

    async def one(port: int, gate: asyncio.Semaphore) -> str:
        async with gate, connect(f"ws://127.0.0.1:{port}/ws/meal-logs?token=one", compression=None) as wire:
            return str(json.loads(await wire.recv())["type"])

    async def run() -> list[str]:
        database = sqlite3.connect(":memory:")
        server = parts.hardened_server.Server(database, {"one": "user-1"}, None, SECONDS)
        async with parts.sockets.Host(server) as host:
            ports = (("127.0.0.1", host.rest), ("127.0.0.1", host.sockets))
            async with Proxy(ports, Befalls()) as proxy:
                port, gate = host.sockets if through == "directly" else proxy.sockets, asyncio.Semaphore(20)
                begun, used = time.perf_counter(), time.process_time()
                said = await asyncio.gather(*(one(port, gate) for _ in range(count)))
                took, cpu = time.perf_counter() - begun, time.process_time() - used
                print(
                    f"\n{count / took:.0f} connections a second {through}, {count / cpu:.0f} a second of processor time"
                )
        database.close()
        return said

    assert set(asyncio.run(run())) == {"ready"}
