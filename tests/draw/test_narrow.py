"""What implementers read fits a tablet, and but for code a phone: no line of code and no table asks for more.

Measured in a browser at 1012, 768 and 390 px, as a code host draws them: 80 columns of code are what 768 px hold, and a
phone shows a table without scrolling if what cannot be broken in its cells has not more letters than this.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

import pytest

from mealspec.draw.role_pages import role_pages, role_path
from mealspec.draw.wire import WIRE, wire
from mealspec.model.wire.message import Side

PATHS = pytest.mark.parametrize("path", [*map(role_path, Side), WIRE])
COLUMNS = 80
LETTERS, CELL = 43, 4
"""Of a row at most, and what the edges of each of its cells take of them."""


@cache
def text(path: str) -> str:
    """A page as it is generated."""
    return {page.path: page.text for page in (*role_pages(), *wire())}[path]


def tables(markdown: str) -> Iterator[list[list[str]]]:
    """The rows of each table, cell by cell."""
    for block in re.findall(r"(?:^\|.*\n)+", markdown, re.M):
        rows = [re.split(r"(?<!\\)\|", line.strip("\n"))[1:-1] for line in block.splitlines()]
        yield [rows[0], *rows[2:]]


def pieces(cell: str) -> list[str]:
    """What a browser keeps together."""
    shown = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", cell)
    return re.split(r"[\s/-]|<br>", shown.replace("`", ""))


def breadth(table: list[list[str]]) -> int:
    """Letters that a table needs at least, side by side."""
    columns = zip(*table, strict=True)
    return sum(max(len(piece) for cell in column for piece in pieces(cell)) + CELL for column in columns)


@PATHS
def test_no_line_of_code_is_wider_than_a_tablet(path: str) -> None:
    blocks = re.findall(r"^```\w+\n(.*?)^```", text(path), re.M | re.S)
    code = [line for block in blocks for line in block.splitlines()]
    assert len(code) > 50
    assert [line for line in code if len(line) > COLUMNS] == []


@PATHS
def test_no_table_is_wider_than_a_phone(path: str) -> None:
    found = list(tables(text(path)))
    assert len(found) > 3
    assert [(breadth(table), table[0]) for table in found if breadth(table) > LETTERS] == []


@PATHS
def test_each_picture_is_drawn_to_fit(path: str) -> None:
    """None has a width of its own but the SVG's, which is made to shrink."""
    assert not re.search(r"<img[^>]*(?:width|style)=", text(path))


def test_a_wide_table_is_noticed() -> None:
    (wide,) = tables("| a | what it is |\n|---|---|\n| `client.poll.wake.anyway` | `server.expire_suspended` |\n")
    assert breadth(wide) > LETTERS
