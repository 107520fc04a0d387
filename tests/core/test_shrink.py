"""Runs are made short, and stay what they are."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from mealspec.core.shrink import polished, shrunk


def needing(*needed: int) -> object:
    """Accepts a script that has these events in this order, and gives just what it needs of it."""

    def attempt(script: Sequence[int], limit: int) -> Sequence[int] | None:
        waiting = iter(script)
        return script if len(script) < limit and all(event in waiting for event in needed) else None

    return attempt


@given(st.lists(st.integers(0, 5), max_size=12), st.lists(st.integers(0, 5), max_size=12))
def test_what_is_needed_is_left_and_nothing_else(before: list[int], after: list[int]) -> None:
    assert shrunk([*before, 7, *after, 8, *before], needing(7, 8)) == (7, 8)  # type: ignore[arg-type]


def test_events_that_go_only_together_go() -> None:
    def paired(script: Sequence[int], limit: int) -> Sequence[int] | None:
        good = 9 in script and len({(event in script) for event in (1, 2, 3)}) == 1
        return script if good and len(script) < limit else None

    assert shrunk([1, 9, 2, 3], paired) == (9,)


def test_a_run_that_cannot_be_shorter_stays() -> None:
    assert shrunk([4, 5], needing(4, 5)) == (4, 5)  # type: ignore[arg-type]
    assert shrunk([], needing()) == ()  # type: ignore[arg-type]


def test_another_event_in_the_place_of_two_is_found() -> None:
    def easy(script: Sequence[int], limit: int) -> Sequence[int] | None:
        good = 6 in script or all(event in script for event in (1, 2, 3))
        return script if good and len(script) < limit else None

    assert shrunk([1, 2, 3], easy) == (1, 2, 3)
    assert polished([1, 2, 3], easy, lambda run: [5, 6]) == (6,)
    assert polished([1, 2, 3], easy, lambda run: [5]) == (1, 2, 3)


def test_two_events_in_the_places_of_others_are_found() -> None:
    def jointly(script: Sequence[int], limit: int) -> Sequence[int] | None:
        if {7, 8} <= set(script):
            script = [7, 8]
        elif set(script) != {1, 2, 3}:
            return None
        return script if len(script) < limit else None

    assert polished([1, 2, 3], jointly, lambda run: [7, 8]) == (7, 8)
