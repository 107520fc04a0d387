"""One meal's ``meal_log.completed`` (or failed): owed, pushed, skipped, delivered or lost (R13).

The lookup and the push follow the completion in a step of their own. A skip is never made good, unless
the design replays.

What only another device of the user has received is missed on this one.

Left out: acknowledgements; a delivered message counts when the client's handler has begun.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from mealspec.core import Machine
from mealspec.model.design import Design
from mealspec.model.mechanism import Mechanism as M
from mealspec.model.scope import Scope
from mealspec.model.values import Effects, dials, targets, then, when

__all__ = ["Fate", "Notification", "notification"]


class Fate(StrEnum):
    """What has become of it."""

    NONE = "none"
    OWED = "owed"
    SENT = "sent"
    MISSED = "missed"
    DELIVERED = "delivered"


class Notification(NamedTuple):
    """Its fate, and the connections on which copies are still under way."""

    fate: Fate
    flight: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.fate}:{'+'.join(self.flight)}" if self.flight else f"{self.fate}"


def notification(m: str, design: Design, scope: Scope) -> Machine:
    """The machine ``notification.m``."""
    none = Notification(Fate.NONE, ())
    effects: Effects = {
        f"server.complete.{m}": when(lambda s: s == none, fate=Fate.OWED),
        f"server.fail.{m}": when(
            lambda s: s == none, fate=Fate.OWED if M.FAILURE_NOTIFICATIONS in design else Fate.NONE
        ),
        f"server.skip.{m}": when(lambda s: s.fate is Fate.OWED, fate=Fate.MISSED),
        "server.crash": lambda s: s._replace(fate=Fate.MISSED) if s.fate is Fate.OWED else s,
        f"user.archive.{m}": lambda s: none if s.fate is not Fate.OWED and not s.flight else None,
    }
    for name, to in targets(design, scope):
        effects[f"server.push.{m}.{name}"] = when(lambda s: s.fate is Fate.OWED, fate=Fate.SENT, flight=to)
    for c in scope.connection_names:
        effects |= {
            f"client.receive.{m}.{c}": then(_without, c, Fate.DELIVERED),
            f"network.lose.{m}.{c}": then(_without, c),
            f"network.void.{m}.{c}": then(_without, c),
            f"server.evict.{m}.{c}": then(_without, c),
            f"server.replay.{m}.{c}": when(lambda s: s.fate is Fate.MISSED, fate=Fate.SENT, flight=(c,)),
        }
    for d in scope.device_names:
        effects |= {
            f"network.deliver.{m}.{d}": then(_without, d),
            f"network.void.{m}.{d}": then(_without, d),
            f"server.evict.{m}.{d}": then(_without, d),
            f"user.join.{d}": when(lambda s, d: d not in s.flight, d),
        }
    for dial in dials(scope):  # an incarnation is not free while a copy is under way on it
        effects[dial.event] = when(lambda s, c: c not in s.flight, dial.new)
    return Machine.generated(
        f"notification.{m}",
        none,
        effects,
        resting=lambda s: not s.flight and s.fate is not Fate.OWED,
        doc=__doc__ or "",
    )


def _without(s: Notification, c: str, fate: Fate | None = None) -> Notification | None:
    """One copy less; a message all of whose copies are lost is missed."""
    if c not in s.flight:
        return None
    flight = tuple(name for name in s.flight if name != c)
    lost = Fate.MISSED if s.fate is Fate.SENT and not flight else s.fate
    return Notification(fate or lost, flight)
