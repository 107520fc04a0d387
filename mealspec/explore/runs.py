"""Which runs the explorer offers: every chart of ``diagrams/``, and every vector for a client or a server."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from mealspec.core.timed import TICK
from mealspec.draw.charts import drawn
from mealspec.model.design import Design, design
from mealspec.model.scope import Scope


@dataclass(frozen=True)
class Run:
    """A run of a design in a scope.

    Attributes
    ----------
    group, id, title
        How it is listed.
    design, scope
        Whose run it is.
    events, loop
        What happens; the index of the event from which it repeats for ever, or None.
    notes, marked
        What decided it, a sentence each, and the steps, counted from 1, of which they speak.
    """

    group: str
    id: str
    title: str
    design: Design
    scope: Scope
    events: tuple[str, ...]
    loop: int | None = None
    notes: tuple[str, ...] = ()
    marked: frozenset[int] = frozenset()


def runs() -> Iterator[Run]:
    """All of them, group by group."""
    for group, chart, plan, scope in drawn():
        run, why = chart.trace, (chart.notes, chart.marked)
        yield Run(group, chart.slug, chart.title, plan, scope, run.events, run.loop, *why)
    yield from vectors()


def vectors() -> Iterator[Run]:
    """The vectors that are committed, by side and group, without their ticks: so they are runs of untimed systems."""
    for role in ("client", "server"):
        folder = files("mealspec.vectors").joinpath(role)
        for file in sorted(folder.iterdir(), key=lambda file: file.name):
            for vector in json.loads(file.read_text(encoding="utf-8"))["vectors"]:
                yield _vector(f"Vectors for a {role}", vector)


def _vector(group: str, vector: dict[str, Any]) -> Run:
    model = vector["model"]
    faults = None if model["faults"] == "any" else int(model["faults"])
    scope = Scope(model["meals"], model["connections"], faults, frozenset(model["includes"]))
    events = tuple(event for event in model["events"] if event.partition(".")[0] != TICK)
    notes = tuple(note["effect"] for note in vector["notes"])
    return Run(group, vector["id"], vector["description"], design(model["design"]), scope, events, notes=notes)
