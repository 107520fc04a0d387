"""What tests of commands share."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest


@pytest.fixture
def read_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """A medium that takes nothing: so not even root, who may write everywhere, may write there."""

    def full(file: Path) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    monkeypatch.setattr(Path, "touch", full)
