"""Compiled by numba, and kept on disk for the next time, as long as no file has changed that went into it.

A function that another one calls, and a constant that it reads, are compiled into it; numba asks only whether the file
that holds it is the same. So what is kept of a module stands in a folder that is named by what the module is made of:
its own source, and those of the compiled modules that it imports, and so on.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar

from numba import config, njit

KEPT = 4
"""So many states of a module's sources are kept: those of a few branches between which somebody goes to and fro."""

F = TypeVar("F", bound=Callable[..., Any])

_settings: Any = config
"""numba's: made when it is imported, so mypy does not see them."""

_IMPORTED = re.compile(r"^from (\S+) import ", re.MULTILINE)

_parts: dict[str, tuple[Path, ...]] = {}
"""For each module with compiled functions the files of which they may be made."""


def compiled(**options: Any) -> Callable[[F], F]:
    """Compile, and keep what is compiled on disk; where there is no folder to write to, compile each time."""

    def decorate(function: F) -> F:
        folder = _folder(function.__module__, Path(function.__code__.co_filename))
        if folder is None:
            return njit(**options)(function)  # type: ignore[no-any-return]
        with _kept_in(folder):
            return njit(cache=True, **options)(function)  # type: ignore[no-any-return]

    return decorate


def _folder(module: str, file: Path) -> Path | None:
    """Where to keep what is compiled of a module: as numba is told to, beside it, or in the user's own cache."""
    users = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    places = [_settings.CACHE_DIR, file.parent / "__pycache__", os.path.join(users, "mealspec")]
    for place in filter(None, places[:2] if users.startswith("~") else places):
        folder = Path(place).absolute() / f"{module}-{_digest(module, file)}"
        if _made(folder, module):
            return folder
    return None


def _made(folder: Path, module: str) -> bool:
    """Whether the folder is there, and may be written to; where it is new, the oldest of its module go."""
    try:
        if not folder.is_dir():
            folder.mkdir(parents=True)
            others = sorted(folder.parent.glob(f"{module}-*"), key=lambda other: other.stat().st_mtime)
            for other in others[:-KEPT]:
                shutil.rmtree(other, ignore_errors=True)  # whoever still writes there makes it again
    except OSError:  # or somebody else has just made or removed it
        pass
    return os.access(folder, os.W_OK)


def _digest(module: str, file: Path) -> str:
    """What the module is made of."""
    if module not in _parts:
        names = _IMPORTED.findall(file.read_text(encoding="utf-8"))
        others = (part for name in names for part in _parts.get(name, ()))
        _parts[module] = tuple(sorted({file, *others}))
    whole = sha256()
    for part in _parts[module]:
        whole.update(sha256(part.read_bytes()).digest())
    return whole.hexdigest()[:16]


@contextmanager
def _kept_in(folder: Path) -> Iterator[None]:
    """Let numba keep in this folder what is decorated meanwhile; what others compile stays where they want it."""
    before, _settings.CACHE_DIR = _settings.CACHE_DIR, str(folder)
    try:
        yield
    finally:
        _settings.CACHE_DIR = before
