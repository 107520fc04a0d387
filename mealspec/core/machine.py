"""A machine: a small deterministic automaton over named events.

A machine is data, frozen and checked when it is built. ``transitions`` turns the same rows into an
object (:meth:`Machine.automaton`), and the product of several machines is compiled to integers
(:mod:`mealspec.core.system`). Neither knows more than the rows say.

References: A. Arnold, *Finite Transition Systems* (1994); C. A. R. Hoare, *Communicating Sequential
Processes* (1985), chapter 2, for alphabets and parallel composition.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from functools import cached_property
from typing import Any, NamedTuple

import transitions

from mealspec.core.errors import InvalidMachine
from mealspec.core.rule import ANY, On, condition

State = Hashable
"""A state: an enum member or a named tuple, hashable, told apart by its ``str()``."""

_WILD = ("*", "=", "")
"""Labels that ``transitions`` reads as "every state" and, twice, "stay"."""


class Row(NamedTuple):
    """In ``source`` the machine takes ``event`` and is in ``dest`` afterwards."""

    event: str
    source: State
    dest: State


@dataclass(frozen=True)
class Machine:
    """A deterministic automaton.

    Parameters
    ----------
    name
        Unique within a system.
    initial
        The state it starts in.
    rows
        ``(event, source, dest)``; an event that has no row in a state is refused there.
    resting
        Tells of a state whether the machine may stay in it for ever with nothing owed.
    doc
        What the machine is, in one or two sentences.
    rules
        Events for which a rule was given that no reachable state uses; they have no row.

    Raises
    ------
    InvalidMachine
        Two destinations for one event in one state, two states with one label, or a label that means
        something else to ``transitions``: all are named.

    Examples
    --------
    >>> door = Machine.table("door", "shut", [("open", "shut", "ajar"), ("close", "ajar", "shut")])
    >>> door.states, door.alphabet
    (('shut', 'ajar'), ('open', 'close'))
    >>> door.step("shut", "close") is None
    True
    """

    name: str
    initial: State
    rows: tuple[Row, ...]
    resting: Callable[[Any], bool] = lambda state: True
    doc: str = ""
    rules: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        offenders = [
            f"machine '{self.name}' has two destinations for '{row.event}' in state '{row.source}'"
            for row in self.rows
            if self._table[row.event, row.source] != row.dest
        ]
        labels: dict[str, State] = {}
        for state in self.states:
            if labels.setdefault(str(state), state) != state:
                offenders.append(f"machine '{self.name}' has two states that print as '{state}'")
            if str(state) in _WILD:
                offenders.append(f"machine '{self.name}' has a state '{state}', a wildcard for 'transitions'")
        if offenders:
            raise InvalidMachine("; ".join(dict.fromkeys(offenders)))

    @classmethod
    def table(
        cls,
        name: str,
        initial: State,
        rows: Iterable[tuple[str, State, State]],
        *,
        resting: Callable[[Any], bool] = lambda state: True,
        doc: str = "",
    ) -> Machine:
        """A machine written out row by row."""
        return cls(name, initial, tuple(Row(*row) for row in rows), resting, doc.strip())

    @classmethod
    def ruled(
        cls,
        name: str,
        initial: State,
        rules: Iterable[On],
        *,
        settle: Callable[[Any], State] = lambda state: state,
        resting: Any = ANY,
        doc: str = "",
    ) -> Machine:
        """A machine written out rule by rule.

        Its states are those of the enumeration that ``initial`` belongs to, or else those that are reached
        from it. ``settle`` gives the form in which a state that a rule leads to is kept; ``resting`` is
        written like the condition of a rule.

        Raises
        ------
        InvalidMachine
            Two rules for one event in one state, each with what it says; or a rule that speaks of a field
            which the states have not. All are named.

        >>> from mealspec.core import STAY
        >>> count = Machine.ruled("count", 2, [On("use", {1, 2}, lambda n: n - 1), On("look", ANY, STAY)])
        >>> count.states, count.step(0, "use"), count.step(0, "look")
        ((2, 1, 0), None, 0)
        """
        table = [rule for rule in rules if rule.given and rule.names]
        offenders = {
            f"a rule of machine '{name}' ({rule}) speaks of '{field}', which state '{initial}' has not": None
            for rule in table
            for field in rule.misfits(initial)
        }
        if offenders:
            raise InvalidMachine("; ".join(offenders))
        rows = _written_out(name, initial, table, settle)
        unused = frozenset(event for rule in table for event in rule.names) - {row.event for row in rows}
        return cls(name, initial, tuple(rows), condition(resting), doc.strip(), unused)

    @cached_property
    def states(self) -> tuple[State, ...]:
        """Initial state first, then in the order in which the rows name them."""
        found: dict[State, None] = {self.initial: None}
        for row in self.rows:
            found[row.source] = None
            found[row.dest] = None
        return tuple(found)

    @cached_property
    def alphabet(self) -> tuple[str, ...]:
        """The events that have a row, in the order of the rows."""
        return tuple(dict.fromkeys(row.event for row in self.rows))

    @cached_property
    def by_event(self) -> dict[str, list[Row]]:
        """The rows of each event."""
        rows: dict[str, list[Row]] = {}
        for row in self.rows:
            rows.setdefault(row.event, []).append(row)
        return rows

    @cached_property
    def _table(self) -> dict[tuple[str, State], State]:
        table: dict[tuple[str, State], State] = {}
        for row in self.rows:
            table.setdefault((row.event, row.source), row.dest)
        return table

    def step(self, state: State, event: str) -> State | None:
        """The state after ``event``, or None if the machine refuses it in ``state``."""
        return self._table.get((event, state))

    def keeping(self, keep: Callable[[Row], bool]) -> Machine:
        """The same machine with only the rows that ``keep`` accepts."""
        return replace(self, rows=tuple(row for row in self.rows if keep(row)))

    def automaton(self, model: object) -> transitions.Machine:
        """A ``transitions`` machine that drives ``model`` by the same rows.

        States go by their labels, ``str(state)``, because ``transitions`` knows states by name.
        """
        label = {state: str(state) for state in self.states}  # equal states may print differently: True and 1
        return transitions.Machine(
            model=model,
            states=list(label.values()),
            transitions=[[row.event, label[row.source], label[row.dest]] for row in self.rows],
            initial=label[self.initial],
            auto_transitions=False,
            name=self.name,
        )


def _written_out(name: str, initial: State, rules: Sequence[On], settle: Callable[[Any], State]) -> list[Row]:
    """The rows that follow from the rules, state by state."""
    waiting: list[State] = list(type(initial)) if isinstance(initial, Enum) else [initial]
    found, rows = set(waiting), list[Row]()
    clashes: dict[tuple[On, On], str] = {}
    for state in waiting:
        claimed: dict[str, On] = {}
        for rule in rules:
            if (dest := rule.step(state)) is None:
                continue
            dest = settle(dest)
            if dest not in found:
                found.add(dest)
                waiting.append(dest)
            for event in rule.names:
                other = claimed.setdefault(event, rule)
                if other is not rule:
                    what = f"two rules for '{event}' in state '{state}': ({other}) and ({rule})"
                    clashes.setdefault((other, rule), f"machine '{name}' has {what}")
                rows.append(Row(event, state, dest))
    if clashes:
        raise InvalidMachine("; ".join(clashes.values()))
    return rows


class _Bare:
    """An object with what every object has."""


def swallowed(machine: Machine) -> list[str]:
    """Events whose names ``transitions`` uses for something else on the model.

    The names ``trigger``, ``may_<event>`` and those of any object's attributes stay what they are, and the
    event is not bound, with no error; ``is_<state>`` is bound, and asking for the state then fires the
    event; ``state`` is an error, which this names with all the others.

    >>> swallowed(Machine.table("m", "a", [("state", "a", "b"), ("is_a", "b", "a"), ("go", "a", "b")]))
    ['state', 'is_a']
    """
    taken = {"state", "trigger", "may_trigger", *dir(_Bare())}
    taken |= {f"is_{state}" for state in machine.states}
    taken |= {f"may_{event}" for event in machine.alphabet}
    return [event for event in machine.alphabet if event in taken]
