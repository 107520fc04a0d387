"""What others published about a system, and how the systems beside this file say what happens."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field

from mealspec.core import At, Claim, Event, Form, Kind, Predicate, System

__all__ = ["Published", "inside", "never", "step"]


@dataclass(frozen=True)
class Published:
    """A system that others wrote, and what they found.

    Attributes
    ----------
    name, source
        What it is, and where the figures stand.
    systems
        The system; several where theirs has several initial states, and then the figures are about all of them.
    states
        Distinct states; None where nobody says.
    steps
        Steps between them, which TLC calls "states generated" and counts the initial ones among.
    depth
        The length of the longest of all shortest runs; TLC counts states and says one more.
    deadlocks
        States in which nothing can happen.
    claims
        What was claimed.
    violated
        For each claim that was found to be violated, the length of a shortest run to the violation.
    """

    name: str
    source: str
    systems: Callable[[], tuple[System, ...]]
    states: int | None = None
    steps: int | None = None
    depth: int | None = None
    deadlocks: int | None = None
    claims: tuple[Claim, ...] = ()
    violated: Mapping[str, int] = field(default_factory=dict)


def step(name: str, *takes: str, action: str = "", kind: Kind = Kind.SYSTEM) -> Event:
    """An event in which these machines take part."""
    return Event(name, kind, "process", takes, action=action)


def inside(machine: str, *states: Hashable) -> At:
    """The machine is in one of these states."""
    return At(machine, lambda state: state in states)


def never(name: str, says: str, wrong: Predicate) -> Claim:
    """An invariant, by what must not be."""
    return Claim(name, says, Form.NEVER, wrong)
