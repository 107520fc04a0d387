"""The whole: the machines of a design in a scope, and their product."""

from __future__ import annotations

from dataclasses import replace

from checker import Event, Kind, Machine, System, trimmed
from model.alphabet import alphabet
from model.app import app
from model.budget import budget
from model.connection import connection
from model.design import Design
from model.flags import flags
from model.job import job
from model.loader import loader
from model.mechanism import Mechanism as M
from model.notification import notification
from model.outbox import outbox
from model.path import path
from model.poller import poller
from model.receipt import receipt
from model.registry import registry
from model.scope import Scope
from model.screen import screen
from model.server import server
from model.service import service
from model.values import ORIGINS, origins
from model.view import view

__all__ = ["OPTIONAL", "machines", "system"]

OPTIONAL = ("flags", "server", "path", "app", "budget", *(f"loader.{origin}" for origin in ORIGINS))
"""Machines that a design or a scope may leave out."""


def machines(design: Design, scope: Scope, events: tuple[Event, ...]) -> tuple[Machine, ...]:
    """All machines of the design in the scope: user and client, network, server, environment."""
    parts = [screen(design, scope), service(design, scope)]
    if M.STATE_FLAGS in design:
        parts.append(flags(design, scope))
    parts.append(poller(design, scope))
    parts += [loader(origin, design, scope) for origin in origins(design)]
    parts += [connection(c, design, scope) for c in scope.connection_names]
    parts.append(registry(design, scope))
    for m in scope.meal_names:
        parts += [build(m, design, scope) for build in (outbox, receipt, job, notification, view)]
    if "restart" in scope:
        parts.append(server(design, scope))
    if "path" in scope:
        parts.append(path(design, scope))
    if "background" in scope:
        parts.append(app(design, scope, [e.name for e in events if "app" in e.takes]))
    if scope.faults is not None:
        parts.append(budget(scope.faults, [e.name for e in events if e.kind is Kind.FAULT]))
    return tuple(parts)


def system(design: Design, scope: Scope, extra: tuple[Machine, ...] = ()) -> System:
    """The synchronised product, with only what can happen in the scope.

    ``extra`` machines watch: each takes part in the events that it has rows for.
    """
    events = tuple(e for e in alphabet(design, scope) if not e.needs or e.needs in scope)
    if scope.faults == 0:
        events = tuple(e for e in events if e.kind is not Kind.FAULT)
    parts = machines(design, scope, events)
    if extra:
        parts += extra
        events = tuple(_watched(e, extra) for e in events)
    kept, alive = trimmed(parts, events)
    return System(kept, alive, absent=OPTIONAL, name=f"{design} ({scope.describe()})")


def _watched(event: Event, extra: tuple[Machine, ...]) -> Event:
    watching = tuple(machine.name for machine in extra if event.name in machine.alphabet)
    return replace(event, takes=event.takes + watching) if watching else event
