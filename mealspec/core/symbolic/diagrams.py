"""A family of systems as decision diagrams: every state of every system in one set.

A set holds pairs of a system and a state. Its variables are the features, which never change, and the bits
of the machines' states. A step is a guard and, for each machine that it moves, what becomes of that machine's
bits; machines share no bits, so an image is made machine by machine: the changing bits are forgotten and
set anew. No second copy of the variables is needed.

Sets are closed step by step: the steps that touch only the lowest variables first, and all so far again
whenever one more is taken in, each from what is new since its last turn (chaining, after the idea of
saturation).

References: J. R. Burch, E. M. Clarke, K. L. McMillan, D. L. Dill, L. J. Hwang, *Symbolic model checking: 10^20
states and beyond* (LICS 1990); G. Ciardo, G. Luettgen, R. Siminiceanu, *Saturation: an efficient
iteration strategy for symbolic state-space generation* (TACAS 2001).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import cached_property

from oxidd.util import BooleanOperator

from mealspec.core.engine import Effort
from mealspec.core.event import Kind
from mealspec.core.featured import FeaturedSystem
from mealspec.core.symbolic.sets import CACHE, Set, Space, bounded
from mealspec.core.symbolic.steps import Step, compiled


class Symbolic(Space):
    """A family, its steps as diagrams, and sets of its states.

    Parameters
    ----------
    family
        The systems.
    nodes, cache
        Room for diagram nodes, as much as there is if left out; and for remembered results.
    report
        Called with an :class:`Effort` now and then during long work.

    Examples
    --------
    >>> from mealspec.core import Event, Kind, Machine, System
    >>> lamp = Machine.table("lamp", "off", [("on", "off", "lit"), ("off", "lit", "off")])
    >>> switch = [Event("on", Kind.USER, "user", ("lamp",)), Event("off", Kind.SYSTEM, "lamp", ("lamp",))]
    >>> space = Symbolic(FeaturedSystem.of(System([lamp], switch)), nodes=1000, cache=1000)
    >>> space.count(space.reachable)
    2
    """

    @bounded
    def __init__(
        self,
        family: FeaturedSystem,
        *,
        nodes: int | None = None,
        cache: int = CACHE,
        report: Callable[[Effort], None] | None = None,
    ) -> None:
        super().__init__(family, nodes, cache)
        self.report = report
        self.steps = tuple(compiled(self))

    @bounded
    def image(self, step: Step, states: Set) -> Set:
        """Where the step leads from there."""
        out = states & step.guard
        for move in step.moves:
            if out == self.false:
                break
            after = out & move.stays
            for source, values in move.turns:
                after = after | (out.apply_exists(BooleanOperator.AND, source, move.bits) & values)
            out = after
        return out

    @bounded
    def preimage(self, step: Step, states: Set) -> Set:
        """From where the step leads there."""
        out = states
        for move in step.moves:
            if out == self.false:
                return out
            before = out & move.stays
            for source, values in move.turns:
                before = before | (out.apply_exists(BooleanOperator.AND, values, move.bits) & source)
            out = before
        return out & step.guard

    @bounded
    def confine(self, systems: Set, bad: Set | None = None) -> Set:
        """Look at these systems only, and let go of one as soon as it reaches a ``bad`` state: those that did.

        To be called before anything else is asked about reachable states.
        """
        lost = self.false

        def keep(states: Set) -> Set:
            nonlocal lost
            if bad is None:
                return states
            doomed = self.projected(states & bad)
            lost = lost | doomed
            return states & ~doomed

        self.initial = self.initial & systems
        self.reachable = self.reach(self.initial, keep)
        return lost

    @cached_property
    @bounded
    def reachable(self) -> Set:
        """Everything that can be reached."""
        return self.reach(self.initial)

    @bounded
    def reach(
        self, states: Set, keep: Callable[[Set], Set] = lambda states: states, steps: Sequence[Step] | None = None
    ) -> Set:
        """What can be reached from there, by some steps or all; ``keep`` may take states out on the way."""
        moving = [step for step in (self.steps if steps is None else steps) if step.moves]
        return self._close(states, moving, self.image, keep)

    @cached_property
    @bounded
    def quiescent(self) -> Set:
        """The states that can be reached and that no system event changes."""
        out = self.reachable
        for where in (step.moving for step in self.steps if step.kind is Kind.SYSTEM):
            out = out & ~where
        return out

    @bounded
    def back(self, states: Set, inside: Set, steps: Sequence[Step]) -> Set:
        """From where one can get there by these steps without leaving ``inside``."""
        moving = [step for step in steps if step.moves]
        grow = lambda step, fresh: self.preimage(step, fresh) & inside  # noqa: E731 (one line says it)
        return self._close(states & inside, moving, grow)

    @bounded
    def trapped(self, states: Set, inside: Set, steps: Sequence[Step]) -> Set:
        """Those of the states from which these steps lead to no others of ``inside``, however many are taken.

        The same as what :meth:`back` from the others leaves over, and cheaper where there are few states.
        """
        moving = [step for step in steps if step.moves]
        trap, before = states, None
        while trap != before and trap != self.false:
            before = trap
            for step in moving:
                self.tidy()
                away = self.image(step, trap) & inside & ~trap
                if away != self.false:
                    trap = trap & ~self.preimage(step, away)
        return trap

    def _close(
        self,
        states: Set,
        steps: Sequence[Step],
        grow: Callable[[Step, Set], Set],
        keep: Callable[[Set], Set] | None = None,
    ) -> Set:
        """The states and all that grows from them: with all steps at once, or step by step, to ``keep`` some."""
        began = last = time.monotonic()
        seen: dict[str, Set] = {}
        for taken in range(1 if keep else len(steps), len(steps) + 1):
            before = None
            while states != before:
                before = states
                for step in steps[:taken]:
                    done = seen.get(step.name, self.false)
                    if done != states:
                        seen[step.name] = states
                        states = states | grow(step, states & ~done)
                        self.tidy()
                now = time.monotonic()
                if self.report and now - last > 0.2:
                    self.report(Effort(taken, len(steps), states.node_count(), now - began))
                    last = now
            if keep:
                states = keep(states)
        return states
