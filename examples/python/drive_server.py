"""The driver of a server: all its clients are the tester. ``python drive_server.py hardened`` is what conform runs.

A further argument makes the server faulty: one of the bugs of :mod:`faulty_server`.
"""

from __future__ import annotations

import asyncio
import sqlite3
import sys
from collections.abc import Awaitable, Mapping
from importlib import import_module
from typing import Any

from drive import Driver

USER = "4eb4c27c-304d-4cca-8cc8-2b67a4c75d98"


class Socket:
    """A socket whose other end is the tester; its pings are answered while the way is there."""

    def __init__(self, tester: ServerDriver, number: int, ended: type[Exception]) -> None:
        self.tester, self.number, self.ended = tester, number, ended
        self.broken = self.gone = False
        self.inbox: asyncio.Queue[Any] = asyncio.Queue()

    async def receive(self) -> Any:
        """The next message."""
        message = await self.inbox.get()
        if message is None:
            raise self.ended
        return message

    def send(self, message: Mapping[str, Any]) -> None:
        """A send into a broken socket succeeds."""
        if not self.gone:
            self.tester.see("send", socket=self.number, message=dict(message))

    def close(self, code: int) -> None:
        """Let go."""
        if not self.gone:
            self.tester.see("close", socket=self.number, code=code)
        self.gone = True
        self.inbox.put_nowait(None)

    def ping(self) -> Awaitable[None]:
        """Its answer."""
        answer = self.tester.loop.create_future()
        if not self.broken:
            answer.set_result(None)
        return answer


class ServerDriver(Driver):
    """Drives a server."""

    role = "server"
    capabilities = ("restart", "entry", "device", "token")

    def __init__(self, design: str, bug: str = "") -> None:
        super().__init__(design)
        self.module = import_module(f"{design}_server")
        self.make = import_module("faulty_server").BUGS[bug] if bug else self.module.Server
        self.server: Any = None

    def reset(self) -> None:
        super().reset()
        self.database = sqlite3.connect(":memory:")
        self.users = {"token-1": USER}
        self.sockets: dict[int, Socket] = {}
        self.loop.call_soon(self.boot)
        self.loop.settle()

    def boot(self) -> None:
        """A new life, with what the last one has stored."""
        self.work: dict[str, asyncio.Future[str]] = {}
        self.server = self.make(self.database, self.users, self.worked, self.seconds)

    async def worked(self, meal: str) -> str:
        """The work on a meal ends when the tester says so."""
        self.work[meal] = self.loop.create_future()
        return await self.work[meal]

    def do(self, command: dict[str, Any]) -> None:
        socket = self.sockets.get(command.get("socket", 0))
        match command["what"]:
            case "dial":
                self._dial(command["socket"], command["request"]["query"]["token"])
            case "message" if socket:
                socket.inbox.put_nowait(command["message"])
            case "close" | "cut" if socket:
                socket.gone = True
                socket.inbox.put_nowait(None)
            case "break" if socket:
                socket.broken = True
            case "request":
                self.loop.create_task(self._request(command["request"], command["sent"]))
            case "work":
                self.work.pop(command["meal"]).set_result(command["ends"])
            case "crash":
                self._crash()
            case "boot":
                self.boot()
            case "drop_entry" if socket:
                self.server.remove(USER, socket)
            case "expire":
                self.users.pop(command["token"])
            case "grant":
                self.users[command["token"]] = USER

    def _dial(self, number: int, token: str) -> None:
        user = self.users.get(token)
        if user is None:
            self.see("refuse", socket=number, status=401)
            return
        self.sockets[number] = Socket(self, number, self.module.Ended)
        self.see("accept", socket=number)
        self.loop.create_task(self.server.connection(self.sockets[number], user))

    async def _request(self, number: int, sent: dict[str, Any]) -> None:
        status, body = await self.server.request(sent["method"], sent["path"], sent["headers"], sent.get("body"))
        self.see("answer", request=number, answer={"status": status} | ({} if body is None else {"body": body}))

    def _crash(self) -> None:
        for socket in self.sockets.values():
            socket.gone = True
        for task in asyncio.all_tasks(self.loop):
            task.cancel()
        self.server = None

    def shows(self) -> dict[str, Any]:
        held = [] if self.server is None else self.server.registry.get(USER, ())
        return {"registry": sorted(socket.number for socket in held)}


if __name__ == "__main__":
    ServerDriver(*sys.argv[1:]).serve()
