"""Designs by name and by expression."""

from __future__ import annotations

import pytest

from mealspec.core import UnknownName
from mealspec.model.design import DESIGNS, Design, design
from mealspec.model.mechanism import Mechanism as M


def test_there_are_four_designs_of_the_seed_and_three_of_the_app_and_each_says_what_it_is() -> None:
    seeds, app = ["before", "published", "published_plus", "hardened"], ["app_before", "app_published", "app_head"]
    assert list(DESIGNS) == [*seeds, *app]
    for name, plan in DESIGNS.items():
        assert plan.name == str(plan) == name
        assert plan.doc
        assert design(name) is plan


def test_the_fix_builds_on_what_was_there_before() -> None:
    assert DESIGNS["before"].mechanisms - {M.POLL_UNLESS_CONNECTED} <= DESIGNS["published"].mechanisms
    app, fixed, head = (DESIGNS[name].mechanisms for name in ("app_before", "app_published", "app_head"))
    assert app - {M.POLL_UNLESS_CONNECTED} <= fixed <= head
    later = {M.HEALTH_CHECK, M.ADAPTIVE_INTERVAL, M.WAIT_BEFORE_SUBMIT}
    assert DESIGNS["published_plus"].mechanisms - DESIGNS["published"].mechanisms == later


def test_mechanisms_are_added_and_taken_away_from_left_to_right() -> None:
    plan = design("published+poll_on_submit-reconnect")
    assert plan.mechanisms == DESIGNS["published"].mechanisms - {M.RECONNECT} | {M.POLL_ON_SUBMIT}
    assert M.POLL_ON_SUBMIT in plan
    assert M.RECONNECT not in plan
    assert plan.name == "published+poll_on_submit-reconnect"
    assert M.CATCH_UP in design("published-catch_up+catch_up")
    assert M.CATCH_UP not in design("published+catch_up-catch_up")


def test_what_is_added_twice_or_taken_away_where_it_is_not_changes_nothing() -> None:
    assert design("published+reconnect").mechanisms == DESIGNS["published"].mechanisms
    assert design("published-catch_up").mechanisms == DESIGNS["published"].mechanisms


def test_a_design_can_be_built_from_nothing() -> None:
    assert design("none").mechanisms == frozenset()
    assert design("none+catch_up").mechanisms == {M.CATCH_UP}
    whole = "".join(f"+{m}" for m in sorted(DESIGNS["hardened"].mechanisms))
    assert design("none" + whole).mechanisms == DESIGNS["hardened"].mechanisms


@pytest.mark.parametrize(
    ("expression", "says"),
    [
        (
            "publishd",
            "unknown design 'publishd'; did you mean 'published'? (before, published, published_plus, hardened",
        ),
        ("", "unknown design ''"),
        ("+catch_up", "unknown design ''"),
        ("Published", "unknown design 'Published'; did you mean 'published'?"),
        ("published ", "unknown design 'published '; did you mean 'published'?"),
        ("published+catchup", "unknown mechanism 'catchup'; did you mean 'catch_up'? (state_flags, "),
        ("published+", "unknown mechanism ''"),
        ("published++catch_up", "unknown mechanism ''"),
        ("published-published", "unknown mechanism 'published'"),
        ("published+CATCH_UP", "unknown mechanism 'CATCH_UP'"),
    ],
)
def test_an_expression_that_names_nothing_is_refused_with_the_choices(expression: str, says: str) -> None:
    with pytest.raises(UnknownName) as caught:
        design(expression)
    assert str(caught.value).startswith(says)


def test_designs_are_values() -> None:
    assert design("none+catch_up") == design("none+catch_up")
    assert len({design("none+catch_up"), design("none+catch_up"), DESIGNS["before"]}) == 2
    assert Design("a", frozenset()) != Design("b", frozenset())
