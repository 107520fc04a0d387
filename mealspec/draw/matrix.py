"""Designs by properties as a page: every failing cell leads to the chart of its counterexample."""

from __future__ import annotations

from mealspec.draw.charts import drawn, page_of
from mealspec.draw.page import Page, code, link, table
from mealspec.model.design import DESIGNS, Design
from mealspec.model.scope import Scope
from mealspec.properties.catalogue import PROPERTIES
from mealspec.properties.expected import Verdict, expected

__all__ = ["PATH", "cell", "matrix"]

PATH = "matrix.md"


def cell(here: str, plan: Design, name: str) -> str:
    """The verdict on one property of one design in the default scope, in a few characters of Markdown."""
    verdict = expected(plan, Scope(), name)
    if verdict is not Verdict.VIOLATED:
        return {Verdict.HOLDS: "✓ holds", Verdict.VACUOUS: "– vacuous"}.get(verdict or Verdict.UNCHECKED, "?")
    slug = f"{plan}-{name}"
    lengths = {each.slug: len(each.trace) for _, each in drawn()}
    return link(here, page_of(slug), f"✗ {lengths[slug]} steps")


def matrix() -> Page:
    """The page."""
    rows = [
        (link(PATH, f"reference/properties.md#{name}", name), *(cell(PATH, plan, name) for plan in DESIGNS.values()))
        for name in PROPERTIES
    ]
    lines = [
        "# Designs by properties", "",
        f"Scope: {Scope().describe()}; runs of any length, every interleaving. Left out: "
        f"{', '.join(Scope().left_out())}; time. What that means stands in "
        f"{link(PATH, 'reference/scopes.md', 'scopes and limits')}.", "",
        "✗ leads to the chart of a counterexample, a shortest one, with its length. *Vacuous*: what the property "
        f"speaks of cannot occur in this scope; {link(PATH, page_of('F13'), 'F13')} shows it where it can.", "",
        *table(["property", *map(code, DESIGNS)], rows), "",
        *(f"- {code(plan.name)}: {plan.doc}" for plan in DESIGNS.values()), "",
        f"What each repair of `hardened` is for: {link(PATH, 'reference/mechanisms.md', 'mechanisms')}. "
        f"All runs: {link(PATH, 'charts/README.md', 'sequence charts')}.",
    ]  # fmt: skip
    about = "what each design keeps and breaks, with a chart for every break"
    return Page(PATH, "Designs by properties", about, "\n".join(lines) + "\n")
