"""What benchmarks look like: the explorer beside the naive way, and a comparison of engines as tables."""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from textwrap import wrap
from typing import Any

import click
from rich import box
from rich.table import Table

from mealspec.check.engines import Comparison, Run, compare
from mealspec.check.terminal import Terminal
from mealspec.cli.options import print_json
from mealspec.core import System, explore
from mealspec.core.objects import explore_slowly
from mealspec.model.scope import Scope, counted

NAIVE_STATES = 300
"""States that the naive way finds before it stops; more would only take longer."""

SHORT = 12
"""Letters of a reason that stands in a cell."""

FIGURES: dict[str, Callable[[Run], float | None]] = {
    "time to verdict": lambda run: run.verdict,
    "search time per state": lambda run: None if run.rate is None else 1 / run.rate,
}
"""Figures of which less is better, shown as ratios to the least."""


def beside_naive(system: System) -> dict[str, Any]:
    """States and seconds by the explorer (explored once before, which compiles), and by stepping ``transitions``
    objects for a while; ``ratio`` is how many times as many states the explorer takes per second."""
    explore(system, depth=1)
    graph, naive = explore(system), explore_slowly(system, limit=NAIVE_STATES)
    return {
        "system": system.name, "states": len(graph), "seconds": graph.seconds,
        "naive_states": naive.expanded, "naive_seconds": naive.seconds,
        "ratio": (len(graph) / graph.seconds) / (naive.expanded / naive.seconds),
    }  # fmt: skip


def naive_lines(found: dict[str, Any]) -> list[str]:
    """The figures for people."""
    out = wrap(f"system: {found['system']}", 80)
    for name, key in (("explorer", ""), ("naive", "naive_")):
        states, seconds = found[f"{key}states"], found[f"{key}seconds"]
        out.append(f"{name + ':':9} {states:>9,} states in {seconds:8.3f} s: {states / seconds:>12,.0f} states/s")
    return [*out, f"ratio:    {found['ratio']:,.0f}"]


def compare_engines(names: Sequence[str], scopes: Sequence[Scope], limit: float, form: str) -> None:
    """Compare and print: ``form`` is json, markdown or tables; exit status 1 if engines disagree."""
    out = Terminal(width=1000 if form == "markdown" else 80, highlight=False, markup=False)
    every: list[Comparison] = []
    for name in names:
        found = list(compare(name, scopes, limit, lambda text: click.echo(text, err=True)))
        every += found
        if form == "tables":
            out.print(*(part for each in found for part in parts(each)), sep="\n")
            if len(found) > 1:
                out.print(*(part for figure in FIGURES for part in (ratios(found, figure), "")), sep="\n")
    if form == "json":
        print_json({"machine": machine(), "limit": limit, "systems": [each.to_json() for each in every]})
    elif form == "markdown":
        out.print(*(ratios(every, figure, box.MARKDOWN) for figure in FIGURES), sep="\n")
    else:
        click.echo("\n".join(notes(limit)))
    if any(each.disagreements for each in every):
        raise SystemExit(1)


def parts(found: Comparison) -> list[Table | str]:
    """All figures of one system, why some are lacking, and where engines differ."""
    table = _table("engine", "states", "states/s", "bytes", "verdict", "ratio", "and liveness")
    for run, ratio in zip(found.runs, _ratios(found.runs, "time to verdict"), strict=True):
        verdict, everything = ("" if s is None else f"{s:,.1f} s" for s in (run.verdict, run.everything))
        table.add_row(run.engine, _states([run]), _rounded(run.rate), _rounded(run.size), verdict, ratio, everything)
    said = [f"{run.engine}: {run.why}" for run in found.runs if run.why]
    said += [f"DIFFERS: {each}" for each in found.disagreements]
    return [f"{found.design}: {found.scope.describe()}", table, *(f"  {each}" for each in said), ""]


def ratios(found: Sequence[Comparison], figure: str, form: box.Box | None = None) -> Table:
    """A row for each engine, with a cell for each system: the ratio to the least, or why there is none."""
    heads = [f"{each.design}, {counted(each.scope.meals, 'meal')}" for each in found]
    table = _table(figure, *heads, form=form)
    table.add_row("*states*", *(_states(each.runs) for each in found))
    columns = [_ratios(each.runs, figure) for each in found]
    for row, run in enumerate(found[0].runs):
        cells = (column[row] or _why(each.runs[row]) for column, each in zip(columns, found, strict=True))
        table.add_row(run.engine, *cells)
    return table


def _table(first: str, *others: str, form: box.Box | None = None) -> Table:
    table = Table(box=form, pad_edge=form is not None, header_style="")
    table.add_column(first, min_width=14)
    for name in others:
        table.add_column(name, justify="right")
    return table


def _states(runs: Iterable[Run]) -> str:
    return next((f"{run.states:,}" for run in runs if run.states is not None), "")


def _rounded(number: float | None) -> str:
    """All digits before the point, and one after it if there is but one; empty if there is no number."""
    if number is None:
        return ""
    return f"{number:,.0f}" if number >= 9.95 else f"{number:.1f}" if number >= 0.95 else f"{number:.1g}"


def _ratios(runs: Sequence[Run], figure: str) -> list[str]:
    """How many times the least each figure is; empty where it is lacking."""
    values = [FIGURES[figure](run) for run in runs]
    least = min((value for value in values if value is not None), default=1.0)
    return ["" if value is None else _rounded(value / least) for value in values]


def _why(run: Run) -> str:
    return run.why if len(run.why) <= SHORT else "none" if run.states is None else "failed"


def notes(limit: float) -> list[str]:
    """What the figures mean."""
    said = (
        "verdict: seconds until every claim of safety is decided, the same claims for all; 'and liveness' is asked of "
        "our engines only. Ours are charged for starting Python, too, SPIN and TLC not for the writing of what they "
        "read. Both are told what is violated, and search anew for each such claim; SPIN once or twice for the others.",
        "states/s: of one search of all states; TLC's is with the start of Java.",
        "bytes per state: all that the explorer keeps, each step, too; the nodes of the diagram of all states, 16 "
        "each; SPIN's state vector, without its hash table; TLC does not tell.",
        f"over {limit:g} s: stopped. not tried: stopped before it knew the states with fewer meals.",
        f"on {machine()}",
    )
    return [line for each in said for line in wrap(each, 80, subsequent_indent="  ")]


def machine() -> str:
    """The machine in a few words: processor, cores, memory."""
    told = [Path(file).read_text(encoding="utf-8") if Path(file).is_file() else "" for file in
            ("/proc/cpuinfo", "/proc/meminfo")]  # fmt: skip
    name, memory = re.search(r"model name\s*: (.*)", told[0]), re.search(r"MemTotal: +(\d+) kB", told[1])
    parts = [name[1] if name else platform.processor() or platform.machine(), counted(os.cpu_count() or 1, "core")]
    return ", ".join([*parts, *([f"{int(memory[1]) / 2**20:.0f} GiB"] if memory else [])])
