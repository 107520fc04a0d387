"""One refresh in flight, by who started it: sent, answered at the server, applied at the client.

The answer is a snapshot, taken when the server reads and applied when the client's code runs on; what
happens between the two it does not know (F11). Each step may fail. Cancelling a poll task cuts its request off,
unless the answer is already there: then either may be (E27). Of a local store nothing is in flight: a load is due, and
done in one step (E3).

Left out: two loads of one origin at once. A message that arrives while another is being handled waits
for its turn, as in ``for await``; the poll loop has one load by construction.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from mealspec.core import ANY, STAY, Machine, On
from mealspec.model.client.poller import poll_stops, stale_stops
from mealspec.model.design import Design
from mealspec.model.mechanism import Mechanism as M
from mealspec.model.scope import Scope
from mealspec.model.values import (
    SYNCED,
    LoadEnd,
    Seen,
    cancels,
    every,
    leaves,
    load_ends,
    load_fails,
    messages,
    saves,
    snapshots,
    wakes,
)


class Phase(StrEnum):
    """Where the request stands."""

    IDLE = "idle"
    SENT = "sent"
    ANSWERED = "answered"
    CUT = "cut"


class Loader(NamedTuple):
    """The request, and what its answer says about each meal, once there is one."""

    phase: Phase
    answer: tuple[Seen, ...]

    def __str__(self) -> str:
        return ":".join((self.phase, *(["-".join(self.answer)] if self.answer else [])))


IDLE, SENT, CUT = (Loader(phase, ()) for phase in (Phase.IDLE, Phase.SENT, Phase.CUT))


def load_starts(origin: str, design: Design, scope: Scope) -> tuple[str, ...]:
    """Events in whose code a load of this origin is started."""
    if origin == "appear":
        probed = ("user.foreground",) if M.PROBE_ON_FOREGROUND in design else ()
        saved = saves(design, scope.meal_names) if M.SAVE_AWAITS_UPLOAD in design else ()  # E14
        return ("client.appear", "client.return", "client.show", "user.other_day", "user.this_day", *probed, *saved)
    if origin == "handler":
        return messages(design, scope, verb="client.receive")
    if origin == "connect":
        return every("client.connected", scope.connection_names)
    if origin == "poll":
        return every("client.poll.wake", [wake for wake in wakes(design) if wake != "verified"])
    return every("client.synced", scope.meal_names, SYNCED)


def loader(origin: str, design: Design, scope: Scope) -> Machine:
    """The machine ``loader.<origin>``."""
    rules = _local(origin, design, scope) if M.LOCAL_STORE in design else _request(origin, design, scope)
    rules += [
        On(leaves(scope), ANY, IDLE),  # R9
        On(every("user.archive", scope.meal_names), IDLE, STAY),
    ]
    return Machine.ruled(f"loader.{origin}", IDLE, rules, resting=IDLE, doc=__doc__ or "")


def _local(origin: str, design: Design, scope: Scope) -> list[On]:
    """A read of the local store is due, and then done in one step (E3)."""
    return [
        On(load_starts(origin, design, scope), ANY, SENT),
        On([end.event for end in load_ends(design, scope, origin)], SENT, IDLE),
    ]


def _request(origin: str, design: Design, scope: Scope) -> list[On]:
    """A request to the backend and its answer."""
    told = {snapshot.name: Loader(Phase.ANSWERED, snapshot.meals) for snapshot in snapshots(scope)}
    # A later appearance, return or connect asks anew and drops what the earlier one was told.
    free = ANY if origin in ("appear", "connect") else IDLE
    after = SENT if M.RETRY_REFRESH in design and origin != "poll" else IDLE

    def fails(verb: str) -> list[str]:
        return load_fails(verb, design, scope, origin)

    return [
        On(load_starts(origin, design, scope), free, SENT),
        *(On(f"server.read.{origin}.{name}", SENT, answered) for name, answered in told.items()),
        *(On(end.event, Loader(Phase.ANSWERED, end.says), IDLE) for end in _ends(origin, design, scope) if end.says),
        # At once, because nobody is there, or answers.
        On([*fails("client.error"), *fails("client.offline"), *fails("client.denied")], SENT, after),
        On(fails("network.cut"), {"phase": {Phase.SENT, Phase.ANSWERED}}, after),  # there or back
        *(_cancelled(design, scope) if origin == "poll" and cancels(design) else ()),
    ]


def _ends(origin: str, design: Design, scope: Scope) -> tuple[LoadEnd, ...]:
    stale = ("stale",) if origin == "poll" and cancels(design) else ()
    return load_ends(design, scope, origin, *stale)


def _cancelled(design: Design, scope: Scope) -> list[On]:
    """What a cancelled task does to the request that is out: its own, or its successor's."""
    looks = M.GENERATION_TOKEN in design or M.CANCEL_CHECK in design
    return [
        On((*poll_stops(design, scope), *stale_stops(design)), SENT, CUT, elsewhere=STAY),
        On(
            every("client.stale.wake", [wake for wake in wakes(design) if wake != "verified"]),
            IDLE,
            CUT,
            given=not looks,
        ),
        On(load_fails("client.stale.fail", design, scope), {"phase": {Phase.CUT, Phase.ANSWERED}}, IDLE),
    ]
