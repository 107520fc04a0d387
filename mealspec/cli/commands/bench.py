"""``mealspec bench``: how fast the engines are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from mealspec.cli.options import as_json, print_json, scoped

if TYPE_CHECKING:
    from mealspec.model.scope import Scope


@click.command("bench")
@click.argument("names", nargs=-1, metavar="[DESIGN]...")
@click.option("--hunt", is_flag=True, help="Steps per second of Hypothesis in lock-step.")
@click.option("--engines", is_flag=True, help="Our two engines, SPIN and TLC, on the same systems and claims.")
@click.option("--meals-up-to", "most", type=int, help="With --engines: more and more meals, up to so many.")
@click.option("--limit-seconds", "limit", type=click.FloatRange(0.1), help="With --engines: for each; 60, if left out.")
@click.option("--markdown", is_flag=True, help="With --engines: ratios only, as tables for a page.")
@as_json
@scoped
def command(
    names: tuple[str, ...], hunt: bool, engines: bool, most: int | None, limit: float | None, markdown: bool,
    as_json: bool, scope: Scope,
) -> None:  # fmt: skip
    """States per second of the explorer, beside naive stepping of transitions objects.

    Or, with --engines, of several engines; exit status 1 then means that two of them disagree.
    """
    from mealspec.check.engines import grown
    from mealspec.cli import bench
    from mealspec.core.errors import CheckerError
    from mealspec.model.design import design
    from mealspec.model.product import system

    plans = [design(name) for name in names or ["before"]]
    if hunt and engines:
        raise CheckerError("choose one: --hunt or --engines")
    if engines:
        form = "json" if as_json else "markdown" if markdown else "tables"
        bench.compare_engines([plan.name for plan in plans], grown(scope, most), limit or 60, form)
        return
    if len(plans) > 1 or most is not None or limit is not None or markdown:
        raise CheckerError("several designs, --meals-up-to, --limit-seconds and --markdown need --engines")
    if hunt:
        from mealspec.hunt import bench as hunts
        from mealspec.hunt.subject import Subject

        data = hunts.measure(Subject.of(plans[0], scope))
        lines = hunts.bench_lines(data)
    else:
        data = bench.beside_naive(system(plans[0], scope))
        lines = bench.naive_lines(data)
    if as_json:
        print_json(data)
    else:
        click.echo("\n".join(lines))
