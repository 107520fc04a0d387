"""The worked example of CONTRIBUTING.md works, carried out on a copy of the checkout as it is written."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
EXAMPLE = TEXT[TEXT.index("## A mechanism, step by step") : TEXT.index("## An event")]

pytestmark = pytest.mark.xdist_group("contributing")


def edit(root: Path, diff: str) -> None:
    """Apply a block of the text: the lines that stay and those that go are found once, and become those that come."""
    head, *lines = diff.splitlines()
    file = root / head.removeprefix("--- ")
    before, after = ("".join(f"{line[1:]}\n" for line in lines if line[:1] in signs) for signs in (" -", " +"))
    text = file.read_text(encoding="utf-8")
    assert text.count(before) == 1, f"{file} has not these lines, or twice:\n{before}"
    file.write_text(text.replace(before, after), encoding="utf-8")


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The checkout with the example's edits."""
    root = tmp_path_factory.mktemp("copy") / "mealspec"
    unwanted = shutil.ignore_patterns(".*", "__pycache__", "diagrams", "dist")
    shutil.copytree(ROOT, root, symlinks=True, ignore=unwanted)
    edits = re.findall(r"```diff\n(.*?)```", EXAMPLE, re.S)
    assert edits
    for diff in edits:
        edit(root, diff)
    return root


def commands() -> list[tuple[str, list[str]]]:
    """What the example types, and the lines that must come of it."""
    (console, *more) = re.findall(r"```console\n(.*?)```", EXAMPLE, re.S)
    typed = [part.splitlines() for part in "".join([console, *more]).split("$ ")[1:]]
    return [(head, lines) for head, *lines in typed]


@pytest.mark.slow
@pytest.mark.parametrize(("command", "lines"), commands(), ids=[command for command, _ in commands()])
def test_the_example_says_what_comes(copy: Path, command: str, lines: list[str]) -> None:
    # The compiled inner loop of this checkout is not that of the copy; both may be kept beside each other.
    clean = os.environ | {"PYTHONPATH": str(copy), "NUMBA_CACHE_DIR": str(copy.parent / "numba")}
    done = subprocess.run(
        [sys.executable, "-m", *command.split()], cwd=copy, env=clean, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert lines
    for line in lines:
        assert " ".join(line.split()) in " ".join(done.stdout.split())


def test_the_copy_is_what_was_asked(copy: Path) -> None:
    where = "import mealspec.model; print(mealspec.model.__file__)"
    done = subprocess.run(
        [sys.executable, "-c", where],
        cwd=copy,
        env=os.environ | {"PYTHONPATH": str(copy)},
        capture_output=True,
        text=True,
    )
    assert Path(done.stdout.strip()).is_relative_to(copy)


def test_every_file_that_is_named_exists() -> None:
    named = re.findall(r"`((?:model|properties|mealspec|tests)/[\w./]+\w)`", TEXT)
    assert len(named) > 9
    for name in named:
        assert (ROOT / name).exists(), name


def test_what_runs_before_a_commit_is_what_make_lint_runs() -> None:
    lint = re.search(r"^lint:.*\n((?:\t.*\n)+)", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M)
    assert lint
    made = re.findall(r"\$\(BIN\)/([^&\n]+?)\s*(?:&&|\n)", lint[1])
    hooks = re.findall(r"entry: \.venv/bin/(.+)", (ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    assert sorted(made) == sorted(hooks) != []
