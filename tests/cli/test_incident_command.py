"""``mealspec incident --seconds``: bad input is told before anything is searched."""

from __future__ import annotations

import json

import pytest

from mealspec.cli.entry import main


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["E41", "--seconds", "--set", "entri=5"], "did you mean 'entry'"),
        (["E41", "--seconds", "--set", "entry"], "write poll=8, poll=5..8, poll=5.."),
        (["E41", "--seconds", "--set", "entry=" + "9" * 500], "write poll=8"),
        (["E41", "--seconds", "--set", "entry=9..3"], "choose 0 <= LEAST <= GREATEST"),
        (["E41", "--set", "entry=50"], "say --seconds, too"),
        (["E43", "--seconds"], "E42"),
    ],
)
def test_bad_input_is_one_sentence(
    arguments: list[str], says: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mealspec.check.incident.explore", lambda *_, **__: pytest.fail("something was searched"))
    with pytest.raises(SystemExit) as ends:
        main(["incident", *arguments])
    assert ends.value.code == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert says in err
    assert len(err.strip().splitlines()) == 1


@pytest.mark.slow
def test_seconds_as_json_say_verdict_reason_constants_and_moments(capsys: pytest.CaptureFixture[str]) -> None:
    main(["incident", "E41", "--seconds", "--design", "app_before", "--set", "entry=57", "--json"])
    data = json.loads(capsys.readouterr().out)
    causes = {(each["cause"], each["refreshed_by"]): each for each in data["seconds"][0]["causes"]}
    assert causes["expired", "connect"]["verdict"] == "fits"
    assert causes["expired", "connect"]["earliest"] == causes["expired", "connect"]["latest"] == "09:33:21"
    assert causes["expired", "ping"]["verdict"] == "excluded by seconds"
    assert [(each["refreshed_by"], each["greatest"]) for each in data["entry_lives"]] == [("connect", 57), ("ping", 31)]
    assert data["longer_waits"] == [{"excerpt": "E41", "clock": "upload", "least": 31}]
