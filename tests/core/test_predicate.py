"""A predicate says the same of a whole graph and of each of its states."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mealspec.core import At, Event, Graph, Kind, Machine, Predicate, System, all_of, any_of, explore


def make_graph() -> Graph:
    """Three machines that count differently far; the last two are linked by an event."""
    machines = [
        Machine.table("a", 0, [("a.up", 0, 1), ("a.up", 1, 2), ("a.up", 2, 0)]),
        Machine.table("b", 0, [("b.up", 0, 1), ("b.up", 1, 0), ("swap", 1, 0)]),
        Machine.table("c", 0, [("swap", 0, 1), ("swap", 1, 2), ("swap", 2, 3)]),
    ]
    takes = {"a.up": ("a",), "b.up": ("b",), "swap": ("b", "c")}
    return explore(System(machines, [Event(name, Kind.USER, "x", parts) for name, parts in takes.items()]))


GRAPH = make_graph()

ATOMS = st.one_of(
    st.builds(lambda name, states: At(name, lambda s: s in states), st.sampled_from("abc"), st.sets(st.integers(0, 3))),
    st.builds(lambda absent: At("elsewhere", lambda _: not absent, absent=absent), st.booleans()),
)

PREDICATES: st.SearchStrategy[Predicate] = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        st.builds(lambda p, q: p & q, inner, inner),
        st.builds(lambda p, q: p | q, inner, inner),
        st.builds(lambda p: ~p, inner),
        st.builds(all_of, st.lists(inner, max_size=3)),
        st.builds(any_of, st.lists(inner, max_size=3)),
    ),
    max_leaves=8,
)


@settings(deadline=None, max_examples=150)
@given(PREDICATES)
def test_both_readings_agree_on_every_state(predicate: Predicate) -> None:
    over = GRAPH.where(predicate)
    assert over.tolist() == [predicate.holds(GRAPH.state(number)) for number in range(len(GRAPH))]
    assert over.dtype == bool


def test_the_graph_of_these_tests_has_all_combinations() -> None:
    assert len(GRAPH) == 3 * 2 * 4


@pytest.mark.parametrize("p", [False, True])
@pytest.mark.parametrize("q", [False, True])
def test_the_operators_are_those_of_logic(p: bool, q: bool) -> None:
    left, right = At("a", lambda _: p), At("b", lambda _: q)
    for predicate, value in [
        (left & right, p and q),
        (left | right, p or q),
        (~left, not p),
        (all_of([left, right]), p and q),
        (any_of([left, right]), p or q),
    ]:
        assert predicate.holds(GRAPH.state(0)) is value
        assert GRAPH.where(predicate).tolist() == [value] * len(GRAPH)


def test_all_of_nothing_holds_and_any_of_nothing_does_not() -> None:
    assert all_of([]).holds({})
    assert not any_of([]).holds({})
    assert GRAPH.where(all_of([])).all()
    assert not GRAPH.where(any_of([])).any()


def test_a_predicate_reads_the_machine_that_it_names() -> None:
    over = GRAPH.where(At("c", lambda state: state == 3))
    assert [GRAPH.state(k)["c"] == 3 for k in range(len(GRAPH))] == over.tolist()
    assert over.sum() == 6


def test_an_answer_that_is_only_truthy_is_made_a_bool() -> None:
    truthy = At("a", lambda state: state * 5)
    assert truthy.holds({"a": 2}) is True
    assert GRAPH.where(truthy).tolist() == [GRAPH.state(k)["a"] != 0 for k in range(len(GRAPH))]


@pytest.mark.parametrize("absent", [False, True])
def test_an_absent_machine_has_the_value_that_was_given(absent: bool) -> None:
    predicate = At("elsewhere", lambda _: not absent, absent=absent)
    assert predicate.holds(GRAPH.state(0)) is absent
    assert GRAPH.where(predicate).tolist() == [absent] * len(GRAPH)


def test_a_machine_that_is_there_is_asked_even_if_it_might_be_absent() -> None:
    predicate = At("a", lambda state: state == 0, absent=True)
    assert not predicate.holds({"a": 1})
    assert not GRAPH.where(predicate).all()


def test_a_misspelt_machine_is_an_error_and_not_a_value() -> None:
    with pytest.raises(KeyError):
        GRAPH.where(At("aa", lambda _: True))
    with pytest.raises(KeyError):
        At("aa", lambda _: True).holds(GRAPH.state(0))


def test_a_predicate_knows_which_machines_it_reads() -> None:
    a, b, c = (At(name, bool) for name in "abc")
    assert (~(b & (a | b)) | c).machines() == ["b", "a", "c"]
    assert all_of([]).machines() == []
