"""``mealspec latency``: seconds beside claims, with the run that takes longest."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mealspec.check.latency import FURTHER, outcomes
from mealspec.cli.entry import main
from mealspec.cli.listing import listing
from mealspec.core import Trace
from mealspec.model.clocks import timed_system
from mealspec.model.design import DESIGNS, design
from mealspec.model.mechanism import SEEDS
from mealspec.model.scope import Scope

NAMES = [each.name for each in FURTHER]
OPEN = (*DESIGNS["hardened"].mechanisms, "catch_up", "retry_refresh")


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    main(["latency", *arguments])
    return capsys.readouterr().out


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    with pytest.raises(SystemExit) as stop:
        main(["latency", *arguments])
    assert stop.value.code == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    return err


def test_which_seconds_of_a_suspended_app_count_is_said_where_it_may_be_suspended(
    capsys: pytest.CaptureFixture[str],
) -> None:
    plain, away = (said(capsys, "published", "--faults", "0", *more) for more in ((), ("--with", "background")))
    assert "do not count" not in plain
    assert "Seconds in which the app is suspended do not count, but for a dead entry." in away


@pytest.mark.slow
def test_what_is_computed_stands_beside_what_is_claimed_in_80_columns(capsys: pytest.CaptureFixture[str]) -> None:
    shown = said(capsys, "published", "hardened", "--run", "no socket")
    assert max(map(len, shown.splitlines())) <= 80
    words = " ".join(shown.replace("│", " ").split())
    assert "1 meal, 1 connection, 1 fault" in words
    assert "never" in words
    assert {"too", "optimistic", "unattainable:"} <= {*words.split()}
    assert "no socket, and the client knows: a run without end" in words
    assert "+0 s complete m1" in words


@pytest.mark.slow
def test_for_programs_each_situation_has_seconds_and_the_runs_that_take_them(
    capsys: pytest.CaptureFixture[str],
) -> None:
    found: Any = json.loads(said(capsys, "hardened", "--json"))
    assert (found["tick"], list(found["designs"])) == (1.0, ["hardened"])
    product = timed_system(design("hardened"), Scope(connections=1, faults=1))
    (dead,) = [each for each in found["designs"]["hardened"] if each["situation"].endswith("silently broken")]
    assert (dead["least"], dead["greatest"], dead["verdict"]) == (0, 7, "true, and sooner: from 0 s on")
    for run in (dead["soonest"], dead["latest"]):
        replayed = Trace.of(product, run["events"], run["loop"])
        assert str(replayed.state(len(replayed))["view.m1"]).startswith("completed")


def test_other_seconds_are_taken(capsys: pytest.CaptureFixture[str]) -> None:
    found: Any = json.loads(said(capsys, "hardened", "--json", "--set", "poll=8", "--set", "request=0..2"))
    (dead,) = [each for each in found["designs"]["hardened"] if each["situation"].endswith("silently broken")]
    assert dead["greatest"] == 2 + 8 + 2


def test_the_clocks_are_listed_with_where_they_come_from(capsys: pytest.CaptureFixture[str]) -> None:
    shown = said(capsys, "--clocks", "--set", "dispatch=3..")
    assert "3 or more" in shown
    assert "assumed" in shown
    assert "E37" in shown


def test_all_designs_at_once_are_told_with_what_they_have_in_common(capsys: pytest.CaptureFixture[str]) -> None:
    those = ["--sweep", "--faults", "0", "--base", "hardened", "--forbid", ",".join(m for m in SEEDS if m not in OPEN)]
    shown = said(capsys, *those)
    assert max(map(len, shown.splitlines())) <= 80
    words = " ".join(shown.replace("│", " ").split())
    assert "4 designs" in words
    assert "catch_up" in words
    found: Any = json.loads(said(capsys, *those, "--json"))
    assert (found["designs"], found["tick"]) == (4, 1.0)
    assert [stair["seconds"] for stair in found["stairs"]] == [2, 6]
    assert found["counts"][-1] == 4


@pytest.mark.slow
def test_a_frontier_and_obligations_are_tables_of_clocks(capsys: pytest.CaptureFixture[str]) -> None:
    shown = said(capsys, "hardened", "--faults", "0", "--frontier", "10")
    assert max(map(len, shown.splitlines())) <= 80
    (line,) = [line for line in shown.splitlines() if line.startswith("│ poll ")]
    assert [part.strip() for part in line.split("│")[1:4]] == ["poll", "5", "9 s"]
    found: Any = json.loads(said(capsys, "hardened", "--faults", "0", "--frontier", "10", "--json"))
    (poll,) = [each for each in found["designs"]["hardened"] if each["clock"] == "poll"]
    assert (poll["most"], poll["meets"], poll["beyond"]["greatest"]) == (9, True, 11)
    shown = said(capsys, "hardened", "--obligations")
    assert max(map(len, shown.splitlines())) <= 80
    assert "dial < dial_limit" in shown
    owed: Any = json.loads(said(capsys, "hardened", "--obligations", "--json"))
    assert [each["holds"] for each in owed["designs"]["hardened"]] == [True] * 3
    assert owed["designs"]["hardened"][0]["up_to"] == 9


def test_two_clocks_at_once_are_tables_and_a_picture(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    asked = ["hardened", "--faults", "0", "--frontier", "3", "--pairs", "poll,push"]
    shown = said(capsys, *asked, "--picture", str(tmp_path / "pairs.svg"))
    assert max(map(len, shown.splitlines())) <= 80
    assert "how far two clocks may go together for a meal to be shown within 3 s" in " ".join(shown.split())
    assert (tmp_path / "pairs.svg").read_text(encoding="utf-8").startswith("<svg")
    found: Any = json.loads(said(capsys, *asked, "--json"))
    (pair,) = found["pairs"]
    assert pair["clocks"] == ["poll", "push"]
    late = [each for corner in pair["corners"] for each in corner["beyond"] if each is not None]
    assert late
    assert all(each["greatest"] > 3 and each["latest"]["events"] for each in late)


def test_a_claim_that_fails_is_told_with_the_run_that_breaks_it(capsys: pytest.CaptureFixture[str]) -> None:
    shown = " ".join(said(capsys, "published", "--faults", "0").split())
    assert "the socket works: 2 s: 1 s until 'message m1: load', 1 s until 'handler: show completed'." in shown
    assert "connected, and not detected: never: in a run without end." in shown


def test_clocks_that_grow_and_the_seeds_work_are_taken(capsys: pytest.CaptureFixture[str]) -> None:
    polls, save = "polls of a meal, from save to end", "from save to its end on the screen"

    def most(*asked: str) -> dict[str, float]:
        found: Any = json.loads(said(capsys, "hardened", "--faults", "0", "--further", "--json", *asked))
        return {each["situation"]: each["greatest"] for each in found["designs"]["hardened"]}

    assert (most()[polls], most("--set", "poll=adaptive")[polls]) == (9, 6)
    assert most("--set", "poll=5x4..30") == most("--set", "poll=5,5,5,5,7.5,11.25,16.875,25.3125,30")
    assert most("--seed-times")[save] == 2 + 1 + 25 + 8 + 1 + 1


def test_what_else_takes_time_is_measured_if_one_asks(capsys: pytest.CaptureFixture[str]) -> None:
    none, one, every = ({name for name in NAMES if name in said(capsys, "hardened", "--faults", "0", *asked)}
                        for asked in ((), ("--run", "client and server"), ("--further",)))  # fmt: skip
    assert (none, one) == (set(), {"client and server differ"})
    assert every > one


def test_figures_that_contradict_each_other_are_told_on_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    main(["latency", "hardened", "--faults", "0", "--set", "dial=0..30"])
    out, err = capsys.readouterr()
    assert out.startswith("Seconds from completion to screen")
    assert err.startswith("mealspec: hardened: dial < dial_limit does not hold, 30 s against 10 s: ")
    assert err.count("\n") == 1


def test_bounded_delivery_holds_up_to_the_greatest_delay_and_not_a_second_below(
    capsys: pytest.CaptureFixture[str],
) -> None:
    most = max(each.greatest or 0 for each in outcomes(DESIGNS["hardened"], Scope(connections=1, faults=0)))
    shown = said(capsys, "hardened", "--faults", "0", "--bound", f"{most:g}")
    assert max(map(len, shown.splitlines())) <= 80
    assert "holds" in shown
    assert "run" not in shown
    with pytest.raises(SystemExit) as stop:
        main(["latency", "hardened", "published", "--faults", "0", "--bound", f"{most - 1:g}", "--json"])
    assert stop.value.code == 1
    found: Any = json.loads(capsys.readouterr().out)
    assert (found["property"], found["within"]) == ("bounded-delivery", most - 1)
    told = {name: (each["verdict"], each["greatest"]) for name, each in found["designs"].items()}
    assert told == {"hardened": ("violated", most), "published": ("violated", None)}
    for name, each in found["designs"].items():
        run = Trace.of(timed_system(DESIGNS[name], Scope(connections=1, faults=0)), each["latest"]["events"])
        shows = str(run.state(len(run))["view.m1"]).startswith("completed")
        assert shows is (name == "hardened")
    with pytest.raises(SystemExit):
        main(["latency", "published", "--faults", "0", "--bound", "30"])
    assert ": a run without end" in capsys.readouterr().out


def test_a_property_in_time_is_listed_and_verify_says_who_decides_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert "bounded-delivery" in {each["property"] for each in listing(["properties"])["properties"]}
    with pytest.raises(SystemExit) as stop:
        main(["verify", "hardened", "--property", "bounded-delivery"])
    assert stop.value.code == 2
    says = "mealspec: 'bounded-delivery' is a property in time: ask 'mealspec latency DESIGN --bound SECONDS'\n"
    assert capsys.readouterr().err == says


def test_the_seeds_scenarios_are_told_by_name_each_with_its_world(capsys: pytest.CaptureFixture[str]) -> None:
    shown = said(capsys, "published", "--scenarios", "--run", "R22")
    assert max(map(len, shown.splitlines())) <= 80
    words = " ".join(shown.replace("│", " ").split())
    assert "The seed's scenarios in seconds, each in every run of a scope of its own: 1 connection" in words
    assert (
        "R22 server restart before it ends: from the boot: never: in a run without end, after 'server dies'." in words
    )
    assert "R22 server restart before it ends: from the boot: a run without end" in words
    found: Any = json.loads(said(capsys, "published", "--scenarios", "--json", "--seed-times"))
    assert (found["connections"], found["tick"], list(found["designs"])) == (1, 1.0, ["published"])
    first, *_, last = found["designs"]["published"]
    assert (first["least"], first["greatest"], first["claimed"]) == (21 + 5, 2 + 1 + 25 + 8 + 1 + 1, "within 30 s")
    assert (last["situation"].partition(" ")[0], last["greatest"], last["scope"]["includes"]) == (
        "R22",
        None,
        ["restart"],
    )


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("hardened", "--set", "pol=3"), "unknown clock 'pol'; did you mean 'poll'"),
        (("hardened", "--set", "poll"), "cannot read 'poll' as seconds of a clock; write poll=8"),
        (("hardened", "--set", "work=5,8"), "clock 'work' does not grow: only poll and upload do"),
        (
            ("hardened", "--set", "poll=backoff"),
            "no clock 'poll' grows as 'backoff': there are poll=adaptive and upload",
        ),
        (("hardened", "--set", "poll=5,"), "cannot read 'poll=5,' as seconds of a clock; write poll=8"),
        (("hardened", "--set", "poll=0x4..30"), "an interval cannot grow from 0 to 30 s"),
        (("hardened", "--pairs", "all"), "--pairs asks one design and a bound, and --picture shows them"),
        (("hardened", "--frontier", "9", "--picture", "x.svg"), "--pairs asks one design and a bound"),
        (("hardened", "--set", "poll=5..2"), "clock 'poll' cannot run from 5 to 2 s"),
        (("hardened", "--run", "nothing"), "unknown situation 'nothing'; choose from ('the socket works'"),
        (("hardened", "--tick", "0"), "a tick of 0 s does not pass"),
        (("hardened", "--tick", "nan"), "a tick of nan s does not pass"),
        (("hardened", "--tick", "inf"), "a tick of inf s does not pass"),
        (("hardened", "--meals", "2"), "seconds are computed for one meal, not 2"),
        (("hardened", "--set", "poll=90000"), "clock 'poll' would count 90,000 ticks: choose at most 10,000"),
        (("hardened", "--sweep"), "--sweep asks all designs, by sets; choose some by --within, --base, --require"),
        (("--sweep", "--meals", "2"), "seconds are computed for one meal, not 2"),
        (("--sweep", "--within", "hardene"), "unknown design 'hardene'; did you mean 'hardened'"),
        (("hardened", "--within", "hardened"), "choose the designs of --sweep; add it"),
        (("--sweep", "--clocks"), "choose one of --bound, --clocks, --frontier, --obl"),
        (("--sweep", "--scenarios"), "choose one of --bound, --clocks, --frontier, --obl"),
        (
            ("published", "--scenarios", "--bound", "3"),
            "choose one of --bound, --clocks, --frontier, --obl",
        ),
        (("published", "--bound", "nan"), "no meal is there within nan s: choose 0 or more"),
        (("published", "--bound", "-1"), "no meal is there within -1 s: choose 0 or more"),
        (("published", "--scenarios", "--faults", "2"), "each of --scenarios has its own meals and faults"),
        (("published", "--scenarios", "--further"), "each of --scenarios has its own meals and faults"),
        (
            ("published", "--scenarios", "--run", "R23"),
            "unknown scenario 'R23'; choose from ('R16 happy path: from save",
        ),
        (("published", "--scenarios", "--connections", "0"), "impossible scope: 0 connections"),
        (("hardened", "--frontier", "nan"), "no meal is there within nan s: choose 0 or more"),
        (("published", "--frontier", "10"), "published has a run that never shows a meal: no figure of a clock mends"),
        (("hardene",), "unknown design 'hardene'; did you mean 'hardened'"),
    ],
)
def test_bad_input_is_one_sentence(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], sentence: str
) -> None:
    assert sentence in refused(capsys, *arguments)
