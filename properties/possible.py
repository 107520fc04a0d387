"""When each event can happen: exactly when it has what it needs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product

from mealspec.core import At, Predicate
from mealspec.core.assertion import Needs, Possible, Rule
from mealspec.model.client.loader import Phase
from mealspec.model.client.models import Models
from mealspec.model.client.outbox import Outbox
from mealspec.model.client.poller import Loop
from mealspec.model.client.screen import Screen
from mealspec.model.mechanism import Mechanism as M
from mealspec.model.network.connection import IDLE, Await, Client, Server
from mealspec.model.network.device import Far
from mealspec.model.network.path import Path
from mealspec.model.server.job import Job
from mealspec.model.server.notification import Fate
from mealspec.model.values import Seen
from mealspec.properties.facts import Facts
from mealspec.properties.local import local, local_rest
from mealspec.properties.names import answers, cancels, dials, handles, held, lefts, origins, submits, targets
from mealspec.properties.predicates import (
    CONNECTED,
    CONNECTING,
    DOWN,
    FLAG,
    FRESH,
    HELD,
    LEFT,
    LIVE,
    OFFLINE,
    ONLINE,
    READS,
    RUNS,
    SUSPENDED,
    TAKEN,
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
    left_by,
    listed,
    loads,
    over,
    polls,
    server_end,
    told,
    top,
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
    for m in f.scope.meal_names:
        yield from _submission_needs(f, m)
        done = [in_state(f"outbox.{m}", Outbox.UPLOADED), At(f"view.{m}", lambda s: s.finished), over(m)]
        idle = [loads(origin, Phase.IDLE) for origin in origins(f)]
        yield f"user.archive.{m}", [RUNS, *done, *idle, *(local_rest(m) if local(f) else [])]
    for c in held(f.scope):
        lets_go = [RUNS, in_state("screen", Screen.SHOWN), holds(c)]
        if "screen" in f.scope and M.OUTLIVES_SCREEN not in f.design:
            yield f"user.leave.{c}", lets_go
        if "path" in f.scope and M.DIAL_ON_PATH_CHANGE in f.design:
            yield f"client.follow_path.{c}", [*lets_go, in_state("path", Path.CHANGED)]
    if "screen" in f.scope and M.OUTLIVES_SCREEN in f.design:
        yield "user.hide", [RUNS, in_state("screen", Screen.SHOWN)]
        yield "client.show", [RUNS, in_state("screen", Screen.AWAY)]
    if "twin" in f.scope:
        yield "user.twin", [RUNS, in_state("models", Models.ONE)]
    if "background" in f.scope:
        yield "user.background", [RUNS]
        yield "user.foreground", [SUSPENDED]


def _submission_needs(f: Facts, m: str) -> Iterator[tuple[str, Needs]]:
    """A meal is saved, and where that asks the service, one event for each of its answers."""
    waits = M.WAIT_BEFORE_SUBMIT in f.design
    new, waiting = in_state(f"outbox.{m}", Outbox.NONE), in_state(f"outbox.{m}", Outbox.WAITING)
    there = [in_state("screen", Screen.SHOWN, Screen.AWAY)] if M.DIAL_AT_LOGIN in f.design else []
    for name in submits(f, m):
        asks = [CONNECTED] if name.endswith(".connected") else [~CONNECTED] if name.endswith(".not") else []
        if name.startswith("user.submit."):
            yield name, [RUNS, new, *there, *([~CONNECTING] if waits else []), *asks]
        elif waits:
            anyway = name.startswith("client.submit_anyway.")
            yield name, [RUNS, waiting, *([] if anyway else [~CONNECTING]), *asks]
    if waits:
        yield f"user.wait.{m}", [RUNS, new, CONNECTING]


def dial_needs(f: Facts) -> Iterator[tuple[str, Needs]]:
    """Who wants to dial, and which connection is next."""
    arriving, shown = in_state("screen", Screen.ARRIVING), in_state("screen", Screen.SHOWN)
    free = [~CONNECTING] if M.CONNECT_GUARD in f.design else []
    noop = M.NOOP_CONNECT in f.design
    wants: dict[str, Needs] = {"client.connect": [arriving, *free]}
    if M.RECONNECT in f.design:
        wants["user.reconnect"] = [shown]
    if M.HEALTH_CHECK in f.design:
        wants["client.heal"] = [shown, f.belief(), ~CONNECTED]
    for verb, needs in wants.items():
        for name, old, new in dials(f, verb):
            if not (noop and verb == "client.connect" and old != "none"):
                yield name, [RUNS, *needs, holds(old), *_next_free(f, new)]
    if noop:
        yield "client.connect_noop", [RUNS, arriving, *free, ~holds("none")]
    if M.AUTO_RECONNECT in f.design:
        for new in f.scope.connection_names:
            yield f"client.redial.none.{new}", [RUNS, shown, ~CONNECTING, holds("none"), *_next_free(f, new)]
    if M.CONNECT_GUARD in f.design:
        yield "client.skip_connect", [RUNS, arriving, CONNECTING]
    yield "client.appear", [RUNS, in_state("screen", Screen.HIDDEN)]


def ping_needs(f: Facts) -> Iterator[tuple[str, Needs]]:
    """Pings and their answers, which come from whoever reads the socket, whatever the registry holds."""
    for c in f.scope.connection_names:
        works = [client_end(c, *LIVE), fine(c), server_end(c, *READS)]
        yield f"client.ping.{c}", [RUNS, CONNECTED, holds(c)]
        yield f"client.pong.{c}", [RUNS, *works]
        if M.PONG_SAYS_LISTED in f.design:
            own = [client_end(c, top(f)), ~server_end(c, Server.ELSEWHERE), ~listed((c,), False)]
            yield f"client.reregister.{c}", [RUNS, CONNECTED, holds(c), *works, *own]


def _next_free(f: Facts, new: str) -> Needs:
    """It is the first connection that is free, and nothing is under way on it."""
    earlier = [~in_state(f"connection.{c}", IDLE) for c in f.scope.connection_names if c < new]
    return [*earlier, in_state(f"connection.{new}", IDLE), *(~flying(m, new) for m in f.scope.meal_names)]


def handshake_needs(f: Facts) -> Iterator[tuple[str, Needs]]:
    """From the dial to both ends open, or to its failure."""
    for c in f.scope.connection_names:
        dialling, opened = client_end(c, Client.DIALLING), client_end(c, Client.OPEN)
        lost = (dialling & server_end(c, Server.GONE)) | (dialling & ~fine(c))
        yield f"server.accept.{c}", [dialled(c), UP, ONLINE, FRESH]
        yield f"client.open.{c}", [RUNS, dialling, fine(c), server_end(c, *HELD)]
        if M.READY_ACK in f.design:
            lost = lost | (opened & ~fine(c))
            yield f"client.ready.{c}", [RUNS, opened, fine(c), server_end(c, *READS)]
        yield f"client.give_up.{c}", [RUNS, lost]
        if "restart" in f.scope:
            yield f"client.refused.{c}", [RUNS, dialled(c), DOWN]
        if "path" in f.scope:
            yield f"client.unreachable.{c}", [RUNS, dialled(c), OFFLINE]
        if "token" in f.scope:
            yield f"client.denied.{c}", [RUNS, dialled(c), ~FRESH]
        if "dial" in f.scope:
            yield f"network.fail_dial.{c}", [LEFT, dialling, RUNS]
            if M.STALE_DIAL_TIMER in f.design:
                yield f"client.misfire.{c}", [LEFT, RUNS, client_end(c, Client.DIALLING, *LIVE)]


def outcome_needs(f: Facts) -> Iterator[tuple[str, Needs]]:
    """What the code of whoever dialled runs on with: the outcome, or that a time has passed."""
    current, timed = M.CURRENT_SOCKET_ONLY in f.design, M.TIMED_CONNECT in f.design
    good = Await.WAITING if timed else Await.SUCCEEDED
    for c in f.scope.connection_names:
        due = caller(c, good) if timed else caller(c, Await.SUCCEEDED, Await.FAILED)
        own = [holds(c), *([] if timed else [CONNECTED])] if current else []
        yield f"client.connected.{c}", [RUNS, caller(c, good), *own]
        if not timed:
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
    """How the server's end registers, what becomes of its entry, and how it learns that its socket is gone."""
    hears = M.REGISTER_ON_MESSAGE in f.design
    for c in f.scope.connection_names:
        listens, entry = server_end(c, *READS, *([Server.ACCEPTED] if hears else [])), listed((c,), False)
        yield f"server.register.{c}", [server_end(c, Server.HEARD if hears else Server.ACCEPTED)]
        yield f"server.notice.{c}", [listens, client_end(c, Client.CLOSED), fine(c)]
        if "instances" in f.scope and M.BACKPLANE not in f.design:
            yield f"server.register_elsewhere.{c}", [server_end(c, Server.ACCEPTED)]
        if M.READER_OUTLIVES_HANDLER in f.design:
            yield f"server.return.{c}", [server_end(c, Server.REGISTERED)]
        if M.ENTRY_EXPIRES in f.design:
            silent = ~fine(c) | client_end(c, Client.CLOSED)
            yield f"server.expire_entry.{c}", [entry, *([silent] if M.PING_REFRESHES in f.design else [])]
        if "entry" in f.scope:
            yield f"server.drop_entry.{c}", [LEFT, entry]
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
        yield f"client.upload.{m}", [RUNS, in_state(f"outbox.{m}", Outbox.SAVED, Outbox.RETRY)]
        yield f"server.take.{m}", [out, UP, ONLINE, TAKEN]
        yield f"client.uploaded.{m}", [RUNS, told]
        if M.OUTBOX_GIVES_UP in f.design:
            yield f"client.abandon_upload.{m}", [RUNS, in_state(f"outbox.{m}", Outbox.RETRY)]
        if "restart" in f.scope:
            yield f"server.refuse_upload.{m}", [out, DOWN]
        if "path" in f.scope:
            yield f"network.refuse_upload.{m}", [out, OFFLINE]
        if "token" in f.scope:
            yield f"server.deny_upload.{m}", [out, ~TAKEN]
        if "upload" in f.scope:
            yield f"network.cut_upload.{m}", [LEFT, out | told]
    if "token" in f.scope:
        yield "client.renew_token", [RUNS, ~TAKEN]


def work_needs(f: Facts) -> Iterator[tuple[str, Needs]]:
    """The backend's work."""
    for m in f.scope.meal_names:
        yield f"server.start.{m}", [in_state(f"job.{m}", Job.QUEUED)]
        yield f"server.complete.{m}", [in_state(f"job.{m}", Job.PROCESSING)]
        if "job" in f.scope:
            yield f"server.fail.{m}", [LEFT, in_state(f"job.{m}", Job.PROCESSING)]


def lookup_needs(f: Facts) -> Iterator[tuple[str, Needs]]:
    """The lookup in the registry, or in another one."""
    everyone = M.CONNECTION_SET in f.design and M.PUSH_TO_ALL in f.design
    misses = M.OTHER_REGISTRY in f.design or M.OTHER_KEY in f.design
    for m in f.scope.meal_names:
        owed = At(f"notification.{m}", lambda s: s.fate is Fate.OWED)
        yield f"server.skip.{m}", [owed, *([] if misses else [At("registry", lambda s: not s.held)])]
        for to in targets(f):
            yield f"server.push.{m}.{'+'.join(to)}", [owed, listed(to, everyone), *([owed & ~owed] if misses else [])]


def message_needs(f: Facts) -> Iterator[tuple[str, Needs]]:
    """A copy that is under way."""
    late, one = M.LATE_SUBSCRIPTION in f.design, [in_state("models", Models.ONE)] if _twins(f) else []
    for m, c in product(f.scope.meal_names, f.scope.connection_names):
        arrives = [flying(m, c), client_end(c, *LIVE), fine(c)]
        heard = [RUNS, *arrives, *([CONNECTED] if late else [])]
        for name, result in handles(f, m, c):
            yield name, [*heard, *_result(m, result), *one, *([] if local(f) else [loads("handler", Phase.IDLE)])]
        for name, result in handles(f, m, c, twin=True):
            yield name, [*heard, *_result(m, result), in_state("models", Models.TWO)]
        if late:
            yield f"client.ignore.{m}.{c}", [RUNS, *arrives, ~CONNECTED]
        if M.UNDECODED_FAILURE in f.design:
            yield f"client.garbled.{m}.{c}", [RUNS, *arrives, in_state(f"job.{m}", Job.FAILED)]
        if "push" in f.scope:
            yield f"network.lose.{m}.{c}", [LEFT, *arrives]
        gone = ~fine(c) | client_end(c, Client.IDLE, Client.CLOSED)
        yield f"network.void.{m}.{c}", [flying(m, c), gone]


def _twins(f: Facts) -> bool:
    return "twin" in f.scope and M.ONE_SUBSCRIBER not in f.design


def _result(m: str, result: str) -> Needs:
    """The message says how the work ended, where somebody looks."""
    return [in_state(f"job.{m}", Job(result))] if result else []


def load_needs(f: Facts) -> Iterator[tuple[str, Needs]]:
    """A request and its ways to fail; what a poll task does with its answer stands there."""
    for origin in origins(f):
        sent = loads(origin, Phase.SENT)
        for name, answer in answers(f):
            says = [told(m, seen) for m, seen in zip(f.scope.meal_names, answer, strict=True)]
            yield f"server.read.{origin}.{name}", [sent, *says, UP, ONLINE, TAKEN]
            if origin != "poll":
                yield f"client.apply.{origin}.{name}", [RUNS, answered(origin, answer)]
        if origin != "poll":
            yield from _failing(f, origin, "", [])


def _failing(f: Facts, origin: str, tail: str, more: Needs) -> Iterator[tuple[str, Needs]]:
    """How a request fails."""
    sent = loads(origin, Phase.SENT)
    ways: list[tuple[str, str, Needs]] = [
        ("restart", "client.error", [RUNS, sent, DOWN]),
        ("path", "client.offline", [RUNS, sent, OFFLINE]),
        ("token", "client.denied", [RUNS, sent, ~TAKEN]),
        ("request", "network.cut", [LEFT, RUNS, loads(origin, Phase.SENT, Phase.ANSWERED)]),
    ]
    for item, verb, needs in ways:
        if item in f.scope:
            yield f"{verb}.{origin}{tail}", [*needs, *more]


def poll_needs(f: Facts) -> Iterator[tuple[str, Needs]]:
    """The current poll task."""
    yield from _wakes("client.poll", polls(Loop.SLEEP), [loads("poll", Phase.IDLE)] if cancels(f) else [], f)
    if M.POLL_CAP in f.design:
        yield "client.poll.tire", [RUNS, polls(Loop.SLEEP)]
    for left in lefts(f):
        for name, answer in answers(f):
            yield (
                f"client.apply.poll.{name}.{left}",
                [RUNS, polls(Loop.LOAD), answered("poll", answer), *finds(f, left, answer)],
            )
        yield from _failing(f, "poll", f".{left}", [polls(Loop.LOAD), *finds(f, left, None)])


def finds(f: Facts, left: str, answer: tuple[Seen, ...] | None) -> Needs:
    """A poll task that is told this, or whose load has failed, then finds that: the first meal that is unfinished."""
    if left == "any":
        return []
    absorbs, keeps = M.TERMINAL_ABSORBS in f.design, M.KEEP_ON_FAILURE in f.design
    awaits, meals = M.POLL_UNTIL_TERMINAL in f.design, f.scope.meal_names
    open_ = [left_by(m, answer[k] if answer else None, absorbs, keeps, awaits) for k, m in enumerate(meals)]
    place = len(meals) if left == "done" else meals.index(left)
    return [*(~each for each in open_[:place]), *open_[place : place + 1]]


def stale_poll_needs(f: Facts) -> Iterator[tuple[str, Needs]]:
    """Cancelled poll tasks."""
    if not cancels(f):
        return
    if M.GENERATION_TOKEN in f.design or M.CANCEL_CHECK in f.design:
        yield "client.stale.end", [RUNS, winds_up("woken")]
    else:
        free = [~winds_up("loads"), loads("poll", Phase.IDLE)]
        yield from _wakes("client.stale", winds_up("woken"), free, f)
    for left in lefts(f):
        late = [RUNS, winds_up("loads"), ~polls(Loop.LOAD)]
        for name, answer in answers(f):
            yield f"client.stale.apply.{name}.{left}", [*late, answered("poll", answer), *finds(f, left, answer)]
        cut = loads("poll", Phase.CUT, Phase.ANSWERED)
        yield f"client.stale.fail.{left}", [*late, cut, *finds(f, left, None)]


def _wakes(loop: str, asleep: Predicate, free: Needs, f: Facts) -> Iterator[tuple[str, Needs]]:
    """What a task finds when its sleep ends; ``free`` is what it takes to load."""
    both = M.POLL_NEEDS_BOTH in f.design
    if M.POLL_UNTIL_TERMINAL in f.design:
        yield f"{loop}.wake.anyway", [RUNS, asleep, *free]
        return
    yield f"{loop}.wake.verified", [RUNS, asleep, CONNECTED, *([FLAG] if both else [])]
    yield f"{loop}.wake.service_down", [RUNS, asleep, ~CONNECTED, *free]
    if both and M.STATE_FLAGS in f.design:
        yield f"{loop}.wake.unflagged", [RUNS, asleep, CONNECTED, ~FLAG, *free]


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
    if "token" in f.scope:
        yield "server.expire_token", [LEFT, TAKEN]
    if "break" in f.scope:
        for c in f.scope.connection_names:
            yield f"network.break.{c}", [LEFT, ~server_end(c, Server.NONE), fine(c)]
