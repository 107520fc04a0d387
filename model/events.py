"""Every event of the protocol, one row each: who does it, who takes part, what it prints, and what is owed of it.

Events stand in the order in which ties between equally short runs are broken: what people do, what the
client does, what the server does, what the network does, and faults last. What the columns mean stands at
:class:`mealspec.model.rows.Row`.

Prompt is what comes within milliseconds of becoming possible: the next step of a handshake; an answer, a refusal or a
message that is on its way, or its loss; code that is due, because somebody waited for just this, was cancelled or reads
what is stored. Everything else takes its time: people, work, sleeps and the timers of outbox and sync, pings and whatever
waits for a deadline, back-offs and redials, the end of an entry, and faults that befall what is not under way.

An obligation says what an implementer owes at the event; for faults, what must be borne. Mechanisms and events
stand in it in backticks, and what is said of a mechanism goes for the designs that have it.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from mealspec.core import Event, Kind
from mealspec.model.design import Design
from mealspec.model.mechanism import Mechanism as M
from mealspec.model.rows import EVERY, Each, Given, Only, Part, Piece, Row, read
from mealspec.model.scope import Scope
from mealspec.model.values import RESULTS

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

LOCAL = M.LOCAL_STORE
ASKS = Only(lacking=(LOCAL,))
"""A load asks the backend."""
LOADERS: tuple[Part, ...] = (
    "loader.appear", "loader.handler", "loader.poll", ("loader.connect", M.CATCH_UP), ("loader.sync", LOCAL),
)  # fmt: skip
DIALS: tuple[Part, ...] = ("service", "connection.{asked}", "flags", "screen", "notification.{ms}")
TIMED = M.TIMED_CONNECT
UNTIMED = Only(lacking=(TIMED,))
"""The outcome of a dial is told when it is there, and not after half a second."""
OUTCOME: tuple[Part, ...] = ("connection.{c}", "flags", ("service", Only(some=(M.CURRENT_SOCKET_ONLY, TIMED))))
ENDS, ENTRY, LOOKUP = ("connection.{c}", "service"), ("connection.{c}", "registry"), ("notification.{m}", "registry")
COPY, FAR_COPY, FAR_ENTRY = (
    ("notification.{m}", "connection.{c}"),
    ("notification.{m}", "device"),
    ("device", "registry"),
)
FINISH = ("job.{m}", "notification.{m}")

LOOKS, BOTH = Only(lacking=(M.POLL_UNTIL_TERMINAL,)), (M.POLL_NEEDS_BOTH, M.STATE_FLAGS)
"""A poll loop that asks about the socket before it loads; what it takes to ask both service and flag."""
CONNECT_STOPS, MESSAGE_STOPS, TOKEN = M.CONNECT_STOPS_POLLING, M.MESSAGE_STOPS_POLLING, M.GENERATION_TOKEN
CANCELLED = Only(some=(CONNECT_STOPS, MESSAGE_STOPS))
"""There are cancelled poll tasks."""
RUNS_ON = CANCELLED._replace(lacking=(TOKEN, M.CANCEL_CHECK))
"""One whose sleep was cut short goes on."""
ROGUE = Only((M.ANY_TASK_LOWERS, LOCAL), (TOKEN,))
"""A poll task whose handle is lost polls on."""
SPLIT = M.UNISOLATED
ASKED, AWAITS = M.POLL_UNLESS_CONNECTED, M.SAVE_AWAITS_UPLOAD
SYNCS = Only((LOCAL,), (), (M.BACKGROUND_SYNC, M.PULL_TO_REFRESH))
NEVER = Only((LOCAL,), (LOCAL,))
KEPT = Only(lacking=(M.KEEP_ON_FAILURE,))
"""A load that fails empties the list."""

SAVED = (
    "SaveMealLogUseCase: Successfully saved meal log with local ID: {id}",
    "NutritionViewModel: Saving meal log", "NutritionViewModel: 🍽️ Saving meal log at {time}",
)  # fmt: skip
STOPS = "NutritionViewModel: WebSocket connected, stopping polling"
"""The poll task's own words, at the end of a sleep; whoever stops it from outside says more, or less (E43)."""
POLLS = "NutritionViewModel: 🔄 Polling: Refreshing meals..."
CONNECTING = (
    "NutritionViewModel: Connecting to WebSocket...", "NutritionViewModel: Connecting to WebSocket for /ws/meal-logs...",
)  # fmt: skip
CONNECTED = (
    "NutritionViewModel: ✅ WebSocket connected", "NutritionViewModel: ✅ WebSocket connected and subscribed to meal log events",
    "NutritionViewModel: ✅ WebSocket reconnected successfully", "NutritionViewModel: WebSocket connected, stopping polling fallback",
    "NutritionViewModel: WebSocket reconnected, stopping polling fallback",
)  # fmt: skip
"""What connect and reconnect say; they share their code (Solutions 2 and 5), and an event says not whose it is."""
NOT_CONNECTED = (
    "NutritionViewModel: ❌ Failed to connect: {error}", "NutritionViewModel: ❌ Failed to connect to WebSocket: {error}",
    "NutritionViewModel: ❌ Failed to reconnect: {error}", "NutritionViewModel: ❌ Failed to reconnect WebSocket: {error}",
)  # fmt: skip
PINGED = (
    "MealLogWebSocketClient: 🏓 Ping sent successfully",
    "MealLogWebSocketClient: ✅ Application ping sent successfully at {time}",
)
PONGED = (
    "MealLogWebSocketClient: ✅ Pong received (connection alive)",
    "MealLogWebSocketClient: ✅ Pong received at {time}",
)
HANDLED = ("NutritionViewModel: 📩 Meal log completed", "NutritionViewModel: ❌ Meal log failed")
REGISTERED = "WebSocket connected: user={user}"
RETURNED = ("GET /ws/meal-logs - 000 0B", "GET /ws/meal-logs?{query} - 000 0B")
"""The access log's line, which is printed when the handler function returns (E38)."""
HANDLER_ENDS: dict[str, Any] = {
    "prints": RETURNED,
    "prints_in": Only(lacking=(M.READER_OUTLIVES_HANDLER,)),
    "log": "server",
}
"""Where the handler function is the reader, it returns when the socket ends."""
STARTED = (
    "[MealLogAI] Processing meal log {id}", "[MealLogAI] Processing meal log {id} for user {user}",
    "[EventDispatcher] Processing event meal_log.created",
)  # fmt: skip
SKIPPED = (
    "User {user} not connected to WebSocket, skipping notification",
    "[MealLogAI] User {user} not connected to WebSocket, skipping notification",
)  # fmt: skip
UPLOADED = (
    "OutboxProcessor: ✅ Meal log uploaded successfully - Backend ID: {id}", "OutboxProcessor: ✅ Meal log uploaded successfully",
    "NutritionAPIClient: ✅ Meal log submitted successfully", "NutritionAPIClient: ✅ Meal log submitted successfully - ID: {id}",
)  # fmt: skip
TAKEN = ("POST /api/v1/meal-logs/natural - 201 ({time})", "POST /api/v1/meal-logs/natural - 201")
NONE_LEFT = "NutritionViewModel: No processing meals, stopping polling"
SOCKET_FINE = "the service held {service} and the flags were {flags}"
NOTHING = "it saw no unfinished meal"
LEFT = {"done": "none left", "any": "go on", "{m}": "{m} unfinished"}
SHOW = "Show what the answer says, though it may be old; with `terminal_absorbs` a meal that is shown as finished stays so."
FAILED = "With `keep_on_failure` what is shown stays; without it the list is emptied, and an error text shown (E4)."
LATE = (
    "Not to be built (F6): the task is cancelled and its answer is already there, so it is shown, and the task looks at "
    "the list; if that shows nothing unfinished it stops polling, and so cancels whoever is current. With "
    "`generation_token` it ends instead of looking."
)

CANCELLED_SLEEP = (
    "Not to be built (F6): a cancelled sleep returns at once and the rest of the body runs: it stops polling, and so "
    "cancels whoever is current, or it loads. `cancel_check` and `generation_token` end it instead."
)
CANCELLED_LOAD = (
    "Not to be built (F6): a cancelled task's request fails at once. It looks at the list all the same; if that shows "
    "nothing unfinished it stops polling, and so cancels whoever is current. With `generation_token` it ends instead."
)
RETRIED = " With `retry_refresh` send it again."
NONE_UNFINISHED = (
    "Then look at the list: no meal is unfinished, as far as it shows, so stop polling in the same step. With "
    "`poll_until_terminal` a meal that is submitted and not listed is unfinished; without it, it is overlooked."
)
ONE_UNFINISHED = (
    "Then look at the list: this meal is unfinished, so sleep again. It is listed as processing, or with "
    "`poll_until_terminal` submitted and not listed."
)
CLOSES_OTHERS: tuple[Part, ...] = (("connection.{cs}", M.REPLACE_AND_CLOSE), ("{devices}", M.REPLACE_AND_CLOSE))
CONNECT = (
    "The screen's connect task; with `connect_guard` only while connecting is lowered. Raise connecting, leave connected as "
    "it is, close the socket that the library holds (`close_before_dial`), dial."
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


def _messages(tail: str, more: tuple[Part, ...], only: Only, result: str = "") -> tuple[Row, ...]:
    """The rows by which a message is handled; with a tail it is a completed or a failed one."""
    given = {"result": result} if result else {}
    takes: tuple[Part, ...] = (*COPY, ("service", M.LATE_SUBSCRIPTION), "models", *more)
    return (
        Row("client.receive.{m}.{c}" + tail, "message {m}: load", (*takes, "loader.handler", "flags"), only=only, given=given,
            prompt=True, verb="receive", arrow=("network", "view"), refs="R5 R6 E29", prints={"completed": HANDLED[0], "failed": HANDLED[1]}.get(result, HANDLED),
            obligation="Load the list: the message says that something is new, not what. One message at a time, the next "
                       "waits for this one's load to be over; the same one may come twice. With `verify_on_message` raise "
                       "connected. With `store_payload` and `store_failure` store what it says first, if its meal is known."),
        Row("client.receive_twin.{m}.{c}" + tail, "message {m}: the other view model", takes, needs="twin", given=given,
            only=_and(only, Only(lacking=(M.ONE_SUBSCRIBER,))), prompt=True, verb="receive", arrow=("network", "socket"), refs="F18 E25",
            obligation="Not to be built: the message is handled once for each subscription, by the view model that came last; "
                       "the list that is shown is not loaded, and its flag and its poll loop hear of nothing."),
    )  # fmt: skip


def _and(one: Only, other: Only) -> Only:
    """The designs of both; at most one of the two says which of several must be there."""
    return Only(one.having + other.having, one.lacking + other.lacking, one.some or other.some)


def _saves(tail: str, only: Only, polls: Given, service: str = "") -> tuple[Row, ...]:
    """The rows by which a meal is saved, at once or after a wait; with a tail the service is asked."""
    takes: tuple[Part, ...] = (
        "outbox.{m}", "view.{m}", ("poller", polls), *(["service"] if tail else []), ("store.{m}", LOCAL), ("save.{m}", AWAITS)
    )  # fmt: skip
    waits, given = Only((*only.having, M.WAIT_BEFORE_SUBMIT), only.lacking), {"service": service}
    return (
        Row("user.submit.{m}" + tail, "save {m}", (*takes, ("flags", M.WAIT_BEFORE_SUBMIT), ("screen", M.DIAL_AT_LOGIN)), kind=USER, only=only, given=given,
            verb="submit", arrow=("user", "view"), prints=SAVED, refs="R11 R19 R28 E6",
            obligation="Save the meal on the device at once, whatever the network does, and leave its upload to the outbox. "
                       "With `poll_on_submit` start polling in the same step, with `poll_unless_connected` only if the library "
                       "says not connected. With `wait_before_submit` only while no connect is in progress, else wait."),
        # The wait ends with the connect; its time limit may pass at any moment.
        Row("client.submit.{m}" + tail, "waited: save {m}", (*takes, "flags"), prompt=True, verb="submit", only=waits, given=given,
            prints=SAVED, refs="R11 R19 R28",
            obligation="As soon as connecting is lowered, save the waiting meal, as `user.submit` does."),
        Row("client.submit_anyway.{m}" + tail, "wait over: save {m}", takes, verb="submit", only=waits, given=given,
            prints=SAVED, refs="R11 R19 R28",
            obligation="When its time limit has passed, save the waiting meal though the connect goes on."),
    )  # fmt: skip


def _saved(tail: str, only: Only, polls: Given, service: str = "") -> tuple[Row, ...]:
    """The row by which a save runs on after its first attempt to upload; with a tail the service is asked."""
    takes: tuple[Part, ...] = ("save.{m}", "loader.appear", ("poller", polls), *(["service"] if tail else []))
    return (
        Row("client.saved.{m}" + tail, "saved {m}: load", takes, only=only, given={"service": service},
            prompt=True, verb="submit", arrow=("network", "view"), refs="E6 E14",
            prints="NutritionViewModel: Starting polling after meal submission", prints_in=polls,
            obligation="The first attempt to upload is over, however it went: load, and with `poll_on_submit` start polling, with "
                       "`poll_unless_connected` only if the library says not connected."),
    )  # fmt: skip


def _load(
    origin: str,
    *,
    only: Only = EVERY,
    shown: tuple[Part, ...] = (),
    over: tuple[Part, ...] = (),
    then: str = "",
    after: str = "",
) -> tuple[Row | Each, ...]:
    """The rows of a load, but for the poll loop's.

    ``shown`` and ``over`` take part, too, when its answer is shown and when it fails, ``then`` and ``after`` are what
    is owed besides when it is shown and when it fails.
    """  # fmt: skip
    over, only = (("view.{ms}", KEPT), *over), _and(only, ASKS)
    return (
        Each("answer", (
            Row("client.apply.{origin}.{answer}", "{origin}: show {answer}", ("loader.{origin}", "view.{ms}", *shown),
                prompt=True, verb="refresh", arrow=("network", "view"), only=only, given={"origin": origin}, action="client.apply.{origin}",
                refs="R5 F11", obligation=SHOW + then),
        )),
        *_fails("{origin}", origin, only, over, after),
        *_reads(origin, only),
    )  # fmt: skip


def _local(origin: str, only: Only, *more: Part) -> Each:
    """The row by which a load reads the local store."""
    return Each("stored", (
        Row("client.apply.{origin}.{stored}", "{origin}: show {stored}", ("loader.{origin}", "store.{ms}", "view.{ms}", "day", *more),
            prompt=True, verb="refresh", arrow=("view", "view"), only=_and(only, Only((LOCAL,))), given={"origin": origin},
            action="client.apply.{origin}", refs="E1 E3",
            obligation="Show what is stored, in one step; it says nothing about the backend."),
    ))  # fmt: skip


def _passes(loop: str, wake: str, takes: tuple[Part, ...], only: Only) -> Each:
    """The row by which a poll task reads the local store and looks for unfinished meals, in one step."""
    said: dict[str, Any] = {"verb": "poll" if loop == "poll" else "poll_stale", "given": {"loop": loop, "wake": wake}}
    said["prompt"] = loop == "stale"
    return Each("stored", (
        Row(f"client.{loop}.pass." + "{wake}.{stored}", "{loop}: show {stored}", ("poller", "store.{ms}", "view.{ms}", "day", *takes),
            arrow=("poller", "view"), only=_and(only, Only((LOCAL,))), action="client.{loop}.pass", prints=POLLS, refs="R7 E3 E7", **said,
            obligation="After the sleep show what is stored, and look: if a meal is processing, sleep again, else stop; what is "
                       "pending does not count."),
    ))  # fmt: skip


def _reads(origin: str, only: Only = ASKS) -> tuple[Each]:
    """The reads of the database for a load."""
    return (
        Each("answer", (
            Row("server.read.{origin}.{answer}", "{origin}: read {answer}", ("loader.{origin}", "job.{ms}", "server", "path", "token"),
                prompt=True, verb="refresh", arrow=("jobs", "network"), only=only, given={"origin": origin}, action="server.read.{origin}",
                refs="F11",
                obligation="Answer with what the database holds at that moment: absent, processing (until the work is over, "
                           "also if nobody works on it), completed or failed."),
        )),
    )  # fmt: skip


def _fails(tail: str, origin: str, only: Only, over: tuple[Part, ...], after: str, **said: Any) -> tuple[Row, ...]:
    """The rows by which a load fails."""
    takes: tuple[Part, ...] = ("sync",) if origin == "sync" else ("loader.{origin}", *over)
    to = {"poll": "poller"}.get(origin, "view")
    how: dict[str, Any] = {
        "verb": "refresh",
        "arrow": ("network", to),
        "only": only,
        "given": {"origin": origin},
    } | said
    how["prompt"] = True
    failed = "Nothing is stored, and what is shown stays." if origin == "sync" else FAILED
    return (
        Row("client.error." + tail, "{origin}: server down", (*takes, "server"), needs="restart", refs="R22 F12 E4", action="client.error.{origin}",
            obligation=f"The server is down: the load ends at once. {failed}{after}", **how),
        Row("client.offline." + tail, "{origin}: offline", (*takes, "path"), needs="path", refs="R21 F12 E4", action="client.offline.{origin}",
            obligation=f"There is no network: the load ends at once. {failed}{after}", **how),
        Row("client.denied." + tail, "{origin}: token expired", (*takes, "token"), needs="token", refs="F10 E23", action="client.denied.{origin}",
            obligation=f"The token has expired: the load ends at once. {failed}{after}", **how),
        Row("network.cut." + tail, "{origin}: load fails", (*takes, "app"), kind=FAULT, needs="request", refs="F12 E4",
            action="network.cut.{origin}",
            obligation=f"A load may fail, on the way or its answer on the way back. {failed}{after}",
            **how | {"verb": "lose", "arrow": (to, "network"), "lost": True}),
    )  # fmt: skip


def _poll_ends(left: str, only: Only, after: str, *views: str) -> tuple[Row | Each, ...]:
    """The rows that end a poll task's load, the current one's and a cancelled one's, by what it then finds."""
    only = _and(only, ASKS)
    sees: tuple[Part, ...] = ("poller", *views)
    tail = left if left == "{m}" else "{left}"
    said: dict[str, Any] = {"given": {"origin": "poll", "left": left}}
    said |= {"prints": NONE_LEFT, "because": NOTHING} if left == "done" else {}
    cancelled = _and(CANCELLED, only)
    fails: tuple[Part, ...] = (*(sees if left != "any" else ("poller",)), ("view.{ms}", KEPT))
    return (
        Each("answer", (
            Row("client.apply.{origin}.{answer}." + tail, "poll: show {answer}, " + LEFT[left],
                ("poller", "loader.poll", "view.{ms}"), prompt=True, verb="refresh", arrow=("network", "poller"), only=only,
                action="client.apply.{origin}", refs="R5 R7 F11 F12", obligation=f"{SHOW} {after}", **said),
        )),
        *_fails("{origin}." + tail, "poll", only, fails, f" {after}", **said),
        Each("answer", (
            Row("client.stale.apply.{answer}." + tail, "stale poll: show {answer}, " + LEFT[left],
                ("poller", "loader.poll", "view.{ms}"), prompt=True, verb="poll_stale", arrow=("network", "poller"), only=cancelled,
                action="client.stale.apply", refs="F6 E27", obligation=LATE, **said),
        )),
        Row("client.stale.fail." + tail, "stale poll: load fails, " + LEFT[left], (*fails, "loader.poll"), prompt=True, verb="poll_stale",
            only=cancelled, action="client.stale.fail", refs="F6", obligation=CANCELLED_LOAD, **said),
    )  # fmt: skip


# ---------------------------------------------------------------------- the table

TABLE: tuple[Row | Each, ...] = (
    # What people do.
    Each("meal", (
        *_saves("", Only(lacking=(ASKED,)), Only((M.POLL_ON_SUBMIT,), (AWAITS,))),
        *_saves("", Only((ASKED, AWAITS)), NEVER),
        *_saves(".{service}", Only((ASKED,), (AWAITS,)), M.POLL_ON_SUBMIT, "connected"),
        *_saves(".{service}", Only((ASKED,), (AWAITS,)), EVERY, "not"),
        *_saved("", Only((AWAITS,), (ASKED,)), M.POLL_ON_SUBMIT),
        *_saved(".{service}", Only((AWAITS, ASKED)), M.POLL_ON_SUBMIT, "connected"),
        *_saved(".{service}", Only((AWAITS, ASKED)), EVERY, "not"),
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
            kind=USER, needs="screen", only=Only(lacking=(M.OUTLIVES_SCREEN,)), verb="leave", arrow=("user", "view"), refs="R9",
            obligation="In one step: end the poll task, one that is cancelled and still alive, every load and whoever awaits a "
                       "dial; close the socket; lower both flags."),
    )),
    Row("user.hide", "leave screen", ("screen",), kind=USER, needs="screen", only=M.OUTLIVES_SCREEN,
        verb="leave", arrow=("user", "view"), refs="E26",
        obligation="Nothing ends: tasks, socket and flags live on without a screen."),
    Row("user.twin", "second view model", ("models",), kind=USER, needs="twin", verb="appear", refs="F18 E25",
        obligation="A second view model on the same service; `client.receive` and `client.receive_twin` tell who handles messages."),
    Row("user.other_day", "show another day", ("day", "screen", "loader.appear"), kind=USER, needs="day", only=LOCAL,
        verb="appear", arrow=("user", "view"), refs="E1", obligation="The list shows another day: load it."),
    Row("user.this_day", "show the meals' day", ("day", "screen", "loader.appear"), kind=USER, needs="day", only=LOCAL,
        verb="appear", arrow=("user", "view"), refs="E1", obligation="The list shows the meals' day: load it."),
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
            ("outbox.{m}", "receipt.{m}", "job.{m}", "notification.{m}", "view.{m}", *LOADERS,
             ("store.{m}", LOCAL), ("save.{m}", AWAITS), ("sync", SYNCS)), kind=USER,
            verb="archive", arrow=("user", "view"),
            obligation="Nothing to build: the model forgets a finished meal that is shown, once nothing of it is under way, "
                       "so that its name can be used again."),
    )),

    Each("meal", (
        Each("unfinished", (
            Row("user.pull.{m}.{before}", "pull down: fetch {m}", ("sync", "store.{m}"), kind=USER, only=Only((M.PULL_TO_REFRESH, LOCAL)),
                verb="refresh", arrow=("user", "network"), refs="E13",
                obligation="Pulled down, the list fetches a stored meal that is unfinished and has the backend's id."),
        )),
    )),

    # What the client does: dials, and how they end.
    Row("client.appear", "screen appears: load", ("screen", "poller", "loader.appear"),
        verb="appear", arrow=("view", "network"), refs="R15",
        obligation="Load the list once, beside the connect and not after it. With `poll_on_appear` start polling."),
    Row("client.show", "screen is back: load", ("screen", "loader.appear"), needs="screen", only=M.OUTLIVES_SCREEN,
        verb="appear", arrow=("view", "network"), refs="E24 E26", obligation="The screen is there again: load, and no more."),
    Each("dial", (
        Row("client.connect.{old}.{new}", "connect: dial {new}", DIALS, action="client.connect",
            only=Only(lacking=(M.NOOP_CONNECT,)),
            prompt=True, verb="connect", arrow=("view", "socket"), prints=CONNECTING, refs="R2 R15",
            obligation=CONNECT),
    )),
    Each("first dial", (
        Row("client.connect.{old}.{new}", "connect: dial {new}", DIALS, action="client.connect", only=M.NOOP_CONNECT,
            prompt=True, verb="connect", arrow=("view", "socket"), prints=CONNECTING, refs="R2 R15",
            obligation=CONNECT),
    )),
    Row("client.connect_noop", "connect: already connected", ("screen", "flags", "service"), action="client.connect",
        only=M.NOOP_CONNECT, prompt=True, verb="connect", arrow=("view", "view"),
        prints="MealLogWebSocketClient: Already connected or connecting", refs="F17 E18",
        obligation="The library holds a socket: dial no other, and count it as a success, whatever that socket is worth."),
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
        prompt=True, verb="connect", prints="NutritionViewModel: WebSocket connection already in progress", refs="R2 F5",
        obligation="While connecting is raised, do nothing: do not dial, do not touch the flags."),
    Each("connection", (
        Row("client.open.{c}", "{c} open", ("connection.{c}", ("service", Only(lacking=(M.READY_ACK, TIMED)))),
            prompt=True, verb="open", arrow=("registry", "socket"), refs="F4",
            obligation="The handshake is done, which does not say that the server can route to the socket. With `ready_ack` "
                       "tell nobody, and wait for ready; without it the library says connected, if it still holds this socket, "
                       "and the dial has succeeded."),
        Row("client.ready.{c}", "{c} ready", ("connection.{c}", ("service", Only(lacking=(TIMED,)))), only=M.READY_ACK,
            prompt=True, verb="open", arrow=("registry", "socket"), refs="F4 R30",
            obligation="Only now may the library say connected, if it still holds this socket, and the dial has succeeded."),
        Row("client.connected.{c}", "flag: connected ({c})",
            (*OUTCOME, ("poller", CONNECT_STOPS), ("loader.poll", CONNECT_STOPS), ("loader.connect", M.CATCH_UP)),
            action="client.outcome.{c}", prompt=UNTIMED, verb="learn", arrow=("socket", "view"),
            prints=CONNECTED, refs="R3 E15",
            obligation="Raise connected, lower connecting. What was skipped before the server could route to the socket is not "
                       "sent again: fetch it here (`catch_up`), or go on polling until it is shown (`client.poll.wake.anyway`). "
                       "With `connect_stops_polling` stop polling here, fetched or not. With `current_socket_only` all this only "
                       "if the library holds this socket and says connected. With `timed_connect` all this half a "
                       "second after the dial began, whatever has become of it."),
        Row("client.failed.{c}", "flag: failed ({c})", (*OUTCOME, ("poller", M.POLL_ON_CONNECT_FAILURE)), only=Only(lacking=(TIMED,)),
            action="client.outcome.{c}", prompt=True, verb="learn", arrow=("socket", "view"),
            prints=NOT_CONNECTED, refs="R4",
            obligation="Lower both flags; with `poll_on_connect_failure` start polling. With `current_socket_only` only while "
                       "the library holds no socket, and then also for a dial that succeeded and whose socket is gone since."),
        Each("connection, of several", (
            Row("client.superseded.{c}", "ignore {c}'s outcome", ENDS, only=M.CURRENT_SOCKET_ONLY,
                action="client.outcome.{c}", prompt=UNTIMED, verb="learn", refs="F5",
                obligation="The library holds another socket by now: forget the outcome of this dial, good or bad, and touch "
                           "neither flags nor polling."),
        )),
        Row("client.give_up.{c}", "give {c} up", ENDS, verb="open", refs="R4",
            obligation="Limit every dial in time, with `ready_ack` until ready has come. When the limit passes, close that "
                       "end, let go of the socket, and tell whoever awaits the dial that it failed."),
        Row("client.refused.{c}", "{c} refused", (*ENDS, "server"), needs="restart",
            prompt=True, verb="refuse", arrow=("registry", "socket"), refs="R22",
            obligation="While the server is down a dial fails at once: let go of the socket, and tell whoever awaits the dial."),
        Row("client.unreachable.{c}", "{c}: no network", (*ENDS, "path"), needs="path",
            prompt=True, verb="refuse", arrow=("network", "socket"), refs="R21",
            obligation="Without a network a dial fails at once instead of hanging: let go of the socket, and tell whoever "
                       "awaits the dial."),
        Row("client.denied.{c}", "{c}: token expired", (*ENDS, "token"), needs="token",
            prompt=True, verb="refuse", arrow=("registry", "socket"), refs="F10 E23",
            obligation="A dial with an expired token is refused: let go of the socket, and tell whoever awaits the dial."),
        Row("client.misfire.{c}", "an old dial's time limit closes {c}", ENDS, kind=FAULT, needs="dial", only=M.STALE_DIAL_TIMER,
            verb="drop", refs="F6",
            obligation="Not to be built: the time limit of a dial that is over closes the socket that is held now."),
        Row("client.hear_close.{c}", "{c} closed by server", ENDS, prompt=True, verb="notice", arrow=("registry", "socket"), refs="R22",
            prints="MealLogWebSocketClient: ❌ WebSocket closed with code {code}: {reason}",
            obligation="When the close arrives, the library holds no socket and says not connected; the view model's flags "
                       "stay as they are. A dial that still waits for ready has failed."),
        Row("client.expire.{c}", "no pong on {c}: close", ENDS, only=M.CLIENT_PING, verb="notice", refs="R10 F2",
            obligation="Ping while connected; when an answer is late, close the socket: the library holds none and says not "
                       "connected, the view model's flags stay as they are."),
        Row("client.probe_dead.{c}", "probe: {c} dead", (*ENDS, "app"), needs="background", only=M.PROBE_ON_FOREGROUND,
            verb="probe", refs="F7",
            obligation="A probe that is not answered in time: close the socket, as for a late answer to a ping."),
        Row("client.probe_alive.{c}", "probe: {c} alive", (*ENDS, "app"), needs="background", only=M.PROBE_ON_FOREGROUND,
            prompt=True, verb="probe", refs="F7", obligation="A probe that is answered: keep the socket."),
    )),
    Row("client.probe_none", "probe: no socket", ("service", "app"), needs="background", only=M.PROBE_ON_FOREGROUND,
        prompt=True, verb="probe", refs="F7", obligation="Where the library says not connected there is nothing to probe."),
    Each("held", (
        Row("client.follow_path.{old}", "path changed: let go", ("path", "service", "screen", "connection.{olds}"),
            needs="path", action="client.follow_path", only=M.DIAL_ON_PATH_CHANGE,
            prompt=True, verb="reconnect", arrow=("network", "socket"), refs="R21 F8",
            obligation="When the network path has changed, close the socket that the library holds. This dials no other: that "
                       "is left to `client.redial` or the button."),
    )),
    Row("client.notice_drop", "drop: clear flag, poll", ("flags", "service", "poller"), only=M.POLL_ON_DROP,
        prompt=True, verb="notice", arrow=("socket", "view"), refs="R31 F3",
        obligation="When the library holds no socket and the flag says connected, lower it and start polling."),
    Each("connection", (
        Row("client.ping.{c}", "ping on {c}", ("service", ("connection.{c}", M.REGISTER_ON_MESSAGE)), action="client.ping",
            verb="ping", arrow=("socket", "network"), prints=PINGED, refs="R10 E22",
            obligation="Ping while the library says connected. That a ping was sent proves nothing; only its answer does, see "
                       "`client.expire`."),
        Row("client.pong.{c}", "pong on {c}", ("connection.{c}",), action="client.pong",
            verb="ping", arrow=("registry", "socket"), prints=PONGED, refs="R10 E22 E38",
            obligation="Whoever reads the socket at the server answers a ping, whatever the registry holds."),
        Row("client.reregister.{c}", "pong: {c} is not listed, register", (*ENTRY, "service"), only=M.PONG_SAYS_LISTED,
            verb="ping", arrow=("socket", "registry"), refs="F16",
            obligation="The answer to a ping says that the registry does not hold the socket: enter it again, as on a new one."),
    )),

    # Uploads, messages and loads, with what the server and the network do to them.
    Each("meal", (
        Row("client.upload.{m}", "upload {m}", ("outbox.{m}",), verb="upload", arrow=("view", "network"), refs="R11",
            obligation="Send a saved meal, and again whenever that fails, until it is answered; always with the same key, by "
                       "which `server.take` can tell a repetition."),
        Row("client.abandon_upload.{m}", "give {m} up", ("outbox.{m}",), only=M.OUTBOX_GIVES_UP, verb="upload", refs="E34",
            obligation="Not to be built: after its last failed attempt the meal is never sent again."),
        Row("client.uploaded.{m}", "uploaded {m}", ("outbox.{m}", ("store.{m}", LOCAL), ("save.{m}", AWAITS)), prompt=True, verb="upload", arrow=("network", "view"),
            prints=UPLOADED, refs="R11",
            obligation="Stop sending only when the answer has come."),
        Row("server.take.{m}", "201: queue {m}", ("outbox.{m}", "receipt.{m}", "job.{m}", "server", "path", "token"),
            prompt=True, verb="upload", arrow=("network", "jobs"), prints=TAKEN, refs="R11",
            obligation="Store the meal and queue its work, then answer 201. With `idempotent_upload` a repetition is "
                       "recognised by its key, and answered in the same way without a second meal."),
        Row("server.refuse_upload.{m}", "refuse {m}", ("outbox.{m}", "server", ("save.{m}", AWAITS)), needs="restart",
            prompt=True, verb="refuse", arrow=("jobs", "view"), refs="R22",
            obligation="While the server is down the upload fails; the outbox keeps the meal and sends it again."),
        Row("network.refuse_upload.{m}", "no network: {m}", ("outbox.{m}", "path", ("save.{m}", AWAITS)), needs="path",
            prompt=True, verb="refuse", arrow=("network", "view"), refs="R21",
            obligation="Without a network the upload fails at once; the outbox keeps the meal and sends it again."),
        Row("server.deny_upload.{m}", "token expired: {m}", ("outbox.{m}", "token", ("save.{m}", AWAITS)), needs="token",
            prompt=True, verb="refuse", arrow=("jobs", "view"), refs="F10 E23",
            obligation="With an expired token the upload is refused; the outbox keeps the meal and sends it again."),
    )),
    Row("client.renew_token", "renew token", ("token",), needs="token", verb="refuse", refs="F10 E23",
        obligation="Renew the token, and use the fresh one for dials as well as for requests."),
    Each("meal", (
        Each("connection", (
            *_messages("", (), Only(lacking=(LOCAL, M.UNDECODED_FAILURE))),
            *(row for result in RESULTS
              for row in _messages(".{result}", (("store.{m}", LOCAL), "job.{m}"), Only((LOCAL,), (M.UNDECODED_FAILURE,)), result)),
            *_messages(".{result}", (("store.{m}", LOCAL), "job.{m}"), Only((M.UNDECODED_FAILURE,)), "completed"),
            Row("client.garbled.{m}.{c}", "{m} cannot be decoded", (*COPY, "job.{m}"), only=M.UNDECODED_FAILURE,
                prompt=True, verb="receive", arrow=("network", "socket"), lost=True, refs="F18 E32",
                obligation="A message that cannot be decoded is dropped, and nobody hears of it."),
            Row("client.ignore.{m}.{c}", "nobody is subscribed to {m}", (*COPY, "service"), only=M.LATE_SUBSCRIPTION,
                prompt=True, verb="receive", arrow=("network", "socket"), lost=True, refs="F18 E17",
                because="nobody was subscribed yet", instead="client.receive.{m}.{c}",
                obligation="A message that comes before the subscription is heard by nobody."),
            Row("network.void.{m}.{c}", "{m} into the void ({c})", COPY,
                prompt=True, verb="receive", arrow=("network", "socket"), lost=True, refs="F2",
                because="nobody was at the other end of {c}, which was {connection.{c}}", instead="client.receive.{m}.{c}",
                obligation=VOID),
        )),
    )),
    *_load("appear", after=RETRIED),
    *_load("handler",
           shown=(("poller", MESSAGE_STOPS), ("loader.poll", MESSAGE_STOPS)),
           over=tuple((each, Only((MESSAGE_STOPS,), (M.RETRY_REFRESH,))) for each in ("poller", "loader.poll")),
           then=" With `message_stops_polling` stop polling then.",
           after=RETRIED + " Else the handler is over, and with `message_stops_polling` it stops polling all the same."),
    *_load("connect", only=Only((M.CATCH_UP,)), after=RETRIED),
    *(_local(origin, only) for origin, only in (("appear", EVERY), ("connect", Only((M.CATCH_UP,))), ("sync", SYNCS))),
    _local("handler", EVERY, ("poller", MESSAGE_STOPS)),

    # The fetch of an unfinished meal by its id.
    Each("meal", (
        Each("unfinished", (
            Row("client.sync.{m}.{before}", "fetch {m}", ("sync", "store.{m}"), action="client.sync", only=Only((M.BACKGROUND_SYNC, LOCAL)),
                verb="refresh", arrow=("view", "network"), refs="E11",
                obligation="Now and then, fetch each stored meal that is unfinished and has the backend's id, and remember what "
                           "was stored."),
        )),
        Each("synced", (
            Row("server.read.sync.{m}.{says}", "fetch: read {says}", ("sync", "job.{m}", "server", "path", "token"), only=SYNCS,
                prompt=True, verb="refresh", arrow=("jobs", "network"), action="server.read.sync", refs="E11",
                obligation="Answer with what the database holds of the meal at that moment."),
            Row("client.synced.{m}.{says}", "fetch: store {says}", ("sync", "store.{m}", "loader.sync"), only=SYNCS,
                prompt=True, verb="refresh", arrow=("network", "view"), action="client.synced", refs="E11 E12",
                obligation="The answer differs from what was stored before the request: store it, with `terminal_absorbs` not "
                           "over a finished one, and load the list."),
        )),
        Row("client.unchanged.{m}", "fetch: nothing new", ("sync",), only=SYNCS, prompt=True, verb="refresh", action="client.synced", refs="E12",
            obligation="The answer is what was stored before the request: do nothing."),
    )),
    *_fails("{origin}", "sync", SYNCS, (), ""),

    # Poll tasks: the current one, and cancelled ones.
    Row("client.stale.end", "stale poll ends", ("poller",), prompt=True, verb="poll_stale", refs="F6 E8",
        only=Only((TOKEN,), (), CANCELLED.some),
        obligation="A task that is not the current one any more ends at its next step: after every await it looks, before it "
                   "does anything else."),
    Row("client.stale.end", "stale poll ends", ("poller",), prompt=True, verb="poll_stale", refs="F6 E8",
        only=Only((M.CANCEL_CHECK,), (TOKEN,), CANCELLED.some),
        obligation="A task that is cancelled while it sleeps looks after the sleep, and ends."),
    Row("client.poll.wake.{wake}", "poll: socket fine: stop", ("poller", "service", ("flags", M.POLL_NEEDS_BOTH)),
        given={"wake": "verified"}, only=LOOKS, action="client.poll.wake", verb="poll", arrow=("poller", "poller"),
        prints=STOPS, because=SOCKET_FINE, refs="R7",
        obligation="After the sleep, the library says connected and so does the flag (`poll_needs_both`): stop, and load no "
                   "more."),
    Row("client.poll.wake.{wake}", "poll: load", ("poller", "service", "loader.poll"),
        given={"wake": "service_down"}, only=_and(LOOKS, ASKS), action="client.poll.wake", verb="poll", arrow=("poller", "network"), prints=POLLS, refs="R7",
        obligation="After the sleep, the library says not connected: load."),
    Row("client.poll.wake.{wake}", "poll: load", ("poller", "service", "flags", "loader.poll"),
        given={"wake": "unflagged"}, only=_and(Only(BOTH, LOOKS.lacking), ASKS), action="client.poll.wake",
        verb="poll", arrow=("poller", "network"), prints=POLLS, refs="R7",
        obligation="After the sleep, the library says connected and the flag does not: load."),
    Row("client.poll.wake.{wake}", "poll: load", ("poller", "loader.poll"),
        given={"wake": "anyway"}, only=Only((M.POLL_UNTIL_TERMINAL,), (LOCAL,)), action="client.poll.wake",
        verb="poll", arrow=("poller", "network"), prints=POLLS, refs="R7",
        obligation="After the sleep load, whatever the socket says."),
    *_poll_ends("done", Only((M.STOP_WHEN_NONE_LEFT,)), NONE_UNFINISHED, "view.{ms}"),
    Each("meal", (  # the first one that is not finished
        *_poll_ends("{m}", Only((M.STOP_WHEN_NONE_LEFT,)), ONE_UNFINISHED, "view.{first}"),
    )),
    *_poll_ends("any", Only(lacking=(M.STOP_WHEN_NONE_LEFT,)), "Then sleep again, whatever the list shows."),
    *_reads("poll"),
    Row("client.poll.stop", "poll: stopPolling()", ("poller",), prompt=True, verb="poll", refs="R7 F6 E27", only=Only((SPLIT,), (LOCAL,)),
        obligation="Not to be built: a stop in a step after the decision. Who starts polling between the two starts nothing, for "
                   "the flag is still up."),
    Row("client.stale.wake.{wake}", "stale poll: socket fine: stop",
        ("poller", "service", ("flags", M.POLL_NEEDS_BOTH), ("loader.poll", Only(lacking=(SPLIT, LOCAL)))),
        given={"wake": "verified"}, only=_and(RUNS_ON, LOOKS), action="client.stale.wake",
        prompt=True, verb="poll_stale", prints=STOPS, because=SOCKET_FINE, refs="R7", obligation=CANCELLED_SLEEP),
    Row("client.stale.wake.{wake}", "stale poll: load", ("poller", "service", "loader.poll"),
        given={"wake": "service_down"}, only=_and(_and(RUNS_ON, LOOKS), ASKS), action="client.stale.wake",
        prompt=True, verb="poll_stale", prints=POLLS, refs="R7", obligation=CANCELLED_SLEEP),
    Row("client.stale.wake.{wake}", "stale poll: load", ("poller", "service", "flags", "loader.poll"),
        given={"wake": "unflagged"}, only=_and(_and(RUNS_ON, Only(BOTH, LOOKS.lacking)), ASKS),
        action="client.stale.wake", prompt=True, verb="poll_stale", prints=POLLS, refs="R7", obligation=CANCELLED_SLEEP),
    Row("client.stale.wake.{wake}", "stale poll: load", ("poller", "loader.poll"),
        given={"wake": "anyway"}, only=_and(_and(RUNS_ON, Only((M.POLL_UNTIL_TERMINAL,))), ASKS), action="client.stale.wake",
        prompt=True, verb="poll_stale", prints=POLLS, refs="R7", obligation=CANCELLED_SLEEP),
    Row("client.poll.tire", "poll: enough passes", ("poller",), only=M.POLL_CAP, verb="poll", refs="F12",
        obligation="Not to be built: the poll loop ends after so many passes, whether the work is done or not."),
    *(_passes(loop, wake, takes, _and(only, given))
      for loop, only in (("poll", EVERY), ("stale", RUNS_ON), ("rogue", ROGUE))
      for wake, takes, given in (("service_down", ("service",), LOOKS), ("unflagged", ("service", "flags"), Only(BOTH, LOOKS.lacking)),
                                 ("anyway", (), Only((M.POLL_UNTIL_TERMINAL,))))),
    Row("client.rogue.wake.{wake}", "lost poll: socket fine: stop", ("poller", "service", ("flags", M.POLL_NEEDS_BOTH)),
        given={"wake": "verified"}, only=_and(ROGUE, LOOKS), action="client.rogue.wake", verb="poll_stale",
        prints=STOPS, because=SOCKET_FINE, refs="E9",
        obligation="Not to be built (F6): a poll task whose handle is lost stops, and cancels whoever is current."),
    Row("client.stale.lower", "a poll task that has ended lowers the flag", ("poller",), only=ROGUE, prompt=True, verb="poll_stale", refs="F6 E9",
        obligation="Not to be built (F6): a task that ends lowers the flag without asking whether it is current; then nobody can "
                   "stop the current one, and the next start makes a second."),
    Row("client.stale.stop", "stale poll: stopPolling()", ("poller", "loader.poll"), prompt=True, verb="poll_stale", refs="R7 F6 E27",
        only=Only((SPLIT,), (TOKEN, LOCAL), CANCELLED.some),
        obligation="Not to be built (F6): the cancelled task stops polling, and so cancels whoever is current."),

    # What the server does: handlers, work and notifications.
    Each("connection", (
        Row("server.accept.{c}", "accept {c}", ("connection.{c}", "server", "path", "token"),
            prompt=True, verb="accept", arrow=("socket", "registry"), refs="F4",
            obligation="Answer the handshake. From here on the client may take the socket for open, though nobody can route "
                       "to it yet."),
        Row("server.register.{c}", "register {c}", (*ENTRY, *(CLOSES_OTHERS)), prompt=True, verb="accept", refs="R13 F4",
            prints=REGISTERED, obligation=REGISTER),
        Row("server.register_elsewhere.{c}", "another instance registers {c}", ("connection.{c}",), needs="instances",
            only=Only(lacking=(M.BACKPLANE,)), action="server.register.{c}", prompt=True, verb="accept", refs="F9 F16",
            prints=REGISTERED,
            obligation="Not to be built: the registry of another instance holds the socket, and the notifier does not ask it."),
        Row("server.return.{c}", "handler of {c} returns", ("connection.{c}", ("registry", M.ENTRY_ENDS_WITH_HANDLER)), only=M.READER_OUTLIVES_HANDLER, prompt=True, verb="accept", refs="F16 E38",
            prints=RETURNED,
            obligation="The handler function returns, and the socket has a reader of its own. The entry belongs to the reader: with "
                       "`entry_ends_with_handler` it goes here, though the socket works."),
        Row("server.expire_entry.{c}", "entry of {c} expires", ("registry", ("connection.{c}", M.PING_REFRESHES)), only=M.ENTRY_EXPIRES, verb="notice", refs="F16",
            obligation="Not to be built: an entry goes after a while though its socket works; refresh it by what proves life."),
        Row("server.notice.{c}", "{c} closed: unregister", ENTRY,
            prompt=True, verb="notice", arrow=("socket", "registry"), refs="F1", obligation=NOTICE, **HANDLER_ENDS),
        Row("server.expire.{c}", "no pong on {c}: unregister", ENTRY, only=M.SERVER_PING,
            verb="notice", refs="F2", obligation=EXPIRE, **HANDLER_ENDS),
        Row("server.expire_suspended.{c}", "no pong on {c}: unregister", (*ENTRY, "app"), needs="background",
            only=M.SERVER_PING, verb="notice", refs="F7", **HANDLER_ENDS,
            obligation="A suspended client answers no ping though the path is fine: end the handler and remove its entry, as "
                       "for a close."),
        Each("meal", (
            Row("server.evict.{m}.{c}", "send fails: unregister {c}", (*ENTRY, "notification.{m}"),
                only=M.EVICT_ON_FAILED_SEND, prompt=True, verb="notice", refs="F2", obligation=EVICT, **HANDLER_ENDS),
        )),
    )),
    Each("device", (
        Row("server.register.{d}", "register {d}", (*FAR_ENTRY, ("connection.{cs}", M.REPLACE_AND_CLOSE)), needs="device", prompt=True, verb="accept", refs="R13 F14", prints=REGISTERED, obligation=REGISTER),
        Row("server.notice.{d}", "{d} closed: unregister", FAR_ENTRY, needs="device",
            prompt=True, verb="notice", arrow=("device", "registry"), refs="F1 F14", obligation=NOTICE, **HANDLER_ENDS),
        Row("server.expire.{d}", "no pong on {d}: unregister", FAR_ENTRY, needs="device", only=M.SERVER_PING,
            verb="notice", refs="F2", obligation=EXPIRE, **HANDLER_ENDS),
        Each("meal", (
            Row("network.deliver.{m}.{d}", "{m} reaches {d}", FAR_COPY, needs="device", prompt=True, verb="elsewhere",
                arrow=("network", "device"), refs="F14",
                obligation="What another device has received is still owed to this one."),
            Row("network.void.{m}.{d}", "{m} into the void ({d})", FAR_COPY, needs="device",
                prompt=True, verb="receive", arrow=("network", "device"), lost=True, refs="F2", obligation=VOID),
            Row("server.evict.{m}.{d}", "send fails: unregister {d}", (*FAR_ENTRY, "notification.{m}"), needs="device",
                only=M.EVICT_ON_FAILED_SEND, prompt=True, verb="notice", refs="F2", obligation=EVICT, **HANDLER_ENDS),
        )),
    )),
    Each("meal", (
        Row("server.start.{m}", "process {m}", ("job.{m}",),
            verb="complete", prints=STARTED, refs="R12", obligation="Take queued work up."),
        Row("server.complete.{m}", "complete {m}", FINISH,
            verb="complete", arrow=("jobs", "registry"), prints="[MealLogAI] Successfully completed processing", refs="R12",
            obligation="Store the result, and then owe its notification."),
        Each("target", (
            Row("server.push.{m}.{to}", "push {m} to {to}", LOOKUP, action="server.lookup.{m}",
                prompt=True, verb="push", arrow=("registry", "network"), refs="R13", obligation=PUSH),
        )),
        Each("targets", (
            Row("server.push.{m}.{to}", "push {m} to {to}", LOOKUP, action="server.lookup.{m}",
                only=Only((M.CONNECTION_SET, M.PUSH_TO_ALL)),
                prompt=True, verb="push", arrow=("registry", "network"), refs="R13", obligation=PUSH),
        )),
        Row("server.skip.{m}", "skip {m}", LOOKUP, action="server.lookup.{m}",
            prompt=True, verb="skip", arrow=("registry", "network"), lost=True, refs="R13",
            prints=SKIPPED,
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
            prompt=True, verb="drop", arrow=("socket", "network"), lost=True, refs="R4",
            obligation="A dial may fail until it is open; whoever awaits it is told."),
        Row("network.break.{c}", "{c} breaks silently", ("connection.{c}",), kind=FAULT, needs="break",
            verb="drop", refs="F2", obligation=BREAK),
        Row("network.tell_client.{c}", "client hears: {c} dead", (*ENDS, "app"), kind=FAULT, needs="break",
            verb="drop", arrow=("network", "socket"), refs="F2", prints="MealLogWebSocketClient: ❌ Receive error at {time}: {error}",
            obligation="The client may hear of a break, soon, late or never; then it is as if the close had come."),
        Row("network.tell_server.{c}", "server hears: {c} dead", ENTRY, kind=FAULT, needs="break",
            verb="drop", arrow=("network", "registry"), refs="F2", obligation=SERVER_TOLD, **HANDLER_ENDS),
    )),
    Each("connection", (
        Row("server.drop_entry.{c}", "registry loses {c}", ("registry",), kind=FAULT, needs="entry", verb="drop", refs="F16 E38",
            obligation="The registry may lose an entry though the socket works and its pings are answered."),
    )),
    Row("server.expire_token", "token expires", ("token",), kind=FAULT, needs="token", verb="refuse", refs="F10 E23",
        obligation="A token expires: dials and requests are refused until it is renewed, open sockets stay."),
    Each("device", (
        Row("network.break.{d}", "{d} breaks silently", ("device",), kind=FAULT, needs="break",
            verb="drop", refs="F2", obligation=BREAK),
        Row("network.tell_server.{d}", "server hears: {d} dead", FAR_ENTRY, kind=FAULT, needs="break",
            verb="drop", arrow=("network", "registry"), refs="F2", obligation=SERVER_TOLD, **HANDLER_ENDS),
    )),
    Each("meal", (
        Row("network.cut_upload.{m}", "upload {m} lost", ("outbox.{m}", ("save.{m}", AWAITS)), kind=FAULT, needs="upload",
            prompt=True, verb="lose", arrow=("view", "network"), lost=True, refs="F15",
            obligation="An upload may be lost on the way, or its answer after the server has taken the meal; the outbox sends "
                       "it again."),
        Each("connection", (
            Row("network.lose.{m}.{c}", "{m} lost on {c}", COPY, kind=FAULT, needs="push",
                prompt=True, verb="lose", arrow=("network", "socket"), lost=True, refs="F2",
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
