"""The wire: each event that is a message names one, each message an event; schemas refuse what they must."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from mealspec.core import Event
from mealspec.draw.entries import RICH, every_event
from mealspec.model.design import DESIGNS, Design, design
from mealspec.model.events import alphabet
from mealspec.model.wire.message import Kind, Message, Source, example, named, schema
from mealspec.model.wire.table import AUTHENTICATION, MESSAGES, REPLIES
from mealspec.properties.evidence import FACTS
from mealspec.properties.requirements import REQUIREMENTS
from mealspec.properties.scenarios import FAILURES

CLIENT, SERVER = {"view", "poller", "socket"}, {"registry", "jobs"}
"""Lanes of a chart."""

FAR = {"network", "device"}


@cache
def events() -> list[Event]:
    """Those of all designs and mechanisms, and of one that lets a cancelled task poll whatever the socket says."""
    more = alphabet(design("published+poll_until_terminal"), RICH)
    return list({event.name: event for event in (*every_event().values(), *more)}.values())


def crosses(event: Event) -> bool:
    """Whether something of it is on its way between the two sides, or should be."""
    ends = set(event.arrow or ())
    return bool(ends & FAR) or (bool(ends & CLIENT) and bool(ends & SERVER)) or ends == {"user", "socket"}


def validator(message: Message, plan: Design | None = None) -> Draft202012Validator:
    return Draft202012Validator(schema(message, plan), format_checker=Draft202012Validator.FORMAT_CHECKER)


def of(name: str) -> Message:
    return next(message for message in MESSAGES if message.id == name)


@pytest.mark.slow
def test_every_event_between_the_sides_names_its_message() -> None:
    silent = [event.name for event in events() if crosses(event) and not any(m.is_at(event) for m in MESSAGES)]
    assert silent == []


def test_an_event_that_the_user_or_a_machine_has_alone_names_none() -> None:
    inner = [e for e in events() if e.arrow and set(e.arrow) <= {"view", "poller"} and not e.is_of("client.receive")]
    assert len(inner) > 10
    assert [event.name for event in inner if any(m.is_at(event) for m in MESSAGES)] == []


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: message.id)
def test_every_message_names_events_that_there_are_or_says_why_it_has_none(message: Message) -> None:
    sent = [said if isinstance(said, str) else said[0] for said in message.sent]
    patterns = [*sent, *message.taken, *message.missed]
    assert bool(patterns) != bool(message.outside)
    assert [pattern for pattern in patterns if not any(named([pattern], event) for event in events())] == []


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: message.id)
@pytest.mark.parametrize("plan", [None, *DESIGNS.values()], ids=str)
def test_every_example_fits_its_schema(message: Message, plan: Design | None) -> None:
    Draft202012Validator.check_schema(schema(message, plan))
    validator(message, plan).validate(example(message, plan))


def needed(found: dict[str, Any], value: Any) -> Iterator[tuple[str, ...]]:
    """The ways to each field of a value that the schema requires."""
    for name in found.get("required", ()):
        yield (name,)
    for name, part in found.get("properties", {}).items():
        inner = part.get("items", part)
        if name in value:
            first = value[name][0] if part.get("type") == "array" else value[name]
            yield from ((name, *way) for way in needed(inner, first))


def inside(value: Any, way: tuple[str, ...]) -> dict[str, Any]:
    for name in way:
        value = value[name]
        value = value[0] if isinstance(value, list) else value
    return value  # type: ignore[no-any-return]


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: message.id)
def test_a_message_without_a_field_that_it_needs_is_refused_and_so_is_one_of_another_kind(message: Message) -> None:
    ways = list(needed(schema(message), example(message)))
    assert ways, "every message has something that makes it one"
    for *way, name in ways:
        without, wrong = copy.deepcopy(example(message)), copy.deepcopy(example(message))
        del inside(without, tuple(way))[name]
        inside(wrong, tuple(way))[name] = 17.5
        assert not validator(message).is_valid(without), f"{message.id} without {name}"
        numbers = {"quantity", "calories", "protein_g", "carbs_g", "fat_g"}
        assert validator(message).is_valid(wrong) == (name in numbers), f"{message.id} with {name} = 17.5"


@pytest.mark.parametrize(
    ("name", "way", "value"),
    [
        ("submit", ("body", "meal_type"), "brunch"),
        ("submit", ("body", "raw_input"), "x" * 1001),
        ("submit", ("headers", "Idempotency-Key"), "not a uuid"),
        ("submit", ("headers", "Authorization"), "Basic abc"),
        ("submit", ("body", "logged_at"), "8 November 2025"),
        ("meal", ("path",), "/api/v1/meal-logs/1/items"),
        ("list", ("query", "limit"), 1000),
        ("failed", ("data", "error_code"), "UNKNOWN"),
        ("close.leaving", ("code",), 1001),
    ],
)
def test_what_a_schema_says_of_a_value_counts(name: str, way: tuple[str, ...], value: Any) -> None:
    changed = copy.deepcopy(example(of(name)))
    inside(changed, way[:-1])[way[-1]] = value
    assert not validator(of(name)).is_valid(changed)


def test_no_message_is_taken_for_another_of_its_kind_from_the_same_side() -> None:
    for one in MESSAGES:
        if one.kind is Kind.ANSWER:  # told apart by what they answer
            continue
        others = [m for m in MESSAGES if (m.kind, m.sender) == (one.kind, one.sender) and m is not one]
        assert [other.id for other in others if validator(other).is_valid(example(one))] == []


def test_unknown_fields_are_let_pass() -> None:
    for message in MESSAGES:
        validator(message).validate(example(message) | {"something": "new"})


def test_a_design_has_the_fields_that_its_mechanisms_need() -> None:
    hardened, published = DESIGNS["hardened"], DESIGNS["published"]
    assert "listed" in example(of("pong"), hardened)
    assert "listed" not in example(of("pong"), published)
    assert "Idempotency-Key" not in example(of("submit"), published)["headers"]
    assert validator(of("submit"), published).is_valid(example(of("submit"), published))
    assert not validator(of("submit"), hardened).is_valid(example(of("submit"), published))


def test_every_reference_is_one() -> None:
    refs = [ref for message in MESSAGES for ref in message.refs] + [
        ref for _, _, refs in AUTHENTICATION for ref in refs
    ]
    assert [ref for ref in refs if ref not in (*FACTS, *REQUIREMENTS, *FAILURES)] == []


def test_whose_word_it_is_names_a_fact_or_what_it_closes() -> None:
    apps = [message for message in MESSAGES if message.source is Source.APP]
    seeds = [message for message in MESSAGES if message.source is Source.SEED]
    assert len(apps) > 12
    assert {message.id for message in seeds} == {"submit", "submit.taken", "dial"}, "the seed's logs name these"
    bare = [message.id for message in apps if not any(ref[0] == "E" for ref in message.refs)]
    assert bare == ["list", "list.answer", "malformed"], "these stand in the description of its interface only"
    assert [message.id for message in seeds if not any(ref[0] == "R" for ref in message.refs)] == []


def test_a_reply_is_what_a_client_sends_because_of_what_it_reads() -> None:
    """And the events are those at which it reads the one and sends the other."""
    assert REPLIES == ("client.reregister",)
    (event,) = [each for each in alphabet(design("hardened"), RICH) if each.name == "client.reregister.c1"]
    assert named(REPLIES, event)
    assert [m.id for m in MESSAGES if named(m.taken, event)] == ["pong", "register"]
