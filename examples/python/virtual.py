"""An event loop whose clock stands still until it is told to go on.

The program under test is plain asyncio: it sleeps, it waits, it sets limits. Here nothing is waited for. Whenever the
program has nothing left to do the loop stops, and whoever drives it puts the clock forward to the next timer.
"""

from __future__ import annotations

import asyncio
import selectors
from typing import Any


class _Idle(selectors.SelectSelector):
    """Tells the loop to stop where it would wait."""

    loop: VirtualLoop

    def select(self, timeout: float | None = None) -> list[Any]:
        if timeout is None or timeout > 0:
            self.loop.rest = timeout
            self.loop.stop()
        return []


class VirtualLoop(asyncio.SelectorEventLoop):
    """Time goes on by :meth:`advance` only."""

    def __init__(self) -> None:
        self.now = 0.0
        self.rest: float | None = None
        selector = _Idle()
        selector.loop = self
        super().__init__(selector)

    def time(self) -> float:
        """Seconds since the beginning."""
        return self.now

    def settle(self) -> None:
        """Run until there is nothing left to do at this moment."""
        self.run_forever()

    def advance(self, seconds: float) -> None:
        """Let so many seconds pass, timer by timer."""
        end = self.now + seconds
        self.settle()
        while self.rest is not None and self.now + self.rest <= end:
            self.now += self.rest
            self.settle()
        self.now = end
        self.settle()
