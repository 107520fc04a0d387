"""A server on real sockets, as a driver: its clients are the tester, and between them stands the proxy.

Time is real here, so the server must have been started with short timers. Whoever tells it something waits for what is
to come of that (``observe``); where seconds are to pass, they do, as long as the server's pings and its work take
(``settle``). When the work ends, and how, is the server's. What it cannot be made to do from outside (die, lose an
entry, refuse a token that it took) is not tested. What it says is data: limited in size, depth and number.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import threading
import time
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar
from urllib.parse import urlencode
from uuid import uuid4

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus
from websockets.protocol import State

from mealspec.conform.driver import DEEPEST, Broken, depth
from mealspec.conform.proxy import HOST, LARGEST, Befalls, Link, Proxy, http, on_loopback
from mealspec.conform.role import Json
from mealspec.core import CheckerError
from mealspec.core.errors import printable

T = TypeVar("T")
MOST = 400
"""Characters of what is shown of something that cannot be read."""
BEAT = 0.05
"""Seconds after which the tester looks whether it is late itself."""
FLOOD = 1000
"""So many things are seen at once at most."""


class _Links(Befalls):
    """Remembers the links by the number of their dial, and says what the server sends on silent ones."""

    def __init__(self, heard: Callable[[Link, str | bytes], None]) -> None:
        super().__init__()
        self.links: dict[int, Link] = {}
        self.unreadable: dict[int, str] = {}
        self._heard = heard

    async def message(self, link: Link, sender: str, text: str | bytes) -> bool:
        if link.silent and sender == "server":
            self._heard(link, text)
        return True

    async def garbled(self, link: Link, sender: str, why: str) -> None:
        if sender == "server":
            self.unreadable[link.number] = why

    async def linked(self, link: Link) -> None:
        self.links[link.number] = link


class ServerAtUrl:
    """A server that runs already; carries out the commands of drivers.

    Parameters
    ----------
    url, sockets
        Where it takes requests and where it takes sockets, both on loopback.
    token
        An access token that it takes.
    quiet, settle
        Seconds for which an observation waits, and seconds within which timers and work are over.
    deadline
        Seconds for each answer, and for work that is late.

    Attributes
    ----------
    late
        Seconds by which the tester, and with it the proxy, was late at most since the last reset: who pings through it
        may have waited for as long.
    """

    def __init__(
        self, url: str, sockets: str, token: str, quiet: float = 0.05, settle: float = 1.0, deadline: float = 5.0
    ) -> None:
        self._ports = (on_loopback(url, "http"), on_loopback(sockets, "ws", "http"))
        self._token, self._quiet, self._deadline = token, quiet, deadline
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)  # pings are answered meanwhile
        self._thread.start()
        self._befalls = _Links(self._overheard)
        self._proxy = Proxy(self._ports, self._befalls)
        self._wires: dict[int, ClientConnection] = {}
        self._numbers: dict[int, int] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._seen: list[dict[str, Any]] = []
        self._keys: dict[str, str] = {}
        self._past: set[str] = set()
        self._news = asyncio.Event()
        self.settle, self.late = settle, 0.0
        asyncio.run_coroutine_threadsafe(self._beat(), self._loop)
        try:
            self._run(self._proxy.__aenter__())
            status, _ = self._run(self._list())
        except (Broken, OSError, ValueError, TimeoutError, asyncio.IncompleteReadError):
            self.close()
            raise CheckerError(f"nothing answers requests as the wire says at {printable(url, 200)}") from None
        if status != 200:
            self.close()
            raise CheckerError(
                f"{printable(url, 200)} answers {status} to a list: give a token that it takes (--token)"
            )

    def ask(self, command: Json) -> Json:
        """Carry out a command."""
        if self._loop.is_closed():
            raise Broken("crash", "it is closed")
        try:
            self._run(asyncio.wait_for(self._carry_out(command), 2 * self._deadline + self.settle))
        except (OSError, asyncio.IncompleteReadError) as error:
            raise Broken("crash", printable(str(error), 200)) from None
        except TimeoutError:
            raise Broken("silence", f"no answer within {self._deadline:g} s") from None
        seen, self._seen = self._seen, []
        self._news.clear()
        if len(seen) > FLOOD:
            raise Broken("garbage", f"more than {FLOOD} things at once")
        return {"ok": True, "seen": seen, "shows": {}}

    def close(self) -> None:
        """Leave nothing behind: no socket, no port."""
        if not self._loop.is_closed():
            self._run(self._end())
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
            self._loop.close()

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    async def _end(self) -> None:
        await self._let_go()
        await self._proxy.__aexit__(None, None, None)
        rest = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)

    async def _beat(self) -> None:
        while True:
            at = self._loop.time()
            await asyncio.sleep(BEAT)
            self.late = max(self.late, self._loop.time() - at - BEAT)

    # ------------------------------------------------------------------ commands

    async def _carry_out(self, command: Json) -> None:
        match command["op"], command.get("what", ""):
            case "reset", _:
                await self._let_go()
                _, meals = await self._list()
                self._past, self._keys, self._seen = {str(meal.get("id")) for meal in meals}, {}, []
                self.late = 0.0
            case "advance", _:
                await asyncio.sleep(self.settle)
                await self._worked(self._deadline)
            case "observe", _:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._news.wait(), self._quiet)
            case "do", "work":
                await self._worked(self.settle)
            case "do", what:
                await self._do(what, command)

    async def _do(self, what: str, command: Json) -> None:
        socket = command.get("socket", 0)
        match what:
            case "dial":
                await self._dial(socket)
            case "message":
                with contextlib.suppress(ConnectionClosed):
                    if socket in self._wires:  # or the server was faster, and has closed it
                        await self._wires[socket].send(json.dumps(command["message"]))
            case "close" | "cut":
                await self._let_go_of(socket, command.get("code"))
            case "break":
                link = self._befalls.links[self._numbers[socket]]
                link.silence()
                self._begin(self._given_up(socket, link))
            case "request":
                await self._request(command["request"], command["sent"])

    async def _let_go_of(self, socket: int, code: int | None) -> None:
        """With a code, if that arrives; else the server's end learns of it as of a reset."""
        wire, link = self._wires.pop(socket, None), self._befalls.links[self._numbers[socket]]
        if wire is None:
            return  # the server was faster
        if code is None or link.silent:
            link.cut()
        else:
            await wire.close(code)
        await self._noticed(link)

    async def _noticed(self, link: Link) -> None:
        """Until the server must know that a socket is gone: it has answered a request since.

        Else what is asked next on another socket may be answered by a server that is late, and has not looked yet; and
        whom it then takes out of its registry is taken out later than what is allowed has it.
        """
        await link.far.wait_closed()
        await self._list()

    async def _dial(self, socket: int) -> None:
        before = set(self._befalls.links)
        query = urlencode({"token": self._token})
        try:
            wire = await connect(
                f"ws://{HOST}:{self._proxy.sockets}/ws/meal-logs?{query}", ping_interval=None, max_size=LARGEST,
                open_timeout=self._deadline, close_timeout=1, compression=None,
            )  # fmt: skip
        except InvalidStatus as refused:
            self._see("refuse", socket=socket, status=refused.response.status_code)
            return
        except InvalidHandshake as error:
            raise Broken("garbage", printable(str(error), MOST)) from None
        self._see("accept", socket=socket)
        while not (new := set(self._befalls.links) - before):
            await asyncio.sleep(0)
        self._wires[socket], self._numbers[socket] = wire, new.pop()
        self._begin(self._read(socket, wire))

    async def _read(self, socket: int, wire: ClientConnection) -> None:
        with contextlib.suppress(ConnectionClosed):
            async for text in wire:
                if self._wires.get(socket) is wire:  # or it was let go of, and this was on its way
                    self._heard(socket, text)
        if self._wires.get(socket) is wire:
            del self._wires[socket]
            self._closed(socket, wire.close_code)

    def _heard(self, socket: int, text: str | bytes) -> None:
        try:
            message = json.loads(text) if isinstance(text, str) and depth(text.encode()) <= DEEPEST else None
        except (ValueError, RecursionError):
            message = None
        if not isinstance(message, dict):
            message = {"type": f"no JSON object: {printable(str(text[:100]))}"}
        about = message.get("data")
        meal = about.get("id", about.get("meal_log_id")) if isinstance(about, dict) else None
        if meal is None or str(meal) not in self._past:  # of another run's meals nothing is said
            self._see("send", socket=socket, message=message)

    def _overheard(self, link: Link, text: str | bytes) -> None:
        for socket, number in self._numbers.items():
            if number == link.number:
                self._heard(socket, text)

    async def _given_up(self, socket: int, link: Link) -> None:
        """Until the server lets go of a silent socket."""
        while link.far.state is State.OPEN:
            await asyncio.sleep(self._quiet / 10)
        link.far.transport.abort()  # it waits for an answer to its close, and there is none
        with contextlib.suppress(OSError, TimeoutError, Broken, asyncio.IncompleteReadError):  # then others will tell
            await self._noticed(link)
        if self._wires.pop(socket, None) is not None:
            self._closed(socket, link.far.close_code)

    def _closed(self, socket: int, code: int | None) -> None:
        why = self._befalls.unreadable.get(self._numbers.get(socket, 0))
        self._see("close", socket=socket, code=code or 1006, **({} if why is None else {"wrong": why}))

    async def _worked(self, longest: float) -> None:
        """Until all work is over; the server says when."""
        end = time.monotonic() + longest
        while time.monotonic() < end:
            _, meals = await self._list()
            own = [each for each in meals if str(each.get("id")) not in self._past]
            if all(each.get("status") != "processing" for each in own):
                return
            await asyncio.sleep(self._quiet)

    async def _let_go(self) -> None:
        for wire in self._wires.values():
            wire.transport.abort()
        for link in self._befalls.links.values():
            link.cut()
        self._wires, self._numbers = {}, {}
        self._befalls.links.clear()
        self._befalls.unreadable.clear()
        while self._tasks:
            await asyncio.wait(self._tasks)
        await asyncio.sleep(self._quiet)

    def _see(self, what: str, **more: Any) -> None:
        if len(self._seen) <= FLOOD:
            self._seen.append({"what": what, **more})
        self._news.set()

    def _begin(self, work: Any) -> None:
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # ------------------------------------------------------------------ requests

    async def _request(self, number: int, sent: Json) -> None:
        headers, body = dict(sent["headers"]), sent.get("body")
        if key := headers.get("Idempotency-Key"):
            headers["Idempotency-Key"] = self._keys.setdefault(key, str(uuid4()))
        status, told = await self._ask(sent["method"], sent["path"], headers, body, sent.get("query", {}))
        if isinstance(told, dict) and isinstance(told.get("data"), dict) and "meal_logs" in told["data"]:
            page = told["data"]
            page["meal_logs"] = [meal for meal in _meals(told) if str(meal.get("id")) not in self._past]
        answer = {"status": status} | ({"body": told} if isinstance(told, dict) else {})
        self._see("answer", request=number, answer=answer)

    async def _list(self) -> tuple[int, list[dict[str, Any]]]:
        status, told = await self._ask("GET", "/api/v1/meal-logs", {}, None, {"limit": 100, "offset": 0})
        return status, _meals(told)

    async def _ask(self, method: str, path: str, headers: dict[str, str], body: Any, query: Json) -> tuple[int, Any]:
        target = path + (f"?{urlencode(query)}" if query else "")
        data = b"" if body is None else json.dumps(body).encode()
        lines = [f"{method} {target} HTTP/1.1", f"Host: {HOST}", f"Content-Length: {len(data)}", "Connection: close"]
        headers = {**headers, "Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}
        lines += [f"{name}: {value}" for name, value in headers.items()]
        async with asyncio.timeout(self._deadline):
            reader, writer = await asyncio.open_connection(HOST, self._proxy.rest)
            try:
                writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + data)
                head, told = await http(reader)
            finally:
                writer.close()
        try:
            return int(head.split(" ")[1]), json.loads(told) if told else None
        except (ValueError, IndexError, RecursionError):
            raise Broken("garbage", f"no answer: {printable(head[:MOST])}") from None


def _meals(told: Any) -> list[dict[str, Any]]:
    data = told.get("data") if isinstance(told, dict) else None
    meals = data.get("meal_logs") if isinstance(data, dict) else None
    return [meal for meal in meals if isinstance(meal, dict)] if isinstance(meals, list) else []
