r"""How lines become events: a mapping says which kinds of line there are, how each is told, and what it stands for.

A mapping is a TOML file. Lines are text, or JSON objects of one line each::

    format = "text"
    modelled = false                          # true: an event prints only in designs in which the model prints
    prefix = '(?:(?P<time>[0-9T:.+Z-]+) )?'   # before every line; text only

    [[line]]
    name = "skipped"
    log = "server"
    events = ["server.skip"]                  # as 'mealspec list events' has them; [left=done] leaves other values out
    absence = "always"                        # logged always, sometimes, or cut
    pattern = ['User (?P<user>\S+) not connected to WebSocket, skipping notification']

    format = "json"
    [fields]                                  # the keys that hold what a group of that name would
    time = "time"

    [[line]]
    name = "skipped"
    log = "server"
    events = ["server.skip"]
    keys = { event = "server.skip" }

Patterns are those of RE2, which takes time in proportion to the line, whatever the pattern; each matches a whole line.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

import re2

from mealspec.check.excerpts import LOGS
from mealspec.core import CheckerError, Event, unknown
from mealspec.core.errors import printable
from mealspec.core.files import read
from mealspec.model.design import DESIGNS, WORLDS
from mealspec.model.events import alphabet
from mealspec.model.scope import WIDEST

ABSENCES = ("always", "sometimes", "cut")
GROUPS = ("time", "meal", "user", "connection")
"""What a pattern may name in a line."""

BUILT_IN = ("app", "jsonl")

MOST_BYTES, MOST_LINES, MOST_PATTERNS, LONGEST_PATTERN = 1_000_000, 200, 40, 1_000
"""How large a mapping may be: the file, its kinds of line, patterns of one, signs of a pattern."""


SELECTOR = re.compile(r"(?P<name>[a-z_.]+)(?:\[(?P<value>\w+)=(?P<is>\w+)\])?", re.ASCII)
"""How events are said."""


class BadMapping(CheckerError):
    """A mapping that cannot be used; the text names the key."""


class Read(NamedTuple):
    """What one line says: its kind by number, the number of the pattern, and what it names."""

    kind: int
    pattern: int
    named: dict[str, str]


@cache
def _parted(selector: str) -> re.Match[str] | None:
    """Its parts; None if it is none."""
    return SELECTOR.fullmatch(selector)


def selects(selector: str, event: Event) -> bool:
    """Whether an event is one of those that are said so."""
    found = _parted(selector)
    if found is None or found["name"] != event.stem:
        return False
    return found["value"] is None or event.values.get(found["value"], found["is"]) == found["is"]


@dataclass(frozen=True)
class LineKind:
    """A kind of line.

    Attributes
    ----------
    name, log
        What it is called, and the log it stands in.
    events
        The events that print it: names without values, ``client.poll.wake``, or with some, ``client.apply[left=done]``:
        those that have another value are left out.
    absence
        What it says that there is none: ``always`` logged, so it did not happen; ``sometimes``, so that counts
        against it; ``cut`` says nothing.
    patterns
        Of a text: one for each wording. An event may print several of them at once.
    keys
        Of a JSON object: what it must have.
    """

    name: str
    log: str
    events: tuple[str, ...]
    absence: str = "always"
    patterns: tuple[str, ...] = ()
    keys: Mapping[str, Any] | None = None

    def stands_for(self, event: Event) -> bool:
        """Whether the event is one of its events."""
        return any(selects(each, event) for each in self.events)


@dataclass(frozen=True)
class LineMapping:
    """A whole mapping; :func:`load` makes one from a file or by name."""

    name: str
    format: str
    lines: tuple[LineKind, ...]
    prefix: str = ""
    fields: Mapping[str, str] | None = None
    modelled: bool = False

    def read(self, log: int, line: str) -> list[Read]:
        """What a line says: nothing if no kind matches, several if the mapping is ambiguous."""
        return list(self._json(log, line) if self.format == "json" else self._text(log, line))

    @cached_property
    def number(self) -> dict[str, int]:
        """The kinds' numbers by name."""
        return {kind.name: k for k, kind in enumerate(self.lines)}

    def with_absence(self, absences: Mapping[str, str]) -> LineMapping:
        """The same with other absences, by the kinds' names; ``UnknownName`` for one that is none."""
        for name in absences:
            if name not in self.number:
                raise unknown("kind of line", name, self.number)
        return replace(
            self, lines=tuple(replace(kind, absence=absences.get(kind.name, kind.absence)) for kind in self.lines)
        )

    # ------------------------------------------------------------------ text

    @cached_property
    def _sets(self) -> tuple[tuple[Any, list[tuple[int, int, Any]]], ...]:
        """For each log all its patterns at once, and each by itself."""
        made = []
        for log in LOGS:
            some = re2.Set.FullMatchSet(_quiet())
            own: list[tuple[int, int, Any]] = []
            for k, kind in enumerate(self.lines):
                for p, pattern in enumerate(kind.patterns if kind.log == log else ()):
                    some.Add(pattern)
                    own.append((k, p, re2.compile(pattern, _quiet())))
            some.Compile()
            made.append((some, own))
        return tuple(made)

    def _text(self, log: int, line: str) -> Iterator[Read]:
        some, own = self._sets[log]
        before = self._prefix.match(line)
        if before is None:
            return
        line, found = line[before.end() :], set[int]()
        for number in sorted(some.Match(line) or ()) if own else ():
            kind, pattern, compiled = own[number]
            match = compiled.fullmatch(line)
            if match is not None and kind not in found:
                found.add(kind)
                named = {**before.groupdict(), **match.groupdict()} if match.groupdict() else before.groupdict()
                yield Read(kind, pattern, {group: text for group, text in named.items() if text})

    @cached_property
    def _prefix(self) -> Any:
        return re2.compile(self.prefix, _quiet())

    # ------------------------------------------------------------------ json

    @cached_property
    def _by_key(self) -> tuple[str, dict[tuple[int, Any], list[int]]]:
        """The key that all kinds ask, if there is one, and the kinds by log and value."""
        shared = set.intersection(*({*(kind.keys or {})} for kind in self.lines)) if self.lines else set()
        key = min(shared, default="")
        found: dict[tuple[int, Any], list[int]] = {}
        for k, kind in enumerate(self.lines):
            value = (kind.keys or {}).get(key)
            found.setdefault((LOGS.index(kind.log), value), []).append(k)
        return key, found

    def _json(self, log: int, line: str) -> Iterator[Read]:
        try:
            data = json.loads(line)
        except (ValueError, RecursionError):
            return
        if not isinstance(data, dict):
            return
        key, kinds = self._by_key
        value = data.get(key) if key else None
        for k in kinds.get((log, value), ()) if not isinstance(value, (list, dict)) else ():
            wanted = self.lines[k].keys or {}
            if all(data.get(name) == value for name, value in wanted.items()):
                fields = self.fields or {}
                named = {group: data.get(name) for group, name in fields.items()}
                yield Read(k, 0, {group: str(value) for group, value in named.items() if value is not None})


def _quiet() -> Any:
    options = re2.Options()
    options.log_errors = False
    return options


def load(name: str) -> LineMapping:
    """A mapping that is built in, by its name, or one from a file.

    Raises
    ------
    BadMapping
        In one sentence, with the key at which it is wrong.
    """
    if name in BUILT_IN:
        text = files("mealspec.diagnose").joinpath(f"mappings/{name}.toml").read_text(encoding="utf-8")
        return parsed(name, text)
    path = Path(name)
    if not path.exists():
        raise unknown("mapping or file", name, BUILT_IN)
    try:
        data = read(path, MOST_BYTES)
    except (OSError, ValueError) as error:
        raise BadMapping(f"cannot read {name}: {getattr(error, 'strerror', None) or error}") from None
    if data is None:
        raise BadMapping(f"{name} has more than {MOST_BYTES:,} bytes, which no mapping needs")
    try:
        return parsed(name, data.decode("utf-8"))
    except UnicodeDecodeError:
        raise BadMapping(f"{name} is not written in UTF-8") from None


def parsed(name: str, text: str) -> LineMapping:
    """A mapping from the text of a file."""
    try:
        data = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise BadMapping(f"{name} is no TOML: {error}") from None
    return _Reader(name).mapping(data)


class _Reader:
    """Reads what a file holds, and says at which key it is wrong."""

    def __init__(self, name: str) -> None:
        self.name = name

    def wrong(self, key: str, what: str) -> BadMapping:
        return BadMapping(f"{self.name}: {key}: {printable(what, 300)}")

    def mapping(self, data: dict[str, Any]) -> LineMapping:
        known = {"format", "modelled", "prefix", "fields", "line"}
        for key in data:
            if key not in known:
                raise self.wrong(key, f"there is no such key; choose from {', '.join(sorted(known))}")
        form = data.get("format", "text")
        if form not in ("text", "json"):
            raise self.wrong("format", f"it is {form!r}; choose text or json")
        modelled = data.get("modelled", False)
        if not isinstance(modelled, bool):
            raise self.wrong("modelled", "it must be true or false")
        if form == "json" and "prefix" in data:
            raise self.wrong("prefix", "only lines of text have one")
        if form == "text" and "fields" in data:
            raise self.wrong("fields", "only JSON lines have them; name groups in the patterns instead")
        prefix, fields = self.text("prefix", data.get("prefix", "")), data.get("fields", {})
        self.pattern("prefix", prefix)
        if not isinstance(fields, dict):
            raise self.wrong("fields", "it is no table")
        for group, key in fields.items():
            if group not in GROUPS:
                raise self.wrong(f"fields.{group}", f"there is no such field; choose from {', '.join(GROUPS)}")
            self.text(f"fields.{group}", key)
        lines = data.get("line", [])
        if not isinstance(lines, list) or not lines:
            raise self.wrong("line", "there is none; say [[line]] for each kind of line")
        if len(lines) > MOST_LINES:
            raise self.wrong("line", f"there are more than {MOST_LINES}")
        kinds = tuple(self.line(f"line[{k}]", each, form) for k, each in enumerate(lines))
        names = [kind.name for kind in kinds]
        for k, name in enumerate(names):
            if name in names[:k]:
                raise self.wrong(f"line[{k}].name", f"{name!r} is there twice")
        made = LineMapping(self.name, form, kinds, prefix, fields, modelled)
        for k, kind in enumerate(kinds):
            for p, pattern in enumerate(kind.patterns):
                self.pattern(f"line[{k}].pattern[{p}]", pattern)
        return made

    def line(self, key: str, data: Any, form: str) -> LineKind:
        if not isinstance(data, dict):
            raise self.wrong(key, "it is no table")
        how = "keys" if form == "json" else "pattern"
        known = ("name", "log", "events", "absence", how)
        for name in data:
            if name not in known:
                raise self.wrong(f"{key}.{name}", f"there is no such key; choose from {', '.join(known)}")
        name = self.text(f"{key}.name", data.get("name", ""), needed=True)
        log = self.choice(f"{key}.log", data.get("log"), LOGS)
        absence = self.choice(f"{key}.absence", data.get("absence", "always"), ABSENCES)
        events = self.texts(f"{key}.events", data.get("events"))
        for k, event in enumerate(events):
            found = SELECTOR.fullmatch(event)
            if found is None:
                raise self.wrong(
                    f"{key}.events[{k}]", f"cannot read {event!r}; write client.ping or client.apply[left=done]"
                )
            if found["name"] not in groups():
                raise self.wrong(f"{key}.events[{k}]", str(unknown("event", found["name"], sorted(groups()))))
        if form == "json":
            keys = data.get("keys")
            if not isinstance(keys, dict) or not keys:
                raise self.wrong(f"{key}.keys", "it must be a table of keys and their values")
            for each, value in keys.items():
                if isinstance(value, (list, dict)):
                    raise self.wrong(f"{key}.keys.{each}", "a value is a text, a number, true or false")
            return LineKind(name, log, events, absence, (), keys)
        return LineKind(name, log, events, absence, self.texts(f"{key}.pattern", data.get("pattern")))

    def text(self, key: str, value: Any, *, needed: bool = False) -> str:
        if not isinstance(value, str) or (needed and not value):
            raise self.wrong(key, f"it must be a text, and is {value!r}")
        return value

    def texts(self, key: str, value: Any) -> tuple[str, ...]:
        some = [value] if isinstance(value, str) else value
        if not isinstance(some, list) or not some or len(some) > MOST_PATTERNS:
            raise self.wrong(key, f"it must be a text, or a list of 1 to {MOST_PATTERNS} of them")
        return tuple(self.text(f"{key}[{k}]", each, needed=True) for k, each in enumerate(some))

    def choice(self, key: str, value: Any, choices: Sequence[str]) -> str:
        if value not in choices or not isinstance(value, str):
            raise self.wrong(key, f"it is {value!r}; choose from {', '.join(filter(None, choices))}")
        return value

    def pattern(self, key: str, value: str) -> None:
        if len(value) > LONGEST_PATTERN:
            raise self.wrong(key, f"it has more than {LONGEST_PATTERN:,} signs")
        try:
            found = re2.compile(value, _quiet())
        except re2.error as error:
            said = error.args[0]
            raise self.wrong(key, f"no pattern of RE2: {said.decode() if isinstance(said, bytes) else said}") from None
        for group in found.groupindex:
            if group not in GROUPS:
                raise self.wrong(key, f"it names the group {group!r}; choose from {', '.join(GROUPS)}")


@cache
def groups() -> frozenset[str]:
    """The names of all events of all designs, without their values."""
    return frozenset(event.stem for event in every_event())


@cache
def every_event() -> tuple[Event, ...]:
    """The events of all designs, one for each name and line."""
    found = {(e.name, e.line): e for plan in (*DESIGNS.values(), *WORLDS) for e in alphabet(plan, WIDEST)}
    return tuple(found.values())
