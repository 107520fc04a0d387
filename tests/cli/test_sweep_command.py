"""``mealspec sweep``: what people and machines read, and what bad input gets."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mealspec.cli.entry import main
from mealspec.core import Trace, replay
from mealspec.model.design import DESIGNS, design
from mealspec.model.mechanism import SEEDS
from mealspec.model.product import system
from mealspec.model.scope import Scope

WITHIN = "published" + "".join(f"+{m}" for m in sorted(DESIGNS["hardened"].mechanisms))
"""Whatever one of the two has: few enough mechanisms for a moment."""
SMALL = ("sweep", "--connections", "1", "--faults", "0", "--within", WITHIN)
OPEN = [m.value for m in SEEDS if m in design(WITHIN)]
FEW = "poll_on_appear,poll_on_submit,poll_until_terminal,terminal_absorbs"
"""Without faults these and the ready acknowledgement are enough."""


Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def mealspec(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run the command line: exit status, what it prints, what it complains."""

    def run(*arguments: str) -> tuple[int, str, str]:
        status = 0
        try:
            main(arguments)
        except SystemExit as stop:
            status = int(stop.code or 0)
        return status, *capsys.readouterr()

    return run


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The sweep without faults, as machines read it."""
    file = tmp_path_factory.mktemp("sweep") / "found.json"
    main([*SMALL, "--json", "--out", str(file)])
    data: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return data


@pytest.mark.slow
def test_machines_get_every_key_of_the_contract(found: dict[str, Any]) -> None:
    keys = {"scope", "mechanisms", "designs", "passing", "necessary", "minimal", "hurting", "repairs"}
    assert keys <= set(found)
    assert found["mechanisms"] == OPEN
    assert 0 < found["passing"] < found["designs"] < 2 ** len(OPEN)
    assert len(found["minimal"]) == found["minimal_number"]


@pytest.mark.slow
def test_a_necessary_mechanism_is_in_every_minimal_set(found: dict[str, Any]) -> None:
    assert found["necessary"]
    for some in found["minimal"]:
        assert set(found["necessary"]) <= set(some)


@pytest.mark.slow
def test_every_run_that_is_shown_is_one_of_the_design_it_is_shown_for(found: dict[str, Any]) -> None:
    shown = 0
    for some, without in zip(found["minimal"], found["without"], strict=True):
        for name, flaw in without.items():
            if not flaw:
                continue
            plan = design("none" + "".join(f"+{m}" for m in some if m != name))
            size = flaw["scope"]
            scope = Scope(size["meals"], size["connections"], faults=size["faults"])
            assert isinstance(replay(system(plan, scope), flaw["trace"]), Trace)
            shown += 1
    assert shown >= len(found["minimal"])


@pytest.mark.slow
def test_the_repair_of_published_takes_away_what_hurts(found: dict[str, Any]) -> None:
    assert {"connect_stops_polling", "message_stops_polling"} <= set(found["hurting"])
    for change in found["repairs"]["published"]:
        assert set(change["remove"]) <= {m.value for m in DESIGNS["published"].mechanisms}
        assert not set(change["add"]) & {m.value for m in DESIGNS["published"].mechanisms}


def test_people_read_it_at_eighty_columns(mealspec: Run) -> None:
    status, out, _ = mealspec(*SMALL, "--require", FEW)
    assert status == 0
    assert max(map(len, out.splitlines())) <= 80
    for words in (
        "designs pass",
        "smallest sufficient set",
        "Mechanisms that hurt some passing design",
        "Smallest repairs",
        "Left out:",
    ):
        assert words in out


def test_a_table_has_a_row_for_each_mechanism(mealspec: Run) -> None:
    rows = list(csv.DictReader(io.StringIO(mealspec(*SMALL, "--require", FEW, "--csv")[1])))
    assert len({row["mechanism"] for row in rows}) == len(rows) == len(OPEN)
    assert {row["mechanism"] for row in rows if row["in_every_passing_design"] == "True"} >= set(FEW.split(","))


def test_nothing_passes_without_what_is_necessary(mealspec: Run) -> None:
    status, out, _ = mealspec(*SMALL, "--forbid", "ready_ack", "--require", FEW)
    assert status == 0
    assert "No design passes." in out
    data = json.loads(mealspec(*SMALL, "--forbid", "ready_ack", "--require", FEW, "--json")[1])
    assert (data["passing"], data["necessary"], data["minimal"]) == (0, [], [])


@pytest.mark.slow
def test_a_property_alone_is_kept_by_more_designs(mealspec: Run, found: dict[str, Any]) -> None:
    data = json.loads(mealspec(*SMALL, "--property", "no-regress", "--json")[1])
    assert data["passing"] > found["passing"]
    assert data["minimal"] == [["terminal_absorbs"]]


@pytest.mark.slow
def test_each_property_by_itself_is_decided_for_all_designs(mealspec: Run, found: dict[str, Any]) -> None:
    _, out, _ = mealspec(*SMALL, "--each", "--json", "--property", "no-regress", "--property", "honest-view")
    rows = {row["property"]: row for row in json.loads(out)}
    assert rows["honest-view"]["breaking"] == 0
    alone = json.loads(mealspec(*SMALL, "--property", "no-regress", "--json")[1])
    assert rows["no-regress"]["breaking"] == found["designs"] - alone["passing"]
    assert "no-regress" in mealspec(*SMALL, "--each", "--property", "no-regress")[1]


@pytest.mark.slow
def test_every_verdict_is_told_as_a_table(mealspec: Run, found: dict[str, Any]) -> None:
    told = json.loads(mealspec(*SMALL, "--table", "--property", "no-regress", "--property", "honest-view")[1])
    alone = json.loads(mealspec(*SMALL, "--property", "no-regress", "--json")[1])
    counts = {name: verdicts["keep"][1] for name, verdicts in told["properties"].items()}
    assert counts == {"honest-view": found["designs"], "no-regress": alone["passing"]}
    assert told["valid"][1] == found["designs"]


@pytest.mark.slow
def test_what_is_opened_may_be_there_or_not(mealspec: Run, found: dict[str, Any]) -> None:
    told = json.loads(mealspec(*SMALL, "--table", "--property", "no-regress", "--open", "poll_cap")[1])
    assert "poll_cap" in told["free"]
    assert told["valid"][1] == 2 * found["designs"]


def test_a_base_is_in_every_design(mealspec: Run) -> None:
    data = json.loads(mealspec(*SMALL, "--base", "hardened", "--json")[1])
    assert set(data["required"]) == {m.value for m in DESIGNS["hardened"].mechanisms}
    assert data["minimal"] == [sorted(data["required"])]


@pytest.mark.slow
def test_what_is_written_to_a_file_is_what_is_printed(mealspec: Run, tmp_path: Path) -> None:
    file = tmp_path / "found.json"
    printed = mealspec(*SMALL, "--base", "hardened", "--json")[1]
    assert mealspec(*SMALL, "--base", "hardened", "--json", "--out", str(file))[1] == ""
    assert file.read_text(encoding="utf-8") == printed


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--require", "ready_akc"], "unknown mechanism 'ready_akc'; did you mean 'ready_ack'?"),
        (["--forbid", "nothing_like_it"], "unknown mechanism 'nothing_like_it'"),
        (["--require", "catch_up", "--forbid", "catch_up"], "no design both has and lacks catch_up"),
        (["--require", "health_check", "--forbid", "state_flags"], "health_check needs state_flags"),
        (["--property", "deliverance"], "unknown property 'deliverance'; did you mean 'delivery'?"),
        (["--base", "publishd"], "unknown design 'publishd'; did you mean 'published'?"),
        (["--json", "--csv"], "choose --json or --csv"),
        (["--table", "--csv"], "choose --json or --csv or --table"),
        (["--table", "--each"], "leave --each out"),
        (["--open", "unisolatd"], "unknown mechanism 'unisolatd'; did you mean 'unisolated'?"),
        (["--meals", "9"], "impossible scope: 9 meals"),
        (["--json", "--out", "no/such/folder.json"], "cannot write no/such/folder.json: No such file or directory"),
    ],
)
def test_bad_input_gets_one_sentence(mealspec: Run, arguments: list[str], says: str) -> None:
    status, out, err = mealspec("sweep", *arguments)
    assert (status, out) == (2, "")
    assert says in err
    assert len(err.strip().splitlines()) == 1
