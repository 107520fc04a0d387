"""How the entry of a socket in the registry is refreshed (F16, E38); only where seconds are asked.

Untimed, an entry that expires may do so at any moment. In time it does so when nothing has refreshed it for a constant
that nobody outside the backend knows; neither is it known what does refresh it.

Left out: entries of another device's sockets, and an entry that is refreshed by what the server sends.
"""

from __future__ import annotations

from enum import StrEnum

from mealspec.core import ANY, Machine, On
from mealspec.model.design import Design
from mealspec.model.mechanism import Mechanism as M
from mealspec.model.network.connection import handler_ends
from mealspec.model.scope import Scope
from mealspec.model.values import every

REFRESHES: dict[str, tuple[str, ...]] = {"connect": (), "ping": ("client.ping",)}
"""What may refresh an entry, beside the registration that makes it: nothing, or the client's pings."""

REGISTERS = ("server.register", "client.reregister")


class Held(StrEnum):
    """Whether there is an entry."""

    NONE = "none"
    HELD = "held"


def entry(design: Design, scope: Scope, refreshed_by: str) -> Machine:
    """The machine ``entry``; ``refreshed_by`` is one of :data:`REFRESHES`."""
    names, H = scope.connection_names, Held
    ends = ["server.crash", *every("server.drop_entry", names), *(e for c in names for e in handler_ends(c, scope))]
    ends += every("server.return", names) if M.ENTRY_ENDS_WITH_HANDLER in design else ()
    rules = [
        On(every(REGISTERS, names), ANY, H.HELD),
        On(every(REFRESHES[refreshed_by], names), ANY, lambda s: s),
        On(every("server.expire_entry", names), H.HELD, H.NONE),
        On(ends, ANY, H.NONE),
    ]
    return Machine.ruled("entry", H.NONE, rules, doc=__doc__ or "")
