"""What a property forbids and excuses, state by state: tables of all that the machines it speaks of can be in.

A predicate that forgets a part, or speaks of the first connection only, is the same wherever the right one never holds;
these tables do not depend on what can be reached.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product

import pytest

from mealspec.core import Form, State
from mealspec.model import Scope, design, system
from mealspec.properties.catalogue import PROPERTIES, Property
from mealspec.properties.facts import Facts

WIDE = Scope(meals=2).with_(["job", "upload"])


def facts(expression: str = "hardened", scope: Scope = WIDE) -> Facts:
    return Facts(design(expression), scope, system(design(expression), scope))


FACTS = facts()


def states(labels: Mapping[str, str], f: Facts = FACTS) -> dict[str, State]:
    """The initial state, but with these machines in the states of these labels."""
    found = f.system.states(f.system.initial)
    for name, label in labels.items():
        machine = f.system.machines[f.system.position[name]]
        found[name] = next(state for state in machine.states if str(state) == label)
    return found


def wrong(name: str, form: Form, where: dict[str, State], f: Facts = FACTS) -> bool:
    """Whether some claim of that form says that it is wrong, and not excused."""
    return any(claim.bad.holds(where) for claim in PROPERTIES[name].claims(f) if claim.form is form)


def labels(machine: str, f: Facts = FACTS) -> list[str]:
    return [str(state) for state in f.system.machines[f.system.position[machine]].states]


@pytest.mark.parametrize("m", ["m1", "m2"])
def test_shown_as_finished_is_honest_only_if_the_backend_finished_it_so(m: str) -> None:
    """A failed meal is no completed one, and the other way round; of every meal."""
    dishonest = {
        (view, job)
        for view, job in product(labels(f"view.{m}"), labels(f"job.{m}"))
        if wrong("honest-view", Form.NEVER, states({f"view.{m}": view, f"job.{m}": job}))
    }
    unlike = {("completed", job) for job in labels(f"job.{m}") if job != "completed"}
    unlike |= {("failed", job) for job in labels(f"job.{m}") if job != "failed"}
    assert dishonest == unlike


def test_a_submission_is_lost_wherever_it_waits_and_the_backend_has_never_had_it() -> None:
    """Also while the submission waits for the socket, before the meal is saved."""
    f = facts("hardened+wait_before_submit", WIDE)
    outbox = f.system.machines[f.system.position["outbox.m1"]]
    claims = [claim for claim in PROPERTIES["no-lost-submission"].claims(f) if claim.form is Form.FOREVER]
    lost = {
        str(state)
        for state in outbox.states
        if any(claim.wrong.holds(states({"outbox.m1": str(state)}, f)) for claim in claims)
    }
    assert lost == {"waiting", "saved", "uploading"}
    for label in lost:
        there = states({"outbox.m1": label, "receipt.m1": "once"}, f)
        assert not any(claim.wrong.holds(there) for claim in claims), "the backend has it"


ENDS = facts("published+reader_outlives_handler+register_on_message", Scope().with_(["instances"]))
"""Of this the server's end may be anything."""
HOLDING = {"accepted", "heard", "registered", "returned", "elsewhere", "returned_elsewhere"}
READING = HOLDING - {"accepted", "heard"}


def parts(connection: str) -> tuple[str, str, str]:
    """The client's end, the server's, and the path."""
    client, server, path, *_ = connection.split("/")
    return client, server, path


def test_the_server_may_have_every_end() -> None:
    assert {parts(label)[1] for label in labels("connection.c1", ENDS)} == {*HOLDING, "none", "gone"}


@pytest.mark.parametrize("f", [FACTS, ENDS], ids=lambda f: f.design.name)
@pytest.mark.parametrize("c", ["c1", "c2"])
def test_a_connection_is_a_zombie_if_the_server_holds_it_and_nothing_gets_through_whichever_it_is(
    c: str, f: Facts
) -> None:
    zombies = {
        label
        for label in labels(f"connection.{c}", f)
        if wrong("no-zombie", Form.FOREVER, states({f"connection.{c}": label}, f), f)
    }
    expected = set()
    for label in labels(f"connection.{c}", f):
        client, server, path = parts(label)
        if server in HOLDING and (client == "closed" or path == "broken"):
            expected.add(label)
    assert zombies == expected
    assert zombies


@pytest.mark.parametrize("c", ["c1", "c2"])
def test_a_belief_is_earned_by_a_socket_that_works_and_is_the_only_one_listed_whichever_it_is(c: str) -> None:
    """A reader may go on after its handler, or in another instance; listed it must be, here."""
    connection = f"connection.{c}"
    for label, service, flags, registry in product(
        labels(connection, ENDS), labels("service", ENDS), ("connected", "neither"), ("nothing", "c1", "c2")
    ):
        there = {"screen": "shown", "service": service, "flags": flags, "registry": registry, connection: label}
        where = states(there, ENDS)
        client, server, path = parts(label)
        works = client == "open" and server in READING and path == "fine"
        earned = works and service == f"{c}/connected" and registry == c
        held = service.split("/")[0]
        if held in ("none", c):  # the other connection is free, and is held by nobody
            unearned = wrong("belief-is-earned", Form.FOREVER, where, ENDS)
            assert unearned == (flags == "connected" and not earned), (label, service, flags, registry)


@pytest.mark.parametrize("m", ["m1", "m2"])
def test_a_completed_meal_is_handled_once_if_its_message_is_or_where_that_counts_if_it_is_shown(m: str) -> None:
    """A message that is handled twice is one time too many; one that is handled for a failed meal causes nothing."""
    told = facts("published", WIDE)
    notification, view = f"notification.{m}", f"view.{m}"
    for job, label in product(labels(f"job.{m}", told), labels(notification, told)):
        where = states({"screen": "shown", f"job.{m}": job, notification: label}, told)
        assert wrong("handled-once", Form.NEVER, where, told) == ("twice" in label), (job, label)
        unhandled = job == "completed" and "delivered" not in label and "twice" not in label
        assert wrong("handled-once", Form.FOREVER, where, told) == unhandled, (job, label)
    for job, label in product(labels(f"job.{m}"), labels(view)):
        where = states({"screen": "shown", f"job.{m}": job, view: label})
        assert wrong("handled-once", Form.NEVER, where) == (label in ("again", "gone")), (job, label)
        unshown = job == "completed" and label != "completed"
        assert wrong("handled-once", Form.FOREVER, where) == unshown, (job, label)


def test_what_is_excused_is_a_client_that_wants_to_dial_while_every_connection_is_taken() -> None:
    """Neither the wish nor the want of a connection is an excuse by itself, and one that is free is enough."""
    free, taken = "idle/none/fine", "closed/registered/fine"
    for screen, service, c1, c2 in product(
        labels("screen"), ("none/not", "c1/connected", "c2/not"), (free, taken), (free, taken)
    ):
        where = states({"screen": screen, "service": service, "connection.c1": c1, "connection.c2": c2})
        wants = screen == "arriving" or service == "none/not"
        assert FACTS.starved().holds(where) == (wants and c1 == c2 == taken), (screen, service, c1, c2)


def test_what_must_never_be_has_no_excuse() -> None:
    for prop in PROPERTIES.values():
        assert not [claim.name for claim in prop.claims(FACTS) if claim.form is Form.NEVER and claim.excuse is not None]


@pytest.mark.parametrize("prop", PROPERTIES.values(), ids=lambda prop: prop.id)
def test_no_premise_holds_before_anything_has_happened(prop: Property) -> None:
    """A witness that is always true would call nothing vacuous."""
    assert not prop.witness(FACTS).holds(states({}))
