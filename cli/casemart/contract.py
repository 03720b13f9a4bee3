"""The landing contract, read from models/raw/_raw.yml: tables, types, keys, codes and row rules."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from casemart.errors import UsageError
from casemart.workspace import SETTINGS_FILE, Workspace, project_dir

DUCKDB_TYPES = {"string": "varchar"}
OWN_COLUMNS = ("cases", "accounts")  # tables that may keep columns of one's own
NAME = re.compile("[a-z][a-z0-9_]*")


@dataclass(frozen=True)
class Column:
    """A column of a raw table. `codes` is a closed list; `is_code` alone means that any code may come."""

    name: str
    data_type: str
    description: str
    is_required: bool = False
    codes: tuple[str, ...] = ()
    is_code: bool = False

    @property
    def duckdb_type(self) -> str:
        return DUCKDB_TYPES.get(self.data_type, self.data_type)


@dataclass(frozen=True)
class Rule:
    """A condition over the typed columns of one row that makes it unusable."""

    name: str
    message: str
    when: str


@dataclass(frozen=True)
class Table:
    """A raw table: its key identifies a row, `event_at` are the moments that tell how far the data reach."""

    name: str
    description: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    rules: tuple[Rule, ...] = ()
    event_at: tuple[str, ...] = ()

    def column(self, name: str) -> Column | None:
        return next((column for column in self.columns if column.name == name), None)


@dataclass(frozen=True)
class Contract:
    version: int
    tables: dict[str, Table]


def _meta(node: dict[str, Any]) -> dict[str, Any]:
    return node.get("config", {}).get("meta", {})


def _column(node: dict[str, Any]) -> Column:
    meta = _meta(node)
    return Column(
        name=node["name"],
        data_type=node["data_type"],
        description=node["description"],
        is_required=meta.get("required", False),
        codes=tuple(meta.get("codes", ())),
        is_code=meta.get("is_code", False),
    )


def _table(node: dict[str, Any]) -> Table:
    meta = _meta(node)
    return Table(
        name=node["name"],
        description=node["description"],
        key=tuple(meta["key"]),
        columns=tuple(_column(column) for column in node["columns"]),
        rules=tuple(Rule(rule["name"], rule["message"], rule["when"].strip()) for rule in meta.get("rules", ())),
        event_at=tuple(meta.get("event_at", ())),
    )


@cache
def load_contract(project: Path | None = None) -> Contract:
    """The contract of the dbt project in `project` (default: the one that casemart ships)."""
    import yaml

    text = ((project or project_dir()) / "models" / "raw" / "_raw.yml").read_text(encoding="utf-8")
    source = yaml.safe_load(text)["sources"][0]
    tables = [_table(node) for node in source["tables"]]
    return Contract(version=_meta(source)["contract_version"], tables={table.name: table for table in tables})


def contract_of(workspace: Workspace) -> Contract:
    """The contract and the columns of one's own that `extra_segments` in [vars] keeps; UsageError where these do not fit."""
    contract, given = load_contract(), workspace.settings().get("vars", {})
    own = given.get("extra_segments", given.get("casemart_extra_segments", {}))
    if not isinstance(own, dict) or not all(
        name in OWN_COLUMNS and isinstance(columns, list) and all(isinstance(column, str) for column in columns)
        for name, columns in own.items()
    ):
        hint = 'for example {cases = ["plan_tier"], accounts = ["csm"]}'
        raise UsageError(f"{SETTINGS_FILE}: extra_segments is not lists of columns of {' and '.join(OWN_COLUMNS)}", hint)
    tables = dict(contract.tables)
    for name, columns in own.items():
        if wrong := [column for column in columns if not NAME.fullmatch(column) or tables[name].column(column)]:
            what = f"{SETTINGS_FILE}: `{wrong[0]}` in extra_segments cannot be a column of one's own"
            raise UsageError(what, f"small letters, digits and `_`, and none of the columns that {name} has anyway")
        kept = tuple(Column(column, "string", "A column of one's own.") for column in columns)
        tables[name] = replace(tables[name], columns=(*tables[name].columns, *kept))
    return replace(contract, tables=tables)
