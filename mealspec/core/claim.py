"""Claims: what must be avoided, with a name by which any engine and any external checker can be asked about it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from mealspec.core.predicate import Predicate


class Form(StrEnum):
    """How something wrong is avoided."""

    NEVER = "never"
    """Safety: it holds in no reachable state."""
    QUIESCENT = "never when quiescent"
    """Safety at quiescence: it holds in no state that no system event can change."""
    FOREVER = "not for ever"
    """Liveness: under weak fairness, and once faults have ended, it does not hold for ever."""


@dataclass(frozen=True)
class Claim:
    """One thing that must be avoided.

    Attributes
    ----------
    name
        Unique among the claims that are asked together.
    says
        What it says, as a sentence.
    form
        In which way it must be avoided.
    wrong
        What must be avoided.
    excuse
        Where it is no fault of the system's, if such states are; a run for ever, only if it stays there.
    """

    name: str
    says: str
    form: Form
    wrong: Predicate
    excuse: Predicate | None = None

    @property
    def live(self) -> bool:
        """Whether it is about runs that go on for ever."""
        return self.form is Form.FOREVER

    @property
    def bad(self) -> Predicate:
        """What is wrong and not excused, of a state in which a run may end."""
        return self.wrong if self.excuse is None else self.wrong & ~self.excuse
