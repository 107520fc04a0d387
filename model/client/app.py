"""The app's life: in the foreground, suspended, or just back and probing (R20, F7).

A suspended app runs no code: every step of client and user waits, and nobody at the server knows.

Left out: termination by the system; the outbox would survive it, and a new screen follows.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from mealspec.core import STAY, Machine, On
from mealspec.model.design import Design
from mealspec.model.mechanism import Mechanism as M
from mealspec.model.scope import Scope
from mealspec.model.values import every


class App(StrEnum):
    """Whether its code runs."""

    FOREGROUND = "foreground"
    BACKGROUND = "background"
    PROBING = "probing"


def app(design: Design, scope: Scope, steps: Iterable[str]) -> Machine:
    """The machine ``app``; ``steps`` are the events that need running code."""
    A, running = App, {App.FOREGROUND, App.PROBING}
    back = A.PROBING if M.PROBE_ON_FOREGROUND in design else A.FOREGROUND
    probes = every(("client.probe_dead", "client.probe_alive"), scope.connection_names)
    rules = [
        On("user.background", running, A.BACKGROUND),
        On("user.foreground", A.BACKGROUND, back),
        On("network.reclaim", A.BACKGROUND, STAY),
        On((*probes, "client.probe_none"), A.PROBING, A.FOREGROUND),
        # Whoever is suspended answers no ping, though the path is fine.
        On(every("server.expire_suspended", scope.connection_names), A.BACKGROUND, STAY),
    ]
    named = {event for rule in rules for event in rule.names}
    rules.append(On([event for event in steps if event not in named], running, STAY))
    return Machine.ruled("app", A.FOREGROUND, rules, resting={A.FOREGROUND, A.BACKGROUND}, doc=__doc__ or "")
