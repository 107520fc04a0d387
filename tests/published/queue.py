"""Readers and writers, served in the order in which they ask.

Source: ``specifications/ReadersWriters`` of https://github.com/tlaplus/Examples.
"""

from __future__ import annotations

from itertools import permutations

from mealspec.core import Claim, Form, Machine, System, any_of
from tests.published.figures import inside, never, step

__all__ = ["SERVED", "UNDISTURBED", "readers_and_writers"]


def readers_and_writers(actors: int) -> System:
    """Each actor may ask for both, once; whoever stands first in the queue is let in when it may be."""
    names = [f"a{k}" for k in range(1, actors + 1)]
    requests = [f"{verb}.{a}" for verb in ("read", "write") for a in names]
    queue = []
    for waiting in (some for size in range(len(requests) + 1) for some in permutations(requests, size)):
        here = _queue(*waiting)
        queue += [(f"ask.{new}", here, _queue(*waiting, new)) for new in requests if new not in waiting]
        queue += [(first, here, _queue(*waiting[1:])) for first in waiting[:1]]
    machines = [Machine.table("queue", _queue(), queue)]
    for a in names:
        rows = [(f"read.{a}", here, "reads") for here in ("idle", "reads")]
        rows += [(f"write.{a}", "idle", "writes"), *((f"stop.{a}", here, "idle") for here in ("reads", "writes"))]
        for other in names:
            if other != a:
                rows += [(f"read.{other}", here, here) for here in ("idle", "reads")]
                rows += [(f"write.{other}", "idle", "idle")]
        machines.append(Machine.table(a, "idle", rows))
    events = [step(f"ask.{request}", "queue") for request in requests]
    events += [step(request, "queue", *names, action="serve") for request in requests]
    events += [step(f"stop.{a}", a, action="stop") for a in names]
    return System(machines, events, name="readers and writers")


def _queue(*requests: str) -> str:
    """A queue as one value."""
    return " then ".join(requests) or "empty"


_ACTORS = ("a1", "a2", "a3")
UNDISTURBED: Claim = never(
    "undisturbed",
    "Nobody reads or writes while another writes.",
    any_of(inside(a, "writes") & inside(b, "reads", "writes") for a in _ACTORS for b in _ACTORS if a != b),
)
SERVED = tuple(
    Claim(f"{a}-{name}", "Everybody reads and writes and stops again and again.", Form.FOREVER, wrong)
    for a in _ACTORS
    for name, wrong in {
        "reads": ~inside(a, "reads"),
        "writes": ~inside(a, "writes"),
        "stops-reading": inside(a, "reads"),
        "stops-writing": inside(a, "writes"),
    }.items()
)
