"""However the program ends, it ends in order: the real program, with what a shell does to it."""

from __future__ import annotations

import io
import json
import os
import signal
import stat
import subprocess
import sys
import time
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import pytest

from mealspec.cli.entry import main

ROOT = Path(__file__).parents[2]
SMALL = "trace published no-early-belief --connections 1 --faults 0"
RUN = SMALL.split()


def program(*arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "mealspec", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120, **options)


def here(*arguments: str) -> subprocess.CompletedProcess[str]:
    """The same within this process, which is faster."""
    out, err = io.StringIO(), io.StringIO()
    status: Any = 0
    with redirect_stdout(out), redirect_stderr(err):
        try:
            main(arguments)
        except SystemExit as stop:
            status = stop.code
    return subprocess.CompletedProcess(arguments, status, out.getvalue(), err.getvalue())


def shell(line: str, **names: object) -> subprocess.CompletedProcess[str]:
    """What bash makes of the line, in which ``mealspec`` is the program."""
    line = f'mealspec() {{ "{sys.executable}" -m mealspec "$@"; }}; {line}'
    variables = {**os.environ, **{name: str(value) for name, value in names.items()}}
    return subprocess.run(
        ["bash", "-c", line], cwd=ROOT, capture_output=True, text=True, check=False, timeout=120, env=variables
    )


def sentence(done: subprocess.CompletedProcess[str]) -> str:
    """The one sentence of a refusal."""
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("mealspec: ")
    assert done.stderr.count("\n") == 1
    return done.stderr


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("good") / "good.json"
    assert here(*RUN, "--to", "itf", "--out", str(file)).returncode == 0
    return file


# ---------------------------------------------------------------------- whoever reads


@pytest.mark.sample(2, others="slow")
@pytest.mark.parametrize(
    "command",
    [
        "list",
        "replay $good",
        SMALL + " --json",
        "incident E41 --design before",
        "verify before --connections 1 --json",
        "latency --clocks",
        "simulate --rates",
        "role client",
        "diagnose --draft-mapping examples/logs/E41.client.log",
    ],
)
def test_a_reader_who_went_away_is_status_141_whatever_is_printed(command: str, good: Path) -> None:
    done = shell(f"mealspec {command} | exec true; exit ${{PIPESTATUS[0]}}", good=good)
    said = [line for line in done.stderr.splitlines() if " waiting, " not in line]  # progress, on a busy machine
    assert (done.returncode, said) == (141, [])


@pytest.mark.parametrize("command", ["list", "replay $good", "simulate --rates", "role client"])
def test_an_answer_that_finds_no_room_is_one_sentence(command: str, good: Path) -> None:
    done = shell(f"mealspec {command} > /dev/full", good=good)
    assert sentence(done) == "mealspec: cannot write to standard output: No space left on device\n"


def test_an_answer_that_nobody_can_get_is_one_sentence() -> None:
    assert sentence(shell("mealspec list >&-")) == "mealspec: cannot write to standard output: it is closed\n"


def test_without_anybody_to_complain_to_the_answer_is_the_same() -> None:
    done = shell("mealspec list 2>&-")
    assert (done.returncode, done.stdout) == (0, here("list").stdout)
    assert shell("mealspec list nothing 2>&-").returncode == 2


# ---------------------------------------------------------------------- what is written to


@pytest.mark.slow
def test_a_device_stays_a_device() -> None:
    before = os.stat("/dev/null")
    assert program(*RUN, "--out", "/dev/null").returncode == 0
    after = os.stat("/dev/null")
    assert stat.S_ISCHR(after.st_mode)
    assert (after.st_ino, after.st_rdev) == (before.st_ino, before.st_rdev)


@pytest.mark.slow
def test_a_device_that_is_full_is_one_sentence() -> None:
    assert (
        sentence(program(*RUN, "--out", "/dev/full")) == "mealspec: cannot write /dev/full: No space left on device\n"
    )


@pytest.mark.slow
def test_a_pipe_is_written_to(tmp_path: Path) -> None:
    done = shell(f'mkfifo "$pipe"; cat "$pipe" & mealspec {SMALL} --out "$pipe"; wait', pipe=tmp_path / "pipe")
    assert (done.returncode, done.stdout) == (0, here(*RUN).stdout)
    assert stat.S_ISFIFO((tmp_path / "pipe").stat().st_mode)


def test_standard_output_can_be_named() -> None:
    assert shell(f"mealspec {SMALL} --out /dev/stdout | cat").stdout == here(*RUN).stdout


def test_a_link_is_followed_also_to_what_is_not_there_yet(tmp_path: Path) -> None:
    target, link, loose = tmp_path / "elsewhere" / "run", tmp_path / "link", tmp_path / "loose"
    target.parent.mkdir()
    target.write_text("older")
    link.symlink_to(target)
    loose.symlink_to(target.parent / "new")
    for out in (link, loose):
        assert here(*RUN, "--out", str(out)).returncode == 0
        assert out.is_symlink()
        assert out.read_text(encoding="utf-8").startswith("published: no-early-belief is violated")
    assert sorted(file.name for file in target.parent.iterdir()) == ["new", "run"]


def test_a_link_to_itself_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    assert "cannot write" in sentence(here(*RUN, "--out", str(tmp_path / "loop")))


def test_a_replaced_file_keeps_its_mode_and_owner(tmp_path: Path) -> None:
    file = tmp_path / "run"
    file.touch()
    file.chmod(0o640)
    if os.getuid() == 0:
        os.chown(file, 12345, 23456)
    before = file.stat()
    assert here(*RUN, "--out", str(file)).returncode == 0
    after = file.stat()
    assert (after.st_mode, after.st_uid, after.st_gid) == (before.st_mode, before.st_uid, before.st_gid)
    assert after.st_size > 0
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.skipif(os.getuid() == 0, reason="root may write everywhere")
def test_a_file_that_must_not_be_written_stays_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "run"
    file.write_text("older")
    file.chmod(0o444)
    assert "Permission denied" in sentence(here(*RUN, "--out", str(file)))
    assert file.read_text() == "older"


def test_a_name_with_a_nul_is_one_sentence() -> None:
    """No shell can pass one, other programs can."""
    code = "from mealspec.cli.entry import main; main(['trace', 'F4', '--out', 'a\\0b'])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert sentence(done) == "mealspec: an argument holds a NUL, which no name has\n"


# ---------------------------------------------------------------------- what is read


def test_a_file_without_an_end_is_read_to_the_limit_and_no_further() -> None:
    limit = "ulimit -v 8388608; "  # an eighth of what it once took before it was killed
    assert "/dev/zero is larger than 16 MiB" in sentence(shell(limit + "mealspec replay /dev/zero"))


def test_a_trace_can_come_through_a_pipe(good: Path) -> None:
    done = shell('cat "$good" | mealspec replay /dev/stdin', good=good)
    assert (done.returncode, done.stdout) == (0, "accepted by published: 5 steps.\n")


STRANGE = "two\nlines\r\x1b[31mred\x07\u202e\u2028"


@pytest.mark.parametrize(
    "arguments",
    [
        ["verify", STRANGE],
        ["verify", "published+" + STRANGE],
        ["list", STRANGE],
        ["explain", STRANGE],
        [STRANGE],
        ["trace", "published", STRANGE],
        ["trace", "F4", "--to", STRANGE],
        ["verify", "--faults", STRANGE],
        ["verify", "--with", STRANGE],
        ["verify", "--limit", STRANGE],
        ["verify", "--" + STRANGE],
        ["replay", STRANGE],
        ["trace", "F4", "--out", "/no/" + STRANGE],
    ],
    ids=lambda arguments: arguments[0] if arguments[0] != STRANGE else "strange",
)
def test_strange_signs_of_arguments_are_named_and_not_sent_to_the_terminal(arguments: list[str]) -> None:
    said = sentence(here(*arguments))
    assert said[:-1].isprintable()
    assert "\\x1b" in said


def test_strange_signs_are_named_by_the_real_program() -> None:
    assert sentence(program("verify", "a\n\x1b[31m")).startswith("mealspec: unknown design 'a\\n\\x1b[31m'; ")


@pytest.mark.parametrize("where", ["design", "event", "label", "loop", "scope"])
def test_strange_signs_of_a_file_are_named_and_not_sent_to_the_terminal(where: str, good: Path, tmp_path: Path) -> None:
    data = json.loads(good.read_text(encoding="utf-8"))
    if where == "design":
        data["#meta"]["design"] = STRANGE
    elif where == "event":
        data["states"][1]["mbt::actionTaken"] = STRANGE
    elif where == "label":
        data["states"][1]["screen"] = STRANGE
    elif where == "loop":
        data["loop"] = STRANGE
    else:
        data["#meta"]["includes"] = [STRANGE]
    file = tmp_path / "trace.json"
    file.write_text(json.dumps(data), encoding="utf-8")
    done = here("replay", str(file))
    said = done.stdout + done.stderr
    assert done.returncode == (1 if where == "label" else 2)
    assert said.count("\n") == 1
    assert said[:-1].isprintable()
    assert "\\x1b" in said


def test_a_name_of_megabytes_is_cut(good: Path, tmp_path: Path) -> None:
    data = json.loads(good.read_text(encoding="utf-8"))
    data["#meta"]["design"] = "x" * 10_000_000
    file = tmp_path / "trace.json"
    file.write_text(json.dumps(data), encoding="utf-8")
    assert len(sentence(here("replay", str(file)))) < 500


# ---------------------------------------------------------------------- when it is stopped


@pytest.mark.parametrize("pause", [0.05, 0.15, 0.3, 0.6])
def test_an_interrupt_at_any_moment_of_the_start_is_one_sentence(pause: float) -> None:
    """From the moment that the program runs; before that it is Python's to answer."""
    code = "import sys; from mealspec.cli.entry import main; print(flush=True); main(sys.argv[1:])"
    command = [sys.executable, "-c", code, "verify", "published"]
    run = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert run.stdout is not None
    run.stdout.readline()
    time.sleep(pause)
    run.send_signal(signal.SIGINT)
    _, err = run.communicate(timeout=60)
    assert (run.returncode, err) == (130, "mealspec: interrupted; nothing was written\n")


# ---------------------------------------------------------------------- how it starts


def test_help_and_version_load_nothing_that_takes_time() -> None:
    heavy = ["numpy", "numba", "scipy", "rich", "oxidd", "mealspec.core", "mealspec.model"]
    code = (
        "import sys; from mealspec.cli.entry import main\n"
        "for arguments in (['--help'], ['verify', '--help'], ['--version'], []): main(arguments)\n"
        f"print([name for name in {heavy} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_the_version_is_known_without_being_installed(tmp_path: Path) -> None:
    """From a checkout, with nothing but the folder on the path."""
    for name in ("mealspec", "model", "properties"):
        (tmp_path / name).symlink_to(ROOT / name)
    code = (
        "from importlib import metadata\nmetadata.version = None\nimport mealspec.cli.entry as e; e.main(['--version'])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout == "mealspec, version 0.1.0\n"


def test_a_shell_can_complete_commands_and_options() -> None:
    variables = {**os.environ, "_MEALSPEC_COMPLETE": "bash_complete", "COMP_WORDS": "mealspec ver", "COMP_CWORD": "1"}
    assert program(env=variables).stdout == "plain,verify\n"
    variables |= {"COMP_WORDS": "mealspec verify --st", "COMP_CWORD": "2"}
    assert program(env=variables).stdout == "plain,--strict\n"
