"""The client library's own handle on a socket, and its ``isConnected``.

The service learns of a drop when the closing handshake or a reset arrives, or when a ping deadline
passes; of a silent break it learns nothing.

Left out: the library's own retries; whoever dials is a caller of ours.
"""

from __future__ import annotations

from typing import NamedTuple

from mealspec.core import STAY, Machine, On
from mealspec.model.design import Design
from mealspec.model.mechanism import Mechanism as M
from mealspec.model.network.connection import dial_ends, drop_ends
from mealspec.model.scope import Scope
from mealspec.model.values import LOOPS, NONE, Dial, closings, dials, every


class Service(NamedTuple):
    """The socket it holds (or ``none``), and whether it calls it connected."""

    socket: str
    connected: bool

    def __str__(self) -> str:
        return f"{self.socket}/{'connected' if self.connected else 'not'}"


NOTHING = Service(NONE, connected=False)


def service(design: Design, scope: Scope) -> Machine:
    """The machine ``service``."""
    up = "client.ready" if M.READY_ACK in design else "client.open"  # F4
    current = M.CURRENT_SOCKET_ONLY in design
    rules = [
        *(On(d.event, _free(d), Service(d.new, connected=False)) for d in dials(scope)),
        *(On(event, {"socket": old}, NOTHING) for event, old in closings(scope)),  # R9, F8
        On(every(LOOPS, "wake", ("verified", "unflagged")), {"connected": True}, STAY),  # R7
        On(every(LOOPS, "wake.service_down"), {"connected": False}, STAY),  # R7
        On("client.ping", {"connected": True}, STAY),  # R10
        On("client.notice_drop", NOTHING, STAY),  # F3
        On("client.probe_none", {"connected": False}, STAY),  # F7
        On(every("client.failed", scope.connection_names), {"socket": NONE}, STAY, given=current),  # F5
    ]
    for c in scope.connection_names:
        others = {*scope.connection_names} - {c}
        rules += [
            On(f"{up}.{c}", {"socket": c}, {"connected": True}, elsewhere=STAY),
            On((*dial_ends(c), *drop_ends(c)), {"socket": c}, NOTHING, elsewhere=STAY),
            On(f"client.probe_alive.{c}", {"socket": c}, STAY),  # F7
            On(f"client.connected.{c}", Service(c, connected=True), STAY, given=current),  # F5
            On(f"client.superseded.{c}", {"socket": others}, STAY, given=current),  # F5
        ]
    return Machine.ruled("service", NOTHING, rules, resting=lambda s: s == NOTHING or s.connected, doc=__doc__ or "")


def _free(dial: Dial) -> dict[str, object]:
    """It holds what the dial replaces; a health check finds it down as well (R25)."""
    return {"socket": dial.old} | ({"connected": False} if dial.verb == "client.heal" else {})
