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
def heard(asked: list[int]) -> Iterator[None]:
    """Keep in ``asked`` the interrupts that come meanwhile.

    A library may turn one into an error of its own: oxidd does, in the middle of its work, and so does an import.
    """

    def interrupt(number: int, _: FrameType | None) -> None:
        asked.append(number)
        raise KeyboardInterrupt

    before = signal.getsignal(signal.SIGINT)
    if before is signal.SIG_IGN:  # a shell that runs it in the background wants it so
        yield
        return
    signal.signal(signal.SIGINT, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
