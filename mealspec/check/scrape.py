"""Metrics in the text form of OpenMetrics 1.0, which Prometheus scrapes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from math import inf
from typing import Any, NamedTuple

import numpy as np

from mealspec.check.metrics import Meals

SECONDS = (0, 1, 2, 5, 10, 20, 30, 60, 120, 300)
POLLS = (0, 1, 2, 3, 5, 8, 13, 21, 34, 55)
"""The upper bounds of buckets, but for infinity."""


class Counter(NamedTuple):
    """A number that grows: its name, what it says, its label if it has one, and how to count by that label."""

    name: str
    says: str
    label: str
    counts: Callable[[Meals], Mapping[str, Any]]

    def lines(self, found: Sequence[Meals]) -> Iterator[str]:
        """What is scraped."""
        yield from _head(self.name, "counter", self.says)
        for each in found:
            for value, number in self.counts(each).items():
                label = {self.label: value} if self.label else {}
                yield f"{self.name}_total{_labels(each, **label)} {number}"


class Histogram(NamedTuple):
    """A distribution: its name, what it says, the bounds of its buckets, and its values."""

    name: str
    says: str
    bounds: tuple[int, ...]
    values: Callable[[Meals], Any]

    def lines(self, found: Sequence[Meals]) -> Iterator[str]:
        """What is scraped."""
        yield from _head(self.name, "histogram", self.says)
        for each in found:
            values = self.values(each)
            for most in self.bounds:
                yield f"{self.name}_bucket{_labels(each, le=str(float(most)))} {(values <= most).sum()}"
            yield f"{self.name}_bucket{_labels(each, le='+Inf')} {len(values)}"
            yield f"{self.name}_count{_labels(each)} {len(values)}"
            yield f"{self.name}_sum{_labels(each)} {float(values.sum())}"


def _fates(each: Meals) -> dict[str, int]:
    never = int(np.isinf(each.seconds).sum())
    fates = {"shown": len(each.seconds) - never, "never_shown": never, "failed": int(each.failed.sum())}
    return {**fates, "unfinished": len(each.seen) - sum(fates.values())}


def _total(name: str) -> Callable[[Meals], Mapping[str, Any]]:
    return lambda each: {"": each.count(name).sum()}


FAMILIES: tuple[Counter | Histogram, ...] = (
    Counter("mealspec_meals", "Meals by what became of them.", "fate", _fates),
    Histogram("mealspec_time_to_update_seconds", "From the completion to the screen, of meals that are shown.", SECONDS,
              lambda each: each.seconds[each.seconds < inf]),
    Counter("mealspec_updates", "Completed meals that are shown.", "way",
            lambda each: {name: some.sum() for name, some in each.ways.items()}),
    Counter("mealspec_dials", "Attempts to connect.", "", _total("dials")),
    Counter("mealspec_connections", "Dials that opened a socket.", "", _total("opened")),
    Counter("mealspec_failed_dials", "Dials that failed.", "", _total("failed")),
    Counter("mealspec_beliefs", "Dials that the client takes for a success.", "", _total("believed")),
    Counter("mealspec_messages", "Messages that are handled.", "", _total("messages")),
    Counter("mealspec_not_connected", "Pushes that are skipped: nobody is connected.", "", _total("not_connected")),
    Histogram("mealspec_polls", "Polls of a session.", POLLS, lambda each: each.count("polls")),
    Histogram("mealspec_polling_seconds", "How long a poll task runs in one.", SECONDS, lambda each: each.polling),
)  # fmt: skip
"""All of them."""


def openmetrics(found: Sequence[Meals]) -> str:
    """The figures of these designs, each with the design as a label."""
    return "".join(f"{line}\n" for family in FAMILIES for line in family.lines(found)) + "# EOF\n"


def _head(name: str, kind: str, says: str) -> Iterator[str]:
    yield f"# TYPE {name} {kind}"
    if name.endswith("_seconds"):
        yield f"# UNIT {name} seconds"
    yield f"# HELP {name} {says}"


def _labels(each: Meals, **more: str) -> str:
    return "{" + ",".join(f'{name}="{value}"' for name, value in {"design": str(each.design), **more}.items()) + "}"
