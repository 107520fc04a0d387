"""Which mechanism alone explains what a server has shown over real sockets, and which scripts tell several apart.

A mechanism explains a run if a server that has it, or lacks it, could have shown just that; also where nothing was
wrong. Of several those come first that allow least besides: what they would have to show was seen.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence

from mealspec.conform.reason import Reason, deviations, joined, reason
from mealspec.conform.role import Json
from mealspec.conform.script import Step, allows, imagined, of
from mealspec.core import CheckerError
from mealspec.model.design import Design
from mealspec.model.mechanism import Mechanism as M

IMAGINED = 3
"""Runs of each that are imagined."""

Suspect = tuple[M, bool, Design]


class Naming:
    """The mechanisms that still explain all runs.

    Parameters
    ----------
    plan
        The design from which they are one mechanism away.
    bad, good
        Runs that it does not allow, and runs that it does. A bad run that no mechanism explains which explains those
        before it is another matter, and says nothing.
    """

    def __init__(
        self, plan: Design, bad: Sequence[Sequence[Step]], good: Sequence[Sequence[Step]],
        report: Callable[[str], None] = lambda text: None,
    ) -> None:  # fmt: skip
        self._report = report
        self.left: list[Suspect] = list(deviations(plan))
        self._freer = dict[M, set[M]]()
        for k, run in enumerate(sorted(bad, key=len)):
            explain = [each for each in self.left if self._allows(each, run)]
            self.left = explain or (self.left if k else [])
        for run in good:
            self.learn(run)

    def learn(self, run: Sequence[Step]) -> None:
        """One more run; if none explains it, it is another matter."""
        if len(self._mechanisms) > 1:
            self.left = [each for each in self.left if self._allows(each, run)] or self.left

    @property
    def _mechanisms(self) -> list[M]:
        return list(dict.fromkeys(mechanism for mechanism, _, _ in self.left))

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """What explains all runs; what allows least comes first, and of what allows as much what adds least."""
        return tuple(joined(reason(mechanism, missing) for mechanism, missing, _ in self._tight_first))

    @property
    def _tight_first(self) -> list[Suspect]:
        return sorted(self.left, key=lambda each: (len(self._freer.get(each[0], ())), len(each[2].mechanisms)))

    def telling(self, scripts: Mapping[str, Sequence[Json]]) -> tuple[str, Design] | None:
        """A script in which one that is left may show what another does not allow, and the design with it."""
        for mechanism, _, design in self._tight_first:
            for name, script in scripts.items():
                if self._shows_more(mechanism, design, script, name):
                    return name, design
        return None

    def _shows_more(self, mechanism: M, design: Design, script: Sequence[Json], name: str) -> bool:
        """Whether one of them might show what another does not allow; which is noted."""
        self._report(f"looking for what only {mechanism} would show")
        runs = [imagined(of(design), script, random.Random(f"{name} {k}")) for k in range(IMAGINED)]
        others = [each for each in self.left if each[0] is not mechanism]
        less = {other for other, _, plan in others if not all(allows(of(plan), run) for run in runs)}
        self._freer.setdefault(mechanism, set()).update(less)
        return bool(less)

    def _allows(self, suspect: Suspect, run: Sequence[Step]) -> bool:
        self._report(f"looking for what explains it: {suspect[0]}")
        try:
            return allows(of(suspect[2]), run)
        except CheckerError:
            return False
