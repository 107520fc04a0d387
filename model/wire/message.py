"""What a message of the wire is made of, and its JSON Schema.

A message is written as one JSON value, also where it is HTTP: a request as its method, path, query, headers and body,
an answer as its status and body, a close as its code and reason. So there is one kind of schema and one kind of
example, and a vector can hold any of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from mealspec.core import Event
from mealspec.model.design import Design
from mealspec.model.mechanism import Mechanism as M
from mealspec.model.rows import EVERY, Given, Only, has

DRAFT = "https://json-schema.org/draft/2020-12/schema"

SPACE = "urn:mealspec:wire:"
"""What the schemas' ids begin with."""

EXAMPLE = "9c65f612-4b22-4cf8-b3f5-d42cd05e2cb8"
"""The id of the meal in all examples: the backend's, in the seed's incident."""


class Source(StrEnum):
    """Whose word it is."""

    APP = "the app's"
    SEED = "the seed's"
    PROPOSED = "proposed"


class Kind(StrEnum):
    """What it is on the wire."""

    REQUEST = "request"
    ANSWER = "answer"
    TEXT = "message"
    FRAME = "frame"
    CLOSE = "close"


class Side(StrEnum):
    """Who sends it."""

    CLIENT = "client"
    SERVER = "server"


@dataclass(frozen=True, eq=False)
class Field:
    """A field of a message.

    Attributes
    ----------
    name, what
        How it is written, and what it says.
    example
        A value of it; for an object that of its ``fields``. Without one it is left out of the message's example.
    schema
        What it may be, as JSON Schema says it.
    fields, many
        Its parts, if it is an object, and whether it is a list of such objects.
    source
        Whose word it is.
    required
        Whether a message without it is malformed.
    only
        The mechanism that needs it; designs without it go without the field.
    """

    name: str
    what: str
    example: Any = None
    schema: Mapping[str, Any] = field(default_factory=dict)
    fields: tuple[Field, ...] = ()
    many: bool = False
    source: Source = Source.APP
    required: bool = True
    only: M | None = None


Said = str | tuple[str, Given]
"""The events at which a message is sent: all of a kind, or those of some designs."""


@dataclass(frozen=True, eq=False)
class Message:
    """What one side sends.

    Attributes
    ----------
    id, title
        Its name in links and schemas, and how people call it.
    kind, sender
        What it is, and who sends it.
    what
        When it is sent, and what the other side does with it.
    source, refs
        Whose word it is, and the facts and requirements that it rests on.
    sent, taken, missed
        The events of the model at which it is sent, is taken, and is lost, late or not sent though it should be:
        beginnings of their names, as :meth:`mealspec.core.Event.is_of` reads them, or a group with a value that they
        must have, in braces; with the designs in which it is sent at them, where not all do.
    outside
        Why the model has no event for it, if it has none.
    start
        How a request begins (method and path), the status of an answer, a frame's opcode, the code of a close.
    query, headers, body
        What it carries besides. The body of a message is the message itself.
    only
        The designs in which it is sent at such an event.
    """

    id: str
    title: str
    kind: Kind
    sender: Side
    what: str
    start: str | int
    source: Source
    refs: tuple[str, ...] = ()
    sent: tuple[Said, ...] = ()
    taken: tuple[str, ...] = ()
    missed: tuple[str, ...] = ()
    outside: str = ""
    query: tuple[Field, ...] = ()
    headers: tuple[Field, ...] = ()
    body: tuple[Field, ...] = ()
    only: Only = EVERY

    def is_at(self, event: Event) -> bool:
        """Whether it is sent, taken or missed at the event."""
        return self.is_sent(event) or named((*self.taken, *self.missed), event)

    def is_sent(self, event: Event, design: Design | None = None) -> bool:
        """Whether it is sent at the event, in a design or in any."""
        some = [(said, EVERY) if isinstance(said, str) else said for said in self.sent]
        return named((said for said, given in some if design is None or has(design, given)), event)


def named(patterns: Iterable[str], event: Event) -> bool:
    """Whether one of the patterns names the event."""
    return any(_names(pattern, event) for pattern in patterns)


def _names(pattern: str, event: Event) -> bool:
    start, _, key = pattern.partition(".{")
    return event.is_of(start) and (not key or key.removesuffix("}") in event.values)


# ---------------------------------------------------------------------- schemas and examples


def schema(message: Message, design: Design | None = None) -> dict[str, Any]:
    """The JSON Schema of a message, in a design or with what any design needs.

    Fields that it does not name are allowed, and whoever reads a message ignores them.
    """
    head = {"$schema": DRAFT, "$id": f"{SPACE}{message.id}", "title": message.title, "description": message.what}
    return head | _object(_envelope(message, design), design)


def example(message: Message, design: Design | None = None) -> dict[str, Any]:
    """A message as it is sent, put together of its fields' examples."""
    return _shown(_envelope(message, design), design)


def _envelope(message: Message, design: Design | None) -> tuple[Field, ...]:
    """The message as fields: those of its kind, with what it carries."""
    start, body = message.start, message.body
    if message.kind is Kind.REQUEST:
        method, _, path = str(start).partition(" ")
        carried = [("query", message.query), ("headers", message.headers), ("body", body)]
        parts = [Field(name, "", fields=some) for name, some in carried if having(some, design)]
        return (constant("method", method), _path(path), *parts)
    if message.kind is Kind.ANSWER:
        return (constant("status", start), *([Field("body", "", fields=body)] if having(body, design) else []))
    if message.kind is Kind.FRAME:
        return (constant("opcode", start), *body)
    return (constant("code" if message.kind is Kind.CLOSE else "type", start), *body)


def constant(name: str, value: str | int) -> Field:
    """A field that always has the same value."""
    return Field(name, "", value, {"const": value})


def _path(path: str) -> Field:
    """A path; a part of it in braces is an id."""
    before, brace, rest = path.partition("{")
    after = rest.partition("}")[2]
    if not brace:
        return constant("path", path)
    return Field("path", "", f"{before}{EXAMPLE}{after}", {"type": "string", "pattern": f"^{before}[^/]+{after}$"})


def having(fields: Iterable[Field], design: Design | None) -> list[Field]:
    """The fields that a design has."""
    return [each for each in fields if design is None or each.only is None or each.only in design]


def _object(fields: Iterable[Field], design: Design | None) -> dict[str, Any]:
    some = having(fields, design)
    needed = [each.name for each in some if each.required]
    parts = {each.name: _schema(each, design) for each in some}
    return {"type": "object", "properties": parts, **({"required": needed} if needed else {})}


def _schema(each: Field, design: Design | None) -> dict[str, Any]:
    said = {"description": each.what} if each.what else {}
    inner = _object(each.fields, design) if each.fields else dict(each.schema)
    return said | ({"type": "array", "items": inner} if each.many else inner)


def _shown(fields: Iterable[Field], design: Design | None) -> dict[str, Any]:
    out = {}
    for each in having(fields, design):
        if each.fields:
            inner = _shown(each.fields, design)
            out[each.name] = [inner] if each.many else inner
        elif each.example is not None:
            out[each.name] = each.example
    return out
