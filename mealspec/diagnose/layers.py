"""All machines of a system, composed one after another, with as few states in between as print the same.

Once all machines that take part in a step are there, nobody will ask which step it was: only what it prints is kept of
it, and states that print the same forever after are made one before the next machine comes (compositional minimisation;
S. Graf and B. Steffen, CAV 1990). What words there are stays exact, and each word is made a run of all machines again,
layer by layer.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, Protocol

import numpy as np

from mealspec.core import Event, Machine
from mealspec.diagnose.quotient import Ints, Steps, quotient
from mealspec.diagnose.statements import Line, Printer

Rows = tuple[int, ...]
"""For each state of a machine where a step leads, or -1 where it is refused."""


class Kind(NamedTuple):
    """What is still asked of an event: the line that it prints, and what it does in machines that are not there yet."""

    line: Line | None = None
    later: tuple[tuple[str, Rows], ...] = ()


@dataclass(frozen=True, eq=False)
class Kinds:
    """The kinds of events as numbers: 0 prints nothing, and nobody waits for it.

    Attributes
    ----------
    of
        For each event the number.
    """

    kinds: tuple[Kind, ...]
    of: Ints

    @classmethod
    def numbered(cls, kinds: Iterable[Kind]) -> Kinds:
        """Each kind that is different its own number."""
        numbers: dict[Kind, int] = {Kind(): 0}
        of = [numbers.setdefault(kind, len(numbers)) for kind in kinds]
        return cls(tuple(numbers), np.array(of, np.int64))

    def __len__(self) -> int:
        return len(self.kinds)

    def coarser(self, other: Kinds, losses: int) -> Ints:
        """For each symbol of these kinds the one of the other, coarser kinds; a symbol is a kind and a loss."""
        thinner = np.zeros(len(self), np.int64)
        thinner[self.of] = other.of
        loss, kind = np.divmod(np.arange(len(self) * losses), len(self))
        symbols: Ints = thinner[kind] + len(other) * loss
        return symbols


def rows(machine: Machine, event: str) -> Rows:
    """What the event does in each state of the machine."""
    number = {state: k for k, state in enumerate(machine.states)}
    found = {row.source: number[row.dest] for row in machine.by_event.get(event, ())}
    return tuple(found.get(state, -1) for state in machine.states)


def kinds(events: Sequence[Event], later: Sequence[Machine], printer: Printer, on: frozenset[int]) -> Kinds:
    """What is asked of the events when some statements are on, and these machines are not there yet."""
    return Kinds.numbered(
        Kind(
            printer.prints(event.name, on),
            tuple((machine.name, rows(machine, event.name)) for machine in later if machine.name in event.takes),
        )
        for event in events
    )


class Source(Protocol):
    """Whatever makes words runs."""

    def runs(self, word: Sequence[int], goal: int) -> list[list[str]]:
        """A run that ends at the label, in pieces: each up to what prints a symbol of the word, and the rest."""


@dataclass(frozen=True, eq=False)
class Layer:
    """Steps with symbols, and what each is in the layer below.

    Attributes
    ----------
    fine
        For each step its symbol below; or an event that nobody below takes part in, as a number below 0.
    """

    below: Source
    steps: Steps
    fine: Ints
    events: Sequence[Event] = ()

    @classmethod
    def of(
        cls, below: Source, initial: int, label: Ints, source: Ints, symbol: Ints, dest: Ints, fine: Ints,
        events: Sequence[Event] = (),
    ) -> Layer:  # fmt: skip
        """In order, each step once, without silent ones that stay."""
        n, symbols = len(label), int(symbol.max(initial=0)) + 1
        moves = (symbol > 0) | (source != dest)
        keys, first = np.unique(((source * symbols + symbol) * n + dest)[moves], return_index=True)
        source, rest = np.divmod(keys, symbols * n)
        symbol, dest = np.divmod(rest, n)
        return cls(below, Steps(initial, label, source, symbol, dest), fine[moves][first], events)

    @cached_property
    def small(self) -> Steps:
        """The same with few states."""
        return quotient(self.steps)

    def runs(self, word: Sequence[int], goal: int) -> list[list[str]]:
        """See :class:`Source`."""
        from mealspec.diagnose.kernel import walk

        steps = self.steps
        way = walk(
            len(steps), steps.initial, steps.offset, steps.symbol, steps.dest, steps.label,
            np.array(word, np.int64), goal,
        )  # fmt: skip
        fine = self.fine[way]
        pieces = iter(self.below.runs(fine[fine > 0].tolist(), 0))
        out: list[list[str]] = [[]]
        for step, symbol in zip(way, fine, strict=True):
            if symbol:
                out[-1] += next(pieces) if symbol > 0 else [self.events[-1 - symbol].name]
            if steps.symbol[step]:
                out.append([])
        out[-1] += next(pieces)
        return out


def printing(below: Source, steps: Steps, symbols: Ints) -> Layer:
    """The same steps with other symbols: ``symbols[s]`` for ``s``."""
    return Layer.of(below, steps.initial, steps.label, steps.source, symbols[steps.symbol], steps.dest, steps.symbol)


def composed(
    layer: Layer, machine: Machine, events: Sequence[Event], here: Collection[str], before: Kinds, after: Kinds,
    losses: int,
) -> Layer:  # fmt: skip
    """What all steps do together with a machine more.

    Parameters
    ----------
    layer
        What there is already, of which the few states are taken.
    machine
        What comes beside it.
    events
        All events of the system.
    here
        The machines that are there already; events of which these take no part are the machine's own.
    before, after
        What is asked of the events without the machine, and with it.
    losses
        How many losses a symbol may tell of, none being one.
    """
    steps, states = layer.small, len(machine.states)
    stays = tuple(range(states))
    moves = np.array([dict(kind.later).get(machine.name, stays) for kind in before.kinds], np.int64)
    then = moves[steps.symbol % len(before)]  # of each step, for each state of the machine
    step, state = np.nonzero(then >= 0)
    coarser = before.coarser(after, losses)
    parts = [(
        steps.source[step] * states + state, coarser[steps.symbol[step]],
        steps.dest[step] * states + then[step, state], steps.symbol[step],
    )]  # fmt: skip
    every = np.arange(len(steps)) * states
    for e, number, row in _own(machine, events, here, after):
        for at, to in enumerate(row):
            if to >= 0 and (to != at or number):
                parts.append((every + at, np.full_like(every, number), every + to, np.full_like(every, -1 - e)))
    source, symbol, dest, fine = (np.concatenate(column) for column in zip(*parts, strict=True))
    label = np.repeat(steps.label, states)
    return from_first(layer, steps.initial * states, label, source, symbol, dest, fine, events)


def _own(machine: Machine, events: Sequence[Event], here: Collection[str], after: Kinds) -> list[tuple[int, int, Rows]]:
    """Events that only the machine takes part in, so far: number, kind and rows; one of those that have both alike."""
    found: dict[tuple[int, Rows], int] = {}
    for e, event in enumerate(events):
        if machine.name in event.takes and not any(name in here for name in event.takes):
            found.setdefault((int(after.of[e]), rows(machine, event.name)), e)
    return [(e, number, row) for (number, row), e in found.items()]


def from_first(
    below: Source, initial: int, label: Ints, source: Ints, symbol: Ints, dest: Ints, fine: Ints,
    events: Sequence[Event] = (),
) -> Layer:  # fmt: skip
    """A layer of the states that a run reaches from the first."""
    from mealspec.diagnose.kernel import reached

    order = np.argsort(source, kind="stable")
    offset = np.searchsorted(source[order], np.arange(len(label) + 1)).astype(np.int64)
    seen = reached(initial, offset, dest[order])
    number, kept = np.cumsum(seen) - 1, seen[source]
    return Layer.of(
        below, int(number[initial]), label[seen], number[source[kept]], symbol[kept], number[dest[kept]], fine[kept],
        events,
    )  # fmt: skip
