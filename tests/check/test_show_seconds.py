"""The incident in seconds as it is told, to the letter: what was found is written down, not searched for."""

from __future__ import annotations

from dataclasses import replace

from mealspec.check.causes import REPAIRS, Cause
from mealspec.check.excerpts import Place, excerpt
from mealspec.check.honour import Constant, Falls, Fits, Honoured, Out, Reason
from mealspec.check.seconds import Found, Way
from mealspec.check.show_seconds import (
    constant_lines,
    moment_table,
    moments,
    reasons,
    remain,
    remaining_ways,
    seconds_lines,
    seconds_table,
    span,
    to_json,
    ways_in,
)  # fmt: skip
from mealspec.core import Event, Kind, Machine, System, Trace
from mealspec.model.clocks import CLOCKS, Clock
from mealspec.model.design import DESIGNS
from mealspec.model.scope import Scope

LAMP = System(
    [Machine.table("lamp", "off", [("on", "off", "lit"), ("tick", "off", "off"), ("tick", "lit", "lit")])],
    [Event("on", Kind.USER, "x", ("lamp",)), Event("tick", Kind.TIME, "x", ("lamp",))],
)
RUN = Trace.of(LAMP, ["tick", "on", "tick"])
SCOPE = Scope(connections=1, faults=0)

LOST, STALE, HELD = Way(Cause.LOST), Way(Cause.STALE), Way(Cause.RETURNED)
CONNECT, PING = Way(Cause.EXPIRED, "connect"), Way(Cause.EXPIRED, "ping")
PUSH = Clock("push", "a message on its way", "", None, (), 0, 1)
POLL = Clock("poll", "a sleep", "", None, (), 5, 5, ("R7", "E7"))


def fits(way: Way, first: int | None, last: int | None) -> Fits:
    return Fits(way, DESIGNS["app_before"], SCOPE, Found(RUN, first, last))


# Moments are told in half seconds after the server's first stamp.
ONE = Honoured(excerpt("E41"), DESIGNS["app_before"], 1000, (
    fits(HELD, 0, 5), Falls(CONNECT, (Reason(POLL, greatest=9), Reason(PUSH, least=0), Reason(PUSH))), Falls(PING, ()),
    Out(STALE, Place("server", 0)), fits(LOST, None, 16),
))  # fmt: skip
TWO = Honoured(excerpt("E41"), DESIGNS["app_published"], 234, (
    fits(HELD, 3, 15), Falls(CONNECT, (), (POLL, PUSH)), Falls(PING, (), (PUSH,)), Out(STALE, None),
    fits(LOST, None, None),
))  # fmt: skip
OTHER = Honoured(excerpt("E42"), DESIGNS["app_before"], 1, (
    fits(HELD, 40, 42), Falls(CONNECT, ()), Falls(PING, ()), Out(STALE, None), Falls(LOST, (Reason(PUSH, least=0),)),
))  # fmt: skip
EVERY = [ONE, TWO, OTHER]


def text(lines: list[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


def test_causes_by_excerpts_and_designs_each_with_what_excludes_it() -> None:
    assert (
        text(seconds_table(EVERY))
        == """\
                E41                 E42
cause           app_befor app_publ  app_befor
returned        ✓         ✓         ✓
expired/connect ✗ poll    ✗ poll    ✗ stamps
expired/ping    ✗ stamps  ✗ push    ✗ stamps
stale           ✗ s1      ·         ·
lost            ✓         ✓         ✗ push
"""
    )
    assert ways_in([TWO, replace(ONE, found=(fits(PING, 1, 1), fits(CONNECT, 1, 1)))]) == [
        HELD,
        CONNECT,
        PING,
        STALE,
        LOST,
    ]


def test_each_cause_that_falls_by_the_seconds_has_a_sentence_why() -> None:
    assert (
        text(reasons(TWO))
        == """\
E41, app_published, expired/connect: together: a sleep: 5 s (R7, E7), and a message on its way: 0 to 1 s (assumed).
E41, app_published, expired/ping: a message on its way: 0 to 1 s (assumed).
"""
    )


def test_lives_are_told_for_each_way_of_refreshing_with_what_fits_all() -> None:
    some = [
        Constant("E41", CONNECT, 0, 57), Constant("E42", CONNECT, 3, None), Constant("E41", PING, 0, 31),
        Constant("E42", PING, None, None),
    ]  # fmt: skip
    assert (
        text(constant_lines(some))
        == """\
if nothing but a new connect refreshes it: E41: 0 to 57 s; E42: at least 3 s; all: 3 to 57 s.
if the client's pings refresh it: E41: 0 to 31 s; E42: none; all: none.
"""
    )
    assert (
        text(constant_lines(some[2:3]))
        == """\
if the client's pings refresh it: E41: 0 to 31 s.
"""
    )
    assert [span(*both) for both in ((0, 57), (3, None), (None, None))] == ["0 to 57 s", "at least 3 s", "none"]


def test_moments_are_by_the_servers_clock_and_those_of_several_designs_are_joined() -> None:
    begin = min(told.at for told in excerpt("E41").server if told.at)
    assert f"{begin:%H:%M:%S}" == "09:32:24"
    assert moments(ONE, fits(HELD, 0, 5)) == ("09:32:24", "09:32:26")
    assert moments(ONE, fits(HELD, None, None)) == (None, None)
    assert (
        text(moment_table(EVERY))
        == """\
                E41                  E42
returned        09:32:24 - 09:32:31  09:40:27 - 09:40:28
lost            before - 09:32:32
"""
    )


def test_what_remains_fits_every_excerpt_with_some_design() -> None:
    assert remaining_ways(EVERY) == [HELD]
    assert remaining_ways([ONE, TWO]) == [HELD, LOST]
    assert remain(EVERY) == "What remains in E41, E42 with the seconds, each with a design of its time: returned."
    assert remain([replace(ONE, found=(Falls(LOST, ()),))]).endswith("its time: no cause.")


def test_all_of_it_is_told_in_80_columns() -> None:
    told = text(seconds_lines(EVERY, [Constant("E41", CONNECT, 0, 57)], [("E41", "upload", 31)]))
    assert max(map(len, told.splitlines())) <= 80
    assert (
        told
        == """\
With the seconds between the lines:

                E41                 E42
cause           app_befor app_publ  app_befor
returned        ✓         ✓         ✓
expired/connect ✗ poll    ✗ poll    ✗ stamps
expired/ping    ✗ stamps  ✗ push    ✗ stamps
stale           ✗ s1      ·         ·
lost            ✓         ✓         ✗ push

✓ fits, with its seconds, too.  ✗ dial: excluded by that clock.  ✗ stamps: by
  the stamps alone, with code that runs at once.  ✗ s1: by the order of the
  lines already.  ·  the design has no run with this cause.
Complete: no run of any length prints the lines in their seconds because of a
  cause that falls. The clocks of phone and server differ by a constant of at
  most 2 s, which nobody knows.

Why, for each that the order allows and the seconds do not:
  E41, app_before, expired/connect: a sleep: 5 s (R7, E7); it would have to be 9
    s or more. Or a message on its way: 0 to 1 s (assumed); it would have to be
    0 s or less. Or a message on its way: 0 to 1 s (assumed).
  E41, app_before, expired/ping: no clock alone and no few of them: the stamps,
    with code that runs at once.
  E41, app_published, expired/connect: together: a sleep: 5 s (R7, E7), and a
    message on its way: 0 to 1 s (assumed).
  E41, app_published, expired/ping: a message on its way: 0 to 1 s (assumed).
  E42, app_before, expired/connect: no clock alone and no few of them: the
    stamps, with code that runs at once.
  E42, app_before, expired/ping: no clock alone and no few of them: the stamps,
    with code that runs at once.
  E42, app_before, lost: a message on its way: 0 to 1 s (assumed); it would have
    to be 0 s or less.

How long an entry may live, if one has expired:
  if nothing but a new connect refreshes it: E41: 0 to 57 s.

E41 shows more: without a restart of the server no cause fits unless the clock
  'upload' may run 31 s: the outbox's pause grows by the back-offs of other
  events, up to 158 s for one of them (E33).

When it happened, by the server's clock (earliest to latest):

                E41                  E42
returned        09:32:24 - 09:32:31  09:40:27 - 09:40:28
lost            before - 09:32:32

What remains in E41, E42 with the seconds, each with a design of its time:
  returned.
Looked at: 1,235 states in time, beside those that the reasons took. Clocks that
  exclude nothing here, because nobody knows enough of them: upload: the
  outbox's pause grows by the back-offs of other events, up to 158 s for one of
  them (E33); dial_limit: no document tells it; close: no document tells how
  late the news of a close may be; boot: no document tells how long a restart
  takes.
"""
    )
    calm = text(seconds_lines([replace(ONE, found=(fits(HELD, 0, 1),))], [], []))
    assert "Why, for each that the order allows and the seconds do not:\n  none\n\nHow long" in calm


def test_for_programs_each_cause_has_its_verdict_with_what_excludes_it_or_a_run() -> None:
    told = to_json(ONE)
    assert (told["excerpt"], told["design"], told["states"]) == ("E41", "app_before", 1000)
    returned, connect, ping, stale, lost = told["causes"]
    assert returned == {
        "cause": "returned", "refreshed_by": None, "verdict": "fits", "design": "app_before", "scope": SCOPE.to_meta(),
        "earliest": "09:32:24", "latest": "09:32:26", "trace": ["tick", "on", "tick"], "steps": 1,
        "repair": REPAIRS[Cause.RETURNED],
    }  # fmt: skip
    assert connect == {
        "cause": "expired", "refreshed_by": "connect", "verdict": "excluded by seconds", "together": [],
        "reasons": [
            {"clock": "poll", "seconds": [5, 5], "fits_with": [None, 9]},
            {"clock": "push", "seconds": [0, 1], "fits_with": [0, None]},
            {"clock": "push", "seconds": [0, 1], "fits_with": [None, None]},
        ],
    }  # fmt: skip
    assert (ping["reasons"], ping["together"]) == ([], [])
    assert stale == {"cause": "stale", "refreshed_by": None, "verdict": "excluded by order", "by": "s1"}
    assert (lost["earliest"], lost["latest"]) == (None, "09:32:32")
    assert to_json(TWO)["causes"][3]["by"] is None
    assert to_json(TWO)["causes"][1]["together"] == ["poll", "push"]
    assert any(clock.name == "push" for clock in CLOCKS)
