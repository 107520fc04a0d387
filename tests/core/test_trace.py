"""A trace is a run that the system accepts; anything else is rejected with the place and the reason."""

from __future__ import annotations

import pytest

from mealspec.core import Event, Kind, Machine, Refusal, Rejection, System, Trace, UnknownName, replay


def event(name: str, *takes: str) -> Event:
    return Event(name, Kind.USER, "someone", takes)


@pytest.fixture
def system() -> System:
    """A coin opens a turnstile for one guest; the guest must be outside to enter."""
    return System(
        [
            Machine.table("gate", "locked", [("coin", "locked", "open"), ("enter", "open", "locked")]),
            Machine.table("guest", "outside", [("enter", "outside", "inside"), ("exit", "inside", "outside")]),
        ],
        [event("coin", "gate"), event("enter", "gate", "guest"), event("exit", "guest")],
    )


def test_a_run_is_accepted_with_all_its_states(system: System) -> None:
    run = replay(system, ["coin", "enter", "coin", "exit"])
    assert isinstance(run, Trace)
    assert run.events == ("coin", "enter", "coin", "exit")
    assert len(run) == 4
    assert [run.state(k) for k in range(5)] == [
        {"gate": "locked", "guest": "outside"},
        {"gate": "open", "guest": "outside"},
        {"gate": "locked", "guest": "inside"},
        {"gate": "open", "guest": "inside"},
        {"gate": "open", "guest": "outside"},
    ]
    assert run.loop is None


def test_no_events_are_a_run(system: System) -> None:
    run = replay(system, [])
    assert isinstance(run, Trace)
    assert (run.events, run.path) == ((), (system.initial,))


def test_a_rejection_shows_step_machine_and_state(system: System) -> None:
    run = replay(system, ["coin", "enter", "enter", "exit"])
    assert isinstance(run, Rejection)
    assert run.accepted.events == ("coin", "enter")
    assert run.accepted.state(-1) == {"gate": "locked", "guest": "inside"}
    assert run.refusal == Refusal("enter", (("gate", "locked"), ("guest", "inside")))
    assert str(run) == (
        "step 3: 'enter' is refused by machine 'gate' in state 'locked' and machine 'guest' in state 'inside'"
    )


def test_a_rejection_of_the_first_step_has_accepted_nothing(system: System) -> None:
    run = replay(system, ["exit"])
    assert isinstance(run, Rejection)
    assert str(run) == "step 1: 'exit' is refused by machine 'guest' in state 'outside'"
    assert run.accepted.path == (system.initial,)


def test_an_unknown_event_is_an_error_even_after_a_refusal(system: System) -> None:
    with pytest.raises(UnknownName, match="unknown event 'entre'; did you mean 'enter'"):
        replay(system, ["exit", "entre"])


def test_a_trace_is_made_of_a_run_only(system: System) -> None:
    trace = Trace.of(system, ["coin", "enter", "exit"], loop=0)
    assert (trace.path[0], trace.path[-1], trace.loop) == (system.initial, system.initial, 0)
    with pytest.raises(ValueError, match="step 2: 'coin' is refused by machine 'gate' in state 'open'"):
        Trace.of(system, ["coin", "coin"])
    with pytest.raises(UnknownName):
        Trace.of(system, ["con"])


def test_events_may_come_from_any_iterable(system: System) -> None:
    assert Trace.of(system, (name for name in ("coin", "enter"))) == Trace.of(system, ["coin", "enter"])
