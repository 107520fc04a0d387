"""When each event can happen: exactly when it has what it needs."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from mealspec.core import At, Event, Kind, Predicate, any_of
from mealspec.core.assertion import Needs, Possible, Rule
from mealspec.model.client.loader import Phase
from mealspec.model.client.outbox import Outbox
from mealspec.model.client.poller import Loop
from mealspec.model.client.screen import Screen
from mealspec.model.events import alphabet
from mealspec.model.mechanism import Mechanism as M
from mealspec.model.network.connection import IDLE, Await, Client, Server
from mealspec.model.network.device import Far
from mealspec.model.network.path import Path
from mealspec.model.product import lets_in
from mealspec.model.server.job import Job
from mealspec.model.server.notification import Fate
from mealspec.model.values import NONE, closings, dials, failures, origins, snapshots, targets, wakes
from mealspec.properties.facts import Facts
from mealspec.properties.predicates import (
    CONNECTED,
    CONNECTING,
    DOWN,
    FLAG,
    LEFT,
    LIVE,
    OFFLINE,
    ONLINE,
    RUNS,
    SUSPENDED,
    UP,
    answered,
    caller,
    client_end,
    dialled,
    far_end,
    fine,
    flying,
    holds,
    in_state,
    listed,
    loads,
    over,
    polls,
    server_end,
    told,
    top,
    unfinished,
    winds_up,
)

__all__ = [
    "dial_needs",
    "drop_needs",
    "elsewhere_needs",
    "events",
    "handler_needs",
    "handshake_needs",
    "load_needs",
    "lookup_needs",
    "message_needs",
    "outage_needs",
    "outcome_needs",
    "poll_needs",
    "possible",
    "stale_poll_needs",
    "upload_needs",
    "user_needs",
    "work_needs",
]


Table = Callable[[Facts], Iterator[tuple[str, Needs]]]
"""For each event of some families, what it needs."""


def possible(table: Table) -> Callable[[Facts], list[Rule]]:
    """Each event of the table can happen exactly when it has what it needs.

    Besides, what user and client do takes running code, and a fault must be among those that may happen.
    """

    def rules(f: Facts) -> list[Rule]:
        known = events(f)
        return [
            Possible(name, [*needs, *_code(known[name]), *([LEFT] if known[name].kind is Kind.FAULT else [])])
            for name, needs in table(f)
            if name in known
        ]

    return rules


def _code(event: Event) -> Needs:
    """What user and client do takes the app's code, but for waking it, and for another device."""
    own = event.owner in ("user", "client") and "device" not in event.takes
    return [RUNS] if own and event.name != "user.foreground" else []


def events(f: Facts) -> dict[str, Event]:
    """The events that the design has and the scope lets in."""
    scope = f.scope
    return {e.name: e for e in alphabet(f.design, scope) if lets_in(scope, e)}


def user_needs(f: Facts) -> Iterator[tuple[str, Needs]]:
    """What people do, and what the client does for them after a wait."""
    waits = [~CONNECTING] if M.WAIT_BEFORE_SUBMIT in f.design else []
    for m in f.scope.meal_names:
        yield f"user.submit.{m}", [in_state(f"outbox.{m}", Outbox.NONE), *waits]
        yield f"user.wait.{m}", [in_state(f"outbox.{m}", Outbox.NONE), CONNECTING]
        yield f"client.submit.{m}", [in_state(f"outbox.{m}", Outbox.WAITING), *waits]
        yield f"client.submit_anyway.{m}", [in_state(f"outbox.{m}", Outbox.WAITING)]
        done = [in_state(f"outbox.{m}", Outbox.UPLOADED), At(f"view.{m}", lambda s: s.finished), over(m)]
        yield f"user.archive.{m}", [*done, *(loads(origin, Phase.IDLE) for origin in origins(f.design))]
    for event, old in closings(f.scope):
        yield event, [in_state("screen", Screen.SHOWN), holds(old)]
    yield "user.background", []
    yield "user.foreground", [SUSPENDED]


def dial_needs(f: Facts) -> Iterator[tuple[str, Needs]]:
    """Who wants to dial, and which connection is next."""
    guarded = [~CONNECTING] if M.CONNECT_GUARD in f.design else []
    wants = {
        "client.connect": [in_state("screen", Screen.ARRIVING), *guarded],
        "user.reconnect": [in_state("screen", Screen.SHOWN)],
        "client.heal": [in_state("screen", Screen.SHOWN), f.belief(), ~CONNECTED],
        "client.redial": [in_state("screen", Screen.SHOWN), ~CONNECTING],
    }
    for dial in dials(f.scope):
        yield dial.event, [*wants[dial.verb], holds(dial.old), *_next_free(f, dial.new)]
    yield "client.appear", [in_state("screen", Screen.HIDDEN)]
    yield "client.skip_connect", [in_state("screen", Screen.ARRIVING), CONNECTING]
    yield "client.ping", [CONNECTED]


def _next_free(f: Facts, new: str) -> Needs:
    """It is the first connection that is free, and nothing is under way on it."""
    earlier = [~in_state(f"connection.{c}", IDLE) for c in f.scope.connection_names if c < new]
    return [*earlier, in_state(f"connection.{new}", IDLE), *(~flying(m, new) for m in f.scope.meal_names)]


def handshake_needs(f: Facts) -> Iterator[tuple[str, Needs]]:
    """From the dial to both ends open, or to its failure."""
    for c in f.scope.connection_names:
        dialling = client_end(c, Client.DIALLING)
        yield f"server.accept.{c}", [dialled(c), UP, ONLINE]
        yield f"client.refused.{c}", [dialled(c), DOWN]
        yield f"client.unreachable.{c}", [dialled(c), OFFLINE]
        yield f"client.open.{c}", [dialling, fine(c), server_end(c, Server.ACCEPTED, Server.REGISTERED)]
        yield f"client.ready.{c}", [client_end(c, Client.OPEN), fine(c), server_end(c, Server.REGISTERED)]
        waits = client_end(c, Client.OPEN) if M.READY_ACK in f.design else any_of([])
        lost = (dialling & server_end(c, Server.GONE)) | ((dialling | waits) & ~fine(c))
        yield f"client.give_up.{c}", [lost]
        yield f"network.fail_dial.{c}", [dialling, RUNS]


def outcome_needs(f: Facts) -> Iterator[tuple[str, Needs]]:
    """What the code of whoever dialled runs on with."""
    current = M.CURRENT_SOCKET_ONLY in f.design
    for c in f.scope.connection_names:
        due = caller(c, Await.SUCCEEDED, Await.FAILED)
        its = [holds(c), CONNECTED] if current else []
        yield f"client.connected.{c}", [caller(c, Await.SUCCEEDED), *its]
        yield f"client.failed.{c}", [due, holds(NONE)] if current else [caller(c, Await.FAILED)]
        yield f"client.superseded.{c}", [due, ~holds(c), ~holds(NONE)]


def drop_needs(f: Facts) -> Iterator[tuple[str, Needs]]:
    """How the client learns that its socket is gone."""
    for c in f.scope.connection_names:
        live = client_end(c, *LIVE)
        yield f"client.hear_close.{c}", [live, server_end(c, Server.GONE), fine(c)]
        yield f"client.expire.{c}", [client_end(c, top(f)), ~fine(c)]
        yield f"network.tell_client.{c}", [live, ~fine(c), RUNS]


def handler_needs(f: Facts) -> Iterator[tuple[str, Needs]]:
    """How the server's end registers, and learns that its socket is gone."""
    for c in f.scope.connection_names:
        listens = server_end(c, Server.REGISTERED)
        yield f"server.register.{c}", [server_end(c, Server.ACCEPTED)]
        yield f"server.notice.{c}", [listens, client_end(c, Client.CLOSED), fine(c)]
        yield f"server.expire.{c}", [listens, ~fine(c)]
        yield f"server.expire_suspended.{c}", [listens, fine(c), SUSPENDED]
        yield f"network.tell_server.{c}", [listens, ~fine(c)]


def elsewhere_needs(f: Facts) -> Iterator[tuple[str, Needs]]:
    """Another device connects and goes; its handler registers, and learns of its end."""
    for d in f.scope.device_names:
        there, listens = far_end(Far.OPEN), At("device", lambda s: s.server is Server.REGISTERED)
        yield f"user.join.{d}", [far_end(Far.AWAY), UP, *(~flying(m, d) for m in f.scope.meal_names)]
        yield f"user.quit.{d}", [there]
        yield f"server.register.{d}", [At("device", lambda s: s.server is Server.ACCEPTED)]
        yield f"server.notice.{d}", [listens, far_end(Far.CLOSED)]
        yield f"server.expire.{d}", [listens, far_end(Far.BROKEN)]
        yield f"network.tell_server.{d}", [listens, far_end(Far.BROKEN)]
        yield f"network.break.{d}", [there]
        for m in f.scope.meal_names:
            yield f"network.deliver.{m}.{d}", [flying(m, d), there]
            yield f"network.void.{m}.{d}", [flying(m, d), ~there]


def upload_needs(f: Facts) -> Iterator[tuple[str, Needs]]:
    """An upload and its ways to fail."""
    for m in f.scope.meal_names:
        out = in_state(f"outbox.{m}", Outbox.UPLOADING)
        yield f"client.upload.{m}", [in_state(f"outbox.{m}", Outbox.SAVED)]
        yield f"server.take.{m}", [out, UP, ONLINE]
        yield f"server.refuse_upload.{m}", [out, DOWN]
        yield f"network.refuse_upload.{m}", [out, OFFLINE]
        yield f"network.cut_upload.{m}", [in_state(f"outbox.{m}", Outbox.UPLOADING, Outbox.ANSWERED)]
        yield f"client.uploaded.{m}", [in_state(f"outbox.{m}", Outbox.ANSWERED)]


def work_needs(f: Facts) -> Iterator[tuple[str, Needs]]:
    """The backend's work."""
    for m in f.scope.meal_names:
        yield f"server.start.{m}", [in_state(f"job.{m}", Job.QUEUED)]
        yield f"server.complete.{m}", [in_state(f"job.{m}", Job.PROCESSING)]
        yield f"server.fail.{m}", [in_state(f"job.{m}", Job.PROCESSING)]


def lookup_needs(f: Facts) -> Iterator[tuple[str, Needs]]:
    """The lookup in the registry."""
    everyone = {M.CONNECTION_SET, M.PUSH_TO_ALL} <= f.design.mechanisms
    for m in f.scope.meal_names:
        owed = At(f"notification.{m}", lambda s: s.fate is Fate.OWED)
        yield f"server.skip.{m}", [owed, At("registry", lambda s: not s.held)]
        for name, to in targets(f.design, f.scope):
            yield f"server.push.{m}.{name}", [owed, listed(to, everyone)]


def message_needs(f: Facts) -> Iterator[tuple[str, Needs]]:
    """A copy that is under way."""
    for m in f.scope.meal_names:
        for c in f.scope.connection_names:
            arrives = [flying(m, c), client_end(c, *LIVE), fine(c)]
            yield f"client.receive.{m}.{c}", [*arrives, loads("handler", Phase.IDLE)]
            yield f"network.lose.{m}.{c}", arrives
            gone = ~fine(c) | client_end(c, Client.IDLE, Client.CLOSED)
            yield f"network.void.{m}.{c}", [flying(m, c), gone]


def load_needs(f: Facts) -> Iterator[tuple[str, Needs]]:
    """A load and its ways to fail."""
    for origin in origins(f.design):
        sent = loads(origin, Phase.SENT)
        error, offline, cut = failures(origin)
        for snapshot in snapshots(f.scope):
            says = [told(m, k, snapshot) for k, m in enumerate(f.scope.meal_names)]
            yield f"server.read.{origin}.{snapshot.name}", [sent, *says, UP, ONLINE]
            yield f"client.apply.{origin}.{snapshot.name}", [answered(origin, snapshot)]
        yield error, [sent, DOWN]
        yield offline, [sent, OFFLINE]
        yield cut, [loads(origin, Phase.SENT, Phase.ANSWERED), RUNS]


def poll_needs(f: Facts) -> Iterator[tuple[str, Needs]]:
    """The current poll task."""
    yield from _wakes("client.poll", polls(Loop.SLEEP), f)
    yield from _checks("client.poll", polls(Loop.CHECK), f)
    yield "client.poll.stop", [polls(Loop.STOPPING)]


def stale_poll_needs(f: Facts) -> Iterator[tuple[str, Needs]]:
    """Cancelled poll tasks."""
    yield from _wakes("client.stale", winds_up("woken"), f)
    yield from _checks("client.stale", winds_up("checks"), f)
    yield "client.stale.stop", [winds_up("stops")]
    yield "client.stale.end", [winds_up("woken")]


def _wakes(loop: str, asleep: Predicate, f: Facts) -> Iterator[tuple[str, Needs]]:
    both = M.POLL_NEEDS_BOTH in f.design
    sees: dict[str, Needs] = {
        "verified": [CONNECTED, *([FLAG] if both else [])],
        "service_down": [~CONNECTED],
        "unflagged": [CONNECTED, ~FLAG],
        "anyway": [],
    }
    for wake in wakes(f.design):
        yield f"{loop}.wake.{wake}", [asleep, *sees[wake]]


def _checks(loop: str, checks: Predicate, f: Facts) -> Iterator[tuple[str, Needs]]:
    awaits = M.POLL_UNTIL_TERMINAL in f.design
    left = [unfinished(m, awaits) for m in f.scope.meal_names]
    yield f"{loop}.check.done", [checks, *(~each for each in left)]
    for k, m in enumerate(f.scope.meal_names):
        yield f"{loop}.check.{m}", [checks, *(~each for each in left[:k]), left[k]]


def outage_needs(f: Facts) -> Iterator[tuple[str, Needs]]:
    """What goes down and comes up."""
    yield "server.crash", [UP]
    yield "server.boot", [DOWN]
    yield "network.lose_path", [ONLINE]
    yield "network.restore_path", [OFFLINE]
    yield "network.change_path", [in_state("path", Path.FINE)]
    yield "network.reclaim", [SUSPENDED]
    for c in f.scope.connection_names:
        yield f"network.break.{c}", [~server_end(c, Server.NONE), fine(c)]
