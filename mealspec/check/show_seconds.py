"""The incident in seconds, in words: the table, why causes fall, which constants fit, and when it happened."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from textwrap import wrap
from typing import Any

from mealspec.check.causes import REPAIRS, Cause
from mealspec.check.honour import Constant, Falls, Fits, Honoured, Out, Reason, common
from mealspec.check.seconds import Way
from mealspec.check.show import wrapped
from mealspec.check.stamps import APART
from mealspec.core import Kind
from mealspec.model.clocks import UNTOLD, Clock, seconds
from mealspec.model.scope import counted

NAME, CELL = 16, 10
"""Widths of the table's first column and of the others."""

LEGEND = (
    "✓ fits, with its seconds, too.  ✗ dial: excluded by that clock.  ✗ stamps: by the stamps alone, with code that "
    "runs at once.  ✗ s1: by the order of the lines already.  ·  the design has no run with this cause.",
    "Complete: no run of any length prints the lines in their seconds because of a cause that falls. The clocks of "
    f"phone and server differ by a constant of at most {APART.seconds} s, which nobody knows.",
)


def ways_in(found: Sequence[Honoured]) -> list[Way]:
    """The causes that were asked, in their order."""
    asked = {each.way for one in found for each in one.found}
    return sorted(asked, key=lambda way: (list(Cause).index(way.cause), way.refreshed_by))


def seconds_table(found: Sequence[Honoured]) -> list[str]:
    """Causes by excerpts and designs."""
    asked = [(one.excerpt.id, one.design.name.replace("published", "publ")[: CELL - 1]) for one in found]
    tops = [name if k == 0 or asked[k - 1][0] != name else "" for k, (name, _) in enumerate(asked)]
    rows = [(way.label, [_mark(one.of(way)) for one in found]) for way in ways_in(found)]
    return [_row(*row) for row in (("", tops), ("cause", [name for _, name in asked]), *rows)]


def _row(name: str, cells: Iterable[str]) -> str:
    return (name.ljust(NAME) + "".join(cell.ljust(CELL) for cell in cells)).rstrip()


def _mark(each: Fits | Falls | Out) -> str:
    if isinstance(each, Fits):
        return "✓"
    if isinstance(each, Out):
        return f"✗ {each.by}" if each.by else "·"
    return f"✗ {_blamed(each)}"[: CELL - 1]


def _blamed(each: Falls) -> str:
    named = [reason.clock.name for reason in each.reasons] or [clock.name for clock in each.together]
    return named[0] if named else "stamps"


def seconds_lines(
    found: Sequence[Honoured], constants: Sequence[Constant], waits: Sequence[tuple[str, str, int]]
) -> list[str]:
    """All of it, in 80 columns."""
    out = ["With the seconds between the lines:", "", *seconds_table(found), "", *wrapped(LEGEND), ""]
    out += ["Why, for each that the order allows and the seconds do not:"]
    out += _bullets(text for one in found for text in reasons(one)) or ["  none"]
    out += ["", "How long an entry may live, if one has expired:"]
    out += _bullets(constant_lines(constants))
    for name, clock, least in waits:
        out += ["", *wrapped([f"{name} shows more: {_wait(clock, least)}"])]
    out += ["", "When it happened, by the server's clock (earliest to latest):", "", *moment_table(found), ""]
    return [*out, *wrapped([remain(found), _looked(found)])]


def _bullets(texts: Iterable[str]) -> list[str]:
    return [line for text in texts for line in wrap(text, 80, initial_indent="  ", subsequent_indent="    ")]


def reasons(one: Honoured) -> list[str]:
    """For each cause that falls by the seconds, the sentence why."""
    falls = (each for each in one.found if isinstance(each, Falls))
    return [f"{one.excerpt.id}, {one.design}, {each.way.label}: {_because(each)}" for each in falls]


def _because(each: Falls) -> str:
    if each.reasons:
        return ". Or ".join(_instead(reason) for reason in each.reasons) + "."
    if each.together:
        return "together: " * (len(each.together) > 1) + ", and ".join(map(_takes, each.together)) + "."
    return "no clock alone and no few of them: the stamps, with code that runs at once."


def _takes(clock: Clock) -> str:
    return f"{clock.what}: {seconds(clock)} s ({', '.join(clock.refs) or 'assumed'})"


def _instead(reason: Reason) -> str:
    if reason.greatest is not None:
        return f"{_takes(reason.clock)}; it would have to be {reason.greatest} s or more"
    if reason.least is not None:
        return f"{_takes(reason.clock)}; it would have to be {reason.least} s or less"
    return _takes(reason.clock)


def constant_lines(constants: Sequence[Constant]) -> list[str]:
    """For each way of refreshing an entry the lives that fit each excerpt, and all of them."""
    out = []
    for way in dict.fromkeys(each.way for each in constants):
        own = [each for each in constants if each.way == way]
        told = "; ".join(f"{each.excerpt}: {span(each.least, each.greatest)}" for each in own)
        both = common(own)
        every = f"; all: {'none' if both is None else span(*both)}" if len(own) > 1 else ""
        by = (
            "nothing but a new connect refreshes it"
            if way.refreshed_by == "connect"
            else "the client's pings refresh it"
        )
        out.append(f"if {by}: {told}{every}.")
    return out


def span(least: int | None, greatest: int | None) -> str:
    """``0 to 57 s``, ``at least 3 s`` or ``none``."""
    if least is None:
        return "none"
    return f"at least {least} s" if greatest is None else f"{least} to {greatest} s"


def _wait(name: str, least: int) -> str:
    return f"without a restart of the server no cause fits unless the clock '{name}' may run {least} s: {UNTOLD[name]}."


def moments(one: Honoured, each: Fits) -> tuple[str | None, str | None]:
    """The first and last second of the step that decides, by the server's clock; None: before its lines."""
    return tuple(None if at is None else f"{one.stamps.second(at):%H:%M:%S}" for at in each.found[1:])  # type: ignore[return-value]


def moment_table(found: Sequence[Honoured]) -> list[str]:
    """For each cause that remains when the step that decides came, in whatever design of the time."""
    names = list(dict.fromkeys(one.excerpt.id for one in found))
    rows = []
    for way in ways_in(found):
        cells = [_moment_cell([one for one in found if one.excerpt.id == name], way) for name in names]
        if any(cells):
            rows.append((way.label, cells))
    return [
        (name.ljust(NAME) + "".join(cell.ljust(21) for cell in cells)).rstrip() for name, cells in [("", names), *rows]
    ]


def _moment_cell(some: Sequence[Honoured], way: Way) -> str:
    fits = [(one, each) for one in some if isinstance(each := one.of(way), Fits)]
    told = [moments(one, each) for one, each in fits]
    if not told:
        return ""
    firsts, lasts = [first for first, _ in told], [last for _, last in told if last]
    first = "before" if None in firsts else min(each for each in firsts if each)
    return f"{first} - {max(lasts)}" if lasts else "before"


def remaining_ways(found: Sequence[Honoured]) -> list[Way]:
    """The causes that fit every excerpt in its seconds, each with a design of its time."""
    names = {one.excerpt.id for one in found}
    return [
        way for way in ways_in(found) if {one.excerpt.id for one in found if isinstance(one.of(way), Fits)} == names
    ]


def remain(found: Sequence[Honoured]) -> str:
    """Which causes fit every excerpt."""
    names = ", ".join(dict.fromkeys(one.excerpt.id for one in found))
    told = ", ".join(way.label for way in remaining_ways(found)) or "no cause"
    return f"What remains in {names} with the seconds, each with a design of its time: {told}."


def _looked(found: Sequence[Honoured]) -> str:
    open_ = "; ".join(f"{name}: {why}" for name, why in UNTOLD.items())
    return (
        f"Looked at: {counted(sum(one.states for one in found), 'state')} in time, beside those that the reasons took. "
        f"Clocks that exclude nothing here, because nobody knows enough of them: {open_}."
    )


def to_json(one: Honoured) -> dict[str, Any]:
    """For programs."""
    return {
        "excerpt": one.excerpt.id,
        "design": one.design.name,
        "states": one.states,
        "causes": [_json(one, each) for each in one.found],
    }


def _json(one: Honoured, each: Fits | Falls | Out) -> dict[str, Any]:
    base = {"cause": each.way.cause.label, "refreshed_by": each.way.refreshed_by or None}
    if isinstance(each, Out):
        return {**base, "verdict": "excluded by order", "by": None if each.by is None else str(each.by)}
    if isinstance(each, Falls):
        why = [
            {"clock": r.clock.name, "seconds": [r.clock.least, r.clock.greatest], "fits_with": [r.least, r.greatest]}
            for r in each.reasons
        ]
        return {
            **base,
            "verdict": "excluded by seconds",
            "reasons": why,
            "together": [clock.name for clock in each.together],
        }
    first, last = moments(one, each)
    run = each.found.run
    events = [name for name in run.events if run.system.event(name).kind is not Kind.TIME]
    return {
        **base, "verdict": "fits", "design": each.design.name, "scope": each.scope.to_meta(), "earliest": first,
        "latest": last, "trace": list(run.events), "steps": len(events), "repair": REPAIRS[each.way.cause],
    }  # fmt: skip
