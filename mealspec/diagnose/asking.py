"""Searches that are asked with as little of the order of two logs as decides them, so that one answers for many meals.

Of two meals with lines of the same kinds, hardly ever is the same known of the order of their lines. But whatever is
not known cannot rule a run out: if the likeliest runs in one order are runs in a stricter one, too, they are the
likeliest there; and if there are none, there are none there. So a search begins with no order between the logs, and
learns of it only what its answer violates.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from mealspec.core.explicit.around import Around, around
from mealspec.core.explicit.asked import Aim, Told
from mealspec.core.explicit.settling import EVIDENCE, MOST
from mealspec.core.explicit.shown import Search, show
from mealspec.diagnose.kinds import lines_of
from mealspec.diagnose.mapping import LineMapping
from mealspec.diagnose.suspects import Suspect, bases

After = tuple[tuple[int, ...], tuple[int, ...]]
"""For each line of each log, how many of the other come before it."""

Order = tuple[tuple[int, int], ...]
"""Lines as a log and a number in it."""

REFINED = 6
"""So often a search learns something of the order; then it is told all."""

QUICK = 20_000
"""States that are looked at before all that several suspects have in common is looked at once."""

MOST_KEPT = 20_000
"""Searches that are kept; when there are more all are forgotten, so that memory does not grow."""


class Shape(NamedTuple):
    """Lines, whatever is known of their order: their kinds; kinds of which nothing can be missed; have the logs ended.

    With ``alone`` they are all that is known of the world.
    """

    kinds: tuple[tuple[int, ...], tuple[int, ...]]
    cut: frozenset[int]
    ended: bool
    alone: bool


class Answer(NamedTuple):
    """What a search found, and the order that it was told: any stricter one that the runs keep has the same answer."""

    search: Search
    after: After
    bound: int


def laxer(one: After, other: After) -> bool:
    """Whether whatever one order asks the other asks, too."""
    return all(a <= b for some, more in zip(one, other, strict=True) for a, b in zip(some, more, strict=True))


def joined(some: Iterable[After]) -> After:
    """What all of some orders ask together."""
    client, server = zip(*some, strict=True)
    return tuple(map(max, *client, client[0])), tuple(map(max, *server, server[0]))


def violated(order: Order, after: After) -> list[tuple[int, int]]:
    """The lines that come too early when they are printed so."""
    counts, found = [0, 0], []
    for log, k in order:
        if counts[1 - log] < after[log][k]:
            found.append((log, k))
        counts[log] += 1
    return found


@dataclass
class Asker:
    """Searches, and what they found so far.

    Attributes
    ----------
    mapping
        What lines mean.
    limit
        States that are looked at in one search.
    slack
        How much more than the likeliest run whatever is asked about may weigh.
    searches
        How many there were.
    """

    mapping: LineMapping
    limit: int
    slack: int = EVIDENCE
    searches: int = 0
    _kept: dict[tuple[Suspect, Shape], list[Answer]] = field(default_factory=dict)
    _number: int = 0
    _last: tuple[tuple[Suspect, Shape, After], Around] | None = None

    def ask(self, suspect: Suspect, shape: Shape, after: After, bound: int) -> Answer:
        """The likeliest runs of the suspect that print the lines in such an order; none that weigh more than that."""
        kept = self._kept.setdefault((suspect, shape), [])
        told: After = (0,) * len(after[0]), (0,) * len(after[1])
        for some in kept:
            if not laxer(some.after, after):
                continue
            cost = some.search.cost
            if cost is None and some.bound >= bound:
                if some.search.complete or some.after == after:
                    return some
            elif cost is not None and (cost.weight > bound or not violated(some.search.order, after)):
                return some
            if cost is not None:
                told = joined((told, some.after))
        for step in range(REFINED + 1):
            search = self._quick(suspect, shape, told, bound)
            if search.cost is None and not search.complete:  # then the order of lines helps
                told = after
                search = self._thorough(suspect, shape, told, bound)
            found = Answer(search.lean(), told, bound)
            cost = found.search.cost
            early = violated(found.search.order, after) if cost is not None else []
            kept.append(found)
            if told == after or (not early and (cost is not None or found.search.complete)):
                break
            told = after if step + 1 >= REFINED or not early else _with(told, after, early)
        return found

    def furthest(self, suspect: Suspect, shape: Shape, after: After, bound: int) -> Search:
        """A search that is told all, with everything that it looked at; it is not kept."""
        return self._show(suspect, shape, after, bound, guided=False)

    def _quick(self, suspect: Suspect, shape: Shape, after: After, bound: int) -> Search:
        self._number += 1
        if self._number > MOST_KEPT:
            self._kept.clear()
            self._number = 0
        return self._show(suspect, shape, after, bound, guided=bound > 0, limit=min(QUICK, self.limit))

    def _thorough(self, suspect: Suspect, shape: Shape, after: After, bound: int) -> Search:
        known = self._around(suspect, shape, after)
        if known is None or not known.complete:
            return self._show(
                suspect, shape, after, bound, guided=True, limit=self.limit // (4 if suspect.assumes else 1)
            )
        found = self._show(suspect, shape, after, min(bound, known.bound), around=known)
        if found.cost is None and bound > known.bound:
            return self._show(suspect, shape, after, bound, guided=True)
        return found

    def _around(self, suspect: Suspect, shape: Shape, after: After) -> Around | None:
        """All runs of the design that are likely enough, if the suspect is of the usual scope and looks at the end."""
        base = bases(suspect.design)[0]
        if (
            suspect.assumes
            or suspect.scope != base.scope
            or self._aim(suspect, shape).settled != self._aim(base, shape).settled
        ):
            return None
        key = (base, shape, after)
        if self._last is None or self._last[0] != key:
            made, aim = base.watched()[0], self._aim(base, shape)
            lines = lines_of(made, self.mapping, shape.cut, alone=shape.alone)
            told = Told(shape.kinds, after, ended=shape.ended)
            self.searches += 1
            self._last = key, around(made, lines, told, aim, slack=self.slack, limit=self.limit)
        return self._last[1]

    def _aim(self, suspect: Suspect, shape: Shape) -> Aim:
        aim = suspect.watched()[1]
        return replace(aim, settled=frozenset()) if shape.ended or shape.alone else aim

    def _show(
        self, suspect: Suspect, shape: Shape, after: After, bound: int, *,
        guided: bool = False, around: Around | None = None, limit: int = 0,
    ) -> Search:  # fmt: skip
        self.searches += 1
        made, aim = suspect.watched()[0], self._aim(suspect, shape)
        lines = lines_of(made, self.mapping, shape.cut, alone=shape.alone)
        told = Told(shape.kinds, after, ended=shape.ended)
        return show(
            made, lines, told, aim, most=MOST, bound=bound, limit=limit or self.limit, guided=guided, around=around
        )


def _with(told: After, after: After, early: list[tuple[int, int]]) -> After:
    """An order, and of a stricter one what it asks of some lines."""
    made = [list(told[0]), list(told[1])]
    for log, k in early:
        made[log][k] = after[log][k]
    return tuple(made[0]), tuple(made[1])
