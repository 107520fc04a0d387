"""DOT sources, and SVG made of them.

The ``graphviz`` package writes the source. It is laid out by the system's Graphviz where there is one, else
by the library that pygraphviz's wheel brings; :func:`renderer` says which. What comes out is finished here:
a card with a title and a legend, a text for those who do not see it, tooltips, and colours for dark mode.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
import tempfile
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from html import escape
from importlib.metadata import PackageNotFoundError, version
from textwrap import wrap
from typing import NamedTuple

import graphviz  # type: ignore[import-untyped]

from mealspec.core import CheckerError, unknown

__all__ = [
    "DARK",
    "ENGINES",
    "CannotDraw",
    "Key",
    "Picture",
    "canvas",
    "card",
    "html",
    "raw_svg",
    "renderer",
    "svg",
    "tooltip",
]

ENGINES = ("dot", "sfdp")
"""Layouts: by layers, for what a person reads; by forces, for what only its shape tells."""

INK, MUTED, LINE, PAPER, FRAME = "#1f2328", "#57606a", "#6e7781", "#ffffff", "#d0d7de"
FILL, WARM, COOL, ALERT = "#f6f8fa", "#fff4d6", "#e3f1ff", "#ffe3e0"
GREEN, RED, ORANGE, BLUE, GREY = "#1a7f37", "#cf222e", "#b34700", "#0958b3", "#8c959f"
DARK = {
    INK: "#e6edf3", MUTED: "#9da7b1", LINE: "#848d97", PAPER: "#0d1117", FRAME: "#30363d",
    FILL: "#1b222b", WARM: "#3a2d0c", COOL: "#12283f", ALERT: "#4a1512",
    GREEN: "#4cc764", RED: "#ff7b72", ORANGE: "#ffa45c", BLUE: "#74b4ff", GREY: "#737c86",
}  # fmt: skip
"""What each colour turns into where the reader prefers dark."""

FONT = "DejaVu Sans"
FONTS = "Verdana, 'DejaVu Sans', sans-serif"
"""Two fonts of the same widths, of which each system has one; a layout measured with one fits the other."""

SVG = "http://www.w3.org/2000/svg"
XLINK = "http://www.w3.org/1999/xlink"
POINT = 4 / 3
"""Pixels of a point."""


class CannotDraw(CheckerError):
    """There is no Graphviz, or it refuses a source."""


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
class Picture:
    """A picture to be drawn.

    Attributes
    ----------
    path
        Where its SVG stands below ``diagrams/``.
    title, description
        What it is, and what it shows to those who cannot see it.
    source
        In DOT; the same model always gives the same.
    engine
        Which layout it wants, of :data:`ENGINES`.
    legend
        What its signs mean; stands below it.
    """

    path: str
    title: str
    description: str
    source: str
    engine: str = "dot"
    legend: tuple[Key, ...] = ()


# ---------------------------------------------------------------------- sources


def canvas(name: str, **more: str) -> graphviz.Digraph:
    """An empty graph in the style of all pictures; ``more`` are attributes of the graph."""
    font = {"fontname": FONT, "fontsize": "10"}
    graph = {"bgcolor": "transparent", "pad": "0.05", "nodesep": "0.25", "ranksep": "0.4", "fontcolor": INK}
    return graphviz.Digraph(
        name,
        graph_attr={**font, **graph, **more},
        node_attr={
            **font, "shape": "box", "style": "rounded,filled", "fillcolor": FILL, "color": LINE,
            "fontcolor": INK, "margin": "0.13,0.05", "height": "0.3", "width": "0.3",
        },
        edge_attr={**font, "fontsize": "9", "color": LINE, "fontcolor": INK, "arrowsize": "0.7"},
    )  # fmt: skip


class Words(NamedTuple):
    """A line of a label."""

    text: str
    colour: str = ""
    bold: bool = False
    small: bool = False


def html(lines: Iterable[Words], *, left: bool = False) -> str:
    """The lines as a label, one below the other."""
    end = '<BR ALIGN="LEFT"/>' if left else "<BR/>"
    parts = [_line(line) for line in lines]
    return f"<{end.join(parts)}{end if left else ''}>"


def _line(line: Words) -> str:
    text = escape(line.text, quote=False)
    text = f"<B>{text}</B>" if line.bold else text
    font = (f' COLOR="{line.colour}"' if line.colour else "") + (' POINT-SIZE="9"' if line.small else "")
    return f"<FONT{font}>{text}</FONT>" if font else text


def tooltip(lines: Iterable[str]) -> str:
    """Lines as the value of a tooltip."""
    return "\\n".join(graphviz.escape(line) for line in lines)


# ---------------------------------------------------------------------- layout


def renderer() -> str:
    """What lays pictures out on this machine, for people; ``CannotDraw`` if nothing can."""
    system = shutil.which("dot")
    if system:
        return f"the system's Graphviz ({system})"
    try:
        return f"the Graphviz library in pygraphviz {version('pygraphviz')}, for this system has no 'dot'"
    except PackageNotFoundError:
        raise CannotDraw("no Graphviz: install the system's package, or 'pip install pygraphviz'") from None


def raw_svg(source: str, engine: str) -> str:
    """The source laid out, as Graphviz writes it; ``CannotDraw`` if it cannot."""
    if engine not in ENGINES:
        raise unknown("layout engine", engine, ENGINES)
    renderer()
    return _by_system(source, engine) if shutil.which("dot") else _by_library(source, engine)


def _by_system(source: str, engine: str) -> str:
    try:
        drawn: bytes = graphviz.pipe(engine, "svg", source.encode(), quiet=True)
    except (graphviz.ExecutableNotFound, graphviz.CalledProcessError) as error:
        raise CannotDraw(f"Graphviz's '{engine}' failed: {error}") from error
    return drawn.decode()


def _by_library(source: str, engine: str) -> str:
    import pygraphviz  # type: ignore[import-untyped]  # not needed where the system has a Graphviz

    with tempfile.TemporaryFile() as said, _saying(said.fileno()):
        try:
            drawn: bytes = pygraphviz.AGraph(string=source).draw(format="svg", prog=engine)
        except (OSError, ValueError, RuntimeError) as error:
            raise CannotDraw(f"Graphviz's '{engine}' failed: {error}") from error
        if not drawn:
            said.seek(0)
            raise CannotDraw(f"Graphviz's '{engine}' failed: {said.read().decode().strip()}")
    return drawn.decode()


@contextlib.contextmanager
def _saying(to: int) -> Iterator[None]:
    """What C libraries write to standard error goes to the file: they complain of fonts that nobody needs."""
    sys.stderr.flush()
    kept = os.dup(2)
    os.dup2(to, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


# ---------------------------------------------------------------------- the card


MARGIN, ROW, SAMPLE, WIDEST = 10.0, 14.0, 26.0, 620.0
TITLE, SMALL, WIDTH = 13.0, 9.0, 0.6
"""In points; ``WIDTH`` is that of a character, as part of its height."""


def svg(picture: Picture) -> str:
    """The picture as SVG that stands alone: ``CannotDraw`` if there is no Graphviz, or it refuses the source."""
    return card(raw_svg(picture.source, picture.engine), picture)


def card(drawing: str, picture: Picture) -> str:
    """What Graphviz drew as a card: with title, legend, tooltips, a text for screen readers, and dark mode."""
    drawn = ET.fromstring(drawing.encode())
    body = drawn.find(f"{{{SVG}}}g")
    if body is None:
        raise CannotDraw(f"Graphviz drew nothing for '{picture.path}'")
    _, _, inner, tall = map(float, drawn.attrib["viewBox"].split())
    lines = _legend(picture.legend, max(inner, WIDEST))
    width = max(inner, len(picture.title) * TITLE * WIDTH, *(x for *_, x in lines), 0) + 2 * MARGIN
    top = 2 * MARGIN + TITLE
    below = top + tall + MARGIN
    height = below + len(lines) * ROW + (MARGIN if lines else 0)
    root = _root(width, height, picture)
    _add(root, "text", picture.title, x=MARGIN, y=MARGIN + TITLE, size=TITLE, weight="bold")
    body.attrib.pop("id", None)
    for title in body.findall(f"{{{SVG}}}title"):
        body.remove(title)
    _tidy(body)
    place = ET.SubElement(root, f"{{{SVG}}}g", {"transform": f"translate({(width - inner) / 2:.2f} {top:.2f})"})
    place.append(body)
    for number, (key, text, _) in enumerate(lines):
        _entry(root, key, text, below + (number + 0.5) * ROW)
    ET.register_namespace("", SVG)
    ET.indent(root, " ")
    return ET.tostring(root, encoding="unicode") + "\n"


def _root(width: float, height: float, picture: Picture) -> ET.Element:
    root = ET.Element(
        f"{{{SVG}}}svg",
        {
            "viewBox": f"0 0 {width:.2f} {height:.2f}", "width": f"{width * POINT:.0f}",
            "height": f"{height * POINT:.0f}", "style": "max-width:100%;height:auto",
            "role": "img", "aria-labelledby": "title desc",
        },
    )  # fmt: skip
    ET.SubElement(root, f"{{{SVG}}}title", {"id": "title"}).text = picture.title
    ET.SubElement(root, f"{{{SVG}}}desc", {"id": "desc"}).text = picture.description
    ET.SubElement(root, f"{{{SVG}}}style").text = _style()
    paper = {"x": "0.5", "y": "0.5", "width": f"{width - 1:.2f}", "height": f"{height - 1:.2f}", "rx": "6"}
    ET.SubElement(root, f"{{{SVG}}}rect", {**paper, "fill": PAPER, "stroke": FRAME})
    return root


@cache
def _style() -> str:
    """Colours are attributes, for whoever reads no style; in dark mode each is replaced."""
    rules = [f'[{what}="{light}"]{{{what}:{dark}}}' for light, dark in DARK.items() for what in ("fill", "stroke")]
    return f"text{{font-family:{FONTS}}}\n@media (prefers-color-scheme:dark){{\n" + "\n".join(rules) + "\n}"


def _legend(keys: Iterable[Key], width: float) -> list[tuple[Key, str, float]]:
    """The lines of the legend: what is sampled (nothing, after the first line of an entry), text, and right end."""
    out = []
    for key in keys:
        indent = SAMPLE if key.shape else 0.0
        room = int((width - indent) / (SMALL * WIDTH))
        for number, text in enumerate(wrap(key.text, room)):
            sample = key if number == 0 else key._replace(shape=key.shape and "gap")
            out.append((sample, text, indent + len(text) * SMALL * WIDTH))
    return out


def _entry(root: ET.Element, key: Key, text: str, y: float) -> None:
    look = {"stroke": key.colour, "stroke-width": f"{key.width:g}", "fill": key.fill}
    look |= {"stroke-dasharray": key.dash} if key.dash else {}
    left = MARGIN + SAMPLE - 6
    if key.shape == "line":
        ET.SubElement(root, f"{{{SVG}}}path", {"d": f"M{MARGIN:g},{y:g}H{left - 5:g}", **look})
        head = f"M{left:g},{y:g}l-6,-2.5v5z"
        ET.SubElement(root, f"{{{SVG}}}path", {"d": head, "fill": key.colour})
    elif key.shape == "dot":
        spot = {"cx": f"{MARGIN + 10:g}", "cy": f"{y:g}", "r": "3", "fill": key.colour}
        ET.SubElement(root, f"{{{SVG}}}circle", spot)
    elif key.shape == "box":
        for inset in (0, 2) if key.double else (0,):
            place = {"x": f"{MARGIN + inset:g}", "y": f"{y - 5 + inset:g}", "rx": "2"}
            size = {"width": f"{20 - 2 * inset:g}", "height": f"{10 - 2 * inset:g}"}
            ET.SubElement(root, f"{{{SVG}}}rect", {**place, **size, **look})
    _add(root, "text", text, x=MARGIN + (SAMPLE if key.shape else 0), y=y + 3, size=SMALL)


def _add(root: ET.Element, tag: str, text: str, *, x: float, y: float, size: float, weight: str = "normal") -> None:
    place = {"x": f"{x:g}", "y": f"{y:g}", "font-size": f"{size:g}", "font-weight": weight, "fill": INK}
    ET.SubElement(root, f"{{{SVG}}}{tag}", place).text = text


def _tidy(body: ET.Element) -> None:
    """Fonts are the card's, and tooltips become titles, which every browser shows and reads aloud."""
    for text in body.iter(f"{{{SVG}}}text"):
        text.attrib.pop("font-family", None)
        text.attrib.setdefault("fill", INK)
    for group in list(body.iter(f"{{{SVG}}}g")):
        group.attrib.pop("id", None)
        for anchor in group.findall(f"{{{SVG}}}a"):
            _unwrapped(group, anchor)
    for group in body.iter(f"{{{SVG}}}g"):
        if group.get("class") in ("node", "edge", "cluster"):
            _titled(group)


def _unwrapped(group: ET.Element, anchor: ET.Element) -> None:
    at = list(group).index(anchor)
    group.remove(anchor)
    for child in reversed(anchor):
        group.insert(at, child)
    title = ET.Element(f"{{{SVG}}}title")
    title.text = anchor.get(f"{{{XLINK}}}title")
    group.insert(0, title)


def _titled(group: ET.Element) -> None:
    """A node or edge goes by its first tooltip, not by the name that it has in the source."""
    own = group.find(f"{{{SVG}}}title")
    if own is None:
        return
    for inner in group.findall(f"{{{SVG}}}g"):
        title = inner.find(f"{{{SVG}}}title")
        if title is not None:
            own.text = title.text
            return
