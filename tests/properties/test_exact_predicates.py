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


def wrong(name: str, form: Form, where: dict[str, State]) -> bool:
    """Whether some claim of that form says that it is wrong, and not excused."""
    return any(claim.bad.holds(where) for claim in PROPERTIES[name].claims(FACTS) if claim.form is form)


def labels(machine: str) -> list[str]:
    return [str(state) for state in FACTS.system.machines[FACTS.system.position[machine]].states]


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


@pytest.mark.parametrize("c", ["c1", "c2"])
def test_a_connection_is_a_zombie_if_the_server_holds_it_and_nothing_gets_through_whichever_it_is(c: str) -> None:
    zombies = {
        label
        for label in labels(f"connection.{c}")
        if wrong("no-zombie", Form.FOREVER, states({f"connection.{c}": label}))
    }
    expected = {
        label
        for label in labels(f"connection.{c}")
        for client, server, path, *_ in [label.split("/")]
        if server in ("accepted", "registered") and (client == "closed" or path == "broken")
    }
    assert zombies == expected
    assert zombies


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
