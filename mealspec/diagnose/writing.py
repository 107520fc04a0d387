"""A run of the model as two logs, in a format that ``mealspec diagnose`` reads back: with lines that are missing and
clocks that differ, by a seed.

The seconds between steps are drawn: milliseconds before what is prompt, what a clock of the model allows before what
it bounds, some seconds before all else. Only their order is that of the run; several clocks that run at once are not
told apart.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random

from mealspec.check.excerpts import LOGS
from mealspec.core import Event, Trace, races
from mealspec.diagnose.mapping import LineMapping
from mealspec.model.clocks import CLOCKS

BEGIN = datetime(2025, 11, 8, 9, 0, tzinfo=UTC).timestamp()
PROMPT, RACE, OTHERWISE, LONGEST = (0.02, 0.08), (0.001, 0.004), (0.5, 6.0), 30.0
"""Seconds before a step that is prompt, a tight race, and any other; and at most before one with a clock."""


@dataclass(frozen=True)
class Writing:
    """How a run is written down.

    Attributes
    ----------
    drop
        The share of lines that are missing.
    offset, drift, jitter
        By how many seconds the client's clock is ahead, by how many seconds a second that grows, and by how many
        seconds at most a line is stamped late.
    seed
        Of what is drawn.
    user, meal
        What the logs call them.
    begin
        When it begins.
    """

    drop: float = 0.0
    offset: float = 0.0
    drift: float = 0.0
    jitter: float = 0.0
    seed: int = 0
    user: str = "4eb4c27c"
    meal: str = "9c65f612"
    begin: float = BEGIN


def written(run: Trace, mapping: LineMapping, how: Writing) -> tuple[list[str], list[str]]:
    """The lines of the client's log and of the server's."""
    random, lines = Random(how.seed), ([], [])  # type: ignore[var-annotated]
    last, origin = [0.0, 0.0], BEGIN
    for moment, event in moments(run, random, how.begin):
        log = log_of(event, mapping)
        if log is None or random.random() < how.drop:
            continue
        stamp = (
            moment + (how.offset + how.drift * (moment - origin) if log == 0 else 0.0) + random.random() * how.jitter
        )
        last[log] = stamp = max(stamp, last[log])
        lines[log].append(line(event, mapping, stamp, how))
    return lines


def moments(run: Trace, random: Random, begin: float) -> Iterator[tuple[float, Event]]:
    """Each event of a run, and when it happens."""
    tight, at = set(races(run)), begin
    for k, name in enumerate(run.events, start=1):
        event = run.system.event(name)
        clock = next((clock for clock in CLOCKS if clock.bounds(name)), None)
        least, most = PROMPT if event.prompt else OTHERWISE
        if k in tight:
            least, most = RACE
        elif clock is not None and not event.prompt:
            least, most = max(clock.least, 0.2), min(clock.greatest or LONGEST, LONGEST)
        at += random.uniform(least, max(least, most))
        yield at, event


def log_of(event: Event, mapping: LineMapping) -> int | None:
    """The log in which an event's line stands; None if it prints none."""
    if mapping.modelled and event.line is None:
        return None
    return next((LOGS.index(kind.log) for kind in mapping.lines if kind.stands_for(event)), None)


def line(event: Event, mapping: LineMapping, at: float, how: Writing) -> str:
    """The line that an event prints."""
    stamp = datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    if mapping.format == "json":
        kind = next(kind for kind in mapping.lines if kind.stands_for(event))
        named = {"time": stamp, "user": how.user}
        named |= {"meal": how.meal} if "m" in event.values else {}
        named |= {"connection": event.values["c"]} if "c" in event.values else {}
        fields = mapping.fields or {}
        return json.dumps(
            {**{fields[group]: text for group, text in named.items() if group in fields}, **(kind.keys or {})}
        )
    assert event.line is not None
    told = {
        "id": how.meal,
        "user": how.user,
        "time": stamp[11:],
        "error": "error",
        "code": "1006",
        "reason": "none",
        "query": "token=...",
    }
    text = re.sub(r"\{(\w+)\}", lambda part: told[part[1]], event.line.text)
    return f"{stamp} user={how.user} {text}"
