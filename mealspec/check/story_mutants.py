"""Stories tested as the properties are: mutants of their milestones, and the runs that tell them from the originals.

A milestone is left out, or any of its kind is let pass for it (weaker); it is asked for twice, or restricted to the
first of the events that it names: of the first connection, say (stronger); two neighbours change places. A run of the
design is looked for that one of the two calls its own and the other does not; alone, as a system in which nothing else
can happen, it is a model of which they say different things. Where there is none, they say the same of every run.

It is looked for first in the scope of the story with no more connections, faults and aspects than its own run needs,
and then in every pinned scope of its design (one that has no pins has those of the design that it was made of, but no
two connections that fail), as far as their states can be looked at one by one (:data:`MOST`). So what says the same
does so in all of these; not asked are only the two scopes with all faults and aspects at once, of a billion states.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from itertools import takewhile
from operator import eq

from mealspec.check.pool import violates
from mealspec.check.property_mutants import Fate, Key, Outcome
from mealspec.core import At, Claim, Event, Form, Graph, Kind, Machine, Predicate, System, explore, reach
from mealspec.core.explicit.watched import reached
from mealspec.model.design import design
from mealspec.model.events import alphabet
from mealspec.model.product import system
from mealspec.model.scope import Scope
from mealspec.properties.expected import pins
from mealspec.properties.scenarios import EVERY, Scenario, milestones, shortest

MORE = 3
"""By how many steps a run may be longer than the story's before longer ones are looked at."""

MOST = 30_000_000
"""States of a pinned scope at most; the two that have more are decided by sets of states."""

Steps = tuple[str, ...]
OWN, CHANGED = "scenario", "changed scenario"
"""The machines that count the milestones of a story, and of its mutant."""

APART, ALIKE = "apart", "alike"
"""One of the two has come to its end alone; or whatever happens, neither will."""


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
        if only(self.told.id):
            yield from _judged([self.told], narrow(self.told)[0].scope, done)


@dataclass(frozen=True)
class Elsewhere:
    """The scenarios of a design, whose mutants are asked in one scope more."""

    design: str
    scope: Scope

    def judged(self, done: Container[Key] = (), only: Callable[[str], bool] = lambda name: True) -> Iterator[Outcome]:
        """The same of the mutants of all of them together."""
        stories = [told for told in EVERY.values() if told.design == self.design and only(told.id)]
        yield from _judged(stories, self.scope, done)


@cache
def narrow(told: Scenario) -> tuple[Scenario, int]:
    """The scenario with no more connections and faults, and of no other kinds, than its shortest run has; and how many
    steps that has."""
    run = shortest(told)
    assert run is not None, f"{told.id} cannot be told"
    events = [run.system.event(name) for name in run.events]
    used = {value for event in events for value in event.values.values()} & set(told.scope.connection_names)
    scope = replace(
        told.scope,
        connections=max(len(used), 1),
        faults=sum(event.kind is Kind.FAULT for event in events),
        includes=frozenset(event.needs for event in events if event.needs),
    )
    return replace(told, scope=scope), len(run)


def _judged(stories: Iterable[Scenario], scope: Scope, done: Container[Key]) -> Iterator[Outcome]:
    """What becomes of the mutants of stories of one design in a scope: all are asked of one graph at once."""
    changed = {
        (told.id, what): (replace(told, scope=scope), steps)
        for told in stories
        for what, steps in mutants(told.steps, _events(narrow(told)[0]))
        if (told.id, what) not in done
    }
    if not changed:
        return
    plan = next(told for told, _ in changed.values()).design
    graph = explore(system(design(plan), scope))
    assert graph.complete
    watches = [both(told, steps) for told, steps in changed.values()]
    for ((about, what), (told, steps)), seen in zip(changed.items(), reached(graph, watches), strict=True):
        by = _told_apart(told, steps) if APART in seen else ""
        yield Outcome(about, what, Fate.NOTICED if by else Fate.SAME, by)


def _events(told: Scenario) -> tuple[Event, ...]:
    return alphabet(design(told.design), told.scope)


def both(told: Scenario, steps: Steps) -> Machine:
    """A watch over a story and its mutant: how many milestones of each are behind, for as long as that matters."""
    counting = [milestones(some, _events(told), "") for some in (told.steps, steps)]
    names = list(dict.fromkeys(name for machine in counting for name in machine.alphabet))
    ends = len(told.steps), len(steps)
    after: dict[tuple[int, int], dict[str, tuple[int, int]]] = {}
    waiting = [(0, 0)]
    for own, new in waiting:  # which grows
        if (own, new) not in after:
            is_apart = (own == ends[0]) != (new == ends[1])
            after[own, new] = {} if is_apart else {name: _step(counting, name, (own, new)) for name in names}
            waiting += after[own, new].values()
    label = {at: APART if not moves and names else at for at, moves in after.items()}
    hopeful = {at for at in label if label[at] == APART}
    while more := {at for at, moves in after.items() if at not in hopeful and hopeful & set(moves.values())}:
        hopeful |= more
    label |= dict.fromkeys(after.keys() - hopeful, ALIKE)
    rows = [
        (name, label[at], label[to]) for at, moves in after.items() if label[at] == at for name, to in moves.items()
    ]
    rows += [(name, end, end) for end in (APART, ALIKE) if end in label.values() for name in names]
    return Machine.table("both", label[0, 0], rows)


def _step(counting: Sequence[Machine], name: str, at: tuple[int, int]) -> tuple[int, int]:
    own, new = (
        k if name not in machine.alphabet else machine.step(k, name) for machine, k in zip(counting, at, strict=True)
    )
    assert isinstance(own, int)
    assert isinstance(new, int)
    return own, new


def _told_apart(told: Scenario, steps: Steps) -> str:
    """The shortest run by which the scenario is told from one with these milestones, of which there is one."""
    counted = ((OWN, told.steps), (CHANGED, steps))
    own, changed = (At(watch, partial(eq, len(some)), absent=False) for watch, some in counted)
    counting = system(
        design(told.design), told.scope, extra=tuple(milestones(some, _events(told), watch) for watch, some in counted)
    )
    found, depth = None, narrow(EVERY[told.id])[1]
    while found is None:
        depth += MORE
        graph = explore(counting, depth=depth)
        found = reach(graph, own & ~changed | changed & ~own)
        assert found is not None or not graph.complete
    alone = explore(_nothing_but([counting.event(name) for name in found.events], counted))
    assert _tells(alone, own) != _tells(alone, changed)
    return f"a run of {told.design} in {len(found)} steps"


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


def _elsewhere() -> Iterator[Elsewhere]:
    """Every pinned scope of each design that stories are about, or of the design that it was made of."""
    for plan in dict.fromkeys(told.design for told in EVERY.values()):
        for pin in pins():
            small = pin.design == plan or pin.scope.connections == 1 or pin.scope.faults == 0
            if pin.design == re.split("[+-]", plan)[0] and pin.entry["states"] <= MOST and small:
                yield Elsewhere(plan, pin.scope)


STORIES: tuple[Story, ...] = tuple(map(Story, EVERY.values()))
"""Every scenario, failure class and path."""

ELSEWHERE: tuple[Elsewhere, ...] = tuple(_elsewhere())
"""Where what says the same in a story's own scope is asked again; small scopes first, as they are pinned."""
