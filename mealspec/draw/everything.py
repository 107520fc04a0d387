"""All files of ``diagrams/``: pictures, charts, pages, and the index.

What is committed is enough to read; ``full`` adds the machines of the other designs, and a chart of every
counterexample.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache

from mealspec.draw import communication, states
from mealspec.draw.app import app
from mealspec.draw.card import svg
from mealspec.draw.charts import charts, page_of
from mealspec.draw.comparison import STEPS, changes
from mealspec.draw.designs import designs
from mealspec.draw.machine_pages import machine_pages
from mealspec.draw.matrix import matrix
from mealspec.draw.metrics import pages as metrics
from mealspec.draw.page import Page, render
from mealspec.draw.picture import Picture
from mealspec.draw.portraits import portraits
from mealspec.draw.reference import reference
from mealspec.draw.role_pages import role_pages
from mealspec.draw.role_pictures import role_pictures
from mealspec.draw.timelines import pages as timelines
from mealspec.model.design import DESIGNS

HARDENED, APP = DESIGNS["hardened"], DESIGNS["app_head"]

OWN = ("poller", "loader.sync", "sync", "store.m1", "save.m1", "day")
"""Machines of the app's world that `hardened` has not, or has another of."""

SPARED = ("states/app_before.svg",)
"""Pictures that are not committed: neither in it nor in `app_published` does any result reach the screen."""

COMMITTED = (STEPS[0], STEPS[2])
"""Of the steps from one design to the next the fix and its repair."""


@cache
def parts(*, full: bool = False) -> tuple[list[Picture], list[Page]]:
    """The pictures that Graphviz lays out, and all other files: the same model always gives the same."""
    steps = STEPS if full else COMMITTED
    ours, changed = list(portraits([HARDENED])), list(changes(steps))
    others = [plan for plan in DESIGNS.values() if full and plan != HARDENED]
    ours += [] if full else portraits([APP], OWN)
    whole = communication.whole(HARDENED)
    reachable = [picture for picture in states.pictures() if full or picture.path not in SPARED]
    drawn = [picture for _, picture in (*ours, *portraits(others), *changed)]
    pages = [
        *charts(full=full),
        *timelines(),
        matrix(),
        designs(),
        app(),
        *metrics(),
        *reference(machine_pages(ours, changed)),
    ]
    pages += [_listed("states", "Reachable states", "the reachable states, seen from what matters", reachable)]
    for before, after in steps:
        step = f"changes/{before}-{after}"
        some = [picture for picture in drawn if picture.path.startswith(f"{step}/")]
        pages += [_listed(step, f"From {before} to {after}", "what changes in each machine", some)]
    sides, roles = list(role_pictures()), list(role_pages())
    pages += roles
    pages += [_index(whole, [picture for picture in drawn if picture.path.startswith("machines/")], pages, roles)]
    return [whole, *sides, *drawn, *reachable], pages


def _listed(folder: str, title: str, description: str, pictures: list[Picture]) -> Page:
    """The pictures of a folder, each with its facts as text, for an embedded picture cannot be pointed at."""
    return render(f"{folder}/README.md", folder.split("/")[0], title, description, pictures=pictures)


def _index(whole: Picture, machines: list[Picture], pages: list[Page], roles: list[Page]) -> Page:
    """The way of a newcomer in three steps, and then everything by kind."""
    steps = [page for page in pages if page.path.startswith("changes/")]
    return render(
        "README.md", "index", "Diagrams and reference", "where to begin", whole=whole, machines=machines, steps=steps,
        flaw=page_of("flaw"), repair=page_of("repair"), designs=list(DESIGNS), roles=roles,
    )  # fmt: skip


def everything(report: Callable[[str, int, int], None], *, full: bool = False) -> Iterator[Page]:
    """All files; ``report`` is told what comes next, its number, and of how many.

    Raises
    ------
    CannotDraw
        If there is no Graphviz on this machine.
    """
    report("charts, pages and what is to be drawn", 0, 0)
    pictures, pages = parts(full=full)
    for number, picture in enumerate(pictures, start=1):
        report(picture.path, number, len(pictures))
        yield Page(picture.path, picture.title, picture.description, svg(picture))
    yield from pages
