"""``mealspec role``: the page of a side, of any design, and one sentence for what is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from mealspec.cli.entry import main
from mealspec.draw.role_pages import role_path
from mealspec.model.wire.message import Side

ROOT = Path(__file__).parent.parent.parent


@pytest.mark.slow
@pytest.mark.parametrize("side", list(Side))
def test_it_prints_the_page_that_is_committed(side: Side, capsys: pytest.CaptureFixture[str]) -> None:
    main(["role", side])
    assert capsys.readouterr().out == (ROOT / "diagrams" / role_path(side)).read_text(encoding="utf-8")


def test_it_writes_the_page_of_another_design(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["role", "server", "--design", "published+connection_set", "--out", str(tmp_path / "server.md")])
    assert capsys.readouterr().out == ""
    text = (tmp_path / "server.md").read_text(encoding="utf-8")
    assert "Design `published+connection_set`" in text
    assert "`listed: false`" not in text


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ("role clint", "unknown side 'clint'; did you mean 'client'? (client, server)"),
        ("role client --design hardend", "unknown design 'hardend'; did you mean 'hardened'?"),
        ("role client --out /nowhere/at/all.md", "cannot write /nowhere/at/all.md: No such file or directory"),
        ("role", "Missing argument 'SIDE'"),
    ],
)
def test_bad_input_is_one_sentence(capsys: pytest.CaptureFixture[str], arguments: str, sentence: str) -> None:
    with pytest.raises(SystemExit) as end:
        main(arguments.split())
    out, err = capsys.readouterr()
    assert (end.value.code, out) == (2, "")
    assert sentence in err
    assert err.count("\n") == 1
