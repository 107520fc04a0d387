"""Every request, answer, message and close, one entry each; and what is said of all of them.

What is the app's was read in its code and in the description of its backend's interface
(`docs/be-api-spec/swagger.yaml`, version 0.32.0), and stands under the number of a fact where one rests on it. What
neither the seed nor the app settles is proposed here: it is what the mechanisms of `hardened` need, and no more.

Left out: meals that are entered by hand, by photo or in batches, deleting a meal, the consultations' socket, the
header `X-API-Key`, and what a client sends that no client of the model would.
"""

from __future__ import annotations

from typing import Any

from mealspec.model.mechanism import Mechanism as M
from mealspec.model.rows import Only
from mealspec.model.wire.message import EXAMPLE, Field, Kind, Message, Said, Side, Source

APP, SEED, PROPOSED = Source.APP, Source.SEED, Source.PROPOSED
REQUEST, ANSWER, TEXT, FRAME, CLOSE = Kind.REQUEST, Kind.ANSWER, Kind.TEXT, Kind.FRAME, Kind.CLOSE
CLIENT, SERVER = Side.CLIENT, Side.SERVER

STRING: dict[str, Any] = {"type": "string"}
UUID: dict[str, Any] = {"type": "string", "format": "uuid"}
TIME: dict[str, Any] = {
    "type": "string", "format": "date-time", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$",
}  # fmt: skip
"""In UTC; a format alone is checked by few."""
NUMBER: dict[str, Any] = {"type": ["number", "null"]}
COUNT: dict[str, Any] = {"type": "integer", "minimum": 0}
NAME: dict[str, Any] = {"type": "string", "minLength": 1, "maxLength": 200}

KEY, USER = "e38051b5-b861-4158-8570-a2305dbff854", "4eb4c27c-304d-4cca-8cc8-2b67a4c75d98"
"""The ids of the seed's incident serve as examples."""
INPUT = "two eggs and toast"
TOKEN = "eyJ0.e30.c2ln"
SAVED, DONE = "2025-11-08T09:23:50Z", "2025-11-08T09:24:23Z"

# ---------------------------------------------------------------------- fields that several have

WHEN = Field("timestamp", "when the server sent it (RFC 3339, UTC)", DONE, TIME)
BEARER = Field(
    "Authorization", "`Bearer` and the access token", f"Bearer {TOKEN}", {"type": "string", "pattern": "^Bearer [^ ]+$"}
)
SUBMISSION = Field(
    "idempotency_key",
    "the key under which the device submitted the meal",
    KEY,
    UUID,
    source=PROPOSED,
    required=False,
    only=M.IDEMPOTENT_UPLOAD,
)
"""In a meal and in a message: without it a device whose 201 was lost cannot know its own meal in an answer."""
ID, OWNER = Field("id", "the backend's id of the meal", EXAMPLE, UUID), Field("user_id", "whose it is", USER, UUID)
KINDS = {"enum": ["breakfast", "lunch", "dinner", "snack"]}
MEAL_TYPE = Field("meal_type", "which meal of the day", "breakfast", KINDS)


def _meal(status: str, says: dict[str, Any], *more: Field) -> tuple[Field, ...]:
    """A meal as the backend tells it."""
    return (
        ID, OWNER, SUBMISSION,
        Field("raw_input", "what was typed", INPUT, {"type": ["string", "null"]}, required=False),
        MEAL_TYPE,
        Field("status", "`processing` until the work is over, also while it waits or nobody works on it; an unknown value counts as unfinished", status, says),
        Field("logged_at", "when it was eaten", SAVED, TIME),
        Field("created_at", "when the backend took it", SAVED, TIME),
        Field("updated_at", "when this was last changed", DONE if status == "completed" else SAVED, TIME),
        *more,
    )  # fmt: skip


ITEM = (
    Field("id", "the item", "1f0c8a52-93c4-4b6d-8a06-6a0a4e0a7a01", UUID),
    Field("food_name", "what it is", "Scrambled eggs", STRING),
    Field("quantity", "how much", 2, {"type": "number"}),
    Field("unit", "of what", "large", STRING),
    *(Field(name, what, value, {"type": "number"}) for name, what, value in (
        ("calories", "kcal", 180), ("protein_g", "grams", 12.6), ("carbs_g", "grams", 1.2), ("fat_g", "grams", 12.0))),
    Field("food_type", "`water` counts into the day's water", "food", {"enum": ["food", "drink", "water"]}, required=False),
    Field("order_index", "its place in the list", 0, COUNT),
)  # fmt: skip
TOTALS = tuple(
    Field(name, "of all items", value, NUMBER, required=False)
    for name, value in (
        ("total_calories", 180),
        ("total_protein_g", 12.6),
        ("total_carbs_g", 1.2),
        ("total_fat_g", 12.0),
    )
)
ITEMS = Field("items", "what the work found", fields=ITEM, many=True)
MESSAGE = Field("error_message", "why the work failed", None, {"type": ["string", "null"]}, required=False)
STATUS = {"enum": ["processing", "completed", "failed", "manual"]}
RESULT = (*TOTALS, MESSAGE)


def _error(message: str, code: str) -> Field:
    """What is wrong."""
    return Field("error", "what is wrong", fields=(
        Field("message", "for people", message, STRING), Field("code", "for programs", code, STRING, required=False)))  # fmt: skip


EXPIRED, CROWD = _error("token expired", "UNAUTHORIZED"), _error("too many of them", "RATE_LIMIT")

ASKS = Only(lacking=(M.LOCAL_STORE,))
"""A load asks the backend."""
LOADS: tuple[Said, ...] = (
    "client.appear", "client.return", "client.show", "client.poll.wake.service_down", "client.poll.wake.unflagged",
    "client.poll.wake.anyway", "client.stale.wake.service_down", "client.stale.wake.unflagged",
    "client.stale.wake.anyway", "client.receive",
    ("user.foreground", M.PROBE_ON_FOREGROUND), ("client.connected", M.CATCH_UP),
)  # fmt: skip
"""Events at which a load may begin."""
DIALS = ("client.connect", "user.reconnect", "client.redial", "client.heal")
SENDS, HEARS = ("server.push", "server.replay"), ("client.receive", "client.receive_twin", "network.deliver")
LOST = ("server.skip", "server.evict", "network.lose", "network.void", "client.ignore")
CLOSES: tuple[Said, ...] = (
    "user.leave", "user.quit", "client.follow_path",
    *((dial, M.CLOSE_BEFORE_DIAL) for dial in ("client.connect", "user.reconnect", "client.heal")),
)  # fmt: skip
"""Events at which the client lets go of a socket that may work."""


def BOTH(*events: str) -> tuple[tuple[str, ...], tuple[str, ...]]:  # noqa: N802 (part of the table below)
    """What is sent and taken in one step of the model."""
    return events, events


NOBODY_SENDS = "the model's clients send nothing that is malformed"

# ---------------------------------------------------------------------- the table

MESSAGES: tuple[Message, ...] = (
    # REST.
    Message("submit", "submit a meal", REQUEST, CLIENT,
            "Sent for a saved meal, and again with the same key until a 201 has come.",
            "POST /api/v1/meal-logs/natural", SEED, ("R11", "E35", "F15"),
            ("client.upload",), ("server.take",), ("network.cut_upload", "network.refuse_upload"),
            headers=(BEARER, Field("Idempotency-Key", "made when the meal is saved, stored with it, and never changed", KEY, UUID, source=PROPOSED, only=M.IDEMPOTENT_UPLOAD)),
            body=(Field("raw_input", "what was typed", INPUT, {"type": "string", "minLength": 1, "maxLength": 1000}), MEAL_TYPE,
                  Field("logged_at", "when it was eaten; now, if it is not said", SAVED, TIME, required=False))),
    Message("submit.taken", "the meal is taken", ANSWER, SERVER,
            "Sent when the meal is stored and its work is queued, and for a key that is known already the same again, whatever "
            "the body says, with the status that the meal has by then. The client stops sending.",
            201, SEED, ("R11", "E36"), ("server.take",), ("client.uploaded", "client.saved"), ("network.cut_upload",),
            body=(Field("data", "the meal", fields=_meal("processing", STATUS)),)),
    Message("list", "list the meals", REQUEST, CLIENT,
            "Every load. The answer may come in pages: whoever awaits a meal that a page does not hold asks for the next one.",
            "GET /api/v1/meal-logs", APP, ("R7",), LOADS, ("server.read.{origin}",), ("network.cut.{origin}", "client.offline.{origin}"),
            only=ASKS, headers=(BEARER,),
            query=(Field("limit", "meals of a page, 1 to 100; 50 if it is not said", 100, {"type": "integer", "minimum": 1, "maximum": 100}, required=False),
                   Field("offset", "meals to skip", 0, COUNT, required=False))),
    Message("list.answer", "the list", ANSWER, SERVER,
            "What the database holds of the user's meals at that moment, newest first; never from a cache.",
            200, APP, ("F11",), ("server.read.{origin}",), ("client.apply.{answer}", "client.stale.apply"), ("network.cut.{origin}",),
            only=ASKS, body=(Field("data", "the page", fields=(
                Field("meal_logs", "the meals", fields=_meal("completed", STATUS, *RESULT), many=True),
                Field("total_count", "of all pages", 1, COUNT), Field("limit", "as asked", 100, COUNT),
                Field("offset", "as asked", 0, COUNT), Field("has_more", "whether there is a next page", False, {"type": "boolean"}))),)),
    Message("meal", "one meal", REQUEST, CLIENT,
            "A fetch of one meal that the device has stored as unfinished; `hardened` does without it.",
            "GET /api/v1/meal-logs/{id}", APP, ("E11", "E13"),
            ("client.sync", "user.pull"), ("server.read.sync",), headers=(BEARER,)),
    Message("meal.answer", "the meal", ANSWER, SERVER, "What the database holds of it at that moment.",
            200, APP, ("E11", "E12"), ("server.read.sync",), ("client.synced", "client.unchanged"),
            body=(Field("data", "the meal", fields=_meal("completed", STATUS, *RESULT, ITEMS)),)),
    Message("refresh", "renew the token", REQUEST, CLIENT,
            "Sent after a 401, one at a time, for a refresh token can be used once. Dials and requests may wait for it.",
            "POST /api/v1/auth/refresh", APP, ("E23", "F10"), ("client.renew_token",),
            body=(Field("refresh_token", "the one that came with the last access token", "c29tZQ", NAME),)),
    Message("refresh.answer", "fresh tokens", ANSWER, SERVER, "Both are stored before either is used; the next dial carries the new one, too.",
            200, APP, ("E23", "F10"), (), ("client.renew_token",),
            body=(Field("data", "both", fields=(Field("access_token", "for requests and dials", TOKEN, STRING), Field("refresh_token", "for the next renewal", "bW9yZQ", NAME))),)),
    Message("malformed", "the request is malformed", ANSWER, SERVER,
            "To a body or a header that does not fit its schema, a missing `Idempotency-Key` among them. The client shows the error, "
            "keeps the meal, and does not send it again unchanged.",
            400, APP, outside=NOBODY_SENDS, body=(_error("raw_input is empty", "BAD_REQUEST"),)),
    Message("unauthorized", "the token is not taken", ANSWER, SERVER,
            "To any request whose access token is missing, expired or wrong. The client renews the token and sends again; a load "
            "counts as failed.",
            401, APP, ("E23", "F10"), *BOTH("server.deny_upload", "client.denied.{origin}"), body=(EXPIRED,)),
    Message("not-found", "no such meal", ANSWER, SERVER,
            "For a meal that is not there, and in the same words for one of another user.", 404, PROPOSED,
            outside="the model has one user", body=(_error("no such meal", "NOT_FOUND"),)),
    Message("too-many", "too many requests", ANSWER, SERVER,
            "The client waits as long as `Retry-After` says, or its next interval; a load counts as failed.", 429, APP, ("E39",),
            outside="the model counts no requests", body=(CROWD,)),
    Message("unavailable", "the server is down", ANSWER, SERVER,
            "While the server starts or stops, or by a proxy in front of it; a refused TCP connection counts as the same. The outbox "
            "keeps the meal; a load counts as failed.",
            503, PROPOSED, ("R22",), (), ("server.refuse_upload", "client.error.{origin}")),

    # The handshake.
    Message("dial", "dial", REQUEST, CLIENT,
            "The upgrade of RFC 6455. The server takes the token here or as `Authorization`; its access log must not keep the query.",
            "GET /ws/meal-logs", SEED, ("R2", "E23", "E41"), (*DIALS, "user.join"), ("server.accept",), ("network.fail_dial", "client.unreachable"),
            headers=(Field("Upgrade", "", "websocket", {"const": "websocket"}),),
            query=(Field("token", "the access token, fresh at the time of the dial", TOKEN, STRING, required=False),)),
    Message("dial.accepted", "the handshake is answered", ANSWER, SERVER,
            "The socket is open, which says nothing of the registry.", 101, APP, ("E16", "F4"), ("server.accept",), ("client.open", "user.join")),
    Message("dial.denied", "the dial is refused", ANSWER, SERVER,
            "The token is missing, expired or wrong: renew it, then dial again.",
            401, APP, ("E23", "F10"), *BOTH("client.denied.{c}"), body=(EXPIRED,)),
    Message("dial.too-many", "too many dials", ANSWER, SERVER,
            "More than 10 a minute: dial again after the back-off.", 429, APP, ("E39",),
            outside="the model counts no dials; for it a refused dial is one that fails", body=(CROWD,)),
    Message("dial.unavailable", "the server is down", ANSWER, SERVER,
            "As for requests: the dial has failed at once.", 503, PROPOSED, ("R22",), (), ("client.refused",)),

    # Messages: JSON in text frames.
    Message("connected", "connected", TEXT, SERVER,
            "The app's backend sends it after the handshake. It does not say that the registry holds the socket, so nothing may "
            "hang on it; a server that sends `ready` does without it.",
            "connected", APP, ("E16",), ("server.accept",), only=Only(lacking=(M.READY_ACK,)), body=(OWNER, WHEN)),
    Message("ready", "ready", TEXT, SERVER,
            "Sent once the registry holds the socket, and again as the answer to `register`. Only from the first one on may the "
            "client call itself connected.",
            "ready", PROPOSED, ("R30", "F4"), ("server.register.{c}", "client.reregister"), ("client.ready",), only=Only((M.READY_ACK,)),
            body=(Field("connection_id", "this socket, for the logs of both sides", "c-7f3a9e", NAME),
                  Field("epoch", "this life of the server: another one after each restart", "2025-11-08T06:00:00Z/1", NAME), WHEN)),
    Message("ping", "ping", TEXT, CLIENT, "Asks whether the socket works and, with the answer, whether the registry holds it.",
            "ping", APP, ("R10", "E22"), ("client.ping", ("user.foreground", M.PROBE_ON_FOREGROUND)), ("client.pong", "client.probe_alive"), ("client.expire", "client.probe_dead")),
    Message("pong", "pong", TEXT, SERVER, "The answer to one `ping`, at once, by whoever reads the socket.",
            "pong", APP, ("E22", "E38", "F16"), ("client.pong", "client.probe_alive"), ("client.pong", "client.reregister", "client.probe_alive"),
            ("client.expire", "client.probe_dead"),
            body=(WHEN, Field("listed", "whether the registry holds this socket, looked up now", True, {"type": "boolean"}, source=PROPOSED, only=M.PONG_SAYS_LISTED))),
    Message("register", "register anew", TEXT, CLIENT,
            "Sent when a pong says that the registry does not hold the socket. The server enters it as on a new one and sends `ready`.",
            "register", PROPOSED, ("F16",), *BOTH("client.reregister"), only=Only((M.PONG_SAYS_LISTED,))),
    Message("completed", "a meal is completed", TEXT, SERVER,
            "Sent after the result is stored. It may come twice, late, or never.",
            "meal_log.completed", APP, ("R5", "R13", "E29"), SENDS, HEARS, LOST,
            body=(Field("data", "the whole meal", fields=_meal("completed", {"const": "completed"}, *TOTALS, ITEMS)), WHEN)),
    Message("failed", "a meal has failed", TEXT, SERVER,
            "Sent after the failure is stored, in just this format: of the two that are documented the client decodes this one.",
            "meal_log.failed", APP, ("R6", "E31", "E32", "F13"), SENDS, HEARS, (*LOST, "client.garbled"),
            only=Only((M.FAILURE_NOTIFICATIONS,)),
            body=(Field("data", "what failed", fields=(
                Field("meal_log_id", "the backend's id of the meal", EXAMPLE, UUID), OWNER, Field("raw_input", "what was typed", INPUT, STRING), MEAL_TYPE,
                Field("error", "for people", "no food was recognised", STRING),
                Field("error_code", "for programs", "PARSING_FAILED", {"enum": ["PARSING_FAILED", "AI_SERVICE_ERROR", "RATE_LIMIT", "SERVER_ERROR"]}),
                Field("details", "more of it", None, {"type": ["string", "null"]}, required=False))), WHEN)),
    Message("error", "an error of the connection", TEXT, SERVER,
            "Sent before a close that it explains. It changes nothing by itself: the close does.",
            "error", APP, ("E20", "E39"), (), ("client.hear_close",),
            body=(Field("error", "for people", "server error", STRING),
                  Field("error_code", "for programs", "SERVER_ERROR", {"enum": ["AUTH_FAILED", "CONNECTION_LIMIT", "SERVER_ERROR", "RATE_LIMIT"]}),
                  Field("details", "more of it", None, {"type": ["string", "null"]}, required=False), WHEN)),

    # Frames and closes.
    Message("server-ping", "the server's ping", FRAME, SERVER,
            "A ping frame of RFC 6455, which the client's library answers. A suspended app answers none.",
            "ping", PROPOSED, ("F2",), missed=("server.expire", "server.expire_suspended"), only=Only((M.SERVER_PING,))),
    Message("client-pong", "its answer", FRAME, CLIENT, "A pong frame of RFC 6455, sent by the library.",
            "pong", PROPOSED, ("F2",), missed=("server.expire", "server.expire_suspended"), only=Only((M.SERVER_PING,))),
    Message("close.leaving", "the client leaves", CLOSE, CLIENT,
            "The screen is closed, or another socket takes this one's place. The server ends the handler and removes this entry.",
            1000, PROPOSED, ("R9", "F5"), CLOSES, ("server.notice",)),
    Message("close.silent-server", "no answer in time", CLOSE, CLIENT,
            "Sent on a socket that the client gives up: ready or a pong is late. It may arrive nowhere, and on a dial whose handshake nobody "
            "has answered there is nothing to send it on.", 4408, PROPOSED, ("F2",), ("client.expire", "client.probe_dead", "client.give_up", "client.misfire"), ("server.notice",)),
    Message("close.going-away", "the server ends", CLOSE, SERVER,
            "Sent on every socket before the process ends in order.", 1001, PROPOSED, ("R22", "F9"), ("server.crash",), ("client.hear_close",)),
    Message("close.silent-client", "no pong in time", CLOSE, SERVER,
            "Sent on a socket that the server gives up. On a silent break it arrives nowhere.",
            4408, PROPOSED, ("F2",), ("server.expire", "server.expire_suspended"), ("client.hear_close",), only=Only((M.SERVER_PING,))),
    Message("close.refused", "what was sent is refused", CLOSE, SERVER,
            "For a frame that is no JSON, no known message, or binary; 1009 in its place for one that is too large.",
            1008, PROPOSED, outside=NOBODY_SENDS),
    Message("close.none", "the end without a close", CLOSE, SERVER,
            "Nobody sends this code: libraries report it when a connection ends without a close frame, as after a crash, a reset or an "
            "error. Both sides treat it as a close.",
            1006, PROPOSED, ("R22", "F2"), (), ("network.tell_client", "client.hear_close"), ("server.crash", "network.tell_server")),
)  # fmt: skip
"""All of them, in the order in which a page tells them."""

BY_ID = {message.id: message for message in MESSAGES}

REPLIES = tuple(
    event
    for message in MESSAGES if message.kind is TEXT and message.sender is CLIENT
    for event in message.sent if isinstance(event, str) and any(event in read.taken for read in MESSAGES if read.kind is TEXT)
)  # fmt: skip
"""Events at which a client reads a message, and sends another because of what it says."""

AUTHENTICATION = (
    ("Requests carry the access token as `Authorization: Bearer`, the dial carries it as `?token=` or in the same header.", APP, ("E23",)),
    ("It lives 24 hours or about 15 minutes: documents differ. So nobody counts on either, and everybody is ready for a 401.", APP, ("E23",)),
    ("After its end requests and dials are answered 401. A socket that is open stays open, and so does its entry.", APP, ("E23", "F10")),
    ("After a 401 the client renews the token once, whoever asks first; everybody else may wait for that. The next dial uses the new token.", PROPOSED, ("F10",)),
    ("If the renewal is answered 401, the person must log in again. Saved meals stay in the outbox.", PROPOSED, ("E23",)),
    ("The server takes the user from the token alone, never from a body, and answers for that user's meals only.", PROPOSED, ()),
)  # fmt: skip
"""What is said of tokens: a sentence, whose word it is, and what it rests on."""

LIMITS = (
    ("a text frame of a client", "4 KiB", PROPOSED),
    ("the body of a request", "64 KiB", PROPOSED),
    ("`raw_input`", "1 to 1000 characters", APP),
    ("dials of one user", "10 a minute", APP),
)  # fmt: skip
"""What the server may refuse beyond which size."""
