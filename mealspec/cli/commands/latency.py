"""``mealspec latency``: how many seconds until a finished meal is on the screen."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import click

from mealspec.cli.options import OutFile, as_json, jobs, regional, scoped, seconds_of_clock, split

if TYPE_CHECKING:
    from pathlib import Path

    from mealspec.check.region import Region
    from mealspec.model.scope import Scope

ENGINES = click.Choice(("auto", "explicit", "symbolic"))


@click.command("latency")
@click.argument("designs", nargs=-1, metavar="[DESIGN]...")
@click.option("--set", "changes", multiple=True, help="Seconds of a clock: poll=8, or dispatch=0..20; may be repeated.")
@click.option("--tick", default=1.0, show_default=True, help="Seconds from one tick to the next.")
@click.option("--clocks", "listed", is_flag=True, help="Only show the clocks, and where their seconds come from.")
@click.option("--run", "shown", default="", help="Show the slowest run, too, of what begins so: 'no socket'.")
@click.option("--further", is_flag=True, help="What else takes time, too: until client and server agree again, say.")
@click.option("--engine", type=ENGINES, default="auto", show_default=True, help="State by state, or by sets.")
@click.option("--bound", "most", type=float, help="Whether every meal is there within so many s: status 1 if not.")
@click.option(
    "--frontier", "bound", type=float, help="How far each clock may go if a meal is to be there in so many s."
)
@click.option(
    "--pairs", "paired", help="The same for each two of some clocks: 'poll,request', or 'all' that have an end."
)
@click.option("--picture", type=OutFile(), help="Write a picture of these pairs, as SVG.")
@click.option("--seed-times", is_flag=True, help="Work that takes the seed's 26 to 33 s.")
@click.option("--obligations", "owed", is_flag=True, help="Which figures contradict each other, and what happens then.")
@click.option("--scenarios", "cased", is_flag=True, help="The seed's tests by name, from the happy path to a restart.")
@click.option("--sweep", "swept", is_flag=True, help="All designs: how many show a meal within 1 s, 2 s, ... 120 s.")
@regional
@jobs
@as_json
@partial(scoped, faults="1", connections=1)
def command(
    designs: tuple[str, ...], changes: tuple[str, ...], tick: float, listed: bool, shown: str, further: bool,
    engine: str, most: float | None, bound: float | None, paired: str | None, picture: Path | None, seed_times: bool,
    owed: bool, cased: bool, swept: bool, region: Region, jobs: int, as_json: bool, scope: Scope,
) -> None:  # fmt: skip
    """How many seconds pass from the completion of a meal to the screen: the least and the most, over all runs.

    All seven designs, if none is named. What is computed stands beside what the fix claims.
    """
    from mealspec.check.region import Region
    from mealspec.check.show_latency import clock_table
    from mealspec.check.terminal import console
    from mealspec.cli import seconds
    from mealspec.core.errors import CheckerError
    from mealspec.model.clocks import SEED_TIMES, clocks
    from mealspec.model.design import DESIGNS, design
    from mealspec.model.scope import Scope

    figures = {**(SEED_TIMES if seed_times else {}), **dict(map(seconds_of_clock, changes))}
    table = clocks(figures)
    plans = [design(name) for name in designs or DESIGNS]
    if sum((listed, owed, swept, cased, most is not None, bound is not None)) > 1:
        raise CheckerError("choose one of --bound, --clocks, --frontier, --obligations, --scenarios and --sweep")
    if cased and (further or scope != Scope(connections=scope.connections, faults=1)):
        raise CheckerError("each of --scenarios has its own meals and faults: choose only the number of --connections")
    if (paired is not None and (bound is None or len(plans) > 1)) or (picture and paired is None):
        raise CheckerError("--pairs asks one design and a bound, and --picture shows them: DESIGN --frontier T --pairs")
    if swept and (designs or shown or engine == "explicit"):
        raise CheckerError("--sweep asks all designs, by sets; choose some by --within, --base, --require or --forbid")
    if not swept and region != Region():
        raise CheckerError("--within, --base, --require, --forbid and --app choose the designs of --sweep; add it")
    if listed:
        console().print(clock_table(table))
    elif owed:
        seconds.owed(plans, table, as_json=as_json)
    elif cased:
        seconds.cases(plans, scope.connections, table, tick, engine=engine, shown=shown, as_json=as_json)
    elif most is not None:
        seconds.bounded(plans, scope, figures, tick, most, engine=engine, jobs=jobs, as_json=as_json)
    elif swept:
        seconds.sweep(region, scope, table, tick, as_json=as_json)
    elif bound is not None and paired is not None:
        among = [] if paired == "all" else split(paired)
        seconds.together(plans[0], scope, table, tick, bound, among, out=picture, as_json=as_json)
    elif bound is not None:
        seconds.frontier(plans, scope, table, tick, bound, as_json=as_json)
    else:
        seconds.outcome(
            plans, scope, figures, tick, engine=engine, shown=shown, further=further, jobs=jobs, as_json=as_json
        )
