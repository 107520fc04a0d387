"""All that a design can do, as runs that print lines and lose a push: searched for twins."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from mealspec.check.excerpts import LOGS
from mealspec.core import Graph, Machine, System, explore, without
from mealspec.diagnose.layers import Kinds, Layer, composed, from_first, kinds, printing
from mealspec.diagnose.losses import REASONS, Reason, reasons
from mealspec.diagnose.quotient import Ints, Steps, quotient
from mealspec.diagnose.statements import Printer
from mealspec.diagnose.twin import Twins, twins

AT_FIRST = (
    "screen",
    "service",
    "flags",
    "connection",
    "registry",
    "notification",
    "server",
    "outbox",
    "job",
    "device",
    "reason",
)
"""The machines that are explored together, by the first part of their names: how a push goes, and why it is lost."""

NEXT = ("store", "view", "save", "receipt", "loader")
"""Those that come next, one by one: what others ask of comes before them, so that less of a step is to be kept."""

LOSSES = len(REASONS) + 1
"""A step loses no push, or loses it for one of the reasons."""

Pair = tuple[Reason, Reason]
"""Two reasons, the one that stands first in the list of them first."""


class Core:
    """The machines that a push goes through.

    What comes after a loss is the same for whatever reason, so it is kept once: the step that loses the push says why,
    by a symbol of its own, and the states after it are repeated for each reason only when twins are looked for.

    Attributes
    ----------
    steps
        With few states, and for each step what is asked of its event when all statements are on.
    """

    def __init__(self, whole: System, later: Sequence[Machine], asked: Kinds) -> None:
        self.graph: Graph = explore(without(whole, {machine.name for machine in later}))
        self.label: Ints = reasons(self.graph)
        number = np.array([whole.number[event.name] for event in self.graph.system.events], np.int64)
        self._symbol: Ints = asked.of[number][self.graph.event] + len(asked) * self._loses()
        node, label = self._nodes()
        self.steps = quotient(
            Steps.of(int(node[0]), label, node[self.graph.source], self._symbol, node[self.graph.dest])
        )

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

    def runs(self, word: Sequence[int], goal: int) -> list[list[str]]:
        """See :class:`mealspec.diagnose.layers.Source`; every loss is one label here."""
        from mealspec.diagnose.kernel import walk

        graph, lost = self.graph, np.where(self.label >= 0, 0, -1)
        way = walk(
            len(graph), 0, graph.offset, self._symbol, graph.dest.astype(np.int64), lost,
            np.array(word, np.int64), goal,
        )  # fmt: skip
        out: list[list[str]] = [[]]
        for step in way:
            out[-1].append(graph.system.events[graph.event[step]].name)
            if self._symbol[step]:
                out.append([])
        return out


@dataclass(frozen=True, eq=False)
class Printing:
    """All runs, when some statements are on: with steps of few states, and a symbol for each line and loss."""

    on: frozenset[int]
    kinds: Kinds
    layer: Layer


class View:
    """All runs of a system.

    Parameters
    ----------
    whole
        The system, with the machine ``reason``.
    printer
        What its events print.
    """

    def __init__(self, whole: System, printer: Printer) -> None:
        self.whole, self.printer = whole, printer
        self._later = sorted((each for each in whole.machines if _part(each) not in AT_FIRST), key=_turn)
        self._everything = frozenset(range(len(printer.statements)))
        self._asked = kinds(whole.events, self._later, printer, self._everything)
        self._core = Core(whole, self._later, self._asked)
        self._kept: Printing | None = None
        self.states = len(self._core.graph)

    @cached_property
    def _nothing(self) -> Searched:
        return self.twins(frozenset(), (), 0, one=False)

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """Why pushes are lost, in the order of all reasons."""
        return tuple(REASONS[number] for number in np.unique(self._nothing.top.steps.label) if number >= 0)

    def run(self, reason: Reason) -> tuple[str, ...]:
        """A run that loses a push for that reason."""
        return self._nothing.run([], reason)

    def twins(self, on: frozenset[int], among: Collection[Pair], skew: int, *, one: bool) -> Searched:
        """Which of these pairs the statements do not tell apart; one of them will do, if ``one``."""
        wanted = np.zeros((len(REASONS), len(REASONS)), np.bool_)
        for pair in among:
            a, b = map(REASONS.index, pair)
            wanted[a, b] = wanted[b, a] = True
        some = self._printing(on)
        top = _repeated(some.layer, len(some.kinds))
        log = [LOGS.index(kind.line[0]) if kind.line else 0 for kind in some.kinds.kinds]
        return Searched(top, twins(top.steps, log, wanted, skew, one=one))

    @property
    def kept(self) -> frozenset[int]:
        """Statements of which every set is at hand."""
        return self._kept.on if self._kept else frozenset()

    def keep(self, on: frozenset[int]) -> None:
        """Sets of these statements will be asked about: have what prints only these at hand."""
        self._kept = None
        self._kept = self._printing(on)

    def _printing(self, on: frozenset[int]) -> Printing:
        """The runs when only these statements are on."""
        kept = self._kept
        if kept is None or not on <= kept.on:
            return self._composed(on)
        if kept.on == on:
            return kept
        told = kinds(self.whole.events, (), self.printer, on)
        return Printing(on, told, printing(kept.layer, kept.layer.small, kept.kinds.coarser(told, LOSSES)))

    def _composed(self, on: frozenset[int]) -> Printing:
        """All machines, one after another."""
        here = frozenset(self._core.graph.system.position)
        told = kinds(self.whole.events, self._later, self.printer, on)
        layer = printing(self._core, self._core.steps, self._asked.coarser(told, LOSSES))
        for k, machine in enumerate(self._later, start=1):
            before, told = told, kinds(self.whole.events, self._later[k:], self.printer, on)
            layer = composed(layer, machine, self.whole.events, here, before, told, LOSSES)
            here |= {machine.name}
            self.states = max(self.states, len(layer.steps))
        return Printing(on, told, layer)


def _part(machine: Machine) -> str:
    """The first part of its name."""
    return machine.name.split(".")[0]


def _turn(machine: Machine) -> int:
    """When it comes."""
    return NEXT.index(_part(machine)) if _part(machine) in NEXT else len(NEXT)


def _repeated(layer: Layer, lines: int) -> Layer:
    """With the states after a loss once for each reason, which is their label then."""
    steps = layer.small
    n, count = len(steps), len(REASONS)
    why, symbol = np.divmod(steps.symbol, lines)
    lost = steps.label[steps.source] >= 0
    parts = [(steps.source[~lost], symbol[~lost], steps.dest[~lost] + n * why[~lost], steps.symbol[~lost])]
    for number in range(1, count + 1):
        moved = n * number
        parts.append((steps.source[lost] + moved, symbol[lost], steps.dest[lost] + moved, steps.symbol[lost]))
    source, line, dest, fine = (np.concatenate(column) for column in zip(*parts, strict=True))
    label = np.repeat(np.arange(-1, count), n)
    return from_first(layer, steps.initial, label, source, line, dest, fine)


@dataclass(frozen=True, eq=False)
class Searched:
    """What a search for twins has found."""

    top: Layer
    found: Twins

    @property
    def pairs(self) -> list[Pair]:
        """The pairs that look alike."""
        return [(REASONS[a], REASONS[b]) for a, b in np.argwhere(self.found.found) if a < b]

    def run(self, word: Sequence[int], reason: Reason) -> tuple[str, ...]:
        """A run that prints these lines and loses a push for that reason."""
        pieces = self.top.runs(word, REASONS.index(reason))
        return tuple(event for piece in pieces for event in piece)

    def runs(self, pair: Pair) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Two runs that look alike."""
        words = self.found.words(*map(REASONS.index, pair))
        one, other = (self.run(word, reason) for word, reason in zip(words, pair, strict=True))
        return one, other
