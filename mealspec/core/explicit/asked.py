"""What is asked of a search for runs that show two logs, and how its inner loop reads that."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mealspec.core.event import Kind
from mealspec.core.explicit.outlook import outlook
from mealspec.core.explicit.settling import COINCIDENCE, WEIGHT
from mealspec.core.predicate import At
from mealspec.core.system import System

Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]
Words = NDArray[np.uint64]


@dataclass(frozen=True, eq=False)
class Lines:
    """Which events of a system print which kinds of line, by the events' numbers.

    Attributes
    ----------
    log
        The log in which an event's line stands: 0, 1, or -1 if it prints none.
    shows
        For each kind and event, whether the event prints a line of that kind.
    missing
        :data:`ALWAYS`, :data:`COUNTED` or :data:`CUT`.
    own
        Whether the event is about what the lines are about; the line of another may always be missing before the first.
    renews
        Whether the event makes room for another: what came before it was not about this one. If no event does, all
        that is printed is about this one.
    """

    log: Ints
    shows: Mask
    missing: Ints
    own: Mask
    renews: Mask


@dataclass(frozen=True)
class Told:
    """What was found of two logs: the kinds of their lines, and how many of the other's certainly come before each.

    Where they have ``ended``, whatever a run prints after the last line of a log is missing.
    """

    kinds: tuple[tuple[int, ...], tuple[int, ...]]
    after: tuple[tuple[int, ...], tuple[int, ...]]
    ended: bool = False


@dataclass(frozen=True)
class Aim:
    """What a run is looked for: a fact of one machine at its end, and what it takes at least from each of its states.

    ``toll`` is in coincidences, by the machine's states; never more than what it takes. At the end no event named in
    ``settled`` is possible that would change something: the logs go on for so long after their last line.
    """

    fact: At
    toll: tuple[int, ...]
    settled: frozenset[str] = frozenset()


def asked_of(
    system: System, lines: Lines, told: Told, aim: Aim, most: int, bound: int, limit: int, guided: bool
) -> tuple[Any, Any]:
    """What the search reads: the rules of the system, and what is asked."""
    t = system.tables
    faults = system.of_kind(Kind.FAULT)
    prompt = np.array([event.prompt for event in system.events], np.bool_)
    rules = (
        t.word, t.shift, t.mask, t.first, t.machine, t.row, t.dest,
        faults, prompt, prompt & system.of_kind(Kind.SYSTEM), lines.log, lines.shows, lines.missing,
        lines.own, lines.renews, *_permits(system),
    )  # fmt: skip
    kinds = [np.array(some, np.int64) for some in told.kinds]
    after = [np.array(some, np.int64) for some in told.after]
    goal = np.array(aim.fact.table(system), np.bool_)
    toll = np.array(aim.toll, np.int64) * COINCIDENCE
    awaited = np.array([event.name in aim.settled for event in system.events], np.bool_)
    asked = (
        *kinds,
        *after,
        system.position[aim.fact.machine],
        goal,
        toll,
        most,
        (bound + 1) << WEIGHT,
        limit,
        awaited,
        told.ended,
    )
    nothing = np.zeros((0, 1, 2, 1), np.int16)
    if guided:
        sizes = np.array([len(machine.states) for machine in system.machines], np.int64)
        known = outlook(rules, asked, rules[16], sizes)
        return rules, (*asked, *(np.ascontiguousarray(np.moveaxis(some, 0, -1)) for some in known))
    return rules, (*asked, nothing, nothing)


@lru_cache(maxsize=256)
def _permits(system: System) -> tuple[Words, Ints]:
    """For each machine and state the events that it permits, as bits; and where the states of a machine begin."""
    t, events = system.tables, len(system.events)
    sizes = [len(machine.states) for machine in system.machines]
    base = np.cumsum([0, *sizes[:-1]]).astype(np.int64)
    can = np.ones((sum(sizes), 64 * (-(-events // 64))), np.bool_)
    can[:, events:] = False
    for e in range(events):
        for p in range(t.first[e], t.first[e + 1]):
            k = int(t.machine[p])
            can[base[k] : base[k] + sizes[k], e] = t.dest[t.row[p] : t.row[p] + sizes[k]] >= 0
    packed = np.packbits(can, axis=1, bitorder="little").view("<u8")
    return np.ascontiguousarray(packed.astype(np.uint64)), base
