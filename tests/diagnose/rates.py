"""How often the cause that was drawn is found: seeded runs of all failure classes, with lines missing and clocks apart.

``python -m tests.diagnose.rates NUMBER FORM [SEED]`` prints the figures, with seeds from that one on; with ``healthy``
before that, those of healthy runs. A cause has left no trace if the lines have a twin: a run without it that explains
them as well, with no more faults, tight races and missing lines.
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
from mealspec.core.explicit.settling import EVIDENCE
from mealspec.core.explicit.shown import Search
from mealspec.diagnose.clocks import Clocks, Interval
from mealspec.diagnose.diagnosis import Diagnosed, Diagnosis, Question
from mealspec.diagnose.explain import Diagnoser
from mealspec.diagnose.mapping import LineMapping, load
from mealspec.diagnose.suspects import Suspect, classes
from mealspec.diagnose.verdict import HEALTHY, Verdict
from mealspec.diagnose.writing import Writing, written
from mealspec.model.design import DESIGNS
from mealspec.model.product import system
from mealspec.model.scope import Scope
from mealspec.properties.scenarios import FAILURES
from tests.diagnose.sampling import drawn, healthy

HOMES = ("published", "app_published", "app_head")
DROP, OTHER = 0.3, "somebody-else"
SECONDS = 600.0
"""Of healthy runs no more are tried after that."""
LIMIT = 1_500_000
"""States that are looked at for each suspect."""


class Case(NamedTuple):
    """One drawn run, and what was found of it; what the likeliest run without the cause weighs, if it was asked.

    ``behind`` says that no run with the cause is as likely as what was found first, though not all else was asked.
    """

    label: str
    seed: int
    verdict: Verdict | None
    twin: tuple[int, int] | None = None
    behind: bool = False

    @property
    def own(self) -> tuple[int, int] | None:
        """What the likeliest run with the cause weighs; None if it is no cause that was found."""
        return self._level(self.label)

    def _level(self, label: str) -> tuple[int, int] | None:
        causes = self.verdict.causes if self.verdict else ()
        return next((each.level for each in causes if each.label.split("-")[0] == label), None)

    @property
    def rank(self) -> int | None:
        """Where the true cause stands, from 1; None if nowhere."""
        labels = list(dict.fromkeys(each.label.split("-")[0] for each in self.verdict.causes)) if self.verdict else []
        return labels.index(self.label) + 1 if self.label in labels else None

    @property
    def healthy(self) -> bool:
        """Whether no line of the meal is left, or a run in which nothing went wrong explains them as well."""
        well = self._level(HEALTHY)
        return self.verdict is None or (well is not None and (self.own is None or well <= self.own))

    @property
    def traceless(self) -> bool:
        """Whether the lines have a twin."""
        if self.verdict is None or self.healthy:
            return True
        if self.own is None:  # what was found is likelier than any run with the cause, if all was looked at
            return (self.verdict.complete or self.behind) and bool(self.verdict.causes)
        return self.verdict.causes[0].level < self.own or (self.twin is not None and self.twin <= self.own)


def suspect(label: str) -> Suspect:
    """A class in the design that it is told of."""
    return next(each for each in classes(DESIGNS[home(label)]) if each.label == label)


def home(label: str) -> str:
    """The design that it is told of, by name."""
    return next(name for name in HOMES if FAILURES[label].design.startswith(name))


def cases(number: int, form: str, begin: int = 0) -> Iterator[Case]:
    """So many runs, of one class after the other."""
    mapping = load(form)
    per = -(-number // len(FAILURES))
    for label in FAILURES:
        asked = suspect(label)
        for seed in range(begin, begin + per):
            random = Random(f"{label} {seed}")
            events = drawn(asked, random)
            assert events is not None
            run = Trace.of(system(asked.design, asked.scope), events)
            how = Writing(DROP, random.uniform(-2, 2), random.uniform(-1e-4, 1e-4), 0.0, random.randrange(1 << 30))
            found = diagnosed(run, mapping, how, home(label))
            yield case(label, seed, found, mapping)


def case(label: str, seed: int, found: Diagnosed | None, mapping: LineMapping) -> Case:
    """What was found; where nothing is likelier than the true cause, a twin is looked for."""
    plain = Case(label, seed, found.best if found else None)
    if found is not None and plain.own is None and not plain.traceless and found.best.causes:
        search = asked_for(found, suspect(label), mapping, found.best.causes[0].level[0])
        return plain._replace(behind=search.cost is None and search.complete)
    if found is None or plain.own is None or plain.traceless:
        return plain
    without = suspect(label).without
    assert without is not None
    return plain._replace(twin=twin(found, without, mapping, plain.own))


def twin(found: Diagnosed, asked: Suspect, mapping: LineMapping, own: tuple[int, int]) -> tuple[int, int] | None:
    """What the likeliest run without the cause weighs that prints the lines; None if that is more than with it."""
    answer = asked_for(found, asked, mapping, own[0])
    return None if answer.cost is None else (answer.cost.weight + EVIDENCE * asked.assumes, answer.cost.races)


def asked_for(found: Diagnosed, asked: Suspect, mapping: LineMapping, weight: int) -> Search:
    """The likeliest runs of a suspect that print the lines and weigh no more than so much, with what it assumes."""
    some = found.episode
    lenient = mapping.with_absence({kind.name: "sometimes" for kind in mapping.lines})
    by = Diagnoser(lenient, asked.design, Clocks(origin=min(some.times, default=0.0)), limit=LIMIT)
    around = by.clocks.around(some.times[0]) if some.times else Interval(0, 0)
    after = by.clocks.after(*some.lines, around)
    return by.asker.ask(asked, by.shape(some), after, weight - EVIDENCE * asked.assumes).search


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
            (paths[0], paths[1]), mapping, (DESIGNS[plan],), absences={"all": absence}, margin=1, limit=LIMIT
        )
        found = Diagnosis(question)
        return next((meal for meal in found if meal.episode.user != OTHER), None)


def main(number: int, form: str, begin: int = 0) -> None:
    """Print the figures."""
    began, every = time.monotonic(), list[Case]()
    for case in cases(number, form, begin):
        every.append(case)
        found = [f"{each.label} {each.level[0]}" for each in case.verdict.causes[:5]] if case.verdict else []
        how, passed = "traceless" if case.traceless else f"rank {case.rank}", time.monotonic() - began
        print(f"{case.label:4} {case.seed:3} {how:10} {case.own} {', '.join(found)}  {passed:.0f} s", flush=True)
    for name, some in (
        ("no twin", [case for case in every if not case.traceless]),
        ("no healthy twin", [case for case in every if not case.healthy]),
    ):
        first, three = (sum((case.rank or 99) <= most for case in some) / max(1, len(some)) for most in (1, 3))
        print(f"{name}: {len(some)} of {len(every)}; first {first:.1%}, among three {three:.1%}")


def well(number: int, form: str, begin: int = 0) -> None:
    """Print what is said of so many healthy runs, with all lines and with a share missing."""
    for drop, absence in ((0.0, "always"), (DROP, "sometimes")):
        said, began = Counter[str](), time.monotonic()
        for seed in range(begin, begin + number):
            random = Random(f"healthy {seed}")
            run = Trace.of(system(DESIGNS["published"], Scope()), healthy(DESIGNS["published"], random))
            how = Writing(drop, random.uniform(-2, 2), random.uniform(-1e-4, 1e-4), 0.0, random.randrange(1 << 30))
            found = diagnosed(run, load(form), how, "published", absence)
            said[found.best.label if found else "no line is left"] += 1
            if time.monotonic() - began > SECONDS:
                break
        print(f"of {said.total()} healthy runs with {drop:.0%} of their lines missing: {dict(said)}", flush=True)


if __name__ == "__main__":
    asked, numbers = (well, sys.argv[2:]) if sys.argv[1] == "healthy" else (main, sys.argv[1:])
    asked(int(numbers[0]), numbers[1], *map(int, numbers[2:]))
