"""Mutants of the examples in JavaScript: a statement left out, a condition turned round; and those that survive."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from mealspec.conform.conformance import Bench
from mealspec.conform.vector import Vector
from tests.conform.reference import EXAMPLES, Survivor, killed

FOLDER = EXAMPLES.parent / "javascript"
DRIVERS = {"client": "drive.mjs", "server": "drive_server.mjs"}

STATEMENT = re.compile(
    r"^ +(?:await )?(?:new )?(?!(?:return|const|let|if|for|else|throw|await|new)\b)[\w.#?]+"
    r"(?:\(.*\)| (?:\?\?)?= .*[^{]);(?: //.*)?$"
)
CONDITION = re.compile(r"\bif (\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\))")

EQUIVALENT: dict[str, dict[str, str]] = {
    "client": {
        "this.connected = this.connecting = this.shown = false": "what is not set is false, too",
        "this.socket = null": "a second close of a closed socket shows nothing",
        "this.view?.abort()": "the tester answers no load whose screen is gone",
        'this.#stop("limit")': "it passes on a socket that is not held any more",
        "this.failures": "the bounds of a pause are equal in a test",
        "this.renewing = true": "the tester answers a renewal before anything else happens",
        "this.refreshToken": "the tester takes any",
        "instanceof Lost)) throw": "what else is thrown is a bug of the program; and no renewal of the tester's fails",
        "this.tasks.get(name) === cancel": "who stops a timer that has ended stops nothing",
    },
    "server": {
        "this.ponged(socket)": "the tester's time goes on by as much as both limits: none runs when a socket ends",
        "this.handlers.delete(socket)": "an end that is told twice shows nothing the second time",
    },
}
"""Parts of lines of those that survive: why no vector can see it."""


def mutated(source: str) -> Iterator[tuple[int, str, str]]:
    """Each mutant of a program: its line, what was done, and the program."""
    lines = source.splitlines()
    for number, line in enumerate(lines):
        if STATEMENT.match(line):
            yield number, "left out", "\n".join([*lines[:number], *lines[number + 1 :], ""])
        if found := CONDITION.search(line):
            turned = f"{line[: found.start(1)]}(!{found[1]}){line[found.end(1) :]}"
            yield number, "turned round", "\n".join([*lines[:number], turned, *lines[number + 1 :], ""])


def survivors(
    role: str, vectors: list[Vector], bench: Callable[..., Bench], folder: Path, step: int
) -> tuple[list[Survivor], int]:
    """Mutants that no vector kills, and how many there were."""
    shutil.copytree(FOLDER, folder, dirs_exist_ok=True)
    source = (FOLDER / f"{role}.mjs").read_text(encoding="utf-8")
    some = list(mutated(source))[::step]
    order, left = [vector for vector in vectors if vector.role == role], list[Survivor]()
    for number, what, program in some:
        (folder / f"{role}.mjs").write_text(program, encoding="utf-8")
        line = source.splitlines()[number].strip()
        if not killed(bench, ["node", str(folder / DRIVERS[role])], order):
            listed = tuple(part for part in EQUIVALENT[role] if part in line)
            left.append(Survivor(f"{role}, line {number + 1} {what}: {line}", listed))
    return left, len(some)
