"""The seed and the app, side by side, as a page; then the facts of the app, and what the model leaves out of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache

from mealspec.draw.page import Page, code, link, render
from mealspec.model.mechanism import CATALOGUE
from mealspec.properties.evidence import FACTS, LEFT_OUT, Fact
from mealspec.properties.shown import Judged, Never, Prints, Run, Shown, beside
from mealspec.properties.worlds import CONTRASTS, Contrast

PATH = "app.md"


def app() -> Page:
    """The page."""
    about = "what the seed says, what the app's code did, and what follows; then the facts, each with what shows it"
    rows = [(code_of(fact.id), fact.sentence, _names(fact.modelled), _shown(fact)) for fact in FACTS.values()]
    left = [(_facts(each.facts), each.what, each.reason) for each in LEFT_OUT]
    contrasts = list(map(_contrast, CONTRASTS))
    return render(PATH, "app", "The seed and the app, side by side", about, contrasts=contrasts, facts=rows, left=left)


def code_of(fact: str) -> str:
    """The number of a fact, to which links lead."""
    return f'<a id="{fact}"></a>{fact}'


def _contrast(row: Contrast) -> dict[str, object]:
    shown = [told(each, steps(each)) for each in row.shown]
    return {"is": row, "facts": _facts(row.facts), "differ": _names(row.differ), "shown": shown}


def _shown(fact: Fact) -> str:
    """What shows it; a long name of a design may go on in the next line."""
    return "<br>".join(told(each) for each in fact.shown).replace("+", "`<wbr>`+")


def _facts(facts: Iterable[str]) -> str:
    return ", ".join(link(PATH, f"{PATH}#{fact}", fact) for fact in facts)


def _names(names: Iterable[str]) -> str:
    """Names as they are written in programs; mechanisms lead to what is said of them."""
    return ", ".join(_name(name) for name in names)


def _name(name: str) -> str:
    return link(PATH, f"reference/mechanisms.md#{name}", code(name)) if name in set(CATALOGUE) else code(name)


@cache
def steps(shown: Shown) -> int:
    """How long the shortest run is that shows it; 0 for what is shown otherwise."""
    found = shown.found() if isinstance(shown, Run) else None
    return len(found) if found is not None else 0


def told(shown: Shown, length: int = 0) -> str:
    """What shows a claim, in Markdown; with a length it says in how many steps."""
    return "".join(_words(shown, length))


def _words(shown: Shown, length: int) -> Iterator[str]:
    of = f"{code(shown.design)}{beside(shown.scope)}"
    match shown:
        case Judged():
            yield f"{link(PATH, f'reference/properties.md#{shown.property}', shown.property)} of {of}: {shown.verdict}"
        case Prints():
            yield f"{code(shown.event)} of {of} prints “{shown.text}”"
        case Run() | Never():
            has = "no run" if isinstance(shown, Never) else f"a run in {length} steps" if length else "a run"
            yield f"{has} of {of}: {' … '.join(map(code, shown.steps))}"
