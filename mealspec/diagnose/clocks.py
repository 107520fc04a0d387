"""Two clocks: what is certain of the order of lines of two logs, and which offsets fit.

Each log is ordered in itself. The client's clock is ahead of the server's by an offset that is at most ``apart`` at the
beginning of the logs and drifts by at most ``drift``; neither is known. So a line comes before one of the other log for
certain only if it would with every such offset. A run that fits narrows them: a line that it has before another was
written before it, too.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.optimize import linprog

from mealspec.diagnose.reading import Entry

LATE = 0.1
"""Seconds by which a line may be stamped later or earlier than it is printed."""

APART, DRIFT = 2.0, 100e-6
"""Seconds, and seconds a second, by which the clocks may differ."""


class Interval(NamedTuple):
    """Seconds by which the client's clock may be ahead."""

    least: float
    most: float

    def __and__(self, other: object) -> Interval:
        assert isinstance(other, Interval)
        return Interval(max(self.least, other.least), min(self.most, other.most))

    @property
    def empty(self) -> bool:
        """Whether there is none."""
        return self.least > self.most

    def __str__(self) -> str:
        return f"{self.least:+.2f} to {self.most:+.2f} s"


@dataclass(frozen=True)
class Clocks:
    """How far the clocks may differ."""

    apart: float = APART
    drift: float = DRIFT
    origin: float = 0.0

    def around(self, at: float) -> Interval:
        """The offsets that may be at a moment."""
        most = self.apart + self.drift * abs(at - self.origin)
        return Interval(-most, most)

    def after(
        self, client: Sequence[Entry], server: Sequence[Entry], ahead: Interval
    ) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """For each line of each log how many of the other's come before it with every offset of the interval."""
        fine = fineness((*client, *server))

        def before(at: float | None, others: Sequence[Entry], lag: float) -> int:
            if at is None:
                return 0
            known = (k + 1 for k, other in enumerate(others) if other.at is not None and other.at + lag + fine <= at)
            return max(known, default=0)

        # A stamp s of the client was written at s - ahead by the server's clock.
        return (
            tuple(before(entry.at, server, ahead.most) for entry in client),
            tuple(before(entry.at, client, -ahead.least) for entry in server),
        )


def fineness(entries: Iterable[Entry]) -> float:
    """How much later than its stamp a line may have been written: stamps of whole seconds are cut off."""
    return 1.0 if all(entry.at is None or entry.at == int(entry.at) for entry in entries) else LATE


def fits(
    client: Sequence[Entry], server: Sequence[Entry], order: Iterable[tuple[int, int]], ahead: Interval
) -> Interval:
    """Of some offsets those with which the lines were written in an order: pairs of a log and a number."""
    fine = fineness((*client, *server))
    least, most = ahead
    late_client = late_server = None
    for log, k in order:
        at = (client, server)[log][k].at
        if at is None:
            continue
        if log == 0:
            late_client = at
            if late_server is not None:  # it is written after that line of the server
                most = min(most, at + fine - late_server)
        else:
            late_server = at
            if late_client is not None:
                least = max(least, late_client - at - fine)
    return Interval(least, most)


BUCKETS = 64


class Fit:
    """Which offsets and drifts fit all runs that were found; in memory that does not grow."""

    def __init__(self, clocks: Clocks) -> None:
        self._clocks = clocks
        self._known: dict[int, tuple[float, Interval]] = {}
        self._wide = 1.0
        self.contradicted = 0

    def take(self, at: float, ahead: Interval) -> None:
        """One more meal, about which it is certain that the offset was so at that moment."""
        slot = int((at - self._clocks.origin) / self._wide)
        if abs(slot) >= BUCKETS:
            self._wide *= 2 * (abs(slot) // BUCKETS + 1)
            known, self._known = self._known, {}
            for moment, some in known.values():
                self._put(moment, some)
        self._put(at, ahead)

    def _put(self, at: float, ahead: Interval) -> None:
        slot = int((at - self._clocks.origin) / self._wide)
        moment, some = self._known.get(slot, (at, ahead))
        slack = self._clocks.drift * abs(at - moment)
        both = some & Interval(ahead.least - slack, ahead.most + slack)
        if both.empty:
            self.contradicted += 1
        else:
            self._known[slot] = (moment, both)

    def answer(self) -> tuple[Interval, Interval] | None:
        """The offsets at the beginning and the drifts that fit; None if none do."""
        c = self._clocks
        rows, most = [], []
        for at, some in self._known.values():
            passed = at - c.origin
            rows += [[1.0, passed], [-1.0, -passed]]
            most += [some.most, -some.least]
        bounds = [(-c.apart, c.apart), (-c.drift, c.drift)]
        found = []
        for goal in ([1.0, 0.0], [-1.0, 0.0], [0.0, 1.0], [0.0, -1.0]):
            made = linprog(goal, np.array(rows) if rows else None, np.array(most) if most else None, bounds=bounds)
            if not made.success:
                return None
            found.append(float(made.fun or 0.0))
        return Interval(found[0], -found[1]), Interval(found[2], -found[3])
