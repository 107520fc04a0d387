"""Rules: what a law can say, decided on a graph, each with a shortest run that breaks it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mealspec.core import Graph, Kind, Predicate, System, Trace, lasso, reach

Needs = list[Predicate]
"""All of these must hold."""


class Reading:
    """A graph as the laws read it; what several of them ask is looked up once."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self._facts: dict[Predicate, NDArray[np.bool_]] = {}
        self._steps: dict[str, NDArray[np.int64]] = {}
        self._owing: dict[tuple[str, ...], Graph] = {(): graph}

    def where(self, needs: Needs) -> NDArray[np.bool_]:
        """For each state, whether all of these hold."""
        out = np.ones(len(self.graph), np.bool_)
        for fact in needs:
            if fact not in self._facts:
                self._facts[fact] = self.graph.where(fact)
            out &= self._facts[fact]
        return out

    def steps(self, name: str) -> NDArray[np.int64]:
        """The edges that are this event; none if the system does not have it."""
        if name not in self._steps:
            e = self.graph.system.number.get(name, -1)
            self._steps[name] = np.flatnonzero(self.graph.event == e)
        return self._steps[name]

    def owing_less(self, names: tuple[str, ...]) -> Graph:
        """The same graph, in which these events are faults, which may never happen."""
        if names not in self._owing:
            product = self.graph.system
            events = [replace(event, kind=Kind.FAULT) if event.name in names else event for event in product.events]
            absent = {name for event in events for name in event.takes if name not in product.position}
            less = System(product.machines, events, absent=absent, name=product.name)
            self._owing[names] = replace(self.graph, system=less)
        return self._owing[names]

    def until(self, number: int) -> Trace:
        """A shortest run to a state."""
        return self.graph.trace(number)

    def through(self, edge: int) -> Trace:
        """A shortest run whose last step is the edge."""
        event = self.graph.system.events[self.graph.event[edge]].name
        return self.graph.trace(int(self.graph.source[edge]), then=(event,))


class Rule(ABC):
    """One thing that a law says."""

    @abstractmethod
    def broken(self, reading: Reading) -> Trace | None:
        """A shortest run that breaks it, or None."""

    @abstractmethod
    def occurs(self, reading: Reading) -> bool:
        """Whether what it speaks of occurs at all."""


@dataclass(frozen=True)
class Possible(Rule):
    """The event can happen exactly when all that it needs holds.

    A run that breaks it ends with the event that should not have been possible, or where it should have
    been.
    """

    event: str
    needs: Needs

    def broken(self, reading: Reading) -> Trace | None:
        graph, steps = reading.graph, reading.steps(self.event)
        can = np.zeros(len(graph), np.bool_)
        can[graph.source[steps]] = True
        wrong = can != reading.where(self.needs)
        wrong[graph.expanded :] = False
        number = int(wrong.argmax())
        if not wrong[number]:
            return None
        return graph.trace(number, then=(self.event,) if can[number] else ())

    def occurs(self, reading: Reading) -> bool:
        return bool(reading.where(self.needs).any())


@dataclass(frozen=True)
class Move:
    """After one of these events the machine is in the state that ``to`` gives for the one before."""

    events: tuple[str, ...]
    to: Callable[[Any], Any]


@dataclass(frozen=True)
class Changes(Rule):
    """The machine changes only by these events, and as they say; no other step changes it."""

    machine: str
    moves: tuple[Move, ...]

    def broken(self, reading: Reading) -> Trace | None:
        graph = reading.graph
        if self.machine not in graph.system.position:
            return reading.until(0)
        states = graph.system.machines[graph.system.position[self.machine]].states
        number = {state: k for k, state in enumerate(states)}
        local = graph.local(self.machine).astype(np.int16)
        before, after = local[graph.source], local[graph.dest]
        wrong = before != after
        for move in self.moves:
            to = np.array([number.get(move.to(state), -1) for state in states], np.int16)
            for name in move.events:
                steps = reading.steps(name)
                wrong[steps] = to[before[steps]] != after[steps]
        edge = int(wrong.argmax()) if len(wrong) else 0
        return reading.through(edge) if len(wrong) and wrong[edge] else None

    def occurs(self, reading: Reading) -> bool:
        local = reading.graph.local(self.machine)
        return bool((local != local[0]).any())


@dataclass(frozen=True)
class Owed(Rule):
    """The event is owed: a run in which it could happen from some point on, and does not, is no run.

    A run that breaks it ends with the event, which might as well not have happened.
    """

    event: str

    def broken(self, reading: Reading) -> Trace | None:
        owed = self.event not in reading.graph.system.number or (
            reading.graph.system.event(self.event).kind is Kind.SYSTEM
        )
        return None if owed or not self.occurs(reading) else reading.through(int(reading.steps(self.event)[0]))

    def occurs(self, reading: Reading) -> bool:
        return len(reading.steps(self.event)) > 0


@dataclass(frozen=True)
class Never(Rule):
    """No state is like that."""

    what: Predicate
    given: Predicate

    def broken(self, reading: Reading) -> Trace | None:
        return reach(reading.graph, self.what)

    def occurs(self, reading: Reading) -> bool:
        return reach(reading.graph, self.given) is not None


@dataclass(frozen=True)
class Ends(Rule):
    """It does not stay like that for ever, once faults have ended; not even if the events named ``without``
    are owed no longer."""

    what: Predicate
    excused: Predicate | None = None
    without: tuple[str, ...] = ()

    def broken(self, reading: Reading) -> Trace | None:
        return lasso(reading.owing_less(self.without), self.what, self.excused)

    def occurs(self, reading: Reading) -> bool:
        return reach(reading.graph, self.what) is not None
