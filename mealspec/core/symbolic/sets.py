"""Sets of pairs of a system and a state, as decision diagrams.

The variables are the features, which never change, and the bits of the machines' states.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from functools import cached_property, wraps
from typing import Concatenate, ParamSpec, TypeVar

from oxidd.bcdd import BCDDFunction, BCDDManager, BCDDSubstitution
from oxidd.util import DDMemoryError

from mealspec.core.errors import TooLarge
from mealspec.core.featured import FeaturedSystem
from mealspec.core.machine import State
from mealspec.core.predicate import At, Predicate, read
from mealspec.core.symbolic.encoding import Encoding, encode
from mealspec.core.symbolic.room import affordable

Set = BCDDFunction
"""A set of pairs of a system and a state; over features alone, a set of systems."""

CACHE = 250_000
"""Remembered results of operations: few enough to stay near the processor; more are not used often enough to pay."""

GARBAGE = 1_000_000
"""Nodes that may be made before those that are of no more use are thrown away, for the same reason."""


P = ParamSpec("P")
S = TypeVar("S", bound="Space")
T = TypeVar("T")


def bounded(work: Callable[Concatenate[S, P], T]) -> Callable[Concatenate[S, P], T]:
    """The same work on a space, with :class:`TooLarge` where the space has no room for it."""

    @wraps(work)
    def within(space: S, /, *args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return work(space, *args, **kwargs)
        except DDMemoryError:
            raise TooLarge(
                f"{space.family.name}: the decision diagrams outgrow {space.room:,} nodes; "
                "choose a smaller scope, or fix more mechanisms"
            ) from None

    return within


class Space:
    """The sets over the features and states of a family; parameters as of
    :class:`~mealspec.core.symbolic.diagrams.Symbolic`."""

    @bounded
    def __init__(self, family: FeaturedSystem, nodes: int | None, cache: int) -> None:
        self.family = family
        self.room = nodes or affordable(family.name)
        self.manager = BCDDManager(self.room, cache, 1)
        self._kept = 0
        self.encodings = {name: encode(name, family.states(name)) for name in family.variants}
        self.variables = _ordered(family, self.encodings)
        self.place = {name: k for k, name in enumerate(self.variables)}
        self.manager.add_named_vars(self.variables)
        self._vars = [self.manager.var(k) for k in range(len(self.variables))]
        self.true, self.false = self.manager.true(), self.manager.false()

    def cube(self, values: Iterable[tuple[str, bool]]) -> Set:
        """Where these variables have these values."""
        out = self.true
        for name, value in sorted(values, key=lambda pair: -self.place[pair[0]]):
            variable = self._vars[self.place[name]]
            out = (variable if value else ~variable) & out
        return out

    def feature(self, name: str) -> Set:
        """The systems that have the feature."""
        return self._vars[self.place[name]]

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

    @bounded
    def where(self, predicate: Predicate) -> Set:
        """Where the predicate holds."""
        return read(predicate, self.encodings, self._at, self._always, Set.__and__, Set.__invert__)

    def _always(self, value: bool) -> Set:
        return self.true if value else self.false

    def _at(self, fact: At) -> Set:
        """Where the machine's state passes the test; in systems without the machine the fact has its constant value."""
        passing = (state for state in self.family.states(fact.machine) if fact.passes(state))
        passes = self.any(self.state(fact.machine, state) for state in passing)
        there = self.any(self.systems(b.given) for b in self.family.variants[fact.machine] if b.value is not None)
        return (passes & there) | (~there if fact.absent else self.false)

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
    def moved(self, systems: Set, source: Space) -> Set:
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
        return BCDDSubstitution((self.place[old], self._vars[self.place[new]]) for old, new in names.items())

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
