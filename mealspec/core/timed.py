"""Systems in discrete time: machines with a clock, and a ``tick`` that all of them share.

A machine's clock counts the ticks since the machine entered its *phase*, the states in which the clock runs. A bound of
the phase says how many ticks must have passed before its events may happen, and after how many they must: then the tick
is refused as long as the machine permits one of them. So a timed system is the untimed one with fewer runs: without its
ticks every run of it is a run of the untimed system, and every property of all runs carries over.

All bounds are closed, and for such systems whole ticks lose nothing (T. A. Henzinger, Z. Manna, A. Pnueli, *What good
are digital clocks?*, ICALP 1992).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import MappingProxyType
from typing import Any, NamedTuple

from mealspec.core.counted import with_ticks
from mealspec.core.event import Event, Kind
from mealspec.core.machine import Machine, Row, State
from mealspec.core.rule import condition
from mealspec.core.system import System, trimmed

TICK = "tick"
"""The event by which time passes."""

PAUSED = f"{TICK}.paused"
"""The event by which time passes while a part of the system is paused, see :class:`Pause`."""


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
    still
        Whether the clock stands still while the system is paused.
    """

    events: tuple[str, ...]
    least: int | None
    greatest: int | None
    excused: tuple[str, ...] = ()
    restarts: bool = False
    still: bool = False

    def covers(self, event: str) -> bool:
        """Whether it speaks of the event."""
        return is_one_of(event, self.events)


class Counts(NamedTuple):
    """The ticks since a phase was entered: all of them, and those without a pause."""

    ticks: int
    awake: int

    def of(self, bound: Bound) -> int:
        """Those that count for a bound."""
        return self.awake if bound.still else self.ticks


NOTHING = Counts(0, 0)


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

    def most(self, *still: bool) -> int:
        """From how many ticks on nothing changes any more, for bounds whose clock stands still in a pause, or not."""
        some = [bound for bound in self.bounds if bound.still in still]
        return max((max(bound.least or 0, bound.greatest or 0) for bound in some), default=0)

    def allows(self, event: str, counts: Counts) -> bool:
        """Whether it is not too early for the event."""
        some = [bound for bound in self.bounds if bound.covers(event)]
        return all(bound.least is not None and counts.of(bound) >= bound.least for bound in some)

    def due(self, permitted: Iterable[str], counts: Counts) -> list[Bound]:
        """The bounds of which an event, permitted by the machine, can wait no longer."""
        some = [bound for bound in self.bounds if bound.greatest is not None and counts.of(bound) >= bound.greatest]
        return [bound for bound in some if any(map(bound.covers, permitted))]

    @property
    def stands(self) -> bool:
        """Whether some clock of it stands still in a pause."""
        return any(bound.still for bound in self.bounds)

    @property
    def mixed(self) -> bool:
        """Whether others go on then."""
        return self.stands and not all(bound.still for bound in self.bounds)

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


@dataclass(frozen=True)
class Pause:
    """Where a part of a system is paused: it does nothing then, and some clocks stand still.

    Time passes by a tick of its own then, :data:`PAUSED`. What a clock that goes on bounds, and what waits for the end
    of the pause, may be overdue by then, and happens before the next tick.

    Attributes
    ----------
    machine, where
        The machine that says so, and in which states, written like the condition of a rule.
    waits
        The names of the events for which time does not wait then: those that do not happen, and those that need not.
    """

    machine: str
    where: Any
    waits: frozenset[str]

    @cached_property
    def holds(self) -> Callable[[State], bool]:
        """Whether a state of the machine is a pause."""
        return condition(self.where)


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
    pause
        Where the system is paused, if it ever is.
    """

    machine: Machine
    phases: tuple[Phase, ...]
    at_once: Mapping[str, Any] = field(default_factory=dict)
    rounds: Rounds | None = None
    pause: Pause | None = None

    def counting(self) -> Machine:
        """The machine with the ticks since it entered its phase; what can wait no longer does not hold them up.

        >>> bell = Machine.table("bell", "set", [("ring", "set", "rung"), ("wind", "rung", "set")])
            >>> [str(state) for state in Clockwork(bell, (Phase("set", (Bound(("ring",), 1, 2),)),)).counting().states]
            ['set 0', 'set 1', 'rung 0', 'set 2']
        """
        first = self._made(self.machine.initial, NOTHING, 0)
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

    def pressing(self, here: Any, *, paused: bool = False) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Of the events that the machine permits those that cannot wait for a tick, and by what they may be excused."""
        state, counts = here.untimed, self._counts(here)
        phase = self._phase(state, self._so_far(here))
        urgent = [name for name, holds in self._urgent.items() if holds(state)]
        for event, *_ in self._rows.get(state, []):
            if paused and self.pause and event in self.pause.waits:
                continue
            if is_one_of(event, urgent):
                yield event, ()
            for bound in phase.due([event], counts) if phase else ():
                yield event, bound.excused

    def paused_in(self, here: Any) -> bool | None:
        """Whether the system is paused in a state of this machine, if that is what says so."""
        if self.pause is None or self.pause.machine != self.machine.name:
            return None
        return self.pause.holds(here.untimed)

    def _steps(self, here: Any) -> Iterator[tuple[str, Any]]:
        state, counts, rounds = here.untimed, self._counts(here), self._so_far(here)
        phase = self._phase(state, rounds)
        for row in self._rows.get(state, []):
            if phase is None or phase.allows(row.event, counts):
                later = self.rounds.after(row.event, row.dest, rounds) if self.rounds else 0
                goes_on = phase is not None and self._phase(row.dest, later) is phase
                stays = goes_on and phase is not None and not phase.restarted_by(row.event)
                yield row.event, self._made(row.dest, counts if stays else NOTHING, later)
        for tick in (TICK,) if self.pause is None else (TICK, PAUSED):
            yield tick, self._made(state, self._after(phase, counts, paused=tick == PAUSED), rounds)

    def _after(self, phase: Phase | None, counts: Counts, *, paused: bool) -> Counts:
        """What is counted after a tick."""
        if phase is None:
            return NOTHING
        most = (phase.most(False), phase.most(True)) if self._apart else (phase.most(False, True),) * 2
        ticks, awake = (min(count + 1, end) for count, end in zip(counts, most, strict=True))
        if paused:
            awake = counts.awake
            ticks = counts.ticks if phase.stands and not phase.mixed else ticks
        return Counts(ticks, awake)

    @cached_property
    def _apart(self) -> bool:
        """Whether ticks without a pause are counted apart: where one clock of a phase stands still, another not."""
        return self.pause is not None and any(phase.mixed for phase in self.phases)

    @cached_property
    def _urgent(self) -> dict[str, Callable[[State], bool]]:
        return {name: condition(where) for name, where in self.at_once.items()}

    @cached_property
    def _shape(self) -> Callable[..., Any]:
        more = ("ticks", *(["awake"] * self._apart), *(["rounds"] * (self.rounds is not None)))
        shape: Callable[..., Any] = with_ticks(type(self.machine.initial), more)
        return shape

    @cached_property
    def _rows(self) -> dict[State, list[Row]]:
        rows: dict[State, list[Row]] = {}
        for row in self.machine.rows:
            rows.setdefault(row.source, []).append(row)
        return rows

    def _made(self, state: Any, counts: Counts, rounds: int) -> Any:
        more = [*(counts if self._apart else counts[:1]), *([rounds] * (self.rounds is not None))]
        return self._shape(*(state if hasattr(state, "_fields") else (state,)), *more)

    def _counts(self, here: Any) -> Counts:
        return Counts(here.ticks, here.awake if self._apart else here.ticks)

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
        if row.event not in (TICK, PAUSED):
            rows.append(row)
            continue
        state: Any = row.source
        if clock.paused_in(state) not in (None, row.event == PAUSED):
            continue
        late = [excused for _, excused in clock.pressing(state, paused=row.event == PAUSED)]
        rows += [row] * (not late)
        rows += [
            row._replace(event=f"{row.event}.{name}")
            for name, holds in given.items()
            if holds(state.untimed) and all(name in excused for excused in late)
        ]
    kinds = (TICK,) if clock.pause is None else (TICK, PAUSED)
    ticks = [*kinds, *(f"{kind}.{name}" for kind in kinds for name in given)]
    never = frozenset({*counting.alphabet, *ticks} - {row.event for row in rows})
    return replace(counting, rows=tuple(rows), rules=counting.rules | never)


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
    """Ticks that there are: one with an excuse only where it lets time pass and one without does not."""
    rows = {(m.name, row.source, row.event) for m in clocks.values() for row in m.rows}
    more = dict.fromkeys(event for _, _, event in sorted(rows, key=str) if event.startswith(f"{TICK}."))
    return (
        TICK,
        *(e for e in more if any(event == e and (m, at, e.rpartition(".")[0]) not in rows for m, at, event in rows)),
    )
