"""What several commands share: options, names, and where output goes. Nothing here takes time to import."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterable, Mapping
from functools import update_wrapper
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from mealspec.core.errors import CheckerError
    from mealspec.model.growth import Figures
    from mealspec.model.mechanism import Mechanism
    from mealspec.model.scope import Scope

F = TypeVar("F", bound=Callable[..., Any])

NUMBER = r"(\d+(?:\.\d+)?)"
SECONDS = re.compile(rf"{NUMBER}(?:\.\.{NUMBER}?)?", re.ASCII)
GROWS = re.compile(rf"{NUMBER}x([1-9]\d?)\.\.{NUMBER}", re.ASCII)
CALLED = re.compile(r"[a-z_]+", re.ASCII)
AMOUNT = re.compile(r"(\w+)=(\d+(?:\.\d+)?|inf)", re.ASCII)

as_json = click.option("--json", "as_json", is_flag=True, help="For machines.")
jobs = click.option("--jobs", type=click.IntRange(1), default=min(2, os.cpu_count() or 1), help="Processes.")


class OutFile(click.Path):
    """A file that is to be written: if it cannot be, that is said before the work, not after it."""

    def __init__(self) -> None:
        super().__init__(dir_okay=False, path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        from mealspec.core.files import check

        file = Path(str(super().convert(value, param, ctx)))
        check(file)
        return file


def scoped(function: F, *, faults: str = "any", connections: int = 2, alone: bool = False) -> F:
    """Options that make a scope, handed on as ``scope``; usually with so many faults and connections.

    With ``alone`` it has one meal, and nobody is asked how many.
    """

    def call(*args: Any, connections: int, faults: str, with_: str, without: str, meals: int = 1, **more: Any) -> Any:
        from mealspec.model.scope import Scope

        scope = Scope(meals, connections, faults=number_of_faults(faults))
        return function(*args, scope=scope.with_(split(with_)).without(split(without)), **more)

    options = [
        click.option("--meals", default=1, show_default=True, help="Meals alive at once."),
        click.option("--connections", default=connections, show_default=True, help="Connections alive at once."),
        click.option("--faults", default=faults, show_default=True, help="Faults in a run: a number, or any."),
        click.option("--with", "with_", default="", help="Fault kinds and aspects to let in, by commas."),
        click.option("--without", default="", help="Fault kinds and aspects to leave out, by commas."),
    ]
    call.__name__, call.__doc__ = function.__name__, function.__doc__
    for option in reversed(options[alone:]):
        call = option(call)
    return call  # type: ignore[return-value]


def regional(function: F) -> F:
    """Options that make a part of the design space, handed on as ``region``."""

    def call(
        *args: Any, require: str, forbid: str, base: str | None, within: str | None, app: bool, open_: str, **more: Any
    ) -> Any:  # fmt: skip
        from mealspec.check.region import REPAIRS, Region
        from mealspec.model.design import design
        from mealspec.model.mechanism import Mechanism

        required = mechanisms(require) | (design(base).mechanisms if base else frozenset())
        beyond = frozenset(Mechanism) - design(within).mechanisms if within else frozenset()
        own = REPAIRS if app else Region()
        forbidden = mechanisms(forbid) | (beyond & frozenset(own.world))
        region = Region(own.required | required, forbidden, own.world).opened(mechanisms(open_))
        return function(*args, region=region, **more)

    options = [
        click.option("--require", default="", help="Mechanisms that every design is to have, by commas."),
        click.option("--forbid", default="", help="Mechanisms that none is to have, by commas."),
        click.option("--base", help="Only designs that have all that this DESIGN has."),
        click.option("--within", help="Only designs that have nothing but what this DESIGN has."),
        click.option("--app", is_flag=True, help="The app's latest design, with what it could leave out or add."),
        click.option("--open", "open_", default="", help="Mechanisms that are open, whatever else is said, by commas."),
    ]
    update_wrapper(call, function)  # with the options that it has
    for option in reversed(options):
        call = option(call)
    return call  # type: ignore[return-value]


def mechanisms(names: str) -> frozenset[Mechanism]:
    """Mechanisms by their names, separated by commas; ``UnknownName`` for one that is none."""
    from mealspec.core.errors import unknown
    from mealspec.model.mechanism import Mechanism

    for name in split(names):
        if name not in set(Mechanism):
            raise unknown("mechanism", name, list(Mechanism))
    return frozenset(Mechanism(name) for name in split(names))


def number_of_faults(faults: str) -> int | None:
    """How many, None for any number; ``ImpossibleScope`` if it is neither."""
    from mealspec.model.scope import ImpossibleScope

    try:
        return None if faults == "any" else int(faults)
    except ValueError:
        raise ImpossibleScope(f"impossible scope: '{faults}' faults; choose 0 to 99, or any") from None


def seconds_of_clock(text: str) -> tuple[str, Figures]:
    """``poll=8`` is exactly 8 s, ``poll=5..8`` from 5 to 8 s, ``poll=5..`` at least 5 s.

    ``poll=5x4..30`` grows up to 30 s after four times 5 s, ``upload=0..2,30..32`` from one round to the next, and
    ``poll=adaptive`` as the clock's source says.
    """
    from mealspec.model.growth import Growing, growing, growth

    how = "poll=8, poll=5..8, poll=5.., poll=5x4..30, poll=5,10,20 or poll=adaptive"
    if len(text) > 80:
        raise _unread(text, "seconds of a clock", how)
    name, _, figures = text.partition("=")
    if CALLED.fullmatch(figures):
        return name, growth(name, figures)
    if found := GROWS.fullmatch(figures):
        least, times, greatest = found.groups()
        return name, Growing(growing(float(least), int(times), float(greatest)))
    parts = [SECONDS.fullmatch(part) for part in figures.split(",")]
    pairs = [(float(part[1]), None if part[0].endswith("..") else float(part[2] or part[1])) for part in parts if part]
    rounds = tuple((least, greatest) for least, greatest in pairs if greatest is not None)
    if not name.isidentifier() or len(pairs) < len(parts) or len(rounds) < len(pairs) > 1:
        raise _unread(text, "seconds of a clock", how)
    return name, pairs[0] if len(pairs) == 1 else Growing(rounds)


def amount_of_rate(text: str) -> tuple[str, float]:
    """``break=600`` is 600 s on average, ``failed_dial=0.05`` a share, ``break=inf`` never."""
    found = AMOUNT.fullmatch(text)
    if not found:
        raise _unread(text, "a rate", "break=600, failed_dial=0.05 or break=inf")
    return found[1], float(found[2])


def _unread(text: str, what: str, how: str) -> CheckerError:
    from mealspec.core.errors import CheckerError, printable

    return CheckerError(f"cannot read '{printable(text, 40)}' as {what}; write {how}")


def recorded_scope(whose: str, meta: Mapping[str, Any]) -> Scope:
    """The scope that a file names, as far as it names one."""
    from mealspec.model.scope import ImpossibleScope, Scope

    usual = Scope()
    sizes = [meta.get("meals", usual.meals), meta.get("connections", usual.connections)]
    includes = meta.get("includes", usual.includes)
    if not all(type(size) is int for size in sizes) or not isinstance(includes, (list, tuple, frozenset)):
        raise ImpossibleScope(f"{whose} names no scope that can be read")
    faults = number_of_faults(str(meta.get("faults", "any")))
    return Scope(sizes[0], sizes[1], faults=faults, includes=frozenset(map(str, includes)))


def check_properties(names: Iterable[str]) -> None:
    """``UnknownName`` for one that is no property."""
    from mealspec.core.errors import CheckerError, unknown
    from mealspec.properties.catalogue import BOUNDED_DELIVERY, PROPERTIES

    for name in names:
        if name == BOUNDED_DELIVERY.id:
            raise CheckerError(f"'{name}' is a property in time: ask 'mealspec latency DESIGN --bound SECONDS'")
        if name not in PROPERTIES:
            raise unknown("property", name, PROPERTIES)


def split(names: str) -> list[str]:
    """Names that are separated by commas."""
    return [name.strip() for name in names.split(",") if name.strip()]


def print_json(data: Any) -> None:
    """For machines, on stdout."""
    click.echo(json.dumps(data, indent=1, ensure_ascii=False))


def deliver(text: str, out: Path | None) -> None:
    """To stdout, or whole into a file: a reader never sees half of it."""
    if out is None:
        click.echo(text, nl=False)
    else:
        from mealspec.core.files import write

        write(out, text)
