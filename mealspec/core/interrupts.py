"""Signals, put off."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def ignored() -> Iterator[None]:
    """Nobody interrupts meanwhile, and a request to end (SIGTERM) is obeyed when this is over.

    A process that is started here inherits that for good: whoever starts it ends it. Only the main thread hears of
    signals, so in another this does nothing.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    asked: list[int] = []
    interrupt = signal.signal(signal.SIGINT, signal.SIG_IGN)
    end = signal.signal(signal.SIGTERM, lambda number, _: asked.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, end)
        signal.signal(signal.SIGINT, interrupt)
        if asked:
            os.kill(os.getpid(), signal.SIGTERM)
