"""Runs that show two logs: what is found is what an enumeration of all runs finds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from random import Random

import networkx as nx
import numpy as np
import pytest

from mealspec.core import At, Event, Kind, Machine, System, Trace, races, trimmed
from mealspec.core.explicit.around import around
from mealspec.core.explicit.asked import Aim, Lines, Told
from mealspec.core.explicit.settling import ALWAYS, COUNTED, CUT, EVIDENCE
from mealspec.core.explicit.shown import Cost, show

DEPTH = 7


def phone() -> System:
    """A call that rings, is answered, and may break; the door bell besides."""
    rows = [("dial", "none", "rings"), ("answer", "rings", "up"), ("hang", "up", "none"), ("cut", "up", "none")]
    call = Machine.table("call", "none", rows)
    bell = Machine.table("bell", "still", [("ring", "still", "rung"), ("hush", "rung", "still")])
    events = [
        Event("dial", Kind.USER, "x", ("call",)),
        Event("answer", Kind.SYSTEM, "x", ("call",), prompt=True),
        Event("hang", Kind.USER, "x", ("call",)),
        Event("cut", Kind.FAULT, "x", ("call",)),
        Event("ring", Kind.USER, "x", ("bell",)),
        Event("hush", Kind.SYSTEM, "x", ("bell",)),
    ]
    return System([call, bell], events)


LOG = {"dial": 0, "answer": 1, "hang": 0, "cut": 0, "ring": 1}
KIND = {"dial": 0, "answer": 1, "hang": 2, "cut": 2, "ring": 3}


def lines(missing: dict[str, int]) -> Lines:
    names = [event.name for event in phone().events]
    shows = np.array([[KIND.get(name) == k for name in names] for k in range(4)])
    none = np.zeros(len(names), np.bool_)
    return Lines(
        np.array([LOG.get(name, -1) for name in names]), shows,
        np.array([missing.get(name, ALWAYS) for name in names]), np.ones(len(names), np.bool_), none,
    )  # fmt: skip


def runs(system: System) -> Iterator[list[str]]:
    waiting: list[tuple[list[str], tuple[int, ...]]] = [([], system.initial)]
    for events, state in waiting:
        yield events
        if len(events) < DEPTH:
            for event in system.enabled(state):
                after = system.step(state, event.name)
                assert isinstance(after, tuple)
                waiting.append(([*events, event.name], after))


def shown_by(events: list[str], told: Told, missing: dict[str, int]) -> int | None:
    """The fewest counted missing lines with which the run shows the logs; None if it does not."""
    best = {(0, 0): 0}
    for name in events:
        after: dict[tuple[int, int], int] = {}
        for (i, j), count in best.items():
            ways = []
            if name not in LOG:
                ways.append(((i, j), count))
            else:
                log, k = LOG[name], (i, j)[LOG[name]]
                if k < len(told.kinds[log]) and told.kinds[log][k] == KIND[name] and told.after[log][k] <= (j, i)[log]:
                    ways.append(((i + (log == 0), j + (log == 1)), count))
                if missing.get(name, ALWAYS) != ALWAYS:
                    ways.append(((i, j), count + (missing[name] == COUNTED)))
            for at, number in ways:
                after[at] = min(number, after.get(at, 99))
        best = after
    return best.get((len(told.kinds[0]), len(told.kinds[1])))


def brute(told: Told, missing: dict[str, int], up: bool) -> Cost | None:
    system, found = phone(), []
    for events in runs(system):
        run = Trace.of(system, events)
        count = shown_by(events, told, missing)
        if count is None or (up and run.state(len(run))["call"] != "up"):
            continue
        tight = len(races(run))
        coincidences = sum(name == "cut" for name in events) + tight
        found.append(Cost(EVIDENCE * coincidences + count, tight, coincidences, count, len(events)))
    return min(found, default=None)


CLIENT = ((), (0,), (0, 2), (0, 2, 0), (2,), (0, 0))
SERVER = ((), (1,), (3,), (1, 3), (3, 1), (1, 1))
MISSING: tuple[dict[str, int], ...] = ({}, {"answer": CUT, "hang": COUNTED}, {"dial": COUNTED, "ring": CUT})


@pytest.mark.sample(2)
@pytest.mark.parametrize("missing", MISSING)
@pytest.mark.parametrize("up", [False, True])
def test_the_likeliest_run_is_that_of_an_enumeration(missing: dict[str, int], up: bool) -> None:
    system, found, looked = phone(), set(), np.zeros(2, int)
    aim = Aim(At("call", lambda s: s == "up" or not up), (0, 0, 0))
    for client, server in product(CLIENT, SERVER):
        for late in {0, len(server)} if client else {0}:
            told = Told((client, server), (tuple(late for _ in client), tuple(0 for _ in server)))
            search, best = show(system, lines(missing), told, aim), brute(told, missing, up)
            assert search.cost == best, told
            guided = show(system, lines(missing), told, aim, guided=True)
            assert (guided.cost, guided.number if best else 0) == (best, search.number if best else 0), told
            assert guided.states <= search.states
            looked += (guided.states, search.states)
            found.add(best is None)
            if search.cost is None:
                assert up or (len(client), len(server)) not in search.furthest
                continue
            assert len(search.run) == search.cost.steps
            assert len(races(search.run)) == search.cost.races
            assert shown_by(list(search.run.events), told, missing) == search.cost.missing
            assert {*search.run.events} <= search.may
            assert search.must <= {*search.run.events}
    assert looked[0] < looked[1], "what is to come is asked for nothing"
    assert found == {False, True} or missing  # some logs are impossible, unless much may be missing


def test_all_runs_of_least_cost_are_counted_and_what_they_share_is_told() -> None:
    told = Told(((0,), (1, 3)), ((0,), (0, 0)))
    search = show(phone(), lines({}), told, Aim(At("bell", lambda s: s == "rung"), (0, 0)))
    every = [events for events in runs(phone()) if shown_by(events, told, {}) == 0 and "cut" not in events]
    system = phone()
    best = [e for e in every if len(e) == 3 and not races(Trace.of(system, e)) and e[-1] == "ring"]
    assert search.number == len(best) == 1
    assert search.must == {"dial", "answer", "ring"}
    assert search.seen == (0, 1, 1)


@pytest.mark.parametrize("seed", range(6))
def test_of_many_ways_the_likeliest_is_found_wherever_it_leads(seed: int) -> None:
    """A maze of which no line tells: some doors are faults; so many ways wait at once that their order matters."""
    draw = Random(seed)
    doors = {(draw.randrange(60), draw.randrange(60)): draw.random() < 0.8 for _ in range(180)}
    rows = [(f"{a}-{b}", a, b) for a, b in doors]
    kinds = {f"{a}-{b}": Kind.FAULT if fault else Kind.USER for (a, b), fault in doors.items()}
    kept, alive = trimmed(
        [Machine.table("maze", 0, rows)], [Event(n, kind, "x", ("maze",)) for n, kind in kinds.items()]
    )
    maze, count = System(kept, alive), len(alive)
    silent = Lines(
        np.full(count, -1),
        np.zeros((0, count), np.bool_),
        np.zeros(count, int),
        np.ones(count, np.bool_),
        np.zeros(count, np.bool_),
    )
    known: nx.DiGraph[int] = nx.DiGraph()
    known.add_weighted_edges_from((a, b, 1_000 * fault + 1) for (a, b), fault in doors.items())
    lengths = nx.single_source_dijkstra_path_length(known, 0)
    assert max(lengths.values()) > 3_000
    for state in sorted(lengths):
        aim = Aim(At("maze", lambda s, state=state: s == state), (0,) * len(kept[0].states))  # type: ignore[misc]
        cost = show(maze, silent, Told(((), ()), ((), ())), aim, most=15).cost
        assert cost is not None
        assert (cost.coincidences, cost.steps) == divmod(lengths[state], 1_000)


def test_what_weighs_as_much_as_a_run_may_is_found_and_what_weighs_more_is_not() -> None:
    told, aim = Told(((0, 2), ()), ((0, 0), ())), Aim(At("call", lambda s: s == "none"), (0, 0, 0))
    cost = show(phone(), lines({"answer": COUNTED}), told, aim).cost
    assert cost is not None
    assert cost.weight > 0
    for bound, found in ((cost.weight, cost), (cost.weight - 1, None)):
        assert show(phone(), lines({"answer": COUNTED}), told, aim, bound=bound).cost == found


def test_every_beginning_that_cannot_be_made_longer_is_told() -> None:
    told = Told(((2,), (3, 1)), ((0,), (0, 0)))  # a call that ends before it began; the bell, and an answer to nothing
    search = show(phone(), lines({}), told, Aim(At("call", lambda s: True), (0, 0, 0)))
    assert search.cost is None
    assert search.complete
    assert search.furthest == ((0, 1),)
    assert "dial" in search.next_at((0, 1))


def test_what_is_awaited_has_happened_at_the_end() -> None:
    told = Told(((), (3,)), ((), (0,)))
    for settled, steps in ((frozenset[str](), 1), (frozenset({"hush"}), 2)):
        search = show(phone(), lines({}), told, Aim(At("call", lambda s: True), (0, 0, 0), settled))
        assert search.cost is not None
        assert search.cost.steps == steps


def test_among_all_runs_that_are_likely_enough_a_watcher_finds_what_it_finds_alone() -> None:
    plain, watch = phone(), Machine.table("watch", 0, [("hang", 0, 1), ("hang", 1, 2), ("hang", 2, 2)])
    events = [replace(e, takes=(*e.takes, "watch")) if e.name == "hang" else e for e in plain.events]
    watched, anything, found = System([*plain.machines, watch], events), At("call", lambda s: True), set()
    missing = {"answer": CUT, "hang": COUNTED}
    for client, server, settled in product(CLIENT, SERVER, (frozenset[str](), frozenset({"hush"}))):
        told = Told((client, server), (tuple(0 for _ in client), tuple(0 for _ in server)))
        every = around(plain, lines(missing), told, Aim(anything, (0, 0, 0), settled), slack=EVIDENCE)
        assert every.complete
        for number in range(3):
            aim = Aim(At("watch", lambda s, number=number: s == number), (0, 0, 0), settled)  # type: ignore[misc]
            alone = show(watched, lines(missing), told, aim, bound=every.bound)
            among = show(watched, lines(missing), told, aim, bound=every.bound, around=every)
            assert (among.cost, among.may, among.complete) == (alone.cost, alone.may, True)
            assert among.states <= alone.states
            found.add(alone.cost is None)
            if alone.cost is not None:
                assert (among.number, among.run.events) == (alone.number, alone.run.events)
    assert found == {False, True}


def test_runs_of_another_system_are_none_to_look_among() -> None:
    told, aim = Told(((0,), ()), ((0,), ())), Aim(At("call", lambda s: True), (0, 0, 0))
    every = around(phone(), lines({}), told, aim, slack=0)
    with pytest.raises(ValueError, match="machines that watch it"):
        show(phone(), lines({}), told, replace(aim, settled=frozenset({"hush"})), around=every)
