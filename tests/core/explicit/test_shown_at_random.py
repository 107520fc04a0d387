"""Runs that show two logs, in small systems at random: a plain search over plain states finds the same.

So does a plain backward search for each machine alone what that machine says is to come.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import networkx as nx
import numpy as np
import pytest

from mealspec.core import At, Event, Kind, Machine, System
from mealspec.core.explicit import asked
from mealspec.core.explicit.asked import Aim, Lines, Told
from mealspec.core.explicit.outlook import outlook
from mealspec.core.explicit.settling import COUNTED, CUT, EVIDENCE, NEVER, SHARES
from mealspec.core.explicit.shown import Cost, show
from tests.core.explicit.logged import Case, whole


def test_the_likeliest_runs_are_those_of_a_plain_search() -> None:
    """The least cost, and all runs that cost it: how many these are, what one and what all of them have."""
    found = 0
    for seed in range(100):
        case = Case(seed)
        least, costs, _ = case.looked()
        for guided in (False, True):
            search = show(case.system, case.lines, case.told, case.aim, guided=guided)
            assert search.complete
            assert search.cost == least, (seed, guided)
            if least is None:
                continue
            found += 1
            runs = list(case.likeliest(least, costs))
            assert search.number == len(runs), (seed, guided)
            events = [{case.system.events[e].name for e, _ in run} for run in runs]
            assert [{*search.may}, {*search.must}] == [set.union(*events), set.intersection(*events)]
            told = tuple(zip((case.system.number[name] for name in search.run.events), search.seen, strict=True))
            assert told in runs
            assert told[:1] == min(runs)[:1], "the first in the order of the events"
            lines = [log for log in search.seen if log >= 0]
            assert search.order == tuple((log, lines[:k].count(log)) for k, log in enumerate(lines))
            lean = search.lean()
            assert (lean.run, lean.seen, lean.cost) == (search.run, search.seen, search.cost)
    assert 60 < found < 190, "some can be shown, and some cannot"


def test_where_nothing_shows_the_logs_the_beginnings_that_are_shown_and_what_could_come_next_are_told() -> None:
    found = 0
    for seed in range(100):
        case = Case(seed)
        least, _, settled = case.looked()
        if least is not None:
            continue
        search = show(case.system, case.lines, case.told, case.aim)
        shown = {state.found for state in settled}
        longest = {cut for cut in shown if not any(a >= cut[0] and b >= cut[1] and (a, b) != cut for a, b in shown)}
        assert {*search.furthest} == longest, seed
        for cut in shown:
            here = [state.locals for state in settled if state.found == cut]
            can = {event.name for state in here for event in case.system.enabled(state)}
            assert search.next_at(cut) == can, (seed, cut)
        found += len(shown) > 1
    assert found > 5, "some lines are shown"


def to_come(case: Case, k: int, *, share: bool) -> Mapping[tuple[int, int, int, int], float]:
    """What is to come, by the machine's state, the lines found, and whether one is about this: all others willing."""
    system, told = case.system, case.told
    machine, (n, m) = system.machines[k], map(len, told.kinds)
    graph: nx.DiGraph[Any] = nx.DiGraph()

    def edge(a: object, b: object, cost: int) -> None:
        if not graph.has_edge(b, a) or graph.edges[b, a]["weight"] > cost:  # backwards
            graph.add_edge(b, a, weight=cost)

    for s, state in enumerate(machine.states):
        for i in range(n + 1):
            for j in range(m + 1):
                for begun in (False, True):
                    here = (s, i, j, int(begun))
                    graph.add_node(here)
                    if (i, j) == (n, m) and (machine.name != case.watched or state in case.goal):
                        edge(here, "end", 0)
                    for e, event in enumerate(system.events):
                        takes = machine.name in event.takes
                        weighs = (SHARES // len(event.takes) if takes else 0) if share else SHARES
                        dest = machine.step(state, event.name) if takes else state
                        if dest is None:
                            continue
                        to, fault = machine.states.index(dest), EVIDENCE * weighs * (event.kind is Kind.FAULT)
                        log = case.log[e]
                        if log >= 0 and case.fits(e, (i, j)):
                            edge(here, (to, i + (log == 0), j + (log == 1), int(begun or case.own[e])), fault)
                        if not takes:
                            continue
                        if log < 0 or case.missing[e] == CUT:
                            edge(here, (to, i, j, int(begun)), fault)
                            continue
                        before = (i, j)[log] == 0 and not case.own[e]
                        ghost = case.own[e] and not begun and any(case.renews)
                        if case.over(log, (i, j)) or before or ghost:
                            edge(here, (to, i, j, int(begun)), fault)
                        elif case.missing[e] == COUNTED:
                            edge(here, (to, i, j, int(begun)), fault + weighs)
    if "end" not in graph:
        return {}
    found: Mapping[Any, float] = nx.single_source_dijkstra_path_length(graph, "end")
    return found


def test_what_each_machine_says_is_to_come_is_what_a_plain_backward_search_says(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    heard: list[Any] = []

    def listening(*given: Any) -> Any:
        heard.append(outlook(*given))
        return heard[-1]

    monkeypatch.setattr(asked, "outlook", listening)
    for seed in range(40):
        case = Case(1000 + seed)
        heard.clear()
        show(case.system, case.lines, case.told, case.aim, guided=True)
        whole, shared = heard[0]
        base = 0
        for k, machine in enumerate(case.system.machines):
            for share, table in ((False, whole), (True, shared)):
                known = to_come(case, k, share=share)
                for at in np.ndindex(len(machine.states), *table.shape[1:]):
                    expected = min(known.get(at, NEVER * SHARES), NEVER * SHARES)
                    assert table[base + at[0], *at[1:]] == (expected if share else expected // SHARES), (
                        seed,
                        k,
                        share,
                        at,
                    )
            base += len(machine.states)
        assert len(whole) == len(shared) == base


@pytest.mark.parametrize(("faults", "found"), [(6, True), (7, False)])
def test_runs_of_more_than_six_faults_are_not_looked_for(faults: int, found: bool) -> None:
    """A stair of which each step breaks."""
    rows = [(f"break.{k}", k, k + 1) for k in range(faults)]
    stair = System([Machine.table("stair", 0, rows)], [Event(name, Kind.FAULT, "x", ("stair",)) for name, *_ in rows])
    none = np.zeros(faults, np.bool_)
    silent = Lines(np.full(faults, -1), np.zeros((0, faults), np.bool_), np.zeros(faults, int), ~none, none)
    aim = Aim(At("stair", lambda s: s == faults), (0,) * (faults + 1))
    for guided in (False, True):
        search = show(stair, silent, Told(((), ()), ((), ())), aim, guided=guided)
        assert (search.cost is not None) is found
        assert search.complete
        if search.cost is not None:
            assert search.cost == Cost(24, 0, 6, 0, 6)


def test_however_early_a_search_stops_the_cost_that_it_tells_is_the_least() -> None:
    """Where states are left out, a run that is found later may weigh more than one that is not."""
    stopped = told = 0
    for seed in range(100):
        case = Case(seed)
        least, *_ = case.looked()
        states = show(case.system, case.lines, case.told, case.aim).states
        for limit in range(1, states):
            search = show(case.system, case.lines, case.told, case.aim, limit=limit)
            assert search.cost in (None, least), (seed, limit)
            assert search.complete is (search.cost is not None)
            assert search.states <= limit
            stopped += search.cost is None
            told += search.cost is not None
    assert stopped > 100
    assert told


def test_of_many_steps_at_once_each_may_be_logged_in_three_ways() -> None:
    """Its line is found, or missing, or before the log begins: each way of each step leads to a state of its own."""
    steps = 200
    rows = [(f"go.{k}", 0, k + 1) for k in range(steps)]
    fan = System([Machine.table("fan", 0, rows)], [Event(name, Kind.USER, "x", ("fan",)) for name, *_ in rows])
    none = np.zeros(steps, np.bool_)
    lines = Lines(np.zeros(steps, int), ~none[None, :], np.full(steps, COUNTED), none, none)
    for told, cost, ways in (
        (Told(((0,), ()), ((0,), ())), Cost(0, 0, 0, 0, 1), 1),
        (Told(((), ()), ((), ())), Cost(0, 0, 0, 0, 1), 1),
        (Told(((0,), ()), ((1,), ())), None, 0),
    ):
        for goal in (1, steps):
            search = show(fan, lines, told, Aim(At("fan", lambda s, g=goal: s == g), (0,) * (steps + 1)))  # type: ignore[misc]
            assert search.cost == cost
            if cost:
                assert search.number == ways
                assert search.may == {f"go.{goal - 1}"}


def test_what_the_aim_says_that_it_takes_at_least_changes_no_answer_and_spares_work() -> None:
    """Of each state of the machine that it is about: the fewest coincidences of a run from there, whatever else is."""
    spared = tolls = 0
    for seed in range(100):
        case = Case(seed)
        _, left = whole(case)
        machine = case.system.position[case.watched]
        toll = [0] * len(case.system.machines[machine].states)
        for local in range(len(toll)):
            toll[local] = min((cost.coincidences for s, cost in left.items() if s.locals[machine] == local), default=0)
        plain = show(case.system, case.lines, case.told, case.aim)
        search = show(case.system, case.lines, case.told, replace(case.aim, toll=tuple(toll)))
        assert (search.cost, search.complete) == (plain.cost, True), seed
        if plain.cost is not None:
            assert (search.run, search.number, search.may) == (plain.run, plain.number, plain.may)
        assert search.states <= plain.states
        spared += search.states < plain.states
        tolls += any(toll)
    assert spared
    assert tolls > 5
