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
    CONNECT_STOPS_POLLING = "connect_stops_polling"
    MESSAGE_STOPS_POLLING = "message_stops_polling"
    STOP_WHEN_NONE_LEFT = "stop_when_none_left"
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
    POLL_UNLESS_CONNECTED = "poll_unless_connected"
    POLL_ON_DROP = "poll_on_drop"
    POLL_UNTIL_TERMINAL = "poll_until_terminal"
    CANCEL_CHECK = "cancel_check"
    GENERATION_TOKEN = "generation_token"
    AUTO_RECONNECT = "auto_reconnect"
    CURRENT_SOCKET_ONLY = "current_socket_only"
    CLIENT_PING = "client_ping"
    SERVER_PING = "server_ping"
    PROBE_ON_FOREGROUND = "probe_on_foreground"
    DIAL_ON_PATH_CHANGE = "dial_on_path_change"
    RETRY_REFRESH = "retry_refresh"
    KEEP_ON_FAILURE = "keep_on_failure"
    TERMINAL_ABSORBS = "terminal_absorbs"
    EVICT_ON_FAILED_SEND = "evict_on_failed_send"
    REPLAY_FROM_CURSOR = "replay_from_cursor"
    JOB_RECONCILIATION = "job_reconciliation"
    IDEMPOTENT_UPLOAD = "idempotent_upload"
    EFFECT_ON_FINISH = "effect_on_finish"
    PONG_SAYS_LISTED = "pong_says_listed"
    BACKPLANE = "backplane"
    ONE_SUBSCRIBER = "one_subscriber"
    # How the code may be read, and flaws that the field or the app has.
    UNISOLATED = "unisolated"
    POLL_CAP = "poll_cap"
    STALE_DIAL_TIMER = "stale_dial_timer"
    DIAL_REUSES_TOKEN = "dial_reuses_token"
    READER_OUTLIVES_HANDLER = "reader_outlives_handler"
    ENTRY_ENDS_WITH_HANDLER = "entry_ends_with_handler"
    ENTRY_EXPIRES = "entry_expires"
    PING_REFRESHES = "ping_refreshes"
    REGISTER_ON_MESSAGE = "register_on_message"
    REPLACE_AND_CLOSE = "replace_and_close"
    OTHER_REGISTRY = "other_registry"
    OTHER_KEY = "other_key"
    TIMED_CONNECT = "timed_connect"
    DROPS_UNHEARD = "drops_unheard"
    NOOP_CONNECT = "noop_connect"
    LATE_SUBSCRIPTION = "late_subscription"
    UNDECODED_FAILURE = "undecoded_failure"
    DIAL_AT_LOGIN = "dial_at_login"
    OUTLIVES_SCREEN = "outlives_screen"
    OUTBOX_GIVES_UP = "outbox_gives_up"
    LOCAL_STORE = "local_store"
    SAVE_AWAITS_UPLOAD = "save_awaits_upload"
    ANY_TASK_LOWERS = "any_task_lowers"
    STORE_STATUS = "store_status"
    STORE_PAYLOAD = "store_payload"
    STORE_FAILURE = "store_failure"
    MATCH_BY_LOCAL_ID = "match_by_local_id"
    BACKGROUND_SYNC = "background_sync"
    PULL_TO_REFRESH = "pull_to_refresh"


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
    M.CONNECT_STOPS_POLLING: Entry(
        "A successful connect stops the poll loop.",
        "polling beside a socket that works",
        "polling also stops beside one that does not",
        ("R3", "E10"),
    ),
    M.MESSAGE_STOPS_POLLING: Entry(
        "A handled message stops the poll loop, whatever became of its load.",
        "polling beside a socket that works",
        "polling also stops while another meal is unfinished",
        ("R5", "E10"),
    ),
    M.STOP_WHEN_NONE_LEFT: Entry(
        "The poll loop stops when the list shows nothing unfinished.",
        "polling for ever",
        "polling also stops when the list is empty for another reason",
        ("R7", "E7", "F12"),
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
    M.POLL_UNLESS_CONNECTED: Entry(
        "Submitting a meal starts the poll loop, unless the service says connected.",
        "a meal that nobody waits for, while the client knows that it is offline",
        "none starts beside a socket that is dead and not known to be",
        ("E6", "F12"),
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
    M.CANCEL_CHECK: Entry(
        "A poll task looks right after its sleep whether it is cancelled, and ends if so.",
        "a cancelled sleeper that acts on its successor",
        "none; a task that is cancelled during its load still looks at the list, and may stop its successor",
        ("E8", "F6"),
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
        "A refresh that failed is repeated until it succeeds; one of the poll loop comes again anyway.",
        "a message, a connect or an appearance whose refresh failed",
        "requests",
        ("F12",),
    ),
    M.KEEP_ON_FAILURE: Entry(
        "A load that fails leaves the list as it is.",
        "a list that is emptied by a failure, so that finished meals vanish and polling stops",
        "an old list beside an error text",
        ("E4", "F12"),
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
    M.EFFECT_ON_FINISH: Entry(
        "What a completed meal causes on the device happens when it is first shown as completed, by whatever way.",
        "a side effect that happens twice by duplicates, or never when the message is lost",
        "none",
        ("F18", "E30"),
    ),
    M.PONG_SAYS_LISTED: Entry(
        "The answer to a ping says whether the registry holds the socket; if not, the client registers anew on it.",
        "a socket that works and is not in the registry",
        "a lookup for each ping",
        ("F16", "E38"),
    ),
    M.BACKPLANE: Entry(
        "All instances of the server share what their registries hold.",
        "a socket that another instance holds",
        "a relay, which may lose what it carries",
        ("F9", "F16"),
    ),
    M.ONE_SUBSCRIBER: Entry(
        "However many view models there are, the service has one subscription, whose handler serves the shown list.",
        "a message that is handled once for each view model, by the one that is not shown",
        "none",
        ("F18", "E25"),
    ),
    M.UNISOLATED: Entry(
        "The view model's code is not isolated to one actor, so `await self.stopPolling()` is a step of its own.",
        "nothing: it is how the seed's text can be read, and the app's build settings exclude it",
        "another task may run between the decision to stop and the stop",
        ("E27", "F6"),
    ),
    M.POLL_CAP: Entry(
        "The poll loop ends after a fixed number of passes.",
        "polling for ever",
        "it ends before the work does",
        ("F12",),
    ),
    M.STALE_DIAL_TIMER: Entry(
        "The time limit of a dial is not cleared when the dial is over, and closes whatever socket is held by then.",
        "nothing: a flaw of the field",
        "a socket that works is closed",
        ("F6",),
    ),
    M.DIAL_REUSES_TOKEN: Entry(
        "A dial uses the token of the first login, though a fresh one is stored.",
        "nothing: a flaw of the field",
        "no dial succeeds after the first expiry",
        ("F10", "E23"),
    ),
    M.READER_OUTLIVES_HANDLER: Entry(
        "The server's handler function returns at once, and a reader of its own serves the socket.",
        "nothing: one of two ways to build a server",
        "the access log's line says nothing of the socket's end",
        ("E38",),
    ),
    M.ENTRY_ENDS_WITH_HANDLER: Entry(
        "The registry entry is removed when the handler function returns, though the reader goes on.",
        "nothing: a flaw",
        "a socket that answers pings and is not in the registry",
        ("F16", "E38"),
    ),
    M.ENTRY_EXPIRES: Entry(
        "A registry entry expires after a while; only a new connect makes it anew.",
        "an entry of a dead socket that stays for ever",
        "a socket that works and is not in the registry",
        ("F16", "E38"),
    ),
    M.PING_REFRESHES: Entry(
        "A client's ping refreshes its registry entry, so that one expires only when no ping comes any more.",
        "an entry that expires though its socket works",
        "a write for each ping",
        ("F16", "E38"),
    ),
    M.REGISTER_ON_MESSAGE: Entry(
        "The server registers a socket when the first message comes on it, not when it accepts it.",
        "nothing: a flaw",
        "until its first ping a socket is not in the registry",
        ("F16",),
    ),
    M.REPLACE_AND_CLOSE: Entry(
        "A socket that registers has the user's older ones closed.",
        "an old socket beside the new one",
        "another device loses its socket",
        ("E39", "F14"),
    ),
    M.OTHER_REGISTRY: Entry(
        "The notifier asks another registry than the one which the handlers fill.",
        "nothing: a flaw",
        "every notification is skipped",
        ("F16", "E39"),
    ),
    M.OTHER_KEY: Entry(
        "The notifier asks by another form of the user's id than the one under which the handlers register.",
        "nothing: a flaw",
        "every notification is skipped",
        ("F16",),
    ),
    M.TIMED_CONNECT: Entry(
        "Connecting succeeds half a second after the dial began, whatever has become of the dial.",
        "nothing: what the app does",
        "a belief that no handshake has earned; a failed dial is never told",
        ("F17", "E15", "E16"),
    ),
    M.DROPS_UNHEARD: Entry(
        "Nothing that befalls the socket lowers what the service says.",
        "nothing: what the app does",
        "a belief that outlives its socket",
        ("F17", "E20"),
    ),
    M.NOOP_CONNECT: Entry(
        "A connect while the library holds a socket does nothing, and counts as a success.",
        "two sockets at once",
        "a belief that no handshake has earned",
        ("F17", "E18"),
    ),
    M.LATE_SUBSCRIPTION: Entry(
        "The service subscribes to messages only when its connect has returned.",
        "nothing: what the app does",
        "a message that comes earlier is heard by nobody",
        ("F18", "E17"),
    ),
    M.UNDECODED_FAILURE: Entry(
        "The client cannot decode the message of a failed meal.",
        "nothing: two documents differ in its format",
        "a failure that is delivered and has no effect",
        ("F18", "E32"),
    ),
    M.DIAL_AT_LOGIN: Entry(
        "The view model is made with the tabs, after login, and dials then; so it is there before any submission.",
        "a submission before there is a view model",
        "none",
        ("E24",),
    ),
    M.OUTLIVES_SCREEN: Entry(
        "Leaving the screen ends nothing: tasks, socket and flags live on.",
        "nothing: what the app does",
        "tasks that nobody sees",
        ("E26",),
    ),
    M.OUTBOX_GIVES_UP: Entry(
        "After its last failed attempt an upload is never tried again.",
        "uploads for ever",
        "a submission that never reaches the backend",
        ("E34",),
    ),
    M.LOCAL_STORE: Entry(
        "The list shows what the device has stored: a load is a read of that store, in one step, and never a request.",
        "an empty list while the backend cannot be reached",
        "a result that nobody stores is never shown",
        ("F19", "E1", "E3"),
    ),
    M.SAVE_AWAITS_UPLOAD: Entry(
        "Saving waits for the first attempt to upload; only then it loads and starts polling.",
        "nothing: what the app does",
        "polling starts late",
        ("E6", "E14"),
    ),
    M.ANY_TASK_LOWERS: Entry(
        "Every poll task that ends lowers the flag that says so, in a later step, without asking whether it is current.",
        "nothing: what the app does",
        "a poll that can no longer be stopped, and a second one beside it",
        ("F6", "E9"),
    ),
    M.STORE_STATUS: Entry(
        "The status in the answer to the upload is stored.",
        "a meal that stays pending on the device",
        "none",
        ("F19", "E2"),
    ),
    M.STORE_PAYLOAD: Entry(
        "The payload of a completed message is stored.",
        "a push that changes nothing on the screen",
        "none",
        ("F19", "E2", "E29"),
    ),
    M.STORE_FAILURE: Entry(
        "A failed message is stored.",
        "a failure that the list does not show",
        "none",
        ("F19", "E31"),
    ),
    M.MATCH_BY_LOCAL_ID: Entry(
        "Messages name the meal by a key that exists before the upload.",
        "a message that comes before the backend's id is stored",
        "a key in each message",
        ("F18", "E29"),
    ),
    M.BACKGROUND_SYNC: Entry(
        "Now and then each stored meal that is unfinished is fetched from the backend, whatever the socket says.",
        "a result that no message brought",
        "requests",
        ("F19", "E11", "E12"),
    ),
    M.PULL_TO_REFRESH: Entry(
        "Pulling the list down fetches what is unfinished, once.",
        "a user who has no other way",
        "none",
        ("E13",),
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
    M.ENTRY_ENDS_WITH_HANDLER: M.READER_OUTLIVES_HANDLER,
    M.PING_REFRESHES: M.ENTRY_EXPIRES,
    **dict.fromkeys(
        (
            M.SAVE_AWAITS_UPLOAD,
            M.ANY_TASK_LOWERS,
            M.STORE_STATUS,
            M.STORE_PAYLOAD,
            M.STORE_FAILURE,
            M.MATCH_BY_LOCAL_ID,
            M.BACKGROUND_SYNC,
            M.PULL_TO_REFRESH,
        ),
        M.LOCAL_STORE,
    ),
}
"""What a mechanism reads or writes and another brings. Without it nobody could build it as it is described."""

FLAWS = tuple(m for m in M if list(M).index(m) >= list(M).index(M.UNISOLATED))
"""Other readings of the code, flaws, and the app's world: whoever sweeps the seed's designs leaves them out."""

SEEDS = tuple(m for m in M if m not in FLAWS)
"""What the seed says, and repairs of the field: each may be in a design of the seed's world."""

APPS = (
    # What the app does, and could leave out.
    M.CONNECT_STOPS_POLLING,
    M.MESSAGE_STOPS_POLLING,
    M.VERIFY_ON_MESSAGE,
    M.TIMED_CONNECT,
    M.DROPS_UNHEARD,
    M.LATE_SUBSCRIPTION,
    M.OUTBOX_GIVES_UP,
    M.SAVE_AWAITS_UPLOAD,
    M.ANY_TASK_LOWERS,
    # What it could add.
    M.POLL_ON_APPEAR,
    M.POLL_UNTIL_TERMINAL,
    M.GENERATION_TOKEN,
    M.READY_ACK,
    M.CLOSE_BEFORE_DIAL,
    M.CONNECTION_SET,
    M.PUSH_TO_ALL,
    M.AUTO_RECONNECT,
    M.CURRENT_SOCKET_ONLY,
    M.CLIENT_PING,
    M.SERVER_PING,
    M.TERMINAL_ABSORBS,
    M.JOB_RECONCILIATION,
    M.IDEMPOTENT_UPLOAD,
    M.EFFECT_ON_FINISH,
    M.PONG_SAYS_LISTED,
    M.STORE_FAILURE,
    M.MATCH_BY_LOCAL_ID,
)
"""What is open when the app is to be repaired: what it does and could leave out, and what it could add."""
