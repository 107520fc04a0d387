"""Many meals in figures: verdicts and causes over time, seconds until a meal was shown, how often "not connected"."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from mealspec.diagnose.diagnosis import Diagnosed
from mealspec.diagnose.mapping import LineMapping
from mealspec.diagnose.reading import shown_time
from mealspec.model.scope import counted

BUCKETS = 24
"""Stretches of time at most; when there are more they are joined two by two."""

FINEST = 60.0
"""Seconds of the shortest stretch."""

STEP, STEPS = 0.5, 1_200
"""The seconds until a meal was shown are counted by half seconds, up to ten minutes, so that memory does not grow."""


@dataclass
class Bucket:
    """What became of the meals that began in a stretch of time."""

    meals: int = 0
    lost: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    causes: Counter[str] = field(default_factory=Counter)

    def __add__(self, other: object) -> Bucket:
        assert isinstance(other, Bucket)
        return Bucket(
            self.meals + other.meals, self.lost + other.lost, self.kinds + other.kinds, self.causes + other.causes
        )


@dataclass
class Summary:
    """Takes meals and counts them.

    Attributes
    ----------
    total
        Of all meals.
    buckets, width
        By time: the number of the stretch since 1970, each so many seconds wide; None for meals without a time.
    lookups, skips
        Meals whose lookup a line tells of, or whose result is known, and of these the ones that were skipped.
    waits
        How many meals took so many half seconds from the save until they were shown.
    """

    mapping: LineMapping
    total: Bucket = field(default_factory=Bucket)
    buckets: dict[int | None, Bucket] = field(default_factory=dict)
    width: float = FINEST
    finished: int = 0
    skips: int = 0
    waits: Counter[int] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._of = {
            name: {k for k, kind in enumerate(self.mapping.lines) if any(e.split("[")[0] == name for e in kind.events)}
            for name in (
                "user.submit",
                "server.complete",
                "server.fail",
                "server.skip",
                "client.receive",
                "client.apply",
            )
        }

    def take(self, meal: Diagnosed) -> None:
        """One more meal."""
        times = meal.episode.times
        one = Bucket(1, int(not meal.shown), Counter([meal.best.kind]), Counter([meal.best.label]))
        self.total += one
        slot = int(min(times) // self.width) if times else None
        self.buckets[slot] = self.buckets.get(slot, Bucket()) + one
        known = [slot for slot in self.buckets if slot is not None]
        while known and max(known) - min(known) >= BUCKETS:
            self._widen()
            known = [slot for slot in self.buckets if slot is not None]
        kinds = {entry.kind for entry in meal.episode.lines[1]}
        self.finished += bool(kinds & (self._of["server.complete"] | self._of["server.fail"] | self._of["server.skip"]))
        self.skips += bool(kinds & self._of["server.skip"])
        wait = self._wait(meal)
        if wait is not None:
            self.waits[min(int(wait / STEP), STEPS)] += 1

    def _widen(self) -> None:
        before, self.buckets, self.width = self.buckets, {}, self.width * 2
        for slot, some in before.items():
            new = slot if slot is None else slot // 2
            self.buckets[new] = self.buckets.get(new, Bucket()) + some

    def _wait(self, meal: Diagnosed) -> float | None:
        """Seconds from the save to the line that tells that it is shown, both by the client's clock."""
        client = meal.episode.lines[0]
        saved = [entry.at for entry in client if entry.kind in self._of["user.submit"]]
        ends = self._of["client.receive"] | self._of["client.apply"]
        told = [entry.at for entry in client if entry.kind in ends and entry.at is not None]
        if not meal.shown or not saved or saved[0] is None:
            return None
        after = [at for at in told if at >= saved[0]]
        return after[0] - saved[0] if after else None

    def percentile(self, share: float) -> float | None:
        """So many seconds, or half a second less, were enough for this share of the meals."""
        count, total = 0, sum(self.waits.values())
        for slot in sorted(self.waits):
            count += self.waits[slot]
            if count >= share * total:
                return (slot + 1) * STEP
        return None

    # ------------------------------------------------------------------ told

    def lines(self) -> list[str]:
        """For people."""
        total = self.total
        out = [f"{counted(total.meals, 'meal')}: {total.meals - total.lost:,} shown, {total.lost:,} lost"]
        if self.finished:
            out.append(
                f'"not connected": {self.skips:,} of {self.finished:,} lookups ({self.skips / self.finished:.1%})'
            )
        if self.waits:
            some = {share: self.percentile(share) for share in (0.5, 0.95, 0.99)}
            told = ", ".join(f"{share:.0%} within {wait:g} s" for share, wait in some.items())
            out.append(f"from the save to the screen: {told} (of {sum(self.waits.values()):,} whose lines tell)")
        out += [
            "",
            *_table("verdict", total.kinds, total.meals),
            "",
            *_table("likeliest cause", total.causes, total.meals),
        ]
        slots = sorted(slot for slot in self.buckets if slot is not None)
        if slots:
            leading = [name for name, _ in total.causes.most_common(4)]
            out += ["", f"{'from':10}{'meals':>8}{'lost':>8}" + "".join(f"{name[:12]:>13}" for name in leading)]
            for slot in slots:
                bucket = self.buckets[slot]
                cells = "".join(f"{bucket.causes[name]:>13,}" for name in leading)
                out.append(f"{shown_time(slot * self.width)[:8]:10}{bucket.meals:>8,}{bucket.lost:>8,}{cells}")
        return out

    def to_json(self) -> dict[str, Any]:
        """For programs."""
        slots = sorted(slot for slot in self.buckets if slot is not None)
        return {
            "meals": self.total.meals, "lost": self.total.lost, "verdicts": _ranked(self.total.kinds),
            "causes": _ranked(self.total.causes), "finished": self.finished, "not_connected": self.skips,
            "seconds_to_screen": {str(share): self.percentile(share) for share in (0.5, 0.95, 0.99)},
            "width": self.width,
            "over_time": [
                {"from": slot * self.width, "meals": self.buckets[slot].meals, "lost": self.buckets[slot].lost,
                 "causes": _ranked(self.buckets[slot].causes)}
                for slot in slots
            ],
        }  # fmt: skip


def _ranked(counts: Counter[str]) -> dict[str, int]:
    return dict(sorted(counts.items(), key=lambda each: (-each[1], each[0])))


def _table(head: str, counts: Counter[str], of: int) -> Iterable[str]:
    yield f"{head:24}{'meals':>10}"
    for name, number in _ranked(counts).items():
        yield f"{name:24}{number:>10,}  {number / of:>6.1%}"
