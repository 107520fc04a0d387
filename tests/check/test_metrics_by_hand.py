"""What is read off sessions, on sessions that are written down, in ticks of half a second."""

from __future__ import annotations

from math import inf

import numpy as np
import pytest

from mealspec.check import metrics
from mealspec.check.latency import ENDED, POLLING, SITUATIONS, WAYS, Outcome
from mealspec.check.metrics import COARSEST, COUNTED, FINEST, LARGEST, percentile, simulate, strays
from mealspec.core import CheckerError
from mealspec.core.delay import Delay
from mealspec.core.explicit.sampling import Noted
from mealspec.model.design import DESIGNS
from mealspec.model.scope import Scope
from tests.check.sessions import SCOPE, WORKS, Session, meals

SEEN = [
    Session(4, 7, states=(("screen", "shown"), *WORKS), counts=(("dials", 1), ("opened", 1), ("polls", 3)), polling=9),
    Session(4, 24, stopped_by="client.apply.poll.completed.done", states=(("screen", "shown"),),
            counts=(("dials", 2),)),
    Session(4, 5, states=(("screen", "hidden"),)),
    Session(3, None, states=(("screen", "shown"), ("service", "c1/connected"))),
    Session(5, 5, "server.fail.m1", states=(("screen", "shown"),)),
    Session(),
    Session(2, 2, stopped_by="client.apply.appear.completed", states=(("screen", "shown"), ("service", "c1/connected"),
            ("connection.c1", "open/registered/broken")), counts=(("dials", 1), ("believed", 2))),
]  # fmt: skip
FOUND = meals("published", SEEN, 0.5)
WORKING, NONE, DEAD, UNDETECTED = (each.name for each in SITUATIONS)


def test_completed_are_those_whose_work_was_done_while_somebody_looked() -> None:
    assert FOUND.completed.tolist() == [True, True, False, True, False, False, True]
    assert FOUND.failed.tolist() == [False, False, False, False, True, False, False]
    assert FOUND.shown.tolist() == [True, True, True, False, True, False, True]


def test_seconds_are_half_the_ticks_and_have_no_end_for_what_is_not_shown() -> None:
    assert FOUND.seconds.tolist() == [1.5, 10, inf, 0]
    assert FOUND.polling.tolist() == [4.5, 0, 0, 0, 0, 0, 0]


def test_each_is_in_its_situation_and_came_by_its_way() -> None:
    assert {name: some.tolist() for name, some in FOUND.situations.items()} == {
        WORKING: [True, False, False, False], NONE: [False, True, False, False],
        DEAD: [False, False, False, True], UNDETECTED: [False, False, True, False],
    }  # fmt: skip
    assert {name: some.tolist() for name, some in FOUND.ways.items()} == {
        "socket": [True, False, False, False], "poll": [False, True, False, False], "load": [False, False, False, True],
    }  # fmt: skip


def test_what_is_counted_is_counted_and_a_share_is_of_the_dials() -> None:
    assert FOUND.count("polls").tolist() == [3, 0, 0, 0, 0, 0, 0]
    assert (FOUND.success("opened"), FOUND.success("believed")) == (1 / 4, 2 / 4)
    assert meals("published", [Session()]).success("opened") is None


def test_a_percentile_counts_from_below() -> None:
    values = np.array([5.0, 1.0, 3.0, 2.0, 4.0])
    assert [percentile(values, share) for share in (0.0, 0.2, 0.21, 0.5, 0.8, 0.81, 1.0)] == [1, 1, 2, 3, 4, 5, 5]
    assert percentile(values[:0], 0.5) is None


def outcomes(**greatest: int | None) -> list[Outcome]:
    """In ticks of half a second: of what nothing is said each takes just as long as it did, 3, 20 and 0."""
    most = {"works": 3, "none": 20, "dead": 0, "lost": None, **greatest}
    delays = {
        WORKING: Delay(3, most["works"], True), NONE: Delay(20, most["none"], True),
        DEAD: Delay(0, most["dead"], True), UNDETECTED: Delay(0, most["lost"], True),
    }  # fmt: skip
    ways = {WORKING: "socket", NONE: "poll", DEAD: "load"}
    return [
        Outcome(each, 0.5, delays[each.name], {
            way: delays[each.name] if ways.get(each.name) == way else Delay(None, None, True) for way in WAYS
        })
        for each in SITUATIONS
    ]  # fmt: skip


def test_a_meal_within_its_bounds_is_no_stray_both_ends_included_and_one_outside_is_named() -> None:
    assert strays(FOUND, outcomes()) == []
    assert strays(FOUND, outcomes(works=4)) == []
    assert strays(FOUND, outcomes(none=19)) == [
        f"published, {NONE}: 10 s, and not 10 to 9.5", f"published, {NONE}, by poll: 10 s, and not 10 to 9.5",
    ]  # fmt: skip
    assert strays(FOUND, outcomes(lost=99)) == [f"published, {UNDETECTED}: inf s, and not 0 to 49.5"]
    early = [each._replace(whole=Delay(4, 9, True)) if each.measure.name == WORKING else each for each in outcomes()]
    assert strays(FOUND, early) == [f"published, {WORKING}: 1.5 s, and not 2 to 4.5"]
    nothing = [
        each._replace(whole=Delay(None, None, True)) if each.measure.name == DEAD else each for each in outcomes()
    ]
    assert strays(FOUND, nothing) == [f"published, {DEAD}: 0 s, and not inf to inf"]


@pytest.mark.parametrize(("quantum", "limits"), [(1, (30, 300, 900)), (7, (5, 43, 129)), (0.5, (60, 600, 1800))])
def test_a_session_goes_on_for_half_a_minute_and_is_watched_for_what_is_counted(
    monkeypatch: pytest.MonkeyPatch, quantum: float, limits: tuple[int, ...]
) -> None:
    """Rounded up to whole ticks."""
    asked: list[Noted] = []
    monkeypatch.setattr(metrics, "sample", lambda system, odds, noted, *more: asked.append(noted))
    found = simulate(DESIGNS["published"], SCOPE, 5, 1, quantum=quantum)
    (noted,) = asked
    assert (noted.after, noted.patience, noted.most) == limits
    assert (noted.until, dict(noted.timed), found.quantum) == (ENDED, {"polling": POLLING}, quantum)
    names = np.array([event.name for event in found.facts.system.events])

    def named(*beginnings: str) -> set[str]:
        return {name for name in names if any(name == each or name.startswith(f"{each}.") for each in beginnings)}

    assert {*names[noted.begins]} == {"server.complete.m1", "server.fail.m1"}
    assert {name: {*names[mask]} for name, mask in noted.counted.items()} == {
        name: named(*beginnings) for name, beginnings in COUNTED.items()
    }
    polls = {f"client.{loop}.wake.{why}" for loop in ("poll", "stale") for why in ("service_down", "unflagged")}
    assert {*names[noted.counted["polls"]]} == polls, "one that finds the socket verified asks for nothing"


def test_the_ends_of_what_can_be_simulated_can_be_simulated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metrics, "sample", lambda *given: None)
    monkeypatch.setattr(metrics, "odds", lambda *given: None)
    monkeypatch.setattr(metrics, "timed_system", lambda plan, scope, *given: FOUND.facts.system)

    def tries(meals: int = 1, seed: int = 1, quantum: float = 1, scope: Scope = SCOPE) -> None:
        simulate(DESIGNS["published"], scope, meals, seed, quantum=quantum)

    tries(meals=1)
    tries(meals=LARGEST)
    tries(seed=0)
    tries(seed=2**63 - 1)
    tries(quantum=FINEST)
    tries(quantum=COARSEST)
    assert (LARGEST, FINEST, COARSEST) == (1_000_000, 0.01, 60)
    for wrong in (
        {"meals": 0}, {"meals": LARGEST + 1}, {"seed": -1}, {"seed": 2**63}, {"quantum": FINEST * 0.99},
        {"quantum": COARSEST + 0.5}, {"scope": Scope(meals=2)},
    ):  # fmt: skip
        with pytest.raises(CheckerError):
            tries(**wrong)
