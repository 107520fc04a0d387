"""What fits by order and not by seconds is told apart, and a run that fits has its moments."""

from __future__ import annotations

from math import inf
from pathlib import Path
from xml.etree import ElementTree

import pytest

from mealspec.cli.entry import main
from mealspec.core import replay
from mealspec.diagnose import seconds
from mealspec.diagnose.clocks import LATE
from mealspec.diagnose.diagnosis import Diagnosed, Diagnosis, Question
from mealspec.diagnose.mapping import load
from mealspec.diagnose.seconds import ASKED
from mealspec.diagnose.show import meal_lines, to_json
from mealspec.diagnose.verdict import HEALTHY, UNDECIDED
from mealspec.model.design import DESIGNS
from mealspec.model.product import system

TOLD = (
    ("client.connect", "client", 0.0), ("server.accept", "server", 0.1), ("server.register", "server", 0.2),
    ("client.connected", "client", 0.3), ("user.submit", "client", 2.0), ("server.take", "server", 2.3),
    ("server.start", "server", 3.0), ("server.complete", "server", None), ("server.push", "server", None),
    ("client.receive", "client", None),
)  # fmt: skip


def asked(folder: Path, work: float, *, by_clock: bool = True, ahead: float = 0.0, gaps: bool = False) -> Diagnosed:
    """A meal that is pushed after so many seconds of work; its other lines are no line of any log.

    With ``gaps`` any line may be missing, and nothing follows from it.
    """
    lines: dict[str, list[str]] = {"client": [], "server": []}
    for event, log, at in TOLD:
        moment = (3.0 + work if at is None else at) + (ahead if log == "client" else 0)
        lines[log].append(f'{{"time": "2025-11-08T09:00:{20 + moment:06.3f}Z", "user": "u", "event": "{event}"}}')
    paths = [folder / f"{log}.log" for log in lines]
    for path, some in zip(paths, lines.values(), strict=True):
        path.write_text("\n".join(some) + "\n", encoding="utf-8")
    mapping = load("jsonl")
    cut = {kind.name: "cut" for kind in mapping.lines if gaps or kind.name not in {event for event, *_ in TOLD}}
    (meal,) = Diagnosis(
        Question((paths[0], paths[1]), mapping, (DESIGNS["published"],), absences=cut, seconds=by_clock)
    )  # fmt: skip
    return meal


def test_work_that_takes_as_long_as_it_does_fits_and_its_steps_have_their_moments(tmp_path: Path) -> None:
    meal = asked(tmp_path, 6.0)
    best = meal.best.best
    assert meal.best.label == HEALTHY
    assert best is not None
    assert best.times is not None
    assert not meal.best.late
    assert not hasattr(replay(system(best.suspect.design, best.suspect.scope), best.run.events), "refusal")
    found = [0, 0]
    for name, log, at in zip(best.run.events, best.seen, best.times.at, strict=True):
        assert at.least <= at.most, name
        if log >= 0:
            stamp = meal.episode.lines[log][found[log]].at
            found[log] += 1
            assert stamp is not None
            slack = 2.2 if log == 0 else 0.2
            assert stamp - slack <= at.least <= at.most <= stamp + slack, name
    assert found == [len(some) for some in meal.episode.lines]
    assert all(a.least <= b.least and a.most <= b.most for a, b in zip(best.times.at, best.times.at[1:], strict=False))
    assert any(log < 0 and -inf < at.least and at.most < inf for log, at in zip(best.seen, best.times.at, strict=True))


@pytest.fixture(scope="module")
def too_soon(tmp_path_factory: pytest.TempPathFactory) -> Diagnosed:
    """The work takes 5 to 8 s, and both its lines stand in one log."""
    return asked(tmp_path_factory.mktemp("logs"), 1.0, gaps=True)


def test_work_that_ends_too_soon_fits_by_order_only(tmp_path: Path) -> None:
    assert asked(tmp_path, 1.0, by_clock=False).best.label == HEALTHY
    found = asked(tmp_path, 1.0).best
    assert not found.causes
    assert HEALTHY in {each.label for each in found.late}
    assert found.kind == UNDECIDED


@pytest.mark.parametrize("ahead", [-1.5, 0.0, 1.5])
def test_the_clocks_are_as_far_apart_as_they_were_set(tmp_path: Path, ahead: float) -> None:
    (offsets,) = asked(tmp_path, 6.0, ahead=ahead).ahead
    assert offsets is not None
    assert offsets.least <= ahead <= offsets.most
    (by_order,) = asked(tmp_path, 6.0, ahead=ahead, by_clock=False).ahead
    assert by_order is not None
    assert offsets.most - offsets.least <= by_order.most - by_order.least + 4 * LATE


def test_what_does_not_fit_is_told_apart_from_what_was_not_asked_to_the_end(too_soon: Diagnosed) -> None:
    """The healthy runs are few enough to be asked all; of other causes there are more than are asked."""
    text = "\n".join(meal_lines(too_soon))
    assert max(map(len, text.splitlines())) <= 80
    late, unasked = text.index("not in time"), text.index("not decided")
    assert late < text.index("  healthy") < unasked
    assert f"Not decided in time: stopped after {ASKED:,} beginnings" in text
    assert "No likeliest run of any cause is known to fit the seconds" in " ".join(text.split())
    (design,) = to_json(too_soon)["designs"]
    assert HEALTHY in {each["cause"] for each in design["not_in_time"]}
    assert {each["stopped_after"] for each in design["not_decided_in_time"]} == {ASKED}
    assert design["verdict"] == UNDECIDED


def test_where_a_beginning_is_asked_nothing_is_said_to_be_late(
    too_soon: Diagnosed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    every = too_soon.best
    monkeypatch.setattr(seconds, "ASKED", 1)
    found = asked(tmp_path, 1.0, gaps=True).best
    assert not found.late
    assert {each.label for each in found.unasked} == {each.label for each in (*every.late, *every.unasked)}
    assert found.kind == UNDECIDED
    assert not found.shown


def test_a_meal_is_drawn_with_its_lines_and_the_steps_between(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    meal = asked(tmp_path, 6.0)
    logs = [str(tmp_path / f"{log}.log") for log in ("client", "server")]
    main(["diagnose", *logs, "--mapping", "jsonl", "--absence", "all=cut", "--chart", str(tmp_path / "meal.svg")])
    capsys.readouterr()
    drawn = ElementTree.parse(tmp_path / "meal.svg").getroot()
    told = "".join(drawn.itertext())
    best = meal.best.best
    assert best is not None
    assert "client log" in told
    assert "server log" in told
    bars = drawn.findall(".//{http://www.w3.org/2000/svg}rect[@class='bar']")
    assert len(bars) == sum(log < 0 for log in best.seen)


def test_what_does_not_fit_is_not_drawn(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked(tmp_path, 1.0)
    logs = [str(tmp_path / f"{log}.log") for log in ("client", "server")]
    with pytest.raises(SystemExit) as ends:
        main(["diagnose", *logs, "--mapping", "jsonl", "--absence", "all=cut", "--chart", str(tmp_path / "meal.svg")])
    assert ends.value.code == 2
    assert "nothing to draw" in capsys.readouterr().err
    assert not (tmp_path / "meal.svg").exists()
