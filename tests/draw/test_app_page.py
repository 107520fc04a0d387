"""The page of the seed and the app says what the tables say, in order, and its figures are those of the runs."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from mealspec.draw.app import PATH, app, steps, told
from mealspec.draw.page import references
from mealspec.model.mechanism import CATALOGUE
from mealspec.properties.evidence import FACTS, LEFT_OUT
from mealspec.properties.shown import never, prints, run, violated
from mealspec.properties.worlds import CONTRASTS

FOLDER = Path(__file__).parents[2] / "diagrams"


@cache
def text() -> str:
    return app().text


@pytest.mark.slow
def test_it_is_as_it_is_committed() -> None:
    assert (FOLDER / PATH).read_text(encoding="utf-8") == text(), "run 'mealspec draw'"


@pytest.mark.slow
def test_every_contrast_stands_there_with_all_that_shows_it() -> None:
    sections = text().split("\n## ")[1 : len(CONTRASTS) + 1]
    for row, section in zip(CONTRASTS, sections, strict=True):
        assert section.casefold().startswith(row.matter.casefold())
        assert f"| {row.seed} | {row.app} | {row.follows} |" in section
        assert section.count("\n- ") == len(row.shown)


def test_every_fact_is_a_place_to_which_links_lead() -> None:
    assert re.findall(r'<a id="(E\d+)"></a>', text()) == list(FACTS)
    assert all(fact.sentence in text() for fact in FACTS.values())
    assert {*re.findall(r"app\.md#(\w+)", text())} <= set(FACTS)
    assert references("reference/mechanisms.md", ["E12", "F1"]) == "[E12](../app.md#E12), [F1](traceability.md#F1)"


def test_every_mechanism_to_which_it_leads_exists() -> None:
    assert {*re.findall(r"mechanisms\.md#(\w+)", text())} <= {*CATALOGUE}


def test_what_is_left_out_stands_there_with_its_reason() -> None:
    assert all(f"| {each.what} | {each.reason} |" in text() for each in LEFT_OUT)


def test_a_run_is_told_with_its_length_and_a_verdict_with_its_property() -> None:
    one = run("app_published", "network.fail_dial.c1 client.connected.c1", "dial")
    assert steps(one) == 4
    assert told(one, 4) == "a run in 4 steps of `app_published` (dial): `network.fail_dial.c1` … `client.connected.c1`"
    assert told(never("app_published", "client.failed")) == "no run of `app_published`: `client.failed`"
    where = "reference/properties.md#delivery"
    assert told(violated("app_head", "delivery")) == f"[delivery]({where}) of `app_head`: violated"
    assert told(prints("app_head", "client.ping", "sent")) == "`client.ping` of `app_head` prints “sent”"
    assert steps(violated("app_head", "delivery")) == 0
