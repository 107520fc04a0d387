"""A watch over a story and its mutant, on short alphabets: all sequences of events say the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import product
from random import Random

import pytest

from mealspec.check import story_mutants as subject
from mealspec.check.story_mutants import ALIKE, APART, Story, both, narrow
from mealspec.core import Event, Kind
from mealspec.properties.scenarios import scenario

TOLD = scenario("F15")
EVENTS = tuple(
    Event(f"{group}.{m}", Kind.USER, "x", ("m",), group=group, values={"m": m})
    for group, m in product("ab", ("m1", "m2"))
)
STEPS = ("a", "b", "a.m1", "b.m2")


def counted(steps: Sequence[str], events: Sequence[Event]) -> list[int]:
    """How many milestones are behind after each event."""
    out = [0]
    for event in events:
        k = out[-1]
        out.append(k + (k < len(steps) and event.is_of(steps[k])))
    return out


def alone(one: Sequence[str], other: Sequence[str], events: Sequence[Event]) -> list[bool]:
    """Whether just one of the two has come to its end after each event, once it has."""
    ends = [
        (a == len(one)) != (b == len(other)) for a, b in zip(counted(one, events), counted(other, events), strict=True)
    ]
    return [any(ends[: k + 1]) for k in range(len(ends))]


def can_part(one: Sequence[str], other: Sequence[str], at: tuple[int, int]) -> bool:
    """Whether from there on some events lead to where just one has come to its end."""
    waiting, seen = [at], {at}
    for a, b in waiting:
        if (a == len(one)) != (b == len(other)):
            return True
        for event in EVENTS:
            then = counted(one[a:], [event])[-1] + a, counted(other[b:], [event])[-1] + b
            if then not in seen:
                seen.add(then)
                waiting.append(then)
    return False


def test_two_stories_are_apart_once_just_one_has_ended_and_alike_once_none_can_end_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(subject, "_events", lambda told: EVENTS)
    seen = set()
    for seed in range(120):
        draw = Random(seed)
        one, other = (tuple(draw.choice(STEPS) for _ in range(draw.randint(1, 3))) for _ in range(2))
        watch = both(replace(TOLD, steps=one), other)
        for events in (draw.choices(EVENTS, k=5) for _ in range(12)):
            state: object = watch.initial
            parted = alone(one, other, events)
            for k, event in enumerate([None, *events]):
                if event is not None and event.name in watch.alphabet:
                    state = watch.step(state, event.name)
                a, b = counted(one, events[:k])[-1], counted(other, events[:k])[-1]
                expected = APART if parted[k] else ALIKE if not can_part(one, other, (a, b)) else (a, b)
                assert state == expected, (one, other, [each.name for each in events[:k]])
                seen.add(expected if isinstance(expected, str) else "open")
    assert seen == {APART, ALIKE, "open"}


def test_a_story_is_judged_with_no_more_than_its_own_run_needs() -> None:
    """A duplicate submit needs no connection and one fault, a failed upload."""
    told, steps = narrow(TOLD)
    assert (told.scope.connections, told.scope.faults, told.scope.includes) == (1, 1, frozenset({"upload"}))
    assert told.steps == TOLD.steps
    assert steps >= len(TOLD.steps)


def test_what_is_done_or_not_asked_for_is_not_judged() -> None:
    story = Story(TOLD)
    assert list(story.judged(only=lambda name: name != "F15")) == []
    every = list(story.judged())
    done = {(outcome.about, outcome.change) for outcome in every[1:]}
    assert list(story.judged(done)) == every[:1]
    assert list(story.judged({*done, (every[0].about, every[0].change)})) == []
