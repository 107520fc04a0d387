"""Mutants: systems with one small fault of their own, to test what is said about a system.

A property that no mutant violates says little. Each operator changes one thing that a modeller may get
wrong; what can no longer happen is trimmed away, so a mutant is a system like any other.

References: R. A. DeMillo, R. J. Lipton, F. G. Sayward, *Hints on test data selection* (1978); P. E. Black,
V. Okun, Y. Yesha, *Mutation operators for specifications* (ASE 2000).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from mealspec.core.event import Event, Kind
from mealspec.core.explicit.graph import Graph
from mealspec.core.machine import Machine, Row, State
from mealspec.core.system import System, trimmed


class Operator(StrEnum):
    """What a mutant gets wrong."""

    DROP_ROW = "drop a row"
    """A machine refuses an event in a state in which it took it."""
    REDIRECT = "redirect a row"
    """A machine takes an event as before, and is in another state afterwards."""
    SWAP_GUARD = "swap a guard"
    """A machine takes an event in a state in which it refused it, and no longer in another."""
    DROP_PARTICIPANT = "drop a participant"
    """An event happens without asking one of those who took part, and without moving it."""
    FAULT = "owe nothing"
    """An event that the system owed becomes a fault, which may never happen."""


@dataclass(frozen=True)
class Mutant:
    """One change of a system.

    Attributes
    ----------
    operator, machine, event
        What is changed, in which machine (empty if an event changes for all), at which event.
    row
        The row that changes; None for operators that change an event.
    to
        The new destination of :attr:`Operator.REDIRECT`, the new source of :attr:`Operator.SWAP_GUARD`.
    """

    operator: Operator
    machine: str
    event: str
    row: Row | None = None
    to: State = None

    def __str__(self) -> str:
        if self.row is None:
            what = "becomes a fault" if self.operator is Operator.FAULT else f"no longer asks machine '{self.machine}'"
            return f"'{self.event}' {what}"
        where = f"{self.machine}, in state '{self.row.source}': "
        if self.operator is Operator.DROP_ROW:
            return f"{where}refuses '{self.event}'"
        if self.operator is Operator.REDIRECT:
            return f"{where}'{self.event}' leads to '{self.to}', not '{self.row.dest}'"
        return f"{where}refuses '{self.event}', which is taken in state '{self.to}' instead"

    def fits(self, system: System) -> bool:
        """Whether the system has what changes; a system of the same machines in a smaller world may not."""
        if self.event not in system.number or (self.machine and self.machine not in system.position):
            return False
        if self.row is None:
            present = [name for name in system.event(self.event).takes if name in system.position]
            return not self.machine or (self.machine in present and len(present) > 1)  # somebody must still be asked
        machine = system.machines[system.position[self.machine]]
        free = self.operator is not Operator.SWAP_GUARD or machine.step(self.to, self.event) is None
        known = self.operator is Operator.DROP_ROW or self.to in machine.states
        return machine.step(self.row.source, self.event) == self.row.dest and known and free

    def applied(self, system: System) -> System:
        """The system with the change, without what can no longer happen; the mutant must fit."""
        machines = tuple(self._machine(m) if m.name == self.machine else m for m in system.machines)
        events = tuple(self._event(e) if e.name == self.event else e for e in system.events)
        kept, alive = trimmed(machines, events)
        absent = {name for event in events for name in event.takes if name not in system.position}
        return System(kept, alive, absent=absent, name=f"{system.name}: {self}")

    def _machine(self, machine: Machine) -> Machine:
        rows = tuple(changed for row in machine.rows for changed in self._rows(row))
        return replace(machine, rows=rows, rules=machine.rules | {self.event})  # it may have no row left

    def _rows(self, row: Row) -> Iterator[Row]:
        if self.row is None:
            if row.event != self.event:
                yield row
        elif row != self.row:
            yield row
        elif self.operator is Operator.REDIRECT:
            yield row._replace(dest=self.to)
        elif self.operator is Operator.SWAP_GUARD:
            yield row._replace(source=self.to)

    def _event(self, event: Event) -> Event:
        if self.operator is Operator.FAULT:
            return replace(event, kind=Kind.FAULT)
        if self.operator is Operator.DROP_PARTICIPANT:
            return replace(event, takes=tuple(name for name in event.takes if name != self.machine))
        return event


def mutants(system: System) -> list[Mutant]:
    """Every mutant of a system, in the order of its machines, rows and events.

    Each row is dropped and redirected once, to the next state of its machine; each event's guard in each
    machine is swapped once, from its first row to the next state that refused the event; each event
    that several machines take part in loses each of them once; each system event becomes a fault.

    >>> lamp = Machine.table("lamp", "off", [("on", "off", "lit"), ("off", "lit", "off")])
    >>> for mutant in mutants(System([lamp], [Event(e, Kind.SYSTEM, "lamp", ("lamp",)) for e in ("on", "off")])):
    ...     print(mutant)
    lamp, in state 'off': refuses 'on'
    lamp, in state 'off': 'on' leads to 'off', not 'lit'
    lamp, in state 'lit': refuses 'off'
    lamp, in state 'lit': 'off' leads to 'lit', not 'off'
    lamp, in state 'off': refuses 'on', which is taken in state 'lit' instead
    lamp, in state 'lit': refuses 'off', which is taken in state 'off' instead
    'on' becomes a fault
    'off' becomes a fault
    """
    found: list[Mutant] = []
    for machine in system.machines:
        found += _of_rows(machine)
        found += _of_guards(machine)
    for event in system.events:
        present = [name for name in event.takes if name in system.position]
        if len(present) > 1:
            found += [Mutant(Operator.DROP_PARTICIPANT, name, event.name) for name in present]
        if event.kind is Kind.SYSTEM:
            found.append(Mutant(Operator.FAULT, "", event.name))
    return found


def _of_rows(machine: Machine) -> Iterator[Mutant]:
    for row in machine.rows:
        yield Mutant(Operator.DROP_ROW, machine.name, row.event, row)
        if len(machine.states) > 1:
            yield Mutant(Operator.REDIRECT, machine.name, row.event, row, _after(machine, row.dest)[0])


def _of_guards(machine: Machine) -> Iterator[Mutant]:
    for event in machine.alphabet:
        row = next(row for row in machine.rows if row.event == event)
        refusing = [state for state in _after(machine, row.source) if machine.step(state, event) is None]
        if refusing:
            yield Mutant(Operator.SWAP_GUARD, machine.name, event, row, refusing[0])


def _after(machine: Machine, state: State) -> tuple[State, ...]:
    """The other states, from the next one on."""
    at = machine.states.index(state)
    return machine.states[at + 1 :] + machine.states[:at]


def taken(graph: Graph) -> frozenset[tuple[str, Row]]:
    """The rows, each with its machine's name, that some step of the graph takes.

    Dropping or redirecting another row changes no step, so such a mutant has the same graph.
    """
    found: set[tuple[str, Row]] = set()
    names = {event.name: k for k, event in enumerate(graph.system.events)}
    for machine in graph.system.machines:
        size = len(machine.states)
        local = graph.local(machine.name)[graph.source]
        steps = np.bincount(graph.event * np.int64(size) + local, minlength=len(names) * size) > 0
        index = {state: k for k, state in enumerate(machine.states)}
        found |= {(machine.name, row) for row in machine.rows if steps[names[row.event] * size + index[row.source]]}
    return frozenset(found)


def same_graph(one: Graph, other: Graph) -> bool:
    """Whether two complete graphs are the same but for the names of the states.

    Systems are deterministic: an event has one destination in each state. The search is breadth-first
    and takes the events of a state in declared order, so a state's number depends on nothing but the
    events that lead to its predecessors and to it, and graphs of systems that declare their events in
    the same order are the same up to renaming exactly if, number by number, the same events lead to the
    same numbers. Events are the same if name, kind and what is owed of them are; those that never
    happen do not matter. Where the orders differ the answer may be no for graphs that are the same.
    """
    if not (one.complete and other.complete):
        return False
    number = {_identity(event): k for k, event in enumerate(one.system.events)}
    known = np.array([number.get(_identity(event), -1) for event in other.system.events], np.int16)
    return (
        np.array_equal(one.offset, other.offset)
        and np.array_equal(one.dest, other.dest)
        and np.array_equal(one.event, known[other.event])
    )


def _identity(event: Event) -> tuple[str, Kind, str]:
    return event.name, event.kind, event.owed_as


def same_states(one: Graph, other: Graph) -> bool:
    """Whether, number by number, every machine is in the same state; no predicate tells such graphs apart."""
    if len(one) != len(other) or [m.name for m in one.system.machines] != [m.name for m in other.system.machines]:
        return False
    for a, b in zip(one.system.machines, other.system.machines, strict=True):
        index = {state: k for k, state in enumerate(a.states)}
        known = np.array([index.get(state, -1) for state in b.states], np.int64)
        if not np.array_equal(one.local(a.name), known[other.local(b.name)]):
            return False
    return True
