"""Seconds by sets are those that a stopwatch measures state by state, and so are the runs that take so long."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import numpy as np
import pytest

from mealspec.core import At, FeaturedSystem, Kind, System, explore
from mealspec.core.configuration import Branch
from mealspec.core.delay import Counting, Timekeeper
from mealspec.core.explicit.delays import StateTimes
from mealspec.core.symbolic.time import InTime, SetTimes
from mealspec.core.timed import Clockwork, in_time, is_one_of, timed
from mealspec.core.timed_family import TimedFamily
from tests.core.test_timed import TICKS, count, random_clock, random_system, stopwatch

END = At("m0", lambda state: state == "end")


def lively(rng: Random) -> System:
    """A system in which every event happens: a clock of one that never does holds nothing up for a family, and all
    for a machine on its own."""
    while True:
        found = random_system(rng)
        if len(np.unique(explore(found).event)) == len(found.events):
            return found


@pytest.mark.parametrize("seed", range(40))
def test_by_sets_a_delay_is_that_of_a_stopwatch_and_its_runs_take_so_long(seed: int) -> None:
    rng = Random(seed)
    plain = lively(rng)
    if seed % 2 == 0:
        plain = System(plain.machines, [replace(e, kind=rng.choice((e.kind, Kind.FAULT))) for e in plain.events])
    clocks = [random_clock(rng, machine) for machine in plain.machines]
    system = in_time(plain, list(map(timed, clocks)))
    graph = explore(system)
    ended = graph.where(END)
    if len(graph) > 400 or ended[0]:
        return
    every = {clock.machine.name: (Branch[Clockwork | None]({}, clock),) for clock in clocks}
    times = SetTimes(InTime(TimedFamily(FeaturedSystem.of(plain), every, {}), seldom=seed % 2 == 0), system)
    assert times.space.count(times.space.reachable) == len(graph)
    found = times.delays(times.space.initial, times.where(END), {})[""]
    assert found == stopwatch(graph, ended).delays(np.arange(len(graph)) == 0)[""]
    for run, ticks in ((found.soonest, found.least), (found.latest, found.greatest)):
        if ticks is not None:
            assert run is not None
            assert (run.begin, run.trace.loop) == (0, None)
            assert sum(name in TICKS for name in run.trace.events) == ticks
            assert str(run.trace.state(len(run.trace))["m0"]).startswith("end ")
    if found.latest is not None and found.latest.trace.loop is not None:
        assert any(name in TICKS for name in found.latest.trace.events[found.latest.trace.loop :])


MIDDLE = At("m0", lambda state: state == "middle")


@pytest.mark.parametrize("seed", range(40))
def test_by_sets_as_much_is_counted_as_state_by_state_and_as_a_slow_search_counts(seed: int) -> None:
    """Two events, and ticks while the first machine is in the middle: the last before the end may be one of them."""
    rng = Random(seed)
    plain = lively(rng)
    clocks = [random_clock(rng, machine) for machine in plain.machines]
    system = in_time(plain, list(map(timed, clocks)))
    graph = explore(system)
    if len(graph) > 400 or graph.where(END)[0]:
        return
    every = {clock.machine.name: (Branch[Clockwork | None]({}, clock),) for clock in clocks}
    both = StateTimes(graph), SetTimes(InTime(TimedFamily(FeaturedSystem.of(plain), every, {})), system)
    names = tuple(rng.sample([event.name for event in plain.events], min(2, len(plain.events))))
    for events, where in ((names, None), (("tick",), MIDDLE)):
        one, other = (
            times.delays(begins, times.where(END), {"by": names[:1]}, Counting(events, where and times.where(where)))
            for times, begins in zip(both, (np.arange(len(graph)) == 0, both[1].space.initial), strict=True)
        )
        assert one == other
        leaving = None if where is None else graph.where(where)
        assert (one[""].least, one[""].greatest) == count(graph, events, leaving, graph.where(END))
        for found in (one[""], other[""]):
            for run, number in ((found.soonest, found.least), (found.latest, found.greatest)):
                if run is not None and run.trace.loop is None:
                    marks = [is_one_of(name, events) for name in run.trace.events]
                    held = [where is None or where.holds(run.trace.state(k)) for k in range(len(marks))]
                    assert sum(mark and there for mark, there in zip(marks, held, strict=True)) == number


@pytest.mark.parametrize("seed", range(60))
def test_every_beginning_has_the_answers_of_a_stopwatch(seed: int) -> None:
    """Also where there is no end: then the least of every way is still found."""
    rng = Random(seed)
    plain = lively(rng)
    clocks = [random_clock(rng, machine) for machine in plain.machines]
    system = in_time(plain, list(map(timed, clocks)))
    graph = explore(system)
    every = {clock.machine.name: (Branch[Clockwork | None]({}, clock),) for clock in clocks}
    space = InTime(TimedFamily(FeaturedSystem.of(plain), every, {}))
    both: list[Timekeeper] = [StateTimes(graph), SetTimes(space, system)]
    ways = {event.name: (event.name,) for event in plain.events}
    machines = [machine.name for machine in plain.machines]
    for machine in machines:
        for place in ("start", "middle"):
            here = At(machine, lambda state, place=place: state == place)  # type: ignore[misc]
            one, other = (times.delays(times.where(here), times.where(END), ways) for times in both)
            assert one == other
            for way, found in other.items():
                assert (found.latest is None) == (one[way].latest is None)
                if found.latest is not None and found.latest.trace.loop is not None:
                    assert any(name in TICKS for name in found.latest.trace.events[found.latest.trace.loop :])
