"""A run as text: one lane for each owner, one line or more for each step."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping

from mealspec.core.trace import Trace


def chart(trace: Trace, lanes: Mapping[str, int], *, marked: frozenset[int] = frozenset()) -> list[str]:
    """The run as lines of text.

    Parameters
    ----------
    trace
        The run.
    lanes
        Owners from left to right, with the width of each lane in characters.
    marked
        Steps, counted from 1, to mark with an exclamation mark.
    """
    lines = ["step  " + "".join(f"{name:<{width}}" for name, width in lanes.items()).rstrip()]
    lines.append("----  " + "".join(f"{'-' * (width - 2):<{width}}" for width in lanes.values()).rstrip())
    for index, name in enumerate(trace.events):
        if index == trace.loop:
            lines.append("      " + " and from here on, for ever: ".center(sum(lanes.values()) - 2, "~"))
        event = trace.system.event(name)
        indent = sum(width for owner, width in list(lanes.items())[: list(lanes).index(event.owner)])
        mark = "!" if index + 1 in marked else " "
        for k, text in enumerate(textwrap.wrap(event.label or name, lanes[event.owner] - 1)):
            number = f"{index + 1:>4}{mark} " if k == 0 else " " * 6
            lines.append(number + " " * indent + text)
    return lines
