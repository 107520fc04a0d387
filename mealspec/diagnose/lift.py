"""A run of a few machines made a run of all: what the others do is filled in, or there is no such run.

What a few machines do is followed event by event; the others' own events may come between, no earlier than needed.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush

from mealspec.core import System
from mealspec.core.system import Locals, each
from mealspec.diagnose.statements import Lines, Printer

MOST = 20_000
"""Moments that are looked at; where that is not enough, more machines are asked to begin with."""


@dataclass(frozen=True)
class Stuck:
    """No run was found: who refused the event that no run came past, of those who were not asked before."""

    refusing: tuple[str, ...]


@dataclass(frozen=True)
class Told:
    """What a run has to print, as far as some statements are concerned."""

    printer: Printer
    on: frozenset[int]
    lines: Lines

    def after(self, event: str, printed: int) -> int:
        """How many lines are printed after the event; -1 if it prints another."""
        line = self.printer.prints(event, self.on)
        if line is None:
            return printed
        return printed + 1 if printed < len(self.lines) and self.lines[printed] == line else -1


def lifted(system: System, script: Sequence[str], asked: Collection[str], told: Told) -> tuple[str, ...] | Stuck:
    """A run of the system that makes the events of the script, and beside them only such as change none of ``asked``.

    It prints what is told. It is looked for best first: what has come furthest in the script, then the fewest steps.
    """
    fixed = [k for k, machine in enumerate(system.machines) if machine.name in asked]
    start = (system.initial, 0, 0)
    came: dict[tuple[Locals, int, int], tuple[tuple[Locals, int, int], str] | None] = {start: None}
    heap: list[tuple[int, int, int, tuple[Locals, int, int]]] = [(0, 0, 0, start)]
    furthest, states = 0, list[Locals]()
    while heap and len(came) < MOST:
        _, steps, _, at = heappop(heap)
        state, done, printed = at
        if done == len(script):
            if printed == len(told.lines):
                return _run(came, at)
            states = []
        elif done > furthest:
            furthest, states = done, [state]
        elif done == furthest:
            states.append(state)
        for e in each(system.permitted(state)):
            name = system.events[e].name
            after, lines = system.after(state, e), told.after(name, printed)
            next_one = done < len(script) and name == script[done]
            if after is None or lines < 0 or not (next_one or all(after[k] == state[k] for k in fixed)):
                continue
            follow = (after, done + next_one, lines)
            if follow not in came:
                came[follow] = at, name
                heappush(heap, (-follow[1], steps + 1, len(came), follow))
    return Stuck(_refusing(system, script, furthest, states, asked))


def _run(
    came: dict[tuple[Locals, int, int], tuple[tuple[Locals, int, int], str] | None], at: tuple[Locals, int, int]
) -> tuple[str, ...]:
    run = []
    while (step := came[at]) is not None:
        at, name = step
        run.append(name)
    return tuple(reversed(run))


def _refusing(
    system: System, script: Sequence[str], furthest: int, states: Sequence[Locals], asked: Collection[str]
) -> tuple[str, ...]:
    """Who, not asked before, refuses the next event wherever a run has come; nobody if that is not the reason."""
    if furthest == len(script):
        return ()
    found: dict[str, None] = {}
    for state in states:
        answer = system.step(state, script[furthest])
        if not isinstance(answer, tuple):
            found |= dict.fromkeys(name for name, _ in answer.by if name not in asked)
    return tuple(found)
