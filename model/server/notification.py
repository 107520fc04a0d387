"""One meal's ``meal_log.completed`` (or failed): owed, pushed, skipped, delivered or lost (R13).

The lookup and the push follow the completion in a step of their own. A skip is never made good, unless
the design replays.

What only another device of the user has received is missed on this one.

A message that is handled twice has its side effects twice (E30), unless these go by what is shown.

Left out: acknowledgements; a delivered message counts when the client's handler has begun.
"""

from __future__ import annotations

from enum import StrEnum
from functools import partial
from typing import NamedTuple

from mealspec.core import STAY, Machine, On
from mealspec.model.design import Design
from mealspec.model.mechanism import Mechanism as M
from mealspec.model.scope import Scope
from mealspec.model.values import dialled, every, has, lacks, messages, targets


class Fate(StrEnum):
    """What has become of it."""

    NONE = "none"
    OWED = "owed"
    SENT = "sent"
    MISSED = "missed"
    DELIVERED = "delivered"
    TWICE = "twice"


class Notification(NamedTuple):
    """Its fate, and the connections on which copies are still under way."""

    fate: Fate
    flight: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.fate}:{'+'.join(self.flight)}" if self.flight else f"{self.fate}"

    @property
    def done(self) -> bool:
        """Nothing of it is owed or under way."""
        return self.fate is not Fate.OWED and not self.flight


def notification(m: str, design: Design, scope: Scope) -> Machine:
    """The machine ``notification.m``."""
    none, counts = Notification(Fate.NONE, ()), M.EFFECT_ON_FINISH not in design
    lost = ("network.lose", "network.void", "server.evict", "client.ignore", "client.garbled")
    owed, missed = {"fate": Fate.OWED}, {"fate": Fate.MISSED}
    rules = [
        On(f"server.complete.{m}", none, owed),  # R13
        On(f"server.fail.{m}", none, owed if M.FAILURE_NOTIFICATIONS in design else STAY),  # F13
        On(f"server.skip.{m}", owed, missed),  # R13
        On("server.crash", owed, missed, elsewhere=STAY),  # F9
        On(f"user.archive.{m}", {"done": True}, none),
        *(On(f"server.push.{m}.{name}", owed, Notification(Fate.SENT, to)) for name, to in targets(design, scope)),
    ]
    for c in scope.connection_names:
        rules += [
            On(
                messages(design, scope, m=m, c=c, verb="client.receive"),
                {"flight": has(c)},
                partial(_received, c, counts),
            ),  # R5
            On(
                messages(design, scope, m=m, c=c, verb="client.receive_twin"),
                {"flight": has(c)},
                partial(_twice, c, counts),
            ),  # E25
            On(every(lost, m, c), {"flight": has(c)}, partial(_lost, c)),  # F2, F18
            On(f"server.replay.{m}.{c}", missed, Notification(Fate.SENT, (c,))),  # F3
            On(dialled(scope, new=c), {"flight": lacks(c)}, STAY),  # not free while a copy is under way on it
        ]
    for d in scope.device_names:
        ends = every(("network.deliver", "network.void", "server.evict"), m, d)
        rules += [
            On(ends, {"flight": has(d)}, partial(_lost, d)),  # F14
            On(f"user.join.{d}", {"flight": lacks(d)}, STAY),
        ]
    return Machine.ruled(f"notification.{m}", none, rules, resting={"done": True}, doc=__doc__ or "")


def _received(c: str, counts: bool, s: Notification) -> Notification:
    """Handled; and a second time, where handling counts."""
    again = counts and s.fate in (Fate.DELIVERED, Fate.TWICE)
    return Notification(Fate.TWICE if again else Fate.DELIVERED, _lost(c, s).flight)


def _twice(c: str, counts: bool, s: Notification) -> Notification:
    """Handled once for each of two subscriptions."""
    return Notification(Fate.TWICE if counts else Fate.DELIVERED, _lost(c, s).flight)


def _lost(c: str, s: Notification) -> Notification:
    """One copy less; a message all of whose copies are lost is missed."""
    flight = tuple(name for name in s.flight if name != c)
    return Notification(Fate.MISSED if s.fate is Fate.SENT and not flight else s.fate, flight)
