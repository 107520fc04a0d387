"""Laws hold of the designs to which they apply, say something, and are broken by a model that is wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from importlib import import_module

import pytest

from mealspec.check.mutants import _original as original
from mealspec.core import At, Event, Graph, InvalidSystem, Kind, Machine, Rejection, Row, System, Trace, explore, replay
from mealspec.core.assertion import Changes, Ends, Move, Never, Possible, Reading
from mealspec.core.mutant import Mutant, Operator, mutants, same_graph, same_states
from mealspec.model import DESIGNS, Scope, design, system
from mealspec.model.client.flags import Flags
from mealspec.model.design import Design
from mealspec.model.events import alphabet
from mealspec.model.network.connection import DIALLED, Await, Client, Connection, Server
from mealspec.model.product import lets_in
from mealspec.model.scope import ASPECTS, FAULTS
from mealspec.properties.catalogue import PROPERTIES
from mealspec.properties.facts import Facts
from mealspec.properties.laws import LAWS, Law, broken

ONE = Scope(connections=1)
TWO = Scope(faults=0)
ALL = [item for item in (*FAULTS, *ASPECTS) if item != "device"]
ELSEWHERE = Scope(connections=1, includes=frozenset({"break", "restart", "device"}))
FULL = ONE.with_(ALL)
ONCE = Scope(connections=1, faults=1).with_(ALL)
BACK = ONE.with_(["screen", "background"])
PAIR = Scope(meals=2, connections=1, faults=0)
DIALS = Scope(connections=1, includes=frozenset({"dial"}))


def subject(law: str) -> str:
    """A design to which the law applies."""
    return next(name for name in ("hardened", "published", "app_head") if LAWS[law].applies(DESIGNS[name]))


@cache
def explored(name: str, scope: Scope) -> tuple[Facts, Graph]:
    product = system(design(name), scope)
    return Facts(design(name), scope, product), explore(product)


def broken_laws(name: str, scope: Scope) -> dict[str, Trace]:
    product = system(design(name), scope)
    facts, reading = Facts(design(name), scope, product), Reading(explore(product))
    laws = [law for law in LAWS.values() if law.applies(facts.design)]
    found = {law.id: broken(law, facts, reading) for law in laws}
    return {name: trace for name, trace in found.items() if trace is not None}


# ---------------------------------------------------------------------- they hold


@pytest.mark.sample(2)
@pytest.mark.parametrize("name", DESIGNS)
def test_every_law_holds_with_one_connection(name: str) -> None:
    assert broken_laws(name, ONE) == {}


@pytest.mark.slow
@pytest.mark.sample(2)
@pytest.mark.parametrize("name", [name for name in DESIGNS if name != "app_head"])
def test_every_law_holds_with_one_connection_and_one_fault_of_any_kind(name: str) -> None:
    assert broken_laws(name, ONCE) == {}


FEWER = (["entry", "instances"], ["token", "background"], ["path", "upload", "twin"])


@pytest.mark.slow
@pytest.mark.sample(1)
@pytest.mark.parametrize("items", FEWER, ids="+".join)
def test_every_law_holds_of_the_latest_app_with_a_few_further_faults_and_aspects(items: list[str]) -> None:
    """All of them at once have millions of states."""
    assert broken_laws("app_head", Scope(connections=1, faults=1).with_(items)) == {}


@pytest.mark.parametrize("scope", [TWO, Scope(faults=1).without(["job"])], ids=Scope.describe)
def test_every_law_holds_with_two_connections(scope: Scope) -> None:
    assert broken_laws("before", scope) == {}


LARGER: tuple[tuple[str, Scope], ...] = (
    ("before", ELSEWHERE),
    ("published", ELSEWHERE),
    ("published", TWO),
    ("published", ONE.with_(["entry", "token"])),
    ("hardened", ONE.with_(["path", "background", "screen", "entry", "instances"])),
    ("app_published", ONE.with_(["path", "entry", "instances", "twin"])),
    ("app_head", Scope(connections=1, faults=1).with_(["screen", "day"])),
)
"""What else can be explored one by one in a minute. What published_plus has beyond published, and app_before not, shows
in smaller scopes."""


@pytest.mark.slow
@pytest.mark.sample(2)
@pytest.mark.parametrize(("name", "scope"), LARGER)
def test_every_law_holds_in_larger_scopes(name: str, scope: Scope) -> None:
    assert broken_laws(name, scope) == {}


@pytest.mark.slow
@pytest.mark.sample(1)
@pytest.mark.parametrize("scope", [Scope().without(["job"]), ELSEWHERE, TWO.with_(["screen"])], ids=Scope.describe)
def test_every_law_holds_of_hardened_where_its_mutants_are_judged(scope: Scope) -> None:
    assert broken_laws("hardened", scope) == {}


@pytest.mark.slow
@pytest.mark.sample(1)
@pytest.mark.parametrize("name", ["before", "published", "hardened", "app_published"])
def test_every_step_of_two_meals_is_lawful(name: str) -> None:
    """A message may wait for ever while the handler has others to handle, so what ends is another matter."""
    assert not any(not LAWS[law].whole for law in broken_laws(name, PAIR))


# ---------------------------------------------------------------------- they say something


@pytest.mark.parametrize("law", LAWS.values(), ids=lambda law: law.id)
def test_what_a_law_speaks_of_occurs(law: Law) -> None:
    facts, graph = explored(subject(law.id), ELSEWHERE if "another-device" in law.id else ONE)
    reading = Reading(graph)
    assert any(rule.occurs(reading) for rule in law.rules(facts))


def test_no_law_is_called_like_a_property() -> None:
    assert not LAWS.keys() & PROPERTIES.keys()
    assert all(law.sentence.endswith(".") and law.refs for law in LAWS.values())


@pytest.mark.parametrize("name", DESIGNS)
@pytest.mark.parametrize("scope", [FULL, ELSEWHERE, Scope(meals=2), Scope(faults=1)], ids=Scope.describe)
def test_of_each_event_one_law_says_when_it_can_happen(name: str, scope: Scope) -> None:
    plan = design(name)
    facts = Facts(plan, scope, system(plan, scope))
    said = Counter(
        rule.event
        for law in LAWS.values()
        if law.applies(plan)
        for rule in law.rules(facts)
        if isinstance(rule, Possible)
    )
    assert said.keys() >= set(facts.system.number)
    assert said.keys() <= {event.name for event in alphabet(plan, scope) if lets_in(scope, event)}
    assert set(said.values()) == {1}


@pytest.mark.parametrize("name", DESIGNS)
@pytest.mark.parametrize("scope", [FULL, ELSEWHERE, Scope(meals=2), Scope(faults=1)], ids=Scope.describe)
def test_of_each_machine_one_law_says_what_changes_it(name: str, scope: Scope) -> None:
    plan = design(name)
    facts = Facts(plan, scope, system(plan, scope))
    said = [
        rule.machine
        for law in LAWS.values()
        if law.applies(plan)
        for rule in law.rules(facts)
        if isinstance(rule, Changes)
    ]
    assert sorted(said) == sorted(machine.name for machine in facts.system.machines)


# ---------------------------------------------------------------------- they can be broken

NOT_ASKED: dict[str, tuple[str, str]] = {
    "user-acts": ("loader.poll", "user.archive.m1"),
    "who-dials": ("screen", "user.reconnect.none.c1"),
    "pings": ("registry", "client.reregister.c1"),
    "handshake": ("server", "server.accept.c1"),
    "outcome-is-heard": ("service", "client.failed.c1"),
    "client-learns-of-a-drop": ("connection.c1", "client.hear_close.c1"),
    "server-learns-of-a-drop": ("connection.c1", "server.notice.c1"),
    "another-device": ("device", "server.notice.d2"),
    "upload": ("server", "server.take.m1"),
    "work-goes-on": ("job.m1", "server.complete.m1"),
    "lookup": ("registry", "server.skip.m1"),
    "message-arrives-or-is-lost": ("connection.c1", "client.receive.m1.c1"),
    "load": ("job.m1", "server.read.poll.completed"),
    "poll": ("view.m1", "network.cut.poll.done"),
    "cancelled-poll-winds-up": ("poller", "client.stale.wake.verified"),
    "local-reads": ("store.m1", "client.apply.appear.pending"),
    "saves-run-on": ("save.m1", "client.saved.m1"),
    "fetch": ("store.m1", "client.sync.m1.processing"),
    "poll-passes": ("poller", "client.poll.wake.verified"),
    "outages": ("app", "network.reclaim"),
    "what-moves-the-screen": ("screen", "client.appear"),
    "what-moves-the-service": ("service", "client.ready.c1"),
    "what-moves-the-flags": ("flags", "client.connected.c1"),
    "what-moves-the-poll-task": ("poller", "client.apply.poll.processing.m1"),
    "what-moves-a-load": ("loader.appear", "server.read.appear.processing"),
    "what-moves-a-connection": ("connection.c1", "server.register.c1"),
    "what-moves-another-device": ("device", "server.register.d2"),
    "what-moves-the-registry": ("registry", "server.register.c1"),
    "what-moves-a-submission": ("outbox.m1", "server.take.m1"),
    "what-moves-the-work": ("job.m1", "server.complete.m1"),
    "what-moves-a-notification": ("notification.m1", "server.skip.m1"),
    "what-moves-the-view": ("view.m1", "client.apply.poll.completed.done"),
    "what-moves-the-device": ("store.m1", "client.uploaded.m1"),
    "what-moves-poll-tasks": ("poller", "client.saved.m1"),
    "what-moves-the-world": ("server", "server.boot"),
    "one-socket-one-belief": ("service", "client.ready.c1"),
    "registry-lists-handlers": ("registry", "server.register.c1"),
    "down-is-down": ("job.m1", "server.crash"),
    "finished-is-published": ("notification.m1", "server.complete.m1"),
    "flags-exclude-each-other": ("flags", "client.failed.c1"),
    "hidden-is-clean": ("flags", "user.leave.c1"),
    "taken-before-shown": ("receipt.m1", "server.take.m1"),
}
"""For each law that is decided step by step, a machine that an event should have asked and moved."""

NOT_OWED: dict[str, str] = {
    "outages-end": "server.boot",
    "requests-end": "client.upload.m1",
    "refusals-are-told": "client.refused.c1",
    "dials-end": "client.failed.c1",
    "messages-end": "network.void.m1.c1",
    "closed-is-freed": "server.notice.c1",
    "meals-are-shown": "server.complete.m1",
    "code-runs-on": "client.ping.c1",
}
"""For each law about what ends, an event that should have been owed."""


@cache
def base(name: str, scope: Scope) -> System:
    return system(design(name), scope)


def convicted(law: str, mutant: Mutant, scope: Scope) -> Trace | None:
    product = base(subject(law), scope)
    assert mutant.fits(product)
    changed = mutant.applied(product)
    graph = explore(changed, depth=None if LAWS[law].whole else 15)
    trace = broken(LAWS[law], Facts(design(subject(law)), scope, changed), Reading(graph))
    if trace is not None:
        assert not isinstance(replay(changed, trace.events), Rejection)
    return trace


def test_each_law_has_a_model_that_breaks_it() -> None:
    assert NOT_ASKED.keys() | NOT_OWED.keys() == LAWS.keys()
    assert {name for name, law in LAWS.items() if law.whole} == NOT_OWED.keys() - {"code-runs-on"}


@pytest.mark.parametrize("law", NOT_ASKED)
def test_a_law_notices_who_was_not_asked(law: str) -> None:
    machine, event = NOT_ASKED[law]
    scope = BACK if law in ("hidden-is-clean", "outages") else DIALS if law == "cancelled-poll-winds-up" else ONE
    scope = ELSEWHERE if "another-device" in law else scope
    assert convicted(law, Mutant(Operator.DROP_PARTICIPANT, machine, event), scope) is not None


@pytest.mark.parametrize("law", NOT_OWED)
def test_a_law_notices_what_is_owed_no_longer(law: str) -> None:
    trace = convicted(law, Mutant(Operator.FAULT, "", NOT_OWED[law]), ONE)
    assert trace is not None


def test_a_law_notices_a_row_that_is_missing_by_the_shortest_run_to_where_it_was() -> None:
    """A dial can fail: ``hardened`` gets to one in three steps."""
    row = Row("network.fail_dial.c1", DIALLED, Connection(Client.CLOSED, Server.NONE, True, Await.FAILED))
    trace = convicted("handshake", Mutant(Operator.DROP_ROW, "connection.c1", row.event, row), ONE)
    assert trace is not None
    assert trace.events == ("client.appear", "client.connect.none.c1")


def test_a_law_notices_a_row_that_leads_elsewhere_by_the_run_that_takes_it() -> None:
    row = Row("client.connect.none.c1", Flags(False, False), Flags(False, True))
    mutant = Mutant(Operator.REDIRECT, "flags", row.event, row, Flags(True, False))
    trace = convicted("what-moves-the-flags", mutant, ONE)
    assert trace is not None
    assert trace.events == ("client.appear", "client.connect.none.c1")


# ---------------------------------------------------------------------- they do not follow the model into an error

LOST = {
    "poll_starts": ("client.poller", "hardened", "user.submit.m1", "poller", "what-moves-the-poll-task"),
    "poll_stops": ("client.poller", "published", "client.connected.c1", "poller", "what-moves-the-poll-task"),
    "load_starts": ("client.loader", "hardened", "client.receive.m1.c1", "loader.handler", "what-moves-a-load"),
    "dial_ends": ("client.service", "hardened", "client.give_up.c1", "service", "what-moves-the-service"),
    "drop_ends": ("client.service", "hardened", "client.expire.c1", "service", "what-moves-the-service"),
    "handler_ends": ("server.registry", "hardened", "server.expire.c1", "registry", "what-moves-the-registry"),
}
"""Helpers of the model: where a machine asks one, of which design, an event that it could lose, the machine that
would take no part, and the law that is broken then."""

SMALL = Scope(connections=1, includes=frozenset({"break"}))


def losing(monkeypatch: pytest.MonkeyPatch, helper: str) -> None:
    """The helper loses its event."""
    module = import_module(f"mealspec.model.{LOST[helper][0]}")
    whole: Callable[..., tuple[str, ...]] = getattr(module, helper)
    less = lambda *asked: tuple(name for name in whole(*asked) if name != LOST[helper][2])  # noqa: E731
    monkeypatch.setattr(module, helper, less)
    monkeypatch.setattr("mealspec.model.product.made", cache(lambda name, scope: []))


def declaring(monkeypatch: pytest.MonkeyPatch, change: Callable[[Event], Event | None]) -> None:
    """The table of events is another one."""

    def changed(design: Design, scope: Scope) -> tuple[Event, ...]:
        return tuple(event for each in alphabet(design, scope) if (event := change(each)) is not None)

    monkeypatch.setattr("mealspec.model.product.alphabet", changed)


@pytest.mark.parametrize("helper", LOST)
def test_a_helper_that_loses_an_event_is_refused_because_participants_are_declared(
    helper: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, name, event, machine, _ = LOST[helper]
    losing(monkeypatch, helper)
    with pytest.raises(InvalidSystem, match=f"machine '{machine}' takes part in '{event}' but has no row for it"):
        system(design(name), SMALL)


@pytest.mark.parametrize("helper", LOST)
def test_a_helper_that_loses_an_event_breaks_a_law_even_if_the_table_has_lost_it_too(
    helper: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, name, lost, machine, law = LOST[helper]

    def without(event: Event) -> Event:
        takes = tuple(name for name in event.takes if name != machine)
        return replace(event, takes=takes) if event.name == lost else event

    losing(monkeypatch, helper)
    declaring(monkeypatch, without)
    assert law in broken_laws(name, SMALL)


@pytest.mark.parametrize(
    ("lost", "law"),
    [
        ("user.submit.m1", "user-acts"),
        ("client.poll.wake.anyway", "poll"),
        ("server.push.m1.c1", "lookup"),
        ("client.redial.none.c1", "who-dials"),
        ("network.break.c1", "outages"),
    ],
)
def test_an_event_that_is_missing_altogether_breaks_a_law(lost: str, law: str, monkeypatch: pytest.MonkeyPatch) -> None:
    declaring(monkeypatch, lambda event: None if event.name == lost else event)
    assert law in broken_laws("hardened", SMALL)


# ---------------------------------------------------------------------- forms

LAMP = Machine.table("lamp", "off", [("on", "off", "lit"), ("off", "lit", "off"), ("press", "off", "off")])
HAND = Machine.table("hand", "here", [("on", "here", "here"), ("leave", "here", "gone")])
LIT = At("lamp", lambda s: s == "lit")
HERE = At("hand", lambda s: s == "here")


def toy(kind: Kind = Kind.SYSTEM) -> Reading:
    kinds = {"on": Kind.USER, "off": kind, "press": Kind.USER, "leave": Kind.USER}
    takes = {"on": ("lamp", "hand"), "off": ("lamp",), "press": ("lamp",), "leave": ("hand",)}
    return Reading(explore(System([LAMP, HAND], [Event(e, kinds[e], "x", takes[e]) for e in kinds])))


def run(trace: Trace | None) -> tuple[str, ...]:
    assert trace is not None
    return trace.events


def test_possible_means_exactly_when() -> None:
    reading = toy()
    assert Possible("on", [~LIT, HERE]).broken(reading) is None
    assert run(Possible("on", [HERE]).broken(reading)) == ("on",), "it should have been possible again"
    assert run(Possible("off", [~LIT]).broken(reading)) == (), "it should have been possible at once"
    assert run(Possible("off", [LIT, HERE]).broken(reading)) == ("on", "leave", "off"), "it was possible"
    assert Possible("unheard", [LIT & ~LIT]).broken(reading) is None
    assert run(Possible("unheard", [LIT]).broken(reading)) == ("on",)


def test_changes_means_so_and_by_nothing_else() -> None:
    reading = toy()
    lit, dark = Move(("on",), lambda s: "lit"), Move(("off",), lambda s: "off")
    assert Changes("lamp", (lit, dark)).broken(reading) is None
    assert run(Changes("lamp", (lit,)).broken(reading)) == ("on", "off"), "who said that off may change it?"
    assert run(Changes("lamp", (lit, Move(("off",), lambda s: "burnt"))).broken(reading)) == ("on", "off")
    assert run(Changes("lamp", (lit, dark, Move(("press",), lambda s: "lit"))).broken(reading)) == ("press",)
    assert run(Changes("ghost", ()).broken(reading)) == (), "a machine that is not there"


def test_never_and_ends() -> None:
    reading = toy()
    assert run(Never(LIT & ~HERE, LIT).broken(reading)) == ("on", "leave")
    assert Never(LIT & ~LIT, LIT).broken(reading) is None
    assert Ends(LIT).broken(reading) is None
    assert run(Ends(LIT, without=("off",)).broken(reading)) == ("on",)
    assert run(Ends(LIT).broken(toy(Kind.FAULT))) == ("on",)
    assert Ends(LIT, LIT, ("off",)).broken(reading) is None, "excused for ever"
    assert run(Ends(LIT, HERE, ("off",)).broken(reading)) == ("on", "leave")


def test_only_what_was_expanded_is_judged() -> None:
    """After ``on`` nothing is known to be impossible."""
    product = toy().graph.system
    reading = Reading(explore(product, depth=1))
    assert Possible("off", [LIT]).broken(reading) is None
    assert run(Possible("on", [HERE]).broken(Reading(explore(product, depth=2)))) == ("on",)
    assert Possible("on", [HERE]).broken(reading) is None


# ---------------------------------------------------------------------- what makes no difference


@pytest.mark.parametrize("k", range(16))
def test_a_mutant_makes_a_difference_where_its_graph_begins_to_differ(k: int) -> None:
    """Up to there it is the same state by state and step by step; and if there is no such place, for ever."""
    facts, graph = explored("hardened", ONE)
    found = [mutant for mutant in mutants(base("hardened", ONE)) if mutant.operator is not Operator.FAULT]
    mutant = found[(2 * k + 1) * len(found) // 32]
    level = original(ONE).differs(mutant)
    changed = mutant.applied(base("hardened", ONE))
    other = explore(changed, depth=None if level is None else level + 1)
    if level is None:
        assert same_graph(graph, other)
        assert same_states(graph, other)
        return
    if len(other) < 5000:  # larger ones take long to compare
        before = explore(facts.system, depth=level + 1)
        assert steps(before, level) == steps(other, level)
        assert steps(before, level + 1) != steps(other, level + 1)


def steps(graph: Graph, depth: int) -> set[tuple[str, str, str]]:
    """The steps from states of a lower level."""
    count = int((graph.level < depth).sum())
    names = [str({m: str(s) for m, s in graph.state(k).items()}) for k in range(len(graph))]
    return {
        (names[int(graph.source[e])], graph.system.events[int(graph.event[e])].name, names[int(graph.dest[e])])
        for e in range(int(graph.offset[count]))
    }
