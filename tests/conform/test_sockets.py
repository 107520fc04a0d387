"""The reference pair over real sockets on loopback: it delivers, and refuses what it must."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

SECONDS = {"poll": 0.1, "redial": 0.05, "redial_most": 0.1, "upload": 0.05, "ping": 0.2, "pong": 0.2, "dial": 1.0}


@asynccontextmanager
async def hosted(parts: Any, database: sqlite3.Connection) -> AsyncIterator[Any]:
    async def work(meal: str) -> str:
        await asyncio.sleep(0.1)
        return "completed"

    server = parts.hardened_server.Server(database, {"one": "user-1", "two": "user-2"}, work, SECONDS)
    async with parts.sockets.Host(server) as host:
        yield host


async def until(done: Any) -> None:
    for _ in range(200):
        if done():
            return
        await asyncio.sleep(0.02)
    pytest.fail("it never happens")


def test_a_meal_reaches_the_screen(parts: Any) -> None:
    async def run() -> None:
        async with hosted(parts, sqlite3.connect(":memory:")) as host:
            client = parts.hardened_client.Client(
                parts.sockets.ClientNetwork(host.rest, host.sockets), SECONDS, "one", ""
            )
            client.appear()
            await until(lambda: client.connected)
            meal = client.submit("two eggs")
            await until(lambda: meal.status == "completed")
            await until(lambda: not client.polling)
            client.leave()
            await until(lambda: not host.server.find("user-1"))

    asyncio.run(run())


class Late:
    """A socket whose pong comes in the very moment in which patience ends, for the loop was held up."""

    def __init__(self) -> None:
        self.codes, self.inbox = list[int](), asyncio.Queue[dict[str, Any]]()
        self.inbox.put_nowait({"type": "ready"})

    async def open(self, token: str) -> None:
        pass

    async def receive(self) -> dict[str, Any]:
        return await self.inbox.get()

    def send(self, message: dict[str, Any]) -> None:
        asyncio.get_running_loop().call_later(0.005, self._pong)

    def _pong(self) -> None:
        time.sleep(SECONDS["pong"])
        self.inbox.put_nowait({"type": "pong", "listed": True})

    def close(self, code: int) -> None:
        self.codes.append(code)


def test_a_pong_that_has_come_counts_though_its_time_is_over(parts: Any) -> None:
    class Network:
        async def request(self, *args: Any, **more: Any) -> tuple[int, Any]:
            raise parts.app.Lost

        def socket(self) -> Late:
            return late

    async def run() -> None:
        client = parts.hardened_client.Client(Network(), SECONDS, "one", "")
        client.appear()
        await asyncio.sleep(SECONDS["ping"] + SECONDS["pong"] + 0.1)
        assert late.codes == []
        client.leave()

    late = Late()
    asyncio.run(run())


def test_it_refuses_what_it_must(parts: Any) -> None:
    async def run() -> None:
        async with hosted(parts, sqlite3.connect(":memory:")) as host:
            url, network = (
                f"ws://127.0.0.1:{host.sockets}/ws/meal-logs",
                parts.sockets.ClientNetwork(host.rest, host.sockets),
            )
            for bad in ("", "?token=", "?token=three"):
                with pytest.raises(InvalidStatus) as refused:
                    await connect(url + bad)
                assert refused.value.response.status_code == 401

            async def ask(method: str, path: str, token: str, body: Any = None, key: str = "k") -> tuple[int, Any]:
                headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": key}
                told: tuple[int, Any] = await network.request(method, path, headers=headers, query={}, body=body)
                return told

            assert (await ask("GET", "/api/v1/meal-logs", "three"))[0] == 401
            status, told = await ask("POST", "/api/v1/meal-logs/natural", "one", {"raw_input": "two eggs"})
            meal = told["data"]["id"]
            assert status == 201
            assert (await ask("GET", f"/api/v1/meal-logs/{meal}", "one"))[0] == 200
            other = await ask("GET", f"/api/v1/meal-logs/{meal}", "two")
            assert other == await ask("GET", "/api/v1/meal-logs/none", "two"), (
                "another user's meal is no meal, in the same words"
            )
            assert other[0] == 404
            assert (await ask("GET", "/api/v1/meal-logs", "two"))[1]["data"]["meal_logs"] == []
            assert (await ask("POST", "/api/v1/meal-logs/natural", "one", {"raw_input": ""}))[0] == 400
            assert (await ask("POST", "/api/v1/meal-logs/natural", "one", {"raw_input": "x" * 1001}))[0] == 400
            for frame, code in (("{}", 1008), ("no json", 1008), ("[" * 3000, 1008), (b"\0", 1008), ("x" * 5000, 1009)):
                async with connect(f"{url}?token=one") as wire:
                    assert json.loads(await wire.recv())["type"] == "ready"
                    await wire.send(frame)
                    with pytest.raises(ConnectionClosed) as closed:
                        await wire.recv()
                    assert closed.value.rcvd is not None
                    assert closed.value.rcvd.code == code
            await until(lambda: not host.server.find("user-1"))

    asyncio.run(run())
