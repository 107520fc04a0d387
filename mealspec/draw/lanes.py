"""Runs as steps between lanes, and as Mermaid sequence diagrams.

Eight lanes: the user; the client's view model, poller and socket; the network, which holds what is under way; the
server's registry and jobs; another device of the same user, where there is one. Where a step stands follows from who
does it and who takes part; which steps are messages, and between whom, stands in :data:`ARROWS`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import NamedTuple

from mealspec.core import Event, Kind, State, Trace, reasons

__all__ = ["ARROWS", "LANES", "STANDS", "Chart", "Lane", "Step", "ends", "mermaid", "stands", "steps"]


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

ARROWS: dict[str, tuple[str, str]] = {
    "user.reconnect": ("user", "socket"),
    "user.join": ("device", "registry"),
    "user.quit": ("device", "network"),
    "user": ("user", "view"),
    "client.appear": ("view", "network"),
    "client.return": ("view", "network"),
    "client.connect": ("view", "socket"),
    "client.heal": ("view", "socket"),
    "client.redial": ("view", "socket"),
    "client.open": ("registry", "socket"),
    "client.ready": ("registry", "socket"),
    "client.refused": ("registry", "socket"),
    "client.hear_close": ("registry", "socket"),
    "client.unreachable": ("network", "socket"),
    "client.follow_path": ("network", "socket"),
    "client.connected": ("socket", "view"),
    "client.failed": ("socket", "view"),
    "client.notice_drop": ("socket", "view"),
    "client.ping": ("socket", "network"),
    "client.upload": ("view", "network"),
    "client.uploaded": ("network", "view"),
    "client.receive": ("network", "view"),
    "client.apply": ("network", "view"),
    "client.apply.poll": ("network", "poller"),
    "client.error": ("network", "view"),
    "client.error.poll": ("network", "poller"),
    "client.offline": ("network", "view"),
    "client.offline.poll": ("network", "poller"),
    "client.poll.wake": ("poller", "network"),
    "client.poll.wake.verified": ("poller", "poller"),
    "server.take": ("network", "jobs"),
    "server.refuse_upload": ("jobs", "view"),
    "network.refuse_upload": ("network", "view"),
    "server.accept": ("socket", "registry"),
    "server.notice": ("socket", "registry"),
    "server.read": ("jobs", "network"),
    "server.complete": ("jobs", "registry"),
    "server.fail": ("jobs", "registry"),
    "server.push": ("registry", "network"),
    "server.replay": ("registry", "network"),
    "server.skip": ("registry", "network"),
    "network.void": ("network", "socket"),
    "network.lose": ("network", "socket"),
    "network.fail_dial": ("socket", "network"),
    "network.cut": ("view", "network"),
    "network.cut.poll": ("poller", "network"),
    "network.cut_upload": ("view", "network"),
    "network.tell_client": ("network", "socket"),
    "network.tell_server": ("network", "registry"),
}
"""Events, by the beginning of their names, that are messages: from whom to whom. All others are steps of
the first participant that belongs to their owner."""

LOST = ("server.skip", "network.void", "network.lose", "network.fail_dial", "network.cut", "network.cut_upload")
"""Messages that never arrive."""

CUT = ("network.cut", "network.cut_upload")
"""Of these the request is lost, or the answer where the first participant has one under way."""

SHOWN = {
    "flags": "flags: {}",
    "service": "socket: {}",
    "poller": "task: {}",
    "registry": "registry: {}",
    "device": "other device: {}",
    "view": "{} shown: {}",
    "receipt": "{} taken: {}",
    "job": "{}: {}",
}
"""Machines whose state stands beside the lane where it changes; the name of a meal comes first."""


def _longest(name: str, prefixes: Iterable[str]) -> str | None:
    """The longest of the prefixes, part by part, with which the name begins.

    >>> _longest("client.apply.poll.absent", ["client.apply", "client.apply.poll", "client.app"])
    'client.apply.poll'
    """
    fits = [prefix for prefix in prefixes if name == prefix or name.startswith(prefix + ".")]
    return max(fits, key=len, default=None)


def stands(machine: str) -> tuple[str, ...]:
    """The lanes of a machine."""
    known = _longest(machine, STANDS)
    return STANDS[known] if known else ()


def ends(event: Event) -> tuple[str, str]:
    """The lanes from which and to which the event goes; the same one twice for a step of one participant."""
    known = _longest(event.name, ARROWS)
    if known is not None:
        start, end = ARROWS[known]
        theirs = {"socket": "device"} if "device" in event.takes and event.owner != "user" else {}
        return theirs.get(start, start), theirs.get(end, end)
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
        if _longest(name, CUT) and str(trace.state(k)[event.takes[0]]).startswith("answered"):
            start, end = end, start
        label = event.label or name
        text = f"fault: {label}" if event.kind is Kind.FAULT else label
        changes = tuple(_changes(trace, k))
        out.append(Step(k + 1, event, text, start, end, _longest(name, LOST) is not None, changes))
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
    """

    slug: str
    title: str
    subtitle: str
    trace: Trace
    notes: tuple[str, ...] = ()

    @cached_property
    def steps(self) -> list[Step]:
        """Its steps."""
        return steps(self.trace)

    @cached_property
    def lanes(self) -> tuple[Lane, ...]:
        """The vertical lines: that of the other device only where there is one."""
        return tuple(lane for lane in LANES if lane.id != "device" or "device" in self.trace.system.position)

    @cached_property
    def marked(self) -> frozenset[int]:
        """The steps that stand to be explained."""
        return frozenset(reason.step for reason in reasons(self.trace))


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
