"""Systems in discrete time: machines with a clock, and a ``tick`` that all of them share.

A machine's clock counts the ticks since the machine entered its *phase*, the states in which the clock runs. A bound of
the phase says how many ticks must have passed before its events may happen, and after how many they must: then the tick
is refused as long as the machine permits one of them. So a timed system is the untimed one with fewer runs: without its
ticks every run of it is a run of the untimed system, and every property of all runs carries over.

All bounds are closed, and for such systems whole ticks lose nothing (T. A. Henzinger, Z. Manna, A. Pnueli, *What good
are digital clocks?*, ICALP 1992).
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from types import MappingProxyType
from typing import Any, NamedTuple

from mealspec.core.configuration import Branch
from mealspec.core.event import Event, Kind
from mealspec.core.featured import FeaturedSystem
from mealspec.core.machine import Machine, Row, State
from mealspec.core.rule import condition
from mealspec.core.system import System, trimmed

TICK = "tick"
"""The event by which time passes."""


def is_one_of(event: str, names: Iterable[str]) -> bool:
    """Whether these are beginnings, part by part, of the event's name.

    >>> [is_one_of(event, ["poll.wake"]) for event in ("poll.wake", "poll.wake.anyway", "poll.wakes")]
    [True, True, False]
    """
    return any(event == name or event.startswith(f"{name}.") for name in names)


@dataclass(frozen=True)
class Bound:
    """When events of a phase may happen, and when they must.

    Attributes
    ----------
    events
        Beginnings of their names: ``client.poll.wake`` stands for all that wake the poll task.
    least, greatest
        How many ticks after the phase was entered, both included. Without a least they do not happen at all, without
        a greatest they need not.
    excused
        Names of reasons for which they may be late, though the machine itself permits them: see :func:`timed`.
    restarts
        Whether the clock begins anew with each of them, though the phase goes on.
    """

    events: tuple[str, ...]
    least: int | None
    greatest: int | None
    excused: tuple[str, ...] = ()
    restarts: bool = False

    def covers(self, event: str) -> bool:
        """Whether it speaks of the event."""
        return is_one_of(event, self.events)


@dataclass(frozen=True)
class Phase:
    """Where a clock runs, written like the condition of a rule, and what it bounds.

    Of a machine that counts :class:`Rounds` a phase may be one round only, that after so many.
    """

    where: Any
    bounds: tuple[Bound, ...]
    after: int | None = None

    @cached_property
    def holds(self) -> Callable[[State], bool]:
        """Whether a state is in it."""
        return condition(self.where)

    @property
    def most(self) -> int:
        """From how many ticks on nothing changes any more."""
        return max((max(bound.least or 0, bound.greatest or 0) for bound in self.bounds), default=0)

    def allows(self, event: str, ticks: int) -> bool:
        """Whether it is not too early for the event."""
        some = [bound.least for bound in self.bounds if bound.covers(event)]
        return all(least is not None and ticks >= least for least in some)

    def due(self, permitted: Iterable[str], ticks: int) -> list[Bound]:
        """The bounds of which an event, permitted by the machine, can wait no longer."""
        some = [bound for bound in self.bounds if bound.greatest is not None and ticks >= bound.greatest]
        return [bound for bound in some if any(map(bound.covers, permitted))]

    def restarted_by(self, event: str) -> bool:
        """Whether the clock begins anew with the event, though the phase may go on."""
        return any(bound.restarts and bound.covers(event) for bound in self.bounds)


@dataclass(frozen=True)
class Rounds:
    """What a machine counts besides ticks, so that a bound may grow with it.

    Attributes
    ----------
    events
        Beginnings of the names of what is counted.
    most
        It counts no further.
    anew
        Where nothing is counted yet, written like the condition of a rule.
    """

    events: tuple[str, ...]
    most: int
    anew: Any

    @cached_property
    def holds(self) -> Callable[[State], bool]:
        """Whether a state is where it begins anew."""
        return condition(self.anew)

    def after(self, event: str, dest: State, rounds: int) -> int:
        """How many there are when the event has led to that state."""
        return 0 if self.holds(dest) else min(rounds + is_one_of(event, self.events), self.most)


class Timed(NamedTuple):
    """A machine's state, and the ticks since it entered its phase.

    A state that has fields keeps them and gets one more, see :func:`with_ticks`.
    """

    state: State
    ticks: int

    def __str__(self) -> str:
        return f"{self.state} {self.ticks}"

    @property
    def untimed(self) -> State:
        """The state without its ticks; facts about states are read there, see :class:`mealspec.core.predicate.At`."""
        return self.state


class Counted(NamedTuple):
    """The same of a machine that counts :class:`Rounds`."""

    state: State
    ticks: int
    rounds: int

    def __str__(self) -> str:
        return _told(self.state, self.ticks, self.rounds)

    @property
    def untimed(self) -> State:
        """The state without what it counts."""
        return self.state


def _told(state: State, ticks: int, rounds: int = 0) -> str:
    return f"{state} {ticks}" + (f" after {rounds}" if rounds else "")


@dataclass(frozen=True)
class Clockwork:
    """A machine, and how it moves in time.

    Attributes
    ----------
    machine
        Without its clock.
    phases
        Where the clock runs; the first that holds counts.
    at_once
        Events that must happen before the next tick wherever the machine permits them and the condition holds.
    rounds
        What it counts, if a phase asks for it.
    """

    machine: Machine
    phases: tuple[Phase, ...]
    at_once: Mapping[str, Any] = field(default_factory=dict)
    rounds: Rounds | None = None

    def counting(self) -> Machine:
        """The machine with the ticks since it entered its phase; what can wait no longer does not hold them up.

        >>> bell = Machine.table("bell", "set", [("ring", "set", "rung"), ("wind", "rung", "set")])
            >>> [str(state) for state in Clockwork(bell, (Phase("set", (Bound(("ring",), 1, 2),)),)).counting().states]
            ['set 0', 'set 1', 'rung 0', 'set 2']
        """
        first = self._made(self.machine.initial, 0, 0)
        waiting, found, rows = [first], {first}, list[Row]()
        for here in waiting:
            for event, dest in self._steps(here):
                rows.append(Row(event, here, dest))
                if dest not in found:
                    found.add(dest)
                    waiting.append(dest)
        resting = self.machine.resting
        never = frozenset({*self.machine.alphabet} - {row.event for row in rows})  # refused, and on purpose
        return replace(
            self.machine, initial=first, rows=tuple(rows), rules=self.machine.rules | never,
            resting=lambda s: resting(getattr(s, "untimed", s)),
        )  # fmt: skip

    def pressing(self, here: Any) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Of the events that the machine permits those that cannot wait for a tick, and by what they may be excused."""
        state, ticks = here.untimed, here.ticks
        phase = self._phase(state, self._so_far(here))
        urgent = [name for name, holds in self._urgent.items() if holds(state)]
        for event, *_ in self._rows.get(state, []):
            if is_one_of(event, urgent):
                yield event, ()
            for bound in phase.due([event], ticks) if phase else ():
                yield event, bound.excused

    def _steps(self, here: Any) -> Iterator[tuple[str, Any]]:
        state, ticks, rounds = here.untimed, here.ticks, self._so_far(here)
        phase = self._phase(state, rounds)
        for row in self._rows.get(state, []):
            if phase is None or phase.allows(row.event, ticks):
                later = self.rounds.after(row.event, row.dest, rounds) if self.rounds else 0
                goes_on = phase is not None and self._phase(row.dest, later) is phase
                stays = goes_on and phase is not None and not phase.restarted_by(row.event)
                yield row.event, self._made(row.dest, ticks if stays else 0, later)
        yield TICK, self._made(state, min(ticks + 1, phase.most) if phase else 0, rounds)

    @cached_property
    def _urgent(self) -> dict[str, Callable[[State], bool]]:
        return {name: condition(where) for name, where in self.at_once.items()}

    @cached_property
    def _shape(self) -> Callable[..., Any] | None:
        shape = type(self.machine.initial)
        return with_ticks(shape, rounds=self.rounds is not None) if hasattr(shape, "_fields") else None

    @cached_property
    def _rows(self) -> dict[State, list[Row]]:
        rows: dict[State, list[Row]] = {}
        for row in self.machine.rows:
            rows.setdefault(row.source, []).append(row)
        return rows

    def _made(self, state: Any, ticks: int, rounds: int) -> Any:
        counts = (ticks,) if self.rounds is None else (ticks, rounds)
        if self._shape is not None:
            return self._shape(*state, *counts)
        return Timed(state, ticks) if self.rounds is None else Counted(state, *counts)

    def _so_far(self, here: Any) -> int:
        return 0 if self.rounds is None else int(here.rounds)

    def _phase(self, state: State, rounds: int) -> Phase | None:
        return next((phase for phase in self.phases if phase.after in (None, rounds) and phase.holds(state)), None)


def timed(clock: Clockwork, excuses: Mapping[str, Any] = MappingProxyType({})) -> Machine:
    """The machine with its clock, which refuses the tick as long as an event that it permits can wait no longer.

    ``excuses`` are by name every reason of the system to be late, and where this machine gives it; it is one where all
    machines do. Time then passes by a tick of that name, ``tick.crowded``.

    >>> bell = Machine.table("bell", "set", [("ring", "set", "rung"), ("wind", "rung", "set")])
    >>> clock = timed(Clockwork(bell, (Phase("set", (Bound(("ring",), 1, 2),)),)))
    >>> clock.step(clock.states[0], "ring") is None, clock.step(clock.states[3], "tick") is None
    (True, True)
    """
    given = {name: condition(where) for name, where in excuses.items()}
    counting = clock.counting()
    rows = list[Row]()
    for row in counting.rows:
        if row.event != TICK:
            rows.append(row)
            continue
        state: Any = row.source
        late = [excused for _, excused in clock.pressing(state)]
        rows += [row] * (not late)
        rows += [
            row._replace(event=f"{TICK}.{name}")
            for name, holds in given.items()
            if holds(state.untimed) and all(name in excused for excused in late)
        ]
    ticks = (TICK, *(f"{TICK}.{name}" for name in given))
    never = frozenset({*counting.alphabet, *ticks} - {row.event for row in rows})
    return replace(counting, rows=tuple(rows), rules=counting.rules | never)


@cache
def with_ticks(shape: Any, rounds: bool = False) -> Any:
    """The kind of state that has these fields, and ``ticks``; and ``rounds``, if it counts them.

    >>> class Place(NamedTuple):
    ...     row: int
    ...     column: int
    >>> print(with_ticks(Place)(1, 2, 3))
    Place(row=1, column=2) 3
    """
    make: Any = namedtuple  # its fields are known only here
    more = ("ticks", "rounds") if rounds else ("ticks",)
    told = {
        "__slots__": (),
        "__str__": lambda self: _told(self.untimed, *self[-len(more) :]),
        "untimed": property(lambda self: shape(*self[: -len(more)])),
    }
    return type(f"Timed{shape.__name__}", (make(shape.__name__, (*shape._fields, *more)),), told)


def in_time(system: System, machines: Sequence[Machine], events: Sequence[Event] = ()) -> System:
    """The system with these machines in the place of those of the same names, and the ticks.

    A machine of another name watches: it takes part in the events that it has rows for. ``events`` are further ones.

    >>> from mealspec.core.event import Event, Kind
    >>> bell = Machine.table("bell", "set", [("ring", "set", "rung"), ("wind", "rung", "set")])
    >>> events = [Event("ring", Kind.SYSTEM, "x", ("bell",)), Event("wind", Kind.USER, "x", ("bell",))]
    >>> slow = in_time(System([bell], events), [timed(Clockwork(bell, (Phase("set", (Bound(("ring",), 1, 2),)),)))])
    >>> [event.name for event in slow.enabled(slow.initial)]
    ['tick']
    """
    clocks = {machine.name: machine for machine in machines}
    ticks = [Event(name, Kind.TIME, "time", tuple(clocks), "time passes", verb=TICK) for name in _kinds(clocks)]
    watchers = [machine for machine in machines if machine.name not in system.position]
    parts = [*(clocks.get(machine.name, machine) for machine in system.machines), *watchers]
    every = [*(_watched(event, watchers) for event in system.events), *events, *ticks]
    known = {event.name for event in every}
    parts = [part.keeping(lambda row: row.event in known) for part in parts]
    absent = {name for event in every for name in event.takes} - {part.name for part in parts}
    kept, alive = trimmed(parts, every)
    return System(kept, alive, absent=absent, name=f"{system.name}, in time")


def _watched(event: Event, watchers: Sequence[Machine]) -> Event:
    watching = tuple(machine.name for machine in watchers if event.name in machine.alphabet)
    return replace(event, takes=event.takes + watching) if watching else event


def _kinds(clocks: Mapping[str, Machine]) -> tuple[str, ...]:
    """Ticks that there are: one with an excuse only where it lets time pass and the plain one does not."""
    rows = {(m.name, row.source, row.event) for m in clocks.values() for row in m.rows}
    excused = dict.fromkeys(event for _, _, event in sorted(rows, key=str) if event.startswith(f"{TICK}."))
    plain = {(name, source) for name, source, event in rows if event == TICK}
    return (TICK, *(e for e in excused if any(event == e and (m, at) not in plain for m, at, event in rows)))


@dataclass(frozen=True)
class TimedFamily:
    """A family, and how its machines move in time.

    Attributes
    ----------
    untimed
        The family without its clocks.
    clocks
        For each of its machines the clockwork in branches; None where a system goes without the machine.
    excuses
        By name every reason to be late: what must hold of which machines, see :func:`timed`.
    """

    untimed: FeaturedSystem
    clocks: Mapping[str, tuple[Branch[Clockwork | None], ...]]
    excuses: Mapping[str, Mapping[str, Any]]

    def counting(self) -> FeaturedSystem:
        """The family with ticks that nothing holds up."""
        tick = Event(TICK, Kind.TIME, "time", tuple(self.clocks), "time passes")
        return replace(
            self.untimed,
            variants={name: tuple(map(_counting, every)) for name, every in self.clocks.items()},
            events={**self.untimed.events, TICK: (Branch({}, tick),)},
            order=tuple(_with_ticks(self.untimed.order, list(self.clocks))),
        )


def _counting(branch: Branch[Clockwork | None]) -> Branch[Machine | None]:
    return Branch(branch.given, None if branch.value is None else branch.value.counting())


def _with_ticks(order: Iterable[str], machines: Iterable[str]) -> Iterator[str]:
    """The order, and in it what each machine counts before the first of its other parts.

    >>> list(_with_ticks(["job.m1", "poller.loop", "screen", "poller.stops"], ["poller", "screen"]))
    ['job.m1', 'poller.rounds', 'poller.ticks', 'poller.loop', 'screen', 'poller.stops']
    """
    left = list(machines)
    for name in order:
        for machine in [machine for machine in left if name.startswith(f"{machine}.")]:
            left.remove(machine)
            yield from (f"{machine}.rounds", f"{machine}.ticks")
        yield name
