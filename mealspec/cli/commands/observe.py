"""``mealspec observe``: what should be logged?"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import click

from mealspec.cli.options import as_json, print_json, scoped

if TYPE_CHECKING:
    from mealspec.model.scope import Scope


@click.command("observe")
@click.argument("plan", metavar="DESIGN")
@click.option(
    "--skew", type=click.IntRange(0, 2), default=0, show_default=True,
    help="How many lines of one log may wait for those of the other: 0 is one clock.",
)  # fmt: skip
@click.option("--runs", is_flag=True, help="Show two runs for each pair of reasons that looks alike.")
@as_json
@partial(scoped, alone=True)
def command(plan: str, skew: int, runs: bool, as_json: bool, scope: Scope) -> None:
    """What to log: which sets of log statements tell apart all reasons for which a push is lost.

    It says which pairs of reasons today's statements leave open, which no statements tell apart, the one most worth
    adding, and every smallest set that is enough.
    """
    from mealspec.check.progress import Reporter
    from mealspec.diagnose.observe import observe
    from mealspec.diagnose.show_observe import observation_lines, to_json
    from mealspec.model.design import design

    chosen, reporter = design(plan), Reporter()
    found = observe(chosen, scope, skew, lambda text: reporter.say(f"{plan}: {text}"))
    reporter.done(plan)
    if as_json:
        print_json(to_json(found))
    else:
        click.echo("\n".join(observation_lines(found, runs=runs)))
