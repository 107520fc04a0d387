"""A system says everything that is wrong with it at once, and compiles without loss."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mealspec.core import Event, InvalidSystem, Kind, Machine, Refusal, System, UnknownName, trimmed
from mealspec.core.system import mismatches

Parts = tuple[list[Machine], list[Event]]


def event(name: str, *takes: str) -> Event:
    return Event(name, Kind.USER, "someone", takes)


def lamp(*more: tuple[str, str, str]) -> Machine:
    return Machine.table("lamp", "off", [("on", "off", "lit"), ("off", "lit", "off"), *more])


def hand(*more: tuple[str, str, str]) -> Machine:
    return Machine.table("hand", "there", [("on", "there", "there"), ("leave", "there", "gone"), *more])


EVENTS = [event("on", "lamp", "hand"), event("off", "lamp"), event("leave", "hand")]


def ring(name: str, size: int) -> Machine:
    """A machine that goes round ``size`` states."""
    return Machine.table(name, 0, [(f"{name}.next", k, (k + 1) % size) for k in range(size)])


def rings(sizes: Sequence[int]) -> System:
    """Machines of these sizes that have nothing to do with each other."""
    machines = [ring(f"m{k}", size) for k, size in enumerate(sizes)]
    return System(machines, [event(f"{m.name}.next", m.name) for m in machines])


# ---------------------------------------------------------------------- what does not fit


def test_the_system_of_these_tests_fits() -> None:
    assert mismatches([lamp(), hand()], EVENTS) == []


ONE_OFFENDER: dict[str, Parts] = {
    "machine 'lamp' is declared twice": ([lamp(), lamp(), hand()], EVENTS),
    "event 'off' is declared twice": ([lamp(), hand()], [*EVENTS, event("off", "lamp")]),
    "event 'rain' has no participant here, so nothing would constrain it": ([lamp(), hand()], [*EVENTS, event("rain")]),
    "event 'off' names an unknown participant 'cat'": (
        [lamp(), hand()],
        [EVENTS[0], event("off", "lamp", "cat"), EVENTS[2]],
    ),
    "event 'off' names the participant 'lamp' twice": (
        [lamp(), hand()],
        [EVENTS[0], event("off", "lamp", "lamp"), EVENTS[2]],
    ),
    "machine 'hand' takes part in 'off' but has no row for it": (
        [lamp(), hand()],
        [EVENTS[0], event("off", "lamp", "hand"), EVENTS[2]],
    ),
    "machine 'lamp' has rows for the undeclared event 'break'": ([lamp(("break", "lit", "off")), hand()], EVENTS),
    "event 'leave' does not name machine 'lamp', which has rows for it": (
        [lamp(("leave", "lit", "lit")), hand()],
        EVENTS,
    ),
    "'transitions' would swallow the event 'may_on' of machine 'lamp'": (
        [lamp(("may_on", "lit", "lit")), hand()],
        [*EVENTS, event("may_on", "lamp")],
    ),
    "state 'broken' of machine 'lamp' is never reached": ([lamp(("off", "broken", "off")), hand()], EVENTS),
}


@pytest.mark.parametrize("offender", ONE_OFFENDER)
def test_each_mismatch_is_found_and_nothing_else_with_it(offender: str) -> None:
    machines, events = ONE_OFFENDER[offender]
    with pytest.raises(InvalidSystem) as caught:
        System(machines, events)
    assert caught.value.offenders == (offender,)
    assert str(caught.value) == f"1 mismatch(es) between machines and events:\n  - {offender}"


def test_an_event_that_can_never_happen_is_found_with_the_state_it_would_need() -> None:
    broken = lamp(("mend", "broken", "off"))
    with pytest.raises(InvalidSystem) as caught:
        System([broken, hand()], [*EVENTS, event("mend", "lamp")])
    assert caught.value.offenders == (
        "state 'broken' of machine 'lamp' is never reached",
        "event 'mend' can never happen",
    )


def test_death_spreads_from_event_to_state_to_event_and_across_machines() -> None:
    """``never`` needs a state that only ``late`` reaches, which needs another machine's dead state."""
    one = Machine.table("one", "a", [("late", "a", "b"), ("never", "b", "c"), ("fine", "a", "a")])
    two = Machine.table("two", "x", [("late", "y", "y"), ("fine", "x", "x")])
    found = mismatches([one, two], [event("late", "one", "two"), event("never", "one"), event("fine", "one", "two")])
    assert found == [
        "state 'b' of machine 'one' is never reached",
        "state 'c' of machine 'one' is never reached",
        "state 'y' of machine 'two' is never reached",
        "event 'late' can never happen",
        "event 'never' can never happen",
    ]


def test_all_offenders_are_in_one_error() -> None:
    machines = [lamp(("break", "lit", "off"), ("leave", "lit", "lit"), ("state", "lit", "lit")), hand(), hand()]
    events = [
        event("on", "lamp", "hand", "cat", "dog"),
        event("off", "lamp", "hand"),
        event("leave", "hand"),
        event("leave", "hand"),
        event("state", "lamp"),
        event("rain"),
        event("snow", "sky"),
    ]
    with pytest.raises(InvalidSystem) as caught:
        System(machines, events)
    assert set(caught.value.offenders) == {
        "machine 'hand' is declared twice",
        "event 'leave' is declared twice",
        "event 'on' names an unknown participant 'cat'",
        "event 'on' names an unknown participant 'dog'",
        "event 'rain' has no participant here, so nothing would constrain it",
        "event 'snow' has no participant here, so nothing would constrain it",
        "event 'snow' names an unknown participant 'sky'",
        "machine 'hand' takes part in 'off' but has no row for it",
        "machine 'lamp' has rows for the undeclared event 'break'",
        "event 'leave' does not name machine 'lamp', which has rows for it",
        "'transitions' would swallow the event 'state' of machine 'lamp'",
    }
    assert all(f"  - {offender}" in str(caught.value) for offender in caught.value.offenders)


def test_an_absent_machine_may_be_named_and_constrains_nothing() -> None:
    system = System([lamp()], EVENTS[:2], absent=["hand"])
    assert isinstance(system.step(system.initial, "on"), tuple)
    assert mismatches([lamp()], EVENTS, ["hand"]) == [
        "event 'leave' has no participant here, so nothing would constrain it"
    ]


# ---------------------------------------------------------------------- trimming


def test_trimming_leaves_a_whole_system_as_it_is() -> None:
    assert trimmed([lamp(), hand()], EVENTS) == ((lamp(), hand()), tuple(EVENTS))


def test_trimming_takes_along_what_dies_with_an_event_left_out() -> None:
    rows = [("go", "a", "b"), ("on", "b", "c"), ("stay", "a", "a"), ("stay", "b", "b")]
    one = Machine.table("one", "a", rows)
    two = Machine.table("two", "x", [("on", "x", "y"), ("end", "y", "z"), ("stay", "x", "x")])
    events = [event("go", "one"), event("on", "one", "two"), event("end", "two"), event("stay", "one", "two")]
    assert mismatches([one, two], events) == []
    machines, kept = trimmed([one, two], events[1:])
    assert [e.name for e in kept] == ["stay"]
    assert [m.states for m in machines] == [("a",), ("x",)]
    assert mismatches(machines, kept) == []


def test_trimming_keeps_a_machine_that_nothing_moves_any_more() -> None:
    machines, kept = trimmed([lamp(), hand()], EVENTS[1:2])
    assert ([m.states for m in machines], kept) == ([("off",), ("there",)], ())
    assert len(System(machines, kept).machines) == 2


def test_trimming_hides_no_participant_without_the_event() -> None:
    with pytest.raises(InvalidSystem) as caught:
        trimmed([lamp(), hand()], [event("off", "lamp", "hand"), event("leave", "lamp", "hand")])
    assert caught.value.offenders == (
        "machine 'hand' takes part in 'off' but has no row for it",
        "machine 'lamp' takes part in 'leave' but has no row for it",
    )


# ---------------------------------------------------------------------- one state at a time


def test_a_step_moves_the_participants_and_nobody_else() -> None:
    system = System([lamp(), hand()], EVENTS)
    lit = system.step(system.initial, "on")
    assert not isinstance(lit, Refusal)
    assert system.states(lit) == {"lamp": "lit", "hand": "there"}
    left = system.step(lit, "leave")
    assert not isinstance(left, Refusal)
    assert system.states(left) == {"lamp": "lit", "hand": "gone"}


def test_a_refusal_names_all_who_refuse_with_their_states_and_only_those() -> None:
    three = Machine.table("three", "z", [("on", "z", "z")])
    events = [event("on", "lamp", "hand", "three"), *EVENTS[1:]]
    system = System([lamp(), hand(), three], events)
    state = system.locals({"lamp": "lit", "hand": "gone", "three": "z"})
    refusal = system.step(state, "on")
    assert refusal == Refusal("on", (("lamp", "lit"), ("hand", "gone")))
    assert str(refusal) == "'on' is refused by machine 'lamp' in state 'lit' and machine 'hand' in state 'gone'"


def test_an_unknown_event_is_no_refusal() -> None:
    system = System([lamp(), hand()], EVENTS)
    with pytest.raises(UnknownName, match="unknown event 'leav'; did you mean 'leave'"):
        system.step(system.initial, "leav")
    with pytest.raises(UnknownName):
        system.event("x")
    assert system.event("off") is EVENTS[1]


def test_enabled_is_what_a_step_accepts() -> None:
    system = System([lamp(), hand()], EVENTS)
    for states, names in [
        ({"lamp": "off", "hand": "there"}, ["on", "leave"]),
        ({"lamp": "lit", "hand": "there"}, ["off", "leave"]),
        ({"lamp": "off", "hand": "gone"}, []),
        ({"lamp": "lit", "hand": "gone"}, ["off"]),
    ]:
        state = system.locals(states)
        assert [e.name for e in system.enabled(state)] == names
        assert [e.name for e in EVENTS if isinstance(system.step(state, e.name), tuple)] == names


def test_a_kind_is_a_mark_on_events() -> None:
    events = [EVENTS[0], Event("off", Kind.FAULT, "x", ("lamp",)), EVENTS[2]]
    system = System([lamp(), hand()], events)
    assert system.of_kind(Kind.FAULT).tolist() == [False, True, False]
    assert system.of_kind(Kind.USER).tolist() == [True, False, True]


# ---------------------------------------------------------------------- integers


@pytest.mark.parametrize(
    ("sizes", "words"),
    [
        ([], 1),
        ([1], 1),
        ([2] * 64, 1),
        ([2] * 65, 2),
        ([32] * 12, 1),
        ([17] * 13, 2),  # 65 bits, and the last field must not lie across two words
        ([2, 3] * 21 + [2], 1),
        ([2, 3] * 21 + [3], 2),
        ([2] * 129, 3),
    ],
)
def test_a_packed_state_has_as_many_words_as_it_needs(sizes: list[int], words: int) -> None:
    system = rings(sizes)
    assert system.tables.words == words
    last = tuple(size - 1 for size in sizes)
    assert system.unpack(system.pack(last)) == last


def test_each_machine_has_bits_of_its_own() -> None:
    system = rings([2, 5, 1, 64, 3] * 8)
    fields = [(int(w), int(m) << int(s)) for w, s, m in zip(*_places(system), strict=True)]
    for word in range(system.tables.words):
        here = [field for w, field in fields if w == word]
        assert sum(here) == np.bitwise_or.reduce(np.array(here, np.uint64)), "fields overlap"
        assert all(field < 1 << 64 for field in here), "a field lies across two words"


def _places(system: System) -> tuple[list[int], list[int], list[int]]:
    t = system.tables
    return t.word.tolist(), t.shift.tolist(), t.mask.tolist()


@settings(deadline=None, max_examples=100)
@given(st.data(), st.lists(st.integers(1, 70), max_size=40))
def test_packing_loses_nothing(data: st.DataObject, sizes: list[int]) -> None:
    system = rings(sizes)
    state = tuple(data.draw(st.integers(0, size - 1)) for size in sizes)
    other = tuple(data.draw(st.integers(0, size - 1)) for size in sizes)
    assert system.unpack(system.pack(state)) == state
    assert (system.pack(state).tolist() == system.pack(other).tolist()) == (state == other)
    assert system.locals(system.states(state)) == state


@pytest.mark.parametrize(
    ("sizes", "places"),
    [
        ([2] * 64, [(0, k) for k in range(64)]),
        ([2] * 65, [*((0, k) for k in range(64)), (1, 0)]),
        ([1, 2, 3, 4, 5, 256, 257], [(0, 0), (0, 1), (0, 2), (0, 4), (0, 6), (0, 9), (0, 17)]),
        ([2] * 62 + [5, 2], [*((0, k) for k in range(62)), (1, 0), (1, 3)]),
    ],
)
def test_machines_share_words_of_64_bits_in_their_order(sizes: list[int], places: list[tuple[int, int]]) -> None:
    """As many bits as number the states, at least one; what does not fit any more begins a word."""
    system = rings(sizes)
    tables = system.tables
    assert list(zip(tables.word.tolist(), tables.shift.tolist(), strict=True)) == places
    assert tables.mask.tolist() == [2 ** max(1, (size - 1).bit_length()) - 1 for size in sizes]
    assert tables.words == places[-1][0] + 1
    last = tuple(size - 1 for size in sizes)
    assert system.unpack(system.pack(last)) == last
