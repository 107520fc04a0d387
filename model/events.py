"""Every event of the protocol, one row each: who does it, who takes part, what it prints, and what is owed of it.

Events stand in the order in which ties between equally short runs are broken: what people do, what the
client does, what the server does, what the network does, and faults last. What the columns mean stands at
:class:`mealspec.model.rows.Row`.

An obligation says what an implementer owes at the event; for faults, what must be borne. Mechanisms and events
stand in it in backticks, and what is said of a mechanism goes for the designs that have it.
"""

from __future__ import annotations

from functools import cache

from mealspec.core import Event, Kind
from mealspec.model.design import Design
from mealspec.model.mechanism import Mechanism as M
from mealspec.model.rows import EVERY, Each, Given, Only, Part, Piece, Row, read
from mealspec.model.scope import Scope

OWNERS = ("user", "client", "network", "server")
"""The lanes of a chart, left to right."""


def alphabet(design: Design, scope: Scope) -> tuple[Event, ...]:
    """The events of a design in a scope, fully declared."""
    return tuple(event for piece in pieces(scope) if (event := piece(design)) is not None)


@cache
def pieces(scope: Scope) -> tuple[Piece, ...]:
    """The events of all designs, in order, each as a function that asks a design for few mechanisms.

    So whoever wants the events of every design at once can ask event by event.
    """
    return tuple(read(TABLE, scope))


USER, FAULT = Kind.USER, Kind.FAULT

# ---------------------------------------------------------------------- what several rows share

LOADERS: tuple[Part, ...] = ("loader.appear", "loader.handler", "loader.poll", ("loader.connect", M.CATCH_UP))
DIALS: tuple[Part, ...] = ("service", "connection.{asked}", "flags", "screen", "notification.{ms}")
OUTCOME: tuple[Part, ...] = ("connection.{c}", "flags", ("service", M.CURRENT_SOCKET_ONLY))
ENDS, ENTRY, LOOKUP = ("connection.{c}", "service"), ("connection.{c}", "registry"), ("notification.{m}", "registry")
COPY, FAR_COPY, FAR_ENTRY = (
    ("notification.{m}", "connection.{c}"),
    ("notification.{m}", "device"),
    ("device", "registry"),
)
FINISH = ("job.{m}", "notification.{m}")

LOOKS, BOTH = Only(lacking=(M.POLL_UNTIL_TERMINAL,)), (M.POLL_NEEDS_BOTH, M.STATE_FLAGS)
"""A poll loop that asks about the socket before it loads; what it takes to ask both service and flag."""
CANCELS, TOKEN = M.SOCKET_STOPS_POLLING, M.GENERATION_TOKEN
STALE = Only((CANCELS,), (TOKEN,))
"""A cancelled poll task goes on."""

SAVED = "SaveMealLogUseCase: Successfully saved meal log with local ID"
STOPS = "NutritionViewModel: WebSocket connected, stopping polling"
NONE_LEFT = "NutritionViewModel: No processing meals, stopping polling"
SOCKET_FINE = "the service held {service} and the flags were {flags}"
NOTHING = "it saw no unfinished meal"

CANCELLED_SLEEP = (
    "Not to be built (F6): a cancelled sleep returns at once and the rest of the body runs; if it loads, that "
    "fails at once. `generation_token` ends it instead."
)
REGISTER = (
    "Enter the socket into the registry, with `connection_set` beside the user's others, else in place of them; "
    "only after that let `client.ready` be sent, and only after that look whether the client has gone."
)
NOTICE = (
    "When the close arrives, end the handler and remove its entry in one step, and with `connection_set` or "
    "`compare_and_delete` no other's; without them whatever is there goes (F1)."
)
EXPIRE = "Ping every registered socket; when an answer is late, end the handler and remove its entry, as for a close."
EVICT = "When a send fails, end the handler and remove its entry, as for a close; that copy is lost."
PUSH = (
    "After the result is stored, look the user up once, and send: to every connection that the registry holds "
    "(`push_to_all`), else to one of them. That it is sent does not say that it arrives."
)
VOID = "What is sent to a socket that is gone vanishes, and no error tells."
BREAK = "A connection may break with no word to either end, from its acceptance on."
SERVER_TOLD = "The server may hear of a break, soon, late or never; then it is as if the close had come."


def _load(
    origin: str,
    *,
    only: Given = EVERY,
    shown: tuple[Part, ...] = (),
    over: tuple[Part, ...] = (),
    lane: str = "view",
    then: str = "",
    after: str = "",
) -> tuple[Row | Each, ...]:
    """The rows of a load.

    ``shown`` and ``over`` take part, too, when its answer is shown and when it fails, ``lane`` is where charts
    show it, ``then`` and ``after`` are what is owed besides when it is shown and when it fails.
    """  # fmt: skip
    given, loads = {"origin": origin}, ("loader.{origin}", *over)
    return (
        Each("answer", (
            Row("client.apply.{origin}.{answer}", "{origin}: show {answer}", ("loader.{origin}", "view.{ms}", *shown),
                verb="refresh", arrow=("network", lane), only=only, given=given, action="client.apply.{origin}", refs="R5 R7 F11",
                obligation="Show what the answer says, though it may be old; with `terminal_absorbs` a meal that is shown as "
                           f"finished stays so.{then}"),
        )),
        Row("client.error.{origin}", "{origin}: server down", (*loads, "server"), needs="restart",
            verb="refresh", arrow=("network", lane), only=only, given=given, refs="R22 F12",
            obligation=f"The server is down: the load ends at once, and what is shown stays.{after}"),
        Row("client.offline.{origin}", "{origin}: offline", (*loads, "path"), needs="path",
            verb="refresh", arrow=("network", lane), only=only, given=given, refs="R21 F12",
            obligation=f"There is no network: the load ends at once, and what is shown stays.{after}"),
        Row("network.cut.{origin}", "{origin}: load fails", (*loads, "app"), kind=FAULT, needs="request",
            verb="lose", arrow=(lane, "network"), lost=True, only=only, given=given, refs="F12",
            obligation=f"A load may fail, on the way or its answer on the way back; what is shown stays.{after}"),
        Each("answer", (
            Row("server.read.{origin}.{answer}", "{origin}: read {answer}", ("loader.{origin}", "job.{ms}", "server", "path"),
                verb="refresh", arrow=("jobs", "network"), only=only, given=given, action="server.read.{origin}", refs="F11",
                obligation="Answer with what the database holds at that moment: absent, processing (until the work is over, "
                           "also if nobody works on it), completed or failed."),
        )),
    )  # fmt: skip


# ---------------------------------------------------------------------- the table

TABLE: tuple[Row | Each, ...] = (
    # What people do.
    Each("meal", (
        Row("user.submit.{m}", "save {m}",
            ("outbox.{m}", "view.{m}", ("flags", M.WAIT_BEFORE_SUBMIT), ("poller", M.POLL_ON_SUBMIT)), kind=USER,
            verb="submit", arrow=("user", "view"), prints=SAVED, refs="R11 R19 R28",
            obligation="Save the meal on the device at once, whatever the network does, and leave its upload to the outbox. "
                       "With `poll_on_submit` start polling in the same step. With `wait_before_submit` only while no connect "
                       "is in progress, else wait."),
        # The wait ends with the connect; its time limit may pass at any moment.
        Row("client.submit.{m}", "waited: save {m}", ("outbox.{m}", "view.{m}", "flags", ("poller", M.POLL_ON_SUBMIT)),
            verb="submit", only=M.WAIT_BEFORE_SUBMIT, prints=SAVED, refs="R11 R19 R28",
            obligation="As soon as connecting is lowered, save the waiting meal, as `user.submit` does."),
        Row("client.submit_anyway.{m}", "wait over: save {m}", ("outbox.{m}", "view.{m}", ("poller", M.POLL_ON_SUBMIT)),
            verb="submit", only=M.WAIT_BEFORE_SUBMIT, prints=SAVED, refs="R11 R19 R28",
            obligation="When its time limit has passed, save the waiting meal though the connect goes on."),
        Row("user.wait.{m}", "submit {m}: wait", ("outbox.{m}", "flags"), kind=USER,
            verb="submit", arrow=("user", "view"), only=M.WAIT_BEFORE_SUBMIT, refs="R28",
            obligation="While connecting is raised, hold the submission back, and start its time limit."),
    )),
    Each("dial", (
        Row("user.reconnect.{old}.{new}", "reconnect: dial {new}", DIALS, kind=USER,
            verb="reconnect", arrow=("user", "socket"), only=M.RECONNECT,
            prints="NutritionViewModel: Manually reconnecting WebSocket...", refs="R8",
            obligation="At any time while the screen is shown, also during another connect: lower connected, raise connecting, "
                       "close the socket that the library holds (`close_before_dial`), dial. It ends as a connect does."),
    )),
    Each("held", (
        Row("user.leave.{old}", "close screen", ("screen", "service", "flags", "poller", "connection.{cs}", *LOADERS, "view.{ms}"),
            kind=USER, needs="screen", verb="leave", arrow=("user", "view"), refs="R9",
            obligation="In one step: end the poll task, one that is cancelled and still alive, every load and whoever awaits a "
                       "dial; close the socket; lower both flags."),
    )),
    Row("client.return", "back on screen", ("screen", "loader.appear", ("poller", M.POLL_ON_APPEAR)), kind=USER,
        verb="appear", arrow=("view", "network"), only=M.CONNECT_ON_RETURN, refs="R2",
        obligation="As on the first appearance: load the list, drop what an earlier such load was told, connect. With "
                   "`poll_on_appear` start polling if no task runs."),
    Row("user.background", "suspend app", ("app",), kind=USER, needs="background",
        verb="background", arrow=("user", "view"), refs="R20 F7",
        obligation="No code runs from here on: no timer, no poll, no answer to a ping. Do not count on any socket."),
    Row("user.foreground", "resume app", ("app", ("loader.appear", M.PROBE_ON_FOREGROUND)), kind=USER, needs="background",
        verb="foreground", arrow=("user", "view"), refs="R20 F7",
        obligation="Run on; a socket from before may be dead without a word. With `probe_on_foreground` load the list at "
                   "once, and probe the socket with a deadline."),
    Each("device", (
        Row("user.join.{d}", "{d} connects", ("device", "server", "notification.{ms}"), kind=USER, needs="device",
            verb="elsewhere", arrow=("device", "registry"), refs="F14",
            obligation="Another device of the same user connects: the registry holds users, and must hold every socket of "
                       "theirs (`connection_set`)."),
        Row("user.quit.{d}", "{d} closes", ("device",), kind=USER, needs="device",
            verb="elsewhere", arrow=("device", "network"), refs="F14",
            obligation="Another device closes its socket: its handler must leave the entries of all others alone."),
    )),
    Each("meal", (
        Row("user.archive.{m}", "done with {m}",
            ("outbox.{m}", "receipt.{m}", "job.{m}", "notification.{m}", "view.{m}", *LOADERS), kind=USER,
            verb="archive", arrow=("user", "view"),
            obligation="Nothing to build: the model forgets a finished meal that is shown, once nothing of it is under way, "
                       "so that its name can be used again."),
    )),

    # What the client does: dials, and how they end.
    Row("client.appear", "screen appears: load", ("screen", "poller", "loader.appear"),
        verb="appear", arrow=("view", "network"), refs="R15",
        obligation="Load the list once, beside the connect and not after it. With `poll_on_appear` start polling."),
    Each("dial", (
        Row("client.connect.{old}.{new}", "connect: dial {new}", DIALS, action="client.connect",
            verb="connect", arrow=("view", "socket"), prints="NutritionViewModel: Connecting to WebSocket...", refs="R2 R15",
            obligation="The screen's connect task; with `connect_guard` only while connecting is lowered. Raise connecting, "
                       "leave connected as it is, close the socket that the library holds (`close_before_dial`), dial."),
    )),
    Each("dial", (
        Row("client.heal.{old}.{new}", "health check: dial {new}", DIALS, action="client.heal", only=M.HEALTH_CHECK,
            verb="reconnect", arrow=("view", "socket"), prints="Warning: Connection state mismatch", refs="R25",
            obligation="While the screen is shown, look now and then: if the flag says connected and the library does not, "
                       "lower connected, raise connecting, dial."),
    )),
    Each("first dial", (
        Row("client.redial.{old}.{new}", "redial {new}", DIALS, action="client.redial", only=M.AUTO_RECONNECT,
            verb="reconnect", arrow=("view", "socket"), refs="R18 F10",
            obligation="Whenever the screen is shown, the library holds no socket and connecting is lowered: lower connected, "
                       "raise connecting, dial. Never give this up; back off between tries."),
    )),
    Row("client.skip_connect", "already connecting", ("screen", "flags"), only=M.CONNECT_GUARD,
        verb="connect", prints="NutritionViewModel: WebSocket connection already in progress", refs="R2 F5",
        obligation="While connecting is raised, do nothing: do not dial, do not touch the flags."),
    Each("connection", (
        Row("client.open.{c}", "{c} open", ("connection.{c}", ("service", Only(lacking=(M.READY_ACK,)))),
            verb="open", arrow=("registry", "socket"), refs="F4",
            obligation="The handshake is done, which does not say that the server can route to the socket. With `ready_ack` "
                       "tell nobody, and wait for ready; without it the library says connected, if it still holds this socket, "
                       "and the dial has succeeded."),
        Row("client.ready.{c}", "{c} ready", ENDS, only=M.READY_ACK,
            verb="open", arrow=("registry", "socket"), refs="F4 R30",
            obligation="Only now may the library say connected, if it still holds this socket, and the dial has succeeded."),
        Row("client.connected.{c}", "flag: connected ({c})",
            (*OUTCOME, ("poller", CANCELS), ("loader.poll", CANCELS), ("loader.connect", M.CATCH_UP)),
            action="client.outcome.{c}", verb="learn", arrow=("socket", "view"),
            prints="NutritionViewModel: ✅ WebSocket connected", refs="R3",
            obligation="Raise connected, lower connecting. What was skipped before the server could route to the socket is not "
                       "sent again: fetch it here (`catch_up`), or go on polling until it is shown (`client.poll.wake.anyway`). "
                       "With `socket_stops_polling` stop polling here, fetched or not. With `current_socket_only` all this only "
                       "if the library holds this socket and says connected."),
        Row("client.failed.{c}", "flag: failed ({c})", (*OUTCOME, ("poller", M.POLL_ON_CONNECT_FAILURE)),
            action="client.outcome.{c}", verb="learn", arrow=("socket", "view"),
            prints="NutritionViewModel: ❌ Failed to connect", refs="R4",
            obligation="Lower both flags; with `poll_on_connect_failure` start polling. With `current_socket_only` only while "
                       "the library holds no socket, and then also for a dial that succeeded and whose socket is gone since."),
        Each("connection, of several", (
            Row("client.superseded.{c}", "ignore {c}'s outcome", ENDS, only=M.CURRENT_SOCKET_ONLY,
                action="client.outcome.{c}", verb="learn", refs="F5",
                obligation="The library holds another socket by now: forget the outcome of this dial, good or bad, and touch "
                           "neither flags nor polling."),
        )),
        Row("client.give_up.{c}", "give {c} up", ENDS, verb="open", refs="R4",
            obligation="Limit every dial in time, with `ready_ack` until ready has come. When the limit passes, close that "
                       "end, let go of the socket, and tell whoever awaits the dial that it failed."),
        Row("client.refused.{c}", "{c} refused", (*ENDS, "server"), needs="restart",
            verb="refuse", arrow=("registry", "socket"), refs="R22",
            obligation="While the server is down a dial fails at once: let go of the socket, and tell whoever awaits the dial."),
        Row("client.unreachable.{c}", "{c}: no network", (*ENDS, "path"), needs="path",
            verb="refuse", arrow=("network", "socket"), refs="R21",
            obligation="Without a network a dial fails at once instead of hanging: let go of the socket, and tell whoever "
                       "awaits the dial."),
        Row("client.hear_close.{c}", "{c} closed by server", ENDS, verb="notice", arrow=("registry", "socket"), refs="R22",
            obligation="When the close arrives, the library holds no socket and says not connected; the view model's flags "
                       "stay as they are. A dial that still waits for ready has failed."),
        Row("client.expire.{c}", "no pong on {c}: close", ENDS, only=M.CLIENT_PING, verb="notice", refs="R10 F2",
            obligation="Ping while connected; when an answer is late, close the socket: the library holds none and says not "
                       "connected, the view model's flags stay as they are."),
        Row("client.probe_dead.{c}", "probe: {c} dead", (*ENDS, "app"), needs="background", only=M.PROBE_ON_FOREGROUND,
            verb="probe", refs="F7",
            obligation="A probe that is not answered in time: close the socket, as for a late answer to a ping."),
        Row("client.probe_alive.{c}", "probe: {c} alive", (*ENDS, "app"), needs="background", only=M.PROBE_ON_FOREGROUND,
            verb="probe", refs="F7", obligation="A probe that is answered: keep the socket."),
    )),
    Row("client.probe_none", "probe: no socket", ("service", "app"), needs="background", only=M.PROBE_ON_FOREGROUND,
        verb="probe", refs="F7", obligation="Where the library says not connected there is nothing to probe."),
    Each("held", (
        Row("client.follow_path.{old}", "path changed: let go", ("path", "service", "screen", "connection.{olds}"),
            needs="path", action="client.follow_path", only=M.DIAL_ON_PATH_CHANGE,
            verb="reconnect", arrow=("network", "socket"), refs="R21 F8",
            obligation="When the network path has changed, close the socket that the library holds. This dials no other: that "
                       "is left to `client.redial` or the button."),
    )),
    Row("client.notice_drop", "drop: clear flag, poll", ("flags", "service", "poller"), only=M.POLL_ON_DROP,
        verb="notice", arrow=("socket", "view"), refs="R31 F3",
        obligation="When the library holds no socket and the flag says connected, lower it and start polling."),
    Row("client.ping", "ping", ("service",),
        verb="ping", arrow=("socket", "network"), prints="MealLogWebSocketClient: 🏓 Ping sent successfully", refs="R10",
        obligation="Ping while the library says connected. That a ping was sent proves nothing; only its answer does, see "
                   "`client.expire`."),

    # Uploads, messages and loads, with what the server and the network do to them.
    Each("meal", (
        Row("client.upload.{m}", "upload {m}", ("outbox.{m}",), verb="upload", arrow=("view", "network"), refs="R11",
            obligation="Send a saved meal, and again whenever that fails, until it is answered; always with the same key, by "
                       "which `server.take` can tell a repetition."),
        Row("client.uploaded.{m}", "uploaded {m}", ("outbox.{m}",), verb="upload", arrow=("network", "view"),
            prints="OutboxProcessor: ✅ Meal log uploaded successfully - Backend ID", refs="R11",
            obligation="Stop sending only when the answer has come."),
        Row("server.take.{m}", "201: queue {m}", ("outbox.{m}", "receipt.{m}", "job.{m}", "server", "path"),
            verb="upload", arrow=("network", "jobs"), prints="POST /api/v1/meal-logs/natural - 201", refs="R11",
            obligation="Store the meal and queue its work, then answer 201. With `idempotent_upload` a repetition is "
                       "recognised by its key, and answered in the same way without a second meal."),
        Row("server.refuse_upload.{m}", "refuse {m}", ("outbox.{m}", "server"), needs="restart",
            verb="refuse", arrow=("jobs", "view"), refs="R22",
            obligation="While the server is down the upload fails; the outbox keeps the meal and sends it again."),
        Row("network.refuse_upload.{m}", "no network: {m}", ("outbox.{m}", "path"), needs="path",
            verb="refuse", arrow=("network", "view"), refs="R21",
            obligation="Without a network the upload fails at once; the outbox keeps the meal and sends it again."),
    )),
    Each("meal", (
        Each("connection", (
            Row("client.receive.{m}.{c}", "message {m}: load", (*COPY, "loader.handler", "flags"),
                verb="receive", arrow=("network", "view"), refs="R5 R6",
                obligation="Load the list: the message says that something is new, not what. One message at a time, the next "
                           "waits for this one's load to be over; the same one may come twice. With `verify_on_message` raise "
                           "connected."),
            Row("network.void.{m}.{c}", "{m} into the void ({c})", COPY,
                verb="receive", arrow=("network", "socket"), lost=True, refs="F2",
                because="nobody was at the other end of {c}, which was {connection.{c}}", instead="client.receive.{m}.{c}",
                obligation=VOID),
        )),
    )),
    *_load("appear"),
    *_load("handler",
           shown=(("poller", CANCELS), ("loader.poll", CANCELS)),
           over=tuple((each, Only((CANCELS,), (M.RETRY_REFRESH,))) for each in ("poller", "loader.poll")),
           then=" With `socket_stops_polling` stop polling then.",
           after=" With `retry_refresh` send it again; else the handler is over, and with `socket_stops_polling` it stops "
                 "polling all the same."),
    *_load("poll", shown=("poller",), over=("poller",), lane="poller", then=" Then look for unfinished meals.",
           after=" Then look for unfinished meals, as after an answer."),
    *_load("connect", only=M.CATCH_UP),

    # Poll tasks: the current one, and cancelled ones.
    Row("client.stale.end", "stale poll ends", ("poller",), verb="poll_stale", refs="F6",
        only=Only((TOKEN,), (), (CANCELS, M.POLL_ON_CONNECT_FAILURE, M.POLL_ON_SUBMIT, M.POLL_ON_DROP, M.POLL_ON_APPEAR)),
        obligation="A task that is not the current one any more ends at its next step: after every await it looks, before it "
                   "does anything else."),
    Row("client.poll.wake.{wake}", "poll: socket fine: stop", ("poller", "service", ("flags", M.POLL_NEEDS_BOTH)),
        given={"wake": "verified"}, only=LOOKS, action="client.poll.wake", verb="poll", arrow=("poller", "poller"),
        prints=STOPS, because=SOCKET_FINE, refs="R7",
        obligation="After the sleep, the library says connected and so does the flag (`poll_needs_both`): decide to stop, and "
                   "load no more."),
    Row("client.poll.wake.{wake}", "poll: load", ("poller", "service", "loader.poll"),
        given={"wake": "service_down"}, only=LOOKS, action="client.poll.wake", verb="poll", arrow=("poller", "network"), refs="R7",
        obligation="After the sleep, the library says not connected: load."),
    Row("client.poll.wake.{wake}", "poll: load", ("poller", "service", "flags", "loader.poll"),
        given={"wake": "unflagged"}, only=Only(BOTH, LOOKS.lacking), action="client.poll.wake",
        verb="poll", arrow=("poller", "network"), refs="R7",
        obligation="After the sleep, the library says connected and the flag does not: load."),
    Row("client.poll.wake.{wake}", "poll: load", ("poller", "loader.poll"),
        given={"wake": "anyway"}, only=M.POLL_UNTIL_TERMINAL, action="client.poll.wake",
        verb="poll", arrow=("poller", "network"), refs="R7",
        obligation="After the sleep load, whatever the socket says."),
    Row("client.poll.check.done", "poll: none left", ("poller", "view.{ms}"), action="client.poll.check",
        verb="poll", prints=NONE_LEFT, because=NOTHING, refs="R7 F12",
        obligation="No meal is unfinished, as far as the list shows: decide to stop. With `poll_until_terminal` a meal that is "
                   "submitted and not listed yet is unfinished; without it, it is overlooked."),
    Each("meal", (  # the first one that is not finished
        Row("client.poll.check.{m}", "poll: {m} unfinished", ("poller", "view.{first}"), action="client.poll.check",
            verb="poll", refs="R7",
            obligation="This meal is unfinished: it is listed as processing, or with `poll_until_terminal` submitted and not "
                       "listed yet. Sleep again."),
    )),
    Row("client.poll.stop", "poll: stopPolling()", ("poller",), verb="poll", refs="R7 F6",
        obligation="Stop, in a step after the decision. Who starts polling between the two must get a task of its own, which "
                   "this step leaves alone (`generation_token`); without that the start is lost."),
    Row("client.stale.wake.{wake}", "stale poll: socket fine: stop", ("poller", "service", ("flags", M.POLL_NEEDS_BOTH)),
        given={"wake": "verified"}, only=Only(STALE.having, (*STALE.lacking, *LOOKS.lacking)), action="client.stale.wake",
        verb="poll_stale", prints=STOPS, because=SOCKET_FINE, refs="R7", obligation=CANCELLED_SLEEP),
    Row("client.stale.wake.{wake}", "stale poll: load", ("poller", "service"),
        given={"wake": "service_down"}, only=Only(STALE.having, (*STALE.lacking, *LOOKS.lacking)), action="client.stale.wake",
        verb="poll_stale", refs="R7", obligation=CANCELLED_SLEEP),
    Row("client.stale.wake.{wake}", "stale poll: load", ("poller", "service", "flags"),
        given={"wake": "unflagged"}, only=Only((*STALE.having, *BOTH), (*STALE.lacking, *LOOKS.lacking)),
        action="client.stale.wake", verb="poll_stale", refs="R7", obligation=CANCELLED_SLEEP),
    Row("client.stale.wake.{wake}", "stale poll: load", ("poller",),
        given={"wake": "anyway"}, only=Only((*STALE.having, M.POLL_UNTIL_TERMINAL), STALE.lacking), action="client.stale.wake",
        verb="poll_stale", refs="R7", obligation=CANCELLED_SLEEP),
    Row("client.stale.check.done", "stale poll: none left", ("poller", "view.{ms}"), action="client.stale.check", only=STALE,
        verb="poll_stale", prints=NONE_LEFT, because=NOTHING, refs="R7 F12",
        obligation="Not to be built (F6): the cancelled task sees nothing unfinished, and decides to stop polling."),
    Each("meal", (
        Row("client.stale.check.{m}", "stale poll: {m} unfinished", ("poller", "view.{first}"), action="client.stale.check",
            only=STALE, verb="poll_stale", refs="R7",
            obligation="Not to be built (F6): the cancelled task sees an unfinished meal, and ends only then."),
    )),
    Row("client.stale.stop", "stale poll: stopPolling()", ("poller", "loader.poll"), only=STALE, verb="poll_stale", refs="R7 F6",
        obligation="Not to be built (F6): the cancelled task stops polling, and so cancels whoever is current."),

    # What the server does: handlers, work and notifications.
    Each("connection", (
        Row("server.accept.{c}", "accept {c}", ("connection.{c}", "server", "path"),
            verb="accept", arrow=("socket", "registry"), refs="F4",
            obligation="Answer the handshake. From here on the client may take the socket for open, though nobody can route "
                       "to it yet."),
        Row("server.register.{c}", "register {c}", ENTRY, verb="accept", refs="R13 F4", obligation=REGISTER),
        Row("server.notice.{c}", "{c} closed: unregister", ENTRY,
            verb="notice", arrow=("socket", "registry"), refs="F1", obligation=NOTICE),
        Row("server.expire.{c}", "no pong on {c}: unregister", ENTRY, only=M.SERVER_PING,
            verb="notice", refs="F2", obligation=EXPIRE),
        Row("server.expire_suspended.{c}", "no pong on {c}: unregister", (*ENTRY, "app"), needs="background",
            only=M.SERVER_PING, verb="notice", refs="F7",
            obligation="A suspended client answers no ping though the path is fine: end the handler and remove its entry, as "
                       "for a close."),
        Each("meal", (
            Row("server.evict.{m}.{c}", "send fails: unregister {c}", (*ENTRY, "notification.{m}"),
                only=M.EVICT_ON_FAILED_SEND, verb="notice", refs="F2", obligation=EVICT),
        )),
    )),
    Each("device", (
        Row("server.register.{d}", "register {d}", FAR_ENTRY, needs="device", verb="accept", refs="R13 F14", obligation=REGISTER),
        Row("server.notice.{d}", "{d} closed: unregister", FAR_ENTRY, needs="device",
            verb="notice", arrow=("device", "registry"), refs="F1 F14", obligation=NOTICE),
        Row("server.expire.{d}", "no pong on {d}: unregister", FAR_ENTRY, needs="device", only=M.SERVER_PING,
            verb="notice", refs="F2", obligation=EXPIRE),
        Each("meal", (
            Row("network.deliver.{m}.{d}", "{m} reaches {d}", FAR_COPY, needs="device", verb="elsewhere",
                arrow=("network", "device"), refs="F14",
                obligation="What another device has received is still owed to this one."),
            Row("network.void.{m}.{d}", "{m} into the void ({d})", FAR_COPY, needs="device",
                verb="receive", arrow=("network", "device"), lost=True, refs="F2", obligation=VOID),
            Row("server.evict.{m}.{d}", "send fails: unregister {d}", (*FAR_ENTRY, "notification.{m}"), needs="device",
                only=M.EVICT_ON_FAILED_SEND, verb="notice", refs="F2", obligation=EVICT),
        )),
    )),
    Each("meal", (
        Row("server.start.{m}", "process {m}", ("job.{m}",),
            verb="complete", prints="[MealLogAI] Processing meal log", refs="R12", obligation="Take queued work up."),
        Row("server.complete.{m}", "complete {m}", FINISH,
            verb="complete", arrow=("jobs", "registry"), prints="[MealLogAI] Successfully completed processing", refs="R12",
            obligation="Store the result, and then owe its notification."),
        Each("target", (
            Row("server.push.{m}.{to}", "push {m} to {to}", LOOKUP, action="server.lookup.{m}",
                verb="push", arrow=("registry", "network"), refs="R13", obligation=PUSH),
        )),
        Each("targets", (
            Row("server.push.{m}.{to}", "push {m} to {to}", LOOKUP, action="server.lookup.{m}",
                only=Only((M.CONNECTION_SET, M.PUSH_TO_ALL)),
                verb="push", arrow=("registry", "network"), refs="R13", obligation=PUSH),
        )),
        Row("server.skip.{m}", "skip {m}", LOOKUP, action="server.lookup.{m}",
            verb="skip", arrow=("registry", "network"), lost=True, refs="R13",
            prints="User {user} not connected to WebSocket, skipping notification",
            because="the registry held {registry}", instead="server.push.{m}",
            obligation="The registry holds nobody: log it and send nothing. Nothing but `server.replay` makes it good; without "
                       "that the result must reach the screen by a load."),
        Each("connection", (
            Row("server.replay.{m}.{c}", "replay {m} to {c}", LOOKUP, only=M.REPLAY_FROM_CURSOR,
                verb="push", arrow=("registry", "network"), refs="F3",
                obligation="What was skipped or lost, or died with the process, is sent again to a registered connection."),
        )),
    )),
    Row("server.boot", "server up", ("server", "job.{ms}"), needs="restart", verb="restart", refs="R22 F9",
        obligation="Come up with an empty registry. With `job_reconciliation` queue again whatever the last life left "
                   "unfinished."),

    # What the network does, and what goes wrong.
    Row("network.restore_path", "network is back", ("path",), needs="path", verb="change_path", refs="R21",
        obligation="The network comes back; the sockets from before stay dead."),
    Each("connection", (
        Row("network.fail_dial.{c}", "dial {c} fails", (*ENDS, "app"), kind=FAULT, needs="dial",
            verb="drop", arrow=("socket", "network"), lost=True, refs="R4",
            obligation="A dial may fail until it is open; whoever awaits it is told."),
        Row("network.break.{c}", "{c} breaks silently", ("connection.{c}",), kind=FAULT, needs="break",
            verb="drop", refs="F2", obligation=BREAK),
        Row("network.tell_client.{c}", "client hears: {c} dead", (*ENDS, "app"), kind=FAULT, needs="break",
            verb="drop", arrow=("network", "socket"), refs="F2",
            obligation="The client may hear of a break, soon, late or never; then it is as if the close had come."),
        Row("network.tell_server.{c}", "server hears: {c} dead", ENTRY, kind=FAULT, needs="break",
            verb="drop", arrow=("network", "registry"), refs="F2", obligation=SERVER_TOLD),
    )),
    Each("device", (
        Row("network.break.{d}", "{d} breaks silently", ("device",), kind=FAULT, needs="break",
            verb="drop", refs="F2", obligation=BREAK),
        Row("network.tell_server.{d}", "server hears: {d} dead", FAR_ENTRY, kind=FAULT, needs="break",
            verb="drop", arrow=("network", "registry"), refs="F2", obligation=SERVER_TOLD),
    )),
    Each("meal", (
        Row("network.cut_upload.{m}", "upload {m} lost", ("outbox.{m}",), kind=FAULT, needs="upload",
            verb="lose", arrow=("view", "network"), lost=True, refs="F15",
            obligation="An upload may be lost on the way, or its answer after the server has taken the meal; the outbox sends "
                       "it again."),
        Each("connection", (
            Row("network.lose.{m}.{c}", "{m} lost on {c}", COPY, kind=FAULT, needs="push",
                verb="lose", arrow=("network", "socket"), lost=True, refs="F2",
                obligation="A message may be lost on a socket that is fine."),
        )),
    )),
    Row("network.change_path", "path changes", ("path", "connection.{cs}"), kind=FAULT, needs="path",
        verb="change_path", refs="R21 F8", obligation="A change of the path kills every socket and tells no one."),
    Row("network.lose_path", "no network", ("path", "connection.{cs}"), kind=FAULT, needs="path",
        verb="change_path", refs="R21",
        obligation="Every socket is dead and no one is told; until the network is back nothing is reached."),
    Row("network.reclaim", "sockets reclaimed", ("app", "connection.{cs}"), kind=FAULT, needs="background",
        verb="drop", refs="F7",
        obligation="The system may take away the sockets of a suspended app, with no word to either end."),
    Row("server.crash", "server dies",
        ("server", "registry", "connection.{cs}", "job.{ms}", "notification.{ms}", "{devices}"), kind=FAULT, needs="restart",
        verb="restart", refs="R22 F9",
        obligation="The registry and every handler are gone, unfinished work is left as it is, and what was owed and not yet "
                   "sent never will be."),
    Each("meal", (
        Row("server.fail.{m}", "fail {m}", FINISH, kind=FAULT, needs="job",
            verb="fail", arrow=("jobs", "registry"), refs="R12 F13",
            obligation="Store the failure, and with `failure_notifications` then owe its notification."),
    )),
)  # fmt: skip
