"""The view model's two flags, connected and connecting, as the published code sets them (R1 to R8).

Nothing clears the connected flag when the socket goes, so that flag and service can disagree.
"""

from __future__ import annotations

from typing import NamedTuple

from mealspec.core import Machine
from mealspec.model.design import Design
from mealspec.model.mechanism import Mechanism as M
from mealspec.model.scope import Scope
from mealspec.model.values import Effects, always, closings, dials, when

__all__ = ["Flags", "flags"]


class Flags(NamedTuple):
    """``isWebSocketConnected`` and ``isWebSocketConnecting``."""

    connected: bool
    connecting: bool

    def __str__(self) -> str:
        names = [name for name, value in self._asdict().items() if value]
        return "+".join(names) or "neither"


def flags(design: Design, scope: Scope) -> Machine:
    """The machine ``flags``."""
    guarded = M.CONNECT_GUARD in design
    effects: Effects = {}
    for dial in dials(scope):
        effects[dial.event] = {
            "client.connect": when(lambda s: not (guarded and s.connecting), connecting=True),
            "user.reconnect": always(connected=False, connecting=True),
            "client.heal": when(lambda s: s.connected, connected=False, connecting=True),
            "client.redial": when(lambda s: not s.connecting, connected=False, connecting=True),
        }[dial.verb]
    effects["client.skip_connect"] = when(lambda s: guarded and s.connecting)
    for c in scope.connection_names:
        effects[f"client.connected.{c}"] = always(connected=True, connecting=False)
        effects[f"client.failed.{c}"] = always(connected=False, connecting=False)
        for m in scope.meal_names:
            verified = {"connected": True} if M.VERIFY_ON_MESSAGE in design else {}
            effects[f"client.receive.{m}.{c}"] = always(**verified)
    for event, _ in closings(scope):
        if event.startswith("user.leave"):
            effects[event] = always(connected=False, connecting=False)
    if M.POLL_NEEDS_BOTH in design:
        for loop in ("client.poll", "client.stale"):
            effects[f"{loop}.wake.verified"] = when(lambda s: s.connected)
            effects[f"{loop}.wake.unflagged"] = when(lambda s: not s.connected)
    effects["client.notice_drop"] = when(lambda s: s.connected, connected=False)
    for m in scope.meal_names:
        if M.WAIT_BEFORE_SUBMIT in design:
            effects[f"user.submit.{m}"] = when(lambda s: not s.connecting)
            effects[f"user.wait.{m}"] = when(lambda s: s.connecting)
            effects[f"client.submit.{m}"] = when(lambda s: not s.connecting)
    start = Flags(connected=False, connecting=False)
    return Machine.generated("flags", start, effects, resting=lambda s: not s.connecting, doc=__doc__ or "")
