"""Each property can fail, each has something to say, and the facts for which the designs were made are so.

A green verdict is worth nothing from a check that cannot be red: every property is violated here by some design or,
where no design can, by a model that was broken on purpose.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

import networkx as nx
import pytest

from mealspec.check.verify import Report, counterexample, decide, verify
from mealspec.core import Event, Form, Graph, Kind, Machine, Row, System, Trace, explore, quiescent, reach, trimmed
from mealspec.model.client.poller import Loop
from mealspec.model.design import DESIGNS, Design, design
from mealspec.model.events import alphabet
from mealspec.model.product import OPTIONAL, machines, system
from mealspec.model.scope import Scope
from mealspec.properties.catalogue import PROPERTIES, Property
from mealspec.properties.expected import Verdict
from mealspec.properties.facts import Facts
from mealspec.properties.invariants import broken_invariants

Judge = Callable[[Facts, Property, Sequence[str], int | None], str]
Tamper = Callable[[Row], Iterable[Row]]

ONE = Scope(connections=1)
TINY = Scope(connections=1, faults=0)
CALM = Scope(faults=0)


@cache
def checked(expression: str, scope: Scope) -> Report:
    report = verify(design(expression), scope)
    assert report.complete
    return report


def verdict(expression: str, scope: Scope, name: str) -> Verdict:
    return next(finding.verdict for finding in checked(expression, scope).findings if finding.id == name)


# ---------------------------------------------------------------------- every property can fail

VIOLATED_BY: dict[str, tuple[str, Scope]] = {
    "delivery": ("published", TINY),
    "no-regress": ("published", TINY),
    "single-connection": ("before+connect_on_return-close_before_dial", CALM),
    "single-poll-task": ("published", ONE),
    "agreement": ("published", ONE),
    "no-early-belief": ("published", TINY),
    "socket-returns": ("published", ONE),
    "belief-is-earned": ("published", ONE),
    "no-zombie": ("published", ONE),
    "polling-persists": ("published", TINY),
    "failure-reaches-screen": ("published", ONE.with_(["job"])),
    "no-lost-submission": ("published", ONE.with_(["upload"])),
    "handled-once": ("published", TINY),
    "no-orphan": ("published", ONE),
    "no-deadlock": ("published", TINY),
}
"""A design and a small scope for each property that a design can violate."""
NO_DESIGN = {"honest-view", "polling-stops", "machine-invariants"}
"""Properties that only a broken model violates, see below."""


def test_every_property_has_something_that_violates_it() -> None:
    assert VIOLATED_BY.keys() | NO_DESIGN == PROPERTIES.keys()
    assert not VIOLATED_BY.keys() & NO_DESIGN


@pytest.mark.sample(6, others="slow")
@pytest.mark.parametrize("name", VIOLATED_BY)
def test_some_design_violates(name: str, doubts: Judge) -> None:
    expression, scope = VIOLATED_BY[name]
    assert verdict(expression, scope, name) is Verdict.VIOLATED
    trace = counterexample(design(expression), scope, name)
    assert trace is not None
    facts = Facts(design(expression), scope, system(design(expression), scope))
    assert doubts(facts, PROPERTIES[name], trace.events, trace.loop) == ""


def tampered(plan: Design, scope: Scope, name: str, tamper: Tamper) -> System:
    """The system with other rows in one machine."""
    events = tuple(e for e in alphabet(plan, scope) if not e.needs or e.needs in scope)
    if scope.faults == 0:
        events = tuple(e for e in events if e.kind is not Kind.FAULT)
    parts = machines(plan, scope, events)
    assert name in {part.name for part in parts}
    broken = [_retold(part, tamper) if part.name == name else part for part in parts]
    return System(*trimmed(broken, events), absent=OPTIONAL, name="tampered")


def _retold(machine: Machine, tamper: Tamper) -> Machine:
    rows = tuple(dict.fromkeys(new for row in machine.rows for new in tamper(row)))
    assert rows != machine.rows
    return replace(machine, rows=rows)


def stays(event: str) -> Tamper:
    """A machine that takes the event and is not moved by it."""
    return lambda row: [row._replace(dest=row.source) if row.event == event else row]


def leads(event: str, **fields: str) -> Tamper:
    """A machine with structured states, of which the event changes these fields and no others."""

    def retold(row: Row) -> list[Row]:
        source: Any = row.source
        return [row._replace(dest=source._replace(**fields)) if row.event == event else row]

    return retold


def judged(product: System, plan: Design, scope: Scope, name: str, doubts: Judge) -> Trace | None:
    """The counterexample that a complete search finds, judged."""
    facts = Facts(plan, scope, product)
    graph = explore(product)
    assert graph.complete
    trace = decide(graph, facts, PROPERTIES[name])
    if trace is not None:
        assert doubts(facts, PROPERTIES[name], trace.events, trace.loop) == ""
    return trace


def test_a_server_that_answers_before_the_work_is_done_violates_honest_view(doubts: Judge) -> None:
    def eager(row: Row) -> list[Row]:
        told = row.event == "server.read.appear.processing" and row.source == "processing"
        return [row, row._replace(event="server.read.appear.completed")] if told else [row]

    plan = DESIGNS["hardened"]
    assert verdict("hardened", TINY, "honest-view") is Verdict.HOLDS
    trace = judged(tampered(plan, TINY, "job.m1", eager), plan, TINY, "honest-view", doubts)
    assert trace is not None
    assert trace.events[-1] == "client.apply.appear.completed"


def test_a_poll_loop_that_never_ends_violates_polling_stops_in_a_loop(doubts: Judge) -> None:
    """By a fair loop: the poll task goes round for ever, and nothing that the system owes is left undone."""
    plan = DESIGNS["hardened"]
    asleep = leads("client.apply.poll.completed.done", loop=Loop.SLEEP)
    assert verdict("hardened", TINY, "polling-stops") is Verdict.HOLDS
    trace = judged(tampered(plan, TINY, "poller", asleep), plan, TINY, "polling-stops", doubts)
    assert trace is not None
    assert trace.loop is not None
    assert "client.apply.poll.completed.done" in trace.events[trace.loop :]


BREAKING: dict[str, tuple[str, Tamper]] = {
    "A request of the poll loop is out exactly while one of its tasks loads.": (
        "poller",
        leads("client.poll.wake.service_down", loop=Loop.NONE),
    ),
    "The socket c1 that the service holds is in use.": ("service", stays("network.fail_dial.c1")),
    "The service calls c1 connected only when it is open.": ("service", stays("network.tell_client.c1")),
    "The registry holds c1 only while its handler runs.": ("registry", stays("network.tell_server.c1")),
    "Work on m1 exists exactly if m1 was taken.": ("receipt.m1", stays("server.take.m1")),
    "m1 is awaited or shown exactly if it was submitted.": ("view.m1", stays("user.submit.m1.connected")),
    "A message about m1 exists only once m1 is finished.": ("job.m1", stays("server.complete.m1")),
}
"""For each invariant a machine that breaks it: it takes the event, and does not do what it should."""


@pytest.mark.parametrize("sentence", BREAKING)
def test_a_broken_machine_violates_its_invariant(sentence: str, doubts: Judge) -> None:
    plan = DESIGNS["before"]
    assert verdict("before", ONE, "machine-invariants") is Verdict.HOLDS
    name, tamper = BREAKING[sentence]
    product = tampered(plan, ONE, name, tamper)
    broken = broken_invariants(Facts(plan, ONE, product))
    assert broken.keys() == BREAKING.keys()
    assert reach(explore(product, depth=12), broken[sentence]) is not None
    assert judged(product, plan, ONE, "machine-invariants", doubts) is not None


def test_a_broken_store_violates_its_invariant(doubts: Judge) -> None:
    """The one of the app's world: a meal that is saved and not stored."""
    plan, sentence = DESIGNS["app_head"], "m1 is stored exactly if it is awaited or shown."
    assert verdict("app_head", TINY, "machine-invariants") is Verdict.HOLDS
    product = tampered(plan, TINY, "store.m1", stays("user.submit.m1"))
    assert broken_invariants(Facts(plan, TINY, product)).keys() - BREAKING.keys() == {sentence}
    assert reach(explore(product), broken_invariants(Facts(plan, TINY, product))[sentence]) is not None
    assert judged(product, plan, TINY, "machine-invariants", doubts) is not None


@pytest.mark.slow
def test_the_judge_convicts_no_run_that_is_no_counterexample(doubts: Judge) -> None:
    """Else the tests that ask it would be worth nothing."""
    scope = ONE.with_(["upload"])
    facts = Facts(DESIGNS["published"], scope, system(DESIGNS["published"], scope))
    for finding in checked("published", scope).findings:
        prop = PROPERTIES[finding.id]
        assert doubts(facts, prop, finding.trace[:4], None) != ""
        assert doubts(facts, prop, (*finding.trace, "server.accept.c1", "server.accept.c1"), None) != ""
        if finding.loop is not None:
            assert doubts(facts, prop, finding.trace[:-1], finding.loop) != ""


# ---------------------------------------------------------------------- every property says something


@cache
def small_graphs() -> tuple[tuple[Facts, Graph], ...]:
    scopes = [("published", ONE), ("app_published", ONE), ("hardened", ONE.with_(["job"]))]
    built = [(Facts(design(name), scope, system(design(name), scope))) for name, scope in scopes]
    return tuple((facts, explore(facts.system)) for facts in built)


@pytest.mark.parametrize("prop", PROPERTIES.values(), ids=lambda prop: prop.id)
def test_the_premise_of_every_property_occurs_where_it_holds(prop: Property) -> None:
    """Hardened passes, and not because there is nothing to pass."""
    facts, graph = small_graphs()[-1]
    found = reach(graph, prop.witness(facts))
    assert found is not None
    assert prop.witness(facts).holds(found.state(len(found)))


@pytest.mark.parametrize("prop", PROPERTIES.values(), ids=lambda prop: prop.id)
def test_what_a_property_forbids_is_not_everything(prop: Property) -> None:
    """In some state nothing of it is bad."""
    for facts, graph in small_graphs():
        for clause in prop.clauses:
            assert clause.bad(facts)
            assert not any(graph.where(bad).all() for bad in clause.bad(facts))


def naively(graph: Graph, facts: Facts, prop: Property) -> bool:
    """Whether the property is violated, by predicates on single states and components from networkx."""
    count = len(graph)
    states = [graph.state(k) for k in range(count)]
    steps = [
        (int(a), graph.system.events[e], int(b)) for a, e, b in zip(graph.source, graph.event, graph.dest, strict=True)
    ]
    owed: list[set[str]] = [set() for _ in range(count)]
    moving: set[int] = set()
    for a, event, b in steps:
        if event.kind is Kind.SYSTEM:
            owed[a].add(event.owed_as)
            moving |= {a} if a != b else set()
    for clause in prop.clauses:
        for wrong, bad in zip(clause.wrong(facts), clause.bad(facts), strict=True):
            blamed = {k for k in range(count) if bad.holds(states[k])}
            inside = {k for k in range(count) if wrong.holds(states[k])}
            if clause.form is Form.NEVER and blamed:
                return True
            if clause.form is not Form.NEVER and blamed - moving:
                return True
            if clause.form is Form.FOREVER and _fair_loop(inside, blamed, steps, owed):
                return True
    return False


def _fair_loop(
    inside: set[int], blamed: set[int], steps: Sequence[tuple[int, Event, int]], owed: Sequence[set[str]]
) -> bool:
    graph: nx.DiGraph[int] = nx.DiGraph()
    kept = [(a, e, b) for a, e, b in steps if a in inside and b in inside and e.kind is not Kind.FAULT]
    graph.add_edges_from((a, b) for a, _, b in kept)
    for component in nx.strongly_connected_components(graph):
        taken = {e.owed_as for a, e, b in kept if a in component and b in component}
        round_it = any(a in component and b in component for a, _, b in kept)
        if round_it and component & blamed and set.intersection(*(owed[k] for k in component)) <= taken:
            return True
    return False


@pytest.mark.sample(2)
@pytest.mark.parametrize(
    "expression",
    ["published", "published_plus", "app_before", "app_published", "none+ready_ack+catch_up+terminal_absorbs"],
)
def test_a_naive_decision_agrees_on_every_property(expression: str) -> None:
    plan = design(expression)
    product = system(plan, TINY)
    graph, facts = explore(product), Facts(plan, TINY, product)
    found = {prop.id: naively(graph, facts, prop) for prop in PROPERTIES.values()}
    assert found == {f.id: f.verdict is Verdict.VIOLATED for f in checked(expression, TINY).findings}
    assert True in found.values()
    assert False in found.values()


# ---------------------------------------------------------------------- facts


def test_the_published_fix_loses_a_meal_with_no_fault_at_all() -> None:
    """The client is told before the server can route, the lookup finds nobody, and nothing polls."""
    trace = counterexample(DESIGNS["published"], TINY, "delivery")
    assert trace is not None
    assert "server.skip.m1" in trace.events
    assert not [name for name in trace.events if name.startswith("client.poll")]
    assert {trace.system.event(name).kind for name in trace.events} <= {Kind.USER, Kind.SYSTEM}


@pytest.mark.slow
def test_closing_the_old_socket_first_is_all_that_prevents_two() -> None:
    """The guard sees a connect in progress and not a socket that is there, and it does not hold back the button: both
    a return to the screen and a reconnect dial beside a live socket."""
    assert verdict("before+connect_on_return", CALM, "single-connection") is Verdict.HOLDS
    assert verdict("before+connect_on_return-close_before_dial", CALM, "single-connection") is Verdict.VIOLATED
    for expression, dial in (
        ("published+connect_on_return-reconnect-close_before_dial", "client.connect.c1.c2"),
        ("published-close_before_dial", "user.reconnect.c1.c2"),
    ):
        trace = counterexample(design(expression), CALM, "single-connection")
        assert trace is not None
        assert dial in trace.events


@pytest.mark.parametrize("change", ["", "+compare_and_delete"])
def test_a_single_entry_does_not_agree_whoever_deletes_it(change: str) -> None:
    """Comparing before deleting does not help against a late registration: the dead dial's handler registers last,
    overwrites the live socket's entry, and removes, rightly, its own."""
    plan = design(f"hardened-pong_says_listed-connection_set-push_to_all{change}")
    assert verdict("hardened", CALM, "agreement") is Verdict.HOLDS
    trace = counterexample(plan, CALM, "agreement")
    assert trace is not None
    book = [(name, str(trace.state(k + 1)["registry"])) for k, name in enumerate(trace.events)]
    (last_register,) = [name for name, _ in book if name.startswith("server.register.")][-1:]
    live = trace.state(len(trace))["service"]
    assert book[-1] == ("server.notice.c1", "nothing")
    assert str(live) == "c2/connected"
    assert last_register == ("server.register.c1" if change else "server.register.c2")


def test_a_connection_set_is_enough_for_agreement_without_faults() -> None:
    assert verdict("hardened-pong_says_listed-push_to_all", CALM, "agreement") is Verdict.HOLDS


def test_so_is_a_client_that_asks_whether_it_is_listed_and_registers_anew() -> None:
    """Though the registry holds a single entry, and whoever ends deletes it."""
    assert verdict("hardened-connection_set-push_to_all", CALM, "agreement") is Verdict.HOLDS


ALONE = ("poll_on_appear", "poll_on_submit", "poll_until_terminal", "terminal_absorbs", "keep_on_failure")
"""Polling alone, complete, by a loop that stops when nothing is left."""
STOPPING = "none+stop_when_none_left+"
ENDLESS = ("poll_on_appear", "poll_until_terminal")
"""Polling alone, complete, by a loop that never stops."""


@pytest.mark.parametrize("expression", [STOPPING + "+".join(ALONE), "none+" + "+".join(ENDLESS)])
def test_polling_alone_delivers_every_meal_if_it_is_done_right(expression: str) -> None:
    """No flags, no acknowledgement, nothing about sockets: mechanisms of polling and of the list."""
    for scope in (TINY, ONE, ONE.with_(["screen"]), ONE.with_(["background"]), ONE.with_(["path"])):
        assert verdict(expression, scope, "delivery") is Verdict.HOLDS


@pytest.mark.parametrize("missing", ALONE)
def test_polling_alone_that_stops_delivers_only_with_all_five(missing: str) -> None:
    """Polling from the submission until all is finished is not enough by itself.

    Without polling from the appearance of the screen, a meal that was submitted before is polled for by nobody; without
    a start at the submission the loop has stopped by then; without absorption, an older answer makes a finished meal
    unfinished after the loop has ended; and where a load that fails empties the list, a fault does the same.
    """
    some = [name for name in ALONE if name != missing]
    assert verdict(STOPPING + "+".join(some), ONE, "delivery") is Verdict.VIOLATED
    without_faults = Verdict.HOLDS if missing == "keep_on_failure" else Verdict.VIOLATED
    assert verdict(STOPPING + "+".join(some), TINY, "delivery") is without_faults


@pytest.mark.parametrize("missing", ENDLESS)
def test_polling_alone_that_never_stops_delivers_only_if_it_starts_and_asks_nobody(missing: str) -> None:
    (other,) = [name for name in ENDLESS if name != missing]
    assert verdict(f"none+{other}", TINY, "delivery") is Verdict.VIOLATED


@pytest.mark.parametrize("stops", ["connect_stops_polling", "message_stops_polling"])
@pytest.mark.parametrize("token", ["", "+generation_token"])
def test_polling_alone_delivers_no_longer_when_a_socket_may_stop_it(stops: str, token: str) -> None:
    """A connect stops it whatever is left to do. A message stops it after a load: a loop that would have stopped then,
    too, and starts with the next submission, loses nothing by that; one that starts with the screen does."""
    assert verdict(f"none+{stops}{token}+" + "+".join(ENDLESS), TINY, "delivery") is Verdict.VIOLATED
    loses = Verdict.VIOLATED if stops == "connect_stops_polling" else Verdict.HOLDS
    assert verdict(f"{STOPPING}{stops}{token}+" + "+".join(ALONE), TINY, "delivery") is loses


SOCKET_ONLY = "none+ready_ack+catch_up+close_before_dial+reconnect+terminal_absorbs"
"""Nothing polls, and nothing fails in a scope without faults."""


def lost_for_good(expression: str) -> Trace | None:
    """A shortest run without faults after which a finished meal is not shown and nothing will change that."""
    product = system(design(expression), CALM)
    graph, facts = explore(product), Facts(design(expression), CALM, product)
    assert graph.complete
    (clause,) = PROPERTIES["delivery"].clauses
    (unseen,) = clause.bad(facts)
    return quiescent(graph, unseen)


def test_where_nothing_polls_a_set_that_tells_one_socket_may_tell_the_dead_one() -> None:
    """F14: after a reconnect the old socket is still registered, and the push picks it."""
    trace = lost_for_good(SOCKET_ONLY + "+connection_set")
    assert trace is not None
    assert "server.push.m1.c1" in trace.events
    assert "network.void.m1.c1" in trace.events
    assert str(trace.state(len(trace))["service"]) == "c2/connected"


def test_where_nothing_polls_telling_all_sockets_delivers_to_everyone_who_stops_pressing_reconnect() -> None:
    """With the ready message and the fetch after each connect, no quiescent end is left at which a meal is unseen.
    What is left is a person who presses reconnect for ever, so that no connect ever succeeds."""
    expression = SOCKET_ONLY + "+connection_set+push_to_all"
    assert lost_for_good(expression) is None
    trace = counterexample(design(expression), CALM, "delivery")
    assert trace is not None
    assert trace.loop is not None
    assert any(name.startswith("user.reconnect") for name in trace.events[trace.loop :])


@pytest.mark.parametrize("missing", ["ready_ack", "catch_up", "connection_set", "terminal_absorbs"])
def test_where_nothing_polls_each_of_the_others_is_needed_too(missing: str) -> None:
    assert lost_for_good((SOCKET_ONLY + "+connection_set+push_to_all").replace("+" + missing, "")) is not None
