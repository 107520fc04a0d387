"""Which vectors try a line of a checklist: as few as have all its events."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from mealspec.core.timed import is_one_of
from mealspec.model.design import Design
from mealspec.model.wire.message import Side

FOLDER = Path(__file__).parents[1] / "vectors"
"""Those that come with the specification."""


class Proof(NamedTuple):
    """A vector: how many steps it has, how many meals at a time, and the events of its run."""

    id: str
    steps: int
    meals: int
    events: tuple[str, ...]

    def has(self, group: str) -> bool:
        """Whether an event of a group happens in it."""
        return any(is_one_of(event, [group.removesuffix(".c1")]) for event in self.events)


@cache
def proofs(side: Side, design: Design) -> tuple[Proof, ...]:
    """The vectors of a side, if those that are kept are of this design."""
    return tuple(_read(side, design))


def _read(side: Side, design: Design) -> Iterator[Proof]:
    for file in sorted((FOLDER / side).glob("*.json")):
        for each in json.loads(file.read_text(encoding="utf-8"))["vectors"]:
            if each["model"]["design"] == design.name:
                told = each["model"]
                yield Proof(each["id"], len(each["steps"]), told["meals"], tuple(dict.fromkeys(told["events"])))


def proving(some: Collection[Proof], groups: Collection[str], near: str) -> tuple[list[str], list[str]]:
    """As few vectors as have events of all these groups, those near to a name first; and the groups that none has."""
    left, found = dict.fromkeys(groups), list[str]()
    while left:
        most = {each: sum(map(each.has, left)) for each in some}
        best = max(most, key=lambda each: (most[each], each.id.startswith(near), -each.steps, each.id), default=None)
        if best is None or not most[best]:
            break
        found.append(best.id)
        left = dict.fromkeys(group for group in left if not best.has(group))
    return found, list(left)
