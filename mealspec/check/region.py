"""A part of the design space, and the properties as questions about every design in it."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import cache

from mealspec.core import CheckerError, Configuration, Predicate, Symbolic, branches
from mealspec.core.symbolic.decide import Question, questions
from mealspec.core.symbolic.sets import Set, Space
from mealspec.model.design import DESIGNS, Design
from mealspec.model.featured import AnyDesign
from mealspec.model.mechanism import APPS, NEEDS, SEEDS
from mealspec.model.mechanism import Mechanism as M
from mealspec.model.product import system
from mealspec.model.scope import Scope
from mealspec.properties.catalogue import Property
from mealspec.properties.facts import Facts


@dataclass(frozen=True)
class Region:
    """A part of the design space: what every design has, what none has, and what is open but for these."""

    required: frozenset[M] = frozenset()
    forbidden: frozenset[M] = frozenset()
    world: tuple[M, ...] = SEEDS

    def __post_init__(self) -> None:
        both = sorted(self.required & self.forbidden)
        if both:
            raise CheckerError(f"no design both has and lacks {', '.join(both)}")
        lacking = [
            f"{m} needs {NEEDS[m]}"
            for m in sorted(self.required)
            if NEEDS.get(m, m) not in {*self.required, *self.free}
        ]
        if lacking:
            raise CheckerError(f"no such design can be built: {'; '.join(lacking)}")

    @property
    def free(self) -> tuple[M, ...]:
        """The mechanisms that are open."""
        return tuple(m for m in self.world if m not in self.required and m not in self.forbidden)

    def opened(self, more: Collection[M]) -> Region:
        """The same with more that a design may have or lack."""
        world = (*self.world, *(m for m in M if m in more and m not in self.world))
        return Region(self.required - {*more}, self.forbidden - {*more}, world) if more else self


REPAIRS = Region(DESIGNS["app_head"].mechanisms - frozenset(APPS), world=APPS)
"""The app's latest design, with or without whatever it could leave out or add."""


def valid_designs(space: Space, region: Region) -> Set:
    """The designs of the region in which nothing lacks what it needs."""
    out = space.true
    for mechanism, needed in NEEDS.items():
        if mechanism not in {*region.free, *region.required} or needed in region.required:
            continue
        has = space.true if mechanism in region.required else space.feature(mechanism)
        brought = space.feature(needed) if needed in region.free else space.false
        out = out & (~has | brought)
    return out


def asked(space: Symbolic, scope: Scope, prop: Property, fixed: Collection[M] = ()) -> list[Question]:
    """The property as questions about every design of the space."""
    features = space.family.features
    found = branches(lambda choice: prop.claims(_facts(space, scope, choice, fixed)), features, _on(fixed))
    return questions(space, found)


def _facts(space: Symbolic, scope: Scope, choice: Configuration, fixed: Collection[M]) -> Facts:
    """Facts of any design; which machines there are, the richest design tells."""
    everything = Design("every mechanism", frozenset(map(M, space.family.features)) | frozenset(fixed))
    return Facts(AnyDesign(choice), scope, _richest(everything, scope))


_richest = cache(system)


def _on(fixed: Collection[M]) -> frozenset[str]:
    return frozenset(m.value for m in fixed)


def witnessed(space: Symbolic, scope: Scope, prop: Property, fixed: Collection[M] = ()) -> Set:
    """Where the property's premise occurs."""
    return where(space, scope, prop.witness, fixed)


def where(space: Symbolic, scope: Scope, what: Callable[[Facts], Predicate], fixed: Collection[M] = ()) -> Set:
    """Where a fact holds, in whatever design."""
    found = branches(lambda choice: what(_facts(space, scope, choice, fixed)), space.family.features, _on(fixed))
    return space.any(space.systems(branch.given) & space.where(branch.value) for branch in found)
