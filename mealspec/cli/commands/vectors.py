"""``mealspec vectors``: runs for implementations, as JSON."""

from __future__ import annotations

from pathlib import Path

import click

from mealspec.cli.options import as_json, print_json


@click.command("vectors")
@click.option("--design", "name", default="hardened", show_default=True, help="Whose vectors.")
@click.option("--role", type=click.Choice(["client", "server"]), help="Of one role only.")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Write them into a folder.")
@click.option("--itf/--no-itf", default=True, show_default=True, help="With --out: each run as ITF, too.")
@as_json
def command(name: str, role: str | None, out: Path | None, itf: bool, as_json: bool) -> None:
    """Test vectors: runs that cover every event, row and pair of rows, and every failure class.

    Plain JSON, with its schema and a manifest of what each vector covers. Takes minutes.
    """
    from mealspec.check.progress import Reporter
    from mealspec.conform.files import itf_files, schema_files
    from mealspec.conform.suite import files, manifest, suite
    from mealspec.core.files import check_folder, write_all
    from mealspec.model.design import design
    from mealspec.model.scope import counted

    plan, reporter = design(name), Reporter()
    if out is not None:  # said before the work, not after it
        ours = ("*.json", "client/**/*.json", "server/**/*.json")
        check_folder(out, [file for pattern in ours for file in out.glob(pattern)])
    made = suite(plan, [role] if role else ["client", "server"], report=reporter.say)
    reporter.done("vectors")
    if out is not None:
        write_all(out, {**files(made, plan), **schema_files(), **(itf_files(made) if itf else {})})
    if as_json:
        print_json(manifest(made, plan))
    else:
        steps = sum(len(vector.steps) for vector in made.vectors)
        click.echo(f"{counted(len(made.vectors), 'vector')}, {counted(steps, 'step')}.")
