"""What is printed, as text of 80 columns: for tests that compare it to the letter."""

from __future__ import annotations

import io
import re
from typing import Any

from rich.console import Console

COLOURS = {"31": "red", "32": "green", "33": "yellow", "1;31": "bold red", "2": "dim"}


def _shown(things: tuple[Any, ...], colours: bool) -> str:
    file = io.StringIO()
    console = Console(
        file=file, width=80, highlight=False, force_terminal=colours, color_system="standard" if colours else None
    )
    for each in things:
        console.print(each)
    return file.getvalue()


def printed(*things: Any) -> str:
    """What is seen on paper, without blanks at the ends of lines."""
    return "".join(f"{line.rstrip()}\n" for line in _shown(things, colours=False).splitlines())


def coloured(*things: Any) -> list[tuple[str, str]]:
    """Each text that a terminal shows in a colour of :data:`COLOURS`, after that colour."""
    found = re.findall("\x1b\\[([0-9;]+)m([^\x1b]*)", _shown(things, colours=True))
    return [(COLOURS[code], text.strip()) for code, text in found if code in COLOURS]
