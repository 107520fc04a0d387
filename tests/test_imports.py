"""Who may import whom: core < model < properties < check < hunt, draw, conform < explore < cli; no circle, no
private name.

The sources are read, so an import inside a function counts, and so does one that only a type checker sees.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import networkx as nx
import pytest

HOUSE = Path(__file__).parents[1] / "mealspec"

ORDER = ({"core"}, {"model"}, {"properties"}, {"check"}, {"hunt", "draw", "conform"}, {"explore"}, {"cli"})
"""Each folder may import itself and those before it; no folder imports one that stands beside it."""


@cache
def modules() -> dict[str, ast.Module]:
    """Every module of the package with its source, read through the links of the two folders at the top."""
    found = {}
    for folder in sorted(path for path in HOUSE.iterdir() if path.is_dir() and path.name != "__pycache__"):
        for file in sorted(folder.resolve().rglob("*.py")):
            inside = file.relative_to(folder.resolve()).with_suffix("")
            parts = ["mealspec", folder.name, *(part for part in inside.parts if part != "__init__")]
            found[".".join(parts)] = ast.parse(file.read_text(encoding="utf-8"))
    return found


def imported(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """What a module imports, with the line; a name that is a module itself counts as that module."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"a relative import in line {node.lineno}"
            inside = [f"{node.module}.{alias.name}" for alias in node.names]
            yield from ((node.lineno, name if name in modules() else str(node.module)) for name in inside)


def rank(module: str) -> tuple[int, str]:
    """How high the module's folder stands, and which it is."""
    folder = module.split(".")[1]
    return next(k for k, some in enumerate(ORDER) if folder in some), folder


def test_every_folder_has_its_place() -> None:
    folders = {module.split(".")[1] for module in modules()}
    assert folders == set().union(*ORDER)
    assert len(modules()) > 90


def test_no_arrow_runs_back_up() -> None:
    offenders = []
    for module, tree in modules().items():
        for line, name in imported(tree):
            if not name.startswith("mealspec."):
                continue
            (mine, folder), (theirs, other) = rank(module), rank(name)
            if theirs > mine or (theirs == mine and other != folder):
                offenders.append(f"{module}, line {line}: {folder} imports {other} ({name})")
    assert offenders == []


def test_no_two_modules_of_the_core_import_each_other_on_whatever_way_round() -> None:
    """The public face counts as a module, and so does a folder's ``__init__``."""
    graph: nx.DiGraph[str] = nx.DiGraph()
    for module, tree in modules().items():
        if module.startswith("mealspec.core"):
            graph.add_edges_from((module, name) for _, name in imported(tree) if name.startswith("mealspec.core"))
    circles = [sorted(some) for some in nx.strongly_connected_components(graph) if len(some) > 1]
    assert circles == []
    assert not list(nx.selfloop_edges(graph))


def test_the_engines_stand_below_their_interface() -> None:
    """It names neither, and predicates and claims know of neither."""
    for name in ("engine", "predicate", "claim", "formula", "system"):
        tree = modules()[f"mealspec.core.{name}"]
        engines = [found for _, found in imported(tree) if ".explicit" in found or ".symbolic" in found]
        assert engines == [], f"core.{name} imports an engine"
    for one, other in (("explicit", "symbolic"), ("symbolic", "explicit")):
        for module, tree in modules().items():
            if module.startswith(f"mealspec.core.{one}"):
                assert [name for _, name in imported(tree) if f".{other}" in name] == [], f"{module} imports {other}"


def libraries(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """What the module calls things of other packages than this one, and the package."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.asname or alias.name.split(".")[0], alias.name
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                yield alias.asname or alias.name, str(node.module)


DOCUMENTED = {"os._exit"}
"""What begins with an underscore and stands in the library's documentation all the same."""


def private(tree: ast.Module) -> Iterator[str]:
    """Private names of libraries that are imported, or read from what was imported."""
    foreign = {name: where for name, where in libraries(tree) if not where.startswith("mealspec")}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and not str(node.module).startswith(("mealspec", "__future__")):
            parts = [*str(node.module).split("."), *(alias.name for alias in node.names)]
            yield from (f"line {node.lineno}: {name} of {node.module}" for name in parts if name.startswith("_"))
        if isinstance(node, ast.Attribute) and node.attr.startswith("_") and not node.attr.endswith("__"):
            base: ast.expr = node.value
            while isinstance(base, ast.Attribute):
                base = base.value
            if isinstance(base, ast.Name) and base.id in foreign and ast.unparse(node) not in DOCUMENTED:
                yield f"line {node.lineno}: {ast.unparse(node)} of {foreign[base.id]}"


def test_no_private_name_of_a_library_is_used() -> None:
    offenders = [f"{module}, {found}" for module, tree in modules().items() for found in private(tree)]
    assert offenders == []


@pytest.mark.parametrize(
    ("source", "count"),
    [
        ("from hypothesis.stateful import _x", 1),
        ("from hypothesis._internal import x", 1),
        ("import numpy as np\nnp.core._methods._sum(3)", 2),
        ("from hypothesis.stateful import Machine\nMachine._rules", 1),
        ("import numpy as np\nnp.sum(3).__len__\nfrom mealspec.core import _y", 0),
    ],
)
def test_a_private_name_would_be_found(source: str, count: int) -> None:
    assert len(list(private(ast.parse(source)))) == count


def test_what_an_import_costs_is_kept_small() -> None:
    """The package imports nothing, and its core none of the heavy libraries before they are needed."""
    told = "import sys; {}; print(*sorted({{m.split('.')[0] for m in sys.modules}}))"
    heavy = {"numba", "scipy", "networkx", "oxidd", "hypothesis", "pytest", "graphviz"}
    barred = {"mealspec": heavy | {"numpy", "click", "transitions"}, "mealspec.core": heavy, "mealspec.check": heavy}
    for what, some in barred.items():
        asked = told.format(f"import {what}")
        run = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
        assert some.isdisjoint(run.stdout.split()), f"{what} imports {sorted(some & set(run.stdout.split()))}"
