"""Mutants of the source, by cosmic-ray's operators: ``make mutation SAMPLE=400``, or ``MODULE=mealspec/core/trace.py``.

Each mutant changes one operator, constant or keyword in a copy of the working tree, and the tests that are about its
module (``about.py``) are run on it, a few variants of each at first, and all if these notice nothing (``judge.py``). So
the score is what these notice; the whole suite notices as much or more. Printed are the survivors, each with its line
before and after, and the score with the interval in which, with a confidence of 95 %, that of all mutants lies. What
``judged.toml`` says to be no mistake counts apart: it names the line, not its number, and why nothing can notice.

Sampled are places: of all that can be done to an operator one thing, drawn at random. Stopped before its end, it tells
what it knows by then, which is a sample, too; with ``--keep FILE`` it goes on there the next time.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import random
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.mutation.about import PARTS, modules, tests
from tests.mutation.judge import MORE, beginning, ended
from tests.mutation.judged import judged, judgements
from tests.mutation.mutants import Mutant, mutants
from tests.mutation.sampling import sample, wilson

HERE = Path(__file__).parents[2]

KILLED, SURVIVED, JUDGED, UNTRIED = "killed", "survived", "judged", "untried"


def copied(into: Path) -> None:
    """Copy what git knows of the working tree."""
    files = subprocess.run(["git", "ls-files", "-z"], cwd=HERE, capture_output=True, text=True, check=True).stdout
    for name in filter(None, files.split("\0")):
        (into / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(HERE / name, into / name, follow_symlinks=False)


def fate(end: str, known: bool) -> str:
    """What became of a mutant whose tests end so."""
    if end == UNTRIED:
        return UNTRIED
    return KILLED if end != "passed" else JUDGED if known else SURVIVED


def judge(chosen: list[Mutant], tree: Path) -> Iterator[dict[str, Any]]:
    """What becomes of each mutant; before a file of tests is first asked, it must pass without any."""
    how, known = beginning(), judgements()
    passing: dict[str, float | None] = {}
    for mutant in chosen:
        asked = tests(tree, mutant.module)
        for name in asked:
            if name not in passing:
                end, took = ended(how, tree, [name])
                passing[name] = took if end == "passed" else None
        costs = [passing[name] for name in asked]
        asked.sort(key=lambda name: passing[name] or 0.0)  # the quickest first, for the first that notices ends it
        file = tree / mutant.module
        source = file.read_text(encoding="utf-8")
        line, becomes = mutant.changes(source)
        file.write_text(mutant.applied(source), encoding="utf-8")
        try:
            limit = round(3 * sum(cost or 0.0 for cost in costs)) + MORE
            end = UNTRIED if None in costs else ended(how, tree, asked, limit)[0]
            end = ended(how, tree, asked, few=False)[0] if end == "passed" else end
        finally:
            file.write_text(source, encoding="utf-8")
        about = {
            "module": mutant.module, "operator": mutant.operator.removeprefix("core/"),
            "line": line, "becomes": becomes,
        }  # fmt: skip
        yield {**about, "at": mutant.place[0][0], "ended": end, "fate": fate(end, judged(about, known))}


def report(every: list[dict[str, Any]], places: int) -> int:
    """Print what survived, by whom the others were noticed, and the score; 1 if something survived."""
    found = sorted((each for each in every if each["fate"] != UNTRIED), key=lambda each: (each["module"], each["at"]))
    alive = [each for each in found if each["fate"] == SURVIVED]
    for each in alive:
        print(f"{each['module']}:{each['at']}: {each['operator']}")
        print(*(f"  {sign} {line}" for sign, text in zip("-+", (each["line"], each["becomes"]), strict=True)
                for line in text.splitlines()), sep="\n")  # fmt: skip
    fates = Counter(each["fate"] for each in found)
    ends = Counter(each["ended"] for each in found if each["fate"] == KILLED)
    mistakes = fates[KILLED] + fates[SURVIVED]
    low, high = wilson(fates[KILLED], mistakes)
    print(f"{len(found)} mutants, one at each of {len(found)} of {places} places: {fates[KILLED]} killed "
          f"({', '.join(f'{count} {end}' for end, count in sorted(ends.items()))}), {fates[SURVIVED]} survived, "
          f"{fates[JUDGED]} judged to be no mistake")  # fmt: skip
    print(f"score: {fates[KILLED] / max(mistakes, 1):.1%} of {mistakes}; with 95 % confidence "
          f"{low:.1%} to {high:.1%} of all")  # fmt: skip
    return 1 if alive else 0


def main() -> int:
    """Judge mutants, and say which survive."""
    parser = argparse.ArgumentParser(prog="make mutation", description=__doc__)
    parser.add_argument("module", nargs="?", help="of which file; of all of a part, if left out")
    parser.add_argument("--part", choices=PARTS, default=PARTS[0], help="what decides, or what measures and tells")
    parser.add_argument("--sample", type=int, default=400, help="how many mutants")
    parser.add_argument("--seed", default="mealspec", help="another seed, another sample")
    parser.add_argument("--keep", type=Path, help="a file of results: what was killed before is not tried again")
    asked = parser.parse_args()
    names = modules(HERE, asked.part)
    if asked.module is not None:
        names = [name for part in PARTS for name in modules(HERE, part)]
    if asked.module is not None and asked.module not in names:
        print(f"no module {asked.module}: one of {', '.join(names)}", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder)
        copied(tree)
        every = [
            mutant for name in ([asked.module] if asked.module else names)
            for mutant in mutants(name, (tree / name).read_text(encoding="utf-8"))
        ]  # fmt: skip
        chosen = sample(every, asked.sample, asked.seed)
        known = kept(asked.keep)
        random.Random(asked.seed).shuffle(chosen)  # so that whoever stops it has a sample, too
        found = []
        judging = judge([mutant for mutant in chosen if key(mutant, tree) not in known], tree)
        with contextlib.suppress(KeyboardInterrupt):
            for k, mutant in enumerate(chosen):
                which = key(mutant, tree)
                each = known.get(which) or next(judging)
                found.append(each)
                if asked.keep and which not in known:
                    with asked.keep.open("a", encoding="utf-8") as file:
                        file.write(json.dumps(each) + "\n")
                print(f"{k + 1} of {len(chosen)}: {each['module']}:{each['at']} {each['ended']}", file=sys.stderr)
    return report(found, len({(mutant.module, mutant.place) for mutant in every}))


def key(mutant: Mutant, tree: Path) -> tuple[str, ...]:
    """What a mutant is, whatever stands above it in its file."""
    return (mutant.module, *mutant.changes((tree / mutant.module).read_text(encoding="utf-8")))


def kept(file: Path | None) -> dict[tuple[str, ...], dict[str, Any]]:
    """The mutants that were killed, as a file has them; those that survived are judged again."""
    if file is None or not file.exists():
        return {}
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    return {(row["module"], row["line"], row["becomes"]): row for row in rows if row["fate"] == KILLED}


if __name__ == "__main__":
    sys.exit(main())
