"""SPIN, asked about what ``promela`` beside this file writes."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from mealspec.core.claim import Claim
from mealspec.core.external import promela
from mealspec.core.external.checkers import Answer, CheckerFailed, found, need, run, spin_command, tail
from mealspec.core.system import System

DEPTH = 100_000
"""The first bound on the length of SPIN's runs; ten times as much wherever it turns out too small."""

FAIR = "-DFAIR"
"""What makes a specification in Promela the one for liveness."""

VECTOR = r"State-vector (\d+) byte"
"""What SPIN says of the size of a state."""

TRUNCATED = "max search depth too small"
"""What SPIN says of a search that left something out."""


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
        What to ask about.
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
    need("SPIN")
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
        checker="SPIN",
        states=int(*found(r"(\d+) states, stored", out, "SPIN")),
        transitions=int(*found(r"(\d+) transitions", out, "SPIN")) - 1,  # it counts the initial state, too
        depth=None,
        deadlocked=_errors(out) > 0,
        deadlocks=_errors(out),
        violated={claim.name: asking.violated[claim.name] for claim in claims},
        seconds=asking.seconds.pop("all states"),
        preparing=asking.seconds.pop("preparing"),
        judging=asking.seconds,
        bytes_per_state=int(*found(VECTOR, out, "SPIN")),
        memory=round(float(*found(r"([\d.]+)\s+total actual memory usage", out, "SPIN")) * 2**20),
    )


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
            out = self.run(claim, DEPTH, "-a", "-f", "-N", name)
            if TRUNCATED in out and "acceptance cycle (" not in out:
                open_[claim] = int(*found(VECTOR, out, "SPIN"))
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
        said = run([str(spin_command()), *([FAIR] if FAIR in options else []), "-a", "system.pml"], self._at)
        if (self._at / "pan.c").is_file():
            said = run(["gcc", "-w", *self._options, *options, "-o", "pan", "pan.c"], self._at)
        if not (self._at / "pan").is_file():
            raise CheckerFailed(f"SPIN failed: {tail(said)}")
        self.seconds["preparing"] += time.perf_counter() - began

    def _deep(self, about: str, *options: str) -> str:
        """SPIN's words about a run whose bound on the depth was enough."""
        depth = DEPTH
        while TRUNCATED in (out := self.run(about, depth, *options)):
            depth *= 10
        return out

    def run(self, about: str, depth: int, *options: str) -> str:
        began = time.perf_counter()
        out = run(["./pan", "-n", f"-m{depth}", *options], self._at)
        self.seconds[about] = time.perf_counter() - began
        return out


def _errors(out: str) -> int:
    """How many errors it found; a search that stopped for any other reason is no search."""
    errors = int(*found(r"errors: (\d+)", out, "SPIN"))
    if errors == 0 and "Search not completed" in out:
        raise CheckerFailed(f"SPIN failed: {tail(out)}")
    return errors
