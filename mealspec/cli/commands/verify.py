"""``mealspec verify``: check designs, and compare with what is expected."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import click

from mealspec.cli.options import as_json, check_properties, jobs, print_json, scoped

if TYPE_CHECKING:
    from mealspec.check.terminal import Terminal
    from mealspec.check.verify import Report
    from mealspec.model.scope import Scope


@click.command("verify")
@click.argument("designs", nargs=-1, metavar="[DESIGN]...")
@click.option("--property", "only", multiple=True, help="Decide only this property; may be repeated.")
@click.option("--limit", type=click.IntRange(1), help="Stop a search at this many states.")
@click.option(
    "--engine",
    type=click.Choice(["auto", "explicit", "symbolic"]),
    default="auto",
    show_default=True,
    help="State by state, or by sets of states; what is faster, if left out.",
)
@click.option("--strict", is_flag=True, help="A violation in a design of one's own is status 1, too.")
@jobs
@as_json
@scoped
def command(
    designs: tuple[str, ...],
    only: tuple[str, ...],
    limit: int | None,
    engine: str,
    strict: bool,
    jobs: int,
    as_json: bool,
    scope: Scope,
) -> None:
    """Check designs (all seven, if none is named) and compare with what is expected.

    Exit status 1 means that a verdict is not the expected one. Of a design of one's own nothing is expected,
    unless --strict asks that nothing be violated.
    """
    from mealspec.check.parallel import reports
    from mealspec.check.terminal import console
    from mealspec.check.verify import choose
    from mealspec.model.design import DESIGNS, design
    from mealspec.properties.catalogue import PROPERTIES

    chosen = [design(name) for name in designs or DESIGNS]
    check_properties(only)
    engine = choose(scope, engine, limit=limit)
    found = []
    shown = console()
    if not as_json:
        shown.print(f"Checking in the scope: {scope.describe()}.")
        shown.print(f"Left out: {', '.join(scope.left_out()) or 'nothing'}; time.", style="dim")
        shown.print("Liveness assumes that faults end, and weak fairness of system events.", style="dim")
    running = reports(chosen, scope, only or tuple(PROPERTIES), limit, jobs, engine)
    for report in click.get_current_context().with_resource(closing(running)):
        found.append(report)
        if not as_json:
            _show(shown, report)
    wrong = [report.design for report in found if not report.as_expected or (strict and _broken(report))]
    if as_json:
        print_json([report.to_json() for report in found])
    else:
        shown.print()
        _summary(shown, wrong, pinned=any(f.expected for report in found for f in report.findings))
    if wrong:
        raise SystemExit(1)


def _broken(report: Report) -> bool:
    """Whether something is violated of which nothing is expected."""
    from mealspec.properties.expected import Verdict

    return any(each.verdict is Verdict.VIOLATED and each.expected is None for each in report.findings)


def _show(console: Terminal, report: Report) -> None:
    from mealspec.check.show import report_table
    from mealspec.model.scope import counted

    size = f"{counted(report.states, 'state')}, {counted(report.transitions, 'transition')}"
    size += "" if report.depth is None else f", depth {report.depth}"
    extent = "every reachable state" if report.complete else "NOT fully explored: the limit stopped it"
    console.print()
    console.print(report.design, style="bold")
    console.print(f"{size}; {extent}.")
    console.print(f"{report.engine} engine, {report.seconds:.1f} s, {report.memory / 2**20:,.0f} MiB", style="dim")
    console.print(report_table(report))


def _summary(console: Terminal, wrong: list[str], *, pinned: bool) -> None:
    if wrong:
        console.print(f"✗ Not as expected: {', '.join(wrong)}.", style="bold red")
    elif not pinned:
        console.print("No verdict is pinned for this scope.", style="yellow")
    else:
        console.print("✓ Every verdict that is pinned is as expected.", style="green")
        console.print("See why a design fails: mealspec trace published delivery --faults 0")
