"""Two runs that print the same and were lost for different reasons: the twin product, for some statements.

Each log is ordered in itself. How two logs are laid beside each other is known up to ``skew``: two runs print the same
if one can be made the other's by moving lines of one log past at most so many lines of the other. With 0 both logs
have one clock. Without any bound the question has no answer that a program could always find (Tripakis, Information
Processing Letters 90, 2004), so there is always a bound, and it is said.

Reference: M. Sampath et al., Diagnosability of discrete-event systems, IEEE TAC 40, 1995; the twin product is that of
S. Jiang et al., A polynomial algorithm for testing diagnosability, IEEE TAC 46, 2001.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mealspec.diagnose.quotient import Ints, Steps

ROOM = 1 << 16
"""Pairs for which there is room at first."""


class Ahead(NamedTuple):
    """The lines of one log that one of two runs has printed and the other not yet."""

    run: int = 0
    lines: tuple[int, ...] = ()

    def after(self, run: int, line: int) -> Ahead | None:
        """When a run prints a line; None if it is not the other's."""
        if not self.lines or run == self.run:
            return Ahead(run, (*self.lines, line))
        return None if self.lines[0] != line else Ahead(self.run, self.lines[1:]) if self.lines[1:] else Ahead()


Skewed = tuple[Ahead, Ahead]
"""What the two runs have not both printed, log by log."""


def lags(log: Sequence[int], skew: int) -> tuple[Ints, NDArray[np.bool_]]:
    """Which lines of the logs may wait for each other, as tables over what waits.

    Parameters
    ----------
    log
        For each symbol its log, 0 or 1; of symbol 0, which prints nothing, it is not asked.
    skew
        How many lines may wait.

    Returns
    -------
    tables
        What waits after a run has printed a symbol, or -1, shape ``(w, 2, s)``; and whether nothing of a log waits, so
        that both may print at once, shape ``(w, 2)``.
    """
    states: dict[Skewed, int] = {(Ahead(), Ahead()): 0}
    rows = []
    for state in (waiting := [*states]):
        row = np.full((2, len(log)), -1, np.int64)
        for run, symbol in product(range(2), range(1, len(log))):
            one = state[log[symbol]].after(run, symbol)
            then = one and ((one, state[1]) if log[symbol] == 0 else (state[0], one))
            if then and sum(len(each.lines) for each in then) <= skew:
                if then not in states:
                    states[then] = len(states)
                    waiting.append(then)
                row[run, symbol] = states[then]
        rows.append(row)
    return np.array(rows), np.array([[not each.lines for each in state] for state in waiting])


@dataclass(frozen=True, eq=False)
class Twins:
    """Pairs of labels that runs with the same lines end in.

    Attributes
    ----------
    found
        For each two labels whether such runs were found, shape ``(r, r)``.
    pairs
        How many pairs of states were looked at.
    """

    steps: Steps
    found: NDArray[np.bool_]
    pairs: int
    _first: Ints
    _parent: Ints
    _edges: Ints

    def words(self, one: int, other: int) -> tuple[list[int], list[int]]:
        """The symbols of two such runs, as few steps as any."""
        at, out = int(self._first[one, other]), ([], [])
        while at > 0:
            for run in range(2):
                edge = int(self._edges[at, run])
                if edge >= 0 and self.steps.symbol[edge]:
                    out[run].append(int(self.steps.symbol[edge]))
            at = int(self._parent[at])
        return out[0][::-1], out[1][::-1]


def twins(steps: Steps, log: Sequence[int], wanted: NDArray[np.bool_], skew: int, *, one: bool = False) -> Twins:
    """Which of the ``wanted`` pairs of labels runs with the same lines end in; the first that is found, if ``one``.

    ``log`` says for each symbol in which log it stands; ``wanted`` is symmetric, and labels are numbers below its size.
    A run keeps its label once it has one.
    """
    from mealspec.diagnose.kernel import entered, pairs

    push, joint = lags(log, skew)
    n, logs, first = len(steps), np.array(log, np.int64), np.full(wanted.shape, -1, np.int64)
    keys, parent, edges = np.zeros(ROOM, np.int64), np.zeros(ROOM, np.int64), np.zeros((ROOM, 2), np.int64)
    keys[0], begun = steps.initial * n + steps.initial, np.array([0, 1, 0], np.int64)
    enough = 1 if one else int(wanted.sum())
    while True:
        table = np.zeros(4 * len(keys), np.int64)
        entered(table, keys, int(begun[1]))
        if pairs(
            n, steps.offset, steps.symbol, steps.dest, steps.label, logs, push, joint,
            wanted, enough, keys, parent, edges, table, first, begun,
        ):  # fmt: skip
            return Twins(steps, (first >= 0) & wanted, int(begun[1]), first, parent, edges)
        keys, parent, edges = (np.concatenate([each, np.zeros_like(each)]) for each in (keys, parent, edges))
