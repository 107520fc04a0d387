"""Which verdict each design is expected to get; a result that differs fails the suite.

A larger scope only adds runs, so what is violated in the default scope is violated in every scope that
contains it, and each further fault or aspect adds violations of its own.
"""

from __future__ import annotations

from enum import StrEnum

from mealspec.model.design import Design
from mealspec.model.scope import DEFAULT_ASPECTS, Scope

__all__ = ["Verdict", "expected"]


class Verdict(StrEnum):
    """What a check finds."""

    HOLDS = "holds"
    VIOLATED = "violated"
    VACUOUS = "vacuous"
    """Nothing violates it, and its premise never occurs in this scope."""
    UNCHECKED = "unchecked"
    """The search was stopped before it could tell."""


_FLAWS = {
    "delivery",
    "no-regress",
    "agreement",
    "no-early-belief",
    "socket-returns",
    "no-zombie",
    "polling-persists",
    "no-orphan",
    "no-deadlock",
}
_VIOLATED: dict[str, dict[str, set[str]]] = {
    "before": {"": _FLAWS, "upload": {"no-lost-submission"}, "job": {"failure-reaches-screen"}},
    "published": {
        "": _FLAWS | {"single-poll-task"},
        "upload": {"no-lost-submission"},
        "job": {"failure-reaches-screen"},
    },
    "published_plus": {
        "": _FLAWS | {"single-poll-task"},
        "upload": {"no-lost-submission"},
        "job": {"failure-reaches-screen"},
    },
    "hardened": {"": set()},
}
_NEEDS = {"failure-reaches-screen": "job"}
"""Properties that say nothing without a kind of fault."""


def expected(design: Design, scope: Scope, property_id: str) -> Verdict | None:
    """The expected verdict, or None where nothing is pinned: for designs of one's own, and for scopes
    that leave out some of the default or bound the number of faults."""
    pinned = scope.faults is None and scope.connections >= 2 and set(DEFAULT_ASPECTS) <= scope.includes
    if design.name not in _VIOLATED or not pinned:
        return None
    reasons = _VIOLATED[design.name]
    if any(property_id in reasons.get(item, set()) for item in ("", *scope.includes)):
        return Verdict.VIOLATED
    needed = _NEEDS.get(property_id)
    return Verdict.VACUOUS if needed and needed not in scope else Verdict.HOLDS
