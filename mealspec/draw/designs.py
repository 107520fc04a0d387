"""All designs at once as a page: which mechanisms are enough, what each is for, and what hurts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mealspec.check.records import RECORDS, Record
from mealspec.draw.page import Page, code, link, references, table
from mealspec.model.design import DESIGNS
from mealspec.model.mechanism import CATALOGUE, NEEDS, Mechanism
from mealspec.model.scope import counted
from mealspec.properties.smallest import BREAKS, KEPT

__all__ = ["PATH", "designs"]

PATH = "designs.md"


def designs() -> Page:
    """The page."""
    lines = [
        "# All designs at once", "",
        f"A design is a set of {link(PATH, 'reference/mechanisms.md', 'mechanisms')}, of which there are "
        f"{len(CATALOGUE)}. Every design was decided, completely, by one search over all of them. Left out are designs "
        f"that nobody could build as described, for {len(NEEDS)} mechanisms need another: "
        f"{', '.join(f'{code(m)} needs {code(n)}' for m, n in NEEDS.items())}.",
    ]  # fmt: skip
    for record in RECORDS:
        lines += ["", *_record(record, record.answer())]
    lines += ["", *_choice()]
    about = "which mechanisms are enough, what each is for, which hurt, and the smallest repairs"
    return Page(PATH, "All designs at once", about, "\n".join(lines) + "\n")


def _choice() -> Iterator[str]:
    """Why the named design is not the smallest of all."""
    plan, (least,) = DESIGNS["hardened"], RECORDS[0].answer()["minimal"]
    yield from (f"## Why {code(plan.name)} has more than the smallest set", "")
    yield f"The smallest set keeps every property, and that is all. {code(plan.name)} is what is preferred: whatever a"
    yield "requirement or a report asks for by name is there, a result is pushed to every socket that is up and need"
    yield "not wait for the next poll (`push_to_all`), polling ends when the socket is verified and no meal is open"
    yield f"({_property('polling-stops')}), and of all such designs none is smaller. So beside the {len(least)} it has:"
    yield ""
    more = [m for m in Mechanism if m in plan and m not in least]
    yield from table(["mechanism", "why", "what it closes"], ([code(m), _why(m), CATALOGUE[m].closes] for m in more))
    yield ""
    yield f"The alternatives are all other designs that pass: the {len(least)} mechanisms, and whatever does no harm to"
    yield "them. Ask with what you prefer: `mealspec sweep --require replay_from_cursor,catch_up --forbid reconnect`."


def _why(mechanism: Mechanism) -> str:
    if mechanism in KEPT:
        return KEPT[mechanism]
    return f"beside the others {_property(BREAKS[mechanism][0])} breaks without it"


def _property(name: str) -> str:
    return link(PATH, f"reference/properties.md#{name}", name)


def _record(record: Record, found: Mapping[str, Any]) -> Iterator[str]:
    yield from (f"## {record.question}", "")
    yield f"Asked by `{' '.join(['mealspec sweep', record.options]).strip()}`. Scope: {record.scope.describe()}; "
    yield f"left out: {', '.join(record.scope.left_out())}; time."
    yield ""
    asks = "every property" if not record.properties else ", ".join(map(_property, record.properties))
    yield f"Asked for: {asks}. **{found['passing']:,} of {found['designs']:,} designs pass.** What fails in a small"
    yield "scope fails in a larger one, so each scope decides those that the one before has left:"
    yield ""
    yield from table(["scope", "designs", "that pass", "pairs of a design and a state"], _scopes(found))
    if found["required"]:
        yield from ("", f"Each has: {_names(found['required'])}.")
    rest = [name for name in found["necessary"] if name not in found["required"]]
    yield from ("", f"Every design that passes has{', besides' * bool(found['required'])}: {_names(rest)}.", "")
    if found["excluded"]:
        yield from (f"No design that passes has: {_names(found['excluded'])}.", "")
    number = found["minimal_number"]
    yield f"{number} smallest set{'s are' if number > 1 else ' is'} enough: no mechanism of it can be left out."
    for some, without in zip(found["minimal"], found["without"], strict=False):
        yield from ("", f"{len(some)} mechanisms. Without one of them:", "")
        yield from table(["without", "breaks", "shortest run", "from", "what it closes"], _without(without))
    yield from ("", "**What hurts** some design that passes, when it is added (the smallest such design):", "")
    hurts = found["hurting"].items()
    yield from table(["added", "to a design of", "breaks", "shortest run"], (_hurt(*each) for each in hurts))
    if found["repairs"]:
        yield from ("", "**The smallest repairs:**", "")
    for name, changes in found["repairs"].items():
        others = "" if len(changes) == 1 else f" ({len(changes)} ways, this is one)"
        yield f"- {code(name)}{others}: {_change(changes[0])}"


def _scopes(found: Mapping[str, Any]) -> Iterator[Sequence[object]]:
    for smaller in found["rungs"]:
        scope = smaller["scope"]
        faults = {"any": "any number of faults", 0: "no faults"}.get(scope["faults"], f"{scope['faults']} faults")
        sizes = (counted(scope[f"{noun}s"], noun) for noun in ("meal", "connection"))
        seen = f"{smaller['states']:,}" if smaller["states"] else "none: what one meal sees of the others is enough"
        yield ", ".join([*sizes, faults]), f"{smaller['designs']:,}", f"{smaller['passing']:,}", seen


def _names(names: Sequence[str]) -> str:
    return ", ".join(map(code, names)) or "nothing"


def _run(flaw: Mapping[str, Any]) -> tuple[str, str]:
    """The property, and the length of the run that breaks it."""
    if not flaw:
        return "", ""
    loop = "" if flaw["loop"] is None else f", then round a loop of {len(flaw['trace']) - flaw['loop']}"
    steps = len(flaw["trace"]) if flaw["loop"] is None else flaw["loop"]
    return _property(flaw["breaks"]), f"{steps} steps{loop}"


def _without(without: Mapping[str, Any]) -> Iterator[Sequence[object]]:
    for name, flaw in without.items():
        entry = CATALOGUE[Mechanism(name)]
        broken = _run(flaw) if flaw else ("another that needs it", "")
        yield code(name), *broken, references(PATH, entry.refs), entry.closes


def _hurt(name: str, flaw: Mapping[str, Any]) -> Sequence[object]:
    return code(name), f"{len(flaw['added_to'])} mechanisms", *_run(flaw)


def _change(change: Mapping[str, Sequence[str]]) -> str:
    added, removed = _names(change["add"]), _names(change["remove"])
    return f"add {added}" + (f"; take away {removed}" if change["remove"] else "")
