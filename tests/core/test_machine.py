"""A machine is a deterministic automaton, and a real ``transitions`` object lives by the same rows."""

from __future__ import annotations

import contextlib
from typing import Any, NamedTuple

import pytest
import transitions

from mealspec.core import InvalidMachine, Machine
from mealspec.core.machine import swallowed


class Model:
    """Something for ``transitions`` to drive; ``Any`` because it grows its methods."""

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(name)


class Pair(NamedTuple):
    """A structured state."""

    left: int
    right: int


def born(machine: Machine) -> Model:
    """A object of the machine."""
    model = Model()
    machine.automaton(model)
    return model


# ---------------------------------------------------------------------- what is refused


def test_two_destinations_for_one_event_are_refused() -> None:
    with pytest.raises(InvalidMachine, match="'door' has two destinations for 'push' in state 'shut'"):
        Machine.table("door", "shut", [("push", "shut", "ajar"), ("push", "shut", "open")])


def test_the_same_row_twice_is_one_row() -> None:
    door = Machine.table("door", "shut", [("push", "shut", "ajar"), ("push", "shut", "ajar")])
    assert door.step("shut", "push") == "ajar"


def test_two_states_with_one_label_are_refused() -> None:
    with pytest.raises(InvalidMachine, match="'m' has two states that print as '1'"):
        Machine.table("m", 1, [("go", 1, "1")])


def test_all_that_is_wrong_with_a_machine_is_named_once() -> None:
    rows = [("a", 1, 2), ("a", 1, 3), ("a", 1, 4), ("b", 2, 3), ("b", 2, "3"), ("c", 3, "*")]
    with pytest.raises(InvalidMachine) as caught:
        Machine.table("m", 1, rows)
    assert str(caught.value).split("; ") == [
        "machine 'm' has two destinations for 'a' in state '1'",
        "machine 'm' has two destinations for 'b' in state '2'",
        "machine 'm' has two states that print as '3'",
        "machine 'm' has a state '*', a wildcard for 'transitions'",
    ]


@pytest.mark.parametrize("label", ["=", ""])
def test_a_label_that_transitions_reads_as_staying_is_refused(label: str) -> None:
    model = Model()
    transitions.Machine(model, ["a", label], transitions=[["go", "a", label]], initial="a", auto_transitions=False)
    model.trigger("go")
    assert model.state == "a", "so this label would make transitions deviate from the rows"
    with pytest.raises(InvalidMachine, match="wildcard"):
        Machine.table("m", "a", [("go", "a", label)])


def test_a_label_that_transitions_reads_as_any_state_is_refused() -> None:
    model = Model()
    transitions.Machine(model, ["a", "*"], transitions=[["back", "*", "a"]], initial="a", auto_transitions=False)
    assert model.may_trigger("back"), "so this label would make transitions deviate from the rows"
    with pytest.raises(InvalidMachine, match="wildcard"):
        Machine.table("m", "a", [("go", "a", "*"), ("back", "*", "a")])


# ---------------------------------------------------------------------- tables and effects


def test_a_table_says_what_it_says() -> None:
    door = Machine.table("door", "shut", [("push", "shut", "ajar"), ("pull", "ajar", "shut")], doc="\n A door. ")
    assert (door.states, door.alphabet, door.doc) == (("shut", "ajar"), ("push", "pull"), "A door.")
    assert (door.step("shut", "push"), door.step("shut", "pull"), door.step("ajar", "ring")) == ("ajar", None, None)


def test_the_initial_state_comes_first_even_if_no_row_names_it_first() -> None:
    assert Machine.table("m", "b", [("go", "a", "b"), ("go", "b", "a")]).states == ("b", "a")


def test_effects_generate_the_table_that_one_would_write() -> None:
    generated = Machine.generated(
        "pair",
        Pair(0, 0),
        {
            "left": lambda s: s._replace(left=1) if s.left == 0 else None,
            "right": lambda s: s._replace(right=1) if s.left == 1 and s.right == 0 else None,
            "reset": lambda _: Pair(0, 0),
        },
    )
    written = Machine.table(
        "pair",
        Pair(0, 0),
        [
            ("left", Pair(0, 0), Pair(1, 0)),
            ("right", Pair(1, 0), Pair(1, 1)),
            ("reset", Pair(0, 0), Pair(0, 0)),
            ("reset", Pair(1, 0), Pair(0, 0)),
            ("reset", Pair(1, 1), Pair(0, 0)),
        ],
    )
    assert set(generated.rows) == set(written.rows)
    assert len(generated.rows) == len(written.rows)
    assert generated.states == written.states
    assert Pair(0, 1) not in generated.states, "only what is reached"


def test_a_falsy_state_is_a_state() -> None:
    count = Machine.generated("count", 2, {"use": lambda n: n - 1 if n else None})
    assert count.states == (2, 1, 0)
    assert (count.step(1, "use"), count.step(0, "use")) == (0, None)


def test_generated_effects_that_clash_in_their_labels_are_refused() -> None:
    with pytest.raises(InvalidMachine, match="print as '1'"):
        Machine.generated("m", 0, {"int": lambda _: 1, "text": lambda _: "1"})


# ---------------------------------------------------------------------- keeping


def test_keeping_drops_rows_and_what_only_they_named() -> None:
    def rested(state: str) -> bool:
        return state == "a"

    whole = Machine.table("m", "a", [("go", "a", "b"), ("on", "b", "c"), ("back", "b", "a")], resting=rested, doc="d")
    part = whole.keeping(lambda row: row.event != "on")
    assert (part.states, part.alphabet) == (("a", "b"), ("go", "back"))
    assert (part.name, part.doc, part.resting) == ("m", "d", rested)
    assert whole.states == ("a", "b", "c"), "the whole is as it was"


def test_keeping_everything_is_the_same_machine_and_nothing_leaves_the_initial_state() -> None:
    whole = Machine.table("m", "a", [("go", "a", "b")])
    assert whole.keeping(lambda _: True) == whole
    assert whole.keeping(lambda _: False).states == ("a",)


# ---------------------------------------------------------------------- driven by the rows


def test_a_living_object_moves_by_the_rows() -> None:
    machine = Machine.table("m", 0, [("x.y", 0, 1), ("x.y", 1, 2), ("z", 2, 0), ("z", 1, 1)])
    for state in machine.states:
        for event in machine.alphabet:
            model = Model()
            machine.automaton(model).set_state(str(state))
            dest = machine.step(state, event)
            assert model.may_trigger(event) == (dest is not None)
            if dest is None:
                with pytest.raises(transitions.MachineError):
                    model.trigger(event)
            else:
                model.trigger(event)
                assert model.state == str(dest)


def test_equal_states_that_print_differently_are_one_state_of_the_living_object() -> None:
    """``Pair(1, 0) == Pair(True, False)``: a table knows no difference, so ``transitions`` must not either."""
    rows = [("go", Pair(0, 0), Pair(True, 0)), ("back", Pair(1, 0), Pair(False, False))]
    model = born(Machine.table("m", Pair(0, 0), rows))
    model.trigger("go")
    model.trigger("back")
    assert model.state == "Pair(left=0, right=0)"


# ---------------------------------------------------------------------- swallowed names


def machine_with(name: str) -> Machine:
    """From ``a``, the events ``go`` and ``name`` both lead to ``b``."""
    return Machine.table("m", "a", [("go", "a", "b"), (name, "a", "b")])


@pytest.mark.parametrize("name", ["trigger", "may_trigger", "may_go", "__str__", "__dir__", "__dict__", "__module__"])
def test_a_swallowed_name_is_not_bound_to_its_event(name: str) -> None:
    assert swallowed(machine_with(name)) == [name]
    model = born(machine_with(name))
    bound = getattr(model, name)
    with contextlib.suppress(TypeError):  # no callable, or one that wants arguments: not the event in any case
        bound()
    assert model.state == "a", "transitions has not fired the event"


def test_a_name_that_asks_for_a_state_fires_the_event_instead() -> None:
    assert swallowed(machine_with("is_a")) == ["is_a"]
    model = born(machine_with("is_a"))
    model.is_a()
    assert model.state == "b"


def test_a_name_that_asks_for_a_later_event_fires_itself_instead() -> None:
    machine = Machine.table("m", "a", [("may_go", "a", "b"), ("go", "a", "b")])
    assert swallowed(machine) == ["may_go"]
    model = born(machine)
    model.may_go()
    assert model.state == "b"


def test_an_event_cannot_have_the_name_of_the_state() -> None:
    assert swallowed(machine_with("state")) == ["state"]
    with pytest.raises(ValueError, match="model attribute"):
        born(machine_with("state"))


@pytest.mark.parametrize("name", ["push", "push.m1.c2", "is_c", "may_fly", "to_a", "on_enter_a", "model", "states"])
def test_any_other_name_is_bound_to_its_event(name: str) -> None:
    assert swallowed(machine_with(name)) == []
    model = born(machine_with(name))
    getattr(model, name)()
    assert model.state == "b"
