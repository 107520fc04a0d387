"""How metrics are shown: tables for people, and figures for programs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from math import inf
from typing import Any, NamedTuple

import numpy as np
from rich.box import SIMPLE_HEAD
from rich.table import Table

from mealspec.check.alert import Alert
from mealspec.check.latency import WAYS
from mealspec.check.metrics import COUNTED, Meals, percentile
from mealspec.model.rates import Rate, Spread

SHARES = (0.5, 0.9, 0.95, 0.99)
PERCENTILES = tuple(f"p{some * 100:g}" for some in SHARES)
"""Percentiles that are told, and their names."""


def seconds(value: float | None) -> str:
    """For people.

    >>> seconds(2.0), seconds(inf), seconds(None)
    ('2 s', 'never', '-')
    """
    return "-" if value is None else "never" if value == inf else f"{value:g} s"


def share(part: float, whole: float) -> str:
    """A part of a whole, for people.

    >>> share(1, 8), share(8, 8), share(0, 0)
    ('12.5%', '100%', '-')
    """
    return "-" if not whole else f"{part / whole:.0%}" if part in (0, whole) else f"{part / whole:.1%}"


def _updates(each: Meals) -> Iterator[str]:
    yield str(each.design)
    yield from (seconds(percentile(each.seconds, some)) for some in SHARES)
    yield from (share(some.sum(), len(some)) for some in (np.isinf(each.seconds), *each.ways.values()))


def _connections(each: Meals) -> Iterator[str]:
    dials = each.count("dials")
    yield from (str(each.design), f"{dials.mean():.2f}")
    yield from (share(each.count(name).sum(), dials.sum()) for name in ("opened", "believed"))
    yield f"{each.count('messages').mean():.2f}"
    yield share((each.count("not_connected") > 0).sum(), len(each.seen))


def _polling(each: Meals) -> Iterator[str]:
    polls = each.count("polls")
    yield from (str(each.design), f"{polls.mean():.2f}")
    yield from (f"{percentile(polls, some):g}" for some in (0.5, 0.99))
    yield f"{each.polling.mean():.1f} s"
    yield from (seconds(percentile(each.polling, some)) for some in (0.5, 0.99))


class Section(NamedTuple):
    """A table of one row a design: its title, the heads of its columns, and the cells of a row."""

    title: str
    head: tuple[str, ...]
    row: Callable[[Meals], Iterator[str]]


SECTIONS = (
    Section("From the completion to the screen, and by what", ("design", *PERCENTILES, "never", *WAYS), _updates),
    Section("Connections: dials that open a socket, and that the client takes for a success",
            ("design", "dials a meal", "opened", "by the client", "messages", "not connected"), _connections),
    Section("Polling, from the opened app to the end of the session",
            ("design", "polls a meal", "p50", "p99", "seconds a meal", "p50", "p99"), _polling),
)  # fmt: skip

ALERT = ("what is measured", "of", "fires at", "false alarms", "misses")
"""The heads of the columns of :func:`alert_row`."""


def alert_row(each: Alert) -> tuple[str, ...]:
    """When it fires, and how often it is wrong."""
    of = "a meal" if each.meals == 1 else f"{each.meals} meals"
    return each.measure, of, each.when, f"{each.false_alarms:.1%}", f"{each.misses:.1%}"


RATE = ("rate", "what", "how often", "from")
"""The heads of the columns of :func:`rate_row`."""


def rate_row(rate: Rate) -> tuple[str, ...]:
    """A rate, and where it comes from."""
    says = f"how it is spread: {rate.what}" if isinstance(rate, Spread) else rate.what
    return rate.name, says, rate.says, ", ".join(rate.refs) or "assumed"


def tables(found: Sequence[Meals]) -> Iterator[Table]:
    """Time to update, connections and polling."""
    return (_table(section.title, section.head, map(section.row, found)) for section in SECTIONS)


def alert_table(flawed: Meals, healthy: Meals, some: Iterable[Alert]) -> Table:
    """When an alert on each measure should fire, and how often it is wrong."""
    return _table(f"An alert that fires on {flawed.design} and not on {healthy.design}", ALERT, map(alert_row, some))


def _table(title: str, head: Sequence[str], rows: Iterable[Iterable[str]]) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=SIMPLE_HEAD, width=80, pad_edge=False)
    for number, column in enumerate(head):
        table.add_column(column, justify="right" if number else "left", no_wrap=not number)
    for cells in rows:
        table.add_row(*cells)
    return table


def rate_table(rates: tuple[Rate, ...]) -> Table:
    """Every rate."""
    out = Table(*RATE, width=80)
    for rate in rates:
        out.add_row(*rate_row(rate))
    return out


# ---------------------------------------------------------------------- for programs


def to_json(found: Meals) -> dict[str, Any]:
    """The figures of a design; what is never is null."""
    return {
        "sessions": len(found.seen), "completed": int(found.completed.sum()), "failed": int(found.failed.sum()),
        "failed_and_shown": int((found.failed & found.shown).sum()),
        "seconds_to_update": _told(found.seconds),
        "ways": {name: int(some.sum()) for name, some in found.ways.items()},
        "situations": {name: _told(found.seconds[some]) for name, some in found.situations.items() if some.any()},
        "connections": {name: int(found.count(name).sum()) for name in COUNTED if name != "polls"},
        "success_rate": found.success("opened"), "success_rate_by_the_client": found.success("believed"),
        "polls": _told(found.count("polls")), "seconds_of_polling": _told(found.polling),
    }  # fmt: skip


def _told(values: Any) -> dict[str, Any]:
    finite = values[np.isfinite(values)]
    told = {name: percentile(values, some) for name, some in zip(PERCENTILES, SHARES, strict=True)}
    return {
        "meals": len(values), "never": len(values) - len(finite), "mean": float(finite.mean()) if len(finite) else None,
        **{name: None if value == inf else value for name, value in told.items()},
    }  # fmt: skip
