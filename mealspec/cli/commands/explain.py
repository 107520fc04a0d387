"""``mealspec explain``: all that is known of one name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from mealspec.cli.options import as_json, print_json

if TYPE_CHECKING:
    from rich.table import Table


@click.command("explain")
@click.argument("name")
@as_json
def command(name: str, as_json: bool) -> None:
    """All about one NAME: a mechanism, event, property, failure class (F4), requirement (R30), machine, ...

    What it says, where it is modelled, what it needs, which designs have it, what is found, and what to run next.
    """
    from mealspec.check.terminal import console
    from mealspec.cli.explaining import explain

    found = explain(name)
    if as_json:
        print_json(found)
        return
    shown = console()
    for number, facts in enumerate(found):
        if number:
            shown.print()
        shown.print(f"[bold cyan]{facts['name']}[/]: {facts['kind']}")
        shown.print(_table(facts))


def _table(facts: dict[str, Any]) -> Table:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for key, value in facts.items():
        if key not in ("kind", "name"):
            table.add_row(key, Text(_text(value, "\n" if key in ("next", "shown by") else ", ")))
    return table


def _text(value: Any, between: str) -> str:
    if isinstance(value, dict):
        return between.join(f"{key} {each}" for key, each in value.items())
    return value if isinstance(value, str) else between.join(map(str, value))
