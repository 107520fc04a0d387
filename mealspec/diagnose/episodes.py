"""The lines of each meal: both logs split by user and meal, with memory for what is open only.

A line that names its meal belongs to it; one that names only its user, to the meal of theirs that is open. Lines about
no meal, of sockets and polls, belong to every meal of the user that is open, and the last of them to the next one, too,
unless there was a long silence: the app may have ended and begun anew since, and no line says so.
Where several meals of a user are open, a line about a meal that does not say which is left out of all of them, and that
a line of its kind is missing then says nothing; so do polls, which are for all meals together.

A meal is over when nothing of it was heard for a while. Moments are those of the lines, not of whoever reads.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from heapq import merge
from typing import NamedTuple

from mealspec.diagnose.kinds import Sorts
from mealspec.diagnose.reading import Entry

SETTLES = 20.0
"""Seconds after which a meal that has ended is over as soon as the next one begins."""

IDLE, LOST = 60.0, 600.0
"""Seconds without a line about it after which a meal is over: one that has ended, and one that has not."""

KEPT, MOST = 8, 120
"""Lines of a user that are kept for the next meal, and lines of one meal, of each log."""

TOGETHER = 2.0
"""Seconds within which several wordings of one kind are one event that prints them all."""


class Episode(NamedTuple):
    """One meal, as both logs tell it.

    Attributes
    ----------
    user, meal
        Whose, and which; empty where no line names it.
    lines
        Of the client, and of the server.
    cut
        Kinds of which it says nothing that a line is missing.
    over
        Whether the logs go on for long after its last line; else they have ended, and it may have gone on.
    """

    user: str
    meal: str
    lines: tuple[tuple[Entry, ...], tuple[Entry, ...]]
    cut: frozenset[int]
    over: bool = True

    @property
    def times(self) -> list[float]:
        """When its lines were written."""
        return [entry.at for some in self.lines for entry in some if entry.at is not None]


@dataclass
class _Open:
    user: str
    meal: str
    lines: tuple[list[Entry], list[Entry]]
    cut: set[int] = field(default_factory=set)
    last: float | None = None
    begun: bool = False
    ended: bool = False
    worded: dict[tuple[int, int], tuple[set[int], float | None]] = field(default_factory=dict)


@dataclass
class _User:
    open: list[_Open] = field(default_factory=list)
    kept: tuple[deque[Entry], deque[Entry]] = field(default_factory=lambda: (deque(maxlen=KEPT), deque(maxlen=KEPT)))


class Splitter:
    """Takes lines and gives meals; what cannot be attributed is counted.

    Attributes
    ----------
    nobody
        Lines that name no user where there are several.
    unclear
        Lines about a meal that do not say about which of several.
    most_open
        How many meals were open at once.
    """

    def __init__(self, sorts: Sorts) -> None:
        self._sorts = sorts
        self._users: dict[str, _User] = {}
        self._meals: dict[str, str] = {}
        self.nobody = self.unclear = self.most_open = self.long = 0
        self._now = self._swept = float("-inf")
        self._open: dict[int, _Open] = {}

    def meals(self, client: Iterable[Entry], server: Iterable[Entry]) -> Iterator[Episode]:
        """Every meal, once it is over."""
        for entry in merge(_dated(client), _dated(server), key=lambda each: each[0]):
            yield from self.take(entry[1])
        yield from self.rest()

    def take(self, entry: Entry) -> Iterator[Episode]:
        """One more line; the meals that are over by then."""
        if entry.at is not None and entry.at > self._now:
            self._now = entry.at
            if self._now > self._swept + 1:
                yield from self._sweep()
        name = entry.user or self._meals.get(entry.meal, "")
        if not name:
            if len(self._users) > 1:
                self.nobody += 1
                return
            name = next(iter(self._users), "")
        elif name not in self._users and "" in self._users and len(self._users) == 1:
            self._users[name] = self._users.pop("")  # those who were not named were this one
            for some in self._users[name].open:
                some.user = name
        user = self._users.setdefault(name, _User())
        if entry.meal:
            self._meals[entry.meal] = name
        if self._sorts.own[entry.kind]:
            yield from self._own(name, user, entry)
        else:
            self._shared(user, entry)

    def rest(self) -> Iterator[Episode]:
        """The meals that are still open at the end."""
        for user in self._users.values():
            for some in list(user.open):
                yield self._close(user, some)._replace(over=self._is_over(some))

    # ------------------------------------------------------------------ lines

    def _own(self, name: str, user: _User, entry: Entry) -> Iterator[Episode]:
        if self._sorts.begins[entry.kind]:
            again = [some for some in user.open if self._joins(some, entry) and entry.meal in ("", some.meal)]
            if again:
                return  # another wording of the same
            early = [some for some in user.open if not some.begun and entry.meal in ("", some.meal or entry.meal)]
            if early and self._quiet(early[0]) <= SETTLES:  # the clocks differ: the server's line seems to come first
                early[0].begun, early[0].meal = True, early[0].meal or entry.meal
                self._add(early[0], entry)
                return
            for some in [some for some in user.open if some.ended and self._quiet(some) > SETTLES]:
                yield self._close(user, some)
            made = self._begin(name, user, entry.meal)
            made.begun = True
            self._add(made, entry)
            return
        named = [some for some in user.open if entry.meal and some.meal == entry.meal]
        nameless = [some for some in user.open if not some.meal]
        if named:
            self._add(named[0], entry)
        elif entry.meal and nameless:
            nameless[0].meal = entry.meal
            self._add(nameless[0], entry)
        elif entry.meal or not user.open:
            self._add(self._begin(name, user, entry.meal), entry)
        elif len(user.open) == 1:
            self._add(user.open[0], entry)
        else:
            self.unclear += 1
            for some in user.open:
                some.cut.add(entry.kind)

    def _shared(self, user: _User, entry: Entry) -> None:
        if len(user.open) > 1 and self._sorts.polls[entry.kind]:
            return
        for some in user.open:
            self._add(some, entry, own=False)
        user.kept[entry.log].append(entry)

    def _begin(self, name: str, user: _User, meal: str) -> _Open:
        client, server = ([each for each in some if self._is_near(each)] for some in user.kept)
        made = _Open(name, meal, (client, server))
        user.open.append(made)
        self._open[id(made)] = made
        self.most_open = max(self.most_open, len(self._open))
        if len(user.open) > 1:
            polls = {kind for kind, so in enumerate(self._sorts.polls) if so}
            for some in user.open:
                some.cut |= polls
                for lines in some.lines:
                    lines[:] = [entry for entry in lines if entry.kind not in polls]
        return made

    def _add(self, some: _Open, entry: Entry, *, own: bool = True) -> None:
        if own:
            some.last = entry.at if entry.at is not None else some.last
            some.ended |= self._sorts.ends[entry.kind]
        if self._joins(some, entry):
            return
        lines = some.lines[entry.log]
        if len(lines) >= MOST:
            self.long += 1
            some.cut.add(entry.kind)
            return
        some.worded[entry.log, entry.kind] = ({entry.wording}, entry.at)
        lines.append(entry)

    def _joins(self, some: _Open, entry: Entry) -> bool:
        """Whether it is another wording of the last line of its kind, printed by the same step."""
        wordings, at = some.worded.get((entry.log, entry.kind), (set(), None))
        near = at is not None and entry.at is not None and entry.at - at <= TOGETHER
        near |= at is None and bool(some.lines[entry.log]) and some.lines[entry.log][-1].kind == entry.kind
        if wordings and entry.wording not in wordings and near:
            wordings.add(entry.wording)
            return True
        return False

    # ------------------------------------------------------------------ ends

    def _quiet(self, some: _Open) -> float:
        return 0.0 if some.last is None else self._now - some.last

    def _is_near(self, entry: Entry) -> bool:
        """Whether a line belongs to what comes now; after a long silence the app may be another process."""
        return entry.at is None or self._now - entry.at <= LOST

    def _sweep(self) -> Iterator[Episode]:
        self._swept = self._now
        for some in [some for some in self._open.values() if self._is_over(some)]:
            yield self._close(self._users[some.user], some)

    def _is_over(self, some: _Open) -> bool:
        return self._quiet(some) > (IDLE if some.ended else LOST)

    def _close(self, user: _User, some: _Open) -> Episode:
        user.open.remove(some)
        del self._open[id(some)]
        self._meals.pop(some.meal, None)
        return Episode(some.user, some.meal, (tuple(some.lines[0]), tuple(some.lines[1])), frozenset(some.cut))


def _dated(entries: Iterable[Entry]) -> Iterator[tuple[float, Entry]]:
    """Each line with when it counts as written: one without a time with the line before it."""
    last = float("-inf")
    for entry in entries:
        last = entry.at if entry.at is not None else last
        yield last, entry
