"""All designs at once: which keep the properties, what those have in common, and which are the smallest.

A sweep climbs: it decides all designs in the smallest scope, and in each larger one only those that are
left. A larger scope has all runs of a smaller one, so whatever breaks a property in a smaller one breaks it
in the larger; the suite compares the two ways where both can be gone. What several meals may do is bounded
from above, too, by what one of them sees of the others (:mod:`mealspec.core.symbolic.abstraction`): only designs
between the two bounds need to be looked at state by state.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product

from mealspec.check.region import Region, asked, valid_designs, witnessed
from mealspec.core import Effort, Form, Symbolic
from mealspec.core.symbolic.abstraction import abstracted, may_break
from mealspec.core.symbolic.decide import Question, breakers
from mealspec.core.symbolic.lattice import breaks, excluded, members, minimal, near, necessary, smallest
from mealspec.core.symbolic.rings import Rings, lasso
from mealspec.core.symbolic.sets import Set
from mealspec.model.design import Design
from mealspec.model.featured import family, twins
from mealspec.model.scope import Scope
from mealspec.properties.catalogue import PROPERTIES, Property

Report = Callable[[str, Effort], None]
"""Is told the scope and how far the search there has come."""

Among = tuple[Set, Symbolic]
"""Designs, as a set over the features of some space."""


@dataclass(frozen=True)
class ScopeResult:
    """One scope of a sweep: designs that came to it and that passed it, seconds.

    ``states`` and ``nodes`` are those of the designs that had to be looked at state by state.
    """

    scope: Scope
    designs: int
    passing: int
    states: int
    nodes: int
    seconds: float


@dataclass(frozen=True)
class Change:
    """What to add to a design and what to take away."""

    added: tuple[str, ...]
    removed: tuple[str, ...]


@dataclass(frozen=True)
class Flaw:
    """Why a design fails: a property, the scope in which it breaks, and a run; ``loop`` as in a trace."""

    property: str
    scope: Scope
    trace: tuple[str, ...]
    loop: int | None


@dataclass(frozen=True)
class Sweep:
    """What a sweep has found.

    Attributes
    ----------
    region, scope, properties
        What was asked: designs, the largest scope, ids of properties.
    space
        The diagrams of the largest scope; all sets are over its features.
    valid, passing
        The designs that can be built, and those of them that keep all properties.
    scopes
        The scopes, smallest first.
    """

    region: Region
    scope: Scope
    properties: tuple[str, ...]
    space: Symbolic
    valid: Set
    passing: Set
    scopes: tuple[ScopeResult, ...]

    def count(self, designs: Set) -> int:
        """How many designs there are in a set."""
        return self.space.count_systems(designs)

    def necessary(self) -> list[str]:
        """The mechanisms that every passing design has."""
        return [*sorted(self.region.required), *necessary(self.space, self.passing)]

    def excluded(self) -> list[str]:
        """The open mechanisms that no passing design has."""
        return excluded(self.space, self.passing)

    def minimal(self) -> Set:
        """The passing designs of which no mechanism can be left out, with any others or alone."""
        return minimal(self.space, self.passing)

    def sets(self, designs: Set, most: int = 1000) -> list[tuple[str, ...]]:
        """The designs of a set with what all of them have, the smallest ones first."""
        required = tuple(sorted(self.region.required))
        return [(*required, *some) for some in smallest(self.space, designs, most)]

    def hurting(self) -> dict[str, tuple[str, ...]]:
        """Mechanisms that break a passing design when they are added to it, each with a smallest such design."""
        found = {name: breaks(self.space, name, self.passing, self.valid) for name in self.space.family.features}
        return {name: self.sets(designs, 1)[0] for name, designs in found.items() if designs != self.space.false}

    def repairs(self, base: Design) -> list[Change]:
        """The smallest changes to a design that make it pass; additions alone, if some of these do.

        Empty if nothing passes, or if the design lies outside the region.
        """
        names = {m.value for m in base.mechanisms}
        free = set(self.space.family.features)
        if not self.region.required <= base.mechanisms or names - free - {m.value for m in self.region.required}:
            return []
        additions = self.passing
        for name in names & free:
            additions = additions & self.space.feature(name)
        wanted = self.passing if additions == self.space.false else additions
        if wanted == self.space.false:
            return []
        _, nearest = near(self.space, wanted, names & free)
        found = sorted(members(self.space, nearest))
        return [
            Change(
                tuple(m for m in some if m not in names),
                tuple(m for m in self.space.family.features if m in names and m not in some),
            )
            for some in found
        ]


def scopes_up_to(scope: Scope) -> list[Scope]:
    """The scope and smaller ones of its kind, the smallest first, which lets no fault in."""
    sizes = sorted(
        product(range(1, scope.meals + 1), range(1, scope.connections + 1)), key=lambda size: (size[0] * size[1], size)
    )
    found = [replace(scope, meals=meals, connections=connections) for meals, connections in sizes]
    return list(dict.fromkeys(each for s in found for each in (replace(s, faults=0), s)))


def sweep(
    scope: Scope,
    properties: Sequence[Property] = tuple(PROPERTIES.values()),
    region: Region | None = None,
    *,
    climb: bool = True,
    report: Report | None = None,
    done: Callable[[ScopeResult], None] | None = None,
) -> Sweep:
    """Decide for every design of the region whether it keeps all these properties.

    Without ``climb`` all designs are looked at in the largest scope at once.
    """
    region = region or Region()
    found: list[ScopeResult] = []
    last: Among | None = None
    sure: Among | None = None
    for smaller in scopes_up_to(scope) if climb else [scope]:
        began = time.monotonic()
        some = _Designs(smaller, region, report, last)
        space, left = some.space, some.all
        designs = space.count_systems(left)
        if climb and smaller.meals > 1 and sure is None:
            several = _Bounded(scope, region, report, (left, space))
            sure = several.sure(properties), several.space
        passes = space.false if sure is None else left & space.moved(*sure)
        left = left & ~passes
        every = [question for prop in properties for question in some.asked(prop)]
        left = left & ~space.confine(left, space.any(q.bad for q in every if q.form is Form.NEVER))
        for question in every:
            left = left & ~breakers(space, question, left)
        last = left | passes, space
        found.append(
            ScopeResult(
                smaller, designs, space.count_systems(left | passes), space.count(space.reachable),
                space.reachable.node_count(), time.monotonic() - began,
            )
        )  # fmt: skip
        if done:
            done(found[-1])
    assert last is not None
    passing, space = last
    ids = tuple(prop.id for prop in properties)
    return Sweep(region, scope, ids, space, valid_designs(space, region), passing, tuple(found))


@dataclass(frozen=True)
class OneVerdict:
    """How many designs of a region break one property, out of how many, and the seconds that took.

    ``states`` are those of all designs with one meal; ``open`` counts the designs that had to be looked at with
    all meals. ``vacuous`` says that the property's premise occurs in no design.
    """

    property: str
    designs: int
    breaking: int
    states: int
    open: int
    vacuous: bool
    seconds: float


def one_by_one(
    scope: Scope,
    properties: Sequence[Property],
    region: Region,
    *,
    report: Report | None = None,
) -> Iterator[OneVerdict]:
    """Decide each property by itself, for every design of the region.

    What breaks with one meal breaks with several. Of the other designs only those are looked at with all meals
    of which one meal cannot tell that they keep the property, whatever the others do.
    """
    began = time.monotonic()
    one = _Exactly(replace(scope, meals=1), region, report)
    designs, states = one.space.count_systems(one.all), one.space.count(one.space.reachable)
    several = _Bounded(scope, region, report) if scope.meals > 1 else None
    for prop in properties:
        broken, vacuous, left = one.breakers(prop), one.vacuous(prop), 0
        breaking = one.space.count_systems(broken)
        if several is not None:
            left, more = several.open(prop, (broken, one.space))
            breaking += more
            vacuous = vacuous and several.vacuous(prop)
        now = time.monotonic()
        yield OneVerdict(prop.id, designs, breaking, states, left, vacuous, now - began)
        began = now


@dataclass(frozen=True)
class Verdicts:
    """The designs that keep one property, and those of them in which its premise never occurs."""

    property: str
    keep: Set
    vacuous: Set


def all_verdicts(
    scope: Scope, properties: Sequence[Property], region: Region, *, report: Report | None = None
) -> tuple[Among, Iterator[Verdicts]]:
    """The designs of a region that can be built, and the verdict of each of them on each property."""
    every = _Exactly(scope, region, report)
    return (every.all, every.space), map(every.verdicts, properties)


class _Designs:
    """The designs of a region that can be built, or those ``among``, in the diagrams of a scope."""

    def __init__(self, scope: Scope, region: Region, report: Report | None, among: Among | None = None) -> None:
        self.scope, self.region, self.report = scope, region, report
        tell = None if report is None else (lambda effort: report(scope.describe(), effort))
        self.space = Symbolic(family(scope, region.free, region.required), report=tell)
        self.all = self.space.moved(*among) if among else valid_designs(self.space, region)

    def asked(self, prop: Property) -> list[Question]:
        """The property as questions about each of them."""
        return asked(self.space, self.scope, prop, self.region.required)

    def premise(self, prop: Property) -> Set:
        """Where the property's premise occurs."""
        return witnessed(self.space, self.scope, prop, self.region.required)


class _Exactly(_Designs):
    """Designs that are looked at state by state."""

    def __init__(self, scope: Scope, region: Region, report: Report | None, among: Among | None = None) -> None:
        super().__init__(scope, region, report, among)
        self.space.confine(self.all)

    def breakers(self, prop: Property) -> Set:
        """Those that break the property."""
        broken = self.space.false
        for question in self.asked(prop):
            broken = broken | breakers(self.space, question, self.all & ~broken)
        return broken

    def vacuous(self, prop: Property) -> bool:
        """Whether its premise occurs in none of them."""
        return self.space.reachable & self.premise(prop) == self.space.false

    def verdicts(self, prop: Property) -> Verdicts:
        """Of each of them on the property."""
        keep = self.all & ~self.breakers(prop)
        return Verdicts(prop.id, keep, keep & ~self.space.projected(self.space.reachable & self.premise(prop)))


class _Bounded(_Designs):
    """Designs with several meals, as one of the meals sees the others."""

    def __init__(self, scope: Scope, region: Region, report: Report | None, among: Among | None = None) -> None:
        super().__init__(scope, region, report, among)
        self.seen = abstracted(self.space, twins(scope, self.space.variables), self.all)

    def doubtful(self, prop: Property, among: Set) -> Set:
        """Those of which one meal cannot tell that they keep the property."""
        found = self.space.false
        for question in self.asked(prop):
            found = found | may_break(self.space, self.seen, question, among & ~found)
        return found

    def sure(self, properties: Sequence[Property]) -> Set:
        """Those that keep the properties, as far as one meal can tell."""
        left = self.all
        for prop in properties:
            left = left & ~self.doubtful(prop, left)
        return left

    def open(self, prop: Property, known: Among) -> tuple[int, int]:
        """Of how many designs one meal cannot tell, where breakers are ``known``, and how many of these break it."""
        doubtful = self.doubtful(prop, self.all & ~self.space.moved(*known))
        if doubtful == self.space.false:
            return 0, 0
        exact = self._exactly(doubtful)
        return self.space.count_systems(doubtful), exact.space.count_systems(exact.breakers(prop))

    def vacuous(self, prop: Property) -> bool:
        """Whether its premise occurs in no design."""
        question = Question(Form.NEVER, self.premise(prop), self.space.false)
        maybe = may_break(self.space, self.seen, question, self.all)
        return maybe == self.space.false or self._exactly(maybe).vacuous(prop)

    def _exactly(self, some: Set) -> _Exactly:
        return _Exactly(self.scope, self.region, self.report, (some, self.space))


def flaw(plan: Design, scope: Scope, properties: Sequence[Property] = tuple(PROPERTIES.values())) -> Flaw | None:
    """Why the design fails in the scope: the shortest run that breaks one of the properties, in the smallest
    scope in which one breaks; None if it keeps them all. A run that goes on for ever is shown only where no
    property is broken by one that ends."""
    for smaller in scopes_up_to(scope):
        space = Symbolic(family(smaller, (), plan.mechanisms))
        rings = Rings(space, space.initial)
        found = [(prop.id, run) for prop in properties for run in _broken(space, smaller, prop, plan, rings)]
        if found:
            name, (events, loop) = min(found, key=lambda each: (each[1][1] is not None, len(each[1][0])))
            return Flaw(name, smaller, tuple(events), loop)
    return None


def _broken(
    space: Symbolic, scope: Scope, prop: Property, plan: Design, rings: Rings
) -> Iterator[tuple[list[str], int | None]]:
    for question in asked(space, scope, prop, plan.mechanisms):
        run = lasso(space, question, rings)
        if run is not None:
            yield run
