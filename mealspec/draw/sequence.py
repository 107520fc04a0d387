"""Sequence charts as SVG of our own: it carries its style, for light and dark, and every event as a tooltip."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import NamedTuple
from xml.sax.saxutils import escape

from mealspec.draw.lanes import Chart, Lane, Step
from mealspec.draw.text import measure, wrapped

TOTAL, GUTTER, FIRST, MARGIN = 1000, 44, 90, 12
"""Widths in pixels: the whole, step numbers, the user's lane, what stays free at the edges; lanes share the rest."""

LINE, SMALL, SIZE = 16, 14, 13
"""Heights of a line of text, of a line of small text, and of the letters of the former."""

STYLE = """
text { font-family: Verdana, "DejaVu Sans", sans-serif; font-size: 13px; }
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


class Place(NamedTuple):
    """Where a lane stands, and how wide it is."""

    x: float
    width: float


Places = Mapping[str, Place]
"""By the ids of the lanes."""


@cache
def _places(lanes: tuple[Lane, ...]) -> Places:
    rest = (TOTAL - 2 * MARGIN - GUTTER - FIRST) / (len(lanes) - 1)
    out, left = {}, float(MARGIN + GUTTER)
    for k, lane in enumerate(lanes):
        width = FIRST if k == 0 else rest
        out[lane.id] = Place(left + width / 2, width)
        left += width
    return out


def _text(x: float, y: float, text: str, style: str = "ink", anchor: str = "middle") -> str:
    return f'<text x="{x:g}" y="{y:g}" class="{style}" text-anchor="{anchor}">{escape(text)}</text>'


def _rect(x: float, y: float, width: float, height: float, style: str, round_: float = 4) -> str:
    size = f'width="{width:g}" height="{height:g}" rx="{round_:g}"'
    return f'<rect x="{x:g}" y="{y:g}" {size} class="{style}"/>'


def _path(points: str, style: str) -> str:
    return f'<path d="{points}" class="{style}"/>'


def svg(chart: Chart) -> str:
    """The run as an SVG document."""
    places = _places(chart.lanes)
    top, head = _heading(chart, places)
    bodies, bands, y = [], [], top + 8.0
    frame = y
    for step in chart.steps:
        if step.number - 1 == chart.trace.loop:
            frame, y = y, y + LINE + 10
        height, body = _step(step, y, places, marked=step.number in chart.marked)
        if step.number in chart.marked:
            bands.append(_rect(2, y, TOTAL - 4, height, "band", 0))
        bodies.append(body)
        y += height
    lives = [_path(f"M{x:g} {top:g}V{y + 6:g}", "life") for x, _ in places.values()]
    framed = _frame(frame, y) if chart.trace.loop is not None else []
    feet = _heads(chart, places, y + 6)
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


def _heading(chart: Chart, places: Places) -> tuple[float, list[str]]:
    """Title, groups and heads of the lanes; the height comes first."""
    y, out = 12.0, []
    for text, style, size in ((chart.title, "ink title", 17), (chart.subtitle, "quiet", 13)):
        for line in wrapped(text, TOTAL - 2 * MARGIN, size, bold=size == 17):
            y += 22 if size == 17 else 18
            out.append(_text(MARGIN, y, line, style, "start"))
    y += 16
    for owner in ("client", "server"):
        own = [places[lane.id] for lane in chart.lanes if lane.owner == owner]
        left, right = own[0][0] - own[0][1] / 2, own[-1][0] + own[-1][1] / 2
        out.append(_rect(left + 2, y, right - left - 4, 52, "group", 6))
        out.append(_text((left + right) / 2, y + 15, owner, "quiet small"))
    return y + 50, [*out, *_heads(chart, places, y + 20)]


def _heads(chart: Chart, places: Places, y: float) -> list[str]:
    out = []
    for lane in chart.lanes:
        x, width = places[lane.id]
        out += [_rect(x - width / 2 + 8, y, width - 16, 26, "box"), _text(x, y + 17.5, lane.says, "ink head")]
    return out


def _step(step: Step, y: float, places: Places, *, marked: bool) -> tuple[float, str]:
    """One step from ``y`` on: its height and its picture."""
    bad = step.fault or step.lost
    number = f"{step.number}{' !' if marked else ''}"
    alike = step.start == step.end
    height, parts = _own_step(step, y + 5, places, bad) if alike else _message(step, y + 5, places, bad)
    low, chips = _chips(step, y + 5 + height + 4, places)
    parts = [f"<title>{escape(step.tooltip)}</title>", *parts, *chips]
    parts.append(_text(MARGIN + GUTTER - 12, y + 5 + height - 4, number, "badtext head" if marked else "quiet", "end"))
    return 5 + height + low + 5, f'<g id="step-{step.number}">' + "".join(parts) + "</g>"


def _own_step(step: Step, y: float, places: Places, bad: bool) -> tuple[float, list[str]]:
    x, width = places[step.start]
    lines = wrapped(step.label, width - 20, SIZE)
    height = LINE * len(lines) + 8
    box = _rect(x - width / 2 + 4, y, width - 8, height, "box bad dash" if bad else "box")
    return height, [box, *_lines(lines, x, y + 4, "badtext" if bad else "ink")]


def _lines(lines: Sequence[str], x: float, y: float, style: str) -> list[str]:
    return [_text(x, y + LINE * k + 12, line, style) for k, line in enumerate(lines)]


def _message(step: Step, y: float, places: Places, bad: bool) -> tuple[float, list[str]]:
    """The label, on paper so that no line runs through it, and the arrow below."""
    start, end = places[step.start].x, places[step.end].x
    middle = (start + end) / 2
    lines = wrapped(step.label, abs(end - start) - 16, SIZE)
    out = []
    for k, line in enumerate(lines):
        wide = measure(line, SIZE) + 2
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


def _chips(step: Step, y: float, places: Places) -> tuple[float, list[str]]:
    """What changed, each below its lane; several of one lane below each other."""
    out, lows = [], dict.fromkeys(places, y)
    for lane, text in step.changes:
        x, width = places[lane]
        lines = wrapped(text, width - 18, 11)
        wide = max(measure(line, 11) for line in lines) + 10
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
        for k, line in enumerate(wrapped(note, TOTAL - 2 * MARGIN - 20, SIZE)):
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
        x += 36 + measure(says, 11) + 16
    return out
