"""What people see of a check and of a run, to the letter, on findings and runs that are written down."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest

from mealspec.check.causes import Cause
from mealspec.check.excerpts import Excerpt, Told
from mealspec.check.incident import Explanation
from mealspec.check.show import (
    Why,
    report_table,
    trace_lines,
    weighed,
    why_skipped,
    why_told,
    why_violated,
    within,
    wrapped,
)  # fmt: skip
from mealspec.check.verify import Finding, Report, counterexample
from mealspec.core import Event, Kind, Line, Machine, System, Trace
from mealspec.model.design import DESIGNS
from mealspec.model.product import system
from mealspec.model.scope import Scope
from mealspec.properties.catalogue import PROPERTIES
from mealspec.properties.expected import Verdict
from mealspec.properties.facts import Facts
from mealspec.properties.scenarios import Scenario
from tests.text import coloured, printed

SCOPE = Scope(connections=1, faults=1, includes=frozenset({"dial"}))
RUN = (
    "client.appear", "client.connect.none.c1", "user.submit.m1", "client.upload.m1", "server.take.m1",
    "server.accept.c1", "server.start.m1", "server.complete.m1", "server.skip.m1",
)  # fmt: skip
"""A meal is done before its socket is registered, and nobody hears of it."""


@cache
def run() -> Trace:
    return Trace.of(system(DESIGNS["app_before"], SCOPE), RUN)


def text(lines: list[str]) -> str:
    return "".join(f"{line.rstrip()}\n" for line in lines)


FINDINGS = (
    Finding("delivery", Verdict.VIOLATED, Verdict.VIOLATED, ("a", "b"), 1), Finding("no-regress", Verdict.HOLDS, None),
    Finding("agreement", Verdict.VIOLATED, Verdict.HOLDS, ("a",)),
    Finding("no-orphan", Verdict.VACUOUS, Verdict.VACUOUS),
    Finding("no-zombie", Verdict.UNCHECKED, Verdict.HOLDS),
)  # fmt: skip


def test_verdicts_are_a_table_that_says_what_was_expected_instead() -> None:
    report = Report("some", SCOPE, "explicit", 1, 2, 3, True, 0.5, FINDINGS)
    assert (
        printed(report_table(report))
        == """\
property      verdict       expected         counterexample
delivery      ✗ violated    as expected      2 steps, a loop from step 2
no-regress    ✓ holds       not pinned
agreement     ✗ violated    expected: holds  1 step
no-orphan     - vacuous     as expected
no-zombie     ? unchecked   expected: holds
"""
    )
    told = [each for each in coloured(report_table(report)) if each[0] != "bold"]
    assert told == [
        ("red", "✗ violated"), ("dim", "as expected"), ("green", "✓ holds"), ("dim", "not pinned"),
        ("red", "✗ violated"), ("bold red", "expected: holds"), ("yellow", "- vacuous"), ("dim", "as expected"),
        ("yellow", "? unchecked"),
        ("bold red", "expected: holds"),
    ]  # fmt: skip


def test_sentences_of_several_reasons_are_told_once_in_their_order_with_all_their_steps() -> None:
    one, other = Why(("a", "b"), frozenset({1})), Why(("b", "c"), frozenset({2}))
    assert one + other == Why(("a", "b", "c"), frozenset({1, 2}))
    with pytest.raises(TypeError):
        one + ("a",)  # noqa: RUF005


def test_of_a_smaller_scope_it_is_said_what_it_has_one_of() -> None:
    wide = Scope(meals=2, connections=2)
    assert [within(Scope(meals=m, connections=c), wide) for m, c in ((2, 2), (1, 2), (2, 1), (1, 1))] == [
        "", " with one meal", " with one connection", " with one meal and one connection",
    ]  # fmt: skip


def test_notes_are_wrapped_at_80_columns_and_no_word_is_broken() -> None:
    assert wrapped(["x" * 80, "y" * 79 + " " + "a-b-c" * 3]) == ["x" * 80, "y" * 79, "  " + "a-b-c" * 3]


def crowd(prompt: str) -> System:
    """A bell is struck, and rings; somebody may shout before it has rung, which is a race if it rings at once."""
    rows = [("strike", "still", "struck"), ("ring", "struck", "still")]
    events = [
        Event("strike", Kind.USER, "x", ("bell",)), Event("ring", Kind.SYSTEM, "x", ("bell",), prompt="ring" in prompt),
        Event("shout", Kind.USER, "x", ("mouth",)), Event("crack", Kind.FAULT, "x", ("mouth",)),
    ]  # fmt: skip
    mouth = Machine.table("mouth", "m", [("shout", "m", "m"), ("crack", "m", "m")])
    return System([Machine.table("bell", "still", rows), mouth], events)


def test_how_likely_a_run_is_is_told_by_faults_tight_races_and_steps() -> None:
    def told(*events: str, prompt: str = "ring", loop: int | None = None) -> str:
        return weighed(Trace.of(crowd(prompt), events, loop))

    assert told("strike", "shout") == "0 faults, 1 tight race (step 2), 2 steps"
    assert told("strike", "shout", prompt="") == "0 faults, 0 tight races, 2 steps"
    assert told("crack", "strike", "ring") == "1 fault, 0 tight races, 3 steps"
    assert told("strike", "shout", "shout") == "0 faults, 2 tight races (steps 2 and 3), 3 steps"
    assert told("strike", "shout", "shout", "shout") == "0 faults, 3 tight races (steps 2, 3 and 4), 4 steps"
    assert told("strike", "ring", "crack", "shout", loop=3) == "1 fault and 0 tight races before the loop, 4 steps"


def broken(name: str, prop: str) -> tuple[Trace, Why]:
    trace = counterexample(DESIGNS[name], SCOPE, prop)
    assert trace is not None
    return trace, why_violated(trace, Facts(DESIGNS[name], SCOPE, trace.system), prop)


def test_a_run_that_breaks_a_property_is_charted_with_what_decided_it_and_how_it_ends() -> None:
    assert (
        text(trace_lines(*broken("published", "delivery")))
        == """\
step  user         client                   network          server
----  -----------  -----------------------  ---------------  -----------------
   1  save m1
   2               screen appears: load
   3               connect: dial c1
   4               upload m1
   5                                                         201: queue m1
   6               uploaded m1
   7                                                         appear: read
                                                             processing
   8               appear: show processing
   9                                                         accept c1
  10               c1 open
  11               flag: connected (c1)
  12                                                         process m1
  13                                                         complete m1
  14!                                                        skip m1
  15                                                         register c1

because: step 14 (skip m1): the registry held nothing; had 'register c1' (step
  15) come first, 'push m1 to c1' would have taken its place, and every finished
  meal would be shown.
at the end: no poll task runs; the client believes that it is connected; the
  service calls c1 connected; the registry holds c1; m1: the result is in the
  database; m1 is listed as processing; nothing that the system owes can change
  that any more.
violates delivery: Every meal that the backend finishes is shown as finished in
  the end.
"""
    )
    lost, why = broken("published", "delivery")
    plain = trace_lines(lost, why._replace(notes=()))
    assert trace_lines(lost, why)[: len(plain)] == plain
    assert max(map(len, trace_lines(lost, why))) <= 80


def told(name: str, prop: str) -> str:
    return text(wrapped(broken(name, prop)[1].notes))


def test_the_end_of_a_run_tells_of_each_machine_that_matters_and_whether_it_goes_on() -> None:
    assert (
        told("published", "no-early-belief")
        == """\
because: step 5 (flag: connected (c1)): had 'register c1' come first, the client
  would not have believed before it was registered.
at the end: no poll task runs; the client believes that it is connected; the
  service calls c1 connected; the registry holds nothing; c1 is open at the
  client, accepted and not registered at the server; the run may go on, and the
  harm is done.
violates no-early-belief: The client believes that it is connected only when the
  server has registered its socket.
"""
    )
    assert (
        told("published", "no-deadlock")
        == """\
because: step 14 (skip m1): the registry held nothing; had 'register c1' (step
  15) come first, 'push m1 to c1' would have taken its place, and every machine
  would come to rest.
at the end: no poll task runs; the client believes that it is connected; the
  service calls c1 connected; the registry holds c1; m1 is listed as processing;
  nothing that the system owes can change that any more.
violates no-deadlock: The only states that no system event changes are those in
  which every machine may rest.
"""
    )
    assert (
        told("app_before", "belief-is-earned")
        == """\
because: step 5 (dial c1 fails): without it, the belief would be true in the
  end, or given up.
at the end: no poll task runs; the service holds no socket; the registry holds
  nothing; nothing that the system owes can change that any more.
violates belief-is-earned: A belief in being connected that stays is true in the
  end: the socket works, and the registry holds it.
"""
    )
    assert (
        told("app_published", "delivery")
        == """\
because: step 3 (save m1): without it, every finished meal would be shown.
at the end: no poll task runs; the client believes that it is connected; the
  service holds no socket; the registry holds nothing; m1: the result is in the
  database; nothing that the system owes can change that any more.
violates delivery: Every meal that the backend finishes is shown as finished in
  the end.
"""
    )


def explained(likeliest: Trace, skipped_at: int) -> Explanation:
    return Explanation(
        Cause.ACCEPTED, DESIGNS["app_before"], SCOPE, likeliest, likeliest, skipped_at, False, True, "no", "yes"
    )


def test_it_is_told_which_steps_the_logs_show_and_why_the_lookup_found_nobody() -> None:
    """Of nine steps three print lines of the excerpt, three others do, and three print nothing."""
    some = Excerpt("x", "", "", (), (Told(None, "NutritionViewModel: Saving meal log"),), (
        Told(None, "[MealLogAI] Successfully completed processing"),
        Told(None, "User u1 not connected to WebSocket, skipping notification"),
    ))  # fmt: skip
    why = why_skipped(some, explained(run(), 9))
    assert (
        text(wrapped(why.notes))
        == """\
the logs show steps 3, 8, 9; lines cut from the excerpt: steps 2, 5, 7; steps
  that print nothing: 1, 4, 6.
tight races: steps 3, 4, 7, 8.
because: step 9 (skip m1): the registry held nothing; had 'flag: connected (c1)'
  and 'register c1' come first, 'push m1 to c1' would have taken its place, and
  m1 would have reached the client.
"""
    )
    assert 9 in why.marked
    everything = Excerpt(
        "x", "", "", (), (), tuple(Told(None, line.text) for line in lines(run()) if line.log == "server")
    )
    assert "lines cut from the excerpt: steps 2, 3;" in why_skipped(everything, explained(run(), 9)).notes[0]


def lines(trace: Trace) -> list[Line]:
    return [event.line for event in map(trace.system.event, trace.events) if event.line]


def test_a_scenario_is_told_with_each_push_that_was_missed_and_what_it_speaks_of() -> None:
    facts = Facts(DESIGNS["app_before"], SCOPE, run().system)
    plain = Scenario("x", "a meal that nobody hears of", (), "app_before", RUN, SCOPE)
    missed = why_skipped(Excerpt("x", "", "", (), (), ()), explained(run(), 9)).notes[-1]
    assert missed.startswith("because: step 9 (skip m1): ")
    assert why_told(run(), facts, plain) == Why((missed,), frozenset({9}))
    heard = Trace.of(run().system, RUN[:-1])
    assert why_told(heard, facts, plain) == Why()
    later = replace(plain, property="delivery", later="the weather")
    assert why_told(heard, facts, later).notes[-2:] == (
        f"speaks of delivery: {PROPERTIES['delivery'].sentence}", "not modelled yet: the weather.",
    )  # fmt: skip
