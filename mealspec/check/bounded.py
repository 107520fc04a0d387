"""Bounded delivery: whether every meal is on the screen within so many seconds of its completion, and the bound.

The bound of a design is the greatest of its delays, whatever the situation: see :mod:`mealspec.check.latency`.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import inf
from typing import NamedTuple

from mealspec.check.latency import Outcome
from mealspec.properties.expected import Verdict


def lateness(found: Outcome) -> float:
    """Seconds at most; infinite if a run never shows the meal, and negative if no meal is ever completed so."""
    return -1 if not found.occurs else inf if found.greatest is None else found.greatest


class Bounded(NamedTuple):
    """What bounded delivery says of a design.

    Attributes
    ----------
    within
        The seconds that are asked for.
    slowest
        The situation in which it takes the longest.
    """

    within: float
    slowest: Outcome

    @classmethod
    def of(cls, found: Iterable[Outcome], within: float = inf) -> Bounded:
        """By what was found in every situation."""
        return cls(within, max(found, key=lateness))

    @property
    def verdict(self) -> Verdict:
        """Whether it holds; vacuous if no meal is ever completed while somebody looks."""
        if not self.slowest.occurs:
            return Verdict.VACUOUS
        never = self.slowest.greatest is None
        return Verdict.VIOLATED if never or lateness(self.slowest) > self.within else Verdict.HOLDS

    def to_json(self) -> dict[str, object]:
        """For programs, with the run that takes the longest."""
        told = self.slowest.to_json()
        return {"verdict": str(self.verdict)} | {key: told[key] for key in ("greatest", "situation", "latest")}
