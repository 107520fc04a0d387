"""All designs at once as a page: which mechanisms are enough, what each is for, and what hurts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mealspec.check.records import RECORDS
from mealspec.draw.page import Page, code, link, references, render
from mealspec.model.design import DESIGNS
from mealspec.model.mechanism import CATALOGUE, NEEDS, SEEDS, Mechanism
from mealspec.model.scope import counted
from mealspec.properties.smallest import BREAKS, KEPT

PATH = "designs.md"


def designs() -> Page:
    """The page."""
    plan, least = DESIGNS["hardened"], RECORDS[0].answer()["minimal"][0]
    more = [(code(m), _why(m), CATALOGUE[m].closes) for m in Mechanism if m in plan and m not in least]
    about = "which mechanisms are enough, what each is for, which hurt, and the smallest repairs"
    return render(
        PATH, "designs", "All designs at once", about, mechanisms=CATALOGUE, seeds=SEEDS, needs=NEEDS,
        least=least, more=more, records=[(record, record.answer()) for record in RECORDS], names=_names,
        scopes=_scopes, without=_without, hurts=_hurts, property=_property,
    )  # fmt: skip


def _why(mechanism: Mechanism) -> str:
    if mechanism in KEPT:
        return KEPT[mechanism]
    return f"beside the others {_property(BREAKS[mechanism][0])} breaks without it"


def _property(name: str) -> str:
    return link(PATH, f"reference/properties.md#{name}", name)


def _names(names: Sequence[str]) -> str:
    return ", ".join(map(code, names)) or "nothing"


def _scopes(found: Mapping[str, Any]) -> Iterator[Sequence[object]]:
    for smaller in found["rungs"]:
        scope = smaller["scope"]
        faults = {"any": "any number of faults", 0: "no faults"}.get(scope["faults"], f"{scope['faults']} faults")
        sizes = (counted(scope[f"{noun}s"], noun) for noun in ("meal", "connection"))
        seen = f"{smaller['states']:,}" if smaller["states"] else "none: what one meal sees of the others is enough"
        yield ", ".join([*sizes, faults]), f"{smaller['designs']:,}", f"{smaller['passing']:,}", seen


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


def _hurts(found: Mapping[str, Any]) -> Iterator[Sequence[object]]:
    for name, flaw in found["hurting"].items():
        yield code(name), f"{len(flaw['added_to'])} mechanisms", *_run(flaw)
