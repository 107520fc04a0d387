"""All files of ``diagrams/``: pictures with their sources, charts, pages, and the index."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from mealspec.draw.charts import charts
from mealspec.draw.dot import Picture, svg
from mealspec.draw.gallery import pictures
from mealspec.draw.index import index
from mealspec.draw.page import Page
from mealspec.draw.pages import pages

__all__ = ["everything", "source_of", "texts"]


def source_of(picture: Picture) -> Page:
    """The DOT source of a picture, as a file beside it."""
    return Page(picture.path.removesuffix(".svg") + ".gv", picture.title, picture.description, picture.source)


def texts() -> Iterator[Page]:
    """All files but those that Graphviz lays out: the same model always gives the same."""
    drawn = list(pictures())
    written = [*charts(), *pages()]
    yield from map(source_of, drawn)
    yield from written
    yield index(drawn, written)


def everything(report: Callable[[str, int, int], None]) -> Iterator[Page]:
    """All files; ``report`` is told what comes next, each picture and then the rest, its number, and of how many.

    Raises
    ------
    CannotDraw
        If there is no Graphviz on this machine.
    """
    drawn = list(pictures())
    for number, picture in enumerate(drawn, start=1):
        report(picture.path, number, len(drawn))
        yield Page(picture.path, picture.title, picture.description, svg(picture))
        yield source_of(picture)
    report("charts and pages", len(drawn), len(drawn))
    written = [*charts(), *pages()]
    yield from written
    yield index(drawn, written)
