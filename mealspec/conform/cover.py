"""Runs that cover: every event, every row of a role's machines, every pair of consecutive rows.

The ground is the explored product, without the steps in which a tester does not wait for the implementation. On it a
walk goes from goal to goal, each time to the nearest that is not covered yet; what no walk comes by is looked for one
by one, and what is not found then cannot be: the search is complete.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mealspec.conform.kernel import after_row, distances, nearest, paired_run
from mealspec.conform.settle import Spec
from mealspec.core import Graph, explore
from mealspec.core.system import bits, each

Ints = NDArray[np.int64]


class RowName(NamedTuple):
    """A row of a machine, without clocks: ``view.m1: client.apply.poll.completed.done: processing -> completed``."""

    machine: str
    event: str
    source: str
    dest: str

    def __str__(self) -> str:
        return f"{self.machine}: {self.event}: {self.source} -> {self.dest}"


@dataclass(frozen=True, eq=False)
class Ground:
    """The steps of one system that a test may take.

    Attributes
    ----------
    spec
        The system, for a tester of a role.
    graph
        What there is of it.
    pairs
        The kinds of machines of whose rows pairs are covered.
    """

    spec: Spec
    graph: Graph
    pairs: tuple[str, ...]

    @classmethod
    def of(cls, spec: Spec, pairs: tuple[str, ...]) -> Ground:
        """Explore the system."""
        return cls(spec, explore(spec.system), pairs)

    @cached_property
    def edges(self) -> tuple[Ints, Ints, Ints]:
        """The steps that may be taken, in compressed rows: offset, dest, event."""
        own, first, urgent, ticks = (
            self._mask(getattr(self.spec, name)) for name in ("own", "first", "urgent", "ticks")
        )
        graph = self.graph
        busy, hurried = graph.enabling(own), graph.enabling(urgent)
        keep = own[graph.event] | ~busy[graph.source]
        keep &= ~(graph.enabling(first)[graph.source] & ~first[graph.event] & ~own[graph.event])
        keep &= ~(ticks[graph.event] & hurried[graph.source]) & ~self._starved[graph.dest]
        count = np.bincount(graph.source[keep], minlength=len(graph))
        offset = np.concatenate([[0], np.cumsum(count)]).astype(np.int64)
        return offset, graph.dest[keep].astype(np.int64), graph.event[keep].astype(np.int64)

    def _mask(self, events: int) -> NDArray[np.bool_]:
        mask = np.zeros(len(self.spec.system.events), np.bool_)
        mask[each(events)] = True
        return mask

    @cached_property
    def _starved(self) -> NDArray[np.bool_]:
        starved = np.zeros(len(self.graph), np.bool_)
        for rows in self.spec.room.values():
            wants = np.ones(len(self.graph), np.bool_)
            for k, dest in rows:
                wants &= np.array(dest)[self.locals[:, k]] >= 0
            starved |= wants
        return starved & ~self.graph.enabling(self._mask(bits(self.spec.room)))

    @cached_property
    def settled(self) -> NDArray[np.bool_]:
        """For each state, whether the implementation has come to rest there."""
        return ~self.graph.enabling(self._mask(self.spec.own))

    @cached_property
    def uses(self) -> tuple[Ints, Ints, Ints]:
        """Per event, the goal machines that take part: offset, machine, and where its rows begin in :attr:`rows`."""
        t, system = self.spec.system.tables, self.spec.system
        wanted = [m.name.split(".")[0] in self.spec.role.machines for m in system.machines]
        offset, machine, row = [0], [], []
        for e in range(len(system.events)):
            for p in range(int(t.first[e]), int(t.first[e + 1])):
                if wanted[int(t.machine[p])]:
                    machine.append(int(t.machine[p]))
                    row.append(int(t.row[p]))
            offset.append(len(machine))
        return np.array(offset, np.int64), np.array(machine, np.int64), np.array(row, np.int64)

    @cached_property
    def rows(self) -> tuple[Ints, list[RowName]]:
        """For each place in the tables the row's number, and the rows by number."""
        t, system = self.spec.system.tables, self.spec.system
        numbers, names = np.full(len(t.dest), -1, np.int64), dict[RowName, int]()
        offset, machine, row = self.uses
        for e, event in enumerate(system.events):
            for p in range(int(offset[e]), int(offset[e + 1])):
                made = system.machines[int(machine[p])]
                labels = [str(getattr(state, "untimed", state)) for state in made.states]
                for local, label in enumerate(labels):
                    if (to := int(t.dest[row[p] + local])) >= 0:
                        name = RowName(made.name, event.name, label, labels[to])
                        numbers[row[p] + local] = names.setdefault(name, len(names))
        return numbers, list(names)

    @cached_property
    def paired(self) -> NDArray[np.bool_]:
        """Per machine, whether pairs of its rows are goals."""
        return np.array([m.name.split(".")[0] in self.pairs for m in self.spec.system.machines])

    @cached_property
    def locals(self) -> NDArray[np.int32]:
        """For each state the local state of each machine, shape ``(n, machines)``."""
        columns = [self.graph.local(machine.name).astype(np.int32) for machine in self.spec.system.machines]
        return np.ascontiguousarray(np.stack(columns, axis=1))

    def used(self, state: int, event: int) -> Iterator[tuple[int, int]]:
        """The machines that an event moves in a state, each with the number of its row."""
        offset, machine, row = self.uses
        numbers, _ = self.rows
        for p in range(int(offset[event]), int(offset[event + 1])):
            k = int(machine[p])
            yield k, int(numbers[row[p] + self.locals[state, k]])

    def step(self, state: int, event: int) -> int:
        """Where the event leads."""
        offset, dest, events = self.edges
        begin, end = int(offset[state]), int(offset[state + 1])
        return int(dest[begin + events[begin:end].tolist().index(event)])

    def taken(self, k: int) -> NDArray[np.int32]:
        """For each step the row that a machine uses, -1 where it takes no part."""
        if k not in self._taken:
            self._taken.clear()  # of large grounds there is room for one
            offset, _, events = self.edges
            source = np.repeat(np.arange(len(self.graph), dtype=np.int64), np.diff(offset))
            uses, machine, row = self.uses
            numbers, _ = self.rows
            begins = np.full(len(self.spec.system.events), -1, np.int64)
            for e in range(len(begins)):
                for p in range(int(uses[e]), int(uses[e + 1])):
                    if machine[p] == k:
                        begins[e] = row[p]
            at = begins[events]
            found = numbers[np.maximum(at, 0) + self.locals[source, k]]
            self._taken[k] = np.where(at >= 0, found, -1).astype(np.int32)
        return self._taken[k]

    @cached_property
    def _taken(self) -> dict[int, NDArray[np.int32]]:
        return {}


class Cover:
    """What is covered, over several grounds: rows and pairs by their names.

    Attributes
    ----------
    rows, pairs
        What runs have covered so far.
    """

    def __init__(self) -> None:
        self.rows: set[RowName] = set()
        self.pairs: set[tuple[RowName, RowName]] = set()

    def of(self, ground: Ground, run: Iterable[int]) -> tuple[set[RowName], set[tuple[RowName, RowName]]]:
        """What a run of the ground, by numbers of events, covers by itself."""
        _, names = ground.rows
        last: dict[int, int] = {}
        state, rows, pairs = 0, set[RowName](), set[tuple[RowName, RowName]]()
        for event in run:
            for k, row in ground.used(state, event):
                rows.add(names[row])
                if ground.paired[k] and k in last:
                    pairs.add((names[last[k]], names[row]))
                last[k] = row
            state = ground.step(state, event)
        return rows, pairs

    def add(self, ground: Ground, run: Iterable[int]) -> None:
        """A run has been taken."""
        rows, pairs = self.of(ground, run)
        self.rows |= rows
        self.pairs |= pairs


class Walker:
    """Walks on one ground, for what is not covered there.

    Attributes
    ----------
    known
        How many rows and pairs some run of the ground has.
    """

    def __init__(self, ground: Ground, cover: Cover) -> None:
        self.ground, self.cover = ground, cover
        _, names = ground.rows
        self._number = {name: k for k, name in enumerate(names)}
        self._machine: dict[int, int] = {}
        self._rows = np.ones(len(names), np.bool_)
        self._pairs = np.ones((len(names), len(names)), np.bool_)
        for k, row, next_rows in _reachable(ground):
            self._machine[row] = k
            self._rows[row] = False
            self._pairs[row, next_rows] = False
        self.known = self.left
        self.refresh()

    def refresh(self) -> None:
        """Take over what has been covered, here or elsewhere."""
        for name in self.cover.rows:
            if name in self._number:
                self._rows[self._number[name]] = True
        for one, other in self.cover.pairs:
            if one in self._number and other in self._number:
                self._pairs[self._number[one], self._number[other]] = True

    @property
    def left(self) -> tuple[int, int]:
        """How many rows and pairs are not covered."""
        return int((~self._rows).sum()), int((~self._pairs).sum())

    def walk(self, most: int) -> list[int]:
        """A run that goes from goal to goal, until it has so many events or nothing is left that can be reached."""
        run, state = list[int](), 0
        last = np.full(len(self.ground.spec.system.machines), -1, np.int64)
        while len(run) < most and (path := self._next(state, last)):
            for event in path:
                for k, used in self.ground.used(state, event):
                    self._rows[used] = True
                    if self.ground.paired[k] and last[k] >= 0:
                        self._pairs[last[k], used] = True
                    last[k] = used
                state = self.ground.step(state, event)
                run.append(event)
        return run

    def _next(self, state: int, last: Ints) -> list[int]:
        """From a state to the nearest goal; to any, where none lies on the shortest runs to each state."""
        ground = self.ground
        offset, dest, events = ground.edges
        uses, machine, row = ground.uses
        numbers, _ = ground.rows
        path = nearest(
            state, offset, dest, events, uses, machine, row, numbers, ground.locals, ground.paired, last,
            self._rows, self._pairs,
        )  # fmt: skip
        if len(path):
            return list(path.tolist())
        for one, other in np.argwhere(~self._pairs).tolist():
            taken = ground.taken(self._machine[one])
            path = paired_run(state, offset, dest, events, taken, one, other)
            if len(path):
                return list(path.tolist())
        return []


def _reachable(ground: Ground) -> Iterator[tuple[int, int, Ints]]:
    """The machines with the rows that some run uses, each with the rows of its machine that can come next."""
    offset, dest, _ = ground.edges
    source = np.repeat(np.arange(len(ground.graph), dtype=np.int64), np.diff(offset))
    alive = distances(offset, dest, np.array([0], np.int64))[source] >= 0
    _, machine, _ = ground.uses
    _, names = ground.rows
    for k in np.unique(machine).tolist():
        taken = np.where(alive, ground.taken(k), -1)
        for row in np.unique(taken[taken >= 0]).tolist():
            if not ground.paired[k]:
                yield k, row, np.zeros(0, np.int64)
                continue
            first = np.unique(dest[taken == row])
            yield k, row, np.flatnonzero(after_row(offset, dest, taken, first, len(names)))
