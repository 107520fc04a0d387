"""Designs: named sets of mechanisms."""

from __future__ import annotations

import re
from dataclasses import dataclass

from mealspec.core import unknown
from mealspec.model.mechanism import SEEDS
from mealspec.model.mechanism import Mechanism as M


@dataclass(frozen=True)
class Design:
    """A set of mechanisms with a name.

    >>> M.READY_ACK in DESIGNS["hardened"], M.READY_ACK in DESIGNS["published"]
    (True, False)
    """

    name: str
    mechanisms: frozenset[M]
    doc: str = ""

    def __contains__(self, mechanism: M) -> bool:
        return mechanism in self.mechanisms

    def __str__(self) -> str:
        return self.name


_BEFORE = frozenset(
    {
        M.POLL_UNLESS_CONNECTED,
        M.POLL_ON_CONNECT_FAILURE,
        M.MESSAGE_STOPS_POLLING,
        M.CLOSE_BEFORE_DIAL,
        M.FAILURE_NOTIFICATIONS,
    }
)
_PUBLISHED = frozenset(
    {
        M.STATE_FLAGS,
        M.CONNECT_GUARD,
        M.VERIFY_ON_MESSAGE,
        M.POLL_NEEDS_BOTH,
        M.CONNECT_STOPS_POLLING,
        M.MESSAGE_STOPS_POLLING,
        M.STOP_WHEN_NONE_LEFT,
        M.POLL_ON_CONNECT_FAILURE,
        M.RECONNECT,
        M.CLOSE_BEFORE_DIAL,
        M.FAILURE_NOTIFICATIONS,
    }
)
_PLUS = _PUBLISHED | {M.HEALTH_CHECK, M.ADAPTIVE_INTERVAL, M.WAIT_BEFORE_SUBMIT}
_HARDENED = frozenset(
    {
        M.STATE_FLAGS,
        M.CONNECT_GUARD,
        M.RECONNECT,
        M.CLOSE_BEFORE_DIAL,
        M.FAILURE_NOTIFICATIONS,
        M.POLL_ON_APPEAR,
        M.READY_ACK,
        M.CONNECTION_SET,
        M.PUSH_TO_ALL,
        M.POLL_ON_SUBMIT,
        M.POLL_UNTIL_TERMINAL,
        M.STOP_WHEN_NONE_LEFT,
        M.AUTO_RECONNECT,
        M.CURRENT_SOCKET_ONLY,
        M.CLIENT_PING,
        M.SERVER_PING,
        M.KEEP_ON_FAILURE,
        M.TERMINAL_ABSORBS,
        M.JOB_RECONCILIATION,
        M.IDEMPOTENT_UPLOAD,
        M.EFFECT_ON_FINISH,
        M.PONG_SAYS_LISTED,
        M.BACKPLANE,
    }
)

_APP_BEFORE = frozenset(
    {
        M.POLL_UNLESS_CONNECTED,
        M.POLL_ON_CONNECT_FAILURE,
        M.MESSAGE_STOPS_POLLING,
        M.FAILURE_NOTIFICATIONS,
        M.TIMED_CONNECT,
        M.DROPS_UNHEARD,
        M.NOOP_CONNECT,
        M.LATE_SUBSCRIPTION,
        M.DIAL_AT_LOGIN,
        M.OUTLIVES_SCREEN,
        M.OUTBOX_GIVES_UP,
        M.LOCAL_STORE,
        M.SAVE_AWAITS_UPLOAD,
        M.ANY_TASK_LOWERS,
    }
)
_APP_PUBLISHED = (_APP_BEFORE - {M.POLL_UNLESS_CONNECTED}) | {
    M.STATE_FLAGS,
    M.CONNECT_GUARD,
    M.VERIFY_ON_MESSAGE,
    M.POLL_NEEDS_BOTH,
    M.CONNECT_STOPS_POLLING,
    M.STOP_WHEN_NONE_LEFT,
    M.POLL_ON_SUBMIT,
}
_APP_HEAD = _APP_PUBLISHED | {
    M.CANCEL_CHECK,
    M.STORE_STATUS,
    M.STORE_PAYLOAD,
    M.BACKGROUND_SYNC,
    M.PULL_TO_REFRESH,
}

DESIGNS: dict[str, Design] = {
    d.name: d
    for d in (
        Design("before", _BEFORE, "as it was when meals went missing"),
        Design("published", _PUBLISHED, "version 1.0.0 of the fix, as its code behaves"),
        Design("published_plus", _PLUS, "with the improvements that the fix leaves for later"),
        Design("hardened", _HARDENED, "what the requirements ask for, and repairs of which none can be left out"),
        Design("app_before", _APP_BEFORE, "the app on the morning of the incident, before the fix"),
        Design("app_published", _APP_PUBLISHED, "the app after the fix, as documents tell"),
        Design("app_head", _APP_HEAD, "the app's latest public code"),
    )
}


WORLDS: tuple[Design, ...] = (
    Design("every mechanism", frozenset(SEEDS)),
    Design(
        "every flaw",
        _PUBLISHED
        | {
            M.UNISOLATED,
            M.POLL_CAP,
            M.STALE_DIAL_TIMER,
            M.READER_OUTLIVES_HANDLER,
            M.ENTRY_ENDS_WITH_HANDLER,
            M.ENTRY_EXPIRES,
            M.REGISTER_ON_MESSAGE,
            M.REPLACE_AND_CLOSE,
            M.NOOP_CONNECT,
            M.LATE_SUBSCRIPTION,
            M.UNDECODED_FAILURE,
            M.DIAL_REUSES_TOKEN,
            M.CONNECT_ON_RETURN,
        },
    ),
    Design("the app's world", _APP_HEAD | {M.STORE_FAILURE, M.CATCH_UP, M.RECONNECT, M.WAIT_BEFORE_SUBMIT}),
)
"""Designs that together have every event: they are there to be asked what there is, and nobody would build them."""


def design(expression: str) -> Design:
    """A design by name, with mechanisms added or taken away.

    Raises ``UnknownName``, naming the choices.

    >>> design("published+poll_on_submit-reconnect").name
    'published+poll_on_submit-reconnect'
    >>> sorted(design("none+catch_up").mechanisms)
    [<Mechanism.CATCH_UP: 'catch_up'>]
    """
    base, *changes = re.split(r"(?=[+-])", expression)
    if base not in DESIGNS and base != "none":
        raise unknown("design", base, [*DESIGNS, "none"])
    if not changes and base in DESIGNS:
        return DESIGNS[base]
    mechanisms = set(DESIGNS[base].mechanisms) if base in DESIGNS else set()
    for change in changes:
        name = change[1:]
        if name not in set(M):
            raise unknown("mechanism", name, list(M))
        (mechanisms.add if change[0] == "+" else mechanisms.discard)(M(name))
    return Design(expression, frozenset(mechanisms))
