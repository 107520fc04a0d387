"""Mutants of formulas: facts about product states that say a little less, a little more, or the contrary.

Reference: P. E. Black, V. Okun, Y. Yesha, *Mutation operators for specifications* (ASE 2000).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from mealspec.core.formula import All, Formula, In, Some, negation, written
from mealspec.core.predicate import At, Predicate, all_of, any_of
from mealspec.core.system import System


def mutants(formula: Formula) -> Iterator[tuple[str, Formula]]:
    """Each change of one part, in words, with the changed formula.

    Of what is said about one machine each state is dropped, each other one added, and the whole is turned round; a
    part is taken for granted, or for impossible; "and" becomes "or", and the other way round.

    >>> lamp = In("lamp", ("lit",), ("off",))
    >>> [what for what, _ in mutants(lamp)]
    ['lamp is lit: not if lit', 'lamp is lit: also if off']
    >>> [what for what, _ in mutants(All((lamp, In("hand", ("there",), ("away",)))))][-3:]
    ['hand is there: also if away', 'hand is there: for granted', '(lamp is lit and hand is there): or']
    """
    if isinstance(formula, In):
        yield from _of_states(formula)
        return
    for k, part in enumerate(formula.parts):
        rest = (formula.parts[:k], formula.parts[k + 1 :])
        for what, changed in mutants(part):
            yield what, type(formula)((*rest[0], changed, *rest[1]))
        word = "for granted" if isinstance(formula, All) else "forgotten"
        yield f"{said(part)}: {word}", type(formula)((*rest[0], *rest[1]))
    if len(formula.parts) > 1:
        other: Callable[[tuple[Formula, ...]], Formula] = Some if isinstance(formula, All) else All
        yield f"{said(formula)}: {'or' if isinstance(formula, All) else 'and'}", other(formula.parts)


def _of_states(part: In) -> Iterator[tuple[str, Formula]]:
    name = said(part)
    for state in part.states:
        kept = tuple(s for s in part.states if s != state)
        yield f"{name}: not if {state}", In(part.machine, kept, (*part.others, state))
    for state in part.others:
        left = tuple(s for s in part.others if s != state)
        yield f"{name}: also if {state}", In(part.machine, (*part.states, state), left)
    if len(part.states) > 1 or len(part.others) > 1:
        yield f"{name}: the contrary", negation(part)


def said(formula: Formula) -> str:
    """The formula in a few words."""

    def within(part: In) -> str:
        few, word = (part.states, "is") if len(part.states) <= len(part.others) else (part.others, "is not")
        return f"{part.machine} {word} {'/'.join(map(str, few))}"

    return written(formula, within, " and ", " or ", "anything", "nothing")


def as_predicate(formula: Formula, words: System) -> Predicate:
    """The formula as a predicate; a machine that a system lacks counts as in its first state in ``words``."""
    if isinstance(formula, In):
        states, initial = frozenset(formula.states), words.machines[words.position[formula.machine]].initial
        return At(formula.machine, lambda state: state in states, absent=initial in states)
    return (all_of if isinstance(formula, All) else any_of)(as_predicate(part, words) for part in formula.parts)
