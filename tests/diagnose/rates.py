"""How often the cause that was drawn is found: seeded runs of all failure classes, with lines missing and clocks apart.

``python -m tests.diagnose.rates NUMBER FORM`` prints the figures.
"""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import NamedTuple

from mealspec.core import Trace
from mealspec.diagnose.diagnosis import Diagnosed, Diagnosis, Question
from mealspec.diagnose.mapping import LineMapping, load
from mealspec.diagnose.suspects import Suspect, classes
from mealspec.diagnose.verdict import HEALTHY, Verdict
from mealspec.diagnose.writing import Writing, written
from mealspec.model.design import DESIGNS
from mealspec.model.product import system
from mealspec.properties.scenarios import FAILURES
from tests.diagnose.sampling import drawn

HOMES = ("published", "app_published", "app_head")
DROP, OTHER = 0.3, "somebody-else"


class Case(NamedTuple):
    """One drawn run, and what was found of it."""

    label: str
    seed: int
    verdict: Verdict | None

    @property
    def rank(self) -> int | None:
        """Where the true cause stands, from 1; None if nowhere."""
        labels = list(dict.fromkeys(each.label.split("-")[0] for each in self.verdict.causes)) if self.verdict else []
        return labels.index(self.label) + 1 if self.label in labels else None

    @property
    def ahead(self) -> int:
        """How many causes are likelier than the true one, whatever the steps."""
        causes = self.verdict.causes if self.verdict else ()
        own = next((each.level for each in causes if each.label.split("-")[0] == self.label), None)
        return 99 if own is None else len({each.label.split("-")[0] for each in causes if each.level < own})

    @property
    def traceless(self) -> bool:
        """Whether no line of the meal is left, or a run in which nothing went wrong explains the lines as well."""
        causes = self.verdict.causes if self.verdict else ()
        own = next((each.level for each in causes if each.label.split("-")[0] == self.label), None)
        well = next((each.level for each in causes if each.label == HEALTHY), None)
        return self.verdict is None or (well is not None and (own is None or well <= own))


def suspect(label: str) -> Suspect:
    """A class in the design that it is told of."""
    return next(each for each in classes(DESIGNS[home(label)]) if each.label == label)


def home(label: str) -> str:
    """The design that it is told of, by name."""
    return next(name for name in HOMES if FAILURES[label].design.startswith(name))


def cases(number: int, form: str) -> Iterator[Case]:
    """So many runs, of one class after the other."""
    mapping = load(form)
    per = -(-number // len(FAILURES))
    for label in FAILURES:
        asked = suspect(label)
        for seed in range(per):
            random = Random(f"{label} {seed}")
            events = drawn(asked, random)
            assert events is not None
            run = Trace.of(system(asked.design, asked.scope), events)
            how = Writing(DROP, random.uniform(-2, 2), random.uniform(-1e-4, 1e-4), 0.0, random.randrange(1 << 30))
            found = diagnosed(run, mapping, how, home(label))
            yield Case(label, seed, found.best if found else None)


def later(mapping: LineMapping, log: int) -> str:
    """A line of another user, long after: the logs go on."""
    at = "2025-11-08T10:00:00Z"
    if mapping.format == "json":
        return json.dumps({"time": at, "user": OTHER, "event": ("client.connect", "server.register")[log]})
    text = ("NutritionViewModel: Connecting to WebSocket...", f"WebSocket connected: user={OTHER}")[log]
    return f"{at} user={OTHER} {text}"


def diagnosed(
    run: Trace, mapping: LineMapping, how: Writing, plan: str, absence: str = "sometimes"
) -> Diagnosed | None:
    """The run written as logs, read back and explained; None if no line of a meal is left."""
    with TemporaryDirectory() as folder:
        paths = [Path(folder, name) for name in ("client.log", "server.log")]
        for log, (path, lines) in enumerate(zip(paths, written(run, mapping, how), strict=True)):
            path.write_text("".join(f"{each}\n" for each in [*lines, later(mapping, log)]), encoding="utf-8")
        question = Question(
            (paths[0], paths[1]), mapping, (DESIGNS[plan],), absences={"all": absence}, margin=1, limit=400_000
        )
        found = Diagnosis(question)
        return next((meal for meal in found if meal.episode.user != OTHER), None)


def main(number: int, form: str) -> None:
    """Print the figures."""
    began, by = time.monotonic(), dict[str, list[Case]]()
    for case in cases(number, form):
        by.setdefault(case.label, []).append(case)
        if len(by[case.label]) == -(-number // len(FAILURES)):
            some = by[case.label]
            ranks = Counter(each.rank for each in some if not each.traceless)
            first = Counter(each.verdict.label if each.verdict else None for each in some)
            print(
                case.label,
                len(some),
                "traceless",
                sum(c.traceless for c in some),
                "ranks",
                dict(ranks),
                dict(first),
                f"{time.monotonic() - began:.0f} s",
                flush=True,
            )
    every = [case for some in by.values() for case in some]
    left = [case for case in every if not case.traceless]
    for name, good in (
        ("first", lambda c: c.rank == 1),
        ("among three", lambda c: (c.rank or 9) <= 3),
        ("first or level with it", lambda c: c.ahead == 0),
        ("at most two are likelier", lambda c: c.ahead <= 2),
    ):
        number = sum(map(bool, map(good, left)))
        print(f"{name}: {number} of {len(left)} ({number / max(1, len(left)):.1%})")
    print(f"traceless: {len(every) - len(left)} of {len(every)}")


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
