"""Each machine of each design as a picture, view by view, with what each step depends on."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import TypeVar

from mealspec.core import System
from mealspec.draw.communication import kind_of
from mealspec.draw.machines import Sheet, Step, View, drawn, machine_of, needs, product, sheet, taken, views
from mealspec.draw.picture import COOL, FILL, INK, LINE, MUTED, Arrow, Box, Key, Picture, Words, folded, lines
from mealspec.model.design import DESIGNS, Design
from mealspec.model.mechanism import CATALOGUE, Mechanism
from mealspec.model.scope import Scope

LINES, NARROW, BRIEF, NARROWER = 7, 88.0, 1, 80.0
"""Entries and width in points of an arrow's label; and where several fields are looked at, for then the views of one
field tell the rest."""

CROWDED = 3
"""Sources of an event from which on they are drawn as one, where they are all states but the destination."""

START = "(start)"

T = TypeVar("T")


def most(looked: Sheet) -> tuple[int, float]:
    """Entries of an arrow's label, and its width."""
    return (BRIEF, NARROWER) if len(looked.view) > 1 else (LINES, NARROW)


def gathered(steps: Mapping[Step, T], states: Collection[str]) -> dict[Step, T]:
    """The steps between states; what leads alike from all other states to one leads there from a box for all of them.

    >>> gathered({("end", "1", "0"): "+", ("end", "2", "0"): "+", ("end", "3", "0"): "+"}, "0123")
    {('end', 'any state but 0', '0'): '+'}
    """
    moving = {step: look for step, look in steps.items() if step[1] != step[2]}
    sources: dict[tuple[str, str, T], set[str]] = {}
    for (event, at, to), look in moving.items():
        sources.setdefault((event, to, look), set()).add(at)
    every = {key for key, some in sources.items() if len(some) == len(states) - 1 >= CROWDED}
    return {
        (event, f"any state but {to}" if (event, to, look) in every else at, to): look
        for (event, at, to), look in moving.items()
    }


def between(steps: Mapping[Step, T], states: Collection[str]) -> dict[tuple[str, str], dict[str, T]]:
    """For each two boxes the events that lead from one to the other, and their looks; some boxes are no state."""
    merged: dict[tuple[str, str], dict[str, T]] = {}
    for (event, at, to), look in gathered(steps, states).items():
        merged.setdefault((at, to), {})[event] = look
    return merged


def told(source: System, events: Iterable[str]) -> list[str]:
    """Events by their full names, with their labels."""
    return [f"{name}: {source.event(name).label}" for name in events]


def slug(name: str, view: View) -> str:
    """What the file of a view is called."""
    return "-".join([kind_of(name) if name.endswith("1") else name, *view])


def start(initial: str) -> tuple[Box, Arrow]:
    """The spot that says where a machine starts, and the arrow from it."""
    spot = {"shape": "circle", "style": "filled", "width": "0.12", "height": "0.12", "fixedsize": "true"}
    return (
        Box(START, tip="starts here", look={**spot, "fillcolor": INK, "color": INK}),
        Arrow(START, initial, tip=f"starts in {initial}", look={"color": INK, "weight": "5"}),
    )


def state_box(looked: Sheet, state: str, notes: Iterable[Words], stays: list[str], **look: str) -> Box:
    """A state with notes below its name; or a box for several, which is no state."""
    if state not in looked.states:
        return Box(state, (Words(state),), state, {"style": "dashed,rounded"})
    rests = state in looked.resting
    tip = [state + (", may rest here" if rests else ""), *(["permits, and stays:", *stays] if stays else [])]
    usual = {
        "peripheries": "2" if rests else "1", "fillcolor": COOL if rests else FILL, "style": "rounded,filled",
        "penwidth": "1.6" if state == looked.initial else "1",
    }  # fmt: skip
    return Box(state, tuple(notes), "\n".join(tip), usual | look)


def signs(looked: Sheet) -> list[Key]:
    """What the boxes mean."""
    return [
        Key("starts here", "dot", INK),
        Key("may stay here for ever, with nothing owed", "box", LINE, COOL, double=True),
        *([Key("something is still to come", "box", LINE, FILL)] if set(looked.states) - looked.resting else []),
    ]


def view_notes(looked: Sheet) -> list[Key]:
    """What of the machine cannot be seen."""
    seen = "; ".join(f"{field}, {what}" for field, what in zip(looked.view, looked.meaning, strict=True))
    return [Key(f"Of its states only this is shown, and a step may depend on the rest: {seen}.")] if seen else []


# ---------------------------------------------------------------------- one machine


def picture(plan: Design, name: str, view: View = ()) -> Picture:
    """The machine of a design in one of its :func:`views`; ``UnknownName`` names the choices."""
    needed = needs(plan, name, view)
    scope = drawn(plan)[name]
    machine = machine_of(plan, name, scope)
    assert machine is not None
    source, looked = product(plan, scope), sheet(machine, view, taken(plan, name))
    brought = _brought(looked, needed)
    always, number = _marks(looked, needed)
    own = {step: tuple(m for m in some if m not in brought[step[1]]) for step, some in needed.items()}
    merged = between(own, looked.states)
    spot, first = start(looked.initial)
    boxes = [spot]
    for state in dict.fromkeys([*looked.states, *(at for at, _ in merged)]):
        stays = [event for event, at, to in looked.steps if at == to == state]
        mark = "".join(number[m] for m in brought.get(state, ()) if m in number)
        words = [Words(f"{state} {mark}".strip(), bold=True)]
        words += [Words(f"stays: {len(stays)}", MUTED, small=True)] if stays else []
        boxes.append(state_box(looked, state, words, told(source, stays)))
    arrows = [first, *(_merged(looked, source, pair, events, number) for pair, events in merged.items())]
    legend = [*signs(looked), _counted(looked, scope), *view_notes(looked)]
    legend += [Key(f"All of it is there only with {m}: {CATALOGUE[m].does}") for m in always]
    legend += [Key(f"{mark} only with {m}: {CATALOGUE[m].does}") for m, mark in number.items()]
    legend += [Key("What leaves a state that is marked has the same marks.")] if any(brought.values()) else []
    title = f"{name} in {plan}" + (f": {' and '.join(view)}" if view else "")
    path = f"machines/{plan}/{slug(name, view)}.svg"
    return Picture(path, title, _described(looked), tuple(boxes), tuple(arrows), tuple(legend))


def _brought(looked: Sheet, needed: Mapping[Step, tuple[Mechanism, ...]]) -> dict[str, list[Mechanism]]:
    """For each state the mechanisms without which nothing leads to it: what leaves it then needs no mark of its own."""
    arrivals: dict[str, list[tuple[Mechanism, ...]]] = {state: [] for state in looked.states}
    for step in looked.moving:
        arrivals[step[2]].append(needed[step])
    arrivals[looked.initial] = []
    return {state: [m for m in Mechanism if ways and all(m in way for way in ways)] for state, ways in arrivals.items()}


def _marks(looked: Sheet, needed: Mapping[Step, tuple[Mechanism, ...]]) -> tuple[list[Mechanism], dict[Mechanism, str]]:
    """The mechanisms on which every step depends, and the marks of those on which only some do."""
    depends = [set(needed[step]) for step in looked.moving]
    always = [m for m in Mechanism if depends and all(m in some for some in depends)]
    marked = [m for m in Mechanism if m not in always and any(m in some for some in depends)]
    return always, {m: f"[{k}]" for k, m in enumerate(marked, start=1)}


def _merged(
    looked: Sheet, source: System, pair: tuple[str, str], events: dict[str, tuple[Mechanism, ...]],
    number: dict[Mechanism, str],
) -> Arrow:  # fmt: skip
    """All steps from one state to another as one arrow, marked with what each depends on."""
    grouped: dict[str, list[str]] = {}
    tip = [f"{pair[0]} → {pair[1]}"]
    for event, needed in events.items():
        marks = "".join(number[m] for m in needed if m in number)
        grouped.setdefault(marks, []).append(source.event(event).label)
        only = f" (only with {', '.join(needed)})" if needed else ""
        tip += [line + only for line in told(source, [event])]
    labels = [f"{text}\u00a0{marks}".strip() for marks, some in grouped.items() for text in folded(some)]
    entries, width = most(looked)
    return Arrow(*pair, tuple(lines(labels, INK, width=width, most=entries)), "\n".join(tip))


def _counted(looked: Sheet, scope: Scope) -> Key:
    connections = "one connection (c1)" if scope.connections == 1 else "two connections (c1, c2)"
    idle = f" Left out: {looked.idle} rows that no run of the whole system takes." if looked.idle else ""
    return Key(
        "'stays: n' counts events that it permits and that change nothing here; its page lists them. "
        f"One meal (m1), {connections}.{idle}"
    )


def _described(looked: Sheet) -> str:
    rests = [state for state in looked.states if state in looked.resting]
    return (
        f"{looked.doc} {len(looked.states)} states: {', '.join(looked.states)}; initial: {looked.initial}; "
        f"resting: {', '.join(rests) or 'none'}. {len(looked.moving)} steps between them, "
        f"{len(looked.steps) - len(looked.moving)} that change nothing."
    )


# ---------------------------------------------------------------------- all


def portraits(
    plans: Iterable[Design] = tuple(DESIGNS.values()), only: Collection[str] = ()
) -> Iterator[tuple[str, Picture]]:
    """Every machine of these designs, or only those of these names, in all its views, by its name."""
    for plan in plans:
        for name, scope in drawn(plan).items():
            if only and name not in only:
                continue
            machine = machine_of(plan, name, scope)
            assert machine is not None
            yield from ((name, picture(plan, name, view)) for view in views(machine))
