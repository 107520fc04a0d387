"""The page for somebody who does not see it: what a browser hands to a screen reader, and the keys alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.explore.browser import CHROMIUM, MISSING, Browser

pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("explorer"),
    pytest.mark.skipif(CHROMIUM is None, reason=MISSING),
]

NAMED = {
    "button", "combobox", "checkbox", "searchbox", "textbox", "DisclosureTriangle", "link", "table", "list", "image",
    "navigation", "region", "heading",
}  # fmt: skip
"""Roles that a reader goes to, or that begin something, and that say nothing without a name."""


@dataclass(frozen=True)
class Heard:
    """Something that a screen reader says: what it is, its name, and where it stands in the document."""

    role: str
    name: str
    node: int


def heard(page: Browser) -> Iterator[Heard]:
    """All that is there to be heard, in order."""
    for node in page.call("Accessibility.getFullAXTree")["nodes"]:
        if not node.get("ignored") and "backendDOMNodeId" in node:
            name = node.get("name", {}).get("value", "")
            yield Heard(node["role"]["value"], name.strip(), node["backendDOMNodeId"])


def go(page: Browser, role: str, name: str, key: str = "Enter") -> None:
    """Go to the one thing with this role whose name begins so, and press a key."""
    (found,) = [each for each in heard(page) if each.role == role and each.name.startswith(name)]
    page.call("DOM.focus", backendNodeId=found.node)
    page.press(key)


def told(page: Browser) -> str:
    """What is said of itself after each step."""
    return page.text("#told")


def test_whatever_one_goes_to_has_a_name_without_signs(page: Browser) -> None:
    page.run("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    go(page, "button", "See the flaw")
    go(page, "button", "What repairs it?")
    every = [each for each in heard(page) if each.role in NAMED]
    assert {"button", "combobox", "checkbox", "searchbox", "textbox", "table", "list"} <= {each.role for each in every}
    assert [each for each in every if not each.name] == []
    assert [each for each in every if set(each.name) & set("◀▶|")] == []


def test_the_flaw_and_its_repair_are_found_by_keys_and_ears(page: Browser) -> None:
    go(page, "button", "See the flaw")
    said = [each.name for each in heard(page)]
    assert any("without it, every finished meal would be shown" in name for name in said)
    go(page, "button", "What repairs it?")
    assert told(page) in [each.name for each in heard(page)]
    assert "Below, the same events in both." in told(page)
    assert any(each.role == "table" and each.name == "The same events, side by side" for each in heard(page))


def test_a_step_is_said_and_the_next_one_is_at_hand(page: Browser) -> None:
    for name in ("save m1", "screen appears"):
        go(page, "button", name)
        assert told(page).startswith("Step ")
        assert name.split(":")[0] in told(page)
        assert page.run("Boolean(document.activeElement.dataset.event)"), "the place among what can happen is lost"


def test_no_name_is_noticed(page: Browser) -> None:
    page.run("document.querySelector('[data-do=flaw]').replaceChildren()")
    assert any(each.role == "button" and not each.name for each in heard(page))
