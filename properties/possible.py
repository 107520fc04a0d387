"""When each event can happen: exactly when it has what it needs."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from mealspec.core import At, Predicate
from mealspec.core.assertion import Needs, Possible, Rule
from mealspec.model.client.loader import Phase
from mealspec.model.client.outbox import Outbox
from mealspec.model.client.poller import Loop
from mealspec.model.client.screen import Screen
from mealspec.model.mechanism import Mechanism as M
from mealspec.model.network.connection import IDLE, Await, Client, Server
from mealspec.model.network.device import Far
from mealspec.model.network.path import Path
from mealspec.model.server.job import Job
from mealspec.model.server.notification import Fate
from mealspec.properties.facts import Facts
from mealspec.properties.names import answers, dials, held, origins, targets
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

Table = Callable[[Facts], Iterator[tuple[str, Needs]]]
"""For each event of some families that the design has and the scope lets in, what it needs."""


def exactly(table: Table) -> Callable[[Facts], list[Rule]]:
    """Each event of the table can happen exactly when it has what it needs.

    What user and client do takes running code, and a fault must be among those that may happen.
    """
    return lambda f: [Possible(name, needs) for name, needs in table(f)]


def user_needs(f: Facts) -> Iterator[tuple[str, Needs]]:
    """What people do, and what the client does for them after a wait."""
    waits = M.WAIT_BEFORE_SUBMIT in f.design
    for m in f.scope.meal_names:
        new, waiting = in_state(f"outbox.{m}", Outbox.NONE), in_state(f"outbox.{m}", Outbox.WAITING)
        yield f"user.submit.{m}", [RUNS, new, *([~CONNECTING] if waits else [])]
        if waits:
            yield f"user.wait.{m}", [RUNS, new, CONNECTING]
            yield f"client.submit.{m}", [RUNS, waiting, ~CONNECTING]
            yield f"client.submit_anyway.{m}", [RUNS, waiting]
        done = [in_state(f"outbox.{m}", Outbox.UPLOADED), At(f"view.{m}", lambda s: s.finished), over(m)]
        yield f"user.archive.{m}", [RUNS, *done, *(loads(origin, Phase.IDLE) for origin in origins(f))]
    for c in held(f.scope):
        lets_go = [RUNS, in_state("screen", Screen.SHOWN), holds(c)]
        if "screen" in f.scope:
            yield f"user.leave.{c}", lets_go
        if "path" in f.scope and M.DIAL_ON_PATH_CHANGE in f.design:
            yield f"client.follow_path.{c}", [*lets_go, in_state("path", Path.CHANGED)]
    if "background" in f.scope:
        yield "user.background", [RUNS]
        yield "user.foreground", [SUSPENDED]


def dial_needs(f: Facts) -> Iterator[tuple[str, Needs]]:
    """Who wants to dial, and which connection is next."""
    arriving, shown = in_state("screen", Screen.ARRIVING), in_state("screen", Screen.SHOWN)
    wants: dict[str, Needs] = {"client.connect": [arriving, *([~CONNECTING] if M.CONNECT_GUARD in f.design else [])]}
    if M.RECONNECT in f.design:
        wants["user.reconnect"] = [shown]
    if M.HEALTH_CHECK in f.design:
        wants["client.heal"] = [shown, f.belief(), ~CONNECTED]
    for verb, needs in wants.items():
        for name, old, new in dials(f, verb):
            yield name, [RUNS, *needs, holds(old), *_next_free(f, new)]
    if M.AUTO_RECONNECT in f.design:
        for new in f.scope.connection_names:
            yield f"client.redial.none.{new}", [RUNS, shown, ~CONNECTING, holds("none"), *_next_free(f, new)]
    if M.CONNECT_GUARD in f.design:
        yield "client.skip_connect", [RUNS, arriving, CONNECTING]
    yield "client.appear", [RUNS, in_state("screen", Screen.HIDDEN)]
    yield "client.ping", [RUNS, CONNECTED]


def _next_free(f: Facts, new: str) -> Needs:
    """It is the first connection that is free, and nothing is under way on it."""
    earlier = [~in_state(f"connection.{c}", IDLE) for c in f.scope.connection_names if c < new]
    return [*earlier, in_state(f"connection.{new}", IDLE), *(~flying(m, new) for m in f.scope.meal_names)]


def handshake_needs(f: Facts) -> Iterator[tuple[str, Needs]]:
    """From the dial to both ends open, or to its failure."""
    for c in f.scope.connection_names:
        dialling, opened = client_end(c, Client.DIALLING), client_end(c, Client.OPEN)
        lost = (dialling & server_end(c, Server.GONE)) | (dialling & ~fine(c))
        yield f"server.accept.{c}", [dialled(c), UP, ONLINE]
        yield f"client.open.{c}", [RUNS, dialling, fine(c), server_end(c, Server.ACCEPTED, Server.REGISTERED)]
        if M.READY_ACK in f.design:
            lost = lost | (opened & ~fine(c))
            yield f"client.ready.{c}", [RUNS, opened, fine(c), server_end(c, Server.REGISTERED)]
        yield f"client.give_up.{c}", [RUNS, lost]
        if "restart" in f.scope:
            yield f"client.refused.{c}", [RUNS, dialled(c), DOWN]
        if "path" in f.scope:
            yield f"client.unreachable.{c}", [RUNS, dialled(c), OFFLINE]
        if "dial" in f.scope:
            yield f"network.fail_dial.{c}", [LEFT, dialling, RUNS]


def outcome_needs(f: Facts) -> Iterator[tuple[str, Needs]]:
    """What the code of whoever dialled runs on with."""
    current = M.CURRENT_SOCKET_ONLY in f.design
    for c in f.scope.connection_names:
        due = caller(c, Await.SUCCEEDED, Await.FAILED)
        yield f"client.connected.{c}", [RUNS, caller(c, Await.SUCCEEDED), *([holds(c), CONNECTED] if current else [])]
        yield f"client.failed.{c}", [RUNS, *([due, holds("none")] if current else [caller(c, Await.FAILED)])]
        if current and f.scope.connections > 1:
            yield f"client.superseded.{c}", [RUNS, due, ~holds(c), ~holds("none")]


def drop_needs(f: Facts) -> Iterator[tuple[str, Needs]]:
    """How the client learns that its socket is gone."""
    for c in f.scope.connection_names:
        live = client_end(c, *LIVE)
        yield f"client.hear_close.{c}", [RUNS, live, server_end(c, Server.GONE), fine(c)]
        if M.CLIENT_PING in f.design:
            yield f"client.expire.{c}", [RUNS, client_end(c, top(f)), ~fine(c)]
        if "break" in f.scope:
            yield f"network.tell_client.{c}", [LEFT, live, ~fine(c), RUNS]


def handler_needs(f: Facts) -> Iterator[tuple[str, Needs]]:
    """How the server's end registers, and learns that its socket is gone."""
    for c in f.scope.connection_names:
        listens = server_end(c, Server.REGISTERED)
        yield f"server.register.{c}", [server_end(c, Server.ACCEPTED)]
        yield f"server.notice.{c}", [listens, client_end(c, Client.CLOSED), fine(c)]
        if M.SERVER_PING in f.design:
            yield f"server.expire.{c}", [listens, ~fine(c)]
            if "background" in f.scope:
                yield f"server.expire_suspended.{c}", [listens, fine(c), SUSPENDED]
        if "break" in f.scope:
            yield f"network.tell_server.{c}", [LEFT, listens, ~fine(c)]


def elsewhere_needs(f: Facts) -> Iterator[tuple[str, Needs]]:
    """Another device connects and goes; its handler registers, and learns of its end."""
    for d in f.scope.device_names:
        there, listens = far_end(Far.OPEN), At("device", lambda s: s.server is Server.REGISTERED)
        yield f"user.join.{d}", [far_end(Far.AWAY), UP, *(~flying(m, d) for m in f.scope.meal_names)]
        yield f"user.quit.{d}", [there]
        yield f"server.register.{d}", [At("device", lambda s: s.server is Server.ACCEPTED)]
        yield f"server.notice.{d}", [listens, far_end(Far.CLOSED)]
        if M.SERVER_PING in f.design:
            yield f"server.expire.{d}", [listens, far_end(Far.BROKEN)]
        if "break" in f.scope:
            yield f"network.tell_server.{d}", [LEFT, listens, far_end(Far.BROKEN)]
            yield f"network.break.{d}", [LEFT, there]
        for m in f.scope.meal_names:
            yield f"network.deliver.{m}.{d}", [flying(m, d), there]
            yield f"network.void.{m}.{d}", [flying(m, d), ~there]


def upload_needs(f: Facts) -> Iterator[tuple[str, Needs]]:
    """An upload and its ways to fail."""
    for m in f.scope.meal_names:
        out, told = in_state(f"outbox.{m}", Outbox.UPLOADING), in_state(f"outbox.{m}", Outbox.ANSWERED)
        yield f"client.upload.{m}", [RUNS, in_state(f"outbox.{m}", Outbox.SAVED)]
        yield f"server.take.{m}", [out, UP, ONLINE]
        yield f"client.uploaded.{m}", [RUNS, told]
        if "restart" in f.scope:
            yield f"server.refuse_upload.{m}", [out, DOWN]
        if "path" in f.scope:
            yield f"network.refuse_upload.{m}", [out, OFFLINE]
        if "upload" in f.scope:
            yield f"network.cut_upload.{m}", [LEFT, out | told]


def work_needs(f: Facts) -> Iterator[tuple[str, Needs]]:
    """The backend's work."""
    for m in f.scope.meal_names:
        yield f"server.start.{m}", [in_state(f"job.{m}", Job.QUEUED)]
        yield f"server.complete.{m}", [in_state(f"job.{m}", Job.PROCESSING)]
        if "job" in f.scope:
            yield f"server.fail.{m}", [LEFT, in_state(f"job.{m}", Job.PROCESSING)]


def lookup_needs(f: Facts) -> Iterator[tuple[str, Needs]]:
    """The lookup in the registry."""
    everyone = M.CONNECTION_SET in f.design and M.PUSH_TO_ALL in f.design
    for m in f.scope.meal_names:
        owed = At(f"notification.{m}", lambda s: s.fate is Fate.OWED)
        yield f"server.skip.{m}", [owed, At("registry", lambda s: not s.held)]
        for to in targets(f):
            yield f"server.push.{m}.{'+'.join(to)}", [owed, listed(to, everyone)]


def message_needs(f: Facts) -> Iterator[tuple[str, Needs]]:
    """A copy that is under way."""
    for m in f.scope.meal_names:
        for c in f.scope.connection_names:
            arrives = [flying(m, c), client_end(c, *LIVE), fine(c)]
            yield f"client.receive.{m}.{c}", [RUNS, *arrives, loads("handler", Phase.IDLE)]
            if "push" in f.scope:
                yield f"network.lose.{m}.{c}", [LEFT, *arrives]
            gone = ~fine(c) | client_end(c, Client.IDLE, Client.CLOSED)
            yield f"network.void.{m}.{c}", [flying(m, c), gone]


def load_needs(f: Facts) -> Iterator[tuple[str, Needs]]:
    """A load and its ways to fail."""
    for origin in origins(f):
        sent = loads(origin, Phase.SENT)
        for name, answer in answers(f):
            says = [told(m, seen) for m, seen in zip(f.scope.meal_names, answer, strict=True)]
            yield f"server.read.{origin}.{name}", [sent, *says, UP, ONLINE]
            yield f"client.apply.{origin}.{name}", [RUNS, answered(origin, answer)]
        if "restart" in f.scope:
            yield f"client.error.{origin}", [RUNS, sent, DOWN]
        if "path" in f.scope:
            yield f"client.offline.{origin}", [RUNS, sent, OFFLINE]
        if "request" in f.scope:
            yield f"network.cut.{origin}", [LEFT, loads(origin, Phase.SENT, Phase.ANSWERED), RUNS]


def poll_needs(f: Facts) -> Iterator[tuple[str, Needs]]:
    """The current poll task."""
    yield from _passes("client.poll", polls(Loop.SLEEP), polls(Loop.CHECK), f)
    yield "client.poll.stop", [RUNS, polls(Loop.STOPPING)]


def stale_poll_needs(f: Facts) -> Iterator[tuple[str, Needs]]:
    """Cancelled poll tasks."""
    if M.GENERATION_TOKEN in f.design:
        yield "client.stale.end", [RUNS, winds_up("woken")]
        return
    yield from _passes("client.stale", winds_up("woken"), winds_up("checks"), f)
    yield "client.stale.stop", [RUNS, winds_up("stops")]


def _passes(loop: str, asleep: Predicate, checks: Predicate, f: Facts) -> Iterator[tuple[str, Needs]]:
    """What a task finds when its sleep ends, and when it looks for unfinished meals."""
    lasts, both = M.POLL_UNTIL_TERMINAL in f.design, M.POLL_NEEDS_BOTH in f.design
    if lasts:
        yield f"{loop}.wake.anyway", [RUNS, asleep]
    else:
        yield f"{loop}.wake.verified", [RUNS, asleep, CONNECTED, *([FLAG] if both else [])]
        yield f"{loop}.wake.service_down", [RUNS, asleep, ~CONNECTED]
        if both and M.STATE_FLAGS in f.design:
            yield f"{loop}.wake.unflagged", [RUNS, asleep, CONNECTED, ~FLAG]
    left = [unfinished(m, lasts) for m in f.scope.meal_names]
    yield f"{loop}.check.done", [RUNS, checks, *(~each for each in left)]
    for k, m in enumerate(f.scope.meal_names):
        yield f"{loop}.check.{m}", [RUNS, checks, *(~each for each in left[:k]), left[k]]


def outage_needs(f: Facts) -> Iterator[tuple[str, Needs]]:
    """What goes down and comes up."""
    if "restart" in f.scope:
        yield "server.crash", [LEFT, UP]
        yield "server.boot", [DOWN]
    if "path" in f.scope:
        yield "network.lose_path", [LEFT, ONLINE]
        yield "network.restore_path", [OFFLINE]
        yield "network.change_path", [LEFT, in_state("path", Path.FINE)]
    if "background" in f.scope:
        yield "network.reclaim", [LEFT, SUSPENDED]
    if "break" in f.scope:
        for c in f.scope.connection_names:
            yield f"network.break.{c}", [LEFT, ~server_end(c, Server.NONE), fine(c)]
