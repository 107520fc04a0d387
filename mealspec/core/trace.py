"""Traces: a run as its events, with the states between them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mealspec.core.machine import State
from mealspec.core.system import Locals, Refusal, System


@dataclass(frozen=True)
class Trace:
    """A run of a system.

    Attributes
    ----------
    system
        Whose run it is.
    events
        The names of its events. One event has one destination in each state, so they determine it.
    path
        The states it goes through, one more than events.
    loop
        If not None, the run goes on for ever by repeating the events from this index on.
    """

    system: System
    events: tuple[str, ...]
    path: tuple[Locals, ...]
    loop: int | None = None

    def __len__(self) -> int:
        return len(self.events)

    @classmethod
    def of(cls, system: System, events: Iterable[str], loop: int | None = None) -> Trace:
        """The run that these events make; ``ValueError`` if the system refuses one."""
        run = replay(system, list(events))
        if isinstance(run, Rejection):
            raise ValueError(str(run))
        return cls(system, run.events, run.path, loop)

    def state(self, index: int) -> dict[str, State]:
        """The states of the machines after ``index`` events."""
        return self.system.states(self.path[index])


@dataclass(frozen=True)
class Rejection:
    """A sequence of events that is no run: the longest accepted part, and the first refusal."""

    accepted: Trace
    refusal: Refusal

    def __str__(self) -> str:
        return f"step {len(self.accepted) + 1}: {self.refusal}"


def replay(system: System, events: Sequence[str]) -> Trace | Rejection:
    """Fire the events one after the other; ``UnknownName`` for an event that does not exist."""
    path = [system.initial]
    for name in events:
        system.event(name)
    for k, name in enumerate(events):
        after = system.step(path[-1], name)
        if isinstance(after, Refusal):
            return Rejection(Trace(system, tuple(events[:k]), tuple(path)), after)
        path.append(after)
    return Trace(system, tuple(events), tuple(path))
