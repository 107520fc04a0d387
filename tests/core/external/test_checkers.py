"""SPIN and TLC find what our checker finds, on what is exported; and notice what is exported wrongly."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mealspec.core import At, Claim, Event, Form, InvalidSystem, Kind, Machine, Predicate, System, trimmed
from mealspec.core.external import checkers as checkers
from mealspec.core.external.checkers import Answer, CheckerFailed, missing, ours
from mealspec.core.external.promela import promela
from mealspec.core.external.spin import spin
from mealspec.core.external.tla import tla
from mealspec.core.external.tlc import tlc

Toy = tuple[System, list[Claim]]

CHECKERS: dict[str, tuple[Callable[..., Answer], Callable[..., str]]] = {"SPIN": (spin, promela), "TLC": (tlc, tla)}

asks = pytest.mark.external


def needed(name: str) -> str:
    """The checker, if it is there."""
    if name in missing():
        pytest.skip(f"{name} cannot be run: {missing()[name]}; 'make checkers' obtains it")
    return name


@pytest.fixture(params=CHECKERS)
def checker(request: pytest.FixtureRequest) -> str:
    """Each checker that is there."""
    return needed(str(request.param))


def agrees(name: str, system: System, claims: list[Claim], **more: Any) -> bool:
    """Whether the checker finds what we find; TLC is told what we think, for that saves time."""
    own = ours(system, claims)
    more = {"optimise": False, **more}
    if name == "TLC":
        more = {"thought": [claim for claim, violated in own.violated.items() if violated], **more}
    found = CHECKERS[name][0](system, claims, **more)
    facts = ("states", "transitions", "depth", "deadlocked", "deadlocks", "violated")
    return all(getattr(found, fact) in (None, getattr(own, fact)) for fact in facts)


# ---------------------------------------------------------------------- ours


def test_we_tell_what_a_checker_tells(toy: Toy) -> None:
    found = ours(*toy)
    assert (found.states, found.transitions, found.depth, found.deadlocks) == (8, 22, 3, 0)
    wrong = {name for name, violated in found.violated.items() if violated}
    assert wrong == {"whole", "mended", "goes-out", "is-mended", "when-there"}


# ---------------------------------------------------------------------- agreement


@asks
def test_a_checker_finds_what_we_find(checker: str, toy: Toy) -> None:
    assert agrees(checker, *toy)


@asks
def test_options_change_no_finding(checker: str, toy: Toy) -> None:
    claims = [claim for claim in toy[1] if claim.name in ("whole", "off", "works", "when-there")]
    options: dict[str, list[dict[str, Any]]] = {
        "SPIN": [{"reduce": True}, {"optimise": True}],
        "TLC": [{"workers": 2, "optimise": True}, {"thought": ["works"]}],
    }
    assert all(agrees(checker, toy[0], claims, **more) for more in options[checker])


@asks
def test_states_without_successor_are_counted_or_noticed(checker: str) -> None:
    fuse = Machine.table("fuse", "new", [("light", "new", "lit"), ("burn", "lit", "ash"), ("wet", "new", "wet")])
    kinds = {"light": Kind.USER, "burn": Kind.SYSTEM, "wet": Kind.FAULT}
    system = System([fuse], [Event(name, kind, "x", ("fuse",)) for name, kind in kinds.items()])
    assert ours(system).deadlocks == 2
    assert agrees(checker, system, [Claim("burns", "", Form.FOREVER, At("fuse", lambda state: state != "ash"))])


@asks
def test_a_claim_about_nothing_or_everything_is_judged(checker: str, toy: Toy) -> None:
    anything = At("hand", lambda state: True)
    wrong = [(form, value) for form in Form for value in (anything, ~anything)]
    assert agrees(checker, toy[0], [Claim(f"c{k}", "", form, value) for k, (form, value) in enumerate(wrong)])


@asks
def test_spins_runs_may_be_longer_than_its_first_bound(toy: Toy, monkeypatch: pytest.MonkeyPatch) -> None:
    needed("SPIN")
    monkeypatch.setattr("mealspec.core.external.spin.DEPTH", 3)
    assert agrees("SPIN", *toy)


def random_system(seed: int) -> tuple[System, list[Claim]] | None:
    """Two machines of four states, rows that often change nothing, actions that are split; None if nothing moves."""
    rng = np.random.default_rng(seed)
    rows: dict[str, list[tuple[str, str, str]]] = {"m": [], "n": []}
    events = []
    for name, action in zip("abcdefg", ("one", "one", "two", "two", "", "", ""), strict=True):
        kind = {"e": Kind.USER, "f": Kind.FAULT}.get(name, Kind.SYSTEM)
        takes = tuple(machine for machine in rows if rng.random() < 0.6) or ("m",)
        events.append(Event(name, kind, "x", takes, action=action))
        for machine in takes:
            for source in [k for k in range(4) if rng.random() < 0.5] or [0]:
                dest = source if rng.random() < 0.35 else int(rng.integers(4))
                rows[machine].append((name, f"s{source}", f"s{dest}"))
    try:
        machines, alive = trimmed([Machine.table(name, "s0", table) for name, table in rows.items() if table], events)
        system = System(machines, alive, absent=("m", "n"))
    except InvalidSystem:
        return None

    def some() -> Predicate:
        first, *rest = (
            _one_of(machine.name, [f"s{k}" for k in range(4) if rng.random() < 0.7]) for machine in machines
        )
        for other in rest:
            first = first & other if rng.random() < 0.5 else first | other
        return first

    claims = [Claim(f"{form.name}-{k}", "", form, some(), some() if k % 2 else None) for form in Form for k in range(3)]
    return system, claims


def _one_of(machine: str, states: list[str]) -> Predicate:
    return At(machine, lambda state: state in states)


@asks
@pytest.mark.parametrize("seed", range(3))
def test_random_systems_are_judged_as_we_do(checker: str, seed: int) -> None:
    found = random_system(seed)
    assert found is not None
    assert agrees(checker, *found)


def test_tlc_knows_the_depth_unless_several_workers_search(
    toy: Toy, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Somebody in its place says of the toy what TLC says."""
    said = (
        "Model checking completed. No error has been found.",
        "23 states generated, 8 distinct states found, 0 states left on queue.",
        "The depth of the complete state graph search is 4.",
    )
    (tmp_path / "java").write_text("\n".join(["#!/bin/sh", *(f"echo '{line}'" for line in said), ""]))
    (tmp_path / "java").chmod(0o755)
    (tmp_path / "tla2tools.jar").touch()
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    monkeypatch.setattr(checkers, "TOOLS", tmp_path)
    found = [tlc(toy[0], workers=workers) for workers in (1, 2)]
    assert [(each.states, each.transitions, each.depth) for each in found] == [(8, 22, 3), (8, 22, None)]


# ---------------------------------------------------------------------- broken specifications


BROKEN = {
    "SPIN": {
        "a guard that is gone": ("the_lamp_is_off && hand == hand_is_there ->", "the_lamp_is_off ->", ""),
        "a wrong destination": ("the_lamp = the_lamp_is_lit;", "the_lamp = the_lamp_is_no_light;", ""),
        "an effect that is gone": ("    the_lamp = the_lamp_is_lit;\n", "    the_lamp = the_lamp;\n", ""),
        "an event that never happens": ("  :: go()\n", "", ""),
        "a step too many": ("system() {\n  do\n", "system() {\n  do\n  :: go()\n", ""),
        "fairness as TLA+ reads it": ("  :: care_flicker()\n  :: care_off()\n  od", "  :: care_off()\n od", "goes-out"),
        "no fairness": ("active proctype do_mend()", "proctype do_mend()", "there-mended"),
        "faults that go on": ("!calm && the_lamp != ", "the_lamp != ", "works"),
        "another claim": ("whole_wrong (the_lamp ==", "whole_wrong (false && the_lamp ==", "whole"),
    },
    "TLC": {
        "a guard that is gone": ('on ==\n  /\\ the_lamp = "off"\n  /\\ hand', 'on ==\n  /\\ hand', ""),
        "a wrong destination": ("the_lamp' = \"lit\"", "the_lamp' = \"no light\"", ""),
        "an event that never happens": ("  \\/ go\n", "", ""),
        "a step too many": ("Next == System", "Next == go \\/ System", ""),
        "fairness as TLA+ reads it": ('WF_vars(the_lamp # "lit" /\\ care)', "WF_vars(care)", "goes-out"),
        "no fairness": ("  /\\ WF_vars(mend)\n", "", "there-mended"),
        "faults that go on": ("  ~calm /\\ \\/ break", "  \\/ break", "works"),
        "another claim": ('whole == ~(the_lamp = "no light")', 'whole == ~(the_lamp = "light")', "whole"),
    },
}  # fmt: skip
"""What is replaced by what, and the claim that it makes a difference to; none if to the states."""


@asks
@pytest.mark.parametrize(("name", "what"), [(name, what) for name, broken in BROKEN.items() for what in broken])
def test_a_broken_specification_is_noticed(name: str, what: str, toy: Toy) -> None:
    needed(name)
    before, after, about = BROKEN[name][what]
    claims = [claim for claim in toy[1] if claim.name == about]
    text = CHECKERS[name][1](toy[0], claims)
    assert before in text
    assert not agrees(name, toy[0], claims, text=text.replace(before, after))


# ---------------------------------------------------------------------- checkers that cannot


@asks
def test_what_is_no_specification_is_an_error(checker: str, toy: Toy) -> None:
    with pytest.raises(CheckerFailed, match=f"{checker} failed: .*rror"):
        CHECKERS[checker][0](*toy, text="nonsense")


@pytest.mark.parametrize("name", CHECKERS)
def test_a_checker_that_is_not_there_says_what_is_missing(
    name: str, toy: Toy, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(checkers, "TOOLS", tmp_path)
    assert missing() == {"SPIN": "no spin and no gcc", "TLC": "no java and no tla2tools.jar"}
    with pytest.raises(CheckerFailed, match=re.escape(f"{name} cannot be run: {missing()[name]}")):
        CHECKERS[name][0](*toy)


@pytest.mark.parametrize(
    ("out", "says"),
    [
        ("fine\n  Error: a\nb\nan error\nmore\nError: c\nError: d", "Error: a; an error; Error: c"),
        ("one\ntwo\nthree\nfour", "one; two; three"), ("", "it said nothing"),
    ],
)  # fmt: skip
def test_of_what_a_checker_says_its_errors_are_told_or_its_first_lines(out: str, says: str) -> None:
    assert checkers.tail(out) == says
    with pytest.raises(CheckerFailed, match=f"^TLC failed: {says}$"):
        checkers.found("states: ([0-9]+)", out, "TLC")


def test_of_what_a_checker_says_several_times_the_last_counts() -> None:
    assert checkers.found(r"(\d+) of (\d+)", "1 of 9, 2 of 9\n8 of 9", "TLC") == ("8", "9")
