"""Hypothesis chooses what the tester does; whatever the specification does not allow then is a divergence.

A run is a list of the tester's events. Each is taken where it is possible, and skipped where it is not, so a list can
be made shorter by leaving events out: that is how a divergence is shrunk (:mod:`mealspec.core.shrink`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from mealspec.conform.check import same
from mealspec.conform.driver import Exchange
from mealspec.conform.role import Json
from mealspec.conform.session import Session
from mealspec.conform.settle import Place, Spec, Step, canonical
from mealspec.conform.vector import NEEDS
from mealspec.conform.verdict import Divergence
from mealspec.core import Event
from mealspec.core.shrink import shrunk

STEPS = 60
"""The tester's events of one run at most."""
TIME = 3
"""One event in so many is a tick, if one is possible."""


@dataclass(frozen=True)
class Seen:
    """One step of a run that was taken.

    Attributes
    ----------
    event
        The tester's, by number.
    way
        How the specification would have had it; one of the ways, if there are several.
    observed, shows
        What was seen; None where nothing was asked.
    """

    event: int
    way: Step
    observed: tuple[Json, ...]
    shows: Json | None


@dataclass(frozen=True)
class Found:
    """A run that diverges.

    Attributes
    ----------
    spec
        What it was held against.
    run
        Step by step; the last one diverges.
    divergence
        How.
    others
        What else would have been allowed there.
    """

    spec: Spec
    run: tuple[Seen, ...]
    divergence: Divergence
    others: tuple[tuple[Json, ...], ...]

    @property
    def script(self) -> tuple[int, ...]:
        """The tester's events."""
        return tuple(seen.event for seen in self.run)


class Run:
    """One run of an implementation, beside all states of the model that fit it."""

    def __init__(self, driver: Exchange, spec: Spec) -> None:
        self.spec = spec
        self.session = Session(driver, spec.role.name, spec.plan)
        self.places: tuple[Place, ...] = (spec.start,)
        self.seen: list[Seen] = []

    def choices(self, can: Collection[str]) -> list[int]:
        """What may be done: possible in every state that fits, and not beyond the driver."""
        sets = (set(self.spec.choices(place)) for place in self.places)
        return sorted(e for e in set.intersection(*sets) if _within(self.spec.system.events[e], can))

    def take(self, event: int) -> Found | None:
        """Do something, and see. None if all is well, or if it is not possible after all."""
        ways = self.spec.fitting(self.places, event)
        if not ways:
            return None
        observed, shows, does = list[Json](), None, None
        for part in ways[0].parts:
            if part.does is not None:
                does = part.does
                more, shows = self.session.tell(part.does)
                observed += more
        fits = [way for way in ways if same(way.sees, observed) and _agrees(self.spec.shows(way.place), shows)]
        self.seen.append(Seen(event, (fits or ways)[0], tuple(observed), shows))
        if not fits:
            return self._found(ways, does or {}, observed, shows or {})
        self.places = tuple(dict.fromkeys(way.place for way in fits))
        return None

    def _found(self, ways: Sequence[Step], does: Json, observed: Sequence[Json], shows: Json) -> Found:
        sees = {canonical(way.sees): way.sees for way in ways}
        wanted = self.spec.shows(ways[0].place)
        differs = {name: value for name, value in wanted.items() if name in shows and shows[name] != value}
        divergence = Divergence(
            len(self.seen) - 1, does, ways[0].sees, observed, differs, {name: shows[name] for name in differs}
        )
        return Found(self.spec, tuple(self.seen), divergence, tuple(list(sees.values())[1:]))


def _agrees(wanted: Json, shows: Json | None) -> bool:
    return shows is None or all(shows[name] == value for name, value in wanted.items() if name in shows)


def _within(event: Event, can: Collection[str]) -> bool:
    """Whether a driver with these capabilities can have it."""
    wants = {
        "user.background": "background",
        "user.leave": "screen",
        "server.expire_token": "token",
        "user.join": "device",
    }
    if event.owner == "server" or event.name.startswith("server."):
        wants |= {"server.crash": NEEDS["crash"], "server.drop_entry": NEEDS["drop_entry"]}
    need = next((need for start, need in wants.items() if event.name.startswith(start)), "")
    return not need or need in can


def replayed(driver: Exchange, spec: Spec, script: Iterable[int], can: Collection[str]) -> Found | None:
    """Take these events, as far as they are possible; the divergence, if there is one."""
    run = Run(driver, spec)
    for event in script:
        if event in run.choices(can) and (found := run.take(event)) is not None:
            return found
    return None


def shortened(driver: Exchange, found: Found, can: Collection[str]) -> Found:
    """The same kind of divergence after as few events as may be."""
    best = found

    def attempt(script: Sequence[int], limit: int) -> Sequence[int] | None:
        nonlocal best
        again = replayed(driver, found.spec, script, can)
        if again is None or len(again.script) >= limit:
            return None
        best = again
        return again.script

    shrunk(found.script, attempt)
    return best


class _Caught(Exception):
    def __init__(self, found: Found) -> None:
        super().__init__("diverges")
        self.found = found


def hunted(driver: Exchange, spec: Spec, can: Collection[str], examples: int) -> tuple[Found | None, int]:
    """Look for a divergence in so many runs; with it how many commands were given."""
    commands = 0

    @settings(
        max_examples=examples, database=None, derandomize=True, deadline=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck), report_multiple_bugs=False,
    )  # fmt: skip
    @given(st.lists(st.integers(0, 2**16), min_size=STEPS // 2, max_size=STEPS))
    def look(script: list[int]) -> None:
        nonlocal commands
        run = Run(driver, spec)
        for number in script:
            choices = run.choices(can)
            ticks = [event for event in choices if spec.ticks >> event & 1]
            if ticks and number % TIME == 0:
                choices = ticks
            if not choices:
                break
            if (found := run.take(choices[number // TIME % len(choices)])) is not None:
                raise _Caught(found)
        commands += run.session.frames

    try:
        look()
    except _Caught as caught:
        return caught.found, commands
    return None, commands


def recorded(found: Found) -> list[dict[str, Any]]:
    """The run as the steps of a vector: what the specification wants, up to the divergence."""
    from mealspec.conform.vector import run

    steps, _, _, _ = run(found.spec, found.script)
    return steps


def events_of(found: Found) -> list[str]:
    """The run in the model's events, as the specification would have had it."""
    events = found.spec.system.events
    return [events[e].name for seen in found.run for e in seen.way.events]
