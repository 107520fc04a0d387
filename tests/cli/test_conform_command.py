"""``mealspec conform`` and ``mealspec vectors``, as people and machines see them."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from mealspec.cli.entry import main
from tests.conform.reference import driver


def run(*arguments: str) -> int:
    try:
        main(arguments)
    except SystemExit as stop:
        return int(stop.code or 0)
    return 0


def test_a_client_that_conforms(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("conform", "--only", "client/F", "--examples", "3", "--", *driver("client", "hardened")) == 0
    said = capsys.readouterr().out
    assert "passed" in said
    assert "all that was seen is allowed" in said
    assert max(map(len, said.splitlines())) <= 80


@pytest.mark.slow
def test_a_bug_is_shown_expected_beside_observed_named_and_kept(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept, junit = tmp_path / "found.json", tmp_path / "out.xml"
    command = driver("server", "hardened", "other_key")
    assert run("conform", "--only", "server/F2", "--keep", str(kept), "--junit", str(junit), "--", *command) == 1
    said = capsys.readouterr().out
    assert "expected" in said
    assert "`other_registry` or `other_key` (F16; nothing that can be seen tells which)" in " ".join(said.split())
    assert max(map(len, said.splitlines())) <= 80
    assert ET.parse(junit).getroot().get("failures") != "0"
    assert run("conform", "--vectors", str(kept), "--json", "--", *command) == 1
    assert json.loads(capsys.readouterr().out)["verdicts"][0]["outcome"] == "diverged"
    assert run("conform", "--vectors", str(kept), "--examples", "0", "--", *driver("server", "hardened")) == 0


@pytest.mark.slow
def test_known_failures_still_run_and_are_reported_when_they_pass(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("conform", "--only", "client/F4", "--json", "--examples", "0", "--", *driver("client", "hardened")) == 0
    ids = [verdict["id"] for verdict in json.loads(capsys.readouterr().out)["verdicts"]]
    known = tmp_path / "known"
    known.write_text("\n".join(ids) + "  # some day\n")
    options = ("--only", "client/F4", "--known", str(known), "--examples", "0", "--")
    assert run("conform", *options, *driver("client", "hardened")) == 1
    assert ids[0] in capsys.readouterr().out.replace("\n", "").replace(" ", "")
    assert run("conform", *options, *driver("client", "published")) == 0


@pytest.mark.sample(2, others="slow")
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("conform", "--", "/no/such/driver"), "cannot run '/no/such/driver'"),
        (("conform", "--vectors", "/no/such", "--", "true"), "cannot read /no/such"),
        (("conform", "--design", "hardend", "--", "true"), "did you mean 'hardened'"),
        (("conform", "--", "true"), "the driver does not start"),
        (("conform", "--known", "/no/such", "--", "true"), "cannot read /no/such"),
        (("conform", "--known", "/dev/zero", "--", "true"), "/dev/zero is larger than 64 MiB; no list of known"),
        (("conform", "--vectors", "/dev/zero", "--", "true"), "/dev/zero is larger than 64 MiB; no file of vectors"),
        (("vectors", "--design", "nothing"), "unknown design"),
    ],
)
def test_bad_input_gets_one_sentence(arguments: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(*arguments) == 2
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1


def test_a_file_that_is_no_file_of_vectors(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for text, said in (("{", "is not JSON"), ("{}", "is no file of vectors"), ("[" * 100_000, "is not JSON")):
        file = tmp_path / "vectors.json"
        file.write_text(text)
        assert run("conform", "--vectors", str(file), "--", "true") == 2
        assert said in capsys.readouterr().err
