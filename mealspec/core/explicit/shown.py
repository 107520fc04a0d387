"""Runs of a system that show what two logs show: the likeliest, all that are as likely, and how far others come.

Some events print a line, of one of several kinds, into one of two logs. What was found of the logs is a sequence of
kinds for each; a line may be known to come after so many lines of the other log. A run shows them if it prints the
lines of each log in their order, and besides only what may be missing from a log. Which lines may be missing is said
event by event (:class:`Lines`); before a log's first line more may be missing than after it, for a log begins
somewhere.

The search settles states in the order of their weights (E. W. Dijkstra, 1959; with a lower bound of what is still to
come, P. E. Hart, N. J. Nilsson, B. Raphael, 1968): what coincidences and missing lines weigh, races,
steps. States are made as they
are needed, so of a system that is too large to be explored only what is likely enough is looked at.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mealspec.core.event import Kind
from mealspec.core.explicit.outlook import outlook
from mealspec.core.explicit.settling import (
    BOUND,
    COINCIDENCE,
    COINCIDENCES,
    MISSING_LINES,
    MOST,
    RACES,
    WEIGHT,
    settle,
    tight,
)  # fmt: skip
from mealspec.core.predicate import At
from mealspec.core.system import System, each
from mealspec.core.trace import Trace

Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]
Words = NDArray[np.uint64]


class Cost(NamedTuple):
    """What speaks against a run; the smaller, the likelier.

    It weighs what coincidences and missing lines weigh together; without the latter it is ordered as
    :class:`mealspec.core.Weight`.
    """

    weight: int
    races: int
    coincidences: int
    missing: int
    steps: int

    @property
    def faults(self) -> int:
        """How many faults it takes."""
        return self.coincidences - self.races

    @classmethod
    def read(cls, packed: int) -> Cost:
        """From one number.

        >>> from mealspec.core.explicit.settling import COINCIDENCE, MISSING, RACE
        >>> Cost.read(2 * COINCIDENCE + RACE + 3 * MISSING + 17)
        Cost(weight=11, races=1, coincidences=2, missing=3, steps=17)
        """
        return cls(
            packed >> WEIGHT, (packed >> RACES) & 31, (packed >> COINCIDENCES) & 15, (packed >> MISSING_LINES) & 255,
            packed & 1023,
        )  # fmt: skip


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


@dataclass(frozen=True, eq=False)
class Search:
    """What was looked at: states with their costs and the steps by which they were found.

    Attributes
    ----------
    system
        Whose runs they are.
    cost
        Of the likeliest run to the aim, or None.
    complete
        Whether everything was looked at, up to so many coincidences; or up to the aim, if that is reached.
    reached
        By how many lines of each log, whether a run shows so many, shape ``(n + 1, m + 1)``.
    """

    system: System
    cost: Cost | None
    complete: bool
    reached: Mask
    states: int
    _nodes: Words
    _edges: tuple[NDArray[np.int32], ...]
    _start: int
    _ends: tuple[int, ...]
    _steps: tuple[tuple[int, int], ...] = ()

    @cached_property
    def run(self) -> Trace:
        """The first of the likeliest runs, in the order of the events."""
        return Trace.of(self.system, [self.system.events[e].name for e, _ in self._first()])

    @cached_property
    def seen(self) -> tuple[int, ...]:
        """Of each step of :attr:`run` the log in which its line was found: 0 or 1, -1 for none."""
        return tuple(log for _, log in self._first())

    @cached_property
    def order(self) -> tuple[tuple[int, int], ...]:
        """The lines, as a log and a number in it, in the order in which :attr:`run` prints them."""
        counts, order = [0, 0], []
        for log in self.seen:
            if log >= 0:
                order.append((log, counts[log]))
                counts[log] += 1
        return tuple(order)

    def lean(self) -> Search:
        """The same without the states that were looked at: nothing can be said then of what could come next."""
        return replace(self, _nodes=self._nodes[:0].copy(), _steps=tuple(self._first()))

    @cached_property
    def _out(self) -> dict[int, list[tuple[int, int, int]]]:
        """From each state on a likeliest run the steps on: event, log of the line that was found, state."""
        source, dest, event, log = self._edges
        into: dict[int, list[int]] = {}
        for k, to in enumerate(dest.tolist()):
            into.setdefault(to, []).append(k)
        waiting, kept = list(self._ends), {*self._ends}
        out: dict[int, list[tuple[int, int, int]]] = {}
        for at in waiting:
            for k in into.get(at, ()):
                frm = int(source[k])
                out.setdefault(frm, []).append((int(event[k]), int(log[k]), at))
                if frm not in kept:
                    kept.add(frm)
                    waiting.append(frm)
        return {at: sorted(steps) for at, steps in out.items()}

    def _first(self) -> Iterator[tuple[int, int]]:
        at = self._start
        if self._steps:
            yield from self._steps
            return
        while at in self._out:
            event, log, at = self._out[at][0]
            yield event, log

    @cached_property
    def number(self) -> int:
        """How many runs are as likely as the likeliest."""
        count = dict.fromkeys(self._ends, 1)
        for at in self._order:
            if at not in count:
                count[at] = sum(count[to] for *_, to in self._out[at])
        return count[self._start]

    @cached_property
    def _order(self) -> list[int]:
        """The states on likeliest runs, later ones first."""
        found, order, waiting = set[int](), list[int](), [(self._start, False)]
        while waiting:
            at, over = waiting.pop()
            if over:
                order.append(at)
            elif at not in found:
                found.add(at)
                waiting.append((at, True))
                waiting += [(to, False) for *_, to in self._out.get(at, ())]
        return order

    @cached_property
    def may(self) -> frozenset[str]:
        """The events of which some likeliest run has one."""
        return frozenset(self.system.events[e].name for steps in self._out.values() for e, *_ in steps)

    @cached_property
    def must(self) -> frozenset[str]:
        """The events that all likeliest runs have."""
        every: dict[int, frozenset[int]] = {end: frozenset() for end in self._ends}
        for at in self._order:
            if at not in every:
                ways = [every[to] | {e} for e, _, to in self._out[at]]
                every[at] = frozenset.intersection(*ways)
        return frozenset(self.system.events[e].name for e in every[self._start])

    def next_at(self, cut: tuple[int, int], most: int = 2_000) -> frozenset[str]:
        """The events that could come next after a beginning of the logs, in some of the runs that were looked at."""
        at = self._nodes[:, -1]
        chosen = np.flatnonzero((at & np.uint64(0xFFFFFFFF)) == np.uint64(cut[0] | cut[1] << 16))[:most]
        found = 0
        for number in chosen:
            found |= self.system.permitted(self.system.unpack(self._nodes[number]))
        return frozenset(self.system.events[e].name for e in each(found & ((1 << len(self.system.events)) - 1)))

    @property
    def furthest(self) -> tuple[tuple[int, int], ...]:
        """Each beginning of the two logs that some run shows and that cannot be made longer."""
        n, m = self.reached.shape
        some = [(i, j) for i in range(n) for j in range(m) if self.reached[i, j]]
        return tuple((i, j) for i, j in some if not any(a >= i and b >= j and (a, b) != (i, j) for a, b in some))


def show(
    system: System,
    lines: Lines,
    told: Told,
    aim: Aim,
    *,
    most: int = MOST,
    bound: int = BOUND,
    limit: int = 3_000_000,
    guided: bool = False,
) -> Search:
    """The likeliest runs of the system that show the lines and reach the aim.

    Parameters
    ----------
    system, lines, told, aim
        Whose runs, what they print, what was found of that, and what is to hold at their end.
    most, bound
        Faults and tight races of a run at most, and what it may weigh.
    guided
        Whether what is to come is asked of each machine first. It takes a while, and fewer states are looked at then,
        so that :attr:`Search.furthest` says nothing.
    limit
        States that are looked at; if there are more the answer says that it is not complete.
    """
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
    nothing = np.zeros((0, 1, 1, 2), np.int64)
    if guided:
        sizes = np.array([len(machine.states) for machine in system.machines], np.int64)
        asked = (*asked, *outlook(rules, asked, rules[16], sizes))
    else:
        asked = (*asked, nothing, nothing)
    start = np.append(system.pack(system.initial), np.uint64(0))
    nodes, table, cost, best, status, reached = settle(start, rules, asked)
    if best < 0:
        empty = np.zeros(0, np.int32)
        return Search(system, None, status == 0, reached, len(nodes), nodes, (empty,) * 4, 0, ())
    source, dest, event, log, ends = tight(nodes, table, cost, best, rules, asked)
    return Search(
        system,
        Cost.read(int(best)),
        True,
        reached,
        len(nodes),
        nodes[:0].copy(),
        tuple(each.astype(np.int32) for each in (source, dest, event, log)),
        0,
        tuple(ends.tolist()),
    )


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
