"""Runs are explained: what decided, how it ended, and nothing that is not so."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from random import Random

import pytest

from mealspec.check.causes import WORLDS
from mealspec.check.causes import Cause as Lost
from mealspec.check.excerpts import Told, excerpt
from mealspec.check.incident import Explanation, Search, explain_incident
from mealspec.check.phrases import phrase
from mealspec.check.show import LANES, OTHERWISE, trace_lines, why_skipped, why_told, why_violated
from mealspec.check.show_incident import excerpt_lines, incident_lines
from mealspec.core import Cause, Claim, Form, How, Kind, System, Trace, causes, replay
from mealspec.core.system import Locals
from mealspec.draw.charts import counterexamples
from mealspec.model.client.poller import Loop, Poller
from mealspec.model.client.service import Service
from mealspec.model.design import DESIGNS, design
from mealspec.model.product import system
from mealspec.model.scope import Scope
from mealspec.model.server.registry import Registry
from mealspec.properties.catalogue import PROPERTIES
from mealspec.properties.facts import Facts
from mealspec.properties.scenarios import FAILURES, PATHS, SCENARIOS, shortest

SEEDS = range(12)
STEPS = 400

pytestmark = pytest.mark.xdist_group("explanations")  # the runs are found once


@cache
def violated() -> dict[tuple[str, str], tuple[Trace, Facts]]:
    """A counterexample for each design and property that is violated in the default scope."""
    return {
        (name, prop): (run, Facts(plan, Scope(), run.system))
        for name, plan in DESIGNS.items()
        for prop, run in counterexamples(plan, Scope()).items()
    }


def decided(design_name: str, prop: str) -> list[Cause]:
    run, facts = violated()[design_name, prop]
    return next(filter(None, (causes(run, claim) for claim in PROPERTIES[prop].claims(facts))))


# ---------------------------------------------------------------------- what logs show


def test_each_step_is_shown_by_the_logs_or_cut_or_prints_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    worlds = [world for world in WORLDS if world.causes == (Lost.LOST,)]
    monkeypatch.setattr("mealspec.check.incident.WORLDS", worlds)
    found = explain_incident(DESIGNS["app_before"], excerpt("E41"))
    (each,) = found.explanations
    notes = " ".join(why_skipped(found.excerpt, each).notes)
    shown = re.search(r"the logs show steps (.*); lines cut from the excerpt: steps (.*); .* nothing: (.*?)\.", notes)
    assert shown
    parts = [[int(step) for step in re.findall(r"\d+", some)] for some in shown.groups()]
    assert all(parts), "there are some of each"
    assert sorted(step for some in parts for step in some) == list(range(1, len(each.likeliest) + 1))


def test_a_line_of_an_excerpt_that_fits_stays_whole_and_a_longer_one_is_cut() -> None:
    one = replace(excerpt("E41"), client=tuple(Told(None, "x" * length) for length in (63, 64)), server=())
    first, second = excerpt_lines(one)[-2:]
    assert first.endswith(f"  --:--:--  {'x' * 63}")
    assert second.endswith(f"  --:--:--  {'x' * 60}...")
    assert len(first) == len(second)


# ---------------------------------------------------------------------- judged by going on at random


def steps_without(run: Trace, cause: Cause) -> list[str]:
    """The run as the cause wants it."""
    events = list(run.events)
    if cause.how is How.WITHOUT:
        return [name for k, name in enumerate(events, start=1) if k not in (cause.step, *cause.also)]
    return [*events[: cause.step - 1], *cause.first, *events[cause.step - 1 :]]


def goes_wrong(product: System, events: list[str], claim: Claim, rng: Random) -> bool:
    """Whether a run of these events, as far as they are possible, and of whatever the system does then, is bad."""

    def bad(state: Locals) -> bool:
        return claim.wrong.holds(product.states(state))

    owed = [e for e, event in enumerate(product.events) if event.kind is Kind.SYSTEM]
    state, seen = product.initial, []
    for e in [product.number[name] for name in events]:
        state = product.after(state, e) or state
        seen.append(bad(state))
    for _ in range(STEPS):
        after = {dest for e in owed if (dest := product.after(state, e)) is not None and dest != state}
        if not after:
            return any(seen) if claim.form is Form.NEVER else bad(state)
        state = rng.choice(sorted(after))
        seen.append(bad(state))
    if claim.form is Form.NEVER:
        return any(seen)
    return claim.form is Form.FOREVER and all(seen[-STEPS // 2 :])


@pytest.mark.slow
def test_every_counterexample_of_the_designs_names_the_step_that_decided_it() -> None:
    assert len(violated()) == 72
    for (_, prop), (run, facts) in violated().items():
        why = why_violated(run, facts, prop)
        told = [note for note in why.notes if note.startswith("because: ")]
        assert told
        assert {int(number) for note in told for number in re.findall(r"^because: step (\d+)", note)} == why.marked


@pytest.mark.slow
def test_what_is_said_to_have_been_otherwise_is_otherwise_whatever_the_system_does_then() -> None:
    for (name, prop), (run, facts) in violated().items():
        (claim,) = [claim for claim in PROPERTIES[prop].claims(facts) if causes(run, claim)]
        assert all(goes_wrong(run.system, list(run.events), claim, Random(seed)) for seed in SEEDS), (name, prop)
        for cause in causes(run, claim):
            if cause.how is How.LAST:  # before it all may be well, after it it cannot
                before, after = run.events[: cause.step - 1], run.events[: cause.step]
                assert not all(goes_wrong(run.system, list(before), claim, Random(seed)) for seed in SEEDS)
                assert all(goes_wrong(run.system, list(after), claim, Random(seed)) for seed in SEEDS)
                continue
            other = steps_without(run, cause)
            if cause.how is How.RISK:  # by chance it seldom ends well; the other order is possible, and not bad yet
                turned = replay(run.system, other[: cause.step - 1 + len(cause.first)])
                assert isinstance(turned, Trace)
                assert not claim.wrong.holds(turned.state(len(turned)))
                continue
            wrong = [goes_wrong(run.system, other, claim, Random(seed)) for seed in SEEDS]
            assert not any(wrong), (name, prop, cause)


@pytest.mark.slow
def test_the_decisive_steps_are_those_that_a_reader_would_name() -> None:
    assert decided("published", "agreement") == [Cause(8, How.WITHOUT)], "c1 breaks; the load that failed is no matter"
    for plan in ("published", "published_plus"):
        load, skip = decided(plan, "delivery")
        run, _ = violated()[plan, "delivery"]
        assert [run.events[cause.step - 1] for cause in (load, skip)] == ["network.cut.appear", "server.skip.m1"]
        assert skip.first == ("server.register.c1",)
    run, _ = violated()["before", "no-orphan"]
    assert [run.events[cause.step - 1] for cause in decided("before", "no-orphan")] == ["server.crash"]


# ---------------------------------------------------------------------- scenarios, the incident


@pytest.mark.slow
def test_every_failure_class_names_a_step_that_decided_and_a_path_only_what_was_not_pushed() -> None:
    for scenario in (SCENARIOS | FAILURES | PATHS).values():
        run = shortest(scenario)
        assert run is not None
        facts = Facts(design(scenario.design), scenario.scope, run.system)
        why = why_told(run, facts, scenario)
        told = [note for note in why.notes if note.startswith("because: ")]
        missed = any("missed" in str(state["notification.m1"]) for state in map(run.state, range(len(run) + 1)))
        assert bool(told) is (missed or scenario.id in FAILURES), scenario.id
        assert bool(told) is bool(why.marked)
        assert ("speaks of" in " ".join(why.notes)) is bool(scenario.property)


@cache
def search() -> Search:
    return explain_incident(DESIGNS["app_before"], excerpt("E41"))


def told_of(each: Explanation) -> str:
    return " ".join(why_skipped(search().excerpt, each).notes)


@pytest.mark.slow
def test_the_marked_lookup_is_explained_below_each_chart_of_the_incident() -> None:
    text = " ".join(" ".join(incident_lines([search()])).split())
    for each in search().explanations:
        holds = "c1" if each.cause.name.startswith("OTHER_") else "nothing"
        assert f"because: step {each.skipped_at} (skip m1): the registry held {holds}" in told_of(each)
        assert f"{each.cause.label}: {len(each.likeliest)} steps, {each.weight.faults} fault" in text
    assert text.count("because: step") >= len(search().explanations)


@pytest.mark.slow
def test_the_incident_says_which_step_emptied_the_registry_and_blames_no_submission() -> None:
    told = {each.cause.name: told_of(each) for each in search().explanations}
    runs = {each.cause.name: each.likeliest.events for each in search().explanations}
    for cause, event, label in (
        ("RETURNED", "server.return.c1", "handler of c1 returns"),
        ("STALE", "server.notice.d2", "d2 closed: unregister"),
        ("RESTARTED", "server.crash", "server dies"),
    ):
        assert f"the registry held nothing since step {runs[cause].index(event) + 1} ({label})" in told[cause]
    assert not any("(save m1): without it" in text for text in told.values())


# ---------------------------------------------------------------------- the end


@pytest.mark.slow
def test_the_end_tells_what_matters_though_it_is_as_in_the_beginning() -> None:
    run, facts = violated()["published", "delivery"]
    (ending,) = [note for note in why_violated(run, facts, "delivery").notes if note.startswith("at the end")]
    assert "no poll task runs; the client believes that it is connected; the service calls c1 connected" in ending
    run, facts = violated()["published", "no-early-belief"]
    (ending,) = [note for note in why_violated(run, facts, "no-early-belief").notes if note.startswith("at the end")]
    assert "the registry holds nothing" in ending


def test_the_end_names_the_machine_that_keeps_the_others_from_rest() -> None:
    run, facts = violated()["published", "no-deadlock"]
    (ending,) = [note for note in why_violated(run, facts, "no-deadlock").notes if note.startswith("at the end")]
    assert "c1 is open at the client, registered at the server, and between them silently broken" in ending


def test_the_chart_marks_the_steps_that_are_explained() -> None:
    run, facts = violated()["published", "agreement"]
    lines = trace_lines(run, why_violated(run, facts, "agreement"))
    (marked,) = [line for line in lines if "!" in line.split(" ")[0] or line[4:5] == "!"]
    assert marked.startswith("   8! ")
    assert max(map(len, lines)) <= sum(LANES.values()) + 6


def test_every_state_that_matters_has_words() -> None:
    assert phrase("poller", Poller(Loop.NONE, loads=True)) == "no poll task runs, and a cancelled one still acts"
    assert phrase("service", Service("none", False)) == "the service holds no socket"
    assert phrase("service", Service("c1", False)) == "the service holds c1, not connected"
    assert phrase("registry", Registry(("c1", "d2"))) == "the registry holds c1 and d2"
    apps = ["entry", "token", "instances", "twin", "day", "screen", "upload", "job"]
    wide = system(design("published"), Scope(faults=1).with_(["background", "device", "path", "job", "upload"]))
    for machine in (*wide.machines, *system(design("app_head"), Scope(faults=1).with_(apps)).machines):
        for state in machine.states:
            words = phrase(machine.name, state)
            assert words == words.strip()
            assert "<" not in words
            assert "Enum" not in words
        told = {phrase(machine.name, state) for state in machine.states}
        assert len(told) > 1 or machine.name == "budget"


def test_for_every_property_it_is_said_what_would_have_been() -> None:
    assert OTHERWISE.keys() == PROPERTIES.keys()
    assert all(" would " in f" {text} " for text in OTHERWISE.values())
