"""Writes one version as plain tables and proves that it is what the warehouse holds: counts, ledger, and every column scanned."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from casemart.contract import Contract
from casemart.dbt_results import Node, Run
from casemart.errors import CasemartError
from casemart.freshness import write_freshness
from casemart.guarding import Watch, guard
from casemart.warehouse import Connection, identifier, open_to_publish, open_version, quoted
from casemart.workspace import Workspace

# The same expression as in the macro `record_invocation`.
LEDGER = "select md5(coalesce(string_agg(loads::varchar, '|' order by loads::varchar), '')) from {ledger} as loads"
EMPTY_LEDGER = hashlib.md5(b"", usedforsecurity=False).hexdigest()
BUILD_AGAIN = "build again: `casemart build`"


@dataclass(frozen=True)
class Warehouse:
    """What the private warehouse says of itself.

    `invocation_id` is the last dbt invocation and `built_ledger` the ledger when it began, where the project records them
    (macro `record_invocation`); `changed_at` is when the last load landed or was withdrawn, UTC.
    """

    invocation_id: str | None
    built_ledger: str | None
    ledger: str
    changed_at: datetime | None
    origin: str | None

    def why_stale(self, run: Run) -> str | None:
        """None if `run` is the last that wrote here, and nothing has landed since it began."""
        if self.invocation_id is None:
            has_landed = self.changed_at is not None and self.changed_at >= run.started_at
        elif self.invocation_id != run.invocation_id:
            return "another dbt invocation has written the warehouse since"
        else:
            has_landed = self.built_ledger != self.ledger
        return "rows have landed since the build began" if has_landed else None


def read_warehouse(connection: Connection, catalog: str | None = None) -> Warehouse:
    """The state of the warehouse that is open as `catalog` (default: the connection's own database)."""
    catalog = catalog or _one(connection, "select current_database()")
    invocation = (None, None)
    if has_table(connection, catalog, "builds", "last_invocation"):
        table = identifier(catalog, "builds", "last_invocation")
        invocation = connection.execute(f"select invocation_id, ledger from {table}").fetchall()[0]
    ledger, changed_at = EMPTY_LEDGER, None
    if has_table(connection, catalog, "landing", "loads"):
        table = identifier(catalog, "landing", "loads")
        ledger = _one(connection, LEDGER.format(ledger=table))
        changed_at = _one(connection, f"select max(greatest(landed_at, withdrawn_at)) from {table}")
    origin = None
    if has_table(connection, catalog, "landing", "origin"):
        origin = _one(connection, f"select max(origin) from {identifier(catalog, 'landing', 'origin')}")
    return Warehouse(*invocation, ledger, changed_at, origin)


def raw_counts(connection: Connection, catalog: str | None = None) -> dict[str, int]:
    """Rows of each raw table, by name."""
    catalog = catalog or _one(connection, "select current_database()")
    tables = connection.execute(
        "select table_name from duckdb_tables() where database_name = ? and schema_name = 'raw' order by table_name", [catalog]
    ).fetchall()
    return {name: _one(connection, f"select count(*) from {identifier(catalog, 'raw', name)}") for (name,) in tables}


def has_table(connection: Connection, catalog: str, schema: str, table: str) -> bool:
    query = "select count(*) from duckdb_tables() where database_name = ? and schema_name = ? and table_name = ?"
    return bool(connection.execute(query, [catalog, schema, table]).fetchall()[0][0])


@dataclass(frozen=True)
class Frame:
    """What a version is measured by: `previous` is the file of the version before, `timezone` the zone of calendar days."""

    contract: Contract
    timezone: str
    previous: Path | None
    watch: Watch


def write_version(
    workspace: Workspace, run: Run, file: Path, info: dict[str, Any], frame: Frame, say: Callable[[str], None]
) -> None:
    """Writes the published tables of `run` with `info` into the new `file`, lets the guards compare it with the version before,
    audits it, and leaves it safe on the disk."""
    with open_to_publish(workspace, file) as connection:
        # From here to the end of the audit nobody can write the warehouse: DuckDB holds it for reading.
        warehouse = read_warehouse(connection, "private")
        if reason := warehouse.why_stale(run):
            raise CasemartError(f"{reason}, nothing was published", BUILD_AGAIN)
        _audit_ledger(connection)
        _copy(connection, run.published)
        as_of = _write_build_info(connection, {**info, "ledger": warehouse.ledger, "origin": warehouse.origin})
        _write_build_tables(connection, run.published, _counts_of(frame.previous), say)
        write_freshness(connection, frame.contract, as_of, frame.timezone)
        guard(connection, frame.previous, frame.watch, say)
        connection.execute("checkpoint published")
        connection.execute("detach published")
        if file.with_name(file.name + ".wal").exists():
            raise CasemartError(f"{file.name} was not written to its end, nothing was published")
        # Read back from the file, not from what is in memory.
        connection.execute(f"attach {quoted(file)} as published (read_only)")
        for node in run.published:
            _audit_table(connection, node)
    file.chmod(0o600)
    with file.open("rb") as stream:
        os.fsync(stream.fileno())


def _copy(connection: Connection, nodes: list[Node]) -> None:
    for schema in sorted({node.schema for node in nodes} | {"marts"}):
        connection.execute(f"create schema published.{identifier(schema)}")
    for node in nodes:
        if not has_table(connection, "private", node.schema, node.table):
            raise CasemartError(f"the warehouse has no table {node.schema}.{node.table}, nothing was published", BUILD_AGAIN)
        name = identifier(node.schema, node.table)
        connection.execute(f"create table published.{name} as from private.{name}")
    if has_table(connection, "private", "landing", "loads"):
        connection.execute("create table published.marts.loads as from private.landing.loads")


def _write_build_info(connection: Connection, info: dict[str, Any]) -> date | None:
    """Returns the as-of day."""
    as_of = "cast(null as date)"
    if has_table(connection, "published", "dimensions", "dim_as_of"):
        as_of = "(select as_of from published.dimensions.dim_as_of)"
    columns = ", ".join(f"${name} as {identifier(name)}" for name in info)
    connection.execute(f"create table published.marts.build_info as select {columns}, {as_of} as as_of", info)
    return _one(connection, "select as_of from published.marts.build_info")


def _write_build_tables(connection: Connection, nodes: list[Node], before: dict[str, int], say: Callable[[str], None]) -> None:
    connection.execute(
        "create table published.marts.build_tables"
        " (schema_name varchar, table_name varchar, row_count bigint, previous_row_count bigint)"
    )
    for node in nodes:
        count = _one(connection, f"select count(*) from published.{identifier(node.schema, node.table)}")
        previous = before.get(f"{node.schema}.{node.table}")
        connection.execute(
            "insert into published.marts.build_tables values (?, ?, ?, ?)", [node.schema, node.table, count, previous]
        )
        # Facts have a guard; a mart or a seed is as long as policies make it.
        if previous and count < previous / 2 and node.schema != "facts":
            say(f"warning: {node.schema}.{node.table} has {count} rows, the version before had {previous}")


def _counts_of(previous: Path | None) -> dict[str, int]:
    if previous is None:
        return {}
    with open_version(previous) as connection:
        query = "select schema_name || '.' || table_name, row_count from marts.build_tables"
        return dict(connection.execute(query).fetchall())


def _audit_ledger(connection: Connection) -> None:
    """Landed - superseded - withdrawn = rows of each raw table. Raw tables that were never landed into are not casemart's."""
    if not has_table(connection, "private", "landing", "loads"):
        return
    query = "select table_name, sum(landed - superseded - withdrawn)::bigint from private.landing.loads group by table_name"
    ledger = dict(connection.execute(query).fetchall())
    for table, count in raw_counts(connection, "private").items():
        if count != ledger.get(table, 0):
            raise CasemartError(
                f"the audit failed: raw.{table} has {count} rows, the ledger of loads says {ledger.get(table, 0)}",
                "something else than `casemart land` has changed it; nothing was published",
            )


def _audit_table(connection: Connection, node: Node) -> None:
    """The published table equals the private one: rows, each column, and the columns taken together."""
    query = "select column_name from duckdb_columns() where database_name = 'private' and schema_name = ? and table_name = ?"
    columns = [name for (name,) in connection.execute(query, [node.schema, node.table]).fetchall()]
    parts = [*columns, ", ".join(map(identifier, columns))]
    sums = ", ".join(f"sum(hash({identifier(part) if part in columns else part}))" for part in parts)
    name = identifier(node.schema, node.table)
    private, published = (
        connection.execute(f"select count(*), {sums} from {side}.{name}").fetchall()[0] for side in ("private", "published")
    )
    for part, ours, theirs in zip(["number of rows", *columns, "rows"], private, published, strict=True):
        if ours != theirs:
            raise CasemartError(
                f"the audit failed: {node.schema}.{node.table}: the copy differs from the warehouse ({part})",
                "nothing was published; check the disk, then build again",
            )


def _one(connection: Connection, query: str) -> Any:
    return connection.execute(query).fetchall()[0][0]
