"""Every page in Markdown as a code host shows it: no table is wider than the column, no picture without words."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.explore.browser import CHROMIUM, MISSING, Browser

ROOT = Path(__file__).parents[2]
FOLDERS = ("diagrams", "mealspec", "examples", "tests", "vectors", "model", "properties")
PAGES = sorted([*ROOT.glob("*.md"), *(page for folder in FOLDERS for page in (ROOT / folder).rglob("*.md"))])

STYLE = """
article { box-sizing: border-box; width: 1012px; padding: 32px; overflow-wrap: break-word; font: 16px/1.5 sans-serif }
table { display: block; width: max-content; max-width: 100%; overflow: auto; border-collapse: collapse }
th, td { padding: 6px 13px; border: 1px solid } pre { overflow: auto }
code { padding: .2em .4em; font: 85% monospace; white-space: break-spaces }
"""
"""What GitHub's style sheet says of widths, at the width of its column."""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("explorer"),
    pytest.mark.skipif(CHROMIUM is None, reason=MISSING),
]


def test_no_table_runs_off_and_no_picture_is_without_words(chromium: Browser, tmp_path: Path) -> None:
    markdown = pytest.importorskip("markdown_it").MarkdownIt("commonmark", {"html": True}).enable("table")
    file, wrong = tmp_path / "page.html", []
    chromium.size(1280, 900)
    chromium.call("Page.navigate", url="about:blank")
    for number, page in enumerate(PAGES):
        shown = markdown.render(page.read_text(encoding="utf-8"))
        file.write_text(f"<meta charset=utf-8><style>{STYLE}</style><article>{shown}</article>", encoding="utf-8")
        chromium.call("Page.navigate", url=f"{file.as_uri()}?{number}")
        chromium.until(f"location.search === '?{number}' && document.readyState === 'complete'")
        wide = "(table) => table.scrollWidth > table.clientWidth + 1"
        off = chromium.run(f"[...document.querySelectorAll('table')].filter({wide}).length")
        mute = chromium.run("[...document.querySelectorAll('img')].filter((image) => !image.alt).length")
        wrong += [(str(page.relative_to(ROOT)), off, mute)] if off or mute else []
    assert len(PAGES) > 60
    assert wrong == []
