"""A run as text, to the letter: lanes, marks, long words and what goes round for ever."""

from __future__ import annotations

from mealspec.core import Event, Kind, Machine, System, Trace, chart

LANES = {"me": 6, "you": 12, "it": 8}


def run(loop: int | None = None) -> Trace:
    rows = [("ask", "a", "a"), ("answer", "a", "a"), ("end", "a", "a")]
    events = [
        Event("ask", Kind.USER, "me", ("m",), "a b"), Event("answer", Kind.SYSTEM, "you", ("m",), "say that it is so"),
        Event("end", Kind.SYSTEM, "it", ("m",)),
    ]  # fmt: skip
    return Trace.of(System([Machine.table("m", "a", rows)], events), ["ask", "answer", "end", "ask"], loop)


def test_each_step_stands_in_the_lane_of_its_owner_and_what_is_long_goes_on_below() -> None:
    assert chart(run(), LANES) == [
        "step  me    you         it",
        "----  ----  ----------  ------",
        "   1  a b",
        "   2        say that it",
        "            is so",
        "   3                    end",
        "   4  a b",
    ]


def test_marked_are_the_steps_that_are_asked_for_in_their_first_line() -> None:
    plain, marked = chart(run(), LANES), chart(run(), LANES, marked=frozenset({2, 4}))
    assert [k for k, (one, other) in enumerate(zip(plain, marked, strict=True)) if one != other] == [3, 6]
    assert (marked[3], marked[6]) == ("   2!       say that it", "   4! a b")


def test_where_it_goes_round_for_ever_that_is_said_before_the_step() -> None:
    lines = chart(run(loop=2), LANES)
    assert lines[5].strip("~ ") == "and from here on, for ever:"
    assert lines[6] == "   3                    end"
    assert len(chart(run(), LANES)) == len(lines) - 1
    wide = chart(run(loop=0), {"me": 20, "you": 20, "it": 20})
    assert wide[2] == "      ~~~~~~~~~~~~~~ and from here on, for ever: ~~~~~~~~~~~~~~~"
