"""A sample speaks for all mutants, and what was judged to be no mistake still stands there."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.mutation import about
from tests.mutation.about import ABOUT, PARTS, modules
from tests.mutation.judged import Judgement, judged, judgements
from tests.mutation.sampling import Place, sample, wilson

HERE = Path(__file__).parents[2]


@dataclass(frozen=True)
class Some:
    """A mutant that is only counted."""

    module: str
    place: Place
    what: int


EVERY = [
    Some(module, ((line, 0), (line, 1)), what)
    for module, lines in (("large", 90), ("small", 10))
    for line in range(lines)
    for what in range(1 + line % 12)
]


def test_each_module_has_its_share_each_place_one_mutant_and_the_same_seed_the_same() -> None:
    found = sample(EVERY, 20, "seed")
    assert Counter(mutant.module for mutant in found) == {"large": 18, "small": 2}
    assert len({(mutant.module, mutant.place) for mutant in found}) == 20
    assert found == sample(EVERY, 20, "seed") != sample(EVERY, 20, "other")


def test_no_more_can_be_sampled_than_there_are_places() -> None:
    assert len(sample(EVERY, 1_000, "seed")) == 100


@pytest.mark.parametrize(
    ("hits", "tries", "low", "high"), [(0, 0, 0, 1), (0, 10, 0, 0.2775), (90, 100, 0.8256, 0.9448)]
)
def test_the_interval_is_wilsons(hits: int, tries: int, low: float, high: float) -> None:
    assert wilson(hits, tries) == pytest.approx((low, high), abs=1e-4)


def test_every_module_has_tests_that_are_about_it() -> None:
    decides, measures = ({*modules(HERE, part)} for part in PARTS)
    assert all(about.tests(HERE, module) for module in decides | measures)
    assert {f"mealspec/{name}.py" for name in ABOUT} <= decides | measures
    assert not decides & measures
    checks = {file.relative_to(HERE).as_posix() for file in (HERE / "mealspec" / "check").glob("*.py")}
    assert checks - {"mealspec/check/__init__.py"} <= decides | measures


@pytest.mark.parametrize(
    "each", judgements(), ids=lambda each: each.get("line", each.get("part", each.get("operator", "")))[:60]
)
def test_what_was_judged_still_stands_there_and_says_why(each: Judgement) -> None:
    assert each["why"]
    assert each.keys() <= {"module", "operator", "line", "becomes", "part", "turns", "why"}
    assert ("part" in each) == ("turns" in each)
    sources = [each["module"]] if "module" in each else [name for part in PARTS for name in modules(HERE, part)]
    lines = [line.strip() for name in sources for line in (HERE / name).read_text(encoding="utf-8").splitlines()]
    assert each.get("line", lines[0]) in lines
    assert any(each.get("part", "") in line for line in lines)


def test_a_judgement_is_about_what_it_says_and_no_more() -> None:
    mutant = {"module": "m", "operator": "o", "line": "a", "becomes": "b"}
    assert judged(mutant, [{"line": "a", "becomes": "b", "why": ""}])
    assert not judged(mutant, [{"line": "a", "becomes": "c", "why": ""}, {"module": "n", "operator": "o", "why": ""}])
    part = {"part": "x", "turns": "y", "why": ""}
    for becomes, known in (("a y", True), ("b y", False), ("a x", False)):
        assert judged({**mutant, "line": "a x", "becomes": becomes}, [part]) is known
    for becomes, known in (("y x", True), ("x y", True), ("y y", False), ("x x", False)):
        assert judged({**mutant, "line": "x x", "becomes": becomes}, [part]) is known
    assert not judged(mutant, [part])
