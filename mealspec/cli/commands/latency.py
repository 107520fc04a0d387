"""``mealspec latency``: how many seconds until a finished meal is on the screen."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

import click

from mealspec.cli.options import as_json, print_json, scoped

if TYPE_CHECKING:
    from mealspec.model.scope import Scope

SECONDS = re.compile(r"(\w+)=(\d+(?:\.\d+)?)(?:\.\.(\d+(?:\.\d+)?)?)?")


@click.command("latency")
@click.argument("designs", nargs=-1, metavar="[DESIGN]...")
@click.option("--set", "changes", multiple=True, help="Seconds of a clock: poll=8, or dispatch=0..20; may be repeated.")
@click.option("--tick", default=1.0, show_default=True, help="Seconds from one tick to the next.")
@click.option("--clocks", "listed", is_flag=True, help="Only show the clocks, and where their seconds come from.")
@click.option(
    "--run", "shown", default="", help="Show the slowest run, too, where the situation begins so: 'no socket'."
)
@as_json
@partial(scoped, faults="1", connections=1)
def command(
    designs: tuple[str, ...], changes: tuple[str, ...], tick: float, listed: bool, shown: str, as_json: bool,
    scope: Scope,
) -> None:  # fmt: skip
    """How many seconds pass from the completion of a meal to the screen: the least and the most, over all runs.

    All seven designs, if none is named. What is computed stands beside what the fix claims.
    """
    from mealspec.check.latency import SITUATIONS, outcomes
    from mealspec.check.progress import Reporter
    from mealspec.check.show_latency import clock_table, outcome_table, timeline
    from mealspec.check.terminal import console
    from mealspec.core.errors import CheckerError
    from mealspec.model.clocks import clocks
    from mealspec.model.design import DESIGNS, design

    table, plans = clocks(dict(map(_change, changes))), [design(name) for name in designs or DESIGNS]
    if shown and not any(each.name.startswith(shown) for each in SITUATIONS):
        names = ", ".join(f"'{each.name}'" for each in SITUATIONS)
        raise CheckerError(f"unknown situation '{shown}'; choose from ({names})")
    if listed:
        console().print(clock_table(table))
        return
    reporter, found, out = Reporter(), {}, console()
    for plan in plans:
        found[plan.name] = outcomes(plan, scope, table, tick, reporter.on(plan.name))
        reporter.done(plan.name)
        if not as_json:
            if len(found) == 1:
                out.print(
                    f"Seconds from completion to screen, in every run: {scope.describe()}; a tick of {tick:g} s.\n"
                )
            out.print(outcome_table(plan, found[plan.name]))
            for each in found[plan.name] if shown else ():
                if each.situation.name.startswith(shown) and each.occurs:
                    out.print("\n".join(timeline(each)))
    if as_json:
        print_json({"scope": scope.to_json(), "tick": tick, "designs": {
            name: [each.to_json() for each in some] for name, some in found.items()
        }})  # fmt: skip


def _change(text: str) -> tuple[str, tuple[float, float | None]]:
    """``poll=8`` is exactly 8 s, ``poll=5..8`` from 5 to 8 s, ``poll=5..`` at least 5 s."""
    from mealspec.core.errors import CheckerError

    found = SECONDS.fullmatch(text)
    if not found:
        raise CheckerError(f"cannot read '{text}' as seconds of a clock; write poll=8, poll=5..8 or poll=5..")
    name, least, greatest = found.groups()
    open_end = text.endswith("..")
    return name, (float(least), None if open_end else float(greatest or least))
