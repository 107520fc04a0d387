"""Seeded fault scripts over real sockets: the hardened pair loses no meal and does what is allowed.

The published one loses meals, and does what is not allowed.
"""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest

from tests.conform.scripts import PATIENCE, PUSH, all_played, model
from tests.conform.taps import wrong

FAST, ALL = range(10), range(1000)


@pytest.mark.slow
@pytest.mark.parametrize("seeds", [FAST, pytest.param(ALL, marks=pytest.mark.live)], ids=["some", "all"])
def test_the_hardened_pair_loses_no_meal_and_shows_what_is_allowed(parts: Any, seeds: range) -> None:
    begun = time.monotonic()
    made = asyncio.run(all_played(seeds, parts, "hardened"))
    played = time.monotonic() - begun
    dials, items = sum(told.dials for told in made), sum(len(told.client) + len(told.server) for told in made)
    faults, longest = sum(len(told.fired) for told in made), max(told.took for told in made)
    print(f"\n{len(made)} scripts with {faults} faults in {played:.1f} s: {dials} sockets, the longest {longest:.1f} s")
    again = [told.plays - 1 for told in made if told.plays > 1]
    print(f"{len(again)} of them were played again, {sum(again)} times in all, until each fault had happened")
    assert [(told.seed, told.planned, told.fired) for told in made if not told.whole] == [], "a fault has not happened"
    assert [(told.seed, told.fired) for told in made if told.lost] == []
    assert [(told.seed, told.wrong) for told in made if told.wrong] == []
    print(f"{items} things told and seen, all allowed")


@pytest.mark.parametrize(
    ("seeds", "patience"),
    [(range(10), 2.0), pytest.param(range(24), PATIENCE, marks=pytest.mark.live)],
    ids=["some", "as patiently"],
)
def test_the_published_pair_loses_meals_and_shows_what_is_not_allowed(
    parts: Any, seeds: range, patience: float
) -> None:
    """The slow one judges it as the hardened pair is judged: same faults, same patience, same work.

    Only that scripts are not played again until all faults have happened: a client that has given up dials no more, so
    some never happen. The fast one is less patient, and says only that meals are lost.
    """
    made = asyncio.run(all_played(seeds, parts, "published", patience=patience))
    lost = [told for told in made if told.lost]
    print(f"\n{len(lost)} of {len(made)} meals lost; {sum(told.whole for told in made)} had all their faults")
    assert lost
    assert all(told.fired for told in lost), "none without a fault"
    assert any(told.wrong for told in lost[:5])
    assert any(set(told.fired) & set(PUSH) for told in lost)


def test_the_watch_notices(parts: Any) -> None:
    """What an end shows is changed in one place: a sight left out, said twice, or another one."""
    (made,) = asyncio.run(all_played(range(1), parts, "hardened"))
    assert not made.wrong
    for role, items in (("client", made.client), ("server", made.server)):
        sights = [k for k, item in enumerate(items) if item.startswith("seen") and "ping" not in item]
        twice = [k for k in sights if not wrong(model(role), [*items[: k + 1], items[k], *items[k + 1 :]])]
        assert twice == [], [items[k] for k in twice]
        assert wrong(model(role), [item.replace("list-1", "list-7") for item in items])
    assert wrong(
        model("server"), [item.replace("completed", "failed") if "send" in item else item for item in made.server]
    )
