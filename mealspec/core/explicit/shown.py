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

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mealspec.core.explicit.around import NOWHERE, Around
from mealspec.core.explicit.asked import Aim, Lines, Mask, Told, Words, asked_of
from mealspec.core.explicit.settling import (
    BOUND,
    COINCIDENCES,
    MISSING_LINES,
    MOST,
    RACES,
    WEIGHT,
    settle,
    tight,
)  # fmt: skip
from mealspec.core.system import System, each
from mealspec.core.trace import Trace


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
    start
        Where likeliest runs begin.
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
    start: int
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

    def steps_on(self, at: int) -> Sequence[tuple[int, int, int]]:
        """The steps on from a state of likeliest runs, :attr:`start` the first: event, log of its line or -1, state."""
        return self._out.get(at, ())

    def _first(self) -> Iterator[tuple[int, int]]:
        at = self.start
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
        return count[self.start]

    @cached_property
    def _order(self) -> list[int]:
        """The states on likeliest runs, later ones first."""
        found, order, waiting = set[int](), list[int](), [(self.start, False)]
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
        return frozenset(self.system.events[e].name for e in every[self.start])

    def next_at(self, cut: tuple[int, int], most: int = 2_000) -> frozenset[str]:
        """The events that could come next after a beginning of the logs, in some of the runs that were looked at."""
        at = self._nodes[:, -1]
        chosen = np.flatnonzero((at & np.uint64(0xFFFFFFFF)) == np.uint64(cut[0] | cut[1] << 16))[:most]
        found = 0
        for number in chosen:
            found |= self.system.permitted(self.system.unpack(self._nodes[number]))
        return frozenset(self.system.events[e].name for e in each(found))

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
    around: Around | None = None,
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
    around
        All runs among which they are looked for, of the system without its last machines, which only watch; then
        ``bound`` is at most that of these.
    limit
        States that are looked at; if there are more the answer says that it is not complete.
    """
    rules, asked = asked_of(system, lines, told, aim, most, bound, limit, guided and around is None)
    asked = (*asked, *(NOWHERE if around is None else around.within(system, aim)))
    start = np.append(system.pack(system.initial), np.uint64(0))
    nodes, table, cost, hope, best, status, reached = settle(start, rules, asked, -1)
    if best < 0:
        empty = np.zeros(0, np.int32)
        return Search(system, None, status == 0, reached, len(nodes), nodes, (empty,) * 4, 0, ())
    source, dest, event, log, ends = tight(nodes, table, cost, hope, best, rules, asked)
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
