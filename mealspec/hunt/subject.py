"""What a hunt is about: a design in a scope, what the search knows of it, and how a run is judged."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

from mealspec.check.verify import decide
from mealspec.core import Form, Graph, Kind, Progress, System, Trace, explore
from mealspec.core.system import Locals, bits, each
from mealspec.model.design import Design
from mealspec.model.product import system
from mealspec.model.scope import Scope
from mealspec.properties.catalogue import PROPERTIES
from mealspec.properties.facts import Facts

Bad = Callable[[Locals], bool]
"""Whether a state, given by indices, is one that a clause forbids."""


class Watch(Protocol):
    """Follows one run, for a property that is not decided by the state alone; ``bad`` once that is violated."""

    bad: bool

    def step(self, event: int, state: Locals) -> None:
        """The event has happened, and led to the state."""


@dataclass(frozen=True, eq=False)
class Subject:
    """A design in a scope.

    Attributes
    ----------
    design, scope
        What is hunted.
    graph
        What the search knows of it: everything, or every run up to some length.
    watches
        Makers of what follows a run, by the property that it judges.
    """

    design: Design
    scope: Scope
    graph: Graph
    watches: Mapping[str, Callable[[], Watch]] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        design: Design,
        scope: Scope,
        *,
        depth: int | None = None,
        report: Callable[[Progress], None] | None = None,
    ) -> Subject:
        """Explore the design, completely or every run of ``depth`` steps."""
        return cls(design, scope, explore(system(design, scope), depth=depth, report=report))

    @property
    def system(self) -> System:
        """The product."""
        return self.graph.system

    @cached_property
    def facts(self) -> Facts:
        """The vocabulary of the properties."""
        return Facts(self.design, self.scope, self.system)

    @cached_property
    def owed(self) -> int:
        """The system's own events, as bits, and the ticks of one in time."""
        return self._of(Kind.SYSTEM) | self._of(Kind.TIME)

    @cached_property
    def faults(self) -> int:
        """The faults, as bits."""
        return self._of(Kind.FAULT)

    def _of(self, kind: Kind) -> int:
        return bits(e for e, event in enumerate(self.system.events) if event.kind is kind)

    def bad(self, property_id: str, *forms: Form) -> list[Bad]:
        """What the property's clauses of these forms forbid, of a state that is seen or in which a run may end."""
        if property_id in self.watches:
            return []
        clauses = (clause for clause in PROPERTIES[property_id].clauses if clause.form in forms)
        return [each_bad.compiled(self.system) for clause in clauses for each_bad in clause.bad(self.facts)]

    def forever(self, property_id: str) -> list[tuple[Bad, Bad]]:
        """What the property forbids for ever: what is wrong, and what is wrong and not excused."""
        if property_id in self.watches:
            return []
        clauses = [clause for clause in PROPERTIES[property_id].clauses if clause.form is Form.FOREVER]
        pairs = [pair for c in clauses for pair in zip(c.wrong(self.facts), c.bad(self.facts), strict=True)]
        return [(wrong.compiled(self.system), bad.compiled(self.system)) for wrong, bad in pairs]

    def moves(self, state: Locals) -> list[int]:
        """The system's own events that change the state."""
        return [e for e in each(self.system.permitted(state) & self.owed) if self.system.after(state, e) != state]

    def others(self, run: Sequence[int]) -> list[int]:
        """What can happen after a run, given by numbers of events."""
        state = self.system.initial
        for event in run:
            state = self.system.after(state, event) or state  # what is refused is skipped
        return each(self.system.permitted(state))

    def shortest(self, property_id: str) -> Trace | None:
        """The search's shortest counterexample, or None if it knows none."""
        return decide(self.graph, self.facts, PROPERTIES[property_id])

    def detour(self, run: Trace) -> int:
        """By how many steps the run misses the shortest one to the state in which it ends; 0 if nobody knows that."""
        there = (self.graph.packed == self.system.pack(run.path[-1])).all(axis=1)
        return len(run) - int(self.graph.level[there.argmax()]) if there.any() else 0

    def trace(self, events: Sequence[int], loop: int | None = None) -> Trace:
        """The run that these events make."""
        return Trace.of(self.system, [self.system.events[e].name for e in events], loop=loop)

    def attempt(self, property_id: str) -> Callable[[Sequence[int], int], list[int] | None]:
        """Tells of a script whether it leads to a violation in fewer than so many events, and by which run.

        What is refused is skipped. At its end the system does what it owes, round robin, for a property
        that speaks of the end.
        """
        never = self.bad(property_id, Form.NEVER)
        final = self.bad(property_id, Form.QUIESCENT, Form.FOREVER)

        def run(script: Sequence[int], limit: int) -> list[int] | None:
            state = self.system.initial
            watch = self.watches[property_id]() if property_id in self.watches else None
            done: list[int] = []
            turns: dict[int, int] = {}
            waiting = iter(script)
            while len(done) < limit:
                event = next(waiting, None)
                if event is None:
                    moves = self.moves(state) if final else []
                    if not moves:
                        return done if any(bad(state) for bad in final) else None
                    event = min(moves, key=lambda e: turns.get(e, -1))
                    turns[event] = len(done)
                after = self.system.after(state, event)
                if after is None:
                    continue
                state = after
                done.append(event)
                if watch is not None:
                    watch.step(event, state)
                if len(done) < limit and (any(bad(state) for bad in never) or (watch is not None and watch.bad)):
                    return done
            return None

        return run
