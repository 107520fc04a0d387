"""Quiescent is a state that no system event changes: not one that some system event leaves as it is.

It is computed in three ways: on graphs, on sets of states, and as a formula that is exported. All three are asked the
same, and a recording is compared up to its last state.
"""

from __future__ import annotations

from collections.abc import Mapping

from mealspec.core import (
    Event,
    FeaturedSystem,
    Kind,
    Machine,
    Recording,
    State,
    Symbolic,
    System,
    Trace,
    differences,
    explore,
)
from mealspec.core.external.outline import quiescent
from mealspec.core.formula import All, Formula, In


def two() -> System:
    """Two lamps that go out by themselves, one after the other or at once; the bell changes nothing."""
    lamps = [Machine.table(name, "lit", [(f"{name}.out", "lit", "dark")]) for name in ("left", "right")]
    bell = Machine.table("bell", "there", [("ring", "there", "there")])
    user = Machine.table("hand", "free", [("wave", "free", "up"), ("drop", "up", "free")])
    events = [Event(f"{name}.out", Kind.SYSTEM, "lamp", (name,)) for name in ("left", "right")]
    events += [Event("ring", Kind.SYSTEM, "bell", ("bell",))]
    events += [Event(name, Kind.USER, "user", ("hand",)) for name in ("wave", "drop")]
    return System([*lamps, bell, user], events)


def holds(formula: Formula, states: Mapping[str, State]) -> bool:
    if isinstance(formula, In):
        return states[formula.machine] in formula.states
    return (all if isinstance(formula, All) else any)(holds(part, states) for part in formula.parts)


def test_one_system_event_that_is_impossible_or_changes_nothing_makes_no_state_quiescent() -> None:
    graph = explore(two())
    dark = [{graph.state(k)["left"], graph.state(k)["right"]} == {"dark"} for k in range(len(graph))]
    assert graph.quiescent.tolist() == dark
    assert any(dark)
    assert not all(dark)


def test_what_is_exported_as_quiescent_is_what_the_graph_calls_so() -> None:
    graph = explore(two())
    exported = quiescent(graph.system)
    assert [holds(exported, graph.state(k)) for k in range(len(graph))] == graph.quiescent.tolist()


def test_by_sets_as_many_states_are_quiescent() -> None:
    space = Symbolic(FeaturedSystem.of(two()), nodes=10_000, cache=1_000)
    assert space.count(space.quiescent) == int(explore(two()).quiescent.sum()) == 2


def test_a_recording_is_compared_up_to_its_last_state() -> None:
    """And from its first one on: whoever ends elsewhere has not seen this run."""
    trace = Trace.of(two(), ["left.out", "wave"])
    right = [{name: str(state) for name, state in trace.state(k).items()} for k in range(3)]
    assert differences(Recording(trace.events, tuple(right), None, {}), trace) == []
    for k in range(3):
        states = [dict(state) for state in right]
        states[k]["hand"] = "gone"
        (said,) = differences(Recording(trace.events, tuple(states), None, {}), trace)
        assert said.startswith(f"after step {k}, machine 'hand' is in ")
        assert said.endswith(" and the file says 'gone'")
