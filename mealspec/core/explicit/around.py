"""All runs that show two logs and weigh little more than the likeliest, for whoever watches such runs.

A cause is looked for as a machine that watches a run. Without it the run is one of these, so what a state without it
still takes is the least that it takes with it: exact, and asked once for all causes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mealspec.core.explicit.asked import Aim, Ints, Lines, Told, Words, asked_of
from mealspec.core.explicit.remaining import remaining, tabled
from mealspec.core.explicit.settling import BOUND, MOST, NOTHING_COMES, WEIGHT, settle
from mealspec.core.system import System

NOWHERE = (np.zeros((0, 1), np.uint64), np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.uint64))


@dataclass(frozen=True, eq=False)
class Around:
    """All that is on a run that shows the lines and weighs at most so much, and what each state of it still takes.

    Whoever watches such a run looks for a likeliest one of its own kind among these: what is still to come is known.

    Attributes
    ----------
    bound
        What a run weighs at most.
    complete
        Whether everything was looked at; else nothing can be said.
    states
        How many were looked at.
    settled
        What the aim asked of the end: see :class:`Aim`.
    """

    system: System
    bound: int
    complete: bool
    states: int
    settled: frozenset[str]
    _nodes: Words
    _table: Ints
    _left: Ints

    def within(self, system: System, aim: Aim) -> tuple[Words, Ints, Ints, Words]:
        """For the search: states, where they stand, what is to come, and the bits of a watched system's state."""
        own, t = self.system.tables, system.tables
        names = [machine.name for machine in self.system.machines]
        if [machine.name for machine in system.machines[: len(names)]] != names or aim.settled != self.settled:
            raise ValueError(f"{system.name} is not {self.system.name} with machines that watch it")
        kept = np.zeros(own.words, np.uint64)
        for k in range(len(names)):
            kept[own.word[k]] |= own.mask[k] << own.shift[k]
            assert (own.word[k], own.shift[k], own.mask[k]) == (t.word[k], t.shift[k], t.mask[k])
        return self._nodes, self._table, self._left, np.append(kept, ~np.uint64(0))


def around(
    system: System, lines: Lines, told: Told, aim: Aim, *, slack: int, most: int = MOST, bound: int = BOUND,
    limit: int = 3_000_000,
) -> Around:  # fmt: skip
    """All runs that show the lines and reach the aim, and weigh ``slack`` more than the likeliest at most."""
    rules, asked = asked_of(system, lines, told, aim, most, bound, limit, True)
    asked = (*asked, *NOWHERE)
    start = np.append(system.pack(system.initial), np.uint64(0))
    nodes, table, cost, hope, best, status, _ = settle(start, rules, asked, slack)
    reach = min(bound, (int(best) >> WEIGHT) + slack) if best >= 0 else bound
    left = np.full(len(nodes), NOTHING_COMES, np.int64)
    if status == 0 and best >= 0:
        left = remaining(nodes, table, cost, hope, (reach + 1) << WEIGHT, rules, asked)
    some = np.flatnonzero(left < NOTHING_COMES)
    kept = np.ascontiguousarray(nodes[some])
    return Around(system, reach, status == 0, len(nodes), aim.settled, kept, tabled(kept), left[some])
