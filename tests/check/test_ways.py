"""Runs through a step, and runs of a part completed to runs of the whole: networkx and plain stepping say the same."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

import networkx as nx
import numpy as np

from mealspec.check.ways import Ways, completed
from mealspec.core import Event, Graph, Kind, Machine, System, Trace, explore, trimmed, without


def some_system(draw: Random) -> System:
    """Three machines at random that share six events, one of them a tick."""
    names = [f"e{k}" for k in range(6)]
    machines = []
    for k in range(3):
        pairs = dict.fromkeys((event, draw.randrange(3)) for event in draw.sample(names, 4) for _ in range(2))
        machines.append(Machine.table(f"m{k}", 0, [(event, source, draw.randrange(3)) for event, source in pairs]))
    used = [name for name in names if any(name in machine.alphabet for machine in machines)]
    kinds = {"e0": Kind.TIME}
    events = [Event(e, kinds.get(e, Kind.USER), "x", tuple(m.name for m in machines if e in m.alphabet)) for e in used]
    return System(*trimmed(machines, events))


def net(graph: Graph) -> nx.DiGraph[int]:
    out: nx.DiGraph[int] = nx.DiGraph()
    out.add_nodes_from(range(len(graph)))
    out.add_edges_from(zip(graph.source.tolist(), graph.dest.tolist(), strict=True))
    return out


def test_steps_lead_to_the_goal_while_it_holds_and_runs_by_them_are_shortest() -> None:
    found = 0
    for seed in range(60):
        draw = Random(seed)
        graph = explore(some_system(draw))
        holds, goal = (np.array([draw.random() < share for _ in range(len(graph))]) for share in (0.6, 0.3))
        ways, whole = Ways(graph, holds, goal), net(graph)
        inner = whole.subgraph(np.flatnonzero(holds).tolist())
        ends = np.flatnonzero(holds & goal).tolist()
        ahead = {node: nx.single_source_shortest_path_length(inner, node) for node in inner}
        far = {node: min((some[end] for end in ends if end in some), default=None) for node, some in ahead.items()}
        leads = {node for node, steps in far.items() if steps is not None}
        assert {*np.flatnonzero(ways.leads).tolist()} == leads
        edges = zip(range(len(graph.source)), graph.source.tolist(), graph.dest.tolist(), strict=True)
        steps = [k for k, source, dest in edges if dest in leads and not holds[source]]
        assert ways.steps.tolist() == steps
        for step in steps:
            source, dest = int(graph.source[step]), int(graph.dest[step])
            before, rest = int(nx.shortest_path_length(whole, 0, source)), far[dest]
            assert rest is not None
            run = Trace.of(graph.system, ways.run(step))
            assert len(run) == before + 1 + rest
            numbers = {tuple(graph.state(k).values()): k for k in range(len(graph))}
            path = [numbers[tuple(graph.system.states(state).values())] for state in run.path]
            assert path[before : before + 2] == [source, dest]
            assert run.events[before] == graph.system.events[graph.event[step]].name
            assert all(holds[node] for node in path[before + 1 :])
            assert goal[path[-1]]
            assert len(ways.rest(dest)) == rest
            found += rest > 1
    assert found > 10


def by_stepping(whole: System, run: Sequence[str], known: set[str]) -> bool:
    """Whether the whole has a run that is this one but for events that are not known, and that are no ticks."""
    free = [event.name for event in whole.events if event.name not in known and event.kind is not Kind.TIME]
    waiting, seen = [(whole.initial, 0)], {(whole.initial, 0)}
    for state, k in waiting:
        if k == len(run):
            return True
        for name in (*free, run[k]):
            if name not in whole.number:
                continue
            after = whole.after(state, whole.number[name])
            for then in {(after, k + (name == run[k])), *([(after, k)] if name in free else [])}:
                if after is not None and then not in seen:
                    seen.add(then)  # type: ignore[arg-type]
                    waiting.append(then)  # type: ignore[arg-type]
    return False


def test_a_run_of_a_part_is_completed_where_some_run_of_the_whole_is_the_same_but_for_what_was_left_out() -> None:
    answers = []
    for seed in range(120):
        draw = Random(seed)
        whole = some_system(draw)
        if len(whole.machines) < 2:
            continue
        part = without(whole, {draw.choice(whole.machines).name})
        state, run = part.initial, list[str]()
        for _ in range(draw.randint(0, 4)):
            if not (can := part.enabled(state)):
                break
            event = draw.choice(can)
            run.append(event.name)
            state = part.after(state, part.number[event.name]) or state
        found = completed(whole, run, part.number)
        assert (found is not None) is by_stepping(whole, run, {*part.number}), seed
        answers.append((found is not None, len(run)))
        if found is not None:
            assert [name for name in found.events if name in part.number] == run
            more = [name for name in found.events if name not in part.number]
            assert all(whole.event(name).kind is not Kind.TIME for name in more)
            assert Trace.of(whole, found.events) == found
            answers.append((bool(more), -1))
    assert {(True, 4), (False, 4), (True, 0), (True, -1)} <= {*answers}
    assert completed(whole, ["nothing like it"], part.number) is None
