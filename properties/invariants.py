"""Typing facts between machines: what each takes for granted of the others."""

from __future__ import annotations

from mealspec.core import At, Predicate
from mealspec.model.client.loader import Phase
from mealspec.model.client.outbox import Outbox
from mealspec.model.client.store import Store
from mealspec.model.client.view import View
from mealspec.model.design import Design
from mealspec.model.mechanism import Mechanism as M
from mealspec.model.network.connection import READS, Client
from mealspec.model.server.job import Job
from mealspec.model.server.receipt import Receipt
from mealspec.properties.facts import Facts


def broken_invariants(f: Facts) -> dict[str, Predicate]:
    """Each invariant's sentence, with the states that would break it."""
    broken: dict[str, Predicate] = {
        "A request of the poll loop is out exactly while one of its tasks loads.": _differ(
            At("poller", lambda s: s.requests), At("loader.poll", lambda s: s.phase is not Phase.IDLE, absent=False)
        ),
    }
    for c in f.scope.connection_names:
        broken |= _of_connection(c, f.design)
    for m in f.scope.meal_names:
        broken |= {
            f"Work on {m} exists exactly if {m} was taken.": _differ(
                At(f"receipt.{m}", lambda s: s is not Receipt.NEVER), At(f"job.{m}", lambda s: s is not Job.NONE)
            ),
            f"{m} is awaited or shown exactly if it was submitted.": _differ(
                At(f"view.{m}", lambda s: s is not View.NONE),
                At(f"outbox.{m}", lambda s: s not in (Outbox.NONE, Outbox.WAITING)),
            ),
            f"A message about {m} exists only once {m} is finished.": (
                ~At(f"notification.{m}", lambda s: s.fate == "none") & ~At(f"job.{m}", lambda s: s.finished)
            ),
        }
        if M.LOCAL_STORE in f.design:
            broken[f"{m} is stored exactly if it is awaited or shown."] = _differ(
                At(f"store.{m}", lambda s: s is not Store.NONE), At(f"view.{m}", lambda s: s is not View.NONE)
            )
    return broken


def _of_connection(c: str, design: Design) -> dict[str, Predicate]:
    connection = f"connection.{c}"
    used = (Client.DIALLING, Client.OPEN, Client.READY)
    broken = {
        f"The socket {c} that the service holds is in use.": (
            At("service", lambda s: s.socket == c) & ~At(connection, lambda s: s.client in used)
        ),
        f"The registry holds {c} only while its handler runs.": (
            At("registry", lambda s: c in s.held) & ~At(connection, lambda s: s.server in READS)
        ),
    }
    if M.TIMED_CONNECT not in design:  # who waits for a time has no such certainty (F17)
        broken[f"The service calls {c} connected only when it is open."] = At(
            "service", lambda s: s.socket == c and s.connected
        ) & ~At(connection, lambda s: s.live)
    return broken


def _differ(a: Predicate, b: Predicate) -> Predicate:
    return (a & ~b) | (~a & b)
