"""The page of a side: all that whoever builds it must know, for one design."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from enum import StrEnum
from typing import Any

from mealspec.check.obligations import Obligation, obligations
from mealspec.core import Event
from mealspec.draw.answers import PINGS, answers
from mealspec.draw.charts import page_of
from mealspec.draw.communication import kind_of
from mealspec.draw.duties import ABSTRACT, Happening, Rule, happenings, product, rules, unseen
from mealspec.draw.entries import group_of
from mealspec.draw.machine_pages import machine_path
from mealspec.draw.page import Page, code, link, references, render
from mealspec.draw.proofs import proofs, proving
from mealspec.draw.pseudo import ASKED, blocks
from mealspec.draw.sides import PERMITS, SEEN, known, roles
from mealspec.draw.wire import WIRE, as_text, start_of
from mealspec.draw.wording import value
from mealspec.model.clocks import CLOCKS, Clock, between, seconds
from mealspec.model.design import DESIGNS, Design
from mealspec.model.meanings import FIELDS, TIMERS, VALUES
from mealspec.model.mechanism import Mechanism
from mealspec.model.roles import BORNE, CHAPTERS, RELY, Told, Word
from mealspec.model.rows import has
from mealspec.model.wire.message import Kind, Message, Side, named
from mealspec.model.wire.table import MESSAGES
from mealspec.properties.requirements import REQUIREMENTS, Requirement
from mealspec.properties.scenarios import FAILURES, SCENARIOS

RUNS = (
    ("happy-hardened", "All goes well"),
    ("flaw", "How the published design loses a meal on an ordinary day"),
    ("repair", "How hardened gets through the same"),
)
"""The charts that matter most to a side."""

PINGED = next(clock for clock in CLOCKS if clock.name == "client_ping")

WORK = ("dispatch", "work", "boot", "token", *ASKED)
"""Clocks that nobody sets."""


UNKNOWN = {
    Side.CLIENT: "Ignore fields, and types of messages, that you do not know.",
    Side.SERVER: "Ignore fields that you do not know, and refuse a type of message that you do not know with 1008.",
}
"""What each side does with what is new to it."""


def role_path(side: Side) -> str:
    """Where the page of a side stands."""
    return f"roles/{side}.md"


def role_pages() -> Iterator[Page]:
    """The pages of both sides."""
    return (role_page(side, DESIGNS["hardened"]) for side in Side)


def role_page(side: Side, design: Design) -> Page:
    """The page of a side for a design."""
    here, some, rest = role_path(side), happenings(side, design), unseen(side, design)
    whole = rules(side, design)
    told = {
        "chapters": list(_chapters(here, side, design, some)),
        "data": _data(here, side, some, design),
        "shows": _shows(side, design),
        "timers": _timers(here, side, design, some),
        "relations": [(_relation(each), each.otherwise) for each in obligations(design) if each.timer.startswith(side)],
        "answers": answers(side, design),
        "rely": _words(here, RELY[side], design),
        "borne": _borne(here, side, design),
        "sent": _examples(here, side, some, design, heard=False),
        "heard": _examples(here, side, some, design, heard=True),
        "unknown": UNKNOWN[side],
        "spare": _spare(here, some),
        "outside": [link(here, f"{WIRE}#{m.id}", code(start_of(m))) for m in MESSAGES if m.outside],
        "meals": _meals(side, design),
        "checklist": _checklist(here, design, side, some),
        "unseen": _unseen(rest, side),
        "rules": len(whole),
        "duties": len(whole) - len(rest),
    }
    return render(
        here, "role", f"You implement the {side}", f"all that the {side} of `{design}` must do, in one page",
        side=side, other=next(each for each in Side if each is not side), design=design, scope=SEEN.describe(),
        picture=f"roles/{side}.svg", runs=[(page_of(name), says) for name, says in RUNS], **told,
    )  # fmt: skip


# ---------------------------------------------------------------------- what can happen


def _chapters(here: str, side: Side, design: Design, some: Iterable[Happening]) -> Iterator[dict[str, Any]]:
    left = list(some)
    for title, told in CHAPTERS[side].items():
        entries = []
        for each in told:
            theirs = [one for one in left if named(each.events, one.events[0])]
            left = [one for one in left if one not in theirs]
            if theirs:
                entries.append(_entry(here, each, theirs, design))
        if entries:
            yield {"title": title, "entries": entries}
    if left:
        entries = [_entry(here, Told(code(one.group), one.events[0].obligation, ()), [one], design) for one in left]
        yield {"title": f"What else `{design}` does", "entries": entries}


def _entry(here: str, told: Told, some: list[Happening], design: Design) -> dict[str, Any]:
    words = [told.when, *(text for text, given in told.more if has(design, given))]
    names = {one.group: code(one.group.removesuffix(".c1")) for one in some}
    return {
        "title": told.title,
        "when": " ".join(filter(None, words)),
        "why": [link(here, f"reference/events.md#{group}", name) for group, name in names.items()],
        "blocks": list(blocks(some, design)),
    }


# ---------------------------------------------------------------------- what is kept, and shown


WORDS = {
    "gone": "there is none, or it is closed", "sent": "it is out", "sleep": "its task sleeps",
    "load": "its load is out", "uploading": "the upload is out, or its answer is", "one": "it holds one",
}  # fmt: skip
"""Of values that are seen as one."""

MEANS = {
    "screen": "the view model",
    "app": "the app",
    "socket": "the socket that the library holds",
    "usable": "the library calls it connected (`isConnected`)",
    "connected": "the view model believes that it is connected (`isWebSocketConnected`)",
    "connecting": "a dial of the view model is out (`isWebSocketConnecting`)",
    "poll": "the current poll task",
    "load": "a load, of each origin: `appear` (screen), `handler` (message), `poll`",
    "upload": "a meal's submission",
    "shown": "what the list shows of a meal",
    "end": "the client's end of a socket",
    "outcome": "what whoever dialled this socket is told, and has not acted on yet",
    "process": "the server",
    "handler": "the server's end of a socket",
    "anybody": "the registry holds any socket of the user",
    "listed": "the registry holds this socket",
    "others": "the registry holds another one of the user",
    "taken": "whether a key is known",
    "job": "a meal's work, in the database",
    "owed": "a notification is due",
    "stored": "what the device has stored of a meal",
    "saving": "a save in progress",
    "fetch": "a fetch of one meal",
    "day": "the day that the list shows",
}
"""What each variable is."""


def _data(here: str, side: Side, some: Iterable[Happening], design: Design) -> list[tuple[str, ...]]:
    """Each variable with its machine: what it is, and its values, the first one first."""
    found: dict[str, tuple[str, str, dict[str, str]]] = {}
    used = {duty.rule[0] for each in some for duty in each.duties}
    for machine in (m for m in product(design).machines if kind_of(m.name) in used):
        for names in ({}, {"c1": "this"}) if kind_of(machine.name) == "registry" else ({},):
            for state in machine.states:
                for name, seen in known(side, machine.name, state, names)._asdict().items():
                    told = WORDS.get(str(seen)) or next((words[str(seen)] for words in _words_of(seen, state)), "")
                    means = MEANS.get(name) or FIELDS[type(state)][name]
                    found.setdefault(name, (machine.name, means, {}))[2].setdefault(value(seen), told)
    return [
        (f"{code(name)}<br>{link(here, machine_path(machine), kind_of(machine))}", f"{means}<br>{_values(values)}")
        for name, (machine, means, values) in found.items()
        if len(values) > 1
    ]


def _words_of(*some: object) -> Iterator[Mapping[str, str]]:
    """What the values of an enumeration mean, of those that are of one."""
    return (VALUES[type(each)] for each in some if isinstance(each, StrEnum) and type(each) in VALUES)


def _values(values: Mapping[str, str]) -> str:
    return "; ".join(f"{code(name)}{f': {told}' if told else ''}" for name, told in values.items())


def _shows(side: Side, design: Design) -> list[list[str]]:
    """What an answer makes of what is shown, or what the database says in an answer: a table with its head."""
    kind, wanted = ("view", "client.apply.appear") if side is Side.CLIENT else ("job", "server.read.appear")
    machine = next(m for m in product(design).machines if kind_of(m.name) == kind)
    events = [e for e in product(design).events if e.is_of(wanted) and machine.name in e.takes and "answer" in e.values]
    if not events:
        return []
    cells: dict[str, dict[str, str]] = defaultdict(dict)
    for event in events:
        for row in machine.by_event[event.name]:
            before, after = (str(known(side, machine.name, s, roles(event))[0]) for s in (row.source, row.dest))
            cells[before][event.values["answer"]] = after
    if side is Side.SERVER:
        return [
            ["the work is", "the answer says"],
            *([code(job), code(next(iter(told)))] for job, told in cells.items()),
        ]
    rows = ([code(shown), _becomes(told)] for shown, told in cells.items() if len(set(told.values())) > 1)
    return [["shown is", "what the answer says, and what is shown then"], *rows]


def _becomes(told: Mapping[str, str]) -> str:
    return ", ".join(f"{code(answer)} → {code(after)}" for answer, after in told.items())


# ---------------------------------------------------------------------- timers


def _timers(here: str, side: Side, design: Design, some: Iterable[Happening]) -> list[tuple[str, ...]]:
    """The side's own timers: its name, what it waits for, who says so and what its end brings; default and bounds."""
    mine = [event for each in some for event in each.events if event.owner == side]
    rows: dict[str, tuple[str, ...]] = {}
    for clock in (clock for clock in CLOCKS if clock.only is None or clock.only in design):
        ends = [event for event in mine if any(event.is_of(one) for one in clock.events)]
        slow = [event for event in ends if not event.prompt]
        if slow:
            what = clock.what if not clock.what.startswith("the same") else _waits(slow[0])
            told = _ended(here, f"{code(clock.name)}: {what}", slow, clock.refs)
            rows[slow[0].group] = (told, f"**{choice(clock)}**<br>{seconds(clock)}")
    for timer in TIMERS:
        ends = [event for event in mine if event.is_of(timer.event)]
        if ends and ends[0].group not in rows and all(m in design for m in timer.mechanisms):
            default = f"{_pause(PINGED):g}" if "client.expire" in rows and timer.event == "client.ping" else "any"
            what = f"{timer.what}, {timer.figure} in documents" if timer.figure else timer.what
            rows[ends[0].group] = (_ended(here, what, ends, timer.refs), f"**{default}**<br>any")
    return list(rows.values())


def choice(clock: Clock) -> str:
    """What to set a timer to, so that it keeps its bounds: a pause and a wait where it is both, otherwise its end."""
    if clock.name in WORK:
        return "as it comes"
    assert clock.greatest is not None, f"{clock.name} need not end"
    if clock.name in PINGS:
        return f"{_pause(clock):g}, then {clock.least:g}"
    grows = clock.name == "redial"
    return f"{clock.least:g}, doubled up to {clock.greatest:g}" if grows else f"{clock.greatest:g}"


def _pause(clock: Clock) -> float:
    """Before a ping; the rest is the wait for its pong."""
    return (clock.greatest or 0) - clock.least


def _relation(each: Obligation) -> str:
    """An inequality, with what is on either side of it."""
    longest, limit = each.figures(CLOCKS)
    return f"{code(str(each))}<br>{longest:g} < {limit:g}"


def _waits(event: Event) -> str:
    """What a timer waits for, where its clock only says that it does as the one before."""
    return next(timer.what for timer in TIMERS if event.is_of(timer.event))


def _ended(here: str, what: str, events: Iterable[Event], refs: Iterable[str]) -> str:
    groups = dict.fromkeys(group_of(event.name) for event in events)
    ends = ", ".join(link(here, f"reference/events.md#{group}", code(group)) for group in groups)
    return f"{what} ({references(here, refs) or 'assumed'})<br>{ends}"


# ---------------------------------------------------------------------- the other side


def _words(here: str, some: Iterable[Word], design: Design) -> list[str]:
    return [_word(here, word) for word in some if has(design, word.given)]


def _borne(here: str, side: Side, design: Design) -> list[str]:
    lacking = [_word(here, word) for word in RELY[side] if not has(design, word.given)]
    return [*_words(here, BORNE[side], design), *lacking]


def _word(here: str, word: Word) -> str:
    events = ", ".join(link(here, f"reference/events.md#{name}", code(name)) for name in word.events)
    return f"{word.says} ({events}; {references(here, word.refs)})"


def _examples(here: str, side: Side, some: Iterable[Happening], design: Design, *, heard: bool) -> list[str]:
    """The messages of one direction with an example each; those that look alike stand together."""
    found = {message for each in some for message in (each.hears if heard else each.sends)}
    found |= {m for m in MESSAGES if m.kind is Kind.FRAME and (m.sender is side) is not heard and m.only.of(design)}
    alike: dict[str, list[Message]] = defaultdict(list)
    for message in (message for message in MESSAGES if message in found):
        alike[_in_a_line(message, design)].append(message)
    return ["<br>".join(filter(None, [*(_named(here, each) for each in same), text])) for text, same in alike.items()]


def _spare(here: str, some: Iterable[Happening]) -> list[str]:
    """Requests of the wire that the side neither sends nor answers."""
    found = {message for each in some for message in (*each.hears, *each.sends)}
    asks = (m for m in MESSAGES if m.kind is Kind.REQUEST and m not in found)
    return [link(here, f"{WIRE}#{m.id}", code(start_of(m))) for m in asks]


def _named(here: str, message: Message) -> str:
    """A message with its link, its title, and whose word it is."""
    return f"{link(here, f'{WIRE}#{message.id}', code(start_of(message)))}: {message.title} ({message.source})"


def _in_a_line(message: Message, design: Design) -> str:
    """An example in one line of Markdown."""
    head, _, body = as_text(message, design).partition("\n\n")
    texts = [head] if message.kind is Kind.TEXT else head.splitlines()
    lines = (json.dumps(json.loads(text)) if text.startswith("{") else text for text in (*texts, body) if text)
    return "<br>".join(map(code, lines))


# ---------------------------------------------------------------------- the list, and what is left


def _checklist(here: str, design: Design, side: Side, some: Iterable[Happening]) -> list[str]:
    """What the design keeps of requirements, and failure classes: where above they are met, and vectors that try it."""
    by_ref: dict[str, dict[str, None]] = defaultdict(dict)
    for each in some:
        for event in each.events:
            for ref in event.refs:
                by_ref[ref][each.group] = None
    kept = {r.id: r.sentence for r in REQUIREMENTS.values() if _is_kept(r, design)}
    told = kept | {s.id: s.title for s in FAILURES.values()}
    return [
        f"{references(here, [ref])}: {says.rstrip('.')} ({_events(groups)}){_proved(side, design, ref, groups)}"
        for ref, says in told.items()
        if (groups := by_ref[ref])
    ]


def _meals(side: Side, design: Design) -> str:
    """How many meals a vector has at a time, so that nobody takes it for more."""
    some = {each.meals for each in proofs(side, design)}
    return f", with {between(min(some), max(some))} meals at a time" if some else ""


def _events(groups: Iterable[str]) -> str:
    return ", ".join(code(group.removesuffix(".c1")) for group in groups)


def _proved(side: Side, design: Design, ref: str, groups: Collection[str]) -> str:
    """The vectors that have these events, and which none has."""
    some = proofs(side, design)
    found, left = proving(some, groups, f"{side}/{ref}/")
    lacks = [f"no vector has {_events(left)}"] if some and left else []
    return f": {', '.join([*map(code, found), *lacks])}" if found or lacks else ""


def _is_kept(requirement: Requirement, design: Design) -> bool:
    """Whether the design has all that it asks for; what speaks of one design's run asks nothing of others."""
    asked = [m for m in Mechanism if m in requirement.modelled]
    runs = [SCENARIOS[name] for name in requirement.checked if name in SCENARIOS]
    return all(m in design for m in asked) and all(run.design.startswith(("published", design.name)) for run in runs)


def _unseen(rest: Iterable[Rule], side: Side) -> list[str]:
    """Rules that are no duty, by the reason why, with how many there are."""
    reasons: Counter[str] = Counter()
    for kind, group in rest:
        if group in ABSTRACT:
            reasons["are of the model alone"] += 1
        elif kind == PERMITS[side]:
            reasons[f"say only that your code must run (`{kind}`)"] += 1
        elif kind == "token":
            reasons["ask whether a token is good, which a client learns by a 401, and a server reads off it"] += 1
        else:
            reasons["change nothing that you can see"] += 1
    return [f"{number} {why}" for why, number in reasons.items()]
