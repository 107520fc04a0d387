"""``mealspec incident``: what the logs can mean."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from mealspec.cli.options import as_json, print_json, seconds_of_clock

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from mealspec.check.incident import Excluded, Explanation, Search


@click.command("incident")
@click.argument("name", metavar="[EXCERPT]", default="all")
@click.option("--design", "plan", metavar="DESIGN", help="Ask this design instead of those of the excerpt's time.")
@click.option("--seconds", "timed", is_flag=True, help="Honour the seconds between the lines, too.")
@click.option("--set", "changes", multiple=True, help="With --seconds: seconds of a clock, entry=50 or dial=0..5.")
@as_json
def command(name: str, plan: str | None, timed: bool, changes: tuple[str, ...], as_json: bool) -> None:
    """Explain the incident: which causes fit its logs.

    EXCERPT is E40, E41, E42 or all. One excerpt comes with the likeliest run of each cause. With --seconds it is asked
    which of them the clocks allow, why the others fall, which constants would fit, and when it happened.
    """
    from mealspec.check.excerpts import excerpt, excerpts
    from mealspec.check.incident import explain_all
    from mealspec.check.progress import Reporter
    from mealspec.check.show_incident import incident_lines, overview_lines
    from mealspec.model.design import design

    some = list(excerpts().values()) if name == "all" else [excerpt(name)]
    seconds = _seconds(timed, changes)
    reporter = Reporter()
    searches = explain_all(some, design(plan) if plan else None, report=reporter.on(name))
    reporter.done(name)
    fits = {search.excerpt.id for search in searches if search.explanations}
    if timed:
        fits = _in_seconds(searches, seconds, as_json)
    elif as_json:
        print_json(_data(searches))
    else:
        click.echo("\n".join(overview_lines(searches) if name == "all" else incident_lines(searches)))
    if len(fits) < len(some):
        raise SystemExit(1)


def _seconds(timed: bool, changes: Iterable[str]) -> dict[str, tuple[float, float | None]]:
    from mealspec.core.errors import CheckerError
    from mealspec.model.clocks import log_clocks
    from mealspec.model.growth import Growing

    every = dict(map(seconds_of_clock, changes))
    if every and not timed:
        raise CheckerError("--set changes the seconds of a clock; say --seconds, too, so that they are asked")
    told = {name: figures for name, figures in every.items() if not isinstance(figures, Growing)}
    if len(told) < len(every):
        raise CheckerError("logs are asked with clocks that do not grow: write poll=8, poll=5..8 or poll=5..")
    log_clocks(told)  # a wrong name is told before anything is searched
    return told


def _in_seconds(
    searches: Sequence[Search], changes: Mapping[str, tuple[float, float | None]], as_json: bool
) -> set[str]:
    """Print what the seconds say; the excerpts that some cause is left for."""
    from mealspec.check.honour import Fits, honour, lives, longer_waits
    from mealspec.check.progress import Reporter
    from mealspec.check.show_seconds import seconds_lines, span, to_json

    reporter, found = Reporter(), []
    for search in searches:
        what = f"{search.excerpt.id}, {search.design} in seconds"
        found.append(honour(search, changes, reporter.on(what)))
        reporter.done(what)
    constants = lives(searches, found)
    waits = dict.fromkeys(
        (search.excerpt.id, clock, least)
        for search, one in zip(searches, found, strict=True)
        for clock, least in longer_waits(search, one).items()
    )
    if as_json:
        print_json({
            "seconds": [to_json(one) for one in found],
            "entry_lives": [{"excerpt": c.excerpt, "refreshed_by": c.way.refreshed_by, "least": c.least,
                             "greatest": c.greatest, "says": span(c.least, c.greatest)} for c in constants],
            "longer_waits": [{"excerpt": name, "clock": clock, "least": least} for name, clock, least in waits],
        })  # fmt: skip
    else:
        click.echo("\n".join(seconds_lines(found, constants, list(waits))))
    return {one.excerpt.id for one in found if any(isinstance(each, Fits) for each in one.found)}


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
