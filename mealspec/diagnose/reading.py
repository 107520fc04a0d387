"""Logs as streams of lines, and of these the ones that a mapping knows."""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from mealspec.check.excerpts import LOGS
from mealspec.core import CheckerError
from mealspec.core.errors import printable
from mealspec.diagnose.mapping import LineMapping

LONGEST = 10_000
"""Bytes of a line; what is longer is cut there."""

SAMPLES = 5
"""Unmatched lines that are kept to be shown."""

PEEK = 4_096
"""Bytes by which a file is judged: one with a NUL in them is no log."""


class Entry(NamedTuple):
    """A line that the mapping knows.

    ``at`` is in seconds of its log's clock, None without a time; ``number`` counts the lines of the file from 1.
    """

    log: int
    kind: int
    wording: int
    at: float | None
    user: str
    meal: str
    connection: str
    number: int
    text: str


@dataclass
class Counts:
    """What became of the lines of one log."""

    name: str
    lines: int = 0
    known: int = 0
    cut: int = 0
    undecoded: int = 0
    backwards: int = 0
    ambiguous: int = 0
    kinds: Counter[int] = field(default_factory=Counter)
    samples: list[str] = field(default_factory=list)

    @property
    def unmatched(self) -> int:
        """Lines that no kind of the mapping knows."""
        return self.lines - self.known - self.ambiguous


def opened(log: int, path: Path) -> tuple[Counts, Iterator[bytes]]:
    """The raw lines of a log, one after the other.

    Raises
    ------
    CheckerError
        In one sentence, if it cannot be read, is empty, or is no text.
    """
    counts = Counts(str(path))
    try:
        stream = path.open("rb")
        head = stream.peek(PEEK)[:PEEK]
    except (OSError, ValueError) as error:
        raise CheckerError(f"cannot read {path}: {getattr(error, 'strerror', None) or error}") from None
    if not head or b"\0" in head:
        stream.close()
    if not head:
        raise CheckerError(f"{path} is empty: it says nothing of the {LOGS[log]}")
    if b"\0" in head:
        raise CheckerError(f"{path} is no log of text lines: it holds bytes that no text has")

    def lines() -> Iterator[bytes]:
        with stream:
            try:
                while raw := stream.readline(LONGEST):
                    counts.lines += 1
                    if not raw.endswith(b"\n") and len(raw) == LONGEST:
                        counts.cut += 1
                        while (more := stream.readline(LONGEST)) and not more.endswith(b"\n"):
                            pass
                    yield raw
            except OSError as error:
                raise CheckerError(f"cannot read {path}: {error.strerror}") from None

    return counts, lines()


def entries(
    log: int, path: Path, mapping: LineMapping, report: Callable[[str], None] | None = None, *, mask: bool = False
) -> tuple[Counts, Iterator[Entry]]:
    """The lines that the mapping knows, in their order; the counts are filled while they are read.

    With ``mask`` users, meals and connections go by other names, each always by the same one, in the texts, too.
    """
    counts, raw_lines = opened(log, path)
    size = max(1, os.path.getsize(path)) if path.is_file() else 0

    def known() -> Iterator[Entry]:
        done, last = 0, None
        for raw in raw_lines:
            done += len(raw)
            if report and counts.lines % 5_000 == 0:
                report(f"{path.name}: {counts.lines:,} lines" + (f", {done / size:.0%}" if size else ""))
            line = raw.decode("utf-8", errors="replace").rstrip("\r\n").removeprefix("\ufeff")
            counts.undecoded += "\ufffd" in line
            found = mapping.read(log, line)
            if len(found) != 1:
                if found:
                    counts.ambiguous += 1
                elif len(counts.samples) < SAMPLES and line.strip():
                    counts.samples.append(printable("(not shown: ids are masked)" if mask else line, 200))
                continue
            kind, wording, named = found[0]
            counts.known += 1
            counts.kinds[kind] += 1
            at = seconds(named.get("time", ""))
            if at is not None and last is not None and at < last:
                counts.backwards += 1  # an order in the file is an order; the clock was set, or several wrote
                at = last
            last = at if at is not None else last
            user, meal, connection = (named.get(group, "") for group in ("user", "meal", "connection"))
            if mask:
                for letter, name in (("u", user), ("m", meal), ("c", connection)):
                    line = line.replace(name, masked(letter, name)) if name else line
                user, meal, connection = masked("u", user), masked("m", meal), masked("c", connection)
            yield Entry(log, kind, wording, at, user, meal, connection, counts.lines, printable(line, 300))

    return counts, known()


def masked(letter: str, name: str) -> str:
    """Another name, always the same for the same one; none for none."""
    return f"{letter}-{hashlib.sha256(name.encode()).hexdigest()[:8]}" if name else ""


def seconds(text: str) -> float | None:
    """A moment in seconds since 1970: ISO 8601, or a number of seconds or milliseconds; None if it is neither.

    >>> seconds("1970-01-01T00:01:00.5"), seconds("60.5"), seconds("1731057800000"), seconds("soon")
    (60.5, 60.5, 1731057800.0, None)
    """
    with suppress(ValueError, OverflowError):
        at = datetime.fromisoformat(text.replace(",", "."))
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()
    with suppress(ValueError, OverflowError):
        number = float(text)
        if number == number and abs(number) < 1e15:
            return number / 1000 if abs(number) > 1e11 else number
    return None


def shown_time(at: float) -> str:
    """A moment as a clock shows it.

    >>> shown_time(60.5), shown_time(60)
    ('00:01:00.500', '00:01:00')
    """
    whole = datetime.fromtimestamp(at, UTC)
    return f"{whole:%H:%M:%S}" if at == int(at) else f"{whole:%H:%M:%S}.{int(at % 1 * 1000):03}"
