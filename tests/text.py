"""What is printed, as text of 80 columns: for tests that compare it to the letter."""

from __future__ import annotations

import io
from typing import Any

from rich.console import Console


def printed(*things: Any, colours: bool = False) -> str:
    """What is seen on paper, or, with colours, what is sent to a terminal; without blanks at the ends of lines."""
    console = Console(file=io.StringIO(), width=80, highlight=False, force_terminal=colours, color_system="standard" if colours else None)
    for each in things:
        console.print(each)
    text: str = console.file.getvalue()  # type: ignore[attr-defined]
    return "".join(f"{line.rstrip()}\n" for line in text.splitlines())
