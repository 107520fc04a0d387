"""The wheel is one package that stands beside anything, and what it needs is what is declared."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
import tarfile
import tomllib
import venv
import zipfile
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parent.parent
SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PROJECT = SETTINGS["project"]
PACKAGES = ("mealspec", "model", "properties")
"""Where sources stand in the repository; the last two are linked into the first."""

FOREIGN = {
    "model/__init__.py": "class User:\n    name = 'somebody'\n",
    "checker/__init__.py": "def check(user):\n    return user.name\n",
    "properties/__init__.py": "EXPECTED = 'somebody'\n",
    "tests/test_own.py": """
import sys
from checker import check
from model import User
from properties import EXPECTED

def test_own():
    assert check(User()) == EXPECTED

def test_nobody_else_loads_what_is_heavy():
    assert "mealspec.hunt.plugin" in sys.modules
    heavy = ("numpy", "scipy", "numba", "oxidd", "hypothesis", "transitions", "networkx", "rich", "click", "jinja2")
    loaded = {name.split(".")[0] for name in sys.modules}
    assert not loaded & set(heavy)
    ours = {name for name in sys.modules if name.split(".")[0] == "mealspec"}
    assert ours == {"mealspec", "mealspec.hunt", "mealspec.hunt.plugin"}
""",
}
"""A project of somebody else's, whose packages are called as our folders are."""


def test_every_import_is_declared_and_every_dependency_is_imported() -> None:
    known = packages_distributions()
    imported = {name for folder in PACKAGES for file in (ROOT / folder).rglob("*.py") for name in _imports(file)}
    foreign = imported - set(sys.stdlib_module_names) - {"mealspec"}
    wanted = (*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["learn"])
    declared = {Requirement(each).name.lower() for each in wanted}
    assert {known[name][0].lower() for name in foreign} == declared


def _imports(file: Path) -> set[str]:
    """The top-level packages that a file imports, wherever in it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            found.add(str(node.module).split(".")[0])
    return found


def test_every_requirement_has_a_lower_bound_that_can_be_tried() -> None:
    """``make lowest`` turns each ``>=`` into ``==``, so there must be one and no more."""
    for text in (*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["test"]):
        (bound,) = Requirement(text).specifier
        assert bound.operator == ">=", text
    assert set(SETTINGS["build-system"]["requires"]) <= set(PROJECT["optional-dependencies"]["test"])
    shown = subprocess.run([sys.executable, ROOT / ".ci" / "lowest"], capture_output=True, text=True, check=True)
    assert [line.replace("==", ">=") for line in shown.stdout.splitlines()] == [
        *PROJECT["dependencies"],
        *PROJECT["optional-dependencies"]["test"],
    ]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The wheel and the sdist of this checkout."""
    folder = tmp_path_factory.mktemp("built")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-d", str(folder)], cwd=ROOT, check=True, capture_output=True
    )
    (wheel,), (sdist,) = folder.glob("*.whl"), folder.glob("*.tar.gz")
    return wheel, sdist


@pytest.mark.xdist_group("packaging")
def test_the_wheel_holds_one_package_with_all_its_files(built: tuple[Path, Path]) -> None:
    names = set(zipfile.ZipFile(built[0]).namelist())
    assert {name.split("/")[0].split("-")[0] for name in names} == {"mealspec"}
    files = (file for package in PACKAGES for file in (ROOT / package).rglob("*") if file.is_file())
    wanted = {str(file.relative_to(ROOT)) for file in files if "__pycache__" not in file.parts}
    wanted = {name if name.startswith("mealspec/") else f"mealspec/{name}" for name in wanted}
    assert "mealspec/properties/records/all.json" in wanted
    assert wanted <= names


@pytest.mark.xdist_group("packaging")
def test_the_sdist_holds_plain_folders_and_builds_the_same_wheel(built: tuple[Path, Path], tmp_path: Path) -> None:
    wheel, sdist = built
    with tarfile.open(sdist) as archive:
        assert all(member.isfile() for member in archive)
        archive.extractall(tmp_path, filter="data")
    (unpacked,) = tmp_path.iterdir()
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path / "again")]
    subprocess.run(command, cwd=unpacked, check=True, capture_output=True)
    assert (tmp_path / "again" / wheel.name).read_bytes() == wheel.read_bytes()


@pytest.fixture(scope="module")
def beside(built: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A Python with the wheel and what it needs, and the folder of a foreign project."""
    home = tmp_path_factory.mktemp("beside")
    venv.create(home / "venv", with_pip=False, symlinks=os.name != "nt")
    python = home / "venv" / "bin" / "python"
    install = [
        sys.executable,
        "-m",
        "pip",
        "--python",
        str(python),
        "install",
        "--no-deps",
        "--no-index",
        str(built[0]),
    ]
    subprocess.run(install, check=True, capture_output=True)
    (site,) = (home / "venv" / "lib").glob("python*/site-packages")
    # What the running Python has installed, seen from there; its own .pth files are not read, so this checkout is not.
    seen = [path for path in sys.path if Path(path).name in ("site-packages", "dist-packages")]
    (site / "dependencies.pth").write_text("\n".join(seen) + "\n", encoding="utf-8")
    project = home / "foreign"
    for name, text in FOREIGN.items():
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_text(text, encoding="utf-8")
    return python, project


def run(beside: tuple[Path, Path], *command: str) -> str:
    """What a command of the foreign project's Python prints, in its folder."""
    python, project = beside
    clean = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "PYTEST_ADDOPTS")}
    done = subprocess.run([python, "-m", *command], cwd=project, env=clean, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.xdist_group("packaging")
def test_it_is_the_wheel_that_is_found(beside: tuple[Path, Path]) -> None:
    python, project = beside
    where = "import mealspec.model, mealspec.properties; print(mealspec.model.__file__, mealspec.properties.__file__)"
    said = subprocess.run([python, "-c", where], cwd=project, capture_output=True, text=True, check=True).stdout
    assert all(Path(path).is_relative_to(python.parent.parent) for path in said.split())


@pytest.mark.xdist_group("packaging")
def test_a_foreign_projects_tests_pass_beside_it_and_load_nothing_heavy(beside: tuple[Path, Path]) -> None:
    assert "2 passed" in run(beside, "pytest", "-q")


@pytest.mark.xdist_group("packaging")
def test_the_command_line_runs_in_a_foreign_folder(beside: tuple[Path, Path]) -> None:
    assert "published_plus" in run(beside, "mealspec", "list", "designs")


@pytest.mark.slow
@pytest.mark.xdist_group("packaging")
def test_a_hunt_runs_in_a_foreign_folder(beside: tuple[Path, Path]) -> None:
    found = run(
        beside,
        "pytest",
        "--pyargs",
        "mealspec.hunt",
        "-k",
        "published-delivery and not app",
        "--mealspec-connections",
        "1",
    )
    assert "1 passed" in found
    assert "Hunted in the scope: 1 meal, 1 connection" in " ".join(found.split())
