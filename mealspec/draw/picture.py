"""What a picture is before anything is laid out: boxes, arrows between them, and what their signs mean.

A picture is made in three steps, each of which can be read alone: something of the model is extracted (who talks to
whom, a view of a machine, blocks of states), put as a :class:`Picture`, and rendered, as DOT or as SVG.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import NamedTuple

from mealspec.draw.text import wrapped

INK, MUTED, LINE, PAPER, FRAME = "#1f2328", "#57606a", "#6e7781", "#ffffff", "#d0d7de"
FILL, WARM, COOL, ALERT = "#f6f8fa", "#fff4d6", "#e3f1ff", "#ffe3e0"
GREEN, RED, ORANGE, BLUE, GREY = "#1a7f37", "#cf222e", "#b34700", "#0958b3", "#8c959f"
DARK = {
    INK: "#e6edf3", MUTED: "#9da7b1", LINE: "#848d97", PAPER: "#0d1117", FRAME: "#30363d",
    FILL: "#1b222b", WARM: "#3a2d0c", COOL: "#12283f", ALERT: "#4a1512",
    GREEN: "#4cc764", RED: "#ff7b72", ORANGE: "#ffa45c", BLUE: "#74b4ff", GREY: "#737c86",
}  # fmt: skip
"""What each colour turns into where the reader prefers dark."""


class Words(NamedTuple):
    """A line of a label."""

    text: str
    colour: str = ""
    bold: bool = False
    small: bool = False


class Key(NamedTuple):
    """An entry of a legend: a sample, which is a ``line``, a ``box``, a ``dot`` or nothing, and what it means."""

    text: str
    shape: str = ""
    colour: str = LINE
    fill: str = "none"
    dash: str = ""
    width: float = 1.0
    double: bool = False


@dataclass(frozen=True)
class Box:
    """A node: its name, the lines of its label, its tooltip, what Graphviz is told of its look, and its group."""

    name: str
    words: tuple[Words, ...] = ()
    tip: str = ""
    look: Mapping[str, str] = field(default_factory=dict)
    group: str = ""


@dataclass(frozen=True)
class Arrow:
    """An edge between two boxes, by their names."""

    source: str
    dest: str
    words: tuple[Words, ...] = ()
    tip: str = ""
    look: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Picture:
    """A picture to be drawn.

    Attributes
    ----------
    path
        Where its SVG stands below ``diagrams/``.
    title, description
        What it is, and what it shows to those who cannot see it.
    boxes, arrows
        What is drawn, in an order that the same model always gives; boxes of one group stand in one frame.
    legend
        What its signs mean; stands below it.
    engine, look
        Which layout it wants, and what Graphviz is told of the whole.
    """

    path: str
    title: str
    description: str
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]
    legend: tuple[Key, ...] = ()
    engine: str = "dot"
    look: Mapping[str, str] = field(default_factory=dict)


# ---------------------------------------------------------------------- labels


def folded(labels: Iterable[str]) -> list[str]:
    """Each label once, and those that differ only in who does it, or in their last word, as one.

    >>> folded(["poll: show absent", "ping", "handler: show absent", "poll: show done", "handler: show done"])
    ['poll, handler: show absent, done', 'ping']
    """
    whose: dict[str, list[str]] = {}
    for label in dict.fromkeys(labels):
        who, colon, what = label.partition(": ")
        names = whose.setdefault(colon + what if colon else label, [])
        names += [who] if colon else []
    whats: dict[str, list[str]] = {}
    for what, names in whose.items():
        text = ", ".join(names) + what
        start, _, word = text.rpartition(" ")
        several = what.startswith(": ") and what.count(" ") > 1
        ends = whats.setdefault(f"{start} " if several else text, [])
        ends += [word] if several else []
    return [start + ", ".join(ends) for start, ends in whats.items()]


def lines(
    texts: Iterable[str], colour: str, sign: str = "", *, width: float, most: int, bold: bool = False,
    small: bool = False,
) -> list[Words]:  # fmt: skip
    """Texts as the lines of a label, each wrapped and begun with the sign; of those beyond ``most`` only the number."""
    every = [sign + text for text in texts]
    more = len(every) - most
    if more > 1:
        every = [*every[:most], f"{sign}{more} more"]
    broken = (wrapped(text, width, 9, bold=bold) for text in every)
    parts = chain.from_iterable((first, *(f"\u00a0\u00a0{line}" for line in rest)) for first, *rest in broken)
    return [Words(line, colour, bold, small) for line in parts]
