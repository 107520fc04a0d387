"""Branches exclude each other, leave nothing out, and ask no more than the function does."""

from __future__ import annotations

from collections.abc import Mapping, Set
from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from mealspec.core import Branch, Configuration, branches

Tree = int | tuple[str, "Tree", "Tree"]
"""A function of a configuration: an outcome, or a question with what follows no and yes."""

SWITCHES = ("a", "b", "c", "d", "on", "off")
FREE = frozenset("abcd")
ON = frozenset({"on"})


def trees() -> st.SearchStrategy[Tree]:
    leaf: st.SearchStrategy[Tree] = st.integers(0, 3)
    return st.recursive(leaf, lambda sub: st.tuples(st.sampled_from(SWITCHES), sub, sub), max_leaves=12)


def run(tree: Tree, configuration: Configuration | Set[str]) -> tuple[int, tuple[str, ...]]:
    """The outcome, and the questions on the way."""
    questions = []
    while not isinstance(tree, int):
        questions.append(tree[0])
        tree = tree[2] if tree[0] in configuration else tree[1]
    return tree, tuple(questions)


def fits(answers: Mapping[str, bool], configuration: Configuration | Set[str]) -> bool:
    return all((name in configuration) is answer for name, answer in answers.items())


@given(trees())
def test_every_configuration_fits_one_branch_and_has_its_outcome(tree: Tree) -> None:
    found = branches(lambda choice: run(tree, choice)[0], FREE, ON)
    for answers in product((False, True), repeat=4):
        configuration = {name for name, answer in zip("abcd", answers, strict=True) if answer} | ON
        (branch,) = [branch for branch in found if fits(branch.given, configuration)]
        assert branch.value == run(tree, configuration)[0]


@given(trees())
def test_a_branch_holds_the_answers_to_what_was_asked_on_its_way_and_no_others(tree: Tree) -> None:
    for branch in branches(lambda choice: run(tree, choice)[1], FREE, ON):
        assert list(branch.given) == list(dict.fromkeys(name for name in branch.value if name in FREE))


@given(trees())
def test_a_function_is_run_once_for_each_branch(tree: Tree) -> None:
    runs = []
    found = branches(lambda choice: runs.append(run(tree, choice)), FREE, ON)
    assert len(found) == len(runs)


def test_what_is_not_free_is_on_or_off_and_splits_nothing() -> None:
    assert branches(lambda choice: ("on" in choice, "off" in choice), FREE, ON) == (Branch({}, (True, False)),)


def test_a_question_that_is_asked_again_has_the_same_answer() -> None:
    found = branches(lambda choice: ("a" in choice, "a" in choice), FREE)
    assert found == (Branch({"a": False}, (False, False)), Branch({"a": True}, (True, True)))


def test_branches_come_in_the_order_of_their_answers_no_before_yes() -> None:
    found = branches(lambda choice: ["a" in choice, "b" in choice], FREE)
    assert [branch.value for branch in found] == [[False, False], [False, True], [True, False], [True, True]]


def test_a_choice_answers_by_its_script_and_then_with_no() -> None:
    choice = Configuration(FREE, ON, (True,))
    assert ["c" in choice, "a" in choice, "on" in choice, "c" in choice] == [True, False, True, True]
    assert choice.given == {"c": True, "a": False}
