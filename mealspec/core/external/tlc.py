"""TLC, asked about what ``tla`` beside this file writes."""

from __future__ import annotations

import re
import shutil
import tempfile
import time
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from mealspec.core.claim import Claim
from mealspec.core.external import tla
from mealspec.core.external.checkers import Answer, CheckerFailed, found, jar, need, run, tail
from mealspec.core.system import System

VIOLATED = r'<<"violated", (\d+)>>'
"""What the module ``Noting`` lets TLC say of a claim of safety that is violated, by its number."""

DEADLOCK = "Error: Deadlock reached"
"""What TLC says when it has found one, and stops."""

HELD = "No error has been found"
"""What TLC says of a run that found nothing wrong."""


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

    It is asked about safety in one run, which has seen every state, or in two if there is a deadlock, with which it
    stops; about liveness in one run for each claim, but for those that hold.

    Parameters
    ----------
    system, claims
        What to ask about.
    workers
        Its threads. With more than one it does not know the depth.
    optimise
        Whether Java's compiler takes its time for safety, too, which pays from some 100,000 states on.
    thought
        Names of claims that are thought to be violated. It saves time if that is true, and changes no verdict.
    text
        The module, if it is not to be written anew.

    Raises
    ------
    CheckerFailed
        If there is no TLC, or it could not do its work.
    """
    need("TLC")
    live = [claim for claim in claims if claim.live]
    safe = [claim for claim in claims if not claim.live]
    with tempfile.TemporaryDirectory() as folder:
        at = Path(folder)
        (at / "Product.tla").write_text(tla.tla(system, claims) if text is None else text, encoding="utf-8")
        asking = _AskingTlc(at, tla.claim_names(system, claims), workers, optimise)
        out = asking.safety(safe)
        asking.liveness([c for c in live if c.name not in thought], [c for c in live if c.name in thought])
    generated, states = map(int, found(r"(\d+) states generated, (\d+) distinct states found, 0 ", out, "TLC"))
    return Answer(
        checker="TLC",
        states=states,
        transitions=generated - 1,  # it counts the initial state, too
        # With more workers a state may be found by a longer run first.
        depth=int(*found(r"depth of the complete state graph search is (\d+)", out, "TLC")) - 1
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
        # Of one worker, threads that collect garbage take more from others than they give.
        collector = "-XX:+UseSerialGC" if workers == 1 else "-XX:+UseParallelGC"
        self._java = ["java", collector, "-cp", str(jar())]
        self._tlc = ["tlc2.TLC", "-nowarning", "-metadir", "meta", "-workers", str(workers)]
        self._hasty = [] if optimise else ["-XX:TieredStopAtLevel=1"]
        self.deadlocked = False
        self.violated: list[Claim] = []
        self.seconds: dict[str, float] = {}

    def safety(self, claims: Sequence[Claim]) -> str:
        """TLC's words about the run that saw every state; it notes which of the claims are violated."""
        asked = tla.noting([self._names[claim.name] for claim in claims])
        (self._at / "Noting.tla").write_text(asked, encoding="utf-8")
        config = tla.config(["NotedAll"], live=False)
        out, self.seconds["all states"] = self._ask("Noting", config, *self._hasty)
        if DEADLOCK in out:
            self.deadlocked, self.seconds["deadlock"] = True, self.seconds["all states"]
            out, self.seconds["all states"] = self._ask("Noting", config, *self._hasty, deadlock=False)
        self.violated += [claims[k - 1] for k in sorted({int(number) for number in re.findall(VIOLATED, out)})]
        return _sound(out, HELD)

    def liveness(self, held: Sequence[Claim], doubtful: Sequence[Claim]) -> None:
        """Those that are thought to hold all at once, and one by one if they do not: TLC does not say which."""
        alone = [*doubtful, *(held if len(held) == 1 or (held and not self._last(held)) else ())]
        self.violated += [claim for claim in alone if not self._last([claim])]

    def _last(self, claims: Sequence[Claim]) -> bool:
        """Whether all of them hold."""
        asked = tla.config([self._names[claim.name] for claim in claims], live=True)
        out, self.seconds[" ".join(claim.name for claim in claims)] = self._ask("Product", asked, deadlock=False)
        return HELD in _sound(out, HELD, "Temporal properties were violated")

    def _ask(self, module: str, config: str, *java: str, deadlock: bool = True) -> tuple[str, float]:
        (self._at / f"{module}.cfg").write_text(config, encoding="utf-8")
        shutil.rmtree(self._at / "meta", ignore_errors=True)
        began = time.perf_counter()
        out = run([*self._java, *java, *self._tlc, *([] if deadlock else ["-deadlock"]), module], self._at)
        return out, time.perf_counter() - began


def _sound(out: str, *words: str) -> str:
    """The output, if it says one of these; else TLC could not do its work."""
    if not any(word in out for word in words):
        raise CheckerFailed(f"TLC failed: {tail(out)}")
    return out
