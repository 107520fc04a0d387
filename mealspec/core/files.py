"""Files that are written whole or not at all."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from mealspec.core import CheckerError

__all__ = ["write"]


def write(file: Path, text: str) -> None:
    """Write the text: a reader never sees half of it, and what was there stays if it cannot be written.

    Raises ``CheckerError`` in one sentence.
    """
    if not file.name:
        raise CheckerError(f"cannot write '{file}': it names no file")
    part = file.parent / f".mealspec.{os.getpid()}.part"
    try:
        part.write_text(text, encoding="utf-8")
        part.replace(file)
    except OSError as error:
        raise CheckerError(f"cannot write {file}: {error.strerror}") from None
    finally:
        with contextlib.suppress(OSError):  # gone, if all went well
            part.unlink()
