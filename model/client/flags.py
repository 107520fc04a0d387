"""The view model's two flags, connected and connecting, as the published code sets them (R1 to R8).

Nothing clears the connected flag when the socket goes, so that flag and service can disagree.
"""

from __future__ import annotations

from typing import NamedTuple

from mealspec.core import ANY, STAY, Machine, On
from mealspec.model.design import Design
from mealspec.model.mechanism import Mechanism as M
from mealspec.model.scope import Scope
from mealspec.model.values import dialled, every, leaves, messages, submits, wakes_of


class Flags(NamedTuple):
    """``isWebSocketConnected`` and ``isWebSocketConnecting``."""

    connected: bool
    connecting: bool

    def __str__(self) -> str:
        names = [name for name, value in self._asdict().items() if value]
        return "+".join(names) or "neither"


def flags(design: Design, scope: Scope) -> Machine:
    """The machine ``flags``."""
    meals, connections = scope.meal_names, scope.connection_names
    guarded, waits = M.CONNECT_GUARD in design, M.WAIT_BEFORE_SUBMIT in design
    both = M.POLL_NEEDS_BOTH in design
    verified = {"connected": True} if M.VERIFY_ON_MESSAGE in design else STAY
    up, free, busy = {"connected": True}, {"connecting": False}, {"connecting": True}
    neither, dialling = Flags(connected=False, connecting=False), Flags(connected=False, connecting=True)
    rules = [
        On(dialled(scope, verb="client.connect"), free if guarded else ANY, busy),  # R2, F5
        On("client.skip_connect", busy, STAY, given=guarded),  # R2
        On(dialled(scope, verb="user.reconnect"), ANY, dialling),  # R8
        On(dialled(scope, verb="client.heal"), up, dialling),  # R25
        On(dialled(scope, verb="client.redial"), free, dialling),  # R18, F10
        On(every("client.connected", connections), ANY, Flags(connected=True, connecting=False)),  # R3
        On(every("client.failed", connections), ANY, neither),  # R4
        On(messages(design, scope, verb="client.receive"), ANY, verified),  # R5, R6
        On("client.connect_noop", free if guarded else ANY, {"connected": True}),  # E18
        On(leaves(scope), ANY, neither),  # R9
        On(wakes_of(design, scope, "verified"), up, STAY, given=both),  # R7
        On(wakes_of(design, scope, "unflagged"), {"connected": False}, STAY, given=both),  # R7
        On("client.notice_drop", up, {"connected": False}),  # F3
        On(submits(design, meals, "user.submit", "client.submit"), free, STAY, given=waits),  # R28
        On(every("user.wait", meals), busy, STAY, given=waits),  # R28
    ]
    return Machine.ruled("flags", neither, rules, resting=free, doc=__doc__ or "")
