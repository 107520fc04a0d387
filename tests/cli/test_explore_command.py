"""``mealspec explore``: the page, whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from mealspec.cli.entry import main
from mealspec.draw.page import Page
from mealspec.explore import bundle


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> Page:
    """A page that takes no minute."""
    page = Page("explorer.html", "The explorer", "", "<!doctype html>\n")
    monkeypatch.setattr(bundle, "explorer", lambda: page)
    return page


def test_the_page_is_written_or_printed(quick: Page, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["explore", "--out", str(tmp_path / "it.html")])
    assert (tmp_path / "it.html").read_text(encoding="utf-8") == quick.text
    assert capsys.readouterr().out == ""
    main(["explore"])
    assert capsys.readouterr().out == quick.text


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ("--out /nowhere/at/all.html", "cannot write /nowhere/at/all.html: No such file or directory"),
        ("--out /tmp", "File '/tmp' is a directory"),
        ("--out /dev/null/it", "cannot write /dev/null/it: Not a directory"),
        ("--out /proc/it.html", "cannot write /proc/it.html: "),
        ("--out", "Option '--out' requires an argument"),
        ("--design published", "No such option"),
        ("page", "unexpected extra argument"),
    ],
)
def test_bad_input_is_said_before_the_work(
    arguments: str, sentence: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bundle, "explorer", lambda: pytest.fail("the work has begun"))
    with pytest.raises(SystemExit) as end:
        main(["explore", *arguments.split()])
    out, err = capsys.readouterr()
    assert (end.value.code, out) == (2, "")
    assert sentence in err
    assert err.count("\n") == 1
