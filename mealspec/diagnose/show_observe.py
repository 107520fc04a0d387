"""What a design's logs tell, in words and for machines."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from itertools import zip_longest
from textwrap import wrap
from typing import Any

from mealspec.diagnose.losses import Reason, repair
from mealspec.diagnose.observe import Observation, Statements
from mealspec.diagnose.oracle import Alike
from mealspec.diagnose.statements import Printer
from mealspec.diagnose.view import Pair
from mealspec.model.scope import counted

MOST = 12
"""How many sets are printed; ``--json`` has all."""


def observation_lines(found: Observation, *, runs: bool) -> list[str]:
    """The answer at 80 columns; with ``runs`` also two runs for each pair that looks alike."""
    out = _text(
        f"{found.design}, {found.scope.describe()}; left out: {', '.join(found.scope.left_out()) or 'nothing'}."
    )
    out += ["", f"Why the push of a finished meal can be lost ({len(found.reasons)} reasons):"]
    for reason in found.reasons:
        out += wrap(
            f"{reason}: {repair(reason)}.", 80, initial_indent=f"  {reason.label:14}  ", subsequent_indent=" " * 18
        )
    today = [statement for statement in found.statements if statement.today]
    told = found.pairs - len(found.never) - len(found.open)
    out += [
        "",
        *_text(
            f"Today's {counted(len(today), 'statement')} tell apart {told} of {counted(found.pairs, 'pair')}. "
            "They leave open:"
        ),
    ]
    out += _pairs(found.open)
    if found.never:
        out += ["", *_text("No statements at all on these sides tell apart, even all together:"), *_pairs(found.never)]
    out += ["", *_worth(found)]
    out += ["", *_sets(found, found.added, "is enough beside today's")]
    out += ["", *_sets(found, found.smallest, "is enough by itself")]
    out += [
        "",
        *_text(_meaning(found)),
        *_text(f"Searched: {counted(found.states, 'state')}, {counted(found.searches, 'time')}."),
    ]
    if runs:
        for pair, two in {**found.never, **found.open}.items():
            out += ["", *_runs(found, pair, two, always=pair in found.never)]
    return out


def _text(text: str) -> list[str]:
    return wrap(text, 80, break_on_hyphens=False, break_long_words=False)


def _pairs(pairs: Collection[Pair]) -> list[str]:
    """Pairs by the first of each."""
    out: list[str] = []
    for first in dict.fromkeys(one for one, _ in pairs):
        others = ", ".join(other.label for one, other in pairs if one is first)
        out += wrap(others, 80, initial_indent=f"  {first.label:14}  from ", subsequent_indent=" " * 23)
    return out or ["  nothing"]


def _worth(found: Observation) -> list[str]:
    best, pairs = found.best
    if not best:
        return _text("No statement that could be added tells a further pair apart by itself.")
    also = ", as many as each of the others named" if len(best) > 1 else ""
    out = _text(f"Most worth adding: it tells {counted(pairs, 'pair')} more apart{also}.")
    return out + [line for number in best for line in _statement(found, number)]


def _sets(found: Observation, sets: tuple[Statements, ...], what: str) -> list[str]:
    """Sets of one size: what all of them have, and what each has besides."""
    size, common = len(sets[0]), frozenset.intersection(*sets)
    if not size:
        return ["No statement is needed." if "itself" in what else "Nothing need be added to today's."]
    how_many = (
        f"One set of {counted(size, 'statement')}"
        if len(sets) == 1
        else f"{len(sets)} sets of {counted(size, 'statement')}"
    )
    out = _text(
        f"The smallest that {what}, for all that can be told apart: {how_many}"
        f"{', all of which have:' if len(sets) > 1 else ':'}"
    )
    out += [line for number in sorted(common) for line in _statement(found, number)]
    if len(sets) > 1:
        for k, each in enumerate(sets[:MOST], start=1):
            out += [f"  and, set {k}:"]
            out += [line for number in sorted(each - common) for line in _statement(found, number, "    ")]
        out += [f"  and {len(sets) - MOST} more; --json has all."] if len(sets) > MOST else []
    return out


def _statement(found: Observation, number: int, indent: str = "  ") -> list[str]:
    statement = found.statements[number]
    sign = "has " if statement.today else "new "
    return wrap(
        statement.id, 80, initial_indent=f"{indent}{statement.log:6} {sign} ", subsequent_indent=indent + " " * 12,
        break_on_hyphens=False,
    )  # fmt: skip


def _meaning(found: Observation) -> str:
    clocks = (
        "the lines of both logs in the order in which they were printed, as by one clock"
        if found.skew == 0
        else "each log in its own order, laid beside the other so that at most "
        f"{counted(found.skew, 'line')} of one run wait for the other run's"
    )
    return (
        f"What is compared: {clocks}; whole logs that end at any moment after the loss. Statements print always, "
        "and say which step it was, no ids of meals and sockets. Of several losses in a run the first is meant. "
        "What is told apart is so in every run, of any length; what is not has two runs of the design (--runs)."
    )


def _runs(found: Observation, pair: Pair, two: Alike, *, always: bool) -> list[str]:
    """Two runs side by side, and what both print."""
    on = two.to if always else frozenset(k for k in two.to if found.statements[k].today)
    printer = Printer(found.statements)
    heads = [f"{reason.label}" for reason in pair]
    out = [f"{heads[0]:39} {heads[1]}"]
    for number, steps in enumerate(zip_longest(*two.runs, fillvalue=""), start=1):
        cells = [f"{number:3}{'*' if printer.prints(step, on) else ' '} {step}" if step else "" for step in steps]
        out.append(f"{cells[0]:39} {cells[1]}".rstrip())
    return [*out, f"  * prints; {'all statements' if always else 'today'} print the same in both"]


def to_json(found: Observation) -> dict[str, Any]:
    """The answer for machines: statements by their ids and logs, all sets, two runs for each pair that looks alike."""

    def names(numbers: Iterable[int]) -> list[dict[str, Any]]:
        some = (found.statements[number] for number in sorted(numbers))
        return [{"log": each.log, "statement": each.id, "today": each.today} for each in some]

    def pairs(some: Mapping[Pair, Alike]) -> list[dict[str, Any]]:
        return [
            {"reasons": [each.label for each in pair], "runs": [list(run) for run in two.runs]}
            for pair, two in some.items()
        ]

    def told(reason: Reason, run: Iterable[str]) -> dict[str, Any]:
        return {"reason": reason.label, "says": str(reason), "repair": repair(reason), "run": list(run)}

    return {
        "design": found.design.name,
        "scope": found.scope.to_json(),
        "skew": found.skew,
        "statements": names(range(len(found.statements))),
        "reasons": [told(reason, run) for reason, run in found.reasons.items()],
        "never": pairs(found.never),
        "open_today": pairs(found.open),
        "most_worth": {"statements": names(found.best[0]), "pairs": found.best[1]},
        "smallest_added": [names(each) for each in found.added],
        "smallest": [names(each) for each in found.smallest],
        "states": found.states,
        "searches": found.searches,
    }
