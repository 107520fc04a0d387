"""Errors are one clear line each: the nearest name, a few choices, and no sign that moves a cursor."""

from __future__ import annotations

import pytest

from mealspec.core.errors import CheckerError, InvalidSystem, UnknownName, printable, unknown


def test_an_unknown_name_is_told_with_the_nearest_one_and_the_choices() -> None:
    error = unknown("design", "publishd", ["before", "published"])
    assert isinstance(error, UnknownName)
    assert str(error) == "unknown design 'publishd'; did you mean 'published'? (before, published)"
    assert str(unknown("design", "zzz", ["before"])) == "unknown design 'zzz'; choose from (before)"
    assert str(unknown("letter", "abxx", ["abcd"])) == "unknown letter 'abxx'; did you mean 'abcd'? (abcd)", (
        "half of it"
    )
    assert str(unknown("letter", "axxx", ["abcd"])) == "unknown letter 'axxx'; choose from (abcd)"


@pytest.mark.parametrize(("count", "more"), [(39, ""), (40, ""), (41, ", ... 1 more"), (45, ", ... 5 more")])
def test_of_many_choices_forty_are_told_and_how_many_more_there_are(count: int, more: str) -> None:
    names = [f"n{k}" for k in range(count)]
    shown = ", ".join(names[:40])
    assert str(unknown("thing", "?", names)) == f"unknown thing '?'; choose from ({shown}{more})"


def test_a_long_or_unprintable_name_is_cut_and_written_out() -> None:
    assert "'" + "x" * 97 + "...'" in str(unknown("thing", "x" * 101, ["a"]))
    assert "'" + "x" * 100 + "'" in str(unknown("thing", "x" * 100, ["a"]))
    assert str(unknown("thing", "a\nb", [])) == "unknown thing 'a\\nb'; choose from ()"


def test_a_text_is_one_line_that_moves_no_cursor() -> None:
    assert printable("two\nlines\x1b[2J\x00ü✓") == "two\\nlines\\x1b[2J\\x00ü✓"
    assert printable("plain") == "plain"
    assert printable("abcdef", 6) == "abcdef"
    assert printable("abcdefg", 6) == "abc..."
    assert len(printable("x" * 3000)) == 2000
    assert printable("x" * 2000) == "x" * 2000


def test_a_system_that_does_not_fit_tells_all_that_is_wrong_with_it() -> None:
    error = InvalidSystem(["one", "other"])
    assert error.offenders == ("one", "other")
    assert str(error) == "2 mismatch(es) between machines and events:\n  - one\n  - other"
    assert isinstance(error, CheckerError)
