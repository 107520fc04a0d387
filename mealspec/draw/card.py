"""Pictures as SVG that stands alone: a card with a title, labels, tooltips, a legend, and colours for dark mode.

What a picture was made of stands in its ``<metadata>`` as a hash, by which a test can tell that it is up to date
without laying it out again.
"""

from __future__ import annotations

import hashlib
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Sequence
from functools import cache

from mealspec.draw.dot import EDGE, LEADING, MARGIN, NODE, ROOM, CannotDraw, height, laid_out, raw_svg
from mealspec.draw.picture import DARK, FRAME, INK, MUTED, PAPER, Arrow, Box, Key, Picture, Words
from mealspec.draw.text import measure, wrapped

SVG = "http://www.w3.org/2000/svg"
FONTS = "Verdana, 'DejaVu Sans', sans-serif"
POINT = 4 / 3
"""Pixels of a point."""

EDGES, ROW, SAMPLE, LEAST = 10.0, 14.0, 26.0, 620.0
TITLE, SMALL = 13.0, 9.0
"""In points: what stays free at the edges, a line of the legend, its sample, the least width; heights of letters."""


def made_of(picture: Picture) -> str:
    """What tells whether a drawing is one of this picture: a hash of all that went into it."""
    parts = (laid_out(picture), picture.title, picture.description, picture.legend, picture.engine)
    return hashlib.sha256(repr((parts, picture.boxes, picture.arrows)).encode()).hexdigest()


def svg(picture: Picture) -> str:
    """The picture as SVG; ``CannotDraw`` if there is no Graphviz, or it refuses the source."""
    drawn = ET.fromstring(raw_svg(laid_out(picture), picture.engine).encode())
    body = drawn.find(f"{{{SVG}}}g")
    if body is None:
        raise CannotDraw(f"Graphviz drew nothing for '{picture.path}'")
    _, _, inner, tall = map(float, drawn.attrib["viewBox"].split())
    legend = _legend(picture.legend, max(inner, LEAST))
    width = max(inner, measure(picture.title, TITLE, bold=True), *(right for *_, right in legend), 0) + 2 * EDGES
    top = 2 * EDGES + TITLE
    below = top + tall + EDGES
    root = _root(width, below + len(legend) * ROW + (EDGES if legend else 0), picture)
    _add(root, picture.title, x=EDGES, y=EDGES + TITLE, size=TITLE, weight="bold")
    _label(body, picture)
    place = _sub(root, "g", transform=f"translate({(width - inner) / 2:.2f} {top:.2f})")
    place.append(body)
    for number, (key, text, _) in enumerate(legend):
        _entry(root, key, text, below + (number + 0.5) * ROW)
    ET.register_namespace("", SVG)
    ET.indent(root, " ")
    return ET.tostring(root, encoding="unicode") + "\n"


def _sub(parent: ET.Element, tag: str, text: str = "", **attributes: str) -> ET.Element:
    child = ET.SubElement(
        parent, f"{{{SVG}}}{tag}", {key.replace("_", "-"): value for key, value in attributes.items()}
    )
    child.text = text or None
    return child


def _root(width: float, height: float, picture: Picture) -> ET.Element:
    root = ET.Element(f"{{{SVG}}}svg", {
        "viewBox": f"0 0 {width:.2f} {height:.2f}", "width": f"{width * POINT:.0f}", "height": f"{height * POINT:.0f}",
        "style": "max-width:100%;height:auto", "role": "img", "aria-labelledby": "title desc",
    })  # fmt: skip
    _sub(root, "title", picture.title, id="title")
    _sub(root, "desc", picture.description, id="desc")
    _sub(root, "metadata", made_of(picture))
    _sub(root, "style", _style())
    size = {"width": f"{width - 1:.2f}", "height": f"{height - 1:.2f}"}
    _sub(root, "rect", x="0.5", y="0.5", **size, rx="6", fill=PAPER, stroke=FRAME)
    return root


@cache
def _style() -> str:
    """Colours are attributes, for whoever reads no style; in dark mode each is replaced."""
    rules = [f'[{what}="{light}"]{{{what}:{dark}}}' for light, dark in DARK.items() for what in ("fill", "stroke")]
    return f"text{{font-family:{FONTS}}}\n@media (prefers-color-scheme:dark){{\n" + "\n".join(rules) + "\n}"


def _add(root: ET.Element, text: str, *, x: float, y: float, size: float, weight: str = "normal", anchor: str = "start",
         colour: str = INK) -> None:  # fmt: skip
    look = {"font_size": f"{size:g}", "fill": colour, **({"font_weight": weight} if weight != "normal" else {})}
    _sub(
        root, "text", text, x=f"{x:.2f}", y=f"{y:.2f}", **look, **({"text_anchor": anchor} if anchor != "start" else {})
    )


# ---------------------------------------------------------------------- labels


def _label(body: ET.Element, picture: Picture) -> None:
    """Put every label where its room is, those of arrows above all else, and every tooltip as a title."""
    items: dict[str, Box | Arrow] = {f"box{k}": box for k, box in enumerate(picture.boxes)}
    items |= {f"arrow{k}": arrow for k, arrow in enumerate(picture.arrows)}
    body.attrib.pop("id", None)
    _untitled(body)
    above = []
    for group in list(body):
        name = group.attrib.pop("id", "")
        _untitled(group)
        item = items.get(name)
        room = _taken(group)
        words = item.words if item else (Words(name.partition(" ")[2], MUTED),)
        if room is None:
            _titled(group, item)
        elif isinstance(item, Arrow):
            label = ET.Element(f"{{{SVG}}}g")
            left, top, right, bottom = room[0] + MARGIN - 1, room[1], room[2] - MARGIN + 1, room[3]
            size = {"width": f"{right - left:.2f}", "height": f"{bottom - top:.2f}"}
            _sub(label, "rect", x=f"{left:.2f}", y=f"{top:.2f}", **size, fill=PAPER)
            _lines(label, words, room, EDGE, left=True)
            above.append(label)
            _titled(group, item)
            _titled(label, item)
        else:
            _lines(group, words, room, NODE if item else EDGE, left=not item)
            _titled(group, item)
    body.extend(above)


def _untitled(group: ET.Element) -> None:
    for title in group.findall(f"{{{SVG}}}title"):
        group.remove(title)


def _titled(group: ET.Element, item: Box | Arrow | None) -> None:
    if item and item.tip:
        title = ET.Element(f"{{{SVG}}}title")
        title.text = item.tip
        group.insert(0, title)


def _taken(group: ET.Element) -> tuple[float, float, float, float] | None:
    """The room for a label, which is drawn no more: left, top, right and bottom."""
    for shape in group.findall(f"{{{SVG}}}polygon"):
        if shape.get("fill") == ROOM:
            group.remove(shape)
            points = [tuple(map(float, point.split(","))) for point in shape.attrib["points"].split()]
            across, down = zip(*points, strict=True)
            return min(across), min(down), max(across), max(down)
    return None


def _lines(parent: ET.Element, label: Sequence[Words], room: tuple[float, float, float, float], size: float, *,
           left: bool) -> None:  # fmt: skip
    start, y, end, bottom = room
    y += ((bottom - y) - sum(height(words, size) * LEADING for words in label)) / 2
    x, anchor = (start + (MARGIN if size == EDGE else 0), "start") if left else ((start + end) / 2, "middle")
    for words in label:
        tall = height(words, size)
        y += tall * LEADING
        weight = "bold" if words.bold else "normal"
        _add(parent, words.text, x=x, y=y - 0.25 * tall, size=tall, weight=weight, anchor=anchor,
             colour=words.colour or INK)  # fmt: skip


# ---------------------------------------------------------------------- the legend


def _legend(keys: Iterable[Key], width: float) -> list[tuple[Key, str, float]]:
    """The lines of the legend: what is sampled (nothing, after the first line of an entry), text, and right end."""
    out = []
    for key in keys:
        indent = SAMPLE if key.shape else 0.0
        for number, text in enumerate(wrapped(key.text, width - indent, SMALL)):
            sample = key if number == 0 else key._replace(shape=key.shape and "gap")
            out.append((sample, text, indent + measure(text, SMALL)))
    return out


def _entry(root: ET.Element, key: Key, text: str, y: float) -> None:
    look = {"stroke": key.colour, "stroke_width": f"{key.width:g}", "fill": key.fill}
    look |= {"stroke_dasharray": key.dash} if key.dash else {}
    left = EDGES + SAMPLE - 6
    if key.shape == "line":
        _sub(root, "path", d=f"M{EDGES:g},{y:g}H{left - 5:g}", **look)
        _sub(root, "path", d=f"M{left:g},{y:g}l-6,-2.5v5z", fill=key.colour)
    elif key.shape == "dot":
        _sub(root, "circle", cx=f"{EDGES + 10:g}", cy=f"{y:g}", r="3", fill=key.colour)
    elif key.shape == "box":
        for inset in (0, 2) if key.double else (0,):
            place = {"x": f"{EDGES + inset:g}", "y": f"{y - 5 + inset:g}", "rx": "2"}
            _sub(root, "rect", **place, width=f"{20 - 2 * inset:g}", height=f"{10 - 2 * inset:g}", **look)
    _add(root, text, x=EDGES + (SAMPLE if key.shape else 0), y=y + 3, size=SMALL)
