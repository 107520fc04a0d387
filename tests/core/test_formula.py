"""Formulas say what the predicates say, with no negation, and nothing twice."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from mealspec.core import At, Machine, Predicate, System, all_of, any_of
from mealspec.core.formula import All, Formula, In, Some, all_hold, formula_of, negation, some_hold, within, written
from mealspec.core.machine import State

LAMP = Machine.table("lamp", "off", [("on", "off", "lit"), ("fuse", "lit", "dark"), ("break", "dark", "dead")])
HAND = Machine.table("hand", "there", [("go", "there", "away")])
TRUE, FALSE = All(()), Some(())


@pytest.fixture
def system() -> System:
    """Two machines; no event matters here."""
    found = System([], [])
    found.machines = (LAMP, HAND)
    found.position = {"lamp": 0, "hand": 1}
    return found


def holds(formula: Formula, states: dict[str, State]) -> bool:
    if isinstance(formula, In):
        assert (states[formula.machine] in formula.states) != (states[formula.machine] in formula.others)
        return states[formula.machine] in formula.states
    return (all if isinstance(formula, All) else any)(holds(part, states) for part in formula.parts)


def everywhere() -> list[dict[str, State]]:
    return [{"lamp": a, "hand": b} for a, b in product(LAMP.states, HAND.states)]


def some_predicate(rng: np.random.Generator, depth: int) -> Predicate:
    if depth == 0:
        machine = (LAMP, HAND)[rng.integers(2)]
        chosen = {state for state in machine.states if rng.random() < 0.5}
        return At(machine.name, lambda state: state in chosen)
    left, right = (some_predicate(rng, depth - 1) for _ in range(2))
    return (left & right, left | right, ~left, all_of([left, right]), any_of([left, right]))[rng.integers(5)]


@pytest.mark.parametrize("seed", range(100))
def test_the_formula_of_a_predicate_holds_where_the_predicate_does(system: System, seed: int) -> None:
    predicate = some_predicate(np.random.default_rng(seed), 4)
    formula = formula_of(predicate, system)
    for states in everywhere():
        assert holds(formula, states) is predicate.holds(states)
        assert holds(negation(formula), states) is not predicate.holds(states)


def test_all_states_are_true_and_none_is_false() -> None:
    assert within(LAMP, LAMP.states) == TRUE
    assert within(LAMP, []) == FALSE
    assert negation(TRUE) == FALSE


def test_a_machine_that_is_left_out_is_what_the_predicate_says(system: System) -> None:
    assert formula_of(At("app", bool, absent=True), system) == TRUE
    assert formula_of(At("app", bool, absent=False), system) == FALSE
    with pytest.raises(KeyError, match="app"):
        formula_of(At("app", bool), system)


def test_two_facts_about_one_machine_are_one() -> None:
    assert all_hold([within(LAMP, ["off", "lit"]), within(LAMP, ["lit", "dark"])]) == within(LAMP, ["lit"])
    assert all_hold([within(LAMP, ["off"]), within(HAND, ["away"]), within(LAMP, ["lit"])]) == FALSE
    either = some_hold([within(LAMP, ["off"]), within(LAMP, ["lit"])])
    assert isinstance(either, In)
    assert (set(either.states), set(either.others)) == ({"off", "lit"}, {"dark", "dead"})
    assert some_hold([within(HAND, ["there"]), within(HAND, ["away"])]) == TRUE


def test_lists_within_lists_are_flat() -> None:
    parts = [within(LAMP, ["off", "lit"]), within(HAND, ["away"])]
    assert all_hold([all_hold(parts), TRUE, parts[1]]) == All(tuple(parts))


def test_a_formula_is_written_with_brackets_where_they_are_needed() -> None:
    formula = all_hold([within(HAND, ["away"]), some_hold([within(LAMP, ["off"]), within(HAND, ["there"])])])
    text = written(formula, lambda part: f"{part.machine}:{'+'.join(map(str, part.states))}", " & ", " | ", "T", "F")
    assert text == "(hand:away & (lamp:off | hand:there))"
    assert written(TRUE, lambda part: "", "&", "|", "T", "F") == "T"
    assert written(FALSE, lambda part: "", "&", "|", "T", "F") == "F"
