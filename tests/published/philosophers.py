"""Dining philosophers who hand forks to each other, after Chandy and Misra.

Source: ``specifications/DiningPhilosophers`` of https://github.com/tlaplus/Examples. A pass of a philosopher's loop is
one event for each of its outcomes. A pass that changes nothing is not owed, as in TLA's weak fairness.
"""

from __future__ import annotations

from mealspec.core import Claim, Form, Kind, Machine, System, any_of
from tests.published.figures import inside, never, step

__all__ = ["EXCLUSIVE", "NOBODY_STARVES", "philosophers"]


def philosophers(number: int) -> System:
    """So many, and as many forks; fork ``k`` is to the left of philosopher ``k``."""
    machines, events = [], []
    forks: dict[int, list[tuple[str, str, str]]] = {f: [] for f in range(1, number + 1)}
    for p in range(1, number + 1):
        left, right = p, p % number + 1
        mine, dirty = f"{p} clean", f"{p} dirty"
        others = {f: [f"{_other(f, p, number)} {how}" for how in ("clean", "dirty")] for f in (left, right)}
        still = {f: [(here, here) for here in [*others[f], mine]] for f in (left, right)}
        away = {f: [(here, here) for here in others[f]] for f in (left, right)}
        given = {f: [(dirty, f"{_other(f, p, number)} clean")] for f in (left, right)}
        has = [(mine, mine)]
        passes = {
            "give_left": (given[left], None),
            "give_right": (still[left], given[right]),
            "pass": (still[left], still[right]),
            "wait_left": (away[left], still[right]),
            "wait_right": (has, away[right]),
            "take": (has, has),
            "eat": ([(mine, dirty)], [(mine, dirty)]),
            "think": (None, None),
        }
        rows = [(f"{verb}.{p}", "fed", "thinking") for verb in ("give_left", "give_right", "pass")]
        rows += [(f"{verb}.{p}", "hungry", "hungry") for verb in ("give_left", "give_right", "wait_left", "wait_right")]
        rows += [(f"take.{p}", "hungry", "eating"), (f"eat.{p}", "eating", "fed"), (f"think.{p}", "thinking", "hungry")]
        machines.append(Machine.table(f"philosopher {p}", "hungry", rows))
        for verb, ends in passes.items():
            at = [fork for fork, moves in zip((left, right), ends, strict=True) if moves is not None]
            for fork, moves in zip((left, right), ends, strict=True):
                forks[fork] += [(f"{verb}.{p}", a, b) for a, b in moves or ()]
            kind = Kind.USER if verb.startswith("wait") else Kind.SYSTEM
            takes = [f"philosopher {p}", *(f"fork {fork}" for fork in at)]
            events.append(step(f"{verb}.{p}", *takes, kind=kind, action=str(p) if kind is Kind.SYSTEM else ""))
    machines += [Machine.table(f"fork {f}", f"{1 if f == 2 else f} dirty", rows) for f, rows in forks.items()]
    return System(machines, events, name="dining philosophers")


def _other(fork: int, philosopher: int, number: int) -> int:
    """Who shares the fork with the philosopher."""
    ends = [fork, (fork - 2) % number + 1]
    return next(end for end in ends if end != philosopher)


def _eats(p: int) -> str:
    return f"philosopher {p}"


EXCLUSIVE: Claim = never(
    "exclusive",
    "No two who share a fork eat at once.",
    any_of(inside(_eats(p), "eating") & inside(_eats(p % 5 + 1), "eating") for p in range(1, 6)),
)
NOBODY_STARVES = tuple(
    Claim(f"fed-{p}", "Everybody gets to eat again and again.", Form.FOREVER, inside(_eats(p), "hungry", "eating"))
    for p in range(1, 6)
)
