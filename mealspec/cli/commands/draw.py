"""``mealspec draw``: pictures and pages."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from mealspec.cli.options import check_properties, deliver, scoped, split

if TYPE_CHECKING:
    from mealspec.model.scope import Scope


@click.command("draw")
@click.argument("what", required=False)
@click.option("--design", "name", default="hardened", show_default=True, help="Of which design.")
@click.option("--project", default="", help="Machines that tell states apart, or fields of a machine, by commas.")
@click.option("--property", "property_id", default="", help="For states: draw its shortest counterexample.")
@click.option("--to", "form", default="svg", show_default=True, help="svg, dot, mermaid, graphml, json or scxml.")
@click.option("--all", "full", is_flag=True, help="Everything that can be drawn, not only what is committed.")
@click.option("--out", type=click.Path(path_type=Path), help="Write here; everything goes to diagrams/.")
@scoped
def command(
    what: str | None, name: str, project: str, property_id: str, form: str, full: bool, out: Path | None, scope: Scope
) -> None:
    """Draw WHAT: a machine, 'states' or 'communication'. Without it, the pages and pictures of diagrams/.

    For 'states' the options of a scope say of what; the machines of a picture are those of one meal.
    """
    from mealspec.cli import drawing
    from mealspec.core.files import check
    from mealspec.model.design import design

    plan = design(name)
    check_properties(filter(None, [property_id]))
    chosen = tuple(split(project))
    if what is None:
        _only("everything", "--all", "--out")
        drawing.everything(out or Path("diagrams"), full=full)
        return
    if what != "states":
        _only(f"'{what}'", "--design", *(["--project"] if what != "communication" else []), "--to", "--out")
    if out is not None:  # said before the work, not after it
        check(out)
    if what == "states":
        made = drawing.states(plan, scope, chosen, property_id, form)
    else:
        made = drawing.one(what, plan, chosen, form)
    deliver(made, out)


def _only(what: str, *options: str) -> None:
    """Refuse options that say nothing about what is drawn."""
    from mealspec.core.errors import CheckerError

    given = click.get_current_context()
    for option in given.command.params:
        said = given.get_parameter_source(option.name or "") is ParameterSource.COMMANDLINE
        if isinstance(option, click.Option) and said and option.opts[0] not in options:
            raise CheckerError(f"{option.opts[0]} says nothing about {what}; what does is {', '.join(options)}")
