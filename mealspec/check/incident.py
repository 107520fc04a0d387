"""What the logs of the incident allow: every root cause, with its shortest run.

Two machines read the logs: each log's lines come in its own order, merged in any order that is
consistent with both (R14). A third remembers why the registry is empty. The product of all with a
design is searched as ever, and each run that has printed both logs exactly is an explanation.

The excerpt shows some kinds of lines and not others (``Connecting to WebSocket...`` is missing, say).
So the kinds that it shows must be printed exactly as often as it shows them, and in its order; other
lines may have been printed and cut.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from importlib.resources import files
from typing import NamedTuple

from mealspec.core import ANY, STAY, At, Event, Machine, On, Predicate, Progress, State, System, Trace, explore, reach
from mealspec.model.design import Design
from mealspec.model.events import alphabet
from mealspec.model.network.connection import dial_ends
from mealspec.model.product import system
from mealspec.model.scope import Scope
from mealspec.model.server.registry import NOBODY, Registry, registry
from mealspec.model.values import dialled, every

INCIDENT_SCOPE = Scope(includes=frozenset({"dial", "break", "restart"}))
"""What can empty the registry or keep the client from it: the faults that a cause can name."""

INCIDENT_DEPTH = 22
"""Steps of the longest run that is looked at; the shortest run of every cause is shorter."""


class Logs(NamedTuple):
    """The lines of each log, in its own order."""

    title: str
    client: tuple[str, ...]
    server: tuple[str, ...]


def incident() -> Logs:
    """The logs of the incident, as they were found."""
    data = json.loads(files("mealspec.properties").joinpath("incident.json").read_text(encoding="utf-8"))
    return Logs(data["title"], tuple(data["client"]), tuple(data["server"]))


class Cause(StrEnum):
    """Why the registry holds nothing, as a sentence about the moment of the lookup."""

    NOT_DIALLED = "the client had not dialled yet"
    DIALLED = "the client had dialled, and the server had not accepted yet"
    ACCEPTED = "the server had accepted the socket, and not registered it yet"
    DIAL_FAILED = "the client's dial had failed"
    CLOSED = "the client had closed the socket, and the server had noticed"
    BROKEN = "the server had learnt that the socket was dead, and the client had not"
    STALE = "the closing handler of an older socket had removed the newer socket's entry"
    RESTARTED = "the server had restarted and forgotten everyone"
    HELD = "it held a connection"


class Memory(NamedTuple):
    """The registry, why it is empty, and whether the lookup has been."""

    registry: State
    cause: Cause
    skipped: bool

    def __str__(self) -> str:
        return f"{self.cause.name.lower()}/{self.registry}{'/skipped' if self.skipped else ''}"


def log_machine(log: str, lines: Iterable[str], events: Iterable[Event]) -> Machine:
    """The machine ``log.<log>``: how many lines have been printed.

    It has the events that print a kind of line which the log shows, and permits each only where the
    next line is of its kind.
    """
    shown = tuple(lines)
    rows = []
    for event in events:
        if event.line is not None and event.line.log == log:
            rows += [(event.name, k, k + 1) for k, line in enumerate(shown) if event.line.matches(line)]
    return Machine.table(f"log.{log}", 0, rows, doc=f"How many lines of the {log} log have been printed.")


def cause_machine(design: Design, scope: Scope) -> Machine:
    """The machine ``cause``: it watches the registry, and refuses nothing."""
    book, connections = registry(design, scope), scope.connection_names
    empty = {"skipped": False, "registry": NOBODY}
    held = {"skipped": False, "registry": lambda entries: entries != NOBODY}
    rules = [
        On(dialled(scope), empty, {"cause": Cause.DIALLED}, elsewhere=STAY),
        On(every("server.accept", connections), empty, {"cause": Cause.ACCEPTED}, elsewhere=STAY),
        On([event for c in connections for event in dial_ends(c)], empty, {"cause": Cause.DIAL_FAILED}, elsewhere=STAY),
        On("server.crash", held, Memory(NOBODY, Cause.RESTARTED, False), elsewhere=STAY),
        On(every("server.skip", scope.meal_names), ANY, {"skipped": True}),
    ]
    for c in connections:
        rules.append(On(f"server.register.{c}", ANY, partial(_followed, book, f"server.register.{c}", Cause.HELD)))
        ends = {"server.notice": Cause.CLOSED, "server.expire": Cause.BROKEN, "network.tell_server": Cause.BROKEN}
        for verb, why in ends.items():  # the handler ends: for its own entry, or for another's
            own, other = (partial(_followed, book, f"{verb}.{c}", cause) for cause in (why, Cause.STALE))
            rules.append(On(f"{verb}.{c}", {"registry": Registry((c,))}, own, elsewhere=other))
    return Machine.ruled("cause", Memory(NOBODY, Cause.NOT_DIALLED, False), rules)


def _followed(book: Machine, event: str, cause: Cause, s: Memory) -> Memory:
    """The registry after the event, and the cause if that has changed it."""
    after = s.registry if s.skipped else book.step(s.registry, event)
    return s if after == s.registry else Memory(after, cause, False)


def _skipped_because(cause: Cause) -> Predicate:
    return At("cause", lambda s: s.cause is cause and s.skipped)


@dataclass(frozen=True)
class Explanation:
    """One root cause, and a shortest run of the design that prints the logs because of it."""

    cause: Cause
    trace: Trace
    skipped_at: int
    believed: bool


@dataclass(frozen=True)
class Search:
    """What the search for explanations found, and how much it looked at."""

    logs: Logs
    design: Design
    scope: Scope
    depth: int
    states: int
    explanations: tuple[Explanation, ...]


def explain_incident(
    design: Design,
    logs: Logs | None = None,
    scope: Scope = INCIDENT_SCOPE,
    *,
    depth: int = INCIDENT_DEPTH,
    report: Callable[[Progress], None] | None = None,
) -> Search:
    """One shortest run of the design for each root cause that fits the logs, shortest first."""
    logs = logs or incident()
    events = alphabet(design, scope)
    ends = {"client": logs.client, "server": logs.server}
    readers = tuple(log_machine(log, lines, events) for log, lines in ends.items())
    watched = system(design, scope, extra=(*readers, cause_machine(design, scope)))
    graph = explore(watched, depth=depth, report=report)
    done = At("log.client", lambda s: s == len(logs.client)) & At("log.server", lambda s: s == len(logs.server))
    found = []
    for cause in Cause:
        trace = reach(graph, done & _skipped_because(cause))
        if trace is not None:
            found.append(_explanation(cause, trace, design, scope))
    found.sort(key=lambda e: len(e.trace))
    return Search(logs, design, scope, depth, len(graph), tuple(found))


def _explanation(cause: Cause, trace: Trace, design: Design, scope: Scope) -> Explanation:
    skip = next(k for k, name in enumerate(trace.events) if trace.system.event(name).is_of("server.skip"))
    flags = trace.state(skip).get("flags")
    plain: System = system(design, scope)
    return Explanation(cause, Trace.of(plain, trace.events), skip + 1, bool(getattr(flags, "connected", False)))
