"""A picture of two clocks: every corner is there, in both themes, and stands in words."""

from __future__ import annotations

import re
from typing import Any
from xml.etree import ElementTree

from mealspec.draw.frontier import described, picture

LATE: dict[str, Any] = {"situation": "the socket works", "greatest": 11.0, "latest": None}
NEVER: dict[str, Any] = {"situation": "no <socket>", "greatest": None, "latest": None}
PAIR: dict[str, Any] = {
    "clocks": ["poll", "request"],
    "edge": [[1, 4], [2, 8], [3, 7]],
    "corners": [{"seconds": [2, 8], "beyond": [LATE, NEVER]}, {"seconds": [3, 7], "beyond": [None, None]}],
}
NOTHING: dict[str, Any] = {"clocks": ["poll", "push"], "edge": [], "corners": []}
SVG = "{http://www.w3.org/2000/svg}"


def test_each_figure_has_a_bar_and_each_corner_a_mark_with_what_is_too_late_beyond() -> None:
    text = picture([PAIR, NOTHING, PAIR, PAIR], "title", "about", {"poll": 5, "request": 1, "push": 1})
    root = ElementTree.fromstring(text)
    assert "prefers-color-scheme: dark" in text
    bars = [node for node in root.iter(f"{SVG}rect") if node.get("class") == "meets"]
    assert len(bars) == 3 * len(PAIR["edge"])
    tall = [float(bar.get("height", 0)) for bar in bars[:3]]
    assert tall[0] * 2 == tall[1] > tall[2]
    tips = [node.text for node in root.iter(f"{SVG}title")][1:]
    assert tips[:2] == [
        "poll 2 s, request 8 s; beyond: the socket works: 11 s; no <socket>: never",
        "poll 3 s, request 7 s; beyond: nothing",
    ]
    width = float(root.attrib["width"])
    assert all(0 <= float(x) <= width for x in re.findall(r'[^r]x="([\d.]+)"', text))
    assert described(PAIR) in (root.findtext(f"{SVG}desc") or "")


def test_a_pair_in_words() -> None:
    assert described(PAIR) == "poll and request: at most 2 and 8 s or 3 and 7 s."
    assert described(NOTHING) == "poll and push: no figures meet it."
