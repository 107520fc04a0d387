"""How often a drawn cause is named: what stands in the record is what is found again, and what the README says."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

import mealspec.diagnose
from mealspec.properties.scenarios import FAILURES
from tests.diagnose.rates import LOST, NAMED, NO_LINE, RECORD, TWIN, Case, case, read, told

AGAIN = 2
"""So many runs of each class are measured again."""
README = Path(mealspec.diagnose.__file__).with_name("README.md")


def again() -> list[Case]:
    """Of each class one run that left a trace, if there is one, and others."""
    some = {
        label: sorted((each for each in read(RECORD) if each.label == label), key=lambda each: each.fate != NAMED)
        for label in FAILURES
    }
    return [each for label in FAILURES for each in some[label][:AGAIN]]


def test_every_class_was_measured_and_no_run_twice() -> None:
    every = read(RECORD)
    assert {each.label for each in every} == {*FAILURES}
    assert max(Counter((each.label, each.seed) for each in every).values()) == 1


def test_the_drawn_run_is_never_lost() -> None:
    """The drawn run is one with the cause that prints the lines, so the search must find one."""
    assert not [each for each in read(RECORD) if each.fate == LOST]


def test_a_fate_is_what_its_levels_say() -> None:
    for each in read(RECORD):
        if each.fate == TWIN:
            assert each.twin is not None
            assert each.own is None or each.twin <= each.own
        if each.fate == NAMED:
            assert each.own is not None
            assert each.twin is None or each.twin > each.own
        if each.fate == NO_LINE:
            assert each.own is each.twin is None


def test_the_readme_tells_what_was_measured() -> None:
    text = README.read_text(encoding="utf-8")
    for line in told(read(RECORD)):
        assert line in text, line


def test_a_case_is_read_as_it_was_written() -> None:
    for each in read(RECORD):
        assert Case.read(str(each)) == each


@pytest.mark.slow
@pytest.mark.parametrize("known", again(), ids=lambda known: f"{known.label} {known.seed}")
def test_what_was_measured_is_measured_again(known: Case) -> None:
    assert case(known.label, known.seed) == known
