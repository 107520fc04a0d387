"""``mealspec role``: the page of whoever builds one side."""

from __future__ import annotations

from pathlib import Path

import click

from mealspec.cli.options import deliver


@click.command("role")
@click.argument("side")
@click.option("--design", "name", default="hardened", show_default=True, help="Of which design.")
@click.option("--out", type=click.Path(path_type=Path), help="Write here.")
def command(side: str, name: str, out: Path | None) -> None:
    """All that whoever builds SIDE needs, client or server, in one page of Markdown.

    Its links lead to where diagrams/roles/ stands.
    """
    from mealspec.check.terminal import Line
    from mealspec.core.errors import unknown
    from mealspec.draw.role_pages import role_page
    from mealspec.model.design import design
    from mealspec.model.wire.message import Side

    if side not in set(Side):
        raise unknown("side", side, list(Side))
    plan, progress = design(name), Line()
    progress.show(f"role: reading the rows of {plan}")
    page = role_page(Side(side), plan)
    progress.clear()
    deliver(page.text, out)
