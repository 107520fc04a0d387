"""The values that events carry in their names, and the groups of events that rules speak of.

Events carry values the CSP way: ``user.reconnect.c1.c2`` closes the socket c1 and dials c2. Whoever
reads or writes such a name goes through this module, so that all machines agree.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from enum import StrEnum
from itertools import combinations, product
from typing import NamedTuple

from mealspec.model.design import Design
from mealspec.model.mechanism import Mechanism as M
from mealspec.model.scope import Scope

NONE = "none"
"""Stands in an event's name where a connection could: nothing is held."""

LOOPS = ("client.poll", "client.stale")
"""The current poll task, and a cancelled one that is still alive: how their events begin."""


def every(*parts: str | Iterable[str]) -> tuple[str, ...]:
    """The names of all events that have one of each of these parts.

    >>> every("client.receive", ("m1", "m2"), "c1")
    ('client.receive.m1.c1', 'client.receive.m2.c1')
    """
    return tuple(map(".".join, product(*([part] if isinstance(part, str) else part for part in parts))))


def has(*names: str) -> Callable[[Collection[str]], bool]:
    """The condition of a field that holds names: all of these are among them."""
    return lambda held: set(names) <= set(held)


def lacks(name: str) -> Callable[[Collection[str]], bool]:
    """The condition of a field that holds names: this one is not among them."""
    return lambda held: name not in held


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


def dialled(scope: Scope, *, verb: str = "", new: str = "") -> tuple[str, ...]:
    """The events that dial, by that verb and that connection if these are given."""
    return tuple(dial.event for dial in dials(scope) if verb in ("", dial.verb) and new in ("", dial.new))


def closings(scope: Scope) -> tuple[tuple[str, str], ...]:
    """``(event, connection)``: the client lets go of the socket it holds, or of none, and dials no other."""
    held = (NONE, *scope.connection_names)
    return tuple((f"{verb}.{old}", old) for verb in ("user.leave", "client.follow_path") for old in held)


def leaves(scope: Scope) -> tuple[str, ...]:
    """The events that close the screen, one for each socket that the client may hold."""
    return every("user.leave", (NONE, *scope.connection_names))


def submits(meals: str | Iterable[str]) -> tuple[str, ...]:
    """The events that save a submission of these meals: at once, after a wait, or when the wait takes too long."""
    return every(("user.submit", "client.submit", "client.submit_anyway"), meals)


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


def answers(verb: str, design: Design, scope: Scope, m: str, *seen: Seen) -> tuple[str, ...]:
    """The events of that verb, of every origin, whose answer says one of these of the meal."""
    place = scope.meal_names.index(m)
    return every(verb, origins(design), [s.name for s in snapshots(scope) if s.meals[place] in seen])


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
