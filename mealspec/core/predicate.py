"""Predicates over product states, declared once and read in several ways.

A predicate is an expression over the states of single machines. Over a whole graph it is evaluated
machine by machine through small lookup tables; on one state (a dictionary of machine states) it is
plain Python; as a :mod:`~mealspec.core.formula` it can be written in other languages. All readings come from
the same expression.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mealspec.core.explicit.graph import Graph
from mealspec.core.formula import All, Formula, Some, all_hold, negation, within
from mealspec.core.machine import State
from mealspec.core.system import Locals, System

if TYPE_CHECKING:  # it builds on predicates
    from mealspec.core.symbolic.diagrams import Set, Symbolic

__all__ = ["At", "Predicate", "all_of", "any_of"]


class Predicate(ABC):
    """A fact about a product state; combine with ``&``, ``|`` and ``~``."""

    @abstractmethod
    def over(self, graph: Graph) -> NDArray[np.bool_]:
        """For each state of the graph whether it holds, shape ``(n,)``."""

    @abstractmethod
    def holds(self, states: Mapping[str, State]) -> bool:
        """Whether it holds in one state."""

    @abstractmethod
    def compiled(self, system: System) -> Callable[[Locals], bool]:
        """A quick function of a state given by indices, for those who ask about many states one by one."""

    @abstractmethod
    def formula(self, system: System) -> Formula:
        """The same as data, over the states that the machines have in this system."""

    @abstractmethod
    def symbolic(self, space: Symbolic) -> Set:
        """The same as a set of states of a family of systems."""

    @abstractmethod
    def machines(self) -> list[str]:
        """The machines that it looks at, in order, each once."""

    def __and__(self, other: Predicate) -> Predicate:
        return _Both(self, other)

    def __or__(self, other: Predicate) -> Predicate:
        return ~(~self & ~other)

    def __invert__(self) -> Predicate:
        return _Not(self)


@dataclass(frozen=True)
class At(Predicate):
    """The machine's state passes the test.

    In a system without that machine it has the value ``absent``; leave that None to get a
    ``KeyError`` instead, which is what a misspelt name deserves.

    >>> from mealspec.core import At
    >>> shown = At("view", lambda state: state == "finished")
    >>> shown.holds({"view": "finished"}), (~shown).holds({"view": "finished"})
    (True, False)
    """

    machine: str
    test: Callable[[Any], bool]
    absent: bool | None = None

    def over(self, graph: Graph) -> NDArray[np.bool_]:
        if self.machine not in graph.system.position and self.absent is not None:
            return np.full(len(graph), self.absent, np.bool_)
        return np.array(self._table(graph.system), np.bool_)[graph.local(self.machine)]

    def compiled(self, system: System) -> Callable[[Locals], bool]:
        if self.machine not in system.position and self.absent is not None:
            return _Always(self.absent).compiled(system)
        table, k = self._table(system), system.position[self.machine]
        return lambda state: table[state[k]]

    def formula(self, system: System) -> Formula:
        if self.machine not in system.position and self.absent is not None:
            return _Always(self.absent).formula(system)
        machine = system.machines[system.position[self.machine]]
        return within(machine, (state for state in machine.states if self.test(state)))

    def _table(self, system: System) -> list[bool]:
        """For each state of the machine, whether it passes."""
        return [bool(self.test(state)) for state in system.machines[system.position[self.machine]].states]

    def holds(self, states: Mapping[str, State]) -> bool:
        if self.machine not in states and self.absent is not None:
            return self.absent
        return bool(self.test(states[self.machine]))

    def symbolic(self, space: Symbolic) -> Set:
        return space.at(self.machine, self.test, self.absent)

    def machines(self) -> list[str]:
        return [self.machine]


@dataclass(frozen=True)
class _Both(Predicate):
    left: Predicate
    right: Predicate

    def over(self, graph: Graph) -> NDArray[np.bool_]:
        return self.left.over(graph) & self.right.over(graph)

    def holds(self, states: Mapping[str, State]) -> bool:
        return self.left.holds(states) and self.right.holds(states)

    def compiled(self, system: System) -> Callable[[Locals], bool]:
        left, right = self.left.compiled(system), self.right.compiled(system)
        return lambda state: left(state) and right(state)

    def formula(self, system: System) -> Formula:
        return all_hold([self.left.formula(system), self.right.formula(system)])

    def symbolic(self, space: Symbolic) -> Set:
        return self.left.symbolic(space) & self.right.symbolic(space)

    def machines(self) -> list[str]:
        return list(dict.fromkeys(self.left.machines() + self.right.machines()))


@dataclass(frozen=True)
class _Not(Predicate):
    inner: Predicate

    def over(self, graph: Graph) -> NDArray[np.bool_]:
        return ~self.inner.over(graph)

    def holds(self, states: Mapping[str, State]) -> bool:
        return not self.inner.holds(states)

    def compiled(self, system: System) -> Callable[[Locals], bool]:
        inner = self.inner.compiled(system)
        return lambda state: not inner(state)

    def formula(self, system: System) -> Formula:
        return negation(self.inner.formula(system))

    def symbolic(self, space: Symbolic) -> Set:
        return ~self.inner.symbolic(space)

    def machines(self) -> list[str]:
        return self.inner.machines()


@dataclass(frozen=True)
class _Always(Predicate):
    value: bool

    def over(self, graph: Graph) -> NDArray[np.bool_]:
        return np.full(len(graph), self.value, np.bool_)

    def holds(self, states: Mapping[str, State]) -> bool:
        return self.value

    def compiled(self, system: System) -> Callable[[Locals], bool]:
        return lambda state: self.value

    def formula(self, system: System) -> Formula:
        return All(()) if self.value else Some(())

    def symbolic(self, space: Symbolic) -> Set:
        return space.true if self.value else space.false

    def machines(self) -> list[str]:
        return []


def any_of(predicates: Iterable[Predicate]) -> Predicate:
    """Whether at least one holds."""
    out: Predicate = _Always(False)
    for predicate in predicates:
        out = out | predicate
    return out


def all_of(predicates: Iterable[Predicate]) -> Predicate:
    """Whether all hold."""
    out: Predicate = _Always(True)
    for predicate in predicates:
        out = out & predicate
    return out
