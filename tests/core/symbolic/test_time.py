"""Seconds by sets are those that a stopwatch measures state by state, and so are the runs that take so long."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest

from mealspec.core import At, FeaturedSystem, System, explore
from mealspec.core.configuration import Branch
from mealspec.core.explicit.delays import Stopwatch
from mealspec.core.symbolic.time import InTime, SetTimes
from mealspec.core.timed import Clockwork, TimedFamily, in_time, timed
from tests.core.test_timed import TICKS, random_clock, random_system

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
    clocks = [random_clock(rng, machine) for machine in plain.machines]
    system = in_time(plain, list(map(timed, clocks)))
    graph = explore(system)
    ended = graph.where(END)
    if len(graph) > 400 or ended[0]:
        return
    every = {clock.machine.name: (Branch[Clockwork | None]({}, clock),) for clock in clocks}
    times = SetTimes(InTime(TimedFamily(FeaturedSystem.of(plain), every, {})), system)
    found = times.delays(times.space.initial, times.where(END), {})[""]
    assert found == Stopwatch(graph, ended, {}).delays(np.arange(len(graph)) == 0)[""]
    for run, ticks in ((found.soonest, found.least), (found.latest, found.greatest)):
        if ticks is not None:
            assert run is not None
            assert (run.begin, run.trace.loop) == (0, None)
            assert sum(name in TICKS for name in run.trace.events) == ticks
            assert str(run.trace.state(len(run.trace))["m0"]).startswith("end ")
    if found.latest is not None and found.latest.trace.loop is not None:
        assert any(name in TICKS for name in found.latest.trace.events[found.latest.trace.loop :])
