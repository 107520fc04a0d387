"""Leader election in a ring, after Chang and Roberts; and a ring in which each looks at its neighbour.

Sources: ``specifications/chang_roberts`` and ``specifications/TeachingConcurrency`` of
https://github.com/tlaplus/Examples. Who takes the initiative never changes in a run: theirs has an initial state for
each set of initiators, ours is a system for each.
"""

from __future__ import annotations

from collections.abc import Collection
from itertools import combinations

from mealspec.core import Claim, Form, Kind, Machine, System, all_of, any_of, trimmed
from tests.published.figures import inside, never, step

__all__ = ["ELECTED", "ONE_LEADER", "SOMEBODY_SEES", "chang_roberts", "elections", "neighbours"]


def elections(nodes: int) -> tuple[System, ...]:
    """The election for each set of initiators."""
    every = range(1, nodes + 1)
    return tuple(chang_roberts(nodes, some) for size in range(nodes + 1) for some in combinations(every, size))


def chang_roberts(nodes: int, initiators: Collection[int]) -> System:
    """Initiators send their number round; a number goes no further than to a candidate with a smaller one."""
    ids = range(1, nodes + 1)
    machines, events = [], []
    boxes: dict[int, dict[str, tuple[str, int]]] = {n: {} for n in ids}
    for n in ids:
        following = n % nodes + 1
        first = "candidate" if n in initiators else "lost"
        rows = [(f"begin.{n}", "asleep", first)]
        events.append(
            step(f"begin.{n}", f"node {n}", *([f"box {following}"] if n in initiators else []), action=str(n))
        )
        if n in initiators:
            boxes[following][f"begin.{n}"] = ("put", n)
        for i in ids:
            boxes[n] |= {f"forward.{n}.{i}": ("take", i), f"keep.{n}.{i}": ("take", i)}
            boxes[following][f"forward.{n}.{i}"] = ("put", i)
            rows.append((f"forward.{n}.{i}", "lost", "lost"))
            for here in ("candidate", "won"):
                if i < n:
                    rows.append((f"forward.{n}.{i}", here, "lost"))
                else:
                    rows.append((f"keep.{n}.{i}", here, "won" if i == n else here))
            events.append(step(f"forward.{n}.{i}", f"node {n}", f"box {n}", f"box {following}", action=str(n)))
            if i >= n:
                events.append(step(f"keep.{n}.{i}", f"node {n}", f"box {n}", action=str(n)))
        machines.append(Machine.table(f"node {n}", "asleep", rows))
    names = {event.name for event in events}
    for n, does in boxes.items():
        kept = {event: what for event, what in does.items() if event in names}
        machines.append(Machine.table(f"box {n}", frozenset(), _box(kept, ids)))
    return System(*trimmed(machines, events), name=f"election among {sorted(initiators)}")


def _box(does: dict[str, tuple[str, int]], ids: Collection[int]) -> list[tuple[str, frozenset[int], frozenset[int]]]:
    """A set of numbers; one that is there already can be put there again."""
    contents = [frozenset(some) for size in range(len(ids) + 1) for some in combinations(ids, size)]
    rows = []
    for event, (what, i) in does.items():
        if what == "put":
            rows += [(event, here, here | {i}) for here in contents]
        else:
            rows += [(event, here, here - {i}) for here in contents if i in here]
    return rows


def neighbours(processes: int) -> System:
    """Each says that it is there, then looks whether its neighbour has said so; one at least sees the other."""
    machines = []
    events = [step(f"a.p{k}", f"p{k}") for k in range(processes)]
    for k in range(processes):
        here, following = f"p{k}", f"p{(k + 1) % processes}"
        rows = [(f"a.{here}", "a", "b"), (f"unseen.{here}", "b", "done, 0"), (f"seen.{here}", "b", "done, 1")]
        rows += [(f"unseen.{following}", "a", "a")]
        rows += [(f"seen.{following}", said, said) for said in ("b", "done, 0", "done, 1")]
        rows += [("terminating", done, done) for done in ("done, 0", "done, 1")]
        machines.append(Machine.table(here, "a", rows))
        before = f"p{(k - 1) % processes}"
        events += [step(f"{what}.{here}", here, before) for what in ("unseen", "seen")]
    everybody = [f"p{k}" for k in range(processes)]
    events.append(step("terminating", *everybody, kind=Kind.USER))
    return System(machines, events, name="neighbours")


_WON = [inside(f"node {n}", "won") for n in (1, 2, 3)]
_LOST = [inside(f"node {n}", "lost") for n in (1, 2, 3)]
ONE_LEADER: Claim = never(
    "one-leader",
    "When one has won, all others have lost.",
    any_of(won & ~lost for won in _WON for lost in _LOST if _WON.index(won) != _LOST.index(lost)),
)
ELECTED = Claim(
    "elected",
    "Where there is a candidate, one wins in the end.",
    Form.FOREVER,
    any_of(inside(f"node {n}", "candidate") for n in (1, 2, 3)) & ~any_of(_WON),
)
SOMEBODY_SEES: Claim = never(
    "somebody-sees",
    "When all are done, one at least has seen its neighbour.",
    all_of(inside(f"p{k}", "done, 0") for k in range(5)),
)
