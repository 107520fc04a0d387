"""Shortest runs, found with sets: rings of states, one for each number of steps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from mealspec.core.claim import Form
from mealspec.core.event import Kind
from mealspec.core.symbolic.decide import Question, ends, fair
from mealspec.core.symbolic.diagrams import Symbolic
from mealspec.core.symbolic.sets import Set, bounded
from mealspec.core.symbolic.steps import Step


class Way(NamedTuple):
    """A run: where it begins, its events, and where it ends."""

    begin: Set
    events: list[str]
    end: Set


class Rings:
    """The states around a beginning, by the length of a shortest run to them, as far as one has looked.

    Parameters
    ----------
    space
        Whose states.
    start
        The beginning, ring 0; ring k holds what takes k steps and no fewer.
    inside
        What a run may not leave.
    steps
        The steps that it may take; all, if left out.
    """

    def __init__(
        self, space: Symbolic, start: Set, inside: Set | None = None, steps: Sequence[Step] | None = None
    ) -> None:
        self.space = space
        self.rings = [start]
        self._open = space.true if inside is None else inside
        self._open = self._open & ~start
        declared = {name: k for k, name in enumerate(space.family.events)}
        moving = (step for step in (space.steps if steps is None else steps) if step.moves)
        self._steps = sorted(moving, key=lambda step: declared[step.name])

    def grow(self) -> bool:
        """Add a ring; False if there is nothing more to reach."""
        last = self.rings[-1]
        fresh = self.space.any(self.space.image(step, last) for step in self._steps) & self._open
        if fresh == self.space.false:
            return False
        self.rings.append(fresh)
        self._open = self._open & ~fresh
        return True

    def first(self, goals: Mapping[str, Set]) -> tuple[int, str] | None:
        """The first ring with a state of one of the goals, and which; None if none is ever reached."""
        k = 0
        while k < len(self.rings) or self.grow():
            for name, goal in goals.items():
                if self.rings[k] & goal != self.space.false:
                    return k, name
            k += 1
        return None

    def run(self, ring: int, goal: Set) -> Way:
        """A shortest run to a state of the goal in that ring.

        Ties fall to the event that is declared first.
        """
        space = self.space
        end = at = space.one(self.rings[ring] & goal)
        events: list[str] = []
        for before in self.rings[:ring][::-1]:
            step, source = next(
                (step, source) for step in self._steps if (source := space.preimage(step, at) & before) != space.false
            )
            events.append(step.name)
            at = space.one(source)
        return Way(at, events[::-1], end)


@bounded
def lasso(space: Symbolic, question: Question, rings: Rings) -> tuple[list[str], int | None] | None:
    """A run of the rings' system that breaks the claim, and the index from which it repeats for ever, if it does.

    A run that ends is a shortest one. The space should hold that system only; the rings begin where it does.
    """
    goal = ends(space, question)
    if goal != space.false:
        ring, _ = rings.first({"end": goal}) or (0, "")
        return rings.run(ring, goal).events, None
    if question.form is not Form.FOREVER:
        return None
    left = fair(space, space.reachable & question.wrong, ~question.excused)
    if left == space.false:
        return None
    ring, _ = rings.first({"loop": left}) or (0, "")
    _, stem, entry = rings.run(ring, left)
    further, entry, component = settled(space, entry, left, _calm(space))
    return [*stem, *further, *_round(space, entry, component, question)], len(stem) + len(further)


def _calm(space: Symbolic) -> list[Step]:
    return [step for step in space.steps if step.kind is not Kind.FAULT]


def settled(space: Symbolic, entry: Set, left: Set, steps: Sequence[Step]) -> tuple[list[str], Set, Set]:
    """A run by these steps from there, within ``left``, into a part that it cannot leave, and that part."""
    events: list[str] = []
    while True:
        ahead = Rings(space, entry, left, steps)
        while ahead.grow():
            pass
        future = space.any(ahead.rings)
        away = future & ~space.back(entry, future, steps)
        if away == space.false:
            return events, entry, future
        ring, _ = ahead.first({"away": away}) or (0, "")
        _, more, entry = ahead.run(ring, away)
        events += more


def _round(space: Symbolic, entry: Set, component: Set, question: Question) -> list[str]:
    """A closed walk in the component that owes no action anything, and comes by where nothing is excused."""
    steps, at = _calm(space), entry
    walk: list[str] = []

    def go(goal: Set) -> None:
        nonlocal at
        rings = Rings(space, at, component, steps)
        ring, _ = rings.first({"goal": goal}) or (0, "")
        _, events, at = rings.run(ring, goal)
        walk.extend(events)

    def take(step: Step) -> None:
        nonlocal at
        walk.append(step.name)
        at = space.image(step, at)

    go(~question.excused)
    owed = [step for step in steps if step.kind is Kind.SYSTEM]
    for action in dict.fromkeys(step.action for step in owed):
        some = [step for step in owed if step.action == action]
        idle = ~space.any(step.guard for step in some)
        takes = [(step, space.preimage(step, component)) for step in some]
        go(component & (idle | space.any(source for _, source in takes)))
        if at & idle == space.false:
            take(next(step for step, source in takes if at & source != space.false))
    if not walk:
        take(next(step for step in steps if space.image(step, at) & component != space.false))
    go(entry)
    return walk
