"""Bad input gets one clear sentence on stderr and status 2, and leaves nothing behind."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from mealspec.cli.entry import main

Refusal = Callable[..., str]


@pytest.fixture
def refused(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Refusal:
    """Run the command line in an empty folder; the one sentence with which it refuses."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> str:
        before = sorted(tmp_path.iterdir())
        with pytest.raises(SystemExit) as stop:
            main(arguments)
        out, err = capsys.readouterr()
        assert stop.value.code == 2
        assert out == ""
        assert err.startswith("mealspec: ")
        assert err.count("\n") == 1
        assert sorted(tmp_path.iterdir()) == before, "something was written"
        return err

    return run


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["verify", "publishd"], "did you mean 'published'?"),
        (["verify", "published+read_ack"], "did you mean 'ready_ack'?"),
        (["verify", "published", "--property", "delivry"], "did you mean 'delivery'?"),
        (["verify", "--with", "backgroud"], "did you mean 'background'?"),
        (["verify", "--without", "brake"], "did you mean 'break'?"),
        (["verfy"], "did you mean 'verify'?"),
        (["list", "design"], "did you mean 'designs'?"),
        (["trace", "F99"], "F1"),
        (["trace", "published", "speed"], "delivery"),
        (["trace", "published"], "which property? in this scope published violates delivery, no-regress, single-poll"),
        (["trace", "hardened"], "which property? in this scope hardened violates none of delivery, honest-view"),
        (["trace", "before+catch_up"], "which property? choose from delivery, honest-view"),
        (["trace", "publishd"], "unknown scenario or design 'publishd'; did you mean 'published'?"),
        (["trace", "published+redy_ack"], "did you mean 'ready_ack'?"),
        (["incident", "--design", "publishd"], "did you mean 'published'?"),
        (["incident", "E43"], "unknown excerpt 'E43'"),
        (["verify", "--meals", "0"], "choose 1 to 4"),
        (["verify", "--connections", "0"], "choose 1 to 4"),
        (["verify", "--connections", "99"], "choose 1 to 4"),
        (["verify", "--faults", "-1"], "choose 0 to 99, or any"),
        (["verify", "--faults", "few"], "choose 0 to 99, or any"),
        (["verify", "--meals", "many"], "not a valid integer"),
        (["verify", "--limit", "0"], "--limit"),
        (["verify", "--speed"], "--speed"),
        (["trace", "published", "delivery", "--faults", "0", "--to", "pdf"], "itf"),
        (["trace", "published", "delivery", "--faults", "0", "--out", "no/such/file"], "cannot write"),
        (["export"], "--to"),
        (["export", "--to", "alloy"], "'promela', 'tla'"),
        (["export", "publishd", "--to", "tla"], "did you mean 'published'?"),
        (["export", "--to", "tla", "--property", "delivry"], "did you mean 'delivery'?"),
        (["export", "--to", "tla", "--connections", "1", "--out", "a-b.tla"], "letters, digits and '_'"),
        (["export", "--to", "tla", "--connections", "1", "--out", "module.txt"], "NAME.tla"),
        (["export", "--to", "promela", "--connections", "1", "--out", "no/such/file"], "cannot write"),
        (["crosscheck", "publishd"], "did you mean 'published'?"),
        (["crosscheck", "--jobs", "0"], "--jobs"),
        (["replay", "missing.json"], "cannot read"),
        (["replay", "."], "cannot read"),
    ],
)
def test_what_does_not_exist_is_named_with_the_choices(refused: Refusal, arguments: list[str], says: str) -> None:
    assert says in refused(*arguments)


def _trace(*events: str, **meta: object) -> str:
    states = [{"mbt::actionTaken": event} for event in ("init", *events)]
    return json.dumps({"#meta": meta, "vars": ["mbt::actionTaken"], "states": states})


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("nope", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("[]", "not an ITF trace"),
        ('{"vars": [], "states": []}', "not an ITF trace"),
        ('{"vars": ["x"], "states": [5]}', "not an ITF trace"),
        ('{"vars": ["x"], "states": [{"x": {"1a": 2}}]}', "not an ITF trace"),
        ('{"vars": ["x"], "states": [{"x": 1}, {"x": 2}]}', "mbt::actionTaken"),
        (_trace("user.submit.m1")[:-1] + ', "loop": 7}', "'loop' is 7"),
        (_trace("user.fly"), "unknown event 'user.fly'"),
        (_trace(design="publishd"), "did you mean 'published'?"),
        (_trace(meals=0), "choose 1 to 4"),
        (_trace(meals="one"), "no scope"),
        (_trace(meals=True), "no scope"),
        (_trace(faults=[1]), "choose 0 to 99"),
        (_trace(includes=["storms"]), "unknown fault kind or aspect 'storms'"),
        (_trace(includes=7), "no scope"),
        ('{"events": 5}', "'events' is no list of names"),
        ('{"events": ["a", 5]}', "'events' is no list of names"),
        ('{"events": ["user.fly"]}', "unknown event 'user.fly'"),
        ('{"events": [], "scope": 3}', "'scope' is no object"),
        ('{"events": [], "loop": 0}', "'loop' is 0"),
        ('{"events": [], "design": "publishd"}', "did you mean 'published'?"),
        ('{"events": [], "scope": {"meals": 9}}', "choose 1 to 4"),
    ],
)
def test_a_file_that_is_no_trace_is_told_what_it_lacks(refused: Refusal, tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "trace.json").write_text(text, encoding="utf-8")
    assert says in refused("replay", "trace.json")


def test_bytes_that_are_no_text_are_refused(refused: Refusal, tmp_path: Path) -> None:
    (tmp_path / "trace.json").write_bytes(bytes(range(128, 256)))
    assert "not text in UTF-8" in refused("replay", "trace.json")


def test_a_huge_file_is_refused_unread(refused: Refusal, tmp_path: Path) -> None:
    with (tmp_path / "trace.json").open("wb") as file:
        file.truncate(10**9)
    assert "larger than 16 MiB" in refused("replay", "trace.json")
