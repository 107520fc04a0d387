"""Files that are written whole or not at all, and never read without an end."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from mealspec.core.errors import CheckerError
from mealspec.core.interrupts import ignored


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
    _name(file)
    data = text.encode("utf-8", errors="replace")
    with _told(file):
        before = _status(file)
        if _is_replaced(file, before):
            _replace(Path(os.path.realpath(file)), data, before)
        else:
            file.write_bytes(data)


def check(file: Path) -> None:
    """Say now, before the work, what :func:`write` would say after it; nothing is left behind.

    Whether a folder takes a file, only trying tells: it may be read-only, or not a real one.
    """
    _name(file)
    with _told(file):
        before = _status(file)
        if _is_replaced(file, before):
            _try(Path(os.path.realpath(file)).parent)
        elif before and stat.S_ISDIR(before.st_mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        elif not _may_write(file):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))


def check_folder(folder: Path, files: Iterable[Path] = ()) -> None:
    """The same of a folder that is to be made, if it is not there, and of files in it that are to be replaced."""
    with _told(folder):
        there = next(each for each in (folder.absolute(), *folder.absolute().parents) if _status(each))
        if not there.is_dir():
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
        _try(there)
    for file in files:
        check(file)


def write_all(folder: Path, texts: Mapping[str, str]) -> None:
    """Write files below a folder, by their paths in it. Whoever interrupts meanwhile gets all: it takes a moment."""
    with ignored():
        for path, text in texts.items():
            make((folder / path).parent)
            write(folder / path, text)


def make(folder: Path) -> None:
    """The folder is there; ``CheckerError`` if it cannot be made."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CheckerError(f"cannot write {folder}: {error.strerror}") from None


@contextlib.contextmanager
def _told(file: Path) -> Iterator[None]:
    """What goes wrong with the file, in one sentence; a reader who went away is none of it."""
    try:
        yield
    except BrokenPipeError:
        raise
    except (OSError, ValueError) as error:  # a name with a NUL is a ValueError
        raise CheckerError(f"cannot write {file}: {getattr(error, 'strerror', None) or error}") from None


def _name(file: Path) -> None:
    if not file.name:
        raise CheckerError(f"cannot write '{file}': it names no file")


def _is_replaced(file: Path, before: os.stat_result | None) -> bool:
    """Whether a new file takes its place; else it is written to."""
    return before is None or (stat.S_ISREG(before.st_mode) and _may_write(file))


def _may_write(file: Path) -> bool:
    return os.access(file, os.W_OK, effective_ids=os.access in os.supports_effective_ids)


def _try(folder: Path) -> None:
    """Make a file there that has gone before anybody sees it."""
    with ignored():
        part = _part(folder)
        part.touch()
        part.unlink()


def _part(folder: Path) -> Path:
    """The file that is written before it takes the place of another."""
    return folder / f".mealspec.{os.getpid()}.part"


def _status(file: Path) -> os.stat_result | None:
    try:
        return file.stat()
    except FileNotFoundError:
        return None


def _replace(file: Path, data: bytes, before: os.stat_result | None) -> None:
    """Write beside the file, and rename; into the file itself, where a new one would have another owner."""
    part = _part(file.parent)
    with ignored():
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
