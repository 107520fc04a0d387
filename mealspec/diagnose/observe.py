"""Which log statements tell all causes apart: every smallest set, what today's leave open, and the best to add.

The sets that are enough are found from those that are not (Bittner and others, AAAI 2012; the duality of hitting sets
is Reiter's, 1987): two runs that look alike to a set look alike to a largest one, and of what is not in that, every set
that is enough has at least one. The smallest sets that hit all of these are asked in turn; each is enough, or shows two
more runs. So every answer is exact, and all smallest sets are found.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass

from mealspec.diagnose.losses import Reason
from mealspec.diagnose.oracle import Alike, Oracle
from mealspec.diagnose.statements import Statement
from mealspec.diagnose.view import Pair
from mealspec.model.design import Design
from mealspec.model.scope import Scope

Statements = frozenset[int]
"""Some of a design's statements, by their numbers."""


@dataclass(frozen=True)
class Observation:
    """What a design's logs tell, and what they could.

    Attributes
    ----------
    statements
        Those of today, and then those that could be added; what follows names them by their numbers.
    reasons
        Why a push may be lost in this scope, and a run in which it is.
    never
        Pairs of reasons that all statements together do not tell apart, with two runs that look alike.
    open
        Pairs that today's do not, and that all together do.
    smallest
        Every smallest set of statements that tells apart what can be told apart.
    added
        Every smallest set that does so beside today's.
    best
        The statements most worth adding to today's, and how many pairs one of them tells apart.
    states, searches
        How many states were searched, and how often.
    """

    design: Design
    scope: Scope
    skew: int
    statements: tuple[Statement, ...]
    reasons: Mapping[Reason, tuple[str, ...]]
    never: Mapping[Pair, Alike]
    open: Mapping[Pair, Alike]
    smallest: tuple[Statements, ...]
    added: tuple[Statements, ...]
    best: tuple[tuple[int, ...], int]
    states: int
    searches: int

    @property
    def pairs(self) -> int:
        """How many pairs of reasons there are."""
        return len(self.reasons) * (len(self.reasons) - 1) // 2


def observe(design: Design, scope: Scope, skew: int, say: Callable[[str], None] = lambda text: None) -> Observation:
    """Ask all sets of statements of the design in the scope; ``skew`` is how many lines of one log may wait."""
    oracle = Oracle(design, scope, skew, say)
    never = oracle.confused(oracle.everything, oracle.pairs)
    rest = [pair for pair in oracle.pairs if pair not in never]
    today = frozenset(k for k, statement in enumerate(oracle.statements) if statement.today)
    left = oracle.confused(today, rest)
    return Observation(
        design, scope, skew, oracle.statements, oracle.reasons, never, left,
        smallest=enough(oracle, rest), added=enough(oracle, rest, today), best=most_worth(oracle, today, left),
        states=oracle.states, searches=oracle.searches,
    )  # fmt: skip


def enough(oracle: Oracle, pairs: Collection[Pair], kept: Statements = frozenset()) -> tuple[Statements, ...]:
    """Every smallest set that tells these pairs apart beside what is kept."""
    are = set[Statements]()
    while True:
        lacking = [oracle.everything - each.to for each in oracle.found if each.pair in pairs and kept <= each.to]
        some = smallest_hitting(lacking)
        oracle.say(f"sets of {len(some[0])}: {len(some)} to ask, {len(are & {*some})} are enough")
        doubtful = next((each for each in some if each not in are), None)
        if doubtful is None:
            return some
        if not oracle.confused(kept | doubtful, pairs, one=True):
            are.add(doubtful)


def smallest_hitting(sets: Iterable[Statements]) -> tuple[Statements, ...]:
    """Every smallest set that has something of each of these, in order.

    >>> [sorted(each) for each in smallest_hitting([frozenset({1, 2}), frozenset({2, 3}), frozenset({4})])]
    [[2, 4]]
    """
    by_size = sorted({*sets}, key=lambda each: (len(each), sorted(each)))
    least = [each for k, each in enumerate(by_size) if not any(one <= each for one in by_size[:k])]
    size = _apart(least)
    while True:
        seen: set[Statements] = set()
        _hit(least, frozenset(), size, seen)
        found = [each for each in seen if all(each & one for one in least)]
        if found:
            return tuple(sorted(found, key=sorted))
        size += 1


def _apart(sets: Collection[Statements]) -> int:
    """A number of elements that is needed at least: of sets that share none each takes one."""
    used, count = frozenset[int](), 0
    for each in sets:
        if not each & used:
            used, count = used | each, count + 1
    return count


def _hit(sets: list[Statements], chosen: Statements, left: int, seen: set[Statements]) -> None:
    """Enter in ``seen`` what hits all sets with at most so many elements more, and what was tried on the way."""
    missed = [each for each in sets if not each & chosen]
    if chosen in seen or _apart(missed) > left:
        return
    seen.add(chosen)
    for element in sorted(missed[0]) if missed else ():
        _hit(sets, chosen | {element}, left - 1, seen)


def most_worth(oracle: Oracle, today: Statements, left: Mapping[Pair, Alike]) -> tuple[tuple[int, ...], int]:
    """The statements most worth adding to today's, and how many of the pairs that these leave open one tells apart."""
    others, told = sorted(oracle.everything - today), dict[int, int]()

    def at_most(k: int) -> int:
        shown = {each.pair for each in oracle.found if today | {k} <= each.to}
        return len([pair for pair in left if pair not in shown])

    while True:
        best = max((told.get(k, at_most(k)) for k in others), default=0)
        doubtful = next((k for k in others if k not in told and at_most(k) == best), None)
        if doubtful is None or best == 0:
            return tuple(k for k in others if best and told.get(k) == best), best
        oracle.say(f"what {oracle.statements[doubtful].id} would tell")
        told[doubtful] = len(left) - len(oracle.confused(today | {doubtful}, [*left]))
