"""All pictures that are laid out by Graphviz."""

from __future__ import annotations

from collections.abc import Iterator

from mealspec.draw import communication, machines, states
from mealspec.draw.dot import Picture

__all__ = ["pictures"]


def pictures() -> Iterator[Picture]:
    """Who talks to whom, every machine and what changes in it, and the reachable states of every design."""
    yield from communication.pictures()
    yield from machines.pictures()
    yield from states.pictures()
