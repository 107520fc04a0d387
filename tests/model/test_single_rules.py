"""Rules of single steps that a count or a committed page would notice, each said as a rule.

All of it is asked of products, by the names of events and the labels of states.
"""

from __future__ import annotations

import pytest

from mealspec.core import Kind, Machine, System
from mealspec.model import Scope, design, system

ONE = Scope(connections=1)


def product(expression: str, scope: Scope) -> System:
    return system(design(expression), scope)


def machine(found: System, name: str) -> Machine:
    return found.machines[found.position[name]]


def takes(found: Machine, event: str) -> set[str]:
    """The states, by label, in which the machine takes the event."""
    return {str(state) for state in found.states if found.step(state, event) is not None}


@pytest.mark.parametrize("submit", ["user.submit.m1", "client.submit.m1", "client.submit_anyway.m1"])
def test_whoever_submits_starts_the_poll_task_also_when_the_wait_is_over(submit: str) -> None:
    """A meal that is saved without waiting any longer needs polling more than any other."""
    found = product("hardened+wait_before_submit", ONE)
    poller = machine(found, "poller")
    idle = next(state for state in poller.states if str(state) == "none")
    assert str(poller.step(idle, submit)) == "sleep"
    assert "poller" in found.event(submit).takes


def test_the_outcome_of_a_dial_is_one_action_whatever_it_turns_out_to_be() -> None:
    """Fairness is owed to whoever dialled, not to each of the things that may then be found."""
    found = product("hardened", Scope())
    for c in ("c1", "c2"):
        assert {found.event(f"client.{outcome}.{c}").owed_as for outcome in ("connected", "failed", "superseded")} == {
            f"client.outcome.{c}"
        }


def test_whoever_dialled_is_superseded_only_by_another_socket() -> None:
    """One of three: its socket is connected, there is none, or there is another; else it waits."""
    service = machine(product("hardened", Scope()), "service")
    labels = {str(state) for state in service.states}
    assert takes(service, "client.connected.c1") == {"c1/connected"}
    assert takes(service, "client.failed.c1") == {"none/not"}
    assert takes(service, "client.superseded.c1") == labels - {"c1/connected", "c1/not", "none/not"}
    assert takes(service, "client.superseded.c1") == {"c2/connected", "c2/not"}


def test_a_refresh_that_fails_stops_polling_as_one_that_succeeds_does() -> None:
    """In the published code ``stopPolling()`` stands behind the refresh, whatever became of it."""
    found = product("published", ONE)
    poller = machine(found, "poller")
    asleep = next(state for state in poller.states if str(state) == "sleep")
    failed = [e.name for e in found.events if e.name.split(".")[:3] == ["network", "cut", "handler"]]
    applied = [e.name for e in found.events if e.name.startswith("client.apply.handler.")]
    assert failed
    assert applied
    for event in failed + applied:
        assert str(poller.step(asleep, event)).startswith("none"), event
    retried = machine(product("published+retry_refresh", ONE), "poller")
    assert not set(failed) & set(retried.alphabet), "a refresh that is tried again has not failed yet"


def test_what_follows_from_a_fault_is_none() -> None:
    """The break was the fault; that a push then finds nobody, and that a suspended client is given up, must follow."""
    found = product("hardened", ONE.with_(["background"]))
    for name, owner in {
        "network.void.m1.c1": "network",
        "server.expire.c1": "server",
        "server.expire_suspended.c1": "server",
    }.items():
        assert (found.event(name).kind, found.event(name).owner) == (Kind.SYSTEM, owner), name
    assert found.event("network.break.c1").kind is Kind.FAULT


def test_a_push_into_the_void_uses_up_no_fault() -> None:
    """Else nothing could vanish after the last fault, the break, and the promise would be easier to keep."""
    found = product("published", Scope(connections=1, faults=1))
    assert "budget" not in found.event("network.void.m1.c1").takes
