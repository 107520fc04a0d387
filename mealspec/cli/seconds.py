"""What ``mealspec latency`` prints: seconds of some designs, or of all of them at once."""

from __future__ import annotations

import click

from mealspec.check.frontier import frontier as reaches
from mealspec.check.latency import FURTHER, SITUATIONS, outcomes
from mealspec.check.obligations import contradictions, edge, obligations
from mealspec.check.progress import Reporter
from mealspec.check.region import Region
from mealspec.check.show_latency import (
    further_table,
    outcome_table,
    owed_json,
    owed_table,
    reach_table,
    stair_table,
    timeline,
)
from mealspec.check.staircase import staircase
from mealspec.check.terminal import console
from mealspec.cli.options import print_json
from mealspec.core import CheckerError
from mealspec.model.clocks import CLOCKS, Clock
from mealspec.model.design import Design
from mealspec.model.scope import Scope

Table = tuple[Clock, ...]


def outcome(
    plans: list[Design],
    scope: Scope,
    table: Table,
    tick: float,
    *,
    engine: str,
    shown: str,
    further: bool,
    as_json: bool,
) -> None:
    """For each design the outcome table, ``further`` measures, and the slowest runs of what begins with ``shown``."""
    asked = [each for each in FURTHER if further or (shown and each.name.startswith(shown))]
    measures = [*SITUATIONS, *asked]
    if shown and not any(each.name.startswith(shown) for each in measures):
        names = ", ".join(f"'{each.name}'" for each in (*SITUATIONS, *FURTHER))
        raise CheckerError(f"unknown situation '{shown}'; choose from ({names})")
    reporter, told, out = Reporter(), {}, console()
    for sentence in [said for plan in plans for said in contradictions(plan, table)] if table != CLOCKS else ():
        click.echo(f"mealspec: {sentence}", err=True)
    for k, plan in enumerate(plans):
        found = outcomes(plan, scope, table, tick, reporter.on(plan.name), engine, measures)
        reporter.done(plan.name)
        if as_json:
            told[plan.name] = [each.to_json() for each in found]
            continue
        if k == 0:
            out.print(f"Seconds from completion to screen, in every run: {scope.describe()}; a tick of {tick:g} s.\n")
        out.print(outcome_table(plan, found[: len(SITUATIONS)]))
        if asked:
            out.print(further_table(found[len(SITUATIONS) :]))
        for each in found if shown else ():
            if each.measure.name.startswith(shown) and each.occurs:
                out.print("\n".join(timeline(each)))
    if as_json:
        print_json({"scope": scope.to_json(), "tick": tick, "designs": told})


def frontier(plans: list[Design], scope: Scope, table: Table, tick: float, bound: float, *, as_json: bool) -> None:
    """For each design how far each of its clocks may go alone."""
    if not bound >= 0:
        raise CheckerError(f"no meal is there within {bound:g} s: choose 0 or more")
    reporter, told, out = Reporter(), {}, console()
    for plan in plans:
        found = reaches(plan, scope, bound, table, tick, reporter.on(plan.name))
        reporter.done(plan.name)
        told[plan.name] = [each.to_json() for each in found]
        if not as_json:
            out.print(f"{plan}: how far each clock may go alone for a meal to be shown within {bound:g} s.")
            out.print(f"{scope.describe()}; a tick of {tick:g} s.\n")
            out.print(reach_table(found))
    if as_json:
        print_json({"scope": scope.to_json(), "tick": tick, "bound": bound, "designs": told})


def owed(plans: list[Design], table: Table, *, as_json: bool) -> None:
    """For each design the obligations between its timers, with the edge of each."""
    told, out = {}, console()
    for plan in plans:
        found = [(each, edge(plan, each, table) if each.searched else None) for each in obligations(plan)]
        told[plan.name] = [owed_json(each, at, table) for each, at in found]
        if not as_json:
            out.print(owed_table(plan, found, table))
    if as_json:
        print_json({"designs": told})


def sweep(region: Region, scope: Scope, table: Table, tick: float, *, as_json: bool) -> None:
    """How many designs of a region show a meal within each number of seconds, and what that takes."""
    reporter = Reporter()
    found = staircase(region, scope, table, tick, report=reporter.on("all designs"))
    reporter.done("all designs")
    if as_json:
        print_json({"scope": scope.to_json(), "tick": tick, **found.to_json()})
        return
    out, most = console(), (len(found.counts) - 1) * tick
    out.print(f"{found.designs:,} designs, {found.states:,} states in time: {scope.describe()}; a tick of {tick:g} s.")
    out.print("How many show a meal within so many seconds of its completion, in every run:\n")
    out.print(stair_table(found))
    if found.counts[-1] < found.designs:
        out.print(
            f"{found.designs - found.counts[-1]:,} have a run that takes more than {most:g} s, or never shows it."
        )
    for stair in found.stairs:
        if stair.smallest:
            out.print(f"\nA smallest set for {stair.seconds:g} s, one of {stair.minimal:,}:")
            out.print("  " + ", ".join(stair.smallest[0]))
