"""Which verdict each design is expected to get; a result that differs fails the suite.

The verdicts are pinned, scope by scope, in ``pinned.toml``. A larger scope only adds runs, so what is violated in a
scope is violated in every scope that contains it; and of the known designs nothing else is expected to go wrong.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from mealspec.model.design import Design
from mealspec.model.scope import Scope


class Verdict(StrEnum):
    """What a check finds."""

    HOLDS = "holds"
    VIOLATED = "violated"
    VACUOUS = "vacuous"
    """Nothing violates it, and its premise never occurs in this scope."""
    UNCHECKED = "unchecked"
    """The search was stopped before it could tell."""


@dataclass(frozen=True)
class Pin:
    """What the complete check of a design in a scope finds; ``entry`` is what the file says, sizes included."""

    design: str
    scope: Scope
    entry: Mapping[str, Any]

    def verdict(self, property_id: str) -> Verdict:
        """Of one property."""
        return next((v for v in (Verdict.VIOLATED, Verdict.VACUOUS) if property_id in self.entry[v]), Verdict.HOLDS)


@cache
def pins() -> tuple[Pin, ...]:
    """All that is pinned."""
    file = Path(__file__).with_name("pinned.toml")
    return tuple(
        Pin(entry["design"], _scope(entry), entry)
        for entry in tomllib.loads(file.read_text(encoding="utf-8"))["pinned"]
    )


def _scope(entry: Mapping[str, Any]) -> Scope:
    faults = None if entry["faults"] == "any" else entry["faults"]
    scope = Scope(connections=entry["connections"], faults=faults)
    return scope.with_(entry["with"]).without(entry.get("without", ()))


def expected(design: Design, scope: Scope, property_id: str) -> Verdict | None:
    """The expected verdict, or None where nothing is pinned: for designs of one's own, and for scopes
    that leave out some of the default or bound the number of faults and are not pinned by themselves."""
    own = [pin for pin in pins() if pin.design == design.name]
    exact = next((pin for pin in own if pin.scope == scope), None)
    if exact is not None:
        return exact.verdict(property_id)
    if not own or not within(Scope(), scope):
        return None
    found = {pin.verdict(property_id) for pin in own if within(pin.scope, scope)}
    return next(v for v in (Verdict.VIOLATED, Verdict.HOLDS, Verdict.VACUOUS) if v in found)


def within(small: Scope, large: Scope) -> bool:
    """Whether every run of the small scope is one of the large."""
    fewer = large.faults is None or (small.faults is not None and small.faults <= large.faults)
    sizes = small.meals <= large.meals and small.connections <= large.connections
    return fewer and sizes and small.includes <= large.includes
