"""Why `hardened` is as it is: for each of its mechanisms, what breaks without it, or who asks for it.

The set is derived: of the designs of the seed's world that have what somebody asks for by name (:data:`KEPT`), it is
the only smallest one that keeps every property with one meal, two connections, several instances and any number of
faults of the default kinds, of uploads and of registry entries (:mod:`mealspec.check.records`, record ``asked``).
"""

from __future__ import annotations

from mealspec.model.mechanism import Mechanism as M
from mealspec.model.scope import Scope

_ONE, _TWO = Scope(connections=1), Scope()
_UPLOAD, _ENTRY, _INSTANCES = (_ONE.with_([item]) for item in ("upload", "entry", "instances"))

BREAKS: dict[M, tuple[str, Scope]] = {
    M.CLOSE_BEFORE_DIAL: ("single-connection", _TWO),
    M.POLL_ON_APPEAR: ("delivery", _ONE),
    M.READY_ACK: ("no-early-belief", _ONE),
    M.POLL_ON_SUBMIT: ("delivery", _ONE),
    M.POLL_UNTIL_TERMINAL: ("delivery", _ONE),
    M.STOP_WHEN_NONE_LEFT: ("polling-stops", _ONE),
    M.AUTO_RECONNECT: ("socket-returns", _ONE),
    M.CURRENT_SOCKET_ONLY: ("agreement", _TWO),
    M.CLIENT_PING: ("agreement", _ONE),
    M.SERVER_PING: ("no-zombie", _ONE),
    M.KEEP_ON_FAILURE: ("no-regress", _ONE),
    M.TERMINAL_ABSORBS: ("no-regress", _ONE),
    M.JOB_RECONCILIATION: ("no-orphan", _ONE),
    M.IDEMPOTENT_UPLOAD: ("no-lost-submission", _UPLOAD),
    M.EFFECT_ON_FINISH: ("handled-once", _ONE),
    M.PONG_SAYS_LISTED: ("belief-is-earned", _ENTRY),
    M.BACKPLANE: ("belief-is-earned", _INSTANCES),
}
"""Without the mechanism this property is violated, in this scope."""

KEPT: dict[M, str] = {
    M.STATE_FLAGS: "R1 asks for the flags",
    M.CONNECT_GUARD: "R2 asks for the guard",
    M.RECONNECT: "R8 asks for the button",
    M.FAILURE_NOTIFICATIONS: "R6 asks for them; without them failures come by polling",
    M.CONNECTION_SET: "F14 asks for it; without it a socket that works may stay unlisted until its next ping",
    M.PUSH_TO_ALL: "F14 asks for it; without it a push may pick a dead socket, and the meal comes by polling",
}
"""No property breaks without these; they are there because somebody asks."""
