"""What each state means, in the words of an implementer.

States are values of enumerations, or tuples of such values; the words stand by enumeration and value, and by
tuple and field. The suite holds that every value and every field has some.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from model.app import App
from model.connection import Await, Client, Connection, Server
from model.flags import Flags
from model.job import Job
from model.loader import Loader, Phase
from model.notification import Fate, Notification
from model.outbox import Outbox
from model.path import Path
from model.poller import Loop, Poller, Stale
from model.receipt import Receipt
from model.registry import Registry
from model.screen import Screen
from model.server import Process
from model.service import Service
from model.view import View

__all__ = ["FIELDS", "VALUES"]

VALUES: Mapping[type[StrEnum], Mapping[str, str]] = {
    Screen: {
        "hidden": "there is no view model",
        "arriving": "the view model is there, and its connect task has not run yet",
        "shown": "the view model is there, and its first connect has begun",
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
        "registered": "the handler has entered it into the registry, and listens",
        "gone": "the handler has ended",
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
        "check": "its refresh is over, and it looks for unfinished meals next",
        "stopping": "it has decided to stop, and stops next",
    },
    Stale: {
        "none": "no cancelled task is alive",
        "woken": "its sleep was cut short, and the rest of its body runs",
        "check": "it looks for unfinished meals next",
        "stopping": "it calls stopPolling next, whoever is current by then",
    },
    Phase: {
        "idle": "no request is out",
        "sent": "the request is out",
        "answered": "the server has read its answer, and the screen does not show it yet",
    },
    Fate: {
        "none": "the meal is not finished, so there is nothing to tell",
        "owed": "the meal is finished, and the lookup is due",
        "sent": "it is under way",
        "missed": "it was skipped or lost, or died with the server",
        "delivered": "the client's handler has begun on it",
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
    },
    Receipt: {
        "never": "the backend has not taken it",
        "once": "the backend has taken it once",
        "twice": "the backend has taken it more than once: it exists twice",
    },
    View: {
        "none": "not submitted",
        "awaited": "submitted, and not listed yet",
        "processing": "listed as processing",
        "completed": "listed as completed",
        "failed": "listed as failed",
        "again": "it was listed as finished, and is now listed as less",
    },
}
"""By enumeration and value."""

FIELDS: Mapping[type, Mapping[str, str]] = {
    Flags: {
        "connected": "the view model believes that it is connected (`isWebSocketConnected`)",
        "connecting": "a dial of the view model is in progress (`isWebSocketConnecting`)",
    },
    Service: {"socket": "the socket that the library holds, or none", "connected": "the library calls it connected"},
    Poller: {"loop": "the current poll task", "stale": "a cancelled task that is still alive"},
    Loader: {"phase": "where the request stands", "answer": "what it was told about each meal, once it was"},
    Registry: {"held": "the connections under which the server finds the user"},
    Notification: {"fate": "what has become of it", "flight": "the connections on which a copy is under way"},
    Connection: {
        "client": "the client's end",
        "server": "the server's end",
        "fine": "the path between both carries data",
        "caller": "the code of whoever dialled",
    },
}
"""By tuple and field."""
