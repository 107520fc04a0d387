"""The work of ``mealspec draw``: everything into a folder, or one picture."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import click

from checker import CheckerError, explore, unknown
from draw import machines, talk
from draw import states as reachable
from draw.dot import Picture, renderer, svg
from draw.everything import everything as files
from draw.exports import FORMS, export, of_machine, of_quotient
from model.design import Design
from model.product import system
from model.scope import Scope
from properties.facts import Facts

__all__ = ["everything", "one", "states"]

QUIET = 5.0
"""Seconds between two lines of progress where stderr is no terminal."""


def everything(folder: Path) -> None:
    """Write all files below the folder, once all of them are there; what was there and is not drawn any more goes.

    Only files that look like ours are removed: a folder with anything else is refused.
    """
    _check(folder)
    began = last = time.monotonic()
    live = sys.stderr.isatty()

    def report(path: str, number: int, total: int) -> None:
        nonlocal last
        now = time.monotonic()
        if live or now - last > QUIET:
            last = now
            text = f"draw: {number} of {total} pictures, {number / (now - began):.0f}/s: {path}"
            sys.stderr.write(f"\r\x1b[K{text[:118]}" if live else f"{text}\n")
            sys.stderr.flush()

    click.echo(f"Laid out by {renderer()}.")
    drawn = {page.path: page.text for page in files(report)}
    if live:
        sys.stderr.write("\r\x1b[K")
    try:
        for old in _ours(folder):
            if old.relative_to(folder).as_posix() not in drawn:
                old.unlink()
        for path, text in drawn.items():
            file = folder / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise CheckerError(f"cannot write {error.filename}: {error.strerror}") from None
    took = time.monotonic() - began
    click.echo(f"{len(drawn)} files in {folder}, in {took:.0f} s; begin with {folder / 'README.md'}")


def _ours(folder: Path) -> list[Path]:
    return [file for file in folder.rglob("*") if file.is_file()] if folder.is_dir() else []


def _check(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise CheckerError(f"{folder} is no folder")
    strange = [file for file in _ours(folder) if file.suffix not in (".svg", ".gv", ".md", ".mmd")]
    if strange:
        raise CheckerError(f"{folder} holds {strange[0].name}, which is none of ours; choose another folder")


def _form(form: str) -> None:
    if form != "svg" and form not in FORMS:
        raise unknown("format", form, ["svg", *FORMS])


def one(what: str, plan: Design, form: str) -> str:
    """Who talks to whom, or a machine."""
    _form(form)
    if what == "talk":
        picture = next(iter(talk.pictures()))
        return _as(picture, form, what)
    found = machines.drawn(plan)
    if what not in found:
        raise unknown("picture", what, ["talk", "states", *found])
    if form == "svg":
        product = found[what]
        views = machines.views(product.machines[product.position[what]])
        return svg(machines.picture(plan, what, views[0]))
    product = found[what]
    return export(of_machine(product.machines[product.position[what]]), form)


def _as(picture: Picture, form: str, what: str) -> str:
    if form == "svg":
        return svg(picture)
    if form == "dot":
        return picture.source
    raise CheckerError(f"'{what}' can be written as svg or dot")


def states(plan: Design, scope: Scope, project: tuple[str, ...], property_id: str, form: str) -> str:
    """The reachable states."""
    _form(form)
    if form == "svg":
        drawn = reachable.picture(plan, scope, project=project, property_id=property_id)
        click.echo(f"{drawn.engine}, by {renderer()}", err=True)
        return svg(drawn)
    graph = explore(system(plan, scope))
    facts = Facts(plan, scope, graph.system)
    return export(of_quotient(reachable.quotient(graph, reachable.facets(graph, project, facts), facts)), form)
