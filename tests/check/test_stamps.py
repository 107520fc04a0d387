"""Lines in their seconds, by hand: half-second ticks, offsets of the client's clock, and when a tick comes too late."""

from __future__ import annotations

from datetime import datetime, timedelta

from mealspec.check.excerpts import Excerpt, Place, Read, Told
from mealspec.check.stamps import APART, BEGIN, SECOND, Stamped, Stamps
from mealspec.core import Event, Kind, Line

START = datetime(2025, 11, 8, 9, 0, 0)


def told(text: str, second: int | None = None) -> Told:
    return Told(None if second is None else START + timedelta(seconds=second), text)


SOME = Excerpt("x", "", "", (), (told("ask", 1), told("hear")), (told("take", 2), told("give", 4)))
"""The server's first stamp is of second 2; of the client's second line no time is known."""

STAMPS = Stamps(SOME, timedelta(seconds=1))
ASK, HEAR, TAKE, GIVE = (
    Event(name, Kind.SYSTEM, "x", ("m",), line=Line(log, (name,)))
    for name, log in (("ask", "client"), ("hear", "client"), ("take", "server"), ("give", "server"))
)


def at(client: int, server: int, ahead: int | None, tick: int | None) -> Stamped:
    return Stamped(Read(client, server), ahead, tick)


def test_ticks_are_half_seconds_from_the_servers_first_stamp() -> None:
    assert (SECOND, timedelta(seconds=2)) == (2, APART)
    assert STAMPS.first == START + timedelta(seconds=2)
    assert [f"{STAMPS.second(tick):%S}" for tick in (-1, 0, 1, 2, 5)] == ["01", "02", "02", "03", "04"]


def test_an_offset_is_odd_or_as_far_as_the_clocks_may_be_apart() -> None:
    assert STAMPS.offsets == (-2, -1, 1, 2)
    assert Stamps(SOME, timedelta(0)).offsets == (0,)
    assert Stamps(SOME).offsets == (-4, -3, -1, 1, 3, 4)
    dateless = Excerpt("x", "", "", (), (told("ask"),), SOME.server)
    assert Stamps(dateless).offsets == (0,), "without a stamp of the client's there is nothing to be ahead of"


def test_a_line_begins_with_its_second_and_the_clients_by_so_much_earlier_as_its_clock_is_ahead() -> None:
    places = [Place("client", 0), Place("client", 1), Place("server", 0), Place("server", 1)]
    assert [STAMPS.begins(place, 0) for place in places] == [-2, None, 0, 4]
    assert [STAMPS.begins(place, 2) for place in places] == [-4, None, 0, 4]
    assert [STAMPS.begins(place, -1) for place in places] == [-1, None, 0, 4]
    assert [STAMPS.span(ahead) for ahead in (0, 2, -2)] == [(-2, 6), (-4, 6), (0, 6)]


def test_a_line_may_be_written_in_the_two_ticks_of_its_second_and_one_without_a_stamp_at_any_time() -> None:
    give = Place("server", 1)
    assert [STAMPS.may(give, at(0, 1, 0, tick)) for tick in (3, 4, 5, 6)] == [False, True, True, False]
    assert STAMPS.may(Place("client", 1), at(1, 1, None, None))
    assert not STAMPS.may(give, at(0, 1, None, None)), "the seconds do not count yet"


def test_a_tick_is_too_late_if_it_ends_the_second_of_a_line_that_is_not_written() -> None:
    assert [STAMPS.late(at(1, 1, 0, tick)) for tick in (3, 4, 5, 6)] == [False, False, True, True]
    assert not STAMPS.late(at(1, 2, 0, 9)), "all that has a stamp is written"
    assert [STAMPS.late(at(0, 2, -2, tick)) for tick in (0, 1)] == [False, True]
    assert [STAMPS.late(at(0, 2, 2, tick)) for tick in (-4, -3)] == [False, True]
    assert STAMPS.late(at(2, 0, 0, 1)), "of several lines the first that is late counts"


def test_a_state_says_where_it_is() -> None:
    assert (str(at(1, 2, None, None)), str(at(1, 2, -1, 7))) == ("1+2", "1+2 at 7, -1 ahead")


def by_hand() -> set[tuple[str, Stamped, Stamped]]:
    """The rows of the machine, by its definition."""
    whole, rows = (2, 2), set()
    waiting = [at(0, 0, None, None)]
    for s in waiting:
        if s.read[:2] == whole:
            continue
        steps: list[tuple[str, Stamped]] = []
        for event in (ASK, HEAR, TAKE, GIVE):
            assert event.line is not None
            log, k = event.line.log, s.read.client if event.line.log == "client" else s.read.server
            lines = SOME.lines(log)
            if k < 2 and lines[k].text == event.name and STAMPS.may(Place(log, k), s):
                more = s.read._replace(client=k + 1) if log == "client" else s.read._replace(server=k + 1)
                steps.append((event.name, s._replace(read=more)))
            elif k == 0 or (k == 1 and lines[0].text == event.name):
                steps.append((event.name, s))
        if s.at is None:
            steps += [(f"{BEGIN}.{k}", s._replace(ahead=k, at=STAMPS.span(k)[0])) for k in STAMPS.offsets]
            steps += [("tick", s)]
        elif not STAMPS.late(s):
            steps += [("tick", s._replace(at=min(s.at + 1, STAMPS.span(s.ahead or 0)[1])))]
        for name, dest in steps:
            if (name, s, dest) not in rows:
                rows.add((name, s, dest))
                waiting.append(dest)
    return rows


def test_the_machine_permits_a_line_in_its_second_and_no_tick_that_makes_one_late() -> None:
    silent = Event("other", Kind.SYSTEM, "x", ("m",), line=Line("client", ("other",)))
    machine = STAMPS.machine((ASK, HEAR, TAKE, GIVE, silent), ("tick",))
    assert {(row.event, row.source, row.dest) for row in machine.rows} == by_hand()
    assert (machine.name, machine.initial) == ("logs", at(0, 0, None, None))
    assert any(state.read[:2] == (2, 2) for state in machine.states if isinstance(state, Stamped))


def test_the_choice_of_an_offset_is_an_event_of_the_system() -> None:
    assert [(event.name, event.kind, event.takes) for event in STAMPS.events] == [
        (f"logs.begin.{k}", Kind.SYSTEM, ("logs",)) for k in (-2, -1, 1, 2)
    ]
