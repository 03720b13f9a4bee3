"""Rows of one relation on two engines, matched by key, every column compared."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import isclose
from pathlib import Path
from typing import Any

SAME_TYPES = {
    "text": "varchar",
    "character varying": "varchar",
    "double precision": "double",
    "timestamp without time zone": "timestamp",
}
TOLERANCE = 1e-9  # of doubles, relative or absolute; everything else is compared exactly
EXAMPLES = 3

Row = Sequence[Any]


@dataclass(frozen=True)
class Relation:
    """A table that the project builds. `key` names the columns that its grain test promises to be unique."""

    schema: str
    name: str
    columns: tuple[str, ...]
    key: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.schema}.{self.name}"

    @property
    def query(self) -> str:
        columns = ", ".join(f'"{column}"' for column in self.columns)
        return f'select {columns} from "{self.schema}"."{self.name}"'


@dataclass(frozen=True)
class Outcome:
    """How many rows two engines have, and how many of them differ, with examples. `problem`: they cannot be compared."""

    relation: Relation
    rows: tuple[int, int] = (0, 0)
    differences: int = 0
    examples: tuple[str, ...] = ()
    problem: str = ""

    @property
    def is_equal(self) -> bool:
        return not self.differences and not self.problem


def relations(manifest_file: Path) -> list[Relation]:
    """Every table of the manifest: dimensions, facts and marts in the order of their names, with the key that is tested."""
    manifest = json.loads(manifest_file.read_text(encoding="utf-8"))
    nodes = manifest["nodes"].values()
    keys = {
        node["attached_node"]: tuple(node["test_metadata"]["kwargs"]["columns"])
        for node in nodes
        if (node.get("test_metadata") or {}).get("name") == "unique_grain"
    }
    tables = [node for node in nodes if node["resource_type"] == "model" and node["config"]["materialized"] != "view"]
    found = [
        # Without a grain test: one row.
        Relation(node["schema"], node["alias"], tuple(node["columns"]), keys.get(node["unique_id"], ()))
        for node in tables
    ]
    return sorted(found, key=str)


def types(rows: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Columns and their types, as an engine names them, in the words of DuckDB."""
    return {column: SAME_TYPES.get(name.lower(), name.lower()).replace("numeric(", "decimal(") for column, name in rows}


def compare(relation: Relation, left: Sequence[Row], right: Sequence[Row]) -> Outcome:
    """Counts keys that only one side has, keys with another value in a column, and rows that repeat the key of another one."""
    positions = [relation.columns.index(column) for column in relation.key]
    first, second = ({tuple(row[position] for position in positions): tuple(row) for row in rows} for rows in (left, right))
    repeated = len(left) + len(right) - len(first) - len(second)
    examples = [f"{repeated} rows repeat a key"] if repeated else []
    count = repeated
    for key in [*first, *(key for key in second if key not in first)]:
        if key not in second or key not in first:
            difference = f"only in the {'first' if key in first else 'second'}"
        elif first[key] == second[key]:
            continue
        else:
            cells = zip(relation.columns, first[key], second[key], strict=True)
            difference = "; ".join(f"{column} {one!r} <> {two!r}" for column, one, two in cells if not _is_same(one, two))
        if difference:
            count += 1
            name = ", ".join(f"{column} = {value}" for column, value in zip(relation.key, key, strict=True))
            examples.append(f"{name or 'the row'}: {difference}")
    return Outcome(relation, (len(left), len(right)), count, tuple(examples[:EXAMPLES]))


def _is_same(one: Any, two: Any) -> bool:
    if isinstance(one, float) and isinstance(two, float):
        return isclose(one, two, rel_tol=TOLERANCE, abs_tol=TOLERANCE)
    return one == two
