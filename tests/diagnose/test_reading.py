"""Logs are streams: what cannot be read is told, what can be is."""

from __future__ import annotations

from pathlib import Path

import pytest

from mealspec.core import CheckerError
from mealspec.diagnose.clocks import Clocks, Fit, Interval, fits
from mealspec.diagnose.episodes import Episode, Splitter
from mealspec.diagnose.kinds import sorts
from mealspec.diagnose.mapping import load
from mealspec.diagnose.reading import Counts, Entry, entries

JSON = load("jsonl")


def read(path: Path, log: int = 1, *, mask: bool = False) -> tuple[Counts, list[Entry]]:
    counts, known = entries(log, path, JSON, mask=mask)
    return counts, list(known)


def told(event: str, at: float, user: str = "ann", meal: str = "") -> str:
    return f'{{"time": {at}, "event": "{event}", "user": "{user}"' + (f', "meal": "{meal}"' if meal else "") + "}\n"


@pytest.mark.parametrize(
    ("content", "says"), [(b"", "is empty"), (b"\x7fELF\0\0", "no log of text lines"), (None, "No such file")]
)
def test_what_is_no_log_gets_one_sentence(tmp_path: Path, content: bytes | None, says: str) -> None:
    path = tmp_path / "server.log"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(CheckerError, match=says):
        read(path)


def test_what_can_be_read_is_read(tmp_path: Path) -> None:
    path = tmp_path / "server.log"
    good = told("server.skip", 9, meal="m").encode()
    path.write_bytes(good + b"\xff\xfe broken\n" + b"x" * 50_000 + b"\n" + b'{"event": "else"}\r\n' + good[:-1])
    counts, known = read(path)
    assert [(e.at, e.user, e.meal, e.number) for e in known] == [(9, "ann", "m", 1), (9, "ann", "m", 5)]
    assert (counts.lines, counts.known, counts.unmatched, counts.cut, counts.undecoded) == (5, 2, 3, 1, 1)
    assert len(counts.samples) == 3
    assert all(len(sample) <= 200 and sample.isprintable() for sample in counts.samples)


def test_a_clock_that_goes_back_is_told_and_the_order_of_the_file_stays(tmp_path: Path) -> None:
    path = tmp_path / "server.log"
    path.write_text(told("server.skip", 9, meal="m") + told("server.skip", 7, meal="m"))
    counts, known = read(path)
    assert counts.backwards == 1
    assert [e.at for e in known] == [9, 9]


def test_ids_are_masked_everywhere_and_always_alike(tmp_path: Path) -> None:
    path = tmp_path / "server.log"
    path.write_text(
        told("server.skip", 9, "ann-lee", "meal-17") + told("server.take", 9, "ann-lee", "meal-17") + "ann-lee\n"
    )
    counts, known = read(path, mask=True)
    assert len({(e.user, e.meal) for e in known}) == 1
    assert not any("ann-lee" in text or "meal-17" in text for e in known for text in (e.user, e.meal, e.text))
    assert "ann-lee" not in str(counts.samples)


# ---------------------------------------------------------------------- meals


def split(client: str, server: str, tmp_path: Path) -> tuple[Splitter, list[Episode]]:
    splitter, logs = Splitter(sorts(JSON)), []
    for log, text in enumerate((client, server)):
        path = tmp_path / f"{log}.log"
        path.write_text(text)
        logs.append(read(path, log)[1] if text else [])
    return splitter, list(splitter.meals(*logs))


def names(episode: Episode) -> list[list[str]]:
    return [[JSON.lines[entry.kind].name for entry in some] for some in episode.lines]


def test_users_and_meals_are_told_apart(tmp_path: Path) -> None:
    client = told("client.connect", 0) + told("user.submit", 1, meal="a") + told("user.submit", 1.5, "bob", "b")
    server = told("server.take", 2, "bob", "b") + told("server.take", 2, meal="a") + told("server.register", 2.2)
    _, found = split(client, server, tmp_path)
    assert {each.meal: names(each) for each in found} == {
        "a": [["client.connect", "user.submit"], ["server.take", "server.register"]],
        "b": [["user.submit"], ["server.take"]],
    }


def test_a_meal_is_over_when_nothing_was_heard_of_it(tmp_path: Path) -> None:
    client = told("user.submit", 0, meal="a") + told("client.ping", 500)
    client += told("client.pong", 4_900) + told("user.submit", 5_000, meal="b")
    server = told("server.complete", 9, meal="a") + told("server.skip", 9, meal="a")
    splitter, found = split(client, server, tmp_path)
    assert [each.meal for each in found] == ["a", "b"]
    assert splitter.most_open == 1
    assert names(found[0])[0] == ["user.submit"]
    assert names(found[1])[0] == ["client.pong", "user.submit"]  # what came before a long silence says nothing


def test_lines_that_name_no_user_are_those_of_the_only_one(tmp_path: Path) -> None:
    text = told("user.submit", 0, meal="a") + told("client.uploaded", 1, "", "a") + told("client.connect", 1, "")
    splitter, found = split(text, told("server.take", 1, "", "a"), tmp_path)
    assert [names(each) for each in found] == [[["user.submit", "client.uploaded", "client.connect"], ["server.take"]]]
    splitter, found = split(
        text.replace("1", "3") + told("client.connect", 4, "bob") + told("client.ping", 5, ""), "", tmp_path
    )
    assert splitter.nobody == 1


def test_the_save_may_seem_to_come_after_what_the_server_did_with_it(tmp_path: Path) -> None:
    """The phone's clock is a second ahead."""
    _, found = split(
        told("user.submit", 2) + told("client.uploaded", 3), told("server.take", 1) + told("server.skip", 9), tmp_path
    )
    assert [names(each) for each in found] == [[["user.submit", "client.uploaded"], ["server.take", "server.skip"]]]


def test_of_several_open_meals_a_nameless_line_is_left_out_and_says_nothing(tmp_path: Path) -> None:
    client = told("user.submit", 0, meal="a") + told("user.submit", 1, meal="b") + told("client.uploaded", 2)
    splitter, found = split(client, "", tmp_path)
    assert splitter.unclear == 1
    assert all(JSON.number["client.uploaded"] in each.cut for each in found)
    assert all(names(each)[0] == ["user.submit"] for each in found)


# ---------------------------------------------------------------------- clocks


def entry(log: int, at: float | None) -> Entry:
    return Entry(log, 0, 0, at, "", "", "", 1, "")


def test_lines_are_ordered_if_they_are_with_every_offset() -> None:
    client, server = [entry(0, 10.5), entry(0, 14.5)], [entry(1, 12.0), entry(1, None)]
    clocks = Clocks(2.0, 0.0)
    assert clocks.after(client, server, clocks.around(0)) == ((0, 1), (0, 0))
    assert clocks.after(client, server, Interval(1.0, 2.0)) == ((0, 1), (1, 0))
    assert clocks.around(20_000) == Interval(-2.0, 2.0)
    assert Clocks(2.0, 1e-4).around(20_000) == Interval(-4.0, 4.0)


def test_an_order_sets_the_offset() -> None:
    client, server = [entry(0, 10.5), entry(0, 14.5)], [entry(1, 12.0)]
    wide = Interval(-9.0, 9.0)
    assert fits(client, server, [(0, 0), (1, 0), (0, 1)], wide) == pytest.approx((-1.6, 2.6))
    assert fits(client, server, [(1, 0), (0, 0), (0, 1)], wide) == pytest.approx((-9.0, -1.4))
    assert fits([entry(0, 10.0)], [entry(1, 12.0)], [(1, 0), (0, 0)], wide) == pytest.approx(
        (-9.0, -1.0)
    )  # whole seconds


def test_offset_and_drift_are_fitted_together_in_little_memory() -> None:
    fit = Fit(Clocks(2.0, 1e-4, 0.0))
    for k in range(5_000):
        at = 20.0 * k
        ahead = -1.2 + 50e-6 * at
        fit.take(at, Interval(ahead - 0.05, ahead + 0.05))
    answer = fit.answer()
    assert answer is not None
    offset, drift = answer
    assert offset.least <= -1.2 <= offset.most
    assert drift.least <= 50e-6 <= drift.most
    assert offset.most - offset.least < 0.5
    fit.take(10.0, Interval(1.9, 2.0))
    assert fit.contradicted == 1
