"""All pictures that are laid out by Graphviz."""

from __future__ import annotations

from collections.abc import Iterator

from draw import machines, states, talk
from draw.dot import Picture

__all__ = ["pictures"]


def pictures() -> Iterator[Picture]:
    """Who talks to whom, every machine and what changes in it, and the reachable states of every design."""
    yield from talk.pictures()
    yield from machines.pictures()
    yield from states.pictures()
