"""A part of a system is paused: its clocks stand still, the others go on, and what is overdue then comes at its end."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import NamedTuple

import numpy as np
import pytest

from mealspec.core import At, Event, FeaturedSystem, Kind, Machine, State, System, explore, replay
from mealspec.core.configuration import Branch
from mealspec.core.delay import TICKS, Timekeeper
from mealspec.core.explicit.delays import StateTimes
from mealspec.core.symbolic.time import InTime, SetTimes
from mealspec.core.timed import PAUSED, TICK, Bound, Clockwork, Pause, Phase, in_time, is_one_of, timed
from mealspec.core.timed_family import TimedFamily
from tests.core.symbolic.test_time import END, lively
from tests.core.test_timed import random_clock

APP = Machine.table(
    "app", "up", [("suspend", "up", "down"), ("resume", "down", "up"), ("wake", "up", "up"), ("read", "up", "up")]
)
SLEEP = Machine.table("sleep", "asleep", [("wake", "asleep", "done")])
MAIL = Machine.table("mail", "sent", [("arrive", "sent", "there"), ("read", "there", "done")])
EVENTS = [
    Event("suspend", Kind.USER, "x", ("app",)), Event("resume", Kind.USER, "x", ("app",)),
    Event("wake", Kind.SYSTEM, "x", ("app", "sleep")), Event("arrive", Kind.SYSTEM, "x", ("mail",)),
    Event("read", Kind.SYSTEM, "x", ("app", "mail")),
]  # fmt: skip
PAUSE = Pause("app", "down", frozenset({"suspend", "wake", "read"}))


def phone(*, still: bool = True) -> System:
    """A sleep of 3 ticks, and a message that comes after at most 2 and is read within 1 more."""
    clocks = [
        Clockwork(APP, (), pause=PAUSE),
        Clockwork(SLEEP, (Phase("asleep", (Bound(("wake",), 3, 3, still=still),)),), pause=PAUSE),
        Clockwork(
            MAIL,
            (Phase("sent", (Bound(("arrive",), 0, 2),)), Phase("there", (Bound(("read",), 0, 1),))),
            pause=PAUSE,
        ),
    ]
    return in_time(System([APP, SLEEP, MAIL], EVENTS), list(map(timed, clocks)))


def names(system: System, *run: str) -> list[str]:
    """What can happen after a run."""
    return [event.name for event in system.enabled(replay(system, run).path[-1])]  # type: ignore[union-attr]


def test_a_timer_stands_still_in_a_pause_and_goes_on_after_it() -> None:
    """Two ticks, nine in the pause, and then the third: it wakes after 3 ticks of its own, and not before."""
    system, before = phone(), ("arrive", "read", TICK, TICK, "suspend", *[PAUSED] * 9, "resume")
    assert "wake" not in names(system, *before)
    assert names(system, *before, TICK) == ["suspend", "wake"]


def test_a_timer_that_goes_on_is_overdue_when_the_pause_ends() -> None:
    system, before = phone(still=False), ("arrive", "read", TICK, TICK, "suspend", *[PAUSED] * 9)
    assert names(system, *before) == ["resume", PAUSED]
    assert names(system, *before, "resume") == ["suspend", "wake"]


def test_what_goes_on_must_come_in_a_pause_too_and_is_read_when_it_ends() -> None:
    system = phone()
    assert names(system, "suspend", PAUSED, PAUSED) == ["resume", "arrive"]
    late = ("suspend", PAUSED, PAUSED, "arrive", *[PAUSED] * 5)
    assert names(system, *late) == ["resume", PAUSED]
    assert names(system, *late, "resume") == ["suspend", "read"]


def test_time_has_one_name_while_the_app_runs_and_another_while_it_is_paused() -> None:
    graph = explore(phone())
    down = graph.where(At("app", lambda state: state == "down"))[graph.source]
    told = np.array([event.name for event in graph.system.events])[graph.event]
    assert set(told[down]) & {TICK, PAUSED} == {PAUSED}
    assert set(told[~down]) & {TICK, PAUSED} == {TICK}


# ---------------------------------------------------------------------- random systems


class Found(NamedTuple):
    """A system with a pause: plain, its clocks, and in time."""

    plain: System
    clocks: list[Clockwork]
    system: System


def paused(seed: int) -> Found:
    """A random system that one state of one of its machines pauses, with bounds that stand still and others."""
    rng = Random(seed)
    plain = lively(rng)
    machine = rng.choice(plain.machines)
    where = rng.choice(machine.states)
    stopped = {e for e in machine.alphabet if machine.step(where, e) is None}
    spared = set(rng.sample([e.name for e in plain.events], 1)) if rng.random() < 0.5 else set[str]()
    pause = Pause(machine.name, where, frozenset(stopped | spared))
    clocks = [replace(_mixed(rng, random_clock(rng, m)), pause=pause) for m in plain.machines]
    return Found(plain, clocks, in_time(plain, list(map(timed, clocks))))


def _mixed(rng: Random, clock: Clockwork) -> Clockwork:
    """The clockwork with up to two bounds in a phase, each of which may stand still."""
    phases = []
    for phase in clock.phases:
        (bound,) = phase.bounds
        other = Bound((rng.choice(clock.machine.alphabet or ("nothing",)),), 0, rng.choice((None, 3)))
        some = [replace(each, still=rng.random() < 0.5) for each in ([bound, other] if rng.random() < 0.7 else [bound])]
        phases.append(replace(phase, bounds=tuple(some)))
    return replace(clock, phases=tuple(phases))


class Slow:
    """The same stepped by the book: each machine's ticks are counted twice, with and without pauses, and never kept
    small."""

    def __init__(self, found: Found) -> None:
        self.plain, self.clocks = found.plain, found.clocks
        assert found.clocks[0].pause is not None
        self.pause = found.clocks[0].pause
        self.at: list[tuple[State, int, int]] = [(clock.machine.initial, 0, 0) for clock in found.clocks]

    def _phase(self, k: int, state: State) -> Phase | None:
        return next((phase for phase in self.clocks[k].phases if phase.where == state), None)

    def _bounds(self, k: int, event: str) -> list[tuple[Bound, int]]:
        state, ticks, awake = self.at[k]
        phase = self._phase(k, state)
        some = [bound for bound in phase.bounds if event in bound.events] if phase else []
        return [(bound, awake if bound.still else ticks) for bound in some]

    @property
    def tick(self) -> str:
        """How time passes now."""
        (k,) = (k for k, clock in enumerate(self.clocks) if clock.machine.name == self.pause.machine)
        return PAUSED if self.at[k][0] == self.pause.where else TICK

    def enabled(self) -> set[str]:
        """What can happen."""
        out = set()
        for event in self.plain.events:
            takers = [k for k, clock in enumerate(self.clocks) if clock.machine.name in event.takes]
            steps = [self.clocks[k].machine.step(self.at[k][0], event.name) for k in takers]
            soon = [b.least is not None and n >= b.least for k in takers for b, n in self._bounds(k, event.name)]
            if None not in steps and all(soon):
                out.add(event.name)
        return out | ({self.tick} if not any(map(self._late, range(len(self.clocks)))) else set())

    def _late(self, k: int) -> bool:
        machine, state = self.clocks[k].machine, self.at[k][0]
        due = [event for event in machine.alphabet if machine.step(state, event) is not None]
        due = [event for event in due if self.tick == TICK or event not in self.pause.waits]
        return any(b.greatest is not None and n >= b.greatest for event in due for b, n in self._bounds(k, event))

    def take(self, event: str) -> None:
        """It happens."""
        paused = event == PAUSED
        for k, clock in enumerate(self.clocks):
            state, ticks, awake = self.at[k]
            phase = self._phase(k, state)
            if event in (TICK, PAUSED):
                self.at[k] = (state, ticks + 1, awake + (not paused)) if phase else (state, 0, 0)
            elif clock.machine.name in self.plain.event(event).takes:
                after = clock.machine.step(state, event)
                again = any(bound.restarts and event in bound.events for bound in phase.bounds) if phase else True
                stays = phase is not None and self._phase(k, after) is phase and not again
                self.at[k] = (after, ticks, awake) if stays else (after, 0, 0)


@pytest.mark.parametrize("seed", range(60))
def test_a_pause_is_what_the_book_says(seed: int) -> None:
    """On random walks the same can happen in each state."""
    found, rng = paused(seed), Random(seed)
    for _ in range(4):
        slow, state = Slow(found), found.system.initial
        for _ in range(25):
            can = sorted(event.name for event in found.system.enabled(state))
            assert can == sorted(slow.enabled())
            if not can:
                break
            event = rng.choice(can)
            slow.take(event)
            state = found.system.step(state, event)  # type: ignore[assignment]


def test_random_pauses_are_felt() -> None:
    """Ticks of both names occur, and machines that count twice, and bounds that would be met without a pause."""
    kinds = set[object]()
    for seed in range(60):
        found = paused(seed)
        kinds |= {event.name for event in found.system.events if is_one_of(event.name, (TICK,))}
        kinds |= {getattr(machine.initial, "_fields", ())[-1:] for machine in found.system.machines}
    assert {TICK, PAUSED, ("ticks",), ("awake",)} <= kinds


@pytest.mark.parametrize("seed", range(40))
def test_by_sets_a_pause_takes_as_long_as_state_by_state(seed: int) -> None:
    """All the time, and the time without pauses."""
    found = paused(seed)
    graph = explore(found.system)
    if len(graph) > 2000 or graph.where(END)[0]:
        return
    every = {clock.machine.name: (Branch[Clockwork | None]({}, clock),) for clock in found.clocks}
    pause = found.clocks[0].pause
    assert pause is not None
    space = InTime(TimedFamily(FeaturedSystem.of(found.plain), every, {}, pause))
    assert space.count(space.reachable) == len(graph)
    both: list[Timekeeper] = [StateTimes(graph), SetTimes(space, found.system)]
    ways = {event.name: (event.name,) for event in found.plain.events}
    awake = ~At(pause.machine, lambda state: state == pause.where)
    begins = [np.arange(len(graph)) == 0, space.initial]
    for counting in ([TICKS, TICKS], [times.time_in(awake) for times in both]):
        one, other = (
            times.delays(begin, times.where(END), ways, what)
            for times, begin, what in zip(both, begins, counting, strict=True)
        )
        assert one == other
        for times, begin, what in zip(both, begins, counting, strict=True):
            most = one[""].greatest
            if most is not None:
                assert times.within(begin, times.where(END), most, what)
                assert not (most and times.within(begin, times.where(END), most - 1, what))
        for delay in (one[""], other[""]):
            for run, number in ((delay.soonest, delay.least), (delay.latest, delay.greatest)):
                if run is not None and number is not None:
                    counts = [is_one_of(name, (TICK,)) for name in run.trace.events]
                    if counting[0] is not TICKS:
                        counts = [name == TICK for name in run.trace.events]
                    assert sum(counts) == number
