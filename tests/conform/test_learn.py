"""A client's machine is learned, and where it differs from the specification is found and named."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from mealspec.conform.complete import suite
from mealspec.conform.conformance import Bench
from mealspec.conform.differ import SCOPE, Beside, apart, differences, known, named
from mealspec.conform.driver import Exchange
from mealspec.conform.learn import LETTERS, Surroundings, learned
from mealspec.conform.role import Json
from mealspec.conform.session import Session
from mealspec.conform.settle import Place
from mealspec.conform.suite import spec
from mealspec.draw.learned import learned_svg
from mealspec.model import design
from tests.conform.reference import driver


def words(some: Bench, count: int) -> int:
    """How many of so many random words show what is not allowed."""
    beside, wrong, choose = Beside(spec("client", "hardened", SCOPE)), 0, random.Random(1)
    for _ in range(count):
        around = Surroundings(Session(some.driver, "client"), some.role.seconds["tick"])
        places: tuple[Place, ...] = (beside.spec.start,)
        for letter in ["appear", *choose.choices(LETTERS, k=12)]:
            around.letter(letter)
            for does, sights, shows in around.steps:
                places = beside.after(places, does, sights, shows)
        wrong += not places
    return wrong


@pytest.mark.slow
def test_what_the_hardened_client_shows_at_random_words_is_allowed(bench: Callable[..., Bench]) -> None:
    assert words(bench(*driver("client", "hardened")), 25) == 0


def test_what_the_published_client_shows_is_not(bench: Callable[..., Bench]) -> None:
    assert words(bench(*driver("client", "published")), 25) > 5


@pytest.mark.slow
def test_the_hardened_client_is_learned_and_differs_nowhere(bench: Callable[..., Bench]) -> None:
    some = bench(*driver("client", "hardened"))
    made, found = learned(some.driver, spec("client", "hardened", SCOPE), some.role.seconds, 200, 2)
    print(f"\n{len(made.machine)} states, {made.queries} words, {made.steps} letters; {made.tested}")
    assert found == []
    assert made.complete is not None
    assert made.complete.words == len(suite(made.machine, 2)) > 1000
    svg = learned_svg(made.machine, ())
    assert svg.count('<g id="node') == len(made.machine)
    # One output changed is noticed: the walk is no formality.
    rows = {state: dict(letters) for state, letters in made.machine.items()}
    then, output = rows["s0"]["appear"]
    rows["s0"]["appear"] = (then, output.replace('"connecting\\": true', '"connecting\\": false'))
    assert rows["s0"]["appear"][1] != output
    assert differences(rows, Beside(spec("client", "hardened", SCOPE)))


class Odd:
    """A client that polls where it should not: at each third tick in a row before it is shown."""

    def __init__(self, driver: Exchange) -> None:
        self.driver, self.ticks = driver, 0

    def ask(self, command: Json) -> Json:
        answer, before = self.driver.ask(command), self.ticks >= 0
        if command["op"] != "advance":
            self.ticks = 0 if command["op"] == "reset" else -1
        elif before:
            self.ticks = (self.ticks + 1) % 3
        if command["op"] == "advance" and before and self.ticks == 0:
            return {**answer, "shows": {**answer["shows"], "polling": True}}
        return answer

    def close(self) -> None:
        pass


@pytest.mark.slow
@pytest.mark.more
def test_states_hidden_in_the_hardened_client_are_found(bench: Callable[..., Bench]) -> None:
    """After one tick and after two; and where it begins is no other state any more."""
    some = bench(*driver("client", "hardened"))
    subject = spec("client", "hardened", SCOPE)
    made, found = learned(Odd(some.driver), subject, some.role.seconds, 200, 2)
    print(f"\n{len(made.machine)} states, {made.queries} words, {made.steps} letters; {made.tested}")
    assert len(made.machine) == 64 + 3
    assert [each.word for each in found] == [("tick", "tick", "tick")]


@pytest.mark.slow
@pytest.mark.more
def test_the_published_clients_differences_are_named(bench: Callable[..., Bench]) -> None:
    some = bench(*driver("client", "published"))
    made, found = learned(some.driver, spec("client", "hardened", SCOPE), some.role.seconds, 200, 2)
    print(f"\n{len(made.machine)} states, {made.queries} words, {made.steps} letters; {made.tested}")
    assert made.complete is not None
    assert found
    classes = {name for reasons in named(found, design("hardened")) for reason in reasons for name in reason.classes}
    assert {"F4", "F12"} & classes, classes
    assert [str(plan) for plan in known(made.machine)] == ["published"]
    assert {"F2", "F4", "F12"} <= {ref for why in apart(design("hardened"), design("published")) for ref in why.classes}
