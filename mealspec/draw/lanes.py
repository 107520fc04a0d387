"""Runs as steps between lanes, and as Mermaid sequence diagrams.

Eight lanes: the user; the client's view model, poller and socket; the network, which holds what is under way; the
server's registry and jobs; another device of the same user, where there is one. Where a step stands follows from who
does it and who takes part; which steps are messages, and between whom, stands with the
events.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import NamedTuple

from mealspec.core import Event, Kind, State, Trace


class Lane(NamedTuple):
    """A vertical line: its id, what stands at its head, and the owner to whom it belongs."""

    id: str
    says: str
    owner: str


LANES = (
    Lane("user", "user", "user"),
    Lane("view", "view model", "client"),
    Lane("poller", "poller", "client"),
    Lane("socket", "socket", "client"),
    Lane("network", "network", "network"),
    Lane("registry", "registry", "server"),
    Lane("jobs", "jobs", "server"),
    Lane("device", "other device", "user"),
)
"""Left to right; the other device has a lane where there is one."""

STANDS: dict[str, tuple[str, ...]] = {
    "screen": ("view",),
    "flags": ("view",),
    "app": ("view",),
    "view": ("view",),
    "outbox": ("view",),
    "store": ("view",),
    "save": ("view",),
    "sync": ("view",),
    "models": ("view",),
    "day": ("view",),
    "token": ("view",),
    "loader": ("view",),
    "loader.poll": ("poller",),
    "poller": ("poller",),
    "service": ("socket",),
    "connection": ("socket", "registry"),
    "path": ("network",),
    "device": ("device",),
    "budget": ("network",),
    "registry": ("registry",),
    "notification": ("registry",),
    "receipt": ("jobs",),
    "job": ("jobs",),
    "server": ("registry", "jobs"),
}
"""In which lanes a machine stands; a connection has two ends."""

SHOWN = {
    "flags": "flags: {}",
    "service": "socket: {}",
    "poller": "task: {}",
    "registry": "registry: {}",
    "device": "other device: {}",
    "view": "{} shown: {}",
    "store": "{} stored: {}",
    "models": "view models: {}",
    "day": "shown day: {}",
    "token": "token: {}",
    "receipt": "{} taken: {}",
    "job": "{}: {}",
}
"""Machines whose state stands beside the lane where it changes; the name of a meal comes first."""


def stands(machine: str) -> tuple[str, ...]:
    """The lanes of a machine."""
    return STANDS.get(machine) or STANDS.get(machine.partition(".")[0], ())


def ends(event: Event) -> tuple[str, str]:
    """The lanes from which and to which the event goes; the same one twice for a step of one participant.

    What is no message is a step of the first participant that belongs to the event's owner.
    """
    if event.arrow is not None:
        return event.arrow
    own = [lane.id for lane in LANES if lane.owner == event.owner]
    places = [place for machine in event.takes for place in stands(machine) if place in own]
    at = (places or own)[0]
    return at, at


@dataclass(frozen=True)
class Step:
    """One step as charts show it.

    Attributes
    ----------
    number
        Counted from 1.
    event, label
        What happens, and in a few words.
    start, end
        Lanes; the same one for a step of one participant.
    lost
        The message never arrives.
    changes
        ``(lane, text)`` for what stands beside the lanes afterwards.
    """

    number: int
    event: Event
    label: str
    start: str
    end: str
    lost: bool
    changes: tuple[tuple[str, str], ...]

    @property
    def fault(self) -> bool:
        """Something went wrong that nobody did."""
        return self.event.kind is Kind.FAULT

    @property
    def tooltip(self) -> str:
        """Everything about it in a few lines."""
        lines = [f"step {self.number}: {self.label}", f"{self.event.name} ({self.event.owner}, {self.event.kind})"]
        if self.event.line:
            lines.append(f"prints in the {self.event.line.log} log: {self.event.line.text}")
        if self.event.refs:
            lines.append(", ".join(self.event.refs))
        return "\n".join(lines)


def steps(trace: Trace) -> list[Step]:
    """The steps of a run."""
    out = []
    for k, name in enumerate(trace.events):
        event = trace.system.event(name)
        start, end = ends(event)
        if event.lost and str(trace.state(k)[event.takes[0]]).startswith("answered"):
            start, end = end, start  # its answer is lost, and not the request
        label = event.label or name
        text = f"fault: {label}" if event.kind is Kind.FAULT else label
        changes = tuple(_changes(trace, k))
        out.append(Step(k + 1, event, text, start, end, event.lost, changes))
    return out


def _changes(trace: Trace, k: int) -> Iterator[tuple[str, str]]:
    before, after = trace.state(k), trace.state(k + 1)
    for machine in after:
        base, _, which = machine.partition(".")
        if base in SHOWN and before[machine] != after[machine]:
            values = [*([which] if which else []), _said(after[machine])]
            yield stands(machine)[0], SHOWN[base].format(*values)


def _said(state: State) -> str:
    """A state as it stands beside a lane.

    >>> _said("c1/not")
    'c1, not connected'
    """
    text = str(state).replace("/", ", ")
    return f"{text} connected" if text.endswith(", not") else text


@dataclass(frozen=True)
class Chart:
    """A run to be drawn.

    Attributes
    ----------
    slug
        Its name in file names.
    title, subtitle
        What it shows; of which design, in which scope.
    trace
        The run.
    notes
        Sentences that stand below.
    marked
        The steps, counted from 1, that the sentences speak of.
    """

    slug: str
    title: str
    subtitle: str
    trace: Trace
    notes: tuple[str, ...] = ()
    marked: frozenset[int] = frozenset()

    @cached_property
    def steps(self) -> list[Step]:
        """Its steps."""
        return steps(self.trace)

    @cached_property
    def lanes(self) -> tuple[Lane, ...]:
        """The vertical lines: that of the other device only where there is one."""
        return tuple(lane for lane in LANES if lane.id != "device" or "device" in self.trace.system.position)


# ---------------------------------------------------------------------- Mermaid


def mermaid(chart: Chart) -> str:
    """The run as a Mermaid sequence diagram: one message for each step, a note for each change."""
    lines = ["sequenceDiagram", f"    accTitle: {_plain(chart.title)}", f"    accDescr: {_plain(chart.subtitle)}"]
    for owner, together in groupby(chart.lanes, lambda lane: lane.owner):
        own = list(together)
        named = [f"    participant {lane.id} as {lane.says}" for lane in own]
        lines += [f"    box {owner}", *named, "    end"] if own[1:] else named
    for step in chart.steps:
        if step.number - 1 == chart.trace.loop:
            lines.append("    loop for ever")
        arrow = "--x" if step.lost else "-->>" if step.fault else "->>"
        mark = " (!)" if step.number in chart.marked else ""
        lines.append(f"    {step.start}{arrow}{step.end}: {step.number}. {_plain(step.label)}{mark}")
        lines += [f"    Note over {lane}: {_plain(text)}" for lane, text in step.changes]
    return "\n".join([*lines, *(["    end"] if chart.trace.loop is not None else [])]) + "\n"


def _plain(text: str) -> str:
    """Without what Mermaid reads as its own."""
    return text.replace(";", ",").replace("#", "no. ").replace("\n", " ")
