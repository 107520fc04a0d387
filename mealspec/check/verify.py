"""The check of a design: explore its product completely, decide every property, compare."""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from mealspec.core import Graph, Progress, Trace, explore, reach
from mealspec.model.design import Design
from mealspec.model.product import system
from mealspec.model.scope import Scope
from mealspec.properties.catalogue import PROPERTIES, Property
from mealspec.properties.expected import Verdict, expected
from mealspec.properties.facts import Facts

__all__ = ["Finding", "Report", "counterexample", "decide", "memory", "verify"]


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
class Report:
    """All verdicts on one design in one scope, and the size of the search.

    ``depth`` is None where it was not measured; ``memory`` is the most that the process has held, in bytes.
    """

    design: str
    scope: Scope
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


def verify(
    design: Design,
    scope: Scope,
    *,
    only: Collection[str] = tuple(PROPERTIES),
    limit: int | None = None,
    report: Callable[[Progress], None] | None = None,
) -> Report:
    """Explore the design in the scope and decide the properties named in ``only``."""
    began = time.monotonic()
    product = system(design, scope)
    graph = explore(product, limit=limit, report=report)
    facts = Facts(design, scope, product)
    findings = tuple(_finding(graph, facts, p) for p in PROPERTIES.values() if p.id in only)
    seconds = time.monotonic() - began
    return Report(
        design.name, scope, len(graph), graph.transitions, graph.depth, graph.complete, seconds, findings, memory()
    )


def memory() -> int:
    """The most memory that this process has held, in bytes."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def decide(graph: Graph, facts: Facts, prop: Property) -> Trace | None:
    """The shortest counterexample of those found for each claim, or None."""
    found = [claim.violation(graph) for claim in prop.claims(facts)]
    return min((trace for trace in found if trace is not None), key=len, default=None)


def counterexample(
    design: Design, scope: Scope, property_id: str, *, report: Callable[[Progress], None] | None = None
) -> Trace | None:
    """What :func:`verify` would show, with no more exploring than it takes.

    Shallow searches come first, for a run that just ends is as short there as anywhere; that a
    property holds, or is violated only by a loop, takes the complete search.
    """
    product = system(design, scope)
    facts = Facts(design, scope, product)
    for depth in (10, 16, 20, None):
        graph = explore(product, depth=depth, report=report)
        found = decide(graph, facts, PROPERTIES[property_id])
        if graph.complete or (found is not None and found.loop is None):
            return found
    raise AssertionError("a search without a limit is complete")


def _finding(graph: Graph, facts: Facts, prop: Property) -> Finding:
    trace = decide(graph, facts, prop)
    pinned = expected(facts.design, facts.scope, prop.id)
    if trace is not None:
        return Finding(prop.id, Verdict.VIOLATED, pinned, trace.events, trace.loop)
    if not graph.complete:
        return Finding(prop.id, Verdict.UNCHECKED, pinned)
    witnessed = reach(graph, prop.witness(facts)) is not None
    return Finding(prop.id, Verdict.HOLDS if witnessed else Verdict.VACUOUS, pinned)
