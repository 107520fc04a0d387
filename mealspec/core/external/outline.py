"""What a specification of a system says, before any language: guards, effects, actions, names.

All of it is read off the rows of the machines and not off the compiled tables, so that whoever checks a
specification checks the compiler, too.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from textwrap import wrap

from mealspec.core.event import Event, Kind
from mealspec.core.formula import Formula, all_hold, negation, some_hold, within
from mealspec.core.machine import Machine, State
from mealspec.core.system import System

WIDTH = 110
"""Columns of a line that is broken where it can be."""

TIE = "\0"
"""A space at which no line is broken."""


def _moves(system: System, event: Event) -> list[tuple[Machine, dict[State, State]]]:
    """For each machine that takes part, where it goes from where."""
    return [
        (machine, {row.source: row.dest for row in machine.rows if row.event == event.name})
        for machine in system.machines
        if machine.name in event.takes
    ]


def guard(system: System, event: Event) -> Formula:
    """Where the event can happen: no machine that takes part refuses it."""
    return all_hold(within(machine, moves) for machine, moves in _moves(system, event))


def resting(system: System, event: Event) -> Formula:
    """Where the event can happen and changes nothing."""
    return all_hold(
        within(machine, (source for source, dest in moves.items() if source == dest))
        for machine, moves in _moves(system, event)
    )


def moving(system: System, event: Event) -> Formula:
    """Where the event can happen and changes something."""
    changes = some_hold(
        within(machine, (source for source, dest in moves.items() if source != dest))
        for machine, moves in _moves(system, event)
    )
    return all_hold([guard(system, event), changes])


def quiescent(system: System) -> Formula:
    """Where no system event changes anything."""
    return negation(some_hold(moving(system, event) for event in system.events if event.kind is Kind.SYSTEM))


def destinations(system: System, event: Event) -> list[tuple[Machine, list[tuple[State, list[State]]]]]:
    """For each machine that the event can move: its destinations, each with the states that lead there.

    The destination with the most sources comes last. A machine that stays wherever it takes the event is
    left out.
    """
    found = []
    for machine, moves in _moves(system, event):
        sources: dict[State, list[State]] = {}
        for source, dest in moves.items():
            sources.setdefault(dest, []).append(source)
        if any(origins != [dest] for dest, origins in sources.items()):
            found.append((machine, sorted(sources.items(), key=lambda item: len(item[1]))))
    return found


def actions(system: System) -> dict[str, list[Event]]:
    """To what fairness is owed, each with the events that it is split into."""
    found: dict[str, list[Event]] = {}
    for event in system.events:
        if event.kind is Kind.SYSTEM:
            found.setdefault(event.owed_as, []).append(event)
    return found


class Names:
    """Identifiers of letters, digits and underscores for a specification, no two alike.

    >>> names = Names(["do"])
    >>> [names.give(text) for text in ("push.m1", "push-m1", "do", "2 lives")]
    ['push_m1', 'push_m1_2', 'do_2', 'x2_lives']
    """

    def __init__(self, reserved: Collection[str]) -> None:
        self._taken = set(reserved)

    def give(self, text: str) -> str:
        """A fresh identifier that looks like the text."""
        plain = re.sub(r"\W+", "_", text, flags=re.ASCII).strip("_") or "x"
        plain = plain if plain[0].isalpha() else f"x{plain}"
        name, number = plain, 1
        while name in self._taken:
            number += 1
            name = f"{plain}_{number}"
        self._taken.add(name)
        return name

    def all(self, texts: Iterable[str]) -> dict[str, str]:
        """A fresh identifier for each text."""
        return {text: self.give(text) for text in dict.fromkeys(texts)}


def laid(text: str, first: str = "", other: str = "    ") -> list[str]:
    """The text in lines of bearable length, the first and the others each with its own beginning.

    >>> laid(f"a{TIE}b c", "- ", "  ")
    ['- a b c']
    """
    lines = wrap(
        text, WIDTH, initial_indent=first, subsequent_indent=other, break_on_hyphens=False, break_long_words=False
    )
    return [line.replace(TIE, " ") for line in lines]
