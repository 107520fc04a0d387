"""Stories tested as the properties are: mutants of their milestones, and the runs that tell them from the originals.

A milestone is left out, or any of its kind is let pass for it (weaker); it is asked for twice, or restricted to the
first of the events that it names: of the first connection, say (stronger); two neighbours change places. A run of the
design is looked for that one of the two calls its own and the other does not; alone, as a system in which nothing else
can happen, it is a model of which they say different things. Where there is none, they say the same of every run.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import takewhile
from operator import eq

from mealspec.check.pool import violates
from mealspec.check.property_mutants import Fate, Key, Outcome
from mealspec.core import (
    At,
    Claim,
    Event,
    Form,
    Graph,
    Kind,
    Machine,
    Predicate,
    System,
    Trace,
    explore,
    reach,
)
from mealspec.model.design import design
from mealspec.model.events import alphabet
from mealspec.model.product import system
from mealspec.properties.scenarios import EVERY, Scenario, milestones, shortest

MORE = 3
"""By how many steps a run may be longer than the story's for which not all runs are looked at."""

Steps = tuple[str, ...]
OWN, CHANGED = "scenario", "changed scenario"
"""The machines that count the milestones of a story, and of its mutant."""


def mutants(steps: Steps, events: Collection[Event]) -> Iterator[tuple[str, Steps]]:
    """Each change of one milestone, or of two neighbours, in words, with the changed milestones."""
    for k, step in enumerate(steps):
        before, after = steps[:k], steps[k + 1 :]
        named = [event for event in events if event.is_of(step)]
        yield f"step {k + 1} ({step}): left out", (*before, *after)
        yield f"step {k + 1} ({step}): twice", (*before, step, step, *after)
        stem = named[0].stem
        if any(event.is_of(stem) and not event.is_of(step) for event in events):
            yield f"step {k + 1} ({step}): any {stem}", (*before, stem, *after)
        if len(named) > 1:
            yield f"step {k + 1} ({step}): only {named[0].name}", (*before, named[0].name, *after)
        if after and after[0] != step:
            yield f"step {k + 1} ({step}): after {after[0]}", (*before, after[0], step, *after[1:])


@dataclass(frozen=True)
class Story:
    """A scenario whose milestones are mutated: in its scope, but with the connections, faults and aspects
    that its own run needs."""

    told: Scenario

    def judged(self, done: Container[Key] = (), only: Callable[[str], bool] = lambda name: True) -> Iterator[Outcome]:
        """What becomes of each mutant of the milestones, as :func:`~mealspec.check.property_mutants.judged` says."""
        if not only(self.told.id):
            return
        run = shortest(self.told)
        assert run is not None, f"{self.told.id} cannot be told"
        narrow = self.narrow(run)
        for what, steps in mutants(narrow.steps, alphabet(design(narrow.design), narrow.scope)):
            if (self.told.id, what) not in done:
                by = _told_apart(narrow, steps, len(run))
                yield Outcome(self.told.id, what, Fate.NOTICED if by else Fate.SAME, by)

    def narrow(self, run: Trace) -> Scenario:
        """The scenario with no more connections and faults, and of no other kinds, than its shortest run has."""
        events = [run.system.event(name) for name in run.events]
        scope = self.told.scope
        used = {value for event in events for value in event.values.values()} & set(scope.connection_names)
        scope = replace(
            scope,
            connections=max(len(used), 1),
            faults=sum(event.kind is Kind.FAULT for event in events),
            includes=frozenset(event.needs for event in events if event.needs),
        )
        return replace(self.told, scope=scope)


def _told_apart(told: Scenario, steps: Steps, length: int) -> str:
    """The run by which the scenario is told from one with these milestones; seldom much longer than a shortest."""
    counted = ((OWN, told.steps), (CHANGED, steps))
    own, changed = (At(watch, partial(eq, len(some)), absent=False) for watch, some in counted)
    plan, events = design(told.design), alphabet(design(told.design), told.scope)
    both = system(plan, told.scope, extra=tuple(milestones(some, events, watch) for watch, some in counted))
    for depth in (length + MORE, None):
        graph = explore(both, depth=depth)
        for less, more in ((own, changed), (changed, own)):
            found = reach(graph, more & ~less)
            if found is not None:
                alone = explore(_nothing_but([both.event(name) for name in found.events], counted))
                assert _tells(alone, own) != _tells(alone, changed)
                return f"a run of {told.design} in {len(found)} steps"
    assert graph.complete
    return ""


def _tells(graph: Graph, over: Predicate) -> bool:
    """Whether there is such a run: that there is never one is violated."""
    return violates(graph, Claim("untold", "There is no such run.", Form.NEVER, over))


def _nothing_but(run: Sequence[Event], counted: Iterable[tuple[str, Steps]]) -> System:
    """A system that makes this run and no other step, with the milestones counted as far as they come."""
    rows = [(event.name, k, k + 1) for k, event in enumerate(run)]
    watches = []
    for watch, steps in counted:
        ahead = tuple(takewhile(lambda step: any(event.is_of(step) for event in run), steps))
        watches += [milestones(ahead, {e.name: e for e in run}.values(), watch)] if ahead else []
    machines = [Machine.table("run", 0, rows), *watches]
    takes = {name: tuple(machine.name for machine in machines if name in machine.alphabet) for name, *_ in rows}
    return System(machines, [Event(name, Kind.USER, "nobody", some) for name, some in takes.items()])


STORIES: tuple[Story, ...] = tuple(map(Story, EVERY.values()))
"""Every scenario, failure class and path."""
