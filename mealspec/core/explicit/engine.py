"""The explicit engine: it knows each state of a system by its number."""

from __future__ import annotations

from collections.abc import Sequence

from mealspec.core.claim import Claim
from mealspec.core.engine import Engine
from mealspec.core.explicit.decide import reach, violation
from mealspec.core.explicit.graph import Graph
from mealspec.core.predicate import Predicate
from mealspec.core.trace import Trace


class Explicit(Engine):
    """What a graph tells, which may be incomplete."""

    def __init__(self, graph: Graph) -> None:
        self.graph, self.system = graph, graph.system
        self.states, self.transitions = len(graph), graph.transitions
        self.depth, self.complete = graph.depth, graph.complete
        self.seconds, self.size = graph.seconds, graph.bytes / len(graph)

    def breaks(self, claim: Claim) -> bool:
        return violation(self.graph, claim) is not None

    def violation(self, claims: Sequence[Claim]) -> Trace | None:
        """The shortest of the runs that are found for each claim."""
        found = (violation(self.graph, claim) for claim in claims)
        return min((trace for trace in found if trace is not None), key=len, default=None)

    def occurs(self, what: Predicate) -> bool:
        return reach(self.graph, what) is not None
