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
from mealspec.check.show import counted
from mealspec.model.design import Design
from mealspec.model.scope import Scope

__all__ = ["compare_engines", "growth_lines", "machine", "markdown", "notes", "system_lines"]

COLUMNS = ("states", "states/s", "bytes", "verdict", "ratio", "and liveness")
WIDTHS = (13, 12, 6, 10, 6, 14)
ENGINE = 14
"""Width of an engine's name."""

SHORT = 12
"""Letters of a reason that stands in a cell; a longer one stands below."""

Figure = Callable[[Found], float | None]

FIGURES: dict[str, Figure] = {
    "time to verdict": lambda found: found.verdict,
    "search time per state": lambda found: None if found.rate is None else 1 / found.rate,
}
"""Figures of which less is better, shown as ratios to the least."""


# ---------------------------------------------------------------------- one system


def system_lines(comparison: Comparison) -> list[str]:
    """All figures of one system, at 80 columns."""
    out = [*wrap(comparison.name, 80), _line("engine", COLUMNS)]
    for run, ratio in zip(comparison.runs, _ratios(comparison.runs, FIGURES["time to verdict"]), strict=True):
        if run.found.states is not None:
            out.append(_line(run.engine, _cells(run, ratio)))
        if run.found.states is None or len(run.why) > SHORT:
            out += wrap(f"  {run.engine:{ENGINE}}  {run.why}", 80, subsequent_indent=" " * (ENGINE + 4))
    return [*out, *(f"  DIFFERS: {each}" for each in comparison.disagreements), ""]


def _line(engine: str, cells: Sequence[str]) -> str:
    aligned = (cell.rjust(width) for cell, width in zip(cells, WIDTHS, strict=True))
    return f"  {engine:{ENGINE}}{''.join(aligned)}".rstrip()


def _cells(run: Run, ratio: str) -> tuple[str, ...]:
    found = run.found
    lacks = run.why if len(run.why) <= SHORT else "failed"
    return (
        f"{found.states:,}",
        _rounded(found.rate),
        _rounded(found.size),
        _seconds(found.verdict) or lacks,
        ratio,
        _seconds(found.everything) or lacks * (found.verdict is not None),
    )


def _seconds(number: float | None) -> str:
    return "" if number is None else f"{number:,.1f} s"


def _rounded(number: float | None) -> str:
    """All digits before the point, and one after it if there is but one; empty if there is no number."""
    if number is None:
        return ""
    return f"{number:,.0f}" if number >= 9.95 else f"{number:.1f}" if number >= 0.95 else f"{number:.1g}"


def _ratios(runs: Sequence[Run], figure: Figure) -> list[str]:
    """How many times the least each figure is; empty where it is lacking."""
    values = [figure(run.found) for run in runs]
    least = min((value for value in values if value is not None), default=1.0)
    return ["" if value is None else _rounded(value / least) for value in values]


# ---------------------------------------------------------------------- several systems


def growth_lines(found: Sequence[Comparison]) -> list[str]:
    """How each engine grows with the number of meals, as ratios to the best one, at 80 columns."""
    out = []
    for name, some in groupby(found, key=lambda comparison: comparison.design):
        grown = list(some)
        for title, figure in FIGURES.items() if len(grown) > 1 else ():
            meals = [counted(comparison.scope.meals, "meal") for comparison in grown]
            rows = [("", *meals), *_rows(grown, figure)]
            out += [f"{name}: {title}, ratios to the least"]
            out += ["  " + row[0].ljust(ENGINE) + "".join(cell.rjust(15) for cell in row[1:]) for row in rows]
            out.append("")
    return out


def _rows(comparisons: Sequence[Comparison], figure: Figure) -> list[tuple[str, ...]]:
    """A row for each engine, with a cell for each system: the ratio, or why there is none."""
    columns = [
        [ratio or _why(run) for run, ratio in zip(c.runs, _ratios(c.runs, figure), strict=True)] for c in comparisons
    ]
    return [(run.engine, *cells) for run, *cells in zip(comparisons[0].runs, *columns, strict=True)]


def _why(run: Run) -> str:
    return run.why if len(run.why) <= SHORT else "failed" if run.found.states is not None else "none"


def markdown(found: Sequence[Comparison]) -> list[str]:
    """A table for each figure, for a page: a column for each system, a row for each engine."""
    out = []
    for title, figure in FIGURES.items():
        heads = [f"{c.design}, {counted(c.scope.meals, 'meal')}" for c in found]
        rows = [(title, *heads), ("---", *("---:" for _ in found)), ("*states*", *map(_states, found))]
        out += ["| " + " | ".join(row) + " |" for row in (*rows, *_rows(found, figure))] + [""]
    return out


def _states(comparison: Comparison) -> str:
    return next((f"{run.found.states:,}" for run in comparison.runs if run.found.states is not None), "unknown")


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
    parts = [_matched("/proc/cpuinfo", r"model name\s*: (.*)") or platform.processor() or platform.machine()]
    parts.append(counted(os.cpu_count() or 1, "core"))
    if memory := _matched("/proc/meminfo", r"MemTotal: +(\d+) kB"):
        parts.append(f"{int(memory) / 2**20:.0f} GiB")
    return ", ".join(parts)


def _matched(file: str, pattern: str) -> str:
    """What the pattern finds first in a file, if there is one."""
    found = re.search(pattern, Path(file).read_text(encoding="utf-8")) if Path(file).is_file() else None
    return found[1] if found else ""


# ---------------------------------------------------------------------- the command


def compare_engines(plans: Sequence[Design], scopes: Sequence[Scope], limit: float, form: str) -> None:
    """Compare and print: ``form`` is json, markdown, or empty for people; exit status 1 if engines disagree."""
    found = []
    for comparison in compare([plan.name for plan in plans], scopes, limit, lambda text: click.echo(text, err=True)):
        found.append(comparison)
        if not form:
            click.echo("\n".join(system_lines(comparison)))
    if form == "json":
        systems = [comparison.to_json() for comparison in found]
        data = {"machine": machine(), "limit": limit, "systems": systems}
        click.echo(json.dumps(data, indent=1, ensure_ascii=False))
    else:
        click.echo("\n".join(markdown(found) if form else [*growth_lines(found), *notes(limit)]))
    if any(comparison.disagreements for comparison in found):
        raise SystemExit(1)
