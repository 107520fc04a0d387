"""How often the cause that was drawn is found: seeded runs of all failure classes, with lines missing and clocks apart.

``python -m tests.diagnose.rates FILE [--until SEED]`` measures each class with seeds 0, 1, 2 and so on, and adds a line
to the file for each run; what stands in it is not measured again, so it may be stopped and begun anew. ``--told`` says
what stands in it. With ``--healthy`` runs are measured in which nothing goes wrong, each once.

A cause has left no trace if the lines have a twin: a run without it that explains them as well, with no more faults,
tight races and missing lines. That is asked first, for then no order of causes could be right; only what has no such
twin is diagnosed.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter
from collections.abc import Collection, Iterator
from hashlib import sha256
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from mealspec.core import Kind, Trace, races
from mealspec.core.explicit.settling import EVIDENCE
from mealspec.diagnose.asking import Asker
from mealspec.diagnose.clocks import Clocks, Interval, fits
from mealspec.diagnose.diagnosis import Diagnosis, Question
from mealspec.diagnose.episodes import Episode, Splitter
from mealspec.diagnose.explain import Diagnoser
from mealspec.diagnose.kinds import sorts
from mealspec.diagnose.mapping import LineMapping, load
from mealspec.diagnose.reading import entries
from mealspec.diagnose.suspects import Suspect, bases, classes
from mealspec.diagnose.verdict import Verdict
from mealspec.diagnose.writing import Writing, log_of, written
from mealspec.model.design import DESIGNS
from mealspec.model.scope import Scope
from mealspec.properties.scenarios import FAILURES
from tests.diagnose.sampling import drawn, healthy, system
from tests.mutation.sampling import wilson

HOMES = ("published", "app_published", "app_head")
DROP, OTHER = 0.3, "somebody-else"
LIMIT = 1_500_000
"""States that are looked at for each suspect."""
SPLITS = 8
"""How often the offsets are parted where a run fits line by line, and with no single offset."""
RECORD = Path(__file__).with_name("rates.jsonl")
"""What was measured."""

Level = tuple[int, int]
"""What speaks against an explanation: what it weighs, and its tight races."""

NO_LINE, TWIN, NAMED, OPEN, LOST, POSSIBLE = "no line", "twin", "named", "open", "lost", "possible"


class Case(NamedTuple):
    """One drawn run, and what was found of it.

    Attributes
    ----------
    label, seed
        Which class, and by which seed it was drawn.
    fate
        No line of it is left; a run without the cause explains them as well; what is named first is known; not all
        could be asked; or no run with the cause was found, though the drawn one is such a run.
    own, twin
        What the likeliest run with the cause weighs, where that was asked, and a run without it, if there is one.
    rank
        Where the cause stands among those that are named, from 1; 0 if nowhere, or if it was not asked.
    first
        What is named first, if it was asked.
    """

    label: str
    seed: int
    fate: str
    own: Level | None = None
    twin: Level | None = None
    rank: int = 0
    first: str = ""

    @classmethod
    def read(cls, line: str) -> Case:
        """From a line of a file."""
        told: dict[str, Any] = json.loads(line)
        own, twin = (tuple(told.pop(name, ())) or None for name in ("own", "twin"))
        return cls(**told, own=own, twin=twin)

    def __str__(self) -> str:
        return json.dumps({name: each for name, each in self._asdict().items() if each or name == "seed"})


def suspect(label: str) -> Suspect:
    """A class in the design that it is told of."""
    return next(each for each in classes(DESIGNS[home(label)]) if each.label == label)


def home(label: str) -> str:
    """The design that it is told of, by name."""
    return next(name for name in HOMES if FAILURES[label].design.startswith(name))


class Lines:
    """What is left of a run in two logs, and what is asked of it."""

    def __init__(self, paths: tuple[Path, Path], mapping: LineMapping) -> None:
        self.paths, self.mapping = paths, mapping
        self.episode = episode(paths, mapping)
        self.clocks = Clocks(origin=min(self.episode.times, default=0.0) if self.episode else 0.0)
        self._asker = Asker(mapping, LIMIT)

    def missing(self, run: Trace) -> int:
        """How many lines of the run are not there."""
        assert self.episode is not None
        printed = sum(log_of(run.system.event(name), self.mapping) is not None for name in run.events)
        return printed - sum(map(len, self.episode.lines))

    def least(
        self, asked: Suspect, most: int, ahead: Interval | None = None, splits: int = SPLITS
    ) -> tuple[Level | None, bool]:
        """What the likeliest run of a suspect weighs that fits with one offset of an interval, and whether that is so.

        None is found of runs that weigh more than ``most``. Where a run fits line by line only, both sides of an offset
        with which it does not are asked.
        """
        assert self.episode is not None
        lines, assumed = self.episode.lines, EVIDENCE * asked.assumes
        ahead = ahead or self.clocks.around(self.episode.times[0])
        if most < assumed:
            return None, True
        shape = Diagnoser(self.mapping, asked.design, self.clocks).shape(self.episode)
        found = self._asker.ask(asked, shape, self.clocks.after(*lines, ahead), most - assumed).search
        if found.cost is None:
            return None, found.complete
        narrow = fits(*lines, found.order, ahead)
        if not narrow.empty:
            return (found.cost.weight + assumed, found.cost.races), True
        if not splits:
            return None, False
        middle = (narrow.least + narrow.most) / 2
        ends = (Interval(ahead.least, middle), Interval(middle, ahead.most))
        sides = [self.least(asked, most, side, splits - 1) for side in ends]
        return min((level for level, _ in sides if level is not None), default=None), all(sure for _, sure in sides)

    def diagnosed(self, plan: str, margin: int) -> Verdict:
        """What ``mealspec diagnose`` finds of the meal."""
        question = Question(self.paths, self.mapping, (DESIGNS[plan],), margin=margin, limit=LIMIT)
        return next(meal.best for meal in Diagnosis(question) if meal.episode.user != OTHER)


class Meal:
    """A drawn run of a class that was written as logs, and what is found of it."""

    def __init__(self, label: str, seed: int, mapping: LineMapping, folder: Path) -> None:
        self.label, self.seed, self.cause, random = label, seed, suspect(label), Random(f"{label} {seed}")
        events = drawn(self.cause, random)
        assert events is not None
        self.run = Trace.of(system(self.cause.design, self.cause.scope), events)
        how = Writing(DROP, random.uniform(-2, 2), random.uniform(-1e-4, 1e-4), 0.0, random.randrange(1 << 30))
        self.lines = Lines(logs(self.run, mapping, how, folder), lenient(mapping))

    @property
    def most(self) -> int:
        """What the likeliest run with the cause weighs at most: the drawn one is one."""
        faults = sum(self.run.system.event(name).kind is Kind.FAULT for name in self.run.events)
        return EVIDENCE * (faults + len(races(self.run)) + self.cause.assumes) + self.lines.missing(self.run)

    def case(self) -> Case:
        """What is found of it."""
        plain = Case(self.label, self.seed, NO_LINE)
        if self.lines.episode is None:
            return plain
        least, most = self.lines.least, self.most
        assert self.cause.without is not None
        others = [bases(self.cause.design)[0]] if self.cause.assumes else []
        twins = [least(each, most) for each in (*others, self.cause.without)]
        twin = min((level for level, _ in twins if level is not None), default=None)
        bound = most if twin is None else twin[0] - (twin[1] == 0)
        own, whole = least(self.cause, min(bound, most))
        if own is None and twin is None:
            return plain._replace(fate=LOST if whole else OPEN)
        if twin is not None and (own is None or own >= twin):
            return plain._replace(fate=TWIN if whole else OPEN, twin=twin)
        return self._diagnosed(plain._replace(own=own, twin=twin), all(sure for _, sure in twins))

    def _diagnosed(self, plain: Case, known: bool) -> Case:
        """First with what is as likely as the likeliest, which is enough if the cause is; else with more."""
        for margin in (0, 1):
            verdict = self.lines.diagnosed(home(self.label), margin)
            labels = list(dict.fromkeys(each.label.split("-")[0] for each in verdict.causes))
            rank = labels.index(self.label) + 1 if self.label in labels else 0
            if rank == 1:
                break
        first = verdict.causes[0] if verdict.causes else None
        if first is not None and plain.own is not None and first.level < plain.own:
            return plain._replace(fate=TWIN, twin=first.level, first=first.label)
        return plain._replace(fate=NAMED if known else OPEN, rank=rank, first=first.label if first else verdict.kind)


def lenient(mapping: LineMapping) -> LineMapping:
    """That any line may be missing, and counts."""
    return mapping.with_absence({kind.name: "sometimes" for kind in mapping.lines})


def logs(run: Trace, mapping: LineMapping, how: Writing, folder: Path) -> tuple[Path, Path]:
    """The run as two files, and in each a line of somebody else long after: the logs go on."""
    paths = (folder / "client.log", folder / "server.log")
    for log, (path, lines) in enumerate(zip(paths, written(run, mapping, how), strict=True)):
        path.write_text("".join(f"{each}\n" for each in [*lines, later(mapping, log)]), encoding="utf-8")
    return paths


def later(mapping: LineMapping, log: int) -> str:
    """A line of another user, long after."""
    at = "2025-11-08T10:00:00Z"
    if mapping.format == "json":
        return json.dumps({"time": at, "user": OTHER, "event": ("client.connect", "server.register")[log]})
    text = ("NutritionViewModel: Connecting to WebSocket...", f"WebSocket connected: user={OTHER}")[log]
    return f"{at} user={OTHER} {text}"


def episode(paths: tuple[Path, Path], mapping: LineMapping) -> Episode | None:
    """The lines of the meal; None if there is none."""
    client, server = (entries(log, path, mapping, None, mask=False)[1] for log, path in enumerate(paths))
    meals = Splitter(sorts(mapping)).meals(client, server)
    return next((meal for meal in meals if meal.user != OTHER), None)


def case(label: str, seed: int, form: str = "app") -> Case:
    """A run of a class, drawn by a seed, and what is found of it."""
    with TemporaryDirectory() as folder:
        return Meal(label, seed, load(form), Path(folder)).case()


def read(path: Path) -> list[Case]:
    """What stands in a file."""
    return [Case.read(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []


def measure(path: Path, until: int, labels: Collection[str]) -> None:
    """Add what is missing, class by class, for whoever draws a class has to look at its runs first."""
    known = {each[:2] for each in read(path)}
    for label in labels:
        for seed in range(until):
            if (label, seed) not in known:
                began, found = time.process_time(), case(label, seed)
                with path.open("a", encoding="utf-8") as file:
                    file.write(f"{found}\n")
                print(f"{found}  {time.process_time() - began:.1f} s", flush=True)


def told(cases: list[Case]) -> Iterator[str]:
    """What was measured, as a table, and in all, with the interval in which it is with 95 % confidence (Wilson's)."""
    yield "| | runs | no line is left | a twin | open | named first | second or third | later |"
    yield "|---|---|---|---|---|---|---|---|"
    for label in (*FAILURES, ""):
        some = [each for each in cases if label in ("", each.label)]
        fates = Counter(each.fate for each in some)
        ranks = Counter(min(each.rank or 4, 4) for each in some if each.fate == NAMED)
        row = [fates[NO_LINE], fates[TWIN], fates[OPEN] + fates[LOST], ranks[1], ranks[2] + ranks[3], ranks[4]]
        yield f"| {label or 'all'} | " + " | ".join(f"{number:,}" for number in [len(some), *row]) + " |"
    yield ""
    named = [each for each in cases if each.fate == NAMED]
    for most in (1, 3):
        hits = sum(0 < each.rank <= most for each in named)
        low, high = wilson(hits, len(named))
        where = "first" if most == 1 else "among the first three"
        yield f"Of {len(named)} that left a trace the cause was {where} in {hits}: of all such {low:.1%} to {high:.1%}."


def well(path: Path, until: int, drop: float) -> None:
    """Add healthy runs until there are so many different ones, and of each what is said.

    A run that shows the meal and is as likely as the drawn one is enough for the lines to be possible, whatever else
    might explain them; with no line dropped it is healthy. Only where there is none it is asked what ``mealspec
    diagnose`` names.
    """
    mapping, plan = load("app"), DESIGNS["published"]
    known = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []
    runs, seed = {each["run"] for each in known}, 1 + max((each["seed"] for each in known), default=-1)
    with path.open("a", encoding="utf-8") as file, TemporaryDirectory() as folder:
        while len(runs) < until:
            random = Random(f"healthy {seed}")
            run = Trace.of(system(plan, Scope()), healthy(plan, random))
            digest = sha256(" ".join(run.events).encode()).hexdigest()[:16]
            if digest not in runs:
                runs.add(digest)
                how = Writing(drop, random.uniform(-2, 2), random.uniform(-1e-4, 1e-4), 0.0, random.randrange(1 << 30))
                lines = Lines(logs(run, mapping, how, Path(folder)), lenient(mapping) if drop else mapping)
                told = {"seed": seed, "run": digest, "said": said(lines, run, plan.name)}
                file.write(json.dumps(told) + "\n")
            seed += 1


def said(lines: Lines, run: Trace, plan: str) -> str:
    """That a run explains the lines as well as the drawn one does, and shows the meal; or what is named first."""
    if lines.episode is None:
        return NO_LINE
    level, _ = lines.least(bases(DESIGNS[plan])[1], lines.missing(run))
    return POSSIBLE if level is not None else lines.diagnosed(plan, 0).label


def main() -> None:
    """Measure, and say what was measured."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path, nargs="?", default=RECORD)
    parser.add_argument("--until", type=int, default=0, help="seeds of each class, or healthy runs that differ")
    parser.add_argument("--only", nargs="*", choices=FAILURES, default=[*FAILURES], help="classes", metavar="F1")
    parser.add_argument("--healthy", action="store_true")
    parser.add_argument("--drop", type=float, default=0.0, help="of healthy runs, the share of lines that is missing")
    asked = parser.parse_args()
    if asked.healthy:
        well(asked.file, asked.until, asked.drop)
        known = [json.loads(line) for line in asked.file.read_text(encoding="utf-8").splitlines()]
        print(f"of {len(known):,} different healthy runs: {dict(Counter(each['said'] for each in known))}")
    else:
        measure(asked.file, asked.until, asked.only)
        print("\n".join(told(read(asked.file))))


if __name__ == "__main__":
    main()
