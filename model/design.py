"""Designs: named sets of mechanisms."""

from __future__ import annotations

import re
from dataclasses import dataclass

from mealspec.core import unknown
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


_BEFORE = frozenset({M.POLL_ON_APPEAR, M.CLOSE_BEFORE_DIAL, M.FAILURE_NOTIFICATIONS})
_PUBLISHED = frozenset(
    {
        M.STATE_FLAGS,
        M.CONNECT_GUARD,
        M.VERIFY_ON_MESSAGE,
        M.POLL_NEEDS_BOTH,
        M.SOCKET_STOPS_POLLING,
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
        M.GENERATION_TOKEN,
        M.AUTO_RECONNECT,
        M.CURRENT_SOCKET_ONLY,
        M.CLIENT_PING,
        M.SERVER_PING,
        M.TERMINAL_ABSORBS,
        M.JOB_RECONCILIATION,
        M.IDEMPOTENT_UPLOAD,
    }
)

DESIGNS: dict[str, Design] = {
    d.name: d
    for d in (
        Design("before", _BEFORE, "as it was when meals went missing"),
        Design("published", _PUBLISHED, "version 1.0.0 of the fix, as its code behaves"),
        Design("published_plus", _PLUS, "with the improvements that the fix leaves for later"),
        Design("hardened", _HARDENED, "what the requirements ask for, and repairs of which none can be left out"),
    )
}


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
