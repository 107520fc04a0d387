"""A violating run made short, event by event.

A script is a list of events of which those that are refused are skipped; so leaving one event out leaves
out what depends on it, and the rest of the run stays what it is. That is why this finds what leaving out
random choices does not. The result is minimal in this sense: no three events can be left out; nor, once
it is polished, can any be when one or two others take their places.

Reference: A. Zeller, R. Hildebrandt, *Simplifying and isolating failure-inducing input* (2002).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import combinations

Attempt = Callable[[Sequence[int], int], Sequence[int] | None]
"""Runs a script: the violating run that it leads to, if that is shorter than so many events."""

Others = Callable[[Sequence[int]], Sequence[int]]
"""The events that can happen after a run."""

Run = tuple[int, ...]

JOINT = 3
"""How many single events are left out together."""


def shrunk(run: Sequence[int], attempt: Attempt) -> Run:
    """A short run that ``attempt`` still accepts, by leaving events out.

    Examples
    --------
    >>> shrunk([1, 2, 3, 1, 4, 2], lambda script, limit: script if 3 in script and 4 in script else None)
    (3, 4)
    """
    return _least(tuple(run), attempt, _without)


def polished(run: Sequence[int], attempt: Attempt, others: Others) -> Run:
    """An even shorter one, by putting other events in the place of some; that takes longer.

    Examples
    --------
    >>> easy = lambda script, limit: script if len(script) < limit and (5 in script or set(script) >= {3, 4}) else None
    >>> polished([3, 4], easy, lambda run: [1, 5])
    (5,)
    """
    return _least(tuple(run), attempt, lambda short: _scripts(short, others))


def _least(run: Run, attempt: Attempt, scripts: Callable[[Run], Iterator[Run]]) -> Run:
    best: Run | None = run
    while best is not None:
        run = best
        found = (attempt(script, len(run)) for script in scripts(run))
        best = next((tuple(short) for short in found if short is not None), None)
    return run


def _scripts(run: Run, others: Others) -> Iterator[Run]:
    yield from _without(run)
    for k, changed in _replaced(run, others, 0):
        yield changed
        for gap in range(len(run)):
            if gap != k:
                yield (*changed[:gap], *changed[gap + 1 :])
    for k, changed in _replaced(run, others, 0):
        for _, twice in _replaced(changed, others, k + 1):
            yield twice


def _replaced(run: Run, others: Others, begin: int) -> Iterator[tuple[int, Run]]:
    """One event from that index on replaced by another that is possible there."""
    for k in range(begin, len(run)):
        for event in others(run[:k]):
            yield k, (*run[:k], event, *run[k + 1 :])


def _without(run: Run) -> Iterator[Run]:
    """Long stretches left out first, then a few single events."""
    size = len(run) // 2
    while size > 1:
        for begin in range(0, len(run), size):
            yield run[:begin] + run[begin + size :]
        size //= 2
    for count in range(1, JOINT + 1):
        for gaps in combinations(range(len(run)), count):
            yield tuple(event for k, event in enumerate(run) if k not in gaps)
