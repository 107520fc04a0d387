"""What came of holding an implementation against vectors and the specification."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from mealspec.conform.role import Json


class Outcome(StrEnum):
    """How one run ended."""

    PASSED = "passed"
    DIVERGED = "diverged"
    CRASHED = "crash"
    SILENT = "silence"
    GARBAGE = "garbage"
    REFUSED = "refusal"
    SKIPPED = "skipped"
    HARNESS = "harness"


@dataclass(frozen=True)
class Divergence:
    """A step after which the implementation showed something else than the specification allows.

    Attributes
    ----------
    step
        Which one, counted from 0.
    told
        What was done.
    expected, observed
        What was to be seen, and what was.
    shown, shows
        What was to be shown, and what was, where they differ.
    """

    step: int
    told: Json
    expected: Sequence[Json]
    observed: Sequence[Json]
    shown: Json = field(default_factory=dict)
    shows: Json = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """For machines."""
        return {
            "step": self.step, "told": dict(self.told),
            "expected": list(self.expected), "observed": list(self.observed),
            "shown": dict(self.shown), "shows": dict(self.shows),
        }  # fmt: skip


@dataclass(frozen=True)
class Verdict:
    """Of one vector, or of one run that was found.

    Attributes
    ----------
    id
        The vector's.
    outcome
        How it ended.
    why
        In words: what the driver did, or which capability it lacks.
    divergence
        Where it differs.
    fired
        By fault the command at which it happened, and the one at which that was seen, counted from 1.
    known
        Whether it is listed as a known failure.
    """

    id: str
    outcome: Outcome
    why: str = ""
    divergence: Divergence | None = None
    fired: tuple[tuple[str, int, int], ...] = ()
    known: bool = False

    @property
    def fine(self) -> bool:
        """Whether it is as wanted: passed, skipped, or known to fail and failed."""
        if self.outcome is Outcome.SKIPPED:
            return True
        return (self.outcome is Outcome.PASSED) != self.known

    def to_json(self) -> dict[str, Any]:
        """For machines."""
        return {
            "id": self.id, "outcome": str(self.outcome), "why": self.why, "known": self.known,
            "divergence": None if self.divergence is None else self.divergence.to_json(),
            "fired": [{"fault": fault, "at": at, "seen": seen} for fault, at, seen in self.fired],
        }  # fmt: skip
