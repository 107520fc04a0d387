"""``mealspec diagnose``: two logs in, causes out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mealspec.cli.options import as_json, deliver

if TYPE_CHECKING:
    from mealspec.diagnose.diagnosis import Diagnosed, Diagnosis

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
@click.option("--mask", is_flag=True, help="Mask users, meals and connections.")
@click.option(
    "--draft-mapping",
    "draft",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Propose a mapping for the lines of FILE instead.",
)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write to a file.")
@as_json
def command(
    client: Path | None, server: Path | None, named: str, plans: tuple[str, ...], meal: str | None, summary: bool,
    apart: float, drift: float, absences: tuple[str, ...], excerpt: bool, absent: tuple[str, ...], mask: bool,
    draft: Path | None, out: Path | None, as_json: bool,
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
        margin=0 if summary else 1,
    )  # fmt: skip
    reporter = Reporter()
    found = Diagnosis(question, reporter.say)
    lost = _told(found, meal, summary, out, as_json)
    reporter.done("")
    if lost:
        raise SystemExit(1)


def _absence(text: str) -> tuple[str, str]:
    from mealspec.core.errors import CheckerError, printable

    name, _, what = text.partition("=")
    if not what:
        raise CheckerError(f"cannot read '{printable(text, 60)}' as an absence; write client.ping=cut or all=sometimes")
    return name, what


def _told(found: Diagnosis, wanted: str | None, summary: bool, out: Path | None, as_json: bool) -> bool:
    """Write the answer; whether a meal was lost."""
    from mealspec.core.errors import unknown
    from mealspec.diagnose.show import clock_lines, counts_lines, meal_line, meal_lines, to_json
    from mealspec.diagnose.summary import Summary

    total, listed, names, seen = Summary(found.mapping), list[str](), list[str](), set[int]()
    told: list[Diagnosed] = []
    streamed = as_json and not summary and out is None
    if streamed:
        click.echo('{"meals": [')
    some: list[str] = []
    first = True
    for meal in found:
        total.take(meal)
        if as_json and not summary and (wanted is None or meal.episode.meal == wanted):
            text = json.dumps(to_json(meal), ensure_ascii=False)
            if streamed:
                click.echo(text if first else ",\n" + text, nl=False)
            else:
                some.append(text)
            first = False
        if len(listed) < LISTED:
            listed.append(meal_line(meal))
            names.append(meal.episode.meal)
        new = not meal.shown and id(meal.best) not in seen and len(told) < TOLD
        if meal.episode.meal == wanted if wanted is not None else new:
            told.append(meal)
            seen.add(id(meal.best))
    if wanted is not None and not told and total.total.meals:
        raise unknown("meal", wanted, names)
    if as_json:
        data = {"lines": counts_lines(found), "clocks": clock_lines(found), "summary": total.to_json()}
        rest = json.dumps(data, ensure_ascii=False, indent=1)
        if summary:
            deliver(rest + "\n", out)
        elif streamed:
            click.echo("\n],\n" + rest[2:])
        else:
            deliver('{"meals": [\n' + ",\n".join(some) + "\n],\n" + rest[2:] + "\n", out)
        return total.total.lost > 0
    lines = [*counts_lines(found), *clock_lines(found), ""]
    if not summary and wanted is None and total.total.meals <= LISTED:
        lines += [*listed, ""]
    if wanted is None:
        lines += total.lines()
    for meal in told if not summary else ():
        lines += ["", *meal_lines(meal)]
    if not total.total.meals:
        lines += ["No line tells of a meal."]
    deliver("\n".join(lines) + "\n", out)
    return total.total.lost > 0
