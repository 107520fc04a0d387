"""Logs with their seconds: the machine that reads an excerpt in time.

A line that is stamped *s* was written in [*s*, *s* + 1) of its log's clock. The client's clock is ahead of the server's
by a constant of at most :data:`APART` either way, which nobody knows: it is chosen once, by the event that begins to
count.

Ticks of half a second lose nothing. Let the client's clock be *k* + *f* seconds ahead, *k* whole, 0 <= *f* < 1: by the
server's clock its seconds begin at *n* - *f*. If *f* is not 0, stretch time so that of each second the part before
that and the part after it last half a second each. The stretch is the same in each second, so moments that were at most
(or at least) so many whole seconds apart still are, and all clocks are closed and bound whole seconds; then move each
moment back to where its half second begins, which keeps such bounds as well and leaves each line in the second of its
stamp (T. A. Henzinger, Z. Manna, A. Pnueli, *What good are digital clocks?*, ICALP 1992). What is left is a run in
ticks. So an offset is a whole number of ticks, and an odd one stands for all between two whole seconds.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, cached_property
from typing import NamedTuple

from mealspec.check.excerpts import LOGS, Excerpt, Place, Read, read, shows
from mealspec.core import Event, Kind, Machine

SECOND = 2
"""Ticks in a second."""

APART = timedelta(seconds=2)
"""How far the clocks of phone and server may be apart; in the incident they agree to the second."""

BEGIN = "logs.begin"
"""The event by which the seconds begin to count, with the offset in ticks at its end."""


class Stamped(NamedTuple):
    """How far a run has printed the excerpt; the client's clock is so many ticks ahead, and it is so late.

    ``at`` counts ticks from the server's first stamp, by the server's clock; both are None before the seconds count.
    """

    read: Read
    ahead: int | None
    at: int | None

    def __str__(self) -> str:
        return f"{self.read}" if self.at is None else f"{self.read} at {self.at}, {self.ahead} ahead"


@dataclass(frozen=True)
class Stamps:
    """When the lines of an excerpt were written, in ticks.

    Attributes
    ----------
    excerpt
        A line of its server has a time.
    apart
        How far the clocks may be apart.
    """

    excerpt: Excerpt
    apart: timedelta = APART

    @cached_property
    def first(self) -> datetime:
        """The server's first stamp."""
        return min(told.at for told in self.excerpt.server if told.at)

    @cached_property
    def offsets(self) -> tuple[int, ...]:
        """How far the client's clock may be ahead, in ticks; whole seconds within the range are covered by others."""
        if not any(told.at for told in self.excerpt.client):
            return (0,)
        most = int(self.apart.total_seconds()) * SECOND
        return tuple(k for k in range(-most, most + 1) if k % SECOND or abs(k) == most)

    def begins(self, place: Place, ahead: int) -> int | None:
        """The tick with which the line's second begins, by the server's clock; None without a time."""
        at = self.excerpt.told(place).at
        if at is None:
            return None
        return int((at - self.first).total_seconds()) * SECOND - (ahead if place.log == "client" else 0)

    def span(self, ahead: int) -> tuple[int, int]:
        """The first tick at which a line may be written, and the tick after the last one."""
        places = (Place(log, k) for log in LOGS for k in range(len(self.excerpt.lines(log))))
        found = [begin for place in places if (begin := self.begins(place, ahead)) is not None]
        return min(found), max(found) + SECOND

    def may(self, place: Place, s: Stamped) -> bool:
        """Whether the line may be written now."""
        if self.excerpt.told(place).at is None:
            return True
        begin = None if s.ahead is None else self.begins(place, s.ahead)
        return begin is not None and s.at is not None and begin <= s.at < begin + SECOND

    def late(self, s: Stamped) -> bool:
        """Whether a line must be written before the next tick."""
        assert s.ahead is not None
        assert s.at is not None
        for log, k in ((LOGS[0], s.read.client), (LOGS[1], s.read.server)):
            due = (self.begins(Place(log, j), s.ahead) for j in range(k, len(self.excerpt.lines(log))))
            if any(begin is not None and s.at + 1 >= begin + SECOND for begin in due):
                return True
        return False

    def second(self, ticks: int) -> datetime:
        """What the server's clock shows after so many ticks."""
        return self.first + timedelta(seconds=ticks // SECOND)

    # ------------------------------------------------------------------ the machine that reads

    @cached_property
    def events(self) -> tuple[Event, ...]:
        """The choices of an offset."""
        what = "the seconds begin to count"
        return tuple(Event(f"{BEGIN}.{k}", Kind.SYSTEM, "time", ("logs",), what) for k in self.offsets)

    def machine(self, events: Iterable[Event], ticks: Sequence[str]) -> Machine:
        """The machine ``logs``: it permits a line within its second, refuses a tick by which one would be late, and
        stops when all are printed."""
        return self._made(tuple(event for event in events if shows(self.excerpt, event)), tuple(ticks))

    @cache  # noqa: B019 (few excerpts, and asked for all the time)
    def _made(self, printing: tuple[Event, ...], ticks: tuple[str, ...]) -> Machine:
        whole = (len(self.excerpt.client), len(self.excerpt.server))
        first = Stamped(Read(0, 0), None, None)
        waiting, found, rows = [first], {first}, list[tuple[str, Stamped, Stamped]]()
        for s in waiting:
            if s.read[:2] == whole:
                continue
            steps = [(e.name, s._replace(read=self._read(e, s))) for e in printing]
            for event, dest in (*steps, *self._passing(s, ticks)):
                if dest.read.astray:
                    continue
                rows.append((event, s, dest))
                if dest not in found:
                    found.add(dest)
                    waiting.append(dest)
        return Machine.table("logs", first, rows, doc="How far a run has printed the excerpt, and how late it is.")

    def _read(self, event: Event, s: Stamped) -> Read:
        return read(self.excerpt, event, s.read, lambda place: self.may(place, s))

    def _passing(self, s: Stamped, ticks: Sequence[str]) -> list[tuple[str, Stamped]]:
        """How time passes."""
        if s.at is None:
            begins = [(f"{BEGIN}.{k}", s._replace(ahead=k, at=self.span(k)[0])) for k in self.offsets]
            return [*begins, *((tick, s) for tick in ticks)]
        assert s.ahead is not None
        later = s._replace(at=min(s.at + 1, self.span(s.ahead)[1]))
        return [] if self.late(s) else [(tick, later) for tick in ticks]
