"""Trace files: what is written, to the letter, what is read back, and what is said of a file that is none."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mealspec.core import Event, Kind, Machine, System, Trace
from mealspec.core import itf as subject
from mealspec.core.errors import BadTrace
from mealspec.core.itf import LARGEST, Recording, differences, dump, load

LAMP = System(
    [Machine.table("lamp", "off", [("on", "off", "lit"), ("out", "lit", "off")])],
    [Event(name, Kind.USER, "x", ("lamp",)) for name in ("on", "out")],
)


def state(index: int, action: str, label: str) -> dict[str, Any]:
    return {"#meta": {"index": index}, "mbt::actionTaken": action, "lamp": label}


def test_a_trace_is_its_states_each_with_the_event_that_led_to_it() -> None:
    text = dump(Trace.of(LAMP, ["on", "out"]), {"design": "ü"})
    told = json.loads(text)
    assert told["#meta"] == {
        "format": "ITF", "format-description": "https://apalache-mc.org/docs/adr/015adr-trace.html", "design": "ü",
    }  # fmt: skip
    assert told["vars"] == ["mbt::actionTaken", "lamp"]
    assert told["states"] == [state(0, "init", "off"), state(1, "on", "lit"), state(2, "out", "off")]
    assert "loop" not in told
    assert json.loads(dump(Trace.of(LAMP, ["on", "out"], 0), {}))["loop"] == 0
    assert text.endswith("}\n")
    assert '\n "' in text
    assert '\n  "' in text, "indented by one more each time"
    assert "ü" in text


@pytest.fixture
def read(tmp_path: Path) -> Any:
    def from_file(content: object) -> Recording:
        file = tmp_path / "t.json"
        file.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
        return load(file)

    return from_file


def test_what_is_written_is_read_back(read: Any) -> None:
    for loop in (None, 0, 1):
        found = read(dump(Trace.of(LAMP, ["on", "out"], loop), {"design": "d"}))
        assert (found.events, found.loop, found.meta["design"]) == (("on", "out"), loop, "d")
        assert found.states == ({"lamp": "off"}, {"lamp": "lit"}, {"lamp": "off"})


def test_events_alone_are_read_with_their_design_and_scope(read: Any) -> None:
    assert read({"events": ["on", "out"]}) == Recording(("on", "out"), (), None, {})
    told = {"events": ["on"], "loop": 0, "design": "d", "scope": {"meals": 1}}
    assert read(told) == Recording(("on",), (), 0, {"meals": 1, "design": "d"})


def itf(**more: object) -> dict[str, object]:
    return {"vars": ["lamp"], "states": [state(0, "init", "off"), state(1, "on", "lit")], **more}


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("{", "is not JSON: "), ('{"a": ' + "9" * 5000 + "}", "is not JSON: "), ("[" * 100_000, "is not JSON: "),
        ({"events": "on"}, ": 'events' is no list of names"), ({"events": ["on", 1]}, ": 'events' is no list of names"),
        ({"events": [], "scope": 1}, ": 'scope' is no object"),
        ({"events": ["on"], "loop": 1}, ": 'loop' is 1, which is no state of the trace"),
        ({"events": ["on"], "loop": -1}, ": 'loop' is -1, which is no state of the trace"),
        ({"events": ["on"], "loop": "0"}, ": 'loop' is '0', which is no state of the trace"),
        ({}, " is JSON and not an ITF trace: it needs 'vars' and a list of 'states'"),
        ([], " is JSON and not an ITF trace: it needs 'vars' and a list of 'states'"),
        ({"vars": ["lamp"], "states": []}, " is JSON and not an ITF trace: it needs 'vars' and a list of 'states'"),
        ({"vars": ["lamp"], "states": 1}, " is JSON and not an ITF trace: it needs 'vars' and a list of 'states'"),
        ({"vars": "lamp", "states": [{}]}, " is JSON and not an ITF trace: it needs 'vars' and a list of 'states'"),
        ({"vars": ["lamp"], "states": [1]}, " is JSON and not an ITF trace: "),
        (itf(states=[state(0, "init", "off"), {"#meta": {"index": 1}, "lamp": "lit"}]),
         ": state 1 does not say which event led to it ('mbt::actionTaken')"),
        (itf(loop=2), ": 'loop' is 2, which is no state of the trace"),
    ],
)  # fmt: skip
def test_what_is_no_trace_is_told_in_one_sentence(read: Any, content: object, says: str) -> None:
    with pytest.raises(BadTrace) as error:
        read(content)
    assert says in str(error.value)
    assert "t.json" in str(error.value)
    assert "\n" not in str(error.value)
    assert len(str(error.value)) < 600


def test_the_first_state_needs_no_event_and_a_loop_may_begin_at_the_last(read: Any) -> None:
    first = {"#meta": {"index": 0}, "lamp": "off"}
    found = read(itf(states=[first, state(1, "on", "lit")], loop=1))
    assert (found.events, found.loop, found.states[0]) == (("on",), 1, {"lamp": "off"})
    assert read(itf(states=[first])).events == ()


def test_a_file_that_is_too_large_is_not_text_or_not_there_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert LARGEST == 16 * 2**20
    with pytest.raises(BadTrace, match=r"cannot read .*none: No such file or directory"):
        load(tmp_path / "none")
    file = tmp_path / "t.json"
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(BadTrace, match=r"t.json is not text in UTF-8"):
        load(file)
    file.write_text(json.dumps({"events": []}) + " " * (3 * 2**20))
    assert load(file).events == ()
    monkeypatch.setattr(subject, "LARGEST", 3 * 2**20)
    with pytest.raises(BadTrace, match=r"t.json is larger than 3 MiB; no trace of ours is"):
        load(file)


def test_a_recorded_state_that_the_events_do_not_lead_to_is_told_with_its_step() -> None:
    trace = Trace.of(LAMP, ["on", "out"])
    same = Recording(("on", "out"), ({"lamp": "off"}, {"lamp": "lit"}, {"lamp": "off"}), None, {})
    assert list(differences(same, trace)) == []
    wrong = Recording(("on", "out"), ({"lamp": "lit"}, {"fan": "lit"}, {"lamp": "dead"}, {"lamp": "more"}), None, {})
    assert list(differences(wrong, trace)) == [
        "after step 0, machine 'lamp' is in 'off', and the file says 'lit'",
        "after step 2, machine 'lamp' is in 'off', and the file says 'dead'",
    ]
    assert list(differences(Recording((), (), None, {}), trace)) == []
