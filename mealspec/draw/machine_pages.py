"""A page for each machine: its pictures, its states with their meaning, and each row with what changes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from mealspec.core import Machine, State
from mealspec.draw.entries import Entry, entries, every_machine, group_of, shown_as, variants, widest
from mealspec.draw.page import Page, code, link, mechanism, render
from mealspec.draw.picture import Picture
from mealspec.draw.wording import STAYS, value
from mealspec.model.design import DESIGNS
from mealspec.model.meanings import FIELDS, VALUES
from mealspec.model.mechanism import CATALOGUE, Mechanism

SHORT = 12
"""Rows of a table that is not folded away."""


def machine_path(name: str) -> str:
    """Where the page of a machine stands."""
    return f"reference/machines/{name}.md"


def machine_pages(portraits: Iterable[tuple[str, Picture]], changes: Iterable[tuple[str, Picture]]) -> Iterator[Page]:
    """One page for each machine, with what is drawn of it, each with the machine's name."""
    shown, changed = list(portraits), list(changes)
    for name in every_machine():
        yield _page(name, [p for n, p in shown if n == name], [p for n, p in changed if n == name])


def _page(name: str, portraits: Sequence[Picture], changes: Sequence[Picture]) -> Page:
    here = machine_path(name)
    variant, machine = shown_as(name)
    summary, *more = (_flat(text) for text in machine.doc.split("\n\n"))
    rows, whole = _without_whole(entries(name))
    ours = [row for row in rows if variant in row.designs]
    moving = [row for row in ours if row.saying.then != STAYS]
    still = [row for row in ours if row.saying.then == STAYS]
    others = [row for row in rows if variant not in row.designs]
    fields = getattr(machine.initial, "_fields", ())
    return render(
        here, "machine", f"Machine {name}", summary,
        name=name, variant=variant, summary=summary, more=more, whole=whole, catalogue=CATALOGUE,
        pictures=portraits, changes=changes, fields=_fields(machine), fold=bool(fields) and len(machine.states) > SHORT,
        head=["state", *fields, ""] if fields else ["state", "meaning", ""], states=_states(machine),
        foreign=_foreign(name, machine), moving=_rows(here, moving), still=_rows(here, still),
        others=_rows(here, others, designs=True),
    )  # fmt: skip


def _without_whole(rows: list[Entry]) -> tuple[list[Entry], list[Mechanism]]:
    """The rows without the mechanisms that all of them need, and these: what the machine itself is there for."""
    named = [row for row in rows if row.designs[0] in DESIGNS] or rows
    whole = [m for m in Mechanism if all(m in row.brought for row in named)]
    return [row._replace(brought=tuple(m for m in row.brought if m not in whole)) for row in rows], whole


def _flat(text: str) -> str:
    return " ".join(text.replace("``", "`").split())


def _states(machine: Machine) -> list[tuple[str, ...]]:
    return [(code(str(state)), *_said(state), _marks(machine, state)) for state in machine.states]


def _said(state: Any) -> tuple[str, ...]:
    """The values of a state's fields, or what a plain state means."""
    return tuple(map(value, state)) if hasattr(state, "_fields") else (_meaning(state),)


def _meaning(state: Any) -> str:
    """What a plain value means; a number is the budget's."""
    return VALUES[type(state)][str(state)] if type(state) in VALUES else "so many faults may still happen"


def _marks(machine: Machine, state: State) -> str:
    marks = [*(["initial"] if state == machine.initial else []), *(["resting"] if machine.resting(state) else [])]
    return ", ".join(marks)


def _fields(machine: Machine) -> list[tuple[str, str, Mapping[str, str]]]:
    """Fields with what they are, and the meanings of the values that occur."""
    first: Any = machine.initial
    out: list[tuple[str, str, Mapping[str, str]]] = []
    for k, field in enumerate(getattr(first, "_fields", ())):
        values = dict.fromkeys(state[k] for state in machine.states)  # type: ignore[index]
        words = VALUES.get(type(next(iter(values))), {})
        out.append((field, FIELDS[type(first)][field], {str(v): words[str(v)] for v in values} if words else {}))
    return out


def _foreign(name: str, machine: Machine) -> list[str]:
    """States that only other designs have."""
    having: dict[State, list[str]] = defaultdict(list)
    for variant in variants():
        other = widest(variant)[0].get(name)
        for state in other.states if other else ():
            if state not in machine.states:
                having[state].append(variant)
    told = {state: "" if hasattr(state, "_fields") else f": {_meaning(state)}" for state in having}
    return [f"`{state}`{told[state]} ({', '.join(some)})" for state, some in having.items()]


def _rows(here: str, some: Iterable[Entry], *, designs: bool = False) -> list[tuple[str, ...]]:
    """As cells: events, of which the first leads to what is owed there, and designs; where; change; mechanisms."""
    out: list[tuple[str, ...]] = []
    for entry in some:
        first, *rest = map(code, entry.events)
        names = "<br>".join([link(here, f"reference/events.md#{group_of(entry.events[0])}", first), *rest])
        behind = (("only with", entry.brought), ("other without", entry.altered))
        needs = [f"{word} {', '.join(mechanism(here, m) for m in some)}" for word, some in behind if some]
        into = f"<br>in {', '.join(map(code, entry.designs))}".replace("+", "`<wbr>`+")  # a long name may be parted
        out.append((names + (into if designs else ""), *entry.saying, "<br>".join(needs)))
    return out
