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
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mealspec.diagnose.quotient import Ints, Steps

ROOM = 1 << 16
"""Pairs for which there is room at first."""


class Ahead(NamedTuple):
    """The lines of one log that one of two runs has printed and the other not yet."""

    run: int = 0
    lines: tuple[int, ...] = ()

    @property
    def turned(self) -> Ahead:
        """The same with the runs exchanged."""
        return Ahead(1 - self.run, self.lines) if self.lines else self

    def after(self, run: int, line: int) -> Ahead | None:
        """When a run prints a line; None if it is not the other's."""
        if not self.lines or run == self.run:
            return Ahead(run, (*self.lines, line))
        return None if self.lines[0] != line else Ahead(self.run, self.lines[1:]) if self.lines[1:] else Ahead()


Skewed = tuple[Ahead, Ahead]
"""What the two runs have not both printed, log by log."""


class Lags(NamedTuple):
    """Which lines of the logs may wait, as tables over what waits.

    Attributes
    ----------
    push
        What waits after a run has printed a symbol, or -1; shape ``(w, 2, s)``.
    joint
        Whether nothing of a log waits, so that both runs may print at once; shape ``(w, 2)``.
    swap
        The same with the runs exchanged; shape ``(w,)``.
    """

    push: Ints
    joint: NDArray[np.bool_]
    swap: Ints


def lags(log: Sequence[int], skew: int) -> Lags:
    """The tables, for the log of each symbol (0 prints nothing) and the number of lines that may wait."""
    states: dict[Skewed, int] = {(Ahead(), Ahead()): 0}
    waiting, rows = [*states], []
    for state in waiting:  # it grows meanwhile
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
    swap = [states[state[0].turned, state[1].turned] for state in waiting]
    return Lags(np.array(rows), np.array([[not each.lines for each in s] for s in waiting]), np.array(swap))


@dataclass(frozen=True, eq=False)
class Twins:
    """Pairs of labels that runs with the same lines end in.

    Attributes
    ----------
    found
        For each two labels whether such runs were found, shape ``(r, r)``, symmetric.
    pairs
        How many pairs of states were looked at.
    """

    steps: Steps
    found: NDArray[np.bool_]
    pairs: int
    _first: Ints
    _parent: Ints
    _edges: NDArray[np.int32]

    def words(self, one: int, other: int) -> tuple[list[int], list[int]]:
        """The symbols of two such runs, as few steps as any."""
        turned = int(self._first[one, other] < 0)
        at = int(self._first[other, one] if turned else self._first[one, other])
        words: tuple[list[int], list[int]] = ([], [])
        while at > 0:
            before, was_turned = divmod(int(self._parent[at]), 2)
            turned ^= was_turned
            for run in range(2):
                edge = int(self._edges[at, run ^ turned])
                if edge >= 0 and self.steps.symbol[edge]:
                    words[run].append(int(self.steps.symbol[edge]))
            at = before
        return words[0][::-1], words[1][::-1]


def twins(steps: Steps, log: Sequence[int], wanted: NDArray[np.bool_], skew: int, *, one: bool = False) -> Twins:
    """Which of the ``wanted`` pairs of labels runs with the same lines end in; the first that is found, if ``one``.

    ``log`` says for each symbol in which log it stands; ``wanted`` is symmetric, and labels are numbers below its size.
    A run keeps its label once it has one.
    """
    from mealspec.diagnose.kernel import entered, pairs  # numba takes most of a second to import

    n, logs, first = len(steps), np.array(log, np.int64), np.full(wanted.shape, -1, np.int64)
    keys, parent, edges = np.zeros(ROOM, np.int64), np.zeros(ROOM, np.int64), np.zeros((ROOM, 2), np.int32)
    keys[0], begun = steps.initial * n + steps.initial, np.array([0, 1, 0], np.int64)
    enough = 1 if one else int(wanted.sum()) // 2
    while True:
        table = np.zeros(2 * len(keys), np.int32)
        entered(table, keys, int(begun[1]))
        if pairs(
            n, steps.offset, steps.symbol, steps.dest, steps.label, logs, *lags(log, skew),
            wanted, enough, keys, parent, edges, table, first, begun,
        ):  # fmt: skip
            found = (first >= 0) | (first >= 0).T
            return Twins(steps, found, int(begun[1]), first, parent, edges)
        keys, parent, edges = (_longer(each) for each in (keys, parent, edges))


def _longer(array: NDArray[Any]) -> NDArray[Any]:
    """The same with room for four times as many; what is never written costs no memory."""
    longer = np.zeros((4 * len(array), *array.shape[1:]), array.dtype)
    longer[: len(array)] = array
    return longer
