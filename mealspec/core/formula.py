"""Formulas: facts about a product state as plain data, for those who write them in another language.

A formula is built of three things: a machine is in one of these states, all of these hold, some of these
hold. There is no negation: it is pushed down to the machines, whose states are finite, so what is
written stays readable however the predicate was put together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from mealspec.core.machine import Machine, State
from mealspec.core.predicate import At, Predicate, read
from mealspec.core.system import System


@dataclass(frozen=True)
class In:
    """The machine of that name is in one of the states, which are some of its states; ``others`` are the rest."""

    machine: str
    states: tuple[State, ...]
    others: tuple[State, ...]


@dataclass(frozen=True)
class All:
    """All parts hold; with no parts, always true."""

    parts: tuple[Formula, ...]


@dataclass(frozen=True)
class Some:
    """At least one part holds; with no parts, always false."""

    parts: tuple[Formula, ...]


Formula = In | All | Some


def formula_of(predicate: Predicate, system: System) -> Formula:
    """The predicate as a formula, over the states that the machines have in this system."""

    def at(fact: At) -> Formula:
        machine = system.machines[system.position[fact.machine]]
        return within(machine, (state for state in machine.states if fact.passes(state)))

    return read(
        predicate,
        system.position,
        at,
        lambda value: All(()) if value else Some(()),
        lambda left, right: all_hold([left, right]),
        negation,
    )


def within(machine: Machine, states: Iterable[State]) -> Formula:
    """The machine is in one of the states."""
    wanted = set(states)
    found = tuple(state for state in machine.states if state in wanted)
    if not found:
        return Some(())
    others = tuple(state for state in machine.states if state not in wanted)
    return In(machine.name, found, others) if others else All(())


def all_hold(parts: Iterable[Formula]) -> Formula:
    """All parts hold, without what says nothing.

    >>> lamp = Machine.table("lamp", "off", [("on", "off", "lit")])
    >>> all_hold([within(lamp, ["off", "lit"]), within(lamp, ["lit"])]) == within(lamp, ["lit"])
    True
    """
    flat = [p for part in parts for p in (part.parts if isinstance(part, All) else (part,))]
    found: dict[Formula | str, Formula] = {}
    for part in flat:
        key = part.machine if isinstance(part, In) else part
        found[key] = _both(found[key], part) if key in found else part
    if Some(()) in found.values():
        return Some(())
    unique = tuple(found.values())
    return unique[0] if len(unique) == 1 else All(unique)


def _both(one: Formula, other: Formula) -> Formula:
    """Two facts about one machine as one; anything else is twice the same."""
    if not isinstance(one, In) or not isinstance(other, In):
        return one
    states = tuple(state for state in one.states if state in other.states)
    others = tuple(state for state in (*one.states, *one.others) if state not in states)
    return In(one.machine, states, others) if states else Some(())


def some_hold(parts: Iterable[Formula]) -> Formula:
    """At least one part holds, without what adds nothing."""
    return negation(all_hold(negation(part) for part in parts))


def negation(formula: Formula) -> Formula:
    """The formula that holds where this one does not.

    >>> lamp = Machine.table("lamp", "off", [("on", "off", "lit")])
    >>> negation(within(lamp, ["off"])) == within(lamp, ["lit"])
    True
    """
    if isinstance(formula, In):
        return In(formula.machine, formula.others, formula.states)
    parts = tuple(negation(part) for part in formula.parts)
    return Some(parts) if isinstance(formula, All) else All(parts)


def written(formula: Formula, within: Callable[[In], str], both: str, either: str, true: str, false: str) -> str:
    """The formula in a language.

    Parameters
    ----------
    formula
        What to write.
    within
        How the language says that a machine is in one of the states; it must need no brackets.
    both, either
        Its infix words for "and" and "or", with their spaces.
    true, false
        Its constants.

    >>> lamp = Machine.table("lamp", "off", [("on", "off", "lit"), ("fuse", "lit", "dark"), ("break", "dark", "dead")])
    >>> hand = Machine.table("hand", "there", [("leave", "there", "gone")])
    >>> formula = some_hold([within(lamp, ["off", "dead"]), within(hand, ["gone"])])
    >>> written(formula, lambda part: f"{part.machine} is {'/'.join(part.states)}", " and ", " or ", "yes", "no")
    '(lamp is off/dead or hand is gone)'
    """
    if isinstance(formula, In):
        return within(formula)
    if not formula.parts:
        return true if isinstance(formula, All) else false
    word = both if isinstance(formula, All) else either
    parts = (written(part, within, both, either, true, false) for part in formula.parts)
    return f"({word.join(parts)})"
