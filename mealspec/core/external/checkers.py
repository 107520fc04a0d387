"""What SPIN and TLC share: where they are, what they answer, how they are run.

They are found on the path or below ``sys.prefix`` (``.venv/tools``), where ``make checkers`` puts them. A checker
is given text and nothing else, and what it says is read from its output.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from mealspec.core.claim import Claim
from mealspec.core.errors import CheckerError
from mealspec.core.explicit.decide import violation
from mealspec.core.explicit.explore import explore
from mealspec.core.system import System

TOOLS = Path(sys.prefix) / "tools"
"""Where tools are that the system does not have."""

_running: set[subprocess.Popen[str]] = set()
"""What runs now, in any thread."""


class CheckerFailed(CheckerError):
    """A checker that could not do its work; the text quotes what it said."""


@dataclass(frozen=True)
class Answer:
    """What a checker found.

    Attributes
    ----------
    checker
        Its name.
    states, transitions
        Distinct states, and steps between them.
    depth
        The length of the longest of all shortest runs; None for a checker that does not search strictly level by
        level.
    deadlocked
        Whether some state has no successor.
    deadlocks
        How many have none; None for a checker that stops at the first.
    violated
        For each claim by its name, whether it is violated.
    seconds
        Time for the search of all states.
    preparing
        Time to translate and compile, for a checker that compiles.
    judging
        Time for each further run, by what it was about.
    bytes_per_state, memory
        As far as the checker tells; memory in bytes.
    """

    checker: str
    states: int
    transitions: int
    depth: int | None
    deadlocked: bool
    deadlocks: int | None
    violated: dict[str, bool]
    seconds: float
    preparing: float = 0.0
    judging: dict[str, float] = field(default_factory=dict)
    bytes_per_state: int | None = None
    memory: int | None = None

    def to_json(self) -> dict[str, Any]:
        """The answer for machines."""
        told = asdict(self)
        return {"judge": told.pop("checker"), **told}

    @property
    def total(self) -> float:
        """Seconds until everything was decided."""
        return self.preparing + self.seconds + sum(self.judging.values())


def missing() -> dict[str, str]:
    """For each checker that cannot be run here, why, in a few words."""
    out = {}
    if lacking := [name for name, there in (("spin", spin_command()), ("gcc", shutil.which("gcc"))) if there is None]:
        out["SPIN"] = f"no {' and no '.join(lacking)}"
    if lacking := [name for name, there in (("java", shutil.which("java")), ("tla2tools.jar", jar())) if there is None]:
        out["TLC"] = f"no {' and no '.join(lacking)}"
    return out


def spin_command() -> str | None:
    """How SPIN is called, if it is there."""
    return shutil.which("spin") or shutil.which("spin", path=str(TOOLS / "spin" / "usr" / "bin"))


def jar() -> Path | None:
    """Where TLC is, if it is there."""
    found = TOOLS / "tla2tools.jar"
    return found if found.is_file() else None


def ours(system: System, claims: Sequence[Claim] = ()) -> Answer:
    """What our own checker finds, in the same terms."""
    graph = explore(system)
    began = time.perf_counter()
    violated, judging = {}, {}
    for claim in claims:
        violated[claim.name] = violation(graph, claim) is not None
        judging[claim.name] = time.perf_counter() - began
        began = time.perf_counter()
    deadlocks = int((np.diff(graph.offset) == 0).sum())
    return Answer(
        checker="ours",
        states=len(graph),
        transitions=graph.transitions,
        depth=graph.depth,
        deadlocked=deadlocks > 0,
        deadlocks=deadlocks,
        violated=violated,
        seconds=graph.seconds,
        judging=judging,
        bytes_per_state=graph.packed.itemsize * graph.packed.shape[1],
    )


def need(checker: str) -> None:
    """``CheckerFailed`` if the checker cannot be run here."""
    if reason := missing().get(checker):
        raise CheckerFailed(f"{checker} cannot be run: {reason}; 'make checkers' obtains what it can")


def run(command: Sequence[str], at: Path) -> str:
    """All that the command prints."""
    with subprocess.Popen(command, cwd=at, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        _running.add(process)
        try:
            return process.communicate()[0]
        finally:
            process.kill()
            _running.discard(process)


def stop() -> None:
    """End all that runs here in other threads; what they were to find is lost."""
    for process in list(_running):
        process.kill()


def found(pattern: str, out: str, checker: str) -> tuple[str, ...]:
    """The groups of the pattern where it is found last."""
    matches = list(re.finditer(pattern, out))
    if not matches:
        raise CheckerFailed(f"{checker} failed: {tail(out)}")
    return matches[-1].groups()


def tail(out: str) -> str:
    """The last words of a checker, in one line."""
    told = [line.strip() for line in out.splitlines() if "rror" in line] or out.splitlines()
    return "; ".join(told[:3]) or "it said nothing"
