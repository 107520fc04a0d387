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
"""The current poll task, and a cancelled one that is still alive: how their wakes begin."""


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


SAVES = ("user.submit", "client.submit", "client.submit_anyway")
"""How a submission is saved: at once, after a wait, or when the wait takes too long."""


def submits(design: Design, meals: str | Iterable[str], *verbs: str, service: str = "") -> tuple[str, ...]:
    """The events that save a submission of these meals; where the service is asked, with what it says."""
    asked = () if M.SAVE_AWAITS_UPLOAD in design else _asked(design, service)
    return every(verbs or SAVES, meals, *asked)


def saves(design: Design, meals: Iterable[str], service: str = "") -> tuple[str, ...]:
    """The events at which a submission starts polling, if it does: when it is saved, or after the attempt to upload."""
    if M.SAVE_AWAITS_UPLOAD in design:
        return every("client.saved", meals, *_asked(design, service))
    return submits(design, meals, service=service)


def _asked(design: Design, service: str) -> tuple[list[str], ...]:
    says = [service] if service else ["connected", "not"]
    return (says,) if M.POLL_UNLESS_CONNECTED in design else ()


RESULTS = ("completed", "failed")
"""How work ends."""


def messages(design: Design, scope: Scope, *results: str, m: str = "", c: str = "", verb: str = "") -> tuple[str, ...]:
    """The events by which a message is handled, of one meal or one connection if these are given.

    Where the client must tell a completed message from a failed one, it says which it is. There are two verbs:
    ``client.receive``, and ``client.receive_twin`` where a second view model may have taken the handler's place.
    """
    verbs = ["client.receive", *(["client.receive_twin"] if "twin" in scope and M.ONE_SUBSCRIBER not in design else [])]
    told = (results or RESULTS,) if tells(design) else ()
    return every(
        [each for each in verbs if verb in ("", each)], m or scope.meal_names, c or scope.connection_names, *told
    )


def tells(design: Design) -> bool:
    """Whether the client tells a completed message from a failed one."""
    return M.LOCAL_STORE in design or M.UNDECODED_FAILURE in design


OTHER_DAY = "other"
"""Stands in an event's name where an answer could: the list shows another day."""


class Seen(StrEnum):
    """What is said of one meal: by the backend, or by the local store."""

    ABSENT = "absent"
    PENDING = "pending"
    PROCESSING = "processing"
    COMPLETED = "completed"
    FAILED = "failed"


class Snapshot(NamedTuple):
    """What one answer says about each meal; ``name`` is its last part in an event's name."""

    name: str
    meals: tuple[Seen, ...]


def snapshots(scope: Scope) -> tuple[Snapshot, ...]:
    """Every answer that a load can get."""
    return _snapshots([seen for seen in _letters(scope) if seen is not Seen.PENDING], scope)


def stored(scope: Scope) -> tuple[Snapshot, ...]:
    """Every answer that a read of the local store can give."""
    other = [Snapshot(OTHER_DAY, (Seen.ABSENT,) * scope.meals)] if "day" in scope else []
    return (*_snapshots(_letters(scope), scope), *other)


def _letters(scope: Scope) -> list[Seen]:
    return [seen for seen in Seen if seen is not Seen.FAILED or "job" in scope]


def _snapshots(letters: list[Seen], scope: Scope) -> tuple[Snapshot, ...]:
    return tuple(Snapshot("-".join(meals), meals) for meals in product(letters, repeat=scope.meals))


ORIGINS = {
    "appear": "the screen appeared",
    "handler": "a message asked for it",
    "poll": "the poll loop",
    "connect": "after a successful connect",
    "sync": "after a fetch of what is unfinished",
}
"""Who starts a load."""


def origins(design: Design) -> tuple[str, ...]:
    """The origins that a design has; the poll loop of a local store reads it in the step in which it wakes."""
    return tuple(origin for origin in ORIGINS if loads(origin, design))


def loads(origin: str, design: Design) -> bool:
    """Whether the design has that origin."""
    if origin == "poll":
        return M.LOCAL_STORE not in design
    if origin == "connect":
        return M.CATCH_UP in design
    if origin == "sync":
        return M.LOCAL_STORE in design and (M.BACKGROUND_SYNC in design or M.PULL_TO_REFRESH in design)
    return True


def requests(design: Design) -> tuple[str, ...]:
    """The origins whose loads ask the backend."""
    return () if M.LOCAL_STORE in design else origins(design)


class LoadEnd(NamedTuple):
    """An event that ends a load, and its verb.

    ``says`` is what its answer says of each meal, or None where it failed; ``left`` is what a poll loop finds then:
    the first meal that is not finished, ``done``, or ``any`` where it does not look. Empty for all other loads.
    ``other_day`` is a load of a list that shows another day than the meals'.
    """

    event: str
    verb: str
    origin: str
    says: tuple[Seen, ...] | None
    left: str = ""
    other_day: bool = False

    def over(self, design: Design) -> bool:
        """Whether nothing of it is left to do; a failed load may be sent again."""
        return self.says is not None or M.RETRY_REFRESH not in design


def cancels(design: Design) -> bool:
    """Whether anybody but a poll task stops polling, so that there are cancelled ones."""
    return M.CONNECT_STOPS_POLLING in design or M.MESSAGE_STOPS_POLLING in design


def lefts(design: Design, scope: Scope) -> tuple[str, ...]:
    """What a poll loop may find when its load is over."""
    return ("done", *scope.meal_names) if M.STOP_WHEN_NONE_LEFT in design else ("any",)


FAILS = ("client.error", "client.offline", "client.denied", "network.cut")
"""How a load fails: the server is down, the device is offline, the token is not taken, the network loses it."""


def load_ends(design: Design, scope: Scope, *some: str) -> tuple[LoadEnd, ...]:
    """The ends of all loads, or of those of some origins; ``stale`` is a cancelled poll task's."""
    if M.LOCAL_STORE in design:
        return _local_ends(design, scope, some)
    out = []
    for origin in some or (*origins(design), *(["stale"] if cancels(design) else [])):
        stale, polls = origin == "stale", origin in ("poll", "stale")
        for left in lefts(design, scope) if polls else ("",):
            for verb in ("client.stale.apply",) if stale else ("client.apply",):
                for answer in snapshots(scope):
                    name = _joined(verb, "" if stale else origin, answer.name, left)
                    out.append(LoadEnd(name, verb, origin, answer.meals, left))
            for verb in ("client.stale.fail",) if stale else FAILS:
                out.append(LoadEnd(_joined(verb, "" if stale else origin, left), verb, origin, None, left))
    return tuple(out)


def _local_ends(design: Design, scope: Scope, some: tuple[str, ...]) -> tuple[LoadEnd, ...]:
    """A read of the local store cannot fail, and a poll task reads in the step in which it wakes."""
    loops = {"poll": "client.poll", "stale": "client.stale", "rogue": "client.rogue"}
    out = []
    for origin in some or (*origins(design), *loops):
        loop = loops.get(origin)
        verbs = (
            every(loop, "pass", [wake for wake in wakes(design) if wake != "verified"])
            if loop
            else (f"client.apply.{origin}",)
        )
        out += [
            LoadEnd(f"{verb}.{told.name}", verb, origin, told.meals, other_day=told.name == OTHER_DAY)
            for verb in verbs
            for told in stored(scope)
        ]
    return tuple(out)


def _joined(*parts: str) -> str:
    return ".".join(filter(None, parts))


def load_fails(verb: str, design: Design, scope: Scope, *some: str) -> list[str]:
    """The events of that verb by which loads fail, of all origins or some."""
    return [end.event for end in load_ends(design, scope, *some) if end.verb == verb]


def reads(design: Design, scope: Scope, m: str, *seen: Seen) -> tuple[str, ...]:
    """The reads of the database, for every origin, that say one of these of the meal."""
    place = scope.meal_names.index(m)
    return every("server.read", requests(design), [s.name for s in snapshots(scope) if s.meals[place] in seen])


def asks_backend(design: Design, scope: Scope) -> tuple[str, ...]:
    """All reads of the database."""
    fetches = every("server.read.sync", scope.meal_names, SYNCED) if "sync" in origins(design) else ()
    return (*every("server.read", requests(design), [snapshot.name for snapshot in snapshots(scope)]), *fetches)


UNFINISHED = (Seen.PENDING, Seen.PROCESSING)
"""What the device fetches by its id."""
SYNCED = (Seen.PROCESSING, Seen.COMPLETED, Seen.FAILED)
"""What the backend may say of a meal that it has given an id."""


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


def wakes_of(design: Design, scope: Scope, *some: str) -> tuple[str, ...]:
    """The events in which a poll task, current or not, finds one of these when its sleep ends."""
    loops = (*LOOPS, *(["client.rogue"] if M.LOCAL_STORE in design else []))
    if M.LOCAL_STORE not in design:
        return every(loops, "wake", some)
    passes = every(loops, "pass", [wake for wake in some if wake != "verified"], [told.name for told in stored(scope)])
    return (*every(loops, "wake", [wake for wake in some if wake == "verified"]), *passes)
