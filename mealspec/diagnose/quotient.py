"""Fewer states that print the same: those that can do the same forever after are one.

A step that prints nothing and stays in its class is left out, and what can be done after such steps counts as done at
once (branching bisimulation). So a run of the classes is a run of the states with the same lines and the same end.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from mealspec.core.explicit.decide import components

Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Steps:
    """States with labels, and steps between them that print symbols.

    Attributes
    ----------
    label
        For each state what is judged there, or -1; shape ``(n,)``; ``initial`` is the number of the first.
    source, symbol, dest
        The steps, shape ``(m,)`` each, by source, then symbol, then destination. Symbol 0 prints nothing.
    """

    initial: int
    label: Ints
    source: Ints
    symbol: Ints
    dest: Ints

    def __len__(self) -> int:
        return len(self.label)

    @classmethod
    def of(cls, initial: int, label: Ints, source: Ints, symbol: Ints, dest: Ints) -> Steps:
        """In order, each step once, without silent ones that stay."""
        n, symbols = len(label), int(symbol.max(initial=0)) + 1
        keys = np.unique((source * symbols + symbol) * n + dest)
        source, rest = np.divmod(keys, symbols * n)
        symbol, dest = np.divmod(rest, n)
        moves = (symbol > 0) | (source != dest)
        return cls(initial, label, source[moves], symbol[moves], dest[moves])

    @cached_property
    def offset(self) -> Ints:
        """The steps of state ``s`` stand from ``offset[s]`` to ``offset[s + 1]``."""
        return np.searchsorted(self.source, np.arange(len(self) + 1)).astype(np.int64)

    @cached_property
    def silent(self) -> NDArray[np.bool_]:
        """For each step whether it prints nothing and changes no label."""
        silent: NDArray[np.bool_] = (self.symbol == 0) & (self.label[self.source] == self.label[self.dest])
        return silent

    def printing(self, symbols: Ints) -> Steps:
        """The same with other symbols: ``symbols[s]`` for ``s``."""
        return Steps.of(self.initial, self.label, self.source, symbols[self.symbol], self.dest)

    def merged(self, part: Ints, count: int) -> Steps:
        """With states that have one number as one; their labels are alike."""
        label = np.zeros(count, np.int64)
        label[part] = self.label
        return Steps.of(int(part[self.initial]), label, part[self.source], self.symbol, part[self.dest])


def quotient(steps: Steps) -> Steps:
    """The classes with the steps between them."""
    from mealspec.diagnose.kernel import branching, sorted_back  # numba takes most of a second to import

    source, dest = (ends[steps.silent].astype(np.int32) for ends in (steps.source, steps.dest))
    count, round_trips = components(source, dest, len(steps))
    steps = steps.merged(round_trips.astype(np.int64), count)  # whoever can go round in silence can do the same
    order = sorted_back(len(steps), steps.source[steps.silent], steps.dest[steps.silent])
    part, count = np.unique(steps.label, return_inverse=True)[1].astype(np.int64), len(np.unique(steps.label))
    signature = np.zeros(len(steps), np.uint64)
    while True:
        branching(order, steps.offset, steps.symbol, steps.dest, part, count, signature)
        part = np.unique(signature, return_inverse=True)[1].astype(np.int64)
        if (more := int(part.max()) + 1) == count:
            return steps.merged(part, count)
        count = more
