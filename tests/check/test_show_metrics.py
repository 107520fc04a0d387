"""Tables and figures of sessions that are written down, to the letter."""

from __future__ import annotations

from mealspec.check.alert import Alert
from mealspec.check.show_metrics import alert_row, alert_table, rate_row, rate_table, tables, to_json
from mealspec.model.rates import NEVER, Pace, Spread
from tests.check.sessions import Session, meals
from tests.text import printed

SHOWN = (("screen", "shown"),)
SEEN = [
    Session(1, 3, states=SHOWN, polling=31,
            counts=(("dials", 2), ("opened", 1), ("believed", 2), ("polls", 1), ("messages", 1))),
    Session(1, 4, stopped_by="client.apply.poll.completed.done", states=SHOWN, polling=3,
            counts=(("dials", 1), ("polls", 4))),
    Session(1, None, states=SHOWN, counts=(("dials", 1), ("opened", 1), ("not_connected", 2)), polling=300),
    Session(1, 9, "server.fail.m1", states=SHOWN),
]  # fmt: skip
FOUND = meals("published", SEEN)


def test_the_tables_of_a_design_are_counted_by_hand() -> None:
    """Of three completed meals one takes 2 s, one 3 s, and one never comes; of four dials two open."""
    assert (
        printed(*tables([FOUND]))
        == """\
From the completion to the screen, and by what

 design         p50      p90      p95      p99    never   socket    poll   load
 ──────────────────────────────────────────────────────────────────────────────
 published      3 s    never    never    never    33.3%    33.3%   33.3%     0%

Connections: dials that open a socket, and that the client takes for a success

 design        dials a meal   opened   by the client   messages   not connected
 ──────────────────────────────────────────────────────────────────────────────
 published             1.00    50.0%           50.0%       0.25           25.0%

Polling, from the opened app to the end of the session

 design           polls a meal    p50    p99      seconds a meal    p50     p99
 ──────────────────────────────────────────────────────────────────────────────
 published                1.25      0      4              83.5 s    3 s   300 s

"""
    )


def test_for_programs_the_figures_are_counted_by_hand() -> None:
    nothing = {"p50": None, "p90": None, "p95": None, "p99": None}
    assert to_json(FOUND) == {
        "sessions": 4, "completed": 3, "failed": 1, "failed_and_shown": 1,
        "seconds_to_update": {"meals": 3, "never": 1, "mean": 2.5, **nothing, "p50": 3},
        "ways": {"socket": 1, "poll": 1, "load": 0},
        "situations": {
            "no socket, and the client knows": {"meals": 3, "never": 1, "mean": 2.5, **nothing, "p50": 3},
        },
        "connections": {"dials": 4, "opened": 2, "believed": 2, "failed": 0, "messages": 1, "not_connected": 2},
        "success_rate": 0.5, "success_rate_by_the_client": 0.5,
        "polls": {"meals": 4, "never": 0, "mean": 1.25, "p50": 0, "p90": 4, "p95": 4, "p99": 4},
        "seconds_of_polling": {"meals": 4, "never": 0, "mean": 83.5, "p50": 3, "p90": 300, "p95": 300, "p99": 300},
    }  # fmt: skip
    none = to_json(meals("published", [Session()]))
    assert none["seconds_to_update"] == {"meals": 0, "never": 0, "mean": None, **nothing}
    assert none["situations"] == {}
    never = to_json(meals("published", [Session(1, None, states=SHOWN)]))
    assert never["seconds_to_update"] == {"meals": 1, "never": 1, "mean": None, **nothing}


def test_an_alert_says_of_how_many_meals_when_and_how_often_it_is_wrong() -> None:
    one, many = Alert("polls", 1, True, 3, 0.125, 0.5), Alert("polls", 100, False, 2.25, 0, 1)
    assert alert_row(one) == ("polls", "a meal", "more than 3", "12.5%", "50.0%")
    assert alert_row(many) == ("polls", "100 meals", "less than 2.25", "0.0%", "100.0%")
    assert (
        printed(alert_table(FOUND, meals("hardened", SEEN), [one, many]))
        == """\
An alert that fires on published and not on hardened

 what is measured               of           fires at     false alarms   misses
 ──────────────────────────────────────────────────────────────────────────────
 polls                      a meal        more than 3            12.5%    50.0%
 polls                   100 meals     less than 2.25             0.0%   100.0%

"""
    )


def test_a_rate_says_what_of_and_whence_or_that_it_is_assumed() -> None:
    pace, spread = Pace("break", "a socket breaks", ("x",), 77, ("E1", "E2")), Spread("poll", NEVER)
    assert rate_row(pace) == ("break", "a socket breaks", "77 s", "E1, E2")
    assert rate_row(spread)[1:] == (f"how it is spread: {spread.what}", spread.says, "assumed")
    assert (
        printed(rate_table((pace,)))
        == """\
┏━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━┓
┃ rate        ┃ what                         ┃ how often         ┃ from        ┃
┡━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━┩
│ break       │ a socket breaks              │ 77 s              │ E1, E2      │
└─────────────┴──────────────────────────────┴───────────────────┴─────────────┘
"""
    )
