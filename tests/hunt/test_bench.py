"""The figures of a hunt are measured, and said in 80 columns."""

from __future__ import annotations

from mealspec.hunt import bench
from mealspec.hunt.subject import Subject
from mealspec.model.design import DESIGNS
from mealspec.model.scope import Scope


def test_steps_are_counted_and_the_lines_say_rate_and_ratio() -> None:
    found = bench.measure(Subject.of(DESIGNS["before"], Scope(connections=1)), examples=8)
    assert found["examples"] == 8
    assert 100 < found["states"] <= found["steps"]
    assert found["rate"] == found["steps"] / found["seconds"]
    assert found["trivial_rate"] > 0
    lines = bench.bench_lines(found)
    assert all(len(line) <= 80 for line in lines)
    assert f"ratio {found['rate'] / found['trivial_rate']:.2f}" in lines[-2]
