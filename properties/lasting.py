"""What never is, and what ends."""

from __future__ import annotations

from collections.abc import Iterator

from mealspec.core import At, any_of
from mealspec.core.assertion import Ends, Never, Owed, Rule
from mealspec.model.client.loader import Phase
from mealspec.model.client.outbox import Outbox
from mealspec.model.client.poller import Loop
from mealspec.model.client.screen import Screen
from mealspec.model.mechanism import Mechanism as M
from mealspec.model.network.connection import IDLE, Await, Client, Server
from mealspec.model.network.device import Far
from mealspec.model.server.job import Job
from mealspec.model.server.notification import Fate
from mealspec.model.server.receipt import Receipt
from mealspec.properties.facts import Facts
from mealspec.properties.names import FAULTS, origins
from mealspec.properties.predicates import (
    CONNECTED,
    CONNECTING,
    DOWN,
    FLAG,
    HELD,
    OFFLINE,
    READS,
    RUNS,
    SUSPENDED,
    TAKEN,
    caller,
    client_end,
    differ,
    far_end,
    flying,
    holds,
    in_state,
    listed,
    loads,
    polls,
    server_end,
    top,
    unfinished,
)

# ---------------------------------------------------------------------- what never is


def sockets(f: Facts) -> Iterator[Rule]:
    """What library, connection and caller know of one another."""
    used = (Client.DIALLING, Client.OPEN, Client.READY)
    for c in f.scope.connection_names:
        yield Never(client_end(c, *used) & ~holds(c), client_end(c, *used))
        up = client_end(c, top(f))
        yield Never(holds(c) & differ(CONNECTED, up), holds(c) & up)
        waits = client_end(c, Client.DIALLING, *([Client.OPEN] if M.READY_ACK in f.design else []))
        yield Never(differ(waits, caller(c, Await.WAITING)), waits)


def registered(f: Facts) -> Iterator[Rule]:
    """The registry and the handlers."""
    for c in f.scope.connection_names:
        entry, reads = listed((c,), False), server_end(c, *READS)
        lost = "entry" in f.scope  # then a socket may work that is not listed
        yield Never((entry & ~reads) if lost else differ(entry, reads & ~server_end(c, Server.ELSEWHERE)), entry)
    for d in f.scope.device_names:
        entry = listed((d,), False)
        yield Never(differ(entry, At("device", lambda s: s.server is Server.REGISTERED)), entry)


def without_server(f: Facts) -> Iterator[Rule]:
    """What a server that is down does not have."""
    if "restart" not in f.scope:
        return
    for c in f.scope.connection_names:
        yield Never(DOWN & server_end(c, *HELD), DOWN & ~in_state(f"connection.{c}", IDLE))
    for m in f.scope.meal_names:
        yield Never(DOWN & in_state(f"job.{m}", Job.QUEUED, Job.PROCESSING), DOWN & in_state(f"job.{m}", Job.ORPHANED))
        debt = At(f"notification.{m}", lambda s: s.fate is Fate.OWED)
        yield Never(DOWN & debt, DOWN & At(f"notification.{m}", lambda s: s.fate is Fate.MISSED))
    for _ in f.scope.device_names:
        yield Never(DOWN & ~far_end(Far.AWAY), DOWN & far_end(Far.AWAY))
    yield Never(DOWN & At("registry", lambda s: s.held), DOWN)


def published(f: Facts) -> Iterator[Rule]:
    """Work and its notification."""
    for m in f.scope.meal_names:
        finished = At(f"job.{m}", lambda s: s.finished)
        told = At(f"notification.{m}", lambda s: s.fate is not Fate.NONE)
        yield Never(differ(finished, told), finished)
        sent = At(f"notification.{m}", lambda s: s.fate is Fate.SENT)
        copies = any_of(flying(m, c) for c in f.scope.socket_names)
        yield Never(sent & ~copies, sent)


def flags_agree(f: Facts) -> Iterator[Rule]:
    """The two flags, and whoever dialled."""
    awaited = any_of(~caller(c, Await.NONE) for c in f.scope.connection_names)
    yield Never(CONNECTING & ~awaited, CONNECTING)
    if M.VERIFY_ON_MESSAGE not in f.design:
        yield Never(CONNECTING & FLAG, FLAG)


def hidden(f: Facts) -> Iterator[Rule]:
    """What there is not without a screen."""
    gone, off = in_state("screen", Screen.HIDDEN), polls(Loop.OFF)
    yield Never(differ(gone, off), off)
    yield Never(gone & ~holds("none"), gone)
    yield Never(gone & (FLAG | CONNECTING), gone)
    for origin in origins(f):
        yield Never(gone & ~loads(origin, Phase.IDLE), gone)
    for c in f.scope.connection_names:
        yield Never(gone & ~caller(c, Await.NONE), gone)


def accepted(f: Facts) -> Iterator[Rule]:
    """What screen and outbox say only of a meal that was taken."""
    for m in f.scope.meal_names:
        taken = ~in_state(f"receipt.{m}", Receipt.NEVER)
        processing = At(f"view.{m}", lambda s: s.processing)
        answered = in_state(f"outbox.{m}", Outbox.ANSWERED, Outbox.UPLOADED)
        yield Never(processing & ~taken, processing)
        yield Never(answered & ~taken, answered)


# ---------------------------------------------------------------------- what ends


def owed(f: Facts) -> Iterator[Rule]:
    """All that nobody decides and no bad luck brings."""
    for event in f.system.events:
        chosen = event.owner == "user" or event.group == "client.return"
        if not chosen and event.group not in FAULTS:
            yield Owed(event.name)


def outages(f: Facts) -> Iterator[Rule]:
    """No outage lasts."""
    if "restart" in f.scope and f.scope.faults != 0:
        yield Ends(DOWN)
    if "path" in f.scope and f.scope.faults != 0:
        yield Ends(OFFLINE)
    if "token" in f.scope and f.scope.faults != 0:
        yield Ends(~TAKEN & RUNS)


def unanswered(f: Facts) -> Iterator[Rule]:
    """Work may take as long as it likes."""
    work = tuple(f"server.complete.{m}" for m in f.scope.meal_names)
    for origin in origins(f):
        yield Ends(~loads(origin, Phase.IDLE) & RUNS, without=work)
    for m in f.scope.meal_names:
        yield Ends(~in_state(f"outbox.{m}", Outbox.NONE, Outbox.UPLOADED, Outbox.ABANDONED) & RUNS)


def refused(f: Facts) -> Iterator[Rule]:
    """A server that stays down, and a device that stays offline."""
    for item, out, back in (("restart", DOWN, "server.boot"), ("path", OFFLINE, "network.restore_path")):
        if item not in f.scope:
            continue
        for origin in origins(f):
            yield Ends(out & loads(origin, Phase.SENT) & RUNS, without=(back,))
        for m in f.scope.meal_names:
            yield Ends(out & in_state(f"outbox.{m}", Outbox.UPLOADING), without=(back,))
        for c in f.scope.connection_names:
            yield Ends(out & client_end(c, Client.DIALLING) & RUNS, without=(back,))


def undialled(f: Facts) -> Iterator[Rule]:
    """Only the screen that arrives needs a free connection; the rest ends by itself."""
    yield Ends(in_state("screen", Screen.HIDDEN) & RUNS)
    yield Ends(in_state("screen", Screen.ARRIVING) & RUNS, f.starved())
    for c in f.scope.connection_names:
        yield Ends(client_end(c, Client.DIALLING) & RUNS)
        yield Ends(~caller(c, Await.NONE) & RUNS)
        yield Ends(server_end(c, Server.ACCEPTED))


def undelivered(f: Facts) -> Iterator[Rule]:
    """Neither a debt nor a copy stays."""
    for m in f.scope.meal_names:
        yield Ends(At(f"notification.{m}", lambda s: s.fate is Fate.OWED))
        yield Ends(At(f"notification.{m}", lambda s: bool(s.flight)) & RUNS)


def unfreed(f: Facts) -> Iterator[Rule]:
    """Neither what a client has closed nor what a suspended client held stays."""
    for c in f.scope.connection_names:
        yield Ends(client_end(c, Client.CLOSED) & RUNS)
        yield Ends(server_end(c, *READS) & SUSPENDED)
    for _ in f.scope.device_names:
        yield Ends(far_end(Far.CLOSED, Far.BROKEN))


def unshown(f: Facts) -> Iterator[Rule]:
    """A dial that is owed may need a free connection."""
    for m in f.scope.meal_names:
        yield Ends(unfinished(m, True) & f.shown(), f.starved())
