"""Alerts on sessions that are written down: which are there, where each is set, and how often it is wrong."""

from __future__ import annotations

from math import inf

import numpy as np
import pytest

from mealspec.check.alert import Alert, alerts, fires, threshold
from tests.check.sessions import Session, meals

SHOWN = (("screen", "shown"),)


def lost(polls: int, polling: int = 0, skipped: int = 1) -> Session:
    return Session(1, None, states=SHOWN, counts=(("polls", polls), ("not_connected", skipped)), polling=polling)


def shown(seconds: int, polls: int, polling: int = 0, skipped: int = 0) -> Session:
    counts = (("polls", polls), ("not_connected", skipped))
    return Session(1, 1 + seconds, states=SHOWN, counts=counts, polling=polling)


def test_an_alert_of_one_meal_is_set_on_the_first_half_of_the_lost_ones_and_tried_on_the_second() -> None:
    """Lost are polls of 9, 7 | 5, 1; well are 2, 3 | 2, 6. Above 3 nothing is wrong in the first halves; in the second
    6 is a false alarm of two, and 1 is missed of two."""
    flawed = meals("published", [lost(9), shown(4, 50), lost(7), lost(5), lost(1)])
    healthy = meals("hardened", [shown(1, 2), shown(2, 3), shown(9, 2), shown(3, 6)])
    found = list(alerts(flawed, healthy))
    assert found[0] == Alert("polls", 1, True, 3, 0.5, 0.5)
    assert (found[0].when, found[0].errors) == ("more than 3", 1)
    assert found[0].to_json() == {
        "measure": "polls", "meals": 1, "above": True, "threshold": 3, "false_alarms": 0.5, "misses": 0.5,
        "when": "more than 3",
    }  # fmt: skip
    assert found[1] == Alert("polls", 1, False, 2, 0, 0.5), "below 2 there is one of the lost, and none that is well"
    assert [each.measure for each in found[2:]] == ["seconds of polling", "not connected", "seconds to update"]
    assert found[3:] == [
        Alert("not connected", 1, True, 0, 0, 0),
        Alert("seconds to update", 1, True, 2, 1, 0),  # 9 and 3 s are more than 2, and infinite ones are, too
    ]


def test_below_a_threshold_an_alert_on_polling_is_told_where_that_is_better_and_on_nothing_else() -> None:
    flawed = meals("published", [lost(1, skipped=0)] * 4)
    healthy = meals("hardened", [shown(1, 5, skipped=1)] * 4)
    told = [(each.measure, each.above, each.errors) for each in alerts(flawed, healthy)]
    assert told == [
        ("polls", True, 1), ("polls", False, 0), ("seconds of polling", True, 1), ("not connected", True, 1),
        ("seconds to update", True, 0),
    ]  # fmt: skip
    assert next(each for each in alerts(flawed, healthy) if not each.above).when == "less than 5"


def test_of_a_hundred_meals_in_a_row_the_mean_counts_and_what_is_left_over_does_not() -> None:
    """Of four hundreds the means of polls are 2 | 3 | 2 | 2, of the others 1 | 1 | 1 | 1; the last 50 are no hundred.
    Later than 30 s is only what takes 31 s or never comes: one of a hundred, and none."""
    some = [lost(2), *[shown(30, 2)] * 99, *[shown(31, 3)] * 100, lost(2), *[shown(30, 2)] * 99]
    flawed = meals("published", [*some, shown(31, 2), *[shown(1, 2)] * 99, *[shown(99, 99)] * 50])
    healthy = meals("hardened", [shown(30, 1)] * 400)
    found = {each.measure: each for each in alerts(flawed, healthy) if each.meals == 100}
    assert found == {
        "polls": Alert("polls", 100, True, 1, 0, 0),
        "seconds of polling": Alert("seconds of polling", 100, True, 0, 0, 1),
        "not connected": Alert("not connected", 100, True, 0, 0, 0.5),
        "later than 30 s": Alert("later than 30 s", 100, True, 0, 0, 0),
    }


def test_of_too_few_there_is_no_alert() -> None:
    one, two = meals("published", [lost(3)]), meals("published", [lost(3), lost(4)])
    well = meals("hardened", [shown(1, 1), shown(1, 1)])
    assert list(alerts(one, well)) == list(alerts(two, meals("hardened", [shown(1, 1)]))) == []
    assert {each.meals for each in alerts(two, well)} == {1}


@pytest.mark.parametrize("above", [True, False])
def test_of_thresholds_with_as_few_errors_the_one_with_fewest_false_alarms_is_taken(above: bool) -> None:
    """Of 1, 3 and 3 bad ones and 2 good ones, half the errors are made at 1 and at 2; above 2 nobody is woken."""
    sign = 1 if above else -1
    bad, good = sign * np.array([1.0, 3.0, 3.0]), sign * np.array([0.0, 2.0, 2.0])
    assert threshold(bad, good, above) == sign * 2
    assert fires(good, sign * 2, above) == 0
    assert fires(bad, sign * 2, above) == pytest.approx(2 / 3)


def test_of_thresholds_that_are_as_good_the_lowest_is_taken() -> None:
    assert threshold(np.array([9.0, inf]), np.array([1.0, 2.0]), above=True) == 2
