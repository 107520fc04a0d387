"""The decisions tested: each wrong rule gives another verdict on a small system, and the tests notice it.

A wrong rule is the right one that reads a graph told wrongly (other kinds of events, other quiet states), or
asks another question. What it would do to the specification is written beside it.
"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from mealspec.core import Graph, Kind, Machine, Predicate, System, Trace, explore, lasso, quiescent, reach, stuck
from tests.core.explicit import test_decide
from tests.core.explicit.test_decide import ALWAYS, TODO, F, S, T, U, at, channel, semaphore, single, split, system, toy

Verdict = tuple[tuple[str, ...], int | None] | None
"""The events of the counterexample and where its loop begins; None if there is none."""


def said(trace: Trace | None) -> Verdict:
    return None if trace is None else (trace.events, trace.loop)


# ---------------------------------------------------------------------- graphs told wrongly


def kinds(graph: Graph, told: dict[Kind, Kind]) -> Graph:
    """The same graph with events of other kinds, and the same quiet states."""
    events = [replace(event, kind=told.get(event.kind, event.kind)) for event in graph.system.events]
    return _told(graph, System(graph.system.machines, events), graph.quiescent)


def halves(graph: Graph) -> Graph:
    """The same graph, where no two events are one action."""
    events = [replace(event, action="") for event in graph.system.events]
    return _told(graph, System(graph.system.machines, events), graph.quiescent)


def silenced(graph: Graph, states: NDArray[np.bool_]) -> Graph:
    """The same graph with other quiet states."""
    return _told(graph, graph.system, states)


def _told(graph: Graph, told: System, quiet: NDArray[np.bool_]) -> Graph:
    wrong = replace(graph, system=told)
    wrong.__dict__["quiescent"] = quiet  # where the graph keeps what it worked out
    return wrong


# ---------------------------------------------------------------------- wrong rules


def pending_now_and_then(graph: Graph, pending: Predicate, excused: Predicate | None = None) -> Trace | None:
    trace = lasso(graph, ALWAYS, excused)
    ends = [] if trace is None else range(len(trace) if trace.loop is None else trace.loop, len(trace) + 1)
    return trace if trace is not None and any(pending.holds(trace.state(k)) for k in ends) else None


def owed_now_and_then(graph: Graph, pending: Predicate, excused: Predicate | None = None) -> Trace | None:
    """Strong fairness: what is enabled again and again must happen."""
    trace = lasso(graph, pending, excused)
    if trace is None or trace.loop is None:
        return trace
    around = {trace.system.event(name).owed_as for name in trace.events[trace.loop :]}
    enabled = {e.owed_as for state in trace.path[trace.loop :] for e in trace.system.enabled(state) if e.kind is S}
    return trace if enabled <= around else None


def disabled_elsewhere(graph: Graph, pending: Predicate, excused: Predicate | None = None) -> Trace | None:
    """An event is not owed in the loop if it is disabled in any pending state at all."""
    inside = graph.where(pending)
    owed = [e for e, event in enumerate(graph.system.events) if event.kind is S]
    free = [e for e in owed if not graph.enabling(np.arange(len(graph.system.events)) == e)[inside].all()]
    events = [replace(event, kind=T) if e in free else event for e, event in enumerate(graph.system.events)]
    return lasso(_told(graph, System(graph.system.machines, events), graph.quiescent), pending, excused)


def not_at_the_beginning(graph: Graph, goal: Predicate) -> Trace | None:
    marked = graph.where(goal)
    marked[0] = False
    return graph.trace(int(marked.argmax())) if marked.any() else None


def only_expanded(graph: Graph, goal: Predicate) -> Trace | None:
    marked = graph.where(goal)
    marked[graph.expanded :] = False
    return graph.trace(int(marked.argmax())) if marked.any() else None


def latest(graph: Graph, goal: Predicate) -> Trace | None:
    marked = np.flatnonzero(graph.where(goal))
    return graph.trace(int(marked[-1])) if len(marked) else None


def stops_at_a_repetition(parts: System, *, limit: int | None = None, depth: int | None = None) -> Graph:
    """Stops at the first level from which some step leads to a known state, and calls that complete."""
    for level in range(1, 1000):
        graph = explore(parts, limit=limit, depth=level if depth is None else min(level, depth))
        if graph.complete or graph.transitions > len(graph) - 1:
            break
    return replace(graph, expanded=len(graph))


def stops_and_calls_it_complete(parts: System, *, limit: int | None = None, depth: int | None = None) -> Graph:
    graph = explore(parts, limit=limit, depth=depth)
    return replace(graph, expanded=len(graph))


def still(graph: Graph, *counted: Kind, moving: bool = True) -> NDArray[np.bool_]:
    """Where nothing of these kinds can happen or, with ``moving``, change the state, and nothing was left out."""
    quiet = ~graph.enabling(np.logical_or.reduce([graph.system.of_kind(kind) for kind in counted]), moving=moving)
    quiet[graph.expanded :] = False
    return quiet


def still_or_unknown(graph: Graph) -> NDArray[np.bool_]:
    return ~graph.enabling(graph.system.of_kind(S), moving=True)


# ---------------------------------------------------------------------- small systems


def states(rows: Collection[tuple[str, str, str]], **of: Kind) -> System:
    machine = Machine.table("m", "a", rows)
    return system([machine], {name: (of.get(name, S), ("m",)) for name in machine.alphabet})


def ladder() -> Graph:
    """Stuck are ``b`` (where a ring changes nothing), ``c`` (where a fault may come) and ``d`` (where time passes)."""
    rows = [("go", "a", "b"), ("ring", "b", "b"), ("press", "b", "c"), ("fail", "c", "d"), ("tick", "d", "a")]
    return single(rows, go=S, ring=S, press=U, fail=F, tick=T)


def presses() -> Graph:
    return single([("press", "b", "a"), ("go", "a", "b"), ("halt", "b", "c")], press=U, go=S, halt=S)


def quits() -> Graph:
    """A system that goes round, and a user who may quit wherever it is."""
    return single([("go", "a", "b"), ("on", "b", "a"), ("quit", "a", "z"), ("quit", "b", "z")], go=S, on=S, quit=U)


def rounds() -> Graph:
    return single([("go", "a", "b"), ("on", "b", "a")], go=S, on=S)


def once() -> Graph:
    return single([("go", "a", "b")], go=S)


def spins() -> Graph:
    """It may turn in ``a`` only by denying ``go``, which is enabled there all along and nowhere else."""
    return single([("spin", "a", "a"), ("go", "a", "b"), ("end", "b", "c")], spin=S, go=S, end=S)


A, B, C, D = (at("m", state) for state in "abcd")
RETURNS = states([("stay", "a", "a"), ("go", "a", "b"), ("on", "b", "c")])
THERE_AND_BACK = states([("go", "a", "b"), ("back", "b", "a")])


# ---------------------------------------------------------------------- the table


@dataclass(frozen=True)
class Wrong:
    """A wrong rule, and what tells it from the right one.

    Attributes
    ----------
    id
        What is wrong with it.
    rule, function
        Which rule it is put in the place of, and it.
    asked
        A question put to a rule, on a small system.
    right, wrong
        The verdicts of the right rule and of the wrong one.
    """

    id: str
    rule: str
    function: Callable[..., Any]
    asked: Callable[[Callable[..., Any]], Verdict]
    right: Verdict
    wrong: Verdict


def _lasso(
    id: str,  # noqa: A002
    function: Callable[..., Trace | None],
    where: Callable[[], Graph],
    pending: Predicate,
    right: Verdict,
    wrong: Verdict,
    excused: Predicate | None = None,
) -> Wrong:
    return Wrong(id, "lasso", function, lambda rule: said(rule(where(), pending, excused)), right, wrong)


def _safety(
    rule: str,
    id: str,  # noqa: A002
    function: Callable[..., Trace | None],
    where: Callable[[], Graph],
    goal: Predicate,
    right: Verdict,
    wrong: Verdict,
) -> Wrong:
    return Wrong(id, rule, function, lambda rule: said(rule(where(), goal)), right, wrong)


def _quiet(
    id: str,  # noqa: A002
    function: Callable[[Graph], NDArray[np.bool_]],
    where: Callable[[], Graph],
    goal: Predicate,
    right: Verdict,
    wrong: Verdict,
) -> Wrong:
    return Wrong(
        id, "quiet", function, lambda rule: said(quiescent(silenced(where(), rule(where())), goal)), right, wrong
    )


TABLE = [
    # The system could refuse to work for ever, and no design would deliver.
    _lasso(
        "lasso ignores fairness",
        lambda g, p, e=None: lasso(kinds(g, {S: T}), p, e),
        lambda: toy(("x", "y")), TODO, None, (("there", "back"), 0),
    ),
    # An action that is split by a value that others hold would be owed nothing: poll.wake.verified, .unflagged.
    _lasso(
        "lasso owes fairness to events, not to actions",
        lambda g, p, e=None: lasso(halves(g), p, e),
        lambda: split("done", home=S), TODO, None, (("there", "back"), 0),
    ),
    # Faults would not have to end, and nothing be delivered.
    _lasso(
        "lasso allows faults inside a loop",
        lambda g, p, e=None: lasso(kinds(g, {F: T}), p, e),
        lambda: channel(F), ~at("m", "there"), None, (("send", "lose"), 0),
    ),
    # Users would stop pressing reconnect.
    _lasso(
        "lasso forbids user events inside a loop",
        lambda g, p, e=None: lasso(kinds(g, {U: F}), p, e),
        presses, ~C, (("go", "press"), 0), None,
    ),
    # Users would have to press reconnect.
    _lasso(
        "lasso owes user events too",
        lambda g, p, e=None: lasso(kinds(g, {U: S}), p, e),
        quits, ~at("m", "z"), (("go", "on"), 0), None,
    ),
    # The network would have to let everyone in at last.
    _lasso(
        "lasso takes fairness for strong",
        owed_now_and_then,
        lambda: explore(semaphore()), at("p0", "waits"), (("p0.want", "p1.want", "p1.enter", "p1.leave"), 1), None,
    ),
    # What is owed in the loop would be forgiven because it is disabled in another place.
    _lasso(
        "lasso forgives what is disabled outside the loop",
        disabled_elsewhere,
        spins, A | B, None, (("spin",), 0),
    ),
    # What is finished and archived again and again would count as never finished.
    _lasso(
        "lasso needs its predicate only now and then",
        pending_now_and_then,
        rounds, A, None, (("go", "on"), 0),
    ),
    # A run that just ends would be no failure.
    _lasso(
        "lasso overlooks stuck ends",
        lambda g, p, e=None: lasso(silenced(g, np.zeros(len(g), np.bool_)), p, e),
        once, ALWAYS, (("go",), None), None,
    ),
    # A run that goes round for ever would be no failure.
    _lasso(
        "lasso overlooks loops",
        lambda g, p, e=None: quiescent(g, p if e is None else p & ~e),
        lambda: channel(S), ~at("m", "there"), (("send", "lose"), 0), None,
    ),
    # Every redial would excuse a design that never delivers, as long as connections are few.
    _lasso(
        "lasso excuses a loop for one excused moment",
        lambda g, p, e=None: lasso(g, p if e is None else p & ~e),
        rounds, ALWAYS, (("go", "on"), 0), None, B,
    ),
    # A client that has no connection left to dial would be blamed.
    _lasso(
        "lasso excuses no loop",
        lambda g, p, e=None: lasso(g, p),
        rounds, ALWAYS, None, (("go", "on"), 0), A | B,
    ),
    _lasso(
        "lasso excuses no stuck end",
        lambda g, p, e=None: lasso(g, p) if e is None else quiescent(g, p) or lasso(g, p, e),
        once, ALWAYS, None, (("go",), None), B,
    ),
    # Each state in which somebody could press a button would be no end: agreement would hold of nearly anything.
    _quiet(
        "quiet counts user events",
        lambda g: still(g, S, U),
        ladder, B, (("go",), None), None,
    ),
    _quiet(
        "quiet counts faults",
        lambda g: still(g, S, F),
        ladder, C, (("go", "press"), None), None,
    ),
    _quiet(
        "quiet counts ticks",
        lambda g: still(g, S, T),
        ladder, D, (("go", "press", "fail"), None), None,
    ),
    # A ping that finds everything well would keep every end from being one.
    _quiet(
        "quiet ignores that a step must change the state",
        lambda g: still(g, S, moving=False),
        ladder, B, (("go",), None), None,
    ),
    # What was only seen would be called stuck: violations that are none, under --limit.
    _quiet(
        "quiet counts states that were not expanded",
        still_or_unknown,
        lambda: explore(THERE_AND_BACK, depth=1), ALWAYS, None, (("go",), None),
    ),
    _safety(
        "quiescent", "quiescent does not ask whether it is quiet",
        reach,
        ladder, A, None, ((), None),
    ),
    # A design that is wrong from the start would pass.
    _safety(
        "reach", "reach ignores the initial state",
        not_at_the_beginning,
        once, A, ((), None), None,
    ),
    _safety(
        "reach", "reach ignores what was not expanded",
        only_expanded,
        lambda: explore(THERE_AND_BACK, depth=1), B, (("go",), None), None,
    ),
    _safety(
        "reach", "reach looks for quiet states only",
        quiescent,
        ladder, A, ((), None), None,
    ),
    _safety(
        "reach", "reach finds no shortest run",
        latest,
        rounds, ALWAYS, ((), None), (("go",), None),
    ),
    # States behind a ping that changes nothing would never be looked at.
    Wrong(
        "explore stops at the first repeated level", "explore", stops_at_a_repetition,
        lambda rule: said(reach(rule(RETURNS), C)), (("go", "on"), None), None,
    ),
    Wrong(
        "explore calls itself complete where it stopped", "explore", stops_and_calls_it_complete,
        lambda rule: said(quiescent(rule(THERE_AND_BACK, limit=2), ALWAYS)), None, (("go",), None),
    ),
]  # fmt: skip

RIGHT: dict[str, Callable[..., Any]] = {
    "lasso": lasso, "quiescent": quiescent, "quiet": stuck, "reach": reach, "explore": explore,
}  # fmt: skip

each_wrong = pytest.mark.parametrize("wrong", TABLE, ids=[wrong.id for wrong in TABLE])


@each_wrong
def test_a_wrong_rule_gives_another_verdict(wrong: Wrong) -> None:
    assert wrong.right != wrong.wrong
    assert wrong.asked(RIGHT[wrong.rule]) == wrong.right
    assert wrong.asked(wrong.function) == wrong.wrong


OWN = [
    function
    for name, function in vars(test_decide).items()
    if name.startswith("test_") and not inspect.signature(function).parameters
]
"""The tests of the decisions that need nothing but themselves."""


@each_wrong
def test_the_tests_of_the_decisions_notice_a_wrong_rule(wrong: Wrong, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        importlib.import_module("mealspec.core.explicit.explore"), "CHUNK", 1
    )  # as some of them ask for
    if wrong.rule == "quiet":
        monkeypatch.setattr(Graph, "quiescent", property(wrong.function))
    else:
        monkeypatch.setattr(test_decide, wrong.rule, wrong.function)
    assert any(map(fails, OWN))


def fails(test: Callable[[], None]) -> bool:
    try:
        test()
    except (AssertionError, IndexError, KeyError):
        return True
    return False


def test_the_tests_of_the_decisions_pass_with_the_right_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else they would notice nothing above."""
    monkeypatch.setattr(importlib.import_module("mealspec.core.explicit.explore"), "CHUNK", 1)
    assert len(OWN) > 25
    assert not any(map(fails, OWN))


def test_there_are_twenty_five_wrong_rules_each_named_once() -> None:
    assert len({wrong.id for wrong in TABLE}) == len(TABLE) == 25
    assert {wrong.rule for wrong in TABLE} == RIGHT.keys()
