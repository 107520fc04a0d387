"""Each fact of the app has a row, is modelled by what exists, and is shown by what the model does.

So is each row of what the seed says and the app did.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from itertools import permutations

import pytest

from mealspec.check.verify import verify
from mealspec.cli.listing import EVERYTHING
from mealspec.core import Event
from mealspec.model.assumptions import ASSUMPTIONS
from mealspec.model.client.loader import loader
from mealspec.model.design import DESIGNS, Design, design
from mealspec.model.events import alphabet
from mealspec.model.mechanism import CATALOGUE, Mechanism
from mealspec.model.product import system
from mealspec.model.scope import ASPECTS, FAULTS, WIDEST, Scope
from mealspec.model.values import messages
from mealspec.properties.catalogue import PROPERTIES
from mealspec.properties.evidence import FACTS, LEFT_OUT
from mealspec.properties.expected import Verdict
from mealspec.properties.shown import Judged, Never, Prints, Run, Shown, beside, never, prints, run, scoped
from mealspec.properties.worlds import CONTRASTS

CLAIMS: dict[str, tuple[Shown, ...]] = {
    **{fact.id: fact.shown for fact in FACTS.values()},
    **{row.matter: row.shown for row in CONTRASTS},
}
SHOWN = [(name, each) for name, some in CLAIMS.items() for each in some]
PLANS = (*DESIGNS.values(), *(design(expression) for expression in sorted({each.design for _, each in SHOWN})))
"""The designs of the table, and those that claims speak of."""


@cache
def events() -> dict[str, Event]:
    """Every event of any of these designs, and of the one with every mechanism."""
    return {event.name: event for plan in (EVERYTHING, *PLANS) for event in alphabet(plan, WIDEST)}


@cache
def machines() -> set[str]:
    return {machine.name for plan in (EVERYTHING, *DESIGNS.values()) for machine in system(plan, WIDEST).machines}


def test_each_of_the_forty_three_facts_has_a_row() -> None:
    assert list(FACTS) == [f"E{k}" for k in range(1, 44)]
    sentences = [fact.sentence for fact in FACTS.values()]
    assert len(set(sentences)) == len(sentences)
    assert all(fact.sentence.endswith(".") and fact.modelled and fact.shown for fact in FACTS.values())


def test_at_most_five_things_are_left_out_each_with_a_reason() -> None:
    assert len(LEFT_OUT) <= 5
    for each in LEFT_OUT:
        assert each.facts
        assert set(each.facts) <= set(FACTS)
        assert len(each.what) > 20
        assert len(each.reason) > 40


@pytest.mark.slow
@pytest.mark.parametrize("name", FACTS)
def test_a_fact_is_modelled_by_what_exists(name: str) -> None:
    assert set(FACTS[name].modelled) <= machines() | {*Mechanism} | {*FAULTS, *ASPECTS} | set(events())


@pytest.mark.parametrize("row", CONTRASTS, ids=lambda row: row.matter)
def test_a_contrast_rests_on_facts_and_names_what_the_designs_differ_by(row: object) -> None:
    (one,) = [each for each in CONTRASTS if each is row]
    assert one.facts
    assert set(one.facts) <= set(FACTS)
    assert one.differ
    assert set(one.differ) <= {*Mechanism, *FAULTS, *ASPECTS}
    assert one.shown
    assert all(text.endswith(".") for text in (one.seed, one.app, one.follows))


def test_whatever_cites_a_fact_cites_one_that_there_is() -> None:
    groups: Iterable[Iterable[str]] = (
        *(entry.refs for entry in CATALOGUE.values()),
        *(prop.refs for prop in PROPERTIES.values()),
        *(event.refs for event in events().values()),
    )
    cited = {ref for refs in groups for ref in refs if re.fullmatch(r"E\d+", ref)}
    assert cited <= set(FACTS)
    assert len(cited) > 20


def test_claims_speak_of_events_and_properties_that_exist() -> None:
    """A run that cannot be is told by its milestones; a name that nothing has would never be reached."""
    for name, each in SHOWN:
        if isinstance(each, Judged):
            assert each.property in PROPERTIES, name
        steps = each.steps if isinstance(each, Run | Never) else (each.event,) if isinstance(each, Prints) else ()
        for step in steps:
            one = re.sub(r"\bm[2-4]\b", "m1", step)
            assert any(event.is_of(one) for event in events().values()), f"{name}: {step}"


@pytest.mark.sample(24, others="slow")
@pytest.mark.parametrize("name", CLAIMS)
def test_a_claim_holds_in_the_model(name: str) -> None:
    for each in CLAIMS[name]:
        if isinstance(each, Judged):
            assert verdicts(each.design, each.scope)[each.property] is each.verdict, str(each)
        else:
            assert held(each), str(each)


@cache
def held(shown: Run | Never | Prints) -> bool:
    """Whether it holds, asked once of those that stand in both tables."""
    return shown.holds()


@cache
def verdicts(expression: str, scope: Scope) -> dict[str, Verdict]:
    return {finding.id: finding.verdict for finding in verify(design(expression), scope).findings}


@pytest.mark.parametrize(("plan", "overlap"), [("published", False), ("app_published", True)])
def test_handlers_overlap_in_the_app_only(plan: str, overlap: bool) -> None:
    """E28: a second message is handled while the load of the first one is due; in the seed's world it waits."""
    scope = scoped(meals=2)
    handler = loader("handler", design(plan), scope)
    for first, second in permutations(messages(design(plan), scope, verb="client.receive"), 2):
        due = handler.step(handler.initial, first)
        assert due is not None
        assert (handler.step(due, second) is not None) is overlap


# ---------------------------------------------------------------------- what shows a claim can be wrong


def test_a_run_that_is_not_there_shows_nothing() -> None:
    assert not run("app_published", "client.apply.handler.completed").holds()
    assert never("app_published", "client.apply.handler.completed").holds()


def test_a_run_that_is_there_denies_that_there_is_none() -> None:
    found = run("app_published", "user.submit.m1 client.apply.appear.pending").found()
    assert found is not None
    assert found.events[-1] == "client.apply.appear.pending"
    assert not never("app_published", "user.submit.m1 client.apply.appear.pending").holds()


def test_a_milestone_that_only_faults_bring_is_never_reached_without_them() -> None:
    assert never("app_published", "network.break").holds()
    assert not never("app_published", "network.break", "break").holds()


def test_a_line_is_printed_by_an_event_that_says_so() -> None:
    assert prints("app_published", "client.poll.wake.verified", "stopping polling").holds()
    assert not prints("app_published", "client.open", "stopping polling").holds()
    assert not prints("app_published", "client.failed", "Failed to connect").holds(), "it is not in the alphabet"


def test_a_small_scope_is_told_by_what_it_lets_in() -> None:
    assert str(run("before", "user.submit.m1", "screen dial", meals=2)) == (
        "a run of before (2 meals, dial, screen): user.submit.m1"
    )
    assert beside(scoped()) == ""


# ---------------------------------------------------------------------- assumptions


def test_an_assumption_names_mechanisms_designs_and_properties_that_exist() -> None:
    known = {*Mechanism, *DESIGNS}
    assert len({each.id for each in ASSUMPTIONS}) == len(ASSUMPTIONS)
    for each in ASSUMPTIONS:
        names = set(re.findall(r"`([a-z_]+)`", each.says + each.because))
        assert names - {"meals"} <= known, each.id


@pytest.mark.sample(2, others="slow")
@pytest.mark.parametrize(
    ("one", "other", "scope", "hang"),
    [
        ("hardened", "hardened+unisolated", "dial break request", "delivery polling-persists handled-once no-deadlock"),
        ("before", "before+unisolated", "dial break request", ""),
        ("published", "published+unisolated", "dial break request", ""),
        ("published_plus", "published_plus+unisolated", "dial break request", ""),
        (
            "hardened", "hardened-keep_on_failure", "dial break request",
            "delivery no-regress polling-persists handled-once no-deadlock",
        ),
        ("published", "published+outlives_screen", "dial screen", ""),
        ("before", "before-poll_unless_connected", "dial break request", "single-poll-task polling-stops"),
    ],
)  # fmt: skip
def test_the_verdicts_that_an_assumption_names_hang_on_it(one: str, other: str, scope: str, hang: str) -> None:
    first, second = verdicts(one, scoped(scope)), verdicts(other, scoped(scope))
    assert {name for name in first if first[name] is not second[name]} == set(hang.split())


def test_whose_outcome_it_is_decides_agreement_with_two_connections() -> None:
    scope = scoped("dial", connections=2)
    for name, verdict in (("hardened", Verdict.HOLDS), ("hardened-current_socket_only", Verdict.VIOLATED)):
        (finding,) = verify(design(name), scope, only=("agreement",)).findings
        assert finding.verdict is verdict


def test_every_design_that_a_claim_speaks_of_can_be_built() -> None:
    for plan in PLANS:
        assert isinstance(plan, Design)
        assert system(plan, scoped("dial")).machines
