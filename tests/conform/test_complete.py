"""Which machines the words find out: every other one with up to so many states more, and not every larger one."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from itertools import product

import pytest

from mealspec.conform.complete import Word, identifying, minimal, reached, suite
from mealspec.conform.differ import SCOPE, Rows
from mealspec.conform.learn import Learned, learned
from mealspec.conform.role import Json
from mealspec.conform.suite import spec

Step = Callable[[str, str], tuple[str, str]]


def machine(first: str, letters: Sequence[str], step: Step) -> Rows:
    """The machine that takes these steps."""
    rows, waiting = Rows(), [first]
    for state in waiting:
        rows[state] = {letter: step(state, letter) for letter in letters}
        waiting += [then for then, _ in rows[state].values() if then not in waiting]
    return rows


def answers(rows: Rows, word: Word) -> list[tuple[str, ...]]:
    """What comes of each letter, and before each what means nothing."""
    state, out = next(iter(rows)), []
    for letter in word:
        out.append((*(each for each in rows[state] if not rows[state][each][1]), rows[state][letter][1]))
        state = rows[state][letter][0]
    return [*out, tuple(each for each in rows[state] if not rows[state][each][1])]


def equal(one: Rows, other: Rows) -> bool:
    """Whether two machines answer every word alike."""
    waiting = [(next(iter(one)), next(iter(other)))]
    for a, b in waiting:
        if any(one[a][letter][1] != other[b][letter][1] for letter in one[a]):
            return False
        after = [(one[a][letter][0], other[b][letter][0]) for letter in one[a]]
        waiting += [pair for pair in dict.fromkeys(after) if pair not in waiting]
    return True


def all_of(count: int, letters: str, outputs: str) -> Iterator[Rows]:
    """All machines of so many states."""
    states = [f"s{k}" for k in range(count)]
    keys = list(product(states, letters))
    for ways in product(product(states, outputs), repeat=len(keys)):
        rows: Rows = {state: {} for state in states}
        for (state, letter), way in zip(keys, ways, strict=True):
            rows[state][letter] = way
        yield rows


def test_all_of_the_smallest_machines_with_a_state_more_are_found_out() -> None:
    """Of 46,656 machines with three states those that pass are equal to the one with two."""
    one = next(rows for rows in all_of(2, "ab", "01") if minimal(rows) and len(reached(rows)) == 2)
    words, passed = suite(one, 1), 0
    for other in all_of(3, "ab", "01"):
        if all(answers(one, word) == answers(other, word) for word in words):
            passed += 1
            assert equal(one, other), other
    assert passed > 0
    few = suite(one, 0)
    some = (other for other in all_of(3, "ab", "01") if all(answers(one, word) == answers(other, word) for word in few))
    assert not all(equal(one, other) for other in some), "some of them need the words for a state more"


def partial(some: random.Random, count: int, old: Rows | None = None) -> Rows:
    """A machine of whose letters one means nothing, as long as the last output says so; like another in most of it."""

    def step(state: str, letter: str) -> tuple[str, str]:
        if letter == "c" and state.startswith("0"):
            return state, ""
        if old is not None and state in old and some.random() < 0.8:
            then, said = old[state][letter]
            return (then, said) if some.random() < 0.9 else (f"{said}.{some.randrange(count)}", said)
        said = some.choice("01")
        return f"{said}.{some.randrange(count)}", said

    made: dict[tuple[str, str], tuple[str, str]] = {}
    return machine("0.0", "abc", lambda state, letter: made.setdefault((state, letter), step(state, letter)))


@pytest.mark.parametrize("extra", [1, 2])
def test_random_machines_with_letters_that_mean_nothing_are_found_out(extra: int) -> None:
    """A letter is left out of a word where the answers before it say that it means nothing."""
    some, caught, escaped = random.Random(extra), 0, 0
    for _ in range(40):
        one = partial(some, 3)
        if not minimal(one):
            continue
        words = suite(one, extra)
        for _ in range(20):
            other = partial(some, 5, one)
            if equal(one, other):
                continue
            passes = all(answers(one, word) == answers(other, word) for word in words)
            assert not passes or len(other) > len(one) + extra
            caught, escaped = caught + (not passes), escaped + passes
    print(f"\n{caught} found out, {escaped} larger ones not")
    assert caught > 100


def test_what_identifies_a_state_is_of_one_set_and_does() -> None:
    """The proof needs both: what is asked after the longest words was asked after all others."""
    some = random.Random(7)
    rows = next(rows for _ in range(20) if minimal(rows := partial(some, 4)))
    own = identifying(rows)
    for state, other in product(rows, rows):
        started = [{state: rows[state], **rows}, {other: rows[other], **rows}]
        same = all(answers(started[0], word) == answers(started[1], word) for word in own[state])
        assert same == (state == other)


class Hiding:
    """A client that shows whether its screen is there, and at one tick of so many in a row, before it, does not."""

    def __init__(self, hidden: int) -> None:
        self.hidden = hidden

    def ask(self, command: Json) -> Json:
        ticks = command["op"] == "advance"
        if command["op"] == "reset":
            self.shown, self.saved, self.count = False, False, 0
        elif command.get("what") in ("appear", "leave"):
            self.shown = command["what"] == "appear"
        self.saved |= command.get("what") == "submit"
        self.count = (self.count + 1) % (self.hidden + 1) if ticks and not self.shown and not self.saved else 0
        odd = ticks and self.hidden > 0 and not self.shown and not self.saved and self.count == 0
        return {"ok": True, "seen": [], "shows": {"polling": self.shown or odd}}

    def close(self) -> None:
        pass


def hiding(hidden: int, extra: int) -> Learned:
    return learned(Hiding(hidden), spec("client", "hardened", SCOPE), {"tick": 1.0}, tests=0, extra=extra)[0]


@pytest.mark.parametrize(
    ("hidden", "extra", "found"), [(0, 2, 0), (1, 1, 1), (1, 0, 0), (2, 2, 2), (2, 1, 0), (3, 2, 0), (3, 3, 3)]
)
def test_so_many_hidden_states_are_found_and_one_more_may_not_be(hidden: int, extra: int, found: int) -> None:
    made = hiding(hidden, extra)
    assert len(made.machine) == 4 + found
    assert made.complete is not None
    assert made.complete.extra == extra
    assert made.complete.words == len(suite(made.machine, extra))
    assert f"completely for up to {extra} extra state" in made.tested
