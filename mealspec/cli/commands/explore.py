"""``mealspec explore``: the page in which the machines of any design can be clicked."""

from __future__ import annotations

from pathlib import Path

import click

from mealspec.cli.options import deliver


@click.command("explore")
@click.option("--out", type=click.Path(path_type=Path), help="Write here.")
def command(out: Path | None) -> None:
    """The explorer: one HTML page for a browser, that needs neither server nor network.

    It has the machines of every design, every run that is drawn, and the vectors. Takes a minute or two.
    """
    from mealspec.check.terminal import Line
    from mealspec.core.errors import CheckerError

    if out is not None and (out.is_dir() or not out.parent.is_dir()):  # said before the work, not after it
        raise CheckerError(f"cannot write {out}: {'it is a folder' if out.is_dir() else 'there is no such folder'}")
    progress = Line()
    progress.show("explore: finding the runs, and making the machines of all designs")
    from mealspec.explore.bundle import explorer

    page = explorer()
    progress.clear()
    deliver(page.text, out)
