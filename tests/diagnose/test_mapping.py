"""Mappings: the built-in ones say what the model says, and a wrong one names the key."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest

from mealspec.check.excerpts import LOGS
from mealspec.core import UnknownName
from mealspec.diagnose.builtin import app, jsonl
from mealspec.diagnose.mapping import BadMapping, every_event, load, parsed


@pytest.mark.parametrize(("name", "text"), [("app", app()), ("jsonl", jsonl())])
def test_the_built_in_files_are_as_the_model_writes_them(name: str, text: str) -> None:
    """``python -m mealspec.diagnose.builtin`` writes them anew."""
    assert files("mealspec.diagnose").joinpath(f"mappings/{name}.toml").read_text(encoding="utf-8") == text


def test_every_line_of_the_model_is_of_one_kind_that_stands_for_its_event() -> None:
    mapping, seen = load("app"), set[int]()
    for line, event in {(line, e.group): (e.line, e) for e in every_event() if (line := e.line)}.values():
        assert line is not None
        for text in line.texts:
            told = re.sub(r"\{\w+\}", "x1", text)
            found = mapping.read(LOGS.index(line.log), f"2025-11-08T09:23:50 {told}")
            assert len(found) == 1, told
            assert mapping.lines[found[0].kind].stands_for(event), (told, event.name)
            assert mapping.read(1 - LOGS.index(line.log), told) == []
            seen.add(found[0].kind)
    assert seen == set(range(len(mapping.lines)))


def test_no_kind_of_the_app_stands_for_an_event_that_prints_another() -> None:
    mapping = load("app")
    for event in every_event():
        kinds = [kind for kind in mapping.lines if kind.stands_for(event)]
        if event.line is not None:
            wordings = {pattern for kind in kinds for pattern in kind.patterns}
            assert len(wordings) == len(event.line.texts), event.name


def test_json_lines_have_a_kind_for_all_that_client_and_server_can_know() -> None:
    mapping = load("jsonl")
    for event in every_event():
        kinds = [kind.name for kind in mapping.lines if kind.stands_for(event)]
        hidden = event.owner == "network" or event.kind == "fault"
        assert kinds == [event.stem] or (hidden and not kinds), event.name
    found = mapping.read(1, '{"event": "server.skip", "user": "u", "meal": 7, "time": 60}')
    assert [(mapping.lines[each.kind].name, each.named) for each in found] == [
        ("server.skip", {"user": "u", "meal": "7", "time": "60"})
    ]
    for junk in ("", "{", "[1]", "7", '{"event": ["server.skip"]}', '{"event": "client.ping"}', "{" * 5000):
        assert mapping.read(1, junk) == []


GOOD = """
format = "text"
[[line]]
name = "skipped"
log = "server"
events = ["server.skip"]
pattern = ["(?P<user>\\\\S+) skipped"]
"""


def test_a_mapping_of_ones_own_is_read() -> None:
    mapping = parsed("own", GOOD)
    assert mapping.read(1, "ann skipped")[0].named == {"user": "ann"}
    assert mapping.read(1, "ann skipped ") == []


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ('"text"', '"xml"', "format"),
        ("format", "from", "from"),
        ("format", 'prefix = "("\nformat', "prefix"),
        ("server.skip", "server.skipp", r"line\[0\].events\[0\]"),
        ("server.skip", "server skip", r"line\[0\].events\[0\]"),
        ('"server"', '"backend"', r"line\[0\].log"),
        ("name", "title", r"line\[0\].title"),
        ("<user>", "<who>", r"line\[0\].pattern\[0\]"),
        ('skipped"]', '("]', r"line\[0\].pattern\[0\]"),
        ("pattern = [", "pattern = [7, ", r"line\[0\].pattern\[0\]"),
        ("pattern", "keys", r"line\[0\].keys"),
        ("[[line]]", 'absence = "never"\n[[line]]', "absence"),
        ("events", 'absence = "never"\nevents', r"line\[0\].absence"),
        ("[[line]]", "[fields]\ntime = 't'\n[[line]]", "fields"),
        ("[[line]]", "line = 3\n[[rest]]", "rest"),
        ("]", "", "TOML"),
    ],
)
def test_a_wrong_mapping_names_the_key(old: str, new: str, key: str) -> None:
    with pytest.raises(BadMapping, match=key):
        parsed("own.toml", GOOD.replace(old, new, 1))


def test_a_wrong_name_is_answered_with_the_choices() -> None:
    with pytest.raises(UnknownName, match="app, jsonl"):
        load("apps")


def test_a_pattern_takes_time_in_proportion_to_its_line() -> None:
    mapping = parsed("own", GOOD.replace("(?P<user>\\\\S+) skipped", "(a*)*(a|aa)+b"))
    assert mapping.read(1, "a" * 10_000) == []
