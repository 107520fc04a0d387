"""The client of the published design: version 1.0.0 of the fix, as its code behaves. Not to be copied.

``try? await Task.sleep`` drops the error of a cancelled sleep, so the next line runs at once; and whatever a
cancelled task asks of the network fails at once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from app import LEAVING, SILENT, App, Lost, Network, Socket


class Client(App):
    """View model, poll loop and library."""

    def __init__(self, network: Network, seconds: Mapping[str, float], token: str, refresh_token: str) -> None:
        super().__init__(network, seconds, token, refresh_token)
        self.socket: Socket | None = None
        self.usable = False
        self.view: object = None
        self.news: asyncio.Queue[None] = asyncio.Queue()

    # ------------------------------------------------------------------ the screen

    def appear(self) -> None:
        """There is a view model: load, connect."""
        self.shown, self.view = True, object()
        self._run("appear", self._load())
        self._run("handler", self._handle())
        if not self.connecting:
            self.connecting = True
            self._dial()

    def leave(self) -> None:
        """``deinit``: it ends, with all that is its own."""
        self.shown = self.connected = self.connecting = False
        self.view = None
        for name in list(self.tasks):
            if name.partition(" ")[0] in ("appear", "handler", "poll", "socket"):
                self._stop(name)
        self._let_go()
        for meal in self.meals.values():
            if meal.status == "processing":
                meal.status = ""

    def reconnect(self) -> None:
        """The button."""
        if self.shown:
            self.connected, self.connecting = False, True
            self._dial()

    # ------------------------------------------------------------------ the socket

    def _dial(self) -> None:
        self._let_go()
        self.socket = self.network.socket()
        self._run(f"socket {id(self.socket)}", self._live(self.socket))

    def _let_go(self) -> None:
        if self.socket is not None:
            self.socket.close(LEAVING)
            self.socket, self.usable = None, False
        self._stop("ping")

    async def _live(self, socket: Socket) -> None:
        """One socket; whoever dialled is told how that went, whichever socket is held by then."""
        opened = False
        try:
            async with asyncio.timeout(self.seconds["dial"]):
                await socket.open(self.token)
            opened = True
            self._opened(socket)
            while True:
                message = await socket.receive()
                if message.get("type") in ("meal_log.completed", "meal_log.failed"):
                    self.news.put_nowait(None)
        except TimeoutError:
            socket.close(SILENT)
        except Lost as lost:
            if lost.status == 401:
                self._renew()
        if self.socket is socket:
            self.socket, self.usable = None, False
            self._stop("ping")
        if not opened:
            self.connected = self.connecting = False
            self._poll()

    def _opened(self, socket: Socket) -> None:
        self.usable = self.socket is socket
        self.connected, self.connecting = True, False
        self._run("ping", self._ping(socket))
        self._stop("poll")

    async def _ping(self, socket: Socket) -> None:
        while True:
            await asyncio.sleep(self.seconds["ping"])
            socket.send({"type": "ping"})

    # ------------------------------------------------------------------ loads

    def _poll(self) -> None:
        if not self.polling and self.shown:
            self._run("poll", self._poll_while_offline())

    async def _poll_while_offline(self) -> None:
        view = self.view
        while True:
            with suppress(asyncio.CancelledError):
                await asyncio.sleep(self.seconds["poll"])
            if view is not self.view:
                return
            if self.usable and self.connected:
                break
            try:
                await self._load()
            except asyncio.CancelledError:  # its request with it
                if view is not self.view:
                    raise
                self._show({})
            if not any(meal.status == "processing" for meal in self.meals.values()):
                break
            if _cancelled():
                return
        if _cancelled():
            self._stop("poll")  # whoever is current by now

    async def _handle(self) -> None:
        while True:
            await self.news.get()
            self.connected = True
            await self._load()
            self._stop("poll")

    async def _load(self) -> None:
        """Show what the answer says; nothing, if there is none."""
        try:
            self._show(await self._list())
        except Lost:
            self._show({})

    def _show(self, told: Mapping[str, str]) -> None:
        for meal in self.meals.values():
            meal.status = told.get(meal.key, "")

    async def _request(self, *args: Any, **more: Any) -> Any:
        if _cancelled():
            raise Lost
        return await super()._request(*args, **more)


def _cancelled() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
