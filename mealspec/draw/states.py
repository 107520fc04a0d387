"""Pictures of the reachable states of a design: a box for each block of states, the larger the more they are.

What is drawn is more than what can happen (see :mod:`mealspec.draw.blocks`). The counterexample that is drawn is a run.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from math import log10

from mealspec.check.verify import decide
from mealspec.core import CheckerError, Kind, Trace, explore, unknown
from mealspec.draw.blocks import Quotient, facets, quotient, whole
from mealspec.draw.picture import (
    ALERT,
    COOL,
    FILL,
    GREY,
    LINE,
    MUTED,
    ORANGE,
    RED,
    Arrow,
    Box,
    Key,
    Picture,
    Words,
    folded,
)
from mealspec.model.design import DESIGNS, Design
from mealspec.model.product import system
from mealspec.model.scope import Scope
from mealspec.properties.catalogue import PROPERTIES
from mealspec.properties.facts import Facts

COMPLETE = 40
"""States of a graph that is drawn complete."""

LAYERS, ARROWS = 500, 1000
"""Boxes and arrows that are laid out by layers, within seconds; more are laid out by forces."""

MOST = 2000
"""Boxes that are laid out at all; more ask for a coarser projection."""

READABLE = 24
"""Blocks that still tell apart whether the poller runs, unless they are asked to."""

PAIRS = 40
"""Arrows that are labelled when no path is drawn."""

HASTY, HASTE = 100, {"nslimit": "1", "nslimit1": "1", "mclimit": "0.3"}
"""Boxes above which layers are made with fewer attempts, and the bounds on them."""

LOOKS = {
    "dot": {"rankdir": "TB", "ranksep": "0.5", "nodesep": "0.05"},
    "sfdp": {"overlap": "scale", "splines": "line", "K": "0.4", "outputorder": "edgesfirst"},
}


class TooMany(CheckerError):
    """More boxes than a layout takes."""


def engine(boxes: int, arrows: int = 0) -> str:
    """Which layout so many boxes and arrows get; :class:`TooMany` if none."""
    if boxes > MOST:
        raise TooMany(f"{boxes:,} nodes are too many to draw (at most {MOST:,}): project on fewer machines")
    return "dot" if boxes <= LAYERS and arrows <= ARROWS else "sfdp"


def picture(
    plan: Design, scope: Scope, *, project: Sequence[str] = (), property_id: str = "", path: str = ""
) -> Picture:
    """The reachable states of a design in a scope.

    Parameters
    ----------
    plan, scope
        What is explored, completely.
    project
        The machines that tell states apart; if none is named, the usual facts, or all machines where the
        graph is small.
    property_id
        Draws the shortest counterexample as a path, if there is one.
    path
        Where the picture will stand.

    Raises
    ------
    UnknownName
        A property or machine that does not exist.
    TooMany
        A projection that is too fine.
    """
    if property_id and property_id not in PROPERTIES:
        raise unknown("property", property_id, PROPERTIES)
    product = system(plan, scope)
    facts = Facts(plan, scope, product)
    graph = explore(product)
    looked = facets(graph, project, facts)
    parted = whole(graph, facts) if not project and len(graph) <= COMPLETE else quotient(graph, looked, facts)
    if not project and READABLE < len(parted) < len(graph):
        parted = quotient(graph, [facet for facet in looked if facet.name != "poller"], facts)
    run = decide(graph, facts, PROPERTIES[property_id]) if property_id else None
    name = f"{plan} without faults" if scope.faults == 0 else plan.name
    return portray(parted, name, scope.describe(), run, property_id, path or f"states/{plan}.svg")


def portray(parted: Quotient, name: str, scope: str, run: Trace | None, property_id: str, path: str) -> Picture:
    """Blocks of states as a picture; the run, if one is given, as a path through it."""
    layout = engine(len(parted), len(parted.edges))
    steps = _steps(parted, run)
    boxes = [_block(parted, number, steps, named=layout == "dot") for number in range(len(parted))]
    arrows = [_arrow(parted, pair, events, steps) for pair, events in parted.edges.items() if pair[0] != pair[1]]
    size = f"{len(parted.graph):,} states, {parted.graph.transitions:,} transitions"
    title = f"Reachable states of {name}" + (f", and a run that violates {property_id}" if run else "")
    description = (
        f"{name} ({scope}): {size}, drawn as {len(parted)} nodes that tell apart {', '.join(parted.facets)}; laid out "
        f"by {layout}. {sum(parted.stuck):,} states are stuck, {sum(parted.resting):,} at rest."
    )
    if run:
        label = {event.name: event.label for event in run.system.events}
        told = " ".join(f"{k}. {label[event]}." for k, event in enumerate(run.events, start=1))
        description += f" The run: {told}"
    legend = tuple(_legend(parted, scope, size, run, property_id))
    look = {**LOOKS[layout], **(HASTE if len(parted) > HASTY else {})}
    return Picture(path, title, description, tuple(boxes), tuple(arrows), legend, layout, look)


Steps = dict[tuple[int, int], list[int]]
"""For each two blocks, the steps of a run (from 1) that lead from one to the other."""


def _steps(parted: Quotient, run: Trace | None) -> Steps:
    out: Steps = {}
    if run is not None:
        for k, pair in enumerate(pairwise(parted.path(run)), start=1):
            out.setdefault(pair, []).append(k)
    return out


def _block(parted: Quotient, number: int, steps: Steps, *, named: bool) -> Box:
    size, held, rests = parted.sizes[number], parted.stuck[number], parted.resting[number]
    on_path = any(number in pair for pair in steps)
    label = parted.labels[number]
    inside = [step for pair, some in steps.items() if pair == (number, number) for step in some]
    words = [Words(label[-1], bold=True), *(Words(value) for value in label[:-1])]
    words.append(Words(f"{size:,} state{'s' * (size > 1)}", MUTED, small=True))
    words += [Words(f"{held:,} stuck", RED, bold=True, small=True)] if held else []
    words += [Words(f"here: {_ranges(inside)}", ORANGE, bold=True, small=True)] if inside else []
    stays = parted.edges.get((number, number), ())
    tip = [*(f"{name}: {value}" for name, value in zip(parted.facets, label, strict=True)), f"{size:,} states"]
    tip += [f"{held:,} of them stuck"] if held else []
    tip += [f"{rests:,} of them at rest"] if rests else []
    tip += ["steps within:", *stays] if stays else []
    big = 0.3 + 0.2 * log10(size + 1)
    look = {"width": f"{1.7 * big:.2f}", "height": f"{big:.2f}"}
    if not named:
        shape = "triangle" if held else "circle"
        look = {"shape": shape, "width": f"{big / 5:.2f}", "height": f"{big / 5:.2f}"}
    look |= {
        "peripheries": "2" if rests else "1", "penwidth": "2" if on_path else "1",
        "color": ORANGE if on_path else LINE, "fillcolor": ALERT if held else COOL if number == 0 else FILL,
        "style": "filled" if held else "rounded,filled",
    }  # fmt: skip
    return Box(str(number), tuple(words) if named else (), "\n".join(tip), look)


def _arrow(parted: Quotient, pair: tuple[int, int], events: tuple[str, ...], steps: Steps) -> Arrow:
    named = {event.name: event for event in parted.graph.system.events}
    at, to = pair
    fault = all(named[name].kind is Kind.FAULT for name in events)
    tip = [" · ".join(parted.labels[at]) + " → " + " · ".join(parted.labels[to])]
    tip += [f"{name}: {named[name].label}" for name in events]
    look = {"style": "dotted" if fault else "solid", "color": GREY}
    words: tuple[Words, ...] = ()
    if taken := steps.get(pair, []):
        look |= {"color": ORANGE, "penwidth": "2.4", "style": "solid"}
        words = (Words(_ranges(taken), ORANGE, bold=True),)
    elif not steps and len(parted.edges) <= PAIRS:
        labels = folded(named[name].label for name in events)
        words = tuple(Words(text, MUTED, small=True) for text in [*labels[:3], *(["..."] if labels[3:] else [])])
    return Arrow(str(at), str(to), words, "\n".join(tip), look)


def _ranges(numbers: Iterable[int]) -> str:
    """Numbers as a person writes them.

    >>> _ranges([1, 2, 3, 7])
    '1-3, 7'
    """
    out: list[list[int]] = []
    for number in numbers:
        if out and number == out[-1][-1] + 1:
            out[-1].append(number)
        else:
            out.append([number])
    return ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in out)


def _legend(parted: Quotient, scope: str, size: str, run: Trace | None, property_id: str) -> Iterator[Key]:
    yield Key(f"Scope: {scope}; {size}, all of them. A node is all states that agree in {', '.join(parted.facets)}.")
    yield Key("it begins here", "box", LINE, COOL)
    if any(parted.resting):
        yield Key("some states are at rest: nothing is owed any more", "box", LINE, FILL, double=True)
    if any(parted.stuck):
        yield Key("some states are stuck: nothing that the system owes changes them, and something is amiss", "box",
                  LINE, ALERT)  # fmt: skip
    yield Key("a step", "line", GREY)
    if parted.graph.system.of_kind(Kind.FAULT).any():
        yield Key("only faults", "line", GREY, dash="1 2")
    if run is None:
        return
    yield Key(
        f"a shortest run that violates {property_id} ({PROPERTIES[property_id].sentence})", "line", ORANGE, width=2.4
    )
    label = {event.name: event.label for event in run.system.events}
    yield Key("; ".join(f"{k} {label[event]}" for k, event in enumerate(run.events, start=1)) + ".")


def pictures() -> Iterator[Picture]:
    """Each design without faults; one that loses meals with the shortest run in which it does.

    With faults nearly every block leads to every other: such a picture tells nobody anything.
    """
    for plan in DESIGNS.values():
        yield picture(plan, Scope(connections=1, faults=0), property_id="delivery", path=f"states/{plan}.svg")
