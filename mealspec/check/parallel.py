"""Several checks at once, one process each."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from functools import partial

from mealspec.check.progress import Reporter
from mealspec.check.verify import Report, verify
from mealspec.core.workers import Tell, spread
from mealspec.model.design import Design, design
from mealspec.model.scope import Scope


def reports(
    designs: Sequence[Design], scope: Scope, only: Sequence[str], limit: int | None, jobs: int, engine: str
) -> Generator[Report, None, None]:
    """The report on each design, in the order of the designs, each as soon as it is there."""
    reporter = Reporter()
    work = partial(_checked, scope=scope, only=tuple(only), limit=limit, engine=engine)
    for report in spread(work, [each.name for each in designs], jobs, reporter.update):
        reporter.done(report.design)
        yield report


def _checked(name: str, tell: Tell, *, scope: Scope, only: Sequence[str], limit: int | None, engine: str) -> Report:
    return verify(design(name), scope, engine=engine, only=only, limit=limit, report=partial(tell, name))
