"""``mealspec replay``: whether a design accepts a run that somebody wrote down."""

from __future__ import annotations

from pathlib import Path

import click

from mealspec.cli.options import as_json, print_json, recorded_scope


@click.command("replay")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--design", "name", help="Replay against this design, not the one that the file names.")
@as_json
def command(file: Path, name: str | None, as_json: bool) -> None:
    """Replay a trace FILE: accepted, or the first refused event and who refuses it.

    A file in the Informal Trace Format, or what 'mealspec trace --json' prints.
    """
    from mealspec.core import Rejection, differences, load, replay
    from mealspec.model.design import design
    from mealspec.model.product import system
    from mealspec.model.scope import counted

    recording = load(file)
    plan = design(name or str(recording.meta.get("design", "published")))
    outcome = replay(system(plan, recorded_scope(str(file), recording.meta)), recording.events)
    run = outcome.accepted if isinstance(outcome, Rejection) else outcome
    against = [] if name else differences(recording, run)
    if as_json:
        refusal = outcome.refusal if isinstance(outcome, Rejection) else None
        by = [{"machine": machine, "state": str(state)} for machine, state in refusal.by] if refusal else []
        accepted = refusal is None and not against
        found = {"design": plan.name, "accepted": accepted, "steps": len(run)}
        print_json({**found, "refused": refusal.event if refusal else None, "by": by, "differences": list(against)})
    elif isinstance(outcome, Rejection):
        click.echo(f"refused by {plan} at {outcome}.")
    elif against:
        click.echo(f"every event is accepted by {plan}, but {against[0]}.")
    else:
        click.echo(f"accepted by {plan}: {counted(len(run), 'step')}.")
    if isinstance(outcome, Rejection) or against:
        raise SystemExit(1)
