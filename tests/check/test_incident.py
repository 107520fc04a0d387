"""The incident: its logs, and every root cause that fits them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import pytest

from mealspec.check.incident import (
    INCIDENT_DEPTH,
    INCIDENT_SCOPE,
    Cause,
    Explanation,
    Logs,
    Search,
    explain_incident,
    incident,
)
from mealspec.cli.listing import EVERYTHING
from mealspec.core import Kind, Trace, replay
from mealspec.model.design import DESIGNS
from mealspec.model.events import alphabet
from mealspec.model.network.connection import Client, Connection, Server
from mealspec.model.product import system

LOGS = ("client", "server")


@cache
def explained(name: str) -> Search:
    return explain_incident(DESIGNS[name])


@pytest.fixture(scope="module")
def published() -> Search:
    return explained("published")


def lines_of(logs: Logs, log: str) -> tuple[str, ...]:
    return logs.client if log == "client" else logs.server


def printed(run: Trace, logs: Logs, log: str) -> list[str]:
    """The events of the run that print a kind of line which this log shows, in order."""
    out = []
    for name in run.events:
        line = run.system.event(name).line
        if line is not None and line.log == log and any(line.matches(each) for each in lines_of(logs, log)):
            out.append(name)
    return out


# ---------------------------------------------------------------------- the logs


def test_the_logs_are_those_of_the_incident() -> None:
    logs = incident()
    assert (len(logs.client), len(logs.server)) == (4, 4)
    assert "not connected to WebSocket, skipping notification" in logs.server[-1]
    assert "WebSocket connected, stopping polling" in logs.client[2]


@pytest.mark.parametrize("log", LOGS)
def test_every_line_is_printed_by_exactly_one_kind_of_event(log: str) -> None:
    events = [event for event in alphabet(DESIGNS["published"], INCIDENT_SCOPE) if event.line is not None]
    for line in lines_of(incident(), log):
        texts = {
            event.line.text for event in events if event.line and event.line.log == log and event.line.matches(line)
        }
        assert len(texts) == 1


def test_no_line_of_one_log_is_printed_into_the_other() -> None:
    for event in alphabet(EVERYTHING, INCIDENT_SCOPE):
        if event.line is not None:
            other = "server" if event.line.log == "client" else "client"
            assert not any(event.line.matches(line) for line in lines_of(incident(), other))
            assert event.line.log == ("server" if event.owner == "server" else "client")


# ---------------------------------------------------------------------- the explanations


def test_eight_root_causes_fit_the_logs(published: Search) -> None:
    """Shortest first; the client believed that it was connected in four of them, at the moment of the lookup."""
    assert [(each.cause.name, len(each.trace), each.believed) for each in published.explanations] == [
        ("NOT_DIALLED", 16, False),
        ("DIALLED", 16, False),
        ("ACCEPTED", 16, True),
        ("DIAL_FAILED", 17, False),
        ("CLOSED", 19, False),
        ("BROKEN", 19, True),
        ("RESTARTED", 19, True),
        ("STALE", 20, True),
    ]
    assert len({each.cause for each in published.explanations}) == 8
    assert published.depth == INCIDENT_DEPTH
    assert max(len(each.trace) for each in published.explanations) < published.depth


def test_an_explanation_is_a_run_of_the_plain_design(published: Search) -> None:
    for each in published.explanations:
        run = replay(system(DESIGNS["published"], INCIDENT_SCOPE), each.trace.events)
        assert isinstance(run, Trace)
        assert run.path == each.trace.path


@pytest.mark.parametrize("log", LOGS)
def test_an_explanation_prints_exactly_the_lines_of_each_log_in_their_order(published: Search, log: str) -> None:
    for each in published.explanations:
        events = [each.trace.system.event(name) for name in printed(each.trace, published.logs, log)]
        lines = lines_of(published.logs, log)
        assert len(events) == len(lines)
        assert all(event.line and event.line.matches(line) for event, line in zip(events, lines, strict=True))


def test_the_skip_is_where_the_explanation_says(published: Search) -> None:
    for each in published.explanations:
        assert each.trace.events[each.skipped_at - 1] == "server.skip.m1"
        before = each.trace.state(each.skipped_at - 1)
        assert str(before["registry"]) == "nothing"
        assert each.believed is (str(before["flags"]) in ("connected", "connected+connecting"))


def before_the_skip(each: Explanation) -> tuple[list[str], list[Connection]]:
    """What had happened by the lookup, and how the connections stood."""
    events = list(each.trace.events[: each.skipped_at - 1])
    state = each.trace.state(each.skipped_at - 1)
    return events, [s for s in state.values() if isinstance(s, Connection)]


def some(events: Sequence[str], *verbs: str) -> list[str]:
    return [name for name in events if name.startswith(tuple(f"{verb}." for verb in verbs)) or name in verbs]


def entries(each: Explanation) -> list[str]:
    """What the registry held, change by change, up to the lookup."""
    held = [str(each.trace.state(k)["registry"]) for k in range(each.skipped_at)]
    return [entry for k, entry in enumerate(held) if k == 0 or entry != held[k - 1]]


def test_each_cause_is_what_the_run_shows(published: Search) -> None:
    """Told apart anew, from the events and from the connections, and not by the machine that told them apart."""
    for each in published.explanations:
        events, connections = before_the_skip(each)
        dials = some(events, "client.connect", "user.reconnect")
        held, last = entries(each), some(events, "server.notice", "network.tell_server", "server.crash")[-1:]
        match each.cause:
            case Cause.NOT_DIALLED:
                assert dials == []
            case Cause.DIALLED:
                assert dials
                assert [c.client for c in connections if c.client is not Client.IDLE] == [Client.DIALLING]
                assert all(c.server is Server.NONE for c in connections)
            case Cause.ACCEPTED:
                assert [c.server for c in connections if c.server is not Server.NONE] == [Server.ACCEPTED]
            case Cause.DIAL_FAILED:
                assert some(events, "network.fail_dial")
                assert held == ["nothing"]
            case Cause.CLOSED:
                assert held == ["nothing", used := held[1], "nothing"]
                assert last == [f"server.notice.{used}"]
            case Cause.BROKEN:
                assert held == ["nothing", used := held[1], "nothing"]
                assert last == [f"network.tell_server.{used}"]
            case Cause.RESTARTED:
                assert held == ["nothing", held[1], "nothing"]
                assert last == ["server.crash"]
            case Cause.STALE:
                assert held == ["nothing", "c1", "c2", "nothing"]
                assert last == ["server.notice.c1"]
            case _:
                pytest.fail(f"{each.cause} is no reason to skip")


def test_five_of_the_eight_need_no_fault_at_all(published: Search) -> None:
    """F4 and F1 among them, in which the client believes that it is connected."""
    kinds = {e.cause.name: [e.trace.system.event(name).kind for name in e.trace.events] for e in published.explanations}
    faults = {name: some.count(Kind.FAULT) for name, some in kinds.items()}
    assert faults == {
        "NOT_DIALLED": 0,
        "DIALLED": 0,
        "ACCEPTED": 0,
        "DIAL_FAILED": 1,
        "CLOSED": 0,
        "BROKEN": 2,
        "RESTARTED": 1,
        "STALE": 0,
    }


def test_a_design_that_never_asks_the_socket_cannot_print_the_logs() -> None:
    """Hardened polls until all is finished: it has no poll that stops because the socket is connected."""
    assert explained("hardened").explanations == ()


def test_before_the_fix_the_same_logs_have_fewer_explanations() -> None:
    """Without a reconnect there is no second socket, and nobody closes the first."""
    causes = [each.cause.name for each in explained("before").explanations]
    assert causes == ["NOT_DIALLED", "DIALLED", "ACCEPTED", "BROKEN", "RESTARTED"]


# ---------------------------------------------------------------------- other logs


def changed(**lines: Sequence[str]) -> Logs:
    logs = incident()
    return Logs(logs.title, tuple(lines.get("client", logs.client)), tuple(lines.get("server", logs.server)))


def explanations(logs: Logs, name: str = "before") -> tuple[Explanation, ...]:
    return explain_incident(DESIGNS[name], logs).explanations


def test_a_skip_before_the_completion_has_no_explanation() -> None:
    post, begins, completes, skips = incident().server
    assert explanations(changed(server=(post, begins, skips, completes))) == ()


def test_work_before_the_submission_has_no_explanation() -> None:
    post, begins, completes, skips = incident().server
    assert explanations(changed(server=(begins, post, completes, skips))) == ()


def test_an_upload_before_the_save_has_no_explanation() -> None:
    saved, uploaded, stops, ping = incident().client
    assert explanations(changed(client=(uploaded, saved, stops, ping))) == ()


def test_a_second_skip_of_one_meal_has_no_explanation() -> None:
    assert explanations(changed(server=(*incident().server, incident().server[-1]))) == ()


def test_a_line_that_nothing_prints_has_no_explanation() -> None:
    assert explanations(changed(client=(*incident().client, "NutritionViewModel: gave up"))) == ()


def test_a_skip_whose_line_was_cut_is_found_all_the_same() -> None:
    """Lines of a kind that the log does not show at all may have been printed."""
    found = explanations(changed(server=incident().server[:-1]))
    assert [each.cause for each in found] == [each.cause for each in explained("before").explanations]
    assert all("server.skip.m1" in each.trace.events for each in found)


def test_a_log_cut_off_before_its_last_line_has_the_same_causes_in_fewer_steps() -> None:
    saved, uploaded, stops, _ = incident().client
    cut = {each.cause: len(each.trace) for each in explanations(changed(client=(saved, uploaded, stops)))}
    whole = {each.cause: len(each.trace) for each in explained("before").explanations}
    assert cut.keys() == whole.keys()
    assert all(cut[cause] <= whole[cause] for cause in whole)
