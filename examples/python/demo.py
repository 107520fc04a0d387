"""Client and server over real sockets on this machine: a meal is submitted, worked on, and shown.

``python demo.py`` prints what the screen shows; the seconds are short, so that it takes two.
"""

from __future__ import annotations

import asyncio
import sqlite3
import sys
import tempfile
from importlib import import_module
from pathlib import Path

from sockets import ClientNetwork, Host

SECONDS = {"poll": 0.5, "redial": 0.1, "redial_most": 1.0, "upload": 0.2, "ping": 1.0, "pong": 1.0, "dial": 1.0}
USER, TOKEN = "4eb4c27c-304d-4cca-8cc8-2b67a4c75d98", "token-1"


async def work(meal: str) -> str:
    """The AI."""
    await asyncio.sleep(1)
    return "completed"


async def main(design: str) -> None:
    """One meal."""
    with tempfile.TemporaryDirectory() as folder:
        database = sqlite3.connect(Path(folder) / "meals.sqlite")
        server = import_module(f"{design}_server").Server(database, {TOKEN: USER}, work, SECONDS)
        async with Host(server) as host:
            client = import_module(f"{design}_client").Client(
                ClientNetwork(host.rest, host.sockets), SECONDS, TOKEN, "refresh-1"
            )
            client.appear()
            await asyncio.sleep(0.2)
            meal = client.submit("two eggs and toast")
            shown = ""
            for _ in range(30):
                await asyncio.sleep(0.1)
                if meal.status != shown:
                    shown = meal.status
                    print(f"{meal.text}: {shown}; connected: {client.connected}; polling: {client.polling}")
            client.leave()
            await asyncio.sleep(0.1)
        database.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1] if len(sys.argv) > 1 else "hardened"))
