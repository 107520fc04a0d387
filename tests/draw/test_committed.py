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

from mealspec.draw.everything import texts

pytestmark = pytest.mark.xdist_group("charts")  # the runs are found once

FOLDER = Path(__file__).parents[2] / "diagrams"
LINK = re.compile(r"\]\(([^)#\s]+)")


@cache
def drawn() -> dict[str, str]:
    return {page.path: page.text for page in texts()}


def test_every_text_is_as_it_is_committed() -> None:
    stale = [
        path for path, text in drawn().items() if not (FOLDER / path).is_file() or (FOLDER / path).read_text() != text
    ]
    assert stale == [], "run 'mealspec draw'"


def test_nothing_else_is_committed_but_what_graphviz_drew() -> None:
    there = {file.relative_to(FOLDER).as_posix() for file in FOLDER.rglob("*") if file.is_file()}
    laid_out = {path.removesuffix(".gv") + ".svg" for path in drawn() if path.endswith(".gv")}
    assert there == set(drawn()) | laid_out


def test_what_graphviz_drew_names_what_its_source_names() -> None:
    """Layouts may differ between versions, titles and tooltips may not."""
    for path, source in drawn().items():
        if path.endswith(".gv"):
            root = ElementTree.parse(FOLDER / f"{path.removesuffix('.gv')}.svg").getroot()
            words = " ".join("".join(root.itertext()).split())
            names = re.findall(r"<B>([^<]*)</B>", source)
            assert names, path
            for name in names:
                assert " ".join(name.split()).replace("&amp;", "&").replace("&gt;", ">") in words, (path, name)


def test_everything_is_at_most_three_clicks_away() -> None:
    reached, near = {"README.md"}, ["README.md"]
    for _ in range(3):
        ways = [
            posixpath.normpath(posixpath.join(posixpath.dirname(page), target))
            for page in near
            if page.endswith(".md")
            for target in LINK.findall(drawn()[page])
        ]
        near = [way for way in dict.fromkeys(ways) if way in drawn() or way.endswith(".svg")]
        reached.update(near)
    pages = {path for path in drawn() if path.endswith(".md")}
    pictures = {path.removesuffix(".gv") + ".svg" for path in drawn() if path.endswith(".gv")}
    assert pages | pictures <= reached
