"""A mapping proposed from the lines of a file: one kind for each wording, with the event that it most likely is.

Lines that differ only in numbers, ids and times are of one wording. Which event it is, is guessed by the words that it
shares with what the model knows of each event, and must be looked at: nothing in a line proves it.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from mealspec.core import CheckerError
from mealspec.diagnose.builtin import ISO, escaped
from mealspec.diagnose.mapping import every_event
from mealspec.diagnose.reading import LONGEST, opened

MOST = 60
"""Wordings that are proposed, the most frequent first."""

KNOWN = 2_000
"""Wordings that are counted; memory does not grow beyond them."""

PART = re.compile(
    r"(?P<id>[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}|\b(?=\w*\d)[0-9A-Za-z]{8,}\b)|(?P<number>\d+(?:[.:]\d+)*)"
)
STAMP = re.compile(rf"\[?{ISO}\]? ")
WORD = re.compile(r"[a-z]{4,}")


def drafted(path: Path) -> str:
    """The mapping's text, ready to be edited.

    Raises
    ------
    CheckerError
        If the file cannot be read or holds no line.
    """
    _, lines = opened(0, path)
    counts: Counter[str] = Counter()
    stamped = total = 0
    objects: Counter[tuple[str, str]] = Counter()
    for raw in lines:
        line = raw[:LONGEST].decode("utf-8", errors="replace").rstrip("\r\n")
        if not line.strip():
            continue
        total += 1
        data = _object(line)
        if data is not None:
            objects.update((key, value) for key, value in data.items() if isinstance(value, str) and len(value) < 60)
            continue
        stamp = STAMP.match(line)
        stamped += stamp is not None
        shape = _shape(line[stamp.end() :] if stamp else line)
        if shape in counts or len(counts) < KNOWN:
            counts[shape] += 1
    if not total:
        raise CheckerError(f"{path} holds no line from which a mapping could be drafted")
    if objects and not counts:
        return _json(path, objects, total)
    return _text(path, counts, stamped)


def _object(line: str) -> dict[str, object] | None:
    try:
        data = json.loads(line) if line.startswith("{") else None
    except (ValueError, RecursionError):
        return None
    return data if isinstance(data, dict) else None


def _shape(line: str) -> str:
    return PART.sub(lambda part: "\0" if part["id"] else "\1", line[:300])


def _text(path: Path, counts: Counter[str], stamped: int) -> str:
    out = [f"# Drafted from {path.name}: look at each kind, its log, its event and its absence.", 'format = "text"']
    out += [f"prefix = '\\[?(?P<time>{ISO})\\]? '"] if stamped * 2 > sum(counts.values()) else []
    for number, (shape, times) in enumerate(counts.most_common(MOST), start=1):
        plain = shape.replace("\0", "ID").replace("\1", "N")
        pattern = escaped(shape).replace("\0", r"\S+").replace("\1", r"\S+")
        if "'" in pattern or not pattern.isprintable():
            pattern = re.sub(r"[^ -~]|'", ".", pattern)
        out += ["", f"# {times:,} times: {plain[:100]}", *_kind(f"line_{number}", plain), f"pattern = ['{pattern}']"]
    return "\n".join(out) + "\n"


def _json(path: Path, objects: Counter[tuple[str, str]], total: int) -> str:
    """By the key that every object has and of which there are the fewest values, but more than one."""
    keys: Counter[str] = Counter()
    values: dict[str, dict[str, int]] = {}
    for (key, value), times in objects.items():
        keys[key] += times
        values.setdefault(key, {})[value] = times
    shared = [key for key, times in keys.items() if times == total and len(values[key]) > 1] or list(keys)
    key = min(shared, key=lambda each: (len(values[each]), each))
    out = [
        f"# Drafted from {path.name}: look at each kind, its log, its event and its absence.",
        'format = "json"',
        "[fields]",
    ]
    out += [
        f'{group} = "{name}"'
        for group in ("time", "user", "meal", "connection")
        for name in sorted(keys)
        if group in name.lower()
    ][:4]
    ranked = sorted(values[key].items(), key=lambda each: (-each[1], each[0]))
    for number, (value, times) in enumerate(ranked[:MOST], start=1):
        told = json.dumps(value, ensure_ascii=False)
        out += ["", f"# {times:,} times", *_kind(f"line_{number}", value), f"keys = {{ {json.dumps(key)} = {told} }}"]
    return "\n".join(out) + "\n"


def _kind(name: str, text: str) -> list[str]:
    group, log = _guess(text)
    return ["[[line]]", f'name = "{name}"', f'log = "{log}"', f'events = ["{group}"]', 'absence = "sometimes"']


def _guess(text: str) -> tuple[str, str]:
    """The event with whose words the text shares most, and its log."""
    said = {*WORD.findall(text.lower())}
    best = max(_vocabulary(), key=lambda each: (len(said & each[2]) / (1 + len(each[2])) ** 0.5, each[0]))
    return best[0], best[1]


@cache
def _vocabulary() -> tuple[tuple[str, str, frozenset[str]], ...]:
    known: dict[str, tuple[str, set[str]]] = {}
    for event in every_event():
        group = event.stem
        log = event.line.log if event.line else "server" if event.owner == "server" else "client"
        words = known.setdefault(group, (log, set()))[1]
        words.update(_words((group, event.label, *(event.line.texts if event.line else ()))))
    return tuple((group, log, frozenset(words)) for group, (log, words) in sorted(known.items()))


def _words(texts: Iterable[str]) -> set[str]:
    return {word for text in texts for word in WORD.findall(text.lower())}
