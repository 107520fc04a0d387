"""A system in TLA+: every machine, event, action and claim is there, and fairness is owed as we read it."""

from __future__ import annotations

import re

from mealspec.core import Claim, Event, Form, Kind, Machine, System, all_of
from mealspec.core.external.tla import claim_names, config, noting, tla

Toy = tuple[System, list[Claim]]


def definition(text: str, name: str) -> str:
    """What stands behind the name."""
    found = re.search(rf"^{name} ==\s(.*?)(?=^\S|\Z)", text, re.M | re.S)
    assert found, name
    return found[1].strip()


def test_an_event_is_guard_effect_unchanged(toy: Toy) -> None:
    text = tla(*toy)
    assert re.sub(r"\s+", " ", definition(text, "on")) == (
        '/\\ the_lamp = "off" /\\ hand = "there" /\\ the_lamp\' = "lit" /\\ UNCHANGED <<hand, calm>>'
    )
    assert "UNCHANGED <<the_lamp, hand, calm>>" in definition(text, "care_flicker"), "it changes nothing"


def test_a_state_is_its_label(toy: Toy) -> None:
    assert '\\*   "off", "lit", "no light", "mended"\n' in tla(*toy)
    odd = Machine.table("m", 'say "hi"', [("go", 'say "hi"', "back\\slash")])
    text = tla(System([odd], [Event("go", Kind.USER, "x", ("m",))]))
    assert definition(text, "go") == '/\\ m = "say \\"hi\\""\n  /\\ m\' = "back\\\\slash"'


def test_all_events_are_in_the_next_step_by_what_is_owed_of_them(toy: Toy) -> None:
    text = tla(*toy)
    assert definition(text, "System").split("\\/") == ["", " care_flicker\n  ", " care_off\n  ", " mend\n  ", " settle"]
    assert definition(text, "Users").split() == ["\\/", "on", "\\/", "go", "\\/", "come"]
    assert definition(text, "Faults") == "~calm /\\ \\/ break"
    assert definition(text, "Next") == "System \\/ Users \\/ Faults"


def test_fairness_is_owed_to_an_action_where_it_must_change_something(toy: Toy) -> None:
    fairness = definition(tla(*toy), "Fairness")
    assert fairness.split("\n  ") == [
        '/\\ WF_vars(the_lamp # "lit" /\\ care)',
        "/\\ WF_vars(mend)",
        "/\\ WF_vars(settle)",
    ]


def test_a_claim_is_a_formula_that_holds(toy: Toy) -> None:
    text = tla(*toy)
    assert definition(text, "whole") == '~(the_lamp = "no light")'
    assert definition(text, "off") == '~(Quiescent /\\ the_lamp = "lit")'
    assert definition(text, "is_mended") == '~(<>[](calm /\\ the_lamp = "no light"))'
    assert definition(text, "when_there") == '~(<>[](calm /\\ the_lamp = "no light") /\\ []<>(hand = "there"))'


def test_without_faults_nothing_waits_for_them_to_end() -> None:
    lamp = Machine.table("lamp", "off", [("on", "off", "lit")])
    system = System([lamp], [Event("on", Kind.SYSTEM, "x", ("lamp",))])
    text = tla(system, [Claim("c", "", Form.FOREVER, all_of([]))])
    assert "calm" not in text.lower()
    assert definition(text, "FairSpec") == "Init /\\ [][Next]_vars /\\ Fairness"


def test_nothing_is_owed_where_the_system_does_nothing() -> None:
    lamp = Machine.table("lamp", "off", [("on", "off", "lit")])
    text = tla(System([lamp], [Event("on", Kind.USER, "x", ("lamp",))]))
    assert definition(text, "System") == "FALSE"
    assert definition(text, "Fairness") == "TRUE"


def test_names_that_mean_something_else_are_avoided() -> None:
    rows = [("Next", "a", "b"), ("CASE", "b", "a"), ("x.y", "a", "b"), ("x-y", "a", "b")]
    machine = Machine.table("vars", "a", rows)
    events = [Event(name, Kind.SYSTEM, "x", ("vars",)) for name in ("Next", "CASE", "x.y", "x-y")]
    text = tla(System([machine], events), [Claim("Spec", "", Form.NEVER, all_of([]))])
    defined = re.findall(r"^(\w+) ==", text, re.M)
    assert len(defined) == len(set(defined))
    assert {"Next_2", "CASE_2", "x_y", "x_y_2", "Spec_2"} <= set(defined)
    assert "vars_2" in text.split("VARIABLES")[1].split("vars ==")[0]


def test_tlc_is_asked_about_invariants_of_one_specification_and_properties_of_the_other(toy: Toy) -> None:
    names = claim_names(*toy)
    safe = [names[claim.name] for claim in toy[1] if not claim.live]
    assert config(safe, live=False).splitlines()[:2] == ["SPECIFICATION Spec", "INVARIANT whole"]
    assert config(["goes_out"], live=True) == "SPECIFICATION FairSpec\nPROPERTY goes_out\n"


def test_the_module_is_called_as_its_file(toy: Toy) -> None:
    text = tla(*toy, module="Lamp")
    assert text.startswith("---- MODULE Lamp ----\n")
    assert text.endswith("\n====\n")


def test_an_initial_state_with_a_space_in_its_label_is_written_with_a_space() -> None:
    """Else TLC finds the initial state, which no event permits, and nothing else."""
    lamp = Machine.table("lamp", "no light", [("on", "no light", "lit")])
    text = tla(System([lamp], [Event("on", Kind.SYSTEM, "x", ("lamp",))]))
    assert definition(text, "Init") == definition(text, "on").splitlines()[0].strip() == '/\\ lamp = "no light"'


def test_all_that_is_asked_is_noted_by_its_number_in_one_invariant() -> None:
    """It is a conjunction of one note for each, and true where nothing is asked."""
    text = noting(["first", "second"], module="Lamp")
    assert definition(text, "NotedAll").split("\n") == ["/\\ Noted(1, first)", "  /\\ Noted(2, second)", "===="][:2]
    assert re.findall(r"TLCSet\((\d), FALSE\)", text) == ["1", "2"]
    assert text.splitlines()[:2] == ["---- MODULE Noting ----", "EXTENDS Lamp"]
    assert definition(noting([]), "NotedAll") == "TRUE"
