"""Which rows and events there are in all designs, who takes part in them and where, and who needs them.

Events of one group with one text stand together. Who needs a row, designs and mechanisms, is found by building the
designs with a mechanism taken away or added.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from itertools import chain
from typing import Any, NamedTuple

from mealspec.core import Event, Machine, State
from mealspec.draw.wording import ANYWHERE, Saying, saying, where
from mealspec.model.design import DESIGNS, WORLDS, Design, design
from mealspec.model.mechanism import NEEDS, Mechanism
from mealspec.model.product import system
from mealspec.model.scope import WIDEST

RICH = replace(WIDEST, faults=1)
"""A scope in which every machine and event occurs."""


def group_of(name: str) -> str:
    """What an event is told under: its group, with the first value where at that hangs what is owed.

    >>> group_of("server.push.m1.c1+c2"), group_of("client.failed.c1"), group_of("client.apply.poll.failed.any")
    ('server.push', 'client.failed', 'client.apply.poll')
    """
    event = every_event()[name]
    group = event.group or name
    return f"{group}.{next(iter(event.values.values()))}" if group in _parted() else group


@cache
def _parted() -> frozenset[str]:
    """Groups of whose events not all owe the same."""
    owed: dict[str, set[str]] = defaultdict(set)
    for name, event in every_event().items():
        owed[event.group or name].add(event.obligation)
    return frozenset(group for group, some in owed.items() if len(some) > 1)


@cache
def widest(expression: str) -> tuple[dict[str, Machine], dict[str, Event]]:
    """Machines and events, by name, of one of the :func:`variants` in the scope that lets everything in."""
    product = system(planned(expression), RICH)
    return {machine.name: machine for machine in product.machines}, {event.name: event for event in product.events}


Sayings = Mapping[tuple[str, str], Saying]
"""By machine and event."""


@cache
def _sayings(expression: str) -> Sayings:
    machines, _ = widest(expression)
    return {(name, event): told for name, m in machines.items() for event, told in _told(m.rows, m.states)}


@cache
def _told(rows: tuple[Any, ...], states: tuple[State, ...]) -> tuple[tuple[str, Saying], ...]:
    pairs: dict[str, list[tuple[State, State]]] = defaultdict(list)
    for row in rows:
        pairs[row.event].append((row.source, row.dest))
    return tuple((event, saying(some, states)) for event, some in pairs.items())


# ---------------------------------------------------------------------- who needs a row


class Entry(NamedTuple):
    """Rows of one group that say the same.

    Attributes
    ----------
    events, saying, designs
        Which, in which words, and who has them.
    brought
        Mechanisms without which the machine would take no part in these events.
    altered
        Mechanisms without which the row would say something else.
    """

    events: tuple[str, ...]
    saying: Saying
    designs: tuple[str, ...]
    brought: tuple[Mechanism, ...]
    altered: tuple[Mechanism, ...]


@cache
def _unused() -> tuple[Mechanism, ...]:
    """Mechanisms that no named design has."""
    return tuple(m for m in Mechanism if not any(m in plan for plan in DESIGNS.values()))


def variants() -> tuple[str, ...]:
    """All designs, one with each mechanism that none of them has, and those that together have every event."""
    return (*DESIGNS, *_added(), *(world.name for world in WORLDS))


def planned(expression: str) -> Design:
    """The design, or one of those that together have every event."""
    return next((world for world in WORLDS if world.name == expression), None) or design(expression)


@cache
def _added() -> dict[str, tuple[str, Mechanism]]:
    """A design with each mechanism that none has, the first in which it changes a row; and which it is without it."""
    out = {}
    for m in _unused():
        needed = [f"hardened+{NEEDS[m]}"] if m in NEEDS and NEEDS[m] not in DESIGNS["hardened"] else []
        bases = ("hardened", "app_head", *needed, "published")
        base = next(base for base in bases if _sayings(f"{base}+{m}") != _sayings(base))
        out[f"{base}+{m}"] = (base, m)
    return out


def entries(name: str) -> list[Entry]:
    """All rows of a machine in all designs, group by group."""
    found: dict[tuple[str, Saying], list[str]] = defaultdict(list)
    for variant in variants():
        for (machine, event), told in _sayings(variant).items():
            if machine == name and (variant in DESIGNS or _is_new(variant, event, told, found)):
                found[event, told].append(variant)
    groups: dict[tuple[str, Entry], list[str]] = defaultdict(list)
    for (event, told), having in found.items():
        entry = Entry((), told, tuple(having), *_behind(name, event, told, having))
        groups[group_of(event), entry].append(event)
    order = {group: k for k, group in enumerate(dict.fromkeys(group for group, _ in groups))}
    keys = sorted(groups, key=lambda key: order[key[0]])
    return [key[1]._replace(events=tuple(groups[key])) for key in keys]


def _is_new(variant: str, event: str, told: Saying, found: Collection[tuple[str, Saying]]) -> bool:
    """Of a design that is no named one only what is new is told; of those that nobody would build, only new events."""
    return (event, told) not in found if variant in _added() else all(event != known for known, _ in found)


def _behind(
    name: str, event: str, told: Saying, having: Sequence[str]
) -> tuple[tuple[Mechanism, ...], tuple[Mechanism, ...]]:
    """The mechanisms that bring the row, and those without which it says something else."""
    if having[0] in _added():
        base, mechanism = _added()[having[0]]
        there = (name, event) in _sayings(base)
        return ((), (mechanism,)) if there else ((mechanism,), ())
    if len(having) == len(DESIGNS):
        return (), ()
    if having[0] not in DESIGNS:
        mechanisms = sorted(planned(having[0]).mechanisms)
        return tuple(m for m in mechanisms if (name, event) not in _pairs_without(having[0], m)), ()
    plan = "hardened" if "hardened" in having else having[-1]
    without = {m: _sayings(f"{plan}-{m}").get((name, event)) for m in sorted(DESIGNS[plan].mechanisms)}
    brought = tuple(m for m, other in without.items() if other is None)
    return brought, tuple(m for m, other in without.items() if other not in (None, told))


@cache
def _pairs_without(plan: str, m: Mechanism) -> frozenset[tuple[str, str]]:
    """Who takes part in what without a mechanism."""
    product = system(Design(f"{plan}-{m}", planned(plan).mechanisms - {m}), RICH)
    return frozenset((machine.name, event) for machine in product.machines for event in machine.alphabet)


# ---------------------------------------------------------------------- all designs together


@cache
def every_machine() -> tuple[str, ...]:
    """Machines that have a page: of several connections the first stands for all."""
    names = dict.fromkeys(chain.from_iterable(widest(variant)[0] for variant in variants()))
    return tuple(name for name in names if name != "connection.c2")


def shown_as(name: str) -> tuple[str, Machine]:
    """The design as which a machine is shown, and the machine: hardened if it has one."""
    variant = next(v for v in ("hardened", *variants()) if name in widest(v)[0])
    return variant, widest(variant)[0][name]


@cache
def every_event() -> dict[str, Event]:
    """All events of all designs and mechanisms."""
    out: dict[str, Event] = {}
    for variant in variants():
        for name, event in widest(variant)[1].items():
            out.setdefault(name, event)
    return out


def takers(names: Iterable[str]) -> list[str]:
    """Who takes part in some of these events in `hardened`, or in the first design that has one."""
    plan, theirs = having({*names}.__contains__)
    return list(dict.fromkeys(machine for name in theirs for machine in widest(plan)[1][name].takes))


def elsewhere(names: Iterable[str]) -> list[str]:
    """Who takes part in these events in other designs only."""
    some, ours = list(names), takers(names)
    found = (widest(plan)[1][name] for name in some for plan in variants() if name in widest(plan)[1])
    return [machine for machine in dict.fromkeys(m for event in found for m in event.takes) if machine not in ours]


class Condition(NamedTuple):
    """Where some machines must stand for an event of a group.

    ``machines`` are those of which the same is asked, ``always`` whether they take part in each event of the group,
    ``where`` is a phrase that is true in just the states in which such a machine permits one of the events that it
    takes part in.
    """

    machines: tuple[str, ...]
    always: bool
    where: str


def conditions(group: str) -> tuple[Condition, ...]:
    """What an event of the group asks of each participant, in `hardened` or the first design that has one."""
    return conditions_of(*having(lambda name: group_of(name) == group))


def having(wanted: Callable[[str], bool]) -> tuple[str, tuple[str, ...]]:
    """`hardened`, or the first design that has some of the wanted events, and those that it has."""
    found = ((plan, tuple(filter(wanted, widest(plan)[1]))) for plan in ("hardened", *variants()))
    return next((plan, names) for plan, names in found if names)


@cache
def conditions_of(plan: str, names: tuple[str, ...]) -> tuple[Condition, ...]:
    """What some of these events of a design asks of each participant; ``any state`` is not said."""
    machines, events = widest(plan)
    alike: dict[tuple[bool, str], list[str]] = defaultdict(list)
    for machine in dict.fromkeys(taker for name in names for taker in events[name].takes if taker in machines):
        theirs = {name for name in names if machine in events[name].takes}
        some = {row.source for row in machines[machine].rows if row.event in theirs}
        alike[len(theirs) == len(names), where(some, machines[machine].states)].append(machine)
    return tuple(Condition(tuple(some), *key) for key, some in alike.items() if key[1] != ANYWHERE)
