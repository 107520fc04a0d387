"""Runs drawn at random from a system in time: when something happens, how often, and for how long.

In each state one of the events that can happen is drawn, each as likely as its rate; the tick has the rate one. So
whether an event comes before the next tick hangs on its own rate alone, whatever else may happen, and nothing but the
state need be known. What must happen before the next tick is left to the machines: they refuse it.

Rates become whole numbers, and each run has random numbers of its own: the same seed gives the same runs on every
machine, and the first runs of many are those of few.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from operator import and_, invert
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mealspec.core.errors import CheckerError
from mealspec.core.event import Kind
from mealspec.core.explicit.compiled import compiled
from mealspec.core.machine import State
from mealspec.core.predicate import At, Predicate, read
from mealspec.core.system import System
from mealspec.core.timed import PAUSED, is_one_of

UNIT = 10**9
"""The rate of a tick, in whole numbers."""

CERTAIN = 1 << 53
"""What a chance of one is."""

CHUNK = 500
"""Runs between two reports."""

STEPS = 1_000_000
"""Steps after which a run counts as going round for ever."""

Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Odds:
    """How likely each event is.

    Attributes
    ----------
    rates
        How often each event happens in a tick, on average, while it can; zero for one that never does.
    within
        The same for an event and a state of a machine that takes part in it, where that says more: else None. Where
        several machines say something, the greatest counts.
    instead
        Events that may come in the place of one that was drawn, where they can happen: each with its chance.
    """

    rates: Mapping[str, float]
    within: Callable[[str, State, str], float | None]
    instead: Mapping[str, list[tuple[str, float]]]


class Noted(NamedTuple):
    """What is told of each run.

    Attributes
    ----------
    begins
        The events with the first of which the stopwatch starts.
    until
        A fact about one machine with which it stops.
    counted
        By name, the events that are counted.
    timed
        By name, facts about one machine, of which the ticks are counted while they hold, but in a pause.
    after, patience, most
        A run ends so many ticks after the stopwatch has stopped, after it has started if it does not stop, and in all.

    The stopwatch stands still in a pause.
    """

    begins: Mask
    until: At
    counted: Mapping[str, Mask]
    timed: Mapping[str, At]
    after: int
    patience: int
    most: int


@dataclass(frozen=True, eq=False)
class Sample:
    """What was seen in each run, as arrays over runs.

    Attributes
    ----------
    system
        Of which they are runs.
    start, stop
        In which tick the stopwatch started and stopped, not counting those of pauses; -1 if it did not.
    started_by, stopped_by
        The numbers of the events with which it did; -1 if it did not.
    states
        The state in which it started, an index for each machine.
    ticks
        How long the run was watched.
    counts, times
        How often what is counted happened, and for how many ticks what is timed held; by name.
    """

    system: System
    start: Ints
    stop: Ints
    started_by: Ints
    stopped_by: Ints
    states: NDArray[np.int32]
    ticks: Ints
    counts: Mapping[str, Ints]
    times: Mapping[str, Ints]

    def __len__(self) -> int:
        return len(self.ticks)

    def where(self, predicate: Predicate) -> Mask:
        """For each run in which the stopwatch started, whether the predicate held then."""

        def at(fact: At) -> Mask:
            return np.array(fact.table(self.system), np.bool_)[self.states[:, self.system.position[fact.machine]]]

        held: Mask = read(predicate, self.system.position, at, lambda value: np.full(len(self), value), and_, invert)
        return np.asarray(held & (self.start >= 0), np.bool_)


def sample(
    system: System, odds: Odds, noted: Noted, runs: int, seed: int, report: Callable[[int], None] | None = None
) -> Sample:
    """So many runs of a system in time.

    Raises
    ------
    CheckerError
        If a run comes to where nothing can happen at these odds, not even a tick, or goes round without one.

    Examples
    --------
    >>> from mealspec.core import At, Event, Kind, Machine
    >>> from mealspec.core.timed import Bound, Clockwork, Phase, in_time, timed
    >>> bell = Machine.table("bell", "set", [("ring", "set", "rung")])
    >>> plain = System([bell], [Event("ring", Kind.SYSTEM, "x", ("bell",))])
    >>> slow = in_time(plain, [timed(Clockwork(bell, (Phase("set", (Bound(("ring",), 1, 3),)),)))])
    >>> rings = np.array([event.name == "ring" for event in slow.events])
    >>> rung = At("bell", lambda state: state == "rung")
    >>> odds = Odds({"ring": 1.0}, lambda machine, state, event: None, {})
    >>> found = sample(slow, odds, Noted(rings, rung, {"rings": rings}, {}, 0, 9, 99), runs=1000, seed=1)
    >>> sorted(set(found.start.tolist())), set(found.counts["rings"].tolist())
    ([1, 2, 3], {1})
    """
    t, ticking = system.tables, system.of_kind(Kind.TIME)
    paused = np.array([is_one_of(event.name, (PAUSED,)) for event in system.events], np.bool_)
    rules = (_weights(system, odds), _alone(system, odds), ticking, paused, *_swaps(system, odds))
    counted = np.array(list(noted.counted.values()), np.bool_).reshape(-1, len(system.events))
    limits = np.array([noted.after, noted.patience, noted.most, STEPS], np.int64)
    asked = (counted, *_facts(system, [noted.until, *noted.timed.values()]), noted.begins, limits)
    marks = np.full((runs, 5), -1, np.int64)
    states = np.zeros((runs, len(system.machines)), np.int32)
    counts, times = (np.zeros((runs, len(some)), np.int64) for some in (noted.counted, noted.timed))
    for begin in range(0, runs, CHUNK):
        end = min(begin + CHUNK, runs)
        stuck = drawn(
            np.uint64(seed), begin, end, t.first, t.machine, t.row, t.dest, *rules, *asked, marks, states, counts, times
        )
        if stuck >= 0:
            raise CheckerError(f"{system.name}: run {stuck} comes to where time stands still; no odds allow for that")
        if report:
            report(end)
    start, stop, started_by, stopped_by, ticks = marks.T
    return Sample(
        system, start, stop, started_by, stopped_by, states, ticks,
        dict(zip(noted.counted, counts.T, strict=True)), dict(zip(noted.timed, times.T, strict=True)),
    )  # fmt: skip


def _whole(rate: float) -> int:
    return round(rate * UNIT)


def _alone(system: System, odds: Odds) -> Ints:
    """The rate of each event, where no machine says more."""
    rates = dict(odds.rates) | {event.name: 1.0 for event in system.events if event.kind is Kind.TIME}
    return np.array([_whole(rates[event.name]) for event in system.events], np.int64)


def _facts(system: System, facts: list[At]) -> tuple[Ints, Mask]:
    """Of each fact the machine's number, and in which of its states it holds."""
    tables = [fact.table(system) for fact in facts]
    holds = np.zeros((len(facts), max(map(len, tables))), np.bool_)
    for number, table in enumerate(tables):
        holds[number, : len(table)] = table
    return np.array([system.position[fact.machine] for fact in facts], np.int64), holds


def _weights(system: System, odds: Odds) -> Ints:
    """Beside each destination the rate that the machine's state gives the event; -1 where it says nothing."""
    t = system.tables
    out = np.full(len(t.dest), -1, np.int64)
    for e, event in enumerate(system.events):
        for p in range(t.first[e], t.first[e + 1]):
            machine = system.machines[t.machine[p]]
            for local, state in enumerate(machine.states):
                if t.dest[t.row[p] + local] >= 0:
                    rate = odds.within(machine.name, state, event.name)
                    out[t.row[p] + local] = -1 if rate is None else _whole(rate)
    return out


def _swaps(system: System, odds: Odds) -> tuple[Ints, Ints, NDArray[np.uint64]]:
    """For each event what may come in its place, as compressed rows, and the chances."""
    at, to, chances = [0], list[int](), list[int]()
    for event in system.events:
        for name, chance in odds.instead.get(event.name, ()):
            to.append(system.number[name])
            chances.append(round(chance * CERTAIN))
        at.append(len(to))
    return np.array(at, np.int64), np.array(to, np.int64), np.array(chances, np.uint64)


@compiled(inline="always")
def _mixed(state: np.uint64) -> np.uint64:
    """A number that looks random: the end of splitmix64 (G. L. Steele, D. Lea, C. H. Flood, OOPSLA 2014)."""
    z = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


@compiled(inline="always")
def _enabled(event: int, local: Ints, first: Ints, machine: Ints, row: Ints, dest: NDArray[np.int32]) -> bool:
    enabled = True
    for p in range(first[event], first[event + 1]):
        if dest[row[p] + local[machine[p]]] < 0:
            enabled = False
            break
    return enabled


@compiled()
def drawn(
    seed: np.uint64, begin: int, end: int, first: Ints, machine: Ints, row: Ints, dest: NDArray[np.int32],
    weight: Ints, base: Ints, ticking: Mask, paused: Mask,
    swap_at: Ints, swap_to: Ints, swap_chance: NDArray[np.uint64],
    counted: Mask, machines: Ints, holds: Mask, begins: Mask, limits: Ints,
    marks: Ints, states: NDArray[np.int32], counts: Ints, times: Ints,
) -> int:  # fmt: skip
    """The runs ``begin`` to ``end``; the number of one that cannot go on, or -1."""
    events, golden = first.shape[0] - 1, np.uint64(0x9E3779B97F4A7C15)
    local = np.empty(states.shape[1], np.int64)
    can, weights = np.empty(events, np.int64), np.empty(events, np.int64)
    for run in range(begin, end):
        random = _mixed(_mixed(seed + golden) ^ np.uint64(run))
        local[:] = 0
        ticks, watch, start, stop = 0, 0, -1, -1
        for step in range(limits[3] + 1):
            late = stop >= 0 and watch >= stop + limits[0]
            late |= start >= 0 and stop < 0 and watch >= start + limits[1]
            if late or ticks >= limits[2]:
                break
            if step == limits[3]:
                return run
            found, total, ticked = 0, 0, False
            for event in range(events):
                if (ticking[event] and ticked) or not _enabled(event, local, first, machine, row, dest):
                    continue  # all ticks that can happen lead to the same state
                rate = -1
                for p in range(first[event], first[event + 1]):
                    rate = max(rate, weight[row[p] + local[machine[p]]])
                rate = base[event] if rate < 0 else rate
                ticked |= ticking[event]
                can[found], weights[found] = event, rate
                found += 1
                total += rate
            if total == 0:
                return run
            random += golden
            left = np.int64(_mixed(random) % np.uint64(total))
            chosen = 0
            while left >= weights[chosen]:
                left -= weights[chosen]
                chosen += 1
            event = can[chosen]
            for swap in range(swap_at[event], swap_at[event + 1]):
                if _enabled(swap_to[swap], local, first, machine, row, dest):
                    random += golden
                    if _mixed(random) >> np.uint64(11) < swap_chance[swap]:
                        event = swap_to[swap]
                        break
            if ticking[event]:
                for k in range(1, machines.shape[0]):
                    times[run, k - 1] += holds[k, local[machines[k]]] and not paused[event]
                ticks += 1
                watch += not paused[event]
            for p in range(first[event], first[event + 1]):
                local[machine[p]] = dest[row[p] + local[machine[p]]]
            for k in range(counted.shape[0]):
                counts[run, k] += counted[k, event]
            if start < 0 and begins[event]:
                start = marks[run, 0] = watch
                marks[run, 2] = event
                for k in range(len(local)):
                    states[run, k] = local[k]
            elif start >= 0 and stop < 0 and holds[0, local[machines[0]]]:
                stop = marks[run, 1] = watch
                marks[run, 3] = event
        marks[run, 4] = ticks
    return -1
