"""Obligations between timers: their arithmetic by hand, where an edge is by trying every figure, and what gives up."""

from __future__ import annotations

from dataclasses import replace
from itertools import chain, combinations

import pytest

from mealspec.check import obligations as timers
from mealspec.check.obligations import OBLIGATIONS, SCOPE, Obligation, contradictions, edge, impatient, obligations
from mealspec.core import Trace
from mealspec.core.machine import Machine
from mealspec.model.clocks import CLOCKS, Clock, clocks
from mealspec.model.design import DESIGNS, Design, design
from mealspec.model.mechanism import Mechanism as M
from mealspec.model.network.connection import Await, Client, Connection, Server
from mealspec.model.product import system

HARDENED = DESIGNS["hardened"]
WAITS = design("published+wait_before_submit")


def table(**seconds: tuple[float, float | None]) -> tuple[Clock, ...]:
    return tuple(Clock(name, "", "", None, (), least, greatest) for name, (least, greatest) in seconds.items())


# ---------------------------------------------------------------------- arithmetic


def test_what_is_owed_is_the_longest_of_one_against_the_first_or_the_last_moment_of_the_other() -> None:
    some = table(short=(1, 3), long=(5, 9), endless=(4, None))
    owed = Obligation("short", "long", "", "")
    assert owed.figures(some) == (3, 5)
    assert replace(owed, early=False).figures(some) == (3, 9)
    assert replace(owed, times=2).figures(some) == (6, 5)
    assert replace(owed, limit="endless", early=False).figures(some) == (3, 4)
    assert replace(owed, name="endless").figures(some) == (None, 5)
    assert (str(owed), str(replace(owed, times=2))) == ("short < long", "2 x short < long")


def test_it_is_broken_by_as_much_as_the_limit_or_by_no_end() -> None:
    for longest, broken in ((4, False), (4.5, False), (5, True), (6, True), (None, True)):
        assert Obligation("one", "other", "", "").broken(table(one=(0, longest), other=(5, 9))) is broken, longest


OWED = {
    M.TIMED_CONNECT: "dial < timed_connect", M.WAIT_BEFORE_SUBMIT: "dial < wait",
    M.CLIENT_PING: "2 x push < client_ping", M.SERVER_PING: "2 x push < server_ping",
}  # fmt: skip


def test_a_design_owes_what_its_timers_need() -> None:
    """A connect that succeeds by itself is no dial on which a limit runs."""
    for has in chain.from_iterable(combinations(OWED, k) for k in range(5)):
        limit = [] if M.TIMED_CONNECT in has else ["dial < dial_limit"]
        found = obligations(Design("some", frozenset(has)))
        assert {str(each) for each in found} == {*limit, *(OWED[m] for m in has)}, has


def test_only_a_dials_own_limit_counts_to_its_end_and_pongs_are_left_to_arithmetic() -> None:
    assert [str(each) for each in OBLIGATIONS if not each.early] == ["dial < dial_limit"]
    assert [str(each) for each in OBLIGATIONS if not each.searched] == [
        "2 x push < client_ping",
        "2 x push < server_ping",
    ]


def test_a_contradiction_is_a_sentence_with_both_figures_and_what_follows() -> None:
    otherwise = {str(each): each.otherwise for each in OBLIGATIONS}
    assert list(contradictions(WAITS, clocks({"dial": (0, 7.5)}))) == [
        f"published+wait_before_submit: dial < wait does not hold, 7.5 s against 5 s: {otherwise['dial < wait']}"
    ]
    assert [said.partition(":")[2][:50] for said in contradictions(WAITS, clocks({"dial": (0, None)}))] == [
        " dial < dial_limit does not hold, for ever against", " dial < wait does not hold, for ever against 5 s: ",
    ]  # fmt: skip
    assert list(contradictions(WAITS, clocks({"dial": (0, 4)}))) == []
    assert list(contradictions(HARDENED, CLOCKS)) == []
    assert list(contradictions(HARDENED, clocks({"client_ping": (2, 22)}))) == [
        f"hardened: 2 x push < client_ping does not hold, 2 s against 2 s: {otherwise['2 x push < client_ping']}"
    ]
    (said,) = contradictions(HARDENED, clocks({"dial": (0, 30)}))
    assert said.startswith("hardened: dial < dial_limit does not hold, 30 s against 10 s: dials that come about")


# ---------------------------------------------------------------------- the edge


def test_the_edge_is_a_tick_before_the_first_figure_that_breaks_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever that figure is, up to twice the limit; with none that is short enough there is no edge."""
    (wait,) = [each for each in OBLIGATIONS if each.limit == "wait"]
    product = system(WAITS, SCOPE)
    for limit, quantum in ((5.0, 1.0), (0.5, 0.5), (2.5, 0.5)):
        for ticks in range(int(2 * limit / quantum) + 3):
            breaks, asked, runs = ticks * quantum, list[float](), dict[float, Trace]()

            def runs_out(plan: Design, owed: Obligation, table: object, longest: float, tick: float) -> Trace | None:
                assert (plan, owed, tick, longest % tick) == (WAITS, wait, quantum, 0)  # noqa: B023
                asked.append(longest)  # noqa: B023
                breaks_it = longest >= breaks  # noqa: B023
                return runs.setdefault(longest, Trace.of(product, [])) if breaks_it else None  # noqa: B023

            monkeypatch.setattr(timers, "_runs_out", runs_out)
            found = edge(WAITS, wait, clocks({"wait": (limit, limit)}))
            assert (found.obligation, found.limit) == (wait, limit)
            assert found.holds == (breaks - quantum if ticks else None)
            assert found.run is runs[breaks], "the run takes a tick more"
            assert min(asked) >= 0
            assert len(asked) == len({*asked})


@pytest.mark.parametrize(("longest", "breaks"), [(4, False), (5, True)])
def test_a_submission_does_not_wait_for_a_dial_that_takes_as_long_as_the_wait(longest: int, breaks: bool) -> None:
    wait = next(each for each in OBLIGATIONS if each.limit == "wait")
    run = timers._runs_out(WAITS, wait, CLOCKS, longest, 1)
    assert (run is not None) is breaks
    if run is not None:
        before = {name: getattr(state, "untimed", state) for name, state in run.state(len(run) - 1).items()}
        assert run.events[-1].startswith("client.submit_anyway")
        assert before["budget"] == SCOPE.faults, "nothing has gone wrong"
        dialled = before["connection.c1"]
        assert isinstance(dialled, Connection)
        assert dialled.fine
        assert not dialled.works
        assert dialled.client in (Client.DIALLING, Client.OPEN)


def untimed(machine: Machine) -> set[tuple[str, object, object]]:
    """Its steps but for the ticks, without the ticks of its states."""
    both = ((row.event, getattr(row.source, "untimed", row.source), getattr(row.dest, "untimed", row.dest))
            for row in machine.rows)  # fmt: skip
    return {(event, before, after) for event, before, after in both if not event.startswith("tick")}


def test_a_dial_that_goes_well_may_be_given_up_wherever_one_waits_for_it_and_nothing_else_is_new() -> None:
    """Whatever of it has come about, but that the client is ready; the server's end stays as it is."""
    (plain,) = [machine for machine in system(HARDENED, SCOPE).machines if machine.name == "connection.c1"]
    (slow,) = [machine for machine in impatient(HARDENED, clocks({"dial": (0, 12)}), 1).machines
               if machine.name == "connection.c1"]  # fmt: skip
    new = untimed(slow) - {(row.event, row.source, row.dest) for row in plain.rows}
    begun = [(Client.DIALLING, Server.NONE), (Client.DIALLING, Server.ACCEPTED), (Client.OPEN, Server.ACCEPTED),
             (Client.DIALLING, Server.REGISTERED)]  # fmt: skip
    assert new == {
        ("client.give_up.c1", Connection(client, server, True, Await.WAITING),
         Connection(Client.CLOSED, server, True, Await.FAILED))
        for client, server in begun
    }  # fmt: skip
