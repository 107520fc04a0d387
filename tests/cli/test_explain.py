"""``mealspec explain``: one name, all that the tables say of it, and what to run next."""

from __future__ import annotations

import json
import re
import shlex
from functools import cache
from typing import Any

import pytest

from mealspec.cli.entry import main
from mealspec.cli.explaining import explain, names
from mealspec.cli.listing import LISTS, listing
from mealspec.model.design import DESIGNS
from mealspec.model.mechanism import CATALOGUE, Mechanism
from mealspec.properties.catalogue import PROPERTIES
from mealspec.properties.requirements import REQUIREMENTS

pytestmark = pytest.mark.xdist_group("explained")  # everything is, once


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    main(["explain", *arguments])
    return capsys.readouterr().out


def data(capsys: pytest.CaptureFixture[str], name: str) -> Any:
    return json.loads(said(capsys, name, "--json"))


Everything = dict[str, list[dict[str, Any]]]


@cache
def told(every: int = 1) -> Everything:
    """Everything, explained; or every so-manieth thing."""
    return {name: explain(name) for name in [*names()][::every]}


SOME_OR_ALL = pytest.mark.parametrize("every", [15, pytest.param(1, marks=[pytest.mark.slow, pytest.mark.more])])


def test_whatever_is_listed_can_be_explained() -> None:
    listed = {str(next(iter(entry.values()))) for entries in listing(LISTS).values() for entry in entries}
    assert listed <= set(names())
    assert {*DESIGNS, *PROPERTIES, *REQUIREMENTS, "F1", "F19", "F12-emptied", "R1", "R32", "E1", "E43"} <= set(names())


@pytest.mark.slow
@SOME_OR_ALL
def test_each_explanation_says_what_the_thing_is_and_what_to_run_next(every: int) -> None:
    for name, found in told(every).items():
        for facts in found:
            assert facts["name"] == name
            assert facts["kind"]
            assert facts["next"], name
            assert facts.get("says") or facts["kind"] in ("event", "machine"), name


@pytest.mark.slow
@SOME_OR_ALL
def test_every_command_that_it_proposes_is_one(every: int) -> None:
    """Its command exists, and takes these options; of a design, property or scenario that there is."""
    from mealspec.cli.group import cli

    for found in told(every).values():
        for line in {command for facts in found for command in facts["next"]}:
            program, *words = shlex.split(line)
            assert program == "mealspec"
            with cli.make_context("mealspec", words) as context:
                name, command, rest = cli.resolve_command(context, words)
                assert command is not None
                given = command.make_context(name, rest).params
            if name == "trace":
                assert given["property_id"] in (None, *PROPERTIES)
            if name == "explain":
                assert given["name"] in names()


@pytest.mark.slow
def test_it_reads_well_at_80_columns(capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("ready_ack", "delivery", "F4", "R30", "poller", "client.ready.c1", "suspension", "happy", "hardened"):
        shown = said(capsys, name)
        assert shown.startswith(f"{name}: ")
        assert all(len(line) <= 80 for line in shown.splitlines())
        assert "next " in shown


@pytest.mark.slow
def test_a_mechanism_is_told_with_what_it_needs_changes_and_what_was_found(capsys: pytest.CaptureFixture[str]) -> None:
    (facts,) = data(capsys, "push_to_all")
    assert (facts["needs"], facts["designs"]) == ("connection_set", ["hardened"])
    assert facts["changes"] == ["registry", "notification.m1"]
    (facts,) = data(capsys, "ready_ack")
    assert facts["brings events"] == ["client.ready.c1", "client.ready.c2"]
    assert facts["found"].startswith("every design that keeps all properties has it; without it ")
    (facts,) = data(capsys, "connection_set")
    assert facts["needed by"] == ["push_to_all"]
    (facts,) = data(capsys, "timed_connect")
    assert facts["found"] == "the sweep of all designs leaves it out"
    (facts,) = data(capsys, "backplane")
    assert facts["takes events away"] == ["server.register_elsewhere.c1", "server.register_elsewhere.c2"]


@pytest.mark.slow
def test_a_mechanism_is_compared_where_it_changes_something() -> None:
    def first(name: str) -> object:
        return explain(name)[0]["next"][0]

    assert first("one_subscriber") == "mealspec verify hardened+one_subscriber hardened --with twin"
    assert first("backplane") == "mealspec verify hardened hardened-backplane --with instances"
    assert first("store_failure") == "mealspec verify app_head+store_failure app_head"
    assert first("compare_and_delete") == "mealspec verify published+compare_and_delete published"
    less = "hardened+reader_outlives_handler"
    assert first("entry_ends_with_handler") == f"mealspec verify {less}+entry_ends_with_handler {less}"


@pytest.mark.slow
@pytest.mark.more
def test_every_mechanism_but_the_one_that_needs_time_changes_a_machine_or_brings_events() -> None:
    changes = ("changes", "brings events", "takes events away")
    idle = [m for m in Mechanism if not any(told()[m][0].get(key) for key in changes)]
    assert idle == [Mechanism.ADAPTIVE_INTERVAL]
    assert all(told()[m][0]["closes"] == CATALOGUE[m].closes for m in Mechanism)


def test_a_property_is_told_with_its_verdicts_and_the_runs_that_show_them(capsys: pytest.CaptureFixture[str]) -> None:
    (facts,) = data(capsys, "delivery")
    assert facts["verdicts"] == {
        "before": "violated", "published": "violated", "published_plus": "violated", "hardened": "holds",
        "app_before": "violated", "app_published": "violated", "app_head": "holds",
    }  # fmt: skip
    assert "mealspec trace published delivery" in facts["next"]
    assert facts["failures"] == ["F3", "F7", "F12", "F14", "F19"]


def test_a_fact_of_the_app_is_told_with_what_shows_it_and_what_is_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    (facts,) = data(capsys, "E20")
    assert facts["kind"] == "fact of the app"
    assert facts["modelled"] == ["service", "flags", "drops_unheard", "client.hear_close.c1"]
    assert "belief-is-earned of app_published (dial): violated" in facts["shown by"]
    assert facts["side by side"][0].startswith("a dial that fails: ")
    assert facts["left out"][0].startswith("error messages")
    assert "drops_unheard" in facts["cited by"]
    asked = "mealspec verify app_published --property belief-is-earned --connections 1"
    assert f"{asked} --without break,job,push,request,restart" in facts["next"]


def test_a_name_of_two_things_is_told_twice(capsys: pytest.CaptureFixture[str]) -> None:
    assert [facts["kind"] for facts in data(capsys, "path")] == ["machine", "fault kind or aspect"]


def test_capitals_do_not_matter(capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, "f4") == said(capsys, "F4")


def test_a_design_of_ones_own_is_told_by_what_hardened_has_beside_it(capsys: pytest.CaptureFixture[str]) -> None:
    (facts,) = data(capsys, "hardened-ready_ack+catch_up")
    assert (facts["hardened has also"], facts["hardened has not"]) == (["ready_ack"], ["catch_up"])
    assert facts["violates"] == "not pinned"


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("redy_ack", "did you mean 'ready_ack'?"),
        ("delivry", "did you mean 'delivery'?"),
        ("client.redy.c1", "did you mean 'client.ready.c1'?"),
        ("published+redy_ack", "unknown mechanism 'redy_ack'; did you mean 'ready_ack'?"),
        ("zzzzzz", "'mealspec list' names all there is"),
        ("", "'mealspec list' names all there is"),
    ],
)
def test_an_unknown_name_gets_the_nearest(capsys: pytest.CaptureFixture[str], name: str, near: str) -> None:
    with pytest.raises(SystemExit) as stop:
        main(["explain", name])
    out, err = capsys.readouterr()
    assert (stop.value.code, out) == (2, "")
    assert err.startswith("mealspec: ")
    assert near in err
    assert err.count("\n") == 1


def test_an_event_says_which_message_it_is() -> None:
    (push,) = explain("server.push.m1.c1")
    named = [re.findall(r"meal_log\.\w+", said) for said in push["on the wire"]]
    assert named == [["meal_log.completed"], ["meal_log.failed"]]
    (saved,) = explain("user.submit.m1")
    assert "on the wire" not in saved
