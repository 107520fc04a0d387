"""Another device of the same user, as the server sees it: one socket, ``d2``, that comes and goes (F14).

The registry knows users, not devices, so what this one does there is felt on the client that is modelled:
a single entry is overwritten, and a closing handler deletes blindly. It may do so at any time, and never has to.

Left out: what that device shows and submits, which is as on this one; its dial, of which the server sees the
end; and a second socket of its own.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from mealspec.core import ANY, STAY, Machine, On
from mealspec.model.design import Design
from mealspec.model.mechanism import Mechanism as M
from mealspec.model.network.connection import Server
from mealspec.model.scope import Scope
from mealspec.model.values import every


class Far(StrEnum):
    """The device's own end."""

    AWAY = "away"
    OPEN = "open"
    CLOSED = "closed"
    BROKEN = "broken"


class Device(NamedTuple):
    """Both ends of its socket."""

    far: Far
    server: Server

    def __str__(self) -> str:
        return f"{self.far}" if self == AWAY else f"{self.far}/{self.server}"

    @property
    def dead(self) -> bool:
        """The server still holds it, and nothing can reach the device through it."""
        return self.far in (Far.CLOSED, Far.BROKEN)


AWAY = Device(Far.AWAY, Server.NONE)


def device(d: str, design: Design, scope: Scope) -> Machine:
    """The machine ``device``, whose socket is called ``d``."""
    meals = scope.meal_names
    # A failed send ends the handler, where the design looks at the outcome of a send.
    unheard = {*Server} - ({Server.REGISTERED} if M.EVICT_ON_FAILED_SEND in design else set())
    works = Device(Far.OPEN, Server.REGISTERED)
    rules = [
        On(f"user.join.{d}", AWAY, Device(Far.OPEN, Server.ACCEPTED)),
        On(f"user.quit.{d}", {"far": Far.OPEN}, {"far": Far.CLOSED}),
        On(f"server.register.{d}", {"server": Server.ACCEPTED}, {"server": Server.REGISTERED}),
        On(f"network.break.{d}", {"far": Far.OPEN}, {"far": Far.BROKEN}),  # F2
        On(f"server.notice.{d}", Device(Far.CLOSED, Server.REGISTERED), AWAY),  # F1
        On(every(("server.expire", "network.tell_server"), d), Device(Far.BROKEN, Server.REGISTERED), AWAY),
        On("server.crash", ANY, AWAY),  # R22
        On(
            every("server.register", scope.connection_names),
            {"server": Server.REGISTERED},
            AWAY,
            elsewhere=STAY,
            given=M.REPLACE_AND_CLOSE in design,
        ),  # E39
        On(every("network.deliver", meals, d), {"far": Far.OPEN}, STAY),
        On(every("network.void", meals, d), {"far": {*Far} - {Far.OPEN}, "server": unheard}, STAY),  # F2
        On(every("server.evict", meals, d), {"dead": True, "server": Server.REGISTERED}, AWAY),  # F2
    ]
    return Machine.ruled("device", AWAY, rules, resting={AWAY, works}, doc=__doc__ or "")
