"""The two mappings that are built in, written from the model's events: what each prints is declared there, once.

``python -m mealspec.diagnose.builtin`` writes them anew; a test holds the files against it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from mealspec.check.excerpts import LOGS
from mealspec.core import Event, Kind
from mealspec.diagnose.mapping import every_event

GROUP = {"id": "meal", "user": "user"}
"""What a part in braces of a line names; a meal's name on the device is another, and no other line has it."""

ISO = r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?"
PREFIX = rf"(?:\[?(?P<time>{ISO})\]? )?(?:user=(?P<user>\S+) )?"
"""What may stand before a line of the app: when it was written, and whose it is, where several logs were joined."""

UNHEARD = ("server.crash", "server.expire_token", "server.drop_entry", "client.misfire")
"""Events of which neither side knows, so that no code can log them; nor do they know what befalls the network."""

HEARD = {
    "network.tell_client": "client",
    "network.tell_server": "server",
    "network.fail_dial": "client",
    "network.cut": "client",
    "network.cut_upload": "client",
}
"""Of the network's events those that somebody learns, and who."""


def app() -> str:
    """The app's own lines (E40 to E43)."""
    texts: dict[tuple[str, str], set[str]] = {}
    silent: dict[str, list[Event]] = {}
    for event in every_event():
        silent.setdefault(event.stem, []).append(event)
    for group, some in silent.items():
        for log_text in dict.fromkeys((e.line.log, text) for e in some if e.line for text in e.line.texts):
            texts.setdefault(log_text, set()).update(_selectors(group, some, log_text[1]))
    kinds: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for (log, text), selectors in texts.items():
        kinds.setdefault((log, tuple(sorted(selectors))), []).append(text)
    out = [
        "# The app's own lines (E40 to E43), as the model has its events print them;",
        "# written by mealspec.diagnose.builtin.",
        'format = "text"',
        "modelled = true",
        f"prefix = '{PREFIX}'",
    ]
    for (log, by), worded in kinds.items():
        out += _entry(NAMES.get(by[0], by[0]), log, by)
        out += ["pattern = [", *(f"  '{_pattern(text)}'," for text in worded), "]"]
    return "\n".join(out) + "\n"


NAMES = {
    "client.submit": "user.submit", "client.receive[result=completed]": "client.receive.completed",
    "client.receive[result=failed]": "client.receive.failed", "client.apply[left=done]": "client.none_left",
    "network.tell_server": "server.returned", "client.poll.pass": "client.poll.load",
    "client.poll.wake[wake=verified]": "client.poll.stop", "network.tell_client": "client.receive_error",
}  # fmt: skip
"""What a kind is called, by the first of its events, if not like that."""


def _selectors(group: str, some: list[Event], text: str) -> set[str]:
    """How the events of the group that print the text are said; those that never print one are none of it."""
    own = [event for event in some if event.line and text in event.line.texts]
    others = [event for event in some if event.line and text not in event.line.texts]
    keys = ("wake", "left", "result")
    silent = [e for e in some if e.line is None and any(o.values.get(k) != e.values.get(k) for o in own for k in keys)]
    for key in keys:
        values = {event.values[key] for event in own if key in event.values}
        if values and any(event.values.get(key) not in values for event in [*others, *silent]):
            return {f"{group}[{key}={value}]" for value in values}
    return {group}


def _pattern(text: str) -> str:
    r"""A line with its parts in braces as groups, or as anything.

    >>> _pattern("[AI] User {user} gone ({time})")
    '\\[AI\\] User (?P<user>\\S+) gone \\(.+\\)'
    """
    out = ""
    for part in re.split(r"(\{\w+\})", text):
        name = part[1:-1] if part.startswith("{") else ""
        group = GROUP.get(name, "") if "local ID" not in text else ""
        out += (rf"(?P<{group}>\S+)" if group else ".+") if name else escaped(part)
    return out


def escaped(text: str) -> str:
    """A pattern that matches this text only."""
    return re.sub(r"([\\.+*?()\[\]{}|^$])", r"\\\1", text)


def jsonl() -> str:
    """JSON lines, an event each, of everything that client or server can know."""
    logs: dict[str, str] = {}
    for event in every_event():
        group = event.stem
        log = HEARD.get(group, "" if event.owner == "network" or event.kind is Kind.TIME else event.owner)
        if log and group not in UNHEARD:
            logs[group] = "server" if log == "server" else "client"
    out = [
        "# JSON lines, an event of the model each, of everything that client or server can know; written by",
        '# mealspec.diagnose.builtin. What a program does not log is to be said with absence = "cut".',
        'format = "json"',
        "[fields]",
        *(f'{name} = "{name}"' for name in ("time", "user", "meal", "connection")),
    ]
    for group, log in sorted(logs.items(), key=lambda each: (LOGS.index(each[1]), each[0])):
        out += [*_entry(group, log, [group]), f'keys = {{ event = "{group}" }}']
    return "\n".join(out) + "\n"


def _entry(name: str, log: str, selectors: Iterable[str]) -> list[str]:
    listed = ", ".join(f'"{each}"' for each in selectors)
    return ["", "[[line]]", f'name = "{name}"', f'log = "{log}"', f"events = [{listed}]", 'absence = "always"']


if __name__ == "__main__":
    for name, text in (("app", app()), ("jsonl", jsonl())):
        Path(__file__).with_name("mappings").joinpath(f"{name}.toml").write_text(text, encoding="utf-8")
