"""A file of `diagrams/`, and the little Markdown that all of them need."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

__all__ = ["Page", "code", "details", "link", "relative", "table"]


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


def details(summary: str, lines: Iterable[str]) -> list[str]:
    """What a reader may fold out."""
    return ["<details>", f"<summary>{summary}</summary>", "", *lines, "", "</details>"]
