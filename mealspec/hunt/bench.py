"""How fast a hunt is beside a state machine that does nothing, and where its time goes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from textwrap import wrap
from typing import Any, NamedTuple

from hypothesis import seed
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from mealspec.core import Form
from mealspec.core.coverage import Seen
from mealspec.core.lockstep import Lockstep
from mealspec.core.objects import Objects
from mealspec.core.system import Locals
from mealspec.hunt.machine import Hunter, hunter
from mealspec.hunt.profiles import AT_ONCE, PROFILES, STEPS
from mealspec.hunt.subject import Subject
from mealspec.properties.catalogue import PROPERTIES

EXAMPLES = 150
"""Runs of each kind."""


class _Trivial(RuleBasedStateMachine):
    """A rule that takes as many steps, all of which do nothing."""

    calls = 0

    @rule(choices=st.binary(min_size=AT_ONCE, max_size=AT_ONCE))
    def nothing(self, choices: bytes) -> None:
        type(self).calls += len(choices)


class _Step(NamedTuple):
    """A step that was taken: the event before it, if it is not the first, the state that it left, its event."""

    before: int | None
    state: Locals
    event: int


class _Recorder(Seen):
    """Keeps the steps, to take them again."""

    def __init__(self, subject: Subject) -> None:
        super().__init__(subject.graph)
        self.taken: list[_Step] = []

    def step(self, before: int | None, state: Locals, event: int, number: int | None) -> None:
        super().step(before, state, event, number)
        self.taken.append(_Step(before, state, event))


@dataclass(frozen=True)
class Measurement:
    """The figures; seconds, but for counts.

    Attributes
    ----------
    trivial_calls, trivial_seconds
        Steps of a machine that does nothing.
    calls, steps, seconds, last_seconds
        Steps in lock-step until the faults end, and all, those afterwards included, which took ``last_seconds``.
    objects_seconds, lockstep_seconds, checks_seconds, seen_seconds
        The same steps again, each account by itself: the objects; all three; the properties; the
        record of what was seen.
    states
        States seen.
    """

    system: str
    examples: int
    trivial_calls: int
    trivial_seconds: float
    calls: int
    steps: int
    seconds: float
    last_seconds: float
    objects_seconds: float
    lockstep_seconds: float
    checks_seconds: float
    seen_seconds: float
    states: int

    @property
    def rate(self) -> float:
        """Steps per second, until the faults end."""
        return self.calls / (self.seconds - self.last_seconds)

    @property
    def trivial_rate(self) -> float:
        """Steps per second of the machine that does nothing."""
        return self.trivial_calls / self.trivial_seconds

    def to_json(self) -> dict[str, Any]:
        """The figures for machines."""
        return {**asdict(self), "rate": self.rate, "trivial_rate": self.trivial_rate}


def measure(subject: Subject, examples: int = EXAMPLES) -> Measurement:
    """Hunt for a while, and take the same steps again in part; all properties are watched, and none is asserted."""
    _Trivial.calls = 0
    trivial_seconds = _run(_Trivial, examples)
    watched = tuple(PROPERTIES)
    _run(hunter(subject, watched, hunted=watched), 5)  # what is made once
    recorder, again = _Recorder(subject), Seen(subject.graph)
    machine = hunter(subject, watched, hunted=watched, seen=recorder)
    last: list[tuple[int, float]] = []
    settle = machine.settle

    def timed(self: Hunter, data: Any) -> None:
        steps, began = len(self.events), time.perf_counter()
        settle(self, data)
        last.append((len(self.events) - steps, time.perf_counter() - began))

    machine.settle = timed  # type: ignore[method-assign]
    seconds = _run(machine, examples)
    objects, lockstep = Objects(subject.system), Lockstep(subject.graph)
    initial, names = objects.states(), [event.name for event in subject.system.events]
    bad = [each for property_id in PROPERTIES for each in subject.bad(property_id, Form.NEVER)]
    taken = recorder.taken
    return Measurement(
        system=subject.system.name,
        examples=examples,
        trivial_calls=_Trivial.calls,
        trivial_seconds=trivial_seconds,
        calls=recorder.steps - sum(steps for steps, _ in last),
        steps=recorder.steps,
        seconds=seconds,
        last_seconds=sum(took for _, took in last),
        objects_seconds=_again(taken, lambda: objects.set(initial), lambda step: objects.take(names[step.event])),
        lockstep_seconds=_again(taken, lockstep.reset, lambda step: lockstep.fire(step.event)),
        checks_seconds=_again(taken, lambda: None, lambda step: [each(step.state) for each in bad]),
        seen_seconds=_again(taken, lambda: None, lambda step: again.step(*step, 0)),
        states=recorder.behaviour().states,
    )


def _run(machine: type[RuleBasedStateMachine], examples: int) -> float:
    began = time.perf_counter()
    run_state_machine_as_test(seed(0)(machine), settings=PROFILES["dev"].settings(examples))
    return time.perf_counter() - began


def _again(taken: Iterable[_Step], begin: Callable[[], object], take: Callable[[_Step], object]) -> float:
    """Seconds to take the steps again, each run from the beginning."""
    began = time.perf_counter()
    for step in taken:
        if step.before is None:
            begin()
        take(step)
    return time.perf_counter() - began


def bench_lines(result: Measurement) -> list[str]:
    """The figures for people."""
    rest = result.seconds - result.lockstep_seconds - result.checks_seconds - result.seen_seconds
    parts = {
        "Hypothesis and the choice of events": rest,
        "transitions objects": result.objects_seconds,
        "compiled product and graph": result.lockstep_seconds - result.objects_seconds,
        "properties": result.checks_seconds,
        "record of what was seen": result.seen_seconds,
    }
    return [
        *wrap(f"system: {result.system}", 80),
        f"{result.examples} runs of {STEPS} steps each, and the steps after the faults have ended",
        f"steps that do nothing: {result.trivial_rate:>12,.0f} steps/s",
        f"the hunt, in lock-step: {result.rate:>11,.0f} steps/s, ratio {result.rate / result.trivial_rate:.2f}",
        f"with the steps at the end: {result.steps / result.seconds:>8,.0f} steps/s",
        "where the time goes:",
        *(f"  {part / result.seconds:>5.0%} {name}" for name, part in parts.items()),
        f"states seen: {result.states:,}",
    ]
