"""What the sweeps of record have found: kept as data, drawn from it, and made anew by the slow tests.

To renew a record: ``mealspec sweep OPTIONS --json --out properties/records/NAME.json`` with the options that
:data:`RECORDS` names, and with ``--table`` for ``--json`` if it is one of :data:`TABLES`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mealspec.check.region import REPAIRS, Region
from mealspec.model.design import DESIGNS
from mealspec.model.mechanism import APPS, SEEDS
from mealspec.model.mechanism import Mechanism as M
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
        words += [f"--faults {self.scope.faults}"] if self.scope.faults != usual.faults else []
        words += [f"--property {name}" for name in self.properties]
        app = self.region.world[: len(APPS)] == APPS
        opened = self.region.world[len(APPS if app else SEEDS) :]
        words += ["--app"] if app else []
        words += [f"--open {','.join(sorted(opened))}"] if opened else []
        if self.region.required and not app:
            words.append(f"--require {','.join(sorted(self.region.required))}")
        if self.region.forbidden:
            words.append(f"--forbid {','.join(sorted(self.region.forbidden))}")
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


_CATCHING = DESIGNS["hardened"].mechanisms | {M.CATCH_UP, M.RETRY_REFRESH, M.REPLAY_FROM_CURSOR}

RECORDS = (
    Record(
        "all",
        "Of all designs of the seed's world, which keep every property with one connection?",
        Scope(connections=1),
        Region(),
    ),
    Record(
        "asked",
        "Of the designs with everything that a requirement or a report asks for by name, with uploads that may fail, "
        "entries that may be lost and several instances of the server, which keep every property?",
        Scope().with_(["upload", "entry", "instances"]),
        Region(frozenset(KEPT)),
    ),
    Record(
        "device",
        "The same with one connection beside another device of the user.",
        Scope(connections=1).with_(["device"]),
        Region(frozenset(KEPT)),
    ),
    Record(
        "delivery",
        "Of the mechanisms of `hardened` and three that catch up, what is enough for delivery alone?",
        Scope(connections=1),
        Region(frozenset({M.STATE_FLAGS, M.CLOSE_BEFORE_DIAL, M.FAILURE_NOTIFICATIONS}), frozenset(SEEDS) - _CATCHING),
        ("delivery",),
    ),
    Record(
        "app",
        "What repairs the app as it is, with uploads that may fail and entries that may be lost?",
        Scope(connections=1).with_(["upload", "entry"]),
        REPAIRS,
    ),
)

STAIRS = Record(
    "seconds",
    "The same designs against the clock: how many show every meal within how many seconds of its completion, with one "
    "connection and at most one fault?",
    Scope(connections=1, faults=1),
    next(record.region for record in RECORDS if record.name == "delivery"),
)
"""The same for seconds: ``mealspec latency --sweep OPTIONS --json > properties/records/seconds.json`` renews it."""

_ADDED = frozenset(APPS) - DESIGNS["app_head"].mechanisms
_PAST = (DESIGNS["app_before"].mechanisms ^ DESIGNS["app_published"].mechanisms) | (
    DESIGNS["app_published"].mechanisms ^ DESIGNS["app_head"].mechanisms
)

TABLES = {
    "seed": Record(
        "verdicts_seed",
        "Which properties does each design of the seed's world keep that neither catches up when it connects nor dials "
        "when its user returns?",
        Scope(connections=1),
        # Each of these two makes the diagrams over five times as large.
        Region(forbidden=frozenset({M.CATCH_UP, M.CONNECT_ON_RETURN})),
    ),
    "seed_calm": Record(
        "verdicts_seed_calm",
        "Which properties does each design of the seed's world keep when nothing fails?",
        Scope(connections=1, faults=0),
        Region(),
    ),
    "app": Record(
        "verdicts_app",
        "Which properties does each repair of the app keep, with uploads that may fail and entries that may be lost?",
        Scope(connections=1).with_(["upload", "entry"]),
        REPAIRS,
    ),
    "app_past": Record(
        "verdicts_app_past",
        "Which properties does each design keep when nothing fails that is made of what the app has or had?",
        Scope(connections=1, faults=0),
        Region(REPAIRS.required, _ADDED, REPAIRS.world).opened(_PAST),
    ),
}
"""Every verdict on every design of a world, as :mod:`mealspec.check.tables` writes them.

Not in one world is what takes too long together: all of the seed's mechanisms and faults; the app's past, its repairs,
and uploads that fail.
"""
