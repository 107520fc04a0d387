"""Designs by properties as a page: every failing cell leads to a counterexample."""

from __future__ import annotations

from mealspec.draw.charts import drawn, page_of
from mealspec.draw.page import Page, code, link, render
from mealspec.model.design import DESIGNS, Design
from mealspec.model.scope import Scope
from mealspec.properties.catalogue import PROPERTIES
from mealspec.properties.expected import Verdict, expected

PATH = "matrix.md"


def cell(here: str, plan: Design, name: str) -> str:
    """The verdict on one property of one design in the default scope, in a few characters of Markdown."""
    verdict = expected(plan, Scope(), name)
    if verdict is not Verdict.VIOLATED:
        return {Verdict.HOLDS: "✓ holds", Verdict.VACUOUS: "– vacuous"}.get(verdict or Verdict.UNCHECKED, "?")
    slug = f"{plan}-{name}"
    lengths = {each.chart.slug: len(each.chart.trace) for each in drawn()}
    return link(here, page_of(slug), f"✗ {lengths[slug]} steps")


def matrix() -> Page:
    """The page."""
    rows = [
        (link(PATH, f"reference/properties.md#{name}", name), *(cell(PATH, plan, name) for plan in DESIGNS.values()))
        for name in PROPERTIES
    ]
    about = "what each design keeps and breaks, with a run for every break"
    return render(PATH, "matrix", "Designs by properties", about, scope=Scope(), head=["property", *map(code, DESIGNS)],
                  rows=rows, designs=DESIGNS.values(),
                  vacuous=page_of("F13"))  # fmt: skip
