"""Two checkers that are none of ours, SPIN and TLC, on what ``promela`` and ``tla`` beside this file write.

They are found on the path or below ``sys.prefix`` (``.venv/tools``), where ``make checkers`` puts them. A judge
is given text and nothing else, and what it says is read from its output.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from mealspec.core.claim import Claim
from mealspec.core.errors import CheckerError
from mealspec.core.explicit.decide import violation
from mealspec.core.explicit.explore import explore
from mealspec.core.external import promela, tla
from mealspec.core.system import System

__all__ = ["Answer", "CheckerFailed", "missing", "ours", "spin", "tlc"]

TOOLS = Path(sys.prefix) / "tools"
"""Where tools are that the system does not have."""

DEPTH = 100_000
"""The first bound on the length of SPIN's runs; ten times as much wherever it turns out too small."""

FAIR = "-DFAIR"
"""What makes a specification in Promela the one for liveness."""


class CheckerFailed(CheckerError):
    """A judge that could not do its work; the text quotes what it said."""


@dataclass(frozen=True)
class Answer:
    """What a judge found.

    Attributes
    ----------
    judge
        Its name.
    states, transitions
        Distinct states, and steps between them.
    depth
        The length of the longest of all shortest runs; None for a judge that does not search strictly level by
        level.
    deadlocked
        Whether some state has no successor.
    deadlocks
        How many have none; None for a judge that stops at the first.
    violated
        For each claim by its name, whether it is violated.
    seconds
        Time for the search of all states.
    preparing
        Time to translate and compile, for a judge that compiles.
    judging
        Time for each further run, by what it was about.
    bytes_per_state, memory
        As far as the judge tells; memory in bytes.
    """

    judge: str
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

    @property
    def total(self) -> float:
        """Seconds until everything was decided."""
        return self.preparing + self.seconds + sum(self.judging.values())


def missing() -> dict[str, str]:
    """For each judge that cannot be run here, why, in a few words."""
    out = {}
    if lacking := [name for name, there in (("spin", _spin()), ("gcc", shutil.which("gcc"))) if there is None]:
        out["SPIN"] = f"no {' and no '.join(lacking)}"
    if lacking := [
        name for name, there in (("java", shutil.which("java")), ("tla2tools.jar", _jar())) if there is None
    ]:
        out["TLC"] = f"no {' and no '.join(lacking)}"
    return out


def _spin() -> str | None:
    return shutil.which("spin") or shutil.which("spin", path=str(TOOLS / "spin" / "usr" / "bin"))


def _jar() -> Path | None:
    jar = TOOLS / "tla2tools.jar"
    return jar if jar.is_file() else None


# ---------------------------------------------------------------------- the explicit checker


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
        judge="ours",
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


# ---------------------------------------------------------------------- SPIN


def spin(
    system: System,
    claims: Sequence[Claim] = (),
    *,
    reduce: bool = False,
    optimise: bool = True,
    text: str | None = None,
) -> Answer:
    """What SPIN finds.

    Parameters
    ----------
    system, claims
        What to judge.
    reduce
        With partial-order reduction. (Every step of a product reads variables that others write, so there is
        nothing that it could leave out.)
    optimise
        Whether the compiler takes its time, which pays from a million states on.
    text
        The specification, if it is not to be written anew.

    Raises
    ------
    CheckerFailed
        If there is no SPIN, or it could not do its work.
    """
    _need("SPIN")
    names = promela.claim_names(system, claims)
    live = [claim for claim in claims if claim.live]
    safe = [claim for claim in claims if not claim.live]
    options = ["-O2" if optimise else "-O0", *([] if reduce else ["-DNOREDUCE"])]
    with tempfile.TemporaryDirectory() as folder:
        at = Path(folder)
        (at / "system.pml").write_text(promela.promela(system, claims) if text is None else text, encoding="utf-8")
        asking = _AskingSpin(at, options)
        out = asking.whole()
        asking.safety({claim.name: names[claim.name] for claim in safe})
        asking.liveness({claim.name: names[claim.name] for claim in live}, promela.fair_words(system))
    return Answer(
        judge="SPIN",
        states=int(*_found(r"(\d+) states, stored", out, "SPIN")),
        transitions=int(*_found(r"(\d+) transitions", out, "SPIN")) - 1,  # it counts the initial state, too
        depth=None,
        deadlocked=_errors(out) > 0,
        deadlocks=_errors(out),
        violated={claim.name: asking.violated[claim.name] for claim in claims},
        seconds=asking.seconds.pop("all states"),
        preparing=asking.seconds.pop("preparing"),
        judging=asking.seconds,
        bytes_per_state=int(*_found(VECTOR, out, "SPIN")),
        memory=round(float(*_found(r"([\d.]+)\s+total actual memory usage", out, "SPIN")) * 2**20),
    )


VECTOR = r"State-vector (\d+) byte"
"""What SPIN says of the size of a state."""

TRUNCATED = "max search depth too small"
"""What SPIN says of a search that left something out."""


class _AskingSpin:
    """SPIN being asked about one specification."""

    def __init__(self, at: Path, options: Sequence[str]) -> None:
        self._at, self._options = at, options
        self.violated: dict[str, bool] = {}
        self.seconds = {"preparing": 0.0}

    def whole(self) -> str:
        """SPIN's words about all states; each deadlock is an error."""
        self._compile("-DNOCLAIM", "-DSAFETY")
        return self._deep("all states", "-c0")

    def safety(self, claims: Mapping[str, str]) -> None:
        """Decide claims of safety, given by what they are called in the specification."""
        if claims:
            self._compile("-DSAFETY")
        for claim, name in claims.items():
            self.violated[claim] = _errors(self._deep(claim, "-E", "-N", name)) > 0

    def liveness(self, claims: Mapping[str, str], words: int) -> None:
        """Decide claims of liveness under weak fairness.

        SPIN 6.5 does not see that it goes round in the second of its nested searches where the round lies on the stack
        of the first (``hstore`` in ``pan.c``, "1st dfs-stack intersected", "treat as new state"), and descends as
        far as it may. What it then finds is a violation; that it finds none says nothing, and it is asked again to
        store states as an automaton (``-DMA``), which is slow and has another way to tell.
        """
        fair = [FAIR, f"-DNFAIR={words}"]
        if claims:
            self._compile(*fair)
        open_ = {}
        for claim, name in claims.items():
            out = self._run(claim, DEPTH, "-a", "-f", "-N", name)
            if TRUNCATED in out and "acceptance cycle (" not in out:
                open_[claim] = int(*_found(VECTOR, out, "SPIN"))
            else:
                self.violated[claim] = _errors(out) > 0
        if open_:
            self._compile(*fair, f"-DMA={max(open_.values())}")
        for claim in open_:
            self.violated[claim] = _errors(self._deep(claim, "-a", "-f", "-N", claims[claim])) > 0

    def _compile(self, *options: str) -> None:
        began = time.perf_counter()
        for old in self._at.glob("pan*"):
            old.unlink()
        said = _run([str(_spin()), *([FAIR] if FAIR in options else []), "-a", "system.pml"], self._at)
        if (self._at / "pan.c").is_file():
            said = _run(["gcc", "-w", *self._options, *options, "-o", "pan", "pan.c"], self._at)
        if not (self._at / "pan").is_file():
            raise CheckerFailed(f"SPIN failed: {_tail(said)}")
        self.seconds["preparing"] += time.perf_counter() - began

    def _deep(self, about: str, *options: str) -> str:
        """SPIN's words about a run whose bound on the depth was enough."""
        depth = DEPTH
        while TRUNCATED in (out := self._run(about, depth, *options)):
            depth *= 10
        return out

    def _run(self, about: str, depth: int, *options: str) -> str:
        began = time.perf_counter()
        out = _run(["./pan", "-n", f"-m{depth}", *options], self._at)
        self.seconds[about] = time.perf_counter() - began
        return out


def _errors(out: str) -> int:
    """How many errors it found; a search that stopped for any other reason is no search."""
    errors = int(*_found(r"errors: (\d+)", out, "SPIN"))
    if errors == 0 and "Search not completed" in out:
        raise CheckerFailed(f"SPIN failed: {_tail(out)}")
    return errors


# ---------------------------------------------------------------------- TLC


def tlc(
    system: System,
    claims: Sequence[Claim] = (),
    *,
    workers: int = 1,
    optimise: bool = True,
    thought: Collection[str] = (),
    text: str | None = None,
) -> Answer:
    """What TLC finds.

    TLC stops at the first thing that is wrong, so that is taken out of what it is asked and it is asked again, until
    nothing is left: the last run has seen every state.

    Parameters
    ----------
    system, claims
        What to judge.
    workers
        Its threads. With more than one it does not know the depth.
    optimise
        Whether Java's compiler takes its time, which pays from some 100,000 states on.
    thought
        Names of claims that are thought to be violated. It saves time if that is true, and changes no verdict.
    text
        The module, if it is not to be written anew.

    Raises
    ------
    CheckerFailed
        If there is no TLC, or it could not do its work.
    """
    _need("TLC")
    live = [claim for claim in claims if claim.live]
    safe = [claim for claim in claims if not claim.live]
    with tempfile.TemporaryDirectory() as folder:
        at = Path(folder)
        (at / "Product.tla").write_text(tla.tla(system, claims) if text is None else text, encoding="utf-8")
        asking = _AskingTlc(at, tla.claim_names(system, claims), workers, optimise)
        out = asking.safety(safe)
        asking.liveness([c for c in live if c.name not in thought], [c for c in live if c.name in thought])
    generated, states = map(int, _found(r"(\d+) states generated, (\d+) distinct states found, 0 ", out, "TLC"))
    return Answer(
        judge="TLC",
        states=states,
        transitions=generated - 1,  # it counts the initial state, too
        # With more workers a state may be found by a longer run first.
        depth=int(*_found(r"depth of the complete state graph search is (\d+)", out, "TLC")) - 1
        if workers == 1
        else None,
        deadlocked=asking.deadlocked,
        deadlocks=None,
        violated={claim.name: claim in asking.violated for claim in claims},
        seconds=asking.seconds["all states"],
        judging={about: seconds for about, seconds in asking.seconds.items() if about != "all states"},
    )


class _AskingTlc:
    """TLC being asked about one module."""

    def __init__(self, at: Path, names: Mapping[str, str], workers: int, optimise: bool) -> None:
        self._at, self._names = at, names
        java = ["java", *([] if optimise else ["-XX:TieredStopAtLevel=1"]), "-XX:+UseParallelGC", "-cp", str(_jar())]
        self._command = [*java, "tlc2.TLC", "-nowarning", "-metadir", "meta", "-workers", str(workers)]
        self.deadlocked = False
        self.violated: list[Claim] = []
        self.seconds: dict[str, float] = {}

    def safety(self, claims: Sequence[Claim]) -> str:
        """TLC's words about the run that saw every state and found nothing wrong with those claims that are left."""
        left = {self._names[claim.name]: claim for claim in claims}
        while True:
            out, seconds = self._ask(tla.config(left, live=False), deadlock=not self.deadlocked)
            if wrong := re.search(VIOLATED, out):
                self.violated.append(left.pop(wrong[1]))
                self.seconds[self.violated[-1].name] = seconds
            elif "Error: Deadlock reached" in out:
                self.deadlocked = True
                self.seconds["deadlock"] = seconds
            else:
                self.seconds["all states"] = seconds
                return _sound(out, HELD)

    def liveness(self, held: Sequence[Claim], doubtful: Sequence[Claim]) -> None:
        """Those that are thought to hold all at once, and one by one if they do not: TLC does not say which."""
        alone = [*doubtful, *(held if len(held) == 1 or (held and not self._last(held)) else ())]
        self.violated += [claim for claim in alone if not self._last([claim])]

    def _last(self, claims: Sequence[Claim]) -> bool:
        """Whether all of them hold."""
        asked = tla.config([self._names[claim.name] for claim in claims], live=True)
        out, self.seconds[" ".join(claim.name for claim in claims)] = self._ask(asked, deadlock=False)
        return HELD in _sound(out, HELD, "Temporal properties were violated")

    def _ask(self, config: str, *, deadlock: bool) -> tuple[str, float]:
        (self._at / "Product.cfg").write_text(config, encoding="utf-8")
        shutil.rmtree(self._at / "meta", ignore_errors=True)
        began = time.perf_counter()
        out = _run([*self._command, *([] if deadlock else ["-deadlock"]), "Product"], self._at)
        return out, time.perf_counter() - began


VIOLATED = r"Error: (?:I|The i)nvariant (?:of )?(\w+) is (?:violated|equal to FALSE)"
"""What TLC says of an invariant that is violated; of one that is violated everywhere it says so at once."""

HELD = "No error has been found"
"""What TLC says of a run that found nothing wrong."""


def _sound(out: str, *words: str) -> str:
    """The output, if it says one of these; else the judge could not do its work."""
    if not any(word in out for word in words):
        raise CheckerFailed(f"TLC failed: {_tail(out)}")
    return out


# ---------------------------------------------------------------------- processes


def _need(judge: str) -> None:
    if reason := missing().get(judge):
        raise CheckerFailed(f"{judge} cannot be run: {reason}; 'make checkers' obtains what it can")


def _run(command: Sequence[str], at: Path) -> str:
    """All that the command prints."""
    done = subprocess.run(command, cwd=at, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    return done.stdout


def _found(pattern: str, out: str, judge: str) -> tuple[str, ...]:
    """The groups of the pattern where it is found last."""
    found = [match.groups() for match in re.finditer(pattern, out)]
    if not found:
        raise CheckerFailed(f"{judge} failed: {_tail(out)}")
    return found[-1]


def _tail(out: str) -> str:
    """The last words of a judge, in one line."""
    told = [line.strip() for line in out.splitlines() if "rror" in line] or out.splitlines()
    return "; ".join(told[:3]) or "it said nothing"
