"""Logs of the pair, as JSON lines that ``mealspec diagnose --mapping ../logs/pair.toml`` reads.

A meal is called by its key, which both ends know.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from app import App, Lost, Meal
from hardened_server import Server


class Log:
    """A file that lines are added to.

    Parameters
    ----------
    user
        Whose program it is, or of whom the server speaks.
    ahead
        Seconds by which its clock is ahead.
    """

    def __init__(self, path: Path, user: str, ahead: float = 0.0) -> None:
        self.path, self.user, self.ahead, self.ended = path, user, ahead, False
        self.lines = 0

    def line(self, event: str, meal: str = "") -> None:
        """It has happened now."""
        if self.ended:
            return
        at = datetime.fromtimestamp(datetime.now(UTC).timestamp() + self.ahead, UTC)
        told = {"time": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"), "user": self.user, "event": event}
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(told | ({"meal": meal} if meal else {})) + "\n")
        self.lines += 1


class _Socket:
    """A socket of the client, and what it logs of it."""

    def __init__(self, inner: Any, log: Log) -> None:
        self.inner, self.log, self.closed = inner, log, False

    async def open(self, token: str) -> None:
        try:
            await self.inner.open(token)
        except Lost:
            self.log.line("client.failed")
            raise

    async def receive(self) -> dict[str, Any]:
        try:
            message: dict[str, Any] = await self.inner.receive()
        except Lost:
            if not self.closed:
                self.log.line("client.ended")
            raise
        if message["type"] in ("meal_log.completed", "meal_log.failed"):
            self.log.line("client.receive", message["data"].get("idempotency_key", ""))
        return message

    def send(self, message: Mapping[str, Any]) -> None:
        self.inner.send(message)

    def close(self, code: int) -> None:
        self.closed = True
        self.inner.close(code)


class _Network:
    """A network, and what the client logs of it."""

    def __init__(self, inner: Any, log: Log) -> None:
        self.inner, self.log = inner, log

    def socket(self) -> _Socket:
        return _Socket(self.inner.socket(), self.log)

    async def request(self, method: str, path: str, *, headers: Mapping[str, str], **more: Any) -> tuple[int, Any]:
        answer: tuple[int, Any] = await self.inner.request(method, path, headers=headers, **more)
        if method == "POST" and answer[0] == 201:
            self.log.line("client.uploaded", headers["Idempotency-Key"])
        return answer


def client(made: type[Any], log: Log, network: Any, *rest: Any) -> Any:
    """A client of the published design that logs."""

    class Logged(made):  # type: ignore[misc]
        def appear(self) -> None:
            if not self.connecting:
                log.line("client.connect")
            super().appear()

        def reconnect(self) -> None:
            if self.shown:
                log.line("user.reconnect")
            super().reconnect()

        def submit(self, text: str) -> Meal:
            meal = super().submit(text)
            log.line("user.submit", meal.key)
            return meal

        def _opened(self, socket: Any) -> None:
            super()._opened(socket)
            log.line("client.connected")

    assert issubclass(Logged, App)
    return Logged(_Network(network, log), *rest)


def server(made: type[Server], log: Log) -> type[Server]:
    """Servers like these that log."""

    class Logged(made):  # type: ignore[misc, valid-type]
        asking = ""

        async def connection(self, socket: Any, user: str) -> None:
            try:
                await super().connection(socket, user)
            finally:
                log.line("server.ended")

        def returned(self, user: str, socket: Any) -> None:
            super().returned(user, socket)
            log.line("server.return")

        def expired(self, user: str, socket: Any) -> None:
            super().expired(user, socket)
            log.line("server.expire_entry")

        def enter(self, user: str, socket: Any) -> None:
            super().enter(user, socket)
            log.line("server.register")

        async def request(self, method: str, path: str, headers: Mapping[str, str], body: Any) -> Any:
            answer = await super().request(method, path, headers, body)
            if method == "POST" and answer[0] == 201:
                log.line("server.take", headers["Idempotency-Key"])
            return answer

        async def _process(self, meal: str) -> None:
            row = self._row(meal)
            assert row is not None
            log.line("server.start", row[2])
            await super()._process(meal)

        def _notify(self, meal: dict[str, Any], user: str) -> None:
            log.line("server.complete" if meal["status"] == "completed" else "server.fail", meal["idempotency_key"])
            self.asking = meal["idempotency_key"]
            super()._notify(meal, user)
            self.asking = ""

        def find(self, user: str) -> set[Any]:
            found: set[Any] = super().find(user)
            if self.asking:
                for _ in found:
                    log.line("server.push", self.asking)
                if not found:
                    log.line("server.skip", self.asking)
            return found

    return Logged
