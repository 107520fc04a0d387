"""Predicates over product states: expressions over the states of single machines, as data.

Whoever decides reads the expression in its own way (:func:`read`): a graph through small lookup tables, a
space of decision diagrams as a set, an export as a :mod:`~mealspec.core.formula`. On one state a predicate is
plain Python, and that is what stands here.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from mealspec.core.machine import State
from mealspec.core.system import Locals, System

T = TypeVar("T")

Check = Callable[[Locals], bool]
"""Tells of a state given by indices whether something holds."""


class Predicate:
    """A fact about a product state; combine with ``&``, ``|`` and ``~``."""

    def __and__(self, other: Predicate) -> Predicate:
        return Both(self, other)

    def __or__(self, other: Predicate) -> Predicate:
        return ~(~self & ~other)

    def __invert__(self) -> Predicate:
        return Not(self)

    def holds(self, states: Mapping[str, State]) -> bool:
        """Whether it holds in one state."""
        return read(
            self,
            states,
            lambda at: at.passes(states[at.machine]),
            lambda value: value,
            lambda left, right: left and right,
            lambda inner: not inner,
        )

    def compiled(self, system: System) -> Check:
        """The same as a quick function, for those who ask about many states one by one."""

        def at(fact: At) -> Check:
            table, k = fact.table(system), system.position[fact.machine]
            return lambda state: table[state[k]]

        def always(value: bool) -> Check:
            return lambda state: value

        def both(left: Check, right: Check) -> Check:
            return lambda state: left(state) and right(state)

        def no(inner: Check) -> Check:
            return lambda state: not inner(state)

        return read(self, system.position, at, always, both, no)

    def machines(self) -> list[str]:
        """The machines that it looks at, in order, each once."""
        if isinstance(self, Both):
            return list(dict.fromkeys(self.left.machines() + self.right.machines()))
        return self.inner.machines() if isinstance(self, Not) else [self.machine] if isinstance(self, At) else []


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

    def passes(self, state: Any) -> bool:
        """Whether a state of the machine passes; one of a machine in time without its ticks."""
        return bool(self.test(getattr(state, "untimed", state)))

    def table(self, system: System) -> list[bool]:
        """For each state of the machine, whether it passes."""
        return list(map(self.passes, system.machines[system.position[self.machine]].states))


@dataclass(frozen=True)
class Both(Predicate):
    """Two facts at once."""

    left: Predicate
    right: Predicate


@dataclass(frozen=True)
class Not(Predicate):
    """The fact does not hold."""

    inner: Predicate


@dataclass(frozen=True)
class Always(Predicate):
    """Always so, or never."""

    value: bool


def read(
    predicate: Predicate,
    machines: Container[str],
    at: Callable[[At], T],
    always: Callable[[bool], T],
    both: Callable[[T, T], T],
    no: Callable[[T], T],
) -> T:
    """What the expression means to somebody, put together from what its parts mean.

    Parameters
    ----------
    predicate
        The expression.
    machines
        Those that there are; of another machine a fact has its constant value, if it has one.
    at, always
        What a fact about one machine means, and what a constant.
    both, no
        What the meanings of parts make together, and what a negation makes of one.
    """

    def meaning(part: Predicate) -> T:
        if isinstance(part, Both):
            return both(meaning(part.left), meaning(part.right))
        if isinstance(part, Not):
            return no(meaning(part.inner))
        if isinstance(part, At):
            known = part.absent is None or part.machine in machines
            return at(part) if known else always(bool(part.absent))
        assert isinstance(part, Always)
        return always(part.value)

    return meaning(predicate)


def any_of(predicates: Iterable[Predicate]) -> Predicate:
    """Whether at least one holds."""
    out: Predicate = Always(False)
    for predicate in predicates:
        out = out | predicate
    return out


def all_of(predicates: Iterable[Predicate]) -> Predicate:
    """Whether all hold."""
    out: Predicate = Always(True)
    for predicate in predicates:
        out = out & predicate
    return out
