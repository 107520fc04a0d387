"""How far two clocks may go together, as a picture: for each two of them the figures that meet the bound.

It is drawn from what ``mealspec latency --pairs --json`` says, so that a record can be drawn without a search.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple
from xml.sax.saxutils import escape

from mealspec.draw.text import wrapped
from mealspec.draw.timeline import document, words

ACROSS, TOTAL, TALL, LEFT, GAP = 3, 984, 190, 54, 44
"""Plots in a row, if there are so many; the width of a row; the height of one; what its scale takes, and the room
between two. In pixels but for the first."""

MORE = """
.meets { fill: #d7f5df; stroke: #1a7f37; stroke-width: 1; } .corner { fill: #1a7f37; }
.now { stroke: #8250df; stroke-dasharray: 5 4; fill: none; }
"""
MORE_DARK = ".meets { fill: #12361f; stroke: #4cc764; } .corner { fill: #4cc764; } .now { stroke: #ab7df8; }"

Told = Mapping[str, Any]
"""A pair, as :meth:`mealspec.check.frontier.Pair.to_json` tells it."""


class _Scale(NamedTuple):
    """From 0 to the end, over so many pixels from a beginning on."""

    begin: float
    pixels: float
    end: float

    def __call__(self, seconds: float) -> float:
        return self.begin + self.pixels * min(seconds, self.end) / self.end

    def marks(self) -> Iterator[float]:
        step = next(step for step in (1, 2, 5, 10, 20, 50, 100, 1000, 10_000) if self.end / step <= 7)
        return (float(mark) for mark in range(0, int(self.end) + 1, step))


def picture(found: Sequence[Told], title: str, about: str, now: Mapping[str, float]) -> str:
    """All pairs as one SVG document; ``now`` are the longest figures of the clocks as they are."""
    across = min(ACROSS, len(found)) or 1
    out, y = [words(12, 30, title, "ink title")], 34.0
    for line in wrapped(about, TOTAL - 24, 13):
        y += 18
        out.append(words(12, y, line, "quiet"))
    for number, pair in enumerate(found):
        row, column = divmod(number, across)
        left = LEFT + column * TOTAL / across
        out += _plot(pair, left, y + 40 + row * (TALL + 78), TOTAL / across - LEFT - GAP, now)
    tall = y + 40 + -(-len(found) // across) * (TALL + 78)
    told = " ".join([about, *map(described, found)])
    return document(TOTAL, tall, title, told, MORE, MORE_DARK, out, ' style="max-width:100%;height:auto"')


def titled(plan: object, scope: str, bound: float, tick: float) -> tuple[str, str]:
    """What stands above the pairs of a design: its title, and what it is about."""
    title = f"{plan}: how far two clocks may go together for a meal to be shown within {bound:g} s"
    return title, f"{scope}; a tick of {tick:g} s. Below the line the bound is met; the cross is what is now."


def described(pair: Told) -> str:
    """The corners of a pair in words."""
    first, second = pair["clocks"]
    corners = " or ".join(f"{x:g} and {y:g} s" for x, y in (corner["seconds"] for corner in pair["corners"]))
    return f"{first} and {second}: {f'at most {corners}' if corners else 'no figures meet it'}."


def _plot(pair: Told, left: float, top: float, wide: float, now: Mapping[str, float]) -> Iterator[str]:
    """One pair: what meets the bound lies below the line, and its corners say what takes too long beyond."""
    (first, second), edge, bottom = pair["clocks"], pair["edge"], top + TALL
    x = _Scale(left, wide, 1.08 * max([now[first], 1, *(a for a, _ in edge)]))
    y = _Scale(bottom, -TALL, 1.08 * max([now[second], 1, *(b for _, b in edge)]))
    yield words(left, top - 10, f"{second}, s", "quiet small")
    yield words(left + wide / 2, bottom + 34, f"{first}, s", "quiet small", "middle")
    for mark in x.marks():
        yield f'<path d="M{x(mark):g} {bottom:g}v5" class="life"/>' + words(
            x(mark), bottom + 17, f"{mark:g}", "quiet small", "middle"
        )
    for mark in y.marks():
        yield f'<path d="M{left:g} {y(mark):g}H{left + wide:g}" class="life"/>' + words(
            left - 6, y(mark) + 4, f"{mark:g}", "quiet small", "end"
        )
    for (begin, _), (end, height) in pairwise([(0.0, 0.0), *edge]):
        size = f'width="{x(end) - x(begin):g}" height="{bottom - y(height):g}"'
        yield f'<rect x="{x(begin):g}" y="{y(height):g}" {size} class="meets"/>'
    yield f'<path d="M{x(now[first]):g} {top:g}V{bottom:g}M{left:g} {y(now[second]):g}H{left + wide:g}" class="now"/>'
    for corner in pair["corners"]:
        a, b = corner["seconds"]
        tip = f"{first} {a:g} s, {second} {b:g} s; beyond: {_too_long(corner)}"
        yield f'<g><title>{escape(tip)}</title><circle cx="{x(a):g}" cy="{y(b):g}" r="3.5" class="corner"/></g>'


def _too_long(corner: Told) -> str:
    late = [each for each in corner["beyond"] if each is not None]
    said = (f"{each['situation']}: {_seconds(each['greatest'])}" for each in late)
    return "; ".join(dict.fromkeys(said)) or "nothing"


def _seconds(greatest: float | None) -> str:
    return "never" if greatest is None else f"{greatest:g} s"
