"""What one of several parts alike sees of the others bounds from above what all of them can do."""

from __future__ import annotations

from itertools import product
from random import Random

import pytest
from oxidd.util import DDMemoryError

from mealspec.core import (
    At,
    Branch,
    Claim,
    Event,
    FeaturedSystem,
    Form,
    Kind,
    Machine,
    Predicate,
    Symbolic,
    TooLarge,
)  # fmt: skip
from mealspec.core.symbolic.abstraction import Abstraction, abstracted, may_break
from mealspec.core.symbolic.decide import breakers, questions
from mealspec.core.symbolic.sets import Set
from tests.core.blueprint import small

STATES = 3
FEATURE = "f"
Template = tuple[Kind, str, str, dict[int, int], dict[int, int], bool | None]
"""An event's kind, name and action (then it is split by the part's state), its rows in a part and in what is
shared, and in which systems it is (all, if None)."""


def templates(rng: Random) -> list[Template]:
    def rows(share: float) -> dict[int, int]:
        found = {s: rng.randrange(STATES) for s in range(STATES) if rng.random() < share}
        return found or {0: rng.randrange(STATES)}

    kinds = (Kind.SYSTEM, Kind.SYSTEM, Kind.USER, Kind.FAULT)
    return [
        (
            rng.choice(kinds), f"e{k}", rng.choice(("", f"e{k}")),
            rows(0.5), rows(0.7) if rng.random() < 0.6 else {}, rng.choice((None, True, False)),
        )
        for k in range(rng.randint(4, 7))
    ]  # fmt: skip


def systems(rng: Random, parts: int) -> FeaturedSystem:
    """A family with parts alike and something shared: each event is one part's, or all parts take it at once."""
    some = templates(rng)
    names = [f"part{k}" for k in range(parts)]
    joint = {name for _, name, *_ in some if rng.random() < 0.25}
    rows: dict[str, list[tuple[str, int, int]]] = {name: [] for name in (*names, "shared")}
    events: dict[str, tuple[Branch[Event], ...]] = {}
    for (kind, name, action, own, shared, where), group in product(some, [names, *([part] for part in names)]):
        if (name in joint) != (group is names):
            continue
        for piece in [{s: t} for s, t in own.items()] if action else [own]:
            event = ".".join([name, *map(str, piece), *([] if group is names else group)])
            for part in group:
                rows[part] += [(event, s, t) for s, t in piece.items()]
            rows["shared"] += [(event, s, t) for s, t in shared.items()]
            takes = (*group, "shared") if shared else tuple(group)
            given = {} if where is None else {FEATURE: where}
            events[event] = (Branch(given, Event(event, kind, "x", takes, action=action)),)
    keep = [("stay", s, s) for s in range(STATES)]  # so that every machine has all states
    variants = {
        name: (Branch[Machine | None]({}, Machine.table(name, 0, [*some_rows, *keep])),)
        for name, some_rows in rows.items()
    }
    return FeaturedSystem("parts", (FEATURE,), variants, events)


def seen(space: Symbolic, parts: int) -> Abstraction:
    bits = {k: space.encodings[f"part{k}"].bits for k in range(parts)}
    return abstracted(space, [dict(zip(bits[0], bits[k], strict=True)) for k in range(1, parts)], space.true)


def fact(rng: Random, machine: str) -> Predicate:
    some = [s for s in range(STATES) if rng.random() < 0.5]
    return At(machine, lambda s: s in some)


def claims(rng: Random, parts: int) -> list[Claim]:
    """Of each form: one about the first part and what is shared, and one about all parts."""
    out: list[Claim] = []
    for form in Form:
        shared, here = fact(rng, "shared"), fact(rng, "part0")
        everywhere = here
        for k in range(1, parts):
            everywhere = everywhere & At(f"part{k}", here.test)  # type: ignore[attr-defined]
        for wrong, excuse in ((here & shared, None), (here, shared), (everywhere, None)):
            out.append(Claim(f"claim-{len(out)}", "It is so.", form, wrong, excuse))
    return out


def others(space: Symbolic, parts: int) -> Set:
    return space.cube((bit, True) for k in range(1, parts) for bit in space.encodings[f"part{k}"].bits)


def compared(seed: int) -> list[tuple[Form, bool, bool, bool]]:
    """For each claim its form, whether some system breaks it, whether some may, and whether these are the same."""
    rng = Random(seed)
    parts = rng.choice((2, 2, 3))
    space = small(systems(rng, parts))
    views = seen(space, parts)
    assert space.reachable.exists(others(space, parts)) & ~views.views == space.false
    out = []
    for question in questions(space, (Branch({}, claims(rng, parts)),)):
        broken, maybe = breakers(space, question), may_break(space, views, question, space.true)
        assert broken & ~maybe == space.false
        only = may_break(space, views, question, space.feature(FEATURE))
        assert only == maybe & space.feature(FEATURE)
        out.append((question.form, broken != space.false, maybe != space.false, broken == maybe))
    return out


@pytest.mark.parametrize("seed", range(120))
def test_every_state_and_every_broken_claim_is_seen_from_one_part(seed: int) -> None:
    compared(seed)


def test_the_random_parts_keep_and_break_claims_of_every_form_and_mostly_one_part_can_tell() -> None:
    """Else the comparisons would compare little."""
    every = [verdict for seed in range(60) for verdict in compared(seed)]
    for form in Form:
        mine = [verdict for verdict in every if verdict[0] is form]
        assert sum(broken for _, broken, _, _ in mine) > 20
        assert sum(not maybe for _, _, maybe, _ in mine) > 20
        assert sum(exact for _, _, _, exact in mine) > 0.8 * len(mine)


def test_a_claim_about_another_part_alone_is_left_to_its_twin() -> None:
    space = small(systems(Random(1), 2))
    wrong = At("part1", lambda s: s == 0)
    (question,) = questions(space, (Branch({}, [Claim("c", "It is so.", Form.NEVER, wrong)]),))
    assert breakers(space, question) == space.true
    assert may_break(space, seen(space, 2), question, space.true) == space.false


def test_what_one_part_cannot_see_it_does_not_take_for_itself() -> None:
    """Each part may always go, and nothing else is owed: so all of them do not stay where they were. A part that goes
    looks the same to another one, which stays; that is no way for all to stay."""
    names = ("part0", "part1")
    machines = {
        name: (Branch[Machine | None]({}, Machine.table(name, 0, [(f"go.{name}", 0, 1), (f"stay.{name}", 2, 2)])),)
        for name in names
    }
    events = {
        f"go.{name}": (Branch({}, Event(f"go.{name}", Kind.SYSTEM, "x", (name,), action="go")),) for name in names
    }
    events |= {f"stay.{name}": (Branch({}, Event(f"stay.{name}", Kind.USER, "x", (name,))),) for name in names}
    space = small(FeaturedSystem("parts", (), machines, events))
    together = At("part0", lambda s: s == 0) & At("part1", lambda s: s == 0)
    (question,) = questions(space, (Branch({}, [Claim("c", "It is so.", Form.FOREVER, together)]),))
    assert breakers(space, question) == space.false
    assert may_break(space, seen(space, 2), question, space.true) == space.false


def test_too_little_room_is_one_clear_sentence_whether_views_are_looked_for_or_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    space = small(systems(Random(7), 2))
    views, (question, *_) = seen(space, 2), questions(space, (Branch({}, claims(Random(7), 2)),))

    def full(*_: object) -> None:
        raise DDMemoryError

    for name, ask in (
        ("may_break", lambda: may_break(space, views, question, space.true)), ("__init__", lambda: seen(space, 2)),
    ):  # fmt: skip
        monkeypatch.setattr(Abstraction, name, full)
        with pytest.raises(TooLarge, match=f"^parts: the decision diagrams outgrow {space.room:,} nodes"):
            ask()
