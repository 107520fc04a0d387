"""What stands beside the vectors: the schemas, and each run as ITF."""

from __future__ import annotations

from mealspec.conform.protocol import schemas
from mealspec.conform.suite import Suite, lines, spec
from mealspec.conform.vector import schema
from mealspec.core import Trace, dump
from mealspec.model.scope import Scope


def schema_files() -> dict[str, str]:
    """The schema of a file of vectors and that of the drivers' protocol, by name of the file."""
    return {"vector.schema.json": lines(schema()), "driver.schema.json": lines(schemas())}


def itf_files(made: Suite) -> dict[str, str]:
    """The runs, by name of the file."""
    out = {}
    for vector in made.vectors:
        meta = vector.meta
        scope = Scope(meta["meals"], meta["connections"], None, frozenset(meta["includes"]))
        system = spec(vector.role, str(meta["design"]), scope).system
        out[f"{vector.id}.itf.json"] = dump(Trace.of(system, vector.events), {"description": vector.id, **meta})
    return out
