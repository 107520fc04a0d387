"""What is declared as prompt comes within milliseconds, in the designs in which it does."""

from __future__ import annotations

import pytest

from mealspec.core import Kind
from mealspec.model.design import DESIGNS, design
from mealspec.model.events import alphabet
from mealspec.model.mechanism import Mechanism as M
from mealspec.model.scope import WIDEST

LOSSES = {"network.cut", "network.cut_upload", "network.fail_dial", "network.lose"}
"""Faults that take the place of an answer or a message."""

SLOW = {
    "client.poll.wake", "client.poll.pass", "client.poll.tire", "client.rogue.wake", "client.rogue.pass",
    "client.upload", "client.abandon_upload", "client.submit_anyway", "client.sync",
    "client.redial", "client.heal", "client.give_up", "client.expire", "client.probe_dead", "client.ping",
    "client.pong", "client.reregister", "client.renew_token", "client.appear", "client.show",
    "server.start", "server.complete", "server.expire", "server.expire_suspended", "server.expire_entry",
    "server.replay", "server.boot", "network.restore_path",
}  # fmt: skip
"""Whatever waits for a timer, a deadline, a person, or for work to be done."""


@pytest.mark.parametrize("name", DESIGNS)
def test_no_person_is_prompt_and_no_fault_but_the_loss_of_what_is_on_its_way(name: str) -> None:
    for event in alphabet(design(name), WIDEST):
        if event.kind is Kind.USER:
            assert not event.prompt, event.name
        if event.kind is Kind.FAULT:
            assert event.prompt is any(event.name.startswith(f"{loss}.") for loss in LOSSES), event.name


def test_whatever_the_system_does_is_prompt_or_waits_for_something() -> None:
    """Over all designs, so that whoever adds an event says which it is."""
    seen, timed = set(), set()
    for plan in DESIGNS.values():
        for event in alphabet(plan, WIDEST):
            if event.kind is not Kind.SYSTEM:
                continue
            slow = next((group for group in SLOW if f"{event.name}.".startswith(f"{group}.")), None)
            seen.add(slow)
            if event.prompt is not (slow is None):
                timed.add((M.TIMED_CONNECT in plan, event.group))
    assert timed == {(True, "client.connected")}
    assert {"client.poll.wake", "client.upload", "client.redial", "server.complete"} <= seen


@pytest.mark.parametrize(("name", "prompt"), [("published", True), ("before", True), ("app_published", False)])
def test_the_outcome_of_a_dial_is_told_at_once_or_after_half_a_second(name: str, prompt: bool) -> None:
    (event,) = [e for e in alphabet(design(name), WIDEST) if e.name == "client.connected.c1"]
    assert event.prompt is prompt
