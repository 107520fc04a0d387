"""Which modules are mutated, and which tests are about each: the smallest command that ought to notice."""

from __future__ import annotations

from pathlib import Path

DECIDES = (
    "mealspec/check/mutants.py",
    "mealspec/check/parallel.py",
    "mealspec/check/pool.py",
    "mealspec/check/property_mutants.py",
    "mealspec/check/records.py",
    "mealspec/check/region.py",
    "mealspec/check/story_mutants.py",
    "mealspec/check/sweep.py",
    "mealspec/check/verify.py",
    "mealspec/cli/commands/replay.py",
)
"""What decides, records and replays beside ``mealspec/core``."""

PARTS = ("decides", "measures")
"""What explores, decides, records and replays; and what ``mealspec/check`` has besides: what explains the incident,
measures seconds and counts, and what puts answers into words and figures. Each has a sample of its own."""

ENGINES = ("core/test_engines", "core/test_quiescence")
OBJECTS = ("core/test_objects", "core/test_lockstep")
FILES = ("core/test_files", "cli/test_bad_input", "cli/test_cli", "core/test_quiescence")
BY_SETS = ("core/symbolic/test_decide_symbolic", "core/test_engines")

ABOUT: dict[str, tuple[str, ...]] = {
    "check/alert": ("check/test_metrics", "cli/test_simulate_command"),
    "check/bounded": ("cli/test_latency_command",),
    "check/cases": ("cli/test_latency_command",),
    "check/causes": ("check/test_incident", "check/test_seconds"),
    "check/excerpts": ("check/test_incident", "check/test_seconds"),
    "check/frontier": ("check/test_timers", "cli/test_latency_command"),
    "check/honour": ("check/test_seconds",),
    "check/incident": ("check/test_show_incident", "cli/test_incident_command"),
    "check/latency": ("check/test_show_latency", "cli/test_latency_command"),
    "check/metrics": ("cli/test_simulate_command",),
    "check/mutants": ("properties/test_laws",),
    "check/obligations": ("check/test_timers", "cli/test_latency_command"),
    "check/parallel": ("check/test_verify", "cli/test_verify_command"),
    "check/phrases": ("check/test_show",),
    "check/pool": ("check/test_property_mutants",),
    "check/progress": ("check/test_verify", "cli/test_verify_command"),
    "check/region": ("check/test_sweep", "cli/test_sweep_command"),
    "check/scrape": ("check/test_metrics", "cli/test_simulate_command"),
    "check/show": ("cli/test_trace_command", "cli/test_verify_command"),
    "check/show_incident": ("check/test_show", "check/test_incident", "cli/test_incident_command"),
    "check/show_latency": ("cli/test_latency_command",),
    "check/show_metrics": ("check/test_metrics", "cli/test_simulate_command"),
    "check/show_seconds": ("check/test_seconds", "cli/test_incident_command"),
    "check/stamps": ("check/test_seconds",),
    "check/story_mutants": ("check/test_property_mutants",),
    "check/sweep": ("check/test_sweep", "cli/test_sweep_command"),
    "check/tables": ("explore/test_verdicts", "cli/test_sweep_command"),
    "check/terminal": ("cli/test_verify_command", "cli/test_cli"),
    "check/verify": ("check/test_verify", "check/test_every_claim_is_asked", "cli/test_verify_command"),
    "check/ways": ("check/test_seconds",),
    "cli/commands/replay": FILES,
    "core/assertion": ("properties/test_laws", "check/test_property_mutants"),
    "core/chart": ("check/test_show_by_hand", "cli/test_cli", "check/test_show"),
    "core/claim": (*ENGINES, "check/test_every_claim_is_asked"),
    "core/configuration": ("core/test_configuration", "core/test_featured"),
    "core/counted": ("core/test_pause", "core/test_timed", "check/test_suspension"),
    "core/delay": ("core/test_timed",),
    "core/engine": ENGINES,
    "core/errors": ("core/test_system", "core/test_machine", "cli/test_bad_input", "cli/test_ends"),
    "core/event": ("core/test_line", "core/test_system", *ENGINES),
    "core/files": (*FILES, "cli/test_ends"),
    "core/formula_mutants": ("check/test_property_mutants",),
    "core/interrupts": ("core/test_files", "cli/test_interrupt"),
    "core/itf": FILES,
    "core/predicate": ("core/test_predicate", "core/test_formula"),
    "core/rule": ("core/test_machine",),
    "core/trace": ("core/test_trace", *FILES),
    "core/workers": ("cli/test_told_to_end", "cli/test_interrupt"),
    "core/explicit/delays": ("core/test_timed", "check/test_latency"),
    "core/explicit/engine": ENGINES,
    "core/explicit/graph": ("core/explicit/test_graph", "core/explicit/test_explore", *ENGINES),
    "core/explicit/kernel": (
        "core/explicit/test_explore", "core/explicit/test_graph", "core/test_coverage", "core/test_resources",
    ),
    "core/explicit/likely": ("core/test_likely",),
    "core/explicit/outlook": ("core/explicit/test_shown_at_random", "core/explicit/test_shown"),
    **dict.fromkeys(
        [f"core/explicit/{name}" for name in ("around", "asked", "heap", "remaining", "settling")],
        (
            "core/explicit/test_around", "core/explicit/test_shown_at_random", "core/explicit/test_shown_large",
            "core/explicit/test_shown",
        ),
    ),
    "core/explicit/decide": ("core/explicit/test_decide", *ENGINES),
    "core/external/checkers": ("core/external/test_checkers", "check/test_crosscheck", "check/test_engines"),
    "core/external/outline": ("core/external/test_promela", "core/external/test_tla", "core/test_quiescence"),
    "core/external/spin": ("core/external/test_checkers", "check/test_crosscheck", "check/test_engines"),
    "core/external/tlc": ("core/external/test_checkers", "check/test_crosscheck", "check/test_engines"),
    "core/symbolic/decide": (*BY_SETS, "core/test_quiescence"),
    "core/symbolic/diagrams": ("core/symbolic/test_diagrams", *BY_SETS),
    "core/symbolic/engine": (*ENGINES, "core/symbolic/test_rings", "check/test_every_claim_is_asked"),
    "core/symbolic/room": ("core/test_resources",),
    "core/symbolic/sets": ("core/symbolic/test_diagrams", *BY_SETS),
    "core/symbolic/steps": ("core/symbolic/test_diagrams", *BY_SETS),
    "core/symbolic/table": ("check/test_sweep", "cli/test_sweep_command"),
    "core/symbolic/time": ("core/test_timed", "core/test_pause", "check/test_staircase"),
    "core/system": ("core/test_system", *OBJECTS),
    "core/machine": ("core/test_machine", "core/test_system", *OBJECTS),
    "core/timed": ("core/test_timed", "core/test_pause"),
    "core/timed_family": ("core/test_pause", "check/test_staircase"),
}  # fmt: skip
"""For a module, both below ``mealspec`` and without their ending; where nothing stands here, what mirrors it."""


def modules(tree: Path, part: str = PARTS[0]) -> list[str]:
    """The modules of a part."""
    folder = tree / "mealspec" / ("core" if part == PARTS[0] else "check")
    found = {file.relative_to(tree).as_posix() for file in folder.rglob("*.py") if file.name != "__init__.py"}
    return sorted(found.union(DECIDES) if part == PARTS[0] else found.difference(DECIDES))


def tests(tree: Path, module: str) -> list[str]:
    """The files of tests that are about a module: its examples, those that mirror it, and others.

    >>> tests(Path(), "mealspec/core/claim.py")[0], tests(Path(), "mealspec/core/shrink.py")
    ('tests/core/test_engines.py', ['mealspec/core/shrink.py', 'tests/core/test_shrink.py'])
    """
    name = Path(module).relative_to("mealspec").with_suffix("")
    own = sorted((tree / "tests" / name.parent).glob(f"test_{name.name}*.py"))
    named = [tree / "tests" / f"{each}.py" for each in ABOUT.get(name.as_posix(), ())]
    found = [file.relative_to(tree).as_posix() for file in dict.fromkeys([*own, *named])]
    if not found or not all((tree / file).is_file() for file in found):
        raise LookupError(f"no tests are known to be about {module}: name them in {__name__}")
    return [module, *found] if ">>>" in (tree / module).read_text(encoding="utf-8") else found
