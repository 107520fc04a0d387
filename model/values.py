"""The values that events carry in their names, and how rules are written.

Events carry values the CSP way: ``user.reconnect.c1.c2`` closes the socket c1 and dials c2. Whoever
reads or writes such a name goes through this module, so that all machines agree.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from itertools import combinations, product
from typing import Any, NamedTuple, TypeVar

from mealspec.model.design import Design
from mealspec.model.mechanism import Mechanism as M
from mealspec.model.scope import Scope

__all__ = [
    "NONE",
    "ORIGINS",
    "Dial",
    "Effects",
    "Seen",
    "Snapshot",
    "always",
    "closings",
    "dials",
    "failures",
    "origins",
    "same",
    "snapshots",
    "targets",
    "then",
    "wakes",
    "when",
]

NONE = "none"
"""Stands in an event's name where a connection could: nothing is held."""

S = TypeVar("S", bound=tuple[Any, ...])
Effects = dict[str, Callable[[Any], Any]]
"""For each event of a machine: the next state, or None where it is refused."""


def when(guard: Callable[..., bool], *given: Any, **changes: object) -> Callable[[Any], Any]:
    """The rule: where the guard holds, change these fields (or nothing); elsewhere refuse.

    The guard is called with the state and with what is ``given``.
    """
    return lambda state: (state._replace(**changes) if changes else state) if guard(state, *given) else None


def then(effect: Callable[..., Any], *given: Any) -> Callable[[Any], Any]:
    """The rule whose next state ``effect`` computes from the state and what is ``given``."""
    return lambda state: effect(state, *given)


def always(**changes: object) -> Callable[[Any], Any]:
    """The rule: change these fields, or nothing, in every state."""
    return lambda state: state._replace(**changes)


def same(state: S) -> S:
    """The rule of a machine that permits the event in every state and is not moved by it."""
    return state


class Dial(NamedTuple):
    """An event by which the client dials ``new``, holding ``old`` until then (or ``none``)."""

    event: str
    verb: str
    old: str
    new: str


def dials(scope: Scope) -> tuple[Dial, ...]:
    """All events that dial. Who dials, and why, is told by the verb:

    the view model's first connect (Solution 2), the button (Solution 5), the health check (Future 1),
    and the client's own redial when it holds nothing.
    """
    pairs = [(old, new) for old in (NONE, *scope.connection_names) for new in scope.connection_names if new != old]
    verbs = {
        "client.connect": pairs,
        "user.reconnect": pairs,
        "client.heal": pairs,
        "client.redial": [pair for pair in pairs if pair[0] == NONE],
    }
    return tuple(Dial(f"{verb}.{old}.{new}", verb, old, new) for verb, some in verbs.items() for old, new in some)


def closings(scope: Scope) -> tuple[tuple[str, str], ...]:
    """``(event, connection)``: the client lets go of the socket it holds, or of none, and dials no other."""
    held = (NONE, *scope.connection_names)
    return tuple((f"{verb}.{old}", old) for verb in ("user.leave", "client.follow_path") for old in held)


class Seen(StrEnum):
    """What the backend answers about one meal."""

    ABSENT = "absent"
    PROCESSING = "processing"
    COMPLETED = "completed"
    FAILED = "failed"


class Snapshot(NamedTuple):
    """What one answer says about each meal; ``name`` is its last part in an event's name."""

    name: str
    meals: tuple[Seen, ...]


def snapshots(scope: Scope) -> tuple[Snapshot, ...]:
    """Every answer that a load can get."""
    letters = [seen for seen in Seen if seen is not Seen.FAILED or "job" in scope]
    return tuple(Snapshot("-".join(meals), meals) for meals in product(letters, repeat=scope.meals))


ORIGINS = {
    "appear": "the screen appeared",
    "handler": "a message asked for it",
    "poll": "the poll loop",
    "connect": "after a successful connect",
}
"""Who starts a load."""


def origins(design: Design) -> tuple[str, ...]:
    """The origins that a design has."""
    return tuple(o for o in ORIGINS if o != "connect" or M.CATCH_UP in design)


def failures(origin: str) -> tuple[str, ...]:
    """Events by which a load fails: the server is down, the device is offline, the network loses it."""
    return tuple(f"{verb}.{origin}" for verb in ("client.error", "client.offline", "network.cut"))


def targets(design: Design, scope: Scope) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """``(name, connections)``: to whom one push can go."""
    names = scope.socket_names
    sizes = range(1, len(names) + 1) if M.CONNECTION_SET in design and M.PUSH_TO_ALL in design else (1,)
    return tuple(("+".join(some), some) for size in sizes for some in combinations(names, size))


def wakes(design: Design) -> tuple[str, ...]:
    """What a poll loop finds when its sleep ends: the last part of the event's name.

    ``verified`` ends the loop, all others go on to refresh.
    """
    if M.POLL_UNTIL_TERMINAL in design:
        return ("anyway",)
    if M.POLL_NEEDS_BOTH in design and M.STATE_FLAGS in design:
        return ("verified", "service_down", "unflagged")
    return ("verified", "service_down")
