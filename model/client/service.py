"""The client library's own handle on a socket, and its ``isConnected``.

The service learns of a drop when the closing handshake or a reset arrives, or when a ping deadline
passes; of a silent break it learns nothing. In the app none of these lowers what it says, and what raises it is
a time that has passed (E15, E20).

Left out: the library's own retries; whoever dials is a caller of ours.
"""

from __future__ import annotations

from typing import NamedTuple

from mealspec.core import ANY, STAY, Machine, On
from mealspec.model.design import Design
from mealspec.model.mechanism import Mechanism as M
from mealspec.model.network.connection import dial_ends, drop_ends
from mealspec.model.scope import Scope
from mealspec.model.values import NONE, Dial, closings, dials, every, messages, saves, wakes_of


class Service(NamedTuple):
    """The socket it holds (or ``none``), and whether it calls it connected."""

    socket: str
    connected: bool

    def __str__(self) -> str:
        return f"{self.socket}/{'connected' if self.connected else 'not'}"


NOTHING = Service(NONE, connected=False)


def service(design: Design, scope: Scope) -> Machine:
    """The machine ``service``."""
    asks, current, late = (
        M.POLL_UNLESS_CONNECTED in design,
        M.CURRENT_SOCKET_ONLY in design,
        M.LATE_SUBSCRIPTION in design,
    )
    unheard = M.DROPS_UNHEARD in design  # what becomes of the socket does not lower what it says (E20)
    up, down, dropped = {"connected": True}, {"connected": False}, {"socket": NONE} if unheard else NOTHING
    rules = [
        *(On(d.event, _free(d), Service(d.new, connected=False)) for d in dials(scope)),
        *(On(event, {"socket": old}, NOTHING) for event, old in closings(scope)),  # R9, F8
        On(wakes_of(design, scope, "verified", "unflagged"), up, STAY),  # R7
        On(wakes_of(design, scope, "service_down"), down, STAY),  # R7
        On(saves(design, scope.meal_names, service="connected"), up, STAY, given=asks),  # E6
        On(saves(design, scope.meal_names, service="not"), down, STAY, given=asks),  # E6
        On("client.connect_noop", {"socket": {*scope.connection_names}}, up),  # E18
        On("client.notice_drop", NOTHING, STAY),  # F3
        On("client.probe_none", down, STAY),  # F7
        On(every("client.failed", scope.connection_names), {"socket": NONE}, STAY, given=current),  # F5
        On(messages(design, scope), up, STAY, given=late),  # E17
        On(every("client.ignore", scope.meal_names, scope.connection_names), down, STAY),  # E17
    ]
    for c in scope.connection_names:
        rules += [
            *_opens(c, design),
            On((*dial_ends(c), *drop_ends(c)), {"socket": c}, dropped, elsewhere=STAY),
            On(every(("client.ping", "client.reregister"), c), Service(c, connected=True), STAY),  # R10, F16
            On(f"client.probe_alive.{c}", {"socket": c}, STAY),  # F7
            On(f"client.superseded.{c}", {"socket": {*scope.connection_names} - {c}}, STAY, given=current),  # F5
        ]
    return Machine.ruled("service", NOTHING, rules, resting=lambda s: s == NOTHING or s.connected, doc=__doc__ or "")


def _opens(c: str, design: Design) -> list[On]:
    """When it calls the socket connected: at the handshake, when the server is ready, or when a time has passed."""
    current, own, up = M.CURRENT_SOCKET_ONLY in design, {"socket": c}, {"connected": True}
    if M.TIMED_CONNECT in design:  # E15: whatever has become of the dial
        return [On(f"client.connected.{c}", own if current else ANY, up)]
    event = f"client.ready.{c}" if M.READY_ACK in design else f"client.open.{c}"  # F4
    return [
        On(event, own, up, elsewhere=STAY),
        On(f"client.connected.{c}", Service(c, connected=True), STAY, given=current),  # F5
    ]


def _free(dial: Dial) -> dict[str, object]:
    """It holds what the dial replaces; a health check finds it down as well (R25)."""
    return {"socket": dial.old} | ({"connected": False} if dial.verb == "client.heal" else {})
