"""Every event of every design has a verb, and every verb has events."""

from __future__ import annotations

from itertools import product

from mealspec.hunt.verbs import VERBS, verb_of, verbs
from mealspec.model.design import DESIGNS, Design
from mealspec.model.events import alphabet
from mealspec.model.mechanism import Mechanism as M
from mealspec.model.scope import ASPECTS, FAULTS, Scope

WIDE = Scope(meals=2, connections=2).with_([*FAULTS, *ASPECTS])
EVERYTHING = [
    *DESIGNS.values(),
    Design("nothing", frozenset()),
    Design("all", frozenset(M)),
    Design("all but the token", frozenset(M) - {M.GENERATION_TOKEN}),
]


def test_every_event_has_one_verb() -> None:
    for design in EVERYTHING:
        events = alphabet(design, WIDE)
        parts = verbs(events).values()
        assert sum(parts) == (1 << len(events)) - 1
        assert all(a & b == 0 for a, b in product(parts, repeat=2) if a is not b)


def test_every_beginning_is_one_of_an_event() -> None:
    names = [event.name for design in EVERYTHING for event in alphabet(design, WIDE)]
    for verb, beginnings in VERBS.items():
        for beginning in beginnings:
            mine = [name for name in names if name == beginning or name.startswith(f"{beginning}.")]
            assert verb in map(verb_of, mine), beginning
