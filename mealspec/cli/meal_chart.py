"""One meal over its seconds, as a drawing: the lines of both logs, and between them the steps that none tells."""

from __future__ import annotations

from collections.abc import Iterator
from math import inf

from mealspec.check.excerpts import LOGS
from mealspec.core import Kind
from mealspec.core.errors import CheckerError
from mealspec.diagnose.diagnosis import Diagnosed
from mealspec.diagnose.reading import shown_time
from mealspec.diagnose.verdict import Explanation
from mealspec.draw.timeline import Item, Lane, Panel, Timeline

EDGE = 2.0
"""Seconds that stand before the first and after the last line."""

TICKS = 12
"""Names on the axis at most, or so."""


def meal_chart(meal: Diagnosed) -> Timeline:
    """The likeliest explanation of a meal; ``CheckerError`` if there is none whose steps have times."""
    best, times = meal.best.best, meal.episode.times
    if best is None or best.times is None or not times:
        name = meal.episode.meal or "the meal"
        raise CheckerError(
            f"there is nothing to draw of {name}: no likeliest run fits its seconds, or no line has a time"
        )
    begin, end = min(times) - EDGE, max(times) + EDGE
    every = max(1, round((end - begin) / TICKS))
    names = {
        second - begin: shown_time(second)[:8] for second in range(int(begin) + 1, int(end) + 1) if second % every == 0
    }
    lanes = [Lane(f"{LOGS[log]} log", tuple(_lines(meal, log, begin))) for log in (0, 1)]
    lanes.append(Lane("in between, by the server's clock", tuple(_hidden(best, begin, end))))
    subtitle = f"{best.says}; the likeliest run of {best.suspect.design}, each log by its own clock"
    notes = (
        "A bar says between which moments a step can have been that no line tells, by the clocks of the model, in this "
        f"run; {best.search.number:,} are as likely.",
        f"The client's clock is {best.times.ahead} ahead of the server's, if this is what happened.",
    )
    panel = Panel("", tuple(lanes), 0, end - begin, names)
    title = f"Meal {meal.episode.meal or 'without a name'}: {best.label}"
    return Timeline("meal", title, subtitle, (panel,), notes)


def _lines(meal: Diagnosed, log: int, begin: float) -> Iterator[Item]:
    at = 0.0
    for entry in meal.episode.lines[log]:
        at = entry.at - begin if entry.at is not None else at
        yield Item(at, at, entry.text.split(" ", 1)[-1] if entry.at is not None else entry.text, entry.text)


def _hidden(best: Explanation, begin: float, end: float) -> Iterator[Item]:
    assert best.times is not None
    for name, log, at in zip(best.run.events, best.seen, best.times.at, strict=True):
        if log < 0:
            event = best.run.system.event(name)
            first = None if at.least == -inf else max(0.0, at.least - begin)
            last = min(at.most, end) - begin
            yield Item(first, last, event.label or name, "", event.kind is Kind.FAULT)
