"""Both logs, from files to verdicts: the whole of ``mealspec diagnose``, as a stream of meals."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from mealspec.core import CheckerError
from mealspec.diagnose.clocks import APART, DRIFT, Clocks, Fit, Interval
from mealspec.diagnose.episodes import Episode, Splitter
from mealspec.diagnose.explain import LIMIT, Diagnoser
from mealspec.diagnose.kinds import sorts
from mealspec.diagnose.mapping import ABSENCES, LineMapping
from mealspec.diagnose.reading import Counts, Entry, entries
from mealspec.diagnose.verdict import Verdict
from mealspec.model.design import Design

NONE = "-"
"""Stands for a log that there is not."""

EVERY_KIND = "all"


class Diagnosed(NamedTuple):
    """A meal with the verdict of each design, and the offsets with which each fits."""

    episode: Episode
    verdicts: tuple[Verdict, ...]
    ahead: tuple[Interval | None, ...]

    @property
    def best(self) -> Verdict:
        """Of the designs the one that explains it best; the first, if none does."""
        some = [each for each in self.verdicts if each.best is not None]
        return min(some, key=lambda each: each.rank, default=self.verdicts[0])

    @property
    def shown(self) -> bool:
        """Whether the meal was shown, by the design that explains it best."""
        return self.best.shown


@dataclass
class Question:
    """What is asked of two logs.

    Attributes
    ----------
    paths
        Of the client's log and the server's; None for one that there is not.
    mapping, designs
        What lines mean, and what might have printed them.
    apart, drift
        How far the clocks may differ, in seconds, and in seconds a second.
    absences
        By the kinds' names what it says that a line is missing; ``all`` stands for all kinds.
    excerpt
        Whether kinds that a log does not show were cut from it, and no other meal was there before.
    absent
        Kinds that an excerpt would show, had they been printed.
    mask
        Whether ids are masked.
    margin, limit
        See :class:`mealspec.diagnose.explain.Diagnoser`.
    """

    paths: tuple[Path | None, Path | None]
    mapping: LineMapping
    designs: tuple[Design, ...]
    apart: float = APART
    drift: float = DRIFT
    absences: Mapping[str, str] = field(default_factory=dict)
    excerpt: bool = False
    absent: Sequence[str] = ()
    mask: bool = False
    margin: int = 1
    limit: int = LIMIT
    seconds: bool = False


class Diagnosis:
    """The answer, meal by meal; the counts are whole when the last meal has come."""

    def __init__(self, question: Question, report: Callable[[str], None] | None = None) -> None:
        if not any(question.paths):
            raise CheckerError("there is no log; name the client's, the server's, or both")
        self.question = question
        self._report = report
        self.mapping = _asked(question)
        self.counts: list[Counts | None] = [None, None]
        self.splitter = Splitter(sorts(self.mapping))
        self.fit: Fit | None = None
        self.diagnosers: tuple[Diagnoser, ...] = ()
        self._streams = [self._stream(log) for log in (0, 1)]

    def __iter__(self) -> Iterator[Diagnosed]:
        q = self.question
        client, server = self._streams
        if q.excerpt:  # which kinds they show is known only at the end of both
            whole = [list(some) for some in self._streams]
            self.mapping = _as_excerpt(self.mapping, q.absent, whole)
            client, server = map(iter, whole)
        client, server, origin = _origin(client, server)
        clocks = Clocks(q.apart, q.drift, origin)
        self.fit = Fit(clocks)
        lacking = frozenset(log for log, path in enumerate(q.paths) if path is None)
        self.diagnosers = tuple(
            Diagnoser(
                self.mapping,
                plan,
                clocks,
                margin=q.margin,
                alone=q.excerpt,
                lacking=lacking,
                limit=q.limit,
                why_skipped=q.margin > 0,
                seconds=q.seconds,
            )
            for plan in q.designs
        )
        for episode in self.splitter.meals(client, server):
            answers = [each.explain(episode) for each in self.diagnosers]
            found = Diagnosed(episode, tuple(v for v, _ in answers), tuple(a for _, a in answers))
            ahead = found.ahead[found.verdicts.index(found.best)]
            if ahead is not None and episode.times and found.best.best is not None:
                self.fit.take(episode.times[0], ahead)
            yield found

    def _stream(self, log: int) -> Iterator[Entry]:
        path = self.question.paths[log]
        if path is None:
            return iter(())
        self.counts[log], known = entries(log, path, self.mapping, self._report, mask=self.question.mask)
        return known


def _asked(q: Question) -> LineMapping:
    absences = {name: what for name, what in q.absences.items() if name != EVERY_KIND}
    for name, what in q.absences.items():
        if what not in ABSENCES:
            raise CheckerError(f"the absence of '{name}' cannot be '{what}'; choose from {', '.join(ABSENCES)}")
    mapping = q.mapping
    if EVERY_KIND in q.absences:
        mapping = mapping.with_absence({kind.name: q.absences[EVERY_KIND] for kind in mapping.lines})
    return mapping.with_absence({**absences, **dict.fromkeys(q.absent, "always")})


def _as_excerpt(mapping: LineMapping, absent: Sequence[str], logs: Sequence[Sequence[Entry]]) -> LineMapping:
    seen = {entry.kind for some in logs for entry in some}
    cut = {kind.name: "cut" for k, kind in enumerate(mapping.lines) if k not in seen and kind.name not in absent}
    return mapping.with_absence(cut)


def _origin(client: Iterator[Entry], server: Iterator[Entry]) -> tuple[Iterator[Entry], Iterator[Entry], float]:
    """Both streams, and the first moment that one of them tells, looking only a little ahead."""
    heads, times = [], []
    for some in (client, server):
        head = list[Entry]()
        for entry in some:
            head.append(entry)
            if entry.at is not None or len(head) >= 100:
                break
        times += [entry.at for entry in head if entry.at is not None]
        heads.append(chain(head, some))
    return heads[0], heads[1], min(times, default=0.0)
