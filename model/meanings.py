"""What each state means, and what each timer waits for, in the words of an implementer.

States are values of enumerations, or tuples of such values; the words stand by enumeration and value, and by
tuple and field. The suite holds that every value and every field has some.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

from mealspec.model.client.app import App
from mealspec.model.client.day import Day
from mealspec.model.client.flags import Flags
from mealspec.model.client.loader import Loader, Phase
from mealspec.model.client.local_poller import Tasks
from mealspec.model.client.models import Models
from mealspec.model.client.outbox import Outbox
from mealspec.model.client.poller import Loop, Poller
from mealspec.model.client.save import Save
from mealspec.model.client.screen import Screen
from mealspec.model.client.service import Service
from mealspec.model.client.store import Store
from mealspec.model.client.sync import Fetch, Sync
from mealspec.model.client.token import Token
from mealspec.model.client.view import View
from mealspec.model.mechanism import Mechanism as M
from mealspec.model.network.connection import Await, Client, Connection, Server
from mealspec.model.network.device import Device, Far
from mealspec.model.network.path import Path
from mealspec.model.server.job import Job
from mealspec.model.server.notification import Fate, Notification
from mealspec.model.server.process import Process
from mealspec.model.server.receipt import Receipt
from mealspec.model.server.registry import Registry

VALUES: Mapping[type[StrEnum], Mapping[str, str]] = {
    Screen: {
        "hidden": "there is no view model",
        "arriving": "the view model is there, and its connect task has not run yet",
        "shown": "the view model is there, and its first connect has begun",
        "away": "the screen is left, and the view model lives on",
    },
    Day: {
        "this": "the list shows the day of the meals",
        "other": "the list shows another day, of which none of these meals is",
    },
    Models: {
        "one": "there is one view model",
        "two": "a second view model uses the same service, and its handler has taken the first one's place",
    },
    Token: {
        "fresh": "dials and requests are let in",
        "expired": "dials and requests are refused; open sockets stay",
        "renewed": "requests carry a fresh one, and dials still the expired one",
    },
    App: {
        "foreground": "the app's code runs",
        "background": "suspended: no code of the app runs",
        "probing": "just back, and the socket is being probed",
    },
    Path: {
        "fine": "the device has a network",
        "changed": "the network is another one than before, and the client has not followed yet",
        "absent": "the device has no network",
    },
    Process: {"up": "the server answers", "down": "between two lives: it refuses everything"},
    Client: {
        "idle": "not in use",
        "dialling": "the handshake has been sent",
        "open": "the handshake is done",
        "ready": "the server has said that it can route to this socket",
        "closed": "this end has let go",
    },
    Server: {
        "none": "the server knows nothing of it",
        "accepted": "the handshake is answered, and the registry does not hold it yet",
        "heard": "a first message has come on it, and the registry does not hold it yet",
        "registered": "the handler has entered it into the registry, and runs; its reader listens",
        "returned": "it was entered into the registry, and the handler has returned; its reader listens on",
        "elsewhere": "the registry of another instance holds it; the handler runs, and its reader listens",
        "returned_elsewhere": "as elsewhere, and the handler has returned; its reader listens on",
        "gone": "handler and reader have ended",
    },
    Far: {
        "away": "the other device has no socket",
        "open": "the other device holds its socket open",
        "closed": "the other device has let go",
        "broken": "the way to the other device carries nothing, and neither end knows",
    },
    Await: {
        "none": "nobody awaits the dial",
        "waiting": "whoever dialled waits",
        "succeeded": "whoever dialled is due to run on with success",
        "failed": "whoever dialled is due to run on with failure",
    },
    Loop: {
        "off": "there is no view model",
        "none": "there is no poll task",
        "sleep": "the task sleeps",
        "load": "its refresh is out",
        "stopping": "it has decided to stop, and stops next",
    },
    Phase: {
        "idle": "no load is due",
        "sent": "the request is out; of a local store, the read is due",
        "answered": "the server has read its answer, and the screen does not show it yet",
        "cut": "the task is cancelled, and its request with it; it fails next",
    },
    Fetch: {
        "idle": "no fetch is out",
        "sent": "the request is out",
        "answered": "the server has read its answer, and the device does not store it yet",
    },
    Save: {
        "idle": "no save is in progress",
        "waiting": "the save waits for the first attempt to upload",
        "due": "that attempt is over, and the save runs on: it loads, and may start polling",
    },
    Store: {
        "none": "not stored",
        "saved": "stored as pending, without the backend's id",
        "pending": "stored as pending, with the backend's id",
        "processing": "stored as processing",
        "completed": "stored as completed, with its result",
        "failed": "stored as failed",
    },
    Fate: {
        "none": "the meal is not finished, so there is nothing to tell",
        "owed": "the meal is finished, and the lookup is due",
        "sent": "it is under way",
        "missed": "it was skipped or lost, or died with the server",
        "delivered": "the client's handler has begun on it",
        "twice": "the client has handled it more than once, and each time its side effects happen",
    },
    Job: {
        "none": "the backend has no such meal",
        "queued": "the work waits",
        "processing": "the work is being done",
        "orphaned": "a restart has left it unfinished: it reads as processing, and nobody works on it",
        "completed": "the result is in the database",
        "failed": "the failure is in the database",
    },
    Outbox: {
        "none": "there is no submission",
        "waiting": "the submission waits for a connect in progress",
        "saved": "saved on the device, to be uploaded",
        "uploading": "the upload is under way",
        "answered": "the backend has taken it, and its answer is under way",
        "uploaded": "the answer has come",
        "retry": "an attempt has failed: it is tried again, or given up",
        "abandoned": "given up: it is never tried again",
    },
    Receipt: {
        "never": "the backend has not taken it",
        "once": "the backend has taken it once",
        "twice": "the backend has taken it more than once: it exists twice",
    },
    View: {
        "none": "not submitted",
        "awaited": "submitted, and not listed",
        "pending": "listed as pending",
        "processing": "listed as processing",
        "completed": "listed as completed",
        "failed": "listed as failed",
        "again": "it was listed as finished, and is now listed as less",
        "gone": "it was listed as finished, and is now not listed",
    },
}
"""By enumeration and value."""

FIELDS: Mapping[type, Mapping[str, str]] = {
    Flags: {
        "connected": "the view model believes that it is connected (`isWebSocketConnected`)",
        "connecting": "a dial of the view model is in progress (`isWebSocketConnecting`)",
    },
    Service: {"socket": "the socket that the library holds, or none", "connected": "the library calls it connected"},
    Poller: {
        "loop": "the current poll task",
        "woken": "a cancelled task's sleep was cut short, and the rest of its body runs",
        "loads": "a cancelled task's refresh is out; when it is over the task looks for unfinished meals",
        "stops": "a cancelled task calls stopPolling next, whoever is current by then",
    },
    Tasks: {
        "loop": "the current poll task",
        "woken": "a cancelled task's sleep was cut short, and the rest of its body runs",
        "rogue": "a task whose handle is lost polls on beside the current one, and nobody can stop it",
        "ending": "a task has ended, and lowers next the flag that says that polling runs, whoever is current by then",
        "lowered": "that flag is down though a task is current: nothing stops it, and the next start makes a second",
    },
    Sync: {
        "phase": "where the fetch stands",
        "meal": "the meal that is fetched",
        "before": "what was stored of it before the request",
        "says": "what the answer says of it",
    },
    Loader: {"phase": "where the request stands", "answer": "what it was told about each meal, once it was"},
    Registry: {"held": "the connections under which the server finds the user"},
    Notification: {"fate": "what has become of it", "flight": "the connections on which a copy is under way"},
    Device: {"far": "the other device's end", "server": "the server's end"},
    Connection: {
        "client": "the client's end",
        "server": "the server's end",
        "fine": "the path between both carries data",
        "caller": "the code of whoever dialled",
    },
}
"""By tuple and field."""


class Timer(NamedTuple):
    """A wait of the code, at whose end an event happens.

    Attributes
    ----------
    event, what
        The beginning of the event's name, and what has run out.
    figure, refs
        What documents and logs say of its length beyond its clock, if anything, and where that comes from.
    mechanisms
        Without which nobody waits so.
    """

    event: str
    what: str
    figure: str = ""
    refs: tuple[str, ...] = ()
    mechanisms: tuple[M, ...] = ()


TIMERS = (
    Timer("client.poll.wake", "the sleep of the poll task", refs=("R7", "R23", "R26")),
    Timer(
        "client.poll.wake",
        "the same, after empty polls",
        "after more than 3 of them each time 1.5 times as long, at most 30 s",
        ("R26",),
        (M.ADAPTIVE_INTERVAL,),
    ),
    Timer(
        "client.poll.pass",
        "the sleep of the poll task; it reads the local store and looks for unfinished meals in the same step",
        refs=("R7", "E7"),
        mechanisms=(M.LOCAL_STORE,),
    ),
    Timer("client.rogue.pass", "the same, of a task whose handle is lost", "5 s", ("E7", "E9"), (M.ANY_TASK_LOWERS,)),
    Timer(
        "client.connected",
        "the half second after which a connect succeeds, whatever has become of its dial",
        refs=("E15",),
        mechanisms=(M.TIMED_CONNECT,),
    ),
    Timer(
        "client.sync",
        "the pause between two fetches of what is unfinished",
        refs=("E11",),
        mechanisms=(M.BACKGROUND_SYNC,),
    ),
    Timer(
        "client.upload",
        "the outbox's pause before the next attempt",
        "2 s; after failures 1, 5, 30 and 120 s",
        ("E33",),
    ),
    Timer("client.abandon_upload", "the last attempt to upload", "5 attempts", ("E34",), (M.OUTBOX_GIVES_UP,)),
    Timer("client.poll.tire", "the passes that a poll loop is allowed", "", ("F12",), (M.POLL_CAP,)),
    Timer(
        "client.misfire", "the limit on a dial that is over, which was not cleared", "", ("F6",), (M.STALE_DIAL_TIMER,)
    ),
    Timer("server.expire_entry", "the life of an entry of the registry", "", ("F16", "E38"), (M.ENTRY_EXPIRES,)),
    Timer("server.expire_token", "the life of a token", "24 h or about 15 min: documents differ", ("E23", "F10")),
    Timer(
        "client.submit_anyway",
        "the wait of a submission for a connect",
        refs=("R28",),
        mechanisms=(M.WAIT_BEFORE_SUBMIT,),
    ),
    Timer("client.give_up", "the limit on a dial"),
    Timer("client.redial", "the pause before the next dial", "", ("F10",), (M.AUTO_RECONNECT,)),
    Timer("client.heal", "the pause before the next health check", "", ("R25",), (M.HEALTH_CHECK,)),
    Timer("client.ping", "the pause before the client's next ping", "30 s", ("R10", "E22")),
    Timer("client.expire", "the client's limit on the answer to a ping", "", ("R10", "F2"), (M.CLIENT_PING,)),
    Timer("client.probe_dead", "the limit on the answer to a probe", "", ("F7",), (M.PROBE_ON_FOREGROUND,)),
    Timer("server.expire", "the server's limit on the answer to a ping", "", ("F2",), (M.SERVER_PING,)),
    Timer("server.start", "the wait of queued work for the dispatcher", refs=("E37",)),
    Timer("server.complete", "the AI work", "5 to 8 s; 26 to 33 s from the submission to the end", ("E37", "R12")),
)
"""All of them; a timer may end at any moment while it runs."""
