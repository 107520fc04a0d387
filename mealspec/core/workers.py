"""Work in several processes: whoever ends, for whatever reason, takes those that it started along."""

from __future__ import annotations

import multiprocessing
import os
import queue
import signal
import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing.connection import wait
from types import FrameType
from typing import Any, TypeVar

from mealspec.core.errors import CheckerError

Case = TypeVar("Case")
Result = TypeVar("Result")

Tell = Callable[..., None]
"""Is told how far some work has come."""

POLL = 0.1
"""Seconds between two looks at whether something is done."""

_channel: Any = None
"""In a worker, what takes its words to the process that started it."""


def spread(
    work: Callable[[Case, Tell], Result], cases: Sequence[Case], jobs: int, heard: Tell = lambda *said: None
) -> Generator[Result, None, None]:
    """What the work makes of each case, in their order, each as soon as it and those before it are there.

    Whoever may stop asking before the end closes it (:func:`contextlib.closing`), which ends the processes.

    Parameters
    ----------
    work
        Is given a case and whom to tell how far it has come; with several processes it must be importable by name.
    cases, jobs
        What to work on, and in how many processes; in this one, if one is enough.
    heard
        Is called here with all that is told.

    Raises
    ------
    CheckerError
        If a process ends without a word.
    """
    if min(jobs, len(cases)) <= 1:
        yield from (work(case, heard) for case in cases)
        return
    context = multiprocessing.get_context("spawn")
    channel = context.Queue()
    others = set(multiprocessing.active_children())
    pool = ProcessPoolExecutor(min(jobs, len(cases)), context, _begin, (channel,))
    with orderly():
        try:
            with deferred():
                running = [pool.submit(_work, work, case) for case in cases]
            for future in running:
                while not future.done():
                    try:
                        heard(*channel.get(timeout=POLL))
                    except queue.Empty:
                        continue
                yield future.result()
            pool.shutdown()
        except BrokenProcessPool:
            raise CheckerError("a process ended without a word; out of memory?") from None
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
            for child in set(multiprocessing.active_children()) - others:
                child.kill()


def _begin(channel: Any) -> None:
    global _channel
    _channel = channel
    follow()


def _work(work: Callable[[Case, Tell], Result], case: Case) -> Result:
    return work(case, _tell)


def _tell(*said: Any) -> None:
    _channel.put(said)


@contextmanager
def deferred() -> Iterator[None]:
    """An interrupt comes when this is over. A process that is started here never hears of one: whoever starts it
    ends it."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def orderly() -> Iterator[None]:
    """Meanwhile a request to end (SIGTERM) is an exit like any other, on whose way out children are ended."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, _leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _leave(number: int, _: FrameType | None) -> None:
    raise SystemExit(128 + number)


def follow() -> None:
    """End this process when the one that started it ends, however it does; with its group, if it leads one."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_follow, args=(parent.sentinel,), daemon=True).start()


def _follow(sentinel: int) -> None:
    wait([sentinel])
    if os.getpgrp() == os.getpid():
        os.killpg(os.getpid(), signal.SIGKILL)
    os.kill(os.getpid(), signal.SIGKILL)
