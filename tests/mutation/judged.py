"""Survivors that somebody has read and found to be no mistake: ``judged.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path

Judgement = Mapping[str, str]
"""What it says of a mutant (its module, operator, line, and what becomes of that, as far as it says), and why.

Of a ``part`` of whatever line it says what that part ``turns`` into, and that all else of the line stays.
"""


def judgements() -> list[Judgement]:
    """All of them."""
    text = Path(__file__).with_suffix(".toml").read_text(encoding="utf-8")
    found: list[Judgement] = tomllib.loads(text)["judged"]
    return found


def judged(mutant: Judgement, known: Iterable[Judgement]) -> bool:
    """Whether some judgement is about this mutant: all that it says of one is so.

    >>> judged({"line": "a", "becomes": "b"}, [{"line": "a", "why": "..."}])
    True
    """
    return any(
        all(mutant[key] == text for key, text in each.items() if key not in ("why", "part", "turns"))
        and _turned(mutant, each)
        for each in known
    )


def _turned(mutant: Judgement, each: Judgement) -> bool:
    """Whether nothing but the part that the judgement names is changed, once, if it names one."""
    before, after = each.get("part", ""), each.get("turns", "")
    pieces = mutant["line"].split(before) if before else []
    turned = (before.join(pieces[:k]) + after + before.join(pieces[k:]) for k in range(1, len(pieces)))
    return not before or mutant["becomes"] in turned
