"""Which statements tell reasons apart: against all runs in a small scope, by replay, and by laws."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from collections.abc import Collection
from functools import cache
from itertools import combinations, product

import numpy as np
import pytest

from mealspec.check.excerpts import LOGS
from mealspec.cli.entry import main
from mealspec.core import Graph, Trace, explore
from mealspec.diagnose.losses import REASONS, reason_of, reasons, repair, watched_system
from mealspec.diagnose.observe import Observation, observe, smallest_hitting
from mealspec.diagnose.oracle import Oracle, alike
from mealspec.diagnose.quotient import Steps, quotient
from mealspec.diagnose.show_observe import observation_lines, to_json
from mealspec.diagnose.statements import Lines, Printer
from mealspec.diagnose.twin import twins
from mealspec.diagnose.view import Pair
from mealspec.model.design import design
from mealspec.model.scope import Scope

SMALL = Scope(connections=1, faults=0)
"""A scope in which all pairs of states can be looked at one by one."""


@cache
def small() -> Observation:
    return observe(design("published"), SMALL, 0)


@cache
def oracle(name: str = "published") -> Oracle:
    return Oracle(design(name), SMALL, 0)


@cache
def whole(name: str = "published") -> tuple[Graph, list[int]]:
    """All states of the design, explored at once, and the number of each one's reason."""
    graph = explore(watched_system(design(name), SMALL))
    return graph, reasons(graph).tolist()


def slowly(on: Collection[int], name: str = "published") -> set[Pair]:
    """The pairs that statements do not tell apart, of all machines and all their states."""
    graph, label = whole(name)
    lines = [oracle(name).printer.prints(event.name, on) for event in graph.system.events]
    numbers = {None: 0} | {line: k for k, line in enumerate(dict.fromkeys(line for line in lines if line), start=1)}
    symbol = np.array([numbers[line] for line in lines], np.int64)[graph.event]
    steps = Steps.of(0, np.array(label), graph.source.astype(np.int64), symbol, graph.dest.astype(np.int64))
    wanted = np.ones((len(REASONS), len(REASONS)), np.bool_) & ~np.eye(len(REASONS), dtype=np.bool_)
    found = twins(steps, [LOGS.index(line[0]) if line else 0 for line in numbers], wanted, 0).found
    return {(REASONS[a], REASONS[b]) for a, b in np.argwhere(found) if a < b}


@pytest.mark.slow
def test_the_sets_that_are_enough_are_so_by_the_slow_path_and_no_smaller_ones_are() -> None:
    found = small()
    for some in found.smallest:
        assert slowly(some) == {*found.never}
        for number in some:
            assert slowly(some - {number}) > {*found.never}, "a line less must show"


@pytest.mark.slow
def test_what_today_leaves_open_is_so_by_the_slow_path() -> None:
    found = small()
    today = [number for number, each in enumerate(found.statements) if each.today]
    assert slowly(today) == {*found.open, *found.never}
    assert slowly(range(len(found.statements))) == {*found.never}
    best, pairs = found.best
    gains = {number: len(found.open) + len(found.never) - len(slowly([*today, number]))
             for number in range(len(found.statements)) if number not in today}  # fmt: skip
    assert pairs == max(gains.values())
    assert best == tuple(number for number, gain in gains.items() if gain == pairs > 0)


@pytest.mark.parametrize("name", ["published", "app_published", "hardened"])
def test_machines_composed_one_by_one_tell_what_all_at_once_do(name: str) -> None:
    asked, chance = oracle(name), random.Random(7)
    assert [*asked.reasons] == [REASONS[number] for number in sorted({*whole(name)[1]} - {-1})]
    told = []
    for share in (0.3, 0.6, 0.8, 1):
        on = frozenset(k for k in asked.everything if chance.random() < share)
        told.append(slowly(on, name))
        assert {*asked.confused(on, asked.pairs)} == told[-1]
    assert len(told[0]) > len(told[-1])


def test_every_smallest_set_is_found() -> None:
    """Every set of that size is asked."""
    found, asked = small(), oracle()
    size = len(found.smallest[0])
    rest = [pair for pair in asked.pairs if pair not in found.never]
    enough = {
        frozenset(some)
        for some in combinations(sorted(asked.everything), size)
        if not asked.confused(frozenset(some), rest, one=True)
    }
    assert enough == {*found.smallest}


def test_two_runs_that_look_alike_are_runs_of_the_design_and_print_the_same() -> None:
    found = small()
    system, printer = watched_system(design("published"), SMALL), Printer(found.statements)
    for pair, two in {**found.never, **found.open}.items():
        assert tuple(reason_of(Trace.of(system, run)) for run in two.runs) == pair  # a run, or this raises
        one, other = two.runs
        assert printer.logs(one, two.to) == printer.logs(other, two.to)
        for number in {*range(len(found.statements))} - two.to:
            assert printer.logs(one, two.to | {number}) != printer.logs(other, two.to | {number})


def test_more_statements_never_tell_less() -> None:
    asked, chance = oracle(), random.Random(5)
    for _ in range(30):
        more = frozenset(k for k in asked.everything if chance.random() < 0.6)
        less = frozenset(k for k in more if chance.random() < 0.7)
        assert {*asked.confused(more, asked.pairs)} <= {*asked.confused(less, asked.pairs)}


def test_logs_with_clocks_of_their_own_never_tell_more() -> None:
    shifted = observe(design("published"), SMALL, 1)
    found = small()
    assert {*found.never} <= {*shifted.never}
    assert {*found.never, *found.open} <= {*shifted.never, *shifted.open}


def test_a_reason_that_no_run_has_is_not_named() -> None:
    _, label = whole()
    assert [*small().reasons] == [REASONS[number] for number in sorted({*label} - {-1})]
    system = watched_system(design("published"), SMALL)
    for reason, run in small().reasons.items():
        assert reason_of(Trace.of(system, run)) is reason
        assert repair(reason)


@pytest.mark.slow
@pytest.mark.more
def test_hardened_with_two_connections_is_asked_to_the_end() -> None:
    found = observe(design("hardened"), Scope(), 0)
    system, printer = watched_system(design("hardened"), Scope()), Printer(found.statements)
    for pair, two in {**found.never, **found.open}.items():
        assert tuple(reason_of(Trace.of(system, run)) for run in two.runs) == pair  # a run, or this raises
        assert len({printer.logs(run, two.to) for run in two.runs}) == 1
    today = frozenset(number for number, each in enumerate(found.statements) if each.today)
    for some in (*found.smallest, *(today | more for more in found.added)):
        assert not [pair for pair, two in found.open.items() if some <= two.to]


# ---------------------------------------------------------------------- the parts


def _random_steps(chance: random.Random) -> Steps:
    """A few states of which the last two are lost, each for a reason of its own."""
    n = chance.randint(4, 6)
    label = np.array([-1] * (n - 2) + [0, 1])
    steps = [(s, chance.randrange(4), chance.randrange(n)) for s in range(n - 2) for _ in range(3)]
    steps += [(s, chance.randrange(4), s) for s in (n - 2, n - 1)]
    return Steps.of(0, label, *(np.array(column, np.int64) for column in zip(*steps, strict=True)))


LOG = [0, 0, 0, 1]
"""Symbols 1 and 2 stand in the client's log, symbol 3 in the server's."""


def _words(steps: Steps, label: int, most: int) -> set[tuple[int, ...]]:
    """What runs to the label print, up to so many steps."""
    here: set[tuple[int, tuple[int, ...]]] = {(steps.initial, ())}
    out = set[tuple[int, ...]]()
    for _ in range(most):
        here |= {
            (int(steps.dest[e]), word + ((int(steps.symbol[e]),) if steps.symbol[e] else ()))
            for state, word in here
            for e in range(steps.offset[state], steps.offset[state + 1])
        }
        out |= {word for state, word in here if steps.label[state] == label}
    return out


def _lines(word: tuple[int, ...]) -> Lines:
    return tuple((LOGS[LOG[symbol]], (str(symbol),)) for symbol in word)


@pytest.mark.parametrize("skew", [0, 1, 2])
def test_twins_of_classes_are_twins_of_runs(skew: int) -> None:
    wanted, found = np.ones((2, 2), np.bool_) & ~np.eye(2, dtype=np.bool_), []
    for seed in range(60):
        steps = _random_steps(random.Random(seed))
        searched = twins(quotient(steps), LOG, wanted, skew)
        found.append(bool(searched.found[0, 1]))
        ones, others = (_words(steps, label, 5) for label in (0, 1))
        if any(alike(_lines(one), _lines(other), skew) for one, other in product(ones, others)):
            assert found[-1], f"seed {seed}: two runs look alike, and no twins were found"
        if found[-1]:
            one, other = (tuple(word) for word in searched.words(0, 1))
            assert alike(_lines(one), _lines(other), skew)
            for word, label in ((one, 0), (other, 1)):
                assert _prints(steps, word, label), f"seed {seed}: no run prints that"
    assert {*found} == {True, False}


def _prints(steps: Steps, word: tuple[int, ...], label: int) -> bool:
    """Whether a run to the label prints the word."""
    waiting, seen = [(steps.initial, 0)], {(steps.initial, 0)}
    for state, done in waiting:
        for e in range(steps.offset[state], steps.offset[state + 1]):
            symbol = int(steps.symbol[e])
            if symbol and (done == len(word) or word[done] != symbol):
                continue
            after = int(steps.dest[e]), done + bool(symbol)
            if after not in seen:
                seen.add(after)
                waiting.append(after)
    return any(done == len(word) and steps.label[state] == label for state, done in seen)


def test_the_smallest_sets_that_hit_all_are_those_of_all_sets() -> None:
    chance = random.Random(3)
    for _ in range(50):
        sets = [frozenset(chance.sample(range(7), chance.randint(1, 4))) for _ in range(chance.randint(0, 6))]
        every = [frozenset(k for k in range(7) if number >> k & 1) for number in range(128)]
        hits = [some for some in every if all(some & each for each in sets)]
        size = min(map(len, hits))
        assert {*smallest_hitting(sets)} == {some for some in hits if len(some) == size}


# ---------------------------------------------------------------------- what people see

ASKED = ("observe", "published", "--connections", "1", "--faults", "0")


def test_it_fits_80_columns_and_says_what_it_compares(capsys: pytest.CaptureFixture[str]) -> None:
    main([*ASKED, "--runs"])
    told = capsys.readouterr().out
    assert all(len(line) <= 80 for line in told.splitlines())
    assert "as by one clock" in told
    assert told.splitlines() == observation_lines(small(), runs=True)


@pytest.mark.slow
def test_json_is_the_same_whatever_the_hash_seed() -> None:
    command = [sys.executable, "-m", "mealspec", *ASKED, "--json"]
    told = [
        subprocess.run(command, env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, check=True).stdout
        for seed in ("1", "2")
    ]
    assert told[0] == told[1]
    assert json.loads(told[0]) == json.loads(json.dumps(to_json(small())))


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["app_haed"], "did you mean 'app_head'?"),
        (["app_head", "--skew", "9"], "0<=x<=2"),
        (["app_head", "--with", "rain"], "unknown fault kind or aspect 'rain'"),
        (["app_head", "--connections", "9"], "choose 1 to 4"),
        ([], "Missing argument 'DESIGN'"),
    ],
)
def test_bad_input_is_one_sentence(arguments: list[str], says: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ends:
        main(["observe", *arguments])
    assert ends.value.code == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert says in err
