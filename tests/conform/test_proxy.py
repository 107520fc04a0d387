"""The proxy leaves nothing behind, whatever it was doing when it is left."""

from __future__ import annotations

import asyncio
import gc
from contextlib import suppress

import pytest
from websockets.asyncio.client import connect

from mealspec.conform.proxy import HOST, Befalls, Proxy


async def _heard(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A server that never answers."""
    await reader.read()
    writer.close()


async def _asks(proxy: Proxy) -> None:
    """Somebody asks, and goes without waiting for an answer."""
    _, writer = await asyncio.open_connection(HOST, proxy.rest)
    writer.write(b"GET / HTTP/1.1\r\n\r\n")
    await writer.drain()
    await asyncio.sleep(0.05)
    writer.close()
    await writer.wait_closed()
    await asyncio.sleep(0.05)
    gc.collect()


async def _dials(proxy: Proxy) -> None:
    """Somebody dials, and gives up."""
    with suppress(TimeoutError):
        await connect(f"ws://{HOST}:{proxy.sockets}/ws/meal-logs", open_timeout=0.05)


async def _waits(proxy: Proxy) -> None:
    """Somebody is connected, and says nothing."""
    _, writer = await asyncio.open_connection(HOST, proxy.rest)
    await asyncio.sleep(0.05)
    writer.close()


@pytest.mark.sample(1, others="slow")
@pytest.mark.parametrize("does", [_asks, _dials, _waits])
def test_it_ends_what_it_has_begun(does: object) -> None:
    async def run() -> set[str]:
        async with await asyncio.start_server(_heard, HOST, 0) as server:
            port = server.sockets[0].getsockname()[1]
            async with Proxy(((HOST, port), (HOST, port)), Befalls()) as proxy:
                await does(proxy)  # type: ignore[operator]
            await asyncio.sleep(0.05)
        return {str(task.get_coro()) for task in asyncio.all_tasks() if "Proxy" in str(task.get_coro())}

    assert asyncio.run(asyncio.wait_for(run(), 120)) == set()
    gc.collect()
