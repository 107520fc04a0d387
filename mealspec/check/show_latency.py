"""How seconds are shown: the outcome table, the clocks, and a run with the seconds beside its steps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rich.table import Table
from rich.text import Text

from mealspec.check.bounded import Bounded
from mealspec.check.cases import Told
from mealspec.check.frontier import Pair, Reach
from mealspec.check.latency import COUNTS, Outcome
from mealspec.check.obligations import Edge, Obligation
from mealspec.check.staircase import Staircase
from mealspec.core import Event, Kind
from mealspec.core.timed import PAUSED, is_one_of
from mealspec.model.clocks import Clock, between, seconds
from mealspec.model.design import Design
from mealspec.properties.expected import Verdict


def outcome_table(plan: Design, found: list[Outcome]) -> Table:
    """For each situation in which a meal may be completed, the seconds, by what, and the claim."""
    table = _claims(plan, "completed while")
    for each in found:
        if each.occurs:
            table.add_row(each.measure.name, *_claimed(each))
    return table


def case_table(plan: Design, found: list[Told]) -> Table:
    """The same for the seed's tests, each with what is let in; also those that do not occur."""
    table = _claims(plan, "scenario")
    for case, _, each in found:
        table.add_row(Text.assemble(f"{case.name}\n", (case.world, "dim")), *_claimed(each))
    return table


def _claims(plan: Design, first: str) -> Table:
    table = Table(title=str(plan), title_justify="left", width=80)
    for column in (first, "least", "most", "by", "claimed", "so that is"):
        table.add_column(column, justify="right" if column in ("least", "most") else "left")
    return table


def _claimed(each: Outcome) -> tuple[str | Text, ...]:
    """What was found, by what, and the claim."""
    ways = ", ".join(name for name, delay in each.ways.items() if delay.least is not None) or "-"
    verdict = Text(each.verdict, style="red" if each.fails else "green")
    return each.fewest, each.most, ways, each.measure.claimed, verdict


def bounded_table(found: Mapping[Design, Bounded]) -> Table:
    """For each design the verdict on bounded delivery, and its bound."""
    table = Table(width=80)
    for column in ("design", "verdict", "most", "completed while"):
        table.add_column(column, justify="right" if column == "most" else "left")
    for plan, each in found.items():
        style = "red" if each.verdict is Verdict.VIOLATED else "green"
        while_ = each.slowest.measure.name if each.slowest.occurs else "-"
        table.add_row(plan.name, Text(str(each.verdict), style=style), each.slowest.most, while_)
    return table


def reasons(found: list[Outcome]) -> Iterator[str]:
    """For each claim that fails the run that breaks it, in a sentence, where it is known."""
    for each in found:
        if each.fails and each.whole.latest is not None:
            yield f"{each.measure.name}: {each.most}: {because(each)}."


def further_table(found: list[Outcome]) -> Table:
    """What else takes time, and how much; or how often."""
    table = Table(width=80)
    for column in ("how long", "least", "most"):
        table.add_column(column, justify="left" if column == "how long" else "right")
    for each in found:
        if each.occurs:
            table.add_row(each.measure.name, each.fewest, each.most)
    return table


def stair_table(found: Staircase) -> Table:
    """How many designs show a meal within so many seconds, wherever that changes, and what that takes."""
    table = Table(width=80)
    for column in ("within", "designs", "all of them have"):
        table.add_column(column, justify="left" if column.startswith("all") else "right")
    for stair in found.stairs:
        table.add_row(f"{stair.seconds:g} s", f"{stair.designs:,}", ", ".join(stair.necessary) or "nothing in common")
    return table


def reach_table(found: list[Reach]) -> Table:
    """How far each clock may go, and what takes too long beyond."""
    table = Table(width=80)
    for column in ("clock", "now", "at most", "beyond that too long"):
        table.add_column(column, justify="right" if column in ("now", "at most") else "left")
    for each in found:
        most = "any" if each.beyond is None else "none" if each.most is None else f"{each.most:g} s"
        most += " or more" if each.tried else ""
        most += f", not {', '.join(f'{seconds:g}' for seconds in each.but)}" if each.but else ""
        beyond = "" if each.beyond is None else f"{each.beyond.measure.name}: {each.beyond.most}"
        table.add_row(each.name, between(each.least, each.greatest), most, beyond)
    return table


def pair_table(found: Pair) -> Table:
    """How far two clocks may go together, corner by corner, and what takes too long beyond."""
    table = Table(width=80)
    for column in (*found.names, "beyond that too long"):
        table.add_column(column, justify="left" if column.startswith("beyond") else "right")
    for corner in found.corners:
        late = [each for each in corner.beyond if each is not None]
        said = dict.fromkeys(f"{each.measure.name}: {each.most}: {because(each)}" for each in late)
        ends = [
            f"{most:g} s{'' if each else ' or more'}"
            for most, each in zip(corner.both, corner.beyond[::-1], strict=True)
        ]
        table.add_row(*ends, "\n".join(said))
    return table


def waits(found: Outcome) -> list[tuple[float, str]]:
    """Where the slowest run waits: seconds, and for what; the longest first."""
    if found.whole.latest is None:
        return []
    run, begin = found.whole.latest
    ticks, out = 0, list[tuple[float, str]]()
    for event in (run.system.event(name) for name in run.events[begin:]):
        if event.kind is Kind.TIME:
            ticks += not _stands(found, event)
        elif ticks:
            out.append((ticks * found.quantum, event.label or event.name))
            ticks = 0
    return sorted(out, key=lambda wait: -wait[0])


def because(found: Outcome, most: int = 2) -> str:
    """Why the slowest run is so slow: its longest waits, and the faults in it."""
    run = found.whole.latest
    faults = [] if run is None else [e for e in map(run.trace.system.event, run.trace.events) if e.kind is Kind.FAULT]
    told = [f"{seconds:g} s until '{what}'" for seconds, what in waits(found)[:most] if found.greatest is not None]
    after = " and ".join(f"'{event.label or event.name}'" for event in dict.fromkeys(faults))
    said = ", ".join(told) or ("in a run without end" if found.greatest is None else "without a wait")
    return said + (f", after {after}" if after else "")


def owed_table(plan: Design, found: list[tuple[Obligation, Edge | None]], table: tuple[Clock, ...]) -> Table:
    """The obligations between the timers of a design: what is to be shorter than what, and where that ends."""
    out = Table(title=str(plan), title_justify="left", width=80)
    for column in ("owed", "now", "up to", "otherwise"):
        out.add_column(column, justify="right" if column == "up to" else "left")
    for each, at in found:
        longest, limit = each.figures(table)
        now = f"{'any' if longest is None else f'{longest:g} s'} < {limit:g} s"
        edge = "arithmetic" if at is None else "none" if at.holds is None else f"{at.holds:g} s"
        style = "red" if each.broken(table) else "green"
        out.add_row(str(each), Text(now, style=style), edge, each.otherwise)
    return out


def owed_json(obligation: Obligation, at: Edge | None, table: tuple[Clock, ...]) -> dict[str, object]:
    """The same for programs."""
    longest, limit = obligation.figures(table)
    return {
        "owed": str(obligation), "longest": longest, "limit": limit, "holds": not obligation.broken(table),
        "up_to": at and at.holds, "run": at and list(at.run.events), "otherwise": obligation.otherwise,
    }  # fmt: skip


def clock_table(table: tuple[Clock, ...]) -> Table:
    """Every clock with its seconds and where they come from."""
    out = Table(width=80)
    for column in ("clock", "what", "seconds", "from"):
        out.add_column(column)
    for clock in table:
        out.add_row(clock.name, clock.what, seconds(clock), ", ".join(clock.refs) or "assumed")
    return out


def timeline(found: Outcome) -> Iterator[str]:
    """The slowest run, or one that never ends it, each step with the seconds since it began."""
    if found.whole.latest is None:
        return
    run, begin = found.whole.latest
    events = [run.system.event(name) for name in run.events]
    passes = [event.kind is Kind.TIME and not _stands(found, event) for event in events]
    ticks, paused = -sum(passes[:begin]), 0
    most = "a run with the most" if found.measure in COUNTS else "the slowest run"
    yield f"{found.measure.name}: {most if run.loop is None else 'a run without end'}"
    for k, event in enumerate(events):
        if k == run.loop:
            yield "        from here round and round"
        ticks += passes[k]
        if event.kind is Kind.TIME:
            paused += not passes[k]
            continue
        if paused:
            yield f"           ({paused * found.quantum:g} s while the app is suspended do not count)"
        paused = 0
        yield f"{ticks * found.quantum:+7.4g} s  {event.label or event.name}"
    yield ""


def _stands(found: Outcome, event: Event) -> bool:
    """Whether the tick does not count: it passes while the app is suspended."""
    return not found.measure.suspended and is_one_of(event.name, (PAUSED,))
