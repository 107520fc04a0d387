"""``mealspec bench``: how fast the engines are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from mealspec.cli.options import as_json, print_json, scoped

if TYPE_CHECKING:
    from mealspec.model.scope import Scope


@click.command("bench")
@click.argument("names", nargs=-1, metavar="[DESIGN]...")
@click.option("--hunt", is_flag=True, help="Steps per second of Hypothesis in lock-step, and where the time goes.")
@click.option("--engines", is_flag=True, help="Our two engines, SPIN and TLC, on the same systems and claims.")
@click.option("--meals-up-to", "most", type=int, help="With --engines: more and more meals, up to so many.")
@click.option("--limit-seconds", "limit", type=click.FloatRange(0.1), help="With --engines: for each; 60, if left out.")
@click.option("--markdown", is_flag=True, help="With --engines: ratios only, as tables for a page.")
@as_json
@scoped
def command(
    names: tuple[str, ...],
    hunt: bool,
    engines: bool,
    most: int | None,
    limit: float | None,
    markdown: bool,
    as_json: bool,
    scope: Scope,
) -> None:
    """States per second of the explorer, beside naive stepping of transitions objects.

    Or, with --engines, of several engines; exit status 1 then means that two of them disagree.
    """
    from mealspec.core.errors import CheckerError
    from mealspec.model.design import design

    plans = [design(name) for name in names or ["before"]]
    if hunt and engines:
        raise CheckerError("choose one: --hunt or --engines")
    if engines:
        from mealspec.check.engines import grown
        from mealspec.cli.engine_tables import compare_engines

        compare_engines(plans, grown(scope, most), limit or 60, "json" if as_json else "markdown" if markdown else "")
        return
    if len(plans) > 1 or most is not None or limit is not None or markdown:
        raise CheckerError("several designs, --meals-up-to, --limit-seconds and --markdown need --engines")
    if hunt:
        from mealspec.hunt import bench as hunts
        from mealspec.hunt.subject import Subject

        figures = hunts.measure(Subject.of(plans[0], scope))
        lines, data = hunts.bench_lines(figures), figures.to_json()
    else:
        from mealspec.cli.bench import bench_lines, measure
        from mealspec.model.product import system

        result = measure(system(plans[0], scope))
        lines, data = bench_lines(result), result.to_json()
    if as_json:
        print_json(data)
    else:
        click.echo("\n".join(lines))
