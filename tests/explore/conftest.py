"""The page in a browser, as a reader finds it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.explore.browser import Browser, browser
from tests.explore.pages import opened


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as one:
        yield one


@pytest.fixture
def page(chromium: Browser) -> Iterator[Browser]:
    """The page as a reader finds it; nothing in it may fail, and nothing may be asked of a network."""
    chromium.size(1280, 900)
    chromium.complaints.clear()
    chromium.requests.clear()
    opened(chromium)
    yield chromium
    assert chromium.complaints == []
    assert [url for url in chromium.requests if not url.startswith(("file:", "blob:", "data:", "about:"))] == []
