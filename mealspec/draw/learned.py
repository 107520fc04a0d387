"""A machine that was learned, as a graph: what it shows otherwise than the specification allows is drawn dashed."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from mealspec.draw.dot import canvas, raw_svg, tooltip
from mealspec.draw.picture import RED

Rows = Mapping[str, Mapping[str, tuple[str, str]]]
"""Of each state, by letter, the state that follows and what comes of it; empty where the letter means nothing."""


def learned_svg(rows: Rows, differs: Collection[tuple[str, str]]) -> str:
    """The picture; ``differs`` are the states and letters at which it does."""
    graph = canvas("learned")
    arrows: dict[tuple[str, str, bool], list[str]] = {}
    for state, letters in rows.items():
        graph.node(state)
        for letter, (then, output) in letters.items():
            if output:
                arrows.setdefault((state, then, (state, letter) in differs), []).append(letter)
    for (state, then, wrong), names in arrows.items():
        style = {"color": RED, "fontcolor": RED, "style": "dashed"} if wrong else {}
        graph.edge(state, then, label=tooltip(names), **style)
    return raw_svg(graph.source, "dot")
