"""A system: the synchronised product of machines.

An event is enabled when every machine that takes part can take it; then all of them move at once and
the others stay (alphabetised parallel composition). Building a system validates it and compiles it:
a product state becomes a few 64-bit words with a bit field for each machine.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from mealspec.core.errors import InvalidSystem, unknown
from mealspec.core.event import Event, Kind
from mealspec.core.machine import Machine, Row, State, swallowed

Locals = tuple[int, ...]
"""A product state as the index of each machine's state, in the order of the system's machines."""


@dataclass(frozen=True)
class Refusal:
    """An event that did not happen, and everyone who refused it: ``(machine, state)`` pairs."""

    event: str
    by: tuple[tuple[str, State], ...]

    def __str__(self) -> str:
        names = " and ".join(f"machine '{machine}' in state '{state}'" for machine, state in self.by)
        return f"'{self.event}' is refused by {names}"


@dataclass(frozen=True)
class Tables:
    """A system in integers, as the explorer's kernel reads it.

    Attributes
    ----------
    words
        Number of 64-bit words of a packed state.
    word, shift, mask
        Per machine: where its bit field stands.
    first
        Per event, the index of its first participation (one more entry than events).
    machine, row
        Per participation: the machine, and where its destinations begin in ``dest``.
    dest
        Destination for each local state, or -1 where the machine refuses.
    """

    words: int
    word: NDArray[np.int64]
    shift: NDArray[np.uint64]
    mask: NDArray[np.uint64]
    first: NDArray[np.int64]
    machine: NDArray[np.int64]
    row: NDArray[np.int64]
    dest: NDArray[np.int32]


class System:
    """Machines that share events.

    Parameters
    ----------
    machines, events
        What runs, and what can happen; every event says which machines take part.
    absent
        Names of machines that exist elsewhere and are left out here: an event may name them as
        participants, and they constrain nothing.

    Raises
    ------
    InvalidSystem
        With one sentence for every mismatch found, see :func:`mismatches`.

    Examples
    --------
    >>> lamp = Machine.table("lamp", "off", [("on", "off", "lit"), ("off", "lit", "off")])
    >>> hand = Machine.table("hand", "there", [("on", "there", "there"), ("leave", "there", "gone")])
    >>> system = System([lamp, hand], [
    ...     Event("on", Kind.USER, "user", ("lamp", "hand")),
    ...     Event("off", Kind.SYSTEM, "lamp", ("lamp",)),
    ...     Event("leave", Kind.USER, "user", ("hand",)),
    ... ])
    >>> [event.name for event in system.enabled(system.initial)]
    ['on', 'leave']
    >>> print(system.step(system.initial, "off"))
    'off' is refused by machine 'lamp' in state 'off'
    """

    def __init__(
        self,
        machines: Iterable[Machine],
        events: Iterable[Event],
        *,
        absent: Collection[str] = (),
        name: str = "system",
    ) -> None:
        self.name = name
        self.machines = tuple(machines)
        self.events = tuple(events)
        offenders = mismatches(self.machines, self.events, absent)
        if offenders:
            raise InvalidSystem(offenders)
        self.position = {machine.name: k for k, machine in enumerate(self.machines)}
        self.number = {event.name: e for e, event in enumerate(self.events)}
        self._parts = tuple(
            tuple(self.position[name] for name in event.takes if name in self.position) for event in self.events
        )

    # ------------------------------------------------------------------ one state at a time

    @property
    def initial(self) -> Locals:
        """Every machine in its initial state."""
        return (0,) * len(self.machines)

    def states(self, state: Locals) -> dict[str, State]:
        """The state of each machine, by name."""
        return {m.name: m.states[k] for m, k in zip(self.machines, state, strict=True)}

    def locals(self, states: Mapping[str, State]) -> Locals:
        """The inverse of :meth:`states`."""
        return tuple(self._index[k][states[m.name]] for k, m in enumerate(self.machines))

    def event(self, name: str) -> Event:
        """The event of that name; ``UnknownName`` names the nearest."""
        if name not in self.number:
            raise unknown("event", name, self.number)
        return self.events[self.number[name]]

    def step(self, state: Locals, name: str) -> Locals | Refusal:
        """The state after the event, or who refuses it."""
        self.event(name)
        e = self.number[name]
        after = self.after(state, e)
        if after is not None:
            return after
        refusing = [k for k in self._parts[e] if self._dest[k][e][state[k]] < 0]
        return Refusal(name, tuple((self.machines[k].name, self.machines[k].states[state[k]]) for k in refusing))

    def enabled(self, state: Locals) -> list[Event]:
        """The events that can happen now, in declared order."""
        return [self.events[e] for e in each(self.permitted(state))]

    def after(self, state: Locals, e: int) -> Locals | None:
        """The state after the event of that number, or None if somebody refuses it."""
        after = list(state)
        for k in self._parts[e]:
            after[k] = self._dest[k][e][state[k]]
            if after[k] < 0:
                return None
        return tuple(after)

    def permitted(self, state: Locals) -> int:
        """The events that can happen now, as bits: those that every machine permits."""
        permitted = -1
        for permits, local in zip(self._permits, state, strict=True):
            permitted &= permits[local]
        return permitted

    @cached_property
    def _permits(self) -> tuple[list[int], ...]:
        """Per machine and local state, the events that it permits, as bits; among them those that it is no part of."""
        return tuple(
            [
                bits(e for e in range(len(self.events)) if k not in self._parts[e] or self._dest[k][e][local] >= 0)
                for local in range(len(machine.states))
            ]
            for k, machine in enumerate(self.machines)
        )

    @cached_property
    def _index(self) -> tuple[dict[State, int], ...]:
        return tuple({state: k for k, state in enumerate(m.states)} for m in self.machines)

    @cached_property
    def _dest(self) -> tuple[dict[int, list[int]], ...]:
        """Per machine and event: destination for each local state, -1 where refused."""
        tables: list[dict[int, list[int]]] = []
        for machine, index in zip(self.machines, self._index, strict=True):
            table = {self.number[event]: [-1] * len(machine.states) for event in machine.alphabet}
            for row in machine.rows:
                table[self.number[row.event]][index[row.source]] = index[row.dest]
            tables.append(table)
        return tuple(tables)

    # ------------------------------------------------------------------ integers

    @cached_property
    def tables(self) -> Tables:
        """The system compiled to integers."""
        word, shift, mask, used = [], [], [], [0]
        for machine in self.machines:
            bits = max(1, (len(machine.states) - 1).bit_length())
            if used[-1] + bits > 64:
                used.append(0)
            word.append(len(used) - 1)
            shift.append(used[-1])
            mask.append((1 << bits) - 1)
            used[-1] += bits
        first, owners, rows = [0], [], []
        dest: list[int] = []
        for e, parts in enumerate(self._parts):
            # The participant that refuses most often is asked first.
            for k in sorted(parts, key=lambda k: sum(d >= 0 for d in self._dest[k][e]) / len(self._dest[k][e])):
                owners.append(k)
                rows.append(len(dest))
                dest.extend(self._dest[k][e])
            first.append(len(owners))
        return Tables(
            words=len(used),
            word=np.array(word, np.int64),
            shift=np.array(shift, np.uint64),
            mask=np.array(mask, np.uint64),
            first=np.array(first, np.int64),
            machine=np.array(owners, np.int64),
            row=np.array(rows, np.int64),
            dest=np.array(dest, np.int32),
        )

    def pack(self, state: Locals) -> NDArray[np.uint64]:
        """A state as the words in which the explorer holds it."""
        packed = [0] * self.tables.words
        for k, local in enumerate(state):
            packed[int(self.tables.word[k])] |= local << int(self.tables.shift[k])
        return np.array(packed, np.uint64)

    def unpack(self, packed: Sequence[int] | NDArray[np.uint64]) -> Locals:
        """The inverse of :meth:`pack`."""
        t = self.tables
        return tuple((int(packed[t.word[k]]) >> int(t.shift[k])) & int(t.mask[k]) for k in range(len(self.machines)))

    def of_kind(self, kind: Kind) -> NDArray[np.bool_]:
        """Per event, whether it is of that kind."""
        return np.array([event.kind is kind for event in self.events], np.bool_)


# ---------------------------------------------------------------------- sets of events as bits


def bits(numbers: Iterable[int]) -> int:
    """The set of these numbers as the bits of one."""
    return sum(1 << number for number in numbers)


def each(events: int) -> list[int]:
    """The numbers in a set that is given as bits, in order.

    >>> each(bits([3, 0]))
    [0, 3]
    """
    out = []
    while events:
        low = events & -events
        out.append(low.bit_length() - 1)
        events ^= low
    return out


# ---------------------------------------------------------------------- validation


def mismatches(machines: Sequence[Machine], events: Sequence[Event], absent: Collection[str] = ()) -> list[str]:
    """Everything that does not fit between machines and events, one sentence each.

    Reported are names used twice, unknown participants, participants without the event, machines that
    have an event which does not name them, undeclared events, names that ``transitions`` would
    swallow, states that no event can reach and events that can never happen. The last two are decided
    machine by machine, which is sound (what is reported is truly dead) and not complete: an event
    that needs two local states which exclude each other is found by exploring,
    see :meth:`mealspec.core.explicit.graph.Graph.silent_events`.
    """
    out: list[str] = []
    alphabets = {machine.name: set(machine.alphabet) for machine in machines}
    declared = {event.name: event for event in events}
    out += [f"machine '{name}' is declared twice" for name in _twice(m.name for m in machines)]
    out += [f"event '{name}' is declared twice" for name in _twice(e.name for e in events)]
    for event in events:
        present = [name for name in event.takes if name in alphabets]
        if not present:
            out.append(f"event '{event.name}' has no participant here, so nothing would constrain it")
        for name in event.takes:
            if name not in alphabets and name not in absent:
                out.append(f"event '{event.name}' names an unknown participant '{name}'")
        out += [f"event '{event.name}' names the participant '{name}' twice" for name in _twice(event.takes)]
    out += _lacking(machines, events)
    for machine in machines:
        for name in machine.alphabet:
            if name not in declared:
                out.append(f"machine '{machine.name}' has rows for the undeclared event '{name}'")
            elif machine.name not in declared[name].takes:
                out.append(f"event '{name}' does not name machine '{machine.name}', which has rows for it")
        out += [
            f"'transitions' would swallow the event '{name}' of machine '{machine.name}'" for name in swallowed(machine)
        ]
    if out:
        return out
    reached, alive = _possible(machines, events)
    for machine in machines:
        dead = [str(state) for state in machine.states if state not in reached[machine.name]]
        out += [f"state '{state}' of machine '{machine.name}' is never reached" for state in dead]
    out += [f"event '{event.name}' can never happen" for event in events if event.name not in alive]
    return out


def trimmed(machines: Iterable[Machine], events: Iterable[Event]) -> tuple[tuple[Machine, ...], tuple[Event, ...]]:
    """Only what can happen: without the events that are not listed, and what dies with them.

    A scope or a design leaves events out; states that only those events reach, and events that only
    those states allow, go too. What is left passes :func:`mismatches` if the whole did; a participant
    without the event is no matter of scope, and raises ``InvalidSystem`` here already.
    """
    events, machines = tuple(events), tuple(machines)
    unused = {(machine.name, event) for machine in machines for event in machine.rules}
    offenders = _lacking(machines, events, unused)
    if offenders:  # trimming would hide these
        raise InvalidSystem(offenders)
    names = {event.name for event in events}
    machines = tuple(machine.keeping(lambda row: row.event in names) for machine in machines)
    reached, alive = _possible(machines, events)
    machines = tuple(_surviving(machine, reached[machine.name], alive) for machine in machines)
    return machines, tuple(event for event in events if event.name in alive)


def without(system: System, names: Container[str]) -> System:
    """The system with these machines left out: they constrain nothing, and what only they take part in is gone.

    Every run of the system, without those events, is a run of what is left.

    >>> lamp = Machine.table("lamp", "off", [("on", "off", "lit")])
    >>> hand = Machine.table("hand", "there", [("on", "there", "there"), ("leave", "there", "gone")])
    >>> both = [Event("on", Kind.USER, "x", ("lamp", "hand")), Event("leave", Kind.USER, "x", ("hand",))]
    >>> [event.name for event in without(System([lamp, hand], both), ["hand"]).events]
    ['on']
    """
    kept = [machine for machine in system.machines if machine.name not in names]
    left = {machine.name for machine in kept}
    events = [event for event in system.events if left & {*event.takes}]
    parts, alive = trimmed(kept, events)
    return System(parts, alive, absent={name for event in alive for name in event.takes} - left, name=system.name)


def _surviving(machine: Machine, states: set[State], events: set[str]) -> Machine:
    return machine.keeping(lambda row: row.event in events and row.source in states)


def _lacking(
    machines: Sequence[Machine], events: Sequence[Event], unused: Collection[tuple[str, str]] = ()
) -> list[str]:
    alphabets = {machine.name: set(machine.alphabet) for machine in machines}
    return [
        f"machine '{name}' takes part in '{event.name}' but has no row for it"
        for event in events
        for name in event.takes
        if name in alphabets and event.name not in alphabets[name] and (name, event.name) not in unused
    ]


def _twice(names: Iterable[str]) -> list[str]:
    seen: set[str] = set()
    return [name for name in names if name in seen or seen.add(name)]  # type: ignore[func-returns-value]


def _possible(machines: Sequence[Machine], events: Sequence[Event]) -> tuple[dict[str, set[State]], set[str]]:
    """Local states and events that are possible, as far as each machine alone can tell."""
    reached: dict[str, set[State]] = {machine.name: set() for machine in machines}
    parts = {event.name: [name for name in event.takes if name in reached] for event in events}
    steps: dict[tuple[str, State], list[Row]] = defaultdict(list)
    for machine in machines:
        for row in machine.rows:
            if machine.name in parts.get(row.event, ()):
                steps[machine.name, row.source].append(row)
    permitted: set[tuple[str, str]] = set()
    beyond: dict[tuple[str, str], list[State]] = defaultdict(list)  # where events lead that are not known to be alive
    alive: set[str] = set()
    waiting = [(machine.name, machine.initial) for machine in machines]
    while waiting:
        while waiting:
            name, state = waiting.pop()
            if state in reached[name]:
                continue
            reached[name].add(state)
            for event, _, dest in steps[name, state]:
                permitted.add((name, event))
                if event in alive:
                    waiting.append((name, dest))
                else:
                    beyond[name, event].append(dest)
        for event, own in parts.items():
            if event not in alive and own and all((name, event) in permitted for name in own):
                alive.add(event)
                waiting += [(name, dest) for name in own for dest in beyond.pop((name, event))]
    return reached, alive
