"""What stands in ``diagrams/`` is what the model gives, and all of it is reached from the index.

Whoever committed it had another hash seed and another process, so this shows determinism, too.
"""

from __future__ import annotations

import posixpath
import re
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

import pytest

from mealspec.draw.card import SVG, made_of
from mealspec.draw.everything import parts
from mealspec.draw.picture import Picture
from mealspec.explore.bundle import explorer

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("charts")]  # the runs are found once

FOLDER = Path(__file__).parents[2] / "diagrams"
LINK = re.compile(r"\]\(([^)#\s]+)")


@cache
def pictures() -> dict[str, Picture]:
    return {picture.path: picture for picture in parts()[0]}


@cache
def texts() -> dict[str, str]:
    return {page.path: page.text for page in (*parts()[1], explorer())}


def test_every_text_is_as_it_is_committed() -> None:
    stale = [path for path, text in texts().items() if not (FOLDER / path).is_file() or not same(path, text)]
    assert stale == [], "run 'mealspec draw'"


def same(path: str, text: str) -> bool:
    return (FOLDER / path).read_text(encoding="utf-8") == text


def test_every_picture_is_committed_as_it_would_be_drawn() -> None:
    """Layouts may differ between versions of Graphviz, what they are made of may not."""
    stale = []
    for path, picture in pictures().items():
        root = ElementTree.parse(FOLDER / path).getroot()
        if root.findtext(f"{{{SVG}}}metadata") != made_of(picture):
            stale.append(path)
    assert stale == [], "run 'mealspec draw'"


def test_nothing_else_is_committed() -> None:
    there = {file.relative_to(FOLDER).as_posix() for file in FOLDER.rglob("*") if file.is_file()}
    assert there == set(texts()) | set(pictures())


def test_about_150_files_are_committed() -> None:
    assert len(texts()) + len(pictures()) <= 180


def test_everything_is_at_most_three_clicks_away() -> None:
    reached, near = {"README.md"}, ["README.md"]
    for _ in range(3):
        ways = [
            posixpath.normpath(posixpath.join(posixpath.dirname(page), target))
            for page in near
            if page.endswith(".md")
            for target in LINK.findall(texts()[page])
        ]
        near = [way for way in dict.fromkeys(ways) if way in texts() or way in pictures()]
        reached.update(near)
    assert set(texts()) | set(pictures()) <= reached
