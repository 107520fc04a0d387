"""Mutual exclusion: by a lock, and by Peterson's algorithm, which implements it; a barrier; a counter without a lock.

Sources: ``Lock.tla`` and ``Peterson.tla`` in ``specifications/locks_auxiliary_vars``, ``Barrier.tla`` in
``specifications/barriers`` of https://github.com/tlaplus/Examples; ``examples/increment.rs`` of
https://github.com/stateright/stateright. Peterson's flags follow from where the processes stand and are left out.
"""

from __future__ import annotations

from mealspec.core import Claim, Machine, System, any_of
from tests.published.figures import inside, never, step

__all__ = ["EXCLUSION", "LOST_UPDATE", "barrier", "increment", "lock", "peterson"]


def lock() -> System:
    """Two processes and a lock."""
    places = (("l0", "l1"), ("l1", "cs"), ("cs", "l2"), ("l2", "l0"))
    processes = [Machine.table(p, "l0", [(f"{a}.{p}", a, b) for a, b in places]) for p in ("p1", "p2")]
    held = [row for p in ("p1", "p2") for row in ((f"l1.{p}", "free", "held"), (f"l2.{p}", "held", "free"))]
    events = [step(f"{a}.{p}", p, *(["lock"] if a in ("l1", "l2") else [])) for p in ("p1", "p2") for a, _ in places]
    return System([*processes, Machine.table("lock", "free", held)], events, name="lock")


def peterson() -> System:
    """Two processes, each of which lets the other go first; ``a3`` is passed for one of two reasons."""
    pairs = (("p1", "p2"), ("p2", "p1"))
    places = (
        ("a0", "a1"),
        ("a1", "a2"),
        ("a2", "a3"),
        ("a3.mine", "cs"),
        ("a3.free", "cs"),
        ("cs", "a4"),
        ("a4", "a0"),
    )
    machines, events = [], []
    turn = []
    for p, other in pairs:
        rows = [(f"{a}.{p}", a.split(".")[0], b) for a, b in places]
        rows += [(f"a3.free.{other}", here, here) for here in ("a0", "a1")]  # its flag is down
        machines.append(Machine.table(p, "a0", rows))
        turn += [(f"a2.{p}", here, other) for here in ("p1", "p2")]
        turn += [(f"a3.mine.{p}", p, p), (f"a3.free.{p}", other, other)]
        more = {"a2": ["turn"], "a3.mine": ["turn"], "a3.free": ["turn", other]}
        events += [step(f"{a}.{p}", p, *more.get(a, []), action=p) for a, _ in places]
    return System([*machines, Machine.table("turn", "p1", turn)], events, name="Peterson")


def barrier(processes: int) -> System:
    """Whoever comes waits until all have come."""
    names = [f"p{k}" for k in range(processes)]
    machines = [Machine.table(p, "b0", [(f"b0.{p}", "b0", "b1"), ("b1", "b1", "b0")]) for p in names]
    return System(machines, [*(step(f"b0.{p}", p) for p in names), step("b1", *names)], name="barrier")


def increment(threads: int) -> System:
    """Each thread reads a shared number and writes it back, one larger."""
    names = [f"t{k}" for k in range(threads)]
    values = range(threads + 1)
    shared: list[tuple[str, int, int]] = []
    machines, events = [], []
    for t in names:
        rows: list[tuple[str, str, str]] = []
        for v in values[:-1]:
            shared += [(f"read.{t}.{v}", v, v), *((f"write.{t}.{v}", now, v + 1) for now in values)]
            rows += [(f"read.{t}.{v}", "start", f"has {v}"), (f"write.{t}.{v}", f"has {v}", f"wrote {v}")]
            events += [step(f"{verb}.{t}.{v}", t, "shared") for verb in ("read", "write")]
        machines.append(Machine.table(t, "start", rows))
    return System([*machines, Machine.table("shared", 0, shared)], events, name="increment")


_CRITICAL = ("cs", "l2", "a4")
EXCLUSION: Claim = never("exclusion", "No two are inside at once.", inside("p1", *_CRITICAL) & inside("p2", *_CRITICAL))
_done = [inside(t, "wrote 0", "wrote 1") for t in ("t0", "t1")]
LOST_UPDATE: Claim = never(
    "fin",
    "The number is how many have written.",
    any_of(
        [
            _done[0] & _done[1] & ~inside("shared", 2),
            ((_done[0] & ~_done[1]) | (~_done[0] & _done[1])) & ~inside("shared", 1),
            ~_done[0] & ~_done[1] & ~inside("shared", 0),
        ]
    ),
)
