"""States as short sentences about a run: what each machine has come to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from enum import StrEnum
from typing import Any

from mealspec.core import State
from mealspec.model.client.app import App
from mealspec.model.client.day import Day
from mealspec.model.client.local_poller import Tasks
from mealspec.model.client.models import Models
from mealspec.model.client.screen import Screen
from mealspec.model.client.service import Service
from mealspec.model.client.token import Token
from mealspec.model.meanings import VALUES
from mealspec.model.network.connection import IDLE, Client, Server
from mealspec.model.network.device import AWAY
from mealspec.model.network.path import Path
from mealspec.model.server.process import Process

_SILENT = (App.FOREGROUND, Path.FINE, Process.UP, Screen.SHOWN, Day.THIS, Models.ONE, Token.FRESH)
"""As things should be: nothing to tell."""

_ENDS = {Client.OPEN: "open", Client.READY: "open and known as ready", Client.DIALLING: "being dialled"}
_HANDLERS = {
    Server.ACCEPTED: "accepted and not registered",
    Server.HEARD: "heard and not registered",
    Server.REGISTERED: "registered",
    Server.RETURNED: "registered, and its handler has returned",
    Server.ELSEWHERE: "registered at another instance",
    Server.RETURNED_ELSEWHERE: "registered at another instance, and its handler has returned",
}


def phrase(machine: str, state: State) -> str:
    """The state of the machine in words; empty where it is nobody's concern.

    >>> from mealspec.model.client.poller import Loop, Poller
    >>> phrase("poller", Poller(Loop.NONE))
    'no poll task runs'
    """
    kind, _, which = machine.partition(".")
    if kind in _PHRASES:
        return _PHRASES[kind](which, state)
    if state in _SILENT or not isinstance(state, StrEnum):
        return ""
    words = VALUES[type(state)][state]
    return f"{which}: {words}" if which else words


def _poller(_: str, s: Any) -> str:
    now = f"a poll task runs ({VALUES[type(s.loop)][s.loop]})" if s.runs else "no poll task runs"
    return "".join([now, *(f", and {words}" for words in _others(s))])


def _others(s: Any) -> Iterator[str]:
    """What becomes of poll tasks that are not current."""
    if not isinstance(s, Tasks):
        if s.stale:
            yield "a cancelled one still acts"
        return
    if s.lowered:
        yield "the flag says that none does"
    if s.woken:
        yield "a cancelled one still acts"
    if s.rogue:
        yield "one whose handle is lost polls on"
    if s.ending:
        yield "one that has ended is about to lower the flag"


def _flags(_: str, s: Any) -> str:
    belief = f"the client {'believes' if s.connected else 'does not believe'} that it is connected"
    return f"{belief}, and dials" if s.connecting else belief


def _service(_: str, s: Service) -> str:
    if s.socket == "none":
        return "the service holds no socket"
    return f"the service calls {s.socket} connected" if s.connected else f"the service holds {s.socket}, not connected"


def _registry(_: str, s: Any) -> str:
    return f"the registry holds {' and '.join(s.held) or 'nothing'}"


def _connection(c: str, s: Any) -> str:
    if s == IDLE:
        return ""
    path = "" if s.fine else ", and between them silently broken"
    client, server = _ENDS.get(s.client, "closed"), _HANDLERS.get(s.server, "not known")
    return f"{c} is {client} at the client, {server} at the server{path}"


def _device(_: str, s: Any) -> str:
    return "" if s == AWAY else VALUES[type(s.far)][s.far]


def _view(m: str, s: Any) -> str:
    words = VALUES[type(s)][s]
    return f"{m} {words.removeprefix('it ') if words.startswith('it ') else f'is {words}'}"


def _notification(m: str, s: Any) -> str:
    return f"the push of {m}: {VALUES[type(s.fate)][s.fate]}"


def _loader(origin: str, s: Any) -> str:
    return "" if s.phase == "idle" else f"the load by {origin}: {VALUES[type(s.phase)][s.phase]}"


def _sync(_: str, s: Any) -> str:
    return "" if s.phase == "idle" else f"the fetch of {s.meal}: {VALUES[type(s.phase)][s.phase]}"


def _store(m: str, s: Any) -> str:
    return f"{m} on the device: {VALUES[type(s)][s]}"


def _save(m: str, s: Any) -> str:
    return "" if s == "idle" else f"the save of {m}: {VALUES[type(s)][s]}"


_PHRASES: dict[str, Callable[[str, Any], str]] = {
    "poller": _poller,
    "flags": _flags,
    "service": _service,
    "registry": _registry,
    "connection": _connection,
    "device": _device,
    "view": _view,
    "notification": _notification,
    "loader": _loader,
    "sync": _sync,
    "store": _store,
    "save": _save,
    "budget": lambda _, s: "",
}
