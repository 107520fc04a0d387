"""What an implementation may show: the states of the model that fit what was seen.

The tester acts only when the implementation has done all that it can do, so a step of a test is an event of the
tester and then the implementation's own events, until none of them is possible any more. In which order these come is
open, and which of them: so a test keeps every state of the model that fits what was shown so far (a subset
construction), and a step that leaves none is a divergence.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

from mealspec.conform.role import Json, Names, Part, Role
from mealspec.core import State, System
from mealspec.core.system import Locals, bits, each
from mealspec.core.timed import TICK, is_one_of
from mealspec.model.design import Design
from mealspec.model.mechanism import Mechanism as M
from mealspec.model.scope import Scope

MOST = 2000
"""So many of the implementation's events follow one of the tester's at most; more mean that it never comes to rest."""


FREED = ("connection", "notification")
"""The kinds of machines that say whether a connection is free."""


class Place(NamedTuple):
    """Where a run may be: a state of the model, and what its names stand for."""

    state: Locals
    names: Names


class Step(NamedTuple):
    """One way a step may go: what happens in it, and where it ends."""

    events: tuple[int, ...]
    parts: tuple[Part, ...]
    place: Place

    @property
    def sees(self) -> tuple[Json, ...]:
        """All that is shown in it."""
        return tuple(sight for part in self.parts for sight in part.sees)


def canonical(what: Any) -> str:
    """One text for equal JSON."""
    return json.dumps(what, sort_keys=True, ensure_ascii=False)


@dataclass(frozen=True, eq=False)
class Spec:
    """The model of a design, for a tester of one role.

    Attributes
    ----------
    role, plan, system
        The role, the design, and its product in time.
    unused
        What the tester never does; beginnings of events' names.
    """

    role: Role
    plan: Design
    system: System
    unused: tuple[str, ...] = ()
    _memory: dict[tuple[Place, int], tuple[Step, ...]] = field(default_factory=dict)

    @cached_property
    def own(self) -> int:
        """The implementation's events, as bits."""
        return self._of(self.role.own)

    @cached_property
    def first(self) -> int:
        """The tester's events that come before anything else, as bits."""
        return self._of(self.role.first)

    @cached_property
    def urgent(self) -> int:
        """The tester's events that come before the next tick, as bits."""
        return self._of(self.role.urgent)

    @cached_property
    def ticks(self) -> int:
        """The ticks, as bits."""
        return self._of([TICK])

    @cached_property
    def room(self) -> dict[int, list[tuple[int, list[int]]]]:
        """Of each event that needs a free connection: the other machines that take part, each with its rows.

        A row is where a local state leads, or -1 where the machine refuses.
        """
        t, found = self.system.tables, dict[int, list[tuple[int, list[int]]]]()
        for e in each(self._of(self.role.room)):
            found[e] = []
            for p in range(int(t.first[e]), int(t.first[e + 1])):
                k, row = int(t.machine[p]), int(t.row[p])
                machine = self.system.machines[k]
                if machine.name.split(".")[0] not in FREED:
                    found[e].append((k, t.dest[row : row + len(machine.states)].tolist()))
        return found

    def starved(self, state: Locals) -> bool:
        """Whether the implementation would dial, and no connection of the scope is free."""
        wants = [e for e, rows in self.room.items() if all(dest[state[k]] >= 0 for k, dest in rows)]
        return bool(wants) and not self.system.permitted(state) & bits(wants)

    @cached_property
    def _barred(self) -> int:
        return self.own | self._of(self.unused)

    def _of(self, names: Iterable[str]) -> int:
        return bits(e for e, event in enumerate(self.system.events) if is_one_of(event.name, names))

    @classmethod
    def of(cls, role: Role, plan: Design, scope: Scope) -> Spec:
        """The model of a design in a scope.

        Where a failed load empties the list no meal is done with, for what is shown of it then the model has forgotten.
        """
        unused = () if M.KEEP_ON_FAILURE in plan or role.name == "server" else ("user.archive",)
        return cls(role, plan, role.build(plan, scope), unused)

    def is_own(self, events: Iterable[int]) -> bool:
        """Whether one of these events is the implementation's."""
        return bool(self.own & bits(events))

    def forget(self) -> None:
        """Give back what is remembered of steps."""
        self._memory.clear()
        self._states.clear()

    @property
    def start(self) -> Place:
        """Where a run begins; nothing happens there by itself."""
        return Place(self.system.initial, Names())

    def states(self, state: Locals) -> dict[str, State]:
        """The states of the machines, without their clocks."""
        known = self._states.get(state)
        if known is None:
            told = self.system.states(state)
            known = self._states[state] = {name: getattr(some, "untimed", some) for name, some in told.items()}
        return known

    @cached_property
    def _states(self) -> dict[Locals, dict[str, State]]:
        return {}

    def choices(self, place: Place) -> list[int]:
        """What the tester may do where the implementation has come to rest, if :meth:`steps` has any then."""
        permitted = self.system.permitted(place.state) & ~self._barred
        if permitted & self.first:
            permitted &= self.first
        if permitted & self.urgent:
            permitted &= ~self.ticks
        return each(permitted)

    def shows(self, place: Place) -> Json:
        """What the implementation shows at rest."""
        return self.role.shows(self.states(place.state), place.names)

    def steps(self, place: Place, event: int) -> tuple[Step, ...]:
        """The ways in which a step may go that begins with an event of the tester; none if it is not possible."""
        key = (place, event)
        if key not in self._memory:
            self._memory[key] = tuple(self._settled(place, event))
        return self._memory[key]

    def _settled(self, place: Place, event: int) -> Iterable[Step]:
        first = self._take(Step((), (), place), event)
        waiting = [] if first is None else [first]
        seen = {self._mark(step) for step in waiting}
        for done, step in enumerate(waiting):
            if done > MOST:
                raise RuntimeError(f"{self.role.name}: no rest after '{self.system.events[event].name}'")
            own = each(self.system.permitted(step.place.state) & self.own)
            if self.starved(step.place.state):
                return
            if not own:
                yield step
            for each_event in own:
                after = self._take(step, each_event)
                if after is not None and (mark := self._mark(after)) not in seen:
                    seen.add(mark)
                    waiting.append(after)

    def _take(self, step: Step, event: int) -> Step | None:
        after = self.system.after(step.place.state, event)
        if after is None:
            return None
        before, names = step.place
        parts, names = self.role.told(
            self.plan, self.system.events[event], self.states(before), self.states(after), names
        )
        return Step((*step.events, event), (*step.parts, *parts), Place(after, names))

    @staticmethod
    def _mark(step: Step) -> Any:
        return step.place, tuple(sorted(map(canonical, step.sees)))

    def fitting(self, places: Sequence[Place], event: int) -> list[Step]:
        """The ways in which a step may go from any of some places; the event must be possible at all of them."""
        return [step for place in places for step in self.steps(place, event)]
