"""``mealspec mutants``: the specification under test."""

from __future__ import annotations

import click

from mealspec.cli.options import as_json, jobs, print_json


@click.command("mutants")
@click.option("--sample", type=click.IntRange(1), help="Judge only this many, evenly spread; all, if left out.")
@jobs
@as_json
def command(sample: int | None, jobs: int, as_json: bool) -> None:
    """Test the specification: which small faults of the hardened design are noticed?

    Exit status 1 means that some mutant survives.
    """
    from mealspec.check.mutants import cases
    from mealspec.check.terminal import console
    from mealspec.cli.mutants import heading, spread, survey, survey_parts

    every = cases()
    chosen = spread(every, sample)
    shown = console()
    if not as_json:
        shown.print(heading(len(chosen), len(every)))
    found = survey(chosen, len(every), jobs)
    if as_json:
        print_json(found.to_json())
    else:
        for piece in survey_parts(found):
            shown.print(piece, markup=False)
    if found.survivors:
        raise SystemExit(1)
