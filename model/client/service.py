"""The client library's own handle on a socket, and its ``isConnected``.

The service learns of a drop when the closing handshake or a reset arrives, or when a ping deadline
passes; of a silent break it learns nothing.

Left out: the library's own retries; whoever dials is a caller of ours.
"""

from __future__ import annotations

from typing import NamedTuple

from mealspec.core import Machine
from mealspec.model.design import Design
from mealspec.model.mechanism import Mechanism as M
from mealspec.model.network.connection import dial_ends, drop_ends
from mealspec.model.scope import Scope
from mealspec.model.values import NONE, Effects, closings, dials, then, when

__all__ = ["Service", "service"]


class Service(NamedTuple):
    """The socket it holds (or ``none``), and whether it calls it connected."""

    socket: str
    connected: bool

    def __str__(self) -> str:
        return f"{self.socket}/{'connected' if self.connected else 'not'}"


def service(design: Design, scope: Scope) -> Machine:
    """The machine ``service``."""
    nothing = Service(NONE, False)
    effects: Effects = {}
    for dial in dials(scope):
        only_down = dial.verb == "client.heal"
        effects[dial.event] = when(
            lambda s, old, down: s.socket == old and not (down and s.connected),
            dial.old,
            only_down,
            socket=dial.new,
            connected=False,
        )
    for event, old in closings(scope):
        effects[event] = when(lambda s, old: s.socket == old, old, **nothing._asdict())
    for c in scope.connection_names:
        up = f"client.ready.{c}" if M.READY_ACK in design else f"client.open.{c}"
        effects[up] = then(lambda s, c: s._replace(connected=True) if s.socket == c else s, c)
        for event in (*dial_ends(c), *drop_ends(c)):
            effects[event] = then(lambda s, c: nothing if s.socket == c else s, c)
        effects[f"client.probe_alive.{c}"] = when(lambda s, c: s.socket == c, c)
        if M.CURRENT_SOCKET_ONLY in design:
            effects[f"client.connected.{c}"] = when(lambda s, c: s == Service(c, True), c)
            effects[f"client.failed.{c}"] = when(lambda s: s.socket == NONE)
            effects[f"client.superseded.{c}"] = when(lambda s, c: s.socket not in (c, NONE), c)
    for loop in ("client.poll", "client.stale"):
        effects[f"{loop}.wake.verified"] = when(lambda s: s.connected)
        effects[f"{loop}.wake.service_down"] = when(lambda s: not s.connected)
        effects[f"{loop}.wake.unflagged"] = when(lambda s: s.connected)
    effects["client.ping"] = when(lambda s: s.connected)
    effects["client.notice_drop"] = when(lambda s: s == nothing)
    effects["client.probe_none"] = when(lambda s: not s.connected)
    return Machine.generated(
        "service", nothing, effects, resting=lambda s: s == nothing or s.connected, doc=__doc__ or ""
    )
