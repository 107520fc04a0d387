"""Where the seed is silent: what is assumed, and why.

Where two answers were plausible, the answer is a mechanism, and either can be checked.
"""

from __future__ import annotations

from typing import NamedTuple


class Assumption(NamedTuple):
    """One answer that the seed does not give."""

    id: str
    says: str
    because: str


ASSUMPTIONS = (
    Assumption(
        "appearance-loads",
        "The screen loads its list when it appears, beside the connect.",
        "a list that shows nothing until the first push would be empty on every visit",
    ),
    Assumption(
        "list-is-the-backend's",
        "The list shows what the last answer said; a saved meal is not listed before that.",
        "the seed's refresh replaces `meals` by what it loaded",
    ),
    Assumption(
        "reconnect-is-a-button",
        "Only a person calls reconnect, unless there is a health check or automatic reconnect.",
        "the seed calls it manual, and no code of it calls it",
    ),
    Assumption(
        "reconnect-closes",
        "The library closes the socket it holds before it dials (mechanism `close_before_dial`).",
        "reconnect means so; without it single-connection breaks, by two live sockets",
    ),
    Assumption(
        "who-starts-polling",
        "`published` starts polling only where its code does, after a failed connect or reconnect; `before` starts it "
        "there, and at a submission unless the service says connected (mechanism `poll_unless_connected`). Neither "
        "starts it when the screen appears (mechanism `poll_on_appear`).",
        "the seed's code has two callers, and in its timeline polling brings a meal at T+30 s before the fix; "
        "documents of the app say which start that was. On it hangs that `before` violates single-poll-task and has a "
        "poll loop to stop",
    ),
    Assumption(
        "drop-is-noticed",
        "The service notices a closed socket when the close arrives, and a silent break late or never; what it "
        "notices sets isConnected and nothing of the view model.",
        "a half-open socket never calls didClose, and the seed has no callback for a drop",
    ),
    Assumption(
        "open-is-the-handshake",
        "connect() returns when the handshake is done, which is before the server has registered the socket.",
        "didOpen means that the upgrade was negotiated, and frameworks accept before the handler's next line",
    ),
    Assumption(
        "messages-in-turn",
        "In the seed's world a message is handled when the handler of the one before has returned. In the app's each "
        "message starts a task of its own; there a handler waits for nothing, since its load is a read in one step "
        "(mechanism `local_store`), and two that are due share one.",
        "the usual receive loop awaits its handler, and the app's code starts a task for each subscription; handlers "
        "that overlap while their loads are requests are in neither world",
    ),
    Assumption(
        "cancelled-request",
        "Cancelling a poll task cancels its request, which then fails at once, unless its answer is already there: "
        "then it may be shown, or fail. Either way the task looks at the list, unless it has `generation_token`.",
        "URLSession's async calls throw when their task is cancelled; an answer that has come before is not taken back",
    ),
    Assumption(
        "awaited-stop",
        "`await self.stopPolling()` is no step of its own, nor is the check after a refresh: what is decided is done "
        "at once. The other reading, a stop in a later step, is the mechanism `unisolated`.",
        "all of the code is on the main actor, and an await that does not wait lets nobody else run. With "
        "`unisolated` `hardened` violates delivery, polling-persists, handled-once and no-deadlock; no verdict on "
        "`before`, `published` or `published_plus` hangs on it, with one connection whose dials, paths and loads may "
        "fail",
    ),
    Assumption(
        "closing-cleans-up",
        "Closing the screen ends its tasks and its socket in one step, unless they outlive it (mechanism "
        "`outlives_screen`).",
        "the seed's checklist says so of deinit",
    ),
    Assumption(
        "retried-loads",
        "A load that is out while the server restarts fails while it is down, or is answered by its next life.",
        "URLSession repeats a GET whose connection died",
    ),
    Assumption(
        "restart-orphans",
        "A restart leaves unfinished work unfinished, unless jobs are reconciled at start-up.",
        "the seed queues work in the process that serves, and says nothing of a queue that survives it",
    ),
    Assumption(
        "suspension",
        "A suspended app runs no code at all; its sockets may be reclaimed without a word. In seconds its own timers "
        "stand still meanwhile.",
        "Apple's TN2277; no document tells whether a timer's clock stops with the app, or it is overdue at its return",
    ),
    Assumption(
        "free-connections",
        "A run that waits for a free connection of the scope is no counterexample.",
        "in life there is always another socket",
    ),
    Assumption(
        "main-actor",
        "View model, service and poll loop run on one actor: nothing happens between two of their lines but at a "
        "sleep, a request, the start of a task or a hop to another executor (beside it: mechanism `unisolated`).",
        "the app has it as a build setting, and the seed's view model updates what the screen shows",
    ),
    Assumption(
        "ping-needs-no-peer",
        "A ping is sent, and says so, while the library says connected; this needs nobody at the other end. Only its "
        "answer does, and only with `client_ping` anybody waits for that.",
        "a send into a half-open socket succeeds, and the line is printed when it has; so a line of a ping explains "
        "nothing in an incident, and one of a pong does",
    ),
    Assumption(
        "who-holds-the-view-model",
        "Leaving the screen is the end of its view model in the seed's world, and of nothing in the app's, where a "
        "task holds the view model for ever (mechanism `outlives_screen`).",
        "a task that refers to self strongly keeps it, so that deinit waits for the task; the seed's checklist counts "
        "on deinit. No verdict on `published` hangs on it, with one connection whose dials may fail",
    ),
    Assumption(
        "whose-outcome",
        "The outcome of a dial goes to whoever dialled, and raises or lowers the flags even if another socket is held "
        "by then; only with `current_socket_only` it is ignored.",
        "the seed's code after its await does not ask which socket it was; F5 hangs on it, and that `hardened` keeps "
        "agreement with two connections",
    ),
    Assumption(
        "failed-loads",
        "A load that fails empties the list and shows an error text; with `keep_on_failure` what was shown stays. In "
        "the app's world a load cannot fail (mechanism `local_store`).",
        "the app's code empties it, and the seed does not say. Without `keep_on_failure` `hardened` violates "
        "delivery, no-regress, polling-persists, handled-once and no-deadlock",
    ),
)
"""All of them."""
