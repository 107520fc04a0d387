"""Why a finished meal's push reaches nobody: the causes, and the machine that remembers which it was.

The lookup may find nobody; why, :mod:`mealspec.check.causes` says. Or the push is sent, or owed, and does not arrive.
Only the first loss of a run is judged: the machine stays there, and the run goes on.

Left out: work that never finishes (F9), and what becomes of a message that a handler of the client has taken (F19).
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mealspec.check.causes import REPAIRS, Cause, cause_machine
from mealspec.core import Graph, Machine, State, System, Trace
from mealspec.core.timed import is_one_of
from mealspec.model.design import Design
from mealspec.model.product import system
from mealspec.model.scope import Scope
from mealspec.model.server.notification import Fate, notification


class Loss(StrEnum):
    """How a push is lost after the lookup, or without one, as a sentence."""

    VOID = "it was sent into a socket that was dead, and the server did not know"
    DROPPED = "it was lost on a socket that worked"
    EVICTED = "sending failed, and the server dropped the socket"
    IGNORED = "it arrived, and no handler of the client was subscribed"
    GARBLED = "it arrived, and could not be decoded"
    DIED = "the server died between the result and its push"
    UNPUBLISHED = "the work failed, and the server tells nobody of failures"

    @property
    def label(self) -> str:
        """Its name in lower case, for tables and files."""
        return self.name.lower()


Reason = Cause | Loss
"""Why a push reaches nobody."""

LOSS_REPAIRS = {
    Loss.VOID: "find dead sockets by a deadline for pongs, and replay what was sent into one",
    Loss.DROPPED: "replay from what the client says that it has",
    Loss.EVICTED: "replay when the client dials again",
    Loss.IGNORED: "subscribe before the dial",
    Loss.GARBLED: "agree on one format, and load the list when a message cannot be read",
    Loss.DIED: "keep what is owed beside the result, and look for it when the server comes up",
    Loss.UNPUBLISHED: "publish failures as well",
}
"""What one would do about each."""

BY_EVENT = {
    "network.void": Loss.VOID,
    "network.lose": Loss.DROPPED,
    "server.evict": Loss.EVICTED,
    "client.ignore": Loss.IGNORED,
    "client.garbled": Loss.GARBLED,
    "server.crash": Loss.DIED,
    "server.fail": Loss.UNPUBLISHED,
}
"""What each event means that makes a notification missed; a skip is judged by the machine ``cause``."""

REASONS: tuple[Reason, ...] = (*Cause, *Loss)


def repair(reason: Reason) -> str:
    """What one would do about it."""
    return REPAIRS[reason] if isinstance(reason, Cause) else LOSS_REPAIRS[reason]


class Watched(NamedTuple):
    """Before the loss: what the machine ``cause`` remembers of the registry, and the meal's notification."""

    cause: Any
    notification: Any

    def __str__(self) -> str:
        return f"{self.cause}/{self.notification}"


class Lost(NamedTuple):
    """After it: why."""

    reason: Reason

    def __str__(self) -> str:
        return self.reason.label


def reason_machine(design: Design, scope: Scope) -> Machine:
    """The machine ``reason``: it watches the first meal's notification and the registry, until a push is lost.

    It refuses nothing that the notification itself does not refuse.
    """
    meal = scope.meal_names[0]
    note, cause = notification(meal, design, scope), cause_machine(design, scope)
    alphabet = tuple(dict.fromkeys((*note.alphabet, *cause.alphabet)))
    waiting: list[Watched | Lost] = [Watched(cause.initial, note.initial)]
    rows = list[tuple[str, State, State]]()
    for state in waiting:  # it grows meanwhile
        after = {event: _after(note, cause, meal, state, event) for event in alphabet}
        rows += [(event, state, dest) for event, dest in after.items() if dest is not None]
        waiting += [dest for dest in dict.fromkeys(after.values()) if dest is not None and dest not in waiting]
    return Machine.table("reason", waiting[0], rows, doc=reason_machine.__doc__ or "")


def _after(note: Machine, cause: Machine, meal: str, s: Watched | Lost, event: str) -> Watched | Lost | None:
    """What is remembered after the event; None where the notification refuses it."""
    if isinstance(s, Lost):
        return s
    told: Any = s.notification if event not in note.alphabet else note.step(s.notification, event)
    if told is None:
        return None
    known: Any = cause.step(s.cause, event) or s.cause
    lost = told.fate is Fate.MISSED and s.notification.fate is not Fate.MISSED
    if lost or (event == f"server.fail.{meal}" and told.fate is Fate.NONE):
        how = next((loss for group, loss in BY_EVENT.items() if is_one_of(event, (group,))), None)
        return Lost(how or known.cause)
    return Watched(known, told)


def watched_system(design: Design, scope: Scope, extra: tuple[Machine, ...] = ()) -> System:
    """The design in the scope, with the machine that remembers why a push was lost."""
    return system(design, scope, extra=(reason_machine(design, scope), *extra))


def reasons(graph: Graph) -> NDArray[np.int64]:
    """For each state the number of the reason in :data:`REASONS` for which a push was lost, or -1; shape ``(n,)``."""
    states = graph.system.machines[graph.system.position["reason"]].states
    return np.array([REASONS.index(s.reason) if isinstance(s, Lost) else -1 for s in states])[graph.local("reason")]


def reason_of(run: Trace) -> Reason | None:
    """Why a push was lost, at the end of a run."""
    state = run.state(len(run))["reason"]
    return state.reason if isinstance(state, Lost) else None
