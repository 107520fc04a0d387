"""Several checks at once, one process each."""

from __future__ import annotations

import multiprocessing
import queue
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

from mealspec.check.progress import Reporter
from mealspec.check.verify import Report, verify
from mealspec.check.verify_symbolic import verify_by_sets
from mealspec.core import Effort, Progress
from mealspec.core.interrupts import ignored
from mealspec.model.design import Design, design
from mealspec.model.scope import Scope

__all__ = ["reports"]

_channel: Any = None


def reports(
    designs: Sequence[Design], scope: Scope, only: Sequence[str], limit: int | None, jobs: int, engine: str = "explicit"
) -> Iterator[Report]:
    """The report on each design, in the order of the designs, each as soon as it is there."""
    reporter = Reporter()
    if jobs == 1 or len(designs) == 1:
        for each in designs:
            yield _checked(each, scope, only, limit, engine, reporter.on(each.name))
            reporter.done(each.name)
        return
    context = multiprocessing.get_context("spawn")
    channel = context.Queue()
    with ignored():
        pool = context.Pool(min(jobs, len(designs)), _begin, (channel,))
    with pool:
        running = [pool.apply_async(_work, (each.name, scope, tuple(only), limit, engine)) for each in designs]
        for each, result in zip(designs, running, strict=True):
            while not result.ready():
                try:
                    reporter.update(*channel.get(timeout=0.1))
                except queue.Empty:
                    continue
            reporter.done(each.name)
            yield result.get()


def _begin(channel: Any) -> None:
    global _channel
    _channel = channel


def _work(name: str, scope: Scope, only: tuple[str, ...], limit: int | None, engine: str) -> Report:
    return _checked(design(name), scope, only, limit, engine, partial(_tell, name))


def _checked(
    plan: Design,
    scope: Scope,
    only: Sequence[str],
    limit: int | None,
    engine: str,
    report: Callable[[Progress | Effort], None],
) -> Report:
    if engine == "symbolic":
        return verify_by_sets(plan, scope, only=only, report=report)
    return verify(plan, scope, only=only, limit=limit, report=report)


def _tell(name: str, progress: Progress | Effort) -> None:
    _channel.put((name, progress))
