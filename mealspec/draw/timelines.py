"""Which timelines are drawn: the three excerpts with what happened unseen, and the slowest runs of the designs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import cache

from mealspec.check.bounded import lateness
from mealspec.check.excerpts import LOGS, Excerpt, excerpts
from mealspec.check.frontier import pairs
from mealspec.check.honour import Fits, Honoured, honour
from mealspec.check.incident import explain_incident
from mealspec.check.latency import SITUATIONS, Outcome, outcomes
from mealspec.check.seconds import Way
from mealspec.check.show_seconds import moments
from mealspec.check.stamps import Stamps
from mealspec.core import Kind, Trace
from mealspec.draw.frontier import picture, titled
from mealspec.draw.page import Page, render
from mealspec.draw.timeline import Item, Lane, Panel, Timeline, svg
from mealspec.model.clocks import CLOCKS
from mealspec.model.design import DESIGNS, Design
from mealspec.model.scope import Scope

PAIR = ("published", "hardened")
"""The designs whose runs stand side by side."""

PAIR_SCOPE = Scope(connections=1, faults=1, includes=frozenset({"break"}))
BROKEN = "the socket is silently broken"
"""The scope and the situation of these runs: what the incident's client could not tell from a socket that works."""

STEPS = ("before", "published", "published_plus", "hardened", "app_before", "app_published", "app_head")
"""The designs whose slowest runs of all stand side by side: what was before, and what came after."""

TOGETHER = ("poll", "request")
"""The two clocks on which polling hangs, and of which it is shown how far they may go together."""

CALM = Scope(connections=1, faults=0)
"""Where that is asked, for what is claimed of polling."""

OWNERS = ("user", "client", "network", "server")


@cache
def honoured(some: Excerpt) -> Honoured:
    """An excerpt in its seconds, with the first design of its time."""
    return honour(explain_incident(DESIGNS[some.designs[0]], some), why=False)


def timelines() -> Iterator[Timeline]:
    """All of them."""
    for some in excerpts().values():
        yield excerpt_line(some, honoured(some))
    yield pair()
    yield slowest()


# ---------------------------------------------------------------------- an excerpt


def excerpt_line(some: Excerpt, found: Honoured) -> Timeline:
    """Both logs with their times, and for each cause that remains when its step came."""
    stamps = Stamps(some)
    dated = [told.at for log in LOGS for told in some.lines(log) if told.at]
    begin, end = min(dated) - timedelta(seconds=3), max(dated) + timedelta(seconds=3)

    def at(moment: datetime) -> float:
        return (moment - begin).total_seconds()

    span = at(end)
    lanes = [Lane(f"{log} log", tuple(_told(some, log, at))) for log in LOGS]
    hidden = [_hidden(found, each, stamps, at) for each in found.found if isinstance(each, Fits)]
    lanes.append(Lane(f"hidden: one of these, by {found.design} in its seconds", tuple(hidden)))
    moments_ = [begin + timedelta(seconds=s) for s in range(int(span) + 1)]
    names = {at(moment): f"{moment:%H:%M:%S}" for moment in moments_ if moment.second % 10 == 0}
    subtitle = f"{some.title}; each log by its own clock, bars by the server's"
    untimed = "The client's lines have no recorded times: they stand in their order, at the left."
    notes = (
        "A bar says between which seconds the step that decides can have come, over all runs that print both logs in "
        "their seconds; one that begins at the edge may have come before. A cause without a bar falls with this "
        "design.",
        *(() if any(told.at for told in some.client) else (untimed,)),
    )
    panel = Panel("", tuple(lanes), 0, span, names)
    return Timeline(f"timeline-{some.id}", f"{some.id} in seconds", subtitle, (panel,), notes)


At = Callable[[datetime], float]
"""Where a moment stands on the axis."""


def _told(some: Excerpt, log: str, at: At) -> Iterator[Item]:
    for told in some.lines(log):
        if told.at is None:
            yield Item(0, 0, told.text, f"without a time: {told.text}")
        else:
            yield Item(at(told.at), at(told.at), told.text, str(told))


def _hidden(found: Honoured, each: Fits, stamps: Stamps, at: At) -> Item:
    first, last = moments(found, each)
    low = None if each.found.first is None else at(stamps.second(each.found.first))
    high = at(stamps.first) if each.found.last is None else at(stamps.second(each.found.last)) + 1
    return Item(low, high, each.way.label, f"{each.way.says}: {first or 'before'} to {last or 'before'}")


# ---------------------------------------------------------------------- runs


def pair() -> Timeline:
    """The same situation in two designs: the slowest run of each, side by side."""
    found = {name: _slowest(DESIGNS[name]) for name in PAIR}
    panels = tuple(_run_panel(name, each) for name, each in found.items())
    title = f"Completed while {BROKEN}: {PAIR[0]} beside {PAIR[1]}, in seconds"
    subtitle = f"The slowest run of each, or one that never shows the meal; {PAIR_SCOPE.describe()}"
    notes = ("The dashed line is the moment when the backend has completed the meal; seconds count from there.",)
    return Timeline("timeline-broken", title, subtitle, panels, notes, 1400)


def slowest() -> Timeline:
    """The slowest run of each design, whatever the situation."""
    found = {name: max(_outcomes(DESIGNS[name]), key=lateness) for name in STEPS}
    panels = tuple(_run_panel(f"{name}, {each.measure.name}", each) for name, each in found.items())
    subtitle = f"Or one that never shows the meal; {PAIR_SCOPE.describe()}"
    notes = ("The dashed line is the moment when the backend has completed the meal; seconds count from there.",)
    return Timeline("timeline-slowest", "The slowest run of every design, in seconds", subtitle, panels, notes, 1400)


@cache
def _outcomes(plan: Design) -> list[Outcome]:
    return outcomes(plan, PAIR_SCOPE)


def _slowest(plan: Design) -> Outcome:
    return next(each for each in _outcomes(plan) if each.measure.name == BROKEN)


def _run_panel(name: str, found: Outcome) -> Panel:
    run = found.whole.latest
    assert run is not None, f"a run of {name} in which {BROKEN}"
    says = "the meal is never shown" if found.greatest is None else f"on the screen after {found.greatest:g} s"
    return run_panel(f"{name}: {says}", run.trace, found.quantum)


def run_panel(title: str, run: Trace, quantum: float) -> Panel:
    """A timed run, its events in a lane for each owner, by seconds since the completion; a loop is shown once."""
    events = [run.system.event(name) for name in run.events]
    done = next(k for k, event in enumerate(events) if event.is_of("server.complete"))
    ticks, found = 0, list[tuple[float, int]]()
    for k, event in enumerate(events):
        ticks += event.kind is Kind.TIME
        found.append((ticks * quantum, k))
    zero = found[done][0]
    lanes = []
    for owner in OWNERS:
        own = [(at - zero, k) for at, k in found if events[k].owner == owner and events[k].kind is not Kind.TIME]
        items = (_step(run, at, k) for at, k in own)
        lanes.append(Lane(owner, tuple(items)))
    begin, end = -zero - 1, ticks * quantum - zero + 1
    step = next(step for step in (1, 2, 5, 10, 20, 60, 600) if (end - begin) / step <= 16)
    names = {float(s): f"{s:+d} s" if s else "0" for s in range(int(begin), int(end) + 1) if s % step == 0}
    return Panel(title, tuple(lane for lane in lanes if lane.items), begin, end, names, 0)


def _step(run: Trace, at: float, k: int) -> Item:
    event = run.system.event(run.events[k])
    again = ", again and again" if run.loop is not None and k >= run.loop else ""
    text = f"{event.label or event.name}{again}"
    return Item(at, at, text, f"{at:+g} s: {event.name}", event.kind is Kind.FAULT or event.lost)


# ---------------------------------------------------------------------- pages


def pages() -> Iterator[Page]:
    """The pictures, and the page that shows them."""
    charts = list(timelines())
    for each in charts:
        yield Page(f"timelines/{each.slug}.svg", each.title, each.subtitle, svg(each))
    yield together()
    about = "the three excerpts with their seconds, the slowest runs of the designs, and how far two clocks may go"
    found = [_remains(each) for each in excerpts().values()]
    yield render(
        "timelines/README.md", "timelines", "Timelines", about, charts=charts, found=found, together=together()
    )


@cache
def together() -> Page:
    """How far the clocks of polling may go together for what the fix claims of it, in the hardened design."""
    plan, claimed = DESIGNS["hardened"], {each.claim for each in SITUATIONS if "polling" in each.claimed and each.claim}
    bound = max(greatest for _, greatest in claimed)
    title, about = titled(plan, CALM.describe(), bound, 1)
    told = [pair.to_json() for pair in pairs(plan, CALM, bound, TOGETHER)]
    now = {clock.name: clock.greatest or 0 for clock in CLOCKS}
    return Page("timelines/pair-poll-request.svg", title, about, picture(told, title, about, now))


def _remains(some: Excerpt) -> tuple[str, list[tuple[Way, str, str]]]:
    found = honoured(some)
    rows = []
    for each in found.found:
        if isinstance(each, Fits):
            first, last = moments(found, each)
            rows.append((each.way, first or "before", last or ("before" if each.found.last is None else "")))
    return some.id, rows
