"""The stateful machine: its rules and invariants are the model's, and it ends as liveness assumes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import seed
from hypothesis.stateful import run_state_machine_as_test

from mealspec.core import Event, Form, Kind, System, explore
from mealspec.core.coverage import Seen
from mealspec.core.lockstep import Disagreement
from mealspec.core.system import Locals, each
from mealspec.hunt.hunting import Hunt
from mealspec.hunt.machine import FAULTS, Hunter, Violation, chosen, hunter
from mealspec.hunt.profiles import PROFILES
from mealspec.hunt.subject import Subject
from mealspec.model.design import DESIGNS, design
from mealspec.model.product import OPTIONAL
from mealspec.model.scope import Scope
from mealspec.properties.catalogue import PROPERTIES, Property
from mealspec.properties.facts import Facts

Judge = Callable[[Facts, Property, Sequence[str], int | None], str]

DEV = PROFILES["dev"]
ONE = Scope(connections=1)


@pytest.fixture(scope="module")
def before() -> Subject:
    return Subject.of(DESIGNS["before"], ONE)


@pytest.fixture(scope="module")
def hardened() -> Subject:
    return Subject.of(DESIGNS["hardened"], ONE)


def run(machine: type[Hunter], examples: int = 20) -> None:
    run_state_machine_as_test(seed(0)(machine), settings=DEV.settings(examples))


class Recorder(Seen):
    """Keeps the runs: the states and events of each."""

    def __init__(self, subject: Subject) -> None:
        super().__init__(subject.graph)
        self.runs: list[list[tuple[Locals, int]]] = []

    def step(self, before: int | None, state: Locals, event: int, number: int | None) -> None:
        super().step(before, state, event, number)
        if before is None:
            self.runs.append([])
        self.runs[-1].append((state, event))


def recorded(subject: Subject, examples: int = 20) -> list[list[tuple[Locals, int]]]:
    recorder = Recorder(subject)
    run(hunter(subject, tuple(PROPERTIES), hunted=tuple(PROPERTIES), seen=recorder), examples)
    return recorder.runs


def test_every_event_that_is_possible_can_be_chosen_and_no_other(hardened: Subject) -> None:
    widest = max((hardened.system.permitted(hardened.graph.locals(n)) for n in range(500)), key=int.bit_count)
    assert {chosen(choice, widest) for choice in range(256)} == set(each(widest))
    assert len(hardened.system.events) < 256


def test_each_property_is_looked_at_after_each_step(before: Subject) -> None:
    """Those that forbid a state on the way, those that speak of the end at the end."""
    machine = hunter(before)
    safe = {p.id for p in PROPERTIES.values() if any(clause.form is Form.NEVER for clause in p.clauses)}
    assert {property_id for property_id, _ in machine.checks} == safe
    run = machine()
    run.checks = [("delivery", lambda state: state != before.system.initial)]  # type: ignore[misc]
    with pytest.raises(Violation, match="delivery is violated after 1 steps"):
        run.happen(each(run.enabled)[0])


def test_faults_are_few_and_have_ended_before_the_end(before: Subject) -> None:
    kinds = [event.kind for event in before.system.events]
    runs = recorded(before, 60)
    assert {sum(kinds[e] is Kind.FAULT for _, e in run) for run in runs} > {0, FAULTS - 1}
    for run in runs:
        assert sum(kinds[e] is Kind.FAULT for _, e in run) <= FAULTS


def test_a_run_ends_where_the_system_owes_nothing(hardened: Subject, monkeypatch: pytest.MonkeyPatch) -> None:
    """Some runs are cut by Hypothesis itself, as repeats; nothing is judged at their ends."""
    ends: list[Locals] = []
    monkeypatch.setattr(Hunter, "_at_rest", lambda self: ends.append(self.run.locals))
    runs = recorded(hardened)
    assert len(runs) / 2 < len(ends) <= len(runs) + 1
    assert not any(map(hardened.moves, ends))


def test_the_same_seed_makes_the_same_runs(before: Subject) -> None:
    assert recorded(before) == recorded(before)


@pytest.mark.slow
def test_what_is_found_violates_the_property(before: Subject, doubts: Judge) -> None:
    """Answer state by state, by one who knows neither graph nor hunt."""
    hunt = Hunt(before, ("delivery", "no-early-belief"), (), DEV)
    for property_id in hunt.hunted:
        catch = hunt.catch(property_id)
        assert catch is not None
        assert doubts(before.facts, PROPERTIES[property_id], catch.trace.events, catch.trace.loop) == ""
        assert len(catch.trace) <= catch.found


def test_news_is_a_failure(before: Subject) -> None:
    with pytest.raises(Violation, match="before: delivery is violated after"):
        run(hunter(before, ("delivery",)), examples=500)


def changed(subject: Subject, event: str, kind: Kind) -> Subject:
    """The same, but for the kind of one event."""
    old = subject.system
    events: list[Event] = [replace(e, kind=kind) if e.name == event else e for e in old.events]
    return replace(subject, graph=explore(System(old.machines, events, absent=OPTIONAL)))


@pytest.mark.slow
def test_a_violation_that_goes_round_for_ever_is_found(hardened: Subject, doubts: Judge) -> None:
    """If nobody owes the completion of the work, the client polls for ever."""
    lazy = changed(hardened, "server.complete.m1", Kind.FAULT)
    catch = Hunt(lazy, ("no-orphan",), (), DEV).catch("no-orphan")
    assert catch is not None
    assert catch.trace.loop is not None
    assert doubts(lazy.facts, PROPERTIES["no-orphan"], catch.trace.events, catch.trace.loop) == ""


def test_a_disagreement_of_the_accounts_ends_the_hunt(hardened: Subject) -> None:
    graph = hardened.graph
    wrong = replace(graph, dest=np.where(graph.dest == 40, 41, graph.dest).astype(np.int32))
    with pytest.raises(Disagreement):
        run(hunter(replace(hardened, graph=wrong)), examples=200)


def test_hardened_survives(hardened: Subject) -> None:
    hunt = Hunt(hardened, (), tuple(PROPERTIES), DEV)
    assert hunt.survive("delivery") is None
    assert hunt.seen.steps > 50 * DEV.examples


def test_each_property_gets_runs_of_its_own(hardened: Subject) -> None:
    hunt = Hunt(hardened, (), tuple(PROPERTIES), DEV)
    hunt.survive("delivery")
    first = hunt.seen.behaviour().states
    hunt.survive("honest-view")
    assert hunt.seen.behaviour().states > first


def test_a_script_is_judged_by_where_it_leads(before: Subject) -> None:
    attempt = before.attempt("delivery")
    lost = before.shortest("delivery")
    assert lost is not None
    script = [before.system.number[name] for name in lost.events]
    assert attempt(script, len(script) + 1) == script
    assert attempt(script, len(script)) is None
    start = {event.name for event in before.system.enabled(before.system.initial)}
    refused = [e for e in each(before.faults) if before.system.events[e].name not in start]
    assert refused
    assert attempt([*refused, *script], len(script) + 40) is not None  # what is refused is skipped
    assert attempt([], 100) is None


@pytest.mark.slow
def test_a_hunt_goes_on_where_the_search_stopped() -> None:
    small = Subject.of(design("published"), ONE, depth=8)
    assert not small.graph.complete
    assert Hunt(small, ("no-early-belief",), (), DEV).catch("no-early-belief") is not None
