"""The driver of a client: its network is the tester. ``python drive_client.py hardened`` is what conform runs."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping
from importlib import import_module
from typing import Any

from app import Lost
from drive import Driver


class Socket:
    """A socket whose other end is the tester."""

    def __init__(self, tester: ClientDriver) -> None:
        self.tester, self.number, self.closed = tester, 0, False
        self.opened: asyncio.Future[None] = tester.loop.create_future()
        self.inbox: asyncio.Queue[dict[str, Any] | None] = asyncio.Queue()

    async def open(self, token: str) -> None:
        """Dial."""
        self.tester.sockets.append(self)
        self.number = len(self.tester.sockets)
        request = {
            "method": "GET", "path": "/ws/meal-logs", "headers": {"Upgrade": "websocket"}, "query": {"token": token},
        }  # fmt: skip
        self.tester.see("dial", socket=self.number, request=request)
        await self.opened

    async def receive(self) -> dict[str, Any]:
        """The next message."""
        message = await self.inbox.get()
        if message is None:
            raise Lost
        return message

    def send(self, message: Mapping[str, Any]) -> None:
        """Send a message, as far as anybody can tell."""
        self.tester.see("send", socket=self.number, message=dict(message))

    def close(self, code: int) -> None:
        """Let go."""
        if not self.closed and self.number:
            self.tester.see("close", socket=self.number, code=code)
        self.closed = True
        if not self.opened.done():
            self.opened.set_exception(Lost())
        self.inbox.put_nowait(None)


class ClientDriver(Driver):
    """Drives a client."""

    role = "client"
    capabilities = ("background", "screen", "token")

    def __init__(self, design: str) -> None:
        super().__init__(design)
        self.module = import_module(f"{design}_client")

    def reset(self) -> None:
        super().reset()
        self.sockets: list[Socket] = []
        self.requests: list[asyncio.Future[tuple[int, Any]]] = []
        self.numbers: dict[str, int] = {}
        self.client = self.module.Client(self, self.seconds, "token-1", "refresh-1")

    def socket(self) -> Socket:
        """A socket that is not dialled yet."""
        return Socket(self)

    async def request(
        self, method: str, path: str, *, headers: Mapping[str, str], query: Mapping[str, Any], body: Any
    ) -> tuple[int, Any]:
        """Ask the tester."""
        self.requests.append(self.loop.create_future())
        sent = {"method": method, "path": path, "headers": dict(headers)}
        sent |= ({"query": dict(query)} if query else {}) | ({} if body is None else {"body": body})
        self.see("request", request=len(self.requests), sent=sent)
        return await self.requests[-1]

    def do(self, command: dict[str, Any]) -> None:
        match command["what"]:
            case "appear" | "leave" | "reconnect" as what:
                getattr(self.client, what)()
            case "submit":
                meal = self.client.submit(command["text"])
                self.numbers[meal.key] = command["meal"]
            case "open":
                self.sockets[command["socket"] - 1].opened.set_result(None)
            case "refuse" | "fail" if "socket" in command:
                self._end(command["socket"], command.get("status"))
            case "close":
                self.sockets[command["socket"] - 1].closed = True
                self.sockets[command["socket"] - 1].inbox.put_nowait(None)
            case "message":
                self.sockets[command["socket"] - 1].inbox.put_nowait(command["message"])
            case "answer":
                answer = command["answer"]
                self._answered(command["request"]).set_result((answer["status"], answer.get("body")))
            case "fail":
                self._answered(command["request"]).set_exception(Lost())

    def _end(self, number: int, status: int | None) -> None:
        self.sockets[number - 1].closed = True
        self.sockets[number - 1].opened.set_exception(Lost(status))

    def _answered(self, number: int) -> asyncio.Future[tuple[int, Any]]:
        return self.requests[number - 1]

    def shows(self) -> dict[str, Any]:
        meals = {
            str(self.numbers[meal.key]): meal.status
            for meal in self.client.meals.values()
            if meal.status and meal.key in self.numbers
        }
        return {
            "meals": meals if self.client.shown else None,
            "connected": self.client.connected,
            "connecting": self.client.connecting,
            "polling": self.client.polling,
        }


if __name__ == "__main__":
    ClientDriver(sys.argv[1]).serve()
