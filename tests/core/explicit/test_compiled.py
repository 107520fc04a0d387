"""What is kept compiled is used again as long as nothing has changed that went into it, and no longer."""

from __future__ import annotations

import ast
import importlib
import inspect
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from zlib import crc32

import numba
import pytest
from numba.extending import is_jitted

from mealspec.core.explicit import compiled as keeping

HEAD = "from mealspec.core.explicit.compiled import compiled\n"
INNER = HEAD + "MORE = {more}\n@compiled()\ndef inner(): return {returns}\n"
MIDDLE = HEAD + "from inner import inner\n@compiled()\ndef middle(): return inner()\n"
OUTER = HEAD + "from middle import middle\nfrom inner import MORE\n@compiled()\ndef outer(): return middle() + MORE\n"
NAMES = ("inner", "middle", "outer")

Load = Callable[..., int]


@pytest.fixture
def load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Load]:
    """Write three files that are compiled into each other, begin anew with them, and ask the last."""
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(numba.config, "CACHE_DIR", "")
    monkeypatch.setattr(sys, "dont_write_bytecode", True)  # Python, too, takes a file for the same by its time

    def loaded(returns: int, more: int = 0, after: str = "", ask: bool = True) -> int:
        texts = (INNER.format(returns=returns, more=more), MIDDLE, OUTER + after)
        for name, text in zip(NAMES, texts, strict=True):
            file = tmp_path / f"{name}.py"
            file.write_text(text, encoding="utf-8")
            os.utime(file, (crc32(text.encode()),) * 2)  # numba 0.60 compiles anew what is the same at another time
            sys.modules.pop(name, None)
        monkeypatch.setattr(keeping, "_parts", {})
        importlib.invalidate_caches()
        outer = importlib.import_module("outer").outer
        return int(outer()) if ask else returns

    yield loaded
    for name in NAMES:
        sys.modules.pop(name, None)


def kept(folder: Path) -> dict[Path, int]:
    """What is kept below a folder, and when it was written."""
    return {file: file.stat().st_mtime_ns for file in folder.rglob("*.nbc")}


def test_an_edit_of_what_is_called_or_read_is_noticed_and_what_was_kept_serves_again(
    load: Load, tmp_path: Path
) -> None:
    assert load(returns=1) == 1
    first = kept(tmp_path)
    assert {file.name.partition(".")[0] for file in first} == {*NAMES}
    assert load(returns=1) == 1
    assert kept(tmp_path) == first
    assert load(returns=2) == 2  # two calls away
    assert load(returns=2, more=5) == 7
    before = kept(tmp_path)
    assert load(returns=1) == 1
    assert kept(tmp_path) == before


def test_of_many_edits_the_last_few_are_kept(load: Load, tmp_path: Path) -> None:
    made: list[Path] = []
    for returns in range(keeping.KEPT + 2):
        load(returns=returns, ask=False)
        made += [folder for folder in (tmp_path / "__pycache__").glob("outer-*") if folder not in made]
        os.utime(made[-1], (returns, returns))  # else some are made in the same moment
    assert len(made) == keeping.KEPT + 2
    assert [folder for folder in made if folder.exists()] == made[2:]


def test_an_edit_of_what_calls_makes_nothing_stale_that_is_called(load: Load, tmp_path: Path) -> None:
    load(returns=1)
    (inner,) = (tmp_path / "__pycache__").glob("inner-*")
    before = kept(inner)
    load(returns=1, after="# edited\n")
    assert kept(inner) == before
    assert len(list((tmp_path / "__pycache__").glob("outer-*"))) == 2


@pytest.mark.parametrize("told", [True, False])
def test_it_is_kept_where_numba_is_told_to_or_in_the_users_cache(
    load: Load, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, told: bool
) -> None:
    there = tmp_path / "elsewhere"
    if told:
        monkeypatch.setattr(numba.config, "CACHE_DIR", str(there))
    else:
        (tmp_path / "__pycache__").touch()  # no folder can be made in its place
        monkeypatch.setenv("XDG_CACHE_HOME", str(there))
    assert load(returns=3) == 3
    assert vars(numba.config)["CACHE_DIR"] == (str(there) if told else "")
    assert {file.name.partition(".")[0] for file in kept(there)} == {*NAMES}
    assert kept(there) == kept(tmp_path)


def test_where_nothing_can_be_kept_it_is_compiled_each_time(
    load: Load, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "__pycache__").touch()
    monkeypatch.setattr(os.path, "expanduser", lambda path: path)  # nobody's home
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.chdir(tmp_path)
    assert load(returns=4) == 4
    assert not kept(tmp_path)
    assert not (tmp_path / "~").exists()


MODULES = [
    f"mealspec.{name}"
    for name in (
        "conform.kernel", "diagnose.kernel", *(
            f"core.explicit.{file.stem}"
            for file in sorted(Path(keeping.__file__).parent.glob("*.py"))
            if HEAD in file.read_text(encoding="utf-8")
        ),
    )
]  # fmt: skip


@pytest.mark.parametrize("name", MODULES)
def test_whatever_goes_into_a_compiled_function_is_among_what_its_folder_is_named_by(name: str) -> None:
    """Names from other files of ours that it reads are those of modules with compiled functions."""
    module = importlib.import_module(name)
    tree = ast.parse(inspect.getsource(module))
    origins = {
        alias.asname or alias.name: node.module
        for node in tree.body if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("mealspec.")
        for alias in node.names
    }  # fmt: skip
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef) and is_jitted(vars(module)[node.name])]
    assert functions
    read = {
        node.id
        for function in functions for statement in function.body for node in ast.walk(statement)
        if isinstance(node, ast.Name)
    }  # fmt: skip
    parts = keeping._parts[name]
    assert Path(module.__file__ or "") in parts
    for used in read & origins.keys():
        origin = str(origins[used])
        assert Path(importlib.import_module(origin).__file__ or "") in parts, f"{name} reads {used} of {origin}"
