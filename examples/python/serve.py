"""A server on real sockets, for ``mealspec conform --url``: prints where it is, and serves until it is ended.

``python serve.py hardened [BUG]``; a bug is one of :mod:`faulty_server`. Its timers and its work are short.
"""

from __future__ import annotations

import argparse
import asyncio
import sqlite3
from importlib import import_module

from faulty_server import BUGS
from sockets import HOST, Host


async def main() -> None:
    """Serve."""
    parser = argparse.ArgumentParser()
    parser.add_argument("design", choices=("hardened", "published"))
    parser.add_argument("bug", nargs="?", choices=sorted(BUGS))
    parser.add_argument("--work-seconds", type=float, default=0.2)
    parser.add_argument("--ping-seconds", type=float, default=0.5)
    parser.add_argument("--entry-seconds", type=float, default=0.5, help="how long an entry lives that expires")
    parser.add_argument("--token", default="token-1")
    parser.add_argument("--database", default=":memory:")
    given = parser.parse_args()

    async def work(meal: str) -> str:
        await asyncio.sleep(given.work_seconds)
        return "completed"

    make = BUGS[given.bug] if given.bug else import_module(f"{given.design}_server").Server
    seconds = {"ping": given.ping_seconds, "pong": given.ping_seconds, "entry": given.entry_seconds}
    database = sqlite3.connect(given.database)
    async with Host(make(database, {given.token: "4eb4c27c-304d-4cca-8cc8-2b67a4c75d98"}, work, seconds)) as host:
        print(f"--url http://{HOST}:{host.rest} --sockets ws://{HOST}:{host.sockets}", flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
