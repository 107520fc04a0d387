"""``mealspec crosscheck``: what other checkers find."""

from __future__ import annotations

import click

from mealspec.cli.options import as_json, jobs, print_json


@click.command("crosscheck")
@click.argument("names", nargs=-1, metavar="[DESIGN]...")
@jobs
@as_json
def command(names: tuple[str, ...], jobs: int, as_json: bool) -> None:
    """Do SPIN and TLC find what our checker finds? On all designs, or those named, in small scopes.

    Exit status 1 means that something differs. A checker that is not installed is skipped.
    """
    from mealspec.check.crosscheck import SCOPES, compare, lines, summary
    from mealspec.model.design import DESIGNS, design

    plans = [design(name) for name in names or DESIGNS]
    found = []
    for case in compare([(plan, scope) for scope in SCOPES for plan in plans], jobs):
        found.append(case)
        if not as_json:
            click.echo("\n".join(lines(case)))
    if as_json:
        print_json([case.to_json() for case in found])
    else:
        click.echo("\n".join(summary(found)))
    if any(case.differences for case in found):
        raise SystemExit(1)
