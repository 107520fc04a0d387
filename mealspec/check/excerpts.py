"""The excerpts of the incident's logs, and the machine that reads them.

The data is what was found and nothing else; what its lines say of times is kept, and used for the order of lines of
two logs only.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, cached_property
from importlib.resources import files
from itertools import product
from typing import Any, NamedTuple

from mealspec.core import Event, Line, Machine, unknown

TOLERANCE = timedelta(seconds=5)
"""How far the clocks of phone and server may be apart; in the incident they agree to the second."""

LOGS = ("client", "server")


class Told(NamedTuple):
    """One line of a log, and when it was written, if that was recorded."""

    at: datetime | None
    text: str

    def __str__(self) -> str:
        return f"{self.at:%H:%M:%S} {self.text}" if self.at else self.text


class Place(NamedTuple):
    """A line of an excerpt: its log, and how many come before it there."""

    log: str
    after: int

    def __str__(self) -> str:
        """Short, for tables: ``s5`` is the fifth line of the server."""
        return f"{self.log[0]}{self.after + 1}"


@dataclass(frozen=True)
class Excerpt:
    """What was found of both logs.

    Attributes
    ----------
    id, title, notes
        Its name, what it shows, and what is to be known of its making.
    designs
        The names of the designs of its time.
    client, server
        The lines of each log, in its own order.
    context
        Lines of kinds of which others were cut, so that their order says nothing.
    absent
        Texts of lines that would be there, had they been printed.
    """

    id: str
    title: str
    notes: str
    designs: tuple[str, ...]
    client: tuple[Told, ...]
    server: tuple[Told, ...]
    context: tuple[Told, ...] = ()
    absent: tuple[str, ...] = ()

    def lines(self, log: str) -> tuple[Told, ...]:
        """The lines of one log."""
        return self.client if log == "client" else self.server

    def told(self, place: Place) -> Told:
        """The line at a place."""
        return self.lines(place.log)[place.after]

    @cached_property
    def order(self) -> tuple[Place, ...]:
        """All lines by time; lines without one come last."""
        places = [Place(log, k) for log in reversed(LOGS) for k in range(len(self.lines(log)))]
        return tuple(sorted(places, key=lambda place: self.told(place).at or datetime.max))

    def waits_for(self, place: Place) -> int:
        """How many lines of the other log were certainly written before this one."""
        at, others = self.told(place).at, self.lines("server" if place.log == "client" else "client")
        return sum(at is not None and other.at is not None and other.at + TOLERANCE < at for other in others)


def excerpts() -> dict[str, Excerpt]:
    """The excerpts of the incident, by their names."""
    data = json.loads(files("mealspec.properties").joinpath("incidents.json").read_text(encoding="utf-8"))
    found = (_excerpt(each) for each in data["excerpts"])
    return {each.id: each for each in found}


def excerpt(name: str) -> Excerpt:
    """An excerpt by name; ``UnknownName`` names the choices."""
    some = excerpts()
    if name not in some:
        raise unknown("excerpt", name, some)
    return some[name]


def _excerpt(data: dict[str, list[list[str | None]]]) -> Excerpt:
    told: dict[str, Any] = {
        key: tuple(Told(datetime.fromisoformat(at) if at else None, str(text)) for at, text in data[key])
        for key in (*LOGS, "context")
    }
    said: dict[str, Any] = {key: str(data[key]) for key in ("id", "title", "notes")}
    names, absent = (tuple(map(str, data[key])) for key in ("designs", "absent"))
    return Excerpt(designs=names, absent=absent, **said, **told)


# ---------------------------------------------------------------------- the machine that reads


class Read(NamedTuple):
    """How many lines of each log have been printed, and whether the run has then left the excerpt."""

    client: int
    server: int
    astray: bool = False

    def __str__(self) -> str:
        return f"{self.client}+{self.server}{' astray' if self.astray else ''}"


def log_machine(some: Excerpt, events: Iterable[Event], *, astray: bool) -> Machine:
    """The machine ``logs``: how far a run has printed the excerpt; it lets runs go astray or refuses to.

    It has the events that print a kind of line which the excerpt shows, or one that is certainly absent.
    """
    counts = product(range(len(some.client) + 1), range(len(some.server) + 1))
    states = [Read(i, j, off) for i, j in counts for off in ((False, True) if astray else (False,))]
    steps = [(event.name, s, _read(some, event, s)) for event in events if shows(some, event) for s in states]
    rows = [(event, s, then) for event, s, then in steps if astray or not then.astray]
    doc = "How many lines of each log have been printed, and whether something was printed that is not there."
    return Machine.table("logs", Read(0, 0), rows, doc=doc)


@cache
def _prints(line: Line, text: str) -> bool:
    return line.matches(text)


def shows(some: Excerpt, event: Event) -> bool:
    """Whether the event prints a kind of line that the excerpt shows, or one that is certainly absent."""
    line = event.line
    return line is not None and (_missed(some, event) or any(_prints(line, told.text) for told in some.lines(line.log)))


def _missed(some: Excerpt, event: Event) -> bool:
    return event.line is not None and bool({*event.line.texts} & {*some.absent})


def _read(some: Excerpt, event: Event, s: Read) -> Read:
    def in_order(place: Place) -> bool:
        return some.waits_for(place) <= (s.server if place.log == "client" else s.client)

    return read(some, event, s, in_order)


def read(some: Excerpt, event: Event, s: Read, may: Callable[[Place], bool]) -> Read:
    """How far a run has printed the excerpt after an event that :func:`shows`; ``may`` says of a line whether it can
    be printed by now."""
    assert event.line is not None
    log, lines = event.line.log, some.lines(event.line.log)
    k = s.client if log == "client" else s.server
    if s.astray or _missed(some, event):
        return s._replace(astray=True)
    if k < len(lines) and _prints(event.line, lines[k].text) and may(Place(log, k)):
        return s._replace(client=k + 1) if log == "client" else s._replace(server=k + 1)
    before = k == 0 or (k == 1 and _prints(event.line, lines[0].text))  # then it was the earlier one that is not shown
    return s if before and "m" not in event.values else s._replace(astray=True)
