"""The real network: WebSockets by ``websockets``, REST by a few lines of HTTP over asyncio, all on loopback.

Sockets have a port of their own, for the library reads no requests with a body.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from contextlib import suppress
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from app import Lost
from hardened_server import LONGEST, REFUSED, Answer, Ended, Server
from websockets.asyncio.client import connect
from websockets.asyncio.server import ServerConnection, serve
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus
from websockets.http11 import Request, Response

HOST = "127.0.0.1"
BODY = 64 * 1024
"""Bytes of the largest body of a request."""


# ---------------------------------------------------------------------- the client's side


class ClientSocket:
    """A socket to a server."""

    def __init__(self, url: str) -> None:
        self.url, self.outbox, self.code = url, asyncio.Queue[Mapping[str, Any] | None](), 1000

    async def open(self, token: str) -> None:
        """Dial."""
        try:
            self.wire = await connect(
                f"{self.url}?{urlencode({'token': token})}", ping_interval=None, open_timeout=None
            )
        except InvalidStatus as refused:
            raise Lost(refused.response.status_code) from None
        except (OSError, InvalidHandshake):
            raise Lost from None
        self.writer = asyncio.ensure_future(self._write())

    async def receive(self) -> dict[str, Any]:
        """The next message that can be read."""
        while True:
            try:
                message = json.loads(await self.wire.recv())
            except ConnectionClosed:
                self.outbox.put_nowait(None)
                raise Lost from None
            except ValueError:
                continue
            if isinstance(message, dict):
                return message

    def send(self, message: Mapping[str, Any]) -> None:
        """Send a message, as far as anybody can tell."""
        self.outbox.put_nowait(message)

    def close(self, code: int) -> None:
        """Let go."""
        self.code = code
        self.outbox.put_nowait(None)

    async def _write(self) -> None:
        with suppress(ConnectionClosed):
            while (message := await self.outbox.get()) is not None:
                await self.wire.send(json.dumps(message))
            await self.wire.close(self.code)


class ClientNetwork:
    """What reaches a server on this machine."""

    def __init__(self, rest: int, sockets: int) -> None:
        self.rest, self.url = rest, f"ws://{HOST}:{sockets}/ws/meal-logs"

    def socket(self) -> ClientSocket:
        """A socket that is not dialled yet."""
        return ClientSocket(self.url)

    async def request(
        self, method: str, path: str, *, headers: Mapping[str, str], query: Mapping[str, Any], body: Any
    ) -> tuple[int, Any]:
        """One request, one connection."""
        target = path + (f"?{urlencode(query)}" if query else "")
        data = b"" if body is None else json.dumps(body).encode()
        lines = [f"{method} {target} HTTP/1.1", f"Host: {HOST}", f"Content-Length: {len(data)}", "Connection: close"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        try:
            reader, writer = await asyncio.open_connection(HOST, self.rest)
            try:
                writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + data)
                head, told = await _message(reader)
            finally:
                writer.close()
            return int(head.split(" ")[1]), json.loads(told) if told else None
        except (OSError, ValueError, IndexError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            raise Lost from None


async def _message(reader: asyncio.StreamReader) -> tuple[str, bytes]:
    """The head of a request or an answer, and its body."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    size = int(_headers(head).get("content-length", "0"))
    if not 0 <= size <= BODY:
        raise ValueError(f"a body of {size} bytes")
    return head, await reader.readexactly(size)


def _headers(head: str) -> dict[str, str]:
    pairs = (line.partition(":") for line in head.split("\r\n")[1:])
    return {name.strip().lower(): value.strip() for name, _, value in pairs}


# ---------------------------------------------------------------------- the server's side


class ServerSocket:
    """A socket from a client."""

    def __init__(self, wire: ServerConnection) -> None:
        self.wire, self.outbox, self.code = wire, asyncio.Queue[Mapping[str, Any] | None](), REFUSED
        self.writer = asyncio.ensure_future(self._write())

    async def receive(self) -> Any:
        """The next message; what is no JSON in a text is None."""
        try:
            data = await self.wire.recv()
        except ConnectionClosed:
            raise Ended from None
        try:
            return json.loads(data) if isinstance(data, str) else None
        except (ValueError, RecursionError):
            return None

    def send(self, message: Mapping[str, Any]) -> None:
        """A send into a socket that is gone succeeds."""
        self.outbox.put_nowait(message)

    def close(self, code: int) -> None:
        """Let go, when what was sent is out."""
        self.code = code
        self.outbox.put_nowait(None)

    async def ping(self) -> None:
        """Until the answer comes."""
        with suppress(ConnectionClosed):
            await (await self.wire.ping())

    async def _write(self) -> None:
        with suppress(ConnectionClosed):
            while (message := await self.outbox.get()) is not None:
                await self.wire.send(json.dumps(message))
            await self.wire.close(self.code)


class Host:
    """A server on two ports of this machine, one for requests and one for sockets."""

    def __init__(self, server: Server) -> None:
        self.server = server

    async def __aenter__(self) -> Host:
        self._rest = await asyncio.start_server(self._asked, HOST, 0, limit=BODY)
        self._ws = await serve(
            self._connected,
            HOST,
            0,
            process_request=self._admit,
            max_size=LONGEST,
            ping_interval=None,
            compression=None,
        )
        self.rest = self._rest.sockets[0].getsockname()[1]
        self.sockets = next(iter(self._ws.sockets)).getsockname()[1]
        return self

    async def __aexit__(self, *error: object) -> None:
        self.server.stop()
        self._rest.close()
        self._ws.close()  # with 1001
        await self._ws.wait_closed()

    def _user(self, request: Request) -> str | None:
        token = parse_qs(urlsplit(request.path).query).get("token", [""])[0]
        bearer = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return self.server.users.get(token or bearer)

    def _admit(self, wire: ServerConnection, request: Request) -> Response | None:
        known = urlsplit(request.path).path == "/ws/meal-logs"
        status = HTTPStatus.NOT_FOUND if not known else HTTPStatus.UNAUTHORIZED
        return None if known and self._user(request) else Response(status.value, status.phrase, Headers(), b"")

    async def _connected(self, wire: ServerConnection) -> None:
        assert wire.request is not None
        user = self._user(wire.request)
        if user is not None:
            socket = ServerSocket(wire)
            await self.server.connection(socket, user)
            socket.outbox.put_nowait(None)
            await socket.writer

    async def _asked(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            status, body = await self._answer(reader)
            told = b"" if body is None else json.dumps(body).encode()
            head = f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\nContent-Length: {len(told)}\r\n\r\n"
            writer.write(head.encode() + told)
            await writer.drain()
        except OSError:
            pass
        finally:
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader) -> Answer:
        try:
            head, data = await _message(reader)
            method, target, _ = head.split("\r\n")[0].split(" ")
            headers = {name.title(): value for name, value in _headers(head).items()}
            return await self.server.request(method, urlsplit(target).path, headers, json.loads(data or b"null"))
        except (ValueError, RecursionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            return 400, {"error": {"message": "malformed"}}
