"""Sets of systems, read as families of feature sets: what all have, which are smallest, what hurts.

Every function takes a space and a set over its features; nothing here looks at a state.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from mealspec.core.symbolic.diagrams import Symbolic
from mealspec.core.symbolic.sets import Set, bounded


@bounded
def necessary(space: Symbolic, systems: Set) -> list[str]:
    """The features that every one of the systems has."""
    return [name for name in space.family.features if systems & ~space.feature(name) == space.false]


@bounded
def excluded(space: Symbolic, systems: Set) -> list[str]:
    """The features that none of the systems has."""
    return [name for name in space.family.features if systems & space.feature(name) == space.false]


@bounded
def minimal(space: Symbolic, systems: Set) -> Set:
    """The systems of the set of which no other one has fewer features, all of them among its own."""
    above = systems
    for name in space.family.features:
        above = above | _with(space, name, above)
    strictly = space.any(_with(space, name, above) for name in space.family.features)
    return systems & ~strictly


def _with(space: Symbolic, name: str, systems: Set) -> Set:
    """Those of the systems that lack the feature, with it."""
    feature = space.feature(name)
    return feature & (systems & ~feature).exists(feature)


@bounded
def breaks(space: Symbolic, name: str, systems: Set, valid: Set) -> Set:
    """The systems of the set that leave it (and stay valid) when the feature is added to them."""
    feature = space.feature(name)
    return systems & ~feature & (valid & feature & ~systems).exists(feature)


def least(space: Symbolic, systems: Set) -> tuple[int, Set]:
    """The smallest number of features in a system of the set, and the systems that have so many."""
    return near(space, systems, ())


@bounded
def near(space: Symbolic, systems: Set, base: Collection[str]) -> tuple[int, Set]:
    """How many features one must add to ``base`` or take away to get into the set, and where one gets so.

    Raises ``ValueError`` if the set is empty.
    """
    if systems == space.false:
        raise ValueError("an empty set has no nearest system")
    ball = space.system(base)
    distance = 0
    while ball & systems == space.false:
        distance += 1
        ball = ball | space.any(_flipped(space, name, ball) for name in space.family.features)
    return distance, ball & systems


def _flipped(space: Symbolic, name: str, systems: Set) -> Set:
    feature = space.feature(name)
    without, having = (systems & ~feature).exists(feature), (systems & feature).exists(feature)
    return (feature & without) | (~feature & having)


def members(space: Symbolic, systems: Set) -> Iterator[tuple[str, ...]]:
    """The systems of the set, one by one, each as the names of its features, in an order that never changes."""
    while systems != space.false:
        values = systems.pick_cube() or []
        index = {name: k for k, name in enumerate(space.variables)}
        having = tuple(name for name in space.family.features if values[index[name]])
        yield having
        systems = systems & ~space.system(having)


@bounded
def smallest(space: Symbolic, systems: Set, most: int) -> list[tuple[str, ...]]:
    """Up to ``most`` systems of the set, those with the fewest features first, then by name."""
    out: list[tuple[str, ...]] = []
    while systems != space.false and len(out) < most:
        _, some = least(space, systems)
        out += sorted(members(space, some))[: most - len(out)]
        systems = systems & ~some
    return out
