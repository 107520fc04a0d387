"""Mutants of formulas: every one of a small formula, in words and as it stands."""

from __future__ import annotations

from itertools import product

from mealspec.core import Event, Kind, Machine, System
from mealspec.core.formula import All, In, Some
from mealspec.core.formula_mutants import as_predicate, mutants, said

LIT, THERE = In("lamp", ("lit",), ("off", "dead")), In("hand", ("there",), ("away",))
RUNS = In("fan", ("slow", "fast"), ("still",))


def test_of_one_machine_each_state_is_dropped_each_other_one_added_and_the_whole_is_turned_round() -> None:
    assert dict(mutants(LIT)) == {
        "lamp is lit: not if lit": In("lamp", (), ("off", "dead", "lit")),
        "lamp is lit: also if off": In("lamp", ("lit", "off"), ("dead",)),
        "lamp is lit: also if dead": In("lamp", ("lit", "dead"), ("off",)),
        "lamp is lit: the contrary": In("lamp", ("off", "dead"), ("lit",)),
    }
    assert dict(mutants(THERE)) == {
        "hand is there: not if there": In("hand", (), ("away", "there")),
        "hand is there: also if away": In("hand", ("there", "away"), ()),
    }, "the contrary is one of these"
    assert dict(mutants(RUNS)) == {
        "fan is not still: not if slow": In("fan", ("fast",), ("still", "slow")),
        "fan is not still: not if fast": In("fan", ("slow",), ("still", "fast")),
        "fan is not still: also if still": In("fan", ("slow", "fast", "still"), ()),
        "fan is not still: the contrary": In("fan", ("still",), ("slow", "fast")),
    }


def test_of_several_parts_each_is_changed_or_left_out_and_the_others_stay() -> None:
    whole = All((LIT, THERE, RUNS))
    found = dict(mutants(whole))
    for k, part in enumerate(whole.parts):
        for what, changed in mutants(part):
            assert found[what] == All((*whole.parts[:k], changed, *whole.parts[k + 1 :]))
    assert found["lamp is lit: for granted"] == All((THERE, RUNS))
    assert found["hand is there: for granted"] == All((LIT, RUNS))
    assert found["fan is not still: for granted"] == All((LIT, THERE))
    assert found["(lamp is lit and hand is there and fan is not still): or"] == Some(whole.parts)
    assert len(found) == sum(len(dict(mutants(part))) + 1 for part in whole.parts) + 1


def test_what_is_one_of_several_is_forgotten_or_made_all_of_them() -> None:
    inner = Some((LIT, THERE))
    found = dict(mutants(All((inner,))))
    assert found["lamp is lit: forgotten"] == All((Some((THERE,)),))
    assert found["(lamp is lit or hand is there): and"] == All((All((LIT, THERE)),))
    assert found["(lamp is lit or hand is there): for granted"] == All(())
    assert not any(what.endswith(": or") for what in found), "of one part there is no other way to join it"
    assert (said(All(())), said(Some(()))) == ("anything", "nothing")


def test_a_formula_as_a_predicate_says_the_same_and_what_is_not_there_is_as_in_the_beginning() -> None:
    lamp = Machine.table("lamp", "off", [("on", "off", "lit"), ("smash", "lit", "dead")])
    hand = Machine.table("hand", "there", [("go", "there", "away")])
    events = [Event(name, Kind.USER, "x", (machine.name,)) for machine in (lamp, hand) for name in machine.alphabet]
    words = System([lamp, hand], events)
    every, some = as_predicate(All((LIT, THERE)), words), as_predicate(Some((LIT, THERE)), words)
    for one, other in product(("off", "lit", "dead"), ("there", "away")):
        state = {"lamp": one, "hand": other}
        assert every.holds(state) is (one == "lit" and other == "there")
        assert some.holds(state) is (one == "lit" or other == "there")
    assert every.holds({"lamp": "lit"}) is True, "the hand is there in the beginning"
    assert every.holds({"hand": "there"}) is False
