"""``mealspec conform``: an implementation held against the specification."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from mealspec.cli.options import OutFile, as_json, print_json

if TYPE_CHECKING:
    from mealspec.model.design import Design

TESTS = 200
"""Random words for each hypothesis of a learned machine."""


@click.command("conform")
@click.argument("driver", nargs=-1, metavar="-- COMMAND...")
@click.option("--learn", is_flag=True, help="Learn the machine of a client, and compare it.")
@click.option(
    "--extra",
    type=click.IntRange(0, 5),
    default=2,
    show_default=True,
    help="Test what was learned completely for so many states more.",
)
@click.option("--draw", "drawing", type=OutFile(), help="Draw it, as SVG.")
@click.option("--url", default="", help="In place of COMMAND: where a server on this machine takes requests.")
@click.option("--sockets", default="", help="Where it takes sockets, if that is another port.")
@click.option("--token", default="token-1", show_default=True, help="An access token that it takes.")
@click.option(
    "--settle",
    type=click.FloatRange(0.01, 600),
    default=1.5,
    show_default=True,
    help="Seconds within which its pings time out and its work is over.",
)
@click.option(
    "--quiet",
    type=click.FloatRange(0.001, 60),
    default=0.05,
    show_default=True,
    help="Seconds of silence after which it has nothing more to say.",
)
@click.option(
    "--vectors",
    "places",
    multiple=True,
    type=click.Path(path_type=Path),
    help="A file or folder of vectors; may be repeated.",
)
@click.option("--only", default="", help="Only vectors whose ids begin so: client/F4.")
@click.option("--design", "name", default="hardened", show_default=True, help="Against which design.")
@click.option(
    "--examples",
    type=click.IntRange(0, 100_000),
    default=200,
    show_default=True,
    help="Runs of Hypothesis in each scope; with --url random scripts, at most 20.",
)
@click.option(
    "--deadline",
    type=click.FloatRange(0.01, 600),
    default=10.0,
    show_default=True,
    help="Seconds for each answer of the driver.",
)
@click.option("--known", type=click.Path(dir_okay=False, path_type=Path), help="Known failures: ids, one a line.")
@click.option("--junit", type=OutFile(), help="Write a JUnit file.")
@click.option("--keep", type=OutFile(), help="Write a divergence that was found, as a vector.")
@as_json
def command(
    driver: tuple[str, ...], places: tuple[Path, ...], only: str, name: str, examples: int, deadline: float,
    known: Path | None, junit: Path | None, keep: Path | None, as_json: bool, url: str, sockets: str, token: str,
    settle: float, quiet: float, learn: bool, extra: int, drawing: Path | None,
) -> None:  # fmt: skip
    """Run a driver of your client or server: the vectors first, then Hypothesis.

    COMMAND starts the driver. What it is told and must answer stands in vectors/driver.schema.json. With --url a server
    that runs is tested over real sockets, through a proxy, with the vectors' scripts and random ones. With --learn a
    client's machine is learned instead.
    """
    from mealspec.check.progress import Reporter
    from mealspec.conform import report
    from mealspec.conform.conformance import VECTORS, conformance, listed, repeats, vectors
    from mealspec.conform.suite import lines
    from mealspec.core.files import write
    from mealspec.core.workers import orderly
    from mealspec.model.design import design

    click.get_current_context().with_resource(orderly())  # whoever is told to end takes the driver along
    if bool(driver) == bool(url):
        raise click.UsageError("give either '-- COMMAND', which starts a driver, or --url, where a server runs")
    plan = design(name)
    if learn:
        if url:
            raise click.UsageError("--learn needs a virtual clock: give '-- COMMAND', not --url")
        _learn(driver, plan, deadline, extra, drawing)
        return
    some = [vector for vector in vectors(places or [VECTORS] * (name == "hardened")) if vector.id.startswith(only)]
    reporter = Reporter()
    if url:
        from mealspec.conform import at_url
        from mealspec.conform.real import ServerAtUrl

        server = ServerAtUrl(url, sockets or url, token, quiet, settle, deadline)
        try:
            made = at_url.conformance(
                server, some, plan, known=listed(known), examples=min(examples, 20), report=reporter.say
            )
        finally:
            server.close()
    else:
        made = conformance(
            driver, some, plan, known=listed(known), examples=examples, deadline=deadline, report=reporter.say
        )
    reporter.done("conform")
    kept = ""
    if keep is not None and made.found is not None:
        write(keep, lines({"vectors": [repeats(made.found, plan, made.scope).to_json()]}))
        kept = str(keep)
    if junit is not None:
        write(junit, report.junit(made))
    if as_json:
        print_json(report.to_json(made))
    else:
        click.echo("\n".join(report.lines(made, kept)))
    if not made.fine:
        raise SystemExit(1)


def _learn(driver: tuple[str, ...], plan: Design, deadline: float, extra: int, drawing: Path | None) -> None:
    from mealspec.check.progress import Reporter
    from mealspec.conform import differ, learn
    from mealspec.conform.conformance import Bench
    from mealspec.conform.driver import Broken
    from mealspec.conform.suite import spec
    from mealspec.core import BadTrace
    from mealspec.core.files import write
    from mealspec.draw.learned import learned_svg

    reporter, bench = Reporter(), Bench(driver, deadline)
    try:
        if bench.role.name != "client":
            raise click.UsageError("only clients are learned: a server's work and sockets are the tester's to choose")
        subject = spec("client", plan.name, differ.SCOPE)
        made, found = learn.learned(bench.driver, subject, bench.role.seconds, TESTS, extra, reporter.say)
    except Broken as broken:
        raise BadTrace(f"the driver breaks while its machine is learned: {broken}") from None
    finally:
        bench.close()
    reasons = differ.named(found, plan, reporter.say)
    others = differ.known(made.machine) if found else []
    reporter.done("learn")
    click.echo("\n".join(learn.lines(str(bench.said["name"]), made, found, reasons, plan, others)))
    if drawing is not None:
        write(drawing, learned_svg(made.machine, {(each.state, each.letter) for each in found}))
    if found:
        raise SystemExit(1)
