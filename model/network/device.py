"""Another device of the same user, as the server sees it: one socket, ``d2``, that comes and goes (F14).

The registry knows users, not devices, so what this one does there is felt on the client that is modelled:
a single entry is overwritten, and a closing handler deletes blindly. It may do so at any time, and never has to.

Left out: what that device shows and submits, which is as on this one; its dial, of which the server sees the
end; and a second socket of its own.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from mealspec.core import Machine
from mealspec.model.design import Design
from mealspec.model.mechanism import Mechanism as M
from mealspec.model.network.connection import Server
from mealspec.model.scope import Scope
from mealspec.model.values import Effects, then, when

__all__ = ["Device", "Far", "device"]


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
    evicts = M.EVICT_ON_FAILED_SEND in design
    effects: Effects = {
        f"user.join.{d}": lambda s: Device(Far.OPEN, Server.ACCEPTED) if s == AWAY else None,
        f"user.quit.{d}": when(lambda s: s.far is Far.OPEN, far=Far.CLOSED),
        f"server.register.{d}": when(lambda s: s.server is Server.ACCEPTED, server=Server.REGISTERED),
        f"network.break.{d}": when(lambda s: s.far is Far.OPEN, far=Far.BROKEN),
        f"server.notice.{d}": then(_ended, Far.CLOSED),
        f"server.expire.{d}": then(_ended, Far.BROKEN),
        f"network.tell_server.{d}": then(_ended, Far.BROKEN),
        "server.crash": lambda s: AWAY,
    }
    for m in scope.meal_names:
        effects[f"network.deliver.{m}.{d}"] = when(lambda s: s.far is Far.OPEN)
        effects[f"network.void.{m}.{d}"] = when(lambda s: s.far is not Far.OPEN and not (evicts and _listed(s)))
        effects[f"server.evict.{m}.{d}"] = lambda s: AWAY if s.dead and _listed(s) else None
    resting = lambda s: s == AWAY or s == Device(Far.OPEN, Server.REGISTERED)  # noqa: E731 (a predicate, as elsewhere)
    return Machine.generated("device", AWAY, effects, resting=resting, doc=__doc__ or "")


def _ended(s: Device, far: Far) -> Device | None:
    """The handler ends, where it listens to a socket whose other end is so."""
    return AWAY if s == Device(far, Server.REGISTERED) else None


def _listed(s: Device) -> bool:
    return s.server is Server.REGISTERED
