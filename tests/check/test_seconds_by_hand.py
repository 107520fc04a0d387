"""When the step that decides comes, first and last, in a small world: one log line, a registry, and a clock."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from mealspec.check.causes import Cause, Memory
from mealspec.check.excerpts import Excerpt, Read, Told
from mealspec.check.seconds import Answer, Found, Way, ways_of
from mealspec.check.stamps import Stamped
from mealspec.core import Event, Kind, Machine, System, Trace, explore, without
from mealspec.model.server.registry import NOBODY

LINE = Excerpt("x", "", "", (), (), (Told(None, "skipped"),))
LAST = 6


def at(tick: int | None, printed: int = 0) -> Stamped:
    return Stamped(Read(0, printed), None if tick is None else 0, tick)


def memory(cause: Cause, skipped: bool = False) -> Memory:
    return Memory(NOBODY, cause, skipped)


def world(earliest: int | None, latest: int, cause: Cause = Cause.HELD) -> System:
    """An entry may be lost from one tick to another, None: before ticks count; at the last tick the lookup is printed.

    A switch has to be on for that, and there is a door that nobody cares about.
    """
    held, lost = memory(Cause.HELD), memory(Cause.LOST)
    times = [at(None), *map(at, range(LAST + 1))]
    logs = [
        ("begin", at(None), at(0)), *(("tick", at(k), at(k + 1)) for k in range(LAST)), ("tick", at(None), at(None)),
        ("skip", at(LAST), at(LAST, 1)),
        *(("lose", s, s) for s in times if (earliest is None if s.at is None else (earliest or 0) <= s.at <= latest)),
    ]  # fmt: skip
    skipped = [("skip", lost, memory(Cause.LOST, True)), ("skip", held, memory(Cause.HELD, True))]
    machines = [
        Machine.table("logs", at(None), logs),
        Machine.table("cause", memory(cause), [("lose", held, lost), *skipped] if cause is Cause.HELD else skipped[:1]),
        Machine.table("switch", "off", [("flip", "off", "on"), ("lose", "on", "on")]),
        Machine.table("door", "shut", [("open", "shut", "ajar")]),
    ]  # fmt: skip
    if cause is not Cause.HELD:
        machines[0] = machines[0].keeping(lambda row: row.event != "lose")
        machines[2] = Machine.table("switch", "off", [("flip", "off", "on")])
    kinds = {"tick": Kind.TIME}
    names = dict.fromkeys(name for machine in machines for name in machine.alphabet)
    return System(
        machines,
        [Event(n, kinds.get(n, Kind.SYSTEM), "x", tuple(m.name for m in machines if n in m.alphabet)) for n in names],
    )


def answer(
    searched: System, whole: System | None = None, aside: frozenset[str] = frozenset(), again: Any = None
) -> Answer:
    question: Any = SimpleNamespace(excerpt=LINE, aside=aside, whole=whole, asked=again)
    return Answer(question, explore(searched))


def tick_of(run: Trace, event: str) -> int:
    """How many ticks of those that count come before the event."""
    events = run.events[: run.events.index(event)]
    return events[events.index("begin") :].count("tick") if "begin" in events else -1


@pytest.mark.parametrize(("earliest", "latest"), [(0, 0), (0, 6), (2, 5), (3, 3), (6, 6)])
def test_the_step_that_decides_comes_between_its_first_and_its_last_tick(earliest: int, latest: int) -> None:
    found = answer(world(earliest, latest)).found(Cause.LOST)
    assert found is not None
    assert (found.first, found.last) == (earliest, latest)
    assert tick_of(found.run, "lose") == earliest, "the run has it as early as may be"
    assert (found.run.events[-1], found.run.events.count("tick")) == ("skip", LAST)


def test_before_the_seconds_count_a_step_has_no_first_tick() -> None:
    found = answer(world(None, 4)).found(Cause.LOST)
    assert found is not None
    assert (found.first, found.last, tick_of(found.run, "lose")) == (None, 4, -1)
    only = answer(world(None, -1)).found(Cause.LOST)
    assert only is not None
    assert (only.first, only.last) == (None, None)


def test_what_has_been_so_from_the_beginning_no_step_decides() -> None:
    found = answer(world(0, 6, Cause.LOST)).found(Cause.LOST)
    assert found is not None
    assert found[1:] == (None, None)
    assert found.run.events == ("begin", *["tick"] * LAST, "skip")
    assert answer(world(0, 6, Cause.LOST)).found(Cause.HELD) is None


def test_a_cause_fits_if_all_lines_are_printed_because_of_it() -> None:
    asked = answer(world(0, 6))
    assert [asked.fits(cause) for cause in (Cause.LOST, Cause.HELD, Cause.STALE)] == [True, True, False]
    assert len(asked) == len(asked.graph)


def test_what_was_left_out_is_completed_and_if_that_cannot_be_all_is_asked_with_it() -> None:
    whole = world(2, 5)
    part = without(whole, {"switch"})
    found = answer(part, whole, frozenset({"switch"})).found(Cause.LOST)
    assert found is not None
    assert (found.first, found.last, "flip" in found.run.events) == (2, 5, True)
    assert found.run.system is whole


def test_where_a_run_cannot_be_completed_the_whole_is_searched() -> None:
    """The part may lose the entry at any time from 2 on; in the whole, only at 5."""
    part, whole = without(world(2, 5), {"switch"}), world(5, 5)
    sure = Found(Trace.of(whole, ["begin"]), 5, 5)
    asked: list[bool] = []

    def again(*, whole: bool) -> Any:
        asked.append(whole)
        return SimpleNamespace(found=lambda cause: sure if cause is Cause.LOST else None)

    assert answer(part, whole, frozenset({"switch"}), again).found(Cause.LOST) is sure
    assert asked == [True]
    late = answer(without(world(5, 6), {"switch"}), world(5, 5), frozenset({"switch"}), again).found(Cause.LOST)
    assert late is sure, "the last moment has to be one of the whole, too"


def test_an_entry_that_expires_is_asked_by_what_refreshes_it() -> None:
    assert ways_of(Cause.LOST) == (Way(Cause.LOST),)
    assert [way.label for way in ways_of(Cause.EXPIRED)] == ["expired/connect", "expired/ping"]
    assert Way(Cause.LOST).label == "lost"
    assert [way.says.removeprefix(Cause.EXPIRED) for way in (Way(Cause.EXPIRED), *ways_of(Cause.EXPIRED))] == [
        "", ", and only a new connect refreshes it", ", and only pings refresh it",
    ]  # fmt: skip
