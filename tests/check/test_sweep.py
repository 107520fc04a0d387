"""All designs at once are found to be what each of them is found to be on its own."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from itertools import count, islice
from random import Random

import pytest

from mealspec.check.records import RECORDS
from mealspec.check.region import Region, asked, valid_designs
from mealspec.check.sweep import (
    Change,
    OneVerdict,
    Sweep,
    _Bounded,
    all_verdicts,
    flaw,
    one_by_one,
    scopes_up_to,
    sweep,
)  # fmt: skip
from mealspec.check.verify import verify
from mealspec.core import CheckerError, Symbolic, branches
from mealspec.core.symbolic import decide as symbolic_decide
from mealspec.core.symbolic.decide import breakers
from mealspec.core.symbolic.lattice import members
from mealspec.core.symbolic.sets import Set
from mealspec.core.symbolic.steps import Step
from mealspec.model.design import DESIGNS, Design
from mealspec.model.featured import AnyDesign, family
from mealspec.model.mechanism import NEEDS, SEEDS
from mealspec.model.mechanism import Mechanism as M
from mealspec.model.product import system
from mealspec.model.scope import Scope
from mealspec.properties.catalogue import PROPERTIES, Property
from mealspec.properties.expected import Verdict
from mealspec.properties.facts import Facts
from tests.check.test_pinned import PINNED, Entry, name_of, scope_of
from tests.designs import random_design

Judge = Callable[[Facts, Property, Sequence[str], int | None], str]

SMALL = Scope(connections=1)
CALM = replace(SMALL, faults=0)
HARDENED = DESIGNS["hardened"].mechanisms
ROOM = 20_000_000


class Answers:
    """What one family says of its designs: how many states each has, and the verdict on each property."""

    def __init__(self, scope: Scope, free: Collection[M], fixed: Collection[M]) -> None:
        self.fixed = frozenset(fixed)
        self.space = space = Symbolic(family(scope, free, fixed), nodes=ROOM, cache=1_000_000)
        self.broken: dict[str, Set] = {}
        self.witnessed: dict[str, Set] = {}
        names = frozenset(m.value for m in fixed)
        richest = system(Design("richest", frozenset(free) | self.fixed), scope)
        for prop in PROPERTIES.values():
            questions = asked(space, scope, prop, self.fixed)
            self.broken[prop.id] = space.any(breakers(space, question) for question in questions)
            seen = branches(
                lambda choice, prop=prop: prop.witness(Facts(AnyDesign(choice), scope, richest)),  # type: ignore[misc]
                space.family.features,
                names,
            )
            found = space.any(space.systems(given) & space.where(witness) for given, witness in seen)
            self.witnessed[prop.id] = space.projected(space.reachable & found)

    def of(self, mechanisms: Collection[M]) -> tuple[int, dict[str, Verdict]]:
        """The number of states of one design, and its verdicts."""
        space = self.space
        plan = space.system({m.value for m in mechanisms} - {m.value for m in self.fixed})
        verdicts = {}
        for name, broken in self.broken.items():
            holds = Verdict.HOLDS if plan & self.witnessed[name] != space.false else Verdict.VACUOUS
            verdicts[name] = Verdict.VIOLATED if plan & broken != space.false else holds
        return space.count(space.reachable & plan), verdicts


def explicitly(plan: Design, scope: Scope) -> tuple[int, dict[str, Verdict]]:
    """The same by the explorer."""
    report = verify(plan, scope)
    assert report.complete
    return report.states, {finding.id: finding.verdict for finding in report.findings}


def chosen_agree(rng: Random, scope: Scope, free: Sequence[M], fixed: frozenset[M], count: int) -> None:
    """So many designs of one family are what they are on their own."""
    answers = Answers(scope, free, fixed)
    valid = [some for some in _subsets(free) if buildable(fixed | some)]
    for some in rng.sample(valid, min(count, len(valid))):
        plan = Design("chosen", fixed | some)
        assert answers.of(plan.mechanisms) == explicitly(plan, scope)


def _subsets(free: Sequence[M]) -> list[frozenset[M]]:
    return [frozenset(m for k, m in enumerate(free) if n >> k & 1) for n in range(1 << len(free))]


def buildable(mechanisms: Collection[M]) -> bool:
    return all(NEEDS[m] in mechanisms for m in mechanisms if m in NEEDS)


# ---------------------------------------------------------------------- the same as one by one

FREE = (M.STATE_FLAGS, M.CONNECT_GUARD, M.READY_ACK, M.GENERATION_TOKEN, M.POLL_ON_SUBMIT, M.SERVER_PING, M.RECONNECT)
REST = frozenset({M.POLL_ON_APPEAR, M.AUTO_RECONNECT, M.CLIENT_PING, M.JOB_RECONCILIATION, M.POLL_UNTIL_TERMINAL})


def test_designs_of_one_family_have_the_states_and_verdicts_that_they_have_on_their_own() -> None:
    chosen_agree(Random(5), SMALL, FREE, REST, count=5)


def test_each_property_by_itself_is_kept_by_the_designs_that_keep_it_on_their_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whether or not somebody listens to how far it has come, on a machine so slow that there is much to tell."""
    free, told = (M.READY_ACK, M.POLL_ON_SUBMIT), list[str]()
    region = Region(REST, frozenset(SEEDS) - REST - set(free))
    own = {some: explicitly(Design("own", REST | some), CALM)[1] for some in _subsets(free)}
    monkeypatch.setattr("time.monotonic", count(0.0, 1.0).__next__)
    (_, space), found = all_verdicts(
        CALM, list(PROPERTIES.values()), region, report=lambda where, effort: told.append(where)
    )
    for each in found:
        for some, verdicts in own.items():
            plan, verdict = space.system({m.value for m in some}), verdicts[each.property]
            assert (plan & each.keep == space.false) is (verdict is Verdict.VIOLATED)
            assert (plan & each.vacuous != space.false) is (verdict is Verdict.VACUOUS)
    assert {*told} == {CALM.describe()}
    for one in one_by_one(CALM, list(PROPERTIES.values()), region):
        every = [verdicts[one.property] for verdicts in own.values()]
        assert (one.designs, one.breaking) == (len(own), every.count(Verdict.VIOLATED))
        assert one.vacuous is (set(every) == {Verdict.VACUOUS})


def forgets_the_guard(self: Symbolic, step: Step, states: Set) -> Set:
    out = states
    for move in step.moves:
        before = out & move.stays
        for source, values in move.turns:
            before = before | ((out & values).exists(move.bits) & source)
        out = before
    return out


def forgets_fairness(space: Symbolic, inside: Set, counts: Set) -> Set:
    return inside & counts


@pytest.mark.parametrize(
    ("owner", "name", "wrong"),
    [(Symbolic, "preimage", forgets_the_guard), (symbolic_decide, "fair", forgets_fairness)],
)
def test_a_wrong_engine_would_be_noticed(
    owner: object, name: str, wrong: Callable[..., Set], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(owner, name, wrong)
    with pytest.raises(AssertionError):
        chosen_agree(Random(5), CALM, FREE, REST, count=5)


def pinned_agrees(entry: Entry) -> None:
    """A named design has the states and verdicts that are pinned, and that ``test_pinned`` finds with the explorer."""
    plan = DESIGNS[entry["design"]]
    states, verdicts = Answers(scope_of(entry), (), plan.mechanisms).of(plan.mechanisms)
    assert states == entry["states"]
    assert [name for name, verdict in verdicts.items() if verdict is Verdict.VIOLATED] == entry["violated"]
    assert [name for name, verdict in verdicts.items() if verdict is Verdict.VACUOUS] == entry["vacuous"]


CALMEST = [entry for entry in PINNED if entry["connections"] == 1 and entry["faults"] == 0]


@pytest.mark.parametrize("entry", CALMEST, ids=name_of)
def test_a_named_design_has_the_states_and_verdicts_that_are_pinned(entry: Entry) -> None:
    pinned_agrees(entry)


@pytest.mark.slow
@pytest.mark.more
@pytest.mark.parametrize("entry", [entry for entry in PINNED if entry not in CALMEST], ids=name_of)
def test_a_named_design_has_in_every_scope_the_states_and_verdicts_that_are_pinned(entry: Entry) -> None:
    """The default scope, and every further fault and aspect, as far as the explorer went."""
    pinned_agrees(entry)


@pytest.mark.slow
@pytest.mark.more
@pytest.mark.parametrize("seed", range(7))
def test_fifty_random_designs_have_the_states_and_verdicts_that_they_have_on_their_own(seed: int) -> None:
    """Up to eight of each of 7 families of up to 16, with one meal, one connection and any number of faults.

    With the two connections of the default scope the explorer would take minutes for many of them.
    """
    rng = Random(seed)
    plan = random_design(rng)
    free = rng.sample(sorted(SEEDS), 4)
    fixed = plan.mechanisms - set(free)
    chosen_agree(rng, SMALL, free, frozenset(m for m in fixed if m not in NEEDS or NEEDS[m] in fixed), count=8)


def small_designs(rng: Random) -> Iterator[Design]:
    """Designs that the explorer can search in the default scope: others have up to billions of states there."""
    while True:
        plan = random_design(rng, rng.choice((0.2, 0.5, 0.8)))
        kept = plan.mechanisms - {M.RECONNECT, M.CONNECT_ON_RETURN}  # with either it has three million states and more
        space = Symbolic(family(Scope(), (), kept), nodes=ROOM, cache=1_000_000)
        if space.count(space.reachable) < 1_500_000:
            yield Design("small", kept)


@pytest.mark.slow
@pytest.mark.more
@pytest.mark.parametrize("seed", range(4))
def test_twenty_random_designs_have_the_states_and_verdicts_of_the_default_scope(seed: int) -> None:
    """Five of each of 4 draws, of those with less than one and a half million states."""
    for plan in islice(small_designs(Random(seed)), 5):
        assert Answers(Scope(), (), plan.mechanisms).of(plan.mechanisms) == explicitly(plan, Scope())


# ---------------------------------------------------------------------- climbing

MORE = {
    M.READY_ACK, M.SERVER_PING, M.TERMINAL_ABSORBS, M.KEEP_ON_FAILURE, M.STOP_WHEN_NONE_LEFT, M.EFFECT_ON_FINISH
}  # fmt: skip
REGION = Region(required=REST | MORE, forbidden=frozenset(
    set(SEEDS) - REST - MORE
    - {M.STATE_FLAGS, M.CONNECT_GUARD, M.GENERATION_TOKEN, M.POLL_ON_SUBMIT, M.CONNECT_STOPS_POLLING}
))  # fmt: skip


@pytest.fixture(scope="module")
def found() -> Sweep:
    """A small region, swept scope by scope."""
    return sweep(SMALL, region=REGION)


def listed(result: Sweep, designs: Set) -> set[frozenset[str]]:
    return set(map(frozenset, members(result.space, designs)))


@pytest.mark.slow
def test_climbing_finds_what_the_largest_scope_finds_at_once(found: Sweep) -> None:
    whole = sweep(SMALL, region=REGION, climb=False)
    assert [result.scope for result in whole.scopes] == [SMALL]
    assert [result.scope for result in found.scopes] == [CALM, SMALL]
    passing = listed(found, found.passing)
    assert listed(whole, whole.passing) == passing
    assert listed(whole, whole.valid) == listed(found, found.valid)
    assert 0 < len(passing) < found.count(found.valid), "some pass and some do not"
    assert [result.passing for result in found.scopes][-1] == len(passing)
    assert found.scopes[1].designs == found.scopes[0].passing < found.scopes[0].designs == found.count(found.valid)


def test_a_design_passes_just_if_the_explorer_finds_that_it_keeps_every_property(found: Sweep) -> None:
    every = sorted(listed(found, found.valid), key=sorted)
    passing = listed(found, found.passing)
    good, bad = ([some for some in every if (some in passing) is says] for says in (True, False))
    for some in (good[0], good[-1], bad[0], bad[-1]):
        plan = Design("some", REGION.required | {M(name) for name in some})
        _, verdicts = explicitly(plan, SMALL)
        assert (Verdict.VIOLATED not in verdicts.values()) is (some in passing)


def test_only_designs_that_can_be_built_are_valid(found: Sweep) -> None:
    free = [m for m in M if m in REGION.free]
    expected = {frozenset(m.value for m in some) for some in _subsets(free) if buildable(some | REGION.required)}
    assert listed(found, found.valid) == expected


def test_what_breaks_in_a_smaller_scope_breaks_in_a_larger() -> None:
    """Of each design of the family, each property."""
    calm, any_faults = Answers(CALM, FREE, REST), Answers(SMALL, FREE, REST)
    for name, broken in calm.broken.items():
        there = any_faults.space.moved(broken, calm.space)
        assert there & ~any_faults.broken[name] == any_faults.space.false, name
    assert any(any_faults.space.moved(b, calm.space) != any_faults.broken[n] for n, b in calm.broken.items())


# ---------------------------------------------------------------------- several meals

TWO = Scope(meals=2, connections=1, faults=0)


def counted(answers: Answers, region: Region) -> dict[str, tuple[int, bool]]:
    """For each property how many designs of the region break it, and whether its premise occurs in none."""
    space = answers.space
    valid = valid_designs(space, region)
    return {
        name: (space.count_systems(broken & valid), answers.witnessed[name] & valid == space.false)
        for name, broken in answers.broken.items()
    }


def bounded_agrees(scope: Scope, region: Region, only: Collection[str] = tuple(PROPERTIES)) -> list[OneVerdict]:
    found = list(one_by_one(scope, [PROPERTIES[name] for name in only], region))
    expected = counted(Answers(scope, region.free, region.required), region)
    assert {each.property: (each.breaking, each.vacuous) for each in found} == {name: expected[name] for name in only}
    return found


@pytest.mark.slow
def test_what_one_meal_sees_of_the_others_decides_what_all_states_decide() -> None:
    found = bounded_agrees(TWO, REGION)
    assert len({each.breaking for each in found}) > 2
    assert sum(each.open == 0 for each in found) >= len(found) - 1, "one meal can nearly always tell"


def test_of_a_few_designs_those_of_which_one_meal_cannot_tell_are_looked_at_with_both(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("mealspec.check.sweep.may_break", lambda space, seen, question, among: among)
    region = Region(REST, frozenset(SEEDS) - REST - {M.READY_ACK, M.POLL_ON_SUBMIT})
    (found,) = one_by_one(TWO, [PROPERTIES["honest-view"]], region)
    assert (found.designs, found.open, found.breaking) == (4, 4, 0)


def test_a_climb_sets_aside_just_those_of_which_one_meal_can_tell_of_every_property(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Of the one property it cannot tell with a ready message, of the other not without polls."""
    first, second = PROPERTIES["honest-view"], PROPERTIES["no-zombie"]
    region = Region(REST, frozenset(SEEDS) - REST - {M.READY_ACK, M.POLL_ON_SUBMIT})
    bounded = _Bounded(TWO, region, None)
    space = bounded.space
    ready, polls = space.feature(M.READY_ACK), space.feature(M.POLL_ON_SUBMIT)
    doubts = {first.id: ready, second.id: ~polls}
    monkeypatch.setattr(_Bounded, "doubtful", lambda self, prop, among: among & doubts[prop.id])
    assert bounded.sure([first, second]) == bounded.all & ~ready & polls
    assert bounded.sure([first]) == bounded.all & ~ready
    assert bounded.sure([]) == bounded.all


@pytest.mark.slow
def test_designs_of_which_one_meal_cannot_tell_are_looked_at_with_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mealspec.check.sweep.may_break", lambda space, seen, question, among: among)
    found = bounded_agrees(TWO, REGION, ["no-regress", "polling-stops", "no-orphan"])
    assert all(each.open + each.breaking >= each.designs for each in found)


@pytest.mark.slow
def test_a_climb_sets_aside_the_designs_of_which_one_meal_can_tell(monkeypatch: pytest.MonkeyPatch) -> None:
    quick = sweep(TWO, region=REGION)
    assert [(result.scope.meals, result.states > 0) for result in quick.scopes] == [(1, True), (2, False)]
    monkeypatch.setattr("mealspec.check.sweep.may_break", lambda space, seen, question, among: among)
    slow = sweep(TWO, region=REGION)
    assert all(result.states > 0 for result in slow.scopes)
    whole = sweep(TWO, region=REGION, climb=False)
    assert listed(quick, quick.passing) == listed(slow, slow.passing) == listed(whole, whole.passing) != set()


@pytest.mark.slow
@pytest.mark.more
@pytest.mark.parametrize("seed", range(3))
def test_what_one_meal_sees_decides_random_families_with_every_fault(seed: int) -> None:
    rng = Random(200 + seed)
    plan = random_design(rng)
    free = frozenset(rng.sample(sorted(SEEDS), 6))
    required = frozenset(m for m in plan.mechanisms - free if m not in NEEDS or NEEDS[m] in plan.mechanisms - free)
    bounded_agrees(replace(TWO, faults=None), Region(required, frozenset(SEEDS) - required - free))


@pytest.mark.slow
@pytest.mark.more
@pytest.mark.parametrize("seed", range(6))
def test_what_breaks_with_fewer_meals_or_connections_breaks_with_more(seed: int) -> None:
    mechanisms = random_design(Random(100 + seed), 0.7).mechanisms
    broken = {result: _violated(mechanisms, result) for result in scopes_up_to(Scope())}
    pairs = [(small, large) for small in broken for large in broken if _within(small, large)]
    assert len(pairs) == 5
    assert all(broken[small] <= broken[large] for small, large in pairs)


def _within(small: Scope, large: Scope) -> bool:
    """Whether the larger scope has all runs of the smaller one."""
    faults = large.faults is None or large.faults == small.faults
    return small != large and faults and small.meals <= large.meals and small.connections <= large.connections


def _violated(mechanisms: frozenset[M], scope: Scope) -> set[str]:
    _, verdicts = Answers(scope, (), mechanisms).of(mechanisms)
    return {name for name, verdict in verdicts.items() if verdict is Verdict.VIOLATED}


def test_scopes_grow_and_end_in_the_scope() -> None:
    scope = Scope(meals=2, connections=2)
    sizes = [(result.meals, result.connections, result.faults) for result in scopes_up_to(scope)]
    assert sizes == [(m, c, faults) for m, c in ((1, 1), (1, 2), (2, 1), (2, 2)) for faults in (0, None)]
    assert scopes_up_to(scope)[-1] == scope
    assert scopes_up_to(CALM) == [CALM]


# ---------------------------------------------------------------------- what is told of the passing designs


def test_necessary_and_minimal_are_told_with_what_all_designs_have(found: Sweep) -> None:
    passing = {some | {m.value for m in REGION.required} for some in listed(found, found.passing)}
    assert set(found.necessary()) == frozenset.intersection(*passing)
    least = {some for some in passing if not any(other < some for other in passing)}
    assert set(map(frozenset, found.sets(found.minimal()))) == least


def test_what_hurts_is_shown_with_a_passing_design_that_it_breaks(found: Sweep) -> None:
    passing = {some | {m.value for m in REGION.required} for some in listed(found, found.passing)}
    assert set(found.hurting()) == {"connect_stops_polling"}
    for name, example in found.hurting().items():
        assert frozenset(example) in passing
        assert frozenset(example) | {name} not in passing


def test_a_repair_leads_to_a_passing_design_and_adds_only_if_that_is_enough(found: Sweep) -> None:
    passing = listed(found, found.passing)
    required = {m.value for m in REGION.required}
    for some in listed(found, found.valid):
        changes = found.repairs(Design("some", frozenset(map(M, some | required))))
        results = {frozenset(some | set(change.added)) - set(change.removed) for change in changes}
        above = {other for other in passing if some <= other}
        least = min(len(some ^ other) for other in above or passing)
        assert results == {other for other in above or passing if len(some ^ other) == least}


def test_a_repair_names_what_goes_in_one_order_on_every_run(found: Sweep) -> None:
    free = [m for m in REGION.free if m is not M.CONNECT_STOPS_POLLING]
    alone = replace(found, passing=found.space.system(()))
    (change,) = alone.repairs(Design("all", REGION.required | set(free)))
    assert change == Change((), tuple(m.value for m in free))


def test_a_design_outside_the_region_has_no_repair_and_neither_has_any_where_nothing_passes(found: Sweep) -> None:
    assert found.repairs(DESIGNS["before"]) == []
    nothing = replace(found, passing=found.space.false)
    assert nothing.repairs(Design("some", REGION.required)) == []


def test_a_design_that_passes_is_its_own_repair_though_all_designs_do(found: Sweep) -> None:
    everything = replace(found, passing=found.space.true)
    assert everything.repairs(Design("some", REGION.required)) == [Change((), ())]


def test_a_region_without_designs_is_refused_by_name() -> None:
    with pytest.raises(CheckerError, match="no design both has and lacks catch_up, ready_ack"):
        Region(frozenset({M.READY_ACK, M.CATCH_UP}), frozenset({M.READY_ACK, M.CATCH_UP}))
    with pytest.raises(CheckerError, match="no such design can be built: push_to_all needs connection_set"):
        Region(frozenset({M.PUSH_TO_ALL}), frozenset({M.CONNECTION_SET}))


ALL = next(record for record in RECORDS if record.name == "all")


@pytest.mark.slow
@pytest.mark.more
def test_the_sweep_of_all_designs_finds_what_is_recorded() -> None:
    """With one meal, one connection and any number of faults."""
    result, told = sweep(ALL.scope), ALL.answer()
    assert [(each.designs, each.passing) for each in result.scopes] == [
        (r["designs"], r["passing"]) for r in told["rungs"]
    ]
    assert (result.count(result.valid), result.count(result.passing)) == (told["designs"], told["passing"])
    assert (result.necessary(), result.excluded()) == (told["necessary"], told["excluded"])
    assert [list(some) for some in result.sets(result.minimal())] == told["minimal"]


# ---------------------------------------------------------------------- why a design fails


def shown(plan: Design, scope: Scope, doubts: Judge) -> None:
    """The run that is shown violates the property in the scope that is named."""
    why = flaw(plan, scope)
    assert why is not None
    assert why.scope in scopes_up_to(scope)
    facts = Facts(plan, why.scope, system(plan, why.scope))
    assert doubts(facts, PROPERTIES[why.property], why.trace, why.loop) == ""
    report = verify(plan, why.scope)
    violated = [finding for finding in report.findings if finding.verdict is Verdict.VIOLATED]
    ends = [len(finding.trace) for finding in violated if finding.loop is None]
    assert why.property in {finding.id for finding in violated}
    assert (why.loop is None) is bool(ends)
    assert why.loop is not None or len(why.trace) == min(ends)


@pytest.mark.parametrize("name", ["before", "published", "published_plus"])
def test_a_failing_design_is_shown_to_fail_by_a_shortest_run(name: str, doubts: Judge) -> None:
    shown(DESIGNS[name], SMALL, doubts)


@pytest.mark.slow
@pytest.mark.parametrize("name", [M.AUTO_RECONNECT, M.JOB_RECONCILIATION])
def test_what_is_missing_is_missed_by_a_run_or_a_loop(name: M, doubts: Judge) -> None:
    shown(Design("less", HARDENED - {name}), SMALL, doubts)


NEEDED = tuple(ALL.answer()["minimal"][0])


@pytest.mark.slow
@pytest.mark.more
@pytest.mark.parametrize("name", NEEDED)
def test_without_any_one_of_the_smallest_set_a_property_fails(name: str, doubts: Judge) -> None:
    shown(Design("less", frozenset(map(M, NEEDED)) - {M(name)}), SMALL, doubts)


def test_a_design_that_keeps_everything_has_no_flaw() -> None:
    """Though something wrong may go on for ever without being quiescent: a user who keeps pressing reconnect."""
    assert flaw(DESIGNS["hardened"], CALM) is None
