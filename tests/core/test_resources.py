"""What the engines do where something is lacking: a folder to write to, memory, a library without its bug."""

from __future__ import annotations

import os
import random
import resource
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import networkx as nx
import numpy as np
import pytest

from mealspec.core import CheckerError, TooLarge
from mealspec.core.explicit.decide import components
from mealspec.core.symbolic import room

ROOT = Path(__file__).parents[2]
GIB = 2**30


def run(
    *arguments: str, limit: int | None = None, at: Path = ROOT, more: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Python with these arguments, and with so much address space."""

    def limited() -> None:
        if limit is not None:
            resource.setrlimit(resource.RLIMIT_AS, (limit, limit))

    return subprocess.run(
        [sys.executable, *arguments],
        cwd=at,
        env={**os.environ, **(more or {})},
        preexec_fn=limited,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


# ---------------------------------------------------------------------- parallel edges


@pytest.mark.parametrize("seed", range(60))
def test_parallel_edges_change_no_component(seed: int) -> None:
    """Given them, scipy 1.13.0 finds wrong components, or none in finite time."""
    rng = random.Random(seed)
    n = rng.randint(1, 12)
    edges = [(rng.randrange(n), rng.randrange(n)) for _ in range(rng.randint(0, 20))] * rng.randint(1, 300)
    source, dest = (np.array([edge[k] for edge in edges], np.int32) for k in (0, 1))
    count, label = components(source, dest, n)
    graph: nx.MultiDiGraph[int] = nx.MultiDiGraph()
    graph.add_nodes_from(range(n))
    graph.add_edges_from(edges)
    expected = {frozenset(some) for some in nx.strongly_connected_components(graph)}
    assert {frozenset(np.flatnonzero(label == k).tolist()) for k in range(count)} == expected


# ---------------------------------------------------------------------- nowhere to write


@pytest.mark.slow
def test_without_a_folder_to_write_to_the_kernel_is_compiled_each_time(tmp_path: Path) -> None:
    """As in a checkout that may only be read, of somebody whose home may not be written either."""
    shutil.copytree(ROOT / "mealspec", tmp_path / "mealspec", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "mealspec" / "core" / "explicit" / "__pycache__").touch()  # no folder can be made in its place
    source = (
        "import numpy as np; from mealspec.core.explicit.kernel import insert_all; "
        "table = np.zeros((4, 2), np.uint64); insert_all(table, np.array([[7]], np.uint64), 1); print(table.sum())"
    )
    nowhere = dict.fromkeys(("HOME", "XDG_CACHE_HOME", "NUMBA_CACHE_DIR"), "/dev/null/nowhere")
    more = {"PYTHONPATH": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1", **nowhere}
    done = run("-c", source, at=tmp_path, more=more)
    assert (done.stdout, done.stderr, done.returncode) == ("8\n", "", 0)


# ---------------------------------------------------------------------- memory

SYMBOLIC = ("-m", "mealspec", "verify", "before", "--connections", "1", "--faults", "0", "--engine", "symbolic")


@pytest.mark.skipif(not Path("/proc/self/statm").is_file(), reason="the system does not tell, nor limit, address space")
@pytest.mark.parametrize(("limit", "status"), [(4 * GIB, 0), (5 * GIB // 4, 2)])
def test_diagrams_take_what_room_there_is_or_say_how_much_they_need(limit: int, status: int) -> None:
    """With ``ulimit -v``: the library itself would reserve what it is told to, or abort."""
    done = run(*SYMBOLIC, limit=limit)
    assert done.returncode == status, done.stderr
    if status:
        (line,) = done.stderr.splitlines()
        assert line.startswith("mealspec: ")
        assert "GiB more than the limit on this process's memory leaves; raise it (ulimit -v)" in line
    else:
        assert "every reachable state" in done.stdout


def test_room_is_asked_of_the_limit_and_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    unlimited = room.affordable("some")
    assert room.FEWEST < unlimited <= room.NODES
    monkeypatch.setattr(resource, "getrlimit", lambda _: (4 * GIB, 4 * GIB))
    monkeypatch.setattr(room, "_reserved", lambda: GIB // 2)
    assert room.affordable("some") == (4 * GIB - GIB // 2 - room.MANAGER) // (2 * room.NODE) < unlimited
    monkeypatch.setattr(room, "_reserved", lambda: 3 * GIB)
    with pytest.raises(TooLarge, match=r"some: the decision diagrams need 0\.3 GiB more") as caught:
        room.affordable("some")
    assert isinstance(caught.value, CheckerError)


@pytest.mark.slow
def test_states_that_do_not_fit_into_memory_are_one_sentence() -> None:
    explicit = ("-m", "mealspec", "verify", "hardened", "--engine", "explicit")
    done = run(*explicit, limit=5 * GIB // 4)
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].startswith("mealspec: hardened")
    assert "the states do not fit into the memory that there is" in done.stderr
    assert "Traceback" not in done.stderr
