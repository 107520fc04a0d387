"""A proxy on loopback between clients and a server: it knows requests, handshakes and messages, and what befalls them.

Sockets are frames, not bytes: the library on either side answers pings while the link is whole, a silent link answers
none and tells nobody, and a link that is cut ends without a close.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, TypeVar
from urllib.parse import urlsplit

from websockets.asyncio.client import ClientConnection, connect
from websockets.asyncio.connection import Connection
from websockets.asyncio.server import ServerConnection, serve
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus
from websockets.http11 import Request, Response

from mealspec.core import CheckerError

T = TypeVar("T")
HOST = "127.0.0.1"
LOCAL = ("127.0.0.1", "localhost", "::1")
LARGEST = 1024 * 1024
"""Bytes of the largest message, request or answer that is passed on."""
PASSED = (*range(1000, 1004), *range(1007, 1012), *range(3000, 5000))
"""Codes of closes that may be sent."""
GARBLED = {1002: "what is no frame", 1007: "what is no text", 1009: f"a message of more than {LARGEST} bytes"}
"""What a library closes a socket for, by itself."""
END = b"\r\n\r\n"


def on_loopback(url: str, *schemes: str) -> tuple[str, int]:
    """Host and port of a URL; ``CheckerError`` if it is not of this machine."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        host, port, parts = "", None, urlsplit("")
    if parts.scheme not in schemes or port is None:
        raise CheckerError(f"'{url[:200]}' is no URL of a server: give one like {schemes[0]}://127.0.0.1:8000")
    if host not in LOCAL:
        raise CheckerError(f"'{url[:200]}' is not on this machine: only {', '.join(LOCAL)} are spoken to")
    return host, port


class _Mute(asyncio.Transport):
    """A transport on which nothing goes out any more, not even the library's answers to pings."""

    def __init__(self, inner: asyncio.Transport) -> None:
        super().__init__()
        self._inner = inner

    def write(self, data: bytes | bytearray | memoryview) -> None:
        pass

    def write_eof(self) -> None:
        pass

    def can_write_eof(self) -> bool:
        return self._inner.can_write_eof()

    def close(self) -> None:
        self._inner.close()

    def abort(self) -> None:
        self._inner.abort()

    def is_closing(self) -> bool:
        return self._inner.is_closing()

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return self._inner.get_extra_info(name, default)

    def pause_reading(self) -> None:
        self._inner.pause_reading()

    def resume_reading(self) -> None:
        self._inner.resume_reading()


@dataclass(eq=False)
class Link:
    """A socket and its other half.

    Attributes
    ----------
    number
        Which dial it was, counted from 1.
    near, far
        The ends towards client and server.
    silent
        Whether it passes nothing on, and says so to nobody.
    """

    number: int
    near: ServerConnection
    far: ClientConnection
    silent: bool = False

    def silence(self) -> None:
        """From now on nothing arrives, and nobody is told; what the ends send can still be heard here."""
        self.silent = True
        for end in (self.near, self.far):
            end.transport = _Mute(end.transport)

    def cut(self) -> None:
        """Both ends learn that it is gone, without a close."""
        for end in (self.near, self.far):
            end.transport.abort()

    async def close(self, code: int) -> None:
        """Both ends get a close with this code."""
        await asyncio.gather(self.near.close(code), self.far.close(code))


@dataclass
class Befalls:
    """What befalls what goes through: nothing. To be overridden.

    Attributes
    ----------
    fired
        The faults that have happened, in words, in order.
    """

    fired: list[str] = field(default_factory=list)

    async def dial(self, number: int) -> int | None:
        """Of a dial: the status with which it is refused; 0 for none, it is cut; None if it is passed on."""
        return None

    async def linked(self, link: Link) -> None:
        """A dial has succeeded."""

    async def message(self, link: Link, sender: str, text: str | bytes) -> bool:
        """Whether a message is passed on, if the link is not silent; ``sender`` is client or server."""
        return True

    async def garbled(self, link: Link, sender: str, why: str) -> None:
        """An end has sent what is no frame, no text or too long; it is closed for that."""

    async def request(self, head: str, body: bytes, ask: Callable[[], Awaitable[bytes]]) -> bytes:
        """The answer to a request; empty if there is none. ``ask`` asks the server."""
        return await ask()


def answer(status: int, body: bytes = b"") -> bytes:
    """An answer of the proxy's own."""
    head = f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


class Proxy:
    """Listens on two ports, ``rest`` and ``sockets``, while it is entered; when it is left, nothing of it is.

    Parameters
    ----------
    upstream
        The server's two ports, likewise.
    befalls
        What befalls what goes through.
    """

    def __init__(self, upstream: tuple[tuple[str, int], tuple[str, int]], befalls: Befalls) -> None:
        self._upstream, self.befalls = upstream, befalls
        self.links: list[Link] = []
        self._far: dict[ServerConnection, ClientConnection] = {}
        self._tasks: set[asyncio.Task[Any]] = set()
        self._dials = 0

    async def __aenter__(self) -> Proxy:
        self._rest = await asyncio.start_server(self._begin, HOST, 0)
        self._ws = await serve(
            self._connected, HOST, 0, process_request=self._admit, max_size=LARGEST, ping_interval=None,
            compression=None, close_timeout=1,
        )  # fmt: skip
        self.rest = int(self._rest.sockets[0].getsockname()[1])
        self.sockets = int(next(iter(self._ws.sockets)).getsockname()[1])
        return self

    async def __aexit__(self, *error: object) -> None:
        await _shut(self._rest.sockets, self._ws.sockets)
        self._rest.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for link in self.links:
            link.cut()
        self._ws.close()
        await self._ws.wait_closed()
        for far in self._far.values():  # of dials that were broken off
            far.transport.abort()
            await far.wait_closed()

    def _own(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """A task that ends when the proxy is left, and is held till then: asyncio holds none that waits for a peer."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    # ------------------------------------------------------------------ sockets

    async def _admit(self, near: ServerConnection, request: Request) -> Response | None:
        self._dials += 1
        status = await self.befalls.dial(self._dials)
        if status is None:
            dialling = self._own(self._dial(near, request.path))
            await asyncio.wait([dialling])
            status = 502 if dialling.cancelled() else dialling.result()
        if status == 0:
            near.transport.abort()
        return None if status is None else Response(status or 502, "refused", Headers(), b"")

    async def _dial(self, near: ServerConnection, path: str) -> int | None:
        """Dial the server; the status with which that is refused, if it is."""
        host, port = self._upstream[1]
        try:
            self._far[near] = await connect(
                f"ws://{host}:{port}{path}", max_size=LARGEST, ping_interval=None, compression=None, close_timeout=1
            )
        except InvalidStatus as refused:
            return refused.response.status_code
        except (OSError, InvalidHandshake):
            return 502
        return None

    async def _connected(self, near: ServerConnection) -> None:
        link = Link(self._dials, near, self._far.pop(near))
        self.links.append(link)
        await self.befalls.linked(link)
        await asyncio.gather(
            self._pump(link, near, link.far, "client"), self._pump(link, link.far, near, "server")
        )  # fmt: skip
        self.links.remove(link)

    async def _pump(self, link: Link, source: Connection, target: Connection, sender: str) -> None:
        try:
            async for text in source:
                if await self.befalls.message(link, sender, text) and not link.silent:
                    await target.send(text)
        except ConnectionClosed as closed:
            if closed.sent is not None and closed.sent.code in GARBLED and not closed.rcvd_then_sent:
                await self.befalls.garbled(link, sender, GARBLED[closed.sent.code])
        if link.silent:
            source.transport.abort()  # it waits for an answer to its close, and there is none
            return
        code = source.close_code
        if code is not None and code in PASSED:
            await target.close(code)
        else:
            target.transport.abort()

    # ------------------------------------------------------------------ requests

    def _begin(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._own(self._asked(reader, writer))

    async def _asked(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async with _closed(writer):
            with suppress(OSError, ValueError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
                head, body = await http(reader)
                writer.write(await self.befalls.request(head, body, lambda: self._ask(head, body)))
                await writer.drain()

    async def _ask(self, head: str, body: bytes) -> bytes:
        reader, writer = await asyncio.open_connection(*self._upstream[0])
        async with _closed(writer):
            writer.write(head.encode("latin-1") + body)
            return b"".join(part if isinstance(part, bytes) else part.encode("latin-1") for part in await http(reader))


async def _shut(*listening: Iterable[Any]) -> None:
    """Let nobody else in. Who is being let in just now gets in: asyncio forgets a socket whose listener is closed."""
    loop = asyncio.get_running_loop()
    for each in (each for some in listening for each in some):
        loop.remove_reader(each)
    await asyncio.sleep(0)


@asynccontextmanager
async def _closed(writer: asyncio.StreamWriter) -> AsyncIterator[None]:
    """Closes a writer in the end, and waits until it is; whatever breaks off, breaks it off."""
    try:
        yield
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()
    finally:
        writer.transport.abort()


async def http(reader: asyncio.StreamReader) -> tuple[str, bytes]:
    """The head of a request or an answer, to its empty line, and the body."""
    head = (await reader.readuntil(END)).decode("latin-1")
    fields = (line.partition(":") for line in head.split("\r\n")[1:])
    size = next((int(value) for name, _, value in fields if name.strip().lower() == "content-length"), 0)
    if not 0 <= size <= LARGEST:
        raise ValueError(f"a body of {size} bytes")
    return head, await reader.readexactly(size)
