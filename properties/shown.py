"""What shows a claim: a run that a design must have, one that it must not have, a verdict, or a line that it prints.

Each is data, which the suite holds against the model; nothing here is believed because it is written.
"""

from __future__ import annotations

from dataclasses import dataclass

from mealspec.core import At, Trace, explore, reach
from mealspec.model.design import design
from mealspec.model.events import alphabet
from mealspec.model.product import lets_in, system
from mealspec.model.scope import ASPECTS, FAULTS, Scope, counted
from mealspec.properties.expected import Verdict
from mealspec.properties.scenarios import Scenario, milestones, shortest


@dataclass(frozen=True)
class Run:
    """The design has a run through these milestones, in this order."""

    design: str
    steps: tuple[str, ...]
    scope: Scope

    def found(self) -> Trace | None:
        """A shortest such run; None if there is none."""
        return shortest(Scenario("", "", (), self.design, self.steps, self.scope))

    def holds(self) -> bool:
        """Whether there is one."""
        return self.found() is not None

    def __str__(self) -> str:
        return f"a run of {self.design}{beside(self.scope)}: {' … '.join(self.steps)}"


@dataclass(frozen=True)
class Never:
    """The design has no run through these milestones, however long."""

    design: str
    steps: tuple[str, ...]
    scope: Scope

    def holds(self) -> bool:
        """Whether there is none, by a complete search."""
        plan, end = design(self.design), len(self.steps)
        watch = milestones(self.steps, (e for e in alphabet(plan, self.scope) if lets_in(self.scope, e)))
        if not all(any(event.is_of(step) for event in alphabet(plan, self.scope)) for step in self.steps):
            return True
        graph = explore(system(plan, self.scope, extra=(watch,)))
        return reach(graph, At("scenario", lambda s: s == end)) is None

    def __str__(self) -> str:
        return f"no run of {self.design}{beside(self.scope)}: {' … '.join(self.steps)}"


@dataclass(frozen=True)
class Judged:
    """The verdict on one property of the design."""

    design: str
    property: str
    verdict: Verdict
    scope: Scope

    def __str__(self) -> str:
        return f"{self.property} of {self.design}{beside(self.scope)}: {self.verdict}"


@dataclass(frozen=True)
class Prints:
    """An event of the design, and a text that its line contains."""

    design: str
    event: str
    text: str
    scope: Scope

    def holds(self) -> bool:
        """Whether an event of that name prints it."""
        every = alphabet(design(self.design), self.scope)
        return any(event.is_of(self.event) and event.line and self.text in event.line.text for event in every)

    def __str__(self) -> str:
        return f"{self.event} of {self.design} prints “{self.text}”"


Shown = Run | Never | Judged | Prints
"""What shows a claim. A verdict is found by whoever can check designs; the others say whether they hold."""


def beside(scope: Scope) -> str:
    """What a small scope has beside one meal and one connection without faults, in brackets.

    >>> beside(scoped("dial screen", 2)), beside(scoped())
    (' (2 meals, dial, screen)', '')
    """
    sizes = ((scope.meals, "meal"), (scope.connections, "connection"))
    more = [counted(number, noun) for number, noun in sizes if number > 1]
    more += [item for item in (*FAULTS, *ASPECTS) if item in scope]
    return f" ({', '.join(more)})" if more else ""


def scoped(includes: str = "", meals: int = 1, connections: int = 1) -> Scope:
    """A small scope: these kinds of fault and aspects, and no others."""
    return Scope(meals=meals, connections=connections, includes=frozenset(includes.split()))


def run(plan: str, steps: str, scope: str = "", *, meals: int = 1, connections: int = 1) -> Run:
    """A run, its milestones separated by blanks."""
    return Run(plan, tuple(steps.split()), scoped(scope, meals, connections))


def never(plan: str, steps: str, scope: str = "", *, meals: int = 1, connections: int = 1) -> Never:
    """That there is no such run."""
    return Never(plan, tuple(steps.split()), scoped(scope, meals, connections))


def violated(plan: str, name: str, scope: str = "", *, connections: int = 1) -> Judged:
    """That a property is violated."""
    return Judged(plan, name, Verdict.VIOLATED, scoped(scope, 1, connections))


def holds(plan: str, name: str, scope: str = "", *, connections: int = 1) -> Judged:
    """That a property holds."""
    return Judged(plan, name, Verdict.HOLDS, scoped(scope, 1, connections))


def vacuous(plan: str, name: str, scope: str = "", *, connections: int = 1) -> Judged:
    """That what a property speaks of cannot occur."""
    return Judged(plan, name, Verdict.VACUOUS, scoped(scope, 1, connections))


def prints(plan: str, event: str, text: str) -> Prints:
    """That an event prints a text."""
    return Prints(plan, event, text, scoped())
