"""The pages about events: who does what, who takes part and where, what is owed; and the timers among them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from mealspec.check.obligations import OBLIGATIONS, Obligation
from mealspec.core import Event
from mealspec.draw.communication import kind_of
from mealspec.draw.entries import Condition, conditions, conditions_of, elsewhere, every_event, group_of, having, takers
from mealspec.draw.machine_pages import machine_path
from mealspec.draw.page import Page, code, link, mechanism, references, render
from mealspec.draw.wire import WIRE, said_at, start_of
from mealspec.model.clocks import CLOCKS, FURTHER, UNTOLD, between, seconds
from mealspec.model.design import DESIGNS
from mealspec.model.growth import GROWTHS, Growth
from mealspec.model.meanings import TIMERS, Timer
from mealspec.model.mechanism import Mechanism
from mealspec.model.product import system
from mealspec.model.scope import Scope
from mealspec.properties.facts import Facts
from mealspec.properties.laws import LAWS

EVENTS, TIMING = "reference/events.md", "reference/timing.md"


def events() -> Page:
    """Every event, group by group; what is owed at one is said here and nowhere else."""
    groups: dict[str, list[Event]] = defaultdict(list)
    for event in every_event().values():
        groups[group_of(event.name)].append(event)
    about = "who does what, who takes part, what it prints, and what is owed"
    told = [_group(name, some) for name, some in groups.items()]
    return render(EVENTS, "events", "Events", about, groups=told)


def _group(name: str, some: list[Event]) -> dict[str, Any]:
    names = [event.name for event in some]
    return {
        "name": name, "owner": some[0].owner, "kind": some[0].kind,
        "kinds": dict.fromkeys(map(kind_of, takers(names))),
        "prints": dict.fromkeys((event.line.log, event.line.text) for event in some if event.line),
        "owed": _owed(some[0].obligation), "refs": dict.fromkeys(ref for event in some for ref in event.refs),
        "takers": _machines(EVENTS, takers(names)), "elsewhere": _machines(EVENTS, elsewhere(names)),
        "asked": _asked(EVENTS, conditions(name)),
        "needs": dict.fromkeys(event.needs for event in some if event.needs),
        "laws": _law_of().get(name, []), "events": some,
        "wire": [link(EVENTS, f"{WIRE}#{message.id}", code(start_of(message))) for message in said_at(some)],
    }  # fmt: skip


def _owed(words: str) -> str:
    """What is owed at an event, in Markdown: mechanisms are links, those of `hardened` ticked."""
    switches = set(Mechanism)
    return re.sub(
        r"`([a-z_]+)`", lambda found: mechanism(EVENTS, found[1]) if found[1] in switches else found[0],
        words,
    )  # fmt: skip


def _asked(here: str, some: Iterable[Condition]) -> str:
    """Where participants stand; what is asked of those that take part only in some of the events says so."""
    return "; ".join(
        f"{_machines(here, each.machines)}{'' if each.always else ', where it takes part,'} "
        f"{'has' if ':' in each.where else 'is'} {each.where}"
        for each in some
    )


def _machines(here: str, names: Sequence[str]) -> str:
    pages = {name: machine_path("connection.c1" if name == "connection.c2" else name) for name in names}
    return ", ".join(link(here, path, code(name)) for name, path in pages.items())


@cache
def _law_of() -> dict[str, list[str]]:
    """For each group of events the laws that say when they can happen."""
    out: dict[str, dict[str, None]] = defaultdict(dict)
    for plan in DESIGNS.values():
        facts = Facts(plan, Scope(), system(plan, Scope()))
        for law in LAWS.values():
            for rule in law.rules(facts) if law.applies(plan) else ():
                name = getattr(rule, "event", "")
                if name in every_event():  # a law may speak of what cannot happen
                    out[group_of(name)][law.id] = None
    return {name: list(laws) for name, laws in out.items()}


def timing() -> Page:
    """Every timer."""
    rows = []
    for timer in TIMERS:
        plan, names = having(lambda name, timer=timer: every_event()[name].is_of(timer.event))  # type: ignore[misc]
        event = link(TIMING, f"{EVENTS}#{group_of(names[0])}", code(timer.event))
        switch = ", ".join(mechanism(TIMING, m) for m in timer.mechanisms)
        asked = _asked(TIMING, conditions_of(plan, names))
        rows.append((timer.what, event, switch, asked, figure(timer), references(TIMING, timer.refs)))
    about = "every timer: when it runs, what its end brings, and the figures"
    own, more = (
        [(each.what, code(each.name), seconds(each), references(TIMING, each.refs) or "assumed") for each in table]
        for table in (CLOCKS, FURTHER)
    )
    owed = [
        (code(str(each)), _owed_by(each), each.otherwise, "searched for" if each.searched else "arithmetic")
        for each in OBLIGATIONS
    ]
    return render(
        TIMING, "timing", "Timing", about, rows=rows, clocks=own, further=more, untold=UNTOLD, owed=owed,
        still=dict.fromkeys(code(each.name) for each in CLOCKS if each.still),
        growths=[_grows(name, each) for name, each in GROWTHS.items()],
    )  # fmt: skip


def _grows(name: str, growth: Growth) -> tuple[str, ...]:
    """How a clock may grow: the option, its seconds round by round, and the source."""
    rounds = ", ".join(between(*each) for each in growth.rounds)
    ends = f"; then {', '.join(map(code, growth.instead))} where a design has it" if growth.instead else ""
    return code(f"--set {name}={growth.named}"), rounds + ends, references(TIMING, growth.refs)


def figure(timer: Timer) -> str:
    """How long a timer runs: what is said of it, or else what its clock says; assumed where nobody says it."""
    clock = next((clock for clock in CLOCKS if any(map(clock.bounds, _of(timer)))), None)
    if timer.figure or clock is None:
        return timer.figure or "none"
    return f"{seconds(clock)} s{'' if clock.refs else ', assumed'}"


def _of(timer: Timer) -> list[str]:
    return [name for name, event in every_event().items() if event.is_of(timer.event)]


def _owed_by(owed: Obligation) -> str:
    """Whose timers need it."""
    those = f"designs with {mechanism(TIMING, owed.only)}" if owed.only else "all designs"
    return f"{those} but those with {mechanism(TIMING, owed.unless)}" if owed.unless else those
