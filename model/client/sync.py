"""The fetch of one unfinished meal by its id, now and then or when the list is pulled down (E11 to E13).

It remembers the status that was stored before its request, and writes only what differs from that. Failures are
skipped.

Left out: that the meals of one round are fetched one after the other in the order of the store.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from mealspec.core import STAY, Machine, On
from mealspec.model.design import Design
from mealspec.model.scope import Scope
from mealspec.model.values import SYNCED, UNFINISHED, Seen, every


class Fetch(StrEnum):
    """Where the request stands."""

    IDLE = "idle"
    SENT = "sent"
    ANSWERED = "answered"


class Sync(NamedTuple):
    """The request, which meal it is of, what was stored before it, and what its answer says."""

    phase: Fetch
    meal: str = ""
    before: str = ""
    says: str = ""

    def __str__(self) -> str:
        return ":".join(filter(None, self))


def sync(design: Design, scope: Scope) -> Machine:
    """The machine ``sync``."""
    idle = Sync(Fetch.IDLE)
    rules = [
        On(("client.error.sync", "client.offline.sync", "client.denied.sync"), {"phase": Fetch.SENT}, idle),
        On("network.cut.sync", {"phase": {Fetch.SENT, Fetch.ANSWERED}}, idle),
        On(every("user.archive", scope.meal_names), idle, STAY),
    ]
    for m in scope.meal_names:
        for before in UNFINISHED:
            asked = Sync(Fetch.SENT, m, before)
            rules.append(On(every(("client.sync", "user.pull"), m, before), idle, asked))
            for says in SYNCED:
                told = asked._replace(phase=Fetch.ANSWERED, says=says)
                rules.append(On(f"server.read.sync.{m}.{says}", asked, told))
        rules += [
            On(
                f"client.unchanged.{m}",
                {"phase": Fetch.ANSWERED, "meal": m, "before": Seen.PROCESSING, "says": Seen.PROCESSING},
                idle,
            ),
            *(On(f"client.synced.{m}.{says}", _news(m, says), idle) for says in SYNCED),  # E12
        ]
    return Machine.ruled("sync", idle, rules, resting=idle, doc=__doc__ or "")


def _news(m: str, says: Seen) -> dict[str, object]:
    """An answer that differs from what was stored before."""
    return {"phase": Fetch.ANSWERED, "meal": m, "says": says, "before": lambda before: before != says}
