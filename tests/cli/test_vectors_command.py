"""``mealspec vectors``: whether its folder takes them is said before the minutes that they take, not after."""

from __future__ import annotations

from pathlib import Path

import pytest

from mealspec.cli.entry import main
from mealspec.conform import suite


@pytest.fixture(autouse=True)
def _no_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(suite, "suite", lambda *_, **__: pytest.fail("the work has begun"))


def refused(capsys: pytest.CaptureFixture[str], out: Path) -> str:
    with pytest.raises(SystemExit) as end:
        main(["vectors", "--out", str(out)])
    said, err = capsys.readouterr()
    assert (end.value.code, said, err.count("\n")) == (2, "", 1)
    return err


def test_a_folder_that_cannot_be_is_refused_before_the_work(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert refused(capsys, tmp_path / "file" / "new").endswith("new: Not a directory\n")
    assert "is a file" in refused(capsys, tmp_path / "file")
    assert [file.name for file in tmp_path.iterdir()] == ["file"]


@pytest.mark.parametrize("out", ["new/deep", "there"])
def test_a_medium_that_takes_nothing_is_refused_before_the_work(
    capsys: pytest.CaptureFixture[str], read_only: None, tmp_path: Path, out: str
) -> None:
    (tmp_path / "there" / "client").mkdir(parents=True)
    (tmp_path / "there" / "client" / "F1.json").write_text("older")
    before = sorted(tmp_path.rglob("*"))
    assert refused(capsys, tmp_path / out).endswith(f"{out}: Read-only file system\n")
    assert sorted(tmp_path.rglob("*")) == before
