"""The verdict of every design of a region on every property, as one table of decision diagrams.

Whoever has the table needs no checker: he follows a diagram from its beginning, at each row by whether the design has
the mechanism (:mod:`mealspec.core.symbolic.table`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from mealspec.check.region import Region
from mealspec.check.sweep import Report, all_verdicts
from mealspec.core.symbolic.table import asked_in_order, tabled
from mealspec.model.mechanism import NEEDS
from mealspec.model.scope import Scope
from mealspec.properties.catalogue import Property


def table(
    scope: Scope, properties: Sequence[Property], region: Region, *, report: Report | None = None
) -> dict[str, Any]:
    """The table for machines; the same question always gets the same answer.

    ``free`` names the mechanisms in the order in which rows number them; each design has all of ``fixed`` besides. The
    diagram ``valid`` holds the designs that can be built, ``keep`` those that keep a property, and ``vacuous`` those of
    them in which its premise never occurs, each with how many these are; ``seal`` is that of all the rest.

    Raises ``TooLarge`` if that needs more memory than there is.
    """
    (valid, space), verdicts = all_verdicts(scope, properties, region, report=report)
    found = list(verdicts)
    sets = [valid, *(some for each in found for some in (each.keep, each.vacuous))]
    rows, diagrams = tabled(space, sets)
    root, *pairs = [[diagram, space.count_systems(some)] for diagram, some in zip(diagrams, sets, strict=True)]
    out = {
        "scope": scope.to_json(),
        "says": scope.describe(),
        "fixed": sorted(region.required),
        "free": asked_in_order(space),
        "needs": {m.value: needed.value for m, needed in NEEDS.items() if m in {*region.free, *region.required}},
        "valid": root,
        "properties": {
            each.property: {"keep": keep, "vacuous": vacuous}
            for each, keep, vacuous in zip(found, pairs[::2], pairs[1::2], strict=True)
        },
        "rows": [list(row) for row in rows],
    }
    return {**out, "seal": seal(out)}


def seal(found: Mapping[str, Any]) -> int:
    """A number that the text of a table hardly shares with another, to notice that it is not as it was written.

    It is FNV-1a, see http://www.isthe.com/chongo/tech/comp/fnv/, which a browser computes in a line, too.
    """
    out = 0x811C9DC5
    for letter in json.dumps(found, separators=(",", ":"), ensure_ascii=False):
        out = (out ^ ord(letter)) * 0x01000193 & 0xFFFFFFFF
    return out


def text(found: dict[str, Any]) -> str:
    """The table as JSON, with one line for each of its parts."""
    lines = (f" {json.dumps(key)}: {json.dumps(part, ensure_ascii=False)}" for key, part in found.items())
    return "{\n" + ",\n".join(lines) + "\n}\n"
