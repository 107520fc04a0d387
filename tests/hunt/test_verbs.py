"""The rules of a hunt share the events among them."""

from __future__ import annotations

from itertools import product

import pytest

from mealspec.hunt.verbs import verbs
from mealspec.model.design import DESIGNS, Design
from mealspec.model.events import alphabet
from mealspec.model.mechanism import SEEDS
from mealspec.model.mechanism import Mechanism as M
from mealspec.model.scope import ASPECTS, FAULTS, Scope

WIDE = Scope(meals=2, connections=2).with_([*FAULTS, *ASPECTS])
EVERYTHING = [
    *DESIGNS.values(),
    Design("nothing", frozenset()),
    Design("all", frozenset(M)),
    Design("all but the token", frozenset(M) - {M.GENERATION_TOKEN}),
]


def test_every_event_has_one_verb_and_every_verb_is_a_name() -> None:
    for design in EVERYTHING:
        events = alphabet(design, WIDE)
        parts = verbs(events)
        assert sum(parts.values()) == (1 << len(events)) - 1
        assert all(a & b == 0 for a, b in product(parts.values(), repeat=2) if a is not b)
        assert all(verb.isidentifier() for verb in parts)


STALE: dict[Design, set[str]] = {
    Design("the seed's mechanisms", frozenset(SEEDS) - {M.GENERATION_TOKEN, M.CANCEL_CHECK}): {
        "client.stale.wake",
        "client.stale.apply",
        "client.stale.fail",
    },
    DESIGNS["app_head"]: {"client.stale.end", "client.stale.lower", "client.rogue.wake", "client.rogue.pass"},
}
"""What poll tasks do that are not current, by design."""


@pytest.mark.parametrize(("design", "stale"), STALE.items(), ids=lambda each: str(each)[:8])
def test_a_rule_is_about_one_thing_and_not_about_all(design: Design, stale: set[str]) -> None:
    events = alphabet(design, WIDE)
    parts = verbs(events)
    assert len(parts) == (27 if M.LOCAL_STORE in design else 29)
    assert {event.group for e, event in enumerate(events) if parts["poll_stale"] >> e & 1} == stale
