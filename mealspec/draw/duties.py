"""What a side owes at each event, machine by machine, read off the rows of a design.

A *rule* of a side is what one kind of its machines does at one group of events. A *duty* is a rule as the side sees
it: from which of its states to which. A rule that asks and changes nothing the side could see is none.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any, NamedTuple

from mealspec.core import Event, Machine, System
from mealspec.draw.communication import kind_of
from mealspec.draw.entries import group_of
from mealspec.draw.sides import PERMITS, SEEN, Roles, belongs, known, roles
from mealspec.draw.wording import ANYWHERE, STAYS, saying
from mealspec.model.design import Design
from mealspec.model.product import system
from mealspec.model.wire.message import Message, Side, named
from mealspec.model.wire.table import MESSAGES

Rule = tuple[str, str]
"""A kind of machine and a group of events."""

ABSTRACT = ("user.archive",)
"""Groups of events that only the model needs."""

Pair = tuple[Any, Any]
"""What a side knows before and after."""


class Duty(NamedTuple):
    """One rule as the side sees it.

    Attributes
    ----------
    rule
        The kind of machine and the group of events.
    whose
        Which of several such machines: this socket's, the new one's; empty if there is one.
    pairs
        What is known before and after, in each row.
    when, then
        The same in words; empty if it may be any state, or stays.
    """

    rule: Rule
    whose: str
    pairs: tuple[Pair, ...]
    when: str
    then: str


class Happening(NamedTuple):
    """All that a side owes at a group of events.

    Attributes
    ----------
    group, part
        The group, and which of its events if they differ in what is owed: a value they have in common.
    events
        These events.
    duties
        Machine by machine, in the order in which a design has them.
    hears, sends
        The messages that the side takes and sends.
    """

    group: str
    part: str
    events: tuple[Event, ...]
    duties: tuple[Duty, ...]
    hears: tuple[Message, ...]
    sends: tuple[Message, ...]


@cache
def product(design: Design) -> System:
    """The machines of the design, as the pages of a side know them."""
    return system(design, SEEN)


def rules(side: Side, design: Design) -> list[Rule]:
    """Every rule of the side."""
    found = product(design)
    some = (
        (kind_of(m.name), told_under(found.event(event)))
        for m in found.machines
        if belongs(side, m.name)
        for event in m.alphabet
    )
    return list(dict.fromkeys(some))


@cache
def happenings(side: Side, design: Design) -> tuple[Happening, ...]:
    """What can happen to the side, in the order of the events; what it cannot see is none."""
    groups: dict[tuple[str, str], list[Event]] = defaultdict(list)
    for event in (event for event in product(design).events if event.group not in ABSTRACT):
        groups[told_under(event), _part(event)].append(event)
    every = (_happening(side, design, *key, tuple(events)) for key, events in groups.items())
    return tuple(each for each in every if _concerns(side, each))


def told_under(event: Event) -> str:
    """The group of an event; what is owed on one connection is told once."""
    group = group_of(event.name)
    return f"{event.group}.c1" if group == f"{event.group}.{event.values.get('c')}" else group


def _part(event: Event) -> str:
    """Where a poll task goes on or ends by what it finds; other values change nothing but names."""
    left = event.values.get("left", event.values.get("m", "")) if "origin" in event.values else ""
    return left and ("every meal is finished" if left == "done" else "a meal is unfinished")


def _concerns(side: Side, each: Happening) -> bool:
    """Whether it is the side's own step, or changes or says something that the side can see."""
    owners = ("client", "user") if side is Side.CLIENT else ("server",)
    moved = any(duty.then for duty in each.duties)
    own = each.events[0].owner in owners and any(duty.when or duty.then for duty in each.duties)
    return own or moved or bool(each.hears) or bool(each.sends)


def _happening(side: Side, design: Design, group: str, part: str, events: tuple[Event, ...]) -> Happening:
    spoken = [message for message in MESSAGES if message.only.of(design)]
    heard = (m for m in spoken if m.sender is not side and any(named(m.taken, event) for event in events))
    sent = (m for m in spoken if m.sender is side and any(m.is_sent(event, design) for event in events))
    return Happening(group, part, events, tuple(_duties(side, design, group, events)), tuple(heard), tuple(sent))


def _duties(side: Side, design: Design, group: str, events: Iterable[Event]) -> Iterator[Duty]:
    pairs: dict[tuple[str, str], dict[Pair, None]] = defaultdict(dict)
    every: dict[tuple[str, str], dict[Any, None]] = defaultdict(dict)
    for event in events:
        for machine in product(design).machines:
            if machine.name in event.takes and belongs(side, machine.name):
                key = kind_of(machine.name), _whose(machine, event)
                pairs[key].update(dict.fromkeys(_pairs(side, machine, event)))
                every[key].update(dict.fromkeys(known(side, machine.name, s, _before(event)) for s in machine.states))
    for (kind, whose), some in pairs.items():
        yield Duty((kind, group), whose, tuple(some), *_said(side, kind, whose, list(some), list(every[kind, whose])))


def _pairs(side: Side, machine: Machine, event: Event) -> Iterator[Pair]:
    for row in machine.by_event[event.name]:
        yield known(side, machine.name, row.source, _before(event)), known(side, machine.name, row.dest, roles(event))


def _before(event: Event) -> Roles:
    """Before a dial there is no new socket, and the one that is held is just that."""
    return {} if "new" in event.values or "old" in event.values else roles(event)


def _whose(machine: Machine, event: Event) -> str:
    """Of several machines of a kind: which."""
    kind, _, name = machine.name.partition(".")
    if kind == "connection":
        return roles(event).get(name, "other" if roles(event) else "every")
    return name if kind == "loader" and event.values.get("origin") != name else ""


def _said(side: Side, kind: str, whose: str, pairs: list[Pair], every: list[Any]) -> tuple[str, str]:
    """In words; that code must run for anything to happen is said once, and which socket is free by nobody."""
    if not every[0]:
        return "", ""
    said, prefix = saying(pairs, every), _prefix(kind, whose)
    goes_without = kind == PERMITS[side] or (kind == "connection" and whose in ("new", "other", "held"))
    when = "" if said.when == ANYWHERE or goes_without else said.when
    then = "" if said.then == STAYS else said.then
    if len({source for source, _ in pairs}) < len(pairs):
        when, then = "", f"{every[0]._fields[0]} → what the answer says"
    names = "|".join(every[0]._fields)
    when, then = (re.sub(rf"\b({names})(?=:| →)", rf"{prefix}\1", text) for text in (when, then))
    return when.replace(": ", " is "), re.sub(r"\((?=\w)", "(if ", then.replace(" → ", " := ").replace(": ", " is "))


def _prefix(kind: str, whose: str) -> str:
    """Whose variable it is, where there are several."""
    return f"{whose}." if kind in ("connection", "loader") and whose else ""


def unseen(side: Side, design: Design) -> list[Rule]:
    """Rules that are no duty: they ask and change nothing that the side could see."""
    owed = {duty.rule for each in happenings(side, design) for duty in each.duties if duty.when or duty.then}
    return [rule for rule in rules(side, design) if rule not in owed]
