"""Files that are written whole or not at all, and never read without an end."""

from __future__ import annotations

import contextlib
import os
import stat
from pathlib import Path

from mealspec.core.errors import CheckerError


def read(file: Path, most: int) -> bytes | None:
    """The bytes of a file, whatever it is; None if there are more than ``most``, of which no more is read.

    Raises ``OSError``, and ``ValueError`` for a name that no file can have.
    """
    with file.open("rb") as stream:
        data = stream.read(most + 1)
    return data if len(data) <= most else None


def write(file: Path, text: str) -> None:
    """Write the text: a reader never sees half of it, and what was there stays if it cannot be written.

    A regular file is replaced by one of the same mode and owner, and a link is followed. What is no regular file,
    such as a device or a pipe, is written to, and so is a file that cannot be replaced by one of its owner.
    Raises ``CheckerError`` in one sentence.
    """
    if not file.name:
        raise CheckerError(f"cannot write '{file}': it names no file")
    data = text.encode("utf-8", errors="replace")
    try:
        before = _status(file)
        if before is None or (stat.S_ISREG(before.st_mode) and os.access(file, os.W_OK)):
            _replace(Path(os.path.realpath(file)), data, before)
        else:
            file.write_bytes(data)
    except BrokenPipeError:
        raise
    except (OSError, ValueError) as error:  # a name with a NUL is a ValueError
        raise CheckerError(f"cannot write {file}: {getattr(error, 'strerror', None) or error}") from None


def make(folder: Path) -> None:
    """The folder is there; ``CheckerError`` if it cannot be made."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CheckerError(f"cannot write {folder}: {error.strerror}") from None


def _status(file: Path) -> os.stat_result | None:
    try:
        return file.stat()
    except FileNotFoundError:
        return None


def _replace(file: Path, data: bytes, before: os.stat_result | None) -> None:
    """Write beside the file, and rename; into the file itself, where a new one would have another owner."""
    part = file.parent / f".mealspec.{os.getpid()}.part"
    try:
        part.write_bytes(data)
        if before is not None and not _taken_over(part, before):
            file.write_bytes(data)
            return
        part.replace(file)
    finally:
        with contextlib.suppress(OSError):  # gone, if all went well
            part.unlink()


def _taken_over(part: Path, before: os.stat_result) -> bool:
    """Give the new file the mode and the owner of the old one; whether that is allowed."""
    now = part.stat()
    try:
        if (now.st_uid, now.st_gid) != (before.st_uid, before.st_gid):
            os.chown(part, before.st_uid, before.st_gid)
        part.chmod(stat.S_IMODE(before.st_mode))
    except PermissionError:
        return False
    return True
