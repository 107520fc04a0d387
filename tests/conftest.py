"""What tests share: which are slow, who works on them, and a judge of counterexamples that needs no graph."""

from __future__ import annotations

import signal
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from mealspec.core import Form, Kind, Predicate, Rejection, Trace, replay
from mealspec.properties.catalogue import Property
from mealspec.properties.facts import Facts

# Of a program, not of the tests: they need cosmic-ray, which only `make mutation` installs.
collect_ignore = ["mutation/__main__.py", "mutation/mutants.py"]

HERE = Path(__file__).parent
Judge = Callable[[Facts, Property, Sequence[str], int | None], str]

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # run in the background; what tests start still hears it
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Of a test marked ``sample(n)`` all but n cases, evenly spread, are slow; and ``more``, unless ``others="slow"``.

    What a module keeps is made once.
    """
    cases: dict[str, list[pytest.Item]] = {}
    for item in items:
        if item.get_closest_marker("sample"):
            cases.setdefault(item.nodeid.partition("[")[0], []).append(item)
        if item.path.is_relative_to(HERE) and not item.get_closest_marker("xdist_group"):
            item.add_marker(pytest.mark.xdist_group(item.path.stem))
    for some in cases.values():
        (wanted,) = some[0].iter_markers("sample")
        chosen = {k * len(some) // wanted.args[0] for k in range(wanted.args[0])}
        for number, item in enumerate(some):
            if number not in chosen:
                item.add_marker(pytest.mark.slow)
                if wanted.kwargs.get("others") != "slow":
                    item.add_marker(pytest.mark.more)


@pytest.fixture(scope="session")
def doubts() -> Judge:
    """What is wrong with a counterexample; empty if nothing is.

    The run is replayed step by step, and whether it violates the property is judged state by state, by
    :meth:`Predicate.holds` and what the system permits; no graph, array or search of the checker's is involved.
    """
    return _doubts


def _doubts(facts: Facts, prop: Property, events: Sequence[str], loop: int | None) -> str:
    run = replay(facts.system, list(events))
    if isinstance(run, Rejection):
        return f"it is no run: {run}"
    for clause in prop.clauses:
        pairs = zip(clause.wrong(facts), clause.bad(facts), strict=True)
        if any(_convicts(run, clause.form, wrong, bad, loop) for wrong, bad in pairs):
            return ""
    return f"it is a run, and violates no clause of {prop.id}"


def _convicts(run: Trace, form: Form, wrong: Predicate, bad: Predicate, loop: int | None) -> bool:
    """Round a loop all must be wrong, and not all of it excused."""
    if loop is None:
        return bad.holds(run.state(len(run))) and (form is Form.NEVER or _quiescent(run))
    if form is not Form.FOREVER or loop >= len(run) or run.path[loop] != run.path[-1]:
        return False
    around = [run.state(k) for k in range(loop, len(run))]
    return all(map(wrong.holds, around)) and any(map(bad.holds, around)) and _fair(run, loop)


def _quiescent(run: Trace) -> bool:
    """No system event changes the last state."""
    last = run.path[-1]
    return all(
        run.system.step(last, event.name) == last for event in run.system.enabled(last) if event.kind is Kind.SYSTEM
    )


def _fair(run: Trace, loop: int) -> bool:
    """Round the loop there is no fault, and what the system owes is done or cannot be done somewhere."""
    around = [run.system.event(name) for name in run.events[loop:]]
    owed = set.intersection(
        *(
            {event.owed_as for event in run.system.enabled(run.path[k]) if event.kind is Kind.SYSTEM}
            for k in range(loop, len(run))
        )
    )
    return not any(event.kind is Kind.FAULT for event in around) and owed <= {event.owed_as for event in around}
