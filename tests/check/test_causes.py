"""Why a lookup finds nobody, told by the machine that watches: event by event, as a reader of the log would tell it."""

from __future__ import annotations

from mealspec.check.causes import REPAIRS, WORLDS, Cause, Memory, cause_machine
from mealspec.model.design import Design
from mealspec.model.mechanism import Mechanism as M
from mealspec.model.scope import FAULTS, Scope
from mealspec.model.server.registry import NOBODY, Registry

WIDE = Scope(connections=2, faults=1).with_([*FAULTS, "device", "instances"])

DIAL, ACCEPT, REGISTER = "client.connect.none.c1", "server.accept.c1", "server.register.c1"
SKIP, CRASH, NOTICE = "server.skip.m1", "server.crash", "server.notice.c1"
OTHER, GONE = "server.register.d2", "server.notice.d2"
UP = (DIAL, ACCEPT, REGISTER)


def after(*events: str, has: tuple[M, ...] = ()) -> Memory:
    """What is remembered after these events, all of which the machine permits."""
    machine = cause_machine(Design("some", frozenset(has)), WIDE)
    state: object = machine.initial
    for event in events:
        assert event in machine.alphabet, event
        state = machine.step(state, event)
        assert state is not None, event
    assert isinstance(state, Memory)
    return state


TABLE: list[tuple[tuple[str, ...], tuple[M, ...], Cause]] = [
    ((), (), Cause.NOT_DIALLED),
    ((DIAL,), (), Cause.DIALLED),
    ((DIAL, "network.fail_dial.c1"), (), Cause.DIAL_FAILED),
    ((DIAL, ACCEPT), (), Cause.ACCEPTED),
    ((DIAL, ACCEPT), (M.REGISTER_ON_MESSAGE,), Cause.UNHEARD),
    ((DIAL, ACCEPT, "client.ping.c1"), (M.REGISTER_ON_MESSAGE,), Cause.ACCEPTED),
    (UP, (), Cause.HELD),
    (UP, (M.OTHER_REGISTRY,), Cause.OTHER_REGISTRY),
    (UP, (M.OTHER_KEY,), Cause.OTHER_KEY),
    ((*UP, "server.return.c1"), (M.READER_OUTLIVES_HANDLER, M.ENTRY_ENDS_WITH_HANDLER), Cause.RETURNED),
    ((*UP, "server.expire_entry.c1"), (M.ENTRY_EXPIRES,), Cause.EXPIRED),
    ((*UP, "server.drop_entry.c1"), (), Cause.LOST),
    ((*UP, NOTICE), (), Cause.CLOSED),
    ((*UP, CRASH), (), Cause.RESTARTED),
    ((DIAL, ACCEPT, CRASH), (), Cause.RESTARTED),
    ((DIAL, CRASH), (), Cause.DIALLED),
    ((DIAL, "network.fail_dial.c1", CRASH), (), Cause.DIAL_FAILED),
    ((DIAL, "network.fail_dial.c1", REGISTER), (), Cause.DIAL_FAILED),
    ((DIAL, "network.fail_dial.c1", REGISTER, NOTICE), (), Cause.DIAL_FAILED),
    ((DIAL, "network.fail_dial.c1", REGISTER, "server.drop_entry.c1"), (), Cause.DIAL_FAILED),
    ((OTHER, *UP, GONE), (), Cause.STALE),
    ((*UP, OTHER), (), Cause.OVERWRITTEN),
    ((*UP, OTHER, GONE), (), Cause.OVERWRITTEN),
    ((*UP, OTHER), (M.REPLACE_AND_CLOSE,), Cause.REPLACED),
    ((*UP, OTHER), (M.CONNECTION_SET,), Cause.HELD),
    ((DIAL, ACCEPT, "server.register_elsewhere.c1"), (), Cause.ELSEWHERE),
    ((DIAL, ACCEPT, "server.register_elsewhere.c1", CRASH), (), Cause.RESTARTED),
    ((OTHER, GONE), (), Cause.NOT_DIALLED),
    ((*UP, SKIP, NOTICE), (), Cause.HELD),
    ((*UP, SKIP, CRASH), (), Cause.HELD),
    ((DIAL, SKIP, ACCEPT), (), Cause.DIALLED),
    ((*UP, "server.drop_entry.c1", "client.connect.none.c2"), (), Cause.DIALLED),
    ((*UP, "client.connect.none.c2"), (), Cause.HELD),
]  # fmt: skip
"""Events, mechanisms, and the cause that they leave."""


def test_the_cause_is_what_the_events_say() -> None:
    for events, has, cause in TABLE:
        assert after(*events, has=has).cause is cause, events


def test_what_is_remembered_is_the_registry_until_the_lookup_and_that_it_has_been() -> None:
    assert after() == Memory(NOBODY, Cause.NOT_DIALLED, False)
    assert after(*UP) == Memory(Registry(("c1",)), Cause.HELD, False)
    assert after(*UP, SKIP) == Memory(Registry(("c1",)), Cause.HELD, True)
    assert after(*UP, SKIP, "server.drop_entry.c1") == after(*UP, SKIP), "what happens then is no matter"
    assert after(*UP, OTHER).registry == Registry(("d2",))
    assert after(*UP, CRASH).registry == NOBODY
    assert str(after(*UP)) == "held/c1"
    assert str(after(*UP, SKIP)) == "held/c1/skipped"


def test_each_cause_has_a_label_a_repair_and_a_world() -> None:
    assert (Cause.NOT_DIALLED.label, Cause.HELD.label) == ("not_dialled", "held")
    assert {*REPAIRS} == {*Cause} - {Cause.HELD}
    assert [len(world.causes) for world in WORLDS] == [6, 1, 1, 1, 1, 1, 1, 1, 2, 1, 1]
    assert [world.connections for world in WORLDS] == [1, 2, *[1] * 9], (
        "a client that has closed a socket dials another"
    )
