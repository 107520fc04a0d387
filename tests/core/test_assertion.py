"""What laws can say, decided on a door, each with a shortest run that breaks it."""

from __future__ import annotations

from mealspec.core import At, Event, Graph, Kind, Machine, System, Trace, explore
from mealspec.core.assertion import Changes, Ends, Move, Never, Owed, Possible, Reading

ROWS = [
    ("open", "shut", "ajar"), ("push", "ajar", "wide"), ("close", "ajar", "shut"), ("close", "wide", "shut"),
    ("creak", "wide", "wide"),
]  # fmt: skip
KINDS = {"open": Kind.USER, "push": Kind.USER, "close": Kind.SYSTEM, "creak": Kind.SYSTEM}


def graph(**kinds: Kind) -> Graph:
    """A door that is opened in two steps and that closes by itself; beside it a lamp that nothing changes."""
    door = Machine.table("door", "shut", ROWS)
    lamp = Machine.table("lamp", "off", [("creak", "off", "off")])
    takes = {"creak": ("door", "lamp")}
    events = [Event(name, kinds.get(name, kind), "x", takes.get(name, ("door",))) for name, kind in KINDS.items()]
    return explore(System([door, lamp], events))


def at(*states: str) -> At:
    return At("door", lambda s: s in states)


DOOR = Reading(graph())


def events(run: Trace | None) -> tuple[str, ...] | None:
    return None if run is None else run.events


def test_an_event_is_possible_exactly_where_its_needs_hold_or_a_run_shows_where_not() -> None:
    assert Possible("push", [at("ajar")]).broken(DOOR) is None
    assert Possible("push", [at("ajar", "wide"), at("ajar", "shut")]).broken(DOOR) is None, "all of them"
    assert events(Possible("push", [at("ajar", "wide")]).broken(DOOR)) == ("open", "push"), "it should have been there"
    assert events(Possible("push", [at("wide")]).broken(DOOR)) == ("open", "push"), "it should not have been possible"
    assert events(Possible("open", []).broken(DOOR)) == ("open",), "nor anywhere else"
    assert events(Possible("lock", [at("wide")]).broken(DOOR)) == ("open", "push")
    assert Possible("lock", [at("gone")]).broken(DOOR) is None
    assert [Possible("push", [at(state)]).occurs(DOOR) for state in ("wide", "gone")] == [True, False]


def test_what_was_not_expanded_is_not_asked() -> None:
    """After one step the door is ajar, and what follows is not known."""
    part = Reading(explore(graph().system, depth=1))
    assert not part.graph.complete
    assert Possible("push", [at("gone")]).broken(part) is None
    assert events(Possible("open", [at("gone")]).broken(part)) == ("open",)


MOVES = (
    Move(("open",), lambda s: "ajar"), Move(("push",), lambda s: "wide"), Move(("close", "latch"), lambda s: "shut"),
)  # fmt: skip


def test_a_machine_changes_only_by_the_events_of_its_law_and_as_they_say() -> None:
    assert Changes("door", MOVES).broken(DOOR) is None
    assert events(Changes("door", MOVES[:1] + MOVES[2:]).broken(DOOR)) == ("open", "push")
    assert events(Changes("door", ()).broken(DOOR)) == ("open",)
    wrong = (Move(("close",), lambda s: "shut" if s == "ajar" else s), *MOVES[:2])
    assert events(Changes("door", wrong).broken(DOOR)) == ("open", "push", "close")
    nowhere = (Move(("open",), lambda s: "gone"), *MOVES[1:])
    assert events(Changes("door", nowhere).broken(DOOR)) == ("open",)
    assert events(Changes("window", MOVES).broken(DOOR)) == (), "there is no such machine"
    assert Changes("lamp", ()).broken(DOOR) is None
    assert [Changes(name, ()).occurs(DOOR) for name in ("door", "lamp")] == [True, False]


def test_what_changes_nothing_where_it_should_breaks_the_law_of_moves() -> None:
    creaks = (*MOVES, Move(("creak",), lambda s: "shut"))
    assert events(Changes("door", creaks).broken(DOOR)) == ("open", "push", "creak")


def test_what_is_owed_is_of_the_system_and_else_a_run_ends_with_it() -> None:
    assert Owed("close").broken(DOOR) is None
    assert events(Owed("push").broken(DOOR)) == ("open", "push")
    assert Owed("lock").broken(DOOR) is None, "there is no such event"
    assert [Owed(name).occurs(DOOR) for name in ("push", "lock")] == [True, False]
    assert events(Owed("close").broken(Reading(graph(close=Kind.FAULT)))) == ("open", "close")


def test_what_never_is_and_what_must_end_is_decided_by_reach_and_lasso() -> None:
    assert Never(at("gone"), at("wide")).broken(DOOR) is None
    assert events(Never(at("wide"), at("shut")).broken(DOOR)) == ("open", "push")
    assert [Never(at(), at(state)).occurs(DOOR) for state in ("wide", "gone")] == [True, False]
    assert Ends(at("ajar", "wide")).broken(DOOR) is None, "the door closes by itself"
    stays = Ends(at("ajar", "wide"), without=("close",)).broken(DOOR)
    assert stays is not None
    assert stays.events[0] == "open"
    assert Ends(at("ajar", "wide"), excused=at("ajar", "wide"), without=("close",)).broken(DOOR) is None
    assert [Ends(at(state)).occurs(DOOR) for state in ("wide", "gone")] == [True, False]


def test_what_several_laws_ask_is_looked_up_once_and_is_right() -> None:
    reading = Reading(graph())
    for _ in range(2):
        assert reading.where([at("ajar")]).sum() == 1
        assert reading.where([]).sum() == 3
        assert reading.where([at("ajar"), at("wide")]).sum() == 0
        assert len(reading.steps("close")) == 2
        assert len(reading.steps("lock")) == 0
    less = reading.owing_less(("close",))
    assert less is reading.owing_less(("close",))
    assert reading.owing_less(()) is reading.graph
    assert {event.name: event.kind for event in less.system.events} == {**KINDS, "close": Kind.FAULT}
    assert reading.until(0).events == ()
