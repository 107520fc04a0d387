"""The incident in seconds: what falls falls, what remains has a run, and a plain search agrees with the fast one."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache

import pytest

from mealspec.check.causes import WORLDS, Cause
from mealspec.check.excerpts import LOGS, Excerpt, Place, Told, excerpt
from mealspec.check.honour import Falls, Fits, first, honour, lives, longer_waits
from mealspec.check.incident import Search, backends, explain_incident
from mealspec.check.seconds import Found, Question, Way, ways_of
from mealspec.check.show_seconds import moments, seconds_lines, seconds_table
from mealspec.check.stamps import APART, BEGIN, SECOND, Stamps
from mealspec.check.ways import completed
from mealspec.core import Event, Kind, Line, Machine, System, Trace, UnknownName, explore, without
from mealspec.core.timed import TICK, Bound, Clockwork, Phase, in_time, timed
from mealspec.model.clocks import CLOCKS, UNTOLD, log_clocks
from mealspec.model.design import DESIGNS
from mealspec.model.server.entry import REFRESHES

Seconds = tuple[float, float | None]


def question(
    name: str, cause: Cause, by: str = "", plan: str = "app_before", apart: timedelta = APART, **changes: Seconds
) -> Question:
    """With a backend whose reader outlives its handler: only that one prints the access log's line in time."""
    world = next(world for world in WORLDS if cause in world.causes)
    design, scope = list(backends(DESIGNS[plan], world))[-1]
    return Question(excerpt(name), design, scope, log_clocks(changes), by, apart)


@cache
def found(name: str, cause: Cause, by: str = "", life: int = 60) -> Found | None:
    return question(name, cause, by, entry=(life, life)).asked().found(cause)


def printed(some: Excerpt, run: Trace) -> dict[str, list[int]]:
    """The ticks at which a run prints, by log."""
    ticks, out = 0, dict[str, list[int]]({log: [] for log in LOGS})
    for event in map(run.system.event, run.events):
        ticks += event.kind is Kind.TIME
        line = event.line
        if line and any(line.matches(told.text) for told in some.lines(line.log)):
            out[line.log].append(ticks)
    return out


# ---------------------------------------------------------------------- what falls, and what brings it back


@pytest.mark.parametrize(
    ("name", "by", "fits", "falls"),
    [("E41", "connect", 57, 58), ("E42", "connect", 75, 76), ("E41", "ping", 31, 32), ("E42", "ping", 31, 32)],
)
def test_an_entry_that_lives_too_long_cannot_be_gone(name: str, by: str, fits: int, falls: int) -> None:
    """57 s after the connect one of 60 s is still there; one of 57 s, a figure that is not the backend's, is not.

    Pings refresh every 30 s from the connect on, so an entry that they refresh goes before the first or not at all.
    """
    assert found(name, Cause.EXPIRED, by, falls) is None
    there = found(name, Cause.EXPIRED, by, fits)
    assert there is not None
    assert there.first is not None
    assert there.first // SECOND == fits  # the entry was made in the second of the first stamp


def test_an_expiry_of_60_s_falls_in_one_excerpt_and_fits_another_and_50_s_bring_it_back() -> None:
    assert found("E41", Cause.EXPIRED, "connect") is None
    assert found("E41", Cause.EXPIRED, "connect", 50) is not None
    assert found("E42", Cause.EXPIRED, "connect") is not None


@pytest.mark.slow
def test_a_run_prints_every_line_in_its_second_with_one_offset_of_the_clocks() -> None:
    for name, cause in (("E41", Cause.LOST), ("E42", Cause.RETURNED), ("E41", Cause.BROKEN)):
        there = found(name, cause)
        assert there is not None
        some, run = excerpt(name), there.run
        stamps = Stamps(some)
        begin = next(k for k, event in enumerate(run.events) if event.startswith(BEGIN))
        ahead = int(run.events[begin].removeprefix(f"{BEGIN}."))
        zero = sum(run.system.event(event).kind is Kind.TIME for event in run.events[:begin]) - stamps.span(ahead)[0]
        assert abs(ahead) <= APART.total_seconds() * SECOND
        for log, ticks in printed(some, run).items():
            for k, at in enumerate(ticks[-len(some.lines(log)) :]):
                assert (at - zero) - (stamps.begins(Place(log, k), ahead) or 0) in range(SECOND), (name, log, k)


def test_the_run_is_one_of_the_whole_though_the_poll_loop_was_left_out_of_the_search() -> None:
    there = found("E42", Cause.OTHER_KEY)
    assert there is not None
    asked = question("E42", Cause.OTHER_KEY)
    assert "poller" in asked.aside
    assert {"poller", "view.m1", "logs", "cause"} <= {*there.run.system.position}
    assert Trace.of(asked.whole, there.run.events).path == there.run.path


def test_the_step_that_decides_comes_when_the_log_says_that_the_handler_returned() -> None:
    some = question("E42", Cause.RETURNED).stamps
    there = found("E42", Cause.RETURNED)
    assert there is not None
    assert there.first is not None
    assert there.last is not None
    assert {f"{some.second(at):%H:%M:%S}" for at in (there.first, there.last)} == {"09:40:07"}
    lost = found("E42", Cause.LOST)
    assert lost is not None
    assert lost.last is not None
    assert f"{some.second(lost.last):%H:%M:%S}" == "09:41:22"  # the lookup


def test_an_upload_that_waits_2_s_leaves_no_cause_of_e41() -> None:
    """The client saved at 09:32:41 and the server took it at 09:33:13: the back-offs of others were slept (E33)."""
    least, greatest = next((clock.least, clock.greatest) for clock in CLOCKS if clock.name == "upload")
    assert "upload" in UNTOLD
    assert not question("E41", Cause.RETURNED, upload=(least, greatest)).asked().fits(Cause.RETURNED)
    assert question("E41", Cause.RETURNED, upload=(0, 31)).asked().fits(Cause.RETURNED)
    assert not question("E41", Cause.RETURNED, upload=(0, 30)).asked().fits(Cause.RETURNED)


# ---------------------------------------------------------------------- the two clocks


def shifted(some: Excerpt, log: str, by: int) -> Excerpt:
    lines = tuple(told._replace(at=told.at and told.at + timedelta(seconds=by)) for told in some.lines(log))
    return replace(some, client=lines) if log == "client" else replace(some, server=lines)


@pytest.mark.parametrize(("by", "apart", "fits"), [(2, 2, True), (2, 0, False), (5, 2, False), (5, 5, True)])
def test_an_offset_of_the_clocks_excuses_as_much_as_it_is_and_no_more(by: int, apart: int, fits: bool) -> None:
    """The client's answer to the upload is at most 2 s late; a client's clock that is ahead explains more."""
    asked = question("E42", Cause.RETURNED, apart=timedelta(seconds=apart))
    asked = replace(asked, excerpt=shifted(asked.excerpt, "client", by))
    assert asked.asked().fits(Cause.RETURNED) is fits


def test_an_odd_offset_stands_for_all_between_two_whole_seconds() -> None:
    stamps = Stamps(excerpt("E42"))
    assert stamps.offsets == (-4, -3, -1, 1, 3, 4)
    assert Stamps(excerpt("E40")).offsets == (0,)
    post = Place("client", 5)
    assert [stamps.begins(post, ahead) for ahead in (0, 1, -4)] == [122, 121, 126]


# ---------------------------------------------------------------------- a slow path


def bell(least: int, greatest: int, stamps: Stamps) -> System:
    """A bell that rings some seconds after it is struck, and a listener who writes it down within a second."""
    events = [
        Event("strike", Kind.USER, "x", ("bell",), line=Line("server", ("strike",))),
        Event("ring", Kind.SYSTEM, "x", ("bell", "ear"), line=Line("server", ("ring",))),
        Event("note", Kind.SYSTEM, "x", ("ear",), line=Line("client", ("note",))),
    ]
    tower = Machine.table("bell", "still", [("strike", "still", "struck"), ("ring", "struck", "done")])
    ear = Machine.table("ear", "waits", [("ring", "waits", "hears"), ("note", "hears", "done")])
    rings = timed(Clockwork(tower, (Phase("struck", (Bound(("ring",), least * SECOND, greatest * SECOND),)),)))
    notes = timed(Clockwork(ear, (Phase("hears", (Bound(("note",), 0, SECOND),)),)))
    return in_time(System([tower, ear], events), [rings, notes, stamps.machine(events, (TICK,))], stamps.events)


def stamped(strike: int, ring: int, note: int) -> Excerpt:
    def told(second: int, text: str) -> Told:
        return Told(datetime(2025, 11, 8, 9, 0, 0) + timedelta(seconds=second), text)

    return Excerpt("x", "", "", (), (told(note, "note"),), (told(strike, "strike"), told(ring, "ring")))


def by_real_times(some: Excerpt, least: int, greatest: int, apart: int) -> bool:
    """By the definition, over times in fifths of a second: every line in the second of its stamp, one offset."""
    part = 5
    strike, ring = (
        int((told.at - some.server[0].at).total_seconds()) for told in some.server if told.at and some.server[0].at
    )
    note = (
        int((some.client[0].at - some.server[0].at).total_seconds()) if some.client[0].at and some.server[0].at else 0
    )
    return any(
        least * part <= rung - struck <= greatest * part and rung <= noted <= rung + part
        for struck in range(strike * part, (strike + 1) * part)
        for rung in range(ring * part, (ring + 1) * part)
        for ahead in range(-apart * part, apart * part + 1)
        for noted in range(note * part - ahead, (note + 1) * part - ahead)
    )


@pytest.mark.parametrize("apart", [0, 1])
def test_half_seconds_find_what_times_of_any_kind_find(apart: int) -> None:
    """All stamps and bounds of a small system, against its definition; and none of it is trivially so."""
    answers = set()
    for ring in range(4):
        for note in range(-1, 7):
            for least, greatest in ((0, 0), (1, 1), (1, 2), (2, 3)):
                some = stamped(0, ring, note)
                stamps = Stamps(some, timedelta(seconds=apart))
                system = bell(least, greatest, stamps)
                slow = plainly(system)
                graph = explore(system)
                logs = graph.system.machines[graph.system.position["logs"]].states
                fast = any(logs[k].read[:2] == (1, 2) for k in graph.local("logs"))
                expected = by_real_times(some, least, greatest, apart)
                assert fast is slow is expected, (ring, note, least, greatest)
                answers.add(fast)
    assert answers == {True, False}


def plainly(system: System) -> bool:
    """The same search, one step at a time."""
    waiting, seen = [system.initial], {system.initial}
    for state in waiting:
        if system.states(state)["logs"].read[:2] == (1, 2):  # type: ignore[attr-defined]
            return True
        for event in system.enabled(state):
            after = system.step(state, event.name)
            if isinstance(after, tuple) and after not in seen:
                seen.add(after)
                waiting.append(after)
    return False


# ---------------------------------------------------------------------- the parts


def test_a_run_of_a_part_is_completed_only_if_the_whole_can_do_it() -> None:
    lamp = Machine.table("lamp", "off", [("on", "off", "lit"), ("off", "lit", "off")])
    hand = Machine.table(
        "hand", "away", [("come", "away", "there"), ("on", "there", "there"), ("leave", "there", "gone")]
    )
    events = [
        Event("on", Kind.USER, "x", ("lamp", "hand")), Event("off", Kind.USER, "x", ("lamp",)),
        Event("come", Kind.USER, "x", ("hand",)), Event("leave", Kind.USER, "x", ("hand",)),
    ]  # fmt: skip
    whole = System([lamp, hand], events)
    part = without(whole, {"hand"})
    run = completed(whole, ["on", "off", "on"], part.number)
    assert run is not None
    assert run.events == ("come", "on", "off", "on")
    assert completed(whole, ["off"], part.number) is None
    assert completed(whole, ["on", "leave", "on"], {*part.number, "leave"}) is None


def test_the_first_that_fits_is_found() -> None:
    assert [first(lambda n, least=least: n >= least, 0, 9) for least in range(10)] == list(range(10))  # type: ignore[misc]


def test_a_clock_that_there_is_not_is_answered_with_the_choices() -> None:
    with pytest.raises(UnknownName, match="entry"):
        log_clocks({"entri": (1, 1)})


def test_what_is_open_excludes_nothing_and_what_has_a_source_is_kept() -> None:
    table = log_clocks()
    for clock in table:
        assert clock.least == int(clock.least)
        if clock.name in UNTOLD:
            assert (clock.least, clock.greatest) == (0, None)
    assert set(UNTOLD) <= {clock.name for clock in CLOCKS}


# ---------------------------------------------------------------------- one world alone


def alone(monkeypatch: pytest.MonkeyPatch, cause: Cause) -> Search:
    """E41 as if nothing but this could have happened."""
    worlds = [world for world in WORLDS if world.causes == (cause,)]
    monkeypatch.setattr("mealspec.check.incident.WORLDS", worlds)
    monkeypatch.setattr("mealspec.check.honour.WORLDS", worlds)
    return explain_incident(DESIGNS["app_before"], excerpt("E41"))


def test_a_cause_that_fits_fits_only_if_an_upload_may_take_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    search = alone(monkeypatch, Cause.LOST)
    one = honour(search)
    (fits,) = one.found
    assert isinstance(fits, Fits)
    assert fits.way == Way(Cause.LOST, "")
    assert longer_waits(search, one) == {"upload": 31}
    told = [line for line in seconds_lines([one], [], [("E41", "upload", 31)]) if "shows more" in line]
    assert len(told) == 1
    assert told[0].startswith("E41 shows more: ")


def test_a_cause_that_falls_is_told_without_reasons_if_nobody_asks_for_them(monkeypatch: pytest.MonkeyPatch) -> None:
    search = alone(monkeypatch, Cause.EXPIRED)
    one = honour(search, why=False)
    assert one.found == tuple(Falls(way, ()) for way in ways_of(Cause.EXPIRED))
    assert longer_waits(search, one) == {}, "nothing fits that could fit by waiting"
    assert seconds_table([one])[1].split() == ["cause", "app_befor"]
    assert [line.split()[-2:] for line in seconds_table([one])[2:]] == [["✗", "stamps"]] * len(one.found)


@pytest.mark.slow
def test_each_clock_that_could_give_way_is_told_with_how_far_it_would_have_to(monkeypatch: pytest.MonkeyPatch) -> None:
    """An entry of 50 s that pings refresh: it would have to live 31 s at most, or pings to be rarer than every 49 s."""
    (_, falls) = honour(alone(monkeypatch, Cause.EXPIRED), {"entry": (50, 50)}).found
    assert isinstance(falls, Falls)
    assert {(reason.clock.name, reason.least, reason.greatest) for reason in falls.reasons} == {
        ("entry", 31, None), ("timed_connect", None, None), ("beat", None, 49),
    }  # fmt: skip


def test_only_an_entry_whose_life_matters_has_one_that_is_asked_about() -> None:
    lost, expired = (question("E41", *asked).felt() for asked in ((Cause.LOST, ""), (Cause.EXPIRED, "connect")))
    assert {"push", "request"} <= {clock.name for clock in lost}
    assert {clock.name for clock in expired} - {clock.name for clock in lost} == {"entry"}


# ---------------------------------------------------------------------- whole excerpts


@pytest.mark.slow
@pytest.mark.more
def test_e41_whole_with_its_reasons_constants_and_moments() -> None:
    search = explain_incident(DESIGNS["app_before"], excerpt("E41"))
    one = honour(search)
    fits = {each.way for each in one.found if isinstance(each, Fits)}
    assert {way.cause for way in fits} < {each.cause for each in search.explanations}  # fewer than by order
    fallen = {way for cause in (each.cause for each in search.explanations) for way in ways_of(cause)} - fits
    assert fallen == {Way(Cause.EXPIRED, by) for by in REFRESHES}
    reasons = [each.reasons for each in one.found if each.way in fallen]  # type: ignore[union-attr]
    assert [(r.clock.name, r.least) for (r,) in reasons] == [("entry", 57), ("entry", 31)]
    constants = lives([search], [one])
    assert [(c.least, c.greatest) for c in constants] == [(0, 57), (0, 31)]
    for each in one.found:
        if isinstance(each, Fits):
            start, end = moments(one, each)
            assert (start or "") <= (end or "") <= "09:33:21"
    shown = seconds_lines([one], constants, [("E41", "upload", 31)])
    assert max(map(len, shown)) <= 80
    assert any(
        "it would have to be 57 s or less" in " ".join(shown[k : k + 4]).replace("    ", "") for k in range(len(shown))
    )


@pytest.mark.slow
@pytest.mark.parametrize(("name", "by"), [("E41", "connect"), ("E41", "ping")])
def test_the_lives_that_fit_are_an_interval(name: str, by: str) -> None:
    fits = [
        life for life in range(91) if question(name, Cause.EXPIRED, by, entry=(life, life)).asked().fits(Cause.EXPIRED)
    ]
    assert fits == list(range(fits[0], fits[-1] + 1))


@pytest.mark.slow
def test_leaving_the_poll_loop_out_changes_no_answer() -> None:
    for name, cause, by in (("E41", Cause.LOST, ""), ("E42", Cause.RETURNED, ""), ("E41", Cause.EXPIRED, "connect")):
        asked = question(name, cause, by)
        part, whole = (asked.asked(whole=whole).found(cause) for whole in (False, True))
        assert (part and part[1:]) == (whole and whole[1:])
