"""What several tests need of the reference pair."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

from mealspec.conform.check import checked
from mealspec.conform.conformance import Bench
from mealspec.conform.vector import Vector
from mealspec.conform.verdict import Outcome
from mealspec.model import Scope

EXAMPLES = Path(__file__).parents[2] / "examples" / "python"


@contextmanager
def modules(*names: str) -> Iterator[SimpleNamespace]:
    """Those of the example with these names; they stand in a folder of their own, where what they import is found."""
    sys.path.insert(0, str(EXAMPLES))
    try:
        yield SimpleNamespace(**{name: import_module(name) for name in names})
    finally:
        sys.path.remove(str(EXAMPLES))


BUGS = {
    "entry_ends_with_handler": "entry_ends_with_handler",
    "entry_expires": "entry_expires",
    "register_on_message": "register_on_message",
    "other_registry": "other_registry",
    "other_key": "other_key",
    "one_of_many": "connection_set",
    "one_is_told": "push_to_all",
    "stale_unregister": "connection_set",
}
"""The switches of the faulty server, and the mechanism that the model has for each."""


@dataclass(frozen=True)
class Survivor:
    """A wrong program that no vector kills, and what is listed of it as a change that none can see."""

    what: str
    listed: tuple[object, ...]


def driver(role: str, *design: str) -> list[str]:
    """The command that drives a reference implementation."""
    return [sys.executable, str(EXAMPLES / f"drive_{role}.py"), *design]


def scope_of(vector: Vector) -> Scope:
    """The scope of its run."""
    meta = vector.meta
    return Scope(meta["meals"], meta["connections"], None, frozenset(meta["includes"]))


def killed(bench: Callable[..., Bench], command: list[str], order: list[Vector]) -> bool:
    """Whether a vector fails. It is tried first from then on: who kills one mutant often kills the next."""
    some = bench(*command, deadline=2.0)
    fine = (Outcome.PASSED, Outcome.SKIPPED)
    killer = next((v for v in order if checked(some.driver, v, some.said["capabilities"]).outcome not in fine), None)
    some.close()
    if killer is not None:
        order.remove(killer)
        order.insert(0, killer)
    return killer is not None
