"""Random designs that can be built."""

from __future__ import annotations

from random import Random

from mealspec.model.design import Design
from mealspec.model.mechanism import NEEDS, SEEDS

__all__ = ["random_design"]


def random_design(rng: Random, share: float = 0.5) -> Design:
    """Each mechanism with that chance, and without those that lack what they need."""
    some = {m for m in SEEDS if rng.random() < share}
    built = frozenset(m for m in some if m not in NEEDS or NEEDS[m] in some)
    return Design("random", built)
