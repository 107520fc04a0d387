"""What a comparison of engines looks like: a table for each system, how engines grow, and what was counted."""

from __future__ import annotations

import json
import os
import platform
import re
from collections.abc import Callable, Sequence
from itertools import groupby
from pathlib import Path
from textwrap import wrap

import click

from mealspec.check.engines import Comparison, Found, Run, compare
from mealspec.model.design import Design
from mealspec.model.scope import Scope, counted

COLUMNS = {"states": 13, "states/s": 12, "bytes": 6, "verdict": 10, "ratio": 6, "and liveness": 14}
"""Columns and their widths."""

ENGINE = 14
"""Width of an engine's name."""

SHORT = 12
"""Letters of a reason that stands in a cell; a longer one stands below."""

FIGURES: dict[str, Callable[[Found], float | None]] = {
    "time to verdict": lambda found: found.verdict,
    "search time per state": lambda found: None if found.rate is None else 1 / found.rate,
}
"""Figures of which less is better, shown as ratios to the least."""


def system_lines(comparison: Comparison) -> list[str]:
    """All figures of one system, at 80 columns."""
    out = [*wrap(f"{comparison.design}: {comparison.scope.describe()}", 80), _line("engine", *COLUMNS)]
    for run, ratio in zip(comparison.runs, _ratios(comparison.runs, "time to verdict"), strict=True):
        found, lacks = run.found, _why(run)
        if found.states is not None:
            verdict, liveness = (f"{s:,.1f} s" if s is not None else "" for s in (found.verdict, found.everything))
            rest = liveness or lacks * (found.verdict is not None)
            cells = (f"{found.states:,}", _rounded(found.rate), _rounded(found.size), verdict or lacks, ratio, rest)
            out.append(_line(run.engine, *cells))
        if found.states is None or len(run.why) > SHORT:
            out += wrap(f"  {run.engine:{ENGINE}}  {run.why}", 80, subsequent_indent=" " * (ENGINE + 4))
    return [*out, *(f"  DIFFERS: {each}" for each in comparison.disagreements), ""]


def _line(engine: str, *cells: str) -> str:
    aligned = (cell.rjust(width) for cell, width in zip(cells, COLUMNS.values(), strict=True))
    return f"  {engine:{ENGINE}}{''.join(aligned)}".rstrip()


def _rounded(number: float | None) -> str:
    """All digits before the point, and one after it if there is but one; empty if there is no number."""
    if number is None:
        return ""
    return f"{number:,.0f}" if number >= 9.95 else f"{number:.1f}" if number >= 0.95 else f"{number:.1g}"


def _ratios(runs: Sequence[Run], figure: str) -> list[str]:
    """How many times the least each figure is; empty where it is lacking."""
    values = [FIGURES[figure](run.found) for run in runs]
    least = min((value for value in values if value is not None), default=1.0)
    return ["" if value is None else _rounded(value / least) for value in values]


def _why(run: Run) -> str:
    """Why a figure is lacking, in a cell."""
    return run.why if len(run.why) <= SHORT else "failed" if run.found.states is not None else "none"


# ---------------------------------------------------------------------- several systems


def growth_lines(found: Sequence[Comparison]) -> list[str]:
    """How each engine grows with the number of meals, as ratios to the best one, at 80 columns."""
    out = []
    for name, some in groupby(found, key=lambda comparison: comparison.design):
        sizes = list(some)
        for title in FIGURES if len(sizes) > 1 else ():
            rows = [("", *(counted(each.scope.meals, "meal") for each in sizes)), *_rows(sizes, title)]
            out += [f"{name}: {title}, ratios to the least"]
            out += ["  " + engine.ljust(ENGINE) + "".join(cell.rjust(15) for cell in cells) for engine, *cells in rows]
            out.append("")
    return out


def _rows(comparisons: Sequence[Comparison], figure: str) -> list[tuple[str, ...]]:
    """A row for each engine, with a cell for each system: the ratio, or why there is none."""
    columns = [
        [ratio or _why(run) for run, ratio in zip(c.runs, _ratios(c.runs, figure), strict=True)] for c in comparisons
    ]
    return list(zip((run.engine for run in comparisons[0].runs), *columns, strict=True))


def markdown(found: Sequence[Comparison]) -> list[str]:
    """A table for each figure, for a page: a column for each system, a row for each engine."""
    counts = (next((r.found.states for r in each.runs if r.found.states is not None), None) for each in found)
    states = ("*states*", *("unknown" if count is None else f"{count:,}" for count in counts))
    out = []
    for title in FIGURES:
        heads = (f"{each.design}, {counted(each.scope.meals, 'meal')}" for each in found)
        rows = [(title, *heads), ("---", *("---:" for _ in found)), states, *_rows(found, title)]
        out += [f"| {' | '.join(row)} |" for row in rows] + [""]
    return out


# ---------------------------------------------------------------------- what was counted, and where


def notes(limit: float) -> list[str]:
    """What the figures mean."""
    said = (
        "verdict: seconds until every claim of safety is decided, the same claims for all; 'and liveness' is asked of "
        "our engines only. Ours are charged for starting Python, too, SPIN and TLC not for the writing of what they "
        "read. Both are told what is violated, and search anew for each such claim; SPIN once or twice for the others.",
        "states/s: of one search of all states; TLC's is with the start of Java.",
        "bytes per state: all that the explorer keeps, each step, too; the nodes of the diagram of all states, 16 "
        "each; SPIN's state vector, without its hash table; TLC does not tell.",
        f"over {limit:g} s: stopped; a search may take as long, and a verdict. not tried: stopped with fewer meals.",
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


def compare_engines(plans: Sequence[Design], scopes: Sequence[Scope], limit: float, form: str) -> None:
    """Compare and print: ``form`` is json, markdown, or empty for people; exit status 1 if engines disagree."""
    found = []
    for comparison in compare([plan.name for plan in plans], scopes, limit, lambda text: click.echo(text, err=True)):
        found.append(comparison)
        if not form:
            click.echo("\n".join(system_lines(comparison)))
    if form == "json":
        data = {"machine": machine(), "limit": limit, "systems": [comparison.to_json() for comparison in found]}
        click.echo(json.dumps(data, indent=1, ensure_ascii=False))
    else:
        click.echo("\n".join(markdown(found) if form else [*growth_lines(found), *notes(limit)]))
    if any(comparison.disagreements for comparison in found):
        raise SystemExit(1)
