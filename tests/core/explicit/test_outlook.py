"""What a run still takes at least: no less than is so, and as much as each machine for itself can tell."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from mealspec.core import At, Event, Kind, Machine, System
from mealspec.core.explicit import asked as asked_module
from mealspec.core.explicit.asked import Aim, Lines, Told
from mealspec.core.explicit.outlook import outlook
from mealspec.core.explicit.settling import ALWAYS, COUNTED, EVIDENCE, SHARES
from mealspec.core.explicit.shown import show


def fall(first: bool) -> System:
    """A cup and a plate that fall together, which is a fault; a lamp that somebody lights and nobody waits for."""
    rows = [("drop", "whole", "broken")]
    cup, plate = (Machine.table(name, "whole", rows) for name in ("cup", "plate"))
    lamp = Machine.table("lamp", "off", [("on", "off", "lit")])
    drop, light = Event("drop", Kind.FAULT, "x", ("cup", "plate")), Event("on", Kind.USER, "x", ("lamp",))
    return System([cup, plate, lamp], [drop, light] if first else [light, drop])


def said(monkeypatch: pytest.MonkeyPatch, system: System, missing: int, told: tuple[int, ...]) -> tuple[Any, Any]:
    """What the search is told of its first state: for each machine what is to come, whole and in shares."""
    heard: list[Any] = []

    def listening(rules: Any, asked: Any, base: Any, sizes: Any) -> Any:
        heard.append(outlook(rules, asked, base, sizes))
        return heard[-1]

    monkeypatch.setattr(asked_module, "outlook", listening)
    names = [event.name for event in system.events]
    none = np.zeros(len(names), np.bool_)
    lines = Lines(
        np.array([0 if name == "drop" else -1 for name in names]), np.array([[name == "drop" for name in names]]),
        np.array([missing] * len(names)), np.ones(len(names), np.bool_), none,
    )  # fmt: skip
    search = show(
        system,
        lines,
        Told((told, ()), ((0,) * len(told), ())),
        Aim(At("cup", lambda s: s == "broken"), (0, 0)),
        guided=True,
    )
    assert search.cost is not None
    whole, shared = heard[0]
    begins = np.cumsum([0, *(len(machine.states) for machine in system.machines)])[:-1]
    return whole[begins, 0, 0, 0].tolist(), shared[begins, 0, 0, 0].tolist()


@pytest.mark.parametrize("first", [True, False])
def test_what_two_machines_do_together_weighs_once_and_nothing_on_those_who_take_no_part(
    monkeypatch: pytest.MonkeyPatch, first: bool
) -> None:
    """The line says that they fell, a fault: it weighs on each machine by itself, and in shares half on each of two."""
    whole, shared = said(monkeypatch, fall(first), ALWAYS, (0,))
    assert whole == [EVIDENCE, EVIDENCE, EVIDENCE]
    assert shared == [EVIDENCE * SHARES // 2, EVIDENCE * SHARES // 2, 0]


@pytest.mark.parametrize("first", [True, False])
def test_what_nobody_tells_of_weighs_on_whom_the_aim_is_about(monkeypatch: pytest.MonkeyPatch, first: bool) -> None:
    """No line says that it fell, and one is missing, which weighs one more; the plate need not have fallen."""
    whole, shared = said(monkeypatch, fall(first), COUNTED, ())
    assert whole == [EVIDENCE + 1, 0, 0]
    assert shared == [(EVIDENCE + 1) * SHARES // 2, 0, 0]
