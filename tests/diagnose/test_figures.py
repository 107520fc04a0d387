"""What is measured of many runs; slow, and printed as well as compared."""

from __future__ import annotations

import resource
import time
from pathlib import Path
from random import Random

import pytest

from mealspec.core import Trace
from mealspec.diagnose.diagnosis import Diagnosis, Question
from mealspec.diagnose.mapping import load
from mealspec.diagnose.summary import Summary
from mealspec.diagnose.verdict import IMPOSSIBLE
from mealspec.diagnose.writing import BEGIN, Writing, written
from mealspec.model.design import DESIGNS
from mealspec.model.product import system
from mealspec.model.scope import Scope
from tests.diagnose.sampling import healthy

PLAN = DESIGNS["published"]


def day(folder: Path, users: int, meals: int, shapes: int, form: str) -> int:
    """Two logs of so many users with so many meals each, of so many runs; the number of lines."""
    mapping, random, plain = load(form), Random(1), system(PLAN, Scope())
    runs = [Trace.of(plain, healthy(PLAN, Random(k))) for k in range(shapes)]
    lines: tuple[list[str], list[str]] = ([], [])
    for user in range(users):
        for meal in range(meals):
            begin = BEGIN + 80_000 * (meal + random.random() * 0.9) / meals
            how = Writing(
                offset=1.3,
                drift=5e-5,
                seed=random.randrange(1 << 30),
                user=f"u{user}",
                meal=f"m{user}x{meal}",
                begin=begin,
            )
            for some, more in zip(lines, written(random.choice(runs), mapping, how), strict=True):
                some += more
    for name, some in zip(("client", "server"), lines, strict=True):
        some.sort(key=lambda line: line[line.index("2025") : line.index("2025") + 24])
        (folder / f"{name}.log").write_text("".join(f"{line}\n" for line in some), encoding="utf-8")
    return sum(map(len, lines))


def measured(folder: Path, form: str) -> tuple[Summary, Diagnosis, float]:
    paths = (folder / "client.log", folder / "server.log")
    found = Diagnosis(Question(paths, load(form), (PLAN,), margin=0))
    total, began = Summary(found.mapping), time.monotonic()
    for meal in found:
        total.take(meal)
    return total, found, time.monotonic() - began


@pytest.mark.slow
@pytest.mark.parametrize("users", [100, 1_000])
def test_of_a_days_healthy_meals_none_is_impossible(tmp_path: Path, users: int) -> None:
    """So many users with eight meals each; a meal has about twenty lines. What it takes is printed."""
    number = day(tmp_path, users, 8, 40, "app")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    total, found, seconds = measured(tmp_path, "app")
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    shapes = found.diagnosers[0].verdicts
    told = f"{number:,} lines, {total.total.meals:,} meals, {shapes} verdicts, {seconds:.0f} s, +{grown / 1024:.0f} MiB"
    print(f"{told}, {found.splitter.most_open} open at once")
    assert total.total.meals == users * 8
    assert total.total.kinds[IMPOSSIBLE] == 0
    assert found.splitter.most_open < users * 8
