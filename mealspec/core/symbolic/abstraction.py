"""One of many: families whose systems hold several parts alike, seen from the first of these parts.

What all states say of one part and of what is common to all parts (its view) is much less than the states
themselves. It is found without them: a view moves by each step that is possible for some other parts whose
own views, which are the same up to names, agree with it about what is common. That is repeated until it
says nothing new. So

- each state is put together from views (there may be such states that no run comes to), and
- each run, looked at from the first part, is a run of views; where an action is disabled, it may be so there.

Therefore a system whose views break no claim breaks none. One whose views do may yet keep it: this is an
upper bound, to be held against a lower one, such as what breaks with a single part already.

Reference: E. M. Clarke, M. Talupur, H. Veith, *Environment abstraction for parameterized verification*
(VMCAI 2006).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

from oxidd.util import BooleanOperator

from mealspec.core.claim import Form
from mealspec.core.event import Kind
from mealspec.core.symbolic.decide import Arena, Question, fair
from mealspec.core.symbolic.diagrams import Symbolic
from mealspec.core.symbolic.sets import Set, bounded
from mealspec.core.symbolic.steps import Move, Step


class Abstraction:
    """The views of the first of several parts alike, in some systems of a family.

    Parameters
    ----------
    space
        The family.
    twins
        For each other part, the bits of the first part with those that stand for them there. Parts must be
        alike: whoever swaps two of them in a step gets a step of the same kind, and for each claim about
        another part alone there must be one about the first.
    systems
        The systems to look at.

    Attributes
    ----------
    views
        All views.
    """

    def __init__(self, space: Symbolic, twins: Sequence[Mapping[str, str]], systems: Set) -> None:
        self.space = space
        self._others = [space.cube((bit, True) for bit in names.values()) for names in twins]
        self._mine = space.cube((bit, True) for bit in twins[0])
        self._moves = [self._seen(step) for step in space.steps]
        renamings = [space.renaming(names) for names in twins]
        bits = [bit for encoding in space.encodings.values() for bit in encoding.bits]
        began = space.initial & systems
        # At first the others rest, whatever happens around them.
        theirs = [set(names.values()) for names in twins]
        rest = [space.cube((bit, True) for bit in bits if bit not in own) for own in theirs]
        self._them = [began.exists(each) for each in rest]
        self.views, before = self._mine_of(began), None
        while self.views != before:
            before = self.views
            self.views = space.reach(before, steps=self._steps())
            self._them = [self.views.substitute(renaming) for renaming in renamings]

    def _mine_of(self, states: Set) -> Set:
        for others in self._others:
            states = states.exists(others)
        return states

    def _seen(self, step: Step) -> tuple[Move, ...]:
        """What the step does to a view."""
        parts = [
            Move(
                self._mine_of(move.bits),
                self._mine_of(move.stays),
                tuple((self._mine_of(source), self._mine_of(values)) for source, values in move.turns),
            )
            for move in step.moves
        ]
        return tuple(part for part in parts if part.bits != self.space.true)

    def _view(self, states: Set) -> Set:
        """The views of those of the states that can be put together from views."""
        for others, them in zip(self._others, self._them, strict=True):
            if states.exists(others) != states:
                states = them.apply_exists(BooleanOperator.AND, states, others)
        return states

    def _steps(self, inside: Set | None = None) -> list[Step]:
        """The steps as a view has them, those that stay inside; what looks the same is one."""
        out: dict[tuple[Kind, str, tuple[Move, ...]], Step] = {}
        for step, moves in zip(self.space.steps, self._moves, strict=True):
            guard = self._view(step.guard if inside is None else inside & self.space.preimage(step, inside))
            key = (step.kind, step.action, moves)
            if key in out:
                guard = guard | out[key].guard
            out[key] = Step(out[key].name if key in out else step.name, step.kind, step.action, guard, guard, moves)
        return list(out.values())

    def _arena(self, inside: Set | None = None) -> Arena:
        kept = self.space.true if inside is None else inside
        idle = Arena.of(self.space).idle
        return Arena(self._steps(inside), {action: self._view(kept & where) for action, where in idle.items()})

    @cached_property
    def _anywhere(self) -> Arena:
        return self._arena()

    @cached_property
    def quiescent(self) -> Set:
        """The states, put together from views, that no system event changes."""
        moving = [step.moving for step in self.space.steps if step.kind is Kind.SYSTEM]
        out = self.views
        for where in moving:  # those first that need no second part
            if self._mine_of(where) == where:
                out = out & ~where
        for them in self._them:
            out = out & them
        for where in moving:
            out = out & ~where
        return out

    def may_break(self, question: Question, among: Set) -> Set:
        """Those of the systems whose views break the claim; none if it is about other parts alone."""
        space = self.space
        if question.wrong.exists(self._mine) == question.wrong != self._mine_of(question.wrong):
            return space.false
        if question.form is Form.NEVER:
            return space.projected(self.views & self._view(question.bad) & among)
        found = space.projected(self.quiescent & question.bad & among)
        if question.form is not Form.FOREVER:
            return found
        inside = self.views & self._view(question.wrong) & among & ~found
        alone = self._mine_of(question.wrong) == question.wrong
        arena = self._anywhere if alone else self._arena(question.wrong)
        return found | space.projected(fair(space, inside, self._view(~question.excused), arena))


@bounded
def abstracted(space: Symbolic, twins: Sequence[Mapping[str, str]], systems: Set) -> Abstraction:
    """The views in these systems."""
    return Abstraction(space, twins, systems)


@bounded
def may_break(space: Symbolic, seen: Abstraction, question: Question, among: Set) -> Set:
    """Systems that may break the claim: all that do are among them."""
    return seen.may_break(question, among)
