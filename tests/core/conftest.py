"""A system of two machines in which everything occurs that an export must get right."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from mealspec.core import At, Claim, Event, Form, Kind, Machine, System, all_of

S, U, F = Kind.SYSTEM, Kind.USER, Kind.FAULT


class Toy(NamedTuple):
    """A system and what is claimed of it."""

    system: System
    claims: list[Claim]


@pytest.fixture(scope="session")
def toy() -> Toy:
    """A lamp that a hand must be there to light and to mend.

    ``care`` is one action of two events, which are both able where the lamp is lit, and one of which changes nothing:
    as we read fairness a lit lamp may flicker for ever, and as TLA+ does it goes out. If faults went on for ever, the
    lamp might break again and again before it is settled.
    """
    lamp = Machine.table(
        "the lamp",
        "off",
        [
            ("on", "off", "lit"),
            ("care.flicker", "lit", "lit"),
            ("care.off", "lit", "off"),
            ("break", "lit", "no light"),
            ("break", "off", "no light"),
            ("break", "mended", "no light"),
            ("mend", "no light", "mended"),
            ("settle", "mended", "off"),
        ],
        doc="What shines /* in the dark */.",
    )
    stays = [("on", "there", "there"), ("mend", "there", "there")]
    hand = Machine.table("hand", "there", [*stays, ("go", "there", "away"), ("come", "away", "there")])
    events = [
        Event("on", U, "user", (lamp.name, "hand"), label="light it"),
        Event("go", U, "user", ("hand",)),
        Event("come", U, "user", ("hand",)),
        Event("care.flicker", S, "lamp", (lamp.name,), action="care"),
        Event("care.off", S, "lamp", (lamp.name,), action="care"),
        Event("mend", S, "user", (lamp.name, "hand")),
        Event("settle", S, "lamp", (lamp.name,)),
        Event("break", F, "lamp", (lamp.name,)),
    ]

    def lamp_is(*states: str) -> At:
        return At(lamp.name, lambda state: state in states)

    away = At("hand", lambda state: state == "away")
    return Toy(
        System([lamp, hand], events, name="toy"),
        [
            Claim("whole", "The lamp never breaks.", Form.NEVER, lamp_is("no light")),
            Claim("one-place", "The hand is there or away.", Form.NEVER, away & ~away),
            Claim("off", "At rest it is off.", Form.QUIESCENT, lamp_is("lit")),
            Claim("mended", "At rest it is mended.", Form.QUIESCENT, lamp_is("no light")),
            Claim("if-there", "At rest it is mended if somebody is there.", Form.QUIESCENT, lamp_is("no light"), away),
            Claim("goes-out", "It goes out in the end.", Form.FOREVER, lamp_is("lit")),
            Claim("is-mended", "It is mended in the end.", Form.FOREVER, lamp_is("no light")),
            Claim("when-there", "It is mended, if not all are away.", Form.FOREVER, lamp_is("no light"), away),
            Claim("there-mended", "It is mended while somebody stays.", Form.FOREVER, lamp_is("no light") & ~away),
            Claim("works", "It works while somebody stays.", Form.FOREVER, lamp_is("no light", "mended") & ~away),
            Claim("no-run", "Something is so.", Form.FOREVER, ~all_of([])),
        ],
    )
