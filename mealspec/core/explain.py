"""Why a run went wrong: for each step that took a worse choice, who ruled out the better one.

An event may declare ``because`` (a sentence, in which ``{machine}`` stands for that machine's state) and
``instead`` (the events that would have been better). The rest is read off the run: the
machines that refused the better events at that step, and the first later step after which they would
have allowed one of them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from mealspec.core.event import Event
from mealspec.core.machine import State
from mealspec.core.system import Locals, Refusal
from mealspec.core.trace import Trace

__all__ = ["Reason", "reasons"]


@dataclass(frozen=True)
class Reason:
    """Why one step was the worse choice.

    ``step`` counts from 1; ``late`` is the step after which the better choice became possible, if one
    did; ``text`` is the sentence for people.
    """

    step: int
    text: str
    late: int | None = None


def reasons(trace: Trace) -> list[Reason]:
    """One reason for each step whose event declares that there was a better one, in order."""
    out = []
    for index, name in enumerate(trace.events):
        event = trace.system.event(name)
        if not event.because:
            continue
        cause = _filled(event.because, trace.state(index))
        text = f"step {index + 1} ({event.label}): {cause}"
        late = _too_late(trace, index, event) if event.instead else None
        if late is not None:
            text += f"; '{trace.system.event(trace.events[late - 1]).label}' came too late, at step {late}"
        out.append(Reason(index + 1, text, late))
    return out


def _filled(sentence: str, states: Mapping[str, State]) -> str:
    return re.sub(r"\{([\w.]+)\}", lambda match: str(states.get(match[1], "absent")), sentence)


def _too_late(trace: Trace, index: int, event: Event) -> int | None:
    """The first step after this one by which those who refused a better event would allow it."""
    system = trace.system
    better = [e.name for e in system.events if e.name != event.name and e.is_of(event.instead)]
    blockers = {}
    for name in better:
        refusal = system.step(trace.path[index], name)
        if isinstance(refusal, Refusal):
            blockers[name] = {machine for machine, _ in refusal.by}
    for later in range(index + 1, len(trace.events)):
        for name, machines in blockers.items():
            if not machines & _refusers(trace, trace.path[later + 1], name):
                return later + 1
    return None


def _refusers(trace: Trace, state: Locals, name: str) -> set[str]:
    outcome = trace.system.step(state, name)
    return {machine for machine, _ in outcome.by} if isinstance(outcome, Refusal) else set()
