"""One picture of a side: its machines, what comes in and what goes out, on which way."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from mealspec.core import Event
from mealspec.draw.communication import USER
from mealspec.draw.duties import Happening, happenings
from mealspec.draw.picture import COOL, FILL, MUTED, PAPER, WARM, Arrow, Box, Key, Picture, Words
from mealspec.draw.sides import PERMITS, VIEWS
from mealspec.model.clocks import CLOCKS
from mealspec.model.design import DESIGNS, Design
from mealspec.model.scope import counted
from mealspec.model.wire.message import Kind, Message, Side

REST, SOCKET, TIMERS, DUE = "HTTP", "the socket", "timers", "own steps, faults"
"""What lies around a side: two ways to the other one, the time, and what comes by itself."""

WAYS = (REST, SOCKET)

MOST = 5
"""Words of an arrow's label."""


def role_pictures() -> Iterator[Picture]:
    """Those of both sides of `hardened`."""
    return (role_picture(side, DESIGNS["hardened"]) for side in Side)


def role_picture(side: Side, design: Design) -> Picture:
    """The picture of a side of a design."""
    some = happenings(side, design)
    spoken: dict[tuple[str, str], dict[str, None]] = defaultdict(dict)
    for each in some:
        for source, dest, word in _spoken(each, _first(side, each)):
            spoken[source, dest][word] = None
    moving = [duty.rule[0] for each in some for duty in each.duties if duty.when or duty.then]
    ends = [name for pair in spoken for name in pair]
    kinds = dict.fromkeys(name for name in (*moving, *ends) if name in VIEWS[side])
    outer = dict.fromkeys(name for pair in spoken for name in pair if name not in kinds)
    boxes = [*(_outer(name) for name in outer), *(_inner(side, name, some) for name in kinds)]
    arrows = [_arrow(*pair, list(words)) for pair, words in spoken.items()]
    description = " ".join(f"{source} to {dest}: {', '.join(words)}." for (source, dest), words in spoken.items())
    return Picture(
        f"roles/{side}.svg", f"You implement the {side}", f"The machines of the {side} of {design}. {description}",
        tuple(boxes), tuple(arrows), LEGEND, look={"rankdir": "LR", "ranksep": "1.0", "nodesep": "0.2"},
    )  # fmt: skip


LEGEND = (Key("what comes in, to one of the machines that move then; and what goes out", "line"),)


def _first(side: Side, each: Happening) -> str:
    """The machine at which a happening is drawn: what the screen shows, else the first that moves, or asks."""
    kinds = [duty.rule[0] for duty in each.duties if duty.rule[0] != PERMITS[side] or duty.then]
    moved = [duty.rule[0] for duty in each.duties if duty.then]
    return next(iter([kind for kind in moved if kind == "view" and each.hears] + moved + kinds))


def _spoken(each: Happening, first: str) -> Iterator[tuple[str, str, str]]:
    """From whom to whom, and what, at one happening."""
    event = each.events[0]
    timer = next((c.name for c in CLOCKS if not event.prompt and any(event.is_of(one) for one in c.events)), "")
    for message in each.hears:
        yield _way(message), first, _word(message)
    if event.owner == "user":
        yield USER, first, _verb(event)
    elif timer and not each.hears:
        yield TIMERS, first, timer
    elif not each.hears:
        yield DUE, first, _verb(event)
    for message in each.sends:
        yield _sender(message, each, first), _way(message), _word(message)


def _sender(message: Message, each: Happening, first: str) -> str:
    """The loads send for the list, whoever asks for one, and a connection what goes over it."""
    wanted = "loader" if message.id == "list" else "connection" if _way(message) == SOCKET else first
    return wanted if wanted in {duty.rule[0] for duty in each.duties} else first


def _way(message: Message) -> str:
    on_socket = message.kind in (Kind.TEXT, Kind.FRAME, Kind.CLOSE) or message.id.startswith("dial")
    return SOCKET if on_socket else REST


def _word(message: Message) -> str:
    if message.kind is Kind.TEXT:
        return str(message.start)
    return str(message.start) if message.kind is Kind.ANSWER else message.title


def _verb(event: Event) -> str:
    return event.name.split(".")[1].replace("_", " ")


def _outer(name: str) -> Box:
    shape = {"shape": "ellipse", "fillcolor": WARM} if name not in WAYS else {"fillcolor": PAPER, "style": "filled"}
    return Box(name, (Words(name, bold=True),), name, shape)


def _inner(side: Side, name: str, some: Iterable[Happening]) -> Box:
    events = {each.group for each in some for duty in each.duties if duty.rule[0] == name and (duty.when or duty.then)}
    number = [Words(counted(len(events), "event"), MUTED, small=True)] if events else []
    words = (Words(name, bold=True), *number)
    return Box(
        name, words, "\n".join([name, *sorted(events)]), {"fillcolor": COOL if side is Side.CLIENT else FILL}, str(side)
    )


def _arrow(source: str, dest: str, words: list[str]) -> Arrow:
    """The ways stand on the right, so what comes from there is drawn against the order."""
    shown = [*words[:MOST], *([f"+{len(words) - MOST}"] if len(words) > MOST else [])]
    label = tuple(Words(word, small=True) for word in shown)
    tip = "\n".join([f"{source} → {dest}", *words])
    return Arrow(dest, source, label, tip, {"dir": "back"}) if source in WAYS else Arrow(source, dest, label, tip)
