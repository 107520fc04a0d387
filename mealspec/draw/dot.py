"""DOT sources, and their layout by Graphviz: the system's where there is one, else the library in pygraphviz's wheel.

Graphviz is told how large every label is and never sees its text, so a layout does not depend on the fonts that a
machine happens to have; :mod:`mealspec.draw.card` puts the text where the room for it came to stand.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from importlib.metadata import PackageNotFoundError, version
from math import ceil

import graphviz  # type: ignore[import-untyped]

from mealspec.core import CheckerError, unknown
from mealspec.draw.picture import FILL, FRAME, INK, LINE, Arrow, Box, Picture, Words
from mealspec.draw.text import measure

ENGINES = ("dot", "sfdp")
"""Layouts: by layers, for what a person reads; by forces, for what only its shape tells."""

FONT = "DejaVu Sans"

ROOM = "#010203"
"""The colour of the room that is kept for a label."""

NODE, EDGE, SMALL, LEADING = 10.0, 9.0, 9.0, 1.2
"""Heights of letters, in points, and that of a line by that of its letters."""

MARGIN = 4.0
"""What an arrow's label keeps free at its left and its right."""


class CannotDraw(CheckerError):
    """There is no Graphviz, or it refuses a source."""


# ---------------------------------------------------------------------- sources


def canvas(name: str, **more: str) -> graphviz.Digraph:
    """An empty graph in the style of all pictures; ``more`` are attributes of the graph."""
    font = {"fontname": FONT, "fontsize": f"{NODE:g}"}
    graph = {"bgcolor": "transparent", "pad": "0.05", "nodesep": "0.15", "ranksep": "0.4", "fontcolor": INK}
    return graphviz.Digraph(
        name,
        graph_attr={**font, **graph, **more},
        node_attr={
            **font, "shape": "box", "style": "rounded,filled", "fillcolor": FILL, "color": LINE,
            "fontcolor": INK, "margin": "0.13,0.05", "height": "0.3", "width": "0.3",
        },
        edge_attr={**font, "fontsize": f"{EDGE:g}", "color": LINE, "fontcolor": INK, "arrowsize": "0.7"},
    )  # fmt: skip


def tooltip(lines: Iterable[str]) -> str:
    """Lines as the value of a label or a tooltip."""
    return "\\n".join(graphviz.escape(line) for line in lines)


def source(picture: Picture) -> str:
    """The picture in DOT, as people and other tools read it: labels are text, and tooltips stand in it."""
    return _written(picture, sized=False)


def laid_out(picture: Picture) -> str:
    """The picture in DOT for a layout: room instead of text, and ids by which the card finds each item."""
    return _written(picture, sized=True)


def _written(picture: Picture, *, sized: bool) -> str:
    graph = canvas("picture", **picture.look)
    names = {box.name: f"n{number}" for number, box in enumerate(picture.boxes)}
    for group in dict.fromkeys(box.group for box in picture.boxes):
        part = graphviz.Digraph(f"cluster_{group}", graph_attr=_frame(group, sized)) if group else graph
        for number, box in enumerate(picture.boxes):
            if box.group == group:
                part.node(names[box.name], **_told(box, number, sized))
        if group:
            graph.subgraph(part)
    for number, arrow in enumerate(picture.arrows):
        graph.edge(names[arrow.source], names[arrow.dest], **_told(arrow, number, sized))
    return str(graph.source)


def _frame(group: str, sized: bool) -> dict[str, str]:
    label = _room([Words(group)], EDGE) if sized else group
    return {"id": f"frame {group}", "label": label, "style": "rounded", "color": FRAME, "labeljust": "l"}


def _told(item: Box | Arrow, number: int, sized: bool) -> Mapping[str, str]:
    """What Graphviz is told of an item."""
    kind, size = ("box", NODE) if isinstance(item, Box) else ("arrow", EDGE)
    if sized:
        return {"id": f"{kind}{number}", "label": _room(item.words, size), **item.look}
    return {"label": _text(item.words, size), "tooltip": tooltip(item.tip.splitlines()), **item.look}


def _text(label: Sequence[Words], size: float) -> str:
    """The lines of a label, one below the other."""
    end = '<BR ALIGN="LEFT"/>' if size == EDGE else "<BR/>"
    return f"<{''.join(_line(line) + end for line in label)}>" if label else ""


def _line(line: Words) -> str:
    text = escape(line.text, quote=False)
    text = f"<B>{text}</B>" if line.bold else text
    font = (f' COLOR="{line.colour}"' if line.colour else "") + (f' POINT-SIZE="{SMALL:g}"' if line.small else "")
    return f"<FONT{font}>{text}</FONT>" if font else text


def height(words: Words, size: float) -> float:
    """Of its letters, where those around it have that size."""
    return min(SMALL, size) if words.small else size


def _room(label: Sequence[Words], size: float) -> str:
    """As much as a label takes, where letters have that size if nothing else is said; an arrow's has margins."""
    if not label:
        return ""
    wide = max(measure(words.text, height(words, size), bold=words.bold) for words in label)
    tall = sum(height(words, size) * LEADING for words in label)
    extent = f'WIDTH="{ceil(wide + (2 * MARGIN if size == EDGE else 0))}" HEIGHT="{ceil(tall)}"'
    cell = f'<TD FIXEDSIZE="TRUE" {extent} BGCOLOR="{ROOM}"></TD>'
    return f'<<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="0"><TR>{cell}</TR></TABLE>>'


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


def raw_svg(text: str, engine: str) -> str:
    """The DOT source laid out, as Graphviz writes it; ``CannotDraw`` if it cannot."""
    if engine not in ENGINES:
        raise unknown("layout engine", engine, ENGINES)
    renderer()
    return _by_system(text, engine) if shutil.which("dot") else _by_library(text, engine)


def _by_system(text: str, engine: str) -> str:
    try:
        drawn: bytes = graphviz.pipe(engine, "svg", text.encode(), quiet=True)
    except (graphviz.ExecutableNotFound, graphviz.CalledProcessError) as error:
        raise CannotDraw(f"Graphviz's '{engine}' failed: {error}") from error
    return drawn.decode()


def _by_library(text: str, engine: str) -> str:
    import pygraphviz  # type: ignore[import-untyped]  # not needed where the system has a Graphviz

    with tempfile.TemporaryFile() as said, _saying(said.fileno()):
        try:
            drawn: bytes = pygraphviz.AGraph(string=text).draw(format="svg", prog=engine)
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
