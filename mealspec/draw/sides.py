"""What each side can see: its machines, and of their states what its own code can know.

A rule of the model may ask what no side can see: whether the path is fine, whether a copy is under way. A side's page
tells only what is seen here. Names that the model needs and life has not (which of two sockets is `c1`) become roles:
this socket, the new one, the one held before.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from typing import Any

from mealspec.core import Event, State
from mealspec.draw.communication import kind_of
from mealspec.model.scope import ASPECTS, FAULTS, Scope
from mealspec.model.wire.message import Side

SEEN = replace(Scope().with_([*FAULTS, *ASPECTS]), connections=2).without(["device", "twin"])
"""The scope of the pages: one meal, two sockets, everything that can go wrong; one device, one view model."""

Roles = Mapping[str, str]
"""What a connection is called at an event."""


def roles(event: Event) -> Roles:
    """Which part each connection plays that the event names.

    >>> from mealspec.core import Kind
    >>> roles(Event("user.reconnect.c1.c2", Kind.USER, "user", (), values={"old": "c1", "new": "c2"}))
    {'c1': 'held', 'c2': 'new'}
    """
    parts = {"c": "this", "old": "held", "new": "new"}
    return {event.values[key]: role for key, role in parts.items() if key in event.values}


Known = Callable[[Any, Roles], dict[str, Any]]
"""What a side knows of a state of a machine: its variables, given what connections are called."""


def _plain(name: str, **alike: str) -> Known:
    """A machine with plain states, some of which look alike."""
    return lambda s, _: {name: alike.get(str(s), str(s))}


def _socket(name: str, names: Roles) -> str:
    return name if name == "none" else names.get(name, "another" if names else "one")


def _tasks(s: Any, _: Roles) -> dict[str, Any]:
    """The current task, and those that are cancelled and still alive, in designs that have them."""
    return {"poll": s.loop, **{field: value for field, value in s._asdict().items() if field != "loop"}}


def _listed(held: tuple[str, ...], names: Roles) -> dict[str, Any]:
    """Whether the registry holds this socket, and whether it holds others."""
    return {"listed": any(c in names for c in held), "others": any(c not in names for c in held)}


CLIENT: Mapping[str, Known] = {
    "screen": _plain("screen"),
    "app": _plain("app"),
    "service": lambda s, names: {"socket": _socket(s.socket, names), "usable": s.connected},
    "flags": lambda s, _: {"connected": s.connected, "connecting": s.connecting},
    "poller": _tasks,
    "loader": lambda s, _: {"load": "sent" if s.phase == "answered" else str(s.phase)},
    "outbox": _plain("upload", answered="uploading"),
    "view": _plain("shown"),
    "connection": lambda s, _: {"end": {"idle": "gone", "closed": "gone"}.get(s.client, s.client), "outcome": s.caller},
    "save": _plain("saving"),
    "store": _plain("stored"),
    "sync": lambda s, _: {"fetch": "sent" if s.phase == "answered" else str(s.phase)},
    "day": _plain("day"),
    "token": lambda s, _: {},
}
"""Of the client's machines. That its token has expired the client learns by a 401, and keeps nothing of it."""

SERVER: Mapping[str, Known] = {
    "server": _plain("process"),
    "connection": lambda s, _: {"handler": {"gone": "none"}.get(s.server, s.server)},
    "registry": lambda s, names: _listed(s.held, names) if names else {"anybody": bool(s.held)},
    "receipt": _plain("taken"),
    "job": _plain("job"),
    "notification": lambda s, _: {"owed": s.fate == "owed"},
    "token": lambda s, _: {},
}
"""Of the server's machines. Whether a token is good it reads off the token."""

VIEWS: Mapping[Side, Mapping[str, Known]] = {Side.CLIENT: CLIENT, Side.SERVER: SERVER}

PERMITS = {Side.CLIENT: "app", Side.SERVER: "server"}
"""The machine that only says whether the side's code runs."""


@cache
def _tuple(names: tuple[str, ...]) -> Any:
    return namedtuple("Known", names)


def known(side: Side, machine: str, state: State, names: Roles) -> Any:
    """What the side knows of a machine's state, as a named tuple."""
    found = VIEWS[side][kind_of(machine)](state, names)
    return _tuple(tuple(found))(*found.values())


def belongs(side: Side, machine: str) -> bool:
    """Whether the side knows anything of the machine."""
    return kind_of(machine) in VIEWS[side]
