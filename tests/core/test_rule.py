"""One row for many events and states: what it takes, where it leads, what it says, and what it cannot speak of."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

from mealspec.core import ANY, STAY, On
from mealspec.core.rule import condition


class Colour(Enum):
    """Of a box."""

    RED, BLUE = "red", "blue"


class Box(NamedTuple):
    """A structured state."""

    colour: Colour
    left: int

    @property
    def empty(self) -> bool:
        return self.left == 0


RED, BLUE = Box(Colour.RED, 2), Box(Colour.BLUE, 0)


def less(box: Box) -> Box:
    return box._replace(left=box.left - 1)


def test_a_condition_is_a_state_a_set_a_predicate_or_what_fields_and_properties_must_be() -> None:
    conditions = {
        "state": (RED, [True, False]), "set": ({BLUE, 7}, [False, True]),
        "predicate": (lambda s: s.left > 1, [True, False]),
        "field": ({"colour": Colour.RED}, [True, False]), "values": ({"left": {0, 2}}, [True, True]),
        "property": ({"empty": True}, [False, True]), "both": ({"colour": Colour.RED, "left": 0}, [False, False]),
        "test": ({"left": lambda n: n < 1}, [False, True]), "any": (ANY, [True, True]),
        "no set": (frozenset(), [False, False]),
    }  # fmt: skip
    for name, (where, holds) in conditions.items():
        assert [condition(where)(box) for box in (RED, BLUE)] == holds, name


def test_a_rule_leads_to_a_state_or_changes_fields_or_asks_a_function_or_stays() -> None:
    def ends(then: object, elsewhere: object = None) -> list[object]:
        rule = On("use", {"colour": Colour.RED}, then, elsewhere=elsewhere)
        return [rule.step(box) for box in (RED, BLUE)]

    assert ends(BLUE) == [BLUE, None]
    assert ends({"left": 1}) == [Box(Colour.RED, 1), None]
    assert ends(less) == [Box(Colour.RED, 1), None]
    assert ends(STAY) == [RED, None]
    assert ends(STAY, RED) == [RED, RED]
    assert ends(BLUE, STAY) == [BLUE, BLUE]
    assert ends(BLUE, less) == [BLUE, Box(Colour.BLUE, -1)]


def test_events_are_named_once_each_in_their_order() -> None:
    assert On("use", ANY, STAY).names == ("use",)
    assert On(["b", "a", "b"], ANY, STAY).names == ("b", "a")
    assert On((), ANY, STAY).names == ()


def test_what_a_rule_speaks_of_and_a_state_has_not_is_named_whether_asked_or_changed() -> None:
    assert On("use", {"left": 1, "empty": True}, {"left": 0}).misfits(RED) == []
    assert On("use", {"weight": 1}, {"size": 0}, elsewhere={"left": 1, "price": 2}).misfits(RED) == [
        "weight",
        "size",
        "price",
    ]
    assert On("use", ANY, {"empty": True}).misfits(RED) == ["empty"], "a property cannot be changed"
    assert On("use", RED, BLUE).misfits(RED) == []
    assert On("use", {"imag": 1}, {"real": 0}).misfits(1j) == ["real"]


def test_a_rule_says_what_it_does() -> None:
    told = {
        str(On("use", ANY, STAY)): "everywhere: stay",
        str(On("use", {"left": {2, 1}, "colour": "red"}, {"left": 0, "colour": "blue"})): (
            "where left is 1 or 2 and colour is red: left becomes 0 and colour becomes blue"
        ),
        str(On("use", "red", "blue")): "in red: to blue",
        str(On("use", {"b", "a"}, less)): "in a or b: to less",
        str(On("use", less, STAY)): "in less: stay",
    }
    assert [*told] == [*told.values()]
