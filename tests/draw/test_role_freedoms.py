"""Where a page lets whoever builds a side choose, the model keeps every property with either choice."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mealspec.check.verify import decide
from mealspec.core import Event, Machine, On, Row, System, explore
from mealspec.draw.answers import answers
from mealspec.model.design import DESIGNS, Design
from mealspec.model.product import system
from mealspec.model.scope import Scope
from mealspec.model.server.registry import Registry
from mealspec.model.wire.message import Kind, Side
from mealspec.model.wire.table import MESSAGES
from mealspec.properties.catalogue import PROPERTIES
from mealspec.properties.facts import Facts

HARDENED = DESIGNS["hardened"]


PLANS = pytest.mark.parametrize("plan", [HARDENED, DESIGNS["published"]], ids=str)
TOKEN, ENTRY = (Scope(connections=1).with_([aspect]) for aspect in ("token", "entry"))


def answer(side: Side, start: str) -> str:
    (found,) = (told for asked, told in answers(side, HARDENED) if asked.startswith(start))
    return found


def broken(source: System, scope: Scope) -> list[str]:
    """The properties that do not hold in it, whatever happens."""
    graph, facts = explore(source), Facts(HARDENED, scope, source)
    assert graph.complete
    return [prop.id for prop in PROPERTIES.values() if decide(graph, facts, prop) is not None]


# ---------------------------------------------------------------------- while the token is renewed


def patient(*, for_ever: bool = False) -> System:
    """Hardened, whose client refrains from what would be answered 401 until its renewal is over, if it ever is."""
    events = system(HARDENED, TOKEN).events
    denied = [event.name for event in events if event.is_of("client.denied") or event.is_of("server.deny_upload")]
    renews = "none" if for_ever else {"none", "out"}
    rules = [On(denied, "none", "out"), On("client.renew_token", renews, "none")]
    return system(HARDENED, TOKEN, (Machine.ruled("renewal", "none", rules, doc="Whether a renewal is out."),))


@pytest.mark.slow
def test_requests_may_wait_for_a_renewal_as_well_as_be_refused() -> None:
    assert "Either" in answer(Side.CLIENT, "What becomes of requests")
    assert broken(system(HARDENED, TOKEN), TOKEN) == [], "the model's own clients send on, and are refused"
    assert broken(patient(), TOKEN) == []


@pytest.mark.slow
def test_to_wait_for_a_renewal_for_ever_is_no_choice() -> None:
    """So the check above can fail."""
    assert "ends the waiting" in answer(Side.CLIENT, "What becomes of requests")
    assert "delivery" in broken(patient(for_ever=True), TOKEN)


def test_a_token_may_be_refused_again_at_once() -> None:
    assert "renewed in turn" in answer(Side.CLIENT, "Does a 401")
    token = next(m for m in system(HARDENED, Scope().with_(["token"])).machines if m.name == "token")
    ways = {(row.event, str(row.source), str(row.dest)) for row in token.rows}
    assert ("server.expire_token", "fresh", "expired") in ways
    assert ("client.renew_token", "expired", "fresh") in ways


@PLANS
def test_a_dial_that_is_answered_401_is_one_that_has_failed(plan: Design) -> None:
    """For every machine but the token, which alone tells it from one that is answered 503."""
    source = system(plan, Scope().with_(["token"]))
    takes = {name: set(source.event(f"client.{name}.c1").takes) for name in ("denied", "refused")}
    assert takes["denied"] ^ takes["refused"] == {"token", "server"}
    for machine in source.machines:
        if machine.name in takes["denied"] & takes["refused"]:
            ways = [{(row.source, row.dest) for row in machine.by_event[f"client.{name}.c1"]} for name in takes]
            assert ways[0] == ways[1], machine.name
    if plan is HARDENED:
        assert answer(Side.CLIENT, "Does a 401").startswith("To both")


# ---------------------------------------------------------------------- a socket that registers again, and one given up


def eager() -> System:
    """Hardened, whose client may send `register` at any time, and whose server keeps the entry that it has."""
    usual = system(HARDENED, ENTRY)
    known = next(machine for machine in usual.machines if machine.name == "registry")
    rows = {(row.event, row.source): row for row in known.rows}
    for state in known.states:
        assert isinstance(state, Registry)
        for c in state.held:
            rows.setdefault((f"client.reregister.{c}", state), Row(f"client.reregister.{c}", state, state))
    parts = [replace(known, rows=tuple(rows.values())) if machine is known else machine for machine in usual.machines]
    absent = {name for event in usual.events for name in event.takes if name not in usual.position}
    return System(parts, usual.events, absent=absent, name="eager")


def test_a_socket_that_is_entered_may_register_again() -> None:
    assert answer(Side.SERVER, "What if `register`").startswith("The entry stays as it is")
    changed = eager()
    registry = changed.machines[changed.position["registry"]]
    assert len(registry.by_event["client.reregister.c1"]) == len(registry.states)
    assert broken(changed, ENTRY) == []


@PLANS
def test_the_server_hears_every_code_as_the_same(plan: Design) -> None:
    """Its machines have one step for the end of a socket, whatever code comes with it."""
    codes = {m.start for m in MESSAGES if m.kind is Kind.CLOSE and "server.notice" in m.taken}
    assert codes == {1000, 4408}
    given_up = {m.start for m in MESSAGES if m.kind is Kind.CLOSE and m.is_sent(event(plan, "client.give_up.c1"), plan)}
    assert given_up == {4408}
    said = dict(answers(Side.SERVER, plan))["What do you learn from a close code?"]
    assert all(str(code) in said for code in codes)


def event(plan: Design, name: str) -> Event:
    return system(plan, Scope()).event(name)
