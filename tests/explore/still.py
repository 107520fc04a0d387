"""The still of the explorer that README and index show, light and dark: ``make still`` takes it anew.

It shows the flaw, as a click finds it, in a window of 1280 by 760.
"""

from __future__ import annotations

import sys
from pathlib import Path

import mealspec.explore as package
from tests.explore.browser import CHROMIUM, MISSING, Browser, browser
from tests.explore.pages import PAGE_FILE

FILES = {dark: Path(package.__file__).with_name("still-dark.png" if dark else "still.png") for dark in (False, True)}


def picture(page: Browser, *, dark: bool) -> bytes:
    """The page as it is then, as PNG."""
    page.call("Emulation.setScrollbarsHidden", hidden=True)
    page.size(1280, 760, dark=dark)
    page.open(PAGE_FILE)
    page.click("[data-do=flaw]")
    page.run("document.getElementById('moves').scrollIntoView(); document.activeElement.blur()")
    page.run("new Promise((drawn) => setTimeout(drawn, 300))")
    try:
        return page.picture()
    finally:
        page.call("Emulation.setScrollbarsHidden", hidden=False)


def main() -> int:
    """Write both files; 2 where there is no browser."""
    if CHROMIUM is None:
        print(MISSING, file=sys.stderr)
        return 2
    with browser() as page:
        for dark, file in FILES.items():
            file.write_bytes(picture(page, dark=dark))
            print(f"{file.name}: {file.stat().st_size:,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
