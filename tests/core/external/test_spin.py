"""What SPIN is asked, option by option, and what is read from its words: by one that says what it is told to say."""

from __future__ import annotations

from pathlib import Path

import pytest

from mealspec.core import Claim, System
from mealspec.core.external import promela, spin
from mealspec.core.external.checkers import Answer, CheckerFailed

Toy = tuple[System, list[Claim]]

WHOLE = """State-vector 44 byte, depth reached 9, errors: {errors}
      123 states, stored
      457 transitions (= stored+matched)
    1.500\ttotal actual memory usage
"""
SHALLOW = "error: max search depth too small"


class Spin:
    """Writes what it is expected to write, and says of each claim what it is told: a list, one run after the other."""

    def __init__(self, says: dict[str, list[str]], whole: str = WHOLE.format(errors=0)) -> None:
        self.says, self.whole = says, [whole]
        self.asked: list[list[str]] = []

    def run(self, command: list[str], at: Path) -> str:
        if command[0] == "spin":
            self.asked.append(command[1:])
            assert (at / "system.pml").read_text() == "text"
            assert not list(at.glob("pan*")), "nothing old is left"
            (at / "pan.c").write_text("")
        elif command[0] == "gcc":
            assert command[1] == "-w"
            assert command[-3:] == ["-o", "pan", "pan.c"]
            self.asked.append(["gcc", *command[2:-3]])
            (at / "pan").write_text("")
        else:
            assert command[:2] == ["./pan", "-n"]
            self.asked.append(command[2:])
            return (self.says[command[-1]] if "-N" in command else self.whole).pop(0)
        return ""


def asked(monkeypatch: pytest.MonkeyPatch, toy: Toy, some: Spin, names: list[str], **more: bool) -> Answer:
    monkeypatch.setattr(spin, "need", lambda name: None)
    monkeypatch.setattr(spin, "spin_command", lambda: "spin")
    monkeypatch.setattr(spin, "run", some.run)
    claims = [claim for claim in toy[1] if claim.name in names]
    return spin.spin(toy[0], claims, text="text", **more)


def errors(number: int) -> str:
    return f"depth reached 5, errors: {number}"


def safe_and_live(toy: Toy) -> tuple[list[Claim], list[Claim]]:
    return [c for c in toy[1] if not c.live], [c for c in toy[1] if c.live]


def test_all_states_are_counted_in_one_run_and_each_deadlock_is_an_error(
    monkeypatch: pytest.MonkeyPatch, toy: Toy
) -> None:
    some = Spin({}, WHOLE.format(errors=3))
    found = asked(monkeypatch, toy, some, [])
    assert some.asked == [
        ["-a", "system.pml"],
        ["gcc", "-O2", "-DNOREDUCE", "-DNOCLAIM", "-DSAFETY"],
        ["-m100000", "-c0"],
    ]
    assert (found.checker, found.states, found.transitions, found.depth) == ("SPIN", 123, 456, None)
    assert (found.deadlocked, found.deadlocks, found.violated) == (True, 3, {})
    assert (found.bytes_per_state, found.memory) == (44, 1536 * 1024)
    assert found.judging == {}
    assert found.preparing >= 0
    assert not asked(monkeypatch, toy, Spin({}), []).deadlocked


def test_options_are_passed_on(monkeypatch: pytest.MonkeyPatch, toy: Toy) -> None:
    some = Spin({})
    asked(monkeypatch, toy, some, [], reduce=True, optimise=False)
    assert some.asked[1] == ["gcc", "-O0", "-DNOCLAIM", "-DSAFETY"]


def test_safety_is_asked_claim_by_claim_of_one_program(monkeypatch: pytest.MonkeyPatch, toy: Toy) -> None:
    (one, other, *_), _ = safe_and_live(toy)
    names = promela.claim_names(toy[0], [one, other])
    some = Spin({names[one.name]: [errors(1)], names[other.name]: [errors(0)]})
    found = asked(monkeypatch, toy, some, [one.name, other.name])
    assert found.violated == {one.name: True, other.name: False}
    assert some.asked[3:] == [
        ["-a", "system.pml"], ["gcc", "-O2", "-DNOREDUCE", "-DSAFETY"],
        *(["-m100000", "-E", "-N", names[claim.name]] for claim in (one, other)),
    ]  # fmt: skip
    assert {*found.judging} == {one.name, other.name}


def test_a_search_that_was_too_shallow_is_made_ten_times_as_deep(monkeypatch: pytest.MonkeyPatch, toy: Toy) -> None:
    (one, *_), _ = safe_and_live(toy)
    name = promela.claim_names(toy[0], [one])[one.name]
    some = Spin({name: [f"{SHALLOW} {errors(0)}", f"{SHALLOW} {errors(0)}", errors(1)]})
    assert asked(monkeypatch, toy, some, [one.name]).violated == {one.name: True}
    assert [options[0] for options in some.asked[-3:]] == ["-m100000", "-m1000000", "-m10000000"]


def test_liveness_is_asked_fairly_and_again_as_an_automaton_where_spin_went_too_deep(
    monkeypatch: pytest.MonkeyPatch, toy: Toy
) -> None:
    """What it finds is a violation, however deep it went; that it finds none says nothing then."""
    _, (one, other, third, *_) = safe_and_live(toy)
    live = [one, other, third]
    names = promela.claim_names(toy[0], live)
    deep = f"State-vector {{}} byte {SHALLOW}\n"
    some = Spin({
        names[one.name]: [errors(0)],
        names[other.name]: [f"{deep.format(88)}acceptance cycle (at depth 9) {errors(1)}"],
        names[third.name]: [f"{deep.format(77)}{errors(1)}", errors(0)],
    })  # fmt: skip
    found = asked(monkeypatch, toy, some, [claim.name for claim in live])
    assert found.violated == {one.name: False, other.name: True, third.name: False}
    words = f"-DNFAIR={promela.fair_words(toy[0])}"
    assert some.asked[3:] == [
        ["-DFAIR", "-a", "system.pml"], ["gcc", "-O2", "-DNOREDUCE", "-DFAIR", words],
        *(["-m100000", "-a", "-f", "-N", names[claim.name]] for claim in live),
        ["-DFAIR", "-a", "system.pml"], ["gcc", "-O2", "-DNOREDUCE", "-DFAIR", words, "-DMA=77"],
        ["-m100000", "-a", "-f", "-N", names[third.name]],
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("whole", "says"),
    [("error: no memory", "error: no memory"), (f"{WHOLE.format(errors=0)}Search not completed", "SPIN failed")],
)
def test_a_search_that_stopped_for_another_reason_is_none(
    monkeypatch: pytest.MonkeyPatch, toy: Toy, whole: str, says: str
) -> None:
    with pytest.raises(CheckerFailed, match=says):
        asked(monkeypatch, toy, Spin({}, whole), [])
    assert asked(monkeypatch, toy, Spin({}, f"{WHOLE.format(errors=2)}Search not completed"), []).deadlocks == 2


def test_what_does_not_compile_is_told(monkeypatch: pytest.MonkeyPatch, toy: Toy) -> None:
    monkeypatch.setattr(spin, "need", lambda name: None)
    monkeypatch.setattr(spin, "spin_command", lambda: "spin")
    monkeypatch.setattr(spin, "run", lambda command, at: "syntax error in line 3")
    with pytest.raises(CheckerFailed, match="SPIN failed: syntax error in line 3"):
        spin.spin(toy[0], [], text="text")
