"""Families of systems in time: what :mod:`mealspec.core.timed` is to one system, for many at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from mealspec.core.configuration import Branch
from mealspec.core.event import Event, Kind
from mealspec.core.featured import FeaturedSystem
from mealspec.core.machine import Machine
from mealspec.core.timed import PAUSED, TICK, Clockwork, Pause


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
        By name every reason to be late: what must hold of which machines, see :func:`mealspec.core.timed.timed`.
    pause
        Where its systems are paused, if they ever are; each clockwork has the same.
    """

    untimed: FeaturedSystem
    clocks: Mapping[str, tuple[Branch[Clockwork | None], ...]]
    excuses: Mapping[str, Mapping[str, Any]]
    pause: Pause | None = None

    def counting(self) -> FeaturedSystem:
        """The family with ticks that nothing holds up."""
        names = (TICK,) if self.pause is None else (TICK, PAUSED)
        ticks = [Event(name, Kind.TIME, "time", tuple(self.clocks), "time passes") for name in names]
        return replace(
            self.untimed,
            variants={name: tuple(map(_counting, every)) for name, every in self.clocks.items()},
            events={**self.untimed.events, **{tick.name: (Branch({}, tick),) for tick in ticks}},
            order=tuple(_with_ticks(self.untimed.order, list(self.clocks))),
        )


def _counting(branch: Branch[Clockwork | None]) -> Branch[Machine | None]:
    return Branch(branch.given, None if branch.value is None else branch.value.counting())


def _with_ticks(order: Iterable[str], machines: Iterable[str]) -> Iterator[str]:
    """The order, and in it what each machine counts before the first of its other parts.

    >>> list(_with_ticks(["job.m1", "poller.loop", "screen", "poller.stops"], ["poller", "screen"]))
    ['job.m1', 'poller.rounds', 'poller.awake', 'poller.ticks', 'poller.loop', 'screen', 'poller.stops']
    """
    left = list(machines)
    for name in order:
        for machine in [machine for machine in left if name.startswith(f"{machine}.")]:
            left.remove(machine)
            yield from (f"{machine}.{count}" for count in ("rounds", "awake", "ticks"))
        yield name
