"""The client of the hardened design, after the role page of the client.

Every method that is no coroutine runs to its end without another coming between, as the page asks.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from app import FINISHED, LEAVING, SILENT, App, Lost, Meal, Network, Socket


class Client(App):
    """View model, poll loop and library."""

    def __init__(self, network: Network, seconds: Mapping[str, float], token: str, refresh_token: str) -> None:
        super().__init__(network, seconds, token, refresh_token)
        self.socket: Socket | None = None
        self.failures = 0
        self.news: asyncio.Queue[None] = asyncio.Queue()

    # ------------------------------------------------------------------ the screen

    def appear(self) -> None:
        """There is a view model: load, poll, connect."""
        self.shown = True
        self._run("appear", self._load())
        self._run("handler", self._handle())
        self._poll()
        if not self.connecting:
            self.connecting = True
            self._dial()

    def leave(self) -> None:
        """It ends, with all that is its own; the outbox goes on."""
        self.shown = self.connected = self.connecting = False
        for name in ("appear", "handler", "poll", "redial"):
            self._stop(name)
        self._let_go(LEAVING)
        self.news = asyncio.Queue()
        for meal in self.meals.values():
            if meal.status not in FINISHED:
                meal.status = ""

    def submit(self, text: str) -> Meal:
        """Save a meal, and wait for it."""
        meal = super().submit(text)
        self._poll()
        return meal

    def reconnect(self) -> None:
        """The button."""
        if self.shown:
            self.connected, self.connecting = False, True
            self._dial()

    # ------------------------------------------------------------------ the socket

    def _dial(self) -> None:
        self._stop("redial")
        self._let_go(LEAVING)
        self.socket = self.network.socket()
        self._run("socket", self._live(self.socket))

    def _let_go(self, code: int) -> None:
        """Close the socket that is held, if there is one."""
        if self.socket is not None:
            self.socket.close(code)
            self.socket = None
        self._stop("ping")
        self._stop("socket")

    async def _live(self, socket: Socket) -> None:
        """One socket, from its dial to its end; whoever lets go of it cancels this."""
        ready = False
        try:
            async with asyncio.timeout(self.seconds["dial"]) as limit:
                await socket.open(self.token)
                while True:
                    message = await socket.receive()
                    if message.get("type") == "ready" and not ready:
                        ready = True
                        limit.reschedule(None)
                        self._succeeded(socket)
                    elif message.get("type") == "pong":
                        self._ponged(socket, message)
                    elif message.get("type") in ("meal_log.completed", "meal_log.failed"):
                        self.news.put_nowait(None)
        except TimeoutError:
            socket.close(SILENT)
        except Lost as lost:
            if lost.status == 401:
                self._renew()
        self.socket = None
        self._stop("ping")
        if not ready:
            self.connected = self.connecting = False
        self._redial()

    def _succeeded(self, socket: Socket) -> None:
        self.connected, self.connecting, self.failures = True, False, 0
        self.pong = asyncio.Event()
        self._run("ping", self._ping(socket))

    async def _ping(self, socket: Socket) -> None:
        while True:
            await asyncio.sleep(self.seconds["ping"])
            self.pong.clear()
            socket.send({"type": "ping"})
            with suppress(TimeoutError):
                async with asyncio.timeout(self.seconds["pong"]):
                    await self.pong.wait()
            if not self.pong.is_set():  # it may have come in the same moment
                break
        socket.close(SILENT)
        self.socket = None
        self._stop("socket")
        self._redial()

    def _ponged(self, socket: Socket, message: Mapping[str, Any]) -> None:
        self.pong.set()
        if message.get("listed") is False:
            socket.send({"type": "register"})

    def _redial(self) -> None:
        if self.shown:
            self._run("redial", self._redial_later())

    async def _redial_later(self) -> None:
        least, most = self.seconds["redial"], self.seconds["redial_most"]
        await asyncio.sleep(random.uniform(least, min(most, least * 2**self.failures)))
        self.failures = min(self.failures + 1, 10)
        self.connected, self.connecting = False, True
        self._dial()

    # ------------------------------------------------------------------ loads

    def _poll(self) -> None:
        if self.shown and not self.polling:
            self._run("poll", self._poll_until_finished())

    async def _poll_until_finished(self) -> None:
        while True:
            await asyncio.sleep(self.seconds["poll"])
            await self._load()
            if all(meal.status in FINISHED for meal in self.meals.values()):
                return

    async def _handle(self) -> None:
        """Messages one at a time: each says that something is new, not what."""
        while True:
            await self.news.get()
            await self._load()

    async def _load(self) -> None:
        with suppress(Lost):
            told = await self._list()
            for meal in self.meals.values():
                self._show(meal, told.get(meal.key, ""))

    def _show(self, meal: Meal, status: str) -> None:
        """What the answer says, though it may be old; but what is shown as finished stays so."""
        if status in FINISHED:
            meal.status = status
        elif meal.status not in FINISHED:
            meal.status = status and "processing"
