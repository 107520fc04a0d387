"""The check of one design by sets: the same verdicts as the explorer's, where states are too many to list.

Runs that end are shortest ones, as the explorer's are. How deep the search would have gone is not known here:
sets grow event by event, and not level by level.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection

from mealspec.check.region import asked, witnessed
from mealspec.check.verify import Finding, Report, memory
from mealspec.core import Effort, Symbolic, Trace
from mealspec.core.symbolic.decide import ends
from mealspec.core.symbolic.rings import Rings, lasso
from mealspec.model.design import Design
from mealspec.model.featured import family
from mealspec.model.product import system
from mealspec.model.scope import Scope
from mealspec.properties.catalogue import PROPERTIES, Property
from mealspec.properties.expected import Verdict, expected

__all__ = ["counterexample_by_sets", "verify_by_sets"]


def verify_by_sets(
    design: Design,
    scope: Scope,
    *,
    only: Collection[str] = tuple(PROPERTIES),
    report: Callable[[Effort], None] | None = None,
) -> Report:
    """Reach every state of the design in the scope, and decide the properties named in ``only``.

    Raises ``TooLarge`` if the diagrams need more room than they get.
    """
    began = time.monotonic()
    space = Symbolic(family(scope, (), design.mechanisms), report=report)
    states = space.count(space.reachable)
    transitions = sum(space.count(space.reachable & step.guard) for step in space.steps)
    rings = Rings(space, space.initial)
    findings = tuple(_finding(space, rings, design, scope, p) for p in PROPERTIES.values() if p.id in only)
    seconds = time.monotonic() - began
    return Report(design.name, scope, states, transitions, None, True, seconds, findings, memory())


def counterexample_by_sets(
    design: Design, scope: Scope, property_id: str, *, report: Callable[[Effort], None] | None = None
) -> Trace | None:
    """What :func:`verify_by_sets` finds against one property, as a run of the product."""
    (finding,) = verify_by_sets(design, scope, only=[property_id], report=report).findings
    if finding.verdict is not Verdict.VIOLATED:
        return None
    return Trace.of(system(design, scope), finding.trace, finding.loop)


def _finding(space: Symbolic, rings: Rings, design: Design, scope: Scope, prop: Property) -> Finding:
    pinned = expected(design, scope, prop.id)
    questions = asked(space, scope, prop, design.mechanisms)
    goals = {str(k): goal for k, q in enumerate(questions) if (goal := ends(space, q)) != space.false}
    first = rings.first(goals) if goals else None
    if first is not None:
        ring, which = first
        return Finding(prop.id, Verdict.VIOLATED, pinned, tuple(rings.run(ring, goals[which])[0]))
    for question in questions:
        run = lasso(space, question, rings)
        if run is not None:
            events, loop = run
            return Finding(prop.id, Verdict.VIOLATED, pinned, tuple(events), loop)
    premise = space.reachable & witnessed(space, scope, prop, design.mechanisms)
    return Finding(prop.id, Verdict.VACUOUS if premise == space.false else Verdict.HOLDS, pinned)
