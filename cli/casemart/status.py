"""How things stand: what has landed, what is published, and who is at work."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from casemart.auditing import EMPTY_LEDGER, has_table, raw_counts, read_warehouse
from casemart.dbt import checked_variables
from casemart.errors import LockedError
from casemart.freshness import Freshness, read_freshness
from casemart.locking import Holder, hold_lock, holder_of
from casemart.publishing import fingerprint_of
from casemart.seeds import project_of
from casemart.versions import Version, current_version
from casemart.warehouse import Connection, open_private, open_version
from casemart.workspace import Workspace


@dataclass(frozen=True)
class RawTable:
    """`loads` is the number of loads that brought rows and were not withdrawn."""

    name: str
    rows: int
    loads: int


@dataclass(frozen=True)
class Load:
    """What one load brought into one table and was not withdrawn. `landed_at` is UTC, `rows` as landed."""

    load: int
    table: str
    files: list[str]
    landed_at: datetime | None
    rows: int


@dataclass(frozen=True)
class Status:
    """`is_ahead` says whether the warehouse holds loads or a build that readers do not see; None where that cannot be seen.

    `freshness` is that of the current version.
    """

    home: str
    origin: str | None = None
    current: Version | None = None
    is_ahead: bool | None = None
    raw_tables: list[RawTable] = field(default_factory=list)
    loads: list[Load] = field(default_factory=list)
    locked_by: str | None = None
    freshness: list[Freshness] = field(default_factory=list)


def status(workspace: Workspace, project: Path | None = None) -> Status:
    """Looks at the folder without changing it. Where the warehouse is locked, only at what is published."""
    home, current = str(workspace.home), current_version(workspace)
    origin = current.origin if current else None
    freshness = _freshness(current)
    if not workspace.warehouse.is_file():
        return Status(home, origin, current, is_ahead=False, freshness=freshness)
    try:
        # Held for a moment, so that no build begins while the file is open.
        with hold_lock(workspace, "status"), open_private(workspace, read_only=True) as connection:
            warehouse = read_warehouse(connection)
            raw_tables, loads = _raw_tables(connection), _loads(connection)
            project, given = project or project_of(workspace), workspace.settings().get("vars", {})
            fingerprint = fingerprint_of(connection, project, checked_variables(project, given))
    except LockedError as error:
        holder: Holder | None = holder_of(workspace)
        return Status(home, origin, current, locked_by=str(holder or error.message), freshness=freshness)
    invocation_id, ledger = (current.invocation_id, current.ledger) if current else (None, EMPTY_LEDGER)
    # Where the project records no invocation, only the loads tell.
    is_ahead = warehouse.ledger != ledger or warehouse.invocation_id not in (None, invocation_id)
    # What `build` compares: after a rollback or a broken off build readers may have all there is.
    if current and fingerprint and fingerprint == current.fingerprint:
        is_ahead = False
    return Status(home, warehouse.origin or origin, current, is_ahead, raw_tables, loads, freshness=freshness)


def _freshness(current: Version | None) -> list[Freshness]:
    if current is None or current.built_at is None:
        return []
    with open_version(current.file) as connection:
        return read_freshness(connection)


def _raw_tables(connection: Connection) -> list[RawTable]:
    (catalog,) = connection.execute("select current_database()").fetchall()[0]
    loads = {}
    if has_table(connection, catalog, "landing", "loads"):
        query = (
            "select table_name, count(distinct load_id) from landing.loads"
            " where landed > 0 and withdrawn_at is null group by table_name"
        )
        loads = dict(connection.execute(query).fetchall())
    return [RawTable(name, rows, loads.get(name, 0)) for name, rows in raw_counts(connection).items()]


def _loads(connection: Connection) -> list[Load]:
    (catalog,) = connection.execute("select current_database()").fetchall()[0]
    if not has_table(connection, catalog, "landing", "loads"):
        return []
    query = (
        "select load_id, table_name, list(parse_filename(file) order by file), max(landed_at), sum(landed)::bigint"
        " from landing.loads where withdrawn_at is null group by all order by load_id, table_name"
    )
    return [Load(*row) for row in connection.execute(query).fetchall()]
