"""Where people read: the answer on stdout, and below it, on stderr, what is being done."""

from __future__ import annotations

import os
import sys
import time
from typing import NoReturn

from rich.console import Console
from rich.control import Control
from rich.segment import ControlType

PAUSE = 5.0
"""Seconds between two lines of progress where stderr is no terminal."""

CLEAR = Control(ControlType.CARRIAGE_RETURN, (ControlType.ERASE_IN_LINE, 2))


class Terminal(Console):
    """Where a reader who went away is an error as it is elsewhere, and not the end of the program."""

    def on_broken_pipe(self) -> NoReturn:
        """Who runs the program decides."""
        raise BrokenPipeError


def console() -> Terminal:
    """Standard output: as wide as the terminal, and 80 columns where it is none."""
    return Terminal(width=None if sys.stdout.isatty() else 80, highlight=False)


class Line:
    """Progress on stderr: one line that changes on a terminal, and elsewhere a plain one now and then."""

    def __init__(self) -> None:
        self._live = sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
        self._console = Terminal(stderr=True, highlight=False, force_terminal=self._live)
        self._last = 0.0 if self._live else time.monotonic()

    def show(self, text: str, every: float = 0.05) -> None:
        """Say how far it has come; what comes sooner than ``every`` seconds after the last is not shown."""
        now = time.monotonic()
        if now - self._last < (every if self._live else PAUSE):
            return
        self._last = now
        self.clear()
        if self._live:
            self._console.print(text, end="", markup=False, no_wrap=True, overflow="ellipsis")
        else:
            print(text, file=sys.stderr)

    def clear(self) -> None:
        """Nothing is being done any more."""
        if self._live:
            self._console.control(CLEAR)
