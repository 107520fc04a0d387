"""A machine is a deterministic automaton, and a real ``transitions`` object lives by the same rows."""

from __future__ import annotations

import contextlib
from enum import StrEnum
from typing import Any, NamedTuple

import pytest
import transitions

from mealspec.core import ANY, STAY, InvalidMachine, Machine, On, Row
from mealspec.core.machine import swallowed


class Model:
    """Something for ``transitions`` to drive; ``Any`` because it grows its methods."""

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(name)


class Pair(NamedTuple):
    """A structured state."""

    left: int
    right: int

    @property
    def level(self) -> bool:
        """Both are the same."""
        return self.left == self.right


class Lamp(StrEnum):
    """States of which no rule needs to lead to each."""

    DARK = "dark"
    LIT = "lit"
    BROKEN = "broken"


def _swapped(s: Pair) -> Pair:
    return Pair(s.right, s.left)


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


# ---------------------------------------------------------------------- tables and rules


def test_a_table_says_what_it_says() -> None:
    door = Machine.table("door", "shut", [("push", "shut", "ajar"), ("pull", "ajar", "shut")], doc="\n A door. ")
    assert (door.states, door.alphabet, door.doc) == (("shut", "ajar"), ("push", "pull"), "A door.")
    assert (door.step("shut", "push"), door.step("shut", "pull"), door.step("ajar", "ring")) == ("ajar", None, None)


def test_the_initial_state_comes_first_even_if_no_row_names_it_first() -> None:
    assert Machine.table("m", "b", [("go", "a", "b"), ("go", "b", "a")]).states == ("b", "a")


def pair(*rules: On) -> Machine:
    return Machine.ruled("pair", Pair(0, 0), rules)


def test_rules_make_the_table_that_one_would_write() -> None:
    ruled = pair(
        On("left", {"left": 0}, {"left": 1}),
        On("right", Pair(1, 0), Pair(1, 1)),
        On(["reset", "clear"], ANY, lambda s: Pair(0, 0)),
    )
    written = Machine.table(
        "pair",
        Pair(0, 0),
        [
            ("left", Pair(0, 0), Pair(1, 0)),
            ("right", Pair(1, 0), Pair(1, 1)),
            *((event, state, Pair(0, 0)) for event in ("reset", "clear") for state in (Pair(0, 0), (1, 0), (1, 1))),
        ],
    )
    assert set(ruled.rows) == set(written.rows)
    assert len(ruled.rows) == len(written.rows)
    assert ruled.states == written.states
    assert Pair(0, 1) not in ruled.states, "only what is reached"


@pytest.mark.parametrize("where", [{0, 1}, frozenset({0, 1}), lambda n: n < 2])
def test_a_condition_is_a_set_of_states_or_a_predicate(where: object) -> None:
    count = Machine.ruled("count", 0, [On("up", where, lambda n: n + 1)])
    assert (count.states, count.step(2, "up")) == ((0, 1, 2), None)


def test_a_condition_on_a_field_is_a_value_a_set_or_a_predicate_and_may_ask_for_a_property() -> None:
    wants: list[dict[str, object]] = [{"left": 0}, {"left": {0, 7}}, {"left": lambda n: n < 1}, {"level": True}]
    for where in wants:
        machine = pair(On("tilt", where, {"left": 1}))
        assert (machine.step(Pair(0, 0), "tilt"), machine.step(Pair(1, 0), "tilt")) == (Pair(1, 0), None)


def test_where_a_rule_does_not_go_its_events_are_refused_or_go_elsewhere() -> None:
    refusing, staying = (pair(On("left", {"left": 0}, {"left": 1}, elsewhere=e)) for e in (None, STAY))
    assert refusing.step(Pair(1, 0), "left") is None
    assert staying.step(Pair(1, 0), "left") == Pair(1, 0)


def test_a_rule_that_is_not_given_is_not_there_and_one_that_is_unused_is_remembered() -> None:
    machine = pair(On("a", Pair(0, 0), Pair(0, 0)), On("b", ANY, STAY, given=False), On(["c", "a"], {"left": 3}, STAY))
    assert (machine.alphabet, machine.rules) == (("a",), frozenset("c"))


def test_what_a_rule_leads_to_is_kept_in_its_settled_form() -> None:
    machine = Machine.ruled("clock", 0, [On("tick", ANY, lambda n: n + 1)], settle=lambda n: n % 3)
    assert machine.states == (0, 1, 2)
    assert machine.step(2, "tick") == 0


def test_rest_is_said_like_the_condition_of_a_rule() -> None:
    machine = Machine.ruled("pair", Pair(0, 0), [On("left", ANY, {"left": 1})], resting={"level": True})
    assert [machine.resting(state) for state in machine.states] == [True, False]


def test_an_enumeration_is_taken_whole_and_begins_with_the_initial_state() -> None:
    machine = Machine.ruled("lamp", Lamp.LIT, [On("off", Lamp.LIT, Lamp.DARK), On("look", ANY, STAY)])
    assert machine.states == (Lamp.LIT, Lamp.DARK, Lamp.BROKEN)
    assert machine.step(Lamp.BROKEN, "look") is Lamp.BROKEN


def test_two_rules_for_one_event_in_one_state_are_refused_and_both_are_named() -> None:
    rules = [
        On("push", {"left": {0, 1}}, {"left": 1}),
        On(["push", "pull"], {"right": 0}, {"right": 1}),
        On("pull", ANY, _swapped),
        On("reset", ANY, Pair(0, 0)),
    ]
    with pytest.raises(InvalidMachine) as caught:
        pair(*rules)
    first, second, third = (f"({rule})" for rule in rules[:3])
    assert first == "(where left is 0 or 1: left becomes 1)"
    assert third == "(everywhere: to _swapped)"
    assert str(caught.value).split("; ") == [
        f"machine 'pair' has two rules for 'push' in state 'Pair(left=0, right=0)': {first} and {second}",
        f"machine 'pair' has two rules for 'pull' in state 'Pair(left=0, right=0)': {second} and {third}",
    ]


def test_two_rules_are_refused_though_they_agree() -> None:
    with pytest.raises(InvalidMachine, match=r"two rules for 'on' in state '0': \(everywhere: stay\) and"):
        Machine.ruled("m", 0, [On("on", ANY, STAY), On("on", 0, 0)])


def test_rules_for_one_event_in_different_states_are_one_table() -> None:
    machine = pair(On("push", {"left": 0}, {"left": 1}), On("push", {"left": 1}, {"left": 0}))
    assert machine.step(Pair(1, 0), "push") == Pair(0, 0)


def test_a_rule_that_speaks_of_a_field_that_is_not_there_is_refused() -> None:
    with pytest.raises(InvalidMachine) as caught:
        pair(On("a", {"lefd": 0}, {"right": 1}), On("b", ANY, {"level": False}))
    assert str(caught.value).split("; ") == [
        "a rule of machine 'pair' (where lefd is 0: right becomes 1) speaks of 'lefd', "
        "which state 'Pair(left=0, right=0)' has not",
        "a rule of machine 'pair' (everywhere: level becomes False) speaks of 'level', "
        "which state 'Pair(left=0, right=0)' has not",
    ]


def test_a_falsy_state_is_a_state() -> None:
    count = Machine.ruled("count", 2, [On("use", {1, 2}, lambda n: n - 1)])
    assert count.states == (2, 1, 0)
    assert (count.step(1, "use"), count.step(0, "use")) == (0, None)


def test_rules_whose_states_clash_in_their_labels_are_refused() -> None:
    with pytest.raises(InvalidMachine, match="print as '1'"):
        Machine.ruled("m", 0, [On("int", ANY, 1), On("text", ANY, "1")])


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


def test_unless_something_else_is_said_a_machine_may_rest_anywhere() -> None:
    rows = (Row("go", "a", "b"),)
    for machine in (Machine("m", "a", rows), Machine.table("m", "a", rows), Machine.ruled("m", 0, [])):
        assert all(machine.resting(state) for state in machine.states)


def test_the_rows_of_an_event_are_those_that_name_it_in_their_order() -> None:
    rows = [("push", "shut", "ajar"), ("pull", "ajar", "shut"), ("push", "ajar", "open")]
    door = Machine.table("door", "shut", rows)
    assert door.by_event == {name: [row for row in rows if row[0] == name] for name in ("push", "pull")}
    assert door.by_event is door.by_event, "they are put together once"
