"""A sample of mutants that is the same each time, and what it says of all of them."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable
from math import sqrt
from typing import Protocol, TypeVar

Position = tuple[int, int]
"""Line, counted from 1, and column."""

Place = tuple[Position, Position]
"""From where to where in a file."""


class Placed(Protocol):
    """A mutant, as far as a sample asks."""

    @property
    def module(self) -> str:
        """Its file."""

    @property
    def place(self) -> Place:
        """What it changes there."""


M = TypeVar("M", bound=Placed)


def sample(every: Iterable[M], size: int, seed: str) -> list[M]:
    """So many places, of each module its share, and of what can be done to each place one thing.

    An operator that has twelve others in its stead would else count twelve times, and what they do to a line of
    constants is noticed when it is imported.
    """
    places: dict[str, dict[Place, list[M]]] = defaultdict(lambda: defaultdict(list))
    for mutant in every:
        places[mutant.module][mutant.place].append(mutant)
    total = sum(map(len, places.values()))
    exact = {module: min(size, total) * len(found) / total for module, found in places.items()}
    share = {module: int(number) for module, number in exact.items()}
    for module in sorted(exact, key=lambda module: (share[module] - exact[module], module)):
        if sum(share.values()) < min(size, total):
            share[module] += 1
    chosen = []
    for module, found in sorted(places.items()):
        draw = random.Random(f"{seed} {module}")
        chosen += [draw.choice(found[place]) for place in sorted(draw.sample(sorted(found), share[module]))]
    return chosen


def wilson(hits: int, tries: int, z: float = 1.96) -> tuple[float, float]:
    """Between which shares the true one lies, with a confidence of 95 %.

    Reference: E. B. Wilson, *Probable inference, the law of succession, and statistical inference* (1927).

    >>> [round(end, 3) for end in wilson(380, 400)]
    [0.924, 0.967]
    """
    if not tries:
        return 0.0, 1.0
    share = hits / tries
    middle = share + z * z / (2 * tries)
    wide = z * sqrt(share * (1 - share) / tries + z * z / (4 * tries * tries))
    scale = 1 + z * z / tries
    return (middle - wide) / scale, (middle + wide) / scale
