"""``mealspec explore``: the page in which the machines of any design can be clicked."""

from __future__ import annotations

from pathlib import Path

import click

from mealspec.cli.options import OutFile, deliver


@click.command("explore")
@click.option("--out", type=OutFile(), help="Write here.")
def command(out: Path | None) -> None:
    """The explorer: one HTML page for a browser, that needs neither server nor network.

    It has the machines of every design, every run that is drawn, and the vectors. Takes a minute or two.
    """
    from mealspec.check.terminal import Line

    progress = Line()
    progress.show("explore: finding the runs, and making the machines of all designs")
    from mealspec.explore.bundle import explorer

    page = explorer()
    progress.clear()
    deliver(page.text, out)
