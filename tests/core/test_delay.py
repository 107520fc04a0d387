"""A delay makes its runs only when they are asked for, and each once."""

from __future__ import annotations

from mealspec.core import Event, Kind, Machine, System, Trace
from mealspec.core.delay import Attained, Delay

LAMP = System([Machine.table("lamp", "off", [("on", "off", "lit")])], [Event("on", Kind.USER, "x", ("lamp",))])
SOON, LATE = (Attained(Trace.of(LAMP, events), 0) for events in ([], ["on"]))


def test_the_soonest_and_the_latest_run_are_made_once_each() -> None:
    asked: list[bool] = []

    def runs(latest: bool) -> Attained:
        asked.append(latest)
        return LATE if latest else SOON

    delay = Delay(1, None, True, runs)
    assert [delay.latest, delay.soonest, delay.latest, delay.soonest] == [LATE, SOON, LATE, SOON]
    assert asked == [True, False]


def test_of_what_never_happens_there_is_no_soonest_run_but_one_that_goes_round() -> None:
    never = Delay(None, None, True, lambda latest: LATE)
    assert (never.soonest, never.latest) == (None, LATE)
    assert (Delay(1, 2).soonest, Delay(1, 2).latest) == (None, None), "nobody makes one"


def test_two_delays_are_the_same_whatever_runs_they_make() -> None:
    assert Delay(1, 2, True, lambda latest: SOON) == Delay(1, 2, True, lambda latest: LATE)
    assert Delay(1, 2, True) != Delay(1, 2)
