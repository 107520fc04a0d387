"""Where a learned machine shows what the specification does not allow: walked through beside the model, and named.

A run of the model is here a set of states that fit all that was told, seen and shown, and numbers do not matter:
there is one socket at a time, and no request waits.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from mealspec.conform.client import CLIENT
from mealspec.conform.reason import Reason, deviations, joined, reason
from mealspec.conform.role import Names
from mealspec.conform.settle import Place, Spec, Step, canonical
from mealspec.conform.watch import seen, told
from mealspec.core import CheckerError
from mealspec.model.design import DESIGNS, Design
from mealspec.model.mechanism import Mechanism as M
from mealspec.model.scope import Scope

SCOPE = Scope(1, 1, None, frozenset(("dial", "break", "request", "push", "screen", "restart", "upload")))
Rows = dict[str, dict[str, tuple[str, str]]]
"""Of each state, by letter, the state that follows and what comes of it."""
Report = Callable[[str], None]


NUMBER = re.compile(r'(?<=[a-z])(-[0-9]+)+(?=")|"socket": [0-9]+(, )?')


def plain(item: str) -> str:
    """Without the numbers of sockets and requests: there is one socket at a time, and no request waits."""
    return NUMBER.sub("", item)


def forgotten(place: Place) -> Place:
    """With names that begin to be counted anew, for numbers do not matter here; else no two moments were the same."""
    held = tuple(
        (name, what if what.startswith("meal") else f"{what.partition('-')[0]}-1") for name, what in place.names.held
    )
    counts = tuple((word, number) for word, number in place.names.counts if word == "meal")
    return Place(place.state, Names(held, counts, place.names.past))


@dataclass(frozen=True)
class Difference:
    """Where the learned machine shows what the specification does not allow.

    Attributes
    ----------
    word
        The letters that lead there; the last one shows it.
    told, seen, shows
        What was told, what was seen and shown then.
    allowed
        What would have been allowed to be seen and shown.
    state, letter
        The state of the learned machine, and its letter.
    steps
        All that was told and seen on the way.
    """

    word: tuple[str, ...]
    told: str
    seen: tuple[str, ...]
    shows: str
    allowed: tuple[str, ...]
    state: str
    letter: str
    steps: tuple[tuple[str, tuple[str, ...], str], ...]


class Beside:
    """The model beside a learned machine."""

    def __init__(self, spec: Spec) -> None:
        self.spec = spec
        self._silent: dict[Place, tuple[Place, ...]] = {}

    def after(self, places: Sequence[Place], does: str, sights: Sequence[str], shows: str) -> tuple[Place, ...]:
        """Where a run may be after something was told, seen and shown."""
        if not shows:
            return tuple(places)
        fits = [
            forgotten(step.place) for step in self._ways(places, does)
            if sorted(map(plain, map(seen, step.sees))) == sorted(sights) and self._shows(step.place, shows)
        ]  # fmt: skip
        return tuple(dict.fromkeys(fits))

    def whatever(self, places: Sequence[Place], does: str) -> tuple[Place, ...]:
        """Where a run may be after something was told, whatever was seen and shown."""
        return tuple(dict.fromkeys(forgotten(step.place) for step in self._ways(places, does)))

    def allowed(self, places: Sequence[Place], does: str) -> tuple[str, ...]:
        """What might be seen and shown."""
        return tuple(sorted({
            canonical([[plain(seen(sight)) for sight in step.sees], self.spec.shows(step.place)])
            for step in self._ways(places, does)
        }))  # fmt: skip

    def _ways(self, places: Sequence[Place], does: str) -> list[Step]:
        return [
            step for place in dict.fromkeys(p for some in places for p in self.silent(some))
            for event in self.spec.choices(place) for step in self.spec.steps(place, event) if self._tells(step) == does
        ]  # fmt: skip

    @staticmethod
    def _tells(step: Step) -> str:
        return " ".join(plain(told(part.does)) for part in step.parts if part.does is not None)

    def _shows(self, place: Place, shows: str) -> bool:
        wanted, told_now = self.spec.shows(place), json.loads(shows)
        return all(told_now.get(name, value) == value for name, value in wanted.items())

    def silent(self, place: Place) -> tuple[Place, ...]:
        """Where the surroundings may have brought a run without telling the client anything; here first."""
        if place not in self._silent:
            found = {place: None}
            waiting = [place]
            for at in waiting:
                for event in self.spec.choices(at):
                    for step in self.spec.steps(at, event):
                        quiet = (
                            not self._tells(step)
                            and not step.sees
                            and self.spec.shows(step.place) == self.spec.shows(at)
                        )
                        then = forgotten(step.place)
                        if quiet and then not in found:
                            found[then] = None
                            waiting.append(then)
            self._silent[place] = tuple(found)
        return self._silent[place]


def differences(rows: Rows, beside: Beside) -> list[Difference]:
    """Walk through a learned machine beside the model; of each of its transitions the first difference."""
    found, done = list[Difference](), set[tuple[str, str]]()
    start: tuple[str, tuple[Place, ...]] = ("s0", (beside.spec.start,))
    seen_pairs = {start}
    waiting: list[tuple[str, tuple[Place, ...], tuple[str, ...], tuple[Any, ...]]] = [(*start, (), ())]
    for state, places, word, past in waiting:
        for letter, (then, output) in rows[state].items():
            at, said = places, list(past)
            for does, sights, shows in json.loads(output or "[]"):
                said.append((does, tuple(sights), shows))
                after = beside.after(at, does, sights, shows)
                if not after and (state, letter) not in done:
                    done.add((state, letter))
                    allowed = beside.allowed(at, does)
                    end = (does, tuple(sights), shows, allowed, state, letter, tuple(said))
                    found.append(Difference((*word, letter), *end))
                at = after or beside.whatever(at, does)  # and on from what should have been
            pair = (then, tuple(sorted(at, key=repr)))
            if output and at and pair not in seen_pairs:
                seen_pairs.add(pair)
                waiting.append((then, at, (*word, letter), tuple(said)))
    return found


MOST = 8
"""So many differences are named, the shortest."""


def named(found: Sequence[Difference], plan: Design, report: Report = lambda text: None) -> list[list[Reason]]:
    """Of each of the shortest differences the mechanisms of which each alone explains it."""
    some = sorted(found, key=lambda each: len(each.word))[:MOST]
    out: list[list[Reason]] = [[] for _ in some]
    for mechanism, missing, other in deviations(plan) if some else ():
        report(f"looking for what explains them: {mechanism}")
        try:
            beside = Beside(Spec.of(CLIENT, other, SCOPE))
        except CheckerError:
            continue
        for reasons, difference in zip(out, some, strict=True):
            if explains(beside, difference):
                reasons.append(reason(mechanism, missing))
    return [joined(reasons) for reasons in out]


def known(rows: Rows) -> list[Design]:
    """The designs of the seed that allow all that a learned machine shows, as long as it is told what they know."""
    apart_from = {M.LOCAL_STORE, M.WAIT_BEFORE_SUBMIT}  # of these the table of the client does not speak
    seeds = [plan for plan in DESIGNS.values() if not apart_from & plan.mechanisms]
    return [
        plan for plan in seeds
        if not any(each.allowed for each in differences(rows, Beside(Spec.of(CLIENT, plan, SCOPE))))
    ]  # fmt: skip


def apart(plan: Design, other: Design) -> list[Reason]:
    """The mechanisms that another design has not, and those that it has besides."""
    lacks, has = sorted(plan.mechanisms - other.mechanisms), sorted(other.mechanisms - plan.mechanisms)
    return [*(reason(some, True) for some in lacks), *(reason(some, False) for some in has)]


def explains(beside: Beside, difference: Difference) -> bool:
    """Whether a model allows all that was told and seen up to a difference."""
    places: tuple[Place, ...] = (beside.spec.start,)
    for does, sights, shows in difference.steps:
        places = beside.after(places, does, sights, shows)
        if not places:
            return False
    return True
