"""Survivors that somebody has read and found to be no mistake: ``judged.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path

Judgement = Mapping[str, str]
"""What it says of a mutant (its module, operator, line, and what becomes of that, as far as it says), and why."""


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
    return any(all(mutant[part] == text for part, text in each.items() if part != "why") for each in known)
