"""The check of a design: find out all that its product can do, decide every property, compare."""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from typing import Any

from mealspec.core import CheckerError, Effort, Engine, Graph, Progress, Trace, explore, likeliest, weight
from mealspec.core.explicit.engine import Explicit
from mealspec.model.design import Design
from mealspec.model.featured import family
from mealspec.model.product import system
from mealspec.model.scope import Scope
from mealspec.properties.catalogue import PROPERTIES, Property
from mealspec.properties.expected import Verdict, expected
from mealspec.properties.facts import Facts

ENGINES = ("explicit", "symbolic")
"""State by state, or with sets."""

MOST = 10_000_000
"""States among which the likeliest counterexample is looked for; a minute, and a few gigabytes."""

Listen = Callable[[Progress | Effort], None]
"""Is told how far a search has come."""


@dataclass(frozen=True)
class Finding:
    """The verdict on one property.

    ``trace`` holds the events of a counterexample, a shortest one of its form, and ``loop`` the index
    of the event from which they repeat for ever, if they do. ``expected`` is None where nothing is
    pinned.
    """

    id: str
    verdict: Verdict
    expected: Verdict | None
    trace: tuple[str, ...] = ()
    loop: int | None = None

    @property
    def as_expected(self) -> bool:
        """Nothing else was pinned."""
        return self.expected in (None, self.verdict)


@dataclass(frozen=True)
class Likeliest:
    """The likeliest counterexample, or None; the scope in which it was looked for, and whether all of that was seen.

    Where not all was seen there is no run, for a likelier one might be in the rest.
    """

    run: Trace | None
    scope: Scope
    complete: bool


@dataclass(frozen=True)
class Report:
    """All verdicts on one design in one scope, and the size of the search.

    ``depth`` is None where it was not measured; ``memory`` is the most that the process has held, in bytes.
    """

    design: str
    scope: Scope
    engine: str
    states: int
    transitions: int
    depth: int | None
    complete: bool
    seconds: float
    findings: tuple[Finding, ...]
    memory: int = 0

    @property
    def as_expected(self) -> bool:
        """Every verdict is the pinned one."""
        return all(finding.as_expected for finding in self.findings)

    def to_json(self) -> dict[str, Any]:
        """The report for machines; the same design and scope always give the same."""
        return {
            "design": self.design,
            "scope": self.scope.to_json(),
            "states": self.states,
            "transitions": self.transitions,
            "depth": self.depth,
            "complete": self.complete,
            "properties": [
                {
                    "id": f.id,
                    "verdict": f.verdict,
                    "expected": f.expected,
                    "trace": list(f.trace),
                    "loop": f.loop,
                }
                for f in self.findings
            ],
        }


def choose(scope: Scope, asked: str = "auto", *, limit: int | None = None, run: bool = False) -> str:
    """The engine to take, unless one is asked for: what is faster.

    Few states are faster found one by one, and a limit counts them. Where one ``run`` will do, short runs are looked
    at first, so more states count as few.
    """
    if asked == "symbolic" and limit is not None:
        raise CheckerError("--limit counts states one by one; choose --engine explicit with it")
    if asked != "auto":
        return asked
    few = scope.meals * scope.connections <= (2 if run else 1)
    return "explicit" if few or limit is not None else "symbolic"


def verify(
    design: Design,
    scope: Scope,
    *,
    engine: str = "explicit",
    only: Collection[str] = tuple(PROPERTIES),
    limit: int | None = None,
    report: Listen | None = None,
) -> Report:
    """Find out all that the design can do in the scope, and decide the properties named in ``only``.

    Raises ``TooLarge`` if that needs more memory than there is.
    """
    began = time.monotonic()
    facts = Facts(design, scope, system(design, scope))
    known = know(facts, engine, limit, report)
    findings = tuple(_finding(known, facts, p) for p in PROPERTIES.values() if p.id in only)
    size = known.states, known.transitions, known.depth, known.complete
    return Report(design.name, scope, engine, *size, time.monotonic() - began, findings, memory())


def know(facts: Facts, engine: str, limit: int | None = None, report: Listen | None = None) -> Engine:
    """All that the system of these facts can do, or so many states of it."""
    if engine == "explicit":
        return Explicit(explore(facts.system, limit=limit, report=report))
    from mealspec.core.symbolic.engine import BySets  # its library takes a tenth of a second to import

    return BySets(facts.system, family(facts.scope, (), facts.design.mechanisms), report)


def memory() -> int:
    """The most memory that this process has held, in bytes."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def decide(graph: Graph, facts: Facts, prop: Property) -> Trace | None:
    """The shortest counterexample of those found in the graph for each claim, or None."""
    return Explicit(graph).violation(prop.claims(facts))


def counterexample(design: Design, scope: Scope, property_id: str, *, report: Listen | None = None) -> Trace | None:
    """A run that breaks the property, as short as any if it ends, with no more searching than it takes.

    State by state, shallow searches come first, for a run that just ends is as short there as anywhere; that a
    property holds, or is violated only by a loop, takes the complete search.
    """
    facts = Facts(design, scope, system(design, scope))
    claims = PROPERTIES[property_id].claims(facts)
    if choose(scope, run=True) == "symbolic":
        return know(facts, "symbolic", report=report).violation(claims)
    for depth in (10, 16, 20, None):
        known = Explicit(explore(facts.system, depth=depth, report=report))
        found = known.violation(claims)
        if known.complete or (found is not None and found.loop is None):
            return found
    raise AssertionError("a search without a limit is complete")


def likeliest_counterexample(
    design: Design, scope: Scope, property_id: str, *, most: int = MOST, report: Listen | None = None
) -> Likeliest:
    """The likeliest run that breaks the property, if there are not more states than ``most``.

    That takes every state one by one, so where :func:`choose` says by sets it is looked for in the largest scope that
    is contained and is not so large: with one connection, and with one meal.
    """
    fewer = replace(scope, connections=1), replace(scope, meals=1, connections=1)
    small = next(each for each in (scope, *fewer) if choose(each) == "explicit")
    facts = Facts(design, small, system(design, small))
    graph = explore(facts.system, limit=most, report=report)
    if not graph.complete:
        return Likeliest(None, small, complete=False)
    found = (likeliest(graph, claim) for claim in PROPERTIES[property_id].claims(facts))
    run = min((run for run in found if run is not None), key=weight, default=None)
    return Likeliest(run, small, complete=True)


def _finding(known: Engine, facts: Facts, prop: Property) -> Finding:
    trace = known.violation(prop.claims(facts))
    pinned = expected(facts.design, facts.scope, prop.id)
    if trace is not None:
        return Finding(prop.id, Verdict.VIOLATED, pinned, trace.events, trace.loop)
    if not known.complete:
        return Finding(prop.id, Verdict.UNCHECKED, pinned)
    return Finding(prop.id, Verdict.HOLDS if known.occurs(prop.witness(facts)) else Verdict.VACUOUS, pinned)
