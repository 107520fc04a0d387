"""How fast a hunt is beside a state machine that does nothing."""

from __future__ import annotations

import time
from textwrap import wrap
from typing import Any

from hypothesis import seed
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from mealspec.core.coverage import Seen
from mealspec.hunt.machine import hunter
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


def measure(subject: Subject, examples: int = EXAMPLES) -> dict[str, Any]:
    """Hunt for a while, all properties watched and none asserted: steps a second, those after the faults included, and
    those of a machine that does nothing."""
    _Trivial.calls = 0
    nothing = _run(_Trivial, examples)
    watched = tuple(PROPERTIES)
    _run(hunter(subject, watched, hunted=watched), 5)  # what is made once
    seen = Seen(subject.graph)
    seconds = _run(hunter(subject, watched, hunted=watched, seen=seen), examples)
    return {
        "system": subject.system.name, "examples": examples, "steps": seen.steps, "seconds": seconds,
        "rate": seen.steps / seconds, "trivial_rate": _Trivial.calls / nothing, "states": seen.behaviour().states,
    }  # fmt: skip


def _run(machine: type[RuleBasedStateMachine], examples: int) -> float:
    began = time.perf_counter()
    run_state_machine_as_test(seed(0)(machine), settings=PROFILES["dev"].settings(examples))
    return time.perf_counter() - began


def bench_lines(found: dict[str, Any]) -> list[str]:
    """The figures for people."""
    return [
        *wrap(f"system: {found['system']}", 80),
        f"{found['examples']} runs of {STEPS} steps each, and the steps after the faults have ended",
        f"steps that do nothing: {found['trivial_rate']:>12,.0f} steps/s",
        f"the hunt, in lock-step: {found['rate']:>11,.0f} steps/s, ratio {found['rate'] / found['trivial_rate']:.2f}",
        f"states seen: {found['states']:,}",
    ]
