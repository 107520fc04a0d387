"""``mealspec trace``: the shortest run, and the likeliest where that is another one."""

from __future__ import annotations

import json
import re
import sys
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from mealspec.check.show import weighed, within
from mealspec.check.verify import likeliest_counterexample
from mealspec.cli.entry import main
from mealspec.core import Event, Kind, Machine, System, Trace, weight
from mealspec.model.design import design
from mealspec.model.product import system
from mealspec.model.scope import Scope

AGREEMENT = ("trace", "published", "agreement", "--connections", "1")


def _run(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    main(arguments)
    return capsys.readouterr().out


def _json(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    return json.loads(_run(capsys, *arguments, "--json"))


def _words(text: str) -> str:
    return " ".join(text.split())


def _heads(text: str) -> list[str]:
    """What is said of each run that is shown."""
    return re.findall(r"The (?:shortest|likeliest) run[^.]*", _words(text))


def test_a_likelier_run_is_shown_below_the_shortest_with_its_chart_and_what_decided_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    shown = _run(capsys, *AGREEMENT)
    assert _heads(shown) == [
        "The shortest run: 2 faults, 0 tight races, 8 steps",
        "The likeliest run: 1 fault, 0 tight races, 9 steps",
    ]
    one, other = shown.split("The likeliest run")
    for part, last in ((one, 8), (other, 9)):
        assert [line[:5] for line in part.splitlines() if "breaks" in line and line.startswith("  ")] == [f"   {last}!"]
        assert f"because: step {last} (c1 breaks silently)" in part
        assert "violates agreement" in part
    assert "load fails" in _words(one)
    assert "fails" not in other
    assert max(map(len, shown.splitlines())) <= 80


def test_tight_races_are_named_by_their_steps_and_counted_apart_from_faults(capsys: pytest.CaptureFixture[str]) -> None:
    """The race of the seed: the work ends between handshake and registration. A failed load alone is likelier."""
    shown = _run(capsys, "trace", "published", "delivery", "--connections", "1")
    assert _heads(shown) == [
        "The shortest run: 1 fault, 3 tight races (steps 4, 11 and 12), 14 steps",
        "The likeliest run: 1 fault, 0 tight races, 14 steps",
    ]
    chart = shown.split("The likeliest run")[0]
    steps = [line.split(None, 1)[1].strip() for line in chart.splitlines() if re.match(r" +\d+[! ] ", line)]
    assert steps[9:14] == ["flag: connected (c1)", "process m1", "complete m1", "skip m1", "register c1"]


@pytest.mark.slow
def test_with_several_connections_the_likeliest_has_one_and_that_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    shown = _run(capsys, "trace", "published", "agreement")
    assert _heads(shown)[1] == "The likeliest run with one connection: 1 fault, 0 tight races, 9 steps"
    found = _json(capsys, "trace", "published", "agreement")
    assert (found["scope"]["connections"], found["likeliest"]["scope"]["connections"]) == (2, 1)


def test_where_none_is_likelier_that_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    wanted = ("trace", "published", "no-early-belief")
    shown = _run(capsys, *wanted)
    assert _heads(shown) == ["The shortest run: 0 faults, 0 tight races, 5 steps"]
    assert shown.endswith("\nNo run is likelier.\n")
    assert _json(capsys, *wanted)["likeliest"] is None


@pytest.mark.slow
def test_what_takes_two_connections_has_no_likeliest_run_with_one(capsys: pytest.CaptureFixture[str]) -> None:
    wanted = ("trace", "published-close_before_dial", "single-connection")
    shown = _run(capsys, *wanted)
    assert len(_heads(shown)) == 1
    assert shown.endswith("\nNo run with one connection violates it, so only the shortest run is shown.\n")
    assert _json(capsys, *wanted)["likeliest"] is None


def test_too_many_states_are_not_searched_and_that_is_said(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    few = partial(likeliest_counterexample, most=1000)
    found = few(design("published"), Scope(connections=1), "agreement")
    assert (found.run, found.complete) == (None, False)
    monkeypatch.setattr(sys.modules["mealspec.check.verify"], "likeliest_counterexample", few)
    shown = _run(capsys, *AGREEMENT)
    assert len(_heads(shown)) == 1
    assert shown.endswith("\nThere are too many states to look for the likeliest run.\n")


def test_for_programs_both_have_one_shape_and_can_be_replayed(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    found = _json(capsys, *AGREEMENT)
    likeliest = found.pop("likeliest")
    assert list(found) == list(likeliest) == ["design", "events", "loop", "scope"]
    product = system(design("published"), Scope(connections=1))
    one, other = (Trace.of(product, each["events"], each["loop"]) for each in (found, likeliest))
    assert weight(other) < weight(one)
    for each in (found, likeliest, {**found, "likeliest": likeliest}):
        file = tmp_path / "trace.json"
        file.write_text(json.dumps(each), encoding="utf-8")
        assert "accepted" in _run(capsys, "replay", str(file))


def test_a_scenario_is_shown_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert _heads(_run(capsys, "trace", "F4")) == []
    assert _json(capsys, "trace", "F4")["likeliest"] is None


def test_pictures_and_files_for_other_tools_have_the_shortest_run(capsys: pytest.CaptureFixture[str]) -> None:
    events = _json(capsys, *AGREEMENT)["events"]
    states = json.loads(_run(capsys, *AGREEMENT, "--to", "itf"))["states"]
    assert [state["mbt::actionTaken"] for state in states[1:]] == events


def test_of_a_run_without_end_it_is_said_what_comes_before_the_loop() -> None:
    lamp = Machine.table("lamp", "off", [("break", "off", "off"), ("on", "off", "lit"), ("off", "lit", "off")])
    events = [Event("break", Kind.FAULT, "x", ("lamp",))]
    events += [Event(name, Kind.USER, "x", ("lamp",)) for name in ("on", "off")]
    run = Trace.of(System([lamp], events), ["break", "on", "off"], loop=1)
    assert weighed(run) == "1 fault and 0 tight races before the loop, 3 steps"


def test_a_smaller_scope_is_named_by_what_there_is_one_of() -> None:
    assert within(Scope(), Scope()) == ""
    assert within(Scope(connections=1), Scope()) == " with one connection"
    assert within(Scope(connections=1), Scope(meals=2, connections=1)) == " with one meal"
    assert within(Scope(connections=1), Scope(meals=2)) == " with one meal and one connection"
