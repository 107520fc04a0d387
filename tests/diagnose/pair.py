"""The published pair over loopback with a fault or a bug of its server, as two logs: what happened is known."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Awaitable, Callable
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import Any

from mealspec.conform.proxy import Befalls, Proxy
from tests.conform.reference import modules

SECONDS = {"poll": 0.2, "redial": 9.0, "redial_most": 9.0, "upload": 0.1, "ping": 9.0, "pong": 9.0, "dial": 9.0,
           "entry": 0.1}  # fmt: skip
USER, OTHER = "4eb4c27c", "somebody-else"


def parts() -> SimpleNamespace:
    """The modules of the example."""
    names = ("app", "logs", "published_client", "published_server", "faulty_server", "sockets")
    with modules(*names) as found:
        return found


class Fault(Befalls):
    """What befalls dials when a script says so.

    Attributes
    ----------
    held
        By their numbers, dials that wait for an event.
    refused
        Dials that come to nothing.
    """

    def __init__(self) -> None:
        super().__init__()
        self.held: dict[int, asyncio.Event] = {}
        self.refused: set[int] = set()

    async def dial(self, number: int) -> int | None:
        if number in self.held:
            await self.held[number].wait()
        return 503 if number in self.refused else None


class Pair:
    """Client, proxy, server, and their logs; the work ends when it is told to.

    Attributes
    ----------
    random
        By which a script chooses for how long it waits.
    registers
        Set when a server that is late may enter its sockets.
    """

    def __init__(self, folder: Path, seed: int, bug: str = "", does: type[Any] = object) -> None:
        self.parts, self.random, self.fault = parts(), Random(seed), Fault()
        self.paths = (folder / "client.log", folder / "server.log")
        bugs = (self.parts.faulty_server.BUGS[bug],) if bug else ()
        more = () if does is object else (does,)
        self.registers = asyncio.Event()
        self._made = type("Made", (*more, *bugs, self.parts.published_server.Server), {"registers": self.registers})
        self._database = sqlite3.connect(":memory:")
        self._ends, self._ended = "completed", asyncio.Event()
        self._ahead = self.random.uniform(-1.9, 1.9)

    async def __aenter__(self) -> Pair:
        self.log = self.parts.logs.Log(self.paths[0], USER, self._ahead)
        self.host = await self.parts.sockets.Host(self._server()).__aenter__()
        ports = (("127.0.0.1", self.host.rest), ("127.0.0.1", self.host.sockets))
        self.proxy = await Proxy(ports, self.fault).__aenter__()
        self.client = self.device(self.log)
        return self

    async def __aexit__(self, *error: object) -> None:
        for log in (self.log, self.far):
            log.ended = True
        self.client.leave()
        for task in list(self.client.tasks.values()):
            task.cancel()
        await self.proxy.__aexit__(None, None, None)
        await self.host.__aexit__(None, None, None)
        self._database.close()
        for log, event in zip((self.log, self.far), ("client.connect", "server.register"), strict=True):
            told = {"time": "2100-01-01T00:00:00Z", "user": OTHER, "event": event}  # the logs go on
            with log.path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(told) + "\n")

    def _server(self) -> Any:
        async def work(meal: str) -> str:
            await self._ended.wait()
            return self._ends

        self.far = self.parts.logs.Log(self.paths[1], USER)
        return self.parts.logs.server(self._made, self.far)(self._database, {"one": USER}, work, SECONDS)

    def device(self, log: Any) -> Any:
        """A client of the user."""
        network = self.parts.sockets.ClientNetwork(self.proxy.rest, self.proxy.sockets)
        return self.parts.logs.client(self.parts.published_client.Client, log, network, SECONDS, "one", "")

    # ------------------------------------------------------------------ what scripts are made of

    async def pause(self) -> None:
        """A moment."""
        await asyncio.sleep(self.random.uniform(0.02, 0.12))

    async def until(self, done: Callable[[], Any]) -> None:
        """Wait for something; whatever takes more than ten seconds never happens."""
        async with asyncio.timeout(10):
            while not done():
                await asyncio.sleep(0.005)
        await self.pause()

    async def logged(self, log: Any, event: str, number: int = 1) -> None:
        """Wait until a log has so many lines of an event."""
        await self.until(
            lambda: log.path.exists() and log.path.read_text(encoding="utf-8").count(f'"{event}"') >= number
        )

    async def connect(self) -> None:
        """The screen appears, and the socket works."""
        self.client.appear()
        await self.until(lambda: self.client.connected)
        await self.logged(self.far, "server.register")

    async def submit(self) -> None:
        """A meal, until the server has begun with it."""
        self.client.submit("two eggs")
        await self.logged(self.far, "server.start")

    async def finish(self, ends: str = "completed") -> None:
        """The work ends, and whoever is told is told."""
        self._ends = ends
        self._ended.set()
        await self.logged(self.far, "server.complete" if ends == "completed" else "server.fail")
        await asyncio.sleep(0.1)

    async def crash(self) -> None:
        """The server dies with all its sockets, and logs no more; and another comes up."""
        self.far.ended = True
        self.host.server.stop()
        for link in list(self.proxy.links):
            link.cut()
        await self.logged(self.log, "client.ended")
        self.host.server = self._server()
        self.far.line("server.boot")
        await self.pause()


Script = Callable[[Pair], Awaitable[None]]


async def nothing(pair: Pair) -> None:
    await pair.connect()
    await pair.submit()
    await pair.finish()
    await pair.logged(pair.log, "client.receive")


async def stale_unregister(pair: Pair) -> None:
    await pair.connect()
    (old,) = pair.proxy.links
    old.silence()
    pair.client.reconnect()
    await pair.logged(pair.far, "server.register", 2)
    await pair.logged(pair.log, "client.connected", 2)
    old.cut()
    await pair.logged(pair.far, "server.ended")
    await pair.submit()
    await pair.finish()


async def half_open(pair: Pair) -> None:
    await pair.connect()
    await pair.submit()
    pair.proxy.links[0].silence()
    await pair.finish()


async def gap(pair: Pair) -> None:
    await pair.connect()
    await pair.submit()
    (link,) = pair.proxy.links
    link.silence()
    link.far.transport.abort()
    await pair.logged(pair.far, "server.ended")
    await pair.finish()
    pair.client.reconnect()
    await pair.logged(pair.far, "server.register", 2)
    await pair.logged(pair.log, "client.connected", 2)


async def registered_late(pair: Pair) -> None:
    pair.fault.held[1] = asyncio.Event()
    pair.client.appear()
    await pair.submit()
    pair.fault.held[1].set()
    await pair.until(lambda: pair.client.connected)
    await pair.finish()
    pair.registers.set()
    await pair.logged(pair.far, "server.register")


async def double_connect(pair: Pair) -> None:
    pair.fault.held[1] = asyncio.Event()
    pair.fault.refused.add(1)
    pair.client.appear()
    await pair.pause()
    pair.client.reconnect()
    await pair.until(lambda: pair.client.connected)
    await pair.logged(pair.far, "server.register")
    pair.fault.held[1].set()
    await pair.logged(pair.log, "client.failed")
    await pair.submit()
    await pair.finish()


async def orphan(pair: Pair) -> None:
    await pair.connect()
    await pair.submit()
    await pair.crash()


async def nobody_dials(pair: Pair) -> None:
    await pair.connect()
    await pair.crash()
    await pair.submit()
    await pair.finish()


async def failed_job(pair: Pair) -> None:
    await pair.connect()
    await pair.submit()
    await pair.finish("failed")


async def other_device(pair: Pair) -> None:
    await pair.connect()
    other = pair.device(pair.parts.logs.Log(pair.paths[0].with_name("other.log"), USER))
    other.appear()
    await pair.logged(pair.far, "server.register", 2)
    await pair.submit()
    await pair.finish()
    pair.log.ended = pair.far.ended = True
    other.leave()


async def entry_lost(pair: Pair) -> None:
    await pair.connect()
    pair.host.server.registry.clear()
    await pair.submit()
    await pair.finish()


async def skipped(pair: Pair) -> None:
    """With a bug of the registry nothing else has to happen."""
    pair.client.appear()
    await pair.until(lambda: pair.client.connected)
    await asyncio.sleep(2 * SECONDS["entry"])
    await pair.submit()
    await pair.finish()


class Late:
    """A server whose handler enters a socket only when it is told to."""

    registers: asyncio.Event

    async def connection(self, socket: Any, user: str) -> None:
        await self.registers.wait()
        await super().connection(socket, user)  # type: ignore[misc]


class Silent:
    """A server that tells nobody of a failure."""

    def _notify(self, meal: dict[str, Any], user: str) -> None:
        if meal["status"] == "completed":
            super()._notify(meal, user)  # type: ignore[misc]


FAULTS: dict[str, tuple[Script, type[Any]]] = {
    "healthy": (nothing, object), "F1": (stale_unregister, object), "F2": (half_open, object), "F3": (gap, object),
    "F4": (registered_late, Late), "F5": (double_connect, object), "F9": (orphan, object),
    "F10": (nobody_dials, object), "F13": (failed_job, Silent), "F14": (other_device, object),
    "F16": (entry_lost, object),
}  # fmt: skip
"""By what is to be named, what befalls the pair, and what its server does otherwise."""

BUGS: dict[str, tuple[Script, str]] = {
    "entry_ends_with_handler": (skipped, "returned"), "entry_expires": (skipped, "expired"),
    "register_on_message": (skipped, "unheard"), "other_registry": (skipped, "other_registry"),
    "other_key": (skipped, "other_key"), "one_of_many": (other_device, "F14"),
    "stale_unregister": (stale_unregister, "F1"), "one_is_told": (other_device, "F14"),
}  # fmt: skip
"""Bugs of the registry: what has to happen, and what is to be named."""


def played(script: Script, seed: int, folder: Path, bug: str = "", does: type[Any] = object) -> tuple[Path, Path]:
    """The logs of a meal that something befalls."""

    async def run() -> tuple[Path, Path]:
        async with Pair(folder, seed, bug, does) as pair:
            await script(pair)
        return pair.paths

    return asyncio.run(run())
