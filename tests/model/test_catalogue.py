"""Nothing is idle: every event happens somewhere, every state is reached, every mechanism does something."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from itertools import product as every

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mealspec.core import System, explore
from mealspec.core.symbolic.diagrams import Symbolic
from mealspec.core.symbolic.sets import Set
from mealspec.model.design import DESIGNS, WORLDS, Design, design
from mealspec.model.events import OWNERS, alphabet
from mealspec.model.featured import family
from mealspec.model.mechanism import CATALOGUE, Mechanism
from mealspec.model.product import OPTIONAL, system
from mealspec.model.scope import ASPECTS, FAULTS, WIDEST, Scope
from mealspec.model.values import Seen, snapshots

EVERYTHING, FLAWED, APP = WORLDS
RETURNING = design("published-close_before_dial+connect_on_return")
"""Two dials at once: the only way to a socket that is dialling and awaited by nobody."""
VARIATIONS = (design("published+compare_and_delete"), design("published+connection_set"), RETURNING)
DECLARED = (*DESIGNS.values(), *WORLDS, *VARIATIONS)


def only(*items: str) -> Scope:
    """Two connections, and any number of only these kinds of fault and aspects."""
    return Scope(includes=frozenset(items))


def small(*items: str) -> Scope:
    """One connection."""
    return replace(only(*items), connections=1)


EXPLORED: tuple[tuple[Design, Scope], ...] = (
    (DESIGNS["before"], only("path", "job", "upload", "screen", "background", "dial", "restart")),
    (DESIGNS["published"], only("upload", "job", "dial", "break", "push")),
    (EVERYTHING, small("path", "background", "restart", "dial", "break")),
    (EVERYTHING, only("screen", "break", "push", "request", "job")),
    (EVERYTHING, only("device", "break")),
    (DESIGNS["hardened"], only("entry", "token", "break")),
    (FLAWED, small("break", "dial", "job", "screen", "twin", "instances", "token", "path")),
    (FLAWED, only("break", "job", "device")),
    (design("app_before"), small("break", "dial", "restart", "upload", "path", "token", "screen")),
    (design("app_published"), small("break", "restart", "twin", "day")),
    (APP, small("break", "job", "restart", "request", "path", "twin", "day", "token", "upload")),
    (RETURNING, only("break")),
    (DESIGNS["hardened"], only("restart")),
    (design("hardened+dial_on_path_change+probe_on_foreground"), only("path", "background")),
    (design("hardened+catch_up"), small("request", "token")),
    (DESIGNS["before"], small("request", "token")),
    (design("published+connection_set"), only("twin", "instances", "break")),
    (FLAWED, only("dial", "screen")),
    (APP, only("instances", "break", "job", "twin")),
    (APP, only("instances", "dial", "path", "restart")),
    (FLAWED, only("instances", "break", "dial")),
    (RETURNING, only("path", "screen")),
    (design(f"{RETURNING}+reader_outlives_handler"), only("instances", "break", "screen")),
    (design("app_head-timed_connect-drops_unheard-cancel_check-store_status"), small("break", "job", "day")),
)
"""Designs and scopes that together show everything."""


@dataclass
class Shown:
    """What searches have shown: events that happened, machines' states that were reached."""

    events: set[str] = field(default_factory=set)
    states: set[tuple[str, str]] = field(default_factory=set)

    def add(self, space: Symbolic) -> None:
        """Count what is in this space."""

        def happens(states: Set) -> bool:
            return space.reachable & states != space.false

        self.events |= {step.name for step in space.steps if happens(step.guard)}
        for name in space.family.variants:
            some = (state for state in space.family.states(name) if happens(space.state(name, state)))
            self.states |= {(name, str(state)) for state in some}


@pytest.fixture(scope="module")
def shown() -> Shown:
    found = Shown()
    for plan, scope in EXPLORED:
        found.add(Symbolic(family(scope, (), plan.mechanisms)))
    return found


def handled(scope: Scope, finished: bool) -> Iterable[str]:
    """Answers to a load that a message asked for: those that show some meal as finished, or the others."""
    for snapshot in snapshots(scope):
        if bool({Seen.COMPLETED, Seen.FAILED} & set(snapshot.meals)) is finished:
            yield from (f"server.read.handler.{snapshot.name}", f"client.apply.handler.{snapshot.name}")


IMPOSSIBLE = {*handled(WIDEST, finished=False), "client.apply.sync.absent", "client.apply.sync.pending"} - {
    "client.apply.handler.processing"
}
"""What a fetch has stored is listed then, and no less. A message comes only when its meal is finished, and keeps the
meal from being archived until it is handled: so no answer to the load that it asks for shows that meal as less.
One machine alone cannot tell, so that with one meal these events are declared and never happen."""


@pytest.mark.slow
@pytest.mark.xdist_group("catalogue")  # what is searched for them is searched once
def test_every_event_of_the_alphabet_happens_in_some_explored_system(shown: Shown) -> None:
    declared = {event.name for plan in DECLARED for event in system(plan, WIDEST).events}
    assert declared - shown.events == IMPOSSIBLE


def test_a_message_is_answered_by_a_snapshot_that_shows_some_meal_as_finished() -> None:
    """With two meals all such answers happen, and no others."""
    scope = Scope(meals=2, connections=1, faults=0)
    graph = explore(system(DESIGNS["before"], scope))
    assert graph.complete
    silent = set(graph.silent_events())
    assert not silent & set(handled(scope, finished=True))
    nothing_breaks = {"network.void.m1.c1", "network.void.m2.c1", "client.stale.wake.service_down"}
    assert silent == {*handled(scope, finished=False), *nothing_breaks}


@pytest.mark.slow
@pytest.mark.xdist_group("catalogue")  # what is searched for them is searched once
def test_every_state_of_every_machine_is_reached_in_some_explored_system(shown: Shown) -> None:
    declared = {(m.name, str(s)) for plan in DECLARED for m in system(plan, WIDEST).machines for s in m.states}
    assert declared - shown.states == {("loader.handler", "answered:absent"), ("loader.handler", "answered:processing")}


def test_every_mechanism_has_an_entry_that_says_what_it_does_and_costs() -> None:
    assert list(CATALOGUE) == list(Mechanism)
    for entry in CATALOGUE.values():
        assert all(text == text.strip() != "" for text in (entry.does, entry.closes, entry.costs))
        assert entry.refs


def signature(product: System) -> tuple[object, ...]:
    """What a system can do: its events and the rows of its machines."""
    return (*product.events, *((m.name, m.initial, frozenset(m.rows)) for m in product.machines))


def toggled(plan: Design, mechanism: Mechanism) -> Design:
    """The design with the mechanism, or without it if it has it."""
    return Design("toggled", plan.mechanisms ^ {mechanism})


ONE = Scope(connections=1).with_([*FAULTS, *ASPECTS])


@pytest.fixture(scope="module")
def changed() -> dict[Mechanism, set[str]]:
    """For each mechanism, a design of whose system it changes the rows or the events; none, after all were tried."""
    out: dict[Mechanism, set[str]] = {mechanism: set() for mechanism in Mechanism}
    further = (design("published+reader_outlives_handler"), design("published+entry_expires"))
    for scope, plan in every((ONE, Scope()), (*DESIGNS.values(), *further)):
        plain = signature(system(plan, scope))
        for mechanism in Mechanism:
            if not out[mechanism] and signature(system(toggled(plan, mechanism), scope)) != plain:
                out[mechanism].add(plan.name)
    return out


@pytest.mark.slow
@pytest.mark.parametrize("mechanism", [m for m in Mechanism if m is not Mechanism.ADAPTIVE_INTERVAL])
def test_each_mechanism_changes_some_design(mechanism: Mechanism, changed: dict[Mechanism, set[str]]) -> None:
    assert changed[mechanism]


@pytest.mark.slow
def test_the_adaptive_interval_changes_nothing_without_time_and_says_so(changed: dict[Mechanism, set[str]]) -> None:
    assert not changed[Mechanism.ADAPTIVE_INTERVAL]
    assert "Untimed systems do not see it." in CATALOGUE[Mechanism.ADAPTIVE_INTERVAL].does


@pytest.mark.parametrize("sign", "+-")
@pytest.mark.parametrize("name", ["published", "hardened", "none"])
def test_each_mechanism_added_or_taken_away_leaves_a_system(name: str, sign: str) -> None:
    for mechanism in Mechanism:
        assert system(design(f"{name}{sign}{mechanism}"), Scope(connections=1)).events


@pytest.mark.slow
@settings(max_examples=40, deadline=None, derandomize=True)
@given(st.frozensets(st.sampled_from(list(Mechanism))), st.sampled_from([ONE, Scope(), Scope(meals=2, faults=0)]))
def test_any_mechanisms_together_make_a_system(some: frozenset[Mechanism], scope: Scope) -> None:
    """Building it validates it: all participants exist, every event can happen, every state be reached."""
    assert system(Design("some", some), scope).events


def test_every_event_is_owned_by_a_lane_and_says_what_it_does() -> None:
    for plan in DECLARED:
        for event in alphabet(plan, WIDEST):
            assert event.owner in OWNERS
            assert event.label == event.label.strip() != ""
            assert "{" not in event.label + event.name + event.action


def test_the_name_of_an_event_is_its_owner_what_happens_and_its_values() -> None:
    for plan in DECLARED:
        for event in alphabet(plan, WIDEST):
            assert event.name == ".".join((event.group, *event.values.values()))
            assert event.group.startswith(f"{event.owner}.")


def test_an_event_that_says_what_would_have_been_better_names_events_that_exist() -> None:
    for plan in DECLARED:
        events = alphabet(plan, WIDEST)
        better = {event.instead for event in events if event.instead}
        assert better
        for some in better:
            assert any(event.is_of(some) for event in events)


@pytest.mark.slow
def test_an_event_that_needs_something_of_the_scope_is_there_only_with_it() -> None:
    needs = {event.needs for plan in WORLDS for event in alphabet(plan, WIDEST)} - {""}
    assert needs == {*FAULTS, *ASPECTS}
    for item, plan in every(sorted(needs), (DESIGNS["hardened"], *WORLDS)):
        without = {event.name for event in system(plan, WIDEST.without([item])).events}
        assert not without & {event.name for event in alphabet(plan, WIDEST) if event.needs == item}


def test_machines_that_may_be_left_out_are_there_in_the_widest_system_and_only_there() -> None:
    widest = {machine.name for plan in WORLDS for machine in system(plan, replace(WIDEST, faults=1)).machines}
    smallest = {
        machine.name
        for machine in system(design("none+poll_on_submit"), Scope(faults=0, includes=frozenset())).machines
    }
    assert set(OPTIONAL) <= widest
    assert not smallest & {"flags", "server", "path", "app", "loader.connect"}
    assert smallest < widest
