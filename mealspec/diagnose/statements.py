"""The log statements that a design has, and those that could be added: each may be on or off.

A statement is in the code of one side, and that side sees the step at which it prints. Today's statements are the
lines that the events print. One could be added for each group of events that a side sees, if it says more than today's
do: it prints which step it was and the values that the side has in hand. No line carries an id: two logs share none
today, so lines of two sockets or of two meals look alike. What a side does not see (a break, a lost message) prints
nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from mealspec.core import Event, Kind
from mealspec.core.timed import is_one_of
from mealspec.diagnose.builtin import HEARD

TOLD = {**HEARD, "network.refuse_upload": "client", "server.refuse_upload": "client", "server.fail": "server"}
"""Steps of the network, or that go wrong, and whose library or code is told of each."""

IDS = frozenset({"m", "c", "d", "to", "old", "new"})
"""The values that are names of meals and sockets."""


@dataclass(frozen=True)
class Statement:
    """A log statement.

    Attributes
    ----------
    id
        Its name: the group of its events (``server.boot``), or of a line of today its text.
    log
        Where it prints.
    today
        Whether the design has it.
    says
        For each of its events what it prints.
    """

    id: str
    log: str
    today: bool
    says: Mapping[str, str] = field(hash=False)

    def __str__(self) -> str:
        return f"{self.log}: {self.id}" if self.today else f"{self.log}: + {self.id}"


def side(event: Event) -> str:
    """Whose code sees the event happen: client, server, or nobody's."""
    heard = [log for group, log in TOLD.items() if is_one_of(event.name, (group,))]
    if heard:
        return heard[0]
    if event.line:
        return event.line.log
    if event.owner in ("user", "client"):
        return "" if "d" in event.values else "client"  # another device keeps a log of its own
    return "server" if event.owner == "server" and event.kind is not Kind.FAULT else ""


def statements(events: Iterable[Event]) -> tuple[Statement, ...]:
    """Today's statements of these events, and then those that could be added."""
    events = [event for event in events if side(event)]
    lines = dict.fromkeys(event.line for event in events if event.line)
    today = [
        Statement(line.text, line.log, True, {event.name: line.text for event in events if event.line == line})
        for line in lines
    ]
    groups = dict.fromkeys(event.stem for event in events)
    proposed = (_proposed(group, events) for group in groups)
    return (*today, *(each for each in proposed if each is not None))


def _proposed(group: str, events: Collection[Event]) -> Statement | None:
    """The statement of a group, if it says more than today's lines."""
    own = {event: _says(event) for event in events if event.stem == group}
    told = all(
        event.line and all(_says(other) == says for other in events if other.line == event.line)
        for event, says in own.items()
    )
    log = side(next(iter(own)))
    return None if told else Statement(group, log, False, {event.name: says for event, says in own.items()})


def _says(event: Event) -> str:
    """Which step it was, and the values in hand."""
    values = [value for key, value in event.values.items() if key not in IDS]
    return ".".join([event.stem, *values])


Line = tuple[str, tuple[str, ...]]
"""What one event prints: in which log, and the lines."""

Lines = tuple[Line, ...]


@dataclass(frozen=True)
class Printer:
    """What events print when some statements are on.

    >>> from mealspec.core import Event, Kind
    >>> some = [Event("client.open.c1", Kind.SYSTEM, "client", (), group="client.open", values={"c": "c1"})]
    >>> [str(each) for each in statements(some)], Printer(statements(some)).prints("client.open.c1", {0})
    (['client: + client.open'], ('client', ('client.open',)))
    """

    statements: tuple[Statement, ...]

    @cached_property
    def _of(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for number, statement in enumerate(self.statements):
            for event in statement.says:
                found.setdefault(event, []).append(number)
        return found

    def of(self, event: str) -> tuple[int, ...]:
        """The numbers of the statements that the event passes."""
        return tuple(self._of.get(event, ()))

    def prints(self, event: str, on: Collection[int]) -> Line | None:
        """The log and the lines that an event prints there; None if none is on."""
        some = [self.statements[number] for number in self.of(event) if number in on]
        return (some[0].log, tuple(each.says[event] for each in some)) if some else None

    def logs(self, run: Iterable[str], on: Collection[int]) -> Lines:
        """What a run prints, in the order in which it is printed."""
        return tuple(line for event in run if (line := self.prints(event, on)) is not None)
