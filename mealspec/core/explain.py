"""Why a run went wrong: the step that decided it, found by asking what would have been without it.

After each step it is asked whether the rest can still end well if the system is left to itself, see
:mod:`mealspec.core.future`. The *turn* is the last step before which it could and after which it cannot any
more. What is said of the turn is tried out: the run is told again without it, or with other steps before it,
where steps that are refused are left out; then the claim must hold in every future. A fault beside the turn is
named only if the run without it is certain to end well, too.

References: F. Leitner-Fischer, S. Leue, *Causality checking for complex system models* (VMCAI 2013), for causes
as steps and orders of steps without which the claim holds; I. Beer, S. Ben-David, H. Chockler, A. Orni,
R. Trefler, *Explaining counterexamples using causality* (CAV 2009); J. Halpern, J. Pearl, *Causes and
explanations* (2005), for several steps of which each alone would have been enough.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations

from mealspec.core.claim import Claim
from mealspec.core.event import Kind
from mealspec.core.future import LIMIT, Future, TooManyFutures
from mealspec.core.system import Locals
from mealspec.core.trace import Trace

TRIED = 400
"""How many ways to go on are tried in place of the turn, the shortest first."""

JOINT = 2
"""How many later steps are left out together with the turn, at most."""

LISTED = 4
"""Of more events only the first and the last are named."""


class How(StrEnum):
    """What was found out about a step."""

    WITHOUT = "without"
    """Without it, and without those in ``also``, the claim holds in every future."""
    ORDER = "order"
    """With the events of ``first`` before it, the claim holds in every future."""
    RISK = "risk"
    """With the events of ``first`` before it, the claim may still hold."""
    LAST = "last"
    """Before it the claim may hold, after it it cannot."""


@dataclass(frozen=True)
class Cause:
    """A step that decided.

    Attributes
    ----------
    step
        Counted from 1.
    how
        What was found out about it.
    also
        Later steps without which this one is harmless, each of them enough by itself.
    first
        The events that would have had to come first.
    late
        The step at which the last of them came, if it came at all.
    """

    step: int
    how: How
    also: tuple[int, ...] = ()
    first: tuple[str, ...] = ()
    late: int | None = None


def causes(trace: Trace, claim: Claim, *, limit: int = LIMIT) -> list[Cause]:
    """The steps that decided that the run breaks the claim, in order; none where it does not.

    A run that ends before all is quiet breaks the claim if every future does. A run that goes round for ever
    though it could end well is decided by the steps of the loop that keep it from that. Nor are there any where
    there are more than ``limit`` states of futures.

    Examples
    --------
    >>> from mealspec.core import At, Claim, Event, Form, Kind, Machine, System, Trace
    >>> lamp = Machine.table("lamp", "off", [("on", "off", "lit"), ("smash", "off", "dead")])
    >>> hand = Machine.table("hand", "idle", [("wave", "idle", "idle")])
    >>> system = System([lamp, hand], [Event("on", Kind.SYSTEM, "lamp", ("lamp",)),
    ...     Event("smash", Kind.FAULT, "lamp", ("lamp",)), Event("wave", Kind.USER, "hand", ("hand",))])
    >>> dark = Claim("light", "It is lit in the end.", Form.FOREVER, At("lamp", lambda s: s != "lit"))
    >>> run = Trace.of(system, ["wave", "smash", "wave"])
    >>> [because(run, cause, "it would be lit") for cause in causes(run, dark)]
    ['step 2 (smash): without it, it would be lit']
    """
    try:
        return _Inquiry(trace, Future(trace.system, claim, limit=limit)).causes()
    except TooManyFutures:
        return []


class _Inquiry:
    """One run, and what could have become of it."""

    def __init__(self, trace: Trace, future: Future) -> None:
        self.system, self.future = trace.system, future
        over = next((k for k, state in enumerate(trace.path) if self.future.broken(state)), len(trace))
        self.path, self.loop = trace.path[: over + 1], trace.loop
        self.all = [self.system.number[name] for name in trace.events]
        self.events = self.all[:over]

    def causes(self) -> list[Cause]:
        turn = self._turn()
        if turn is None:
            return self._round()
        decisive = self._turned(turn)
        blamed = {turn, *decisive.also}
        beside = (k for k in self._of(Kind.FAULT) if k not in blamed and self._ends_well(self._without(k)))
        return sorted([decisive, *(Cause(k, How.WITHOUT) for k in beside)], key=lambda cause: cause.step)

    def _turn(self) -> int | None:
        """The last step after which no future keeps the claim, though some did before it."""
        if self.future.may_keep(self.path[-1]):
            return None
        return next((k for k in range(len(self.events), 0, -1) if self.future.may_keep(self.path[k - 1])), None)

    def _round(self) -> list[Cause]:
        """The steps of a bad loop that keep it going: without them, or in another order, it ends well."""
        if self.loop is None or not all(map(self.future.wrong, self.path[self.loop :])):
            return []
        steps = range(self.loop + 1, len(self.events) + 1)
        avoidable = [k for k in steps if self._kind(k) is not Kind.SYSTEM and self._ends_well(self._without(k))]
        if avoidable:
            return [Cause(k, How.WITHOUT) for k in avoidable]
        return list(filter(None, (self._reordered(k) for k in steps)))[:1]

    def _turned(self, turn: int) -> Cause:
        ordered = self._reordered(turn) if self._kind(turn) is Kind.SYSTEM else None
        if ordered is not None and ordered.how is How.ORDER:
            return ordered
        later = range(turn + 1, len(self.events) + 1)
        for size in range(JOINT + 1):
            for also in combinations(later, size):
                if self._ends_well(self._without(turn, *also)):
                    return Cause(turn, How.WITHOUT, also)
        return ordered or Cause(turn, How.LAST)

    def _reordered(self, k: int) -> Cause | None:
        """The fewest other steps that make this one harmless, if they come first."""
        risky = None
        for run in self._ways(k):
            told = self._told([*run, *self.events[k - 1 :]], self.path[k - 1])
            if told is None or not self.future.may_keep(told):
                continue
            how = How.RISK if self.future.may_break(told) else How.ORDER
            if how is How.ORDER or risky is None:
                late = next((j for j in range(k + 1, len(self.all) + 1) if self.all[j - 1] == run[-1]), None)
                cause = Cause(k, how, (), tuple(self.system.events[e].name for e in run), late)
                if how is How.ORDER:
                    return cause
                risky = cause
        return risky

    def _ways(self, k: int) -> Iterator[tuple[int, ...]]:
        """How the system can go on in place of the step, shortest ways first, to each state once."""
        start = self.path[k - 1]
        ways: dict[Locals, tuple[int, ...]] = {start: ()}
        waiting = [start]
        for state in waiting:
            for e, dest in self.future.steps(state):
                if e != self.events[k - 1] and dest not in ways and len(ways) <= TRIED:
                    ways[dest] = (*ways[state], e)
                    waiting.append(dest)
                    yield ways[dest]

    def _ends_well(self, events: Sequence[int]) -> bool:
        """Told from the beginning, the claim holds in every future."""
        told = self._told(events, self.path[0])
        return told is not None and not self.future.may_break(told)

    def _told(self, events: Iterable[int], state: Locals) -> Locals | None:
        """The state after those of the events that are possible; None if something wrong is passed."""
        for e in events:
            if self.future.broken(state):
                return None
            state = self.system.after(state, e) or state
        return None if self.future.broken(state) else state

    def _without(self, *steps: int) -> list[int]:
        return [e for k, e in enumerate(self.events, start=1) if k not in steps]

    def _of(self, kind: Kind) -> list[int]:
        return [k for k in range(1, len(self.events) + 1) if self._kind(k) is kind]

    def _kind(self, k: int) -> Kind:
        return self.system.events[self.events[k - 1]].kind


# ---------------------------------------------------------------------- in words


def because(trace: Trace, cause: Cause, otherwise: str) -> str:
    """The cause as a sentence; ``otherwise`` says what would have been, as in ``it would be lit``."""
    parts = [text] if (text := declared(trace, cause.step)) else []
    if cause.how is How.WITHOUT:
        others = "".join(f" and without {_step(trace, k)}" for k in cause.also)
        parts.append(f"without it{others}, {otherwise}")
    elif cause.how is How.LAST:
        parts.append(f"with it went the last chance that {otherwise}")
    elif cause.how is How.RISK:
        parts.append(f"had {_first(trace, cause)} come first, there would have been a chance that {otherwise}")
    else:
        parts.append(f"had {_first(trace, cause)} come first, {_instead(trace, cause)}{otherwise}")
    return f"{_step(trace, cause.step)}: {'; '.join(parts)}"


def declared(trace: Trace, step: int) -> str:
    """What the event of the step says of itself, and since when that was so; empty if it says nothing."""
    event = trace.system.event(trace.events[step - 1])
    states = trace.state(step - 1)
    machines = [name for name in re.findall(r"\{([\w.]+)\}", event.because) if name in states]
    text = re.sub(r"\{([\w.]+)\}", lambda match: str(states.get(match[1], "absent")), event.because)
    changes = (k for k in range(step - 1, 0, -1) if any(_differ(trace, k, name) for name in machines))
    changed = next(changes, None)
    return text if changed is None else f"{text} since {_step(trace, changed)}"


def _differ(trace: Trace, step: int, machine: str) -> bool:
    k = trace.system.position[machine]
    return trace.path[step][k] != trace.path[step - 1][k]


def _step(trace: Trace, step: int) -> str:
    return f"step {step} ({_label(trace, trace.events[step - 1])})"


def _label(trace: Trace, name: str) -> str:
    return trace.system.event(name).label or name


def _first(trace: Trace, cause: Cause) -> str:
    """The events that should have come first; of many, where they begin and end."""
    names = [f"'{_label(trace, name)}'" for name in cause.first]
    if len(names) > LISTED:
        names = [f"all from {names[0]} to {names[-1]}"]
    if cause.late is not None:
        names[-1] += f" (step {cause.late})"
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def _instead(trace: Trace, cause: Cause) -> str:
    """Which better event would have taken the place of the step."""
    system, state = trace.system, trace.path[cause.step - 1]
    wanted = system.event(trace.events[cause.step - 1]).instead
    for name in cause.first:
        state = system.after(state, system.number[name]) or state
    event = next((e for e in system.enabled(state) if wanted and e.is_of(wanted)), None)
    return "" if event is None else f"'{event.label or event.name}' would have taken its place, and "
