"""Every event of the protocol: who does it, what is owed of it, who takes part, what it prints.

Events stand in the order in which ties between equally short runs are broken: what people do, what the
client does, what the server does, what the network does, and faults last.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from mealspec.core import Event, Kind, Line
from mealspec.model.client.loader import load_starts
from mealspec.model.client.poller import poll_starts, poll_stops
from mealspec.model.design import Design
from mealspec.model.mechanism import Mechanism as M
from mealspec.model.scope import Scope
from mealspec.model.values import NONE, ORIGINS, closings, dials, failures, origins, snapshots, targets, wakes

__all__ = ["OBLIGATIONS", "OWNERS", "alphabet", "obligation"]

OWNERS = ("user", "client", "network", "server")
"""The lanes of a chart, left to right."""

CLIENT_LOG, SERVER_LOG = "client", "server"


Piece = Callable[[Design], Iterator[Event]]
"""Some of the events: those of a design."""


def alphabet(design: Design, scope: Scope) -> tuple[Event, ...]:
    """The events of a design in a scope, fully declared."""
    return tuple(event for piece in pieces(scope) for event in piece(design))


def pieces(scope: Scope) -> Iterator[Piece]:
    """The events of all designs, in order, in pieces of which each depends on few mechanisms.

    So whoever wants the events of every design at once can ask piece by piece.
    """
    meals, connections = scope.meal_names, scope.connection_names

    def piece(part: Callable[..., Iterator[Event]], *name: str) -> Piece:
        return lambda design: part(*name, design, scope)

    def each(names: Iterable[str], *parts: Callable[[str, Design, Scope], Iterator[Event]]) -> Iterator[Piece]:
        return (piece(part, name) for name in names for part in parts)

    def once(*parts: Callable[[Design, Scope], Iterator[Event]]) -> Iterator[Piece]:
        return (piece(part) for part in parts)

    yield from each(meals, _submit)
    yield from once(_reconnect, _leave, _return, _suspension)
    yield from each(scope.device_names, _elsewhere)
    yield from each(meals, _archive)
    yield from once(_appear, _dial, _skip_connect)
    yield from each(connections, _handshake, _succeeded, _failed, _superseded, _ends)
    yield from once(_probe_none, _follow_path, _notice_drop, _ping)
    yield from each(meals, _upload)
    yield from each(meals, _messages)
    yield from each(ORIGINS, _applied, _unanswered, _read)
    yield from once(_stale_end)
    yield from each(("client.poll", "client.stale"), _wakes, _checks)
    yield from each(connections, _handler)
    yield from each(scope.device_names, _other_handler)
    yield from each(meals, _work)
    yield from once(_boot, _network)


def _event(
    name: str,
    takes: Iterable[str],
    label: str,
    *,
    kind: Kind = Kind.SYSTEM,
    needs: str = "",
    prints: str = "",
    because: str = "",
    instead: str = "",
    refs: str = "",
    action: str = "",
) -> Event:
    """An event whose owner is the first part of its name."""
    owner = name.split(".", 1)[0]
    parts = [*takes]
    if owner in ("user", "client") and "device" not in parts:
        parts.append("app")
    if kind is Kind.FAULT:
        parts.append("budget")
    log = SERVER_LOG if owner == "server" else CLIENT_LOG
    return Event(
        name, kind, owner, tuple(dict.fromkeys(parts)), label,
        Line(log, prints) if prints else None, because, instead, needs, tuple(refs.split()), action or _action(name),
    )  # fmt: skip


_SPLIT = (
    *(f"client.{verb}" for verb in ("connect", "heal", "redial", "follow_path")),
    *(f"client.{loop}.{step}" for loop in ("poll", "stale") for step in ("wake", "check")),
    *(f"{verb}.{origin}" for verb in ("server.read", "client.apply") for origin in ORIGINS),
)
"""Actions that are split into several events by a value on which others must agree."""


def _action(name: str) -> str:
    return next((prefix for prefix in _SPLIT if name.startswith(prefix + ".")), "")


def _each(prefix: str, names: Iterable[str]) -> list[str]:
    return [f"{prefix}.{name}" for name in names]


def _submit(m: str, design: Design, scope: Scope) -> Iterator[Event]:
    saved = "SaveMealLogUseCase: Successfully saved meal log with local ID"
    polls = poll_starts(design, scope)
    waits = M.WAIT_BEFORE_SUBMIT in design
    for name, word, kind in (
        (f"user.submit.{m}", "save", Kind.USER),
        (f"client.submit.{m}", "waited: save", Kind.SYSTEM),
        (f"client.submit_anyway.{m}", "wait over: save", Kind.SYSTEM),
    ):
        if kind is Kind.SYSTEM and not waits:
            continue
        takes = [f"outbox.{m}", f"view.{m}"]
        # The wait ends with the connect; its time limit may pass at any moment.
        takes += ["flags"] if waits and "anyway" not in name else []
        takes += ["poller"] if name in polls else []
        yield _event(name, takes, f"{word} {m}", kind=kind, prints=saved, refs="R11 R19 R28")
    if waits:
        yield _event(f"user.wait.{m}", [f"outbox.{m}", "flags"], f"submit {m}: wait", kind=Kind.USER, refs="R28")


def _reconnect(design: Design, scope: Scope) -> Iterator[Event]:
    for dial in dials(scope):
        if dial.verb == "user.reconnect" and M.RECONNECT in design:
            yield _event(
                dial.event, _dial_takes(dial.old, dial.new, scope), f"reconnect: dial {dial.new}",
                kind=Kind.USER, prints="NutritionViewModel: Manually reconnecting WebSocket...", refs="R8",
            )  # fmt: skip


def _leave(design: Design, scope: Scope) -> Iterator[Event]:
    loaders, views = _each("loader", origins(design)), _each("view", scope.meal_names)
    connections = _each("connection", scope.connection_names)
    for event, _ in closings(scope):
        if event.startswith("user.leave"):
            takes = ["screen", "service", "flags", "poller", *connections, *loaders, *views]
            yield _event(event, takes, "close screen", kind=Kind.USER, needs="screen", refs="R9")


def _return(design: Design, scope: Scope) -> Iterator[Event]:
    if M.CONNECT_ON_RETURN in design:
        takes = ["screen", "loader.appear", *(["poller"] if "client.return" in poll_starts(design, scope) else [])]
        yield _event("client.return", takes, "back on screen", kind=Kind.USER, refs="R2")


def _suspension(design: Design, scope: Scope) -> Iterator[Event]:
    yield _event("user.background", ["app"], "suspend app", kind=Kind.USER, needs="background", refs="R20 F7")
    takes = ["app", *(["loader.appear"] if M.PROBE_ON_FOREGROUND in design else [])]
    yield _event("user.foreground", takes, "resume app", kind=Kind.USER, needs="background", refs="R20 F7")


def _elsewhere(d: str, design: Design, scope: Scope) -> Iterator[Event]:
    notes = _each("notification", scope.meal_names)
    join = ["device", "server", *notes]
    yield _event(f"user.join.{d}", join, f"{d} connects", kind=Kind.USER, needs="device", refs="F14")
    yield _event(f"user.quit.{d}", ["device"], f"{d} closes", kind=Kind.USER, needs="device", refs="F14")


def _archive(m: str, design: Design, scope: Scope) -> Iterator[Event]:
    takes = [f"{part}.{m}" for part in ("outbox", "receipt", "job", "notification", "view")]
    yield _event(f"user.archive.{m}", [*takes, *_each("loader", origins(design))], f"done with {m}", kind=Kind.USER)


def _dial_takes(old: str, new: str, scope: Scope) -> list[str]:
    taken = [c for c in scope.connection_names if c <= new or c == old]
    notes = _each("notification", scope.meal_names)
    return ["service", *_each("connection", taken), "flags", "screen", *notes]


def _appear(design: Design, scope: Scope) -> Iterator[Event]:
    yield _event("client.appear", ["screen", "poller", "loader.appear"], "screen appears: load", refs="R15")


def _dial(design: Design, scope: Scope) -> Iterator[Event]:
    for dial in dials(scope):
        takes = _dial_takes(dial.old, dial.new, scope)
        if dial.verb == "client.connect":
            says = "NutritionViewModel: Connecting to WebSocket..."
            yield _event(dial.event, takes, f"connect: dial {dial.new}", prints=says, refs="R2 R15")
        elif dial.verb == "client.heal" and M.HEALTH_CHECK in design:
            says = "Warning: Connection state mismatch"
            yield _event(dial.event, takes, f"health check: dial {dial.new}", prints=says, refs="R25")
        elif dial.verb == "client.redial" and M.AUTO_RECONNECT in design:
            yield _event(dial.event, takes, f"redial {dial.new}", refs="R18 F10")


def _skip_connect(design: Design, scope: Scope) -> Iterator[Event]:
    if M.CONNECT_GUARD in design:
        says = "NutritionViewModel: WebSocket connection already in progress"
        yield _event("client.skip_connect", ["screen", "flags"], "already connecting", prints=says, refs="R2 F5")


def _handshake(c: str, design: Design, scope: Scope) -> Iterator[Event]:
    ends = [f"connection.{c}", "service"]
    opens = ends[:1] if M.READY_ACK in design else ends
    yield _event(f"client.open.{c}", opens, f"{c} open", refs="F4")
    if M.READY_ACK in design:
        yield _event(f"client.ready.{c}", ends, f"{c} ready", refs="F4 R30")


def _succeeded(c: str, design: Design, scope: Scope) -> Iterator[Event]:
    name = f"client.connected.{c}"
    takes = _outcome_takes(c, name, design, scope)
    takes += ["loader.connect"] if M.CATCH_UP in design else []
    yield _event(
        name, takes, f"flag: connected ({c})", prints="NutritionViewModel: ✅ WebSocket connected",
        refs="R3", action=f"client.outcome.{c}",
    )  # fmt: skip


def _failed(c: str, design: Design, scope: Scope) -> Iterator[Event]:
    name = f"client.failed.{c}"
    yield _event(
        name, _outcome_takes(c, name, design, scope), f"flag: failed ({c})",
        prints="NutritionViewModel: ❌ Failed to connect", refs="R4", action=f"client.outcome.{c}",
    )  # fmt: skip


def _outcome_takes(c: str, name: str, design: Design, scope: Scope) -> list[str]:
    guarded = ["service"] if M.CURRENT_SOCKET_ONLY in design else []
    return [f"connection.{c}", "flags", *guarded, *_poll_takes(name, design, scope)]


def _superseded(c: str, design: Design, scope: Scope) -> Iterator[Event]:
    if M.CURRENT_SOCKET_ONLY in design and scope.connections > 1:
        takes = [f"connection.{c}", "service"]
        name, action = f"client.superseded.{c}", f"client.outcome.{c}"
        yield _event(name, takes, f"ignore {c}'s outcome", refs="F5", action=action)


def _ends(c: str, design: Design, scope: Scope) -> Iterator[Event]:
    """How the client's library learns that a dial or a socket has come to nothing."""
    ends = [f"connection.{c}", "service"]
    yield _event(f"client.give_up.{c}", ends, f"give {c} up", refs="R4")
    yield _event(f"client.refused.{c}", [*ends, "server"], f"{c} refused", needs="restart", refs="R22")
    yield _event(f"client.unreachable.{c}", [*ends, "path"], f"{c}: no network", needs="path", refs="R21")
    yield _event(f"client.hear_close.{c}", ends, f"{c} closed by server", refs="R22")
    if M.CLIENT_PING in design:
        yield _event(f"client.expire.{c}", ends, f"no pong on {c}: close", refs="R10 F2")
    if M.PROBE_ON_FOREGROUND in design:
        yield _event(f"client.probe_dead.{c}", [*ends, "app"], f"probe: {c} dead", needs="background", refs="F7")
        yield _event(f"client.probe_alive.{c}", [*ends, "app"], f"probe: {c} alive", needs="background", refs="F7")


def _probe_none(design: Design, scope: Scope) -> Iterator[Event]:
    if M.PROBE_ON_FOREGROUND in design:
        yield _event("client.probe_none", ["service", "app"], "probe: no socket", needs="background", refs="F7")


def _follow_path(design: Design, scope: Scope) -> Iterator[Event]:
    for event, old in closings(scope):
        if event.startswith("client.follow_path") and M.DIAL_ON_PATH_CHANGE in design:
            takes = ["path", "service", "screen"]
            takes += [] if old == NONE else [f"connection.{old}"]
            yield _event(event, takes, "path changed: let go", needs="path", refs="R21 F8")


def _notice_drop(design: Design, scope: Scope) -> Iterator[Event]:
    if M.POLL_ON_DROP in design:
        yield _event("client.notice_drop", ["flags", "service", "poller"], "drop: clear flag, poll", refs="R31 F3")


def _ping(design: Design, scope: Scope) -> Iterator[Event]:
    yield _event(
        "client.ping", ["service"], "ping", prints="MealLogWebSocketClient: 🏓 Ping sent successfully", refs="R10"
    )


def _upload(m: str, design: Design, scope: Scope) -> Iterator[Event]:
    says = "OutboxProcessor: ✅ Meal log uploaded successfully - Backend ID"
    yield _event(f"client.upload.{m}", [f"outbox.{m}"], f"upload {m}", refs="R11")
    yield _event(f"client.uploaded.{m}", [f"outbox.{m}"], f"uploaded {m}", prints=says, refs="R11")
    takes = [f"outbox.{m}", f"receipt.{m}", f"job.{m}", "server", "path"]
    yield _event(
        f"server.take.{m}", takes, f"201: queue {m}", prints="POST /api/v1/meal-logs/natural - 201", refs="R11"
    )
    yield _event(f"server.refuse_upload.{m}", [f"outbox.{m}", "server"], f"refuse {m}", needs="restart", refs="R22")
    yield _event(f"network.refuse_upload.{m}", [f"outbox.{m}", "path"], f"no network: {m}", needs="path", refs="R21")


def _messages(m: str, design: Design, scope: Scope) -> Iterator[Event]:
    for c in scope.connection_names:
        both = [f"notification.{m}", f"connection.{c}"]
        receive = [*both, "loader.handler", "flags"]
        yield _event(f"client.receive.{m}.{c}", receive, f"message {m}: load", refs="R5 R6")
        yield _event(
            f"network.void.{m}.{c}", both, f"{m} into the void ({c})",
            because=f"nobody was at the other end of {c}, which was {{connection.{c}}}",
            instead=f"client.receive.{m}.{c}", refs="F2",
        )  # fmt: skip


def _applied(origin: str, design: Design, scope: Scope) -> Iterator[Event]:
    if origin not in origins(design):
        return
    views, polling = _each("view", scope.meal_names), ["poller"] if origin == "poll" else []
    for snapshot in snapshots(scope):
        name = f"client.apply.{origin}.{snapshot.name}"
        takes = [f"loader.{origin}", *views, *polling, *_poll_takes(name, design, scope)]
        yield _event(name, takes, f"{origin}: show {snapshot.name}", refs="R5 R7 F11")


def _unanswered(origin: str, design: Design, scope: Scope) -> Iterator[Event]:
    if origin not in origins(design):
        return
    polling = ["poller"] if origin == "poll" else []
    error, offline, cut = failures(origin)
    parts = {name: [f"loader.{origin}", *polling, *_poll_takes(name, design, scope)] for name in (error, offline, cut)}
    takes = [*parts[error], "server"]
    yield _event(error, takes, f"{origin}: server down", needs="restart", refs="R22 F12")
    takes = [*parts[offline], "path"]
    yield _event(offline, takes, f"{origin}: offline", needs="path", refs="R21 F12")
    takes = [*parts[cut], "app"]
    yield _event(cut, takes, f"{origin}: load fails", kind=Kind.FAULT, needs="request", refs="F12")


def _read(origin: str, design: Design, scope: Scope) -> Iterator[Event]:
    if origin not in origins(design):
        return
    takes = [f"loader.{origin}", *_each("job", scope.meal_names), "server", "path"]
    for snapshot in snapshots(scope):
        yield _event(f"server.read.{origin}.{snapshot.name}", takes, f"{origin}: read {snapshot.name}", refs="F11")


def _cancels(design: Design, scope: Scope) -> bool:
    """Whether anyone ever cancels a poll task."""
    if poll_stops(design, scope):
        return True
    return M.GENERATION_TOKEN in design and bool(poll_starts(design, scope))


def _stale_end(design: Design, scope: Scope) -> Iterator[Event]:
    if M.GENERATION_TOKEN in design and _cancels(design, scope):
        yield _event("client.stale.end", ["poller"], "stale poll ends", refs="F6")


def _runs(loop: str, design: Design, scope: Scope) -> bool:
    """Whether there is such a loop: a cancelled one goes on only where somebody cancels and no token ends it."""
    return loop == "client.poll" or (M.GENERATION_TOKEN not in design and _cancels(design, scope))


def _word(loop: str) -> str:
    return "stale poll" if loop == "client.stale" else "poll"


def _wakes(loop: str, design: Design, scope: Scope) -> Iterator[Event]:
    if not _runs(loop, design, scope):
        return
    verdicts = {"verified": "socket fine: stop", "service_down": "load", "unflagged": "load", "anyway": "load"}
    stops = "NutritionViewModel: WebSocket connected, stopping polling"
    for wake in wakes(design):
        takes = ["poller", *(["service"] if wake != "anyway" else [])]
        takes += ["flags"] if wake in ("verified", "unflagged") and M.POLL_NEEDS_BOTH in design else []
        takes += ["loader.poll"] if f"{loop}.wake.{wake}" in load_starts("poll", design, scope) else []
        yield _event(
            f"{loop}.wake.{wake}", takes, f"{_word(loop)}: {verdicts[wake]}",
            prints=stops if wake == "verified" else "",
            because="the service held {service} and the flags were {flags}" if wake == "verified" else "",
            refs="R7",
        )  # fmt: skip


def _checks(loop: str, design: Design, scope: Scope) -> Iterator[Event]:
    if not _runs(loop, design, scope):
        return
    views = _each("view", scope.meal_names)
    nothing = "NutritionViewModel: No processing meals, stopping polling"
    yield _event(
        f"{loop}.check.done", ["poller", *views], f"{_word(loop)}: none left", prints=nothing,
        because="no meal was unfinished" if M.POLL_UNTIL_TERMINAL in design else "nothing was listed as processing",
        refs="R7 F12",
    )  # fmt: skip
    for k, m in enumerate(scope.meal_names):  # the check names the first meal that is not finished
        yield _event(f"{loop}.check.{m}", ["poller", *views[: k + 1]], f"{_word(loop)}: {m} unfinished", refs="R7")
    takes = ["poller", *(["loader.poll"] if loop == "client.stale" else [])]
    yield _event(f"{loop}.stop", takes, f"{_word(loop)}: stopPolling()", refs="R7 F6")


def _handler(c: str, design: Design, scope: Scope) -> Iterator[Event]:
    ends = [f"connection.{c}", "registry"]
    yield _event(f"server.accept.{c}", [f"connection.{c}", "server", "path"], f"accept {c}", refs="F4")
    yield _event(f"server.register.{c}", ends, f"register {c}", refs="R13 F4")
    yield _event(f"server.notice.{c}", ends, f"{c} closed: unregister", refs="F1")
    if M.SERVER_PING in design:
        yield _event(f"server.expire.{c}", ends, f"no pong on {c}: unregister", refs="F2")
        name, frozen = f"server.expire_suspended.{c}", [*ends, "app"]
        yield _event(name, frozen, f"no pong on {c}: unregister", needs="background", refs="F7")
    for m in scope.meal_names:
        if M.EVICT_ON_FAILED_SEND in design:
            takes = [*ends, f"notification.{m}"]
            yield _event(f"server.evict.{m}.{c}", takes, f"send fails: unregister {c}", refs="F2")


def _other_handler(d: str, design: Design, scope: Scope) -> Iterator[Event]:
    """What the server does for the socket of another device, and what becomes of messages there."""
    ends, only = ["device", "registry"], "device"
    yield _event(f"server.register.{d}", ends, f"register {d}", needs=only, refs="R13 F14")
    yield _event(f"server.notice.{d}", ends, f"{d} closed: unregister", needs=only, refs="F1 F14")
    if M.SERVER_PING in design:
        yield _event(f"server.expire.{d}", ends, f"no pong on {d}: unregister", needs=only, refs="F2")
    for m in scope.meal_names:
        note = f"notification.{m}"
        yield _event(f"network.deliver.{m}.{d}", [note, "device"], f"{m} reaches {d}", needs=only, refs="F14")
        yield _event(f"network.void.{m}.{d}", [note, "device"], f"{m} into the void ({d})", needs=only, refs="F2")
        if M.EVICT_ON_FAILED_SEND in design:
            takes = [*ends, note]
            yield _event(f"server.evict.{m}.{d}", takes, f"send fails: unregister {d}", needs=only, refs="F2")


def _work(m: str, design: Design, scope: Scope) -> Iterator[Event]:
    says, told = "[MealLogAI] Processing meal log", [f"notification.{m}", "registry"]
    yield _event(f"server.start.{m}", [f"job.{m}"], f"process {m}", prints=says, refs="R12")
    says = "[MealLogAI] Successfully completed processing"
    takes = [f"job.{m}", f"notification.{m}"]
    yield _event(f"server.complete.{m}", takes, f"complete {m}", prints=says, refs="R12")
    lookup = f"server.lookup.{m}"
    for name, _ in targets(design, scope):
        yield _event(f"server.push.{m}.{name}", told, f"push {m} to {name}", refs="R13", action=lookup)
    yield _event(
        f"server.skip.{m}", told, f"skip {m}",
        prints="User {user} not connected to WebSocket, skipping notification",
        because="the registry held {registry}", instead=f"server.push.{m}", refs="R13", action=lookup,
    )  # fmt: skip
    if M.REPLAY_FROM_CURSOR in design:
        for c in scope.connection_names:
            yield _event(f"server.replay.{m}.{c}", told, f"replay {m} to {c}", refs="F3")


def _boot(design: Design, scope: Scope) -> Iterator[Event]:
    takes = ["server", *_each("job", scope.meal_names)]
    yield _event("server.boot", takes, "server up", needs="restart", refs="R22 F9")


def _network(design: Design, scope: Scope) -> Iterator[Event]:
    fault = Kind.FAULT
    connections = _each("connection", scope.connection_names)
    yield _event("network.restore_path", ["path"], "network is back", needs="path", refs="R21")
    for c in scope.connection_names:
        ends = [f"connection.{c}", "service"]
        yield _event(f"network.fail_dial.{c}", [*ends, "app"], f"dial {c} fails", kind=fault, needs="dial", refs="R4")
        yield _event(
            f"network.break.{c}", [f"connection.{c}"], f"{c} breaks silently", kind=fault, needs="break", refs="F2"
        )
        yield _event(
            f"network.tell_client.{c}", [*ends, "app"], f"client hears: {c} dead", kind=fault, needs="break", refs="F2"
        )
        yield _event(
            f"network.tell_server.{c}",
            [f"connection.{c}", "registry"],
            f"server hears: {c} dead",
            kind=fault,
            needs="break",
            refs="F2",
        )
    for d in scope.device_names:
        told = ["device", "registry"]
        yield _event(f"network.break.{d}", ["device"], f"{d} breaks silently", kind=fault, needs="break", refs="F2")
        yield _event(f"network.tell_server.{d}", told, f"server hears: {d} dead", kind=fault, needs="break", refs="F2")
    for m in scope.meal_names:
        yield _event(
            f"network.cut_upload.{m}", [f"outbox.{m}"], f"upload {m} lost", kind=fault, needs="upload", refs="F15"
        )
        for c in scope.connection_names:
            takes = [f"notification.{m}", f"connection.{c}"]
            yield _event(
                f"network.lose.{m}.{c}", takes, f"{m} lost on {c}", kind=fault, needs="push",
                refs="F2",
            )  # fmt: skip
    yield _event("network.change_path", ["path", *connections], "path changes", kind=fault, needs="path", refs="R21 F8")
    yield _event("network.lose_path", ["path", *connections], "no network", kind=fault, needs="path", refs="R21")
    yield _event(
        "network.reclaim", ["app", *connections], "sockets reclaimed", kind=fault, needs="background", refs="F7"
    )
    notes, jobs = _each("notification", scope.meal_names), _each("job", scope.meal_names)
    crash = ["server", "registry", *connections, *jobs, *notes, *(["device"] if "device" in scope else [])]
    yield _event("server.crash", crash, "server dies", kind=fault, needs="restart", refs="R22 F9")
    for m in scope.meal_names:
        takes = [f"job.{m}", f"notification.{m}"]
        yield _event(f"server.fail.{m}", takes, f"fail {m}", kind=fault, needs="job", refs="R12 F13")


def _poll_takes(name: str, design: Design, scope: Scope) -> list[str]:
    """Who takes part because polling is started or stopped in that step."""
    if name in poll_stops(design, scope):
        return ["poller", "loader.poll"]
    return ["poller"] if name in poll_starts(design, scope) else []


_SHOW = (
    "Show what the answer says, though it may be old; with `terminal_absorbs` a meal that is shown as finished "
    "stays so."
)
_DOWN = "The server is down: the load ends at once, and what is shown stays."
_OFFLINE = "There is no network: the load ends at once, and what is shown stays."
_CUT = "A load may fail, on the way or its answer on the way back; what is shown stays."
_LOOK = "Then look for unfinished meals, as after an answer."
_OVER = (
    "With `retry_refresh` send it again; else the handler is over, and with `socket_stops_polling` it stops "
    "polling all the same."
)

OBLIGATIONS: dict[str, str] = {
    "user.submit": (
        "Save the meal on the device at once, whatever the network does, and leave its upload to the outbox. With "
        "`poll_on_submit` start polling in the same step. With `wait_before_submit` only while no connect is in "
        "progress, else wait."
    ),
    "user.wait": "While connecting is raised, hold the submission back, and start its time limit.",
    "client.submit": "As soon as connecting is lowered, save the waiting meal, as `user.submit` does.",
    "client.submit_anyway": "When its time limit has passed, save the waiting meal though the connect goes on.",
    "user.reconnect": (
        "At any time while the screen is shown, also during another connect: lower connected, raise connecting, "
        "close the socket that the library holds (`close_before_dial`), dial. It ends as a connect does."
    ),
    "user.leave": (
        "In one step: end the poll task, one that is cancelled and still alive, every load and whoever awaits a "
        "dial; close the socket; lower both flags."
    ),
    "user.background": "No code runs from here on: no timer, no poll, no answer to a ping. Do not count on any socket.",
    "user.foreground": (
        "Run on; a socket from before may be dead without a word. With `probe_on_foreground` load the list at "
        "once, and probe the socket with a deadline."
    ),
    "user.archive": (
        "Nothing to build: the model forgets a finished meal that is shown, once nothing of it is under way, so "
        "that its name can be used again."
    ),
    "client.appear": "Load the list once, beside the connect and not after it. With `poll_on_appear` start polling.",
    "client.return": (
        "As on the first appearance: load the list, drop what an earlier such load was told, connect. With "
        "`poll_on_appear` start polling if no task runs."
    ),
    "client.connect": (
        "The screen's connect task; with `connect_guard` only while connecting is lowered. Raise connecting, "
        "leave connected as it is, close the socket that the library holds (`close_before_dial`), dial."
    ),
    "client.skip_connect": "While connecting is raised, do nothing: do not dial, do not touch the flags.",
    "client.heal": (
        "While the screen is shown, look now and then: if the flag says connected and the library does not, lower "
        "connected, raise connecting, dial."
    ),
    "client.redial": (
        "Whenever the screen is shown, the library holds no socket and connecting is lowered: lower connected, "
        "raise connecting, dial. Never give this up; back off between tries."
    ),
    "client.open": (
        "The handshake is done, which does not say that the server can route to the socket. With `ready_ack` tell "
        "nobody, and wait for ready; without it the library says connected, if it still holds this socket, and "
        "the dial has succeeded."
    ),
    "client.ready": (
        "Only now may the library say connected, if it still holds this socket, and the dial has succeeded."
    ),
    "client.connected": (
        "Raise connected, lower connecting. What was skipped before the server could route to the socket is not sent "
        "again: fetch it here (`catch_up`), or go on polling until it is shown (`client.poll.wake.anyway`). With "
        "`socket_stops_polling` stop polling here, fetched or not. With `current_socket_only` all this only if the "
        "library holds this socket and says connected."
    ),
    "client.failed": (
        "Lower both flags; with `poll_on_connect_failure` start polling. With `current_socket_only` only while "
        "the library holds no socket, and then also for a dial that succeeded and whose socket is gone since."
    ),
    "client.superseded": (
        "The library holds another socket by now: forget the outcome of this dial, good or bad, and touch neither "
        "flags nor polling."
    ),
    "client.give_up": (
        "Limit every dial in time, with `ready_ack` until ready has come. When the limit passes, close that end, "
        "let go of the socket, and tell whoever awaits the dial that it failed."
    ),
    "client.refused": (
        "While the server is down a dial fails at once: let go of the socket, and tell whoever awaits the dial."
    ),
    "client.unreachable": (
        "Without a network a dial fails at once instead of hanging: let go of the socket, and tell whoever awaits "
        "the dial."
    ),
    "client.hear_close": (
        "When the close arrives, the library holds no socket and says not connected; the view model's flags stay "
        "as they are. A dial that still waits for ready has failed."
    ),
    "client.expire": (
        "Ping while connected; when an answer is late, close the socket: the library holds none and says not "
        "connected, the view model's flags stay as they are."
    ),
    "client.probe_dead": "A probe that is not answered in time: close the socket, as for a late answer to a ping.",
    "client.probe_alive": "A probe that is answered: keep the socket.",
    "client.probe_none": "Where the library says not connected there is nothing to probe.",
    "client.follow_path": (
        "When the network path has changed, close the socket that the library holds. This dials no other: that is left "
        "to `client.redial` or the button."
    ),
    "client.notice_drop": "When the library holds no socket and the flag says connected, lower it and start polling.",
    "client.ping": (
        "Ping while the library says connected. That a ping was sent proves nothing; only its answer does, see "
        "`client.expire`."
    ),
    "client.upload": (
        "Send a saved meal, and again whenever that fails, until it is answered; always with the same key, by which "
        "`server.take` can tell a repetition."
    ),
    "client.uploaded": "Stop sending only when the answer has come.",
    "client.receive": (
        "Load the list: the message says that something is new, not what. One message at a time, the next waits "
        "for this one's load to be over; the same one may come twice. With `verify_on_message` raise connected."
    ),
    "client.apply": _SHOW,
    "client.apply.handler": f"{_SHOW} With `socket_stops_polling` stop polling then.",
    "client.apply.poll": f"{_SHOW} Then look for unfinished meals.",
    "client.error": _DOWN,
    "client.error.handler": f"{_DOWN} {_OVER}",
    "client.error.poll": f"{_DOWN} {_LOOK}",
    "client.offline": _OFFLINE,
    "client.offline.handler": f"{_OFFLINE} {_OVER}",
    "client.offline.poll": f"{_OFFLINE} {_LOOK}",
    "client.poll.wake.verified": (
        "After the sleep, the library says connected and so does the flag (`poll_needs_both`): decide to stop, "
        "and load no more."
    ),
    "client.poll.wake.service_down": "After the sleep, the library says not connected: load.",
    "client.poll.wake.unflagged": "After the sleep, the library says connected and the flag does not: load.",
    "client.poll.wake.anyway": "After the sleep load, whatever the socket says.",
    "client.poll.check": (
        "This meal is unfinished: it is listed as processing, or with `poll_until_terminal` submitted and not "
        "listed yet. Sleep again."
    ),
    "client.poll.check.done": (
        "No meal is unfinished, as far as the list shows: decide to stop. With `poll_until_terminal` a meal that "
        "is submitted and not listed yet is unfinished; without it, it is overlooked."
    ),
    "client.poll.stop": (
        "Stop, in a step after the decision. Who starts polling between the two must get a task of its own, which "
        "this step leaves alone (`generation_token`); without that the start is lost."
    ),
    "client.stale.wake": (
        "Not to be built (F6): a cancelled sleep returns at once and the rest of the body runs; if it loads, that "
        "fails at once. `generation_token` ends it instead."
    ),
    "client.stale.check": "Not to be built (F6): the cancelled task sees an unfinished meal, and ends only then.",
    "client.stale.check.done": (
        "Not to be built (F6): the cancelled task sees nothing unfinished, and decides to stop polling."
    ),
    "client.stale.stop": "Not to be built (F6): the cancelled task stops polling, and so cancels whoever is current.",
    "client.stale.end": (
        "A task that is not the current one any more ends at its next step: after every await it looks, before it "
        "does anything else."
    ),
    "server.take": (
        "Store the meal and queue its work, then answer 201. With `idempotent_upload` a repetition is recognised "
        "by its key, and answered in the same way without a second meal."
    ),
    "server.refuse_upload": "While the server is down the upload fails; the outbox keeps the meal and sends it again.",
    "network.refuse_upload": (
        "Without a network the upload fails at once; the outbox keeps the meal and sends it again."
    ),
    "server.accept": (
        "Answer the handshake. From here on the client may take the socket for open, though nobody can route to it yet."
    ),
    "server.register": (
        "Enter the socket into the registry, with `connection_set` beside the user's others, else in place of them; "
        "only after that let `client.ready` be sent, and only after that look whether the client has gone."
    ),
    "server.notice": (
        "When the close arrives, end the handler and remove its entry in one step, and with `connection_set` or "
        "`compare_and_delete` no other's; without them whatever is there goes (F1)."
    ),
    "server.expire": (
        "Ping every registered socket; when an answer is late, end the handler and remove its entry, as for a close."
    ),
    "server.expire_suspended": (
        "A suspended client answers no ping though the path is fine: end the handler and remove its entry, as for "
        "a close."
    ),
    "server.evict": "When a send fails, end the handler and remove its entry, as for a close; that copy is lost.",
    "server.read": (
        "Answer with what the database holds at that moment: absent, processing (until the work is over, also if "
        "nobody works on it), completed or failed."
    ),
    "user.join": (
        "Another device of the same user connects: the registry holds users, and must hold every socket of theirs "
        "(`connection_set`)."
    ),
    "user.quit": "Another device closes its socket: its handler must leave the entries of all others alone.",
    "server.start": "Take queued work up.",
    "server.complete": "Store the result, and then owe its notification.",
    "server.fail": "Store the failure, and with `failure_notifications` then owe its notification.",
    "server.push": (
        "After the result is stored, look the user up once, and send: to every connection that the registry holds "
        "(`push_to_all`), else to one of them. That it is sent does not say that it arrives."
    ),
    "server.skip": (
        "The registry holds nobody: log it and send nothing. Nothing but `server.replay` makes it good; without that "
        "the result must reach the screen by a load."
    ),
    "server.replay": "What was skipped or lost, or died with the process, is sent again to a registered connection.",
    "server.boot": (
        "Come up with an empty registry. With `job_reconciliation` queue again whatever the last life left unfinished."
    ),
    "server.crash": (
        "The registry and every handler are gone, unfinished work is left as it is, and what was owed and not yet "
        "sent never will be."
    ),
    "network.restore_path": "The network comes back; the sockets from before stay dead.",
    "network.fail_dial": "A dial may fail until it is open; whoever awaits it is told.",
    "network.break": "A connection may break with no word to either end, from its acceptance on.",
    "network.tell_client": "The client may hear of a break, soon, late or never; then it is as if the close had come.",
    "network.tell_server": "The server may hear of a break, soon, late or never; then it is as if the close had come.",
    "network.deliver": "What another device has received is still owed to this one.",
    "network.void": "What is sent to a socket that is gone vanishes, and no error tells.",
    "network.lose": "A message may be lost on a socket that is fine.",
    "network.cut": _CUT,
    "network.cut.handler": f"{_CUT} {_OVER}",
    "network.cut.poll": f"{_CUT} {_LOOK}",
    "network.cut_upload": (
        "An upload may be lost on the way, or its answer after the server has taken the meal; the outbox sends it "
        "again."
    ),
    "network.change_path": "A change of the path kills every socket and tells no one.",
    "network.lose_path": "Every socket is dead and no one is told; until the network is back nothing is reached.",
    "network.reclaim": "The system may take away the sockets of a suspended app, with no word to either end.",
}
"""What an implementer owes at each event, by the beginning of its name; for faults, what must be borne.

Mechanisms and events stand in backticks. What is said of a mechanism goes for the designs that have it.
"""


def obligation(name: str) -> str:
    """What an implementer owes at the event of that name; empty if nothing is declared.

    >>> obligation("client.uploaded.m1")
    'Stop sending only when the answer has come.'
    """
    fits = [prefix for prefix in OBLIGATIONS if name == prefix or name.startswith(prefix + ".")]
    return OBLIGATIONS[max(fits, key=len)] if fits else ""
