"""The server of the published design: what it does otherwise than the hardened one. Not to be copied."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from typing import Any

import hardened_server
from hardened_server import SCHEMA, Ended, Socket, Work, now


class Server(hardened_server.Server):
    """One life of the server."""

    schema = SCHEMA.replace(", UNIQUE (user, key)", "")  # so a repeated upload makes a second meal

    def __init__(
        self, database: sqlite3.Connection, users: Mapping[str, str], work: Work, seconds: Mapping[str, float]
    ) -> None:
        super().__init__(database, users, work, seconds)
        self.stop()  # what the last life has left unfinished stays so

    # One entry for each user: the last socket's; and whoever ends removes it, whosever it is.

    def enter(self, user: str, socket: Socket) -> None:
        self.registry[user] = {socket}

    def remove(self, user: str, socket: Socket) -> None:
        self.registry.pop(user, None)

    # It says neither ready nor whether it holds the socket, and it does not ping.

    def _ready(self, socket: Socket) -> None:
        pass

    def _heard(self, socket: Socket, user: str, message: Any) -> None:
        if isinstance(message, dict) and message.get("type") == "ping":
            socket.send({"type": "pong", "timestamp": now()})

    async def _ping(self, socket: Socket, user: str) -> None:
        pass


__all__ = ["Ended", "Server"]
