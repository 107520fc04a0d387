"""What some machines of a system can do, as runs that print lines and lose a push: searched for twins."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from mealspec.check.excerpts import LOGS
from mealspec.core import Graph, System, explore, without
from mealspec.diagnose.losses import REASONS, Reason, reasons
from mealspec.diagnose.quotient import Ints, Steps, quotient
from mealspec.diagnose.statements import Line, Printer
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
    """A system without some of its machines, and all that it can do.

    What comes after a loss is the same for whatever reason, so it is kept once: the step that loses the push says why,
    by a symbol of its own, and the states after it are repeated for each reason only when twins are looked for.
    """

    def __init__(self, whole: System, asked: Collection[str], printer: Printer) -> None:
        self.printer = printer
        system = without(whole, {machine.name for machine in whole.machines} - {*asked})
        self.graph: Graph = explore(system)
        self.label: Ints = reasons(self.graph)
        self.events = [event.name for event in system.events]
        self._everything = frozenset(range(len(printer.statements)))
        kinds = self._symbols(self._everything)
        symbol = kinds.of[self.graph.event] + len(kinds.lines) * self._loses()
        node, label = self._nodes()
        steps = Steps.of(
            int(node[0]), label, node[self.graph.source], symbol, node[self.graph.dest]
        )  # after a loss all reasons are one
        self._known: list[tuple[frozenset[int], Symbols, Steps]] = [(self._everything, kinds, quotient(steps))]

    def _loses(self) -> Ints:
        """For each step one more than the number of the reason for which it loses the push, or 0."""
        before, after = self.label[self.graph.source], self.label[self.graph.dest]
        return np.where(before < 0, after + 1, 0)

    def _nodes(self) -> tuple[Ints, Ints]:
        """For each state a number that lost ones share whatever the reason; for each number 0 if lost, else -1."""
        tables, k = self.graph.system.tables, self.graph.system.position["reason"]
        rows, lost = self.graph.packed.copy(), self.label >= 0
        one = np.uint64(self.graph.local("reason")[lost].max(initial=0))
        field = tables.mask[k] << tables.shift[k]
        rows[lost, tables.word[k]] = (rows[lost, tables.word[k]] & ~field) | (one << tables.shift[k])
        found, node = np.unique(rows, axis=0, return_inverse=True)
        label = np.full(len(found), -1, np.int64)
        label[node[lost]] = 0
        return node.reshape(-1).astype(np.int64), label

    @cached_property
    def reasons(self) -> tuple[Reason, ...]:
        """Why pushes are lost in it, in the order of all reasons."""
        return tuple(REASONS[number] for number in np.unique(self.label) if number >= 0)

    def _symbols(self, on: frozenset[int]) -> Symbols:
        """What each event prints."""
        return Symbols.numbered(self.printer.prints(event, on) for event in self.events)

    def twins(self, on: frozenset[int], among: Collection[Pair], skew: int, *, one: bool) -> Searched:
        """Which of these pairs the statements do not tell apart here; one of them will do, if ``one``."""
        wanted = np.zeros((len(REASONS), len(REASONS)), np.bool_)
        for pair in among:
            a, b = map(REASONS.index, pair)
            wanted[a, b] = wanted[b, a] = True
        symbols, steps = self._printing(on)
        return Searched(self, symbols, twins(_repeated(steps, len(symbols.lines)), symbols.log, wanted, skew, one=one))

    @property
    def kept(self) -> frozenset[int]:
        """Statements of which every set is at hand."""
        return self._known[-1][0] if len(self._known) > 1 else frozenset()

    def keep(self, on: frozenset[int]) -> None:
        """Sets of these statements will be asked about: have what prints only these at hand."""
        del self._known[1:]
        self._known.append((on, *self._printing(on)))

    def _printing(self, on: frozenset[int]) -> tuple[Symbols, Steps]:
        """The lines when only these statements are on, and steps with a symbol for each line and loss."""
        known, before, steps = next(each for each in reversed(self._known) if on <= each[0])
        symbols = self._symbols(on)
        if known == on:
            return symbols, steps
        thinner = np.zeros(len(before.lines), np.int64)
        thinner[before.of] = symbols.of
        why, line = np.divmod(np.arange(len(before.lines) * (len(REASONS) + 1)), len(before.lines))
        return symbols, quotient(steps.printing(thinner[line] + len(symbols.lines) * why))

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


def _repeated(steps: Steps, lines: int) -> Steps:
    """With the states after a loss once for each reason, which is their label then."""
    n, count = len(steps), len(REASONS)
    why, symbol = np.divmod(steps.symbol, lines)
    lost = steps.label[steps.source] >= 0
    source, line, dest = [steps.source[~lost]], [symbol[~lost]], [steps.dest[~lost] + n * why[~lost]]
    for number in range(1, count + 1):
        source.append(steps.source[lost] + n * number)
        line.append(symbol[lost])
        dest.append(steps.dest[lost] + n * number)
    label = np.repeat(np.arange(-1, count), n)
    return Steps.of(steps.initial, label, *map(np.concatenate, (source, line, dest)))


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
