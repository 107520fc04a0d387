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
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from oxidd.bcdd import BCDDFunction, BCDDManager, BCDDSubstitution
from oxidd.util import BooleanOperator, DDMemoryError

from mealspec.core.errors import CheckerError
from mealspec.core.event import Kind
from mealspec.core.featured import FeaturedSystem
from mealspec.core.machine import Machine, State
from mealspec.core.predicate import Predicate
from mealspec.core.symbolic.encoding import Encoding, encode

__all__ = ["Effort", "Move", "Set", "Step", "Symbolic", "TooLarge", "bounded"]

Set = BCDDFunction
"""A set of pairs of a system and a state; over features alone, a set of systems."""

NODES = 150_000_000
"""Room for diagram nodes; what is not used costs no memory."""

CACHE = 250_000
"""Remembered results of operations: few enough to stay near the processor; more are not used often enough to pay."""

GARBAGE = 1_000_000
"""Nodes that may be made before those that are of no more use are thrown away, for the same reason."""


class TooLarge(CheckerError):
    """The diagrams need more room than they were given."""


P = ParamSpec("P")
T = TypeVar("T")


def bounded(work: Callable[Concatenate[Symbolic, P], T]) -> Callable[Concatenate[Symbolic, P], T]:
    """The same work on a space, with :class:`TooLarge` where the space has no room for it."""

    @wraps(work)
    def within(space: Symbolic, /, *args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return work(space, *args, **kwargs)
        except DDMemoryError:
            raise TooLarge(
                f"{space.family.name}: the decision diagrams outgrow {space.room:,} nodes; "
                "choose a smaller scope, or fix more mechanisms"
            ) from None

    return within


@dataclass(frozen=True)
class Effort:
    """How far a closure has come: steps taken in of all there are, nodes of the set, seconds."""

    taken: int
    steps: int
    nodes: int
    seconds: float


@dataclass(frozen=True)
class Move:
    """What a step does to one machine.

    ``bits`` may change, except in the states of ``stays``; ``turns`` are pairs of a set of states and the
    values that the bits then get.
    """

    bits: Set
    stays: Set
    turns: tuple[tuple[Set, Set], ...]


@dataclass(frozen=True)
class Step:
    """An event: where it is possible, where it changes something, and how."""

    name: str
    kind: Kind
    action: str
    guard: Set
    moving: Set
    moves: tuple[Move, ...]


class Symbolic:
    """A family, its steps as diagrams, and sets of its states.

    Parameters
    ----------
    family
        The systems.
    nodes, cache
        Room for diagram nodes, and for remembered results.
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
        nodes: int = NODES,
        cache: int = CACHE,
        report: Callable[[Effort], None] | None = None,
    ) -> None:
        self.family = family
        self.room = nodes
        self.report = report
        self.manager = BCDDManager(nodes, cache, 1)
        self._kept = 0
        self.encodings = {name: encode(name, family.states(name)) for name in family.variants}
        self.variables = _ordered(family, self.encodings)
        self._place = {name: k for k, name in enumerate(self.variables)}
        self.manager.add_named_vars(self.variables)
        self._vars = [self.manager.var(k) for k in range(len(self.variables))]
        self.true, self.false = self.manager.true(), self.manager.false()
        self.steps = tuple(self._steps())

    # ------------------------------------------------------------------ sets

    def cube(self, values: Iterable[tuple[str, bool]]) -> Set:
        """Where these variables have these values."""
        out = self.true
        for name, value in sorted(values, key=lambda pair: -self._place[pair[0]]):
            variable = self._vars[self._place[name]]
            out = (variable if value else ~variable) & out
        return out

    def feature(self, name: str) -> Set:
        """The systems that have the feature."""
        return self._vars[self._place[name]]

    def systems(self, given: Mapping[str, bool]) -> Set:
        """The systems in which these features are on, or off."""
        return self.cube(given.items())

    def system(self, features: Collection[str]) -> Set:
        """The one system with these features, and no others."""
        return self.cube((name, name in features) for name in self.family.features)

    def state(self, machine: str, state: State) -> Set:
        """Where the machine is in that state."""
        encoding = self.encodings[machine]
        return self.cube(zip(encoding.bits, encoding.codes[state], strict=True))

    def at(self, machine: str, test: Callable[[Any], bool], absent: bool | None) -> Set:
        """Where the machine's state passes the test; ``absent`` for the systems without it."""
        if machine not in self.encodings:
            if absent is None:
                raise KeyError(machine)
            return self.true if absent else self.false
        passes = self.any(self.state(machine, state) for state in self.family.states(machine) if test(state))
        there = self.any(self.systems(b.given) for b in self.family.variants[machine] if b.value is not None)
        return (passes & there) | (~there if absent else self.false)

    @bounded
    def where(self, predicate: Predicate) -> Set:
        """Where the predicate holds."""
        return predicate.symbolic(self)

    @bounded
    def any(self, sets: Iterable[Set]) -> Set:
        """What is in one of them."""
        out = self.false
        for each in sets:
            out = out | each
        return out

    @cached_property
    @bounded
    def initial(self) -> Set:
        """Every machine of every system in its initial state."""
        out = self.true
        for machine in self.family.machines:
            out = out & self.state(machine.name, machine.initial)
        return out

    @cached_property
    @bounded
    def _state_bits(self) -> Set:
        return self.cube((bit, True) for encoding in self.encodings.values() for bit in encoding.bits)

    @bounded
    def moved(self, systems: Set, source: Symbolic) -> Set:
        """A set of systems of another space with the same features, in this one."""
        done: dict[Set, Set] = {source.true: self.true, source.false: self.false}

        def copy(old: Set) -> Set:
            if old not in done:
                name = source.variables[old.node_var() or 0]
                high, low = old.cofactors() or (old, old)
                done[old] = self.feature(name).ite(copy(high), copy(low))
            return done[old]

        return copy(systems)

    def renaming(self, names: Mapping[str, str]) -> BCDDSubstitution:
        """The substitution by which a set says of the second of each two variables what it says of the first."""
        return BCDDSubstitution((self._place[old], self._vars[self._place[new]]) for old, new in names.items())

    def one(self, states: Set) -> Set:
        """One pair of a system and a state of a set that is not empty, always the same."""
        values = states.pick_cube()
        if values is None:
            raise ValueError("an empty set has no state")
        return self.cube((name, values[k] is True) for k, name in enumerate(self.variables))

    @bounded
    def projected(self, states: Set) -> Set:
        """The systems that have a state in the set."""
        return states.exists(self._state_bits)

    def count(self, states: Set) -> int:
        """How many pairs of a system and a state there are."""
        return states.sat_count(len(self.variables))

    def count_systems(self, systems: Set) -> int:
        """How many systems there are in a set over features."""
        return systems.sat_count(len(self.variables)) >> (len(self.variables) - len(self.family.features))

    def tidy(self) -> None:
        """Throw away the nodes that nothing refers to, if many were made since it was last done."""
        if self.manager.approx_num_inner_nodes() - self._kept > GARBAGE:
            self.manager.gc()
            self._kept = self.manager.approx_num_inner_nodes()

    # ------------------------------------------------------------------ steps

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

        def judge(states: Set) -> Set:
            nonlocal lost
            if bad is None:
                return states
            doomed = self.projected(states & bad)
            lost = lost | doomed
            return states & ~doomed

        self.initial = self.initial & systems
        self.reachable = self.reach(self.initial, judge)
        return lost

    @cached_property
    @bounded
    def reachable(self) -> Set:
        """Everything that can be reached."""
        return self.reach(self.initial)

    @bounded
    def reach(
        self, states: Set, judge: Callable[[Set], Set] = lambda states: states, steps: Sequence[Step] | None = None
    ) -> Set:
        """What can be reached from there, by some steps or all; ``judge`` may take states out on the way."""
        moving = [step for step in (self.steps if steps is None else steps) if step.moves]
        return self._close(states, moving, self.image, judge)

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
        judge: Callable[[Set], Set] | None = None,
    ) -> Set:
        """The states and all that grows from them; with a judge step by step, and else with all steps at once."""
        began = last = time.monotonic()
        seen: dict[str, Set] = {}
        for taken in range(1 if judge else len(steps), len(steps) + 1):
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
            if judge:
                states = judge(states)
        return states

    # ------------------------------------------------------------------ compilation

    def _steps(self) -> Iterator[Step]:
        """All steps, in the order in which a closure takes them in."""
        built = [self._step(name) for name in self.family.events]
        stages = self.family.stages or {}
        depth = {name: -min(self._touched(name), default=0) for name in self.family.events}
        yield from sorted(built, key=lambda step: (stages.get(step.name, 0), depth[step.name]))

    def _touched(self, event: str) -> Iterator[int]:
        """The places of the bits of all machines that the event may move."""
        for name in self._participants(event):
            every = self.family.variants[name]
            if any(row.source != row.dest for b in every if b.value for row in _rows(b.value, event)):
                yield from (self._place[bit] for bit in self.encodings[name].bits)

    def _participants(self, event: str) -> dict[str, Set]:
        """For each machine, in which systems it takes part."""
        out: dict[str, Set] = {}
        for given, declared in self.family.events[event]:
            for name in declared.takes:
                if name in self.encodings:
                    out[name] = out.get(name, self.false) | self.systems(given)
        return out

    def _step(self, event: str) -> Step:
        guard = self.any(self.systems(branch.given) for branch in self.family.events[event])
        moves, moving = [], self.false
        for name, takes in self._participants(event).items():
            permits, move = self._part(name, event, takes)
            guard = guard & permits
            if move is not None:
                moves.append(move)
                moving = moving | self.any(source for source, _ in move.turns)
        kind, action = self.family.kind(event), self.family.action(event)
        return Step(event, kind, action, guard, moving & guard, tuple(moves))

    def _part(self, name: str, event: str, takes: Set) -> tuple[Set, Move | None]:
        """Where the machine permits the event, which only the systems of ``takes`` ask of it, and what it does."""
        encoding = self.encodings[name]
        stays = ~takes
        turns: dict[tuple[State, State], Set] = {}
        for rows, systems in self._variants(name, event):
            asked = systems & takes
            if rows is None:
                stays = stays | asked
                continue
            for source, dest in rows:
                here = asked & self.state(name, source)
                if source == dest:
                    stays = stays | here
                elif here != self.false:
                    turns[source, dest] = turns.get((source, dest), self.false) | here
        pairs = {(s, d): tuple(zip(encoding.codes[s], encoding.codes[d], strict=True)) for s, d in turns}
        changing = [k for k in range(len(encoding.bits)) if any(p[k][0] != p[k][1] for p in pairs.values())]
        by_values: dict[tuple[bool, ...], Set] = {}
        for pair, here in turns.items():
            values = tuple(pairs[pair][k][1] for k in changing)
            by_values[values] = by_values.get(values, self.false) | here
        permits = stays | self.any(turns.values())
        if not turns:
            return permits, None
        bits = [encoding.bits[k] for k in changing]
        outcomes = tuple((here, self.cube(zip(bits, values, strict=True))) for values, here in by_values.items())
        return permits, Move(self.cube((bit, True) for bit in bits), stays, outcomes)

    def _variants(self, name: str, event: str) -> Iterator[tuple[tuple[tuple[State, State], ...] | None, Set]]:
        """The different ways in which the machine takes the event, each with the systems that have it."""
        ways: dict[tuple[tuple[State, State], ...] | None, Set] = {}
        for given, machine in self.family.variants[name]:
            rows = None if machine is None else tuple((row.source, row.dest) for row in _rows(machine, event))
            ways[rows] = ways.get(rows, self.false) | self.systems(given)
        yield from ways.items()


def _rows(machine: Machine, event: str) -> list[Any]:
    return machine.by_event.get(event, [])


def _ordered(family: FeaturedSystem, encodings: Mapping[str, Encoding]) -> list[str]:
    """All variables: those that the family puts in order, then the others."""
    bits = [bit for encoding in encodings.values() for bit in encoding.bits]
    names = [*family.features, *bits]
    rank = {name: k for k, name in enumerate(family.order)}

    def place(name: str) -> int:
        parts = name.split(".")
        heads = (".".join(parts[:k]) for k in range(len(parts), 0, -1))
        return next((rank[head] for head in heads if head in rank), len(rank))

    return sorted(names, key=place)
