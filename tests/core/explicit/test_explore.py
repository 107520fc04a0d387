"""The explorer finds every state, always in the same order, and says so if it stopped before."""

from __future__ import annotations

import hashlib
import importlib
import itertools
import os
import runpy
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

import mealspec
from mealspec.core import Event, Graph, Kind, Machine, Progress, System, explore, stuck

ARRAYS = ("packed", "parent", "via", "level", "offset", "dest", "event")


def event(name: str, *takes: str) -> Event:
    return Event(name, Kind.SYSTEM, "someone", takes)


# ---------------------------------------------------------------------- textbook systems


def philosophers(n: int) -> System:
    """Dining philosophers: all take the left fork first, and put both down at once."""
    machines: list[Machine] = []
    events: list[Event] = []
    for k in range(n):
        left, right, me = f"fork{k}", f"fork{(k + 1) % n}", f"p{k}"
        names = f"left.{k}", f"right.{k}", f"down.{k}"
        steps = zip(names, ("thinks", "waits", "eats"), ("waits", "eats", "thinks"), strict=True)
        machines.append(Machine.table(me, "thinks", list(steps)))
        events += [event(names[0], me, left), event(names[1], me, right), event(names[2], me, left, right)]
    for k in range(n):
        takers = [(f"left.{k}", "free", "taken"), (f"right.{(k - 1) % n}", "free", "taken")]
        givers = [(f"down.{k}", "taken", "free"), (f"down.{(k - 1) % n}", "taken", "free")]
        machines.append(Machine.table(f"fork{k}", "free", takers + givers))
    return System(machines, events, name=f"{n} philosophers")


def counters(n: int, size: int) -> System:
    """``n`` independent counters that count round ``size`` values."""
    machines = [Machine.table(f"c{k}", 0, [(f"up.{k}", i, (i + 1) % size) for i in range(size)]) for k in range(n)]
    return System(machines, [event(f"up.{k}", f"c{k}") for k in range(n)])


def buffer(places: int) -> System:
    """A producer and a consumer with a bounded buffer between them."""
    rows = [("put", k, k + 1) for k in range(places)] + [("get", k + 1, k) for k in range(places)]
    return System(
        [
            Machine.table("producer", "idle", [("make", "idle", "made"), ("put", "made", "idle")]),
            Machine.table("buffer", 0, rows),
            Machine.table("consumer", "idle", [("get", "idle", "got"), ("use", "got", "idle")]),
        ],
        [event("make", "producer"), event("put", "producer", "buffer"), event("get", "buffer", "consumer"),
         event("use", "consumer")],
    )  # fmt: skip


def fuse(length: int) -> System:
    """A row of lamps, each of which can be lit when the one before it is."""
    machines: list[Machine] = []
    for k in range(length):
        rows = [(f"light.{k}", "dark", "lit")]
        if k + 1 < length:
            rows.append((f"light.{k + 1}", "lit", "lit"))
        machines.append(Machine.table(f"lamp{k}", "dark", rows))
    events = [event(f"light.{k}", *(f"lamp{j}" for j in (k - 1, k) if j >= 0)) for k in range(length)]
    return System(machines, events)


@pytest.mark.parametrize(("n", "count"), [(2, 6), (3, 14), (4, 34), (5, 82), (6, 198), (7, 478), (12, 39202)])
def test_philosophers_have_as_many_states_as_the_pell_lucas_numbers(n: int, count: int) -> None:
    """The states are the circular words over (thinks, waits, eats) in which nobody who eats sits left of
    somebody who holds a fork; the trace of a transfer matrix counts them too.
    """
    allowed = np.array([[1, 1, 1], [1, 1, 1], [1, 0, 0]])
    assert np.linalg.matrix_power(allowed, n).trace() == count
    graph = explore(philosophers(n))
    assert len(graph) == count
    graph._check()


@pytest.mark.parametrize("n", [2, 3, 5, 8])
def test_philosophers_have_one_deadlock_where_all_wait(n: int) -> None:
    graph = explore(philosophers(n))
    (dead,) = np.flatnonzero(stuck(graph))
    states = graph.state(int(dead))
    assert [states[f"p{k}"] for k in range(n)] == ["waits"] * n
    assert graph.level[dead] == n


@pytest.mark.parametrize(("n", "size"), [(1, 2), (3, 10), (10, 2), (4, 7)])
def test_counters_multiply(n: int, size: int) -> None:
    graph = explore(counters(n, size))
    assert (len(graph), graph.transitions, graph.depth) == (size**n, n * size**n, n * (size - 1))
    graph._check()


@pytest.mark.parametrize("places", [1, 2, 9])
def test_a_bounded_buffer_never_overflows(places: int) -> None:
    graph = explore(buffer(places))
    held = places + 1
    assert len(graph) == 2 * held * 2
    assert graph.transitions == 2 * held + places * 2 + places * 2 + 2 * held
    assert not stuck(graph).any()


def test_many_states_make_all_tables_grow() -> None:
    """Enough for the hash table and every array to be enlarged more than once."""
    graph = explore(counters(7, 6))
    assert (len(graph), graph.transitions, graph.depth, graph.complete) == (279936, 7 * 279936, 35, True)
    graph._check()


def test_a_system_without_events_or_machines_has_one_state() -> None:
    for system in (System([], []), System([Machine.table("m", "a", [])], [])):
        graph = explore(system)
        graph._check()
        assert (len(graph), graph.transitions, graph.depth, graph.complete) == (1, 0, 0, True)


# ---------------------------------------------------------------------- more than one word


@pytest.mark.parametrize("length", [3, 64, 65, 130])
def test_a_fuse_burns_to_its_end_over_any_number_of_words(length: int) -> None:
    graph = explore(fuse(length))
    graph._check()
    assert graph.packed.shape == (length + 1, (length + 63) // 64)
    assert graph.path(length) == [f"light.{k}" for k in range(length)]
    for number in range(length + 1):
        assert list(graph.state(number).values()) == ["lit"] * number + ["dark"] * (length - number)


def copied(system: System, copies: int) -> System:
    """Every machine so many times, all copies in step: the same behaviour in more bits."""
    machines = [Machine(f"{m.name}.{c}", m.initial, m.rows) for m in system.machines for c in range(copies)]
    events = [
        Event(e.name, e.kind, e.owner, tuple(f"{name}.{c}" for name in e.takes for c in range(copies)))
        for e in system.events
    ]
    return System(machines, events)


@pytest.mark.parametrize("system", [philosophers(4), counters(3, 5), buffer(5)])
@pytest.mark.parametrize("copies", [1, 9, 40])
def test_the_number_of_words_changes_nothing(system: System, copies: int) -> None:
    plain, wide = explore(system), explore(copied(system, copies))
    for name in ("parent", "via", "level", "offset", "dest", "event"):
        assert np.array_equal(getattr(plain, name), getattr(wide, name))
    for machine in system.machines:
        for copy in (0, copies - 1):
            assert np.array_equal(plain.local(machine.name), wide.local(f"{machine.name}.{copy}"))


def test_states_that_differ_only_beyond_the_first_word_are_told_apart() -> None:
    """Ten thousand states for each of two first words, so that many meet in the hash table."""
    lamps = [Machine.table(f"lamp{k}", "off", [("flip", "off", "on"), ("flip", "on", "off")]) for k in range(64)]
    count = counters(4, 10)
    flip = event("flip", *(lamp.name for lamp in lamps))
    graph = explore(System([*lamps, *count.machines], [flip, *count.events]))
    assert len(np.unique(graph.packed[:, 0])) == 2
    assert (len(graph), graph.transitions) == (2 * 10**4, 5 * 2 * 10**4)
    graph._check()


# ---------------------------------------------------------------------- always the same


def digest() -> str:
    """All arrays of three graphs, as one number."""
    seen = hashlib.sha256()
    for system in (philosophers(6), copied(philosophers(5), 8), buffer(4)):
        graph = explore(system)
        for name in ARRAYS:
            seen.update(getattr(graph, name).tobytes())
    return seen.hexdigest()


def test_two_runs_give_the_same_arrays() -> None:
    assert digest() == digest()


@pytest.mark.slow
def test_the_hash_seed_of_python_changes_nothing() -> None:
    root = Path(mealspec.__file__).parents[1]
    script = f"import runpy; print(runpy.run_path({str(Path(__file__))!r})['digest']())"
    runs = [
        subprocess.Popen(
            [sys.executable, "-c", script],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(root)},
            stdout=subprocess.PIPE,
            text=True,
        )
        for seed in ("0", "4711")
    ]
    assert [run.communicate()[0].strip() for run in runs] == [digest()] * 2


def test_the_digest_tells_systems_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else the tests above would pass whatever the explorer did."""
    own = runpy.run_path(__file__)
    assert own["digest"]() == digest()
    monkeypatch.setitem(own["digest"].__globals__, "buffer", lambda places: buffer(places + 1))
    assert own["digest"]() != digest()


# ---------------------------------------------------------------------- limits


def in_chunks(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    """Let the explorer look at its limit and its clock after every ``size`` states."""
    monkeypatch.setattr(importlib.import_module("mealspec.core.explicit.explore"), "CHUNK", size)


@pytest.mark.parametrize("chunk", [1, 7, 300])
def test_the_size_of_chunks_changes_nothing(monkeypatch: pytest.MonkeyPatch, chunk: int) -> None:
    plain = explore(counters(4, 6))
    in_chunks(monkeypatch, chunk)
    other = explore(counters(4, 6))
    assert all(np.array_equal(getattr(plain, name), getattr(other, name)) for name in ARRAYS)


def test_there_is_room_for_many_more_states_and_steps_than_the_first_chunk_had(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One counter: a state after the other; then one of which each state leads to itself by many events, too."""
    in_chunks(monkeypatch, 1)
    for loops in (0, 40):
        rows = [("up", k, k + 1) for k in range(700)]
        rows += [(f"stay.{n}", k, k) for n in range(loops) for k in range(701)]
        machine = Machine.table("count", 0, rows)
        graph = explore(System([machine], [Event(name, Kind.USER, "x", ("count",)) for name in machine.alphabet]))
        assert (len(graph), graph.transitions, graph.depth) == (701, 700 + 701 * loops, 700)
        assert graph.local("count").tolist() == graph.level.tolist() == list(range(701))
        assert np.array_equal(np.bincount(graph.source), [loops + 1] * 700 + [loops] * bool(loops))
        assert (graph.dest - graph.source == (graph.event == 0)).all()


@pytest.mark.parametrize("limit", [1, 2, 50, 1295])
def test_a_limit_gives_the_beginning_of_the_whole_and_says_that_it_is_not_complete(
    monkeypatch: pytest.MonkeyPatch, limit: int
) -> None:
    whole = explore(counters(4, 6))
    in_chunks(monkeypatch, 3)
    part = explore(counters(4, 6), limit=limit)
    part._check()
    assert not part.complete
    assert limit <= len(part) < limit + 3 * 4
    assert len(part.offset) == len(part) + 1
    assert np.array_equal(part.packed, whole.packed[: len(part)])
    edges = int(whole.offset[part.expanded])
    assert part.transitions == edges
    assert np.array_equal(part.dest, whole.dest[:edges])
    assert np.array_equal(part.offset[part.expanded :], np.full(len(part) - part.expanded + 1, edges))


def test_a_limit_that_is_not_reached_changes_nothing() -> None:
    graph = explore(counters(4, 6), limit=1297)
    assert graph.complete
    assert len(graph) == 1296


@pytest.mark.parametrize("depth", [0, 1, 2, 11, 12])
def test_a_depth_gives_all_runs_of_at_most_so_many_steps(monkeypatch: pytest.MonkeyPatch, depth: int) -> None:
    whole = explore(counters(4, 4))
    in_chunks(monkeypatch, 5)
    part = explore(counters(4, 4), depth=depth)
    part._check()
    assert len(part) == np.count_nonzero(whole.level <= depth)
    assert part.expanded == np.count_nonzero(whole.level < depth)
    assert np.array_equal(part.packed, whole.packed[: len(part)])
    assert not part.complete, "the last states may have successors, for all that was looked at"


def test_a_depth_beyond_the_longest_shortest_run_gives_everything() -> None:
    graph = explore(counters(4, 4), depth=13)
    assert (len(graph), graph.depth, graph.complete) == (256, 12, True)


# ---------------------------------------------------------------------- progress


def reports(monkeypatch: pytest.MonkeyPatch, tick: float) -> tuple[Graph, list[Progress]]:
    """An exploration in chunks of ten states, with a clock that advances by ``tick`` when it is read."""
    clock = itertools.count()
    monkeypatch.setattr(
        importlib.import_module("mealspec.core.explicit.explore"),
        "time",
        SimpleNamespace(monotonic=lambda: next(clock) * tick),
    )
    in_chunks(monkeypatch, 10)
    seen: list[Progress] = []
    return explore(counters(3, 5), report=seen.append), seen


def test_progress_is_reported_and_goes_forward(monkeypatch: pytest.MonkeyPatch) -> None:
    graph, seen = reports(monkeypatch, tick=1.0)
    assert len(seen) > 5
    for before, after in itertools.pairwise(seen):
        assert before.expanded < after.expanded
        assert before.states <= after.states
        assert before.depth <= after.depth
        assert before.seconds < after.seconds
    assert (seen[-1].states, seen[-1].expanded, seen[-1].waiting) == (125, 125, 0)
    assert seen[-1].depth == graph.depth
    assert all(p.waiting == p.states - p.expanded >= 0 for p in seen)


def test_progress_is_reported_no_more_than_a_few_times_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    _, seen = reports(monkeypatch, tick=0.1)
    assert seen
    assert all(after.seconds - before.seconds > 0.2 for before, after in itertools.pairwise(seen))


def test_the_rate_is_states_per_second() -> None:
    assert Progress(states=100, expanded=50, depth=3, seconds=2.0).rate == 25.0
    assert Progress(states=1, expanded=0, depth=0, seconds=0.0).rate == 0.0
