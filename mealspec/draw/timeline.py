"""Timeline charts as SVG: lanes over seconds. The look, for light and dark, is that of the sequence charts.

A lane has a row for each thing that stands in it: a moment, or a bar for something that happened at an unknown moment
between two. Panels stand side by side, in rows, each with its own seconds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple
from xml.sax.saxutils import escape

from mealspec.draw.sequence import DARK, STYLE
from mealspec.draw.text import measure, wrapped

MARGIN, ROW, HEAD, GAP = 12, 19, 24, 28
"""In pixels: what stays free at the edges, the height of a row and of a lane's head, the room between panels."""

MORE = """
.bar { fill: #ddf4ff; stroke: #54aeff; stroke-width: 1; } .grid { stroke: #e4e8ec; stroke-width: 1; }
.zero { stroke: #8250df; stroke-width: 1.5; stroke-dasharray: 5 4; } .lane { fill: #f1f3f5; }
"""
MORE_DARK = """
.bar { fill: #0c2d53; stroke: #4184e4; } .grid { stroke: #21262d; } .zero { stroke: #ab7df8; } .lane { fill: #161b22; }
"""


class Item(NamedTuple):
    """Something in a lane: from ``first`` to ``last``, the same for a moment; an open beginning is None.

    ``bad`` is what went wrong, ``tip`` what a pointer shows.
    """

    first: float | None
    last: float
    text: str
    tip: str = ""
    bad: bool = False


class Lane(NamedTuple):
    """A name, and what stands below it."""

    name: str
    items: tuple[Item, ...]


class Panel(NamedTuple):
    """Lanes over the seconds from ``begin`` to ``end``; ``names`` says what stands at a tick of the axis."""

    title: str
    lanes: tuple[Lane, ...]
    begin: float
    end: float
    names: dict[float, str]
    zero: float | None = None


class Timeline(NamedTuple):
    """A chart: its name in file names, what it shows, and its panels, so many in a row; notes stand below."""

    slug: str
    title: str
    subtitle: str
    panels: tuple[Panel, ...]
    notes: tuple[str, ...] = ()
    width: int = 1000
    columns: int = 2


def svg(chart: Timeline) -> str:
    """The chart as an SVG document."""
    y, out = 12.0, list[str]()
    for text, style, size in ((chart.title, "ink title", 17), (chart.subtitle, "quiet", 13)):
        for line in wrapped(text, chart.width - 2 * MARGIN, size, bold=size == 17):
            y += 22 if size == 17 else 18
            out.append(words(MARGIN, y, line, style))
    y += 14
    columns = min(chart.columns, len(chart.panels))
    wide = (chart.width - 2 * MARGIN - GAP * (columns - 1)) / columns
    for first in range(0, len(chart.panels), columns):
        row = [
            _panel(panel, MARGIN + k * (wide + GAP), y + GAP * (first > 0), wide)
            for k, panel in enumerate(chart.panels[first : first + columns])
        ]
        y = max(low for low, _ in row) + 8
        out += [part for _, parts in row for part in parts]
    for note in chart.notes:
        for k, line in enumerate(wrapped(note, chart.width - 2 * MARGIN - 20, 13)):
            y += 18
            out.append(words(MARGIN + (0 if k == 0 else 16), y, line, "ink"))
        y += 5
    below = y + 14
    return document(chart.width, below, chart.title, _described(chart), MORE, MORE_DARK, out)


def document(
    width: float, tall: float, title: str, about: str, more: str, more_dark: str, parts: list[str], fits: str = ""
) -> str:
    """An SVG document in the look of the sequence charts and ``more``; ``fits`` is a style of its own."""
    size = f'width="{width}" height="{tall:g}" viewBox="0 0 {width} {tall:g}"{fits}'
    head = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-labelledby="title desc">',
        f'<title id="title">{escape(title)}</title>',
        f'<desc id="desc">{escape(about)}</desc>',
        f"<style>{STYLE}{more}@media (prefers-color-scheme: dark) {{{DARK}{more_dark}}}\n</style>",
        f'<rect width="{width}" height="{tall:g}" class="paper"/>',
    ]
    return "\n".join([*head, *parts, "</svg>"]) + "\n"


def _described(chart: Timeline) -> str:
    """The chart for those who do not see it."""
    told = [
        f"{panel.title} {lane.name}: " + "; ".join(item.tip or item.text for item in lane.items) + "."
        for panel in chart.panels
        for lane in panel.lanes
        if lane.items
    ]
    return " ".join([chart.subtitle + ".", *told, *chart.notes])


def words(x: float, y: float, text: str, style: str = "ink", anchor: str = "start") -> str:
    """Some text at a place, escaped."""
    return f'<text x="{x:g}" y="{y:g}" class="{style}" text-anchor="{anchor}">{escape(text)}</text>'


def _panel(panel: Panel, left: float, top: float, wide: float) -> tuple[float, list[str]]:
    """A panel from there on: where it ends, and its picture."""

    def x(at: float) -> float:
        return left + 8 + (wide - 16) * (at - panel.begin) / (panel.end - panel.begin)

    y, out = top, list[str]()
    if panel.title:
        for line in wrapped(panel.title, wide, 13, bold=True):
            y += 18
            out.append(words(left, y, line, "ink head"))
        y += 8
    axis = y + 12
    rows, y = list[str](), axis + 10
    for lane in panel.lanes:
        rows.append(f'<rect x="{left:g}" y="{y:g}" width="{wide:g}" height="{HEAD - 4}" rx="4" class="lane"/>')
        rows.append(words(left + 8, y + 14.5, lane.name, "quiet small"))
        y += HEAD
        for item in lane.items:
            rows += _row(item, x, y, left, wide)
            y += ROW
        y += 6
    free = left
    for at, name in panel.names.items():
        out.append(f'<path d="M{x(at):g} {axis + 4:g}V{y:g}" class="grid"/>')
        anchor = "start" if x(at) < left + 30 else "end" if x(at) > left + wide - 30 else "middle"
        if x(at) - measure(name, 11) * {"start": 0, "middle": 0.5, "end": 1}[anchor] >= free:
            out.append(words(x(at), axis, name, "quiet small", anchor))
            free = x(at) + measure(name, 11) * {"start": 1, "middle": 0.5, "end": 0}[anchor] + 4
    if panel.zero is not None:
        out.append(f'<path d="M{x(panel.zero):g} {axis + 4:g}V{y:g}" class="zero"/>')
    return y, [*out, *rows]


def _row(item: Item, x: Callable[[float], float], y: float, left: float, wide: float) -> Iterator[str]:
    """One row: a dot or a bar, and its text where there is more room."""
    start, end = left if item.first is None else x(item.first), x(item.last)
    yield f"<g><title>{escape(item.tip or item.text)}</title>"
    if item.first != item.last:
        size = f'width="{max(end - start, 4):g}" height="{ROW - 6}" rx="4"'
        yield f'<rect x="{start:g}" y="{y + 3:g}" {size} class="bar"/>'
    else:
        yield f'<circle cx="{end:g}" cy="{y + ROW / 2:g}" r="4" class="{"badtip" if item.bad else "tip"}"/>'
    style, right = "badtext" if item.bad else "ink", left + wide - end - 10
    middle, said = y + ROW / 2 + 4.5, plain(item.text)
    if measure(said, 13) <= right or right >= max(start - left - 10, end - start - 16):
        yield words(end + 9, middle, _cut(said, right), style)
    elif measure(said, 13) <= end - start - 16:
        yield words(start + 8, middle, said, "chiptext")
    else:
        yield words(start - 9, middle, _cut(said, start - left - 10), style, "end")
    yield "</g>"


def plain(text: str) -> str:
    """Without the signs of which fonts often have no picture.

    >>> plain("Client: \u2705 Pong received")
    'Client: Pong received'
    """
    return " ".join("".join(letter for letter in text if ord(letter) < 0x2190).split())


def _cut(text: str, room: float) -> str:
    """The text as far as there is room; the whole stands in the tooltip."""
    if measure(text, 13) <= room:
        return text
    while text and measure(text + "...", 13) > room:
        text = text[:-1]
    return text.rstrip() + "..."
