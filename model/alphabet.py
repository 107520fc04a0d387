"""Every event of the protocol: who does it, what is owed of it, who takes part, what it prints.

Events stand in the order in which ties between equally short runs are broken: what people do, what the
client does, what the server does, what the network does, and faults last.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from checker import Event, Kind, Line
from model.design import Design
from model.loader import load_starts
from model.mechanism import Mechanism as M
from model.poller import poll_starts, poll_stops
from model.scope import Scope
from model.values import NONE, ORIGINS, closings, dials, failures, origins, snapshots, targets, wakes

__all__ = ["OBLIGATIONS", "OWNERS", "alphabet", "obligation"]

OWNERS = ("user", "client", "network", "server")
"""The lanes of a chart, left to right."""

CLIENT_LOG, SERVER_LOG = "client", "server"


def alphabet(design: Design, scope: Scope) -> tuple[Event, ...]:
    """The events of a design in a scope, fully declared."""
    families = (_user, _dialling, _submission, _messages, _loads, _polling, _server, _network)
    return tuple(event for family in families for event in family(design, scope))


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
    if owner in ("user", "client"):
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


def _user(design: Design, scope: Scope) -> Iterator[Event]:
    loaders, views = _each("loader", origins(design)), _each("view", scope.meal_names)
    connections = _each("connection", scope.connection_names)
    saved = "SaveMealLogUseCase: Successfully saved meal log with local ID"
    polls = poll_starts(design, scope)
    for m in scope.meal_names:
        for name, waits, kind in (
            (f"user.submit.{m}", "save", Kind.USER),
            (f"client.submit.{m}", "waited: save", Kind.SYSTEM),
            (f"client.submit_anyway.{m}", "wait over: save", Kind.SYSTEM),
        ):
            if kind is Kind.SYSTEM and M.WAIT_BEFORE_SUBMIT not in design:
                continue
            takes = [f"outbox.{m}", f"view.{m}"]
            # The wait ends with the connect; its time limit may pass at any moment.
            takes += ["flags"] if M.WAIT_BEFORE_SUBMIT in design and "anyway" not in name else []
            takes += ["poller"] if name in polls else []
            yield _event(name, takes, f"{waits} {m}", kind=kind, prints=saved, refs="R11 R19 R28")
        if M.WAIT_BEFORE_SUBMIT in design:
            yield _event(f"user.wait.{m}", [f"outbox.{m}", "flags"], f"submit {m}: wait", kind=Kind.USER, refs="R28")
    for dial in dials(scope):
        if dial.verb == "user.reconnect" and M.RECONNECT in design:
            yield _event(
                dial.event, _dial_takes(dial.old, dial.new, scope), f"reconnect: dial {dial.new}",
                kind=Kind.USER, prints="NutritionViewModel: Manually reconnecting WebSocket...", refs="R8",
            )  # fmt: skip
    for event, _ in closings(scope):
        if event.startswith("user.leave"):
            takes = ["screen", "service", "flags", "poller", *connections, *loaders, *views]
            yield _event(event, takes, "close screen", kind=Kind.USER, needs="screen", refs="R9")
    if M.CONNECT_ON_RETURN in design:
        takes = ["screen", "loader.appear", *(["poller"] if "client.return" in polls else [])]
        yield _event("client.return", takes, "back on screen", kind=Kind.USER, refs="R2")
    yield _event("user.background", ["app"], "suspend app", kind=Kind.USER, needs="background", refs="R20 F7")
    takes = ["app", *(["loader.appear"] if M.PROBE_ON_FOREGROUND in design else [])]
    yield _event("user.foreground", takes, "resume app", kind=Kind.USER, needs="background", refs="R20 F7")
    for m in scope.meal_names:
        takes = [f"{part}.{m}" for part in ("outbox", "receipt", "job", "notification", "view")]
        yield _event(f"user.archive.{m}", [*takes, *loaders], f"done with {m}", kind=Kind.USER)


def _dial_takes(old: str, new: str, scope: Scope) -> list[str]:
    taken = [c for c in scope.connection_names if c <= new or c == old]
    notes = _each("notification", scope.meal_names)
    return ["service", *_each("connection", taken), "flags", "screen", *notes]


def _dialling(design: Design, scope: Scope) -> Iterator[Event]:
    appears = ["screen", "poller", "loader.appear"]
    yield _event("client.appear", appears, "screen appears: load", refs="R15")
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
    if M.CONNECT_GUARD in design:
        says = "NutritionViewModel: WebSocket connection already in progress"
        yield _event("client.skip_connect", ["screen", "flags"], "already connecting", prints=says, refs="R2 F5")
    guarded = ["service"] if M.CURRENT_SOCKET_ONLY in design else []
    for c in scope.connection_names:
        ends = [f"connection.{c}", "service"]
        opens = ends[:1] if M.READY_ACK in design else ends
        yield _event(f"client.open.{c}", opens, f"{c} open", refs="F4")
        if M.READY_ACK in design:
            yield _event(f"client.ready.{c}", ends, f"{c} ready", refs="F4 R30")
        outcome = f"client.outcome.{c}"
        name = f"client.connected.{c}"
        takes = [f"connection.{c}", "flags", *guarded, *_poll_takes(name, design, scope)]
        takes += ["loader.connect"] if M.CATCH_UP in design else []
        yield _event(
            name, takes, f"flag: connected ({c})", prints="NutritionViewModel: ✅ WebSocket connected",
            refs="R3", action=outcome,
        )  # fmt: skip
        name = f"client.failed.{c}"
        takes = [f"connection.{c}", "flags", *guarded, *_poll_takes(name, design, scope)]
        yield _event(
            name, takes, f"flag: failed ({c})", prints="NutritionViewModel: ❌ Failed to connect",
            refs="R4", action=outcome,
        )  # fmt: skip
        if M.CURRENT_SOCKET_ONLY in design and scope.connections > 1:
            yield _event(f"client.superseded.{c}", ends, f"ignore {c}'s outcome", refs="F5", action=outcome)
        yield _event(f"client.give_up.{c}", ends, f"give {c} up", refs="R4")
        yield _event(f"client.refused.{c}", [*ends, "server"], f"{c} refused", needs="restart", refs="R22")
        yield _event(f"client.unreachable.{c}", [*ends, "path"], f"{c}: no network", needs="path", refs="R21")
        yield _event(f"client.hear_close.{c}", ends, f"{c} closed by server", refs="R22")
        if M.CLIENT_PING in design:
            yield _event(f"client.expire.{c}", ends, f"no pong on {c}: close", refs="R10 F2")
        if M.PROBE_ON_FOREGROUND in design:
            yield _event(f"client.probe_dead.{c}", [*ends, "app"], f"probe: {c} dead", needs="background", refs="F7")
            takes = [f"connection.{c}", "service", "app"]
            yield _event(f"client.probe_alive.{c}", takes, f"probe: {c} alive", needs="background", refs="F7")
    if M.PROBE_ON_FOREGROUND in design:
        yield _event("client.probe_none", ["service", "app"], "probe: no socket", needs="background", refs="F7")
    for event, old in closings(scope):
        if event.startswith("client.follow_path") and M.DIAL_ON_PATH_CHANGE in design:
            takes = ["path", "service", "screen"]
            takes += [] if old == NONE else [f"connection.{old}"]
            yield _event(event, takes, "path changed: let go", needs="path", refs="R21 F8")
    if M.POLL_ON_DROP in design:
        yield _event("client.notice_drop", ["flags", "service", "poller"], "drop: clear flag, poll", refs="R31 F3")
    yield _event(
        "client.ping", ["service"], "ping", prints="MealLogWebSocketClient: 🏓 Ping sent successfully", refs="R10"
    )


def _submission(design: Design, scope: Scope) -> Iterator[Event]:
    for m in scope.meal_names:
        says = "OutboxProcessor: ✅ Meal log uploaded successfully - Backend ID"
        yield _event(f"client.upload.{m}", [f"outbox.{m}"], f"upload {m}", refs="R11")
        yield _event(f"client.uploaded.{m}", [f"outbox.{m}"], f"uploaded {m}", prints=says, refs="R11")
        takes = [f"outbox.{m}", f"receipt.{m}", f"job.{m}", "server", "path"]
        yield _event(
            f"server.take.{m}", takes, f"201: queue {m}", prints="POST /api/v1/meal-logs/natural - 201", refs="R11"
        )
        yield _event(f"server.refuse_upload.{m}", [f"outbox.{m}", "server"], f"refuse {m}", needs="restart", refs="R22")
        yield _event(
            f"network.refuse_upload.{m}", [f"outbox.{m}", "path"], f"no network: {m}", needs="path", refs="R21"
        )


def _messages(design: Design, scope: Scope) -> Iterator[Event]:
    for m in scope.meal_names:
        for c in scope.connection_names:
            both = [f"notification.{m}", f"connection.{c}"]
            receive = [*both, "loader.handler", "flags"]
            yield _event(f"client.receive.{m}.{c}", receive, f"message {m}: load", refs="R5 R6")
            yield _event(
                f"network.void.{m}.{c}", both, f"{m} into the void ({c})",
                because=f"nobody was at the other end of {c}, which was {{connection.{c}}}",
                instead=f"client.receive.{m}.{c}", refs="F2",
            )  # fmt: skip


def _loads(design: Design, scope: Scope) -> Iterator[Event]:
    jobs, views = _each("job", scope.meal_names), _each("view", scope.meal_names)
    for origin in origins(design):
        loader = f"loader.{origin}"
        polling = ["poller"] if origin == "poll" else []
        for snapshot in snapshots(scope):
            name = f"client.apply.{origin}.{snapshot.name}"
            takes = [loader, *views, *polling, *_poll_takes(name, design, scope)]
            yield _event(name, takes, f"{origin}: show {snapshot.name}", refs="R5 R7 F11")
        why = "its load failed"
        error, offline, cut = failures(origin)
        parts = {name: [loader, *polling, *_poll_takes(name, design, scope)] for name in failures(origin)}
        yield _event(
            error, [*parts[error], "server"], f"{origin}: server down", needs="restart", because=why, refs="R22 F12"
        )
        yield _event(
            offline, [*parts[offline], "path"], f"{origin}: offline", needs="path", because=why, refs="R21 F12"
        )
        yield _event(
            cut,
            [*parts[cut], "app"],
            f"{origin}: load fails",
            kind=Kind.FAULT,
            needs="request",
            because=why,
            refs="F12",
        )
        for snapshot in snapshots(scope):
            takes = [loader, *jobs, "server", "path"]
            yield _event(f"server.read.{origin}.{snapshot.name}", takes, f"{origin}: read {snapshot.name}", refs="F11")


def _polling(design: Design, scope: Scope) -> Iterator[Event]:
    views = _each("view", scope.meal_names)
    stops = "NutritionViewModel: WebSocket connected, stopping polling"
    nothing = "NutritionViewModel: No processing meals, stopping polling"
    verdicts = {"verified": "socket fine: stop", "service_down": "load", "unflagged": "load", "anyway": "load"}
    token = M.GENERATION_TOKEN in design
    cancels = poll_stops(design, scope) or (token and poll_starts(design, scope))
    if token and cancels:
        yield _event("client.stale.end", ["poller"], "stale poll ends", refs="F6")
    for loop, word in (("client.poll", "poll"), ("client.stale", "stale poll")):
        if loop == "client.stale" and (token or not cancels):
            continue
        for wake in wakes(design):
            takes = ["poller", *(["service"] if wake != "anyway" else [])]
            takes += ["flags"] if wake in ("verified", "unflagged") and M.POLL_NEEDS_BOTH in design else []
            takes += ["loader.poll"] if f"{loop}.wake.{wake}" in load_starts("poll", design, scope) else []
            yield _event(
                f"{loop}.wake.{wake}", takes, f"{word}: {verdicts[wake]}",
                prints=stops if wake == "verified" else "",
                because="the service held {service} and the flags were {flags}" if wake == "verified" else "",
                refs="R7",
            )  # fmt: skip
        yield _event(
            f"{loop}.check.done", ["poller", *views], f"{word}: none left", prints=nothing,
            because="the list showed nothing in processing", refs="R7 F12",
        )  # fmt: skip
        for k, m in enumerate(scope.meal_names):  # the check names the first meal that is not finished
            takes = ["poller", *views[: k + 1]]
            yield _event(f"{loop}.check.{m}", takes, f"{word}: {m} unfinished", refs="R7")
        stop = f"{loop}.stop"
        takes = ["poller", *(["loader.poll"] if loop == "client.stale" else [])]
        yield _event(stop, takes, f"{word}: stopPolling()", refs="R7 F6")


def _server(design: Design, scope: Scope) -> Iterator[Event]:
    for c in scope.connection_names:
        yield _event(f"server.accept.{c}", [f"connection.{c}", "server", "path"], f"accept {c}", refs="F4")
        ends = [f"connection.{c}", "registry"]
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
    for m in scope.meal_names:
        ends = [f"job.{m}", f"notification.{m}"]
        yield _event(
            f"server.start.{m}", [f"job.{m}"], f"process {m}", prints="[MealLogAI] Processing meal log", refs="R12"
        )
        yield _event(
            f"server.complete.{m}",
            ends,
            f"complete {m}",
            prints="[MealLogAI] Successfully completed processing",
            refs="R12",
        )
        lookup = f"server.lookup.{m}"
        for name, _ in targets(design, scope):
            yield _event(
                f"server.push.{m}.{name}", [f"notification.{m}", "registry"], f"push {m} to {name}",
                refs="R13", action=lookup,
            )  # fmt: skip
        yield _event(
            f"server.skip.{m}", [f"notification.{m}", "registry"], f"skip {m}",
            prints="User {user} not connected to WebSocket, skipping notification",
            because="the registry held {registry}", instead=f"server.push.{m}", refs="R13", action=lookup,
        )  # fmt: skip
        if M.REPLAY_FROM_CURSOR in design:
            for c in scope.connection_names:
                takes = [f"notification.{m}", "registry"]
                yield _event(f"server.replay.{m}.{c}", takes, f"replay {m} to {c}", refs="F3")
    jobs = _each("job", scope.meal_names)
    yield _event("server.boot", ["server", *jobs], "server up", needs="restart", refs="R22 F9")


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
    for m in scope.meal_names:
        yield _event(
            f"network.cut_upload.{m}", [f"outbox.{m}"], f"upload {m} lost", kind=fault, needs="upload", refs="F15"
        )
        for c in scope.connection_names:
            takes = [f"notification.{m}", f"connection.{c}"]
            yield _event(
                f"network.lose.{m}.{c}", takes, f"{m} lost on {c}", kind=fault, needs="push",
                because="the message was lost", instead=f"client.receive.{m}.{c}", refs="F2",
            )  # fmt: skip
    yield _event("network.change_path", ["path", *connections], "path changes", kind=fault, needs="path", refs="R21 F8")
    yield _event("network.lose_path", ["path", *connections], "no network", kind=fault, needs="path", refs="R21")
    yield _event(
        "network.reclaim", ["app", *connections], "sockets reclaimed", kind=fault, needs="background", refs="F7"
    )
    notes, jobs = _each("notification", scope.meal_names), _each("job", scope.meal_names)
    crash = ["server", "registry", *connections, *jobs, *notes]
    yield _event("server.crash", crash, "server dies", kind=fault, needs="restart", refs="R22 F9")
    for m in scope.meal_names:
        takes = [f"job.{m}", f"notification.{m}"]
        yield _event(f"server.fail.{m}", takes, f"fail {m}", kind=fault, needs="job", refs="R12 F13")


def _poll_takes(name: str, design: Design, scope: Scope) -> list[str]:
    """Who takes part because polling is started or stopped in that step."""
    if name in poll_stops(design, scope):
        return ["poller", "loader.poll"]
    return ["poller"] if name in poll_starts(design, scope) else []


OBLIGATIONS: dict[str, str] = {
    "user.submit": "Save the meal on the device at once; its upload is the outbox's.",
    "client.submit": "Save the waiting meal as soon as no connect is in progress.",
    "client.submit_anyway": "Save the waiting meal when the time limit has passed, connected or not.",
    "user.wait": "While a connect is in progress, hold the submission back, and start its time limit.",
    "user.reconnect": "Let the old socket go, lower connected, raise connecting, dial anew; it ends as a connect does.",
    "user.leave": "End the poll task and every load, close the socket, lower both flags.",
    "client.return": "Load the list, then connect as on the first appearance.",
    "user.background": "Nothing runs from here on; do not count on any socket that was open.",
    "user.foreground": "Run on; a socket from before may be dead without a word.",
    "user.archive": "Forget a meal that is shown as finished, and nothing of it before its load is over.",
    "client.appear": "Load the list once, beside the connect and not after it.",
    "client.connect": "Raise connecting, then dial; let the older socket go as the design says.",
    "client.heal": "When the flag says connected and the service does not, dial as the button does.",
    "client.redial": "Whenever the service holds no socket and no dial is awaited, dial again; back off between tries.",
    "client.skip_connect": "While connecting is raised, do nothing: do not dial, do not touch the flags.",
    "client.open": "The handshake is done: the socket is open, which does not say that the server can route to it.",
    "client.ready": "Only after the server's ready may the service say connected.",
    "client.connected": "Raise connected and lower connecting, for the socket whose outcome this is.",
    "client.failed": "Lower both flags, for the socket whose outcome this is; from here on a fallback must run.",
    "client.superseded": "An outcome of a socket that is no longer the current one changes nothing.",
    "client.give_up": "Limit every dial in time; when the limit passes, close that end and tell whoever awaits it.",
    "client.refused": "A refused dial fails at once, for whoever awaits it.",
    "client.unreachable": "Without a network a dial fails at once instead of hanging.",
    "client.hear_close": "When the close arrives, hold no socket and say not connected.",
    "client.expire": "Ping; when the answer is late, close the socket and say not connected.",
    "client.probe_dead": "A probe without an answer in time closes the socket.",
    "client.probe_alive": "A probe that is answered changes nothing.",
    "client.probe_none": "Without a socket there is nothing to probe.",
    "client.follow_path": "When the network path changes, let the socket go; its successor is dialled as always.",
    "client.notice_drop": "When the library holds no socket, lower connected and start polling.",
    "client.ping": "Send a ping while connected.",
    "client.upload": "Send a saved meal as long as it is not answered; a repetition must be recognisable as one.",
    "client.uploaded": "Stop sending only when the answer has come.",
    "client.receive": "Load the list; the message says that something is new, and not what.",
    "client.apply": "Show what the answer says.",
    "client.error": "A load that the server does not answer ends there; nothing shown changes.",
    "client.offline": "A load without a network ends at once; nothing shown changes.",
    "client.poll.wake": "Sleep first, then load, or stop if the design looks at the socket here.",
    "client.poll.wake.verified": "The socket is taken for fine: go and stop.",
    "client.poll.wake.anyway": "Load, whatever the socket says.",
    "client.poll.check": "A meal is unfinished: sleep again.",
    "client.poll.check.done": "Decide to stop only if no meal is unfinished in the eyes of the design.",
    "client.poll.stop": "Stopping is a step of its own: it must not undo what has happened since the decision.",
    "client.stale": "A cancelled task runs on until it looks whether it is cancelled; it may act on its successor.",
    "client.stale.end": "After every await a task looks whether it is still the current one, and ends if not.",
    "server.take": "Answer 201 once the meal is stored and its work queued; take one submission once.",
    "server.refuse_upload": "While down, refuse; the outbox keeps the meal.",
    "network.refuse_upload": "Without a network the upload fails at once; the outbox keeps the meal.",
    "server.accept": "Answer the handshake.",
    "server.register": "Enter the socket into the registry before anything is told to the client about it.",
    "server.notice": "When the close arrives, end the handler and remove its entry, and no other's, in one step.",
    "server.expire": "Ping; when the answer is late, end the handler and remove its entry.",
    "server.expire_suspended": "A suspended client answers no ping: end the handler as for a dead one.",
    "server.evict": "A send that fails ends the handler and removes its entry.",
    "server.read": "Answer with what the database holds at that moment.",
    "server.start": "Take queued work up.",
    "server.complete": "Store the result first, then owe the notification.",
    "server.fail": "Store the failure first, then owe its notification.",
    "server.push": "Look the user up after the result is stored, and send to whom the registry lists.",
    "server.skip": "With an empty registry there is nobody to send to; the result must reach the screen by a load.",
    "server.replay": "Send again what was not delivered.",
    "server.boot": "Come up with an empty registry; take up what the last life left unfinished, if the design says so.",
    "server.crash": "The registry, all handlers and unfinished work may be gone at any moment.",
    "network.restore_path": "The network comes back without telling any socket.",
    "network.fail_dial": "A dial may fail at any time.",
    "network.break": "A connection may break with no word to either end.",
    "network.tell_client": "The client may hear of a break late.",
    "network.tell_server": "The server may hear of a break late.",
    "network.void": "What is sent to a socket that is gone vanishes, and no error tells.",
    "network.lose": "A message may be lost on a socket that is fine.",
    "network.cut": "A load may fail, on the way or its answer.",
    "network.cut_upload": "An upload may fail after the server has taken the meal.",
    "network.change_path": "A change of the path kills every socket and tells no one.",
    "network.lose_path": "Without a path nothing is reached.",
    "network.reclaim": "The system may take away the sockets of a suspended app.",
}
"""What an implementer owes at each event, by the beginning of its name; for faults, what must be borne."""


def obligation(name: str) -> str:
    """What an implementer owes at the event of that name; empty if nothing is declared.

    >>> obligation("client.poll.wake.verified")
    'The socket is taken for fine: go and stop.'
    """
    fits = [prefix for prefix in OBLIGATIONS if name == prefix or name.startswith(prefix + ".")]
    return OBLIGATIONS[max(fits, key=len)] if fits else ""
