"""Claims: what must be avoided, with a name by which any judge can be asked about it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from mealspec.core.explicit.decide import lasso, quiescent, reach
from mealspec.core.explicit.graph import Graph
from mealspec.core.predicate import Predicate
from mealspec.core.trace import Trace

__all__ = ["DECISIONS", "Claim", "Form"]


class Form(StrEnum):
    """How something wrong is avoided."""

    NEVER = "never"
    """Safety: it holds in no reachable state."""
    QUIESCENT = "never when quiescent"
    """Safety at quiescence: it holds in no state that no system event can change."""
    FOREVER = "not for ever"
    """Liveness: under weak fairness, and once faults have ended, it does not hold for ever."""


DECISIONS: dict[Form, Callable[[Graph, Predicate], Trace | None]] = {
    Form.NEVER: reach,
    Form.QUIESCENT: quiescent,
    Form.FOREVER: lasso,
}
"""For each form a shortest run that goes wrong, or None."""


@dataclass(frozen=True)
class Claim:
    """One thing that must be avoided.

    Attributes
    ----------
    name
        Unique among the claims that are judged together.
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

    def violation(self, graph: Graph) -> Trace | None:
        """A run of the graph that breaks the claim, the shortest one of its form, or None."""
        if self.live:
            return lasso(graph, self.wrong, self.excuse)
        return DECISIONS[self.form](graph, self.bad)
