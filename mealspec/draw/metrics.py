"""What monitoring would show: how long meals take and how often they are polled for, as curves and as a page.

A curve tells how many meals are not done yet, on a scale on which each line is a tenth of the one above: so what comes
once in a thousand meals is seen, and what never comes stays.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from math import log10
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mealspec.check.alert import alerts
from mealspec.check.latency import outcomes
from mealspec.check.metrics import AFTER, PATIENCE, Meals, percentile, simulate
from mealspec.check.show_metrics import ALERT, RATE, SECTIONS, alert_row, rate_row, seconds, share
from mealspec.draw.page import Page, code, references, render
from mealspec.draw.text import measure, wrapped
from mealspec.draw.timeline import document, words
from mealspec.model.design import DESIGNS
from mealspec.model.rates import RATES, Rate
from mealspec.model.scope import Scope

PAGE, PICTURE = "metrics.md", "metrics.svg"
MEALS, SEED, SCOPE = 10_000, 1, Scope(connections=1, faults=1)
"""What the committed page shows; the scope is the one that ``latency`` computes."""

TOTAL, LEFT, RIGHT, TALL, LINE = 1000, 74, 24, 270, 18
"""In pixels: the width, what the scales take, how tall a plot is, and a line of text."""

COLOURS = (
    ("#b34700", "#ffa45c"), ("#cf222e", "#ff7b72"), ("#8250df", "#ab7df8"), ("#1a7f37", "#4cc764"),
    ("#c4cad1", "#4a525c"), ("#0958b3", "#74b4ff"), ("#0d7680", "#5cc8d2"),
)  # fmt: skip
"""Of the curves, for light and for dark."""

LOOKS = ((2.2, ""), (2.2, ""), (2.2, "9 4"), (2.2, ""), (7, ""), (2.2, "7 3 2 3"), (2.2, ""))
"""How wide the curves are, and their dashes: two that run together can still be told apart."""


class Plot(NamedTuple):
    """Curves over one measure: what it says, the values of each design, and where the scale ends."""

    title: str
    axis: str
    values: Sequence[NDArray[Any]]
    most: int
    step: int


def plots(found: Sequence[Meals]) -> tuple[Plot, Plot]:
    """Time to update, and polls."""
    waits, polls = [each.seconds for each in found], [each.count("polls") for each in found]
    return (
        Plot("Meals that are not on the screen yet", "seconds since the completion", waits, 60, 10),
        Plot("Sessions with more polls than that", "polls", polls, 20, 2),
    )


def picture(found: Sequence[Meals], scope: Scope, seed: int) -> str:
    """Both plots as one SVG document."""
    title = "Time to update, and polls"
    told = (
        f"{len(found[0].seen):,} meals of each design, drawn at random with seed {seed}: {scope.describe()}. "
        "Each line is a tenth of the one above."
    )
    out, y = [words(12, 32, title, "ink title")], 36.0
    for line in wrapped(told, TOTAL - 24, 13):
        y += LINE
        out.append(words(12, y, line, "quiet"))
    for plot in plots(found):
        out += _plot(plot, y + 38, len(found[0].seen))
        y += TALL + 92
    y += 16
    legend, y = _legend([str(each.design) for each in found], y)
    about = " ".join([told, *map(_described, found)])
    return document(TOTAL, y, title, about, _hues(0), _hues(1), [*out, *legend], ' style="max-width:100%;height:auto"')


def _described(each: Meals) -> str:
    half, most = (seconds(percentile(each.seconds, some)) for some in (0.5, 0.99))
    never = share(np.isinf(each.seconds).sum(), len(each.seconds))
    return f"{each.design}: p50 {half}, p99 {most}, never {never}; {each.count('polls').mean():.2f} polls a meal."


def _hues(dark: int) -> str:
    return "".join(f".c{k} {{ stroke: {hues[dark]}; }}\n" for k, hues in enumerate(COLOURS))


def _plot(plot: Plot, top: float, meals: int) -> Iterator[str]:
    """The plot, its title above ``top``."""
    wide, bottom = TOTAL - LEFT - RIGHT, top + TALL
    lines = max(1, round(log10(meals)))
    yield words(LEFT, top - 12, plot.title, "ink head")
    for tenth in range(lines + 1):
        y = top + TALL * tenth / lines
        yield f'<path d="M{LEFT} {y:g}H{TOTAL - RIGHT}" class="life"/>'
        yield words(LEFT - 8, y + 4, f"{100 / 10**tenth:g}%", "quiet small", "end")
    for value in range(0, plot.most + 1, plot.step):
        x = LEFT + wide * value / plot.most
        yield f'<path d="M{x:g} {bottom:g}v5" class="life"/>' + words(
            x, bottom + 18, str(value), "quiet small", "middle"
        )
    yield words(LEFT + wide / 2, bottom + 36, plot.axis, "quiet", "middle")
    for number, values in enumerate(plot.values):
        points = [(LEFT + wide * x / plot.most, top + TALL * min(-log10(y), lines) / lines if y else bottom)
                  for x, y in _beyond(values, plot.most)]  # fmt: skip
        path = f"M{LEFT} {top:g}" + "".join(f"V{y:.1f}" if x == LEFT else f"H{x:.1f}V{y:.1f}" for x, y in points)
        last = points[-1][1] if points else top
        yield _curve(number, path if last >= bottom else f"{path}H{TOTAL - RIGHT}")


def _beyond(values: NDArray[Any], most: int) -> list[tuple[float, float]]:
    """How many of the values, as a share, are greater than each of them, as far as the scale goes."""
    if not len(values):
        return []
    places = [float(value) for value in np.unique(values) if value <= most]
    return [(place, float((values > place).mean())) for place in places]


def _curve(number: int, path: str) -> str:
    k = number % len(COLOURS)
    wide, dashes = LOOKS[k]
    dash = f' stroke-dasharray="{dashes}"' if dashes else ""
    return f'<path d="{path}" class="c{k}" fill="none" stroke-width="{wide:g}" stroke-linejoin="round"{dash}/>'


def _legend(names: Sequence[str], y: float) -> tuple[list[str], float]:
    """A sample and the name of each curve; and where it ends."""
    out, x = list[str](), 12.0
    for number, name in enumerate(names):
        wide = 40 + measure(name, 13) + 22
        if x + wide > TOTAL:
            x, y = 12.0, y + LINE + 4
        out += [_curve(number, f"M{x:g} {y:g}h32"), words(x + 38, y + 4.5, name)]
        x += wide
    return out, y + 18


# ---------------------------------------------------------------------- the page


@cache
def pages() -> tuple[Page, Page]:
    """The page and its picture."""
    found = {name: simulate(plan, SCOPE, MEALS, SEED) for name, plan in DESIGNS.items()}
    every, flawed, healthy = list(found.values()), found["published"], found["hardened"]
    lost = np.isinf(flawed.seconds)
    text = render(
        PAGE, "metrics", "Metrics", "how long meals take, and what an alert is worth", picture=PICTURE, scope=SCOPE,
        meals=MEALS, seed=SEED, after=AFTER, patience=PATIENCE, sections=SECTIONS,
        rows=lambda section: map(section.row, every), alert=ALERT, alerts=map(alert_row, alerts(flawed, healthy)),
        rate=RATE, rates=map(_rate, RATES), flawed=flawed, healthy=healthy,
        greatest=max(each.greatest or 0 for each in outcomes(healthy.design, SCOPE) if each.occurs),
        pushed=share((flawed.count("not_connected")[flawed.completed][lost] == 0).sum(), lost.sum()),
        polled=share((flawed.count("polls")[flawed.completed][lost] > 0).sum(), lost.sum()),
    )  # fmt: skip
    return text, Page(PICTURE, "Time to update, and polls", "curves of both, by design", picture(every, SCOPE, SEED))


def _rate(rate: Rate) -> tuple[str, ...]:
    name, *says, _ = rate_row(rate)
    return code(name), *says, references(PAGE, rate.refs) or "assumed"
