"""``mealspec export``: the product for other tools."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mealspec.cli.options import check_properties, deliver, scoped

if TYPE_CHECKING:
    from mealspec.core import Claim, System
    from mealspec.model.scope import Scope

MODULE = "Product"
"""What a module in TLA+ is called that goes to no file."""


@click.command("export")
@click.argument("name", metavar="[DESIGN]", default="hardened")
@click.option("--to", "form", type=click.Choice(["promela", "tla"]), help="For SPIN, or for TLC.")
@click.option("--property", "only", multiple=True, help="Claim only this property; may be repeated.")
@click.option("--out", type=click.Path(path_type=Path), help="Write to a file, or into a folder that is there.")
@scoped
def command(name: str, form: str | None, only: tuple[str, ...], out: Path | None, scope: Scope) -> None:
    """The product of a DESIGN in a scope, as a specification that SPIN or TLC runs unchanged.

    A module in TLA+ comes with what TLC is to be asked: NAME.cfg for safety, NAME_live.cfg for liveness.
    """
    from mealspec.core.errors import CheckerError
    from mealspec.core.external.promela import promela
    from mealspec.model.design import design
    from mealspec.model.product import system
    from mealspec.properties.catalogue import PROPERTIES
    from mealspec.properties.facts import Facts

    if form is None:
        raise CheckerError("say what to export to: --to promela or --to tla")
    plan = design(name)
    check_properties(only)
    product = system(plan, scope)
    facts = Facts(plan, scope, product)
    claims = [claim for p in PROPERTIES.values() if p.id in (only or PROPERTIES) for claim in p.claims(facts)]
    if form == "promela":
        deliver(promela(product, claims), _file(out, plan.name, ".pml"))
    else:
        _deliver_tla(product, claims, _file(out, plan.name, ".tla"))


def _file(out: Path | None, name: str, ending: str) -> Path | None:
    """A file of the design's name, if a folder is given."""
    return out / (re.sub(r"\W+", "_", name) + ending) if out is not None and out.is_dir() else out


def _deliver_tla(product: System, claims: list[Claim], out: Path | None) -> None:
    """The module and, beside it, what TLC is to be asked; in one text below the module if there is no file."""
    from mealspec.core.errors import CheckerError
    from mealspec.core.external.tla import claim_names, config, tla

    if out is not None and not re.fullmatch(r"[A-Za-z]\w*\.tla", out.name, re.ASCII):
        raise CheckerError(f"cannot write '{out}': a module's file is called NAME.tla, of letters, digits and '_'")
    module = MODULE if out is None else out.stem
    names = claim_names(product, claims)
    asked = {
        f"{module}{'_live' * live}.cfg": config([names[c.name] for c in claims if c.live is live], live=live)
        for live in (False, True)
        if not live or any(claim.live for claim in claims)
    }
    text = tla(product, claims, module=module)
    if out is None:
        # What stands below a module is no part of it, for any tool.
        click.echo("\n".join([text, *(f"{name}:\n{content}" for name, content in asked.items())]), nl=False)
        return
    deliver(text, out)
    for name, content in asked.items():
        deliver(content, out.parent / name)
