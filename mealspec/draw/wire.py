"""The page of the wire, and its schemas in one file for programs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from functools import cache
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from mealspec.core import Event
from mealspec.draw.entries import every_event, group_of
from mealspec.draw.page import Page, code, link, references, render
from mealspec.model.design import Design
from mealspec.model.mechanism import CATALOGUE
from mealspec.model.wire.message import DRAFT, SPACE, Field, Kind, Message, Source, example, schema
from mealspec.model.wire.table import AUTHENTICATION, LIMITS, MESSAGES

WIDTH = 80
"""Of a line of an example: as much as a code host shows of one on a tablet."""

WIRE, SCHEMAS = "reference/wire.md", "reference/wire.schema.json"

CHAPTERS = (
    ("Requests and answers", (Kind.REQUEST, Kind.ANSWER)),
    ("Messages", (Kind.TEXT,)),
    ("Frames and closes", (Kind.FRAME, Kind.CLOSE)),
)


def wire() -> Iterator[Page]:
    """The page and the schemas."""
    chapters = [(title, [_told(m) for m in MESSAGES if m.kind in kinds]) for title, kinds in CHAPTERS]
    about = "requests, messages, closes and tokens, each with a schema and an example"
    yield render(
        WIRE, "wire", "The wire", about, chapters=chapters, schemas=SCHEMAS,
        authentication=[(says, _whose(source, refs)) for says, source, refs in AUTHENTICATION], limits=LIMITS,
    )  # fmt: skip
    about = "the schemas of all messages, for programs"
    whole = {"$schema": DRAFT, "$id": SPACE.removesuffix(":"), "title": "The wire", "$defs": _definitions()}
    yield Page(SCHEMAS, "Schemas of the wire", about, json.dumps(whole, indent=2, ensure_ascii=False) + "\n")


def _definitions() -> dict[str, Any]:
    """Each message's schema with its example, by its id."""
    return {message.id: schema(message) | {"examples": [example(message)]} for message in MESSAGES}


def _told(message: Message) -> dict[str, Any]:
    groups = [link(WIRE, f"reference/events.md#{group}", code(group)) for group in groups_at(message)]
    refs = [references(WIRE, message.refs)] if message.refs else []
    if message.source is Source.APP and not any(ref.startswith("E") for ref in message.refs):
        refs.append("the description of its interface")
    return {
        "is": message, "start": start_of(message), "refs": ", ".join(refs), "groups": groups,
        "fields": list(rows(message)), "example": as_text(message), "language": language(message),
    }  # fmt: skip


def _whose(source: Source, refs: Iterable[str]) -> str:
    """Whose word something is, and where that stands."""
    return f"{source}: {references(WIRE, refs)}" if refs else str(source)


@cache
def groups_at(message: Message) -> list[str]:
    """What the events are told under at which it is sent, taken, lost or missed."""
    return list(dict.fromkeys(group_of(name) for name, event in every_event().items() if message.is_at(event)))


def said_at(events: Iterable[Event]) -> list[Message]:
    """The messages that are sent, taken, lost or missed at some of these events."""
    some = list(events)
    return [message for message in MESSAGES if any(message.is_at(event) for event in some)]


def rows(message: Message) -> Iterator[tuple[str, ...]]:
    """Its fields as rows of a table: name and meaning, what it may be, who needs it, and whose it is."""
    for place, fields in (("query ", message.query), ("header ", message.headers), ("", message.body)):
        yield from _rows(place, fields)


def _rows(before: str, fields: Iterable[Field]) -> Iterator[tuple[str, ...]]:
    """What is inside of a field stands below it, with a dot more."""
    for each in fields:
        needed = f" Needed by {code(each.only)}: {CATALOGUE[each.only].does}" if each.only else ""
        name = f"{before}{code(each.name + '[]' * each.many)}"
        yield name, f"{each.what}{'.' * bool(needed)}{needed}<br>{_kind(each)}; {each.source}"
        yield from _rows(f"{before}·", each.fields)


def _kind(each: Field) -> str:
    """What a value may be, in a few words."""
    found = dict(each.schema)
    if each.fields:
        words = "list of objects" if each.many else "object"
    elif "const" in found:
        words = f"`{found['const']}`"
    elif "enum" in found:
        words = ", ".join(map(code, found["enum"]))
    else:
        types = found["type"] if isinstance(found["type"], list) else [found["type"]]
        words = " or ".join(str(found.get("format", name)) if name == "string" else name for name in types)
    return words + ("" if each.required else ", may be missing")


def start_of(message: Message) -> str:
    """How it begins, in a few words: ``POST /api/...``, ``201 Created``, ``{"type": "ping"}``, ``close 1001``."""
    if message.kind is Kind.ANSWER:
        return f"{message.start} {HTTPStatus(int(message.start)).phrase}"
    words = {Kind.TEXT: '{{"type": "{}"}}', Kind.FRAME: "{} frame", Kind.CLOSE: "close {}"}
    return words.get(message.kind, "{}").format(message.start)


def language(message: Message) -> str:
    """What an example is written in."""
    return "json" if message.kind is Kind.TEXT else "http"


def as_text(message: Message, design: Design | None = None) -> str:
    """Its example as it goes over the wire; empty for what is nothing but its start."""
    shown = example(message, design)
    if message.kind is Kind.TEXT:
        return _json(shown)
    if message.kind not in (Kind.REQUEST, Kind.ANSWER):
        return ""
    query = f"?{urlencode(shown['query'])}" if "query" in shown else ""
    first = f"{shown['method']} {shown['path']}{query}" if message.kind is Kind.REQUEST else start_of(message)
    headers = [f"{name}: {value}" for name, value in shown.get("headers", {}).items()]
    body = ["", _json(shown["body"])] if "body" in shown else []
    return "\n".join([first, *headers, *body])


def _json(value: Any, indent: str = "") -> str:
    """JSON in few lines: what is short stands together, what is long begins a line of its own."""
    flat = json.dumps(value, ensure_ascii=False)
    if len(indent) + len(flat) <= WIDTH or not isinstance(value, (dict, list)):
        return flat
    more, named = indent + "  ", value if isinstance(value, dict) else dict.fromkeys(range(len(value)))
    opens, closes = "{}" if isinstance(value, dict) else "[]"
    lines = [more]
    for name in named:
        key = f"{json.dumps(name)}: " if isinstance(value, dict) else ""
        text = f"{key}{_json(value[name], more)}, "
        if lines[-1] != more and ("\n" in text or len(lines[-1]) + len(text) > WIDTH):
            lines.append(more)
        lines[-1] += text
    return f"{opens}\n" + "\n".join(line.rstrip() for line in lines).rstrip(",") + f"\n{indent}{closes}"
