"""The pytest plugin: options, one test for each design and property, and the summary at the end.

Installed with the package, so that ``pytest --pyargs mealspec.hunt`` is all it takes. A run of pytest that hunts
nothing loads this file and no more: whatever is heavy is imported when the first hunt is asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from mealspec.hunt.session import Session
    from mealspec.model.scope import Scope

SESSION = pytest.StashKey["Session"]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """The scope, the designs, and where found runs go."""
    group = parser.getgroup("mealspec", "mealspec: the hunt for interleavings")

    def add(name: str, text: str, **how: Any) -> None:
        group.addoption(f"--mealspec-{name}", dest=f"mealspec_{name}", help=text, **how)

    add(
        "design", "hunt this design, not the known ones: a name, with mechanisms added or taken away, as "
        "none+poll_on_submit or published-reconnect; may be repeated; a known one can be chosen by -k NAME, too",
        action="append", default=[], metavar="DESIGN",
    )  # fmt: skip
    add("meals", "meals alive at once (1)", type=int, default=1)
    add("connections", "connections alive at once (2)", type=int, default=2)
    add("faults", "faults of a run: a number, or any (any)", default="any")
    add("with", "fault kinds and aspects to let in, by commas", default="")
    add("without", "fault kinds and aspects to leave out", default="")
    add("profile", "how hard to hunt: dev, ci or deep (dev)", default="dev", metavar="NAME")
    add("runs", "keep found runs here, as files for mealspec replay", default=None, metavar="FOLDER")


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """What our tests are marked with, where nobody else declares it; and wrong options are refused at once."""
    if not config.pluginmanager.hasplugin("xdist"):
        config.addinivalue_line("markers", "xdist_group: tests that share a worker")
    if any("mealspec" in str(given) for given in config.invocation_params.args):
        session_of(config)


def session_of(config: pytest.Config) -> Session:
    """What this run of pytest hunts, read off its options once; what is wrong with them is said in one sentence."""
    if SESSION not in config.stash:
        from mealspec.core.errors import CheckerError, printable

        try:
            config.stash[SESSION] = _session(config)
        except CheckerError as error:
            raise pytest.UsageError(f"mealspec: {printable(str(error))}") from None
    session = config.stash[SESSION]
    cache: pytest.Cache | None = getattr(config, "cache", None)  # not there yet when options are looked at first
    if session.folder is None and cache is not None:
        session.folder = str(cache.mkdir("hunt"))
    return session


def _session(config: pytest.Config) -> Session:
    from mealspec.hunt.profiles import profile
    from mealspec.hunt.session import Session
    from mealspec.model.design import DESIGNS, design

    option = config.getoption
    named = option("mealspec_design") or [name for name in DESIGNS if name == option("keyword").strip()]
    return Session(
        designs=tuple(map(design, named)) or tuple(DESIGNS.values()),
        scope=_scope(config),
        profile=profile(option("mealspec_profile")),
        seed=_number("seed", option("--hypothesis-seed") or "0"),
        folder=option("mealspec_runs"),
    )


def _scope(config: pytest.Config) -> Scope:
    from mealspec.model.scope import Scope

    option = config.getoption
    faults = option("mealspec_faults")
    number = None if faults == "any" else _number("number of faults", faults)
    scope = Scope(option("mealspec_meals"), option("mealspec_connections"), faults=number)
    return scope.with_(_split(option("mealspec_with"))).without(_split(option("mealspec_without")))


def _number(what: str, text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise pytest.UsageError(f"mealspec: '{text}' is no {what}") from None


def _split(names: str) -> list[str]:
    return [name.strip() for name in names.split(",") if name.strip()]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """One design after the other, for only one graph is kept."""
    if SESSION in config.stash:
        order = {item: _design_of(item) for item in items}
        places = {name: k for k, name in enumerate(dict.fromkeys(filter(None, order.values())), start=1)}
        items.sort(key=lambda item: places.get(order[item] or "", 0))


def _design_of(item: pytest.Item) -> str | None:
    return next((mark.args[0] for mark in item.iter_markers("xdist_group") if mark.args), None)


@pytest.fixture(scope="session")
def hunting(pytestconfig: pytest.Config) -> Session:
    """What this run of pytest hunts, and how."""
    return session_of(pytestconfig)


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Designs by properties, and how much of the behaviour was seen."""
    reports = [each for some in terminalreporter.stats.values() for each in some if hasattr(each, "user_properties")]
    hunted = [(each.outcome, dict(each.user_properties)) for each in reports if getattr(each, "when", "") == "call"]
    hunted = [(outcome, facts) for outcome, facts in hunted if "design" in facts]
    if hunted:
        from mealspec.hunt.summary import summary_lines

        terminalreporter.section("mealspec")
        for line in summary_lines(session_of(config), hunted):
            terminalreporter.write_line(line)
