"""``mealspec incident``: what the two logs can mean."""

from __future__ import annotations

import click

from mealspec.cli.options import as_json, print_json


@click.command("incident")
@click.argument("name", metavar="[DESIGN]", default="published")
@as_json
def command(name: str, as_json: bool) -> None:
    """Explain the incident: every root cause that fits both logs, each with its shortest run."""
    from mealspec.check.incident import explain_incident
    from mealspec.check.progress import Reporter
    from mealspec.check.show import incident_lines
    from mealspec.model.design import design

    reporter = Reporter()
    search = explain_incident(design(name), report=reporter.on(name))
    reporter.done(name)
    if as_json:
        found = [
            {"cause": e.cause.name.lower(), "says": e.cause, "skipped_at": e.skipped_at, "believed": e.believed,
             "trace": list(e.trace.events)}
            for e in search.explanations
        ]  # fmt: skip
        print_json({"design": name, "states": search.states, "depth": search.depth, "causes": found})
    else:
        click.echo("\n".join(incident_lines(search)))
    if not search.explanations:
        raise SystemExit(1)
