"""The whole: the machines of a design in a scope, and their product."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import cache, partial

from mealspec.core import Event, Kind, Machine, System, trimmed
from mealspec.model.budget import budget
from mealspec.model.client.app import app
from mealspec.model.client.day import day
from mealspec.model.client.flags import flags
from mealspec.model.client.loader import loader
from mealspec.model.client.local_poller import local_poller
from mealspec.model.client.models import models
from mealspec.model.client.outbox import outbox
from mealspec.model.client.poller import poller
from mealspec.model.client.save import save
from mealspec.model.client.screen import screen
from mealspec.model.client.service import service
from mealspec.model.client.store import store
from mealspec.model.client.sync import sync
from mealspec.model.client.token import token
from mealspec.model.client.view import view
from mealspec.model.design import Design
from mealspec.model.events import alphabet
from mealspec.model.mechanism import Mechanism as M
from mealspec.model.network.connection import connection
from mealspec.model.network.device import device
from mealspec.model.network.path import path
from mealspec.model.scope import Scope
from mealspec.model.server.job import job
from mealspec.model.server.notification import notification
from mealspec.model.server.process import server
from mealspec.model.server.receipt import receipt
from mealspec.model.server.registry import registry
from mealspec.model.values import ORIGINS, loads

OPTIONAL = (
    "flags", "server", "path", "app", "token", "models", "day", "device", "budget",
    *(f"loader.{origin}" for origin in ORIGINS),
)  # fmt: skip
"""Machines that a design or a scope may leave out."""

_OF_EVENTS = ("app", "budget")
"""Machines that are made from the events."""

Builder = Callable[[Design], Machine | None]
"""How a machine is made for a design; None where the design goes without it."""


def builders(scope: Scope, events: Iterable[Event]) -> dict[str, Builder]:
    """Each machine of the scope, and how it is made: user and client, network, server, environment.

    ``events`` are those that may happen, in one design or in several.
    """
    events = tuple(events)

    def plain(build: Callable[[Design, Scope], Machine]) -> Builder:
        return lambda design: build(design, scope)

    def of(name: str, build: Callable[[str, Design, Scope], Machine]) -> Builder:
        return lambda design: build(name, design, scope)

    out: dict[str, Builder] = {"screen": plain(screen), "service": plain(service)}
    out["flags"] = lambda design: flags(design, scope) if M.STATE_FLAGS in design else None
    out["poller"] = lambda design: (local_poller if M.LOCAL_STORE in design else poller)(design, scope)
    for origin in ORIGINS:
        out[f"loader.{origin}"] = partial(_loader, origin, scope)
    out["sync"] = lambda design: sync(design, scope) if loads("sync", design) else None
    out |= {f"connection.{c}": of(c, connection) for c in scope.connection_names}
    out["registry"] = plain(registry)
    for m in scope.meal_names:
        out |= {f"{build.__name__}.{m}": of(m, build) for build in (outbox, receipt, job, notification, view)}
        out[f"store.{m}"] = partial(_if, M.LOCAL_STORE, of(m, store))
        out[f"save.{m}"] = partial(_if, M.SAVE_AWAITS_UPLOAD, of(m, save))
    if "restart" in scope:
        out["server"] = plain(server)
    if "path" in scope:
        out["path"] = plain(path)
    if "token" in scope:
        out["token"] = plain(token)
    if "twin" in scope:
        out["models"] = plain(models)
    if "day" in scope:
        out["day"] = partial(_if, M.LOCAL_STORE, plain(day))
    if "background" in scope:
        steps = list(dict.fromkeys(e.name for e in events if "app" in e.takes))
        out["app"] = lambda design: app(design, scope, steps)
    for d in scope.device_names:
        out["device"] = of(d, device)
    if scope.faults is not None:
        left = scope.faults
        faults = list(dict.fromkeys(e.name for e in events if e.kind is Kind.FAULT))
        out["budget"] = lambda design: budget(left, faults)
    return out


def _if(mechanism: M, build: Builder, design: Design) -> Machine | None:
    return build(design) if mechanism in design else None


def _loader(origin: str, scope: Scope, design: Design) -> Machine | None:
    return loader(origin, design, scope) if loads(origin, design) else None


class _Asked(Design):
    """A design that notes what it is asked, and what it says."""

    answers: dict[M, bool]

    def __init__(self, design: Design) -> None:
        vars(self).update(vars(design), answers={})

    def __contains__(self, mechanism: M) -> bool:
        return self.answers.setdefault(mechanism, mechanism in self.mechanisms)


@cache
def made(name: str, scope: Scope) -> list[tuple[dict[M, bool], Machine | None]]:
    """What was made of a machine so far, by what designs answered; whoever changes how it is made begins anew."""
    return []


def _of(name: str, build: Builder, design: Design, scope: Scope) -> Machine | None:
    """The machine of the design; those that answer all that it asks alike share one."""
    if name in _OF_EVENTS:
        return build(design)
    for answers, machine in made(name, scope):
        if all((mechanism in design) is said for mechanism, said in answers.items()):
            return machine
    asked = _Asked(design)
    machine = build(asked)
    made(name, scope).append((asked.answers, machine))
    return machine


def machines(design: Design, scope: Scope, events: Iterable[Event]) -> tuple[Machine, ...]:
    """All machines of the design in the scope."""
    made = (_of(name, build, design, scope) for name, build in builders(scope, events).items())
    return tuple(machine for machine in made if machine is not None)


def lets_in(scope: Scope, event: Event) -> bool:
    """Whether the event may happen in the scope."""
    return (not event.needs or event.needs in scope) and not (scope.faults == 0 and event.kind is Kind.FAULT)


def system(design: Design, scope: Scope, extra: tuple[Machine, ...] = ()) -> System:
    """The synchronised product, with only what can happen in the scope.

    ``extra`` machines watch: each takes part in the events that it has rows for.
    """
    events = tuple(e for e in alphabet(design, scope) if lets_in(scope, e))
    parts = machines(design, scope, events)
    if extra:
        parts += extra
        events = tuple(watched(e, extra) for e in events)
    kept, alive = trimmed(parts, events)
    return System(kept, alive, absent=OPTIONAL, name=f"{design} ({scope.describe()})")


def watched(event: Event, extra: Sequence[Machine]) -> Event:
    """The event, in which those of the machines take part that have rows for it."""
    watching = tuple(machine.name for machine in extra if event.name in machine.alphabet)
    return replace(event, takes=event.takes + watching) if watching else event
