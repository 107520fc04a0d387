"""Mechanisms: the named switches of which a design is made."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class Mechanism(StrEnum):
    """One switch; what it does stands in :data:`CATALOGUE`."""

    STATE_FLAGS = "state_flags"
    CONNECT_GUARD = "connect_guard"
    VERIFY_ON_MESSAGE = "verify_on_message"
    POLL_NEEDS_BOTH = "poll_needs_both"
    SOCKET_STOPS_POLLING = "socket_stops_polling"
    POLL_ON_CONNECT_FAILURE = "poll_on_connect_failure"
    RECONNECT = "reconnect"
    HEALTH_CHECK = "health_check"
    ADAPTIVE_INTERVAL = "adaptive_interval"
    WAIT_BEFORE_SUBMIT = "wait_before_submit"
    CLOSE_BEFORE_DIAL = "close_before_dial"
    FAILURE_NOTIFICATIONS = "failure_notifications"
    POLL_ON_APPEAR = "poll_on_appear"
    CONNECT_ON_RETURN = "connect_on_return"
    READY_ACK = "ready_ack"
    COMPARE_AND_DELETE = "compare_and_delete"
    CONNECTION_SET = "connection_set"
    PUSH_TO_ALL = "push_to_all"
    CATCH_UP = "catch_up"
    POLL_ON_SUBMIT = "poll_on_submit"
    POLL_ON_DROP = "poll_on_drop"
    POLL_UNTIL_TERMINAL = "poll_until_terminal"
    GENERATION_TOKEN = "generation_token"
    AUTO_RECONNECT = "auto_reconnect"
    CURRENT_SOCKET_ONLY = "current_socket_only"
    CLIENT_PING = "client_ping"
    SERVER_PING = "server_ping"
    PROBE_ON_FOREGROUND = "probe_on_foreground"
    DIAL_ON_PATH_CHANGE = "dial_on_path_change"
    RETRY_REFRESH = "retry_refresh"
    TERMINAL_ABSORBS = "terminal_absorbs"
    EVICT_ON_FAILED_SEND = "evict_on_failed_send"
    REPLAY_FROM_CURSOR = "replay_from_cursor"
    JOB_RECONCILIATION = "job_reconciliation"
    IDEMPOTENT_UPLOAD = "idempotent_upload"


class Entry(NamedTuple):
    """What a mechanism does, what it closes, what it costs, and where it comes from."""

    does: str
    closes: str
    costs: str
    refs: tuple[str, ...]


M = Mechanism
CATALOGUE: dict[Mechanism, Entry] = {
    M.STATE_FLAGS: Entry(
        "The view model keeps two flags of its own, connected and connecting.",
        "gives the polling decision something to check beside the library",
        "a second truth, which can disagree with the first",
        ("R1",),
    ),
    M.CONNECT_GUARD: Entry(
        "A connect does nothing while another is in progress.",
        "two dials of the view model at once",
        "none; it does not guard against a connect while connected",
        ("R2", "F5"),
    ),
    M.VERIFY_ON_MESSAGE: Entry(
        "A received message sets the connected flag.",
        "a flag that says no on a socket that works",
        "the flag is also set when the socket has died since",
        ("R5", "R6"),
    ),
    M.POLL_NEEDS_BOTH: Entry(
        "The poll loop stops only when service and flag both say connected.",
        "a poll loop that stops on the library's word alone",
        "both can be wrong together",
        ("R7",),
    ),
    M.SOCKET_STOPS_POLLING: Entry(
        "A successful connect, and a handled message, stop the poll loop.",
        "polling beside a socket that works",
        "polling also stops beside one that does not",
        ("R3", "R5"),
    ),
    M.POLL_ON_CONNECT_FAILURE: Entry(
        "A failed connect starts polling.",
        "no fallback after a dial that failed",
        "none",
        ("R4", "R31"),
    ),
    M.RECONNECT: Entry(
        "A button dials anew: both flags are reset, the old socket goes, a new one comes.",
        "a socket that stays down",
        "a second way to dial, which no guard holds back",
        ("R8",),
    ),
    M.HEALTH_CHECK: Entry(
        "Now and then: the flag says connected, the service does not, so reconnect.",
        "a flag left over from a socket that is known to be gone",
        "cannot see a socket that is dead and not known to be",
        ("R25",),
    ),
    M.ADAPTIVE_INTERVAL: Entry(
        "The poll interval grows with empty polls. Untimed systems do not see it.",
        "load on the server",
        "a later screen",
        ("R26",),
    ),
    M.WAIT_BEFORE_SUBMIT: Entry(
        "A submission waits for a connect in progress, or until a time limit.",
        "a meal that is done before its socket is up",
        "a later upload",
        ("R28",),
    ),
    M.CLOSE_BEFORE_DIAL: Entry(
        "The library closes the socket it holds before it dials another.",
        "two live sockets of one client",
        "none",
        ("F5",),
    ),
    M.FAILURE_NOTIFICATIONS: Entry(
        "The backend notifies of failed meals as it does of completed ones.",
        "a failure that nobody is told of",
        "none",
        ("R6", "R13", "F13"),
    ),
    M.POLL_ON_APPEAR: Entry(
        "The poll loop starts when the screen appears.",
        "meals that were submitted before there was a screen",
        "a poll or two for nothing",
        ("R15", "F12"),
    ),
    M.CONNECT_ON_RETURN: Entry(
        "Each return to the screen loads and connects again, on the same view model.",
        "a socket that died unnoticed meanwhile",
        "a connect beside a live socket, which the guard does not see",
        ("R2", "F5"),
    ),
    M.READY_ACK: Entry(
        "The server says ready after it has registered the socket; only then is the client connected.",
        "a client that believes before the server can route to it",
        "one message for each connection",
        ("R30", "F4"),
    ),
    M.COMPARE_AND_DELETE: Entry(
        "A closing handler removes the registry entry only if it is its own.",
        "an old handler that removes its successor's entry",
        "none; a late registration still overwrites",
        ("F1",),
    ),
    M.CONNECTION_SET: Entry(
        "The registry holds a set of connections for a user.",
        "an entry overwritten or removed by another connection",
        "memory for each connection",
        ("F1", "F14"),
    ),
    M.PUSH_TO_ALL: Entry(
        "A notification goes to every connection in the set.",
        "a push that picks the one dead connection",
        "duplicates, which the client must bear",
        ("F14",),
    ),
    M.CATCH_UP: Entry(
        "The client fetches once after each successful connect.",
        "what happened while there was no socket",
        "one request for each connect",
        ("F3", "F4"),
    ),
    M.POLL_ON_SUBMIT: Entry(
        "Submitting a meal starts the poll loop.",
        "a meal that nobody waits for",
        "polls beside a socket that works",
        ("R31", "F12"),
    ),
    M.POLL_ON_DROP: Entry(
        "When the library reports a drop, the flag is cleared and polling starts.",
        "no fallback after a socket that was up",
        "none",
        ("R31", "F3"),
    ),
    M.POLL_UNTIL_TERMINAL: Entry(
        "The poll loop goes on until every submitted meal is shown as finished, whatever the socket says.",
        "a poll loop that is switched off because the socket looks open, or because the list looks empty",
        "polls beside a socket that works",
        ("R31", "F12"),
    ),
    M.GENERATION_TOKEN: Entry(
        "A poll task checks after every await that it is still the current one, and ends if not.",
        "a cancelled task that acts on its successor",
        "none",
        ("F6",),
    ),
    M.AUTO_RECONNECT: Entry(
        "The client dials again by itself whenever it holds no socket.",
        "a client that stays disconnected",
        "dials; they want a back-off",
        ("R18", "F10"),
    ),
    M.CURRENT_SOCKET_ONLY: Entry(
        "The outcome of a dial that has been superseded is ignored.",
        "an old dial's failure that overwrites the new dial's success",
        "none",
        ("F5",),
    ),
    M.CLIENT_PING: Entry(
        "The client pings and gives the socket up when the answer is late.",
        "a client that believes in a dead socket",
        "traffic",
        ("R10", "F2", "F8"),
    ),
    M.SERVER_PING: Entry(
        "The server pings and closes the connection when the answer is late.",
        "a registry that holds a dead connection",
        "traffic",
        ("R30", "F2"),
    ),
    M.PROBE_ON_FOREGROUND: Entry(
        "On return to the foreground the client fetches, and probes its socket with a deadline.",
        "a socket that was taken away during suspension",
        "one request for each return",
        ("R20", "F7"),
    ),
    M.DIAL_ON_PATH_CHANGE: Entry(
        "The client watches the network path and gives its socket up when it changes.",
        "a socket that died with the old path",
        "a dial for each change",
        ("R21", "F8"),
    ),
    M.RETRY_REFRESH: Entry(
        "A refresh that a message asked for is repeated until it succeeds.",
        "a message whose refresh failed",
        "requests",
        ("F12",),
    ),
    M.TERMINAL_ABSORBS: Entry(
        "What the screen shows as finished stays so, whatever an older snapshot says.",
        "a stale answer that overwrites a newer one",
        "none",
        ("F11",),
    ),
    M.EVICT_ON_FAILED_SEND: Entry(
        "A send that fails closes the connection at the server.",
        "a registry that keeps a connection it cannot send on",
        "none; a half-open socket takes sends without an error at first",
        ("F2",),
    ),
    M.REPLAY_FROM_CURSOR: Entry(
        "What was not delivered is sent again on a registered connection.",
        "a notification that was skipped or lost",
        "a history at the server",
        ("F3",),
    ),
    M.JOB_RECONCILIATION: Entry(
        "At start-up the server takes up the jobs that its last life left unfinished.",
        "a meal that stays in processing for ever",
        "a scan at start-up",
        ("R22", "F9"),
    ),
    M.IDEMPOTENT_UPLOAD: Entry(
        "A repeated upload of one meal is recognised.",
        "a meal that exists twice",
        "a key for each submission",
        ("F15",),
    ),
}

NEEDS: dict[Mechanism, Mechanism] = {
    M.CONNECT_GUARD: M.STATE_FLAGS,
    M.VERIFY_ON_MESSAGE: M.STATE_FLAGS,
    M.POLL_NEEDS_BOTH: M.STATE_FLAGS,
    M.HEALTH_CHECK: M.STATE_FLAGS,
    M.WAIT_BEFORE_SUBMIT: M.STATE_FLAGS,
    M.POLL_ON_DROP: M.STATE_FLAGS,
    M.PUSH_TO_ALL: M.CONNECTION_SET,
}
"""What a mechanism reads or writes and another brings. Without it nobody could build it as it is described."""
