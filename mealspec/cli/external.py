"""``mealspec export`` and ``mealspec crosscheck``: the product for other tools, and what they make of it."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import click

from mealspec.check.crosscheck import SCOPES, compare, lines, summary
from mealspec.cli.options import deliver, scoped
from mealspec.core import CheckerError, Claim, System, unknown
from mealspec.core.external.promela import promela
from mealspec.core.external.tla import claim_names, config, tla
from mealspec.model.design import DESIGNS, design
from mealspec.model.product import system
from mealspec.model.scope import Scope
from mealspec.properties.catalogue import PROPERTIES
from mealspec.properties.facts import Facts

__all__ = ["crosscheck", "export"]

MODULE = "Product"
"""What a module in TLA+ is called that goes to no file."""


@click.command()
@click.argument("name", metavar="[DESIGN]", default="hardened")
@click.option("--to", "form", type=click.Choice(["promela", "tla"]), help="For SPIN, or for TLC.")
@click.option("--property", "only", multiple=True, help="Claim only this property; may be repeated.")
@click.option("--out", type=click.Path(path_type=Path), help="Write to a file, or into a folder that is there.")
@scoped
def export(name: str, form: str | None, only: tuple[str, ...], out: Path | None, scope: Scope) -> None:
    """The product of a DESIGN in a scope, as a specification that SPIN or TLC runs unchanged.

    A module in TLA+ comes with what TLC is to be asked: NAME.cfg for safety, NAME_live.cfg for liveness.
    """
    if form is None:
        raise CheckerError("say what to export to: --to promela or --to tla")
    plan = design(name)
    for each in only:
        if each not in PROPERTIES:
            raise unknown("property", each, PROPERTIES)
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


@click.command()
@click.argument("names", nargs=-1, metavar="[DESIGN]...")
@click.option("--jobs", type=click.IntRange(1), default=min(2, os.cpu_count() or 1), help="Checkers at work at once.")
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def crosscheck(names: tuple[str, ...], jobs: int, as_json: bool) -> None:
    """Do SPIN and TLC find what our checker finds? On all designs, or those named, in small scopes.

    Exit status 1 means that something differs. A checker that is not installed is skipped.
    """
    plans = [design(name) for name in names or DESIGNS]
    found = []
    for case in compare([(plan, scope) for scope in SCOPES for plan in plans], jobs):
        found.append(case)
        if not as_json:
            click.echo("\n".join(lines(case)))
    if as_json:
        click.echo(json.dumps([case.to_json() for case in found], indent=1, ensure_ascii=False))
    else:
        click.echo("\n".join(summary(found)))
    if any(case.differences for case in found):
        raise SystemExit(1)
