"""Progress of long searches, on stderr: a live line on a terminal, a plain one now and then elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

from mealspec.core import Effort, Progress

__all__ = ["Reporter", "line"]

QUIESCENT = 5.0
"""Seconds between two lines where stderr is no terminal."""


def line(name: str, progress: Progress | Effort) -> str:
    """How far one search has come; what is left is known only as the states that still wait, or the events."""
    if isinstance(progress, Effort):
        return f"{name}: event {progress.taken} of {progress.steps}, {progress.nodes:,} nodes, {progress.seconds:.0f} s"
    return (
        f"{name}: {progress.states:,} states, {progress.waiting:,} waiting, "
        f"depth {progress.depth}, {progress.rate:,.0f}/s"
    )


class Reporter:
    """Shows the searches that run."""

    def __init__(self) -> None:
        self._live = sys.stderr.isatty()
        self._last = time.monotonic()
        self._shown: dict[str, str] = {}

    def update(self, name: str, progress: Progress | Effort) -> None:
        """One search has come further."""
        self._shown[name] = line(name, progress)
        if self._live:
            text = " | ".join(self._shown.values())
            sys.stderr.write(f"\r\x1b[K{text[:118]}")
            sys.stderr.flush()
        elif time.monotonic() - self._last > QUIESCENT:
            self._last = time.monotonic()
            print(self._shown[name], file=sys.stderr)

    def done(self, name: str) -> None:
        """One search has ended."""
        self._shown.pop(name, None)
        if self._live:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()

    def on(self, name: str) -> Callable[[Progress | Effort], None]:
        """The callback for one search."""
        return lambda progress: self.update(name, progress)
