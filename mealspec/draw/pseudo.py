"""What a side owes at an event, as a few lines of pseudo-code; each line names the machine whose rule it is."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator

from mealspec.draw.duties import Happening
from mealspec.draw.sides import PERMITS
from mealspec.draw.wire import start_of
from mealspec.model.clocks import CLOCKS
from mealspec.model.design import Design
from mealspec.model.wire.message import Kind, Message

WIDTH = 80
"""Of a line: as much as a code host shows of one on a tablet. The machine's name stands at its end."""


def blocks(some: Iterable[Happening], design: Design) -> Iterator[list[str]]:
    """One block for all that ask for the same: their names, and what is to be done, guards first and messages last."""
    alike: dict[tuple[str, ...], list[Happening]] = {}
    for each in some:
        alike.setdefault(tuple(_lines(each, design)), []).append(each)
    for lines, theirs in alike.items():
        yield [*_heads(theirs, design), *lines]


def _heads(some: Iterable[Happening], design: Design) -> Iterator[str]:
    """What happens, and how it is seen: a message, a timer, or a step of one's own."""
    names: dict[str, dict[str, None]] = {}
    for each in some:
        names.setdefault(_seen(each, design), {})[each.group.removesuffix(".c1")] = None
    for why, theirs in names.items():
        yield from textwrap.wrap(", ".join(theirs) + why, WIDTH, subsequent_indent="  ", break_on_hyphens=False)


ASKED = ("renew",)
"""Clocks that are requests under way, and no timers."""


def _seen(each: Happening, design: Design) -> str:
    heard = "" if _answered(each) else " or ".join(dict.fromkeys(map(_short, each.hears)))
    mine = (clock for clock in CLOCKS if _ends(clock.events, each) and (clock.only is None or clock.only in design))
    timer = (
        next((clock.name for clock in mine if clock.name not in ASKED), "") if each.events[0].owner != "user" else ""
    )
    return f": {heard} comes" if heard else f": timer {timer} ends" if timer else ""


def _ends(events: Iterable[str], each: Happening) -> bool:
    return not each.events[0].prompt and any(event.is_of(one) for event in each.events for one in events)


def _lines(each: Happening, design: Design) -> Iterator[str]:
    """Guards, then what is set (the old socket first, and what is shown before what hangs on it), then what is sent."""
    begins = any(duty.rule[0] in PERMITS.values() and duty.then for duty in each.duties)  # then no code has run before
    asked = [(duty.when, duty.rule[0]) for duty in each.duties if duty.when and not begins]
    if each.part and any(duty.then for duty in each.duties):  # what is to be done hangs on it
        asked = _of_part(each, asked)
    ranked = sorted(each.duties, key=lambda duty: (duty.whose != "held", duty.rule[0] != "view"))
    done = [(text, duty.rule[0]) for duty in ranked if duty.then for text in duty.then.split("; ")]
    for text, machines in _together(asked, "only if "):
        yield from _line(text, machines)
    for text, machines in _together(done):
        yield from _line(text, machines)
    closes_first = sorted(each.sends, key=lambda message: message.kind is not Kind.CLOSE)
    sent = [f"{_short(message)}{_to(each, message)}" for message in closes_first]
    if each.group == "server.push":
        yield from _said(f"send {' or '.join(map(_short, each.sends))} to {_target(each)} that the registry holds")
    elif sent:
        yield from _said(f"send {', and '.join(sent)}{_answered(each)}")
    elif not done:
        yield "    nothing to change"


def _of_part(each: Happening, asked: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Of which events of its group it tells: what the list shows then says so."""
    return [(f"then {each.part}", "view"), *((text, machine) for text, machine in asked if machine != "view")]


def _answered(each: Happening) -> str:
    """What comes back in the same step."""
    asks = any(message.kind is Kind.REQUEST for message in each.sends)
    answers = [_short(message) for message in each.hears if message.kind is Kind.ANSWER]
    return f", and take {' or '.join(answers)}" if asks and answers else ""


def _together(some: Iterable[tuple[str, str]], start: str = "") -> list[tuple[str, str]]:
    """Phrases with their machines, as many in a line as it holds; one with a condition has a line of its own."""
    out: list[tuple[str, str]] = []
    for text, machine in some:
        last, machines = out[-1] if out else ("", "")
        both = machines if machine in machines.split(", ") else f"{machines}, {machine}"
        alone = any(sign in f"{last}{text}" for sign in (";", "(if"))
        if not last or alone or len(f"{last}, {text}") > _room(both):
            out.append((f"{start}{text}", machine))
        else:
            out[-1] = (f"{last}, {text}", both)
    return out


def _line(text: str, machines: str) -> Iterator[str]:
    first, *rest = textwrap.wrap(text, _room(machines), subsequent_indent="  ")
    yield f"    {first}{f'# {machines}':>{WIDTH - 4 - len(first)}}"
    yield from (f"    {line}" for line in rest)


def _said(text: str) -> list[str]:
    """What no single machine says."""
    return textwrap.wrap(text, WIDTH, initial_indent="    ", subsequent_indent="      ", break_on_hyphens=False)


def _room(machines: str) -> int:
    """Columns that a line has for what is said."""
    return WIDTH - len(f"      # {machines}")


def _short(message: Message) -> str:
    """A message in one word or two."""
    return str(message.start) if message.kind is Kind.TEXT else start_of(message)


def _to(each: Happening, message: Message) -> str:
    """To whom, where it is one of several."""
    if message.kind is Kind.CLOSE and "held" in {duty.whose for duty in each.duties}:
        return " on the held socket, if there is one"
    return ""


def _target(each: Happening) -> str:
    return "every socket" if any("+" in event.values["to"] for event in each.events) else "a socket"
