"""What a page answers, and what it says may be counted on, is so in the model: found without the page's machinery."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np
import pytest

from mealspec.core import Graph, explore
from mealspec.draw.answers import answers
from mealspec.draw.communication import kind_of
from mealspec.model.client.view import View
from mealspec.model.clocks import CLOCKS
from mealspec.model.design import DESIGNS, Design, design
from mealspec.model.network.connection import Await, Client, Server
from mealspec.model.product import system
from mealspec.model.scope import Scope
from mealspec.model.server.job import Job
from mealspec.model.server.registry import Registry
from mealspec.model.values import Seen
from mealspec.model.wire.message import Side

HARDENED, PUBLISHED = DESIGNS["hardened"], DESIGNS["published"]


def answer(side: Side, plan: Design, start: str) -> str:
    (found,) = (told for asked, told in answers(side, plan) if asked.startswith(start))
    return found


@cache
def graph() -> Graph:
    return explore(system(HARDENED, Scope(faults=1)), depth=12)


@cache
def left() -> Graph:
    """With one connection, no fault, and a screen that is closed."""
    return explore(system(HARDENED, Scope(connections=1, faults=0).with_(["screen"])))


def steps(wanted: str, within: Graph | None = None) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Every step of that group that is seen, with the states before and after."""
    seen = within or graph()
    numbers = [number for number, event in enumerate(seen.system.events) if event.is_of(wanted)]
    for edge in np.flatnonzero(np.isin(seen.event, numbers)).tolist():
        yield seen.state(int(seen.source[edge])), seen.state(int(seen.dest[edge]))


@pytest.mark.slow
def test_the_flag_stays_after_a_drop_and_the_next_dial_lowers_it() -> None:
    assert answer(Side.CLIENT, HARDENED, "Does the flag").startswith("Yes: `connected` stays until")
    assert "`client.redial`" in answer(Side.CLIENT, HARDENED, "Does the flag")
    drops = list(steps("client.hear_close"))
    assert any(before["flags"].connected for before, _ in drops)
    assert all(before["flags"] == after["flags"] for before, after in drops)
    redials = list(steps("client.redial"))
    assert any(before["flags"].connected for before, _ in redials)
    assert not any(after["flags"].connected for _, after in redials)
    assert answer(Side.CLIENT, design("hardened+poll_on_drop"), "Does the flag") != answer(
        Side.CLIENT, HARDENED, "Does the flag"
    )


def test_what_was_finished_is_shown_when_the_screen_comes_back() -> None:
    assert answer(Side.CLIENT, HARDENED, "When the screen").startswith("What was finished")
    shown = [(before["view.m1"], after["view.m1"]) for before, after in steps("user.leave", left())]
    assert {before for before, after in shown if before is after} >= {View.COMPLETED, View.AWAITED}
    assert {after for before, after in shown if before is not after} == {View.AWAITED}


def test_no_ping_is_sent_before_ready_and_none_is_answered() -> None:
    assert "none before `client.ready`" in answer(Side.CLIENT, HARDENED, "Are pings")
    assert "none before `client.open`" in answer(Side.CLIENT, PUBLISHED, "Are pings")
    pings = [before[f"connection.{before['service'].socket}"].client for before, _ in steps("client.ping")]
    assert set(pings) == {Client.READY}
    assert answer(Side.SERVER, HARDENED, "Are pings").startswith("No")
    pongs = [before for before, _ in steps("client.pong.c1")]
    assert pongs
    assert all(before["connection.c1"].server is Server.REGISTERED for before in pongs)


def test_a_redial_asks_for_no_more_than_the_page_says() -> None:
    """Nothing that counts failures stands before it, so when a back-off is reset changes no verdict."""
    assert "Proposed" in answer(Side.CLIENT, HARDENED, "When is the back-off")
    takes = {kind_of(name) for name in graph().system.event("client.redial.none.c1").takes}
    assert takes <= {"service", "connection", "flags", "screen", "notification", "app"}


def test_a_reconnect_press_during_a_dial_closes_it_and_its_outcome_is_ignored() -> None:
    assert "is closed, and a new one begins at once" in answer(Side.CLIENT, HARDENED, "What does a reconnect")
    assert "ignored" in answer(Side.CLIENT, HARDENED, "What does a reconnect")
    assert "taken for the new one's" in answer(Side.CLIENT, PUBLISHED, "What does a reconnect")
    source = system(HARDENED, Scope())
    state = source.initial
    for name in ("client.appear", "client.connect.none.c1", "user.reconnect.c1.c2"):
        following = source.step(state, name)
        assert isinstance(following, tuple), name
        state = following
    assert str(source.states(state)["connection.c1"]).endswith(Await.FAILED)
    enabled = {event.name for event in source.enabled(state)}
    assert "client.superseded.c1" in enabled
    assert "client.failed.c1" not in enabled
    ignored = source.step(state, "client.superseded.c1")
    assert isinstance(ignored, tuple)
    assert source.states(ignored)["flags"] == source.states(state)["flags"]


def test_between_save_and_201_nothing_is_listed_that_the_backend_does_not_have() -> None:
    assert "`awaited`" in answer(Side.CLIENT, HARDENED, "What is shown")
    assert "`pending`" in answer(Side.CLIENT, DESIGNS["app_head"], "What is shown")
    for before, after in steps("client.uploaded"):
        assert before["view.m1"] == after["view.m1"]
    for before, _ in steps("server.take"):
        if str(before["receipt.m1"]) == "never":
            assert str(before["view.m1"]) == "awaited"


def test_polling_starts_and_ends_where_the_page_says() -> None:
    said = answer(Side.CLIENT, HARDENED, "What starts and")
    for group in ("client.connected", "client.failed", "client.redial", "client.receive"):
        assert all(before["poller"] == after["poller"] for before, after in steps(group)), f"{group} moves polling"
    assert "`user.submit`" in said
    assert "client.connected" not in said
    assert "client.connected" in answer(Side.CLIENT, PUBLISHED, "What starts and")


def test_an_expired_token_touches_no_socket() -> None:
    assert answer(Side.CLIENT, HARDENED, "Does an expired").startswith("No")
    assert answer(Side.SERVER, HARDENED, "Does an expired").startswith("No")
    source = system(HARDENED, Scope().with_(["token"]))
    assert set(source.event("server.expire_token").takes) <= {"token", "budget"}


def test_pings_are_as_far_apart_as_their_clock_says() -> None:
    """A break just after a pong is found after a pause and a wait, one just before a ping after the wait."""
    clock = next(clock for clock in CLOCKS if clock.name == "client_ping")
    found = re.match(r"(\d+) s between pings and (\d+) s for the pong", answer(Side.CLIENT, HARDENED, "How often"))
    assert found is not None
    pause, wait = int(found[1]), int(found[2])
    assert (wait, pause + wait) == (clock.least, clock.greatest)
    assert not [asked for asked, _ in answers(Side.CLIENT, PUBLISHED) if asked.startswith("How often")]


def test_the_server_answers_what_the_model_does() -> None:
    assert "beside the old one" in answer(Side.SERVER, HARDENED, "What if a user dials")
    assert "takes the old one's place" in answer(Side.SERVER, PUBLISHED, "What if a user dials")
    assert answer(Side.SERVER, HARDENED, "To whom").startswith("To each")
    assert answer(Side.SERVER, PUBLISHED, "To whom").startswith("To one")
    assert "queued again" in answer(Side.SERVER, HARDENED, "What becomes of work")
    assert "nobody takes it up" in answer(Side.SERVER, PUBLISHED, "What becomes of work")


# ---------------------------------------------------------------------- what may be counted on


def test_a_later_load_never_says_less_than_one_that_was_read_before_it() -> None:
    rank = {Seen.ABSENT: 0, Seen.PROCESSING: 1, Seen.COMPLETED: 2, Seen.FAILED: 2}
    source = system(HARDENED, Scope())
    for row in source.machines[source.position["job.m1"]].rows:
        assert isinstance(row.source, Job)
        assert isinstance(row.dest, Job)
        if not row.event.startswith("user.archive"):
            assert rank[row.dest.seen] >= rank[row.source.seen], row


def test_no_other_socket_takes_an_entry_away() -> None:
    def taken(plan: Design) -> list[str]:
        source = system(plan, Scope())
        rows = source.machines[source.position["registry"]].rows
        others = (row for row in rows if "c1" not in row.event and row.event != "server.crash")
        return [row.event for row in others if "c1" in _held(row.source) and "c1" not in _held(row.dest)]

    assert taken(HARDENED) == []
    assert "server.register.c2" in taken(PUBLISHED)


def _held(state: object) -> tuple[str, ...]:
    assert isinstance(state, Registry)
    return state.held
