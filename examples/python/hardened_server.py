"""The server of the hardened design, after the role page of the server. Meals and work live in SQLite.

Between reading and writing the registry nothing is awaited.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from datetime import UTC, datetime
from typing import Any, Protocol
from uuid import uuid4

FINISHED = ("completed", "failed")
SILENT, REFUSED = 4408, 1008
LONGEST = 4096
"""Bytes of a client's longest message."""

SCHEMA = """
CREATE TABLE IF NOT EXISTS meals (
    id TEXT PRIMARY KEY, user TEXT NOT NULL, key TEXT NOT NULL, raw_input TEXT NOT NULL, meal_type TEXT NOT NULL,
    status TEXT NOT NULL, at TEXT NOT NULL, UNIQUE (user, key)
)"""

Answer = tuple[int, dict[str, Any] | None]


class Ended(Exception):
    """The other end has gone: a close, an error, a reset."""


class Refused(Exception):
    """What came is no message of a client."""


class Socket(Protocol):
    """The server's end of a socket."""

    async def receive(self) -> Any: ...
    def send(self, message: Mapping[str, Any]) -> None: ...
    def close(self, code: int) -> None: ...
    def ping(self) -> Awaitable[None]: ...


Work = Callable[[str], Awaitable[str]]
"""The AI: what is typed in, ``completed`` or ``failed`` out."""


class Server:
    """One life of the server.

    Parameters
    ----------
    database
        It outlives the server.
    users
        Whose token it is, for every token that is taken.
    """

    schema = SCHEMA

    def __init__(
        self, database: sqlite3.Connection, users: Mapping[str, str], work: Work, seconds: Mapping[str, float]
    ) -> None:
        self.database, self.users, self.work, self.seconds = database, users, work, seconds
        self.registry: dict[str, set[Socket]] = {}
        self.tasks: set[asyncio.Task[None]] = set()
        self.epoch = f"{now()}/{uuid4().hex[:6]}"
        database.execute(self.schema)
        for (meal,) in database.execute("SELECT id FROM meals WHERE status = 'processing'").fetchall():
            self._run(self._process(meal))  # what the last life has left unfinished

    # ------------------------------------------------------------------ sockets

    async def connection(self, socket: Socket, user: str) -> None:
        """A socket, from the answered handshake to its end."""
        self.enter(user, socket)
        pings = asyncio.ensure_future(self._ping(socket, user))
        try:
            self._ready(socket)
            while True:
                self._heard(socket, user, await socket.receive())
        except Refused:
            socket.close(REFUSED)
        except Ended:
            pass
        finally:
            self.remove(user, socket)
            pings.cancel()

    def _heard(self, socket: Socket, user: str, message: Any) -> None:
        match message.get("type") if isinstance(message, dict) else None:
            case "ping":
                listed = socket in self.find(user)
                socket.send({"type": "pong", "timestamp": now(), "listed": listed})
            case "register":
                self.enter(user, socket)
                self._ready(socket)
            case _:
                raise Refused

    def _ready(self, socket: Socket) -> None:
        name = f"c-{uuid4().hex[:6]}"
        socket.send({"type": "ready", "connection_id": name, "epoch": self.epoch, "timestamp": now()})

    async def _ping(self, socket: Socket, user: str) -> None:
        while True:
            await asyncio.sleep(self.seconds["ping"])
            try:
                async with asyncio.timeout(self.seconds["pong"]):
                    await socket.ping()
            except TimeoutError:
                self.remove(user, socket)
                socket.close(SILENT)
                return

    # ------------------------------------------------------------------ the registry

    def enter(self, user: str, socket: Socket) -> None:
        """Beside the user's other sockets."""
        self.registry.setdefault(user, set()).add(socket)

    def remove(self, user: str, socket: Socket) -> None:
        """Of this socket, and of no other."""
        self.registry.get(user, set()).discard(socket)

    def find(self, user: str) -> set[Socket]:
        """The user's sockets."""
        return set(self.registry.get(user, ()))

    # ------------------------------------------------------------------ requests

    async def request(self, method: str, path: str, headers: Mapping[str, str], body: Any) -> Answer:
        """Answer a request."""
        user = self.users.get(headers.get("Authorization", "").removeprefix("Bearer "))
        if user is None:
            return refusal(401, "no valid token")
        match method, path.split("/")[3:]:
            case "POST", ["meal-logs", "natural"]:
                return self._take(user, headers.get("Idempotency-Key", ""), body)
            case "GET", ["meal-logs"]:
                rows = self.database.execute(f"SELECT {COLUMNS} FROM meals WHERE user = ? ORDER BY rowid DESC", (user,))
                meals = [told(row) for row in rows.fetchmany(100)]
                page = {"meal_logs": meals, "total_count": len(meals), "limit": 100, "offset": 0, "has_more": False}
                return 200, {"data": page}
            case "GET", ["meal-logs", meal]:
                row = self._row(meal)
                return (
                    (200, {"data": told(row) | {"items": []}})
                    if row and row[1] == user
                    else refusal(404, "no such meal")
                )
        return refusal(404, "no such path")

    def _take(self, user: str, key: str, body: Any) -> Answer:
        """Stored and queued in one transaction; a known key makes no second meal."""
        text = body.get("raw_input") if isinstance(body, dict) else None
        if not key or not isinstance(text, str) or not 0 < len(text) <= 1000:
            return refusal(400, "a meal needs a key, and a text of 1 to 1000 characters")
        meal, kind = str(uuid4()), str(body.get("meal_type", "snack"))
        with self.database:
            insert = "INSERT OR IGNORE INTO meals VALUES (?, ?, ?, ?, ?, 'processing', ?)"
            taken = self.database.execute(insert, (meal, user, key, text, kind, now())).rowcount
        if taken:
            self._run(self._process(meal))
        query = f"SELECT {COLUMNS} FROM meals WHERE user = ? AND key = ? ORDER BY rowid DESC"
        return 201, {"data": told(self.database.execute(query, (user, key)).fetchone())}

    def _row(self, meal: str) -> tuple[str, ...] | None:
        found: tuple[str, ...] | None = self.database.execute(
            f"SELECT {COLUMNS} FROM meals WHERE id = ?", (meal,)
        ).fetchone()
        return found

    # ------------------------------------------------------------------ work

    async def _process(self, meal: str) -> None:
        row = self._row(meal)
        assert row is not None
        status = await self.work(meal)
        with self.database:
            self.database.execute("UPDATE meals SET status = ? WHERE id = ?", (status, meal))
        self._notify(told(row) | {"status": status}, row[1])

    def _notify(self, meal: dict[str, Any], user: str) -> None:
        """Look the user up once; that it is sent does not say that it arrives."""
        message: dict[str, Any] = {"type": f"meal_log.{meal['status']}", "timestamp": now()}
        if meal["status"] == "completed":
            message["data"] = {**meal, "items": []}
        else:
            message["data"] = {
                "meal_log_id": meal["id"], "user_id": user,
                "raw_input": meal["raw_input"], "meal_type": meal["meal_type"],
                "error": "no food was recognised", "error_code": "PARSING_FAILED",
            }  # fmt: skip
        for socket in self.find(user):
            socket.send(message)

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    def stop(self) -> None:
        """End, in order or not: what is stored stays."""
        for task in self.tasks:
            task.cancel()


COLUMNS = "id, user, key, raw_input, meal_type, status, at"


def told(row: tuple[str, ...]) -> dict[str, Any]:
    """A meal as the wire has it."""
    meal, user, key, text, kind, status, at = row
    return {
        "id": meal, "user_id": user, "idempotency_key": key, "raw_input": text, "meal_type": kind, "status": status,
        "logged_at": at, "created_at": at, "updated_at": at,
    }  # fmt: skip


def refusal(status: int, why: str) -> Answer:
    """An answer that refuses."""
    return status, {"error": {"message": why}}


def now() -> str:
    """The time, as the wire has it."""
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
