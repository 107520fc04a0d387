"""The pytest plugin: options, one test for each design and property, and the summary at the end.

Loaded by ``pytest -p hunt.plugin --pyargs hunt``; in this repository, by its configuration.
"""

from __future__ import annotations

from typing import Any

import pytest

from checker import CheckerError
from hunt.profiles import PROFILES, profile
from hunt.session import Session
from hunt.summary import summary_lines
from model.design import DESIGNS, design
from model.scope import DEFAULT_ASPECTS, Scope

__all__: list[str] = []

SESSION = pytest.StashKey[Session]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """The scope, the designs, and where found runs go."""
    group = parser.getgroup("mealspec", "the hunt for interleavings")
    group.addoption(
        "--design", action="append", default=[], dest="hunt_designs", metavar="DESIGN",
        help="hunt this design, not the known ones: a name, with mechanisms added or taken away, as "
        "none+poll_on_submit or published-reconnect; may be repeated",
    )  # fmt: skip
    group.addoption("--meals", type=int, default=1, help="meals alive at once (1)")
    group.addoption("--connections", type=int, default=2, help="connections alive at once (2)")
    group.addoption("--faults", default="any", help="faults of a run: a number, or any (any)")
    group.addoption("--with", default="", dest="hunt_with", help="fault kinds and aspects to let in, by commas")
    group.addoption("--without", default="", dest="hunt_without", help="fault kinds and aspects to leave out")
    group.addoption("--runs", default=None, metavar="FOLDER", help="keep found runs here, as files for mealspec replay")


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Read the options once; what is wrong with them is said in one sentence."""
    if not config.pluginmanager.hasplugin("xdist"):
        config.addinivalue_line("markers", "xdist_group: tests that share a worker")
    option = config.getoption
    try:
        config.stash[SESSION] = Session(
            designs=tuple(map(design, option("hunt_designs"))) or tuple(DESIGNS.values()),
            scope=_scope(config),
            profile=profile(option("--hypothesis-profile") or next(iter(PROFILES))),
            seed=_number("seed", option("--hypothesis-seed") or "0"),
            folder=option("--runs"),
        )
    except CheckerError as error:
        raise pytest.UsageError(f"mealspec: {error}") from None


def pytest_sessionstart(session: pytest.Session) -> None:
    """Without a folder for the runs, pytest's cache keeps them."""
    cache: pytest.Cache | None = getattr(session.config, "cache", None)
    ours = session.config.stash[SESSION]
    if ours.folder is None and cache is not None:
        ours.folder = str(cache.mkdir("hunt"))


def _scope(config: pytest.Config) -> Scope:
    faults = config.getoption("--faults")
    scope = Scope(
        config.getoption("--meals"),
        config.getoption("--connections"),
        faults=None if faults == "any" else _number("number of faults", faults),
        includes=frozenset(DEFAULT_ASPECTS),
    )
    return scope.with_(_split(config.getoption("hunt_with"))).without(_split(config.getoption("hunt_without")))


def _number(what: str, text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise pytest.UsageError(f"mealspec: '{text}' is no {what}") from None


def _split(names: str) -> list[str]:
    return [name.strip() for name in names.split(",") if name.strip()]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One design after the other, for only one graph is kept."""
    order = {item: _design_of(item) for item in items}
    places = {name: k for k, name in enumerate(dict.fromkeys(filter(None, order.values())), start=1)}
    items.sort(key=lambda item: places.get(order[item] or "", 0))


def _design_of(item: pytest.Item) -> str | None:
    return next((mark.args[0] for mark in item.iter_markers("xdist_group") if mark.args), None)


@pytest.fixture(scope="session")
def hunting(pytestconfig: pytest.Config) -> Session:
    """What this run of pytest hunts, and how."""
    return pytestconfig.stash[SESSION]


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Designs by properties, and how much of the behaviour was seen."""
    reports = [each for some in terminalreporter.stats.values() for each in some if hasattr(each, "user_properties")]
    hunted = [(each.outcome, dict(each.user_properties)) for each in reports if getattr(each, "when", "") == "call"]
    hunted = [(outcome, facts) for outcome, facts in hunted if "design" in facts]
    if hunted:
        terminalreporter.section("mealspec")
        for line in summary_lines(config.stash[SESSION], hunted):
            terminalreporter.write_line(line)
