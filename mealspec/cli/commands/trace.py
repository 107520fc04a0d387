"""``mealspec trace``: one run, and why it went wrong."""

from __future__ import annotations

import json
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING, Any, TypeGuard

import click

from mealspec.cli.options import as_json, check_properties, deliver, scoped

if TYPE_CHECKING:
    from mealspec.check.show import Why
    from mealspec.check.verify import Likeliest
    from mealspec.core import Trace
    from mealspec.core.errors import CheckerError
    from mealspec.model.design import Design
    from mealspec.model.scope import Scope


@click.command("trace")
@click.argument("name", metavar="DESIGN|SCENARIO")
@click.argument("property_id", metavar="[PROPERTY]", required=False)
@click.option(
    "--to", "form", type=click.Choice(["text", "svg", "mermaid", "itf", "logs"]), default="text", show_default=True
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="Write to a file; with --to logs to client.log and server.log in a folder.",
)
@click.option(
    "--mapping",
    "named",
    default="app",
    show_default=True,
    help="Of logs: their format, app, jsonl, or a mapping's file.",
)
@click.option("--drop", default=0.0, type=click.FloatRange(0, 1), help="Of logs: the share of lines that are missing.")
@click.option(
    "--offset",
    default=0.0,
    type=click.FloatRange(-3600, 3600),
    help="Of logs: seconds by which the client's clock is ahead.",
)
@click.option(
    "--drift",
    default=0.0,
    type=click.FloatRange(-10_000, 10_000),
    help="Of logs: parts in a million by which that grows.",
)
@click.option(
    "--jitter",
    default=0.0,
    type=click.FloatRange(0, 3600),
    help="Of logs: seconds by which a line is stamped late at most.",
)
@click.option("--seed", default=0, help="Of logs: of what is drawn.")
@as_json
@scoped
def command(
    name: str, property_id: str | None, form: str, out: Path | None, named: str, drop: float, offset: float,
    drift: float, jitter: float, seed: int, as_json: bool, scope: Scope,
) -> None:  # fmt: skip
    """The shortest counterexample of a DESIGN and PROPERTY, or the run of a SCENARIO (F4, timeline, ...).

    Where another counterexample is the likeliest it is shown, too: with the fewest faults and tight races, of as
    many the fewest races, then the fewest steps. A tight race is a step that must fall into a gap of milliseconds:
    between two steps of one handshake, or before an answer that is on its way.

    What --json and --to itf give can be replayed; pictures, --to itf and --to logs have the shortest run only. Logs can
    be read back by 'mealspec diagnose'.
    """
    from mealspec.check.show import why_told, why_violated
    from mealspec.core import dump
    from mealspec.model.design import design
    from mealspec.properties.facts import Facts
    from mealspec.properties.scenarios import EVERY, shortest

    if property_id is None:
        if name not in EVERY:
            raise _no_scenario(name, scope)
        told = EVERY[name]
        run = shortest(told)
        plan, scope = design(told.design), told.scope
        title = f"{told.id}: {told.title} ({told.design}; {scope.describe()})"
    else:
        check_properties([property_id])
        plan = design(name)
        run = _counterexample(plan, scope, property_id)
        title = f"{plan}: {property_id} is violated ({scope.describe()})"
    if run is None:
        click.echo(f"{plan}: no counterexample to {property_id or name} exists ({scope.describe()}).")
        return
    if form == "logs" and not as_json:
        _write_logs(run, named, out, drop=drop, offset=offset, drift=drift / 1e6, jitter=jitter, seed=seed)
        return
    facts = Facts(plan, scope, run.system)
    why = why_violated(run, facts, property_id) if property_id else why_told(run, facts, EVERY[name])
    if as_json:
        found = {**_replayable(plan, scope, run), "likeliest": None}
        likely = _likeliest(plan, scope, property_id, run) if property_id else None
        if likely is not None and _is_likelier(likely.run, run):
            found["likeliest"] = _replayable(plan, likely.scope, likely.run)
        text = json.dumps(found, indent=1) + "\n"
    elif form == "itf":
        text = dump(run, {"description": title, "design": plan.name, **scope.to_meta()})
    elif form == "text":
        likely = _likeliest(plan, scope, property_id, run) if property_id else None
        text = "\n".join([*wrap(title, 80), "", *_told(plan, scope, property_id or "", run, why, likely)]) + "\n"
    else:
        text = _drawn(form, name, title, run, why, property_id or "")
    deliver(text, out)


def _write_logs(run: Trace, named: str, out: Path | None, **how: Any) -> None:
    """Both logs: into two files of a folder, or one below the other."""
    from mealspec.check.excerpts import LOGS
    from mealspec.core.files import make, write
    from mealspec.diagnose.mapping import load
    from mealspec.diagnose.writing import Writing, written

    texts = {
        log: "".join(f"{line}\n" for line in lines)
        for log, lines in zip(LOGS, written(run, load(named), Writing(**how)), strict=True)
    }
    if out is None:
        for log, text in texts.items():
            click.echo(f"# {log}.log\n{text}", nl=False)
        return
    make(out)
    for log, text in texts.items():
        write(out / f"{log}.log", text)


def _likeliest(plan: Design, scope: Scope, property_id: str, shortest: Trace) -> Likeliest:
    """The likeliest counterexample; a shortest one that needs neither a fault nor a tight race is."""
    from mealspec.check.progress import Reporter
    from mealspec.check.verify import Likeliest, likeliest_counterexample
    from mealspec.core import weight

    if shortest.loop is None and weight(shortest)[:2] == (0, 0):
        return Likeliest(shortest, scope, complete=True)
    reporter = Reporter()
    found = likeliest_counterexample(plan, scope, property_id, report=reporter.on(plan.name))
    reporter.done(plan.name)
    return found


def _is_likelier(run: Trace | None, than: Trace) -> TypeGuard[Trace]:
    from mealspec.core import weight

    return run is not None and weight(run) < weight(than)


def _replayable(plan: Design, scope: Scope, run: Trace) -> dict[str, Any]:
    return {"design": plan.name, "events": list(run.events), "loop": run.loop, "scope": scope.to_json()}


def _told(plan: Design, scope: Scope, property_id: str, run: Trace, why: Why, likely: Likeliest | None) -> list[str]:
    """The charts of a run and of one that is likelier, with what is said of them."""
    from mealspec.check.show import trace_lines, weighed, why_violated, within, wrapped
    from mealspec.properties.facts import Facts

    if likely is None:
        return trace_lines(run, why)
    lines = [*wrapped([f"The shortest run: {weighed(run)}."]), "", *trace_lines(run, why), ""]
    fewer = within(likely.scope, scope)
    if not likely.complete:
        return [*lines, *wrapped(["There are too many states to look for the likeliest run."])]
    if likely.run is None:
        return [*lines, *wrapped([f"No run{fewer} violates it, so only the shortest run is shown."])]
    if not _is_likelier(likely.run, run):
        return [*lines, *wrapped([f"No run{fewer} is likelier."])]
    because = why_violated(likely.run, Facts(plan, likely.scope, likely.run.system), property_id)
    lines += wrapped([f"The likeliest run{fewer}: {weighed(likely.run)}."])
    return [*lines, "", *trace_lines(likely.run, because)]


def _no_scenario(name: str, scope: Scope) -> CheckerError:
    """Which property is meant, if it is a design."""
    from mealspec.core.errors import CheckerError, UnknownName, unknown
    from mealspec.model.design import DESIGNS, design
    from mealspec.properties.catalogue import PROPERTIES
    from mealspec.properties.expected import Verdict, expected
    from mealspec.properties.scenarios import EVERY

    try:
        plan = design(name)
    except UnknownName as error:
        return error if name.startswith(tuple(DESIGNS)) else unknown("scenario or design", name, [*EVERY, *DESIGNS])
    verdicts = {each: expected(plan, scope, each) for each in PROPERTIES}
    broken = [each for each, verdict in verdicts.items() if verdict is Verdict.VIOLATED]
    if broken:
        return CheckerError(f"which property? in this scope {plan} violates {', '.join(broken)}")
    if all(verdicts.values()):
        return CheckerError(f"which property? in this scope {plan} violates none of {', '.join(PROPERTIES)}")
    return CheckerError(f"which property? choose from {', '.join(PROPERTIES)}")


def _counterexample(plan: Design, scope: Scope, property_id: str) -> Trace | None:
    from mealspec.check.progress import Reporter
    from mealspec.check.verify import counterexample

    reporter = Reporter()
    run = counterexample(plan, scope, property_id, report=reporter.on(plan.name))
    reporter.done(plan.name)
    return run


def _drawn(form: str, name: str, title: str, run: Trace, why: Why, property_id: str) -> str:
    from mealspec.draw.lanes import Chart, mermaid
    from mealspec.draw.sequence import svg

    heading = f"{title.split(':')[0] if property_id else name}: {property_id or name}"
    drawn = Chart(name, heading, title, run, *why)
    return svg(drawn) if form == "svg" else mermaid(drawn)
