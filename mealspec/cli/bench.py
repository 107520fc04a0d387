"""How fast the explorer is, beside the naive way, on the same system in the same run."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from textwrap import wrap
from typing import Any

from mealspec.core import System, explore
from mealspec.core.objects import explore_slowly

NAIVE_STATES = 300
"""States that the naive way finds before it stops; more would only take longer."""


@dataclass(frozen=True)
class Measurement:
    """States expanded and seconds taken, by the explorer and by stepping ``transitions`` objects."""

    system: str
    states: int
    seconds: float
    naive_states: int
    naive_seconds: float

    @property
    def ratio(self) -> float:
        """How many times as many states per second."""
        return (self.states / self.seconds) / (self.naive_states / self.naive_seconds)

    def to_json(self) -> dict[str, Any]:
        """The figures for machines."""
        return {**asdict(self), "ratio": self.ratio}


def measure(system: System) -> Measurement:
    """Explore completely (once before, which compiles), and naively for a while."""
    explore(system, depth=1)
    graph, naive = explore(system), explore_slowly(system, limit=NAIVE_STATES)
    return Measurement(system.name, len(graph), graph.seconds, naive.expanded, naive.seconds)


def bench_lines(result: Measurement) -> list[str]:
    """The figures for people."""
    ways = (("explorer:", result.states, result.seconds), ("naive:", result.naive_states, result.naive_seconds))
    return [
        *wrap(f"system: {result.system}", 80),
        *(f"{name:9} {n:>9,} states in {seconds:8.3f} s: {n / seconds:>12,.0f} states/s" for name, n, seconds in ways),
        f"ratio:    {result.ratio:,.0f}",
    ]
