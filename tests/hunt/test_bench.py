"""The figures of a hunt are measured, and add up."""

from __future__ import annotations

import pytest

from mealspec.hunt import bench
from mealspec.hunt.subject import Subject
from mealspec.model.design import DESIGNS
from mealspec.model.scope import Scope


@pytest.fixture(scope="module")
def measured() -> bench.Measurement:
    return bench.measure(Subject.of(DESIGNS["before"], Scope(connections=1)), examples=8)


def test_rules_and_steps_are_counted(measured: bench.Measurement) -> None:
    assert 0 < measured.calls < measured.steps
    assert 100 < measured.calls <= measured.trivial_calls


def test_each_part_takes_a_part_of_the_time(measured: bench.Measurement) -> None:
    assert 0 < measured.last_seconds < measured.seconds
    assert measured.rate == measured.calls / (measured.seconds - measured.last_seconds)
    for part in (measured.objects_seconds, measured.lockstep_seconds, measured.checks_seconds, measured.seen_seconds):
        assert part > 0


def test_the_lines_say_rate_ratio_and_where_the_time_goes(measured: bench.Measurement) -> None:
    lines = bench.bench_lines(measured)
    assert all(len(line) <= 80 for line in lines)
    assert any("ratio" in line for line in lines)
    shares = [int(line.split("%")[0]) for line in lines if "%" in line.split(" ", 3)[-1] and line.startswith("  ")]
    assert 97 <= sum(shares) <= 103
    assert measured.to_json()["rate"] == measured.rate
