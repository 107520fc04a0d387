"""``mealspec simulate``: what monitoring would show, of many meals drawn at random."""

from __future__ import annotations

import json
from functools import partial
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mealspec.cli.options import OutFile, amount_of_rate, as_json, deliver, scoped, seconds_of_clock

if TYPE_CHECKING:
    from mealspec.check.metrics import Meals
    from mealspec.model.design import Design
    from mealspec.model.scope import Scope


@click.command("simulate")
@click.argument("designs", nargs=-1, metavar="[DESIGN]...")
@click.option("--meals", "number", default=10_000, show_default=True, help="Meals of each design.")
@click.option("--seed", default=1, show_default=True, help="The same seed draws the same meals.")
@click.option("--rate", "often", multiple=True, help="How often: break=600, or failed_dial=0.05; may be repeated.")
@click.option("--set", "changes", multiple=True, help="Seconds of a clock, as of latency; may be repeated.")
@click.option("--seed-times", is_flag=True, help="Work that takes the seed's 26 to 33 s.")
@click.option("--tick", default=1.0, show_default=True, help="Seconds from one tick to the next.")
@click.option("--rates", "listed", is_flag=True, help="Only show the rates, and where they come from.")
@click.option(
    "--alert", "pair", nargs=2, metavar="FLAWED HEALTHY", help="What an alert shall tell apart  [published hardened]"
)
@click.option("--to", "form", type=click.Choice(["text", "prometheus", "svg"]), default="text", show_default=True)
@click.option("--out", type=OutFile(), help="Write to a file.")
@as_json
@partial(scoped, faults="1", connections=1, alone=True)
def command(
    designs: tuple[str, ...], number: int, seed: int, often: tuple[str, ...], changes: tuple[str, ...],
    seed_times: bool, tick: float, listed: bool, pair: tuple[str, str] | None, form: str, out: Path | None,
    as_json: bool, scope: Scope,
) -> None:  # fmt: skip
    """Time to update, connections and polling of many meals, drawn at random from the systems that latency searches.

    All seven designs, if none is named. How often somebody submits, a socket breaks or a dial fails is stated, and
    much of it assumed (--rates); within which seconds something happens say the clocks (latency --clocks).
    """
    from mealspec.check.alert import alerts
    from mealspec.check.metrics import simulate
    from mealspec.check.scrape import openmetrics
    from mealspec.check.show_metrics import alert_table, rate_table, tables, to_json
    from mealspec.check.terminal import Line, Terminal, console
    from mealspec.model.clocks import SEED_TIMES, clocks
    from mealspec.model.design import DESIGNS, design
    from mealspec.model.rates import rates
    from mealspec.model.rates import to_json as amount

    chosen = rates(dict(map(amount_of_rate, often)))
    table = clocks({**(SEED_TIMES if seed_times else {}), **dict(map(seconds_of_clock, changes))})
    plans = dict.fromkeys(design(name) for name in (*(designs or DESIGNS), *(pair or ())))
    flawed, healthy = map(design, pair or ("published", "hardened"))
    if listed:
        console().print(rate_table(chosen))
        return
    found: dict[Design, Meals] = {}
    progress = Line()

    def drawn(plan: Design, meals: int) -> None:
        progress.show(f"{plan}: {meals:,} of {number:,} meals")

    for plan in plans:
        found[plan] = simulate(plan, scope, number, seed, table, chosen, tick, partial(drawn, plan))
    progress.clear()
    every = list(found.values())
    told = list(alerts(found[flawed], found[healthy])) if {flawed, healthy} <= {*found} else []
    if as_json:
        answer = {
            "scope": scope.to_json(), "tick": tick, "seed": seed, "meals": number,
            "rates": {rate.name: amount(rate) for rate in chosen},
            "designs": {str(each.design): to_json(each) for each in every},
            "alert": {"flawed": flawed.name, "healthy": healthy.name, "thresholds": [each.to_json() for each in told]},
        }  # fmt: skip
        deliver(json.dumps(answer, indent=1) + "\n", out)
    elif form == "prometheus":
        deliver(openmetrics(every), out)
    elif form == "svg":
        from mealspec.draw.metrics import picture

        deliver(picture(every, scope, seed), out)
    else:
        screen = console() if out is None else Terminal(file=StringIO(), width=80)
        screen.print(f"{number:,} meals of each design, seed {seed}: {scope.describe()}; a tick of {tick:g} s.\n")
        for each in tables(every):
            screen.print(each)
        if told:
            screen.print(alert_table(found[flawed], found[healthy], told))
        if isinstance(screen.file, StringIO):
            deliver(screen.file.getvalue(), out)
