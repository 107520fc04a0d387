"""States as bits: no two share a code, and what changes one field changes that field's bits."""

from __future__ import annotations

from enum import Enum
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mealspec.core import InvalidMachine
from mealspec.core.symbolic.encoding import Encoding, encode


class Light(Enum):
    """A field of its own."""

    RED, AMBER, GREEN, OFF, BLINKS = range(5)


class Crossing(NamedTuple):
    """A field that is a number by order of appearance, one that is a set, one with a place for each lamp."""

    light: Light
    waiting: tuple[str, ...]
    lamps: tuple[Light, ...]


SETS = st.sets(st.sampled_from(["car", "tram", "walker"])).map(lambda some: tuple(sorted(some)))
LAMPS = st.tuples(st.sampled_from(Light), st.sampled_from(Light))
CROSSINGS = st.builds(Crossing, st.sampled_from(Light), SETS, LAMPS)
STATES = st.one_of(
    *(st.lists(kind, min_size=1, max_size=20, unique=True) for kind in (st.integers(), SETS, LAMPS, CROSSINGS)),
)


@given(STATES)
def test_no_two_states_have_one_code_and_every_code_has_all_bits(states: list[Any]) -> None:
    encoding = encode("m", states)
    assert set(encoding.codes) == set(states)
    assert len(set(encoding.codes.values())) == len(states)
    assert {len(code) for code in encoding.codes.values()} == {len(encoding.bits)}
    assert len(set(encoding.bits)) == len(encoding.bits)
    assert all(bit.startswith("m.") for bit in encoding.bits)


def field(encoding: Encoding, state: Any, name: str) -> tuple[bool, ...]:
    code = encoding.codes[state]
    return tuple(value for bit, value in zip(encoding.bits, code, strict=True) if bit.startswith(f"m.{name}"))


@given(st.lists(CROSSINGS, min_size=2, max_size=20, unique=True))
def test_a_field_has_bits_of_its_own(states: list[Crossing]) -> None:
    """They are the same just where the field is."""
    encoding = encode("m", states)
    for one in states:
        for other in states:
            for name in Crossing._fields:
                alike = field(encoding, one, name) == field(encoding, other, name)
                assert alike == (getattr(one, name) == getattr(other, name))


@pytest.mark.parametrize(("count", "width"), [(1, 0), (2, 1), (3, 2), (4, 2), (5, 3), (64, 6), (65, 7)])
def test_numbers_take_as_few_bits_as_they_can_in_order_of_appearance(count: int, width: int) -> None:
    encoding = encode("m", range(count, 0, -1))
    assert encoding.bits == tuple(f"m.{k}" for k in range(width))
    codes = [int("".join("01"[bit] for bit in (False, *code)), 2) for code in encoding.codes.values()]
    assert codes == list(range(count))


def test_a_bit_is_named_by_the_way_to_it() -> None:
    states = [Crossing(Light.RED, (), (Light.OFF,) * 2), Crossing(Light.OFF, ("tram", "car"), (Light.RED, Light.OFF))]
    encoding = encode("x", states)
    assert encoding.bits == ("x.light.0", "x.waiting.car", "x.waiting.tram", "x.lamps.0.0")
    assert list(encoding.codes.values()) == [(False,) * 4, (True,) * 4]


def test_a_state_that_is_given_twice_is_one() -> None:
    assert encode("m", [1, 2, 1]) == encode("m", [1, 2])


@pytest.mark.parametrize(
    "states",
    [
        [("a", "b"), ("b", "a")],
        [("a",), ("a", "a")],
        [(Light.RED,), (Light.RED, Light.RED)],
        [Crossing(Light.RED, ("a", "b"), ()), Crossing(Light.RED, ("b", "a"), ())],
    ],
)
def test_states_that_only_their_shape_tells_apart_are_refused(states: list[Any]) -> None:
    with pytest.raises(InvalidMachine) as caught:
        encode("lamp", states)
    assert str(caught.value) == "states of machine 'lamp' are told apart by nothing but the shape of a tuple"


def test_tuples_of_different_length_are_told_apart_by_what_they_hold() -> None:
    states = [(Light.RED,), (Light.AMBER,), (Light.RED, Light.OFF), (Light.RED, Light.GREEN)]
    with pytest.raises(InvalidMachine):  # what is too short has there what the first long one has
        encode("m", states)
    assert len(set(encode("m", [(Light.AMBER,), *states[2:]]).codes.values())) == 3
