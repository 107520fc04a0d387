"""What TLC is asked, option by option, and what is read from its words: by one that says what it is told to say."""

from __future__ import annotations

from pathlib import Path

import pytest

from mealspec.core import Claim, System
from mealspec.core.external import tla, tlc
from mealspec.core.external.checkers import Answer, CheckerFailed

Toy = tuple[System, list[Claim]]

HELD = "Model checking completed. No error has been found."
WHOLE = f"""{HELD}
The depth of the complete state graph search is 10.
458 states generated, 123 distinct states found, 0 states left on queue.
"""
DEAD, LIVE = "Error: Deadlock reached.\n", "Error: Temporal properties were violated."


class Tlc:
    """Says one thing after the other, and keeps what it was asked: module, configuration and options."""

    def __init__(self, *says: str) -> None:
        self.says = [*says]
        self.asked: list[tuple[str, str, list[str]]] = []

    def run(self, command: list[str], at: Path) -> str:
        assert (at / "Product.tla").read_text() == "text"
        module = command[-1]
        self.asked.append((module, (at / f"{module}.cfg").read_text(), command[:-1]))
        return self.says.pop(0)


def asked(monkeypatch: pytest.MonkeyPatch, toy: Toy, some: Tlc, claims: list[Claim], **more: object) -> Answer:
    monkeypatch.setattr(tlc, "need", lambda name: None)
    monkeypatch.setattr(tlc, "jar", lambda: Path("tla2tools.jar"))
    monkeypatch.setattr(tlc, "run", some.run)
    return tlc.tlc(toy[0], claims, text="text", **more)  # type: ignore[arg-type]


def java(*hasty: str, workers: int = 1, deadlock: bool = True) -> list[str]:
    collector = "-XX:+UseSerialGC" if workers == 1 else "-XX:+UseParallelGC"
    asks = ["tlc2.TLC", "-nowarning", "-metadir", "meta", "-workers", str(workers)]
    return ["java", collector, "-cp", "tla2tools.jar", *hasty, *asks, *([] if deadlock else ["-deadlock"])]


def parts(toy: Toy) -> tuple[list[Claim], list[Claim]]:
    return [c for c in toy[1] if not c.live], [c for c in toy[1] if c.live]


SAFE = tla.config(["NotedAll"], live=False)


def test_safety_is_asked_in_one_run_that_notes_what_is_violated(monkeypatch: pytest.MonkeyPatch, toy: Toy) -> None:
    (one, other, third, *_), _ = parts(toy)
    some = Tlc(f'<<"violated", 3>>\n<<"violated", 1>>\n<<"violated", 3>>\n{WHOLE}')
    found = asked(monkeypatch, toy, some, [one, other, third])
    assert some.asked == [("Noting", SAFE, java())]
    assert found.violated == {one.name: True, other.name: False, third.name: True}
    assert (found.checker, found.states, found.transitions, found.depth) == ("TLC", 123, 457, 9)
    assert (found.deadlocked, found.deadlocks, found.judging) == (False, None, {})


def test_with_several_workers_the_depth_is_not_known(monkeypatch: pytest.MonkeyPatch, toy: Toy) -> None:
    some = Tlc(WHOLE)
    found = asked(monkeypatch, toy, some, [], workers=2, optimise=False)
    assert (found.depth, found.states) == (None, 123)
    assert some.asked == [("Noting", SAFE, java("-XX:TieredStopAtLevel=1", workers=2))]


def test_a_deadlock_stops_it_so_it_is_asked_again_without_looking_for_one(
    monkeypatch: pytest.MonkeyPatch, toy: Toy
) -> None:
    some = Tlc(DEAD, WHOLE)
    found = asked(monkeypatch, toy, some, [])
    assert (found.deadlocked, found.states, [*found.judging]) == (True, 123, ["deadlock"])
    assert some.asked == [("Noting", SAFE, java()), ("Noting", SAFE, java(deadlock=False))]


def test_liveness_that_is_thought_to_hold_is_asked_at_once_and_apart_only_if_it_does_not(
    monkeypatch: pytest.MonkeyPatch, toy: Toy
) -> None:
    _, (one, other, third, *_) = parts(toy)
    names = tla.claim_names(toy[0], [one, other, third])

    def configs(*groups: list[Claim]) -> list[tuple[str, str, list[str]]]:
        told = (tla.config([names[claim.name] for claim in some], live=True) for some in groups)
        return [("Product", config, java(deadlock=False)) for config in told]

    some = Tlc(WHOLE, HELD, LIVE)
    found = asked(monkeypatch, toy, some, [one, other, third], thought=[third.name])
    assert found.violated == {one.name: False, other.name: False, third.name: True}
    assert some.asked[1:] == configs([one, other], [third])
    assert [*found.judging] == [f"{one.name} {other.name}", third.name]
    some = Tlc(WHOLE, LIVE, LIVE, HELD, LIVE)
    found = asked(monkeypatch, toy, some, [one, other, third], thought=[third.name])
    assert found.violated == {one.name: False, other.name: True, third.name: True}
    assert some.asked[1:] == configs([one, other], [third], [one], [other])
    some = Tlc(WHOLE, LIVE)
    assert asked(monkeypatch, toy, some, [one]).violated == {one.name: True}
    assert some.asked[1:] == configs([one]), "one alone need not be asked twice"


@pytest.mark.parametrize("says", ["Error: out of memory", "", "Parsing failed"])
def test_a_run_that_says_neither_is_none(monkeypatch: pytest.MonkeyPatch, toy: Toy, says: str) -> None:
    with pytest.raises(CheckerFailed, match=f"TLC failed: {says or 'it said nothing'}"):
        asked(monkeypatch, toy, Tlc(says), [])
    with pytest.raises(CheckerFailed, match="TLC failed"):
        asked(monkeypatch, toy, Tlc(WHOLE, says), parts(toy)[1][:1])
