"""What ``mealspec latency`` prints: seconds of some designs, or of all of them at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path

import click

from mealspec.check.bounded import Bounded
from mealspec.check.cases import CASES, told
from mealspec.check.frontier import frontier as reaches
from mealspec.check.frontier import pairs
from mealspec.check.latency import MEASURES, SITUATIONS, each
from mealspec.check.obligations import contradictions, edge, obligations
from mealspec.check.progress import Reporter
from mealspec.check.region import Region
from mealspec.check.show_latency import (
    bounded_table,
    case_table,
    further_table,
    outcome_table,
    owed_json,
    owed_table,
    pair_table,
    reach_table,
    reasons,
    stair_table,
    timeline,
)
from mealspec.check.staircase import staircase
from mealspec.check.terminal import console
from mealspec.cli.options import deliver, print_json
from mealspec.core import CheckerError
from mealspec.model.clocks import Clock, clocks
from mealspec.model.design import Design
from mealspec.model.growth import Figures
from mealspec.model.scope import Scope, counted
from mealspec.properties.catalogue import BOUNDED_DELIVERY
from mealspec.properties.expected import Verdict

Table = tuple[Clock, ...]
Changes = Mapping[str, Figures]


def outcome(
    plans: list[Design], scope: Scope, changes: Changes, tick: float, *, engine: str, shown: str, further: bool,
    jobs: int, as_json: bool,
) -> None:  # fmt: skip
    """For each design the outcome table, ``further`` measures, and the slowest runs of what begins with ``shown``."""
    told = [name for name in MEASURES if shown and name.startswith(shown)]
    if shown and not told:
        raise CheckerError(f"unknown situation '{shown}'; choose from ({', '.join(map(repr, MEASURES))})")
    situations = [measure.name for measure in SITUATIONS]
    measures = [name for name in MEASURES if further or name in told or name in situations]
    for sentence in [said for plan in plans for said in contradictions(plan, clocks(changes))] if changes else ():
        click.echo(f"mealspec: {sentence}", err=True)
    runs = measures if as_json else told
    with closing(each(plans, scope, changes, tick, engine, measures, runs=runs, jobs=jobs)) as every:
        if as_json:
            designs = {plan.name: [one.to_json() for one in some] for plan, some in zip(plans, every, strict=True)}
            print_json({"scope": scope.to_json(), "tick": tick, "designs": designs})
            return
        out = console()
        rest = "Seconds in which the app is suspended do not count, but for a dead entry.\n"
        for k, (plan, some) in enumerate(zip(plans, every, strict=True)):
            if k == 0:
                out.print(
                    f"Seconds from completion to screen, in every run: {scope.describe()}; a tick of {tick:g} s.\n"
                    + (rest if "background" in scope else "")
                )
            out.print(outcome_table(plan, some[: len(SITUATIONS)]))
            for sentence in reasons(some[: len(SITUATIONS)]):
                out.print(sentence)
            if len(measures) > len(SITUATIONS):
                out.print(further_table(some[len(SITUATIONS) :]))
            for one in some:
                if one.measure.name in told and one.occurs:
                    out.print("\n".join(timeline(one)))


def _sensible(bound: float) -> None:
    if not bound >= 0:
        raise CheckerError(f"no meal is there within {bound:g} s: choose 0 or more")


def bounded(
    plans: list[Design], scope: Scope, changes: Changes, tick: float, within: float, *, engine: str, jobs: int,
    as_json: bool,
) -> None:  # fmt: skip
    """For each design whether bounded delivery holds, with a run of those where it does not; then the status is 1."""
    _sensible(within)
    names = [measure.name for measure in SITUATIONS]
    with closing(each(plans, scope, changes, tick, engine, names, runs=names, jobs=jobs)) as every:
        found = {plan: Bounded.of(some, within) for plan, some in zip(plans, every, strict=True)}
    broken = {plan: one.slowest for plan, one in found.items() if one.verdict is Verdict.VIOLATED}
    if as_json:
        asked = {"property": BOUNDED_DELIVERY.id, "within": within, "scope": scope.to_json(), "tick": tick}
        print_json({**asked, "designs": {plan.name: one.to_json() for plan, one in found.items()}})
    else:
        out = console()
        out.print(f"{BOUNDED_DELIVERY.id} within {within:g} s: {scope.describe()}; a tick of {tick:g} s.\n")
        out.print(bounded_table(found))
        for plan, slowest in broken.items():
            out.print("\n".join([f"{plan}:", *timeline(slowest)]))
    if broken:
        raise SystemExit(1)


def cases(
    plans: list[Design], connections: int, table: Table, tick: float, *, engine: str, shown: str, as_json: bool
) -> None:  # fmt: skip
    """For each design the seed's tests by name, and the slowest runs of those that begin with ``shown``."""
    if shown and not any(case.name.startswith(shown) for case in CASES):
        raise CheckerError(f"unknown scenario '{shown}'; choose from ({', '.join(repr(case.name) for case in CASES)})")
    reporter, designs, out = Reporter(), {}, console()
    for plan in plans:
        found = [told(plan, case, connections, table, tick, engine, reporter.on(plan.name)) for case in CASES]
        reporter.done(plan.name)
        if as_json:
            designs[plan.name] = [each.to_json() for each in found]
            continue
        if plan is plans[0]:
            world = f"{counted(connections, 'connection')}, and what stands below its name; a tick of {tick:g} s."
            out.print(f"The seed's scenarios in seconds, each in every run of a scope of its own: {world}\n")
        out.print(case_table(plan, found))
        results = [each.outcome for each in found]
        for sentence in reasons(results):
            out.print(sentence)
        for one in results:
            if shown and one.measure.name.startswith(shown) and one.occurs:
                out.print("\n".join(timeline(one)))
    if as_json:
        print_json({"connections": connections, "tick": tick, "designs": designs})


def frontier(plans: list[Design], scope: Scope, table: Table, tick: float, bound: float, *, as_json: bool) -> None:
    """For each design how far each of its clocks may go alone."""
    _sensible(bound)
    reporter, told, out = Reporter(), {}, console()
    for plan in plans:
        found = reaches(plan, scope, bound, table, tick, reporter.on(plan.name))
        reporter.done(plan.name)
        told[plan.name] = [one.to_json() for one in found]
        if not as_json:
            out.print(f"{plan}: how far each clock may go alone for a meal to be shown within {bound:g} s.")
            out.print(f"{scope.describe()}; a tick of {tick:g} s.\n")
            out.print(reach_table(found))
    if as_json:
        print_json({"scope": scope.to_json(), "tick": tick, "bound": bound, "designs": told})


def together(
    plan: Design, scope: Scope, table: Table, tick: float, bound: float, among: Sequence[str], *, out: Path | None,
    as_json: bool,
) -> None:  # fmt: skip
    """How far each two of some clocks may go together, as tables, and as a picture if there is a file for it."""
    from mealspec.draw.frontier import picture, titled

    reporter, console_ = Reporter(), console()
    found = pairs(plan, scope, bound, among, table, tick, reporter.on(plan.name))
    reporter.done(plan.name)
    title, about = titled(plan, scope.describe(), bound, tick)
    told: dict[str, object] = {
        "scope": scope.to_json(), "tick": tick, "bound": bound, "design": plan.name,
        "now": {clock.name: clock.greatest for clock in table}, "pairs": [pair.to_json() for pair in found],
    }  # fmt: skip
    if out is not None:
        now = {clock.name: clock.greatest or 0 for clock in table}
        deliver(picture([pair.to_json() for pair in found], title, about, now), out)
    if as_json:
        print_json(told)
        return
    console_.print(f"{title}.\n{scope.describe()}; a tick of {tick:g} s.\n")
    for pair in found:
        console_.print(pair_table(pair))


def owed(plans: list[Design], table: Table, *, as_json: bool) -> None:
    """For each design the obligations between its timers, with the edge of each."""
    told, out = {}, console()
    for plan in plans:
        found = [(one, edge(plan, one, table) if one.searched else None) for one in obligations(plan)]
        told[plan.name] = [owed_json(one, at, table) for one, at in found]
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
