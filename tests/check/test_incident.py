"""The incident: its three excerpts, the causes that fit each, and what excludes the others."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from mealspec.check.causes import REPAIRS, WORLDS, Cause
from mealspec.check.excerpts import LOGS, Excerpt, Place, Read, Told, excerpt, excerpts, log_machine
from mealspec.check.incident import INCIDENT_DEPTH, Excluded, Explanation, Search, explain_incident, keeper, remaining
from mealspec.check.show_incident import incident_lines, incident_table, overview_lines
from mealspec.cli.listing import EVERYTHING
from mealspec.core import Event, Machine, Trace, UnknownName, replay, weight
from mealspec.model.design import DESIGNS
from mealspec.model.events import alphabet
from mealspec.model.mechanism import Mechanism as M
from mealspec.model.network.connection import Client, Connection, Server
from mealspec.model.product import system
from mealspec.model.scope import WIDEST, Scope
from mealspec.properties.facts import Facts

pytestmark = pytest.mark.xdist_group("incident")  # each excerpt is explained once

ASKED = [(some.id, name) for some in excerpts().values() for name in some.designs]


@cache
def explained(name: str, plan: str) -> Search:
    return explain_incident(DESIGNS[plan], excerpt(name))


def searches() -> list[Search]:
    return [explained(name, plan) for name, plan in ASKED]


def every_explanation() -> Iterator[tuple[Excerpt, Explanation]]:
    for search in searches():
        for each in search.explanations:
            yield search.excerpt, each


def fits(name: str, plan: str) -> set[str]:
    return {each.cause.name for each in explained(name, plan).explanations}


def excluded(name: str, plan: str) -> dict[str, str]:
    return {each.cause.name: str(each.by or "design") for each in explained(name, plan).excluded}


# ---------------------------------------------------------------------- the excerpts


def test_the_excerpts_are_three_of_one_morning_with_the_designs_of_their_time() -> None:
    assert ASKED == [
        ("E40", "before"), ("E40", "app_before"),
        ("E41", "app_before"), ("E41", "app_published"),
        ("E42", "app_before"), ("E42", "app_published"),
    ]  # fmt: skip
    for some in excerpts().values():
        assert some.server[-1].text.endswith("not connected to WebSocket, skipping notification")
        times = [told.at for log in LOGS for told in some.lines(log) if told.at]
        assert {at.date().isoformat() for at in times} == {"2025-11-08"}
        for log in LOGS:
            dated = [told.at for told in some.lines(log) if told.at]
            assert dated == sorted(dated)
    assert all(told.at is None for told in excerpt("E40").client)


def test_a_wrong_name_of_an_excerpt_is_answered_with_the_choices() -> None:
    with pytest.raises(UnknownName, match="E42"):
        excerpt("E43")


@pytest.mark.parametrize(("name", "plan"), ASKED)
def test_every_line_is_the_whole_line_of_exactly_one_kind_of_event(name: str, plan: str) -> None:
    some = excerpt(name)
    for log in LOGS:
        for told in some.lines(log):
            lines = {event.line for event in alphabet(DESIGNS[plan], WIDEST) if event.line and event.line.log == log}
            if "GET /ws" not in told.text:  # who prints it is a matter of the backend
                assert len([line for line in lines if line.matches(told.text)]) == 1, told


def test_no_line_of_one_log_is_printed_into_the_other() -> None:
    for event in alphabet(EVERYTHING, WIDEST):
        if event.line is not None:
            other = "server" if event.line.log == "client" else "client"
            told = [told for some in excerpts().values() for told in some.lines(other)]
            assert not any(event.line.matches(each.text) for each in told)


def test_the_polls_line_is_not_that_of_a_connect_that_stops_polling() -> None:
    events = alphabet(DESIGNS["app_published"], Scope(connections=1))

    def prints(text: str) -> set[str]:
        return {e.group for e in events if e.line and e.line.matches(text)}

    stops = "NutritionViewModel: WebSocket connected, stopping polling"
    assert prints(stops) == {"client.poll.wake", "client.stale.wake", "client.rogue.wake"}
    assert prints(stops + " fallback") == {"client.connected"}
    assert prints(stops + " or so") == set()


def test_the_access_log_has_its_line_when_the_handler_function_returns() -> None:
    def prints(name: str) -> set[str]:
        plan = DESIGNS["app_before"]
        plan = replace(plan, mechanisms=plan.mechanisms | {M.READER_OUTLIVES_HANDLER}) if name else plan
        line = "GET /ws/meal-logs?token=... - 000 0B"
        return {e.group for e in alphabet(plan, WIDEST) if e.line and e.line.matches(line) and e.line.log == "server"}

    assert prints("") == {"server.notice", "network.tell_server"}
    assert prints("reader outlives handler") == {"server.return"}


# ---------------------------------------------------------------------- the table


REMAIN = {"RETURNED", "EXPIRED", "OTHER_REGISTRY", "OTHER_KEY", "ELSEWHERE", "STALE", "OVERWRITTEN", "LOST"}
"""The socket works both ways and the registry that is asked does not hold it."""

ONLY_WITHOUT_REGISTRATION = {"NOT_DIALLED", "DIALLED", "ACCEPTED", "UNHEARD"}
DEAD = {"DIAL_FAILED", "RESTARTED", "REPLACED", "BROKEN"}


@pytest.mark.slow
def test_the_published_excerpt_alone_allows_the_race_that_the_fix_names() -> None:
    every = REMAIN | DEAD | ONLY_WITHOUT_REGISTRATION
    assert fits("E40", "before") == every - {"DIAL_FAILED"}
    # A seed's client that has failed to dial says so, does not dial again, and so never stops a poll for its socket.
    assert excluded("E40", "before") == {"DIAL_FAILED": "c3", "CLOSED": "design"}
    assert fits("E40", "app_before") == every - {"NOT_DIALLED"}
    # The app dials at login, before anything can be submitted, and never closes a socket.
    assert excluded("E40", "app_before") == {"NOT_DIALLED": "design", "CLOSED": "design"}


@pytest.mark.parametrize("plan", ["app_before", pytest.param("app_published", marks=pytest.mark.slow)])
def test_a_registration_that_was_logged_excludes_every_cause_without_one(plan: str) -> None:
    assert fits("E41", plan) == REMAIN | DEAD
    by_line = dict.fromkeys(ONLY_WITHOUT_REGISTRATION - {"NOT_DIALLED"}, "s1")
    assert excluded("E41", plan) == by_line | {"NOT_DIALLED": "design", "CLOSED": "design"}
    assert excerpt("E41").server[0].text.startswith("WebSocket connected: user=")


@pytest.mark.sample(1)
@pytest.mark.parametrize("plan", ["app_before", "app_published"])
def test_pings_that_are_answered_before_and_after_the_lookup_exclude_every_dead_socket(plan: str) -> None:
    assert fits("E42", plan) == REMAIN
    by = excluded("E42", plan)
    assert {name: by[name] for name in DEAD} == {
        "DIAL_FAILED": "c3",  # its first pong
        "RESTARTED": "c8",  # the pong after the lookup
        "BROKEN": "c8",
        "REPLACED": "s6",  # who replaces it after its pongs logs a registration of its own before the lookup
    }
    for name, line in (("DIAL_FAILED", 2), ("BROKEN", 7)):
        assert "Pong received" in excerpt("E42").client[line].text, name
    assert all(each.belief == each.pings == "yes" for each in explained("E42", plan).explanations)


@pytest.mark.slow
def test_what_remains_in_all_three_is_a_socket_that_works_and_is_not_found() -> None:
    assert {cause.name for cause in remaining(searches())} == REMAIN


def test_without_searches_nothing_remains() -> None:
    assert remaining(()) == ()


# ---------------------------------------------------------------------- the runs


def printed(some: Excerpt, run: Trace) -> tuple[list[Event], dict[str, list[Event]]]:
    """The events that print a kind of line which the excerpt shows: all, and by log."""
    out: dict[str, list[Event]] = {log: [] for log in LOGS}
    whole = []
    for event in map(run.system.event, run.events):
        line = event.line
        if line is not None and any(line.matches(told.text) for told in some.lines(line.log)):
            out[line.log].append(event)
            whole.append(event)
    return whole, out


@pytest.mark.slow
def test_every_run_replays_in_the_plain_system_and_prints_the_lines_of_each_log_in_order() -> None:
    for some, each in every_explanation():
        for run in (each.shortest, each.likeliest):
            again = replay(system(each.design, each.scope), run.events)
            assert isinstance(again, Trace)
            assert again.path == run.path
            for log, events in printed(some, run)[1].items():
                lines = some.lines(log)
                first = len(events) - len(lines)  # an older socket may have been registered before the excerpt
                assert first == 0 or (first == 1 and log == "server" and events[0].group == "server.register")
                assert all(e.line and e.line.matches(told.text) for e, told in zip(events[first:], lines, strict=True))


def test_a_line_comes_before_one_of_the_other_log_that_is_dated_much_later() -> None:
    some = excerpt("E42")
    assert some.waits_for(Place("client", 1)) == 2  # both lines of 09:40:07
    assert some.waits_for(Place("client", 7)) == 6  # the lookup was 15 seconds before the last pong
    assert some.waits_for(Place("server", 2)) == 3  # one second after the second pong is too close to tell
    for each in explained("E42", "app_before").explanations:
        skip = each.skipped_at - 1
        pongs = [k for k, name in enumerate(each.likeliest.events) if name.startswith("client.pong.")]
        assert [k > skip for k in pongs] == [False, False, True]


@pytest.mark.slow
def test_the_lookup_is_where_the_explanation_says_and_belief_is_that_of_the_facts() -> None:
    for _, each in every_explanation():
        run, skip = each.likeliest, each.skipped_at - 1
        assert run.events[skip] == "server.skip.m1"
        facts = Facts(each.design, each.scope, run.system)
        assert each.believed is facts.belief().holds(run.state(skip))
        works = [s.works for s in run.state(skip).values() if isinstance(s, Connection)]
        assert each.answered is any(works)
        assert each.belief in ("either", "yes" if each.believed else "no")
        assert each.pings in ("either", "yes" if each.answered else "no")


@pytest.mark.slow
def test_no_likeliest_run_is_less_likely_than_the_shortest_and_no_shortest_is_longer() -> None:
    for _, each in every_explanation():
        assert each.weight <= weight(each.shortest)
        assert len(each.shortest) <= len(each.likeliest) <= INCIDENT_DEPTH


def told_apart(each: Explanation) -> str:
    """The cause, told anew from the events before the lookup and the connections at it."""
    run, skip = each.likeliest, each.skipped_at - 1
    events, state = run.events[:skip], run.state(skip)
    held = [str(run.state(k)["registry"]) for k in range(skip + 1)]
    ends = [k for k in range(skip) if held[k] != "nothing" and held[k + 1] == "nothing"]
    last = events[ends[-1]] if ends else ""
    (socket,) = [s for s in state.values() if isinstance(s, Connection)]
    mechanisms = {str(m) for m in each.design.mechanisms}
    if held[-1] != "nothing":
        return "OTHER_KEY" if "other_key" in mechanisms else "OTHER_REGISTRY"
    if any(name.startswith(("network.fail_dial", "client.give_up")) for name in events):
        return "DIAL_FAILED"
    if not any(name.startswith("client.connect.") for name in events):
        return "NOT_DIALLED"
    if not any(name.startswith("server.accept.") for name in events):
        assert socket.client is Client.DIALLING
        return "DIALLED"
    verbs = {
        "server.return.c1": "RETURNED", "server.expire_entry.c1": "EXPIRED", "server.drop_entry.c1": "LOST",
        "network.tell_server.c1": "BROKEN", "server.crash": "RESTARTED",
    }  # fmt: skip
    if last in verbs:
        return verbs[last]
    if last == "server.notice.d2":
        if "replace_and_close" in mechanisms:
            assert not socket.works
            return "REPLACED"
        return "STALE" if events.index("server.register.d2") < events.index("server.register.c1") else "OVERWRITTEN"
    if socket.server is Server.ELSEWHERE or socket.server is Server.RETURNED_ELSEWHERE:
        return "ELSEWHERE"
    if "server.crash" in events:  # before it had registered the socket
        assert socket.server is Server.GONE
        return "RESTARTED"
    assert socket.server is Server.ACCEPTED
    return "UNHEARD" if "register_on_message" in mechanisms else "ACCEPTED"


@pytest.mark.slow
def test_each_cause_is_what_its_run_shows_and_no_two_are_the_same() -> None:
    for some, each in every_explanation():
        assert told_apart(each) == each.cause.name, (some.id, each.design)


def test_each_cause_is_looked_for_once_and_repaired_in_its_own_way() -> None:
    looked = [cause for world in WORLDS for cause in world.causes]
    assert len(looked) == len({*looked}) == len(Cause) - 1  # HELD is none
    assert {*looked} == {*REPAIRS}
    assert len({*REPAIRS.values()}) == len(REPAIRS)


# ---------------------------------------------------------------------- other logs


def changed(name: str, **lines: tuple[Told, ...]) -> Search:
    some = excerpt(name)
    client, server = (lines.get(log, some.lines(log)) for log in LOGS)
    return explain_incident(DESIGNS["app_before"], replace(some, client=client, server=server))


@pytest.mark.slow
def test_work_before_the_submission_has_no_explanation_from_its_line_on() -> None:
    post, begins, completes, skips = (Told(None, told.text) for told in excerpt("E40").server)
    search = changed("E40", server=(begins, post, completes, skips))
    assert search.explanations == ()
    assert {str(each.by) for each in search.excluded if each.by} == {"s1"}


@pytest.mark.slow
def test_a_line_that_nothing_prints_excludes_everything() -> None:
    search = changed("E40", client=(*excerpt("E40").client, Told(None, "NutritionViewModel: gave up")))
    assert search.explanations == ()
    assert {str(each.by) for each in search.excluded} == {"c5", "None"}


def test_a_line_that_was_certainly_not_printed_leads_astray() -> None:
    some = excerpt("E42")
    (closes,) = [e for e in alphabet(DESIGNS["app_before"], Scope(connections=1)) if e.group == "client.hear_close"]
    machine = log_machine(some, [closes], astray=True)
    assert machine.step(Read(0, 0), closes.name) == Read(0, 0, astray=True)
    assert log_machine(replace(some, absent=()), [closes], astray=True).rows == ()


# ---------------------------------------------------------------------- what is told


@pytest.mark.slow
def test_the_table_and_every_line_that_is_told_fit_80_columns() -> None:
    table = incident_table(searches())
    shown = overview_lines(searches())
    assert max(map(len, [*table, *shown])) <= 80
    assert all(line in shown for line in table)
    rows = {line.split()[0]: line for line in table[2:]}
    assert rows["broken"].split("✓")[0].split() == ["broken"]
    assert rows["broken"].endswith("✗ c8       ✗ c8")
    assert rows["returned"].count("✓ BP") == 2
    (last,) = [line for line in shown if line.startswith("What remains in all of E40, E41, E42")]
    assert "returned" in last


@pytest.mark.slow
def test_one_excerpt_is_told_with_a_run_for_each_cause() -> None:
    shown = incident_lines([explained("E42", plan) for plan in excerpt("E42").designs])
    text = " ".join(" ".join(shown).split())
    assert max(map(len, shown)) <= 80
    assert text.count("Pings were answered") == len(REMAIN)
    assert all(f"{number}. " in text for number in range(1, len(REMAIN) + 1))


def test_what_a_cause_excludes_is_told_by_its_line() -> None:
    found = explained("E42", "app_before").of(Cause.BROKEN)
    assert isinstance(found, Excluded)
    assert found.by is not None
    assert excerpt("E42").told(found.by).text == "MealLogWebSocketClient: ✅ Pong received (connection alive)"


def test_what_keeps_the_state_at_the_lookup_keeps_it_whatever_happens_then() -> None:
    lamp = Machine.table("lamp", "off", [("on", "off", "lit"), ("off", "lit", "off")])
    kept = keeper(lamp, ["skip"])
    for before, after in (((), ("off", "on", "off")), (("on",), ("on", "off")), (("on", "off", "on"), ("skip", "off"))):
        state: Any = kept.initial
        for event in (*before, "skip", *after):
            state = kept.step(state, event)
        assert (state.state, state.at_lookup) == ("lit" if before else "off", True)
    assert list(map(str, kept.states[:1])) == ["off"]
    assert {str(state) for state in kept.states} == {"off", "lit", "off at the lookup", "lit at the lookup"}
