"""What all drivers have in common: one JSON object a line in, one a line out, under a virtual clock.

The protocol stands in ``driver.schema.json``.
"""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

from virtual import VirtualLoop


class Driver:
    """What client and server have in common: the loop, and what was seen since the last answer."""

    role = ""
    capabilities: tuple[str, ...] = ()

    def __init__(self, design: str) -> None:
        self.design, self.seen, self.seconds = design, list[dict[str, Any]](), dict[str, float]()
        self.loop = VirtualLoop()

    def see(self, what: str, **more: Any) -> None:
        """Something can be seen."""
        self.seen.append({"what": what, **more})

    def answer(self, line: str) -> dict[str, Any]:
        """Carry out one command."""
        command = json.loads(line)
        match command["op"]:
            case "start":
                self.seconds = command["seconds"]
                name = f"python, {self.design}"
                return {"ok": True, "name": name, "role": self.role, "capabilities": list(self.capabilities)}
            case "reset":
                self.reset()
            case "do":
                self.loop.call_soon(self.do, command)
                self.loop.settle()
            case "advance":
                self.loop.advance(command["seconds"])
        seen, self.seen = self.seen, []
        return {"ok": True, "seen": seen, "shows": self.shows()}

    def reset(self) -> None:
        """Begin anew."""
        for task in asyncio.all_tasks(self.loop):
            task.cancel()
        self.loop.settle()
        self.loop.close()
        self.loop, self.seen = VirtualLoop(), []

    def do(self, command: dict[str, Any]) -> None:
        """What a command does to the program."""
        raise NotImplementedError

    def shows(self) -> dict[str, Any]:
        """What the program shows at any time."""
        raise NotImplementedError

    def serve(self) -> None:
        """Line by line, until the end."""
        for line in sys.stdin:
            told = self.answer(line)
            sys.stdout.write(json.dumps(told) + "\n")
            sys.stdout.flush()
            if '"stop"' in line:
                return
