"""``mealspec diagnose`` and ``trace --to logs``: what the one writes, the other reads."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mealspec.cli.entry import main


def run(*arguments: str) -> int:
    try:
        main(list(arguments))
    except SystemExit as stop:
        return int(stop.code or 0)
    return 0


@pytest.fixture
def happy(tmp_path: Path) -> Path:
    """Logs of a meal that is pushed and shown, in the app that says so."""
    assert (
        run(
            "trace",
            "happy-hardened",
            "--to",
            "logs",
            "--offset",
            "-1.2",
            "--drift",
            "50",
            "--out",
            str(tmp_path / "logs"),
        )
        == 0
    )
    return tmp_path / "logs"


def test_the_logs_of_a_lost_meal_are_read_back(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    logs = [str(tmp_path / "logs" / f"{log}.log") for log in ("client", "server")]
    assert run("trace", "F1", "--to", "logs", "--offset", "-1.2", "--drift", "50", "--out", str(tmp_path / "logs")) == 0
    run("diagnose", *logs, "--json")
    (meal,) = json.loads(capsys.readouterr().out)["meals"]
    assert meal["cause"] == "F1"
    least, most = meal["designs"][0]["offset"]
    assert -2.1 < least < most < 2.1


@pytest.mark.slow
def test_the_logs_of_a_run_are_read_back(happy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    logs = [str(happy / f"{log}.log") for log in ("client", "server")]
    assert run("diagnose", *logs, "--design", "hardened", "--json") == 0
    data = json.loads(capsys.readouterr().out)
    (meal,) = data["meals"]
    assert meal["shown"]
    assert meal["cause"] in ("healthy", "weathered")  # a shortest run likes tight races
    least, most = meal["designs"][0]["offset"]
    assert least <= -1.2 <= most
    assert data["summary"]["meals"] == 1


@pytest.mark.slow
def test_people_read_lines_and_what_happened_between_them(happy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("diagnose", "-", str(happy / "server.log"), "--design", "hardened", "--mask") == 0
    out = capsys.readouterr().out
    assert "client: there is no log" in out
    assert "1 meal: 1 shown, 0 lost" in out
    assert all(len(line) <= 80 for line in out.splitlines() if str(happy) not in line)


@pytest.mark.slow
def test_the_same_seed_gives_the_same_logs_and_another_others(capsys: pytest.CaptureFixture[str]) -> None:
    told = []
    for seed in ("1", "1", "2"):
        run("trace", "F16", "--to", "logs", "--drop", "0.3", "--jitter", "0.1", "--seed", seed, "--mapping", "jsonl")
        told.append(capsys.readouterr().out)
    assert told[0] == told[1] != told[2]
    assert "# client.log" in told[0]


def test_a_mapping_is_drafted_from_lines_and_can_be_used(happy: Path, tmp_path: Path) -> None:
    draft = tmp_path / "draft.toml"
    server = str(happy / "server.log")
    assert run("diagnose", "--draft-mapping", server, "--out", str(draft)) == 0
    assert '"server.take"' in draft.read_text(encoding="utf-8")
    assert run("diagnose", "-", server, "--mapping", str(draft), "--summary", "--design", "hardened") in (0, 1)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((), "no log"),
        (("-", "-"), "no log"),
        (("nowhere.log",), "cannot read nowhere.log"),
        (("EMPTY",), "is empty"),
        (("BINARY",), "no log of text lines"),
        (("/dev/zero",), "/dev/zero is no log of text lines"),
        (("GOOD", "--mapping", "/dev/zero"), "/dev/zero has more than 1,000,000 bytes"),
        (("GOOD", "--mapping", "BINARY"), "BINARY is no TOML"),
        (("--draft-mapping", "/dev/zero"), "/dev/zero is no log of text lines"),
        (("GOOD", "--mapping", "apps"), "did you mean 'app'"),
        (("GOOD", "--mapping", "WRONG"), r"line: there is none"),
        (("GOOD", "--absence", "client.ping"), "cannot read 'client.ping' as an absence"),
        (("GOOD", "--absence", "client.ping=never"), "choose from always, sometimes, cut"),
        (("GOOD", "--absence", "client.pin=cut"), "did you mean 'client.ping'"),
        (("GOOD", "--absent", "client.ping"), "say --excerpt, too"),
        (("GOOD", "--design", "publishd"), "did you mean 'published'"),
        (("--draft-mapping", "EMPTY"), "is empty"),
    ],
)
def test_bad_input_gets_one_sentence(
    arguments: tuple[str, ...], says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, content in (("EMPTY", b""), ("BINARY", b"\0\1"), ("GOOD", b"x\n"), ("WRONG", b'format = "text"')):
        (tmp_path / name).write_bytes(content)
    known = [str(tmp_path / each) if (tmp_path / each).exists() else each for each in arguments]
    assert run("diagnose", *known) == 2
    err = capsys.readouterr().err
    assert err.count("\n") == 1
    assert says in err.replace(str(tmp_path) + "/", "")


def test_lines_that_nobody_knows_are_counted_and_no_meal_is_no_loss(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "client.log"
    path.write_text("something else\n" * 9)
    assert run("diagnose", str(path)) == 0
    out = capsys.readouterr().out
    assert "9 lines, 0 known, 9 unmatched" in " ".join(out.split())
    assert "No line tells of a meal." in out
