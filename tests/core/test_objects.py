"""Two independent ways to the same answers: ``transitions`` objects, and integers.

On random systems the explorer must find what stepping real objects finds, and :func:`checker.lasso` must
decide as the definition of fairness does, spelt out over a graph that the objects have made.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain, combinations

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mealspec.core import (
    At,
    Event,
    Kind,
    Machine,
    Predicate,
    Refusal,
    System,
    Trace,
    UnknownName,
    all_of,
    explore,
    lasso,
    quiescent,
    reach,
    trimmed,
)
from mealspec.core.objects import Objects, explore_slowly

# ---------------------------------------------------------------------- one system of objects


@pytest.fixture
def system() -> System:
    """A coin opens a turnstile for one guest; the guest must be outside to enter."""
    return System(
        [
            Machine.table("gate", "locked", [("coin.1", "locked", "open"), ("enter", "open", "locked")]),
            Machine.table("guest", "outside", [("enter", "outside", "inside"), ("exit", "inside", "outside")]),
        ],
        [
            Event("coin.1", Kind.USER, "guest", ("gate",)),
            Event("enter", Kind.USER, "guest", ("gate", "guest", "camera")),
            Event("exit", Kind.USER, "guest", ("guest",)),
        ],
        absent=["camera"],
    )


def test_it_begins_in_the_initial_states(system: System) -> None:
    assert Objects(system).states() == {"gate": "locked", "guest": "outside"}
    assert Objects(system).enabled() == ["coin.1"]


def test_an_event_moves_all_participants_that_are_there(system: System) -> None:
    objects = Objects(system)
    objects.fire("coin.1")
    assert objects.enabled() == ["enter"]
    objects.fire("enter")
    assert objects.states() == {"gate": "locked", "guest": "inside"}
    assert objects.enabled() == ["coin.1", "exit"]


def test_a_refused_event_names_all_who_refuse_and_moves_nobody(system: System) -> None:
    objects = Objects(system)
    with pytest.raises(ValueError, match=r"^'enter' is refused by machine 'gate' in state 'locked'$"):
        objects.fire("enter")
    objects.set({"gate": "open", "guest": "inside"})
    with pytest.raises(ValueError, match=r"^'enter' is refused by machine 'guest' in state 'inside'$"):
        objects.fire("enter")
    assert objects.states() == {"gate": "open", "guest": "inside"}, "the gate would have taken it"
    objects.set({"gate": "locked"})
    with pytest.raises(ValueError, match="'gate' in state 'locked' and machine 'guest' in state 'inside'"):
        objects.fire("enter")


def test_unknown_names_are_errors_and_move_nobody(system: System) -> None:
    objects = Objects(system)
    with pytest.raises(UnknownName, match="unknown event 'entre'; did you mean 'enter'"):
        objects.fire("entre")
    with pytest.raises(UnknownName, match="unknown machine 'gat'; did you mean 'gate'"):
        objects.set({"guest": "inside", "gat": "open"})
    with pytest.raises(UnknownName, match="unknown state of machine 'gate' 'opn'; did you mean 'open'"):
        objects.set({"guest": "inside", "gate": "opn"})
    assert objects.states() == {"gate": "locked", "guest": "outside"}


def test_two_living_systems_do_not_touch_each_other(system: System) -> None:
    one, two = Objects(system), Objects(system)
    one.fire("coin.1")
    assert two.states()["gate"] == "locked"


def test_a_slow_walk_can_be_limited(system: System) -> None:
    whole = explore_slowly(system)
    assert (len(whole.states), whole.expanded, whole.transitions) == (4, 4, 1 + 1 + 2 + 1)
    part = explore_slowly(system, limit=2)
    assert (len(part.states), part.expanded, part.transitions) == (2, 1, 1)
    assert part.states < whole.states
    assert explore_slowly(system, limit=1).expanded == 0
    assert explore_slowly(system, limit=99).states == whole.states


# ---------------------------------------------------------------------- random systems

Labels = tuple[str, ...]
Cut = dict[str, frozenset[str]]
"""For some machines the labels that count as pending; a state is pending if all of them are."""


@st.composite
def systems(draw: st.DrawFn) -> System:
    """Two to four machines of two to four states, and events that random ones of them take."""
    sizes = draw(st.lists(st.integers(2, 4), min_size=2, max_size=4))
    names = [f"m{k}" for k in range(len(sizes))]
    rows: dict[str, list[tuple[str, int, int]]] = {name: [] for name in names}
    events: list[Event] = []
    for e in range(draw(st.integers(1, 10))):
        kind = draw(st.sampled_from([Kind.SYSTEM] * 4 + [Kind.USER, Kind.FAULT, Kind.TIME]))
        takes = draw(st.lists(st.sampled_from(names), min_size=1, max_size=3, unique=True))
        name = f"{kind}.{e}"
        action = draw(st.sampled_from(["", "shared"]))
        events.append(Event(name, kind, "nobody", tuple(takes), action=action))
        for machine in takes:
            local = st.integers(0, sizes[names.index(machine)] - 1)
            moves = draw(st.dictionaries(local, local, min_size=draw(st.integers(1, 2))))
            rows[machine] += [(name, source, dest) for source, dest in moves.items()]
    return System(*trimmed([Machine.table(name, 0, rows[name]) for name in names], events))


@st.composite
def questions(draw: st.DrawFn) -> tuple[System, Cut]:
    """A system, and what is pending in it."""
    system = draw(systems())
    asked = draw(st.lists(st.sampled_from(system.machines), max_size=2, unique_by=lambda machine: machine.name))
    labels = {machine.name: [str(state) for state in machine.states] for machine in asked}
    return system, {name: draw(st.frozensets(st.sampled_from(some), min_size=1)) for name, some in labels.items()}


def predicate(cut: Cut) -> Predicate:
    """The cut as the decisions take it."""

    def within(labels: frozenset[str]) -> Callable[[object], bool]:
        return lambda state: str(state) in labels

    return all_of(At(name, within(labels)) for name, labels in cut.items())


@settings(deadline=None, max_examples=150)
@given(systems())
def test_the_explorer_finds_what_living_objects_find(system: System) -> None:
    graph, walk = explore(system), explore_slowly(system)
    graph._check()
    labels = [tuple(str(state) for state in graph.state(number).values()) for number in range(len(graph))]
    assert set(labels) == walk.states
    assert (len(graph), graph.transitions) == (len(walk.states), walk.transitions)
    objects = Objects(system)
    for number in range(len(graph)):
        here = {machine.name: label for machine, label in zip(system.machines, labels[number], strict=True)}
        edges = range(int(graph.offset[number]), int(graph.offset[number + 1]))
        objects.set(here)
        assert objects.enabled() == [system.events[graph.event[edge]].name for edge in edges]
        assert objects.enabled() == [event.name for event in system.enabled(graph.locals(number))]
        for edge in edges:
            objects.set(here)
            objects.fire(system.events[graph.event[edge]].name)
            assert tuple(objects.states().values()) == labels[graph.dest[edge]]


@pytest.mark.slow
@settings(deadline=None, max_examples=75)
@given(systems())
def test_a_step_refuses_as_living_objects_do(system: System) -> None:
    graph, objects = explore(system), Objects(system)
    for number in range(len(graph)):
        here = {name: str(state) for name, state in graph.state(number).items()}
        for event in system.events:
            objects.set(here)
            after = system.step(graph.locals(number), event.name)
            if isinstance(after, Refusal):
                with pytest.raises(ValueError, match="is refused by") as caught:
                    objects.fire(event.name)
                assert str(caught.value) == str(after)
            else:
                objects.fire(event.name)
                assert objects.states() == {name: str(state) for name, state in system.states(after).items()}


# ---------------------------------------------------------------------- fairness, spelt out


@dataclass(frozen=True)
class Product:
    """What objects do, as steps from labels to labels."""

    system: System
    steps: dict[Labels, dict[str, Labels]]
    """For each state the events that are enabled, and where they lead."""

    @classmethod
    def of(cls, system: System) -> Product:
        objects = Objects(system)
        steps: dict[Labels, dict[str, Labels]] = {}
        for source in explore_slowly(system).states:
            here = dict(zip(objects.states(), source, strict=True))
            objects.set(here)
            steps[source] = {}
            for event in objects.enabled():
                objects.set(here)
                objects.fire(event)
                steps[source][event] = tuple(objects.states().values())
        return cls(system, steps)

    def named(self, kind: Kind) -> set[str]:
        return {event.name for event in self.system.events if event.kind is kind}

    def actions(self) -> list[set[str]]:
        """What fairness is owed to: system events, those of one action together."""
        owed: dict[str, set[str]] = {}
        for event in self.system.events:
            if event.kind is Kind.SYSTEM:
                owed.setdefault(event.action or event.name, set()).add(event.name)
        return list(owed.values())

    def pending(self, cut: Cut) -> set[Labels]:
        names = [machine.name for machine in self.system.machines]
        return {state for state in self.steps if all(state[names.index(name)] in some for name, some in cut.items())}

    def is_stuck(self, state: Labels) -> bool:
        """No system event leads elsewhere."""
        return all(after == state for event, after in self.steps[state].items() if event in self.named(Kind.SYSTEM))

    def digraph(self, states: set[Labels], leave_out: set[str]) -> nx.DiGraph[Labels]:
        """These states, and the steps between them but for some events."""
        part: nx.DiGraph[Labels] = nx.DiGraph()
        part.add_nodes_from(states)
        for source in states:
            part.add_edges_from(
                (source, d) for e, d in self.steps[source].items() if d in states and e not in leave_out
            )
        return part

    def is_fair(self, states: set[Labels]) -> bool:
        """A run may go round in exactly these states for ever: what is owed is taken or disabled somewhere."""
        part = self.digraph(states, self.named(Kind.FAULT))
        if part.number_of_edges() == 0 or not nx.is_strongly_connected(part):
            return False
        taken = {event for state in states for event, after in self.steps[state].items() if after in states}
        return all(
            events & taken or any(events.isdisjoint(self.steps[state]) for state in states) for events in self.actions()
        )

    def lasts(self, cut: Cut) -> bool:
        """Whether some fair run, free of faults in the end, stays pending for ever."""
        states = self.pending(cut)
        parts = nx.strongly_connected_components(self.digraph(states, self.named(Kind.FAULT)))
        return any(map(self.is_stuck, states)) or any(self.is_fair(set(part)) for part in parts)

    def lasts_in_any_set(self, cut: Cut) -> bool:
        """The same with every set of states tried, not only the largest connected ones."""
        states = self.pending(cut)
        return any(map(self.is_stuck, states)) or any(self.is_fair(set(some)) for some in subsets(states))


def subsets(states: set[Labels]) -> Iterator[tuple[Labels, ...]]:
    """All sets but the empty one."""
    return chain.from_iterable(combinations(sorted(states), size) for size in range(1, len(states) + 1))


def check_counterexample(product: Product, trace: Trace, cut: Cut) -> None:
    """Objects objects make this run, and it is what :func:`checker.lasso` promises."""
    objects = Objects(product.system)
    path = [tuple(objects.states().values())]
    for event in trace.events:
        objects.fire(event)
        path.append(tuple(objects.states().values()))
    if trace.loop is None:
        assert product.is_stuck(path[-1])
        assert path[-1] in product.pending(cut)
        return
    events, states = trace.events[trace.loop :], path[trace.loop :]
    assert events
    assert states[0] == states[-1]
    assert set(states) <= product.pending(cut)
    assert not set(events) & product.named(Kind.FAULT)
    for owed in product.actions():
        taken = not owed.isdisjoint(events)
        assert taken or any(owed.isdisjoint(product.steps[state]) for state in states), f"unfair to {owed}"


@pytest.mark.slow
@settings(deadline=None, max_examples=250)
@given(questions())
def test_lasso_decides_as_the_definition_does(question: tuple[System, Cut]) -> None:
    system, cut = question
    product = Product.of(system)
    trace = lasso(explore(system), predicate(cut))
    assert (trace is not None) == product.lasts(cut)
    if len(product.pending(cut)) <= 7:
        assert product.lasts(cut) == product.lasts_in_any_set(cut), "largest components decide"
    if trace is not None:
        check_counterexample(product, trace, cut)
        assert (trace.loop is None) == any(map(product.is_stuck, product.pending(cut))), "a stuck end is preferred"


@pytest.mark.slow
@settings(deadline=None, max_examples=100)
@given(questions())
def test_shortest_runs_are_shortest(question: tuple[System, Cut]) -> None:
    system, cut = question
    product, graph = Product.of(system), explore(system)
    initial = tuple(str(machine.initial) for machine in system.machines)
    lengths = nx.single_source_shortest_path_length(product.digraph(set(product.steps), set()), initial)
    goal = product.pending(cut)
    for trace, states in [
        (reach(graph, predicate(cut)), goal),
        (quiescent(graph, predicate(cut)), set(filter(product.is_stuck, goal))),
    ]:
        assert (None if trace is None else len(trace)) == min((lengths[state] for state in states), default=None)


def verdict(question: tuple[System, Cut]) -> str:
    """What kind of answer the question has."""
    system, cut = question
    trace = lasso(explore(system), predicate(cut))
    return "none" if trace is None else "end" if trace.loop is None else f"loop of {min(len(trace) - trace.loop, 4)}"


@pytest.mark.slow
def test_the_random_questions_have_all_kinds_of_answers() -> None:
    """Else the agreement above would mean little."""
    seen: Counter[str] = Counter()

    @settings(deadline=None, max_examples=200, derandomize=True, database=None)
    @given(questions())
    def ask(question: tuple[System, Cut]) -> None:
        seen[verdict(question)] += 1

    ask()
    assert set(seen) >= {"none", "end", "loop of 2", "loop of 3", "loop of 4"}
