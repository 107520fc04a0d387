"""``mealspec incident``: what the logs can mean."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from mealspec.cli.options import as_json, print_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mealspec.check.incident import Excluded, Explanation, Search


@click.command("incident")
@click.argument("name", metavar="[EXCERPT]", default="all")
@click.option("--design", "plan", metavar="DESIGN", help="Ask this design instead of those of the excerpt's time.")
@as_json
def command(name: str, plan: str | None, as_json: bool) -> None:
    """Explain the incident: which causes fit its logs.

    EXCERPT is E40, E41, E42 or all. One excerpt comes with the likeliest run of each cause.
    """
    from mealspec.check.excerpts import excerpt, excerpts
    from mealspec.check.incident import explain_all
    from mealspec.check.progress import Reporter
    from mealspec.check.show_incident import incident_lines, overview_lines
    from mealspec.model.design import design

    some = list(excerpts().values()) if name == "all" else [excerpt(name)]
    reporter = Reporter()
    searches = explain_all(some, design(plan) if plan else None, report=reporter.on(name))
    reporter.done(name)
    if as_json:
        print_json(_data(searches))
    else:
        click.echo("\n".join(overview_lines(searches) if name == "all" else incident_lines(searches)))
    fits = {search.excerpt.id for search in searches if search.explanations}
    if len(fits) < len(some):
        raise SystemExit(1)


def _data(searches: Sequence[Search]) -> dict[str, Any]:
    from mealspec.check.incident import remaining

    found = [
        {"excerpt": each.excerpt.id, "title": each.excerpt.title, "design": each.design.name, "states": each.states,
         "depth": each.depth, "causes": [_fits(fit) for fit in each.explanations],
         "excluded": [_excluded(each, out) for out in each.excluded]}
        for each in searches
    ]  # fmt: skip
    return {"searches": found, "remaining": [cause.label for cause in remaining(searches)]}


def _fits(each: Explanation) -> dict[str, Any]:
    from mealspec.check.causes import REPAIRS

    return {
        "cause": each.cause.label, "says": each.cause, "repair": REPAIRS[each.cause], "design": each.design.name,
        "skipped_at": each.skipped_at, "believed": each.believed, "answered": each.answered,
        "believed_in_runs": each.belief, "answered_in_runs": each.pings,
        "faults": each.weight.faults, "races": list(each.races), "scope": each.scope.to_meta(),
        "trace": list(each.likeliest.events), "shortest": list(each.shortest.events),
    }  # fmt: skip


def _excluded(search: Search, each: Excluded) -> dict[str, Any]:
    by = {"log": each.by.log, "line": each.by.after + 1, "text": search.excerpt.told(each.by).text} if each.by else None
    return {"cause": each.cause.label, "says": each.cause, "by": by}
