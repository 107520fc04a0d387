"""The likeliest run: fewest faults, then fewest tight races, then fewest steps; judged by trying every run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from random import Random

import pytest

from mealspec.core import (
    At,
    Claim,
    Event,
    Form,
    Kind,
    Machine,
    Predicate,
    System,
    Trace,
    Weight,
    all_of,
    any_of,
    explore,
    likeliest,
    likeliest_to,
    races,
    reach,
    violation,
    weight,
)
from mealspec.core.system import Locals
from tests.core.blueprint import claims, doubts, predicate, random_plan
from tests.core.conftest import Toy

SEEDS = range(30)
LONGEST = 4
"""Steps of the longest run that is tried."""


def call(*more: str) -> System:
    """A call that rings until it is answered, at once; a line that breaks; work that takes its time."""
    line = Machine.table(
        "line",
        "none",
        [("dial", "none", "rings"), ("answer", "rings", "up"), ("snap", "rings", "dead"), ("snap", "up", "dead")],
    )
    work = Machine.table("work", "begun", [("finish", "begun", "done")])
    events = [
        Event("finish", Kind.SYSTEM, "x", ("work",)),
        Event("dial", Kind.USER, "x", ("line",)),
        Event("answer", Kind.SYSTEM, "x", ("line",), prompt=True),
        Event("snap", Kind.FAULT, "x", ("line",), prompt="snap" in more),
    ]
    return System([line, work], events)


def line_is(*states: str) -> Predicate:
    return At("line", lambda state: state in states)


DONE = At("work", lambda state: state == "done")


# ---------------------------------------------------------------------- by hand


def test_a_step_that_finds_a_gap_of_milliseconds_is_a_tight_race() -> None:
    assert races(Trace.of(call(), ["dial", "finish", "answer"])) == (2,)
    assert races(Trace.of(call(), ["dial", "answer", "finish"])) == ()
    assert weight(Trace.of(call(), ["dial", "snap", "finish"])) == Weight(2, 1, 3)


def test_a_prompt_step_is_no_race_though_another_is_due_and_so_is_a_loss_in_its_place() -> None:
    assert races(Trace.of(call("snap"), ["dial", "snap"])) == ()
    assert races(Trace.of(call(), ["dial", "snap"])) == (2,)


def test_what_would_change_nothing_is_not_due_and_nor_is_what_nobody_owes() -> None:
    hum = Machine.table("hum", "on", [("hum", "on", "on")])
    lamp = Machine.table("lamp", "lit", [("burn out", "lit", "dark")])
    some = Machine.table("some", 0, [("go", 0, 1)])
    events = [
        Event("hum", Kind.SYSTEM, "x", ("hum",), prompt=True),
        Event("burn out", Kind.FAULT, "x", ("lamp",), prompt=True),
        Event("go", Kind.USER, "x", ("some",)),
    ]
    assert races(Trace.of(System([hum, lamp, some], events), ["go"])) == ()


def test_the_likeliest_run_waits_where_the_shortest_one_races() -> None:
    graph = explore(call())
    dead = Claim("dead", "It does not die.", Form.NEVER, line_is("dead"))
    shortest, found = violation(graph, dead), likeliest(graph, dead)
    assert shortest is not None
    assert found is not None
    assert (shortest.events, weight(shortest)) == (("dial", "snap"), Weight(2, 1, 2))
    assert (found.events, weight(found)) == (("dial", "answer", "snap"), Weight(1, 0, 3))


def test_a_race_is_likelier_than_a_fault() -> None:
    """Two ways to an end: a fault that may come at any time, or two steps that must be quick."""
    way = Machine.table("way", 0, [("fault", 0, "end"), ("ring", 0, 1), ("squeeze", 1, 2), ("squeeze", 2, "end")])
    bell = Machine.table("bell", "still", [("ring", "still", "rings"), ("hush", "rings", "still")])
    events = [
        Event("fault", Kind.FAULT, "x", ("way",)),
        Event("ring", Kind.USER, "x", ("way", "bell")),
        Event("hush", Kind.SYSTEM, "x", ("bell",), prompt=True),
        Event("squeeze", Kind.USER, "x", ("way",)),
    ]
    end = At("way", lambda state: state == "end")
    found = likeliest_to(explore(System([way, bell], events)), end)
    assert found is not None
    assert found.events == ("ring", "hush", "squeeze", "squeeze")
    assert weight(found) == Weight(0, 0, 4)
    rushed = [event for event in events if event.name != "hush"]
    rings = Machine.table("bell", "still", [("ring", "still", "rings")])
    assert likeliest_to(explore(System([way, rings], rushed)), end).events == ("ring", "squeeze", "squeeze")  # type: ignore[union-attr]


def test_rest_is_not_wrong_as_long_as_something_is_owed() -> None:
    graph = explore(call())
    resting = Claim("up", "At rest it is not dead.", Form.QUIESCENT, line_is("dead"))
    found = likeliest(graph, resting)
    assert found is not None
    assert weight(found) == Weight(1, 0, 4)
    assert found.events == ("finish", "dial", "answer", "snap")


def test_where_it_begins_takes_no_step_and_what_never_occurs_has_no_run() -> None:
    graph = explore(call())
    assert likeliest_to(graph, all_of([])).events == ()  # type: ignore[union-attr]
    assert likeliest_to(graph, any_of([])) is None
    for form in Form:
        assert likeliest(graph, Claim("none", "", form, any_of([]))) is None


def test_a_graph_that_is_cut_off_tells_what_its_runs_can_do() -> None:
    graph = explore(call(), depth=2)
    assert not graph.complete
    assert likeliest_to(graph, line_is("dead")).events == ("dial", "snap")  # type: ignore[union-attr]
    assert likeliest_to(graph, line_is("dead") & DONE) is None
    assert likeliest_to(explore(call(), depth=3), line_is("dead")).events == ("dial", "answer", "snap")  # type: ignore[union-attr]


def test_a_loop_that_is_entered_where_it_is_excused_goes_on_to_where_it_is_not() -> None:
    clock = Machine.table("clock", "tick", [("tock", "tick", "tock"), ("tick", "tock", "tick")])
    room = Machine.table("room", "out", [("come", "out", "door"), ("in", "door", "in"), ("back", "in", "door")])
    events = [Event(name, Kind.SYSTEM, "x", ("clock",)) for name in ("tick", "tock")]
    events += [Event(name, Kind.USER, "x", ("room",)) for name in ("come", "in", "back")]
    system = System([clock, room], events)
    wrong, excuse = At("room", lambda state: state != "out"), At("room", lambda state: state == "door")
    claim = Claim("out", "Nobody stays for ever, except at the door.", Form.FOREVER, wrong, excuse)
    found = likeliest(explore(system), claim)
    assert found is not None
    assert (found.events[:2], found.loop) == (("come", "in"), 1), "a door is reached sooner than the room"
    assert doubts(system, claim, list(found.events), found.loop) == ""


def test_what_is_found_breaks_the_claim(toy: Toy) -> None:
    graph = explore(toy.system)
    for claim in toy.claims:
        found = likeliest(graph, claim)
        assert (found is None) is (violation(graph, claim) is None)
        if found is not None:
            assert doubts(toy.system, claim, list(found.events), found.loop) == ""


# ---------------------------------------------------------------------- by trying every run


def hurried(seed: int) -> tuple[Random, System, list[Claim], Predicate]:
    """A small random system in which some events are prompt."""
    rng = Random(seed)
    plan = random_plan(rng, 0)
    plain = plan.system(())
    events = [replace(event, prompt=rng.random() < 0.4) for event in plain.events]
    return rng, System(plain.machines, events), claims(rng, plan), predicate(rng, plan)


def every_run(system: System) -> Iterator[Trace]:
    """All runs of a few steps, in the order of the events, shortest first; of the longest ones the first thousand."""
    waiting = [Trace(system, (), (system.initial,))]
    for _ in range(LONGEST + 1):
        yield from waiting
        waiting = [
            Trace(system, (*run.events, event.name), (*run.path, after))
            for run in waiting
            for event in system.enabled(run.path[-1])
            if isinstance(after := system.step(run.path[-1], event.name), tuple)
        ][:1000]


def loops(run: Trace) -> Iterator[int]:
    """From where on the run might go round for ever."""
    return (k for k in range(len(run)) if run.path[k] == run.path[-1])


def least(system: System, wanted: Callable[[Locals], bool]) -> Weight | None:
    """The least weight of a run to such a state: what each step adds is added until nothing gets less."""
    best = {system.initial: Weight(0, 0, 0)}
    changed = [system.initial]
    while changed:
        state = changed.pop()
        enabled = system.enabled(state)
        due = any(e.prompt and e.kind is Kind.SYSTEM and system.step(state, e.name) != state for e in enabled)
        for event in enabled:
            after = system.step(state, event.name)
            assert isinstance(after, tuple)
            coincidences, races, steps = best[state]
            fault, race = event.kind is Kind.FAULT, due and not event.prompt
            now = Weight(coincidences + fault + race, races + race, steps + 1)
            if after not in best or now < best[after]:
                best[after] = now
                changed.append(after)
    return min((found for state, found in best.items() if wanted(state)), default=None)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_way_to_a_state_weighs_as_little_as_any(seed: int) -> None:
    _, system, _, goal = hurried(7000 + seed)
    graph = explore(system)
    found = likeliest_to(graph, goal)
    wanted = least(system, lambda state: goal.holds(system.states(state)))
    assert (weight(found) if found is not None else None) == wanted
    assert (found is None) is (reach(graph, goal) is None)


@pytest.mark.parametrize("seed", SEEDS)
def test_no_run_that_breaks_a_claim_weighs_less_than_the_likeliest(seed: int) -> None:
    _, system, some, _ = hurried(8000 + seed)
    graph = explore(system)
    runs = list(every_run(system))
    rounds = [replace(run, loop=k) for run in runs for k in loops(run)]
    weights = [weight(run) for run in runs]

    def breaks(run: Trace, claim: Claim) -> bool:
        return doubts(system, claim, list(run.events), run.loop) == ""

    for claim in some:
        found = likeliest(graph, claim)
        assert (found is None) is (violation(graph, claim) is None)
        if found is None:
            assert not any(breaks(run, claim) for run in runs[:200])
            continue
        assert breaks(found, claim)
        least = weight(found)
        assert not any(breaks(run, claim) for run, heavy in zip(runs, weights, strict=True) if heavy < least)
        if found.loop is None and len(found) < LONGEST:
            alike = (run for run, heavy in zip(runs, weights, strict=True) if heavy == least)
            assert found.events == next(run.events for run in alike if breaks(run, claim)), "the first in order"
        if claim.live:
            assert not any(breaks(run, claim) for run in rounds if _before(run) < _before(found))


def _before(run: Trace) -> tuple[int, ...]:
    """Faults and races, which only count before a loop."""
    return weight(run)[:2]


def test_among_the_random_systems_are_those_that_matter() -> None:
    """Claims of every form are broken, by runs with loops and without, and often not by the shortest run."""
    seen = set()
    for seed in SEEDS:
        _, system, some, _ = hurried(8000 + seed)
        graph = explore(system)
        for claim in some:
            found, shortest = likeliest(graph, claim), violation(graph, claim)
            if found is not None and shortest is not None:
                lighter = weight(found) < weight(shortest)
                seen.add((claim.form, found.loop is not None, lighter))
    ends = {(form, False, lighter) for form in Form for lighter in (False, True)}
    assert ends | {(Form.FOREVER, True, True), (Form.FOREVER, True, False)} <= seen
