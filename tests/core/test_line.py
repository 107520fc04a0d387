"""Lines of logs: whole, one of several, with placeholders."""

from __future__ import annotations

import pytest

from mealspec.core.event import Line

LINE = Line("server", ("POST /meals - 201 ({time})", "POST /meals - 201", "a.b"))


@pytest.mark.parametrize(
    ("text", "matches"),
    [
        ("POST /meals - 201 (2.07ms)", True),
        ("POST /meals - 201 (it took 2 ms)", True),
        ("POST /meals - 201", True),
        ("POST /meals - 201 ()", False),  # a placeholder stands for something
        ("POST /meals - 201 (2.07ms), and more", False),
        ("POST /meals - 201 fallback", False),
        ("09:24:23 POST /meals - 201", False),  # times are no part of a line
        ("a.b", True),
        ("aXb", False),
    ],
)
def test_a_line_is_compared_as_a_whole(text: str, matches: bool) -> None:
    assert LINE.matches(text) is matches


def test_the_first_text_stands_for_all_and_lines_are_equal_by_their_texts() -> None:
    assert LINE.text == "POST /meals - 201 ({time})"
    assert Line("server", LINE.texts) == LINE
    assert hash(LINE) == hash(Line("server", LINE.texts))
    assert Line("client", LINE.texts) != LINE
