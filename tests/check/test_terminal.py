"""Progress on stderr: what is said and when, on a terminal and elsewhere, by a clock that is set by hand."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable

import pytest

from mealspec.check.terminal import PAUSE, Line, Terminal, console


class Screen(io.StringIO):
    """A stream that is a terminal."""

    def isatty(self) -> bool:
        return True


Said = Callable[[io.StringIO, list[tuple[float, str]]], list[str]]


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> Said:
    """What comes onto the stream at each moment; the line begins at 100 s."""

    def told(stream: io.StringIO, moments: list[tuple[float, str]]) -> list[str]:
        now = [100.0]
        monkeypatch.setattr(sys, "stderr", stream)
        monkeypatch.setattr("mealspec.check.terminal.time.monotonic", lambda: now[0])
        line, out = Line(), list[str]()
        for second, text in moments:
            now[0] = 100 + second
            line.show(text)
            out.append(stream.getvalue()[sum(map(len, out)) :])
        line.clear()
        return [*out, stream.getvalue()[sum(map(len, out)) :]]

    return told


CLEAR = "\r\x1b[2K"


def test_elsewhere_a_plain_line_comes_five_seconds_after_the_last(said: Said) -> None:
    assert PAUSE == 5
    moments = [(0.1, "a"), (4.9, "b"), (5.0, "c"), (9.9, "d"), (10.0, "e")]
    assert said(io.StringIO(), moments) == ["", "", "c\n", "", "e\n", ""]


def test_on_a_terminal_one_line_changes_as_often_as_can_be_read_and_is_cleared(
    said: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "xterm")
    found = said(Screen(), [(0.0, "a [b]"), (0.04, "no"), (0.06, "c"), (0.07, "no"), (0.2, "d")])
    assert found == [f"{CLEAR}a [b]", "", f"{CLEAR}c", "", f"{CLEAR}d", CLEAR]


def test_a_terminal_that_can_do_nothing_gets_plain_lines(said: Said, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "dumb")
    assert said(Screen(), [(0.1, "a"), (5.1, "b")]) == ["", "b\n", ""]


def test_answers_are_80_columns_wide_where_there_is_no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    assert console().width == 80
    monkeypatch.setattr(sys, "stdout", Screen())
    monkeypatch.setenv("COLUMNS", "123")
    assert console().width == 123


def test_a_reader_who_went_away_is_an_error() -> None:
    with pytest.raises(BrokenPipeError):
        Terminal().on_broken_pipe()
