"""The symbolic engine tested: each wrong line of it makes it differ from the explorer, and the tests notice.

A wrong engine is the right one with one piece of its source replaced.
"""

from __future__ import annotations

import inspect
import sys
import textwrap
from collections.abc import Callable
from functools import cached_property
from typing import Any, NamedTuple

import pytest

from mealspec.core import Symbolic
from mealspec.core import configuration as choosing
from mealspec.core import featured as family
from mealspec.core.symbolic import abstraction as abstraction
from mealspec.core.symbolic import decide as symbolic_decide
from mealspec.core.symbolic import encoding, lattice
from mealspec.core.symbolic import rings as rings
from mealspec.core.symbolic import steps as steps
from mealspec.core.symbolic.sets import Space
from tests.core import test_configuration as test_configuration
from tests.core import test_featured as test_featured
from tests.core.symbolic import test_abstraction as test_abstraction
from tests.core.symbolic import test_decide_symbolic as test_decide_all
from tests.core.symbolic import test_diagrams as sets
from tests.core.symbolic import test_encoding, test_lattice
from tests.core.symbolic import test_rings as test_rings


class Wrong(NamedTuple):
    """Where the engine is wrong: an attribute, what its source says, and what it says instead."""

    where: object
    name: str
    right: str
    wrong: str


def states() -> None:
    for seed in range(40):
        sets.systems_agree(1000 + seed, features=2)


def verdicts() -> None:
    for seed in range(80):
        test_decide_all.verdicts_agree(seed, features=seed % 3)
    test_decide_all.test_where_a_run_ends_and_where_it_can_go_on()


def views() -> None:
    for seed in range(80):
        test_abstraction.compared(seed)
    test_abstraction.test_a_claim_about_another_part_alone_is_left_to_its_twin()
    test_abstraction.test_the_random_parts_keep_and_break_claims_of_every_form_and_mostly_one_part_can_tell()


def runs() -> None:
    for seed in range(80):
        test_rings.runs_agree(seed)
    test_rings.test_a_claim_about_quiet_states_is_broken_by_no_loop()
    test_rings.test_a_loop_is_looked_for_behind_the_states_from_which_one_cannot_return()
    test_rings.test_of_several_goals_the_nearest_is_met_first_and_of_equals_the_one_that_is_named_first()
    for seed in range(20):
        test_rings.test_a_ring_holds_what_takes_as_many_steps_and_no_fewer(seed)
        test_rings.test_a_run_ends_in_its_goal_and_has_as_many_events_as_its_ring_says(seed)


def confined() -> None:
    for seed in range(20):
        sets.test_a_confined_search_lets_go_of_the_systems_that_reach_something_bad(seed)


def backwards() -> None:
    sets.test_what_is_closed_backwards_stays_inside()
    for seed in range(20):
        sets.test_a_step_leads_into_a_set_just_if_the_step_backwards_leads_out_of_it(seed)


def lattices() -> None:
    test_lattice.test_minimal_is_what_has_no_other_below_it()
    test_lattice.test_a_feature_breaks_what_is_no_longer_in_the_set_with_it_and_still_valid()
    test_lattice.test_nearest_is_what_fewest_changes_lead_to()
    test_lattice.test_the_smallest_come_first_and_no_more_of_them_than_asked_for()
    test_lattice.test_necessary_is_what_all_have()


def parts() -> None:
    test_configuration.test_every_configuration_fits_one_branch_and_has_its_outcome()
    test_configuration.test_a_branch_holds_the_answers_to_what_was_asked_on_its_way_and_no_others()
    test_configuration.test_what_is_not_free_is_on_or_off_and_splits_nothing()
    test_encoding.test_no_two_states_have_one_code_and_every_code_has_all_bits()
    test_encoding.test_a_bit_is_named_by_the_way_to_it()
    for states in ([("a", "b"), ("b", "a")], [("a",), ("a", "a")]):
        test_encoding.test_states_that_only_their_shape_tells_apart_are_refused(states)
    for seed in range(20):
        test_featured.test_a_member_has_the_machines_and_events_that_its_features_make(seed)
    test_featured.test_states_that_some_members_lack_may_be_rested_in_by_the_others()
    test_featured.test_machines_that_begin_or_rest_differently_are_refused_and_so_are_kinds_and_actions_all_at_once()


CHECKS: dict[Callable[[], None], list[Wrong]] = {
    states: [
        Wrong(Symbolic, "image", "out = states & step.guard", "out = states"),
        Wrong(Symbolic, "image", "after = out & move.stays", "after = self.false"),
        Wrong(Symbolic, "image", "& values)", ")"),
        Wrong(Symbolic, "preimage", "return out & step.guard", "return out"),
        Wrong(Symbolic, "preimage", "before = out & move.stays", "before = out"),
        Wrong(Symbolic, "preimage", "& source)", ")"),
        Wrong(steps, "_participants", "space.systems(given)", "space.true"),
        Wrong(steps, "_step", "guard = guard & permits", "pass"),
        Wrong(steps, "_step", "moving & guard", "moving"),
        Wrong(steps, "_step", "space.systems(branch.given) for", "space.true for"),
        Wrong(steps, "_part", "stays = ~takes", "stays = space.false"),
        Wrong(steps, "_part", "stays = stays | asked", "pass"),
        Wrong(steps, "_part", "stays = stays | here", "pass"),
        Wrong(steps, "_part", "asked & space.state(name, source)", "space.state(name, source)"),
        Wrong(steps, "_variants", "ways.get(rows, space.false) | ", ""),
        Wrong(Symbolic, "quiescent", "step.moving", "step.guard"),
        Wrong(Symbolic, "quiescent", "if step.kind is Kind.SYSTEM", ""),
        Wrong(Space, "_at", "& there", ""),
        Wrong(Space, "_at", "if fact.absent else", "if not fact.absent else"),
        Wrong(Symbolic, "_close", "while states != before", "if before is None"),
    ],
    verdicts: [
        Wrong(symbolic_decide, "fair", "if step.kind is not Kind.FAULT", ""),
        Wrong(symbolic_decide, "by_action", "if step.kind is Kind.SYSTEM", "if True"),
        Wrong(symbolic_decide, "by_action", "setdefault(step.action", "setdefault(step.name"),
        Wrong(symbolic_decide.Arena, "of", "~space.any", "space.any"),
        Wrong(symbolic_decide, "fair", "arena.idle[action] | ", ""),
        Wrong(symbolic_decide, "fair", "idle[action] | _before(space, some, left)", "idle[action]"),
        Wrong(symbolic_decide, "fair", "left & ~space.trapped(left & ~counts, left, steps)", "left"),
        Wrong(symbolic_decide, "fair", "space.trapped(unserved, left, steps)", "unserved"),
        Wrong(symbolic_decide, "fair", "left & _before(space, steps, left)", "left"),
        Wrong(symbolic_decide, "fair", "while left != before and left != space.false", "if True"),
        Wrong(symbolic_decide, "breakers", "return found | ", "return found or "),
        Wrong(symbolic_decide, "breakers", "ends(space, question) & among", "ends(space, question)"),
        Wrong(symbolic_decide, "breakers", "question.wrong & among", "question.wrong"),
        Wrong(symbolic_decide, "breakers", "~question.excused", "space.true"),
        Wrong(symbolic_decide, "breakers", "question.wrong", "question.bad"),
        Wrong(symbolic_decide, "ends", "question.bad", "question.wrong"),
        Wrong(symbolic_decide, "ends", "space.quiescent", "space.reachable"),
        Wrong(symbolic_decide, "ends", "Form.NEVER", "Form.QUIESCENT"),
        Wrong(symbolic_decide, "questions", "systems & space.where(claim.wrong)", "space.where(claim.wrong)"),
        Wrong(symbolic_decide, "questions", "systems & space.where(claim.excuse)", "space.where(claim.excuse)"),
    ],
    views: [
        Wrong(abstraction.Abstraction, "__init__", "while self.views != before", "if before is None"),
        Wrong(
            abstraction.Abstraction,
            "_view",
            "them.apply_exists(BooleanOperator.AND, states, others)",
            "states.forall(others)",
        ),
        Wrong(abstraction.Abstraction, "_steps", "guard = guard | out[key].guard", "pass"),
        Wrong(abstraction.Abstraction, "_arena", "self._view(kept & where)", "kept & ~self._view(~where)"),
        Wrong(abstraction.Abstraction, "quiescent", "if step.kind is Kind.SYSTEM", ""),
        Wrong(abstraction.Abstraction, "may_break", "== question.wrong !=", "!="),
        Wrong(abstraction.Abstraction, "may_break", "self._view(question.bad) & among", "self._view(question.bad)"),
        Wrong(
            abstraction.Abstraction,
            "may_break",
            "self.quiescent & question.bad & among",
            "self.quiescent & question.bad",
        ),
        Wrong(abstraction.Abstraction, "may_break", "question.wrong) & among", "question.bad) & among"),
        Wrong(abstraction.Abstraction, "may_break", "return found | ", "return found or "),
        Wrong(abstraction.Abstraction, "may_break", "~question.excused", "question.excused"),
    ],
    runs: [
        Wrong(rings, "lasso", "    if question.form is not Form.FOREVER:\n        return None\n", ""),
        Wrong(rings, "lasso", "~question.excused", "space.true"),
        Wrong(rings, "lasso", "settled(space, entry, left, _calm(space))", "([], entry, left)"),
        Wrong(rings, "_round", "if step.kind is Kind.SYSTEM", ""),
        Wrong(rings, "_round", "step.action for step in owed", "step.action for step in owed[:1]"),
        Wrong(rings, "_round", "    go(~question.excused)\n", ""),
        Wrong(rings, "_round", "go(entry)", "pass"),
        Wrong(rings, "_round", "if at & idle == space.false", "if False"),
        Wrong(rings, "_calm", "if step.kind is not Kind.FAULT", ""),
        Wrong(rings.Rings, "first", "k += 1", "k += 2"),
        Wrong(rings.Rings, "run", "events[::-1]", "events"),
    ],
    confined: [
        Wrong(Symbolic, "confine", "states & ~doomed", "states & ~bad"),
        Wrong(Symbolic, "confine", "lost = lost | doomed", "lost = doomed"),
        Wrong(Symbolic, "confine", "self.initial & systems", "self.initial"),
        Wrong(Symbolic, "confine", "self.projected(states & bad)", "self.false"),
    ],
    backwards: [
        Wrong(Symbolic, "back", "& inside  #", " #"),
        Wrong(Symbolic, "preimage", "& source)", ")"),
    ],
    lattices: [
        Wrong(lattice, "minimal", "systems & ~strictly", "systems & ~above"),
        Wrong(lattice, "minimal", "above = above | _with(space, name, above)", "pass"),
        Wrong(lattice, "_with", "(systems & ~feature)", "systems"),
        Wrong(lattice, "breaks", "& ~systems", ""),
        Wrong(lattice, "breaks", "valid & ", ""),
        Wrong(lattice, "near", "space.system(base)", "space.system(())"),
        Wrong(lattice, "smallest", "sorted(members(space, some))", "sorted(members(space, some), reverse=True)"),
        Wrong(lattice, "smallest", "systems & ~some", "space.false"),
        Wrong(lattice, "necessary", "~space.feature(name)", "space.feature(name)"),
    ],
    parts: [
        Wrong(choosing, "_next", "(*answers[:-1], True) if answers else None", "None"),
        Wrong(choosing.Configuration, "__contains__", "return switch in self._on", "return False"),
        Wrong(choosing.Configuration, "__contains__", "if switch not in self._free", "if switch in self._on"),
        Wrong(encoding, "encode", "len(set(codes.values())) < len(values)", "False"),
        Wrong(encoding, "_number", "(len(values) - 1)", "(len(values) - 2)"),
        Wrong(encoding, "_columns", "name + bit", "bit"),
        Wrong(family, "_alike", "machine.initial == machines[0].initial", "True"),
        Wrong(family, "_alike", "machine.resting(s) for s", "True for s"),
        Wrong(family, "_fitting", "b.given.items()", "[*b.given.items()][:1]"),
    ],
}


def broken(wrong: Wrong) -> Any:
    """The attribute with its source changed, in the same globals."""
    attribute = inspect.getattr_static(wrong.where, wrong.name)
    cached = isinstance(attribute, cached_property)
    function = inspect.unwrap(attribute.func if cached else attribute)
    source = textwrap.dedent(inspect.getsource(function))
    assert wrong.right in source, f"{wrong.name} has changed: name another wrong line"
    scope: dict[str, Any] = {}
    code = compile("from __future__ import annotations\n" + source.replace(wrong.right, wrong.wrong), "wrong", "exec")
    exec(code, function.__globals__, scope)
    if cached:
        scope[wrong.name].__set_name__(wrong.where, wrong.name)
    return scope[wrong.name]


def replaced(patch: pytest.MonkeyPatch, wrong: Wrong) -> None:
    """Wherever the function is known by its name."""
    right, instead = inspect.getattr_static(wrong.where, wrong.name), broken(wrong)
    patch.setattr(wrong.where, wrong.name, instead)
    if not isinstance(wrong.where, type):
        for name, module in list(sys.modules.items()):
            if name.startswith(("mealspec.core.", "tests.core.")):
                for known, value in list(vars(module).items()):
                    if value is right:
                        patch.setattr(module, known, instead)


@pytest.mark.sample(24)
@pytest.mark.parametrize(
    ("check", "wrong"),
    [
        pytest.param(check, wrong, id=f"{check.__name__}-{wrong.name}-{k}")
        for check, every in CHECKS.items()
        for k, wrong in enumerate(every)
    ],
)
def test_a_wrong_line_is_noticed(check: Callable[[], None], wrong: Wrong, monkeypatch: pytest.MonkeyPatch) -> None:
    replaced(monkeypatch, wrong)
    with pytest.raises((Exception, pytest.fail.Exception)):
        check()


@pytest.mark.sample(3, others="slow")
@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_the_right_lines_pass(check: Callable[[], None]) -> None:
    """Else nothing would be noticed above."""
    check()
