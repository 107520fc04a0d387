"""Each machine of each design, and what each step from one design to the next changes in it.

A machine is drawn with one meal and one connection, with two where its states tell connections apart, and with
every kind of fault and aspect of the environment; another device is let in only for its own picture. A machine whose
states are records is drawn in several views, each of which looks at some fields only. A view shows every step that the
machine can make as far as those fields can tell; it does not show on what else a step depends.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import chain, pairwise
from textwrap import wrap
from typing import TypeVar

import graphviz  # type: ignore[import-untyped]

from mealspec.core import CheckerError, Machine, State, System, unknown
from mealspec.draw.communication import kind_of
from mealspec.draw.dot import (
    COOL,
    FILL,
    GREEN,
    GREY,
    INK,
    LINE,
    MUTED,
    RED,
    Key,
    Picture,
    Words,
    canvas,
    html,
    tooltip,
)
from mealspec.model.design import DESIGNS, Design
from mealspec.model.meanings import FIELDS
from mealspec.model.mechanism import CATALOGUE, Mechanism
from mealspec.model.product import system
from mealspec.model.scope import ASPECTS, FAULTS, Scope

__all__ = [
    "VIEWS",
    "Sheet",
    "change",
    "chosen",
    "drawn",
    "folded",
    "needs",
    "picture",
    "pictures",
    "portraits",
    "sheet",
    "views",
]

VIEWS: dict[str, tuple[tuple[str, ...], ...]] = {
    "connection": (("client",), ("server",), ("client", "server"), ("caller",), ("fine",)),
    "loader": (("phase",),),
    "notification": (("fate",), ("flight",)),
    "poller": (("loop",), ("woken",), ("checks",), ("stops",)),
    "service": (("socket",), ("connected",)),
}
"""Which fields are looked at, one after the other; machines that are not named here are drawn whole."""

LINES, LOOPS = 9, 2
"""Entries of an edge's label, and of what comes or goes within a state; all stands in the tooltip."""

BRIEF = 1
"""Entries of an edge's label where several fields are looked at: the views of one field tell the rest."""
NARROW, NARROWER = 27, 19
"""Characters of a line of a label; of a brief one."""

PLUS, MINUS = "+", "−"
COLOURS = {PLUS: GREEN, MINUS: RED, "": GREY}
"""Signs of what comes and goes, and their colours."""

Step = tuple[str, str, str]
"""Event, source and destination of a row, as a view shows them."""

CROWDED = 3
"""Sources of an event from which on they are drawn as one, where they are all states but the destination."""

T = TypeVar("T")


@dataclass(frozen=True)
class Sheet:
    """A view of a machine: what is drawn.

    Attributes
    ----------
    name, doc
        The machine's, and of its text the first paragraph.
    view, meaning
        The fields that are looked at, and what each is; empty for whole states.
    initial, states, resting
        As the view shows them. A state of the view is resting if the machine may stay in one of those
        that look so.
    steps
        The rows, each once, in their order.
    """

    name: str
    doc: str
    view: tuple[str, ...]
    meaning: tuple[str, ...]
    initial: str
    states: tuple[str, ...]
    resting: frozenset[str]
    steps: tuple[Step, ...]

    @property
    def moving(self) -> list[Step]:
        """The steps that lead to another state."""
        return [step for step in self.steps if step[1] != step[2]]

    @property
    def lines(self) -> int:
        """Entries of an edge's label."""
        return BRIEF if len(self.view) > 1 else LINES


# ---------------------------------------------------------------------- what is drawn


@cache
def product(plan: Design, scope: Scope) -> System:
    """The system in which machines are drawn."""
    return system(plan, scope)


def _with_all(connections: int, *, device: bool) -> Scope:
    scope = Scope(connections=connections).with_([*FAULTS, *ASPECTS])
    return scope if device else scope.without(["device"])


def drawn(plan: Design) -> dict[str, System]:
    """For each machine that is drawn, the system that it is taken from.

    Of machines that are alike but for the name of their meal or connection, the first.
    """
    machines = product(plan, _with_all(1, device=True)).machines
    return {machine.name: product(plan, _scope(machine)) for machine in machines}


def _scope(machine: Machine) -> Scope:
    names = " ".join([machine.name, *map(str, machine.states)])
    apart = set(Scope().connection_names) & set(re.split(r"\W+", names))
    return _with_all(2 if apart else 1, device=machine.name == "device")


def views(machine: Machine) -> tuple[tuple[str, ...], ...]:
    """How a machine is looked at: whole, or in the views in which there is something to see."""
    looks = VIEWS.get(kind_of(machine.name), ((),))
    return tuple(view for view in looks if len({_seen(state, view) for state in machine.states}) > 1)


def chosen(machine: Machine, fields: tuple[str, ...]) -> tuple[str, ...]:
    """The view that shows these fields; if none is named, the machine's first. ``UnknownName`` names the choices."""
    every: tuple[str, ...] = getattr(machine.initial, "_fields", ())
    if fields and not every:
        raise CheckerError(f"the states of {machine.name} have no fields to choose from")
    for name in fields:
        if name not in every:
            raise unknown(f"field of {machine.name}", name, every)
    return tuple(dict.fromkeys(fields)) or views(machine)[0]


def _seen(state: State, view: tuple[str, ...]) -> str:
    return "/".join(_value(name, getattr(state, name)) for name in view) if view else str(state)


def _value(name: str, value: object) -> str:
    if isinstance(value, bool):
        return name if value else f"not {name}"
    if isinstance(value, tuple):
        return "+".join(value) or "nothing"
    return str(value) or "none"


def sheet(machine: Machine, view: tuple[str, ...] = ()) -> Sheet:
    """The machine as the view shows it."""
    look = {state: _seen(state, view) for state in machine.states}
    steps = dict.fromkeys((row.event, look[row.source], look[row.dest]) for row in machine.rows)
    resting = frozenset(look[state] for state in machine.states if machine.resting(state))
    doc = machine.doc.split("\n\n")[0].replace("\n", " ")
    states = tuple(dict.fromkeys(look.values()))
    meaning = tuple(FIELDS[type(machine.initial)][field] for field in view)
    return Sheet(machine.name, doc, view, meaning, look[machine.initial], states, resting, tuple(steps))


def _machine(plan: Design, name: str, scope: Scope) -> Machine | None:
    found = product(plan, scope)
    return found.machines[found.position[name]] if name in found.position else None


@cache
def needs(plan: Design, name: str, view: tuple[str, ...] = ()) -> dict[Step, tuple[Mechanism, ...]]:
    """For each step of the machine, the mechanisms on which it depends: without one of them it is not there."""
    source = _found(plan, name)
    whole = sheet(source.machines[source.position[name]], view)
    out: dict[Step, list[Mechanism]] = {step: [] for step in whole.steps}
    for mechanism in Mechanism:
        if mechanism not in plan:
            continue
        without = Design(f"{plan.name}-{mechanism}", plan.mechanisms - {mechanism})
        other = _machine(without, name, _scope_of(source))
        left = set(sheet(other, view).steps) if other else set()
        for step in whole.steps:
            if step not in left:
                out[step].append(mechanism)
    return {step: tuple(mechanisms) for step, mechanisms in out.items()}


def _found(plan: Design, name: str) -> System:
    choices = drawn(plan)
    if name not in choices:
        raise unknown("machine", name, choices)
    return choices[name]


def _scope_of(source: System) -> Scope:
    connections = sum(kind_of(name) == "connection" for name in source.position)
    return _with_all(connections, device="device" in source.position)


# ---------------------------------------------------------------------- labels


def folded(labels: Iterable[str]) -> list[str]:
    """Each label once, and those that differ only in who does it, or in their last word, as one.

    >>> folded(["poll: show absent", "ping", "handler: show absent", "poll: show done", "handler: show done"])
    ['poll, handler: show absent, done', 'ping']
    """
    whose: dict[str, list[str]] = {}
    for label in dict.fromkeys(labels):
        who, colon, what = label.partition(": ")
        names = whose.setdefault(colon + what if colon else label, [])
        names += [who] if colon else []
    whats: dict[str, list[str]] = {}
    for what, names in whose.items():
        text = ", ".join(names) + what
        start, _, word = text.rpartition(" ")
        several = what.startswith(": ") and what.count(" ") > 1
        ends = whats.setdefault(f"{start} " if several else text, [])
        ends += [word] if several else []
    return [start + ", ".join(ends) for start, ends in whats.items()]


def _lines(labels: Iterable[str], colour: str, sign: str = "", *, bold: bool = False, most: int = LINES) -> list[Words]:
    texts = [sign + label for label in labels]
    more = len(texts) - most
    if more > 1:
        texts = [*texts[:most], f"{sign}{more} more"]
    width = NARROW if most > BRIEF else NARROWER
    lines = chain.from_iterable(wrap(text, width, subsequent_indent="\u00a0\u00a0") for text in texts)
    return [Words(line, colour, bold=bold) for line in lines]


def _gathered(steps: Mapping[Step, T], states: Collection[str]) -> dict[Step, T]:
    """The steps between states; what leads alike from all other states to one leads there from a node for all of them.

    >>> _gathered({("end", "1", "0"): "+", ("end", "2", "0"): "+", ("end", "3", "0"): "+"}, "0123")
    {('end', 'any state but 0', '0'): '+'}
    """
    sources: dict[tuple[str, str, T], set[str]] = {}
    for (event, at, to), look in steps.items():
        if at != to:
            sources.setdefault((event, to, look), set()).add(at)
    every = {key for key, some in sources.items() if len(some) == len(states) - 1 >= CROWDED}
    return {
        (event, f"any state but {to}" if (event, to, look) in every else at, to): look
        for (event, at, to), look in steps.items()
        if at != to
    }


def _between(
    graph: graphviz.Digraph, steps: Mapping[Step, T], states: Collection[str]
) -> Iterator[tuple[str, str, dict[str, T]]]:
    """For each two nodes the events that lead from one to the other, and their looks; adds nodes that are no state."""
    merged: dict[tuple[str, str], dict[str, T]] = {}
    for (event, at, to), look in _gathered(steps, states).items():
        merged.setdefault((at, to), {})[event] = look
    for at in dict.fromkeys(at for at, _ in merged if at not in states):
        graph.node(_id(at), label=at, style="dashed,rounded", tooltip=at)
    return ((at, to, events) for (at, to), events in merged.items())


def _told(source: System, events: Iterable[str]) -> list[str]:
    return [f"{name}: {source.event(name).label}" for name in events]


# ---------------------------------------------------------------------- one machine


def picture(plan: Design, name: str, view: tuple[str, ...] = ()) -> Picture:
    """The machine of a design in one of its :func:`views`; ``UnknownName`` names the choices."""
    source = _found(plan, name)
    looked = sheet(source.machines[source.position[name]], view)
    needed = needs(plan, name, view)
    brought = _brought(looked, needed)
    always, number = _marks(looked, needed)
    graph = canvas(name, rankdir="TB")
    _start(graph, looked.initial)
    for state in looked.states:
        stays = [event for event, at, to in looked.steps if at == to == state]
        notes = [Words(f"stays: {len(stays)}", MUTED, small=True)] if stays else []
        mark = "".join(number[m] for m in brought[state] if m in number)
        _state(graph, looked, state, notes, _told(source, stays), mark=mark)
    own = {step: tuple(m for m in some if m not in brought[step[1]]) for step, some in needed.items()}
    for at, to, events in _between(graph, own, looked.states):
        _merged(graph, source, at, to, events, number, looked.lines)
    legend = [*_signs(looked), *_notes(looked, source)]
    legend += [Key(f"All of it is there only with {m}: {CATALOGUE[m].does}") for m in always]
    legend += [Key(f"{mark} only with {m}: {CATALOGUE[m].does}") for m, mark in number.items()]
    legend += [Key("What leaves a state that is marked has the same marks.")] if any(brought.values()) else []
    path = f"machines/{plan}/{_file(name, view)}.svg"
    return Picture(path, f"{name} in {plan}{_looking(view)}", _described(looked), graph.source, legend=tuple(legend))


def _brought(looked: Sheet, needed: dict[Step, tuple[Mechanism, ...]]) -> dict[str, list[Mechanism]]:
    """For each state the mechanisms without which nothing leads to it: what leaves it then needs no mark of its own."""
    arrivals: dict[str, list[tuple[Mechanism, ...]]] = {state: [] for state in looked.states}
    for step in looked.moving:
        arrivals[step[2]].append(needed[step])
    arrivals[looked.initial] = []
    return {state: [m for m in Mechanism if ways and all(m in way for way in ways)] for state, ways in arrivals.items()}


def _marks(looked: Sheet, needed: dict[Step, tuple[Mechanism, ...]]) -> tuple[list[Mechanism], dict[Mechanism, str]]:
    """The mechanisms on which every step depends, and the marks of those on which only some do."""
    depends = [set(needed[step]) for step in looked.moving]
    always = [m for m in Mechanism if depends and all(m in some for some in depends)]
    marked = [m for m in Mechanism if m not in always and any(m in some for some in depends)]
    return always, {m: f"[{k}]" for k, m in enumerate(marked, start=1)}


def _merged(
    graph: graphviz.Digraph, source: System, at: str, to: str, events: dict[str, tuple[Mechanism, ...]],
    number: dict[Mechanism, str], most: int,
) -> None:  # fmt: skip
    """All steps from one state to another as one arrow, marked with what each depends on."""
    grouped: dict[str, list[str]] = {}
    tip = [f"{at} → {to}"]
    for event, needed in events.items():
        marks = "".join(number[m] for m in needed if m in number)
        grouped.setdefault(marks, []).append(source.event(event).label)
        only = f" (only with {', '.join(needed)})" if needed else ""
        tip += [line + only for line in _told(source, [event])]
    labels = [f"{text}\u00a0{marks}".strip() for marks, some in grouped.items() for text in folded(some)]
    _arrow(graph, at, to, _lines(labels, INK, most=most), tip)


def _described(looked: Sheet) -> str:
    rests = [state for state in looked.states if state in looked.resting]
    return (
        f"{looked.doc} {len(looked.states)} states: {', '.join(looked.states)}; initial: {looked.initial}; "
        f"resting: {', '.join(rests) or 'none'}. {len(looked.moving)} steps between them, "
        f"{len(looked.steps) - len(looked.moving)} that change nothing."
    )


def _file(name: str, view: tuple[str, ...]) -> str:
    return "-".join([kind_of(name) if name.endswith("1") else name, *view])


def _looking(view: tuple[str, ...]) -> str:
    return f": {' and '.join(view)}" if view else ""


def _start(graph: graphviz.Digraph, initial: str) -> None:
    spot = {"shape": "circle", "style": "filled", "width": "0.12", "height": "0.12", "fixedsize": "true"}
    graph.node("start", label="", tooltip="starts here", fillcolor=INK, color=INK, **spot)
    graph.edge("start", _id(initial), color=INK, tooltip=f"starts in {initial}", weight="5")


def _id(state: str) -> str:
    """The node of a state; Graphviz reads a colon as a port."""
    return "s " + state.replace(":", " ")


def _state(
    graph: graphviz.Digraph,
    looked: Sheet,
    state: str,
    notes: list[Words],
    stays: list[str],
    *,
    sign: str = "",
    mark: str = "",
) -> None:
    """A state with notes below its name; ``sign`` tells whether it comes or goes, ``mark`` with which mechanism."""
    colour = COLOURS[sign] if sign else LINE
    rests = state in looked.resting
    tip = [state + (", may rest here" if rests else ""), *(["permits, and stays:", *stays] if stays else [])]
    words = [Words(f"{sign} {state} {mark}".strip(), colour if sign else "", bold=True), *notes]
    graph.node(
        _id(state), label=html(words), tooltip=tooltip(tip), peripheries="2" if rests else "1", color=colour,
        fillcolor=COOL if rests else FILL, penwidth="1.6" if state == looked.initial else "1",
        style="rounded,filled,dashed" if sign == MINUS else "rounded,filled",
    )  # fmt: skip


def _arrow(graph: graphviz.Digraph, at: str, to: str, words: list[Words], tip: list[str], **look: str) -> None:
    said = tooltip(tip)
    graph.edge(
        _id(at),
        _id(to),
        label=html([word._replace(text=f"\u00a0{word.text}\u00a0") for word in words], left=True),
        tooltip=said,
        labeltooltip=said,
        **look,
    )


def _signs(looked: Sheet) -> list[Key]:
    return [
        Key("starts here", "dot", INK),
        Key("may stay here for ever, with nothing owed", "box", LINE, COOL, double=True),
        *([Key("something is still to come", "box", LINE, FILL)] if set(looked.states) - looked.resting else []),
    ]


def _notes(looked: Sheet, source: System) -> list[Key]:
    one = _scope_of(source).connections == 1
    scope = f"One meal (m1), {'one connection (c1)' if one else 'two connections (c1, c2)'}."
    notes = [f"'stays: n' counts events that it permits and that change nothing here. {scope}"]
    if looked.view:
        seen = "; ".join(f"{field}, {what}" for field, what in zip(looked.view, looked.meaning, strict=True))
        notes.append(f"Of its states only this can be seen, and a step may depend on the rest: {seen}.")
    return [Key(note) for note in notes]


# ---------------------------------------------------------------------- what a step changes


@dataclass(frozen=True)
class Pair:
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


def _pair(before: Design, after: Design, name: str, view: tuple[str, ...]) -> Pair:
    plans = [drawn(before), drawn(after)]
    sources = [each[name] for each in plans if name in each]
    if not sources:
        raise unknown("machine", name, {**plans[0], **plans[1]})
    scope = max(map(_scope_of, sources), key=lambda scope: scope.connections)
    machines = [_machine(plan, name, scope) for plan in (before, after)]
    old, new = (sheet(machine, view) if machine else None for machine in machines)
    return Pair(before, after, scope, old, new)


def change(before: Design, after: Design, name: str, view: tuple[str, ...] = ()) -> Picture | None:
    """What the step from one design to the next changes in how a machine moves; None if that is nothing.

    What it permits without moving is shown, in its states, only where that comes or goes.
    ``UnknownName`` names the machines of both.
    """
    pair = _pair(before, after, name, view)
    steps, label = pair.steps(), pair.labels()
    if not any(mark for (_, at, to), mark in steps.items() if at != to):
        return None
    graph = canvas(name, rankdir="TB")
    _start(graph, pair.looked.initial)
    for state, sign in pair.states().items():
        stays = [(event, mark) for (event, at, to), mark in steps.items() if at == to == state]
        comes = (PLUS, MINUS) if len(view) < 2 else ()
        notes = [words for mark in comes for words in _loops(mark, [label[e] for e, m in stays if m == mark])]
        here = pair.new if pair.new and state in pair.new.states else pair.old
        told = [f"{mark or 'as before'} {event}: {label[event]}" for event, mark in stays]
        _state(graph, here or pair.looked, state, notes, told, sign=sign)
    for at, to, events in _between(graph, steps, pair.states()):
        _difference(graph, at, to, events, label, pair.looked.lines)
    title = f"{name}: {before} → {after}{_looking(view)}"
    path = f"changes/{before}-{after}/{_file(name, view)}.svg"
    return Picture(path, title, _changed(pair), graph.source, legend=tuple(_signed(pair)))


def _loops(sign: str, labels: list[str]) -> list[Words]:
    texts = [f"↻ {text}" for text in folded(labels)]
    lines = _lines(texts, COLOURS[sign], f"{sign} ", bold=sign == PLUS, most=LOOPS)
    return [line._replace(small=True) for line in lines]


def _difference(
    graph: graphviz.Digraph, at: str, to: str, events: dict[str, str], label: dict[str, str], most: int
) -> None:
    """All steps from one state to another: one arrow, whose look is theirs if they have one sign."""
    signs = set(events.values())
    lines = [
        words
        for sign in ((PLUS, MINUS, "") if most > BRIEF else (PLUS, MINUS))
        for words in _lines(
            folded(label[event] for event, mark in events.items() if mark == sign),
            COLOURS[sign] if sign else MUTED, f"{sign} ".lstrip(), bold=sign == PLUS, most=most,
        )
    ]  # fmt: skip
    sign = signs.pop() if len(signs) == 1 else ""
    style, width = {PLUS: ("bold", "2"), MINUS: ("dashed", "1.3"), "": ("solid", "1")}[sign]
    verbs = {PLUS: "added", MINUS: "removed", "": "as before"}
    tip = [f"{at} → {to}", *(f"{verbs[mark]}: {event}: {label[event]}" for event, mark in events.items())]
    _arrow(graph, at, to, lines, tip, color=COLOURS[sign], style=style, penwidth=width)


def _changed(pair: Pair) -> str:
    steps = pair.steps()
    parts = [pair.looked.doc, f"From {pair.before} to {pair.after}."]
    for word, sign in (("Added", PLUS), ("Removed", MINUS)):
        some = [f"{event} ({at} to {to})" for (event, at, to), mark in steps.items() if mark == sign]
        parts.append(f"{word}: {', '.join(some) or 'nothing'}.")
    return " ".join(parts)


def _signed(pair: Pair) -> Iterator[Key]:
    """The legend of a comparison."""
    before, after = pair.before, pair.after
    signs = set(pair.steps().values())
    if PLUS in signs:
        yield Key(f"+ only in {after}", "line", GREEN, width=2)
    if MINUS in signs:
        yield Key(f"− only in {before}", "line", RED, dash="4 3", width=1.3)
    yield Key("in both, or some of both: the lines of its label tell", "line", GREY)
    yield from _signs(pair.looked)[:2]
    if len(pair.looked.view) < 2:
        yield Key("↻ is permitted and changes nothing here; left out where it is in both.")
    if pair.old is None:
        yield Key(f"The machine is new in {after}.")
    yield from _notes(pair.looked, product(after, pair.scope))[1:]
    for verb, one, other in (("adds", after, before), ("does without", before, after)):
        names = [m for m in Mechanism if m in one and m not in other]
        if names:
            yield Key(f"{after} {verb} {', '.join(names)}.")


# ---------------------------------------------------------------------- all


@cache
def portraits() -> tuple[tuple[str, Picture], ...]:
    """Every machine of every design, then every change from one design to the next, by the machine's name."""
    return (*_each(), *_changes())


def pictures() -> Iterator[Picture]:
    """All of them."""
    return (each for _, each in portraits())


def _each() -> Iterator[tuple[str, Picture]]:
    for plan in DESIGNS.values():
        for name, source in drawn(plan).items():
            for view in views(source.machines[source.position[name]]):
                yield name, picture(plan, name, view)


def _changes() -> Iterator[tuple[str, Picture]]:
    for before, after in pairwise(DESIGNS.values()):
        for name, looks in _compared(before, after).items():
            changed = (change(before, after, name, view) for view in looks)
            yield from ((name, each) for each in changed if each is not None)


def _compared(before: Design, after: Design) -> dict[str, tuple[tuple[str, ...], ...]]:
    """How each machine is looked at in a comparison: as in the design in which it is larger."""
    both: dict[str, list[Machine]] = {}
    for plan in (before, after):
        for name, source in drawn(plan).items():
            both.setdefault(name, []).append(source.machines[source.position[name]])
    return {name: views(max(some, key=lambda m: len(m.states))) for name, some in both.items()}
