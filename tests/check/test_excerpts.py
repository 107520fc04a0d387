"""Excerpts and the machine that reads them, on small logs of which every reading can be written down."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import product

from mealspec.check.excerpts import TOLERANCE, Excerpt, Place, Read, Told, excerpt, excerpts, log_machine, read, shows
from mealspec.core import Event, Kind, Line

START = datetime(2025, 11, 8, 9, 0, 0)


def told(text: str, second: int | None = None) -> Told:
    return Told(None if second is None else START + timedelta(seconds=second), text)


def event(name: str, log: str, *texts: str, **values: str) -> Event:
    return Event(name, Kind.SYSTEM, "x", ("m",), line=Line(log, texts), values=values)


CLIENT = (told("dial", 0), told("save", 8), told("dial", 14))
SERVER = (told("open", 2), told("take", 13))
SOME = Excerpt("x", "", "", (), CLIENT, SERVER, absent=("close",))

DIAL, SAVE = event("dial", "client", "dial"), event("save.m1", "client", "save", m="m1")
OPEN, TAKE = event("open", "server", "open"), event("take.m1", "server", "take", m="m1")
CLOSE, OTHER = event("close", "client", "close"), event("other", "client", "other")
SILENT = Event("silent", Kind.SYSTEM, "x", ("m",))
EVENTS = (DIAL, SAVE, OPEN, TAKE, CLOSE, OTHER, SILENT)


def test_places_and_lines_are_told_shortly() -> None:
    assert [str(Place(*each)) for each in (("client", 0), ("server", 4))] == ["c1", "s5"]
    assert (str(told("dial", 61)), str(told("dial"))) == ("09:01:01 dial", "dial")
    assert (str(Read(1, 2)), str(Read(1, 2, astray=True))) == ("1+2", "1+2 astray")
    assert SOME.told(Place("server", 1)) == SERVER[1]
    assert SOME.lines("client") == CLIENT


def test_lines_are_in_the_order_of_their_times_the_servers_first_and_those_without_one_last() -> None:
    assert [str(place) for place in SOME.order] == ["c1", "s1", "c2", "s2", "c3"]
    some = Excerpt("x", "", "", (), (told("a", 5), told("b")), (told("c", 5), told("d", 1)))
    assert [str(place) for place in some.order] == ["s2", "s1", "c1", "c2"]


def test_a_line_waits_for_those_of_the_other_log_that_are_dated_more_than_five_seconds_earlier() -> None:
    """c2, of 8 s, waits for that of 2 s; s2, of 13 s, only for that of 0 s, for 8 s is just five seconds earlier."""
    assert timedelta(seconds=5) == TOLERANCE
    assert [SOME.waits_for(place) for place in (Place("client", k) for k in range(3))] == [0, 1, 1]
    assert [SOME.waits_for(place) for place in (Place("server", k) for k in range(2))] == [0, 1]
    later = Excerpt("x", "", "", (), (told("a", 0), told("b", 0), told("c")), (told("d", 6), told("e")))
    assert [later.waits_for(Place("server", k)) for k in range(2)] == [2, 0]
    assert [later.waits_for(Place("client", k)) for k in range(3)] == [0, 0, 0]


def test_shown_are_the_kinds_of_lines_that_are_there_and_those_that_are_certainly_not() -> None:
    assert [each.name for each in EVENTS if shows(SOME, each)] == ["dial", "save.m1", "open", "take.m1", "close"]
    assert not shows(SOME, event("dial", "server", "dial")), "it is the other log that has it"


def by_definition(some: Excerpt, e: Event, s: Read) -> Read:
    """What :func:`read` says, told once more: the next line of its log, if it may come already; else, before the second
    line of its log, something from before the excerpt, unless it is about a meal; else the run is another."""
    assert e.line is not None
    mine, other = (s.client, s.server) if e.line.log == "client" else (s.server, s.client)
    lines = some.lines(e.line.log)
    astray = Read(s.client, s.server, astray=True)
    if s.astray or e.line.text in some.absent:
        return astray
    if mine < len(lines) and lines[mine].text == e.line.text and some.waits_for(Place(e.line.log, mine)) <= other:
        return Read(s.client + (e.line.log == "client"), s.server + (e.line.log == "server"))
    again = mine == 1 and e.line.text == lines[0].text
    return s if (mine == 0 or again) and "m" not in e.values else astray


def test_the_reader_reads_each_line_in_each_state_as_is_defined() -> None:
    states = [Read(i, j, off) for i, j, off in product(range(4), range(3), (False, True))]
    shown = [each for each in EVENTS if shows(SOME, each)]
    expected = {(e.name, s, by_definition(SOME, e, s)) for e in shown for s in states}
    machine = log_machine(SOME, EVENTS, astray=True)
    assert {(row.event, row.source, row.dest) for row in machine.rows} == expected
    assert (machine.name, machine.initial) == ("logs", Read(0, 0))
    strict = log_machine(SOME, EVENTS, astray=False)
    assert {(row.event, row.source, row.dest) for row in strict.rows} == {
        each for each in expected if not each[1].astray and not each[2].astray
    }
    ends = {dest for _, _, dest in expected}
    assert Read(3, 2) in ends, "all of it can be read"


def test_whether_a_line_may_come_is_for_whoever_asks_to_say() -> None:
    """The reader in seconds says it by the stamps."""
    asked: list[Place] = []

    def never(place: Place) -> bool:
        asked.append(place)
        return False

    assert read(SOME, SAVE, Read(1, 0), never) == Read(1, 0, astray=True)
    assert read(SOME, TAKE, Read(0, 1), lambda place: True) == Read(0, 2)
    assert asked == [Place("client", 1)]


def test_the_excerpts_are_read_with_their_notes_times_and_absent_lines() -> None:
    found = excerpts()
    assert list(found) == ["E40", "E41", "E42"]
    for name, some in found.items():
        assert excerpt(name) == some
        assert (some.id, bool(some.title), bool(some.notes), bool(some.designs)) == (name, True, True, True)
    (first,) = [told for told in found["E41"].server if "WebSocket connected" in told.text]
    assert str(first.at) == "2025-11-08 09:32:24"
    assert found["E42"].absent != ()
    assert all(isinstance(each, str) for some in found.values() for each in (*some.absent, *some.designs))
