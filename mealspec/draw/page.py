"""A file of `diagrams/`, the little Markdown that all of them need, and the templates that they are written with."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from mealspec.model.design import DESIGNS
from mealspec.model.mechanism import Mechanism


@dataclass(frozen=True)
class Page:
    """A generated file.

    Attributes
    ----------
    path
        Relative to ``diagrams/``, with slashes.
    title, description
        A line and a sentence for whoever lists it.
    text
        Its content.
    """

    path: str
    title: str
    description: str
    text: str


def relative(here: str, there: str) -> str:
    """The way from one path to another; what follows a ``#`` stays.

    >>> relative("reference/events.md", "charts/F6.md"), relative("matrix.md", "charts/F6.md#top")
    ('../charts/F6.md', 'charts/F6.md#top')
    """
    path, mark, anchor = there.partition("#")
    return posixpath.relpath(path, posixpath.dirname(here) or ".") + mark + anchor


def link(here: str, there: str, text: str) -> str:
    """A Markdown link from the page ``here``."""
    return f"[{text}]({relative(here, there)})"


def code(text: str) -> str:
    """A name as it is written in programs."""
    return f"`{text}`"


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    r"""A Markdown table.

    >>> table(["a", "b"], [[1, "x|y"]])
    ['| a | b |', '|---|---|', '| 1 | x\\|y |']
    """
    lines = [f"| {' | '.join(head)} |", "|" + "---|" * len(head)]
    return lines + [f"| {' | '.join(_cell(value) for value in row)} |" for row in rows]


def _cell(value: object) -> str:
    return str(value).replace("|", "\\|").replace("\n", " ")


def references(here: str, refs: Iterable[str]) -> str:
    """Requirements, failure classes and facts of the app as links to the tables that trace them."""
    pages = {"E": "app.md"}
    return ", ".join(link(here, f"{pages.get(ref[0], 'reference/traceability.md')}#{ref}", ref) for ref in refs)


def mechanism(here: str, name: str) -> str:
    """A link to a mechanism, ticked if it is one of `hardened`."""
    tick = " ✓" if Mechanism(name) in DESIGNS["hardened"] else ""
    return link(here, f"reference/mechanisms.md#{name}", name) + tick


@cache
def _templates() -> Environment:
    """Those beside this code; each has the helpers of this module, bound to the page that is written."""
    loader = PackageLoader("mealspec.draw")
    return Environment(
        loader=loader, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True
    )


def render(path: str, template: str, title: str, description: str, **data: Any) -> Page:
    """The page that a template gives with these data."""
    helpers = {
        "title": title, "code": code, "link": partial(link, path), "relative": partial(relative, path),
        "refs": partial(references, path), "mechanism": partial(mechanism, path),
        "table": lambda head, rows: "\n".join(table(head, rows)),
    }  # fmt: skip
    text = _templates().get_template(f"{template}.md.j2").render(**helpers, **data)
    return Page(path, title, description, text)
