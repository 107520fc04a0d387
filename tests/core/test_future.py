"""What can become of a state that is left to itself, held against the decisions over its whole graph."""

from __future__ import annotations

from random import Random

import pytest

from mealspec.core import (
    At,
    Claim,
    Event,
    Form,
    Kind,
    Machine,
    System,
    Trace,
    all_of,
    explore,
    lasso,
    trimmed,
    violation,
)
from mealspec.core.future import Future, TooManyFutures
from mealspec.core.system import Locals

PLACES = ("a", "b", "c")
WALK = 5


def random_system(rng: Random) -> System:
    """Three machines of three states and seven events of all kinds, some of them one action."""
    names = [f"e{k}" for k in range(7)]
    takes = {name: rng.sample(["m0", "m1", "m2"], rng.choice([1, 1, 2])) for name in names}
    kinds = {name: rng.choice([Kind.SYSTEM, Kind.SYSTEM, Kind.SYSTEM, Kind.USER, Kind.FAULT]) for name in names}
    machines = []
    for m in ("m0", "m1", "m2"):
        rows = [
            (name, source, rng.choice(PLACES))
            for name in names
            for source in PLACES
            if m in takes[name] and rng.random() < 0.6
        ]
        rows += [(name, "a", "b") for name in names if m in takes[name] and all(row[0] != name for row in rows)]
        machines.append(Machine.table(m, "a", rows))
    events = [Event(n, kinds[n], "x", tuple(takes[n]), action="one" if n in ("e0", "e1") else "") for n in names]
    return System(*trimmed([m for m in machines if m.rows], events), absent=("m0", "m1", "m2"))


def left_alone(system: System, start: Locals) -> System:
    """The same machines from that state on, without users and faults."""
    states = system.states(start)
    machines = [Machine(m.name, states[m.name], m.rows, m.resting, rules=m.rules) for m in system.machines]
    return System(*trimmed(machines, [e for e in system.events if e.kind is Kind.SYSTEM]), absent=("m0", "m1", "m2"))


def runs(rng: Random, system: System) -> Trace:
    events, state = [], system.initial
    for _ in range(WALK):
        choice = system.enabled(state)
        if choice:
            events.append(rng.choice(choice).name)
            state = Trace.of(system, events).path[-1]
    return Trace.of(system, events)


@pytest.mark.parametrize("form", list(Form))
def test_a_future_breaks_the_claim_exactly_if_the_decision_over_the_graph_finds_one(form: Form) -> None:
    seen = set()
    for seed in range(150):
        rng = Random(seed)
        system = random_system(rng)
        wanted = {m.name: rng.sample(PLACES, 2) for m in system.machines}
        wrong = all_of(At(name, lambda s, some=some: s in some) for name, some in wanted.items())  # type: ignore[misc]
        claim = Claim("c", "", form, wrong)
        state = runs(rng, system).path[-1]
        whole = left_alone(system, state)
        breaks = violation(explore(whole), claim) is not None
        assert Future(system, claim).may_break(state) is breaks
        seen.add(breaks)
    assert seen == {True, False}


def test_a_future_keeps_the_claim_exactly_if_a_fair_run_is_right_again_and_again() -> None:
    seen = set()
    for seed in range(150):
        rng = Random(seed)
        system = random_system(rng)
        wrong = At(system.machines[0].name, lambda s: s != "a")
        state = runs(rng, system).path[-1]
        keeps = lasso(explore(left_alone(system, state)), all_of([]), wrong) is not None
        assert Future(system, Claim("c", "", Form.FOREVER, wrong)).may_keep(state) is keeps
        seen.add(keeps)
    assert seen == {True, False}


def test_what_has_gone_wrong_once_is_never_good_again() -> None:
    door = Machine.table("door", "shut", [("open", "shut", "wide"), ("close", "wide", "shut")])
    system = System([door], [Event(name, Kind.SYSTEM, "x", ("door",)) for name in ("open", "close")])
    never = Future(system, Claim("c", "", Form.NEVER, At("door", lambda s: s == "wide")))
    wide = system.locals({"door": "wide"})
    assert never.broken(wide)
    assert not never.may_keep(wide)
    assert never.steps(wide) == []
    assert not never.may_keep(system.initial), "it must open"


def test_more_states_than_the_limit_are_refused() -> None:
    system = random_system(Random(3))
    claim = Claim("c", "", Form.FOREVER, At(system.machines[0].name, lambda s: s != "a"))
    with pytest.raises(TooManyFutures):
        Future(system, claim, limit=0).may_keep(system.initial)


def test_where_all_is_lost_nothing_comes_next() -> None:
    """The first of the events, and all others, though they are possible."""
    rows = [("go", "a", "b"), ("go", "b", "c"), ("back", "b", "a")]
    system = System([Machine.table("m", "a", rows)], [Event(name, Kind.SYSTEM, "x", ("m",)) for name in ("go", "back")])
    never = Claim("c", "It is so.", Form.NEVER, At("m", lambda state: state == "b"))
    future = Future(system, never)
    lost = system.after(system.initial, 0)
    assert lost is not None
    assert future.steps(system.initial) == [(0, lost)]
    assert future.steps(lost) == []
