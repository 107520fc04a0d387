"""Decisions about every system of a family at once: which of them break a claim.

The same questions as in :mod:`mealspec.core.explicit.decide`, answered with sets. Liveness is decided by the
fixpoint of Emerson and Lei: what remains, where from each state one can go on for ever without a fault, stay where the
claim is pending, and for each action come again and again to a state in which it is disabled, or take it.
A system that breaks a claim by a run that ends is not looked at any further.

Reference: E. A. Emerson, C.-L. Lei, *Efficient model checking in fragments of the propositional mu-calculus*
(LICS 1986).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mealspec.core.claim import Claim, Form
from mealspec.core.configuration import Branch
from mealspec.core.event import Kind
from mealspec.core.symbolic.diagrams import Symbolic
from mealspec.core.symbolic.sets import Set, bounded
from mealspec.core.symbolic.steps import Step


@dataclass(frozen=True)
class Question:
    """A claim about every system of a family: its form, what is wrong, and where that is excused."""

    form: Form
    wrong: Set
    excused: Set

    @property
    def bad(self) -> Set:
        """What is wrong and not excused."""
        return self.wrong & ~self.excused


@bounded
def questions(space: Symbolic, asked: tuple[Branch[list[Claim]], ...]) -> list[Question]:
    """The claims of each branch as one list of questions about all systems; each branch has as many, of like form."""
    out = []
    for claims in zip(*(branch.value for branch in asked), strict=True):
        wrong = excused = space.false
        for branch, claim in zip(asked, claims, strict=True):
            systems = space.systems(branch.given)
            wrong = wrong | (systems & space.where(claim.wrong))
            if claim.excuse is not None:
                excused = excused | (systems & space.where(claim.excuse))
        out.append(Question(claims[0].form, wrong, excused))
    return out


@bounded
def breakers(space: Symbolic, question: Question, among: Set | None = None) -> Set:
    """The systems (of those ``among``) that break the claim."""
    among = space.true if among is None else among
    found = space.projected(ends(space, question) & among)
    if question.form is not Form.FOREVER:
        return found
    inside = space.reachable & question.wrong & among & ~found
    return found | space.projected(fair(space, inside, ~question.excused))


@bounded
def ends(space: Symbolic, question: Question) -> Set:
    """The states in which a run that breaks the claim ends, or may as well end."""
    return question.bad & (space.reachable if question.form is Form.NEVER else space.quiescent)


@dataclass(frozen=True)
class Arena:
    """Where runs go on: by which steps, and where each action to which fairness is owed is disabled."""

    steps: Sequence[Step]
    idle: Mapping[str, Set]

    @classmethod
    def of(cls, space: Symbolic) -> Arena:
        """All steps of the space."""
        return cls(space.steps, {action: ~space.any(s.guard for s in some) for action, some in by_action(space.steps)})


def by_action(steps: Sequence[Step]) -> list[tuple[str, list[Step]]]:
    """The system steps of each action."""
    actions: dict[str, list[Step]] = {}
    for step in steps:
        if step.kind is Kind.SYSTEM:
            actions.setdefault(step.action, []).append(step)
    return list(actions.items())


@bounded
def fair(space: Symbolic, inside: Set, counts: Set, arena: Arena | None = None) -> Set:
    """From where a run without faults can stay inside for ever, be fair, and come to ``counts`` again and again."""
    arena = arena or Arena.of(space)
    steps = [step for step in arena.steps if step.kind is not Kind.FAULT]
    actions = by_action(steps)
    left, before = inside, None
    while left != before and left != space.false:
        before = left
        left = left & ~space.trapped(left & ~counts, left, steps)
        for action, some in actions:
            unserved = left & ~(arena.idle[action] | _before(space, some, left))
            left = left & ~space.trapped(unserved, left, steps)
        left = left & _before(space, steps, left)
    return left


def _before(space: Symbolic, steps: list[Step], states: Set) -> Set:
    return space.any(space.preimage(step, states) for step in steps)
