"""Every README shows what the program says, and names what exists.

What stands between ``<!-- shown: NAME -->`` and ``<!-- end -->`` is made by the function of that name in
:data:`SHOWN`. To renew it after a change that is meant: ``.venv/bin/python tests/test_readme.py``.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path

import click
import pytest

from mealspec.check.cases import CASES, told
from mealspec.check.excerpts import excerpts
from mealspec.check.incident import explain_all
from mealspec.check.latency import SITUATIONS, outcomes
from mealspec.check.records import RECORDS, STAIRS
from mealspec.check.show_incident import incident_table
from mealspec.cli.group import cli
from mealspec.cli.listing import matrix
from mealspec.draw.page import table
from mealspec.model.design import DESIGNS
from mealspec.model.scope import Scope
from mealspec.properties.catalogue import PROPERTIES
from mealspec.properties.scenarios import FAILURES, HALVES, REPORTS

ROOT = Path(__file__).parent.parent
FOLDERS = ("model", "properties", "mealspec", "tests")
PAGES = sorted([*ROOT.glob("*.md"), *(page for folder in FOLDERS for page in (ROOT / folder).rglob("README.md"))])
"""All pages that people write; those below ``diagrams/`` are drawn, and compared elsewhere."""

REGION = re.compile(r"<!-- shown: (.+?) -->\n(.*?)<!-- end -->", re.S)


def printed(*command: str) -> str:
    """What a command prints on its standard output."""
    usual = os.environ | {"COLUMNS": "80"}
    done = subprocess.run(
        [sys.executable, "-m", *command], cwd=ROOT, env=usual, capture_output=True, text=True, check=True
    )
    return done.stdout


def fenced(text: str) -> list[str]:
    """A block as it was printed."""
    return ["```text", *text.rstrip().splitlines(), "```"]


def the_end_of_the_flaw() -> list[str]:
    run = printed("mealspec", "trace", "flaw")
    return fenced(run[run.index("because: ") :])


@cache
def options() -> str:
    said = printed("pytest", "--help")
    return said[said.index("mealspec:") :].split("\n\n")[0].partition("\n")[2]


def commands() -> dict[str, click.Command]:
    context = click.Context(cli, info_name="mealspec")
    return {name: command for name in cli.list_commands(context) if (command := cli.get_command(context, name))}


def codes(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def changes(repair: dict[str, list[str]]) -> str:
    return f"add {codes(repair['add'])}; take away {codes(repair['remove'])}"


def the_sweeps_of_record() -> Iterator[str]:
    found = {record.name: record.answer() for record in RECORDS}
    rows = []
    for record in RECORDS:
        told = found[record.name]
        rows.append([record.question, *(f"{told[key]:,}" for key in ("designs", "passing", "minimal_number"))])
    yield from table(["question", "designs", "that pass", "smallest sets that are enough"], rows)
    yield ""
    yield "They were asked by, in this order:"
    yield ""
    yield from (f"1. `{' '.join(['mealspec sweep', record.options]).strip()}`" for record in RECORDS)
    every, alone = found["all"], found["delivery"]
    repair = every["repairs"]["published"][0]
    yield ""
    yield f"- **Every design that keeps every property with one connection has:** {codes(every['necessary'])}."
    yield f"- **None of them has:** {codes(every['excluded'])}."
    yield f"- **A smallest repair of `published` there:** {changes(repair)}."
    app = found["app"]["repairs"]["app_head"][0]
    yield f"- **A smallest repair of `app_head`:** {changes(app)}."
    needs = ([name for name in some if name not in alone["required"]] for some in alone["minimal"])
    yield f"- **Delivery alone needs** {'; or '.join(map(codes, needs))}."


def the_seconds() -> Iterator[str]:
    scope = Scope(connections=1, faults=1)
    found = {name: outcomes(DESIGNS[name], scope) for name in ("before", "published", "hardened")}
    rows = []
    for situation, *each in zip(SITUATIONS, *found.values(), strict=True):
        rows.append([situation.name, situation.claimed, *(one.most for one in each)])
    yield from table(["completed while", "claimed", *found], rows)


def the_scenarios() -> Iterator[str]:
    found = {name: [told(DESIGNS[name], case) for case in CASES] for name in ("published", "hardened")}
    rows = [
        [case.name, case.world, case.measure.claimed, *(one.outcome.most for one in each)]
        for case, *each in zip(CASES, *found.values(), strict=True)
    ]
    yield from table(["scenario", "let in", "claimed", *found], rows)


def the_staircase() -> Iterator[str]:
    found = STAIRS.answer()
    yield STAIRS.question
    yield ""
    rows = [
        [
            f"{stair['seconds']:g} s",
            f"{stair['designs']:,}",
            ", ".join(f"`{m}`" for m in stair["necessary"] if m not in STAIRS.region.required),
        ]
        for stair in found["stairs"]
    ]
    yield from table(["within", f"of {found['designs']:,} designs", "all of these have"], rows)
    late = found["designs"] - found["counts"][-1]
    yield ""
    yield f"The other {late:,} have a run that takes longer than {len(found['counts']) - 1} s, or never shows the meal."
    yield f"`mealspec latency --sweep` with the options of record `seconds`: {found['states']:,} states in time."


SHOWN: dict[str, Callable[[], Iterable[str]]] = {
    "the end of the flaw": the_end_of_the_flaw,
    "the matrix": matrix,
    "the scenarios": the_scenarios,
    "the seconds": the_seconds,
    "the staircase": the_staircase,
    "the sweeps of record": the_sweeps_of_record,
    "the root causes": lambda: fenced("\n".join(incident_table(explain_all(excerpts().values())))),
    "the properties": lambda: table(
        ["property", "what it says", "from"], ([p.id, p.sentence, " ".join(p.refs)] for p in PROPERTIES.values())
    ),
    "the failure classes": lambda: table(
        ["class", "what happens", "in the design", "reported, for example, as"],
        ([f.id, f.title, f"`{f.design}`", ", ".join(REPORTS.get(f.id, ()))] for f in (FAILURES | HALVES).values()),
    ),
    "the commands": lambda: table(
        ["command", "what it does"], ([f"`{name}`", each.get_short_help_str(200)] for name, each in commands().items())
    ),
    "the options of the plugin": lambda: fenced(options()),
}
"""What pages show, by the name that stands in them."""


def renewed(text: str) -> str:
    """The page with all that it shows made anew."""
    return REGION.sub(
        lambda found: f"<!-- shown: {found[1]} -->\n" + "\n".join(SHOWN[found[1]]()) + "\n<!-- end -->", text
    )


COSTLY = {ROOT / "properties" / "README.md"}
"""Pages that ask for every cause of every excerpt."""


@pytest.mark.parametrize(
    "page",
    [pytest.param(page, marks=pytest.mark.slow) if page in COSTLY else page for page in PAGES],
    ids=lambda page: str(page.relative_to(ROOT)),
)
def test_a_page_shows_what_the_program_says(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert renewed(text) == text


def test_everything_that_can_be_shown_is_shown_somewhere() -> None:
    shown = [name for page in PAGES for name, _ in REGION.findall(page.read_text(encoding="utf-8"))]
    assert sorted(shown) == sorted(SHOWN)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_what_a_page_links_to_exists(page: Path) -> None:
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text(encoding="utf-8")):
        assert (page.resolve().parent / target).exists(), target


def lines_to_type() -> Iterator[list[str]]:
    """The commands that consoles show, word by word, without what they say about them."""
    for page in PAGES:
        for line in re.findall(r"^\$ (.+)", page.read_text(encoding="utf-8"), re.M):
            yield line.split("  #")[0].removeprefix(".venv/bin/").split()


def test_the_commands_that_pages_show_are_understood() -> None:
    typed = [words[1:] for words in lines_to_type() if words[0] == "mealspec"]
    assert typed
    for name, *words in typed:
        commands()[name].make_context(name, words)


def test_the_make_targets_that_pages_name_exist() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    text = "".join(page.read_text(encoding="utf-8") for page in PAGES if page.name != "CHANGELOG.md")
    named = {words[1] for words in lines_to_type() if words[0] == "make"} | set(re.findall(r"`make ([\w-]+)`", text))
    assert named
    for target in named:
        assert re.search(rf"^{target}:.*##", makefile, re.M), target


def test_the_options_of_pytest_that_pages_show_exist() -> None:
    named = {word for words in lines_to_type() for word in words if word.startswith("--mealspec-")}
    assert named
    assert all(f"{name}=" in options() for name in named)


def test_the_first_page_is_short() -> None:
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= 150


@pytest.mark.parametrize(
    "folder", ["model", "properties", *(f"mealspec/{p.name}" for p in (ROOT / "mealspec").iterdir())]
)
def test_each_folder_says_what_to_read_first(folder: str) -> None:
    if (ROOT / folder / "__init__.py").exists():
        assert re.search(r"\bRead first\b", (ROOT / folder / "README.md").read_text(encoding="utf-8"))


if __name__ == "__main__":
    for each in PAGES:
        each.write_text(renewed(each.read_text(encoding="utf-8")), encoding="utf-8")
