"""Whether some statements tell two reasons apart, exactly, though few machines are searched.

What a design can do has many states, and most of them are of no concern here: what is shown, loaded, stored. So the
search begins with few machines. Every run of all machines is one of these few, so what tells their runs apart tells all
runs apart. Two runs that look alike are made runs of all machines, in which the few may do more besides; where that
fails, the machines that refused are taken in, and the search begins anew. In the end each answer is a search that found
nothing, or two runs of the design.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

from mealspec.check.excerpts import LOGS
from mealspec.core import Trace
from mealspec.diagnose.lift import Stuck, Told, lifted
from mealspec.diagnose.losses import Reason, reason_of, watched_system
from mealspec.diagnose.statements import Lines, Printer, Statement, statements
from mealspec.diagnose.view import Pair, Searched, View
from mealspec.model.design import Design
from mealspec.model.scope import Scope

AT_FIRST = (
    "screen",
    "service",
    "flags",
    "connection",
    "registry",
    "notification",
    "server",
    "outbox",
    "job",
    "device",
    "reason",
)
"""The machines that the search begins with, by the first part of their names."""


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
        self.asked = frozenset(m.name for m in self.system.machines if m.name.split(".")[0] in AT_FIRST)
        self.found: list[Alike] = []
        self.matter = frozenset[int]()
        self.searches = 0
        self._view = View(self.system, self.asked, self.printer)

    @property
    def states(self) -> int:
        """How many states the machines have that are searched."""
        return len(self._view.graph)

    @cached_property
    def reasons(self) -> Mapping[Reason, tuple[str, ...]]:
        """Why some run of the design loses a push, and one that does."""
        while True:
            scripts = {reason: self._view.run(reason) for reason in self._view.reasons}
            runs = {reason: self._lifted(script, reason) for reason, script in scripts.items()}
            stuck = [run for run in runs.values() if isinstance(run, Stuck)]
            if not stuck:
                return {reason: run for reason, run in runs.items() if not isinstance(run, Stuck)}
            self._ask(name for each in stuck for name in each.refusing)

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
            taken = [self._take(searched, pair, few, on) for pair in searched.pairs]
            if any(not isinstance(each, Alike) for each in taken):
                self._ask(name for names in taken if not isinstance(names, Alike) for name in names)
                continue
            for each in taken:
                assert isinstance(each, Alike)
                self.found.append(each)
                self.matter |= {*sorted(on - each.to)[:1]}

    def _ask(self, names: Iterable[str]) -> None:
        """Search with these machines, too; with all, if nobody is named."""
        whole = frozenset(machine.name for machine in self.system.machines)
        more = frozenset(names) - self.asked
        self.asked = self.asked | more if more else whole
        self.say(f"{len(self.asked)} of {len(whole)} machines")
        self._view = View(self.system, self.asked, self.printer)

    def _lifted(
        self, script: tuple[str, ...], reason: Reason, on: frozenset[int] = frozenset(), like: tuple[str, ...] = ()
    ) -> tuple[str, ...] | Stuck:
        """A run of all machines that does this and prints what another run prints, as far as some statements go.

        If there is none in which the machines that are asked do just this, one in which they do more, and that loses
        the push for the same reason, is as good, and spares asking more machines.
        """
        told = Told(self.printer, on, self.printer.logs(like, on))
        run = lifted(self.system, script, self.asked, told)
        if isinstance(run, Stuck):
            more = lifted(self.system, script, (), told)
            if not isinstance(more, Stuck) and reason_of(Trace.of(self.system, more)) is reason:
                return more
        return run

    def _take(self, searched: Searched, pair: Pair, few: frozenset[int], on: frozenset[int]) -> Alike | tuple[str, ...]:
        """Two runs of all machines that look alike to few statements, or the machines that have to be asked, too."""
        scripts = searched.scripts(pair)
        first = self._lifted(scripts[0], pair[0])
        if isinstance(first, Stuck):
            return first.refusing
        likely = self._agree(*scripts, few, on) or few
        second: tuple[str, ...] | Stuck = ()
        for told in (likely, few) if self.skew == 0 else (self._unseen, self._unseen & few):
            second = self._lifted(scripts[1], pair[1], told, first)
            if not isinstance(second, Stuck) and (to := self._agree(first, second, few, on)) is not None:
                return Alike(pair, (first, second), to)
        return second.refusing if isinstance(second, Stuck) else ()

    @property
    def _unseen(self) -> frozenset[int]:
        """The statements that no event of the view passes."""
        seen = {number for event in self._view.events for number in self.printer.of(event)}
        return self.everything - seen

    def _agree(
        self, one: Iterable[str], other: Iterable[str], few: frozenset[int], on: frozenset[int]
    ) -> frozenset[int] | None:
        """A largest set of statements around few to which two runs look alike, rather these; None if there is none."""
        one, other, out = tuple(one), tuple(other), few

        def same(some: frozenset[int]) -> bool:
            return alike(self.printer.logs(one, some), self.printer.logs(other, some), self.skew)

        if not same(out):
            return None
        for k in (*sorted(on - few), *sorted(self.everything - on - few)):
            out = out | {k} if same(out | {k}) else out
        return out
