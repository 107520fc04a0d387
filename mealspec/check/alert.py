"""Where an alert should be set (R29): the threshold that tells a flawed design from a healthy one, and its errors.

The alert that is asked for fires on excessive polling. Whether that tells anything is measured here, beside the other
things that monitoring sees: for one meal, where it must fire on those that the flawed design never shows and on none of
the healthy one, and for a hundred meals in a row, where it must tell the designs apart.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mealspec.check.metrics import Meals

WINDOW = 100
"""Meals in a row over which an alert takes the mean."""

LATE = 30
"""Seconds after which a meal counts as late."""

Values = NDArray[np.float64]

Measure = Callable[[Meals], Values]

POLLING: Mapping[str, Measure] = {
    "polls": lambda meals: meals.count("polls").astype(np.float64)[meals.completed],
    "seconds of polling": lambda meals: meals.polling[meals.completed],
}
"""What the requirement asks for."""

NOTIFIED: Mapping[str, Measure] = {
    "not connected": lambda meals: meals.count("not_connected").astype(np.float64)[meals.completed],
}

SEEN: Mapping[int, Mapping[str, Measure]] = {
    1: {**POLLING, **NOTIFIED, "seconds to update": lambda meals: meals.seconds},
    WINDOW: {**POLLING, **NOTIFIED, f"later than {LATE} s": lambda meals: (meals.seconds > LATE).astype(np.float64)},
}
"""What monitoring sees of a meal, and of many; that one is late can be told in time, that it never comes cannot."""


class Alert(NamedTuple):
    """A threshold.

    Attributes
    ----------
    measure
        What is compared with it.
    meals
        Of one meal, or the mean of so many.
    above
        Whether it fires above the threshold; else below.
    threshold
        Which value it must exceed, or fall below.
    false_alarms
        How often it fires on the healthy design.
    misses
        How often it does not fire where it should.
    """

    measure: str
    meals: int
    above: bool
    threshold: float
    false_alarms: float
    misses: float

    @property
    def when(self) -> str:
        """When it fires, in words."""
        return f"{'more' if self.above else 'less'} than {self.threshold:.4g}"

    @property
    def errors(self) -> float:
        """False alarms and misses together; an alert that fires at random has one in all."""
        return self.false_alarms + self.misses

    def to_json(self) -> dict[str, object]:
        """For programs."""
        return {**self._asdict(), "when": self.when}


def threshold(bad: Values, good: Values, above: bool = True) -> float:
    """The threshold with the fewest errors; of several the one with fewest false alarms, and of these the lowest.

    >>> threshold(np.array([5.0, 9.0, 2.0]), np.array([1.0, 2.0]))
    2.0
    >>> threshold(np.array([1.0, 2.0]), np.array([5.0, 9.0, 2.0]), above=False)
    5.0
    """
    sign = 1 if above else -1
    worse, better = np.sort(sign * bad), np.sort(sign * good)
    cuts = np.unique(np.concatenate([worse, better]))
    misses = np.searchsorted(worse, cuts, side="right") / len(worse)
    alarms = 1 - np.searchsorted(better, cuts, side="right") / len(better)
    best = np.lexsort((alarms, np.round(misses + alarms, 9)))[0]  # of equals the first, which is the lowest
    return float(sign * cuts[best])


def fires(values: Values, cut: float, above: bool) -> float:
    """The share of the values on which an alert fires.

    >>> fires(np.array([1.0, 2.0, 3.0, np.inf]), 2.0, above=True)
    0.5
    """
    return float(np.mean(values > cut if above else values < cut))


def alerts(flawed: Meals, healthy: Meals) -> Iterator[Alert]:
    """For each measure the best threshold, of one meal and of many; for polling below it, too, if that is better.

    Each threshold is set on the first half of what was seen, and its errors are counted on the second.
    """
    lost = np.isinf(flawed.seconds)
    for meals, measures in SEEN.items():
        for name, measure in measures.items():
            bad, good = measure(flawed), measure(healthy)
            wrong, right = (bad[lost], good) if meals == 1 else (_means(bad), _means(good))
            if len(wrong) > 1 and len(right) > 1:
                up, down = (_alert(name, meals, wrong, right, above) for above in (True, False))
                yield from [up, down] if name in POLLING and down.errors < up.errors else [up]


def _alert(name: str, meals: int, wrong: Values, right: Values, above: bool) -> Alert:
    (learnt, bad), (known, good) = np.array_split(wrong, 2), np.array_split(right, 2)
    cut = threshold(learnt, known, above)
    return Alert(name, meals, above, cut, fires(good, cut, above), 1 - fires(bad, cut, above))


def _means(values: Values) -> Values:
    """Of each hundred in a row."""
    return np.asarray(values[: len(values) // WINDOW * WINDOW].reshape(-1, WINDOW).mean(axis=1), np.float64)
