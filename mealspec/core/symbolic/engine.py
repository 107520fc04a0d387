"""The symbolic engine: it knows the states of a system as one set.

How deep a search level by level would have gone it does not know: sets grow event by event.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from mealspec.core.claim import Claim
from mealspec.core.configuration import Branch
from mealspec.core.engine import Effort, Engine
from mealspec.core.featured import FeaturedSystem
from mealspec.core.predicate import Predicate
from mealspec.core.symbolic.decide import breakers, ends, questions
from mealspec.core.symbolic.diagrams import Symbolic
from mealspec.core.symbolic.rings import Rings, lasso
from mealspec.core.symbolic.room import NODE
from mealspec.core.system import System
from mealspec.core.trace import Trace


class BySets(Engine):
    """What the diagrams of one system tell.

    Parameters
    ----------
    system
        Which; what is found is told as runs of it.
    family
        The same as a family of one, if somebody knows a good order for its bits.
    report
        Called with an :class:`~mealspec.core.engine.Effort` now and then.

    Raises
    ------
    TooLarge
        If the diagrams need more room than they get; also when something is asked.
    """

    def __init__(
        self, system: System, family: FeaturedSystem | None = None, report: Callable[[Effort], None] | None = None
    ) -> None:
        self.system = system
        self.space = space = Symbolic(family or FeaturedSystem.of(system), report=report)
        began = time.perf_counter()
        self.states = space.count(space.reachable)
        self.seconds = time.perf_counter() - began
        self.size = NODE * space.reachable.node_count() / self.states
        self.transitions = sum(space.count(space.reachable & step.guard) for step in space.steps)
        self.depth, self.complete = None, True
        self._rings = Rings(space, space.initial)

    def breaks(self, claim: Claim) -> bool:
        (question,) = questions(self.space, (Branch({}, [claim]),))
        return breakers(self.space, question) != self.space.false

    def violation(self, claims: Sequence[Claim]) -> Trace | None:
        """A shortest run that ends, whichever claim it breaks; else one that goes on for ever."""
        space, rings = self.space, self._rings
        asked = questions(space, (Branch({}, list(claims)),))
        goals = {str(k): goal for k, q in enumerate(asked) if (goal := ends(space, q)) != space.false}
        first = rings.first(goals) if goals else None
        if first is not None:
            ring, which = first
            return Trace.of(self.system, rings.run(ring, goals[which]).events)
        run = next((run for question in asked if (run := lasso(space, question, rings)) is not None), None)
        return None if run is None else Trace.of(self.system, *run)

    def occurs(self, what: Predicate) -> bool:
        return self.space.reachable & self.space.where(what) != self.space.false
