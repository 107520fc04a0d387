"""The incident in seconds: what of each excerpt's causes remains, why the others fall, and what constants would fit.

A cause that falls is asked again with clocks opened, so that their events may come at any time: the fewest of them that
bring it back are the reason, and by how much a single one would have to differ is searched for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from mealspec.check.causes import WORLDS, Cause, World
from mealspec.check.excerpts import Excerpt, Place
from mealspec.check.incident import Excluded, Explanation, Search, backends
from mealspec.check.seconds import MOST, Answer, Found, Question, Way, ways_of
from mealspec.check.stamps import Stamps
from mealspec.core import CheckerError, Progress
from mealspec.model.clocks import UNTOLD, Clock, clocks, log_clocks
from mealspec.model.design import Design
from mealspec.model.scope import FAULTS, Scope

MANY = 400_000
"""States up to which is searched for a reason; one that takes more is not named."""

LONGEST = 120
"""Seconds up to which a clock is asked; what fits with so many may fit with more."""

Changes = Mapping[str, tuple[float, float | None]]
Report = Callable[[Progress], None] | None


@dataclass(frozen=True)
class Fits:
    """A cause that remains: in a design with a backend and a scope, and what was found."""

    way: Way
    design: Design
    scope: Scope
    found: Found


@dataclass(frozen=True)
class Out:
    """A cause that the order of the lines excludes already, and by which of them; None if no run has it."""

    way: Way
    by: Place | None


@dataclass(frozen=True)
class Reason:
    """A clock that excludes a cause, and what it would have to allow instead, in seconds: that little, or that much."""

    clock: Clock
    least: int | None = None
    greatest: int | None = None


@dataclass(frozen=True)
class Falls:
    """A cause that falls by the seconds.

    Attributes
    ----------
    reasons
        Each clock without which alone it would not, as far as a search of :data:`MANY` states shows it.
    together
        If there is none, the fewest clocks without which it would not; none if no search of so many states brings it
        back: then the stamps exclude it with what takes no second at all, or with more than that search shows.
    """

    way: Way
    reasons: tuple[Reason, ...]
    together: tuple[Clock, ...] = ()


@dataclass(frozen=True)
class Honoured:
    """An excerpt and a design, with what was found of each cause; and how many states were looked at for that."""

    excerpt: Excerpt
    design: Design
    states: int
    found: tuple[Fits | Falls | Out, ...]

    @cached_property
    def stamps(self) -> Stamps:
        """When its lines were written."""
        return Stamps(self.excerpt)

    def of(self, way: Way) -> Fits | Falls | Out:
        """What was found of one cause."""
        return next(each for each in self.found if each.way == way)


def honour(search: Search, changes: Changes | None = None, report: Report = None, *, why: bool = True) -> Honoured:
    """What of the causes that an excerpt's order allows remains in its seconds, with other seconds of some clocks.

    Without ``why`` the reasons are not searched for.

    Raises
    ------
    UnknownName
        For a clock that there is not; it names the choices.
    """
    table, states, found = log_clocks(changes or {}), 0, dict[Way, Fits | Falls | Out]()
    for world in WORLDS:
        tried = _tried(search, world)
        answers: dict[tuple[str, str], Answer] = {}
        for way in (way for cause in world.causes for way in ways_of(cause)):
            order = search.of(way.cause)
            if isinstance(order, Excluded):
                found[way] = Out(way, order.by)
                continue
            questions = [Question(search.excerpt, plan, scope, table, way.refreshed_by) for plan, scope in tried]
            for question in questions:
                key = (question.design.name, way.refreshed_by)
                answers[key] = answers.get(key) or question.asked(report)
            own = (answer for (_, by), answer in answers.items() if by == way.refreshed_by)
            some = [(answer.question, fit) for answer in own if (fit := answer.found(way.cause))]
            if some:
                found[way] = _joined(way, some)
            else:
                found[way] = _why(way, _without_faults(order, questions), report) if why else Falls(way, ())
        states += sum(map(len, answers.values()))
    order_of = [way for cause in Cause for way in ways_of(cause) if way in found]
    return Honoured(search.excerpt, search.design, states, tuple(found[way] for way in order_of))


def _joined(way: Way, some: Sequence[tuple[Question, Found]]) -> Fits:
    """What fits with several backends: a run with the first of them, and the moments with any."""
    (question, found), firsts, lasts = some[0], *zip(*(fit[1:] for _, fit in some), strict=True)
    first_ = None if None in firsts else min(firsts)
    last = max((last for last in lasts if last is not None), default=None)
    return Fits(way, question.design, question.scope, found._replace(first=first_, last=last))


def _tried(search: Search, world: World) -> list[tuple[Design, Scope]]:
    """The backends of a world; those with which the order fits come first."""
    fits = {each.design.name for each in search.explanations}
    return sorted(backends(search.design, world), key=lambda each: each[0].name not in fits)


# ---------------------------------------------------------------------- why one falls


def _without_faults(order: Explanation, questions: Iterable[Question]) -> list[Question]:
    if order.weight.faults:
        return list(questions)
    return [replace(each, scope=each.scope.without(FAULTS)) for each in questions]


class _TooMany(CheckerError):
    """A search for a reason saw too little to deny it."""


def _asked_with(
    questions: Iterable[Question], changes: Changes, cause: Cause, report: Report = None, most: int = MANY
) -> bool:
    """Whether the cause fits with other seconds of some clocks; ``_TooMany`` if so many states do not tell."""
    complete = True
    for each in questions:
        answer = replace(each, table=clocks(changes, each.table)).asked(report, limit=most)
        if answer.fits(cause):
            return True
        complete &= answer.graph.complete
    if not complete:
        raise _TooMany(f"more than {most:,} states")
    return False


def _why(way: Way, questions: Sequence[Question], report: Report) -> Falls:
    """Without faults where the cause needs none: what brings it back there brings it back with them."""
    felt = sorted((clock for each in questions for clock in each.felt()), key=lambda clock: clock.name != "entry")
    names = list(dict.fromkeys(clock.name for clock in felt))

    def fits(opened: Iterable[str], some: Sequence[Question] = questions) -> bool:
        try:
            return _asked_with(some, dict.fromkeys(opened, (0, None)), way.cause, report)
        except _TooMany:
            return False

    def of(some: Iterable[str]) -> tuple[Clock, ...]:
        return tuple(next(clock for clock in felt if clock.name == name) for name in some)

    alone = [name for name in names if fits([name], questions[:1])]  # the backend with which the order fits
    if alone:
        return Falls(way, tuple(_reason(way.cause, questions, clock, report) for clock in of(alone)))
    if not fits(names):
        return Falls(way, ())
    blamed = names[: first(lambda k: fits(names[:k]), 1, len(names))]
    for name in blamed[:-1]:
        fewer = [other for other in blamed if other != name]
        blamed = fewer if fits(fewer) else blamed
    return Falls(way, (), of(blamed))


def _reason(cause: Cause, questions: Sequence[Question], clock: Clock, report: Report) -> Reason:
    try:
        return _by_how_much(cause, questions, clock, report)
    except _TooMany:
        return Reason(clock)


def _by_how_much(cause: Cause, questions: Sequence[Question], clock: Clock, report: Report) -> Reason:
    """How far a clock would have to give way, above or else below."""
    least, greatest = int(clock.least), None if clock.greatest is None else int(clock.greatest)

    def fits(low: int, high: int | None) -> bool:
        return _asked_with(questions, {clock.name: (low, high)}, cause, report)

    if greatest is not None and fits(least, None):
        high = max(1, 2 * greatest)
        while not fits(least, high):
            high *= 2
            if high > LONGEST:
                return Reason(clock)
        return Reason(clock, greatest=first(lambda some: fits(least, some), high // 2 + 1, high))
    if least > 0 and fits(0, greatest):
        return Reason(clock, least=least - first(lambda k: fits(least - k, greatest), 1, least))
    return Reason(clock)


def first(fits: Callable[[int], bool], low: int, high: int) -> int:
    """The first number that fits, if all after it do and ``high`` is known to.

    >>> first(lambda n: n * n >= 50, 1, 100)
    8
    """
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if fits(middle) else (middle + 1, high)
    return high


# ---------------------------------------------------------------------- constants


@dataclass(frozen=True)
class Constant:
    """The whole seconds of a clock with which a cause fits an excerpt, in some design of its time; none: never.

    ``greatest`` is None if :data:`LONGEST` fits, too.
    """

    excerpt: str
    way: Way
    least: int | None
    greatest: int | None


def lives(searches: Sequence[Search], found: Sequence[Honoured]) -> tuple[Constant, ...]:
    """For each excerpt how long an entry lives that has expired at the lookup, by what refreshes it.

    What was found with the usual life, or why nothing was, narrows the search.
    """
    asked = list(zip(searches, found, strict=True))
    out = []
    for name in dict.fromkeys(search.excerpt.id for search in searches):
        for way in ways_of(Cause.EXPIRED):
            own = [_life(search, one.of(way)) for search, one in asked if search.excerpt.id == name]
            ranges = [both for both in own if both is not None]
            most = [high for _, high in ranges if high is not None]
            greatest = max(most, default=None) if len(most) == len(ranges) else None
            out.append(Constant(name, way, min((low for low, _ in ranges), default=None), greatest))
    return tuple(out)


def _life(search: Search, each: Fits | Falls | Out) -> tuple[int, int | None] | None:
    """The least and the greatest life that fits; None for the latter if :data:`LONGEST` does."""
    if isinstance(each, Out):
        return None
    world = next(world for world in WORLDS if each.way.cause in world.causes)
    questions = [
        Question(search.excerpt, plan, scope, log_clocks(), each.way.refreshed_by)
        for plan, scope in _tried(search, world)
    ]

    def fits(life: int) -> bool:
        return _asked_with(questions, {"entry": (life, life)}, each.way.cause, most=MOST)

    known = (r.least for r in each.reasons if r.clock.name == "entry") if isinstance(each, Falls) else ()
    some = next((life for life in (*known, 60, 30, 0, LONGEST) if life is not None and fits(life)), None)
    if some is None:
        return None
    least = first(fits, 0, some) if not fits(0) else 0
    if fits(LONGEST):
        return least, None
    top = some if not fits(some + 1) else first(lambda life: not fits(life), some + 2, LONGEST) - 1
    return least, top


def common(constants: Iterable[Constant]) -> tuple[int, int | None] | None:
    """What fits all of some excerpts."""
    some = list(constants)
    if any(each.least is None for each in some):
        return None
    least = max((each.least for each in some if each.least is not None), default=0)
    most = [each.greatest for each in some if each.greatest is not None]
    greatest = min(most) if most else None
    return None if greatest is not None and greatest < least else (least, greatest)


def longer_waits(search: Search, honoured: Honoured) -> dict[str, int]:
    """Clocks of which nobody knows enough (:data:`UNTOLD`), and that the excerpt shows to take longer than usual: the
    least seconds that they must be allowed so that any cause is left."""
    some = (each for each in honoured.found if isinstance(each, Fits))
    fits = next((each for each in some if "restart" not in each.scope), None)  # a server that is down refuses uploads
    usual = {clock.name: clock.greatest for clock in clocks({}) if clock.name in UNTOLD}
    if fits is None:
        return {}
    question = Question(search.excerpt, fits.design, fits.scope, log_clocks(), fits.way.refreshed_by)
    found = {}
    for name, greatest in usual.items():
        assert greatest is not None

        def allows(high: int, name: str = name) -> bool:
            return _asked_with([question], {name: (0, high)}, fits.way.cause, most=MOST)

        if not allows(int(greatest)):
            found[name] = first(allows, int(greatest) + 1, LONGEST)
    return found
