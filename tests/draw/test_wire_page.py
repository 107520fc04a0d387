"""The page of the wire: as it is committed, with every message, and what stands there as an example fits its schema."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
from jsonschema import Draft202012Validator

from mealspec.draw.wire import SCHEMAS, WIRE, wire
from mealspec.model.wire.message import Kind, Message
from mealspec.model.wire.table import MESSAGES

FOLDER = Path(__file__).parents[2] / "diagrams"
BARE = (Kind.FRAME, Kind.CLOSE)
"""Kinds of messages that are nothing but their start."""


@cache
def files() -> dict[str, str]:
    return {page.path: page.text for page in wire()}


def section(message: Message) -> str:
    (found,) = re.findall(rf'<a id="{re.escape(message.id)}"></a>\n(.*?)(?=<a id=|\Z)', files()[WIRE], re.S)
    return str(found)


def said(message: Message) -> Any:
    """The example as whoever copies it from the page would have it."""
    (text,) = re.findall(r"^```\w+\n(.*?)^```", section(message), re.M | re.S)
    if message.kind is Kind.TEXT:
        return json.loads(text)
    head, _, body = text.partition("\n\n")
    first, *lines = head.splitlines()
    rest = {"body": json.loads(body)} if body else {}
    if message.kind is Kind.ANSWER:
        return {"status": int(first.split()[0]), **rest}
    method, _, where = first.partition(" ")
    path, _, query = where.partition("?")
    asked = {key: int(value) if value.isdigit() else value for key, value in parse_qsl(query)}
    return {"method": method, "path": path, "query": asked, "headers": dict(x.split(": ", 1) for x in lines), **rest}


@pytest.mark.parametrize("path", [WIRE, SCHEMAS])
def test_it_is_as_it_is_committed(path: str) -> None:
    assert (FOLDER / path).read_text(encoding="utf-8") == files()[path], "run 'mealspec draw'"


def test_every_message_has_a_schema_and_a_place_on_the_page() -> None:
    committed = json.loads((FOLDER / SCHEMAS).read_text(encoding="utf-8"))["$defs"]
    assert list(committed) == [message.id for message in MESSAGES]
    named = re.findall(r'^<a id="([\w.-]+)"></a>$', files()[WIRE], re.M)
    assert sorted(named) == sorted(committed)
    listed = re.findall(r"^\| \[`.*?`\]\(#([\w.-]+)\)", files()[WIRE], re.M)
    assert sorted(listed) == sorted(committed)


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: message.id)
def test_what_the_page_shows_fits_the_schema_that_stands_beside_it(message: Message) -> None:
    if message.kind in BARE:
        assert "```" not in section(message)
        return
    found = json.loads((FOLDER / SCHEMAS).read_text(encoding="utf-8"))["$defs"][message.id]
    checker = Draft202012Validator(found, format_checker=Draft202012Validator.FORMAT_CHECKER)
    checker.validate(said(message))
    assert not checker.is_valid({"status": 418, "type": "tea", "method": "BREW"})
