"""Why a cause falls, by how much a clock would have to give way, and which lives fit: searches whose answers are rules.

No excerpt is read here. What a search would find is a rule about its clocks, so each answer can be found by trying.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from itertools import chain, combinations
from types import SimpleNamespace
from typing import Any

import pytest

from mealspec.check import honour as subject
from mealspec.check.causes import Cause, World
from mealspec.check.excerpts import Place, excerpt
from mealspec.check.honour import (
    LONGEST,
    Constant,
    Falls,
    Fits,
    Honoured,
    Out,
    Reason,
    common,
    honour,
    lives,
    longer_waits,
)  # fmt: skip
from mealspec.check.incident import Excluded, Explanation, Search
from mealspec.check.seconds import MOST, Found, Way
from mealspec.core import Event, Kind, Machine, System, Trace
from mealspec.model.clocks import CLOCKS, UNTOLD, Clock, log_clocks
from mealspec.model.design import DESIGNS, Design
from mealspec.model.mechanism import Mechanism as M
from mealspec.model.scope import FAULTS, Scope

PLAN = DESIGNS["app_before"]
Seconds = tuple[float, float | None]
Rule = Callable[["Asked", Cause], bool]

lamp = Machine.table("lamp", "off", [("on", "off", "lit"), ("off", "lit", "off")])
LAMP = System([lamp], [Event("on", Kind.USER, "x", ("lamp",)), Event("off", Kind.FAULT, "x", ("lamp",))])


@dataclass(frozen=True)
class Asked:
    """What is asked of a search, as a real question has it; what it finds is the rule."""

    excerpt: object
    design: Design
    scope: Scope
    table: tuple[Clock, ...]
    refreshed_by: str = ""

    def of(self, name: str) -> Seconds:
        return next((clock.least, clock.greatest) for clock in self.table if clock.name == name)

    def felt(self) -> list[Clock]:
        return [clock for clock in self.table if clock.name in FELT]

    def asked(self, report: object = None, *, limit: int | None = None) -> Any:
        SEEN.append((self, limit))

        def fits(cause: Cause) -> bool:
            return RULE[0](self, cause)

        class Answer:
            graph, question = SimpleNamespace(complete=COMPLETE[0]), self

            def __len__(answer) -> int:  # noqa: N805
                return 100

            def fits(answer, cause: Cause) -> bool:  # noqa: N805
                return fits(cause)

            def found(answer, cause: Cause) -> Found | None:  # noqa: N805
                return Found(Trace.of(LAMP, []), *MOMENTS[self.design.name]) if fits(cause) else None

        return Answer()


SEEN: list[tuple[Asked, int | None]] = []
RULE: list[Rule] = [lambda asked, cause: False]
COMPLETE = [True]
FELT: set[str] = set()
MOMENTS: dict[str, tuple[int | None, int | None]] = {}


@pytest.fixture(autouse=True)
def _rules(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subject, "Question", Asked)
    SEEN.clear()
    COMPLETE[0] = True
    FELT.clear()
    FELT.update({"beat", "entry", "push", "request"})
    MOMENTS.clear()


def explained(cause: Cause, design: Design = PLAN, events: tuple[str, ...] = ("on",)) -> Explanation:
    run = Trace.of(LAMP, events)
    return Explanation(cause, design, Scope(), run, run, 1, True, True, "yes", "yes")


def search(*found: Explanation | Excluded, name: str = "E41") -> Search:
    return Search(excerpt(name), PLAN, 9, 9, found)


def why(monkeypatch: pytest.MonkeyPatch, rule: Rule, cause: Cause = Cause.LOST, **changes: Seconds) -> Falls:
    """Why this cause falls, in a world in which nothing else could be."""
    monkeypatch.setattr(subject, "WORLDS", (World((M.READER_OUTLIVES_HANDLER,), ("entry", "break"), (cause,)),))
    RULE[0] = rule
    falls = honour(search(explained(cause)), changes).found[-1]
    assert isinstance(falls, Falls)
    return falls


# ---------------------------------------------------------------------- why one falls


def opened(asked: Asked, *more: str) -> set[str]:
    """The clocks that have been opened."""
    return {name for name in (*FELT, *more) if asked.of(name) == (0, None)}


def test_the_fewest_clocks_that_bring_a_cause_back_are_blamed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever set of them it takes: one alone is a reason, of several each is needed."""
    for needed in map(set, chain.from_iterable(combinations(sorted(FELT), k) for k in range(1, 5))):
        falls = why(monkeypatch, lambda asked, cause, needed=needed: needed <= opened(asked))  # type: ignore[misc]
        alone, together = ({each.clock.name for each in falls.reasons}, [clock.name for clock in falls.together])
        assert (alone, {*together}) == ((needed, set()) if len(needed) == 1 else (set(), needed))
        assert "entry" not in together or together[0] == "entry", "it is asked first"


def test_where_one_of_two_sets_is_enough_the_one_that_is_blamed_is_and_nothing_less(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pairs = [{*pair} for pair in combinations(sorted(FELT), 2)]
    for one, other in combinations(pairs, 2):
        falls = why(monkeypatch, lambda asked, cause, some=(one, other): any(each <= opened(asked) for each in some))  # type: ignore[misc]
        assert falls.reasons == ()
        assert {clock.name for clock in falls.together} in (one, other)


def test_what_no_clock_brings_back_has_no_reason_and_neither_has_what_a_search_was_too_short_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert why(monkeypatch, lambda asked, cause: False) == Falls(Way(Cause.LOST), ())
    COMPLETE[0] = False
    assert why(monkeypatch, lambda asked, cause: False) == Falls(Way(Cause.LOST), ())
    assert {limit for _, limit in SEEN} == {None, subject.MANY}


def test_reasons_are_searched_for_without_faults_where_the_cause_needs_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """What brings it back without them brings it back with them."""
    why(monkeypatch, lambda asked, cause: False)
    assert {bool({*FAULTS} & asked.scope.includes) for asked, limit in SEEN if limit} == {False}
    SEEN.clear()
    honour(search(explained(Cause.LOST, events=("on", "off"))))
    assert {bool({*FAULTS} & asked.scope.includes) for asked, limit in SEEN if limit} == {True}


def test_the_reason_is_the_least_figure_above_or_else_the_greatest_below_with_which_it_fits(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """From an exact 5 s on: 10, 20, 40, 80 are tried until one is enough, and then what is between."""

    def told(rule: Callable[[float, float], bool]) -> Reason:
        falls = why(
            monkeypatch, lambda asked, cause: rule(asked.of("push")[0], asked.of("push")[1] or 10**6), push=(5, 5)
        )
        (reason,) = falls.reasons
        assert reason.clock.name == "push"
        return reason

    for enough in (6, 7, 9, 10, 11, 19, 20, 21, 40, 41, 79, 80):
        reason = told(lambda low, high, enough=enough: high >= enough)  # type: ignore[misc]
        assert (reason.least, reason.greatest) == (None, enough)
    for too_much in (161, 1000):
        reason = told(lambda low, high, enough=too_much: high >= enough)  # type: ignore[misc]
        assert (reason.least, reason.greatest) == (None, None)
    for most in range(5):
        reason = told(lambda low, high, most=most: low <= most)  # type: ignore[misc]
        assert (reason.least, reason.greatest) == (most, None)


def test_a_clock_that_takes_no_time_may_take_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    for enough in (1, 2, 3, 4):
        some = {None, *range(enough, 100)}
        falls = why(monkeypatch, lambda asked, cause, some=some: asked.of("push")[1] in some, push=(0, 0))  # type: ignore[misc]
        assert [(each.least, each.greatest) for each in falls.reasons] == [(None, enough)]


def test_a_clock_that_has_to_give_way_on_both_sides_has_no_figure(monkeypatch: pytest.MonkeyPatch) -> None:
    falls = why(monkeypatch, lambda asked, cause: asked.of("push") == (0, None), push=(5, 5))
    assert [(each.clock.name, each.least, each.greatest) for each in falls.reasons] == [("push", None, None)]


# ---------------------------------------------------------------------- what remains


def test_each_cause_is_asked_with_every_backend_and_its_moments_are_those_of_any(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(subject, "WORLDS", (World((), (), (Cause.LOST, Cause.STALE)),))
    outlives = "app_before+reader_outlives_handler"
    for moments, found in (
        (((4, 9), (3, 7)), (3, 9)), (((None, 9), (3, 12)), (None, 12)), (((4, None), (5, None)), (4, None)),
        (((4, None), (5, 6)), (4, 6)),
    ):  # fmt: skip
        MOMENTS.update(zip(("app_before", outlives), moments, strict=True))
        SEEN.clear()
        RULE[0] = lambda asked, cause: cause is Cause.LOST
        one = honour(search(explained(Cause.LOST), Excluded(Cause.STALE, Place("client", 2))))
        lost, stale = (one.of(Way(cause)) for cause in (Cause.LOST, Cause.STALE))
        assert isinstance(lost, Fits)
        assert (lost.found.first, lost.found.last, lost.design.name) == (*found, "app_before")
        assert stale == Out(Way(Cause.STALE), Place("client", 2))
        assert [asked.design.name for asked, _ in SEEN] == ["app_before", outlives], "each once"
        assert one.states == 200


def test_the_backend_with_which_the_order_fits_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subject, "WORLDS", (World((), (), (Cause.LOST,)),))
    outlives = Design("app_before+reader_outlives_handler", PLAN.mechanisms)
    MOMENTS.update({"app_before": (1, 2), outlives.name: (1, 2)})
    RULE[0] = lambda asked, cause: True
    (fits,) = honour(search(explained(Cause.LOST, outlives))).found
    assert isinstance(fits, Fits)
    assert fits.design.name == outlives.name


def test_an_entry_that_expires_is_asked_for_each_thing_that_may_refresh_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subject, "WORLDS", (World((M.ENTRY_EXPIRES,), (), (Cause.EXPIRED,)),))
    MOMENTS.update(
        dict.fromkeys(("app_before+entry_expires", "app_before+entry_expires+reader_outlives_handler"), (1, 2))
    )
    RULE[0] = lambda asked, cause: asked.refreshed_by == "ping"
    connect, ping = honour(search(explained(Cause.EXPIRED)), why=False).found
    assert connect == Falls(Way(Cause.EXPIRED, "connect"), ())
    assert isinstance(ping, Fits)
    assert ping.way == Way(Cause.EXPIRED, "ping")


# ---------------------------------------------------------------------- constants


EXPIRES = (Way(Cause.EXPIRED, "connect"), Way(Cause.EXPIRED, "ping"))


def lived(monkeypatch: pytest.MonkeyPatch, low: int, high: int, reasons: tuple[Reason, ...] = ()) -> Constant:
    """The lives that are found where those from ``low`` to ``high`` fit."""
    monkeypatch.setattr(subject, "WORLDS", (World((M.ENTRY_EXPIRES,), (), (Cause.EXPIRED,)),))
    RULE[0] = lambda asked, cause: low <= asked.of("entry")[0] == (asked.of("entry")[1] or 0) <= high
    one = Honoured(excerpt("E41"), PLAN, 1, tuple(Falls(way, reasons) for way in EXPIRES))
    found, other = lives([search(explained(Cause.EXPIRED))], [one])
    assert (found.way, other.way, found.excerpt) == (*EXPIRES, "E41")
    assert (found.least, found.greatest) == (other.least, other.greatest)
    return found


def test_lives_that_fit_are_found_from_the_least_to_the_greatest(monkeypatch: pytest.MonkeyPatch) -> None:
    """From 60, 30, 0 or 120 s on, whichever of them fits."""
    for low, high in (
        (0, 0),
        (0, 1),
        (0, 57),
        (0, 119),
        (25, 35),
        (30, 30),
        (30, 31),
        (31, 60),
        (60, 60),
        (59, 62),
        (60, 118),
    ):
        found = lived(monkeypatch, low, high)
        assert (found.least, found.greatest) == (low, high)
    for low in (0, 1, 29, 60, 119, LONGEST):
        found = lived(monkeypatch, low, 10**6)
        assert (found.least, found.greatest) == (low, None)
    assert {limit for _, limit in SEEN} == {MOST}


def test_lives_between_those_are_found_only_if_the_reason_has_told_one(monkeypatch: pytest.MonkeyPatch) -> None:
    entry, other = (next(clock for clock in log_clocks() if clock.name == name) for name in ("entry", "beat"))
    assert lived(monkeypatch, 40, 50).least is None
    assert lived(monkeypatch, 40, 50, (Reason(other, least=45),)).least is None
    assert lived(monkeypatch, 40, 50, (Reason(entry, greatest=45),)).least is None
    found = lived(monkeypatch, 40, 50, (Reason(other, least=99), Reason(entry, least=45)))
    assert (found.least, found.greatest) == (40, 50)


def test_of_several_designs_of_an_excerpt_any_will_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subject, "WORLDS", (World((M.ENTRY_EXPIRES,), (), (Cause.EXPIRED,)),))
    spans = {"app_before": (20, 35), "app_published": (25, 70)}
    RULE[0] = lambda asked, cause: (lambda span: span[0] <= asked.of("entry")[0] <= span[1])(
        spans[asked.design.name.split("+")[0]]
    )
    asked = [replace(search(explained(Cause.EXPIRED)), design=DESIGNS[name]) for name in spans]
    told = [Honoured(excerpt("E41"), each.design, 1, tuple(Falls(way, ()) for way in EXPIRES)) for each in asked]
    assert [(each.least, each.greatest) for each in lives(asked, told)] == [(20, 70)] * 2
    out = replace(told[0], found=tuple(Out(way, None) for way in EXPIRES))
    assert [(each.least, each.greatest) for each in lives(asked, [out, told[1]])] == [(25, 70)] * 2
    spans["app_published"] = (25, 10**6)
    assert [(each.least, each.greatest) for each in lives(asked, told)] == [(20, None)] * 2
    elsewhere = replace(asked[1], excerpt=excerpt("E42"))
    found = lives([asked[0], elsewhere], [told[0], replace(told[1], excerpt=excerpt("E42"))])
    assert [(each.excerpt, each.least, each.greatest) for each in found] == [
        ("E41", 20, 35), ("E41", 20, 35), ("E42", 25, None), ("E42", 25, None),
    ]  # fmt: skip


def test_what_fits_all_is_between_the_greatest_least_and_the_least_greatest() -> None:
    way = EXPIRES[0]
    spans: Mapping[tuple[tuple[int | None, int | None], ...], tuple[int, int | None] | None] = {
        ((3, None), (5, None)): (5, None), ((3, 9), (5, 7)): (5, 7), ((3, 5), (5, 7)): (5, 5), ((3, 4), (5, 7)): None,
        ((0, 4), (None, None)): None, (): (0, None),
    }  # fmt: skip
    for some, both in spans.items():
        assert common([Constant("x", way, *each) for each in some]) == both


# ---------------------------------------------------------------------- longer waits


def test_a_clock_that_the_excerpt_shows_to_take_longer_is_told_with_how_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of an upload 2 s are usual: from 3 s on the excerpt would show it."""
    usual = {clock.name: clock.greatest for clock in CLOCKS if clock.name in UNTOLD}
    fits = Fits(Way(Cause.LOST), PLAN, Scope(includes=frozenset({"entry"})), Found(Trace.of(LAMP, []), 1, 2))
    one = Honoured(excerpt("E41"), PLAN, 1, (Falls(Way(Cause.STALE), ()), fits))
    for least in (1, 2, 3, 4, 31, LONGEST):
        RULE[0] = lambda asked, cause, n=least: asked.of("upload")[1] is None or (asked.of("upload")[1] or 0) >= n  # type: ignore[misc]
        assert longer_waits(search(), one) == ({"upload": least} if least > (usual["upload"] or 0) else {})
    RULE[0] = lambda asked, cause: all((asked.of(name)[1] or 10**6) > 5 for name in usual)
    assert longer_waits(search(), one) == {name: 6 for name, most in usual.items() if (most or 0) <= 5}
    assert {limit for _, limit in SEEN} == {MOST}


def test_where_only_a_restart_explains_it_nothing_is_known_of_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that is down refuses uploads."""
    RULE[0] = lambda asked, cause: False
    down = Fits(Way(Cause.RESTARTED), PLAN, Scope(includes=frozenset({"restart"})), Found(Trace.of(LAMP, []), 1, 2))
    assert longer_waits(search(), Honoured(excerpt("E41"), PLAN, 1, (down,))) == {}
    assert SEEN == []
