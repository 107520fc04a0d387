"""The slow path: the product as ``transitions`` objects, with none of our tables.

Every machine becomes an object that ``transitions`` drives, and what is possible is what those objects
say when asked. Only the rows of the machines and the participants of the events are shared with
:class:`mealspec.core.system.System`; its tables, the explorer's packing and the kernel are not. So where both
agree, neither the compilation nor the search has changed the meaning of the rows.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from mealspec.core.errors import unknown
from mealspec.core.system import Refusal, System

Labels = tuple[str, ...]
"""A product state as the label of each machine's state, in the order of the system's machines."""


class _Actor:
    """What ``transitions`` drives; it binds these names, and only where nothing is bound already."""

    state: str
    trigger: Callable[[str], bool]
    may_trigger: Callable[[str], bool]


class Objects:
    """The machines of a system as objects that ``transitions`` drives, at first in their initial states.

    Events are triggered by name and asked for with ``may_trigger``, which no event's name can shadow.

    Examples
    --------
    >>> from mealspec.core import Event, Kind, Machine
    >>> lamp = Machine.table("lamp", "off", [("on", "off", "lit"), ("off", "lit", "off")])
    >>> objects = Objects(System([lamp], [Event("on", Kind.USER, "user", ("lamp",)),
    ...                                 Event("off", Kind.SYSTEM, "lamp", ("lamp",))]))
    >>> objects.enabled()
    ['on']
    >>> objects.fire("on")
    >>> objects.states()
    {'lamp': 'lit'}
    """

    def __init__(self, system: System) -> None:
        self._actors = {machine.name: _Actor() for machine in system.machines}
        self._automata = {machine.name: machine.automaton(self._actors[machine.name]) for machine in system.machines}
        self._takes = {
            event.name: tuple(name for name in event.takes if name in self._actors) for event in system.events
        }

    def states(self) -> dict[str, str]:
        """The label of each machine's state, by the machine's name."""
        return {name: actor.state for name, actor in self._actors.items()}

    def labels(self) -> list[str]:
        """The label of each machine's state, in the order of the system's machines."""
        return [actor.state for actor in self._actors.values()]

    def set(self, states: Mapping[str, str]) -> None:
        """Put the machines into these states; those that are not named stay where they are.

        Raises
        ------
        UnknownName
            For a machine or a state that does not exist; then nothing has moved.
        """
        for name, label in states.items():
            if name not in self._automata:
                raise unknown("machine", name, self._automata)
            if label not in self._automata[name].states:
                raise unknown(f"state of machine '{name}'", label, self._automata[name].states)
        for name, label in states.items():
            self._automata[name].set_state(label)

    def enabled(self) -> list[str]:
        """The events that every participant would take now, in declared order."""
        return [event for event, parts in self._takes.items() if self._may(event, parts)]

    def fire(self, event: str) -> None:
        """Let all participants take the event.

        Raises
        ------
        UnknownName
            If the system has no such event.
        ValueError
            If a participant refuses; the text names all who do, and nothing has moved.
        """
        if event not in self._takes:
            raise unknown("event", event, self._takes)
        refusing = [name for name in self._takes[event] if not self._actors[name].may_trigger(event)]
        if refusing:
            raise ValueError(str(Refusal(event, tuple((name, self._actors[name].state) for name in refusing))))
        self.take(event)

    def take(self, event: str) -> None:
        """Like :meth:`fire` without asking first, for those who know that it is enabled."""
        for name in self._takes[event]:
            self._actors[name].trigger(event)

    def may(self, machine: str, event: str) -> bool:
        """Whether that one machine would take the event now."""
        return self._actors[machine].may_trigger(event)

    def _may(self, event: str, parts: tuple[str, ...]) -> bool:
        return all(self.may(name, event) for name in parts)


@dataclass(frozen=True)
class Walk:
    """How far a slow exploration came, in no other terms than labels and numbers.

    Attributes
    ----------
    states
        The product states it found.
    expanded
        How many of them it asked for their events; all of them, unless a limit stopped it.
    transitions
        How many steps it took from those.
    seconds
        How long that took, without building the objects.
    """

    states: frozenset[Labels]
    expanded: int
    transitions: int
    seconds: float


def explore_slowly(system: System, limit: int | None = None) -> Walk:
    """Walk through the product breadth-first with objects, asking them everything anew.

    Parameters
    ----------
    system
        What to explore.
    limit
        Stop when at least this many states were found.

    Examples
    --------
    >>> from mealspec.core import Event, Kind, Machine, On
    >>> count = Machine.ruled("count", 3, [On("use", {1, 2, 3}, lambda n: n - 1)])
    >>> walk = explore_slowly(System([count], [Event("use", Kind.USER, "user", ("count",))]))
    >>> sorted(walk.states), walk.expanded, walk.transitions
    ([('0',), ('1',), ('2',), ('3',)], 4, 3)
    """
    objects = Objects(system)
    initial = tuple(objects.states().values())
    found, waiting = {initial}, deque([initial])
    transitions = 0
    began = time.perf_counter()
    while waiting and (limit is None or len(found) < limit):
        source = dict(zip(objects.states(), waiting.popleft(), strict=True))
        objects.set(source)
        for event in objects.enabled():
            objects.set(source)
            objects.take(event)  # just asked
            after = tuple(objects.states().values())
            transitions += 1
            if after not in found:
                found.add(after)
                waiting.append(after)
    return Walk(frozenset(found), len(found) - len(waiting), transitions, time.perf_counter() - began)
