"""The incident in words: each excerpt with the causes that fit it, and the table of causes by excerpts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from textwrap import wrap

from mealspec.check.causes import REPAIRS, Cause
from mealspec.check.excerpts import TOLERANCE, Excerpt, Place
from mealspec.check.incident import Excluded, Explanation, Search, remaining
from mealspec.check.show import trace_lines, why_skipped, wrapped
from mealspec.model.scope import counted

NAME, CELL = 15, 11
"""Widths of the table's first column and of the others."""

LEGEND = (
    "✓ fits: the second sign says whether the client believed at the lookup that it was connected, the third whether "
    "pings were answered then: B and P in every run with this cause, b and p in some, - in none.",
    "✗ s1: no run with this cause prints the server's first line after all lines before it; c3 is the client's third.",
    "·  The design has no run with this cause, whatever the lines.",
)


def incident_table(searches: Sequence[Search]) -> list[str]:
    """Causes by excerpts and designs, in 80 columns as long as there are six of them."""
    asked = [(search.excerpt.id, search.design.name) for search in searches]
    tops = [name if k == 0 or asked[k - 1][0] != name else "" for k, (name, _) in enumerate(asked)]
    heads = [_row("", tops), _row("cause", [_short(name) for _, name in asked])]
    causes = [cause for cause in Cause if any(each.cause is cause for search in searches for each in search.found)]
    return [*heads, *(_row(cause.label, [_mark(search.of(cause)) for search in searches]) for cause in causes)]


def _row(name: str, cells: Iterable[str]) -> str:
    return (name.ljust(NAME) + "".join(cell.ljust(CELL) for cell in cells)).rstrip()


def _short(design: str) -> str:
    """A design's name, cut to a column."""
    return design.replace("published", "publ")[: CELL - 1]


def _mark(found: Explanation | Excluded) -> str:
    if isinstance(found, Excluded):
        return f"✗ {found.by}" if found.by else "·"
    belief = {"yes": "B", "either": "b", "no": "-"}[found.belief]
    pings = {"yes": "P", "either": "p", "no": "-"}[found.pings]
    return f"✓ {belief}{pings}"


def overview_lines(searches: Sequence[Search]) -> list[str]:
    """Every excerpt with the causes that fit, the table, what remains, and what one would do about each cause."""
    out: list[str] = []
    for some in dict.fromkeys(search.excerpt for search in searches):
        out += [*excerpt_lines(some), "", *_fits([each for each in searches if each.excerpt == some]), ""]
    out += [*incident_table(searches), "", *wrapped(LEGEND), "", *wrapped([_looked(searches)]), ""]
    out += [*wrapped([remains(searches)]), ""]
    fits = {each.cause for search in searches for each in search.explanations}
    return [*out, "What each that fits some excerpt is, and what one would do about it:", *_repairs(fits)]


def excerpt_lines(some: Excerpt) -> list[str]:
    """The excerpt itself, its lines by time, each with its place."""
    out = [f"{some.id}: {some.title}", *wrapped([some.notes])]
    for log in ("client", "server"):
        for k, told in enumerate(some.lines(log)):
            out.append(f"  {Place(log, k)}  {_cut(f'{told.at:%H:%M:%S}' if told.at else '--:--:--', told.text)}")
    return out


def _cut(at: str, text: str) -> str:
    line = f"{at}  {text}"
    return line if len(line) <= 73 else line[:70] + "..."


def _fits(searches: Sequence[Search]) -> list[str]:
    """The causes that fit an excerpt, each with the design of which the likeliest run is the likeliest."""
    if not any(search.explanations for search in searches):
        return ["No cause fits."]
    out = ["cause that fits  shortest likeliest faults races  believed pings  run of"]
    for each in _likeliest(searches):
        found, of = each.weight, str(each.design).split("+")[0]
        numbers = f"{len(each.shortest):8} {found.steps:9} {found.faults:6} {found.races:5}"
        out.append(f"{each.cause.label:16} {numbers}  {each.belief:8} {each.pings:6} {of}")
    return out


def _likeliest(searches: Iterable[Search]) -> list[Explanation]:
    """For each cause the likeliest explanation, of whichever design; the likeliest cause first."""
    best: dict[Cause, Explanation] = {}
    for each in (each for search in searches for each in search.explanations):
        if each.cause not in best or each.weight < best[each.cause].weight:
            best[each.cause] = each
    return sorted(best.values(), key=lambda each: each.weight)


def remains(searches: Sequence[Search]) -> str:
    """Which causes fit every excerpt."""
    names = list(dict.fromkeys(search.excerpt.id for search in searches))
    some = remaining(searches)
    told = ", ".join(cause.label for cause in some) or "no cause"
    return f"What remains in all of {', '.join(names)}, each with a design of its time: {told}."


def _looked(searches: Sequence[Search]) -> str:
    depth = max(search.depth for search in searches)
    return (
        f"Looked at: {counted(sum(search.states for search in searches), 'state')}, every run of up to {depth} steps. "
        "From its first line on an excerpt's kinds of lines are printed exactly as often and in this order; lines of "
        "other kinds may have been cut. A line comes before one of the other log that is dated more than "
        f"{TOLERANCE.seconds} seconds later; how long a step takes is not asked: '--seconds' does that."
    )


def _repairs(causes: Iterable[Cause]) -> list[str]:
    out: list[str] = []
    for cause in sorted(causes, key=list(Cause).index):
        text = f"{cause}: {REPAIRS[cause]}."
        out += wrap(
            text, 80, initial_indent=f"  {cause.label:14}  ", subsequent_indent=" " * 18, break_on_hyphens=False
        )
    return out


def incident_lines(searches: Sequence[Search]) -> list[str]:
    """One excerpt: its lines, which causes fit, and the likeliest run of each, step by step."""
    some = searches[0].excerpt
    out = [*excerpt_lines(some), "", *incident_table(searches), "", *wrapped(LEGEND), "", *wrapped([_looked(searches)])]
    for number, each in enumerate(_likeliest(searches), start=1):
        out += ["", *wrapped([f"{number}. {told(each)}"]), "", *trace_lines(each.likeliest, why_skipped(some, each))]
    return out


def told(each: Explanation) -> str:
    """One explanation as a few sentences."""
    found = each.weight
    belief = "believed that it was connected" if each.believed else "did not believe it was connected"
    pings = "Pings were answered" if each.answered else "No ping was answered"
    return (
        f"{each.cause.label}: {counted(found.steps, 'step')}, {counted(found.faults, 'fault')}, "
        f"{counted(found.races, 'tight race')} of '{each.design}'; the shortest run has "
        f"{counted(len(each.shortest), 'step')}. "
        f"At the lookup (step {each.skipped_at}), {each.cause}. The client {belief} at that moment. {pings}. "
        f"Repair: {REPAIRS[each.cause]}."
    )
