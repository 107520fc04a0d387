"""The reachable states of a system and the steps between them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from operator import and_, invert
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mealspec.core.event import Kind
from mealspec.core.machine import State
from mealspec.core.predicate import At, Predicate, read
from mealspec.core.system import Locals, System
from mealspec.core.trace import Trace

if TYPE_CHECKING:  # takes a quarter of a second to import
    import networkx as nx


@dataclass(frozen=True, eq=False)
class Graph:
    """What an exploration found, in arrays over states (``n``) and edges (``m``).

    Attributes
    ----------
    packed
        The states as words, shape ``(n, words)``, in breadth-first order; state 0 is initial.
    parent, via
        The state and event by which each state was first found, -1 for the initial one.
    level
        Length of a shortest run to each state.
    offset, dest, event
        The edges in compressed rows: those of state ``s`` stand from ``offset[s]`` to
        ``offset[s + 1]``.
    expanded
        The states below this number have all their edges.
    seconds
        How long the exploration took.
    """

    system: System
    packed: NDArray[np.uint64]
    parent: NDArray[np.int32]
    via: NDArray[np.int16]
    level: NDArray[np.int32]
    offset: NDArray[np.int64]
    dest: NDArray[np.int32]
    event: NDArray[np.int16]
    expanded: int
    seconds: float

    def __len__(self) -> int:
        return len(self.packed)

    @property
    def transitions(self) -> int:
        """Number of steps between states."""
        return len(self.dest)

    @property
    def depth(self) -> int:
        """Length of the longest of all shortest runs."""
        return int(self.level[-1])

    @property
    def complete(self) -> bool:
        """Whether every reachable state was found and expanded."""
        return self.expanded == len(self)

    @property
    def bytes(self) -> int:
        """How much is kept: states, slots of the hash table, shortest runs, steps."""
        arrays = (self.packed, self.parent, self.via, self.level, self.offset, self.dest, self.event)
        slot = int(self.packed.itemsize * (self.packed.shape[1] + 1))  # a state's words, and its number beside them
        return sum(int(array.nbytes) for array in arrays) + len(self) * slot

    def local(self, machine: str) -> NDArray[np.int64]:
        """For each state, the index of the machine's state, shape ``(n,)``."""
        k = self.system.position[machine]
        t = self.system.tables
        local: NDArray[np.int64] = ((self.packed[:, t.word[k]] >> t.shift[k]) & t.mask[k]).astype(np.int64)
        return local

    def where(self, predicate: Predicate) -> NDArray[np.bool_]:
        """For each state, whether the predicate holds, shape ``(n,)``."""

        def at(fact: At) -> NDArray[np.bool_]:
            return np.array(fact.table(self.system), np.bool_)[self.local(fact.machine)]

        return read(predicate, self.system.position, at, lambda value: np.full(len(self), value), and_, invert)

    @cached_property
    def source(self) -> NDArray[np.int32]:
        """For each edge, the state it leaves, shape ``(m,)``."""
        return np.repeat(np.arange(len(self), dtype=np.int32), np.diff(self.offset))

    def state(self, number: int) -> dict[str, State]:
        """A state by its number: the state of each machine, by name."""
        return self.system.states(self.locals(number))

    def locals(self, number: int) -> Locals:
        """A state by its number: the index of each machine's state."""
        return self.system.unpack(self.packed[number])

    def path(self, number: int) -> list[str]:
        """The events of a shortest run to the state."""
        events: list[str] = []
        while self.parent[number] >= 0:
            events.append(self.system.events[self.via[number]].name)
            number = int(self.parent[number])
        return events[::-1]

    def trace(self, number: int, then: tuple[str, ...] = (), loop: int | None = None) -> Trace:
        """A shortest run to the state, followed by the events ``then``."""
        return Trace.of(self.system, [*self.path(number), *then], loop=loop)

    def enabling(self, events: NDArray[np.bool_], *, moving: bool = False) -> NDArray[np.bool_]:
        """For each state, whether one of the marked events is enabled there.

        With ``moving``, only steps that change the state count.
        """
        marked = events[self.event]
        if moving:
            marked &= self.dest != self.source
        out = np.zeros(len(self), np.bool_)
        out[self.source[marked]] = True
        return out

    @cached_property
    def quiescent(self) -> NDArray[np.bool_]:
        """For each state, whether it was expanded and no system event changes it."""
        quiescent = ~self.enabling(self.system.of_kind(Kind.SYSTEM), moving=True)
        quiescent[self.expanded :] = False
        return quiescent

    def silent_events(self) -> list[str]:
        """Events of the system that no reachable state enables."""
        seen = np.bincount(self.event, minlength=len(self.system.events)) > 0
        return [event.name for event, was in zip(self.system.events, seen, strict=True) if not was]

    def to_networkx(self) -> nx.MultiDiGraph[int]:
        """The graph for networkx: nodes are state numbers with the states of the machines as
        attributes, edges carry ``event``."""
        import networkx as nx

        graph: nx.MultiDiGraph[int] = nx.MultiDiGraph(name=self.system.name)
        for number in range(len(self)):
            graph.add_node(number, **{name: str(state) for name, state in self.state(number).items()})
        names = [event.name for event in self.system.events]
        triples = zip(self.source.tolist(), self.dest.tolist(), self.event.tolist(), strict=True)
        graph.add_edges_from((a, b, {"event": names[e]}) for a, b, e in triples)
        return graph

    def _check(self) -> None:
        """Assert what must hold of every graph, whatever the system."""
        n = len(self)
        assert len(np.unique(self.packed, axis=0)) == n, "a state was found twice"
        assert self.parent[0] == -1, "the initial state has no parent"
        assert (self.parent[1:] >= 0).all(), "every other state has one"
        assert (self.parent[1:] < np.arange(1, n)).all(), "a parent is found before its child"
        assert (self.level[1:] == self.level[self.parent[1:]] + 1).all(), "levels follow the parents"
        assert (np.diff(self.level) >= 0).all(), "states are found level by level"
        assert (np.diff(self.offset) >= 0).all(), "edges stand in rows"
        assert self.offset[-1] == self.transitions, "every edge stands in a row"
        assert ((self.dest >= 0) & (self.dest < n)).all(), "an edge leads to a known state"
        assert (self.level[self.dest] <= self.level[self.source] + 1).all(), "an edge skips no level"
        step = self.source.astype(np.int64) * len(self.system.events) + self.event
        assert (np.diff(step) > 0).all(), "one step for each state and event, in declared order"
        tree = self.parent[1:].astype(np.int64) * len(self.system.events) + self.via[1:]
        at = np.minimum(np.searchsorted(step, tree), self.transitions - 1)
        found = (step[at] == tree) & (self.dest[at] == np.arange(1, n))
        assert found.all(), "a state was found by the step that its parent and event name"
        if self.complete:
            reached = np.zeros(n, np.bool_)
            reached[self.dest] = True
            assert reached[1:].all(), "every state but the initial one is somebody's successor"
