"""The page: template, style, scripts and data in one file that needs nothing else."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined

from mealspec.draw.page import Page
from mealspec.explore.data import data
from mealspec.explore.runs import runs
from mealspec.explore.worlds import Json

ENGINE = ("machine.js", "timed.js", "search.js", "seconds.js", "decide.js")
"""Scripts that run in the page and in its worker."""

PAGE = ("verdicts.js", "model.js", "chart.js", "graph.js", "paste.js", "judge.js", "view.js", "app.js")
"""Scripts that know the document, in the order in which they need each other."""


@cache
def explorer() -> Page:
    """The page of all worlds and runs; it takes a minute or two, most of it for the runs and the largest machines."""
    about = "the machines of any design, to be clicked: what happens, who refuses it, what breaks and what repairs it"
    return Page("explorer.html", "The explorer", about, bundled(data(list(runs()))))


@cache
def script(name: str) -> str:
    """One of the scripts."""
    return files("mealspec.explore").joinpath("page", name).read_text(encoding="utf-8")


def bundled(known: Json) -> str:
    """The page with these data; the same data always give the same page."""
    environment = Environment(
        loader=PackageLoader("mealspec.explore", "page"), undefined=StrictUndefined, keep_trailing_newline=True,
        autoescape=False,
    )  # fmt: skip
    text = json.dumps(known, separators=(",", ":"), ensure_ascii=False).replace("<", "\\u003c")
    return environment.get_template("index.html").render(
        style=script("style.css"), data=text, engine=_together(ENGINE), page=_together(PAGE)
    )


def _together(names: tuple[str, ...]) -> str:
    """Scripts as one, which is strict if the first is."""
    return "\n".join(script(name).removesuffix("\n") for name in names)
