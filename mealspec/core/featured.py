"""A family of systems: all that a set of switches can make, declared once.

Each machine and each event is given as branches, by the answers to questions about features; a system of
the family has for each of them the one branch that fits its features. So a family is a featured transition
system, and what is found out about it holds for every one of its systems, by name.

Reference: A. Classen, M. Cordy, P.-Y. Schobbens, P. Heymans, A. Legay, J.-F. Raskin, *Featured Transition
Systems* (IEEE Transactions on Software Engineering, 2013).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from mealspec.core.configuration import Branch
from mealspec.core.errors import InvalidSystem
from mealspec.core.event import Event, Kind
from mealspec.core.machine import Machine, State
from mealspec.core.system import System


@dataclass(frozen=True)
class FeaturedSystem:
    """Systems that share machines and events.

    Attributes
    ----------
    name
        For people.
    features
        The switches; a system is a set of them.
    variants
        For each machine its branches; None where a system goes without it.
    events
        For each event its branches; where none fits, a system goes without it.
    order
        Names of features and of parts of machines (``service``, ``connection.c1.client``), in the order in
        which their bits should stand; what is not named comes last. It decides how large the diagrams get,
        and nothing else.
    stages
        For each event when a search takes it in: one stage is closed before the next begins. It decides how
        long a search takes, and nothing else.

    Raises
    ------
    InvalidSystem
        Branches of a machine differ in where it begins or may rest, or those of an event in kind or action;
        all are named.
    """

    name: str
    features: tuple[str, ...]
    variants: Mapping[str, tuple[Branch[Machine | None], ...]]
    events: Mapping[str, tuple[Branch[Event], ...]]
    order: Sequence[str] = ()
    stages: Mapping[str, int] | None = None

    def __post_init__(self) -> None:
        offenders = [
            f"machine '{name}' begins in different states, or may rest in different ones"
            for name, every in self.variants.items()
            if not _alike([branch.value for branch in every if branch.value])
        ]
        offenders += [
            f"event '{name}' differs in kind or action between systems"
            for name, every in self.events.items()
            if len({(branch.value.kind, branch.value.owed_as) for branch in every}) != 1
        ]
        if offenders:
            raise InvalidSystem(offenders)

    @classmethod
    def of(cls, system: System, order: Sequence[str] = (), stages: Mapping[str, int] | None = None) -> FeaturedSystem:
        """The family whose only member is this system."""
        machines = {machine.name: (Branch[Machine | None]({}, machine),) for machine in system.machines}
        events = {event.name: (Branch({}, event),) for event in system.events}
        return cls(system.name, (), machines, events, order, stages)

    @property
    def machines(self) -> tuple[Machine, ...]:
        """Each machine once, as one of the systems has it."""
        return tuple(next(b.value for b in every if b.value) for every in self.variants.values())

    def states(self, machine: str) -> tuple[State, ...]:
        """Every state that the machine has in some system."""
        found = (state for branch in self.variants[machine] if branch.value for state in branch.value.states)
        return tuple(dict.fromkeys(found))

    def kind(self, event: str) -> Kind:
        """What is owed of the event."""
        return self.events[event][0].value.kind

    def action(self, event: str) -> str:
        """To what fairness is owed."""
        return self.events[event][0].value.owed_as

    def member(self, features: Collection[str]) -> tuple[tuple[Machine, ...], tuple[Event, ...]]:
        """The machines and events of one system of the family."""
        machines = (_fitting(every, features) for every in self.variants.values())
        events = (_fitting(every, features) for every in self.events.values())
        return tuple(m for m in machines if m is not None), tuple(e for e in events if e is not None)


def _alike(machines: Sequence[Machine]) -> bool:
    """Whether all begin in the same state and may rest in the same ones, as far as they have them."""
    rests: dict[State, bool] = {}
    return all(
        machine.initial == machines[0].initial
        and all(rests.setdefault(s, machine.resting(s)) == machine.resting(s) for s in machine.states)
        for machine in machines
    )


T = TypeVar("T")


def _fitting(every: tuple[Branch[T], ...], features: Collection[str]) -> T | None:
    fits = (b.value for b in every if all((switch in features) is answer for switch, answer in b.given.items()))
    return next(fits, None)
