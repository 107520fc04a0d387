"""The README shows what the program says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mealspec.check.incident import explain_incident
from mealspec.check.records import RECORDS
from mealspec.check.show import incident_table
from mealspec.cli.entry import main
from mealspec.cli.listing import matrix
from mealspec.model import design

README = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")


def test_the_counterexample_is_printed_so(capsys: pytest.CaptureFixture[str]) -> None:
    main(["trace", "published", "delivery", "--faults", "0"])
    shown = README.split("```text\n")[1].split("```")[0]
    assert capsys.readouterr().out.startswith(shown)


def test_the_matrix_is_the_expected_one() -> None:
    assert "\n".join(matrix()) in README


def test_the_root_causes_are_those_found() -> None:
    assert "\n".join(incident_table(explain_incident(design("published")))) in README


def test_the_commands_it_names_exist() -> None:
    makefile = (Path(__file__).parent.parent / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"^\$ make (\w+)", README, re.M):
        assert re.search(rf"^{target}:", makefile, re.M), target


def test_the_readme_says_what_the_sweeps_of_record_found() -> None:
    every, asked, meals, beside, alone = (record.answer() for record in RECORDS)
    for found in (every["designs"], every["passing"], asked["designs"], beside["passing"]):
        assert f"{found:,}" in README
    (row,) = (line for line in README.splitlines() if line.startswith("| Which mechanisms does every one"))
    assert {word for word in row.split("`") if "_" in word} == set(every["necessary"])
    assert every["minimal"] == [every["necessary"]]
    assert asked["minimal_number"] == 1
    assert beside["minimal"] == every["minimal"]
    (row,) = (line for line in README.splitlines() if line.startswith("| And for delivery alone"))
    assert {word for word in row.split("`") if "_" in word} == set().union(*alone["minimal"])
    assert (meals["passing"], meals["minimal"]) == (every["passing"], every["minimal"])
