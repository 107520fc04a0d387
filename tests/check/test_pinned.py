"""What every check of a design finds, pinned: the size of the search and the verdict on each property.

A change of the model that changes any of it fails here, with the new figures to paste into ``pinned.toml`` once
they are understood. That each counterexample is one is judged anew, step by step.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest

from mealspec.check.verify import Report, verify
from mealspec.model.design import DESIGNS, design
from mealspec.model.product import system
from mealspec.model.scope import ASPECTS, DEFAULT_ASPECTS, FAULTS, Scope
from mealspec.properties.catalogue import PROPERTIES, Property
from mealspec.properties.expected import Verdict, expected, pins
from mealspec.properties.facts import Facts

Entry = Mapping[str, Any]
Judge = Callable[[Facts, Property, Sequence[str], int | None], str]

PINNED = [pin.entry for pin in pins()]
USUAL = {"without": [], "engine": "explicit"}
"""What an entry does not say."""

FURTHER = [item for item in (*FAULTS, *ASPECTS) if item not in DEFAULT_ASPECTS]


def scope_of(entry: Entry) -> Scope:
    return next(pin.scope for pin in pins() if pin.entry is entry)


def name_of(entry: Entry) -> str:
    items = [*entry["with"], *(f"no-{item}" for item in entry.get("without", ()))]
    return "-".join([entry["design"], f"c{entry['connections']}", f"f{entry['faults']}", *items])


def measured(report: Report) -> Entry:
    """The entry that this report would pin."""
    faults: Any = "any" if report.scope.faults is None else report.scope.faults
    less = [item for item in DEFAULT_ASPECTS if item not in report.scope]
    found = {
        "design": report.design,
        "connections": report.scope.connections,
        "faults": faults,
        "with": [item for item in FURTHER if item in report.scope],
        "without": less,
        "engine": report.engine,
        "states": report.states,
        "transitions": report.transitions,
        "depth": report.depth,
        "violated": [f.id for f in report.findings if f.verdict is Verdict.VIOLATED],
        "vacuous": [f.id for f in report.findings if f.verdict is Verdict.VACUOUS],
    }
    return {key: value for key, value in found.items() if value not in (USUAL.get(key, ()), None)}


def text(entry: Entry) -> str:
    """The entry as it stands in the file."""
    lines = ["[[pinned]]"]
    for key, value in entry.items():
        shown = f'"{value}"' if isinstance(value, str) else str(value).replace("'", '"')
        lines.append(f"{key} = {shown}")
    return "\n".join(lines) + "\n"


def check(entry: Entry, doubts: Judge) -> None:
    plan, scope = design(entry["design"]), scope_of(entry)
    report = verify(plan, scope, engine=entry.get("engine", "explicit"))
    assert report.complete
    assert [finding.id for finding in report.findings] == list(PROPERTIES)
    assert {finding.verdict for finding in report.findings} <= {Verdict.HOLDS, Verdict.VIOLATED, Verdict.VACUOUS}
    now = measured(report)
    assert now == {key: value for key, value in entry.items() if key != "slow"}, f"it is now\n{text(now)}"
    facts = Facts(plan, scope, system(plan, scope))
    for finding in report.findings:
        if finding.verdict is Verdict.VIOLATED:
            assert doubts(facts, PROPERTIES[finding.id], finding.trace, finding.loop) == ""
        else:
            assert finding.trace == ()
            assert finding.loop is None
        assert finding.as_expected


def these(slow: bool) -> list[Any]:
    return [pytest.param(entry, id=name_of(entry)) for entry in PINNED if entry.get("slow", False) is slow]


@pytest.mark.sample(24)
@pytest.mark.parametrize("entry", these(slow=False))
def test_a_small_check_finds_what_is_pinned(entry: Entry, doubts: Judge) -> None:
    check(entry, doubts)


@pytest.mark.slow
@pytest.mark.more
@pytest.mark.parametrize("entry", these(slow=True))
def test_a_large_check_finds_what_is_pinned(entry: Entry, doubts: Judge) -> None:
    check(entry, doubts)


def test_the_table_covers_every_design_with_one_connection_and_everything_one_at_a_time() -> None:
    names = Counter(name_of(entry) for entry in PINNED)
    assert not [name for name, count in names.items() if count > 1]
    small = {f"{name}-c1-f{faults}" for name in DESIGNS for faults in (0, 1, "any")}
    listed = ("app_before", "app_published", "app_head")  # a day is that of a list which shows what is stored
    small |= {f"{name}-c1-fany-{item}" for name in DESIGNS for item in FURTHER if item != "day" or name in listed}
    assert small <= names.keys()
    assert {f"{name}-c2-f0" for name in DESIGNS} <= names.keys()


def test_the_table_covers_the_default_scope_and_everything_together_where_that_is_claimed() -> None:
    names, everything = {name_of(entry) for entry in PINNED}, "-".join(FURTHER)
    assert {f"{name}-c2-fany" for name in DESIGNS} <= names
    assert {f"hardened-c{n}-fany-{everything}" for n in (1, 2)} | {f"app_head-c1-fany-{everything}"} <= names


def test_what_is_pinned_is_what_the_command_line_expects() -> None:
    for pin in pins():
        said = {name: expected(design(pin.design), pin.scope, name) for name in PROPERTIES}
        for key in (Verdict.VIOLATED, Verdict.VACUOUS):
            assert {name for name, verdict in said.items() if verdict is key} == set(pin.entry[key])


def test_a_scope_that_contains_the_default_one_is_expected_to_violate_what_any_pinned_part_of_it_does() -> None:
    further = Scope(meals=2, connections=3).with_(["upload", "screen"])
    lost = expected(DESIGNS["before"], further, "no-lost-submission")
    assert (lost, expected(DESIGNS["before"], Scope(), "no-lost-submission")) == (Verdict.VIOLATED, Verdict.HOLDS)
    assert expected(DESIGNS["hardened"], further, "no-lost-submission") is Verdict.HOLDS


def test_nothing_is_expected_of_what_is_not_pinned() -> None:
    for plan, scope in (
        (design("before+reconnect"), Scope()),
        (DESIGNS["before"], Scope().without(["push"])),
        (DESIGNS["before"], Scope(faults=3)),
        (DESIGNS["before"], Scope(connections=1).with_(["screen", "path"])),
    ):
        assert {expected(plan, scope, name) for name in PROPERTIES} == {None}


def test_hardened_violates_nothing_and_every_other_design_loses_meals() -> None:
    """The app's latest code fetches what is unfinished, and loses meals only where uploads fail or a second view model
    takes the messages."""
    for entry in PINNED:
        if entry["design"] != "app_head":
            assert ("delivery" in entry["violated"]) is (entry["design"] != "hardened")
        assert (entry["violated"] == []) is (entry["design"] == "hardened")
    lost = [entry for entry in PINNED if entry["design"] == "app_head" and "no-lost-submission" in entry["violated"]]
    assert lost


def within(small: Entry, large: Entry) -> bool:
    """Whether every run of the small scope is one of the large."""
    fewer = large["faults"] == "any" or (small["faults"] != "any" and small["faults"] <= large["faults"])
    return (
        fewer and small["connections"] <= large["connections"] and scope_of(small).includes <= scope_of(large).includes
    )


def test_a_larger_scope_violates_whatever_a_smaller_one_does() -> None:
    pairs = 0
    for small in PINNED:
        for large in PINNED:
            if small["design"] == large["design"] and small is not large and within(small, large):
                assert set(small["violated"]) <= set(large["violated"])
                assert small["states"] <= large["states"]
                pairs += 1
    assert pairs > 50
