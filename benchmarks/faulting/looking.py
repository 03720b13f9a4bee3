"""What a workspace holds: checksums of whole databases, the accounts of the ledger, and files that nobody should have left."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb

CONFIG = {"autoinstall_known_extensions": False, "autoload_known_extensions": False}
# Columns that tell when, where and in which run: they differ between two runs over the same files.
VOLATILE = {
    "build_info": {"version", "built_at", "fingerprint", "invocation_id", "ledger"},
    "loads": {"landed_at", "withdrawn_at", "file"},
    "build_tables": {"previous_row_count"},
    "rows": {"file"},
    "_file": {"_file"},
}
LANDED = ("raw", "landing", "quarantine")  # the schemas that landing writes
ALLOWED = re.compile(
    r"casemart\.toml|warehouse|warehouse/warehouse\.duckdb|published|published/current"
    r"|published/[0-9]{8}T[0-9]{6}Z-[0-9a-f]{1,8}(/casemart\.duckdb)?|\.casemart|\.casemart/(lock|target|logs)(/.*)?"
)


def checksum(connection: duckdb.DuckDBPyConnection, schemas: tuple[str, ...] = ()) -> str:
    """One text for all rows of all tables (of `schemas`), whatever their order."""
    query = """
        select schema_name, table_name, list(column_name order by column_index) from duckdb_columns()
        where database_name = current_database() and not internal group by all order by all"""
    parts = []
    for schema, table, columns in connection.execute(query).fetchall():
        if schemas and schema not in schemas:
            continue
        volatile = VOLATILE.get(table, set()) | VOLATILE["_file"]
        chosen = ", ".join(f'"{column}"' for column in columns if column not in volatile)
        count, total = connection.execute(f'select count(*), sum(hash({chosen})) from "{schema}"."{table}"').fetchall()[0]
        parts.append(f"{schema}.{table} {count} {total}")
    return "; ".join(parts)


def landed(home: Path) -> str:
    """Checksum of everything that landing has written, and the complaints of the ledger, which should be none."""
    file = home / "warehouse" / "warehouse.duckdb"
    if not file.is_file():
        return "nothing"
    with duckdb.connect(str(file), read_only=True, config=CONFIG) as connection:
        return checksum(connection, LANDED) + "".join(f"; {complaint}" for complaint in complaints(connection))


def complaints(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Where raw, quarantine and duplicates do not add up to what the ledger says."""

    def ask(sql: str) -> list[tuple[object, ...]]:
        return connection.execute(sql).fetchall()

    tables = {name for (name,) in ask("select table_name from duckdb_tables() where schema_name = 'raw'")}
    if not tables:
        return []
    found = [f"ledger: {row}" for row in ask("from landing.loads where records <> landed + quarantined + duplicates")]
    accounts = dict(ask("select table_name, sum(landed - superseded - withdrawn)::bigint from landing.loads group by all"))
    for table in sorted(tables):
        ((rows,),) = ask(f'select count(*) from raw."{table}"')
        if rows != accounts.get(table, 0):
            found.append(f"raw.{table}: {rows} rows, the ledger says {accounts.get(table, 0)}")
    waiting = "select load_id, file, count(*) from quarantine.rows group by all order by all"
    kept = """select load_id, file, quarantined - purged from landing.loads
        where quarantined > purged and withdrawn_at is null order by all"""
    if ask(waiting) != ask(kept):
        found.append(f"quarantine: {ask(waiting)}, the ledger says {ask(kept)}")
    return found


# The marts of one version agree with its facts and with its ledger; those of two versions would not.
IS_WHOLE = """
    select (select version from marts.build_info),
        (select cases from marts.totals) = (select count(*) from facts.fct_cases)
        and (select amount from marts.totals) = (select sum(amount) from facts.fct_cases)
        and (select interactions from marts.totals) = (select count(*) from facts.fct_interactions)
        and (select count(*) from facts.fct_cases) = (
            select sum(landed - superseded - withdrawn) from marts.loads where table_name = 'cases')
        and (select count(distinct build_offset) from facts.fct_interactions) = 1"""


def look_at_version(connection: duckdb.DuckDBPyConnection) -> tuple[str, bool, str]:
    """Name, whether its tables agree with each other, and checksum of the version that is open."""
    ((name, is_whole),) = connection.execute(IS_WHOLE).fetchall()
    return name, bool(is_whole), checksum(connection)


def published(home: Path) -> tuple[str, bool, str]:
    """The same of the current version."""
    with duckdb.connect(str((home / "published" / "current").resolve() / "casemart.duckdb"), read_only=True) as connection:
        return look_at_version(connection)


def left_overs(home: Path) -> list[str]:
    """Files and folders that a finished run should not leave behind."""
    paths = (path.relative_to(home).as_posix() for path in home.rglob("*"))
    return sorted(path for path in paths if not ALLOWED.fullmatch(path))
