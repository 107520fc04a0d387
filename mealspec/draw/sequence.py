"""Runs as sequence charts: SVG of our own, and Mermaid.

Seven lanes: the user; the client's view model, poller and socket; the network, which holds what is under
way; the server's registry and jobs. Where a step stands follows from who does it and who takes part; which
steps are messages, and between whom, stands with the events.

Both forms come from the same :class:`Step`. The SVG carries its own style, for light and dark, and names
every event in full as a tooltip.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple
from xml.sax.saxutils import escape

from mealspec.core import Event, Kind, State, Trace, reasons

__all__ = ["LANES", "STANDS", "Chart", "Lane", "Step", "ends", "mermaid", "steps", "svg"]


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
)
"""Left to right."""

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
    "device": ("network",),
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
    def marked(self) -> frozenset[int]:
        """The steps that stand to be explained."""
        return frozenset(reason.step for reason in reasons(self.trace))


# ---------------------------------------------------------------------- Mermaid


def mermaid(chart: Chart) -> str:
    """The run as a Mermaid sequence diagram: one message for each step, a note for each change."""
    lines = ["sequenceDiagram", f"    accTitle: {_plain(chart.title)}", f"    accDescr: {_plain(chart.subtitle)}"]
    for owner in dict.fromkeys(lane.owner for lane in LANES):
        own = [lane for lane in LANES if lane.owner == owner]
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


# ---------------------------------------------------------------------- SVG

GUTTER, FIRST, WIDTH, MARGIN = 44, 104, 140, 12
"""Widths in pixels: step numbers, the user's lane, every other lane, what stays free at the edges."""

LINE, SMALL = 16, 14
"""Heights of a line of text and of a line of small text."""

STYLE = """
text { font-family: system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", Arial, sans-serif; font-size: 13px; }
.paper { fill: #ffffff; } .ink { fill: #1f2328; } .quiet { fill: #59636e; }
.title { font-size: 17px; font-weight: 600; } .head { font-weight: 600; } .small { font-size: 11px; }
.line { stroke: #1f2328; stroke-width: 1.5; fill: none; } .tip { fill: #1f2328; }
.life { stroke: #c4cad1; stroke-width: 1.5; fill: none; } .group { fill: #f1f3f5; stroke: #c4cad1; }
.box { fill: #f6f8fa; stroke: #59636e; stroke-width: 1; }
.chip { fill: #ddf4ff; stroke: #54aeff; stroke-width: 1; } .chiptext { fill: #0a3069; }
.bad { stroke: #cf222e; } .badtext { fill: #b01f2a; } .badtip { fill: #cf222e; } .dash { stroke-dasharray: 5 4; }
.band { fill: #fff1c9; } .frame { fill: none; stroke: #8250df; stroke-width: 2; } .frametext { fill: #6639ba; }
"""

DARK = """
.paper { fill: #0d1117; } .ink { fill: #e6edf3; } .quiet { fill: #9da7b3; }
.line { stroke: #e6edf3; } .tip { fill: #e6edf3; }
.life { stroke: #3d444d; } .group { fill: #161b22; stroke: #3d444d; }
.box { fill: #1c2128; stroke: #9da7b3; }
.chip { fill: #0c2d53; stroke: #4184e4; } .chiptext { fill: #c6e6ff; }
.bad { stroke: #ff7b72; } .badtext { fill: #ff9a92; } .badtip { fill: #ff7b72; }
.band { fill: #3b2e0a; } .frame { stroke: #ab7df8; } .frametext { fill: #cda9ff; }
"""

LEGEND = (
    ("arrow", "message"),
    ("lost", "lost, or never sent"),
    ("box", "step of one participant"),
    ("fault", "fault"),
    ("chip", "state from here on"),
    ("band", "explained below"),
)


def _places() -> dict[str, tuple[float, float]]:
    """For each lane where it stands, and how wide it is."""
    out, left = {}, float(MARGIN + GUTTER)
    for k, lane in enumerate(LANES):
        width = FIRST if k == 0 else WIDTH
        out[lane.id] = (left + width / 2, float(width))
        left += width
    return out


PLACES = _places()
TOTAL = MARGIN + GUTTER + FIRST + WIDTH * (len(LANES) - 1) + MARGIN


def _measure(text: str, size: float = 13) -> float:
    """How wide the text is at most, in a wide font."""
    return size * sum(_WIDTHS.get(letter, 0.8 if letter.isupper() else 0.64) for letter in text)


_WIDTHS = {
    **dict.fromkeys("ijl.,:;'|! ", 0.33),
    **dict.fromkeys("ft()[]r-/", 0.42),
    **dict.fromkeys("mwMW@%", 0.98),
    **dict.fromkeys("sczkvxy", 0.58),
    "…": 1.0,
}


def _wrapped(text: str, width: float, size: float = 13) -> list[str]:
    """Lines that fit, broken between words, and in a word after ``+``, ``.``, ``/`` or ``-`` where it must be."""
    lines = [""]
    for word in text.split():
        joined = f"{lines[-1]} {word}".strip()
        if _measure(joined, size) <= width:
            lines[-1] = joined
            continue
        pieces = _pieces(word, width, size)
        lines += pieces if lines[-1] else []
        if not lines[0]:
            lines = pieces
    return lines


def _pieces(word: str, width: float, size: float) -> list[str]:
    out = [""]
    for letter in word:
        if out[-1] and _measure(out[-1] + letter, size) > width:
            cut = max(out[-1].rfind(mark) for mark in "+./-") + 1 or len(out[-1])
            out[-1:] = [out[-1][:cut], out[-1][cut:]]
        out[-1] += letter
    return [piece for piece in out if piece]


def _text(x: float, y: float, text: str, style: str = "ink", anchor: str = "middle") -> str:
    return f'<text x="{x:g}" y="{y:g}" class="{style}" text-anchor="{anchor}">{escape(text)}</text>'


def _rect(x: float, y: float, width: float, height: float, style: str, round_: float = 4) -> str:
    size = f'width="{width:g}" height="{height:g}" rx="{round_:g}"'
    return f'<rect x="{x:g}" y="{y:g}" {size} class="{style}"/>'


def _path(points: str, style: str) -> str:
    return f'<path d="{points}" class="{style}"/>'


def svg(chart: Chart) -> str:
    """The run as an SVG document."""
    top, head = _heading(chart)
    bodies, bands, y = [], [], top + 8.0
    frame = y
    for step in chart.steps:
        if step.number - 1 == chart.trace.loop:
            frame, y = y, y + LINE + 10
        height, body = _step(step, y, marked=step.number in chart.marked)
        if step.number in chart.marked:
            bands.append(_rect(2, y, TOTAL - 4, height, "band", 0))
        bodies.append(body)
        y += height
    lives = [_path(f"M{x:g} {top:g}V{y + 6:g}", "life") for x, _ in PLACES.values()]
    framed = _frame(frame, y) if chart.trace.loop is not None else []
    feet = _heads(y + 6)
    below, notes = _below(chart, y + 6 + 30 + 14)
    size = f'width="{TOTAL}" height="{below:g}" viewBox="0 0 {TOTAL} {below:g}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-labelledby="title desc">',
        f'<title id="title">{escape(chart.title)}</title>',
        f'<desc id="desc">{escape(_described(chart))}</desc>',
        f"<style>{STYLE}@media (prefers-color-scheme: dark) {{{DARK}}}\n</style>",
        _rect(0, 0, TOTAL, below, "paper", 0),
        *bands, *lives, *head, *framed, *bodies, *feet, *notes,
        "</svg>",
    ]  # fmt: skip
    return "\n".join(parts) + "\n"


def _described(chart: Chart) -> str:
    """The chart for those who do not see it."""
    told = [f"{step.number}. {step.label}{' (lost)' if step.lost else ''}." for step in chart.steps]
    loop = [] if chart.trace.loop is None else [f"From step {chart.trace.loop + 1} on it repeats for ever."]
    return " ".join([chart.subtitle + ".", *told, *loop, *chart.notes])


def _heading(chart: Chart) -> tuple[float, list[str]]:
    """Title, groups and heads of the lanes; the height comes first."""
    y, out = 12.0, []
    for text, style, size in ((chart.title, "ink title", 17), (chart.subtitle, "quiet", 13)):
        for line in _wrapped(text, TOTAL - 2 * MARGIN, size):
            y += 22 if size == 17 else 18
            out.append(_text(MARGIN, y, line, style, "start"))
    y += 16
    for owner in ("client", "server"):
        own = [PLACES[lane.id] for lane in LANES if lane.owner == owner]
        left, right = own[0][0] - own[0][1] / 2, own[-1][0] + own[-1][1] / 2
        out.append(_rect(left + 2, y, right - left - 4, 52, "group", 6))
        out.append(_text((left + right) / 2, y + 15, owner, "quiet small"))
    return y + 50, [*out, *_heads(y + 20)]


def _heads(y: float) -> list[str]:
    out = []
    for lane in LANES:
        x, width = PLACES[lane.id]
        out += [_rect(x - width / 2 + 8, y, width - 16, 26, "box"), _text(x, y + 17.5, lane.says, "ink head")]
    return out


def _step(step: Step, y: float, *, marked: bool) -> tuple[float, str]:
    """One step from ``y`` on: its height and its picture."""
    bad = step.fault or step.lost
    number = f"{step.number}{' !' if marked else ''}"
    alike = step.start == step.end
    height, parts = _own_step(step, y + 5, bad) if alike else _message(step, y + 5, bad)
    low, chips = _chips(step, y + 5 + height + 4)
    parts = [f"<title>{escape(step.tooltip)}</title>", *parts, *chips]
    parts.append(_text(MARGIN + GUTTER - 12, y + 5 + height - 4, number, "badtext head" if marked else "quiet", "end"))
    return 5 + height + low + 5, f'<g id="step-{step.number}">' + "".join(parts) + "</g>"


def _own_step(step: Step, y: float, bad: bool) -> tuple[float, list[str]]:
    x, width = PLACES[step.start]
    lines = _wrapped(step.label, width - 20)
    height = LINE * len(lines) + 8
    box = _rect(x - width / 2 + 4, y, width - 8, height, "box bad dash" if bad else "box")
    return height, [box, *_lines(lines, x, y + 4, "badtext" if bad else "ink")]


def _lines(lines: Sequence[str], x: float, y: float, style: str) -> list[str]:
    return [_text(x, y + LINE * k + 12, line, style) for k, line in enumerate(lines)]


def _message(step: Step, y: float, bad: bool) -> tuple[float, list[str]]:
    """The label, on paper so that no line runs through it, and the arrow below."""
    start, end = PLACES[step.start][0], PLACES[step.end][0]
    middle = (start + end) / 2
    lines = _wrapped(step.label, abs(end - start) - 16)
    out = []
    for k, line in enumerate(lines):
        wide = _measure(line) + 2
        out.append(_rect(middle - wide / 2, y + LINE * k + 1, wide, LINE - 1, "paper", 2))
    out += _lines(lines, middle, y, "badtext" if bad else "ink")
    low = y + LINE * len(lines) + 6
    return LINE * len(lines) + 12, [*out, *_arrow(start, end, low, lost=step.lost, bad=bad)]


def _arrow(start: float, end: float, y: float, *, lost: bool, bad: bool) -> list[str]:
    way = 1 if end > start else -1
    line = "line bad" if bad else "line"
    if lost:
        stop = start + (end - start) * 0.72
        cross = f"M{stop - 5:g} {y - 5:g}l10 10M{stop - 5:g} {y + 5:g}l10 -10"
        return [_path(f"M{start:g} {y:g}H{stop:g}", line + " dash"), _path(cross, line)]
    tip = f"M{end:g} {y:g}l{-9 * way} -5v10z"
    style = line + " dash" if bad else line
    return [_path(f"M{start:g} {y:g}H{end - 8 * way:g}", style), _path(tip, "badtip" if bad else "tip")]


def _chips(step: Step, y: float) -> tuple[float, list[str]]:
    """What changed, each below its lane; several of one lane below each other."""
    out, lows = [], {lane.id: y for lane in LANES}
    for lane, text in step.changes:
        x, width = PLACES[lane]
        lines = _wrapped(text, width - 18, 11)
        wide = max(_measure(line, 11) for line in lines) + 10
        high = SMALL * len(lines) + 4
        out.append(_rect(x - wide / 2, lows[lane], wide, high, "chip", 8))
        out += [_text(x, lows[lane] + SMALL * k + 12, line, "chiptext small") for k, line in enumerate(lines)]
        lows[lane] += high + 3
    return max(lows.values()) - y + (4 if step.changes else 0), out


def _frame(top: float, bottom: float) -> list[str]:
    left = MARGIN + GUTTER - 6
    return [
        _rect(left, top + 2, TOTAL - MARGIN - left + 4, bottom - top, "frame", 4),
        _text(left + 10, top + 17, "again and again, for ever:", "frametext head", "start"),
    ]


def _below(chart: Chart, y: float) -> tuple[float, list[str]]:
    """The legend and the notes; the height of the whole comes first."""
    out = _legend(y)
    y += 30
    for note in chart.notes:
        for k, line in enumerate(_wrapped(note, TOTAL - 2 * MARGIN - 20)):
            y += LINE + 2
            out.append(_text(MARGIN + (0 if k == 0 else 16), y, line, "ink", "start"))
        y += 5
    return y + 14, out


def _legend(y: float) -> list[str]:
    out, x = [], float(MARGIN)
    for sign, says in LEGEND:
        middle = y + 9
        if sign in ("arrow", "lost"):
            out += _arrow(x, x + 30, middle, lost=sign == "lost", bad=sign == "lost")
        else:
            style = {"box": "box", "fault": "box bad dash", "chip": "chip", "band": "band"}[sign]
            out.append(_rect(x, middle - 7, 26, 14, style, 7 if sign == "chip" else 3))
        out.append(_text(x + 36, middle + 4, says, "quiet small", "start"))
        x += 36 + _measure(says, 11) + 16
    return out
