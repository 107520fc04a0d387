"""Pytest as its users meet it: options, ids, messages, matrix, JUnit, statistics; each in a process of its own."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from mealspec.properties.catalogue import PROPERTIES

pytestmark = pytest.mark.xdist_group("plugin")  # what is hunted is hunted once

SMALL = ("--mealspec-connections", "1")


def hunt(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """What anybody's project would run, in a folder that knows nothing of ours."""
    command = [sys.executable, "-m", "pytest", "--pyargs", "mealspec.hunt", "-p", "no:randomly", *options]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """A design of one's own, that fails."""
    folder = tmp_path_factory.mktemp("own")
    chosen = ["-k", "delivery or behaviour", "--mealspec-runs", "runs", "--junitxml", "report.xml"]
    design = "none+poll_on_submit+poll_until_terminal+failure_notifications"
    return folder, hunt(folder, "--mealspec-design", design, *SMALL, *chosen, "--hypothesis-show-statistics")


Own = tuple[Path, subprocess.CompletedProcess[str]]


@pytest.mark.slow
def test_a_failure_leads_with_the_explanation(own: Own) -> None:
    _, done = own
    assert done.returncode == 1
    message = done.stdout[done.stdout.index("FAILURES") :].splitlines()[2:]
    assert message[0].startswith("none+poll_on_submit+poll_until_terminal+failure_notifications: delivery")
    assert "Traceback" not in done.stdout
    assert "traceback entries" not in done.stdout
    assert any(line.startswith("because: ") for line in message)
    assert any(line.startswith("violates delivery: ") for line in message)
    assert any("--hypothesis-seed 0" in line for line in message)


@pytest.mark.slow
def test_the_run_is_a_file_that_replay_accepts(own: Own) -> None:
    folder, done = own
    file = re.findall(r"mealspec replay (\S+)", done.stdout)[0]
    replayed = subprocess.run(
        [sys.executable, "-m", "mealspec", "replay", file], cwd=folder, capture_output=True, text=True, check=False
    )
    assert replayed.returncode == 0, replayed.stderr
    assert "accepted by none+poll_on_submit" in replayed.stdout


@pytest.mark.slow
def test_the_matrix_stands_at_the_end(own: Own) -> None:
    _, done = own
    lines = done.stdout.splitlines()
    row = next(line for line in lines if line.startswith("delivery "))
    assert re.fullmatch(r"delivery +! x (\d+)/(\d+)", row)
    assert any(line.startswith("property ") for line in lines)
    assert "1 connection" in done.stdout[done.stdout.index("Hunted in the scope") :]


@pytest.mark.slow
def test_what_was_seen_is_held_against_what_is_known(own: Own) -> None:
    folder, done = own
    assert "seen by the hunts, of what the search knows:" in done.stdout
    (file,) = (folder / "runs").glob("behaviour-*.json")
    told = json.loads(file.read_text(encoding="utf-8"))
    assert 0 < told["seen"]["states"] <= told["known"]["states"]
    assert len(told["unseen"]) == told["known"]["rows"] - len(set(told["used"]) - set(told["idle"]))
    assert f"no hunt of any design did: {len(told['unseen'])}" in done.stdout


@pytest.mark.slow
def test_junit_says_design_property_and_scope(own: Own) -> None:
    folder, _ = own
    cases = ElementTree.parse(folder / "report.xml").iter("testcase")
    facts = {case.get("name"): {p.get("name"): p.get("value") for p in case.iter("property")} for case in cases}
    delivery = next(found for name, found in facts.items() if name and name.endswith("-delivery]"))
    assert delivery["property"] == "delivery"
    assert delivery["design"] == "none+poll_on_submit+poll_until_terminal+failure_notifications"
    assert delivery["scope"] == "1 meal, 1 connection, any number of faults (dial, break, request, push, restart, job)"
    assert delivery["profile"] == "dev"


@pytest.mark.slow
def test_hypothesis_tells_its_statistics(own: Own) -> None:
    _, done = own
    told = done.stdout[done.stdout.index("Hypothesis Statistics") :]
    assert "came to rest" in told
    assert re.search(r"at most \d faults", told)


def ids(done: subprocess.CompletedProcess[str]) -> list[str]:
    return re.findall(r"\[(.*)\]", done.stdout)


def test_ids_say_design_and_property(tmp_path: Path) -> None:
    found = ids(hunt(tmp_path, "--collect-only", "-q", "-k", "published and not behaviour"))
    assert {"published-delivery", "published_plus-no-orphan"} <= set(found)
    assert all("published" in name.partition("-")[0] for name in found)


@pytest.mark.slow
def test_a_design_that_is_chosen_by_its_name_alone_is_hunted_alone(tmp_path: Path) -> None:
    found = ids(hunt(tmp_path, "--collect-only", "-q", "-k", "published"))
    assert sorted(found) == sorted(["published", *(f"published-{name}" for name in PROPERTIES)])


@pytest.mark.slow
def test_what_is_to_be_run_again_repeats_the_whole_scope(tmp_path: Path) -> None:
    """The command that a found failure prints, run as it stands, finds the same in the same scope."""
    scope = ("--mealspec-connections", "1", "--mealspec-faults", "2", "--mealspec-with", "job,screen")
    less = ("--mealspec-without", "push", "--hypothesis-seed", "7")
    first = hunt(tmp_path, "--mealspec-design", "before+reconnect", "-k", "no-early-belief", *scope, *less)
    assert first.returncode == 1
    (again,) = set(re.findall(r"^again: (.*)$", first.stdout, re.M))
    program, *words = shlex.split(again)
    assert program == "pytest"
    second = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:randomly", *words],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert second.returncode == 1

    def told(done: subprocess.CompletedProcess[str]) -> str:
        return done.stdout[done.stdout.index("FAILURES") : done.stdout.index("the run: mealspec replay ")]

    assert told(second) == told(first)
    (file,) = set(re.findall(r"^the run: mealspec replay (.*)$", first.stdout, re.M))
    kept = json.loads((tmp_path / file).read_text(encoding="utf-8"))
    assert (kept["#meta"]["faults"], kept["#meta"]["connections"]) == (2, 1)
    assert "1 connection, 2 faults (dial, break, request, restart, job), screen" in " ".join(told(first).split())


@pytest.mark.slow
def test_a_known_design_passes_where_it_is_expected_to_fail(tmp_path: Path) -> None:
    done = hunt(
        tmp_path,
        "--mealspec-design",
        "published",
        *SMALL,
        "--mealspec-faults",
        "1",
        "-k",
        "no-early-belief or honest-view",
    )
    assert done.returncode == 0, done.stdout
    assert re.search(r"no-early-belief +x 5/5", done.stdout)
    assert re.search(r"honest-view +ok", done.stdout)


@pytest.mark.sample(1, others="slow")
@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--mealspec-design", "published+nope"), "unknown mechanism 'nope'"),
        (("--mealspec-faults", "x"), "'x' is no number of faults"),
        (("--mealspec-profile", "none"), "unknown profile 'none'; choose from (dev, ci, deep)"),
        (("--hypothesis-seed", "x"), "'x' is no seed"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_bad_options_get_one_sentence(tmp_path: Path, options: tuple[str, ...], sentence: str) -> None:
    done = hunt(tmp_path, *options)
    assert done.returncode == 4  # pytest's own for a wrong use
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr + done.stdout
