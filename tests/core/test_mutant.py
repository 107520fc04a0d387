"""Mutants: each operator changes what it says and nothing else, and graphs are called the same only if they are."""

from __future__ import annotations

import pickle
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from itertools import permutations

import pytest

from mealspec.core import Event, Graph, Kind, Machine, Row, System, explore
from mealspec.core.mutant import Mutant, Operator, mutants, same_graph, same_states, taken
from mealspec.core.system import mismatches

S, U, F = Kind.SYSTEM, Kind.USER, Kind.FAULT


def door(*, initial: str = "shut", names: str = "shut ajar wide") -> Machine:
    """A door that is pushed open in two steps and slams shut from wherever it stands open."""
    shut, ajar, wide = names.split()
    rows = [("push", shut, ajar), ("push", ajar, wide), ("slam", ajar, shut), ("slam", wide, shut)]
    return Machine.table("door", dict(zip(("shut", "ajar", "wide"), (shut, ajar, wide), strict=True))[initial], rows)


def guard() -> Machine:
    """A guard who lets the door be pushed while awake, and whom a slam wakes."""
    rows = [("push", "awake", "awake"), ("doze", "awake", "asleep"), ("slam", "awake", "awake")]
    return Machine.table("guard", "awake", [*rows, ("slam", "asleep", "awake")])


EVENTS = (
    Event("push", U, "visitor", ("door", "guard")),
    Event("slam", S, "wind", ("door", "guard")),
    Event("doze", S, "guard", ("guard",)),
)


def house() -> System:
    return System([door(), guard()], EVENTS, name="house")


def shown(graph: Graph) -> dict[str, set[tuple[str, str]]]:
    """The steps of a graph: for each event, from where to where, states written as ``shut/awake``."""
    steps: dict[str, set[tuple[str, str]]] = {event.name: set() for event in graph.system.events}
    for a, b, e in zip(graph.source.tolist(), graph.dest.tolist(), graph.event.tolist(), strict=True):
        steps[graph.system.events[e].name].add((label(graph, a), label(graph, b)))
    return steps


def label(graph: Graph, number: int) -> str:
    return "/".join(str(state) for state in graph.state(number).values())


def after(mutant: Mutant) -> dict[str, set[tuple[str, str]]]:
    """The steps of the house with the change."""
    assert mutant.fits(house())
    return shown(explore(mutant.applied(house())))


BEFORE = {
    "push": {("shut/awake", "ajar/awake"), ("ajar/awake", "wide/awake")},
    "slam": {
        ("ajar/awake", "shut/awake"), ("wide/awake", "shut/awake"),
        ("ajar/asleep", "shut/awake"), ("wide/asleep", "shut/awake"),
    },
    "doze": {("shut/awake", "shut/asleep"), ("ajar/awake", "ajar/asleep"), ("wide/awake", "wide/asleep")},
}  # fmt: skip


# ---------------------------------------------------------------------- operators


def test_the_house_has_the_steps_that_counting_by_hand_gives() -> None:
    assert shown(explore(house())) == BEFORE


def test_a_dropped_row_is_refused_and_nothing_else() -> None:
    """The door that is ajar can no longer slam."""
    steps = after(Mutant(Operator.DROP_ROW, "door", "slam", Row("slam", "ajar", "shut")))
    gone = {("ajar/awake", "shut/awake"), ("ajar/asleep", "shut/awake")}
    assert steps == {**BEFORE, "slam": BEFORE["slam"] - gone}


def test_what_only_a_dropped_row_led_to_is_trimmed_away() -> None:
    mutant = Mutant(Operator.DROP_ROW, "door", "push", Row("push", "shut", "ajar"))
    changed = mutant.applied(house())
    assert [machine.states for machine in changed.machines] == [("shut",), ("awake", "asleep")]
    assert [event.name for event in changed.events] == ["doze"]
    assert after(mutant) == {"doze": {("shut/awake", "shut/asleep")}}


def test_a_redirected_row_leads_elsewhere() -> None:
    """The door that is ajar slams wide open."""
    steps = after(Mutant(Operator.REDIRECT, "door", "slam", Row("slam", "ajar", "shut"), "wide"))
    moved = {("ajar/awake", "wide/awake"), ("ajar/asleep", "wide/awake")}
    kept = {("wide/awake", "shut/awake"), ("wide/asleep", "shut/awake")}
    assert steps == {**BEFORE, "slam": moved | kept}


def test_a_swapped_guard_takes_the_event_in_the_other_state_only() -> None:
    """A sleeping guard lets the door be pushed, one who is awake does not; and is awake afterwards."""
    steps = after(Mutant(Operator.SWAP_GUARD, "guard", "push", Row("push", "awake", "awake"), "asleep"))
    assert steps["push"] == {("shut/asleep", "ajar/awake"), ("ajar/asleep", "wide/awake")}
    assert steps["doze"] == BEFORE["doze"]
    assert steps["slam"] == BEFORE["slam"]


def test_a_dropped_participant_neither_decides_nor_moves() -> None:
    steps = after(Mutant(Operator.DROP_PARTICIPANT, "guard", "slam"))
    stays = {("ajar/asleep", "shut/asleep"), ("wide/asleep", "shut/asleep")}
    assert steps == {**BEFORE, "slam": {s for s in BEFORE["slam"] if "asleep" not in s[0]} | stays}
    steps = after(Mutant(Operator.DROP_PARTICIPANT, "guard", "push"))
    assert steps["push"] == BEFORE["push"] | {("shut/asleep", "ajar/asleep"), ("ajar/asleep", "wide/asleep")}


def test_what_is_not_owed_any_more_is_a_fault_and_happens_as_before() -> None:
    mutant = Mutant(Operator.FAULT, "", "slam")
    changed = mutant.applied(house())
    assert [event.kind for event in changed.events] == [U, F, S]
    assert after(mutant) == BEFORE


def test_every_mutant_of_the_house_is_written_out() -> None:
    assert [str(mutant) for mutant in mutants(house())] == [
        "door, in state 'shut': refuses 'push'",
        "door, in state 'shut': 'push' leads to 'wide', not 'ajar'",
        "door, in state 'ajar': refuses 'push'",
        "door, in state 'ajar': 'push' leads to 'shut', not 'wide'",
        "door, in state 'ajar': refuses 'slam'",
        "door, in state 'ajar': 'slam' leads to 'ajar', not 'shut'",
        "door, in state 'wide': refuses 'slam'",
        "door, in state 'wide': 'slam' leads to 'ajar', not 'shut'",
        "door, in state 'shut': refuses 'push', which is taken in state 'wide' instead",
        "door, in state 'ajar': refuses 'slam', which is taken in state 'shut' instead",
        "guard, in state 'awake': refuses 'push'",
        "guard, in state 'awake': 'push' leads to 'asleep', not 'awake'",
        "guard, in state 'awake': refuses 'doze'",
        "guard, in state 'awake': 'doze' leads to 'awake', not 'asleep'",
        "guard, in state 'awake': refuses 'slam'",
        "guard, in state 'awake': 'slam' leads to 'asleep', not 'awake'",
        "guard, in state 'asleep': refuses 'slam'",
        "guard, in state 'asleep': 'slam' leads to 'asleep', not 'awake'",
        "guard, in state 'awake': refuses 'push', which is taken in state 'asleep' instead",
        "guard, in state 'awake': refuses 'doze', which is taken in state 'asleep' instead",
        "'push' no longer asks machine 'door'",
        "'push' no longer asks machine 'guard'",
        "'slam' no longer asks machine 'door'",
        "'slam' no longer asks machine 'guard'",
        "'slam' becomes a fault",
        "'doze' becomes a fault",
    ]


def test_the_same_system_has_the_same_mutants_in_the_same_order() -> None:
    assert mutants(house()) == mutants(house())
    assert pickle.loads(pickle.dumps(mutants(house()))) == mutants(house()), "another process gets the same"


def test_every_mutant_is_another_and_all_operators_occur() -> None:
    found = mutants(house())
    assert len(set(found)) == len(found)
    assert set(Counter(mutant.operator for mutant in found)) == set(Operator)


def test_every_mutant_is_a_valid_system() -> None:
    for mutant in mutants(house()):
        changed = mutant.applied(house())
        assert mismatches(changed.machines, changed.events) == []
        assert [machine.name for machine in changed.machines] == ["door", "guard"]
        assert changed.name == f"house: {mutant}"
        owes = {event.name: event.kind for event in EVENTS}
        kinds = {**owes, mutant.event: F} if mutant.operator is Operator.FAULT else owes
        assert {event.name: event.kind for event in changed.events}.items() <= kinds.items()
        explore(changed)._check()


def test_the_original_is_left_alone() -> None:
    original = house()
    for mutant in mutants(original):
        mutant.applied(original)
    assert original.machines == house().machines
    assert original.events == EVENTS
    assert shown(explore(original)) == BEFORE


def test_a_participant_that_is_left_out_of_the_system_is_no_matter() -> None:
    """It was absent before, so nobody can stop asking it."""
    events = [replace(event, takes=(*event.takes, "alarm")) for event in EVENTS]
    world = System([door(), guard()], events, absent=("alarm",), name="house")
    assert [str(mutant) for mutant in mutants(world)] == [str(mutant) for mutant in mutants(house())]
    for mutant in mutants(world):
        assert mutant.applied(world).name == f"house: {mutant}"


@pytest.mark.parametrize(
    "mutant",
    [
        Mutant(Operator.DROP_ROW, "cellar", "push", Row("push", "shut", "ajar")),
        Mutant(Operator.DROP_ROW, "door", "knock", Row("knock", "shut", "ajar")),
        Mutant(Operator.DROP_ROW, "door", "push", Row("push", "shut", "wide")),
        Mutant(Operator.DROP_ROW, "door", "push", Row("push", "wide", "shut")),
        Mutant(Operator.REDIRECT, "door", "push", Row("push", "shut", "ajar"), "gone"),
        Mutant(Operator.SWAP_GUARD, "door", "push", Row("push", "shut", "ajar"), "ajar"),
        Mutant(Operator.SWAP_GUARD, "door", "push", Row("push", "shut", "ajar"), "gone"),
        Mutant(Operator.DROP_PARTICIPANT, "door", "doze"),
        Mutant(Operator.DROP_PARTICIPANT, "guard", "doze"),
        Mutant(Operator.FAULT, "", "knock"),
    ],
    ids=str,
)
def test_a_mutant_does_not_fit_where_what_it_changes_is_not_there(mutant: Mutant) -> None:
    assert not mutant.fits(house())


def test_an_event_keeps_a_participant_that_is_there() -> None:
    """Asking nobody is no small fault; where all others are left out of the system the mutant does not fit."""
    world = System([guard()], [replace(event, takes=("door", "guard")) for event in EVENTS], absent=("door",))
    assert not Mutant(Operator.DROP_PARTICIPANT, "guard", "slam").fits(world)
    assert Mutant(Operator.DROP_PARTICIPANT, "guard", "slam").fits(house())


def test_every_mutant_fits_where_it_comes_from() -> None:
    assert all(mutant.fits(house()) for mutant in mutants(house()))


# ---------------------------------------------------------------------- rows that nobody takes


def test_the_rows_that_are_taken_are_those_of_the_steps() -> None:
    """The door is never wide open while the handle, which only turns while it is shut, is down."""
    assert taken(explore(house())) == {(m.name, row) for m in house().machines for row in m.rows}
    handle = Machine.table("handle", "up", [("push", "up", "down"), ("turn", "down", "up"), ("turn", "up", "up")])
    blocked = Machine.table("lock", "off", [("push", "off", "off"), ("turn", "on", "on"), ("on", "off", "on")])
    events = [
        Event("push", U, "visitor", ("handle", "lock", "latch")),
        Event("turn", S, "spring", ("handle", "lock")),
        Event("on", S, "owner", ("lock", "latch")),
    ]
    latch = Machine.table("latch", "free", [("push", "free", "held"), ("on", "free", "fast")])
    for order in permutations(events):
        system = System([handle, blocked, latch], order)
        rows = {(m.name, row) for m in system.machines for row in m.rows}
        assert rows - taken(explore(system)) == {("handle", Row("turn", "down", "up"))}
    graph = explore(System([handle, blocked, latch], events))
    missing = {(m.name, row) for m in graph.system.machines for row in m.rows} - taken(graph)
    assert missing == {("handle", Row("turn", "down", "up"))}, "once it is pushed, the lock stays off"
    (row,) = (row for _, row in missing)
    dropped = Mutant(Operator.DROP_ROW, "handle", "turn", row).applied(graph.system)
    assert same_graph(graph, explore(dropped))
    assert same_states(graph, explore(dropped))


# ---------------------------------------------------------------------- the same graph


def test_a_graph_is_the_same_as_itself() -> None:
    assert same_graph(explore(house()), explore(house()))
    assert same_states(explore(house()), explore(house()))


def test_other_names_of_states_make_no_other_graph() -> None:
    renamed = explore(System([door(names="zu angelehnt auf"), guard()], EVENTS))
    assert same_graph(explore(house()), renamed)
    assert not same_states(explore(house()), renamed), "a predicate can tell the names apart"


def test_other_names_of_machines_make_other_states() -> None:
    renamed = [replace(machine, name=f"the {machine.name}") for machine in (door(), guard())]
    events = [replace(event, takes=tuple(f"the {name}" for name in event.takes)) for event in EVENTS]
    graph = explore(System(renamed, events))
    assert len(graph) == len(explore(house()))
    assert not same_states(explore(house()), graph), "a predicate asks a machine by its name"


def test_another_order_of_the_rows_makes_no_difference() -> None:
    turned = replace(door(), rows=door().rows[::-1])
    assert turned.states != door().states
    other = explore(System([turned, guard()], EVENTS))
    assert same_graph(explore(house()), other)
    assert same_states(explore(house()), other)


def test_another_order_of_the_machines_makes_no_other_graph() -> None:
    assert same_graph(explore(house()), explore(System([guard(), door()], EVENTS)))


def test_an_event_that_never_happens_does_not_matter() -> None:
    """Neither machine alone can tell that ``knock`` needs what excludes each other."""
    bell = Machine.table("bell", "still", [("ring", "still", "loud"), ("knock", "still", "still")])
    hand = Machine.table("hand", "down", [("ring", "down", "up"), ("knock", "up", "up")])
    ring = Event("ring", S, "visitor", ("bell", "hand"))
    with_knock = explore(System([bell, hand], [Event("knock", U, "visitor", ("bell", "hand")), ring]))
    without = explore(System([m.keeping(lambda row: row.event == "ring") for m in (bell, hand)], [ring]))
    assert with_knock.silent_events() == ["knock"]
    assert same_graph(with_knock, without)
    assert same_graph(without, with_knock)


def other(machines: Iterable[Machine] = (), events: Iterable[Event] = ()) -> Graph:
    return explore(System(tuple(machines) or (door(), guard()), tuple(events) or EVENTS))


@pytest.mark.parametrize(
    "graph",
    [
        other(events=[replace(EVENTS[0], kind=F), *EVENTS[1:]]),
        other(events=[*EVENTS[:2], replace(EVENTS[2], action="rest")]),
        other(machines=[door(initial="ajar"), guard()]),
        other(machines=[replace(door(), rows=(*door().rows, Row("push", "wide", "wide"))), guard()]),
        other(machines=[door(), guard().keeping(lambda row: row != Row("slam", "asleep", "awake"))]),
    ],
    ids=["kind", "action", "initial", "one more step", "one step less"],
)
def test_a_real_difference_is_seen(graph: Graph) -> None:
    assert not same_graph(explore(house()), graph)
    assert not same_graph(graph, explore(house()))


def test_two_events_that_change_their_names_are_not_the_same() -> None:
    """The numbers are the same, the names are not."""
    one, two = (Event(name, S, "x", ("m",)) for name in ("one", "two"))
    a = explore(System([Machine.table("m", "a", [("one", "a", "b"), ("two", "b", "a")])], [one, two]))
    b = explore(System([Machine.table("m", "a", [("two", "a", "b"), ("one", "b", "a")])], [two, one]))
    assert a.event.tolist() == b.event.tolist()
    assert not same_graph(a, b)


def test_a_graph_that_is_not_complete_is_never_the_same() -> None:
    part = explore(house(), depth=1)
    assert not part.complete
    assert not same_graph(part, part)
    assert not same_graph(explore(house()), part)


def test_every_operator_of_the_house_but_a_change_of_owing_gives_another_graph() -> None:
    """Each row of the house is taken, and each participant decides or moves; so no mutant is equivalent."""
    graph = explore(house())
    assert [str(m) for m in mutants(house()) if same_graph(graph, explore(m.applied(house())))] == []


def test_states_differ_if_a_machine_or_a_state_does() -> None:
    graph = explore(house())
    alone = explore(System([guard()], [replace(EVENTS[1], takes=("guard",)), EVENTS[2], EVENTS[0]], absent=("door",)))
    assert not same_states(graph, alone)
    assert not same_states(graph, explore(System([guard(), door()], EVENTS)))
    shut = Mutant(Operator.REDIRECT, "door", "push", Row("push", "ajar", "wide"), "shut").applied(house())
    assert not same_states(graph, explore(shut))
