"""Room for diagrams by arithmetic, on machines and under limits that are made up."""

from __future__ import annotations

import os
import resource

import pytest

from mealspec.core import TooLarge
from mealspec.core.symbolic import room

GIB = 2**30


def afforded(monkeypatch: pytest.MonkeyPatch, memory: float, limit: float | None, reserved: float = 0) -> int:
    """On a machine of so many GiB, of which a process may have so many, and has some already."""
    pages = {"SC_PHYS_PAGES": int(memory * GIB) // 4096, "SC_PAGE_SIZE": 4096}
    monkeypatch.setattr(os, "sysconf", pages.__getitem__)
    most = resource.RLIM_INFINITY if limit is None else int(limit * GIB)
    monkeypatch.setattr(resource, "getrlimit", lambda what: (most, most) if what == resource.RLIMIT_AS else (0, 0))
    monkeypatch.setattr(room, "_reserved", lambda: int(reserved * GIB))
    return room.affordable("some")


def test_half_of_the_memory_is_room_for_nodes_of_16_bytes_and_no_more_than_is_wanted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert afforded(monkeypatch, 1, None) == GIB // 32
    assert afforded(monkeypatch, 64, None) == room.NODES == 150_000_000
    assert (room.NODE, room.FEWEST, room.MANAGER) == (16, 1_000_000, 1.25 * GIB)


def test_under_a_limit_half_of_what_it_leaves_beside_the_manager_is_room(monkeypatch: pytest.MonkeyPatch) -> None:
    assert afforded(monkeypatch, 64, 3.25, 1) == GIB // 32
    assert afforded(monkeypatch, 1, 64, 1) == GIB // 32, "the machine has no more"
    assert afforded(monkeypatch, 64, 64) == room.NODES


def test_too_little_room_is_told_with_how_much_more_it_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    """A million nodes take 32 MB, twice 16 bytes each; the manager a GiB and a quarter."""
    least = 1.25 + 32_000_000 / GIB
    assert afforded(monkeypatch, 64, least + 1 + 32 / GIB, 1) in (1_000_000, 1_000_001)
    with pytest.raises(TooLarge, match=r"^some: the decision diagrams need 0.5 GiB more than the limit"):
        afforded(monkeypatch, 64, least + 0.5, 1)
    with pytest.raises(TooLarge, match=r"need 1.3 GiB more .*; raise it \(ulimit -v\), or search state by state$"):
        afforded(monkeypatch, 64, 1, 1)


def test_what_a_process_has_reserved_is_some_bytes() -> None:
    assert 2**20 < room._reserved() < 2**50
