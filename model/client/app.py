"""The app's life: in the foreground, suspended, or just back and probing (R20, F7).

A suspended app runs no code: every step of client and user waits, and nobody at the server knows.

Left out: termination by the system; the outbox would survive it, and a new screen follows.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from mealspec.core import Machine
from mealspec.model.design import Design
from mealspec.model.mechanism import Mechanism as M
from mealspec.model.scope import Scope

__all__ = ["App", "app"]


class App(StrEnum):
    """Whether its code runs."""

    FOREGROUND = "foreground"
    BACKGROUND = "background"
    PROBING = "probing"


def app(design: Design, scope: Scope, steps: Iterable[str]) -> Machine:
    """The machine ``app``; ``steps`` are the events that need running code."""
    A = App
    probes = [f"client.{verb}.{c}" for verb in ("probe_dead", "probe_alive") for c in scope.connection_names]
    own = [
        ("user.background", A.FOREGROUND, A.BACKGROUND),
        ("user.background", A.PROBING, A.BACKGROUND),
        ("user.foreground", A.BACKGROUND, A.PROBING if M.PROBE_ON_FOREGROUND in design else A.FOREGROUND),
        ("network.reclaim", A.BACKGROUND, A.BACKGROUND),
        *((event, A.PROBING, A.FOREGROUND) for event in (*probes, "client.probe_none")),
        # Whoever is suspended answers no ping, though the path is fine.
        *((f"server.expire_suspended.{c}", A.BACKGROUND, A.BACKGROUND) for c in scope.connection_names),
    ]
    named = {event for event, _, _ in own}
    running = [(event, s, s) for event in steps if event not in named for s in (A.FOREGROUND, A.PROBING)]
    rows = own + running
    return Machine.table("app", A.FOREGROUND, rows, resting=lambda s: s is not A.PROBING, doc=__doc__ or "")
