"""The specification tested: small faults of the hardened design are noticed, and by whom they should be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import NamedTuple

import pytest

from mealspec.check import mutants
from mealspec.check.mutants import DESIGN, HOMES, LARGER, Case, Fate, Outcome, cases, judge
from mealspec.cli.mutants import spread
from mealspec.core import ANY, Machine, On, Row, explore
from mealspec.core.mutant import Mutant, Operator, same_graph
from mealspec.core.system import mismatches
from mealspec.model.client.view import View
from mealspec.model.mechanism import Mechanism
from mealspec.model.product import system
from mealspec.properties.catalogue import PROPERTIES
from mealspec.properties.laws import LAWS

HOME = HOMES[0]
SAMPLE = 8
KNOWN = {*PROPERTIES, *LAWS}


def without(event: str, *machines: str) -> list[Case]:
    """The event no longer asks these machines."""
    found = [Case(HOME, Mutant(Operator.DROP_PARTICIPANT, machine, event)) for machine in machines]
    assert all(isinstance(case.change, Mutant) and case.change.fits(system(DESIGN, HOME)) for case in found)
    return found


def dropped(machine: str, event: str) -> list[Case]:
    """The machine refuses the event in one of the states in which it takes it: one case for each."""
    return [Case(HOME, Mutant(Operator.DROP_ROW, machine, event, row)) for row in rows(machine, event)]


def rows(machine: str, event: str) -> Iterator[Row]:
    product = system(DESIGN, HOME)
    return (row for row in product.machines[product.position[machine]].rows if row.event == event)


# ---------------------------------------------------------------------- what there is to judge


def test_the_cases_are_always_the_same() -> None:
    assert cases() == cases()


def test_there_are_hundreds_of_cases_of_every_kind_and_none_twice() -> None:
    every = cases()
    assert len(every) >= 300
    assert len({(case.home, case.change) for case in every}) == len(every)
    kinds = Counter(case.operator for case in every)
    assert kinds.keys() == {*Operator, "remove a mechanism"}
    assert kinds["remove a mechanism"] == len(DESIGN.mechanisms)
    assert {case.change for case in every if isinstance(case.change, Mechanism)} == DESIGN.mechanisms


def test_every_machine_of_the_protocol_has_mutants() -> None:
    named = {machine.name for home in HOMES for machine in system(DESIGN, home).machines if machine.rows}
    assert {case.machine for case in cases()} >= named


def test_a_case_is_at_home_in_the_first_scope_that_has_what_it_changes() -> None:
    """Where a redirected row goes depends on the scope, so only dropped ones are compared."""
    products = {home: system(DESIGN, home) for home in HOMES}
    for case in cases()[::7]:
        if isinstance(case.change, Mutant) and case.operator == Operator.DROP_ROW:
            assert next(home for home in HOMES if case.change.fits(products[home])) == case.home


def test_every_mutant_of_the_design_is_a_valid_system() -> None:
    products = {home: system(DESIGN, home) for home in HOMES}
    for case in cases()[::29]:
        if isinstance(case.change, Mutant):
            original = products[case.home]
            changed = case.change.applied(original)
            absent = {name for event in original.events for name in event.takes} - original.position.keys()
            assert mismatches(changed.machines, changed.events, absent) == []


def test_the_design_without_a_mechanism_is_told_as_such() -> None:
    case = Case(HOME, Mechanism.READY_ACK)
    assert str(case) == "without the mechanism 'ready_ack'"
    assert (case.operator, case.machine) == ("remove a mechanism", "")


# ---------------------------------------------------------------------- hand-made


def test_a_view_that_shows_a_result_too_early_is_dishonest() -> None:
    """An answer of work in progress is shown as a finished meal."""
    row = next(row for row in rows("view.m1", "client.apply.appear.processing") if row.dest is not View.COMPLETED)
    found = judge(Case(HOME, Mutant(Operator.REDIRECT, "view.m1", row.event, row, View.COMPLETED)))
    assert found.fate is Fate.KILLED
    assert "what-moves-the-view" in found.killers
    assert "honest-view" in found.killers


def test_work_that_never_completes_leaves_nothing_to_say() -> None:
    """With no finished meal, properties of finished meals are vacuous, which counts as noticed."""
    (case,) = dropped("job.m1", "server.complete.m1")
    found = judge(case)
    assert found.fate is Fate.KILLED
    assert {"delivery", "honest-view", "no-regress"} <= set(found.killers)


def test_a_server_that_need_not_come_up_again_is_noticed() -> None:
    found = judge(Case(HOME, Mutant(Operator.FAULT, "", "server.boot")))
    assert found.fate is Fate.KILLED
    assert "outages-end" in found.killers, "a law of whole runs is asked, too, though a property is broken already"
    assert PROPERTIES.keys() & set(found.killers)


@pytest.mark.parametrize("event", ["client.ping.c1", "client.pong.c1"])
def test_what_changes_nothing_need_not_be_owed_and_that_is_known_without_a_search(event: str) -> None:
    assert all(
        row.source == row.dest
        for machine in system(DESIGN, HOME).machines
        for row in machine.rows
        if row.event == event
    )
    found = judge(Case(HOME, Mutant(Operator.FAULT, "", event)))
    assert (found.fate, found.states) == (Fate.EQUIVALENT, 0)


def test_a_mechanism_that_nobody_may_leave_out_is_noticed() -> None:
    found = judge(Case(HOME, Mechanism.READY_ACK))
    assert found.fate is Fate.KILLED
    assert "no-early-belief" in found.killers


@pytest.mark.slow
def test_who_neither_decides_nor_moves_need_not_take_part() -> None:
    """A message that arrives finds the flags in any state, and leaves them there: asking is no guard."""
    (case,) = without("client.receive.m1.c1", "flags")
    found = judge(case)
    assert (found.fate, found.killers) == (Fate.EQUIVALENT, ())
    product = system(DESIGN, HOME)
    assert isinstance(case.change, Mutant)
    assert same_graph(explore(product), explore(case.change.applied(product)))


def test_what_nothing_speaks_of_survives(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same mutant is killed by what there is, and survives where there is nothing."""
    (case,) = dropped("job.m1", "server.complete.m1")
    assert judge(case).fate is Fate.KILLED
    for name in ("PROPERTIES", "LAWS"):
        monkeypatch.setattr(mutants, name, {})
    monkeypatch.setattr(mutants, "LARGER", ())
    assert (judge(case).fate, judge(case).killers) == (Fate.SURVIVOR, ())


# ---------------------------------------------------------------------- all of them


def check(found: list[Outcome]) -> None:
    """An outcome says who, where and of what, and nobody survives."""
    for each in found:
        assert bool(each.killers) == (each.fate is Fate.KILLED)
        assert set(each.killers) <= KNOWN
        assert len(set(each.killers)) == len(each.killers)
        assert each.complete or each.fate is not Fate.EQUIVALENT
    assert [str(each.case) for each in found if each.fate is Fate.SURVIVOR] == []


@pytest.mark.slow
def test_no_mutant_of_an_even_sample_survives() -> None:
    found = list(map(judge, spread(cases(), SAMPLE)))
    check(found)
    assert [each.case for each in found] == spread(cases(), SAMPLE)
    assert sum(each.fate is Fate.KILLED for each in found) > SAMPLE // 3


def test_there_are_so_many() -> None:
    """All of them are judged by ``make mutants``, which CI runs: it fails if one survives."""
    assert len(cases()) == 3354


class Pair(NamedTuple):
    """A state of two parts."""

    left: int
    right: int


def test_without_a_participant_it_is_otherwise_where_that_refused_or_moved() -> None:
    """A step that leads to an equal state leads nowhere else, whoever made that."""
    rules = [On("look", {"left": 0}, lambda s: Pair(*s)), On("swap", ANY, lambda s: Pair(s.right, s.left))]
    machine = Machine.ruled("pair", Pair(0, 1), rules)
    assert machine.states == (Pair(0, 1), Pair(1, 0))
    for event, other in (("look", [False, True]), ("swap", [True, True])):
        assert mutants._other(Mutant(Operator.DROP_PARTICIPANT, "pair", event), machine).tolist() == other


def test_where_it_is_judged_at_home_only_if_the_first_step_that_differs_elsewhere_breaks_no_law(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (case,) = without("client.receive.m1.c1", "flags")
    asked: list[str] = []

    def said(name: str, fate: Fate) -> Callable[..., Outcome]:
        def answer(case: Case, *_: object) -> Outcome:
            asked.append(name)
            return Outcome(case, fate, (name,), HOME, 1)

        return answer

    monkeypatch.setattr(mutants, "_climb", said("whole", Fate.SURVIVOR))
    for where, fate, expected in (
        ((LARGER[0], 3), Fate.KILLED, ["step"]), ((LARGER[0], 3), Fate.SURVIVOR, ["step", "whole"]),
        ((HOME, 3), Fate.KILLED, ["whole"]), (None, Fate.KILLED, []),
    ):  # fmt: skip
        asked.clear()
        monkeypatch.setattr(mutants, "_step", said("step", fate))
        monkeypatch.setattr(Case, "differs", lambda self, where=where: where)
        found = judge(case)
        assert asked == expected
        assert found.killers == tuple(expected[-1:])
        assert (found.fate is Fate.EQUIVALENT) is (where is None)


@pytest.mark.parametrize(
    ("fates", "told"),
    [("k", "k"), ("sk", "k"), ("ss", "s"), ("se", "s"), ("ee", "e"), ("es", "s"), ("ek", "k"), ("sek", "k")],
)
def test_in_one_scope_after_the_other_it_is_killed_or_told_apart_or_makes_no_difference(
    monkeypatch: pytest.MonkeyPatch, fates: str, told: str
) -> None:
    """Killed (k) it is judged no further; told apart (s) in a smaller scope it stays so where it makes none (e)."""
    named = {"k": Fate.KILLED, "s": Fate.SURVIVOR, "e": Fate.EQUIVALENT}
    case = Case(HOME, Mechanism.READY_ACK)
    scopes = [replace(HOME, meals=1 + k) for k in range(len(fates))]
    monkeypatch.setattr(Case, "scopes", lambda self: scopes)
    monkeypatch.setattr(
        mutants, "_judged", lambda case, scope, _: Outcome(case, named[fates[scopes.index(scope)]], (), scope, 1)
    )
    case = replace(case, home=scopes[0])
    found = mutants._climb(case, None)
    assert (found.fate, found.scope) == (named[told], scopes[-1])
