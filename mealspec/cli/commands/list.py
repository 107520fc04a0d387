"""``mealspec list``: what there is."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING, Any

import click

from mealspec.cli.options import as_json, print_json

if TYPE_CHECKING:
    from mealspec.check.terminal import Terminal

SHOWN = 16
"""Entries of each list that an overview names."""


@click.command("list")
@click.argument("what", required=False)
@as_json
def command(what: str | None, as_json: bool) -> None:
    """What there is: designs, mechanisms, properties, events, ..."""
    from mealspec.check.terminal import console
    from mealspec.cli.listing import LISTS, listing
    from mealspec.core.errors import unknown

    if what is not None and what not in LISTS:
        raise unknown("list", what, LISTS)
    content = listing([what] if what else LISTS)
    if as_json:
        print_json(content if what is None else content[what])
        return
    shown = console()
    for name, entries in content.items():
        if what is None:
            names = ", ".join(str(next(iter(entry.values()))) for entry in entries[:SHOWN])
            more = f", ... {len(entries) - SHOWN} more" if len(entries) > SHOWN else ""
            shown.print(f"[bold]{name}[/] ({len(entries)}): {names}{more}")
        for entry in entries if what else ():
            _entry(shown, entry)
    if what is None:
        shown.print("\nTell me more: mealspec list NAME, or mealspec explain NAME of an entry", style="dim")


def _entry(console: Terminal, entry: dict[str, Any]) -> None:
    """The first value as the name, all others below."""
    name, *rest = entry.items()
    console.print(f"  {name[1]}", style="cyan", highlight=False)
    for key, value in rest:
        text = ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)
        if text:
            for line in wrap(f"{key}: {text}", 76, subsequent_indent="  ", break_on_hyphens=False):
                console.print(f"    {line}", markup=False)
