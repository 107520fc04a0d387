"""Which tests speak of a requirement, a property or a scenario, found in the tests' source."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

__all__ = ["ROOT", "cited", "named"]

ROOT = Path(__file__).parents[2]
"""The repository; where it is not there, nothing is found."""


class _Piece(NamedTuple):
    file: str
    test: str
    source: str


@cache
def _pieces() -> tuple[_Piece, ...]:
    """Every top-level piece of every test file; ``test`` is empty where it is no test."""
    out = []
    for path in sorted((ROOT / "tests").glob("**/test_*.py")) + sorted((ROOT / "mealspec" / "hunt").glob("test_*.py")):
        if path.parent.name == "draw_charts":  # these speak of every id
            continue
        text = path.read_text(encoding="utf-8")
        lines = text.splitlines()
        for node in ast.parse(text).body:
            name = node.name if isinstance(node, ast.FunctionDef) and node.name.startswith("test_") else ""
            out.append(_Piece(str(path.relative_to(ROOT)), name, "\n".join(lines[node.lineno - 1 : node.end_lineno])))
    return tuple(out)


def _found(pattern: str) -> list[str]:
    hits = [piece for piece in _pieces() if re.search(pattern, piece.source)]
    tests = [f"{piece.file}::{piece.test}" for piece in hits if piece.test]
    files = [piece.file for piece in hits if not piece.test]
    return list(dict.fromkeys([*tests, *(f for f in files if not any(t.startswith(f + "::") for t in tests))]))


def cited(ref: str) -> list[str]:
    """Tests, or files of tests, that name a requirement or failure class such as ``R16``."""
    return _found(rf"\b{re.escape(ref)}\b")


def named(id_: str) -> list[str]:
    """Tests, or files of tests, that name a property or scenario, as a string."""
    return _found(rf"[\"']{re.escape(id_)}[\"']")
