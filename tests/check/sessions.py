"""Sessions made by hand: what became of each meal is written down, and no simulation is asked."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

import numpy as np

from mealspec.check.metrics import COUNTED, Meals
from mealspec.core import System
from mealspec.core.explicit.sampling import Sample
from mealspec.model.clocks import timed_system
from mealspec.model.design import DESIGNS
from mealspec.model.scope import Scope
from mealspec.properties.facts import Facts

SCOPE = Scope(connections=1, faults=1)


class Session(NamedTuple):
    """In which tick the work was done and when its end was shown, None if never, by which event each; how things stood
    when it was done, as texts of states by machine; how often what is counted happened, and the ticks of polling."""

    start: int | None = None
    stop: int | None = None
    started_by: str = "server.complete.m1"
    stopped_by: str = "client.apply.handler.completed"
    states: tuple[tuple[str, str], ...] = ()
    counts: tuple[tuple[str, int], ...] = ()
    polling: int = 0


WORKS = (("service", "c1/connected"), ("connection.c1", "open/registered/fine"), ("registry", "c1"))
"""The socket works."""


@cache
def product(design: str) -> System:
    """The design in time."""
    return timed_system(DESIGNS[design], SCOPE)


def meals(design: str, some: Sequence[Session], quantum: float = 1) -> Meals:
    """The same as if it had been simulated."""
    system = product(design)
    arrays = {
        name: np.array([-1 if (tick := getattr(each, name)) is None else tick for each in some], np.int64)
        for name in ("start", "stop")
    }
    by = {
        name: np.array(
            [-1 if getattr(each, when) is None else system.number[getattr(each, name)] for each in some], np.int64
        )
        for name, when in (("started_by", "start"), ("stopped_by", "stop"))
    }
    states = np.array([_state(system, dict(each.states)) for each in some], np.int32)
    counts = {name: np.array([dict(each.counts).get(name, 0) for each in some], np.int64) for name in COUNTED}
    times = {"polling": np.array([each.polling for each in some], np.int64)}
    ticks = np.full(len(some), 99, np.int64)
    plan = DESIGNS[design]
    return Meals(plan, quantum, Sample(system, **arrays, **by, states=states, ticks=ticks, counts=counts, times=times),
                 Facts(plan, SCOPE, system))  # fmt: skip


def _state(system: System, told: dict[str, str]) -> list[int]:
    """The beginning, but for what is told."""
    return [
        next(k for k, state in enumerate(machine.states) if str(getattr(state, "untimed", state)) == told[machine.name])
        if machine.name in told
        else machine.states.index(machine.initial)
        for machine in system.machines
    ]
