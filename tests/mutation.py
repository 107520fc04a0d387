"""Mutants of the source, by cosmic-ray: ``make mutation MODULE=mealspec/core/trace.py``.

Each mutant changes one operator, constant or keyword of a module in a copy of the working tree, and the tests that
mirror the module are run on it; TESTS names others. Annotations are left alone, for nothing evaluates them. What
survives is listed with its line.
"""

from __future__ import annotations

import argparse
import ast
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from cosmic_ray.work_db import WorkDB, use_db
from cosmic_ray.work_item import WorkerOutcome, WorkResult

HERE = Path(__file__).parents[1]

CONFIG = """[cosmic-ray]
module-path = "{module}"
timeout = {timeout}
excluded-modules = []
test-command = "{python} -m pytest -q -x -p no:cacheprovider --no-header {tests}"
[cosmic-ray.distributor]
name = "local"
"""


def mirrored(module: str) -> list[str]:
    """The tests of a module: those in its place below ``tests`` whose names begin as its does."""
    at = Path("tests", *Path(module).parts[1:]).parent
    return sorted(str(path.relative_to(HERE)) for path in (HERE / at).glob(f"test_{Path(module).stem}*.py"))


def annotated(source: str) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """Where annotations stand, from and to: line and column."""
    found: list[ast.expr | None] = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef):
            found.append(node.returns)
        if isinstance(node, (ast.AnnAssign, ast.arg)):
            found.append(node.annotation)
    spans = [node for node in found if node is not None]
    return [((n.lineno, n.col_offset), (n.end_lineno or 0, n.end_col_offset or 0)) for n in spans]


def skip(work: WorkDB, source: str) -> None:
    """Leave out what mutates an annotation."""
    spans = annotated(source)
    for item in list(work.pending_work_items):
        mutation = item.mutations[0]
        if any(first <= mutation.start_pos and mutation.end_pos <= last for first, last in spans):
            work.set_result(item.job_id, WorkResult(output="annotation", worker_outcome=WorkerOutcome.SKIPPED))


def main() -> int:
    """Judge the mutants of one module, and say which survive."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("module")
    parser.add_argument("tests", nargs="*")
    parser.add_argument("--timeout", type=float, default=120)
    asked = parser.parse_args()
    tests = asked.tests or mirrored(asked.module)
    if not (HERE / asked.module).is_file() or not tests:
        print(f"no module {asked.module}, or no tests of it: name them behind it", file=sys.stderr)
        return 2
    cosmic_ray = [sys.executable, "-m", "cosmic_ray.cli"]
    with tempfile.TemporaryDirectory() as folder:
        at = Path(folder)
        files = subprocess.run(["git", "ls-files", "-z"], cwd=HERE, capture_output=True, text=True, check=True).stdout
        for name in filter(None, files.split("\0")):
            (at / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(HERE / name, at / name, follow_symlinks=False)
        text = CONFIG.format(module=asked.module, timeout=asked.timeout, python=sys.executable, tests=" ".join(tests))
        (at / "cosmic.toml").write_text(text, encoding="utf-8")
        subprocess.run([*cosmic_ray, "init", "cosmic.toml", "cosmic.sqlite"], cwd=at, check=True)
        source = (at / asked.module).read_text(encoding="utf-8")
        with use_db(at / "cosmic.sqlite", WorkDB.Mode.open) as work:
            skip(work, source)
        subprocess.run(
            [*cosmic_ray, "exec", "cosmic.toml", "cosmic.sqlite"], cwd=at, check=True, stderr=subprocess.DEVNULL
        )
        with use_db(at / "cosmic.sqlite", WorkDB.Mode.open) as work:
            return report(asked.module, work, source.splitlines())


def report(module: str, work: WorkDB, lines: list[str]) -> int:
    """Print the score, and each survivor; 1 if there is one."""
    items = {item.job_id: item.mutations[0] for item in work.work_items}
    results = [(job, result) for job, result in work.results if result.worker_outcome is not WorkerOutcome.SKIPPED]
    alive = [items[job] for job, result in results if not result.is_killed]
    for mutation in alive:
        row = mutation.start_pos[0]
        print(f"{module}:{row}: {mutation.operator_name.removeprefix('core/')}: {lines[row - 1].strip()}")
    print(f"{module}: {len(results) - len(alive)} of {len(results)} mutants killed")
    return 1 if alive else 0


if __name__ == "__main__":
    sys.exit(main())
