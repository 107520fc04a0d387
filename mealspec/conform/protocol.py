"""What a driver is told and what it answers: one JSON object a line, both ways, by schema.

A driver runs the implementation under test in its process, plays its surroundings and holds its clock. It carries out
one command, lets the implementation do all that it can do at that moment of the virtual clock, and answers what was
seen since the last answer, in order, and what is shown now. Nothing is waited for.

========  =====================================================================================================
command   what it is
========  =====================================================================================================
start     once, first: who is to be tested, and how many seconds its timers take; the driver says what it can do
reset     begin anew, with nothing left of what was before; without a new process
do        something happens to the implementation; ``what`` says what
advance   so many seconds pass
observe   nothing happens: what is shown?
stop      the last one: the driver answers, and ends
========  =====================================================================================================
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from jsonschema import Draft202012Validator

from mealspec.conform.meanings import LINES, MEANS, SECONDS, SHOWS
from mealspec.core.errors import printable

DRAFT = "https://json-schema.org/draft/2020-12/schema"
VERSION = 1
NUMBER: dict[str, Any] = {"type": "integer", "minimum": 1}
CODE: dict[str, Any] = {"type": "integer", "minimum": 1000, "maximum": 4999}
STATUS: dict[str, Any] = {"type": "integer", "minimum": 100, "maximum": 599}
OBJECT: dict[str, Any] = {"type": "object"}
TEXT: dict[str, Any] = {"type": "string", "maxLength": 1000}

CAPABILITIES: dict[str, str] = {
    "background": "the implementation can be suspended, and goes on where it was",
    "screen": "its screen can be left, and comes back",
    "token": "it renews its token when a request is answered 401",
    "restart": "it can be killed and started again, with what it has stored",
    "entry": "an entry of its registry can be taken away",
    "device": "several devices of one user can be connected",
}
"""What a driver may be able to do besides the usual: what it cannot do is not tested."""
CAN = "; ".join(f"`{name}`: {says}" for name, says in CAPABILITIES.items())


def _object(required: Mapping[str, Any], optional: Mapping[str, Any] | None = None) -> dict[str, Any]:
    return {
        "type": "object", "properties": {**required, **(optional or {})}, "required": list(required),
        "additionalProperties": False,
    }  # fmt: skip


def _what(table: Mapping[str, tuple[Mapping[str, Any], ...]], **more: Any) -> list[dict[str, Any]]:
    return [
        {"description": MEANS[what], **_object({**more, "what": {"const": what}, **fields[0]}, *fields[1:])}
        for what, fields in table.items()
    ]


SOCKET = {"socket": NUMBER}
DO: dict[str, tuple[Mapping[str, Any], ...]] = {
    # To a client: its user, and its surroundings.
    "appear": ({},),
    "leave": ({},),
    "submit": ({"meal": NUMBER, "text": TEXT},),
    "reconnect": ({},),
    "background": ({},),
    "foreground": ({},),
    "open": (SOCKET,),
    "refuse": ({**SOCKET, "status": STATUS},),
    "fail": ({}, {**SOCKET, "request": NUMBER}),
    "answer": ({"request": NUMBER, "answer": _object({"status": STATUS}, {"body": OBJECT})},),
    # To either.
    "message": ({**SOCKET, "message": OBJECT},),
    "close": ({**SOCKET, "code": CODE},),
    # To a server: its clients, its work, its process.
    "dial": ({**SOCKET, "request": OBJECT},),
    "cut": (SOCKET,),
    "break": (SOCKET,),
    "request": ({"request": NUMBER, "sent": OBJECT},),
    "work": ({"meal": TEXT, "ends": {"enum": ["completed", "failed"]}},),
    "crash": ({},),
    "boot": ({},),
    "drop_entry": (SOCKET,),
    "expire": ({"token": TEXT},),
    "grant": ({"token": TEXT},),
}
"""What may happen, by its ``what``: the fields that it has, and those that it may have."""

SEEN: dict[str, tuple[Mapping[str, Any], ...]] = {
    # Of a client.
    "dial": ({**SOCKET, "request": OBJECT},),
    "request": ({"request": NUMBER, "sent": OBJECT},),
    # Of either.
    "send": ({**SOCKET, "message": OBJECT},),
    "close": ({**SOCKET, "code": CODE},),
    # Of a server.
    "accept": (SOCKET,),
    "refuse": ({**SOCKET, "status": STATUS},),
    "answer": ({"request": NUMBER, "answer": _object({"status": STATUS}, {"body": OBJECT})},),
}
"""What can be seen, likewise."""

COMMAND: dict[str, Any] = {
    "$schema": DRAFT,
    "$id": "urn:mealspec:driver:command",
    "title": "What a driver is told",
    "oneOf": [
        _object({
            "op": {"const": "start"}, "version": {"const": VERSION}, "role": {"enum": ["client", "server"]},
            "seconds": {
                "description": SECONDS, "type": "object", "additionalProperties": {"type": "number", "minimum": 0},
            },
        }),
        _object({"op": {"enum": ["reset", "observe", "stop"]}}),
        _object({"op": {"const": "advance"}, "seconds": {"type": "number", "minimum": 0}}),
        *_what(DO, op={"const": "do"}),
    ],
}  # fmt: skip

STARTED: dict[str, Any] = {
    "$schema": DRAFT,
    "$id": "urn:mealspec:driver:started",
    "title": "What a driver answers to start",
    **_object({
        "ok": {"const": True}, "name": TEXT, "role": {"enum": ["client", "server"]},
        "capabilities": {"description": CAN, "type": "array", "items": TEXT, "maxItems": 100},
    }),
}  # fmt: skip

ANSWER: dict[str, Any] = {
    "$schema": DRAFT,
    "$id": "urn:mealspec:driver:answer",
    "title": "What a driver answers to everything else",
    **_object({
        "ok": {"const": True},
        "seen": {"type": "array", "maxItems": 1000, "items": {"oneOf": _what(SEEN)}},
        "shows": {"description": SHOWS, **_object({}, {
            "meals": {"oneOf": [{"type": "null"}, {"type": "object", "additionalProperties": {"type": "string"}}]},
            "connected": {"type": "boolean"},
            "connecting": {"type": "boolean"},
            "polling": {"type": "boolean"},
            "registry": {"type": "array", "items": NUMBER},
        })},
    }),
}  # fmt: skip


def schemas() -> dict[str, Any]:
    """All of them, for a file."""
    parts = {"command": COMMAND, "started": STARTED, "answer": ANSWER}
    about = {"title": "The protocol of a driver", "description": LINES}
    return {"$schema": DRAFT, "$id": "urn:mealspec:driver", **about, "$defs": parts}


@lru_cache
def _validator(which: str) -> Draft202012Validator:
    return Draft202012Validator({"command": COMMAND, "started": STARTED, "answer": ANSWER}[which])


def misfit(which: str, what: Any) -> str:
    """What is wrong with a command or an answer, by its schema; empty if nothing is.

    >>> misfit("command", {"op": "reset"}), bool(misfit("command", {"op": "do", "what": "dance"}))
    ('', True)
    """
    found = next(iter(_validator(which).iter_errors(what)), None)
    if found is None:
        return ""
    where = "".join(f"[{part!r}]" for part in found.absolute_path)
    return f"{which}{where}: {printable(found.message, 300)}"
