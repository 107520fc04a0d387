"""Causes: planted ones are found, and what has nothing to do with it is never named."""

from __future__ import annotations

from collections.abc import Iterable

from mealspec.core import At, Cause, Claim, Event, Form, How, Kind, Machine, Predicate, System, Trace, because, causes
from mealspec.core.explain import LISTED

S, U, F = Kind.SYSTEM, Kind.USER, Kind.FAULT
Rows = list[tuple[str, str, str]]


def system(machines: dict[str, Rows], kinds: dict[Kind, str]) -> System:
    """Machines from the source of their first row; each event takes those that have it. A bell hangs beside."""
    made = [Machine.table(name, rows[0][1], rows) for name, rows in machines.items()]
    bell = [("ring", "still", "still"), ("crack", "still", "cracked"), ("ring", "cracked", "cracked")]
    made.append(Machine.table("bell", "still", bell))
    kinds = {S: kinds.get(S, ""), U: f"{kinds.get(U, '')} ring", F: f"{kinds.get(F, '')} crack"}
    events = [
        Event(name, kind, "x", tuple(m.name for m in made if name in m.alphabet))
        for kind, names in kinds.items()
        for name in names.split()
    ]
    return System(made, events)


def claim(form: Form, bad: Predicate) -> Claim:
    return Claim("claim", "", form, bad)


def at(machine: str, *states: str) -> At:
    return At(machine, lambda state: state in states)


def found(parts: System, events: Iterable[str], wanted: Claim, loop: int | None = None) -> list[Cause]:
    return causes(Trace.of(parts, list(events), loop), wanted)


# ---------------------------------------------------------------------- planted causes


MUTEX = system(
    {
        p: [(f"{p}.look", "out", "looked"), (f"{p}.enter", "looked", "in"), (f"{p}.leave", "in", "done")]
        for p in ("p", "q")
    },
    {S: "p.look q.look p.enter q.enter p.leave q.leave"},
)
BOTH = claim(Form.NEVER, at("p", "in") & at("q", "in"))


def test_two_in_one_room_are_there_because_the_second_did_not_wait() -> None:
    run = ["p.look", "ring", "crack", "q.look", "p.enter", "ring", "q.enter"]
    assert found(MUTEX, run, BOTH) == [Cause(7, How.ORDER, (), ("p.leave",), None)]


def test_what_comes_after_the_harm_is_not_asked_and_tells_how_late_it_was() -> None:
    run = ["p.look", "q.look", "p.enter", "q.enter", "crack", "p.leave", "q.leave"]
    assert found(MUTEX, run, BOTH) == [Cause(4, How.ORDER, (), ("p.leave",), 6)]


MAIL = system(
    {
        "letter": [("post", "none", "sent"), ("lose", "sent", "lost"), ("deliver", "sent", "here")],
        "clock": [("strike", "one", "two")],
    },
    {S: "deliver strike", U: "post", F: "lose"},
)
UNREAD = claim(Form.FOREVER, at("letter", "sent", "lost"))


def test_a_lost_letter_is_lost_because_of_the_loss() -> None:
    run = ["crack", "ring", "post", "strike", "lose", "ring"]
    assert found(MAIL, run, UNREAD) == [Cause(5, How.WITHOUT)]


def test_a_run_that_can_still_end_well_has_no_causes() -> None:
    assert found(MAIL, ["post", "crack"], UNREAD) == []


def test_a_claim_about_rest_is_decided_in_the_same_way() -> None:
    assert found(MAIL, ["post", "lose", "strike"], claim(Form.QUIESCENT, at("letter", "lost"))) == [
        Cause(2, How.WITHOUT)
    ]


def two_routes() -> System:
    """News that two routes can bring, each of which a fault can close."""
    wire = Machine.table("wire", "whole", [("cut", "whole", "cut"), ("wired", "whole", "whole")])
    radio = Machine.table("radio", "clear", [("jam", "clear", "jammed"), ("aired", "clear", "clear")])
    news = Machine.table("news", "new", [("wired", "new", "known"), ("aired", "new", "known")])
    bell = Machine.table("bell", "whole", [("crack", "whole", "cracked")])
    kinds = {"cut": F, "jam": F, "crack": F, "wired": S, "aired": S}
    parts = [wire, radio, news, bell]
    return System(
        parts, [Event(e, kind, "x", tuple(m.name for m in parts if e in m.alphabet)) for e, kind in kinds.items()]
    )


def test_of_three_faults_the_two_that_it_took_are_named_and_the_third_is_not() -> None:
    unknown = claim(Form.FOREVER, at("news", "new"))
    assert found(two_routes(), ["jam", "crack", "cut"], unknown) == [Cause(1, How.WITHOUT), Cause(3, How.WITHOUT)]
    assert found(two_routes(), ["jam", "crack"], unknown) == [], "one route is left"


def test_of_two_faults_of_which_one_is_enough_both_are_named_together() -> None:
    rows = [("burn", "whole", "burnt"), ("drown", "whole", "drowned"), ("drown", "burnt", "burnt")]
    house = Machine.table("house", "whole", [*rows, ("burn", "drowned", "drowned")])
    roof = Machine.table("roof", "dry", [("drown", "dry", "wet")])
    events = [Event("burn", F, "x", ("house",)), Event("drown", F, "x", ("house", "roof"))]
    run = Trace.of(System([house, roof], events), ["burn", "drown"])
    (cause,) = causes(run, claim(Form.FOREVER, at("house", "burnt", "drowned")))
    assert cause == Cause(1, How.WITHOUT, (2,))
    assert (
        because(run, cause, "it would stand") == "step 1 (burn): without it and without step 2 (drown), it would stand"
    )


def test_a_loop_goes_on_because_somebody_keeps_pressing() -> None:
    lamp = [("dim", "bright", "dark"), ("press", "dark", "bright"), ("settle", "dark", "off")]
    parts = system({"lamp": lamp}, {S: "dim settle", U: "press"})
    run = ["ring", "dim", "press", "ring", "dim", "press"]
    restless = claim(Form.FOREVER, at("lamp", "bright", "dark"))
    assert found(parts, run, restless, loop=4) == [Cause(6, How.WITHOUT)]
    assert found(parts, run, claim(Form.FOREVER, at("lamp", "dark")), loop=4) == [], "it is bright again and again"


def test_where_chance_decides_a_chance_is_all_that_is_claimed() -> None:
    coin = [("heads", "up", "won"), ("tails", "up", "lost"), ("throw", "down", "up")]
    parts = system({"coin": [coin[2], *coin[:2]]}, {S: "heads tails", U: "throw"})
    lost = claim(Form.FOREVER, at("coin", "lost"))
    assert found(parts, ["throw", "tails"], lost) == [Cause(2, How.ORDER, (), ("heads",), None)]
    box = [("open", "shut", "ajar"), ("heads", "ajar", "won"), ("tails", "ajar", "lost"), ("burn", "shut", "lost")]
    parts = system({"box": box}, {S: "open heads tails", F: "burn"})
    run = Trace.of(parts, ["burn"])
    (cause,) = causes(run, claim(Form.FOREVER, at("box", "lost")))
    assert cause == Cause(1, How.LAST)
    assert because(run, cause, "it would be won") == "step 1 (burn): with it went the last chance that it would be won"


def test_a_better_order_that_is_certain_is_named_before_one_that_is_a_chance_and_of_chances_the_first() -> None:
    """Who draws from a shut box has lost; from one that is opened first, or peeked into, a coin decides; from one that
    is unlocked, he wins."""
    rows = [("draw", "shut", "lost"), ("open", "shut", "ajar"), ("peek", "shut", "seen"), ("unlock", "shut", "free")]
    rows += [("draw", "ajar", "thrown"), ("draw", "seen", "thrown"), ("draw", "free", "won")]
    rows += [("heads", "thrown", "won"), ("tails", "thrown", "lost")]

    def cause(*without: str) -> Cause:
        box = [row for row in rows if row[0] not in without and not {"unlock", "open", "peek"} <= {*without}]
        parts = system({"box": box}, {S: " ".join(dict.fromkeys(event for event, *_ in box))})
        (one,) = found(parts, ["ring", "draw"], claim(Form.FOREVER, at("box", "lost")))
        return one

    assert cause() == Cause(2, How.ORDER, (), ("unlock",), None)
    rows.remove(("draw", "free", "won"))
    assert cause("unlock") == Cause(2, How.RISK, (), ("open",), None)
    rows.remove(("draw", "ajar", "thrown"))
    assert cause("unlock", "open") == Cause(2, How.RISK, (), ("peek",), None)


def test_too_many_futures_give_no_causes() -> None:
    run = Trace.of(MAIL, ["post", "lose"])
    assert causes(run, UNREAD)
    assert causes(run, UNREAD, limit=0) == []


# ---------------------------------------------------------------------- in words


def desk(instead: str = "hand over", tells: str = "the desk was {desk}") -> Trace:
    """A parcel that comes before the desk has been opened."""
    rows = [("open", "shut", "manned"), ("hand over", "manned", "manned"), ("send back", "shut", "shut")]
    parcel = [("arrive", "away", "here"), ("send back", "here", "gone"), ("hand over", "here", "given")]
    parts = [Machine.table("desk", "shut", rows), Machine.table("parcel", "away", parcel)]
    send = Event("send back", S, "x", ("desk", "parcel"), "refuse it", None, tells, instead)
    others = {"open": ("desk",), "hand over": ("desk", "parcel"), "arrive": ("parcel",)}
    return Trace.of(
        System(parts, [send, *(Event(name, S, "x", takes, f"{name} it") for name, takes in others.items())]),
        ["arrive", "send back", "open"],
    )


GONE = claim(Form.FOREVER, at("parcel", "gone", "here"))


def told(run: Trace) -> list[str]:
    return [because(run, cause, "it would be given") for cause in causes(run, GONE)]


def test_the_sentence_says_what_was_so_what_came_too_late_and_what_it_would_have_done() -> None:
    assert told(desk()) == [
        "step 2 (refuse it): the desk was shut; had 'open it' (step 3) come first, "
        "'hand over it' would have taken its place, and it would be given"
    ]
    assert told(desk(instead="", tells="")) == [
        "step 2 (refuse it): had 'open it' (step 3) come first, it would be given"
    ]


def test_the_sentence_says_since_when_a_state_was_so() -> None:
    run = desk(tells="the parcel was {parcel}")
    assert "the parcel was here since step 1 (arrive it); had" in told(run)[0]


def test_many_events_are_named_by_the_first_and_the_last() -> None:
    run = desk()
    names = ("arrive", "hand over", "hand over", "send back", "open")
    assert len(names) > LISTED
    text = because(run, Cause(2, How.RISK, (), names, 3), "it would be given")
    assert "had all from 'arrive it' to 'open it' (step 3) come first, there would have been a chance that" in text


def test_of_several_events_the_step_is_that_of_the_last() -> None:
    text = because(desk(), Cause(2, How.RISK, (), ("arrive", "open"), 3), "it would be given")
    assert "had 'arrive it' and 'open it' (step 3) come first, " in text
