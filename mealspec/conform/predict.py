"""What another model would do where a vector puts an implementation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mealspec.conform.check import same
from mealspec.conform.settle import Place, Spec, Step
from mealspec.conform.vector import Vector


def beside(vector: Sequence[str], spec: Spec, other: Spec) -> Iterator[tuple[int, Step, list[Step]]]:
    """A run of one model, event by event of the tester, beside all that another may do.

    With the place of its first step in a vector; the other stays where it is at events that it does not have, and where
    it refuses one there is nothing that it may do.
    """
    here, there, at = spec.start, tuple[Place, ...]([other.start]), 0
    for name in vector:
        event = spec.system.number[name]
        if spec.is_own([event]):
            continue
        (way,) = spec.steps(here, event)
        if name in other.system.number:
            number = other.system.number[name]
            ways = [
                step
                for place in there
                for step in (other.steps(place, number) if number in other.choices(place) else ())
            ]
        else:
            ways = [Step((), (), place) for place in there]
        yield at, way, ways
        at += sum(part.does is not None or bool(part.withholds) for part in way.parts)
        here, there = way.place, tuple(dict.fromkeys(step.place for step in ways))


def departs(vector: Vector, spec: Spec, other: Spec) -> int | None:
    """The step after which no implementation of the other model can be where the vector is; None if one can."""
    for at, way, ways in beside(vector.events, spec, other):
        if not any(_alike(way, step, spec, other) for step in ways):
            return at
    return None


def _alike(way: Step, step: Step, spec: Spec, other: Spec) -> bool:
    if not any(part.does is not None for part in way.parts):
        return True  # nobody asks
    return same(way.sees, step.sees) and spec.shows(way.place) == other.shows(step.place)
