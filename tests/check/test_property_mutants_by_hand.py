"""How mutants of what must hold are judged: by lamps of which every verdict is known."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator
from dataclasses import dataclass
from types import SimpleNamespace

from mealspec.check import property_mutants as subject
from mealspec.check.pool import Model, Pool
from mealspec.check.property_mutants import HOMES, PINNED, Fate, Home, Key, Outcome, survey
from mealspec.core import At, Claim, Event, Form, Kind, Machine, System, explore
from mealspec.core.assertion import Changes, Move, Owed
from mealspec.model.scope import Scope


def lamp(*rows: tuple[str, str, str]) -> System:
    machine = Machine.table("lamp", "off", rows)
    return System([machine], [Event(name, Kind.USER, "x", ("lamp",)) for name in machine.alphabet])


WORDS = lamp(("on", "off", "lit"), ("out", "lit", "dark"), ("break", "lit", "broken"))
"""All that a lamp may be."""

DIM, DARK = (("on", "off", "lit"),), (("on", "off", "lit"), ("out", "lit", "dark"))
LAMPS = Pool([Model("first", explore(lamp(*DIM))), Model("second", explore(lamp(*DARK)))], WORDS)


def never(*states: str) -> Claim:
    return Claim(f"never {'/'.join(states)}", "", Form.NEVER, At("lamp", lambda s: s in states))


def judged(old: list[Claim], new: list[Claim]) -> Outcome:
    return subject._judge(LAMPS, "lamps", "a change", tuple(old), tuple(new))


def test_a_change_is_noticed_by_the_first_model_whose_verdict_is_another() -> None:
    assert judged([never("dark")], [never("broken")]) == Outcome("lamps", "a change", Fate.NOTICED, "second")
    assert judged([never("lit")], [never("dark")]) == Outcome("lamps", "a change", Fate.NOTICED, "first")
    assert judged([never("dark"), never("broken")], [never("broken")]).fate is Fate.NOTICED, "one of two is gone"


def test_what_no_model_reaches_says_the_same() -> None:
    assert judged([never("broken")], [never("gone")]) == Outcome("lamps", "a change", Fate.SAME)
    assert judged([never("lit"), never("broken")], [never("lit")]).fate is Fate.SAME
    assert judged([never("lit")], [never("lit", "broken")]).fate is Fate.SAME


def test_where_only_a_state_is_judged_otherwise_it_is_made_a_situation() -> None:
    """Both are violated in both lamps, for it is lit; one that is dark from the beginning tells."""
    found = judged([never("lit", "dark")], [never("lit")])
    assert (found.fate, found.by) == (Fate.SITUATION, "state 2 of second")
    assert str(found) == "lamps: a change: noticed in a situation (state 2 of second)"
    assert str(Outcome("lamps", "a change", Fate.SAME)) == "lamps: a change: says the same"


def test_of_many_outcomes_the_clearest_is_told() -> None:
    same, situation, noticed = (Outcome("x", str(fate), fate) for fate in (Fate.SAME, Fate.SITUATION, Fate.NOTICED))
    for order, best in (
        ([same, situation, noticed], noticed), ([same, situation, same], situation), ([noticed], noticed),
        ([same, same], same), ([situation, same], situation),
    ):  # fmt: skip
        assert subject._clearest(order) == best


@dataclass
class Judge:
    """One that finds what it is told to find, but for what is done."""

    fates: dict[str, Fate]
    by: str

    def judged(self, done: Container[Key] = (), only: Callable[[str], bool] = lambda name: True) -> Iterator[Outcome]:
        for change, fate in self.fates.items():
            if ("about", change) not in done and only("about"):
                yield Outcome("about", change, fate, self.by)


def test_what_is_told_apart_is_not_asked_again_and_what_says_the_same_is() -> None:
    first = Judge({"a": Fate.NOTICED, "b": Fate.SAME, "c": Fate.SITUATION, "d": Fate.SAME}, "first")
    second = Judge({"a": Fate.SAME, "b": Fate.NOTICED, "c": Fate.NOTICED, "d": Fate.SAME}, "second")
    found = {change: (outcome.fate, outcome.by) for (_, change), outcome in survey([first, second]).items()}
    assert found == {
        "a": (Fate.NOTICED, "first"), "b": (Fate.NOTICED, "second"), "c": (Fate.SITUATION, "first"),
        "d": (Fate.SAME, "second"),
    }  # fmt: skip
    assert survey([first], lambda name: False) == {}


def test_a_law_of_moves_is_weakened_by_each_event_of_each_move() -> None:
    moves = (Move(("on", "up"), lambda s: "lit"), Move(("out",), lambda s: "dark"))
    found = {what: rule.moves for what, rule in subject._of_moves(Changes("lamp", moves))}  # type: ignore[attr-defined]
    assert {what: tuple(move.events for move in some) for what, some in found.items()} == {
        "not by on": (("up",), ("out",)), "not by up": (("on",), ("out",)), "not by out": (("on", "up"), ()),
    }  # fmt: skip


CALM = Home("published", Scope(connections=1, faults=0))


def test_each_part_of_each_claim_and_of_its_excuse_is_changed_and_the_others_stay() -> None:
    state = CALM.words.machines[CALM.words.position["job.m1"]].states[1]
    fact = At("job.m1", lambda s: s == state)
    plain, excused = Claim("a", "", Form.NEVER, fact), Claim("b", "", Form.FOREVER, fact, fact)
    changed = dict(subject._changed(CALM, (plain, excused)))
    assert all(what.startswith(("a: ", "b: ", "b, excuse: ")) for what in changed)
    for name, k in (("a", 0), ("b", 1), ("b, excuse", 1)):
        for what in ("always", "never"):
            new = changed[f"{name}: {what}"]
            assert new[1 - k] is (plain, excused)[1 - k]
            asked = new[k].excuse if "excuse" in name else new[k].wrong
            assert asked is not None
            assert bool(asked.holds({"job.m1": state})) is (what == "always")


def test_a_property_is_restricted_to_the_first_meal_or_connection_where_there_are_several() -> None:
    def restricted(meals: int, connections: int) -> set[str]:
        home = Home("published", Scope(meals=meals, connections=connections, faults=0), parts=False)
        return {what for _, what, _ in subject._restricted(home)}

    assert restricted(1, 1) == set()
    assert restricted(1, 2) == {"the first of the connections only"}
    assert restricted(2, 1) == {"the first of the meals only"}
    assert restricted(2, 2) == {"the first of the meals only", "the first of the connections only"}


def test_where_mutants_are_asked_is_one_connection_first_and_several_only_for_whole_properties() -> None:
    assert [home.parts for home in HOMES] == [home.scope.connections == home.scope.meals == 1 for home in HOMES]
    assert {home.scope.faults for home in HOMES} == {0, 1, None}
    assert all(home.design == "hardened" and home.scope.connections <= 2 and not home.changed for home in PINNED)
    assert str(HOMES[0]) == "hardened, 1 meal, 1 connection, no faults"


def test_an_event_that_is_not_owed_is_told_apart_where_it_happens_and_nowhere_else() -> None:
    """The lamp is to be lit. In another one it never goes out, so nobody can tell whether that is owed."""
    machine = Machine.table("lamp", "off", [("on", "off", "lit"), ("out", "lit", "dark")])
    events = [Event(name, Kind.SYSTEM, "x", ("lamp",)) for name in ("on", "out")]
    whole, dim = System([machine], events), System([machine.keeping(lambda row: row.event == "on")], events[:1])
    for system, fate in ((whole, Fate.NOTICED), (dim, Fate.SAME)):
        home = SimpleNamespace(own=Pool([Model("own", explore(system))], system))
        found = subject._of_debt(home, "a law", Owed("out"))  # type: ignore[arg-type]
        assert (found.about, found.change, found.fate) == ("a law", "not owed", fate)
        assert found.by == ("'out' becomes a fault" if fate is Fate.NOTICED else "")
