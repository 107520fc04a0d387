"""Asking a function about every configuration of some switches at once.

A function that looks at its configuration only by asking whether a switch is on can be run with a
:class:`Configuration` in place of the configuration. Each question that has no answer yet splits the run in two;
so one call finds every outcome, with the answers that lead to it, and what is never asked splits nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Generic, NamedTuple, TypeVar

T = TypeVar("T")


class Branch(NamedTuple, Generic[T]):
    """An outcome, and the answers under which it comes about."""

    given: Mapping[str, bool]
    value: T


class Configuration:
    """A configuration that is being made up: asked about a switch, it answers, and remembers.

    Parameters
    ----------
    free
        The switches that may go either way.
    on
        Of all others, those that are on.
    script
        The answers to the first questions about free switches; later ones are answered with no.
    """

    def __init__(self, free: Collection[str], on: Collection[str], script: tuple[bool, ...] = ()) -> None:
        self._free, self._on, self._script = free, on, script
        self.given: dict[str, bool] = {}

    def __contains__(self, switch: str) -> bool:
        if switch not in self._free:
            return switch in self._on
        if switch not in self.given:
            k = len(self.given)
            self.given[switch] = self._script[k] if k < len(self._script) else False
        return self.given[switch]


def branches(
    function: Callable[[Configuration], T], free: Collection[str], on: Collection[str] = frozenset()
) -> tuple[Branch[T], ...]:
    """Every outcome of the function, as its questions are answered one way and the other.

    The branches exclude each other and leave nothing out.

    >>> for branch in branches(lambda design: "both" if "a" in design and "b" in design else "no", {"a", "b"}):
    ...     print(dict(branch.given), branch.value)
    {'a': False} no
    {'a': True, 'b': False} no
    {'a': True, 'b': True} both
    """
    return tuple(_runs(function, free, on))


def _runs(function: Callable[[Configuration], T], free: Collection[str], on: Collection[str]) -> Iterator[Branch[T]]:
    script: tuple[bool, ...] | None = ()
    while script is not None:
        choice = Configuration(free, on, script)
        value = function(choice)
        yield Branch(choice.given, value)
        script = _next(tuple(choice.given.values()))


def _next(answers: tuple[bool, ...]) -> tuple[bool, ...] | None:
    """The answers with the last no turned into a yes, and none after it."""
    while answers and answers[-1]:
        answers = answers[:-1]
    return (*answers[:-1], True) if answers else None
