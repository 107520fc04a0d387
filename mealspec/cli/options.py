"""What several commands share: options that make a scope, and where output goes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from mealspec.core.files import write
from mealspec.model.scope import DEFAULT_ASPECTS, ImpossibleScope, Scope

__all__ = ["deliver", "number_of_faults", "scoped", "split"]

F = TypeVar("F", bound=Callable[..., Any])


def scoped(function: F) -> F:
    """Options that make a scope, handed on as ``scope``."""

    def call(*args: Any, meals: int, connections: int, faults: str, with_: str, without: str, **more: Any) -> Any:
        number = None if faults == "any" else number_of_faults(faults)
        scope = Scope(meals, connections, faults=number, includes=frozenset(DEFAULT_ASPECTS))
        return function(*args, scope=scope.with_(split(with_)).without(split(without)), **more)

    options = [
        click.option("--meals", default=1, show_default=True, help="Meals alive at once."),
        click.option("--connections", default=2, show_default=True, help="Connections alive at once."),
        click.option("--faults", default="any", show_default=True, help="Faults in a run: a number, or any."),
        click.option("--with", "with_", default="", help="Fault kinds and aspects to let in, by commas."),
        click.option("--without", default="", help="Fault kinds and aspects to leave out, by commas."),
    ]
    call.__name__, call.__doc__ = function.__name__, function.__doc__
    for option in reversed(options):
        call = option(call)
    return call  # type: ignore[return-value]


def number_of_faults(faults: str) -> int:
    """How many; ``ImpossibleScope`` if that is no number."""
    try:
        return int(faults)
    except ValueError:
        raise ImpossibleScope(f"impossible scope: '{faults}' faults; choose 0 to 99, or any") from None


def split(names: str) -> list[str]:
    """Names that are separated by commas."""
    return [name.strip() for name in names.split(",") if name.strip()]


def deliver(text: str, out: Path | None) -> None:
    """To stdout, or whole into a file: a reader never sees half of it."""
    if out is None:
        click.echo(text, nl=False)
    else:
        write(out, text)
