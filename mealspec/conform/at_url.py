"""``conform --url``: a server on real sockets, put through the vectors' scripts and through random ones.

What alone explains three scripts that fail may be several mechanisms. Then scripts are played in which one of them
would show what another would not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress

from mealspec.conform.check import WORDS
from mealspec.conform.conformance import Conformance
from mealspec.conform.driver import Broken
from mealspec.conform.naming import Naming
from mealspec.conform.reason import Reason
from mealspec.conform.role import Json
from mealspec.conform.script import PROBES, Settling, Step, chosen, held, of, steps
from mealspec.conform.vector import Vector
from mealspec.conform.verdict import Divergence, Outcome, Verdict
from mealspec.model.design import Design

ENOUGH = 3
"""After so many scripts that fail no more are played."""
LATE, AGAIN = 0.1, 3
"""Seconds: if the tester itself was late by more, a script that fails says nothing, and is played again, so often."""


class _Bench:
    """A server that is put through scripts, and what came of that."""

    def __init__(self, server: Settling, plan: Design, known: Iterable[str]) -> None:
        self.server, self.plan, self.known = server, plan, set(known)
        self.made = Conformance((), "a server on real sockets", "server", ())
        self.good, self.bad, self.doubtful = list[list[Step]](), list[list[Step]](), list[list[Step]]()

    def play(self, name: str, script: Sequence[Json]) -> None:
        """Put it through a script."""
        known = name in self.known
        try:
            found, run = self.held(self.plan, script)
        except Broken as broken:
            self.made.verdicts.append(Verdict(name, WORDS[broken.how], broken.what, known=known))
            return
        outcome, late = Outcome.PASSED if found is None else Outcome.DIVERGED, self.server.late > LATE
        why = f"the tester itself was late by {self.server.late:.1f} s" if found is not None and late else ""
        self.made.verdicts.append(Verdict(name, outcome, why, divergence=found, known=known))
        self.made.commands += len(run)
        (self.good if found is None else self.doubtful if late else self.bad).append(run)

    def held(self, plan: Design, script: Sequence[Json]) -> tuple[Divergence | None, list[Step]]:
        """What a design does not allow of it, and all that happened; again if the tester was late itself."""
        for _ in range(AGAIN):
            run = list[Step]()
            found = held(self.server, of(plan), script, run)
            if found is None or self.server.late <= LATE:
                break
        return found, run


def conformance(
    server: Settling, some: Sequence[Vector], plan: Design, *, known: Iterable[str] = (), examples: int = 20,
    named: bool = True, report: Callable[[str], None] = lambda text: None,
) -> Conformance:  # fmt: skip
    """Hold a server against a design: the vectors' scripts, then the probes and random ones, of each at most so many.

    ``named`` asks for what explains it.
    """
    bench = _Bench(server, plan, known)
    made = bench.made
    lacking = {need for vector in some for need in vector.needs}
    scripts = {v.id: steps(v) for v in some if v.role == "server" and not v.needs}
    scripts |= {f"server/probe/{name.replace(' ', '-')}": list(PROBES[name]) for name in [*PROBES][:examples]}
    scripts |= {f"server/random/{seed}": list(chosen(seed)) for seed in range(examples)}
    for k, (name, script) in enumerate(scripts.items()):
        if sum(not verdict.fine for verdict in made.verdicts) >= ENOUGH:
            made.verdicts.append(Verdict(name, Outcome.SKIPPED, f"{ENOUGH} others have failed before its turn"))
            continue
        report(f"script {k + 1} of {len(scripts)}")
        bench.play(name, script)
    if named and (bench.bad or bench.doubtful):
        made.reasons = _named(bench, report)
    why = f"a server cannot be made to from outside: {', '.join(sorted(lacking))}"
    made.verdicts += [Verdict(v.id, Outcome.SKIPPED, why) for v in some if v.role == "server" and v.needs]
    return made


def _named(bench: _Bench, report: Callable[[str], None]) -> tuple[Reason, ...]:
    """What alone explains the runs that fail, and allows those that pass.

    As long as that is several mechanisms, it is held against the design with one of them, to see which it is not.
    """
    naming = Naming(bench.plan, bench.bad or bench.doubtful, bench.good, report)
    scripts = dict(PROBES)
    while scripts:
        found = naming.telling(scripts)
        if found is None:
            break
        name, other = found
        report(f"{name}, to tell apart what explains it")
        with suppress(Broken):
            wrong, run = bench.held(other, scripts.pop(name))
            if wrong is None or bench.server.late <= LATE:
                naming.learn(run)
    return naming.reasons
