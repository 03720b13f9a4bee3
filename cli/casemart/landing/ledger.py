"""The tables that landing owns, and the ledger: what each load brought, and what became of it.

    records = landed + quarantined + duplicates            of each file
    landed - superseded - withdrawn = rows in raw          of each table
    quarantined - purged = rows in quarantine              of each file that is not withdrawn

A load's row that a later load replaced waits in `landing.superseded_<table>`, so that withdrawing the later load brings it
back. So does a row that a later load repeated word for word (`_is_duplicate`): it counts if the first one is withdrawn.

A quarantined row that a replay has landed stays in quarantine (`replayed_by` is the replay's load), hidden, for the same reason.
"""

from __future__ import annotations

from dataclasses import dataclass

from casemart import __version__
from casemart.contract import Contract, Table
from casemart.errors import CasemartError, UsageError
from casemart.warehouse import Connection, identifier

BOOKKEEPING = {"_load_id": "bigint", "_file": "varchar", "_line": "bigint"}

LOADS = """
    create table if not exists landing.loads (
        load_id bigint, table_name varchar, file varchar, file_hash varchar, options varchar, columns varchar[],
        ignored_columns varchar[], is_replace boolean, contract_version integer, casemart_version varchar, landed_at timestamp,
        withdrawn_at timestamp, content_bytes bigint, records bigint, landed bigint, duplicates bigint, quarantined bigint,
        superseded bigint, withdrawn bigint, purged bigint default 0)"""
QUARANTINE = """
    create table if not exists quarantine.rows (
        load_id bigint, table_name varchar, file varchar, line bigint, reasons varchar[], raw_text varchar, replayed_by bigint)"""
REPLAY_OF = "json_extract(options, '$.replay_of')::bigint"
# What warehouses of earlier versions lack.
LATER_COLUMNS = (("landing", "loads", "purged", "bigint default 0"), ("quarantine", "rows", "replayed_by", "bigint"))

# Not withdrawn, and not taken out by a later snapshot of the table.
IN_FORCE = """table_name = $table and withdrawn_at is null and load_id >= coalesce(
    (select max(load_id) from landing.loads where table_name = $table and is_replace and withdrawn_at is null), 0)"""


@dataclass(frozen=True)
class FileResult:
    """What became of one file's records. `superseded` are older rows that it replaced."""

    file: str
    table: str
    records: int
    landed: int
    duplicates: int
    superseded: int
    quarantined: int
    ignored_columns: tuple[str, ...] = ()


def raw(table: Table) -> str:
    return identifier("raw", table.name)


def superseded(table: Table) -> str:
    return identifier("landing", f"superseded_{table.name}")


def columns_of(table: Table, prefix: str = "") -> str:
    """The contract's columns, each with a prefix such as `staged.`."""
    return ", ".join(prefix + identifier(column.name) for column in table.columns)


def same_key(table: Table, left: str, right: str) -> str:
    """The join condition of a table's key; an empty part equals an empty part."""
    return " and ".join(f"{left}.{identifier(name)} is not distinct from {right}.{identifier(name)}" for name in table.key)


def content_of(table: Table, prefix: str = "") -> str:
    """All columns of a row as one value that can be compared."""
    return f"row({columns_of(table, prefix)})"


def ensure_tables(connection: Connection, contract: Contract) -> None:
    """Makes what is missing: schemas, ledger, every raw table and its columns. A changed type is refused."""
    for schema in ("raw", "landing", "quarantine"):
        connection.execute(f"create schema if not exists {schema}")
    connection.execute("create table if not exists landing.origin (origin varchar)")
    connection.execute(LOADS)
    connection.execute(QUARANTINE)
    query = (
        "select schema_name, table_name, column_name, data_type from duckdb_columns() where database_name = current_database()"
    )
    existing: dict[tuple[str, str], dict[str, str]] = {}
    for schema, name, column, data_type in connection.execute(query).fetchall():
        existing.setdefault((schema, name), {})[column] = data_type.lower()
    for schema, name, column, data_type in LATER_COLUMNS:
        if column not in existing[schema, name]:
            connection.execute(f"alter table {schema}.{name} add column {column} {data_type}")
    for table in contract.tables.values():
        types = {column.name: column.duckdb_type for column in table.columns} | BOOKKEEPING
        waiting = types | {"_is_duplicate": "boolean"}
        for schema, name, wanted in (("raw", table.name, types), ("landing", f"superseded_{table.name}", waiting)):
            _ensure(connection, schema, name, wanted, existing.get((schema, name), {}))


def adopt_strangers(connection: Connection, table: Table) -> None:
    """Rows that something else put into raw count as older than any load."""
    connection.execute(f"update {raw(table)} set _load_id = 0 where _load_id is null")


def check_origin(connection: Connection, origin: str) -> None:
    """A warehouse holds demo data or a user's, never both: the first load decides."""
    found = connection.execute("select origin from landing.origin").fetchall()
    if not found:
        connection.execute("insert into landing.origin values (?)", [origin])
    elif found[0][0] != origin:
        what = "demo data" if found[0][0] == "demo" else "data of its user"
        raise UsageError(f"this warehouse holds {what}", "land in another folder: `casemart --home FOLDER land …`")


@dataclass(frozen=True)
class Entry:
    """What identifies a load of one file: content, table, options. `landed_before` tells of the same one."""

    table: Table
    file_hash: str
    options: str
    contract_version: int

    def landed_before(self, connection: Connection) -> int | None:
        """The latest load of the same content that is in force."""
        query = f"""
            select max(load_id) from landing.loads
            where file_hash = $hash and options = $options and contract_version = $version and {IN_FORCE}"""
        values = {"table": self.table.name, "hash": self.file_hash, "options": self.options, "version": self.contract_version}
        return connection.execute(query, values).fetchall()[0][0]


def is_snapshot(connection: Connection, entries: list[Entry]) -> bool:
    """Whether the table holds exactly these files as one load, so that landing them as a snapshot would change nothing."""
    before = {entry.landed_before(connection) for entry in entries}
    query = f"select count(*), count(distinct load_id) from landing.loads where {IN_FORCE}"
    files, loads = connection.execute(query, {"table": entries[0].table.name}).fetchall()[0]
    return None not in before and loads == len(before) == 1 and files == len(entries)


def next_load(connection: Connection) -> int:
    return connection.execute("select coalesce(max(load_id), 0) + 1 from landing.loads").fetchall()[0][0]


def record(
    connection: Connection,
    load_id: int,
    entry: Entry,
    result: FileResult,
    header: list[str],
    content_bytes: int,
    is_replace: bool,
) -> None:
    """Writes a file into the ledger."""
    connection.execute(
        """
        insert into landing.loads values ($load_id, $table, $file, $hash, $options, $columns, $ignored, $is_replace, $version,
            $casemart_version, current_timestamp::timestamp, null, $bytes, $records, $landed, $duplicates, $quarantined, 0, 0, 0)
        """,
        {
            "load_id": load_id,
            "table": entry.table.name,
            "file": result.file,
            "hash": entry.file_hash,
            "options": entry.options,
            "columns": header,
            "ignored": list(result.ignored_columns),
            "is_replace": is_replace,
            "version": entry.contract_version,
            "casemart_version": __version__,
            "bytes": content_bytes,
            "records": result.records,
            "landed": result.landed,
            "duplicates": result.duplicates,
            "quarantined": result.quarantined,
        },
    )


def recount(connection: Connection, table: Table) -> None:
    """Brings the ledger of one table in step with where its rows are now."""
    connection.execute(
        f"""
        update landing.loads as loads
        set landed = counts.landed, superseded = counts.superseded, duplicates = loads.records - loads.quarantined - counts.landed
        from (
            select ledger.load_id, ledger.file, coalesce(sum(places.row_count), 0) as landed,
                coalesce(sum(places.row_count) filter (places.is_superseded), 0) as superseded
            from landing.loads as ledger left join (
                select _load_id, _file, false as is_superseded, count(*) as row_count from {raw(table)} group by all
                union all
                select _load_id, _file, true, count(*) from {superseded(table)} where not _is_duplicate group by all
            ) as places on places._load_id = ledger.load_id and places._file = ledger.file
            where ledger.table_name = $table and ledger.withdrawn_at is null
            group by ledger.load_id, ledger.file
        ) as counts
        where loads.load_id = counts.load_id and loads.file = counts.file and loads.table_name = $table""",
        {"table": table.name},
    )


def _ensure(connection: Connection, schema: str, name: str, wanted: dict[str, str], existing: dict[str, str]) -> None:
    target = identifier(schema, name)
    if not existing:
        columns = ", ".join(f"{identifier(column)} {data_type}" for column, data_type in wanted.items())
        connection.execute(f"create table {target} ({columns})")
        return
    for column, data_type in wanted.items():
        if column not in existing:
            connection.execute(f"alter table {target} add column {identifier(column)} {data_type}")
        elif existing[column] != data_type.lower():
            raise CasemartError(
                f"{schema}.{name}.{column} is {existing[column]} in this warehouse, {data_type} in the contract",
                "move the warehouse away, then land the files again",
            )
