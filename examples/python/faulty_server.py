"""The hardened server with one bug each: ways in which a socket that works is not in the registry (F16), and F1."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any

from hardened_server import Ended, Server, Socket


class EntryEndsWithHandler(Server):
    """The handler function is done at once and takes the entry with it; a reader goes on."""

    async def connection(self, socket: Socket, user: str) -> None:
        asyncio.get_running_loop().call_soon(self.returned, user, socket)
        await super().connection(socket, user)

    def returned(self, user: str, socket: Socket) -> None:
        """The handler function is done."""
        self.remove(user, socket)


class EntryExpires(Server):
    """An entry goes after half a minute, if it is not told otherwise, and pings do not refresh it."""

    def enter(self, user: str, socket: Socket) -> None:
        super().enter(user, socket)
        asyncio.get_running_loop().call_later(self.seconds.get("entry", 30), self.expired, user, socket)

    def expired(self, user: str, socket: Socket) -> None:
        """Its time is over."""
        self.remove(user, socket)


class RegisterOnMessage(Server):
    """A socket is entered when the first message comes on it."""

    async def connection(self, socket: Socket, user: str) -> None:
        with suppress(Ended):
            first = await socket.receive()
            await super().connection(_Again(socket, first), user)


class OtherRegistry(Server):
    """The notifier asks another registry than the one which the handlers fill."""

    def _notify(self, meal: dict[str, Any], user: str) -> None:
        held, self.registry = self.registry, {}
        super()._notify(meal, user)
        self.registry = held


class OtherKey(Server):
    """The notifier asks by another form of the user's id."""

    def _notify(self, meal: dict[str, Any], user: str) -> None:
        super()._notify(meal, user.upper())


class OneOfMany(Server):
    """There is one entry for each user: the last socket's."""

    def enter(self, user: str, socket: Socket) -> None:
        self.registry[user] = {socket}


class StaleUnregister(OneOfMany):
    """And whoever ends removes it, whosever it is."""

    def remove(self, user: str, socket: Socket) -> None:
        self.registry.pop(user, None)


class OneIsTold(Server):
    """All sockets of a user are entered, and one of them is told."""

    def _notify(self, meal: dict[str, Any], user: str) -> None:
        held = self.registry.get(user, set())
        self.registry[user] = set(list(held)[:1])
        super()._notify(meal, user)
        self.registry[user] = held


class _Again:
    """A socket whose first message is read twice."""

    def __init__(self, socket: Socket, first: Any) -> None:
        self.socket, self.first = socket, [first]

    async def receive(self) -> Any:
        return self.first.pop() if self.first else await self.socket.receive()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.socket, name)


BUGS: dict[str, type[Server]] = {
    "entry_ends_with_handler": EntryEndsWithHandler,
    "entry_expires": EntryExpires,
    "register_on_message": RegisterOnMessage,
    "other_registry": OtherRegistry,
    "other_key": OtherKey,
    "one_of_many": OneOfMany,
    "one_is_told": OneIsTold,
    "stale_unregister": StaleUnregister,
}
"""By the name of the mechanism that the model has for it, where it has one."""

__all__ = ["BUGS", "Ended"]
