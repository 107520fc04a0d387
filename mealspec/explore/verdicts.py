"""The verdicts of all designs that the explorer page carries, and a reader of them.

They are kept as records (:data:`mealspec.check.records.TABLES`), for it takes minutes to find them; the page reads the
same tables with ``page/verdicts.js``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from mealspec.check.records import TABLES
from mealspec.check.tables import seal
from mealspec.core import CheckerError
from mealspec.core.symbolic.table import holds
from mealspec.properties.expected import Verdict

Json = Mapping[str, Any]


class BrokenTable(CheckerError):
    """A table of verdicts that cannot be one."""


def verdict_tables() -> dict[str, Any]:
    """The tables of all worlds, by name.

    Raises ``BrokenTable`` for one that is none.
    """
    worlds = {name: record.answer() for name, record in TABLES.items()}
    for name, table in worlds.items():
        check(name, table)
    return {"worlds": worlds}


def knows(table: Json, mechanisms: Collection[str]) -> bool:
    """Whether a design is decided by the table: nothing is open in it but what is open there, and it can be built."""
    fixed, free = set(table["fixed"]), set(table["free"])
    built = all(needed in mechanisms for some, needed in table["needs"].items() if some in mechanisms)
    return fixed <= set(mechanisms) <= fixed | free and built


def verdict(table: Json, property_id: str, mechanisms: Collection[str]) -> Verdict:
    """The verdict on one property of a design that the table knows."""
    found = table["properties"][property_id]
    keeps, lacks = (holds(table["rows"], table["free"], found[of][0], mechanisms) for of in ("keep", "vacuous"))
    return Verdict.VIOLATED if not keeps else Verdict.VACUOUS if lacks else Verdict.HOLDS


def check(name: str, table: Json) -> None:
    """Raises ``BrokenTable`` unless the table is as it was written and can be one.

    Each row names earlier ones, asks in order, says something, and says it once; each diagram holds as many designs as
    the table says.
    """
    if seal({key: part for key, part in table.items() if key != "seal"}) != table["seal"]:
        raise BrokenTable(f"the table of verdicts '{name}' is broken: it is not as it was written")
    width = len(table["free"])
    features, counts = [width, width], [0, 1]
    for k, (feature, without, having) in enumerate(table["rows"]):
        ahead = all(0 <= part < k + 2 and feature < features[part] for part in (without, having))
        if not (0 <= feature < width and ahead and without != having):
            raise BrokenTable(f"the table of verdicts '{name}' is broken: row {k}")
        features.append(feature)
        counts.append(sum(counts[part] << (features[part] - feature - 1) for part in (without, having)))
    if len(set(map(tuple, table["rows"]))) < len(table["rows"]):
        raise BrokenTable(f"the table of verdicts '{name}' is broken: two rows are alike")
    for of, (diagram, count) in _diagrams(table):
        if not 0 <= diagram < len(counts) or counts[diagram] << features[diagram] != count:
            raise BrokenTable(f"the table of verdicts '{name}' is broken: the designs of '{of}'")


def _diagrams(table: Json) -> Iterable[tuple[str, Sequence[int]]]:
    yield "valid", table["valid"]
    for name, found in table["properties"].items():
        yield from ((name, found[part]) for part in ("keep", "vacuous"))
