"""What the sweeps of record have found: kept as data, drawn from it, and made anew by the slow tests.

To renew a record: ``mealspec sweep OPTIONS --json --out properties/records/NAME.json`` with the options that
:data:`RECORDS` names.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mealspec.check.region import Region
from mealspec.model.design import DESIGNS
from mealspec.model.scope import Scope
from mealspec.properties.smallest import KEPT


@dataclass(frozen=True)
class Record:
    """A sweep of record: what was asked, and of which designs; of all properties, if none are named."""

    name: str
    question: str
    scope: Scope
    region: Region
    properties: tuple[str, ...] = ()

    @property
    def options(self) -> str:
        """The same question on the command line."""
        words, usual = [], Scope()
        words += [f"--meals {self.scope.meals}"] if self.scope.meals != usual.meals else []
        words += [f"--connections {self.scope.connections}"] if self.scope.connections != usual.connections else []
        words += [f"--property {name}" for name in self.properties]
        if self.region.required:
            words.append(f"--require {','.join(sorted(self.region.required))}")
        further = sorted(self.scope.includes - usual.includes)
        if further:
            words.append(f"--with {','.join(further)}")
        less = sorted(usual.includes - self.scope.includes)
        if less:
            words.append(f"--without {','.join(less)}")
        return " ".join(words)

    @property
    def file(self) -> Path:
        """Where the answer is kept."""
        return Path(__file__).parents[1].joinpath("properties", "records") / f"{self.name}.json"

    def answer(self) -> Mapping[str, Any]:
        """What was found, as ``mealspec sweep --json`` says it."""
        found: Mapping[str, Any] = json.loads(self.file.read_text(encoding="utf-8"))
        return found


RECORDS = (
    Record("all", "Of all designs, which keep every property?", Scope(), Region()),
    Record(
        "asked",
        "Of the designs with everything that a requirement or a report asks for by name, and with uploads that "
        "may fail, which keep every property?",
        Scope().with_(["upload"]),
        Region(frozenset(KEPT)),
    ),
    Record(
        "meals",
        "Of all designs, which keep every property with two meals at a time?",
        Scope(meals=2).without(["job"]),
        Region(),
    ),
    Record(
        "device",
        "Of all designs, which keep every property beside another device of the user?",
        Scope(connections=1).with_(["device"]),
        Region(),
    ),
    Record(
        "delivery",
        "What is enough for delivery alone, beginning with the app as it was?",
        Scope(connections=1),
        Region(DESIGNS["before"].mechanisms),
        ("delivery",),
    ),
)
