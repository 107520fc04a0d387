"""``mealspec diagnose``: two logs in, causes out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mealspec.cli.options import OutFile, as_json, deliver

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mealspec.diagnose.diagnosis import Diagnosed, Diagnosis
    from mealspec.diagnose.summary import Summary

TOLD = 3
"""Meals that are told in full without being asked for: one of each lost shape, up to so many."""

LISTED = 40
"""Meals that are listed by name at most; the summary has all."""


@click.command("diagnose")
@click.argument("client", metavar="[CLIENT.log|-]", type=click.Path(path_type=Path), required=False)
@click.argument("server", metavar="[SERVER.log|-]", type=click.Path(path_type=Path), required=False)
@click.option(
    "--mapping", "named", default="app", show_default=True, help="What lines mean: app, jsonl, or a TOML file."
)
@click.option(
    "--design", "plans", multiple=True, metavar="DESIGN", help="What may have printed them; published without it."
)
@click.option("--meal", metavar="ID", help="Tell this meal in full.")
@click.option("--summary", is_flag=True, help="Figures only: verdicts and causes over time.")
@click.option(
    "--apart",
    default=2.0,
    show_default=True,
    type=click.FloatRange(0, 3600),
    help="Seconds that the clocks may be apart.",
)
@click.option(
    "--drift",
    default=100.0,
    show_default=True,
    type=click.FloatRange(0, 10_000),
    help="Parts in a million that they may drift.",
)
@click.option(
    "--absence",
    "absences",
    multiple=True,
    metavar="KIND=WHAT",
    help="A kind that is missing always, sometimes or cut means so; all=WHAT.",
)
@click.option("--excerpt", is_flag=True, help="Kinds that a log does not show were cut from it.")
@click.option("--absent", multiple=True, metavar="KIND", help="With --excerpt: it would show this kind.")
@click.option("--seconds", is_flag=True, help="Leave out causes that the model's clocks exclude.")
@click.option("--chart", type=OutFile(), metavar="FILE.svg", help="Draw that meal, or the first lost one; by seconds.")
@click.option("--mask", is_flag=True, help="Mask users, meals and connections.")
@click.option(
    "--draft-mapping",
    "draft",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Propose a mapping for the lines of FILE instead.",
)
@click.option("--out", type=OutFile(), help="Write to a file.")
@as_json
def command(
    client: Path | None, server: Path | None, named: str, plans: tuple[str, ...], meal: str | None, summary: bool,
    apart: float, drift: float, absences: tuple[str, ...], seconds: bool, excerpt: bool, absent: tuple[str, ...],
    chart: Path | None, mask: bool, draft: Path | None, out: Path | None, as_json: bool,
) -> None:  # fmt: skip
    """Which causes fit the two logs of a client and a server, meal by meal.

    - stands for a log that there is not. Each meal is compatible with some causes, impossible, or under-observed:
    several causes are as likely. Exit status 0: all meals were shown; 1: some were lost; 2: bad input.
    """
    from mealspec.check.progress import Reporter
    from mealspec.core.errors import CheckerError
    from mealspec.diagnose.diagnosis import Diagnosis, Question
    from mealspec.diagnose.mapping import load
    from mealspec.model.design import design

    if draft is not None:
        from mealspec.diagnose.draft import drafted

        deliver(drafted(draft), out)
        return
    changes = dict(_absence(text) for text in absences)
    if absent and not excerpt:
        raise CheckerError("--absent says of an excerpt what it would show; say --excerpt, too")
    paths = tuple(None if path is None or str(path) == "-" else path for path in (client, server))
    designs = tuple(design(name) for name in plans or ("published",))
    question = Question(
        (paths[0], paths[1]), load(named), designs, apart, drift / 1e6, changes, excerpt, absent, mask,
        margin=0 if summary else 1, seconds=seconds or chart is not None,
    )  # fmt: skip
    reporter = Reporter()
    found = Diagnosis(question, reporter.say)
    drawn: list[Diagnosed] = []
    lost = _told(found, meal, summary, out, as_json, drawn)
    if chart is not None:
        _draw(drawn, chart)
    reporter.done("")
    if lost:
        raise SystemExit(1)


def _absence(text: str) -> tuple[str, str]:
    from mealspec.core.errors import CheckerError, printable

    name, _, what = text.partition("=")
    if not what:
        raise CheckerError(f"cannot read '{printable(text, 60)}' as an absence; write client.ping=cut or all=sometimes")
    return name, what


def _draw(drawn: list[Diagnosed], chart: Path) -> None:
    from mealspec.cli.meal_chart import meal_chart
    from mealspec.core.errors import CheckerError
    from mealspec.draw.timeline import svg

    if not drawn:
        raise CheckerError("no line tells of a meal, so there is none to draw")
    deliver(svg(meal_chart(drawn[0])), chart)


def _told(
    found: Diagnosis, wanted: str | None, summary: bool, out: Path | None, as_json: bool, drawn: list[Diagnosed]
) -> bool:
    """Write the answer; whether a meal was lost."""
    from mealspec.diagnose.summary import Summary

    total = Summary(found.mapping)
    if not as_json:
        deliver("\n".join(_lines(found, total, wanted, summary, drawn)) + "\n", out)
    elif out is None and wanted is None:  # as it comes, however many there are
        for part in _json(found, total, wanted, summary, drawn):
            click.echo(part, nl=False)
    else:
        deliver("".join(_json(found, total, wanted, summary, drawn)), out)
    return total.total.lost > 0


def _counted(found: Diagnosis, total: Summary, wanted: str | None, drawn: list[Diagnosed]) -> Iterator[Diagnosed]:
    """The meals, each counted; one that is wanted must be among them. The one to be drawn is kept."""
    from mealspec.core.errors import unknown

    names, there = list[str](), wanted is None
    for meal in found:
        total.take(meal)
        if wanted in (None, meal.episode.meal) and (not drawn or (drawn[0].shown and not meal.shown)):
            drawn[:] = [meal]
        there |= meal.episode.meal == wanted
        if len(names) < LISTED:
            names.append(meal.episode.meal)
        yield meal
    if wanted is not None and not there and names:
        raise unknown("meal", wanted, names)


def _json(found: Diagnosis, total: Summary, wanted: str | None, summary: bool, drawn: list[Diagnosed]) -> Iterator[str]:
    from mealspec.diagnose.show import clock_lines, counts_lines, to_json

    comma = ""
    if not summary:
        yield '{"meals": [\n'
    for meal in _counted(found, total, wanted, drawn):
        if not summary and wanted in (None, meal.episode.meal):
            yield comma + json.dumps(to_json(meal), ensure_ascii=False)
            comma = ",\n"
    data = {"lines": counts_lines(found), "clocks": clock_lines(found), "summary": total.to_json()}
    rest = json.dumps(data, ensure_ascii=False, indent=1) + "\n"
    yield rest if summary else "\n],\n" + rest[2:]


def _lines(found: Diagnosis, total: Summary, wanted: str | None, summary: bool, drawn: list[Diagnosed]) -> list[str]:
    from mealspec.diagnose.show import clock_lines, counts_lines, meal_line, meal_lines

    listed: list[str] = []
    told: list[Diagnosed] = []
    for meal in _counted(found, total, wanted, drawn):
        if len(listed) < LISTED:
            listed.append(meal_line(meal))
        new = not meal.shown and len(told) < TOLD and all(meal.best is not each.best for each in told)
        if meal.episode.meal == wanted if wanted is not None else new:
            told.append(meal)
    lines = [*counts_lines(found), *clock_lines(found), ""]
    if not summary and wanted is None and total.total.meals <= LISTED:
        lines += [*listed, ""]
    if wanted is None:
        lines += total.lines()
    for meal in told if not summary else ():
        lines += ["", *meal_lines(meal)]
    return lines if total.total.meals else [*lines, "No line tells of a meal."]
