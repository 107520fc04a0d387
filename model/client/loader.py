"""One refresh in flight, by who started it: sent, answered at the server, applied at the client.

The answer is a snapshot, taken when the server reads and applied when the client's code runs on; what
happens between the two it does not know (F11). Each step may fail.

Left out: two loads of one origin at once. A message that arrives while another is being handled waits
for its turn, as in ``for await``; the poll loop has one load by construction.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from mealspec.core import ANY, STAY, Machine, On
from mealspec.model.client.poller import poll_stops
from mealspec.model.design import Design
from mealspec.model.mechanism import Mechanism as M
from mealspec.model.scope import Scope
from mealspec.model.values import Seen, every, failures, leaves, snapshots, wakes


class Phase(StrEnum):
    """Where the request stands."""

    IDLE = "idle"
    SENT = "sent"
    ANSWERED = "answered"


class Loader(NamedTuple):
    """The request, and what its answer says about each meal, once there is one."""

    phase: Phase
    answer: tuple[Seen, ...]

    def __str__(self) -> str:
        return ":".join((self.phase, *(["-".join(self.answer)] if self.answer else [])))


def load_starts(origin: str, design: Design, scope: Scope) -> tuple[str, ...]:
    """Events in whose code a load of this origin is started."""
    probed = ("user.foreground",) if M.PROBE_ON_FOREGROUND in design else ()
    return {
        "appear": ("client.appear", "client.return", *probed),
        "handler": every("client.receive", scope.meal_names, scope.connection_names),
        "connect": every("client.connected", scope.connection_names),
        "poll": every("client.poll.wake", [wake for wake in wakes(design) if wake != "verified"]),
    }[origin]


def loader(origin: str, design: Design, scope: Scope) -> Machine:
    """The machine ``loader.<origin>``."""
    idle, sent = Loader(Phase.IDLE, ()), Loader(Phase.SENT, ())
    answered = {snapshot.name: Loader(Phase.ANSWERED, snapshot.meals) for snapshot in snapshots(scope)}
    error, offline, cut = failures(origin)
    # A later appearance, return or connect asks anew and drops what the earlier one was told.
    free = ANY if origin in ("appear", "connect") else idle
    after = sent if origin == "handler" and M.RETRY_REFRESH in design else idle
    polls = origin == "poll"  # cancelling the task cancels its request
    rules = [
        On(load_starts(origin, design, scope), free, sent),
        *(On(f"server.read.{origin}.{name}", sent, told) for name, told in answered.items()),
        *(On(f"client.apply.{origin}.{name}", told, idle) for name, told in answered.items()),
        On((error, offline), sent, after),  # at once, because nobody is there
        On(cut, {"phase": {Phase.SENT, Phase.ANSWERED}}, after),  # on the way there or back
        On((*poll_stops(design, scope), "client.stale.stop") if polls else (), ANY, idle),
        On(leaves(scope), ANY, idle),  # R9
        On(every("user.archive", scope.meal_names), idle, STAY),
    ]
    return Machine.ruled(f"loader.{origin}", idle, rules, resting=idle, doc=__doc__ or "")
