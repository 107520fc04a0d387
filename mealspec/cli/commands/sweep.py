"""``mealspec sweep``: all designs at once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mealspec.cli.options import OutFile, as_json, check_properties, deliver, regional, scoped

if TYPE_CHECKING:
    from mealspec.check.region import Region
    from mealspec.model.scope import Scope


@click.command("sweep")
@click.option("--property", "only", multiple=True, help="Ask for this property only; may be repeated.")
@regional
@click.option("--each", "separately", is_flag=True, help="Each property by itself, for all designs, with no climb.")
@as_json
@click.option("--csv", "as_csv", is_flag=True, help="One row for each mechanism.")
@click.option("--table", "as_table", is_flag=True, help="Every verdict on every design: decision diagrams, as JSON.")
@click.option("--out", type=OutFile(), help="Write to a file.")
@scoped
def command(
    only: tuple[str, ...], separately: bool, as_json: bool, as_csv: bool, as_table: bool, out: Path | None,
    region: Region, scope: Scope,
) -> None:  # fmt: skip
    """Decide all designs at once: which pass, what they have in common, and what repairs the others.

    Designs are decided in small scopes first, and those that are left in larger ones.
    """
    from mealspec.check.terminal import Terminal
    from mealspec.cli import sweeping
    from mealspec.core.errors import CheckerError
    from mealspec.properties.catalogue import PROPERTIES

    check_properties(only)
    if as_json + as_csv + as_table > 1:
        raise CheckerError("choose --json or --csv or --table, not two of them")
    if as_table and separately:
        raise CheckerError("--table asks for each property by itself anyway; leave --each out")
    properties = [p for p in PROPERTIES.values() if p.id in (only or PROPERTIES)]
    if as_table:
        sweeping.table(scope, properties, region, out)
        return
    console = None if as_json or as_csv or out else Terminal(highlight=False, soft_wrap=True)
    if console:
        console.print("\n".join(sweeping.heading(scope, region, properties)))
    if separately:
        sweeping.each(scope, properties, region, console, out)
        return
    found = sweeping.findings(sweeping.run(scope, properties, region, console), properties)
    if as_csv:
        deliver(found.to_csv(), out)
    elif console is None:
        deliver(json.dumps(found.to_json(), indent=1, ensure_ascii=False) + "\n", out)
    else:
        sweeping.show(console, found)
