"""A system in Promela: every machine, event, action and claim is there, named as it should be."""

from __future__ import annotations

import re

import pytest

from mealspec.core import At, Claim, Event, Form, Kind, Machine, System, all_of
from mealspec.core.external.promela import claim_names, fair_words, promela

Toy = tuple[System, list[Claim]]


def block(text: str, begin: str, end: str = "}\n") -> str:
    """From the line that begins so to the first line that is the end."""
    found = re.search(rf"^{re.escape(begin)}.*?^{re.escape(end)}", text, re.M | re.S)
    assert found, begin
    return found[0]


def test_a_machine_is_a_variable_and_its_states_are_numbers(toy: Toy) -> None:
    assert block(promela(*toy), "/* the lamp", "\n") == (
        "/* the lamp: What shines /* in the dark * /. */\n"
        "#define the_lamp_is_off       0  /* off */\n"
        "#define the_lamp_is_lit       1  /* lit */\n"
        "#define the_lamp_is_no_light  2  /* no light */\n"
        "#define the_lamp_is_mended    3  /* mended */\n"
        "byte the_lamp = the_lamp_is_off;\n\n"
    )


def test_an_event_is_one_step_of_guard_and_effect(toy: Toy) -> None:
    text = promela(*toy)
    assert block(text, "/* on (light it)") == (
        "/* on (light it): user, of the user */\n"
        "inline on() {\n"
        "  d_step {\n"
        "    the_lamp == the_lamp_is_off && hand == hand_is_there ->\n"
        "    the_lamp = the_lamp_is_lit;\n"
        "  }\n"
        "}\n"
    )
    assert "the_lamp == the_lamp_is_lit\n" in block(text, "inline care_flicker()"), "it changes nothing"
    assert "!calm && the_lamp != the_lamp_is_no_light ->\n" in block(text, "inline break_2()"), "it is a fault"


def test_one_process_makes_all_steps_or_one_for_each_action_and_one_for_the_environment(toy: Toy) -> None:
    fair, whole = block(promela(*toy), "#ifdef FAIR\nactive", "#endif\n").split("#else\n")
    assert re.findall(r"proctype (\w+)", fair) == ["do_care", "do_mend", "do_settle", "environment"]
    assert re.findall(r":: (\w+)\(\)", block(fair, "active proctype do_care")) == ["care_flicker", "care_off"]
    environment = block(fair, "active proctype environment")
    assert re.findall(r":: (\w+)\(\)", environment) == ["on", "go", "come", "break_2"]
    assert "always_true" in environment
    assert "calm = true" in environment
    everything = ["on", "go", "come", "care_flicker", "care_off", "mend", "settle", "break_2"]
    assert re.findall(r":: (\w+)\(\)", whole) == everything
    assert re.findall(r"^inline (\w+)", promela(*toy), re.M) == everything


def test_a_claim_is_an_automaton_where_it_can_be_decided(toy: Toy) -> None:
    text = promela(*toy)
    named = {claim.name: name for claim, name in zip(toy[1], claim_names(*toy).values(), strict=True)}
    safety, liveness = block(text, "#ifndef FAIR", "#endif\n"), text[text.rindex("#ifdef FAIR") :]
    for claim in toy[1]:
        here, there = (liveness, safety) if claim.live else (safety, liveness)
        assert f"never {named[claim.name]} {{" in here
        assert f"never {named[claim.name]} {{" not in there
        assert claim.says in here
    assert "#define off_wrong (is_quiescent && the_lamp == the_lamp_is_lit)\n" in safety
    assert "#define goes_out_wrong (calm && the_lamp == the_lamp_is_lit)\n" in liveness
    assert "#define when_there_excuse (hand == hand_is_away)\n" in liveness


def test_without_faults_nothing_waits_for_them_to_end(toy: Toy) -> None:
    lamp = Machine.table("lamp", "off", [("on", "off", "lit")])
    system = System([lamp], [Event("on", Kind.SYSTEM, "x", ("lamp",))])
    assert "calm" not in promela(system, [Claim("c", "", Form.FOREVER, all_of([]))])
    assert "calm" in promela(*toy)


def test_names_that_mean_something_else_are_avoided_and_no_two_are_alike() -> None:
    rows = [("do", "a-b", "a.b"), ("od", "a.b", "a_b"), ("x.y", "a_b", "a-b"), ("x-y", "a_b", "a-b")]
    machine = Machine.table("register", "a-b", rows)
    other = Machine.table("skip", "0", [("do", "0", "0")])
    events = [Event(name, Kind.SYSTEM, "x", ("register",)) for name in ("od", "x.y", "x-y")]
    system = System([machine, other], [Event("do", Kind.SYSTEM, "x", ("register", "skip")), *events])
    text = promela(system, [Claim("od", "", Form.NEVER, At("skip", bool))])
    defined = re.findall(r"^(?:byte|inline|never|active proctype|#define) (\w+)", text, re.M)
    assert len(defined) == len(set(defined))
    assert not set(defined) & {"do", "od", "skip", "register"}
    assert re.findall(r"^byte (\w+)", text, re.M) == ["register_2", "skip_2"]


@pytest.mark.parametrize(("count", "kind"), [(256, "byte"), (257, "int")])
def test_a_variable_has_room_for_all_states(count: int, kind: str) -> None:
    rows = [("tick", str(k), str((k + 1) % count)) for k in range(count)]
    system = System([Machine.table("clock", "0", rows)], [Event("tick", Kind.SYSTEM, "x", ("clock",))])
    assert f"\n{kind} clock = clock_is_0;\n" in promela(system)


def test_no_line_could_be_taken_for_the_end_of_a_statement() -> None:
    """SPIN puts a semicolon after a line that could end a statement."""
    rows = [(f"go.{k}", f"a state with a long name {k}", f"a state with a long name {k + 1}") for k in range(30)]
    rows += [("jump", f"a state with a long name {k}", f"a state with a long name {k // 2}") for k in range(0, 30, 2)]
    machine = Machine.table("machine", "a state with a long name 0", rows)
    names = dict.fromkeys(row[0] for row in rows)
    text = promela(System([machine], [Event(name, Kind.SYSTEM, "x", ("machine",)) for name in names]))
    lines = block(text, "inline jump()").splitlines()[2:-2]
    assert len(lines) > 5, "it is long enough to be broken"
    assert all(line.endswith(("||", "&&", "->", ":", "(", ";")) for line in lines)
    assert all(len(line) <= 110 for line in lines)


@pytest.mark.parametrize("count", range(1, 14))
def test_fairness_has_room_for_every_process_and_no_word_more(count: int) -> None:
    """One process for each action, one for the environment, and two of SPIN's own; four to a word."""
    rows = [(f"e{k}", 0, 0) for k in range(count)]
    system = System([Machine.table("m", 0, rows)], [Event(name, Kind.SYSTEM, "x", ("m",)) for name, *_ in rows])
    assert 4 * (fair_words(system) - 1) <= count + 1 + 2 < 4 * fair_words(system)
