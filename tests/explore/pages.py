"""What the explorer computes and what the checker computes, in one form that can be compared."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from mealspec.core import Refusal, System
from mealspec.model.design import Design
from mealspec.model.mechanism import NEEDS
from mealspec.model.mechanism import Mechanism as M
from mealspec.model.product import system
from mealspec.model.scope import Scope
from tests.explore.browser import Browser

Json = dict[str, Any]

PAGE_FILE = Path(__file__).parents[2] / "diagrams" / "explorer.html"
"""The page that is committed; ``tests/draw/test_committed.py`` holds it against the model."""

ASKED = Path(__file__).with_name("asked.js").read_text(encoding="utf-8")
"""What both a page and Node are asked, in their own language."""


def rows(product: System) -> list[str]:
    """The rows of all machines, sorted as JavaScript sorts: by UTF-16."""
    lines = [f"{m.name} {row.event} {row.source} {row.dest}" for m in product.machines for row in m.rows]
    return sorted(lines, key=lambda line: line.encode("utf-16-be"))


def digest(lines: Sequence[str]) -> str:
    """One number for all of them."""
    return sha256("\n".join(lines).encode()).hexdigest()


def some_design(world: Json, rng: random.Random) -> Design:
    """Any design of the world that can be built, all as likely as their number of mechanisms."""
    share = rng.random()
    chosen = {M(name) for name in world["free"] if rng.random() < share} | {M(name) for name in world["fixed"]}
    while lacking := {m for m in chosen if NEEDS.get(m, m) not in chosen}:
        chosen -= lacking
    return Design("some", frozenset(chosen))


def scope_of(world: Json) -> Scope:
    """Its scope."""
    said = world["scope"]
    faults = None if said["faults"] == "any" else said["faults"]
    return Scope(said["meals"], said["connections"], faults, frozenset(said["includes"]))


def some_walk(product: System, rng: random.Random, steps: int) -> tuple[list[str], list[list[str]], list[Json]]:
    """A random run, three events that are refused after each step, and what the checker says of all states."""
    state, events, asked, said = product.initial, list[str](), list[list[str]](), list[Json]()
    for _ in range(steps + 1):
        can = [event.name for event in product.enabled(state)]
        cannot = [event.name for event in product.events if event.name not in set(can)]
        some = rng.sample(cannot, min(3, len(cannot)))
        refusals = [product.step(state, name) for name in some]
        by = [sorted([m, str(s)] for m, s in each.by) for each in refusals if isinstance(each, Refusal)]
        labels = {name: str(label) for name, label in product.states(state).items()}
        asked.append(some)
        said.append({"labels": labels, "enabled": can, "refused": by})
        if not can or len(events) == steps:
            break
        events.append(rng.choice(can))
        after = product.step(state, events[-1])
        assert not isinstance(after, Refusal)
        state = after
    return events, asked, said


def in_order(said: list[Json]) -> list[Json]:
    """With those who refuse an event in order, which is no matter here."""
    return [{**each, "refused": [sorted(by) for by in each["refused"]]} for each in said]


def made(world: Json, plan: Design) -> System:
    """The checker's system of a design in a world."""
    return system(plan, scope_of(world))


def opened(page: Browser, address: str = "") -> None:
    """The page, with what it is asked by the tests."""
    page.open(PAGE_FILE, address)
    page.run(f"{ASKED}; 0")


def embedded() -> Json:
    """What the committed page holds."""
    text = PAGE_FILE.read_text(encoding="utf-8")
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', text, re.S)
    assert found is not None
    data: Json = json.loads(found[1])
    return data


def of(name: str, plan: Design) -> str:
    """The page's system of a design in a world, in its language."""
    return f"madeOf(data.worlds[{json.dumps(name)}], data.texts, {json.dumps(sorted(plan.mechanisms))})"
