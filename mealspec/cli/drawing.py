"""The work of ``mealspec draw``: everything into a folder, or one picture."""

from __future__ import annotations

import time
from pathlib import Path

import click

from mealspec.check.terminal import Line
from mealspec.core import CheckerError, explore, unknown
from mealspec.core.files import check_folder, write_all
from mealspec.core.interrupts import ignored
from mealspec.draw import communication, portraits
from mealspec.draw import states as reachable
from mealspec.draw.blocks import facets, quotient
from mealspec.draw.card import svg
from mealspec.draw.dot import renderer, source
from mealspec.draw.everything import everything as files
from mealspec.draw.exports import FORMS, export, of_machine, of_quotient
from mealspec.draw.machines import chosen, drawn, machine_of
from mealspec.draw.picture import Picture
from mealspec.explore.bundle import explorer
from mealspec.model.design import Design
from mealspec.model.product import system
from mealspec.model.scope import Scope
from mealspec.properties.facts import Facts


def everything(folder: Path, *, full: bool = False) -> None:
    """Write all files below the folder, once all of them are there; what was there and is not drawn any more goes.

    Only with ``full`` are they all that can be drawn: without it those that are committed.

    Only files that look like ours are removed: a folder with anything else is refused.
    """
    _check(folder)
    began = time.monotonic()
    progress = Line()

    def report(path: str, number: int, total: int) -> None:
        progress.show(f"draw: {number} of {total} pictures: {path}")

    click.echo(f"Laid out by {renderer()}.")
    texts = {page.path: page.text for page in files(report, full=full)}
    progress.show("draw: the explorer, with the machines of all designs")
    texts[explorer().path] = explorer().text
    progress.clear()
    with ignored():  # who interrupts now gets all or has had nothing: it takes less than a second
        write_all(folder, texts)
        for old in _ours(folder):
            if old.relative_to(folder).as_posix() not in texts:
                _remove(old)
    took = time.monotonic() - began
    click.echo(f"{len(texts)} files in {folder}, in {took:.0f} s; begin with {folder / 'README.md'}")


def _remove(file: Path) -> None:
    try:
        file.unlink()
    except OSError as error:
        raise CheckerError(f"cannot remove {file}: {error.strerror}") from None


def _ours(folder: Path) -> list[Path]:
    return [file for file in folder.rglob("*") if file.is_file()] if folder.is_dir() else []


def _check(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise CheckerError(f"{folder} is no folder")
    ours = ("explorer.html", ".svg", ".gv", ".md", ".mmd", ".schema.json")
    strange = [file for file in _ours(folder) if not file.name.endswith(ours)]
    if strange:
        raise CheckerError(f"{folder} holds {strange[0].name}, which is none of ours; choose another folder")
    check_folder(folder, _ours(folder))


def _form(form: str) -> None:
    if form != "svg" and form not in FORMS:
        raise unknown("format", form, ["svg", *FORMS])


def one(what: str, plan: Design, fields: tuple[str, ...], form: str) -> str:
    """Who talks to whom, or a machine, of which a picture shows some fields."""
    _form(form)
    if what == "communication":
        return _as(communication.whole(plan), form, what)
    found = drawn(plan)
    if what not in found:
        raise unknown("picture", what, ["communication", "states", *found])
    machine = machine_of(plan, what, found[what])
    assert machine is not None
    if form == "svg":
        view = chosen(machine, fields)
        if view:
            click.echo(f"of {what} only {' and '.join(view)}", err=True)
        return svg(portraits.picture(plan, what, view))
    if fields:
        raise CheckerError("--project chooses what a picture shows; other forms hold the whole machine")
    return export(of_machine(machine), form)


def _as(picture: Picture, form: str, what: str) -> str:
    if form == "svg":
        return svg(picture)
    if form == "dot":
        return source(picture)
    raise CheckerError(f"'{what}' can be written as svg or dot")


def states(plan: Design, scope: Scope, project: tuple[str, ...], property_id: str, form: str) -> str:
    """The reachable states."""
    _form(form)
    if form == "svg":
        picture = reachable.picture(plan, scope, project=project, property_id=property_id)
        click.echo(f"{picture.engine}, by {renderer()}", err=True)
        return svg(picture)
    if property_id:
        raise CheckerError("--property draws a path through a picture; other forms have none")
    graph = explore(system(plan, scope))
    facts = Facts(plan, scope, graph.system)
    return export(of_quotient(quotient(graph, facets(graph, project, facts), facts)), form)
