"""Whether some statements tell two reasons apart, exactly, though few statements are searched with.

What tells runs apart does so with more statements, too. So the search begins with none, and takes in what two runs
show to matter: the fewer print, the more states are one (:mod:`mealspec.diagnose.layers`). In the end each answer is a
search that found nothing, or two runs of the design.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

from mealspec.check.excerpts import LOGS
from mealspec.diagnose.losses import Reason, watched_system
from mealspec.diagnose.statements import Lines, Printer, Statement, statements
from mealspec.diagnose.view import Pair, View
from mealspec.model.design import Design
from mealspec.model.scope import Scope


@dataclass(frozen=True)
class Alike:
    """Two runs of a design in which pushes are lost for different reasons, and that look alike to some statements.

    ``to`` is a largest set of statements to which they do: with any other one beside it they differ.
    """

    pair: Pair
    runs: tuple[tuple[str, ...], tuple[str, ...]]
    to: frozenset[int]


def alike(one: Lines, other: Lines, skew: int) -> bool:
    """Whether two runs that print these lines look alike, when so many lines may wait for those of the other log."""
    if skew == 0:
        return one == other
    if any([line for line in one if line[0] == log] != [line for line in other if line[0] == log] for log in LOGS):
        return False
    seen, waiting = {(0, 0)}, [(0, 0)]
    for i, j in waiting:  # so much of either is printed; it grows meanwhile
        for a, b in ((i + 1, j), (i, j + 1), (i + 1, j + 1)):
            if a > len(one) or b > len(other) or (a, b) in seen:
                continue
            at_once = (a, b) == (i + 1, j + 1)
            if (at_once and (one[i] != other[j] or _ahead(one[:i], other[:j], one[i][0]))) or _waits(
                one[:a], other[:b]
            ) > skew:
                continue
            seen.add((a, b))
            waiting.append((a, b))
    return (len(one), len(other)) in seen


def _ahead(one: Lines, other: Lines, log: str) -> int:
    """How many more lines of a log one run has printed than the other."""
    return sum(line[0] == log for line in one) - sum(line[0] == log for line in other)


def _waits(one: Lines, other: Lines) -> int:
    return sum(abs(_ahead(one, other, log)) for log in LOGS)


class Oracle:
    """Asks one design in one scope, and remembers what it has found.

    Parameters
    ----------
    design, scope
        What is asked.
    skew
        How many lines of one log may wait for those of another, see :mod:`mealspec.diagnose.twin`.
    say
        Is told how far it has come.
    """

    def __init__(self, design: Design, scope: Scope, skew: int, say: Callable[[str], None] = lambda text: None) -> None:
        self.system = watched_system(design, scope)
        self.skew, self.say = skew, say
        self.statements: tuple[Statement, ...] = statements(self.system.events)
        self.printer = Printer(self.statements)
        self.everything = frozenset(range(len(self.statements)))
        self.found: list[Alike] = []
        self.matter = frozenset[int]()
        self.searches = 0
        self._view = View(self.system, self.printer)

    @property
    def states(self) -> int:
        """How many states stood together at most."""
        return self._view.states

    @cached_property
    def reasons(self) -> Mapping[Reason, tuple[str, ...]]:
        """Why some run of the design loses a push, and one that does."""
        return {reason: self._view.run(reason) for reason in self._view.reasons}

    @cached_property
    def pairs(self) -> tuple[Pair, ...]:
        """Every two of these reasons."""
        return tuple(combinations(self.reasons, 2))

    def confused(self, on: frozenset[int], among: Collection[Pair], *, one: bool = False) -> dict[Pair, Alike]:
        """The pairs that the statements do not tell apart, each with two runs; just some if ``one`` will do.

        Few statements are searched with: those that have mattered so far. What these tell apart, more do; and two runs
        that look alike to them, and not to all, show one that matters, too.
        """
        told = set[Pair]()
        while True:
            known = {each.pair: each for each in reversed(self.found) if on <= each.to}
            left = [pair for pair in among if pair not in known and pair not in told]
            if not left or (one and any(pair in known for pair in among)):
                return {pair: known[pair] for pair in among if pair in known}
            few = on & self.matter
            if few and len(few) > len(self._view.kept & few):
                self._view.keep(self.matter)
            self.searches += 1
            searched = self._view.twins(few, left, self.skew, one=one)
            if not one or not searched.pairs:
                told |= {*left} - {*searched.pairs}
            for pair in searched.pairs:
                runs = searched.runs(pair)
                to = self._agree(*runs, few, on)
                self.found.append(Alike(pair, runs, to))
                self.matter |= {*sorted(on - to)[:1]}

    def _agree(
        self, one: Iterable[str], other: Iterable[str], few: frozenset[int], on: frozenset[int]
    ) -> frozenset[int]:
        """A largest set of statements around few to which two runs look alike, rather these."""
        one, other, out = tuple(one), tuple(other), few

        def same(some: frozenset[int]) -> bool:
            return alike(self.printer.logs(one, some), self.printer.logs(other, some), self.skew)

        assert same(out), f"twins print different lines: {one} and {other}"
        for k in (*sorted(on - few), *sorted(self.everything - on - few)):
            out = out | {k} if same(out | {k}) else out
        return out
