"""One refresh in flight, by who started it: sent, answered at the server, applied at the client.

The answer is a snapshot, taken when the server reads and applied when the client's code runs on; what
happens between the two it does not know (F11). Each step may fail.

Left out: two loads of one origin at once. A message that arrives while another is being handled waits
for its turn, as in ``for await``; the poll loop has one load by construction.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from mealspec.core import Machine
from mealspec.model.client.poller import poll_stops
from mealspec.model.design import Design
from mealspec.model.mechanism import Mechanism as M
from mealspec.model.scope import Scope
from mealspec.model.values import Effects, Seen, closings, failures, snapshots, then, wakes, when

__all__ = ["Loader", "Phase", "load_starts", "loader"]


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
    return {
        "appear": (
            "client.appear",
            "client.return",
            *(["user.foreground"] if M.PROBE_ON_FOREGROUND in design else []),
        ),
        "handler": tuple(f"client.receive.{m}.{c}" for m in scope.meal_names for c in scope.connection_names),
        "connect": tuple(f"client.connected.{c}" for c in scope.connection_names),
        "poll": tuple(f"client.poll.wake.{wake}" for wake in wakes(design) if wake != "verified"),
    }[origin]


def loader(origin: str, design: Design, scope: Scope) -> Machine:
    """The machine ``loader.<origin>``."""
    idle = Loader(Phase.IDLE, ())
    sent = Loader(Phase.SENT, ())
    # A later appearance, return or connect asks anew and drops what the earlier one was told.
    again = origin in ("appear", "connect")
    effects: Effects = {
        event: lambda s: sent if again or s == idle else None for event in load_starts(origin, design, scope)
    }
    for snapshot in snapshots(scope):
        answered = Loader(Phase.ANSWERED, snapshot.meals)
        effects[f"server.read.{origin}.{snapshot.name}"] = then(lambda s, a: a if s == sent else None, answered)
        effects[f"client.apply.{origin}.{snapshot.name}"] = then(lambda s, a: idle if s == a else None, answered)
    # A request that fails is one step: on the way (cut), or at once because nobody is there.
    after = sent if origin == "handler" and M.RETRY_REFRESH in design else idle
    cut, *nobody = reversed(failures(origin))
    effects[cut] = lambda s: after if s != idle else None
    effects |= {event: lambda s: after if s == sent else None for event in nobody}
    if origin == "poll":  # cancelling the task cancels its request
        cancels = [*poll_stops(design, scope), "client.stale.stop"]
        effects |= {event: then(_reset, idle) for event in cancels}
    for event, _ in closings(scope):
        if event.startswith("user.leave"):
            effects[event] = then(_reset, idle)
    effects |= {f"user.archive.{m}": when(lambda s: s == idle) for m in scope.meal_names}
    return Machine.generated(f"loader.{origin}", idle, effects, resting=lambda s: s == idle, doc=__doc__ or "")


def _reset(_: Loader, to: Loader) -> Loader:
    return to
