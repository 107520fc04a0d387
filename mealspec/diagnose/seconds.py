"""Whether a run can have printed its lines at their seconds, by the clocks of the model; and when each step was.

A run is an order of steps; the clocks of its machines say how long a phase lasts at least and at most before its next
step (:mod:`mealspec.model.clocks`). With the times of the lines these are bounds of differences, so what fits is what
has no circle of them that is shorter than nothing (R. Bellman, 1958; R. Dechter, I. Meiri, J. Pearl, *Temporal
constraint networks*, 1991), and the shortest ways say exactly when a step can have been.

A shortest run leaves out what nobody saw and nothing needed. So nothing is too late by not happening, and what comes
round again, a ping or a poll, is never too late: a step is only too soon, or later than the phase it ends may last.

All likeliest runs are asked, in the order of the events; a beginning that does not fit is not gone on with.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from functools import cached_property, lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mealspec.core import System, Trace
from mealspec.core.explicit.shown import Search
from mealspec.core.timed import Phase
from mealspec.diagnose.clocks import LATE, Clocks, Interval, fineness
from mealspec.diagnose.reading import Entry
from mealspec.diagnose.suspects import Suspect
from mealspec.model.clocks import clockwork, log_clocks

ASKED = 3_000
"""Beginnings of likeliest runs that are asked; where there are more that fit so far, it is left undecided."""

Step = tuple[int, int]
"""An event by its number, and the log in which its line was found, or -1."""


class Unfit(Enum):
    """That no likeliest run is known to fit: none does, or what was asked ended before all were."""

    LATE = auto()
    STOPPED = auto()


class Times(NamedTuple):
    """A run that fits, and when each of its steps was, by the server's clock.

    Attributes
    ----------
    run, seen
        The run, and of each step the log in which its line was found, or -1.
    at
        For each step the first and the last moment at which it can have been; endless where nothing bounds it.
    ahead
        By how much the client's clock can have been ahead.
    """

    run: Trace
    seen: tuple[int, ...]
    at: tuple[Interval, ...]
    ahead: Interval


class Timetable:
    """The clocks of a system's machines."""

    def __init__(self, suspect: Suspect) -> None:
        self.system: System = suspect.watched()[0]
        clocks = (clockwork(m, suspect.design, suspect.scope, log_clocks(), 1) for m in self.system.machines)
        self._phases = [
            tuple(next((phase for phase in clock.phases if phase.holds(state)), None) for state in machine.states)
            if clock.phases else None for machine, clock in zip(self.system.machines, clocks, strict=True)
        ]  # fmt: skip

    def clocked(self) -> Iterator[tuple[int, tuple[Phase | None, ...]]]:
        """The machines with a clock, by number, and the phase of each of their states."""
        return ((k, phases) for k, phases in enumerate(self._phases) if phases is not None)


@lru_cache(maxsize=64)
def timetable(suspect: Suspect) -> Timetable:
    """The clocks with which a suspect is looked for."""
    return Timetable(suspect)


class _Beginning(NamedTuple):
    """How far a run has come: its state, when each clock began, lines found, steps, and bounds of differences.

    A bound ``(a, b, d)`` says that moment ``b`` is at most ``d`` seconds after moment ``a``.
    """

    at: int
    state: tuple[int, ...]
    since: tuple[int, ...]
    found: tuple[int, int]
    steps: tuple[Step, ...]
    bounds: tuple[tuple[int, int, float], ...]


@dataclass
class Seconds:
    """Asks the likeliest runs of a search about the seconds of one meal's lines."""

    suspect: Suspect
    search: Search
    lines: tuple[tuple[Entry, ...], tuple[Entry, ...]]
    clocks: Clocks

    def times(self) -> Times | Unfit:
        """The first likeliest run that fits, and when its steps were."""
        system = self.search.system
        waiting, asked = [_Beginning(self.search.start, system.initial, (2,) * len(system.machines), (0, 0), (), ())], 0
        while waiting and asked < ASKED:
            here, asked = waiting.pop(), asked + 1
            ways = self.search.steps_on(here.at)
            if here.steps and (here.steps[-1][1] >= 0 or not ways):
                known = self._shortest(here)
                if known is None:
                    continue
                if not ways:
                    return self._times(here, known)
            waiting += [self._after(here, *way) for way in reversed(ways)]
        return Unfit.STOPPED if waiting else Unfit.LATE

    def _after(self, here: _Beginning, event: int, log: int, to: int) -> _Beginning:
        """One step on. Moment 0 is when the stamps count from, 1 is minus what the client's clock is ahead; 2 is the
        beginning, and each step has the next one."""
        system, now = self.search.system, len(here.steps) + 3
        name, state = system.events[event].name, system.after(here.state, event)
        assert state is not None
        bounds, since = [(now, now - 1, 0.0)], list(here.since)
        for k, phases in timetable(self.suspect).clocked():
            if k not in self._parts[event]:
                continue
            phase, then = phases[here.state[k]], phases[state[k]]
            for bound in phase.bounds if phase else ():
                if bound.covers(name):
                    bounds.append((now, since[k], -float(bound.least or 0)))
                    if bound.greatest is not None and not bound.excused and not bound.restarts:
                        bounds.append((since[k], now, float(bound.greatest)))
            if then is not phase or (phase is not None and phase.restarted_by(name)):
                since[k] = now
        found = list(here.found)
        if log >= 0:
            at = self.lines[log][found[log]].at
            found[log] += 1
            if at is not None:
                origin = 0 if log else 1
                bounds += [(origin, now, at - self._zero + self._fine), (now, origin, LATE - (at - self._zero))]
        steps = (*here.steps, (event, log))
        return _Beginning(to, state, tuple(since), (found[0], found[1]), steps, (*here.bounds, *bounds))

    def _shortest(self, here: _Beginning) -> NDArray[np.float64] | None:
        """Between all moments how much later one can be than another at most; None if they contradict each other."""
        count = len(here.steps) + 3
        most = self.clocks.apart + self.clocks.drift * abs(self._zero - self.clocks.origin) + self._drifted
        known = np.full((count, count), np.inf)
        np.fill_diagonal(known, 0.0)
        known[0, 1] = known[1, 0] = most
        for a, b, d in here.bounds:
            known[a, b] = min(known[a, b], d)
        for k in range(count):
            np.minimum(known, known[:, k : k + 1] + known[k : k + 1, :], out=known)
        return known if (np.diagonal(known) > -1e-9).all() else None

    def _times(self, here: _Beginning, known: NDArray[np.float64]) -> Times:
        events = [self.search.system.events[event].name for event, _ in here.steps]
        at = tuple(
            Interval(self._zero - float(known[k, 0]), self._zero + float(known[0, k])) for k in range(3, len(known))
        )
        ahead = Interval(-float(known[0, 1]), float(known[1, 0]))
        return Times(Trace.of(self.search.system, events), tuple(log for _, log in here.steps), at, ahead)

    @cached_property
    def _stamps(self) -> list[float]:
        return [entry.at for some in self.lines for entry in some if entry.at is not None]

    @cached_property
    def _zero(self) -> float:
        return min(self._stamps, default=0.0)

    @cached_property
    def _drifted(self) -> float:
        return self.clocks.drift * (max(self._stamps, default=0.0) - self._zero)

    @cached_property
    def _fine(self) -> float:
        return fineness([entry for some in self.lines for entry in some]) + self._drifted

    @cached_property
    def _parts(self) -> list[frozenset[int]]:
        system = self.search.system
        return [frozenset(system.position[n] for n in e.takes if n in system.position) for e in system.events]
