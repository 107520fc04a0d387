"""Who talks to whom: all machines of a design, grouped by owner, and the events that they share.

An event that many machines take part in is drawn from the one that its declaration names first, which is
whose step it is, to each of the others. What is left is one edge for each two machines.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from mealspec.core import Event, Kind, System
from mealspec.draw.picture import COOL, FILL, GREY, MUTED, ORANGE, PAPER, WARM, Arrow, Box, Key, Picture, Words
from mealspec.model.design import Design
from mealspec.model.events import OWNERS
from mealspec.model.product import system
from mealspec.model.scope import Scope

SMALLEST = Scope(connections=1)
"""One meal and one connection: the scope in which everything is drawn that does not need more."""

BETWEEN = ("connection",)
"""Machines that are neither the client's nor the server's: both ends, and what lies between them."""

OURS = ("token",)
"""Machines that are the client's, though another moves them first."""

TELLING = 3
"""Verbs that stand on an edge."""

CROWD = 6
"""Machines of an event that is still drawn as edges."""

USER = "the user"


@dataclass
class Message:
    """What one kind of machines, or the user, tells another.

    ``events`` are the ones that they share; ``moves`` says whether one of them moves the one that is
    told, or it is only asked whether the event may happen.
    """

    source: str
    dest: str
    moves: bool = False
    events: list[Event] = field(default_factory=list)

    @property
    def label(self) -> list[str]:
        """A few verbs, what the system owes first, and how many events there are."""
        ranked = sorted(self.events, key=lambda e: list(_RANK).index(e.kind))
        verbs = list(dict.fromkeys(_verb(event) for event in ranked))
        more = len(self.events) - len(verbs[:TELLING])
        return [*verbs[:TELLING], *([f"+{more}"] if more else [])]


_RANK = (Kind.USER, Kind.SYSTEM, Kind.FAULT, Kind.TIME)


def _verb(event: Event) -> str:
    return event.name.split(".")[1].replace("_", " ")


def owners(product: System) -> dict[str, str]:
    """The owner of each machine.

    It belongs to who does the event that moves it first. What the user moves first is on the user's
    device, so it is the client's; what lies between the two sides is the network's.
    """
    out = {}
    for machine in product.machines:
        first = next(row.event for row in machine.rows if row.source == machine.initial != row.dest)
        owner = "user" if kind_of(machine.name) in OURS else product.event(first).owner
        between = kind_of(machine.name) in BETWEEN
        out[machine.name] = "network" if between else "client" if owner == "user" else owner
    return out


def messages(product: System) -> list[Message]:
    """Which families of machines share events, each pair once in each direction, in the order of the events.

    A kind is, for example, the loaders, or one machine for each meal or connection. Events in
    which more than :data:`CROWD` machines take part are left out, see :func:`crowded`.
    """
    moving = {m.name: {row.event for row in m.rows if row.source != row.dest} for m in product.machines}
    out: dict[tuple[str, str], Message] = {}
    for event in product.events:
        first, *others = parts = [name for name in event.takes if name in moving]
        if len(parts) > CROWD:
            continue
        pairs = {(kind_of(first), kind_of(other)): event.name in moving[other] for other in others}
        if event.owner == "user":
            pairs[USER, kind_of(first)] = event.name in moving[first]
        for (source, dest), moves in pairs.items():
            message = out.setdefault((source, dest), Message(source, dest))
            message.events.append(event)
            message.moves |= moves
    return list(out.values())


def crowded(product: System) -> list[Event]:
    """Events in which too many take part to be drawn as edges."""
    return [e for e in product.events if sum(name in product.position for name in e.takes) > CROWD]


def kind_of(machine: str) -> str:
    """The kind of a machine: its name without origin, meal or connection."""
    return machine.split(".")[0]


def whole(design: Design, scope: Scope = SMALLEST) -> Picture:
    """The whole of a design: who talks to whom."""
    product = system(design, scope)
    owner = {kind_of(name): who for name, who in owners(product).items()}
    groups = {who: [name for name in owner if owner[name] == who] for who in OWNERS if who in owner.values()}
    user = Box(USER, (Words(USER),), "may act, never has to", {"shape": "ellipse", "fillcolor": WARM})
    boxes = [user, *(_box(name, product, who) for who, mine in groups.items() for name in mine)]
    spoken = messages(product)
    crowd = ", ".join(f"{event.name} ({event.label})" for event in crowded(product))
    legend = (*LEGEND, *([Key(f"Not drawn, for more than {CROWD} machines take part: {crowd}.")] if crowd else []))
    description = " ".join(
        [
            f"The machines of {design} ({scope.describe()}), grouped by owner.",
            *(f"{who}: {', '.join(mine)}." for who, mine in groups.items()),
            *(f"{t.source} to {t.dest}: {len(t.events)} events ({', '.join(t.label)})." for t in spoken),
        ]
    )
    return Picture(
        "communication.svg", f"Who talks to whom: {design}", description, tuple(boxes), tuple(map(_arrow, spoken)),
        legend, look={"rankdir": "TB", "ranksep": "0.45", "nodesep": "0.15", "newrank": "true"},
    )  # fmt: skip


LEGEND = (
    Key("from whose step it is, to who moves with it: verbs of the events that they share, and how many more", "line"),
    Key("to who does not move, and has to permit it", "line", GREY, dash="4 3"),
    Key("fault: moves it by itself, or it is the first to know", "", ORANGE),
)


def _box(name: str, product: System, owner: str) -> Box:
    """A kind of machines, with its members where there are several, and what may go wrong with it."""
    members = [machine for machine in product.machines if kind_of(machine.name) == name]
    parts = {event: [part for part in event.takes if part in product.position] for event in product.events}
    faults = [e for e in product.events if e.kind is Kind.FAULT and kind_of(parts[e][0]) == name]
    alone = [e for e in product.events if len(parts[e]) == 1 and kind_of(parts[e][0]) == name]
    words = [Words(name, bold=True)]
    if len(members) > 1:
        words.append(Words(" · ".join(m.name.split(".", 1)[1] for m in members), MUTED, small=True))
    if faults:
        verbs = list(dict.fromkeys(map(_verb, faults)))
        more = f" +{len(verbs) - 2}" if verbs[2:] else ""
        words.append(Words(f"fault: {', '.join(verbs[:2])}{more}", ORANGE, small=True))
    tip = [members[0].doc.split("\n\n")[0].replace("\n", " ")]
    tip += [f"{machine.name}: {len(machine.states)} states" for machine in members]
    tip += [f"{event.name}: {event.label}" for event in dict.fromkeys([*alone, *faults])]
    colour = {"client": COOL, "server": FILL}.get(owner, PAPER)
    return Box(name, tuple(words), "\n".join(tip), {"fillcolor": colour}, owner)


def _arrow(message: Message) -> Arrow:
    """Whom a step moves decides who stands below whom; who only permits it is led to lightly, and without words."""
    tip = [f"{message.source} → {message.dest}", *(f"{event.name}: {event.label}" for event in message.events)]
    words = tuple(Words(word, small=True) for word in message.label) if message.moves else ()
    light = {"style": "dashed", "color": GREY, "constraint": "false"}
    return Arrow(message.source, message.dest, words, "\n".join(tip), {} if message.moves else light)
