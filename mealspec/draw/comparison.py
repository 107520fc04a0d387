"""What a step from one design to the next changes in how a machine moves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from mealspec.core import Machine, unknown
from mealspec.draw.machines import Sheet, Step, View, drawn, machine_of, product, sheet, taken, views
from mealspec.draw.picture import GREEN, GREY, LINE, MUTED, RED, Arrow, Box, Key, Picture, Words, folded, lines
from mealspec.draw.portraits import between, most, signs, slug, start, state_box, view_notes
from mealspec.model.design import DESIGNS, Design
from mealspec.model.mechanism import Mechanism
from mealspec.model.scope import Scope

PLUS, MINUS = "+", "−"
COLOURS = {PLUS: GREEN, MINUS: RED, "": MUTED}
VERBS = {PLUS: "added", MINUS: "removed", "": "as before"}
STYLES = {
    PLUS: {"style": "bold", "penwidth": "2", "color": GREEN},
    MINUS: {"style": "dashed", "penwidth": "1.3", "color": RED},
    "": {"color": GREY},
}
"""Signs of what comes and goes, and how they look."""

STEPS = (
    ("before", "published"),
    ("published", "published_plus"),
    ("published_plus", "hardened"),
    ("app_before", "app_published"),
    ("app_published", "app_head"),
)
"""From one design to the next: of the seed's world, then of the app's."""

FEW, LOOPS, NARROW = 4, 2, 60.0
"""Entries of one sign of an arrow's label, and of what comes or goes within a state; widths in points."""


@dataclass(frozen=True)
class Compared:
    """A machine in two designs; ``old`` or ``new`` is None where it does not exist."""

    before: Design
    after: Design
    scope: Scope
    old: Sheet | None
    new: Sheet | None

    @property
    def looked(self) -> Sheet:
        """The newer one that there is."""
        found = self.new or self.old
        assert found is not None
        return found

    def steps(self) -> dict[Step, str]:
        """The steps of both, each with its sign."""
        was, now = (set(each.steps) if each else set() for each in (self.old, self.new))
        every = [step for each in (self.new, self.old) if each for step in each.steps]
        return {step: "" if step in was and step in now else PLUS if step in now else MINUS for step in every}

    def states(self) -> dict[str, str]:
        """The states of both, each with its sign; none has one where the whole machine comes or goes."""
        was, now = (set(each.states) if each else set() for each in (self.old, self.new))
        every = [state for each in (self.new, self.old) if each for state in each.states]
        if not was or not now:
            return dict.fromkeys(every, "")
        return {state: "" if state in was and state in now else PLUS if state in now else MINUS for state in every}

    def labels(self) -> dict[str, str]:
        """What each event is called, in the older design or, if it has it, the newer."""
        plans = (self.before, self.after)
        return {event.name: event.label for plan in plans for event in product(plan, self.scope).events}


def _compared(before: Design, after: Design, name: str, view: View) -> Compared:
    scopes = [drawn(plan)[name] for plan in (before, after) if name in drawn(plan)]
    if not scopes:
        raise unknown("machine", name, {**drawn(before), **drawn(after)})
    scope = max(scopes, key=lambda scope: scope.connections)
    machines = [(plan, machine_of(plan, name, scope)) for plan in (before, after)]
    old, new = (sheet(machine, view, taken(plan, name)) if machine else None for plan, machine in machines)
    return Compared(before, after, scope, old, new)


def change(before: Design, after: Design, name: str, view: View = ()) -> Picture | None:
    """What the step from one design to the next changes in how a machine moves; None if that is nothing.

    What it permits without moving is shown, in its states, only where that comes or goes.
    ``UnknownName`` names the machines of both.
    """
    pair = _compared(before, after, name, view)
    steps, label = pair.steps(), pair.labels()
    if not any(sign for (_, at, to), sign in steps.items() if at != to):
        return None
    spot, first = start(pair.looked.initial)
    merged, states = between(steps, pair.states()), pair.states()
    boxes = [spot]
    for state in dict.fromkeys([*states, *(at for at, _ in merged)]):
        stays = [(event, sign) for (event, at, to), sign in steps.items() if at == to == state]
        boxes.append(_state(pair, state, states.get(state, ""), stays, label))
    arrows = [first, *(_difference(pair.looked, ends, events, label) for ends, events in merged.items())]
    title = f"{name}: {before} → {after}" + (f": {' and '.join(view)}" if view else "")
    path = f"changes/{before}-{after}/{slug(name, view)}.svg"
    return Picture(
        path, title, _described(pair), tuple(boxes), tuple(arrows), tuple(_legend(pair)), look={"nodesep": "0.1"}
    )


def _state(pair: Compared, state: str, sign: str, stays: list[tuple[str, str]], label: dict[str, str]) -> Box:
    looked = pair.new if pair.new and state in pair.new.states else pair.old or pair.looked
    words = [Words(f"{sign} {state}".strip(), COLOURS[sign] if sign else "", bold=True)]
    for some in (PLUS, MINUS) if len(looked.view) < 2 else ():
        texts = [f"stays: {text}" for text in folded(label[event] for event, its in stays if its == some)]
        words += lines(texts, COLOURS[some], f"{some} ", width=110, most=LOOPS, bold=some == PLUS, small=True)
    told = [f"{VERBS[its]}: {event}: {label[event]}" for event, its in stays]
    look = {"color": COLOURS[sign] if sign else LINE} | ({"style": "rounded,filled,dashed"} if sign == MINUS else {})
    return state_box(looked, state, words, told, **look)


def _difference(looked: Sheet, ends: tuple[str, str], events: dict[str, str], label: dict[str, str]) -> Arrow:
    """All steps from one state to another: one arrow, whose look is theirs if they have one sign."""
    entries = min(FEW, most(looked)[0])
    words: list[Words] = []
    for sign in (PLUS, MINUS, "") if entries > 1 else (PLUS, MINUS):
        texts = folded(label[event] for event, its in events.items() if its == sign)
        start = f"{sign} " if sign else ""
        words += lines(texts, COLOURS[sign], start, width=NARROW, most=entries, bold=sign == PLUS)
    signs = set(events.values())
    tip = [f"{ends[0]} → {ends[1]}", *(f"{VERBS[its]}: {event}: {label[event]}" for event, its in events.items())]
    return Arrow(*ends, tuple(words), "\n".join(tip), STYLES[signs.pop() if len(signs) == 1 else ""])


def _described(pair: Compared) -> str:
    steps = pair.steps()
    parts = [pair.looked.doc, f"From {pair.before} to {pair.after}."]
    for word, sign in (("Added", PLUS), ("Removed", MINUS)):
        some = [f"{event} ({at} to {to})" for (event, at, to), its in steps.items() if its == sign]
        parts.append(f"{word}: {', '.join(some) or 'nothing'}.")
    return " ".join(parts)


def _legend(pair: Compared) -> Iterator[Key]:
    before, after = pair.before, pair.after
    found = set(pair.steps().values())
    if PLUS in found:
        yield Key(f"+ only in {after}", "line", GREEN, width=2)
    if MINUS in found:
        yield Key(f"− only in {before}", "line", RED, dash="4 3", width=1.3)
    yield Key("in both, or some of both: the lines of its label tell", "line", GREY)
    yield from signs(pair.looked)[:2]
    if len(pair.looked.view) < 2:
        yield Key("stays: is permitted and changes nothing here; left out where it is in both.")
    if pair.old is None:
        yield Key(f"The machine is new in {after}.")
    yield from view_notes(pair.looked)
    for verb, one, other in (("adds", after, before), ("does without", before, after)):
        names = [m for m in Mechanism if m in one and m not in other]
        if names:
            yield Key(f"{after} {verb} {', '.join(names)}.")


def changes(steps: Iterable[tuple[str, str]] = STEPS) -> Iterator[tuple[str, Picture]]:
    """Every change of a machine in these steps from one design to the next, by the machine's name."""
    for before, after in ((DESIGNS[old], DESIGNS[new]) for old, new in steps):
        for name, looks in _looks(before, after).items():
            found = (change(before, after, name, view) for view in looks)
            yield from ((name, each) for each in found if each is not None)


def _looks(before: Design, after: Design) -> dict[str, tuple[View, ...]]:
    """How each machine is looked at in a comparison: as in the design in which it is larger."""
    both: dict[str, list[Machine]] = {}
    for plan in (before, after):
        for name, scope in drawn(plan).items():
            machine = machine_of(plan, name, scope)
            assert machine is not None
            both.setdefault(name, []).append(machine)
    return {name: views(max(some, key=lambda m: len(m.states))) for name, some in both.items()}
