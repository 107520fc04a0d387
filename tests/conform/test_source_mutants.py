"""The vectors kill programs with one wrong line: a statement left out, a condition turned round."""

from __future__ import annotations

import ast
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from mealspec.conform.conformance import Bench
from mealspec.conform.vector import Vector
from tests.conform import javascript_mutants
from tests.conform.reference import EXAMPLES, Survivor, killed

EQUIVALENT = {
    "client": {
        ("_redial_later", "self.failures"): "the bounds of a pause are equal in a test",
        ("*", "self.socket = None"): "a second close of a closed socket shows nothing",
        ("leave", "self.news"): "the tester sends no message while the load of another is out",
        ("*", '_stop("socket")'): "its socket is closed, so it ends by itself",
    },
    "server": {
        ("connection", "socket.close(REFUSED)"): "the tester's clients send nothing malformed; test_sockets does",
        ("_ping", "self.remove"): "the socket is closed, so its handler removes it",
        ("connection", "pings.cancel()"): "it pings a socket that is gone",
        ("_run", "self.tasks"): "the driver ends all tasks",
        ("_run", "task.add_done_callback"): "the same",
        ("stop", "task.cancel()"): "the same",
    },
}
"""What a mutant may change without changing what a vector can see, by function (* is any) and part of the line."""


def mutated(source: str) -> Iterator[tuple[str, int, str, str]]:
    """Each mutant of a program: its function, its line, what was done, and the program."""
    tree = ast.parse(source)
    for function in [node for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]:
        for node in ast.walk(function):
            if isinstance(node, (ast.If, ast.While)) and not isinstance(node.test, ast.Constant):
                yield (
                    function.name,
                    *_with(source, node.test, f"not ({ast.get_source_segment(source, node.test)})", "turned round"),
                )
            elif isinstance(node, ast.stmt) and _acts(node):
                yield function.name, *_with(source, node, "pass", "left out")


def _acts(node: ast.stmt) -> bool:
    """A call, or an attribute that is set, or several."""
    if isinstance(node, ast.Expr):
        return isinstance(node.value, (ast.Call, ast.Await))
    if not isinstance(node, ast.Assign):
        return False
    several = node.targets[0].elts if isinstance(node.targets[0], ast.Tuple) else node.targets
    return all(isinstance(each, ast.Attribute) for each in several)


def _with(source: str, node: ast.expr | ast.stmt, text: str, what: str) -> tuple[int, str, str]:
    lines = source.splitlines(keepends=True)
    begin = sum(map(len, lines[: node.lineno - 1])) + _column(lines[node.lineno - 1], node.col_offset)
    assert node.end_lineno is not None
    assert node.end_col_offset is not None
    end = sum(map(len, lines[: node.end_lineno - 1])) + _column(lines[node.end_lineno - 1], node.end_col_offset)
    return node.lineno, what, source[:begin] + text + source[end:]


def _column(line: str, bytes_in: int) -> int:
    return len(line.encode()[:bytes_in].decode())


def survivors(
    role: str, vectors: list[Vector], bench: Callable[..., Bench], folder: Path, step: int
) -> tuple[list[Survivor], int]:
    """Mutants that no vector kills, and how many there were."""
    source = (EXAMPLES / f"hardened_{role}.py").read_text(encoding="utf-8")
    for file in EXAMPLES.glob("*.py"):
        shutil.copy(file, folder)
    left, count = list[Survivor](), 0
    order = [vector for vector in vectors if vector.role == role]
    for function, line, what, program in sorted(set(mutated(source)), key=lambda each: each[1:])[::step]:
        told = source.splitlines()[line - 1].strip()
        listed = tuple((f, part) for f, part in EQUIVALENT[role] if f in ("*", function) and part in told)
        if listed and step > 1:
            continue  # it takes longest, for all vectors are put to it
        count += 1
        (folder / f"hardened_{role}.py").write_text(program, encoding="utf-8")
        if not killed(bench, [sys.executable, str(folder / f"drive_{role}.py"), "hardened"], order):
            left.append(Survivor(f"{role}, line {line} {what}: {told}", listed))
    return left, count


Survivors = Callable[[str, list[Vector], Callable[..., Bench], Path, int], tuple[list[Survivor], int]]
NODE = pytest.mark.skipif(shutil.which("node") is None, reason="there is no Node")


@pytest.mark.parametrize(
    ("survivors", "role", "step"),
    [
        pytest.param(survivors, "client", 19, id="python-client"),
        pytest.param(survivors, "server", 9, id="python-server"),
        pytest.param(javascript_mutants.survivors, "client", 47, id="javascript-client", marks=NODE),
        pytest.param(javascript_mutants.survivors, "server", 19, id="javascript-server", marks=NODE),
    ],
)
def test_a_handful_of_mutants_is_killed(
    committed: list[Vector], bench: Callable[..., Bench], tmp_path: Path, survivors: Survivors, role: str, step: int
) -> None:
    left, count = survivors(role, committed, bench, tmp_path, step)
    assert [each.what for each in left if not each.listed] == []
    assert count >= 2


@pytest.mark.slow
@pytest.mark.parametrize(
    ("survivors", "equivalent"),
    [
        pytest.param(survivors, EQUIVALENT, id="python"),
        pytest.param(javascript_mutants.survivors, javascript_mutants.EQUIVALENT, id="javascript", marks=NODE),
    ],
)
@pytest.mark.parametrize("role", ["client", "server"])
def test_every_mutant_is_killed_or_listed(
    committed: list[Vector], bench: Callable[..., Bench], tmp_path: Path, survivors: Survivors,
    equivalent: Mapping[str, Mapping[object, str]], role: str,
) -> None:  # fmt: skip
    left, count = survivors(role, committed, bench, tmp_path, 1)
    print(f"\n{role}: {count - len(left)} of {count} killed")
    assert [each.what for each in left if not each.listed] == []
    assert set(equivalent[role]) == {part for each in left for part in each.listed}, "of what is listed some survives"
    assert count > 15
