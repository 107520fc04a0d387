"""Ours beside SPIN and TLC: the same systems, the same claims, what each finds, and where they differ."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from textwrap import wrap
from typing import Any

from mealspec.core import Claim, System
from mealspec.core.external.checkers import Answer, missing, ours, stop
from mealspec.core.external.spin import spin
from mealspec.core.external.tlc import tlc
from mealspec.core.workers import orderly
from mealspec.model.design import Design
from mealspec.model.product import system
from mealspec.model.scope import Scope, counted
from mealspec.properties.catalogue import PROPERTIES
from mealspec.properties.facts import Facts

SCOPES = (
    Scope(connections=1, faults=0),
    Scope(connections=1, includes=frozenset({"dial"})),
    Scope(connections=1, faults=1),
)
"""Small, and each with something that the others lack: nothing goes wrong, one kind of fault for ever, each kind of
fault once."""

LIVE_STATES = 20_000
"""TLC is asked about liveness where there are no more states than these: it takes half a minute for each property
that is violated where there are more. SPIN is asked everywhere."""


def _spin(system: System, claims: Sequence[Claim], own: Answer) -> Answer:
    return spin(system, claims, optimise=False)


def _tlc(system: System, claims: Sequence[Claim], own: Answer) -> Answer:
    return tlc(system, claims, optimise=False, thought=[name for name, violated in own.violated.items() if violated])


CHECKERS: dict[str, Callable[[System, Sequence[Claim], Answer], Answer]] = {"SPIN": _spin, "TLC": _tlc}


@dataclass(frozen=True)
class Crosscheck:
    """One system before all checkers.

    Attributes
    ----------
    design, scope
        Which.
    ours
        What we find.
    theirs
        What each external checker finds that could be asked.
    skipped
        Why the others could not.
    unasked
        For each checker, the claims that it was not asked about.
    differences
        What is not the same, a sentence each.
    """

    design: str
    scope: Scope
    ours: Answer
    theirs: tuple[Answer, ...]
    skipped: dict[str, str]
    unasked: dict[str, int]
    differences: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """All of it for machines."""
        return {
            "design": self.design,
            "scope": self.scope.describe(),
            "judges": [answer.to_json() for answer in (self.ours, *self.theirs)],
            "skipped": self.skipped,
            "unasked": self.unasked,
            "differences": list(self.differences),
        }


def compare(cases: Sequence[tuple[Design, Scope]], jobs: int) -> Iterator[Crosscheck]:
    """Each case, in order, as soon as all checkers have had their say."""
    skipped = missing()
    names = [name for name in CHECKERS if name not in skipped]
    pool = ThreadPoolExecutor(jobs)
    asked: list[tuple[Answer, list[Future[Answer]], dict[str, int]]] = []
    with orderly():
        try:
            asked += (_ask(pool, plan, scope, names) for plan, scope in cases)
            for (plan, scope), (own, running, unasked) in zip(cases, asked, strict=True):
                theirs = tuple(future.result() for future in running)
                found = tuple(each for other in theirs for each in disagreements(own, other))
                yield Crosscheck(plan.name, scope, own, theirs, skipped, unasked, found)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
            while not all(future.done() for _, running, _ in asked for future in running):
                stop()
                time.sleep(0.05)


def _ask(
    pool: ThreadPoolExecutor, plan: Design, scope: Scope, names: Sequence[str]
) -> tuple[Answer, list[Future[Answer]], dict[str, int]]:
    """What we find; what the others will find; and what they were not asked."""
    product = system(plan, scope)
    facts = Facts(plan, scope, product)
    claims = [claim for prop in PROPERTIES.values() for claim in prop.claims(facts)]
    own = ours(product, claims)
    put = {name: [claim for claim in claims if _worth(name, claim, own.states)] for name in names}
    running = [pool.submit(CHECKERS[name], product, put[name], own) for name in names]
    return own, running, {name: len(claims) - len(put[name]) for name in names if len(put[name]) < len(claims)}


def _worth(checker: str, claim: Claim, states: int) -> bool:
    return checker != "TLC" or not claim.live or states <= LIVE_STATES


def disagreements(own: Answer, other: Answer) -> list[str]:
    """Where an external checker disagrees with us, a sentence each; about what it does not tell it cannot."""
    out = []
    for what in ("states", "transitions", "depth", "deadlocked", "deadlocks"):
        here, there = getattr(own, what), getattr(other, what)
        if there is not None and here != there:
            out.append(f"{what}: {here} by us, {there} by {other.checker}")
    for name, violated in other.violated.items():
        if own.violated[name] is not violated:
            out.append(f"{name}: {_verdict(own.violated[name])} by us, {_verdict(violated)} by {other.checker}")
    return out


def _verdict(violated: bool) -> str:
    return "violated" if violated else "holds"


def lines(case: Crosscheck) -> list[str]:
    """The case for people, at 80 columns."""
    out = wrap(f"{case.design}: {case.scope.describe()}", 80)
    out.append(f"  {'':4}  {'states':>9}  {'transitions':>11}  {'depth':>5}  {'deadlocks':>9}  {'violated':>8}")
    for answer in (case.ours, *case.theirs):
        out.append(_line(answer))
    out += [f"  {name:4}  skipped: {why}" for name, why in case.skipped.items()]
    out += [
        f"  {name:4}  {counted(number, 'liveness claim')} not asked: too many states"
        for name, number in case.unasked.items()
    ]
    return [*out, *(f"  DIFFERS: {each}" for each in case.differences), ""]


def summary(cases: Sequence[Crosscheck]) -> list[str]:
    """How much was compared, and how much differs."""
    answers = [each for case in cases for each in case.theirs]
    if not answers:
        return ["Nothing was compared: no external checker could be asked."]
    verdicts = sum(len(each.violated) for each in answers)
    differing = sum(len(case.differences) for case in cases)
    checkers = " and ".join(dict.fromkeys(each.checker for each in answers))
    found = f"{checkers}: {counted(len(cases), 'system')}, {counted(verdicts, 'verdict')}"
    return [f"{found}; {counted(differing, 'difference') if differing else 'no difference'}."]


def _line(answer: Answer) -> str:
    depth = "" if answer.depth is None else answer.depth
    dead = answer.deadlocks if answer.deadlocks is not None else "some" if answer.deadlocked else "none"
    violated = f"{sum(answer.violated.values())} of {len(answer.violated)}"
    return f"  {answer.checker:4}  {answer.states:>9,}  {answer.transitions:>11,}  {depth:>5}  {dead:>9}  {violated:>8}"
