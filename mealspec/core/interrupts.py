"""Interrupts: heard whatever happens meanwhile, or put off."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

__all__ = ["heard", "ignored"]


@contextmanager
def ignored() -> Iterator[None]:
    """Nobody interrupts meanwhile. A process that is started here inherits that for good: whoever starts it ends it."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def heard() -> Iterator[list[int]]:
    """The interrupts asked for meanwhile: oxidd turns one that comes in the middle of its work into a TypeError."""
    asked: list[int] = []

    def interrupt(number: int, _: FrameType | None) -> None:
        asked.append(number)
        raise KeyboardInterrupt

    before = signal.getsignal(signal.SIGINT)
    if before is signal.SIG_IGN:  # a shell that runs it in the background wants it so
        yield asked
        return
    signal.signal(signal.SIGINT, interrupt)
    try:
        yield asked
    finally:
        signal.signal(signal.SIGINT, before)
