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
        "The library closes the socket it holds before it dials (mechanism close_before_dial).",
        "reconnect means so; without it the mechanism shows two live sockets",
    ),
    Assumption(
        "who-starts-polling",
        "`published` starts polling only where its code does, after a failed connect or reconnect; `before` "
        "starts it with the screen (mechanism poll_on_appear).",
        "the seed's code has two callers; its timeline has polling at T+30 s before the fix",
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
        "A message is handled when the handler of the one before has returned.",
        "the usual receive loop awaits its handler",
    ),
    Assumption(
        "cancelled-request",
        "Cancelling a poll task cancels its request, which then fails at once.",
        "URLSession's async calls throw when their task is cancelled",
    ),
    Assumption(
        "awaited-stop",
        "`await self.stopPolling()` is a step of its own, and so is the check after a refresh.",
        "the seed writes await there, which Swift asks for only when the call crosses actors",
    ),
    Assumption(
        "closing-cleans-up",
        "Closing the screen ends its tasks and its socket in one step.",
        "the seed's checklist says so of deinit, though a task that holds self would delay it",
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
        "A suspended app runs no code at all; its sockets may be reclaimed without a word.",
        "Apple's TN2277",
    ),
    Assumption(
        "free-connections",
        "A run that waits for a free connection of the scope is no counterexample.",
        "in life there is always another socket",
    ),
)
"""All of them."""
