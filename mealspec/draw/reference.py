"""A page for each machine: its states with their meaning, and each row with what an implementer owes there.

Rows are told as people tell them: where a machine takes an event, and what changes. Events of one group with
one text stand together, and who needs a row, designs and mechanisms, is found by building the designs with a
mechanism taken away or added.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from itertools import chain
from typing import Any, NamedTuple

from mealspec.cli.listing import WIDEST
from mealspec.core import Event, Kind, Machine, State
from mealspec.draw.machines import portraits
from mealspec.draw.page import Page, code, details, link, relative, table
from mealspec.model.design import DESIGNS, design
from mealspec.model.meanings import FIELDS, VALUES
from mealspec.model.mechanism import CATALOGUE, Mechanism
from mealspec.model.product import system

__all__ = [
    "RICH",
    "TICKED",
    "conditions",
    "elsewhere",
    "every_event",
    "group_of",
    "machine_pages",
    "machine_path",
    "mechanism",
    "owed",
    "references",
    "takers",
    "widest",
]

RICH = replace(WIDEST, faults=1)
"""A scope in which every machine and event occurs."""

_VALUE = re.compile(r"[cm]\d(\+c\d)*|none|absent|processing|completed|failed")
"""What a name may end with that is a value and no kind of event."""


ANYWHERE = "any state"


class Saying(NamedTuple):
    """One row in words: where the machine takes the event, and what changes then."""

    when: str
    then: str


TICKED = "A mechanism with ✓ is one of `hardened`."

Sayings = Mapping[tuple[str, str], Saying]
"""By machine and event."""


def group_of(name: str) -> str:
    """An event's name without the values at its end.

    >>> group_of("server.push.m1.c1+c2"), group_of("client.failed.c1"), group_of("client.apply.poll.failed")
    ('server.push', 'client.failed', 'client.apply.poll')
    """
    parts = name.split(".")
    while len(parts) > 2 and _VALUE.fullmatch(parts[-1]):
        parts.pop()
    return ".".join(parts)


def machine_path(name: str) -> str:
    """Where the page of a machine stands."""
    return f"reference/machines/{name}.md"


def references(refs: Iterable[str], here: str) -> str:
    """Requirements and failure classes as links to the table that traces them."""
    return ", ".join(link(here, f"reference/traceability.md#{ref}", ref) for ref in refs)


@cache
def widest(expression: str) -> tuple[dict[str, Machine], dict[str, Event]]:
    """Machines and events, by name, of a design in the scope that lets everything in."""
    product = system(design(expression), RICH)
    return {machine.name: machine for machine in product.machines}, {event.name: event for event in product.events}


# ---------------------------------------------------------------------- rows in words


@cache
def _sayings(expression: str) -> Sayings:
    machines, _ = widest(expression)
    return {(name, event): saying for name, m in machines.items() for event, saying in _told(name, m.rows, m.states)}


@cache
def _told(name: str, rows: tuple[Any, ...], states: tuple[State, ...]) -> tuple[tuple[str, Saying], ...]:
    pairs: dict[str, list[tuple[State, State]]] = defaultdict(list)
    for row in rows:
        pairs[row.event].append((row.source, row.dest))
    say = _of_tuples if hasattr(states[0], "_fields") else _of_values
    return tuple((event, say(some, states)) for event, some in pairs.items())


def _of_values(pairs: Sequence[tuple[State, State]], states: Sequence[State]) -> Saying:
    """Rows of a machine whose states are plain values."""
    sources = [source for source, _ in pairs]
    when = ANYWHERE if len(sources) == len(states) else " or ".join(map(str, sources))
    moves = [(source, dest) for source, dest in pairs if source != dest]
    if not moves:
        return Saying(when, "no change")
    if len({dest for _, dest in pairs}) == 1:
        return Saying(when, f"→ {moves[0][1]}")
    return Saying(when, "; ".join(f"{source} → {dest}" for source, dest in moves))


def _of_tuples(pairs: Sequence[tuple[Any, Any]], states: Sequence[Any]) -> Saying:
    """Rows of a machine whose states have fields: each field for itself."""
    limits = []
    for k, field in enumerate(states[0]._fields):
        every, taken = (list(dict.fromkeys(state[k] for state in some)) for some in (states, [s for s, _ in pairs]))
        if len(taken) < len(every):
            limits.append(f"{field}: {' or '.join(map(_value, taken))}")
    moved = [k for k in range(len(states[0])) if any(source[k] != dest[k] for source, dest in pairs)]
    ends = {k: {dest[k] for _, dest in pairs} for k in moved}
    if all(len(values) == 1 for values in ends.values()):
        return Saying("; ".join(limits) or ANYWHERE, _changes(pairs[0][1], moved))
    moves = dict.fromkeys(_changes(dest, [k for k in moved if source[k] != dest[k]]) for source, dest in pairs)
    return Saying("; ".join(limits) or ANYWHERE, "; or ".join(moves))


def _changes(dest: Any, moved: Iterable[int]) -> str:
    """What becomes of these fields."""
    return ", ".join(f"{dest._fields[k]} → {_value(dest[k])}" for k in moved) or "no change"


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return "+".join(value) or "nothing"
    return str(value) or "none"


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


def _variants() -> tuple[str, ...]:
    return (*DESIGNS, *(f"hardened+{m}" for m in _unused()))


def entries(name: str) -> list[Entry]:
    """All rows of a machine in all designs, group by group."""
    found: dict[tuple[str, Saying], list[str]] = defaultdict(list)
    for variant in _variants():
        for (machine, event), saying in _sayings(variant).items():
            named = variant in DESIGNS or (event, saying) not in found
            if machine == name and named:
                found[event, saying].append(variant)
    groups: dict[tuple[str, Entry], list[str]] = defaultdict(list)
    for (event, saying), variants in found.items():
        entry = Entry((), saying, tuple(variants), *_behind(name, event, saying, variants))
        groups[group_of(event), entry].append(event)
    order = {kind: k for k, kind in enumerate(dict.fromkeys(kind for kind, _ in groups))}
    keys = sorted(groups, key=lambda key: order[key[0]])
    return [key[1]._replace(events=tuple(groups[key])) for key in keys]


def _behind(
    name: str, event: str, saying: Saying, variants: Sequence[str]
) -> tuple[tuple[Mechanism, ...], tuple[Mechanism, ...]]:
    """The mechanisms that bring the row, and those without which it says something else."""
    if variants[0] not in DESIGNS:
        mechanism = Mechanism(variants[0].partition("+")[2])
        there = (name, event) in _sayings("hardened")
        return ((), (mechanism,)) if there else ((mechanism,), ())
    if len(variants) == len(DESIGNS):
        return (), ()
    plan = "hardened" if "hardened" in variants else variants[-1]
    without = {m: _sayings(f"{plan}-{m}").get((name, event)) for m in sorted(DESIGNS[plan].mechanisms)}
    brought = tuple(m for m, other in without.items() if other is None)
    return brought, tuple(m for m, other in without.items() if other not in (None, saying))


# ---------------------------------------------------------------------- pages


@cache
def _names() -> tuple[str, ...]:
    """Machines that have a page: of several connections the first stands for all."""
    names = dict.fromkeys(chain.from_iterable(widest(variant)[0] for variant in _variants()))
    return tuple(name for name in names if name != "connection.c2")


@cache
def every_event() -> dict[str, Event]:
    """All events of all designs and mechanisms."""
    out: dict[str, Event] = {}
    for variant in _variants():
        for name, event in widest(variant)[1].items():
            out.setdefault(name, event)
    return out


@cache
def takers(name: str) -> tuple[str, ...]:
    """Who takes part in an event in `hardened`, or in all other designs together if `hardened` does not have it."""
    plans = ["hardened"] if name in widest("hardened")[1] else _variants()
    found = [widest(plan)[1][name] for plan in plans if name in widest(plan)[1]]
    return tuple(dict.fromkeys(machine for event in found for machine in event.takes))


@cache
def conditions(name: str) -> tuple[tuple[str, str], ...]:
    """Where each machine must stand for an event, in `hardened` or the first design that has it."""
    plan = next(plan for plan in ("hardened", *_variants()) if name in widest(plan)[1])
    found = [(machine, _sayings(plan)[machine, name].when) for machine in widest(plan)[1][name].takes]
    return tuple((machine, where) for machine, where in found if where != ANYWHERE)


@cache
def elsewhere(name: str) -> tuple[str, ...]:
    """Who takes part in an event in other designs only."""
    found = [widest(plan)[1][name] for plan in _variants() if name in widest(plan)[1]]
    every = dict.fromkeys(machine for event in found for machine in event.takes)
    return tuple(machine for machine in every if machine not in takers(name))


def machine_pages() -> Iterator[Page]:
    """One page for each machine."""
    for name in _names():
        yield _page(name)


def _in(name: str) -> tuple[str, Machine]:
    """The design as which a machine is shown, and the machine: hardened if it has one."""
    variant = next(v for v in ("hardened", *_variants()) if name in widest(v)[0])
    return variant, widest(variant)[0][name]


def _page(name: str) -> Page:
    variant, machine = _in(name)
    here = machine_path(name)
    summary, *more = machine.doc.split("\n\n")
    rows, whole = _without_whole(entries(name))
    ours = [entry for entry in rows if variant in entry.designs]
    others = [entry for entry in rows if variant not in entry.designs]
    moving = [entry for entry in ours if entry.saying.then != "no change"]
    still = [entry for entry in ours if entry.saying.then == "no change"]
    lines = [f"# Machine `{name}`", "", _flat(summary), ""]
    lines += [line for text in more for line in (_flat(text), "")]
    lines += [f"There only with {mechanism(here, m)}: {CATALOGUE[m].does}" for m in whole] + [""] * bool(whole)
    lines += _pictures(here, name)
    lines += ["## States", "", *_states(machine), "", *_elsewhere(name, machine)]
    lines += [TICKED, ""]
    lines += [f"## What moves it in `{variant}`", "", *_rows(moving, here), ""] if moving else []
    lines += [f"## Where it has a say in `{variant}`, and is not moved", "", *_rows(still, here), ""] if still else []
    lines += ["## Rows of other designs", "", *_rows(others, here, designs=True), ""] if others else []
    lines += [link(here, "reference/README.md", "reference") + " · " + link(here, "reference/events.md", "events")]
    return Page(here, f"Machine {name}", _flat(summary), "\n".join(lines) + "\n")


def _without_whole(rows: list[Entry]) -> tuple[list[Entry], list[Mechanism]]:
    """The rows without the mechanisms that all of them need, and these: what the machine itself is there for."""
    named = [row for row in rows if row.designs[0] in DESIGNS] or rows
    whole = [m for m in Mechanism if all(m in row.brought for row in named)]
    return [row._replace(brought=tuple(m for m in row.brought if m not in whole)) for row in rows], whole


def _pictures(here: str, name: str) -> list[str]:
    """The machine as the repaired design has it, and links to what it is in the others, and what changes."""
    every = [each for machine, each in portraits() if machine == name]
    shown = [each for each in every if each.path.startswith("machines/hardened/")]
    lines = [line for each in shown for line in (f"![{each.title}]({relative(here, each.path)})", "")]
    others = [f"- {link(here, each.path, each.title)}" for each in every if each not in shown]
    return [*lines, *(details("In the other designs, and what changes", others) if others else []), ""]


def _flat(text: str) -> str:
    return " ".join(text.replace("``", "`").split())


def _states(machine: Machine) -> list[str]:
    first: Any = machine.states[0]
    if not hasattr(first, "_fields"):
        rows = [(code(str(s)), _meaning(s), _marks(machine, s)) for s in machine.states]
        return table(["state", "meaning", ""], rows)
    lines = _fields(machine)
    listed = table(
        ["state", *first._fields, ""],
        [(code(str(s)), *map(_value, _parts(s)), _marks(machine, s)) for s in machine.states],
    )
    short = len(machine.states) <= 12
    return [*lines, "", *(listed if short else details(f"All {len(machine.states)} states", listed))]


def _elsewhere(name: str, machine: Machine) -> list[str]:
    """States that only other designs have."""
    out: dict[str, list[str]] = defaultdict(list)
    words: dict[str, str] = {}
    for variant in _variants():
        other = widest(variant)[0].get(name)
        for state in other.states if other else ():
            if state not in machine.states:
                out[str(state)].append(variant)
                words[str(state)] = "" if _parts(state) else _meaning(state)
    told = [f"- `{state}`{words[state] and ': '}{words[state]} ({', '.join(some)})" for state, some in out.items()]
    short = len(told) <= 6
    lines = ["Only in other designs:", "", *told] if short else details(f"{len(told)} more in other designs", told)
    return [*lines, ""] if told else []


def _meaning(state: Any) -> str:
    """What a plain value means; a number is the budget's."""
    return VALUES[type(state)][str(state)] if type(state) in VALUES else "so many faults may still happen"


def _parts(state: Any) -> tuple[Any, ...]:
    """The fields of a state that has some."""
    return tuple(state) if hasattr(state, "_fields") else ()


def _fields(machine: Machine) -> list[str]:
    first: Any = machine.states[0]
    lines = ["A state has these parts:", ""]
    for k, field in enumerate(first._fields):
        lines.append(f"- `{field}`: {FIELDS[type(first)][field]}")
        values = list(dict.fromkeys(_parts(state)[k] for state in machine.states))
        words = VALUES.get(type(values[0]), {})
        lines += [f"  - `{value}`: {words[str(value)]}" for value in values if words]
    return lines


def _marks(machine: Machine, state: State) -> str:
    marks = [*(["initial"] if state == machine.initial else []), *(["resting"] if machine.resting(state) else [])]
    return ", ".join(marks)


def _rows(some: Iterable[Entry], here: str, *, designs: bool = False) -> list[str]:
    out = []
    for entry in some:
        event = every_event()[entry.events[0]]
        behind = ", ".join(mechanism(here, m) for m in entry.altered)
        where = [", ".join(map(code, entry.designs))] if designs else []
        names = "<br>".join(map(code, entry.events))
        owes = _duty(here, event, entry)
        out.append((names, *where, *entry.saying, owes, behind, references(event.refs, here)))
    head = ["event", *(["in"] if designs else []), "where", "what changes", "what an implementer owes"]
    return table([*head, "other without", "from"], out)


def mechanism(here: str, name: str) -> str:
    """A link to a mechanism, ticked if it is one of `hardened`."""
    tick = " ✓" if name in {*DESIGNS["hardened"].mechanisms} else ""
    return link(here, f"reference/mechanisms.md#{name}", name) + tick


def owed(here: str, event: Event) -> str:
    """What is owed at the event, in Markdown: mechanisms are links, those of `hardened` ticked."""
    switches = set(Mechanism)
    return re.sub(
        r"`([a-z_]+)`",
        lambda found: mechanism(here, found[1]) if found[1] in switches else found[0],
        event.obligation,
    )


def _duty(here: str, event: Event, entry: Entry) -> str:
    """What is owed at the event, and what the mechanisms say that bring the machine in."""
    start = {Kind.USER: "May happen. ", Kind.FAULT: "To be borne: "}.get(event.kind, "")
    brought = [f"{mechanism(here, m)}: {CATALOGUE[m].does}" for m in entry.brought if f"`{m}`" not in event.obligation]
    return " ".join([start + owed(here, event), *brought])
