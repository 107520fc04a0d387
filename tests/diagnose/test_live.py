"""Logs of programs that run: what befell the pair over real sockets is what ``diagnose`` names."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mealspec.diagnose.diagnosis import Diagnosis, Question
from mealspec.diagnose.mapping import LineMapping, load
from mealspec.diagnose.verdict import Verdict
from mealspec.model.design import DESIGNS
from tests.conform.reference import EXAMPLES
from tests.diagnose.pair import BUGS, FAULTS, OTHER, played

MAPPING = EXAMPLES.parent / "logs" / "pair.toml"
SEEDS = range(5)


def mapping() -> LineMapping:
    return load(str(MAPPING))


def diagnosed(paths: tuple[Path, Path]) -> Verdict:
    """As ``mealspec diagnose client.log server.log --mapping examples/logs/pair.toml`` does."""
    every = Diagnosis(Question(paths, mapping(), (DESIGNS["published"],)))
    (meal,) = (each for each in every if each.episode.user != OTHER)
    assert all(counts is not None and counts.known == counts.lines for counts in every.counts)
    return meal.best


def test_what_the_pair_logs_is_what_its_mapping_says() -> None:
    logged = set(re.findall(r'log\.line\("([\w.]+)"', (EXAMPLES / "logs.py").read_text(encoding="utf-8")))
    logged |= {"server.boot", "server.complete", "server.fail"}
    assert logged == {kind.name for kind in mapping().lines}


@pytest.mark.live
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("cause", FAULTS)
def test_what_befell_the_pair_is_named_first(cause: str, seed: int, tmp_path: Path) -> None:
    script, does = FAULTS[cause]
    found = diagnosed(played(script, seed, tmp_path, does=does))
    level = [each.label for each in found.causes if each.level == found.causes[0].level]
    print(f"{cause} {seed}: as likely are {', '.join(level)}")
    assert found.label == cause


@pytest.mark.live
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("bug", BUGS)
def test_the_bug_of_the_registry_is_named(bug: str, seed: int, tmp_path: Path) -> None:
    """As a cause first; or of why nobody was found, among what is as likely as the first."""
    script, label = BUGS[bug]
    found = diagnosed(played(script, seed, tmp_path, bug))
    some = found.causes if label.startswith("F") else found.lookups
    level = [each.label for each in some if each.level == some[0].level]
    print(f"{bug} {seed}: as likely are {', '.join(level)}")
    assert label in (level[:1] if label.startswith("F") else level)
    assert not found.shown
