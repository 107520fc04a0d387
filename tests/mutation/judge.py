"""Tests of a tree in a process of their own: how long they take, and whether they notice a mutant."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import resource
import signal
import sys
from collections import Counter
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest

VARIANTS = 3
"""So many of the variants of one test are run at first: others of them seldom notice what these do not."""

MORE = 20
"""Seconds of a processor that a mutant gets beside thrice what its tests take; so one that never ends is noticed."""

UNLIMITED = 10**6
"""Seconds that no tests take."""

WALL = 600
"""Seconds until one is ended that waits for something."""

HEAVY = ["pytest", "numpy", "scipy.sparse.csgraph", "numba", "networkx", "oxidd", "transitions", "click", "rich"]
"""Libraries that most tests want and no mutant changes: imported once."""

ENDS = {0: "passed", 1: "failed", -signal.SIGXCPU: "no end", -signal.SIGKILL: "no end"}
"""What pytest or the system says; anything else is a mutant with which no test begins."""


def beginning() -> ForkServerContext:
    """Where processes begin: with the heavy libraries, and with nothing of ours."""
    found = multiprocessing.get_context("forkserver")
    found.set_forkserver_preload(HEAVY)
    return found


class Few:
    """Of each test so many variants."""

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Choose, spread over all of them."""
        stems = [item.nodeid.partition("[")[0] for item in items]
        total, seen, chosen = Counter(stems), Counter[str](), []
        for item, stem in zip(items, stems, strict=True):
            if seen[stem] % -(-total[stem] // VARIANTS) == 0:
                chosen.append(item)
            seen[stem] += 1
        items[:] = chosen


def ended(
    how: ForkServerContext, tree: Path, tests: list[str], seconds: int = UNLIMITED, *, few: bool = True
) -> tuple[str, float]:
    """How the tests of a tree end: "failed", "passed", "no end" within so many seconds of a processor, or "broken"
    before any test; and how many they took. Whatever they have started ends with them. Of variants a ``few`` are run.
    """
    hear, tell = how.Pipe(duplex=False)
    process = how.Process(target=_run, args=(str(tree), tests, seconds, few, tell))
    process.start()
    process.join(WALL)
    with contextlib.suppress(OSError):  # its group is gone, or has not begun
        os.killpg(process.pid or 0, signal.SIGKILL)
    process.kill()
    process.join()
    return ENDS.get(process.exitcode or 0, "broken"), hear.recv() if hear.poll() else 0.0


def _run(tree: str, tests: list[str], seconds: int, few: bool, tell: Connection) -> None:
    """Be the process in which the tests run."""
    os.setsid()
    os.chdir(tree)
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nothing, stream)
    sys.path.insert(0, tree)
    sys.dont_write_bytecode = True
    os.environ |= {"PYTHONPATH": tree, "PYTHONDONTWRITEBYTECODE": "1"}
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 5))
    import pytest

    quiet = ["-q", "-x", "-p", "no:cacheprovider", "-p", "no:xdist", "--no-header", "--tb=no", "--assert=plain"]
    status = pytest.main([*quiet, "-m", "not slow and not live", *tests], [Few()] if few else [])
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    tell.send(sum(each.ru_utime + each.ru_stime for each in used))
    os._exit(status)
