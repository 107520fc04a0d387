"""A role: what a tester does, and what an implementation shows, at each event of the model.

For the tester of a role the events of the model fall into two. Some are the *tester's*: what people do, what the
other side and the network do, what goes wrong. The others are the *implementation's*: they happen by themselves, as
soon as they can. Most events of either kind show nothing; what the others do and show is declared once, in the table
of the role (:mod:`mealspec.conform.client`, :mod:`mealspec.conform.server`). Vectors, what is allowed and what is
tried derive from it.

What is told and seen goes by numbers that count from the beginning of a run, for a model takes its few names again:
``c1`` is one socket after the other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from mealspec.core import Event, State, System
from mealspec.core.timed import TICK
from mealspec.model.design import Design
from mealspec.model.scope import Scope

Json = Mapping[str, Any]


class Names(NamedTuple):
    """What the model's names stand for at some moment of a run.

    Attributes
    ----------
    held
        Pairs of a name (of a connection, a meal, or of whoever awaits a request) and what it stands for.
    counts
        Pairs of a word and how many of these there have been.
    past
        Meals that are done with: their numbers, and how they ended.
    """

    held: tuple[tuple[str, str], ...] = ()
    counts: tuple[tuple[str, int], ...] = ()
    past: tuple[tuple[str, str], ...] = ()

    def get(self, name: str) -> str:
        """What the name stands for, or an empty string."""
        return dict(self.held).get(name, "")

    def count(self, what: str) -> int:
        """How many there have been."""
        return dict(self.counts).get(what, 0)

    def put(self, name: str, what: str) -> Names:
        """With the next one of its kind under that name."""
        number = self.count(what) + 1
        held = {**dict(self.held), name: f"{what}-{number}"}
        return Names(_pairs(held), _pairs({**dict(self.counts), what: number}), self.past)

    def let_go(self, *names: str) -> Names:
        """Without these names."""
        return self._replace(held=tuple(pair for pair in self.held if pair[0] not in names))


def _pairs(mapping: Mapping[str, Any]) -> tuple[tuple[str, Any], ...]:
    return tuple(sorted(mapping.items()))


@dataclass(frozen=True)
class Part:
    """Something that the tester does, if anything, and what the implementation shows then.

    Attributes
    ----------
    does
        What is told to the implementation; None where nothing is.
    sees
        What it shows: for each thing the fields that it must have, among them ``what``.
    withholds
        What would have been told if a fault had not kept it back, in words.
    """

    does: Json | None = None
    sees: tuple[Json, ...] = ()
    withholds: str = ""


@dataclass
class Story:
    """What one event comes to: its table entry tells it, method by method.

    Attributes
    ----------
    plan
        The design.
    event, before, after
        The event, and the states of the machines before and after it.
    names
        What the names stand for; changed as the story goes on.
    """

    plan: Design
    event: Event
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    names: Names
    parts: list[Part] = field(default_factory=list)

    def __getitem__(self, value: str) -> str:
        """A value that the event carries: its meal, its connection."""
        return self.event.values[value]

    def number(self, name: str) -> int:
        """The number of what a name stands for."""
        return int(self.names.get(name).rpartition("-")[2])

    def do(self, what: str, **more: Any) -> Story:
        """The tester does something."""
        self.parts.append(Part({"what": what, **more}))
        return self

    def see(self, what: str, **more: Any) -> Story:
        """The implementation shows something."""
        if not self.parts:
            self.parts.append(Part())
        last = self.parts[-1]
        self.parts[-1] = Part(last.does, (*last.sees, {"what": what, **more}), last.withholds)
        return self

    def withhold(self, what: str) -> Story:
        """The tester keeps something back."""
        self.parts.append(Part(withholds=what))
        return self

    def put(self, name: str, what: str) -> str:
        """The next one of its kind; its label."""
        self.names = self.names.put(name, what)
        return self.names.get(name)


Tell = Callable[[Story], Any]


def nothing(story: Story) -> None:
    """An event that nobody sees."""


@dataclass(frozen=True)
class Role:
    """One side of the protocol, as its tester has it.

    Attributes
    ----------
    name
        ``client`` or ``server``.
    own
        The events that the implementation does by itself, as soon as it can; beginnings of their names.
    first
        Events of the tester that come before anything else.
    urgent
        Events of the tester that come before time goes on.
    room
        Events of the implementation that need a free connection: the tester does nothing after which one is due and
        the scope has none, for an implementation has as many as it likes.
    table
        What an event does and shows, by the beginning of its name; the longest that fits counts.
    shows
        What the implementation shows of a state at any time.
    machines
        The kinds of machines that an implementer of this role builds.
    seconds
        How long its timers take, and by how much time goes on (``tick``).
    build
        The system in time: the machines of a design in a scope with the clocks of this role.
    """

    name: str
    own: tuple[str, ...]
    first: tuple[str, ...]
    urgent: tuple[str, ...]
    room: tuple[str, ...]
    table: Mapping[str, Tell]
    shows: Callable[[Mapping[str, Any], Names], Json]
    machines: tuple[str, ...]
    seconds: Mapping[str, float]
    build: Callable[[Design, Scope], System]

    def entry(self, event: Event) -> Tell:
        """The entry of the table that tells of the event."""
        parts = event.name.split(".")
        for k in range(len(parts), 0, -1):
            if (found := self.table.get(".".join(parts[:k]))) is not None:
                return found
        return nothing

    def told(
        self, plan: Design, event: Event, before: Mapping[str, State], after: Mapping[str, State], names: Names
    ) -> tuple[tuple[Part, ...], Names]:
        """What is done and shown at the event, and what the names stand for then."""
        if event.name.split(".")[0] == TICK:
            return (Part({"what": "advance", "seconds": self.seconds["tick"]}),), names
        story = Story(plan, event, before, after, names)
        self.entry(event)(story)
        return tuple(story.parts), story.names
