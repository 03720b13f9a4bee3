"""The tables that landing owns, and the ledger: what each load brought, and what became of it.

    records = landed + quarantined + duplicates            of each file
    landed - superseded - withdrawn = rows in raw          of each table

A load's row that a later load replaced waits in `landing.superseded_<table>`, so that withdrawing the later load brings it
back. So does a row that a later load repeated word for word (`_is_duplicate`): it counts if the first one is withdrawn.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from casemart import __version__
from casemart.contract import Contract, Table
from casemart.errors import CasemartError, UsageError
from casemart.landing.typed import Spelling
from casemart.warehouse import Connection, identifier

BOOKKEEPING = {"_load_id": "bigint", "_file": "varchar", "_line": "bigint"}

LOADS = """
    create table if not exists landing.loads (
        load_id bigint, table_name varchar, file varchar, file_hash varchar, options varchar, columns varchar[],
        ignored_columns varchar[], is_replace boolean, contract_version integer, casemart_version varchar, landed_at timestamp,
        withdrawn_at timestamp, content_bytes bigint, records bigint, landed bigint, duplicates bigint, quarantined bigint,
        superseded bigint, withdrawn bigint)"""
QUARANTINE = """
    create table if not exists quarantine.rows (
        load_id bigint, table_name varchar, file varchar, line bigint, reasons varchar[], raw_text varchar)"""

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
    spelling: Spelling
    encoding: str
    delimiter: str
    contract_version: int

    @property
    def options(self) -> str:
        spelling = self.spelling
        named = {
            "timezone": spelling.timezone,
            "date_format": spelling.date_format,
            "encoding": self.encoding,
            "delimiter": self.delimiter,
        }
        return json.dumps(named)

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
            $casemart_version, current_timestamp::timestamp, null, $bytes, $records, $landed, $duplicates, $quarantined, 0, 0)""",
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
