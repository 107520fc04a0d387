"""What sets of systems have in common, which are smallest and what hurts, against brute force over all subsets."""

from __future__ import annotations

from functools import cache
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mealspec.core import FeaturedSystem, Symbolic
from mealspec.core.symbolic.lattice import breaks, least, members, minimal, near, necessary, smallest
from mealspec.core.symbolic.sets import Set

FEATURES = tuple("fedcba")
Some = frozenset[str]
ALL = [frozenset(some) for k in range(7) for some in combinations(FEATURES, k)]


@cache
def space() -> Symbolic:
    """Features and nothing else, in another order than that of their names."""
    return Symbolic(FeaturedSystem("features", FEATURES, {}, {}, order="cafebd"), nodes=1_000_000, cache=10_000)


def families(least: int = 0) -> st.SearchStrategy[frozenset[Some]]:
    """Sets of subsets: random ones, and such as few gates describe."""
    scattered = st.frozensets(st.sampled_from(ALL), min_size=least)
    gates = st.lists(st.tuples(st.sampled_from(ALL), st.sampled_from(ALL)), min_size=1, max_size=3)
    gated = gates.map(lambda some: frozenset(s for s in ALL if any(need <= s and not s & bar for need, bar in some)))
    return st.one_of(scattered, gated).filter(lambda some: len(some) >= least)


def as_set(some: frozenset[Some]) -> Set:
    return space().any(space().system(each) for each in some)


def listed(systems: Set) -> frozenset[Some]:
    """Each of them once."""
    found = list(members(space(), systems))
    assert len(set(found)) == len(found)
    return frozenset(map(frozenset, found))


@given(families())
def test_the_members_of_a_set_are_what_it_was_made_of(some: frozenset[Some]) -> None:
    assert listed(as_set(some)) == some
    assert [tuple(f for f in FEATURES if f in each) for each in members(space(), as_set(some))] == list(
        members(space(), as_set(some))
    )


@given(families(least=1))
def test_necessary_is_what_all_have(some: frozenset[Some]) -> None:
    common = frozenset.intersection(*some)
    assert necessary(space(), as_set(some)) == [name for name in FEATURES if name in common]


def test_of_no_systems_everything_is_necessary() -> None:
    assert necessary(space(), space().false) == list(FEATURES)


@given(families())
def test_minimal_is_what_has_no_other_below_it(some: frozenset[Some]) -> None:
    assert listed(minimal(space(), as_set(some))) == {s for s in some if not any(other < s for other in some)}


@given(families(), families(), st.sampled_from(FEATURES))
def test_a_feature_breaks_what_is_no_longer_in_the_set_with_it_and_still_valid(
    some: frozenset[Some], valid: frozenset[Some], name: str
) -> None:
    expected = {s for s in some if name not in s and s | {name} in valid - some}
    assert listed(breaks(space(), name, as_set(some), as_set(valid))) == expected


@given(families(least=1), st.sampled_from(ALL))
def test_nearest_is_what_fewest_changes_lead_to(some: frozenset[Some], base: Some) -> None:
    distance = min(len(base ^ s) for s in some)
    assert near(space(), as_set(some), base)[0] == distance
    assert listed(near(space(), as_set(some), base)[1]) == {s for s in some if len(base ^ s) == distance}


@given(families(least=1))
def test_least_is_what_has_fewest_features(some: frozenset[Some]) -> None:
    size, found = least(space(), as_set(some))
    assert size == min(map(len, some))
    assert listed(found) == {s for s in some if len(s) == size}


@given(families(), st.integers(0, 10))
def test_the_smallest_come_first_and_no_more_of_them_than_asked_for(some: frozenset[Some], most: int) -> None:
    ordered = sorted((len(s), tuple(f for f in FEATURES if f in s)) for s in some)
    assert smallest(space(), as_set(some), most) == [names for _, names in ordered[:most]]


def test_nothing_is_nearest_in_an_empty_set() -> None:
    with pytest.raises(ValueError, match="an empty set has no nearest system"):
        near(space(), space().false, ())
    assert smallest(space(), space().false, 5) == []
