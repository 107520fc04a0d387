"""``mealspec COMMAND``: check the specification, show why a design fails, replay traces.

Exit 0: every verdict is as expected; 1: some verdict differs, a trace is refused, a mutant survives, or a
judge disagrees; 2: bad input; 130: interrupted.
"""

from __future__ import annotations

import io
import json
import os
import sys
from collections.abc import Iterable
from pathlib import Path
from textwrap import wrap
from typing import Any

import click
from click.core import ParameterSource
from rich.console import Console

from mealspec.check.engines import grown
from mealspec.check.incident import explain_incident
from mealspec.check.mutants import cases
from mealspec.check.parallel import reports
from mealspec.check.progress import Reporter
from mealspec.check.show import counted, incident_lines, report_table, trace_lines, trace_notes
from mealspec.check.verify import counterexample
from mealspec.check.verify_symbolic import counterexample_by_sets
from mealspec.cli.bench import bench_lines, measure
from mealspec.cli.engine_tables import compare_engines
from mealspec.cli.external import crosscheck, export
from mealspec.cli.listing import LISTS, listing
from mealspec.cli.mutants import heading, spread, survey, survey_parts
from mealspec.cli.options import deliver, number_of_faults, scoped, split
from mealspec.cli.sweeping import sweep
from mealspec.core import CheckerError, Rejection, differences, dump, load, replay, unknown
from mealspec.core.interrupts import heard
from mealspec.draw.lanes import Chart, mermaid
from mealspec.draw.sequence import svg
from mealspec.model.design import DESIGNS, Design, design
from mealspec.model.product import system
from mealspec.model.scope import DEFAULT_ASPECTS, ImpossibleScope, Scope
from mealspec.properties.catalogue import PROPERTIES
from mealspec.properties.facts import Facts
from mealspec.properties.scenarios import scenario, shortest

__all__ = ["cli", "main"]

SHOWN = 16
"""Entries of each list that an overview names."""


class Commands(click.Group):
    """A group that names the nearest command."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does, with our words for a command that does not exist."""
        if args and not args[0].startswith("-") and args[0] not in self.commands:
            raise unknown("command", args[0], sorted(self.commands))
        return super().resolve_command(ctx, args)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80})
@click.version_option(package_name="mealspec")
def cli() -> None:
    """The checked specification of a meal-logging app's notification protocol.

    A DESIGN is before, published, published_plus or hardened, with mechanisms added or taken away:
    published+poll_on_submit-reconnect. 'mealspec list' names all there is.
    """


cli.add_command(export)
cli.add_command(sweep)
cli.add_command(crosscheck)


@cli.command("list")
@click.argument("what", required=False)
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def list_(what: str | None, as_json: bool) -> None:
    """What there is: designs, mechanisms, properties, events, ..."""
    if what is not None and what not in LISTS:
        raise unknown("list", what, LISTS)
    content = listing([what] if what else LISTS)
    if as_json:
        _print_json(content if what is None else content[what])
        return
    console = _console()
    for name, entries in content.items():
        if what is None:
            names = ", ".join(str(next(iter(entry.values()))) for entry in entries[:SHOWN])
            more = f", ... {len(entries) - SHOWN} more" if len(entries) > SHOWN else ""
            console.print(f"[bold]{name}[/] ({len(entries)}): {names}{more}")
        for entry in entries if what else ():
            _entry(console, entry)
    if what is None:
        console.print("\nTell me more: mealspec list NAME", style="dim")


def _entry(console: Console, entry: dict[str, Any]) -> None:
    """The first value as the name, all others below."""
    name, *rest = entry.items()
    console.print(f"  {name[1]}", style="cyan", highlight=False)
    for key, value in rest:
        text = ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)
        if text:
            for line in wrap(f"{key}: {text}", 76, subsequent_indent="  ", break_on_hyphens=False):
                console.print(f"    {line}", markup=False)


@cli.command()
@click.argument("designs", nargs=-1, metavar="[DESIGN]...")
@click.option("--property", "only", multiple=True, help="Decide only this property; may be repeated.")
@click.option("--limit", type=click.IntRange(1), help="Stop a search at this many states.")
@click.option(
    "--engine",
    type=click.Choice(["auto", "explicit", "symbolic"]),
    default="auto",
    show_default=True,
    help="State by state, or by sets of states; what is faster, if left out.",
)
@click.option("--jobs", type=click.IntRange(1), default=min(2, os.cpu_count() or 1), help="Processes.")
@click.option("--json", "as_json", is_flag=True, help="For machines.")
@scoped
def verify(
    designs: tuple[str, ...],
    only: tuple[str, ...],
    limit: int | None,
    engine: str,
    jobs: int,
    as_json: bool,
    scope: Scope,
) -> None:
    """Check designs (all four, if none is named) and compare with what is expected."""
    chosen = [design(name) for name in designs or DESIGNS]
    for name in only:
        _property(name)
    if engine == "symbolic" and limit is not None:
        raise CheckerError("--limit counts states one by one; choose --engine explicit with it")
    if engine == "auto":
        engine = "explicit" if limit is not None or scope.meals * scope.connections == 1 else "symbolic"
    found = []
    console = _console()
    if not as_json:
        console.print(f"Checking in the scope: {scope.describe()}.", highlight=False)
        console.print(f"Left out: {', '.join(scope.left_out()) or 'nothing'}; time.", style="dim", highlight=False)
        console.print("Liveness assumes that faults end, and weak fairness of system events.", style="dim")
    for report in reports(chosen, scope, only or tuple(PROPERTIES), limit, jobs, engine):
        found.append(report)
        if as_json:
            continue
        size = f"{counted(report.states, 'state')}, {counted(report.transitions, 'transition')}"
        size += "" if report.depth is None else f", depth {report.depth}"
        extent = "every reachable state" if report.complete else "NOT fully explored: the limit stopped it"
        console.print()
        console.print(report.design, style="bold", highlight=False)
        console.print(f"{size}; {extent}.", highlight=False)
        cost = f"{engine} engine, {report.seconds:.1f} s, {report.memory / 2**20:,.0f} MiB"
        console.print(cost, style="dim", highlight=False)
        console.print(report_table(report))
    if as_json:
        _print_json([report.to_json() for report in found])
    else:
        console.print()
        pinned = any(finding.expected for report in found for finding in report.findings)
        _summary(console, [report.design for report in found if not report.as_expected], pinned=pinned)
    if not all(report.as_expected for report in found):
        raise SystemExit(1)


def _summary(console: Console, surprises: list[str], *, pinned: bool) -> None:
    if not pinned:
        console.print("No verdict is pinned for this scope.", style="yellow", highlight=False)
    elif surprises:
        console.print(f"✗ Not as expected: {', '.join(surprises)}.", style="bold red", highlight=False)
    else:
        console.print("✓ Every verdict that is pinned is as expected.", style="green", highlight=False)
        console.print("See why a design fails: mealspec trace published delivery --faults 0", highlight=False)


@cli.command()
@click.argument("name", metavar="DESIGN|SCENARIO")
@click.argument("property_id", metavar="[PROPERTY]", required=False)
@click.option("--to", "form", type=click.Choice(["text", "svg", "mermaid", "itf"]), default="text", show_default=True)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write to a file.")
@click.option("--json", "as_json", is_flag=True, help="The events only, for machines.")
@scoped
def trace(name: str, property_id: str | None, form: str, out: Path | None, as_json: bool, scope: Scope) -> None:
    """The shortest counterexample of a DESIGN and PROPERTY, or the run of a SCENARIO (F4, timeline, ...)."""
    facts = None
    if property_id is None:
        told = scenario(name)
        run = shortest(told)
        plan, scope = design(told.design), told.scope
        title = f"{told.id}: {told.title} ({told.design}; {scope.describe()})"
    else:
        _property(property_id)
        plan = design(name)
        reporter = Reporter()
        search = counterexample if scope.meals * scope.connections <= 2 else counterexample_by_sets
        run = search(plan, scope, property_id, report=reporter.on(plan.name))
        reporter.done(plan.name)
        facts = Facts(plan, scope, system(plan, scope))
        title = f"{plan}: {property_id} is violated ({scope.describe()})"
    if run is None:
        click.echo(f"{plan}: no counterexample to {property_id or name} exists ({scope.describe()}).")
        return
    if as_json:
        text = json.dumps({"design": plan.name, "events": list(run.events), "loop": run.loop}, indent=1) + "\n"
    elif form == "itf":
        text = dump(run, _meta(plan, scope, title))
    elif form in ("svg", "mermaid"):
        drawn = Chart(
            name, f"{plan}: {property_id or name}", title, run, tuple(trace_notes(run, facts, property_id or ""))
        )
        text = svg(drawn) if form == "svg" else mermaid(drawn)
    else:
        text = "\n".join([*wrap(title, 80), "", *trace_lines(run, facts, property_id or "")]) + "\n"
    deliver(text, out)


def _meta(plan: Design, scope: Scope, title: str) -> dict[str, Any]:
    return {
        "description": title,
        "design": plan.name,
        "meals": scope.meals,
        "connections": scope.connections,
        "faults": "any" if scope.faults is None else scope.faults,
        "includes": sorted(scope.includes),
    }


@cli.command("replay")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--design", "name", help="Replay against this design, not the one that the file names.")
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def replay_(file: Path, name: str | None, as_json: bool) -> None:
    """Replay a trace FILE: accepted, or the first refused event and who refuses it."""
    recording = load(file)
    plan = design(name or str(recording.meta.get("design", "published")))
    product = system(plan, _recorded_scope(file, recording.meta))
    outcome = replay(product, recording.events)
    run = outcome.accepted if isinstance(outcome, Rejection) else outcome
    against = [] if name else differences(recording, run)
    if as_json:
        refusal = outcome.refusal if isinstance(outcome, Rejection) else None
        by = [{"machine": machine, "state": str(state)} for machine, state in refusal.by] if refusal else []
        accepted = refusal is None and not against
        found = {"design": plan.name, "accepted": accepted, "steps": len(run)}
        _print_json({**found, "refused": refusal.event if refusal else None, "by": by, "differences": list(against)})
    elif isinstance(outcome, Rejection):
        click.echo(f"refused by {plan} at {outcome}.")
    elif against:
        click.echo(f"every event is accepted by {plan}, but {against[0]}.")
    else:
        click.echo(f"accepted by {plan}: {counted(len(run), 'step')}.")
    if isinstance(outcome, Rejection) or against:
        raise SystemExit(1)


def _recorded_scope(file: Path, meta: Any) -> Scope:
    """The scope that the file names, or the default one."""
    faults, includes = meta.get("faults", "any"), meta.get("includes", DEFAULT_ASPECTS)
    sizes = [meta.get("meals", 1), meta.get("connections", 2)]
    if not all(type(size) is int for size in sizes) or not isinstance(includes, (list, tuple)):
        raise ImpossibleScope(f"{file} names no scope that can be read")
    return Scope(
        meals=sizes[0],
        connections=sizes[1],
        faults=None if faults == "any" else number_of_faults(str(faults)),
        includes=frozenset(map(str, includes)),
    )


@cli.command()
@click.argument("name", metavar="[DESIGN]", default="published")
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def incident(name: str, as_json: bool) -> None:
    """Explain the incident: every root cause that fits both logs, each with its shortest run."""
    reporter = Reporter()
    search = explain_incident(design(name), report=reporter.on(name))
    reporter.done(name)
    if as_json:
        found = [
            {"cause": e.cause.name.lower(), "says": e.cause, "skipped_at": e.skipped_at, "believed": e.believed,
             "trace": list(e.trace.events)}
            for e in search.explanations
        ]  # fmt: skip
        _print_json({"design": name, "states": search.states, "depth": search.depth, "causes": found})
    else:
        click.echo("\n".join(incident_lines(search)))
    if not search.explanations:
        raise SystemExit(1)


@cli.command()
@click.argument("names", nargs=-1, metavar="[DESIGN]...")
@click.option("--hunt", is_flag=True, help="Rule calls per second of Hypothesis in lock-step, and where they go.")
@click.option("--engines", is_flag=True, help="Our two engines, SPIN and TLC, on the same systems and claims.")
@click.option("--meals-up-to", "most", type=int, help="With --engines: more and more meals, up to so many.")
@click.option("--limit-seconds", "limit", type=click.FloatRange(0.1), help="With --engines: for each; 60, if left out.")
@click.option("--markdown", is_flag=True, help="With --engines: ratios only, as tables for a page.")
@click.option("--json", "as_json", is_flag=True, help="For machines.")
@scoped
def bench(
    names: tuple[str, ...],
    hunt: bool,
    engines: bool,
    most: int | None,
    limit: float | None,
    markdown: bool,
    as_json: bool,
    scope: Scope,
) -> None:
    """States per second of the explorer, beside naive stepping of transitions objects.

    Or, with --engines, of several engines; exit status 1 then means that two of them disagree.
    """
    plans = [design(name) for name in names or ["before"]]
    if hunt and engines:
        raise CheckerError("choose one: --hunt or --engines")
    if engines:
        compare_engines(plans, grown(scope, most), limit or 60, "json" if as_json else "markdown" if markdown else "")
        return
    if len(plans) > 1 or most is not None or limit is not None or markdown:
        raise CheckerError("several designs, --meals-up-to, --limit-seconds and --markdown need --engines")
    plan = plans[0]
    if hunt:
        from mealspec.hunt import bench as hunts  # takes a second to import
        from mealspec.hunt.subject import Subject

        figures = hunts.measure(Subject.of(plan, scope))
        lines, data = hunts.bench_lines(figures), figures.to_json()
    else:
        result = measure(system(plan, scope))
        lines, data = bench_lines(result), result.to_json()
    if as_json:
        _print_json(data)
    else:
        click.echo("\n".join(lines))


@cli.command()
@click.option("--sample", type=click.IntRange(1), help="Judge only this many, evenly spread; all, if left out.")
@click.option("--jobs", type=click.IntRange(1), default=min(2, os.cpu_count() or 1), help="Processes.")
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def mutants(sample: int | None, jobs: int, as_json: bool) -> None:
    """Test the specification: which small faults of the hardened design are noticed?

    Exit status 1 means that some mutant survives.
    """
    every = cases()
    chosen = spread(every, sample)
    console = _console()
    if not as_json:
        console.print(heading(len(chosen), len(every)))
    found = survey(chosen, len(every), jobs)
    if as_json:
        _print_json(found.to_json())
    else:
        for piece in survey_parts(found):
            console.print(piece, markup=False)
    if found.survivors:
        raise SystemExit(1)


@cli.command()
@click.argument("what", required=False)
@click.option("--design", "name", default="hardened", show_default=True, help="Of which design.")
@click.option("--project", default="", help="Machines that tell states apart, or fields of a machine, by commas.")
@click.option("--property", "property_id", default="", help="For states: draw its shortest counterexample.")
@click.option("--to", "form", default="svg", show_default=True, help="svg, dot, mermaid, graphml, json or scxml.")
@click.option("--all", "full", is_flag=True, help="Everything that can be drawn, not only what is committed.")
@click.option("--out", type=click.Path(path_type=Path), help="Write here; everything goes to diagrams/.")
@scoped
def draw(
    what: str | None, name: str, project: str, property_id: str, form: str, full: bool, out: Path | None, scope: Scope
) -> None:
    """Draw WHAT: a machine, 'states' or 'communication'. Without it, the pages and pictures of diagrams/.

    For 'states' the options of a scope say of what; the machines of a picture are those of one meal.
    """
    from mealspec.cli import drawing  # takes a second to import

    plan = design(name)
    if property_id:
        _property(property_id)
    chosen = tuple(split(project))
    if what is None:
        _only("everything", "--all", "--out")
        drawing.everything(out or Path("diagrams"), full=full)
    elif what == "states":
        deliver(drawing.states(plan, scope, chosen, property_id, form), out)
    else:
        _only(f"'{what}'", "--design", *(["--project"] if what != "communication" else []), "--to", "--out")
        deliver(drawing.one(what, plan, chosen, form), out)


def _only(what: str, *options: str) -> None:
    """Refuse options that say nothing about what is drawn."""
    given = click.get_current_context()
    for option in given.command.params:
        said = given.get_parameter_source(option.name or "") is ParameterSource.COMMANDLINE
        if isinstance(option, click.Option) and said and option.opts[0] not in options:
            raise CheckerError(f"{option.opts[0]} says nothing about {what}; what does is {', '.join(options)}")


def _property(name: str) -> None:
    if name not in PROPERTIES:
        raise unknown("property", name, PROPERTIES)


def _console() -> Console:
    return Console(width=None if sys.stdout.isatty() else 80, highlight=False)


def _print_json(data: Any) -> None:
    click.echo(json.dumps(data, indent=1, ensure_ascii=False))


def main(arguments: Iterable[str] | None = None) -> None:
    """Run the command line; the exit status tells the outcome."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal without ticks is no reason to stop
    with heard() as asked:
        try:
            cli.main(args=None if arguments is None else list(arguments), standalone_mode=False)
            sys.stdout.flush()  # here, where a reader who went away is no error
        except click.exceptions.NoArgsIsHelpError as error:
            click.echo(error.format_message())
        except (BrokenPipeError, SystemExit) as error:
            if isinstance(error, SystemExit) and not isinstance(error.__context__, BrokenPipeError):  # of click
                raise
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise SystemExit(141) from None
        except (Exception, KeyboardInterrupt) as error:
            if asked or isinstance(error, (KeyboardInterrupt, click.Abort)):
                click.echo("mealspec: interrupted; nothing was written", err=True)
                raise SystemExit(130) from None
            if not isinstance(error, (CheckerError, click.ClickException)):
                raise
            text = error.format_message() if isinstance(error, click.ClickException) else str(error)
            click.echo(f"mealspec: {text}", err=True)
            raise SystemExit(2) from None
