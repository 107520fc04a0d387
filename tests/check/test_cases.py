"""The seed's tests in seconds: each occurs, its runs are held against its steps by plain reading, two engines agree."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import cache

import pytest

from mealspec.check.cases import CASES, DONE_WITH, SAVE, Case, Told, told
from mealspec.core import CheckerError, Trace
from mealspec.core.timed import is_one_of
from mealspec.model.clocks import timed_system
from mealspec.model.design import DESIGNS
from mealspec.model.events import alphabet
from mealspec.properties.facts import Facts
from mealspec.properties.requirements import REQUIREMENTS

LARGE = ("R19", "R20", "R21")
"""The first of their names: these take more than a second."""

BY_NAME = {case.name: case for case in CASES}
SAVED, COMPLETED, FAILED, UNDETECTED, LATER, SKIPPED, TWO, BACKGROUND, PATH, RESTART = CASES


def each(*plans: str) -> list[object]:
    """All cases of some designs; large ones are slow."""
    return [
        pytest.param(plan, name, marks=[pytest.mark.slow] * (name.startswith(LARGE) and plan == "hardened"))
        for plan in plans
        for name in BY_NAME
    ]


@cache
def found(plan: str, name: str) -> Told:
    return told(DESIGNS[plan], BY_NAME[name])


def came(case: Case, events: Iterable[str]) -> bool:
    """Whether the steps have come in their order, those from the save on for a meal that its user is not done with."""
    events = list(events)
    save = case.steps.index(SAVE)
    ended = [k for k, event in enumerate(events) if is_one_of(event, DONE_WITH)]
    before, rest = case.steps[:save], case.steps[save:]
    saves = [k for k, event in enumerate(events) if is_one_of(event, SAVE)]
    last = max(saves, default=len(events))
    if any(end > last for end in ended):
        return False
    return _in_order(before, events[:last]) and _in_order(rest, events[last:])


def _in_order(steps: Iterable[tuple[str, ...]], events: Iterable[str]) -> bool:
    left = iter(events)
    return all(any(is_one_of(event, step) for event in left) for step in steps)


def obeys(asked: Case, answer: Told, plan: str) -> bool:
    """Whether both runs of an answer, replayed without whoever watches, are runs of the case that was asked."""
    runs = [run for run in (answer.outcome.whole.soonest, answer.outcome.whole.latest) if run is not None]
    assert runs
    product = timed_system(DESIGNS[plan], answer.scope)
    holds = asked.measure.holds(Facts(DESIGNS[plan], answer.scope, product))
    return all(
        came(asked, run.trace.events[: run.begin])
        and holds.holds(Trace.of(product, run.trace.events, run.trace.loop).state(run.begin))
        for run in runs
    )


@pytest.mark.parametrize(("plan", "name"), each("hardened", "published"))
def test_each_occurs_and_its_runs_are_what_it_says(plan: str, name: str) -> None:
    answer = found(plan, name)
    assert answer.outcome.occurs
    assert obeys(BY_NAME[name], answer, plan)
    assert set(answer.outcome.measure.refs) <= set(REQUIREMENTS)


@pytest.mark.parametrize("case", [FAILED, LATER, SKIPPED, PATH], ids=lambda case: case.name)
def test_a_step_that_is_not_asked_for_is_missed_in_the_runs(case: Case) -> None:
    """So the runs show it if what is asked of a run were wrong."""
    save = case.steps.index(SAVE)
    wrong = replace(case, steps=(SAVE,) if case.steps[save:] != (SAVE,) else case.steps[save:])
    assert not obeys(case, told(DESIGNS["published"], wrong), "published")


def test_a_state_that_is_not_asked_for_is_missed_in_the_runs() -> None:
    wrong = replace(UNDETECTED, measure=replace(UNDETECTED.measure, holds=COMPLETED.measure.holds))
    assert not obeys(UNDETECTED, told(DESIGNS["hardened"], wrong), "hardened")


@pytest.mark.slow
@pytest.mark.parametrize("name", BY_NAME)
@pytest.mark.parametrize("plan", ["before", "published", "hardened"])
def test_sets_find_the_same_as_single_states(plan: str, name: str) -> None:
    one, other = found(plan, name).outcome, told(DESIGNS[plan], BY_NAME[name], engine="symbolic").outcome
    assert (one.whole, one.ways) == (other.whole, other.ways)


@pytest.mark.parametrize("name", [FAILED.name, SKIPPED.name, RESTART.name])
def test_sets_find_the_same_in_the_published_design(name: str) -> None:
    test_sets_find_the_same_as_single_states("published", name)


# ---------------------------------------------------------------------- by hand


def most(plan: str, case: Case) -> float | None:
    return found(plan, case.name).outcome.greatest


def test_the_happy_path_takes_longer_than_half_a_minute_if_the_dispatcher_does() -> None:
    """2 s the outbox's pause, 1 the upload, 30 the dispatcher, 8 the work, 1 the push, 1 its load."""
    assert most("hardened", SAVED) == most("published", SAVED) == 2 + 1 + 30 + 8 + 1 + 1
    assert found("published", SAVED.name).outcome.verdict == "too optimistic by 13 s"


def test_after_a_restart_all_is_done_once_more_and_polled() -> None:
    """A pause of 2 s, an upload of 1, 30 and 8; then an answer that was read too early, a sleep and a load."""
    assert most("hardened", RESTART) == 2 + 1 + 30 + 8 + 1 + 5 + 1
    assert most("published", RESTART) is None


def test_who_was_skipped_is_not_told_by_the_socket_that_comes_back() -> None:
    """It is a poll that brings the meal: an answer that was read too early, a sleep and a load."""
    found_ = found("hardened", SKIPPED.name).outcome
    assert found_.greatest == 1 + 5 + 1
    assert found_.ways["socket"].least is None
    assert found_.verdict == "too optimistic by 6 s"


def test_without_a_reconnect_there_is_no_recovery() -> None:
    outcome = found("before", LATER.name).outcome
    assert (outcome.occurs, outcome.verdict) == (False, "does not occur")


@pytest.mark.slow
def test_on_the_happy_path_nobody_reconnects_after_the_save() -> None:
    """With two connections he could. An old handler's late unregister loses the meal all the same (F1)."""
    again = []
    for case in (SAVED, replace(SAVED, barred=())):
        run = told(DESIGNS["published"], case, 2).outcome.whole.latest
        assert run is not None
        assert run.trace.loop is not None
        again.append(any(is_one_of(event, ("user.reconnect",)) for event in run.trace.events[run.begin :]))
    assert again == [False, True]


# ---------------------------------------------------------------------- whoever watches


def test_steps_count_in_their_order_and_from_the_save_on_for_one_meal() -> None:
    watcher = LATER.watcher(alphabet(DESIGNS["published"], LATER.scope()))

    def after(*events: str) -> object:
        state: object = watcher.initial
        for event in events:
            state = watcher.step(state, event)
        return state

    fails, back, save, done = "network.fail_dial.c1", "client.connected.c1", "user.submit.m1", "user.archive.m1"
    assert [after(*[fails, back, save][:k]) for k in range(4)] == [0, 1, 2, 3]
    assert [after(back), after(save), after(fails, save), after(fails, fails)] == [0, 0, 1, 1]
    assert [after(fails, back, save, done), after(fails, back, save, done, save)] == [2, 3]
    assert after(fails, back, save, save, back, fails) == 3


def test_what_is_barred_is_refused_from_the_save_on() -> None:
    watcher = SAVED.watcher(alphabet(DESIGNS["published"], SAVED.scope(2)))
    reconnects = [event for event in watcher.alphabet if is_one_of(event, ("user.reconnect",))]
    assert reconnects
    assert {watcher.step(0, event) for event in reconnects} == {0}
    assert {watcher.step(1, event) for event in reconnects} == {None}


def test_for_programs_each_has_its_scope() -> None:
    data = found("published", RESTART.name).to_json()
    assert (data["situation"], data["greatest"], data["refs"]) == (RESTART.name, None, ["R22"])
    assert data["scope"] == RESTART.scope().to_json()
    assert [case.world for case in (COMPLETED, FAILED, TWO, BACKGROUND)] == [
        "no faults", "1 fault (dial)", "2 meals, no faults", "no faults, background",
    ]  # fmt: skip


def test_a_number_of_connections_that_makes_no_sense_is_refused() -> None:
    with pytest.raises(CheckerError, match="impossible scope: 9 connections"):
        told(DESIGNS["published"], SAVED, 9)
