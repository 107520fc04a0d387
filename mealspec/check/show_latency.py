"""How seconds are shown: the outcome table, the clocks, and a run with the seconds beside its steps."""

from __future__ import annotations

from collections.abc import Iterator

from rich.table import Table
from rich.text import Text

from mealspec.check.latency import Outcome
from mealspec.core import Kind
from mealspec.model.clocks import Clock, seconds
from mealspec.model.design import Design


def outcome_table(plan: Design, found: list[Outcome]) -> Table:
    """For each situation in which a meal may be completed, the seconds, by what, and the claim."""
    table = Table(title=str(plan), title_justify="left", width=80)
    for column in ("completed while", "least", "most", "by", "claimed", "so that is"):
        table.add_column(column, justify="right" if column in ("least", "most") else "left")
    for each in found:
        if each.occurs:
            least = "-" if each.least is None else f"{each.least:g} s"
            ways = ", ".join(name for name, delay in each.ways.items() if delay.least is not None) or "-"
            verdict = Text(each.verdict, style="green" if each.verdict == "true" else "red")
            table.add_row(each.situation.name, least, each.most, ways, each.situation.claimed, verdict)
    return table


def clock_table(table: tuple[Clock, ...]) -> Table:
    """Every clock with its seconds and where they come from."""
    out = Table(width=80)
    for column in ("clock", "what", "seconds", "from"):
        out.add_column(column)
    for clock in table:
        out.add_row(clock.name, clock.what, seconds(clock), ", ".join(clock.refs) or "assumed")
    return out


def timeline(found: Outcome) -> Iterator[str]:
    """The slowest run, or one that never shows the meal, each step with the seconds since the completion."""
    run = found.whole.latest
    if run is None:
        return
    done = next(k for k, name in enumerate(run.events) if name.startswith("server.complete."))
    kinds = [run.system.event(name).kind for name in run.events]
    ticks, begun = 0, kinds[:done].count(Kind.TIME)
    yield f"The slowest run: {found.situation.name}" if run.loop is None else "A run that never shows it"
    for k, name in enumerate(run.events):
        if k == run.loop:
            yield "        from here round and round"
        if kinds[k] is Kind.TIME:
            ticks += 1
        else:
            at = (ticks - begun) * found.quantum
            yield f"{at:+7.4g} s  {run.system.event(name).label or name}"
    yield ""
