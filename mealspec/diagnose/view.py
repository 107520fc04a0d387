"""What some machines of a system can do, as runs that print lines and lose a push: searched for twins."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from mealspec.core import Graph, System, explore, without
from mealspec.diagnose.losses import REASONS, Reason, reasons
from mealspec.diagnose.quotient import Ints, Steps, quotient
from mealspec.diagnose.statements import LOGS, Line, Printer
from mealspec.diagnose.twin import Twins, twins

Pair = tuple[Reason, Reason]
"""Two reasons, the one that stands first in the list of them first."""


@dataclass(frozen=True, eq=False)
class Symbols:
    """Lines as numbers: 0 is no line."""

    lines: tuple[Line | None, ...]
    of: Ints

    @classmethod
    def numbered(cls, lines: Iterable[Line | None]) -> Symbols:
        """Each line that is different its own number; ``of`` has the number for each that is given."""
        numbers: dict[Line | None, int] = {None: 0}
        of = [numbers.setdefault(line, len(numbers)) for line in lines]
        return cls(tuple(numbers), np.array(of, np.int64))

    @property
    def log(self) -> list[int]:
        """For each number the log."""
        return [LOGS.index(line[0]) if line else 0 for line in self.lines]


class View:
    """A system without some of its machines, and all that it can do."""

    def __init__(self, whole: System, asked: Collection[str], printer: Printer) -> None:
        self.printer = printer
        system = without(whole, {machine.name for machine in whole.machines} - {*asked})
        self.graph: Graph = explore(system)
        self.label: Ints = reasons(self.graph)
        self.events = [event.name for event in system.events]
        self._kinds = self._symbols(frozenset(range(len(printer.statements))))
        source, dest = self.graph.source.astype(np.int64), self.graph.dest.astype(np.int64)
        self.steps = quotient(Steps.of(0, self.label, source, self._kinds.of[self.graph.event], dest))

    @cached_property
    def reasons(self) -> tuple[Reason, ...]:
        """Why pushes are lost in it, in the order of all reasons."""
        return tuple(REASONS[number] for number in np.unique(self.label) if number >= 0)

    def _symbols(self, on: frozenset[int]) -> Symbols:
        """What each event prints."""
        return Symbols.numbered(self.printer.prints(event, on) for event in self.events)

    def twins(self, on: frozenset[int], among: Collection[Pair], skew: int, *, one: bool) -> Searched:
        """Which of these pairs the statements do not tell apart here; one of them will do, if ``one``."""
        symbols = self._symbols(on)
        thinner = np.zeros(len(self._kinds.lines), np.int64)
        thinner[self._kinds.of] = symbols.of
        wanted = np.zeros((len(REASONS), len(REASONS)), np.bool_)
        for pair in among:
            a, b = map(REASONS.index, pair)
            wanted[a, b] = wanted[b, a] = True
        thin = quotient(self.steps.printing(thinner))
        return Searched(self, symbols, twins(thin, symbols.log, wanted, skew, one=one))

    def run(self, reason: Reason) -> tuple[str, ...]:
        """The events of a shortest run that loses a push for that reason."""
        return self.script(self._symbols(frozenset()), [], reason)

    def script(self, symbols: Symbols, word: list[int], reason: Reason) -> tuple[str, ...]:
        """The events of a shortest run that prints these lines and loses a push for that reason."""
        from mealspec.diagnose.kernel import walk

        graph = self.graph
        steps = walk(
            len(graph), 0, graph.offset, symbols.of[graph.event], graph.dest.astype(np.int64), self.label,
            np.array(word, np.int64), REASONS.index(reason),
        )  # fmt: skip
        return tuple(self.events[graph.event[step]] for step in steps)


@dataclass(frozen=True, eq=False)
class Searched:
    """What a search for twins has found."""

    view: View
    symbols: Symbols
    found: Twins

    @property
    def pairs(self) -> list[Pair]:
        """The pairs that look alike."""
        return [(REASONS[a], REASONS[b]) for a, b in np.argwhere(self.found.found) if a < b]

    def scripts(self, pair: Pair) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Two runs of the view that look alike."""
        words = self.found.words(*map(REASONS.index, pair))
        one, other = (self.view.script(self.symbols, word, reason) for word, reason in zip(words, pair, strict=True))
        return one, other
