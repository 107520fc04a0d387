"""Every scenario is found by the search, is a run of its design, and does the harm that its failure class names."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import cache

import pytest

from mealspec.check.verify import Report, choose, verify
from mealspec.core import DECISIONS, At, Graph, Kind, Trace, UnknownName, any_of, explore, replay
from mealspec.model.client.view import View
from mealspec.model.design import DESIGNS, design
from mealspec.model.events import alphabet
from mealspec.model.product import system
from mealspec.model.scope import Scope
from mealspec.properties.catalogue import PROPERTIES, Property
from mealspec.properties.expected import Verdict
from mealspec.properties.facts import Facts
from mealspec.properties.scenarios import FAILURES, HALVES, SCENARIOS, Scenario, milestones, scenario, shortest

Judge = Callable[[Facts, Property, Sequence[str], int | None], str]

EVERY = SCENARIOS | FAILURES | HALVES
HARMFUL = FAILURES | HALVES
LENGTHS = {
    "timeline": 11,
    "happy": 19,
    "fallback": 15,
    "recovery": 31,
    "guard": 4,
    "health": 12,
    "waiting": 7,
    "F1": 16,
    "F2": 14,
    "F3": 17,
    "F4": 12,
    "F5": 7,
    "F6": 11,
    "F7": 16,
    "F8": 14,
    "F9": 9,
    "F10": 14,
    "F11": 16,
    "F12": 13,
    "F13": 13,
    "F14": 15,
    "F15": 6,
    "F16": 15,
    "F17": 10,
    "F18": 14,
    "F19": 14,
    "F6-flag": 19,
    "F6-timer": 7,
    "F9-instance": 13,
    "F10-token": 8,
    "F12-emptied": 15,
    "F12-capped": 11,
}
"""Steps of the shortest run of each scenario."""


@cache
def told(name: str) -> Trace:
    """The run of a scenario."""
    run = shortest(scenario(name))
    assert run is not None
    return run


def passes(steps: Sequence[str], events: Iterable[str]) -> bool:
    """Whether the milestones occur among the events, in their order."""
    rest = iter(events)
    return all(any(name == step or name.startswith(step + ".") for name in rest) for step in steps)


def test_there_are_seven_scenarios_and_nineteen_failure_classes_some_with_further_ways() -> None:
    assert list(FAILURES) == [f"F{k}" for k in range(1, 20)]
    assert {name.partition("-")[0] for name in HALVES} == {"F6", "F9", "F10", "F12"}
    assert list(SCENARIOS) == ["timeline", "happy", "fallback", "recovery", "guard", "health", "waiting"]
    assert EVERY.keys() == LENGTHS.keys()


@pytest.mark.sample(8, others="slow")
@pytest.mark.parametrize("name", EVERY)
def test_a_story_is_a_run_of_its_design_through_its_milestones(name: str) -> None:
    its, run = scenario(name), told(name)
    again = replay(system(design(its.design), its.scope), run.events)
    assert isinstance(again, Trace)
    assert again.path == run.path
    assert passes(its.steps, run.events)
    assert len(run) == LENGTHS[name]
    assert run.loop is None


@pytest.mark.sample(8)
@pytest.mark.parametrize("name", EVERY)
def test_a_story_ends_with_its_last_milestone(name: str) -> None:
    """Nothing is told that the scenario does not need: without its last step it is not told yet."""
    assert not passes(scenario(name).steps, told(name).events[:-1])


@pytest.mark.parametrize("name", HARMFUL)
def test_a_failure_class_names_a_property_of_which_it_speaks(name: str) -> None:
    assert scenario(name).property in PROPERTIES


HARM = {
    "F1": 21,
    "F2": 17,
    "F3": 22,
    "F4": 15,
    "F5": 13,
    "F6": 11,
    "F7": 19,
    "F8": 17,
    "F9": 14,
    "F10": 16,
    "F11": 16,
    "F12": 20,
    "F13": 14,
    "F14": 18,
    "F15": 6,
    "F16": 18,
    "F17": 15,
    "F18": 14,
    "F19": 19,
    "F6-flag": 19,
    "F6-timer": 10,
    "F9-instance": 16,
    "F10-token": 13,
    "F12-emptied": 18,
    "F12-capped": 11,
}
"""Steps of the shortest run that passes the milestones of the class and then violates its property."""


def harm(scenario: Scenario, run: Trace, depth: int) -> Trace | None:
    """A run that passes the scenario's milestones and then violates its property, by a search in a narrow scope: only
    the kinds of fault that the scenario needs, and only so many."""
    plan = design(scenario.design)
    events = [run.system.event(name) for name in run.events]
    faults = sum(event.kind is Kind.FAULT for event in events)
    needs = frozenset(event.needs for event in events if event.needs)
    scope = replace(scenario.scope, faults=faults, includes=needs)
    watch = milestones(scenario.steps, alphabet(plan, scope))
    product = system(plan, scope, extra=(watch,))
    facts = Facts(plan, scope, product)
    end = len(scenario.steps)
    over = At("scenario", lambda s: s == end)
    graph = explore(product, depth=depth + 1)  # states of the last level have no steps yet
    for clause in PROPERTIES[scenario.property].clauses:
        for bad in clause.bad(facts):
            found = DECISIONS[clause.form](graph, bad & over)
            if found is not None:
                return found
    return None


@pytest.mark.sample(6, others="slow")
@pytest.mark.parametrize("name", HARMFUL)
def test_a_failure_class_leads_to_a_violation_of_its_property(name: str, doubts: Judge) -> None:
    """Not just some run violates the property, but one that goes through the milestones of the class; and it does so
    in the whole scope of the scenario, whatever else may happen there."""
    its = scenario(name)
    found = harm(its, told(name), HARM[name])
    assert found is not None
    assert len(found) == HARM[name]
    assert passes(its.steps, found.events)
    plan = design(its.design)
    facts = Facts(plan, its.scope, system(plan, its.scope))
    assert doubts(facts, PROPERTIES[its.property], found.events, found.loop) == ""


@cache
def hardened(scope: Scope) -> Report:
    return verify(DESIGNS["hardened"], scope, engine=choose(scope))


@pytest.mark.sample(4)
@pytest.mark.parametrize("name", HARMFUL)
def test_hardened_with_one_connection_is_immune_to_the_failure_class(name: str) -> None:
    immune(hardened(replace(scenario(name).scope, meals=1, connections=1)), scenario(name))


@pytest.mark.slow
@pytest.mark.parametrize("name", FAILURES)
def test_hardened_is_immune_to_the_failure_class(name: str) -> None:
    assert scenario(name).scope.connections == 2
    immune(hardened(scenario(name).scope), scenario(name))


def immune(report: Report, scenario: Scenario) -> None:
    (finding,) = [finding for finding in report.findings if finding.id == scenario.property]
    assert report.complete
    assert finding.verdict is Verdict.HOLDS


# ---------------------------------------------------------------------- what the scenarios of the seed tell


def shown(name: str) -> list[str]:
    """What the screen shows of the meal, change by change."""
    run = told(name)
    seen = [str(run.state(k)["view.m1"]) for k in range(len(run) + 1)]
    return [state for k, state in enumerate(seen) if k == 0 or state != seen[k - 1]]


def test_the_timeline_is_skipped_by_the_socket_and_fetched_by_polling() -> None:
    """R15: submitted, worked on while the socket is not there, skipped, and shown by the next poll."""
    run = told("timeline")
    assert run.system.name.startswith("before ")
    assert not [name for name in run.events if name.startswith(("server.push", "client.receive"))]
    assert not [name for name in run.events if run.system.event(name).kind is Kind.FAULT]
    skip, poll = run.events.index("server.skip.m1"), run.events.index("client.apply.poll.completed.any")
    assert str(run.state(skip)["registry"]) == "nothing"
    assert skip < poll == len(run) - 1
    assert shown("timeline") == ["none", "awaited", "completed"]


def test_the_happy_path_brings_the_meal_by_the_socket_with_no_poll_task_left() -> None:
    """R16."""
    run = told("happy")
    assert shown("happy")[-1] == "completed"
    assert not [name for name in run.events if name.startswith("client.apply.poll")]
    assert str(run.state(len(run))["poller"]).startswith("none"), "no task is current; a cancelled one may wind up"


def test_the_fallback_brings_the_meal_by_polling_and_then_stops() -> None:
    """R17."""
    run = told("fallback")
    assert shown("fallback") == ["none", "awaited", "processing", "completed"]
    assert not [name for name in run.events if name.startswith(("server.push", "client.receive"))]
    assert str(run.state(len(run))["poller"]) == "none"


def test_the_recovery_brings_one_meal_by_polling_and_a_later_one_by_the_socket() -> None:
    """R18."""
    run = told("recovery")
    assert shown("recovery") == ["none", "awaited", "processing", "completed", "none", "awaited", "completed"]
    brought = [name for name in run.events if name.startswith("client.apply.") and ".completed" in name]
    assert brought == ["client.apply.poll.completed.done", "client.apply.handler.completed"]
    assert str(run.state(len(run))["flags"]) == "connected"


def test_the_guard_dials_once() -> None:
    """R2."""
    run = told("guard")
    assert len([name for name in run.events if name.startswith("client.connect.")]) == 1


def test_the_health_check_finds_a_flag_that_says_yes_and_a_service_that_says_no() -> None:
    """R25."""
    run = told("health")
    (heal,) = [k for k, name in enumerate(run.events) if name.startswith("client.heal.")]
    assert (str(run.state(heal)["flags"]), str(run.state(heal)["service"])) == ("connected", "none/not")
    assert str(run.state(len(run))["service"]).endswith("/connected")


def test_a_waiting_submission_is_saved_once_the_connect_has_succeeded() -> None:
    """R28."""
    run = told("waiting")
    waits = run.events.index("user.wait.m1")
    assert str(run.state(waits)["flags"]) == "connecting"
    assert run.events[-2:] == ("client.connected.c1", "client.submit.m1")


@pytest.mark.slow
def test_a_skip_of_a_failure_class_finds_an_empty_registry() -> None:
    """What the server does not know it cannot tell: F1, F3, F4, F10 and F12 end in the same line of its log."""
    for name in ("F1", "F3", "F4", "F10", "F12"):
        run = told(name)
        skip = run.events.index("server.skip.m1")
        assert str(run.state(skip)["registry"]) == "nothing"
        unseen = any_of([At("view.m1", lambda s: s is not View.COMPLETED)])
        assert unseen.holds(run.state(skip + 1))


def test_in_the_stale_unregister_the_live_socket_is_not_the_one_that_was_closed() -> None:
    """F1."""
    run = told("F1")
    notice = run.events.index("server.notice.c1")
    assert (str(run.state(notice)["registry"]), str(run.state(notice + 1)["registry"])) == ("c2", "nothing")
    assert str(run.state(notice + 1)["service"]) == "c2/connected"


@pytest.mark.parametrize("name", ["F2", "F7", "F8"])
def test_a_message_into_the_void_was_sent_to_a_registered_socket_that_the_client_believes_in(name: str) -> None:
    run = told(name)
    void = run.events.index("network.void.m1.c1")
    before = run.state(void)
    assert (str(before["registry"]), str(before["flags"])) == ("c1", "connected")
    assert "broken" in str(before["connection.c1"])


def test_the_old_outcome_lands_on_the_new_socket() -> None:
    """F5: the flag says no, and the service says yes."""
    end = told("F5").state(LENGTHS["F5"])
    assert (str(end["flags"]), str(end["service"])) == ("neither", "c2/connected")


# ---------------------------------------------------------------------- milestones


def test_an_unknown_story_is_refused_with_the_choices() -> None:
    with pytest.raises(
        UnknownName, match=re.escape("unknown scenario 'timelin'; did you mean 'timeline'? (timeline, happy")
    ):
        scenario("timelin")


def test_milestones_count_in_order_and_refuse_nothing() -> None:
    scope = Scope(connections=1, faults=0)
    events = alphabet(DESIGNS["published"], scope)
    machine = milestones(("client.connect", "server.take.m1"), events)
    assert machine.initial == 0
    assert machine.step(0, "client.connect.none.c1") == 1
    assert machine.step(0, "server.take.m1") == 0
    assert machine.step(1, "server.take.m1") == 2
    assert machine.step(1, "client.connect.none.c1") == 1
    assert set(machine.alphabet) == {"client.connect.none.c1", "server.take.m1"}, "a prefix ends at a dot"
    for event in machine.alphabet:
        assert all(machine.step(state, event) is not None for state in machine.states)


def test_watching_milestones_changes_nothing_of_what_is_watched() -> None:
    plan, scope = DESIGNS["published"], Scope(connections=1, faults=0)
    watch = milestones(("client.connect", "server.skip.m1"), alphabet(plan, scope))
    plain, watched = explore(system(plan, scope)), explore(system(plan, scope, extra=(watch,)))
    names = [machine.name for machine in plain.system.machines]

    def seen(graph: Graph) -> set[tuple[str, ...]]:
        return {tuple(str(graph.state(k)[name]) for name in names) for k in range(len(graph))}

    assert seen(plain) == seen(watched)
    assert len(watched) > len(plain)


def test_a_story_that_cannot_be_told_is_not_told() -> None:
    """A message is never answered by a list that shows its meal in processing."""
    steps = ("client.receive.m1", "client.apply.handler.processing")
    assert shortest(Scenario("x", "", (), "published", steps, Scope(connections=1, faults=0))) is None
    assert shortest(scenario("recovery"), depth=20) is None, "the shortest run is longer"
