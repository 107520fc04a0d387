"""``mealspec simulate``: tables, figures, what is scraped and a picture; the same for the same seed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from mealspec.cli.entry import main


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    main(["simulate", *arguments])
    return capsys.readouterr().out


def test_time_to_update_connections_polling_and_the_alert_stand_in_80_columns(
    capsys: pytest.CaptureFixture[str],
) -> None:
    shown = said(capsys, "published", "hardened", "--meals", "1000")
    assert max(map(len, shown.splitlines())) <= 80
    assert "1,000 meals of each design, seed 1: 1 meal, 1 connection, 1 fault" in shown
    for words in (
        "From the completion to the screen",
        "Connections",
        "Polling",
        "fires on published and not on hardened",
    ):
        assert words in shown
    assert "…" not in shown


def test_all_seven_names_fit_and_without_both_designs_there_is_no_alert(capsys: pytest.CaptureFixture[str]) -> None:
    shown = said(capsys, "published_plus", "app_published", "app_before", "--meals", "300")
    assert max(map(len, shown.splitlines())) <= 80
    assert shown.count("published_plus") == 3
    assert "alert" not in shown
    assert "…" not in shown


@pytest.mark.sample(1, others="slow")
@pytest.mark.parametrize("form", [["--json"], ["--to", "prometheus"], ["--to", "svg"], []])
def test_the_same_seed_gives_the_same_bytes(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, form: list[str]
) -> None:
    asked = ["published", "hardened", "--meals", "400", *form]
    first, again, other = said(capsys, *asked), said(capsys, *asked), said(capsys, *asked, "--seed", "2")
    assert first == again
    assert first != other
    assert said(capsys, *asked, "--out", str(tmp_path / "told")) == ""
    assert (tmp_path / "told").read_text(encoding="utf-8") == first


def test_for_programs_everything_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    asked = ("published", "--meals", "400", "--seed", "3", "--rate", "break=60", "--rate", "failed_dial=0.5")
    found: Any = json.loads(said(capsys, *asked, "--alert", "published", "before", "--json"))
    assert (found["meals"], found["seed"], list(found["designs"])) == (400, 3, ["published", "before"])
    assert found["rates"]["break"]["amount"] == 60
    told = found["designs"]["published"]
    assert told["completed"] + told["failed"] <= told["sessions"] == 400
    assert told["seconds_to_update"]["never"] > 0
    assert told["success_rate"] < 0.7
    assert found["alert"]["healthy"] == "before"


def test_the_picture_says_what_it_shows(capsys: pytest.CaptureFixture[str]) -> None:
    root = ElementTree.fromstring(said(capsys, "published", "hardened", "--meals", "400", "--to", "svg"))
    told = root.findtext("{http://www.w3.org/2000/svg}desc")
    assert told is not None
    assert "hardened: p50" in told
    assert "prefers-color-scheme: dark" in (root.findtext("{http://www.w3.org/2000/svg}style") or "")


def test_rates_are_listed_with_where_they_come_from(capsys: pytest.CaptureFixture[str]) -> None:
    shown = said(capsys, "--rates", "--rate", "break=77")
    assert max(map(len, shown.splitlines())) <= 80
    assert "77 s" in shown
    assert "assumed" in shown
    assert "E41, E42" in shown


def test_seconds_of_clocks_are_taken(capsys: pytest.CaptureFixture[str]) -> None:
    slow, quick = (
        json.loads(said(capsys, "app_head", "--meals", "600", "--json", "--set", f"sync={s}"))["designs"]["app_head"]
        for s in ("30", "5")
    )
    assert quick["seconds_to_update"]["p99"] < slow["seconds_to_update"]["p99"]
    assert said(capsys, "hardened", "--meals", "50", "--seed-times") != said(capsys, "hardened", "--meals", "50")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("hardene",), "unknown design 'hardene'; did you mean 'hardened'"),
        (("hardened", "--meals", "0"), "cannot simulate 0 meals: choose 1 to 1,000,000"),
        (("hardened", "--meals", "99999999999999999999"), "cannot simulate 99,999,999,999,999,999,999 meals"),
        (("hardened", "--seed", "-1"), "a seed cannot be -1: choose 0 to 2^63 - 1"),
        (("hardened", "--seed", "9223372036854775808"), "a seed cannot be 9223372036854775808"),
        (("hardened", "--rate", "brake=3"), "unknown rate 'brake'; did you mean 'break'"),
        (("hardened", "--rate", "break"), "cannot read 'break' as a rate; write break=600"),
        (("hardened", "--rate", "failed_dial=3"), "rate 'failed_dial' is a share, and cannot be 3: choose 0 to 1"),
        (("hardened", "--set", "poll"), "cannot read 'poll' as seconds of a clock; write poll=8"),
        (("hardened", "--set", "pol=3"), "unknown clock 'pol'; did you mean 'poll'"),
        (("hardened", "--set", "dispatch=3.."), "clock 'dispatch' has no greatest"),
        (("hardened", "--tick", "0"), "a tick of 0 s cannot be simulated: choose 0.01 to 60"),
        (("hardened", "--tick", "nan"), "a tick of nan s cannot be simulated: choose 0.01 to 60"),
        (("hardened", "--set", "poll=9000000"), "clock 'poll' would count 9,000,000 ticks: choose at most 10,000"),
        (("hardened", "--alert", "publishd", "hardened"), "unknown design 'publishd'; did you mean 'published'"),
        (("hardened", "--to", "csv"), "Invalid value for '--to'"),
        (("hardened", "--meals", "5", "--to", "svg", "--out", "/no/where"), "cannot write /no/where"),
    ],
)
def test_bad_input_is_one_sentence(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], sentence: str
) -> None:
    with pytest.raises(SystemExit) as stop:
        main(["simulate", *arguments])
    assert stop.value.code == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert sentence in err
