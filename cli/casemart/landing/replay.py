"""Quarantined rows once more: through typing after the cause is fixed, or away for good.

A replay makes one load per load that it takes rows from, so that each can be withdrawn. The rows keep their file and line.
What passes lands as if it had come with its own load: what has landed under its key since is newer, and stands.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from casemart.contract import Contract, Table, contract_of
from casemart.errors import CasemartError, UsageError
from casemart.landing import ledger, quarantine, upsert
from casemart.landing.content import Progress
from casemart.landing.header import match_header
from casemart.landing.json_lines import LineReader, new_spool
from casemart.landing.ledger import Entry, FileResult, columns_of, content_of, raw, same_key, superseded
from casemart.landing.read import Splitter, Spool
from casemart.landing.sources import Source
from casemart.landing.transaction import private_folder, transaction
from casemart.landing.typed import Spelling, check_spelling
from casemart.locking import hold_lock
from casemart.warehouse import Connection, identifier, quoted
from casemart.workspace import Workspace

Say = Callable[[str], None]
Watch = Callable[[str, Progress], None]

NOT_CHOSEN = "(not chosen)"
BATCH_ROWS = 1000


@dataclass(frozen=True)
class Replayed:
    """What became of the quarantined rows of one file. `load_id` is None if none of them passed."""

    load_id: int | None
    from_load: int
    result: FileResult


@dataclass(frozen=True)
class _File:
    """A file whose rows are in quarantine, as the ledger knows it."""

    name: str
    file_hash: str
    options: dict[str, Any]
    columns: list[str]
    is_chosen: bool

    def source(self, table: Table) -> Source:
        return Source(Path(self.name), self.name, table.name, "", self.options.get("delimiter") or ",", self.format)

    @property
    def format(self) -> str:
        return self.options.get("format") or "CSV"


@dataclass
class _Call:
    """One replay at work."""

    connection: Connection
    contract: Contract
    folder: Path
    spelling: dict[str, str]
    say: Say
    watch: Watch


def replay(
    workspace: Workspace,
    *,
    load_id: int | None = None,
    table: str | None = None,
    file: str | None = None,
    timezone: str | None = None,
    date_format: str | None = None,
    say: Say = lambda _text: None,
    watch: Watch = lambda _file, _progress: None,
) -> list[Replayed]:
    """Types the quarantined rows of a load, table or file again; what passes lands, the others get their new reasons.

    `timezone` and `date_format` are those of the load unless they are given. `file` is the path as it was landed, or its
    last part. UsageError if no such row is in quarantine, CasemartError if a file lacks what the contract now requires.
    """
    given = {"timezone": timezone, "date_format": date_format}
    spelling = {name: value for name, value in given.items() if value is not None}
    contract = contract_of(workspace)
    with hold_lock(workspace, "quarantine replay", say), private_folder(workspace) as folder, _existing(workspace) as connection:
        ledger.ensure_tables(connection, contract)
        check_spelling(connection, Spelling(timezone or "UTC", date_format))
        call = _Call(connection, contract, folder, spelling, say, watch)
        groups = _groups(connection, load_id, table, file)
        if not groups:
            raise UsageError("no such row is in quarantine", "`casemart quarantine list` shows what is there")
        done: list[Replayed] = []
        for load in dict.fromkeys(load for load, _ in groups):
            new_load = ledger.next_load(connection)
            for (_, name), files in ((group, files) for group, files in groups.items() if group[0] == load):
                if name not in contract.tables:
                    raise CasemartError(
                        f"the contract has no table {name} any more", "`casemart quarantine purge` removes its rows"
                    )
                done += _replay(call, contract.tables[name], load, new_load, files)
        return done


def waiting_loads(connection: Connection, load_id: int | None, older_than_days: int | None) -> dict[int, int]:
    """Load by load, how many rows `purge` would remove; rows that a replay has landed are counted too."""
    if not quarantine.exists(connection):
        return {}
    query = """
        select rows.load_id, count(*) from quarantine.rows as rows
        where ($load is null or rows.load_id = $load) and ($days is null or exists (
            select 1 from landing.loads where loads.load_id = rows.load_id
                and loads.landed_at < current_timestamp::timestamp - to_days($days::integer)))
        group by rows.load_id order by rows.load_id"""
    return dict(connection.execute(query, {"load": load_id, "days": older_than_days}).fetchall())


def purge(workspace: Workspace, loads: list[int]) -> int:
    """Removes the quarantined rows of these loads for good; the ledger keeps their number. How many they were."""
    with hold_lock(workspace, "quarantine purge"), _existing(workspace) as connection:
        ledger.ensure_tables(connection, contract_of(workspace))
        connection.execute(
            """
            update landing.loads as loads set purged = coalesce(loads.purged, 0) + counts.row_count
            from (
                select load_id, table_name, file, count(*) as row_count from quarantine.rows
                where list_contains($loads, load_id) group by all
            ) as counts
            where counts.load_id = loads.load_id and counts.table_name = loads.table_name and counts.file = loads.file""",
            {"loads": loads},
        )
        query = "delete from quarantine.rows where list_contains($loads, load_id)"
        return connection.execute(query, {"loads": loads}).fetchall()[0][0]


def _existing(workspace: Workspace) -> Any:
    """The warehouse in a transaction; it is never made here."""
    if not workspace.warehouse.is_file():
        raise CasemartError(f"there is no warehouse in {workspace.home}", "land files first: `casemart land FOLDER`")
    return transaction(workspace)


def _groups(
    connection: Connection, load_id: int | None, table: str | None, file: str | None
) -> dict[tuple[int, str], list[_File]]:
    """Files with quarantined rows by load and table; the chosen ones first, so that of equal rows theirs count."""
    query = """
        select load_id, table_name, file, file_hash, options, columns,
            ($file is null or file = $file or parse_filename(file) = $file) as is_chosen
        from landing.loads as loads
            semi join quarantine.rows as rows
            on rows.load_id = loads.load_id and rows.table_name = loads.table_name and rows.file = loads.file
                and rows.replayed_by is null
        where ($load is null or load_id = $load) and ($table is null or table_name = $table)
        order by load_id, table_name, is_chosen desc, file"""
    groups: dict[tuple[int, str], list[_File]] = {}
    for load, name, shown, file_hash, options, columns, is_chosen in connection.execute(
        query, {"load": load_id, "table": table, "file": file}
    ).fetchall():
        groups.setdefault((load, name), []).append(_File(shown, file_hash, json.loads(options), columns, is_chosen))
    return {group: files for group, files in groups.items() if any(one.is_chosen for one in files)}


def _replay(call: _Call, table: Table, load: int, new_load: int, files: list[_File]) -> list[Replayed]:
    """All quarantined rows of one load and table together, so that conflicts between them are found."""
    connection = call.connection
    ledger.adopt_strangers(connection, table)
    upsert.create_staged(connection, table)
    spools = []
    for number, file in enumerate(files):
        target, positions = _read(call, table, load, file, str(number))
        options = {name: file.options.get(name) for name in ("timezone", "date_format")} | call.spelling
        spelling = Spelling(options["timezone"] or "UTC", options["date_format"])
        upsert.stage(connection, table, target, number, file.name, spelling, positions)
        spools.append(target)
    upsert.mark_doubled_keys(connection, table)
    others = [number for number, file in enumerate(files) if not file.is_chosen]
    _mark(connection, "list_contains($numbers, staged._file_number)", quoted(NOT_CHOSEN), {"numbers": others})
    _mark_later(connection, table, load)
    upsert.match(connection, table)
    found = upsert.results(connection, table, spools, [()] * len(files))
    is_any = any(result.landed or result.duplicates for result in found)
    chosen = {file.name: target for file, target in zip(files, spools, strict=True) if file.is_chosen}
    _settle(connection, table, load, new_load, chosen)
    if is_any:
        upsert.move(connection, table, new_load, replace=False)
    done = []
    for file, result, target in zip(files, found, spools, strict=True):
        passed = result.landed + result.duplicates
        if file.is_chosen:
            done.append(Replayed(new_load if passed else None, load, result))
            call.say(f"{file.name} -> {table.name}: {result.records:,} rows of load {load} again, {passed:,} landed")
        if passed:
            options = json.dumps(file.options | call.spelling | {"replay_of": load})
            entry = Entry(table, file.file_hash, options, call.contract.version)
            own = replace(result, records=passed, quarantined=0)
            size = target.path.stat().st_size
            ledger.record(connection, new_load, entry, own, file.columns, size, is_replace=False)
        target.remove()
    if is_any:
        ledger.recount(connection, table)
    return done


def _read(call: _Call, table: Table, load: int, file: _File, name: str) -> tuple[Spool, dict[str, int]]:
    """The quarantined texts of one file, taken apart as its format demands; and where the columns of the contract stand."""
    query = """
        select line, raw_text from quarantine.rows
        where load_id = $load and table_name = $table and file = $file and replayed_by is null order by line"""
    values = {"load": load, "table": table.name, "file": file.name}
    size = f"select coalesce(sum(strlen(raw_text)), 0)::bigint from ({query})"
    progress = Progress(0, call.connection.execute(size, values).fetchall()[0][0])
    cursor = call.connection.execute(query, values)
    if file.format == "CSV":
        target = Spool(call.folder / f"{name}.csv", call.folder / f"{name}.refused.csv", file.options["delimiter"], file.columns)
        positions = match_header(file.columns, file.source(table), table).positions
        with target.path.open("wb") as accepted, target.refused_path.open("wb") as refused:
            splitter = Splitter(target, 1, accepted.write, refused.write, file.name)
            _feed(call, file, cursor, splitter, progress)
        return target, positions
    target = new_spool(call.folder, name, table)
    target.natives = frozenset(file.options.get("natives", ()))
    with LineReader(target, table) as reader:
        _feed(call, file, cursor, reader, progress)
    return target, {column: index for index, column in enumerate(target.header)}


def _feed(call: _Call, file: _File, cursor: Connection, reader: Splitter | LineReader, progress: Progress) -> None:
    while batch := cursor.fetchmany(BATCH_ROWS):
        for line, text in batch:
            reader.line = line
            raw_text = text.encode()
            reader.take(raw_text + b"\n", is_final=True)
            progress.done_bytes += len(raw_text)
        call.watch(file.name, progress)


def _mark(connection: Connection, condition: str, reason: str, values: dict[str, Any]) -> None:
    """Refuses staged rows that nothing speaks against yet, be they duplicates or not."""
    alike = f"is_duplicate and row_number in (select rowid from staged where {condition})"
    connection.execute(f"delete from marks where {alike}", values)
    connection.execute(
        f"""
        insert into marks
        select staged.rowid, false, {reason} from staged anti join marks on marks.row_number = staged.rowid
        where staged._reasons is null and {condition}""",
        values,
    )


def _mark_later(connection: Connection, table: Table, load: int) -> None:
    """Refuses rows whose key has landed with other content since, or is none of a snapshot's since: that is newer."""
    shown = " || ', ' || ".join(f"coalesce({identifier(name)}::varchar, '(empty)')" for name in table.key)
    # What another replay has landed is as old as the load that it came with.
    connection.execute(
        f"""
        create or replace temp table later as
        select {columns_of(table)}
        from (
            select {columns_of(table)}, _load_id from {raw(table)}
            union all select {columns_of(table)}, _load_id from {superseded(table)}
        ) as existing semi join staged on {same_key(table, "staged", "existing")}
        where _load_id in (select load_id from landing.loads where coalesce({ledger.REPLAY_OF}, load_id) >= $load)""",
        {"load": load},
    )
    differs = f"""exists (select 1 from later where {same_key(table, "later", "staged")}
        and {content_of(table, "later.")} is distinct from {content_of(table, "staged.")})"""
    reason = f"{quoted(', '.join(table.key) + ': other content has landed under this key since: ')} || {shown}"
    _mark(connection, differs, reason, {})
    query = """
        select max(load_id) from landing.loads
        where table_name = ? and is_replace and withdrawn_at is null and load_id > ?"""
    snapshot = connection.execute(query, [table.name, load]).fetchall()[0][0]
    if snapshot is not None:
        is_there = f"exists (select 1 from {raw(table)} as existing where {same_key(table, 'existing', 'staged')})"
        reason = quoted(f"{', '.join(table.key)}: the whole table has been replaced since: load {snapshot}")
        _mark(connection, f"not {is_there}", reason, {})


def _settle(connection: Connection, table: Table, load: int, new_load: int, spools: dict[str, Spool]) -> None:
    """Marks the quarantined rows that pass as replayed, and gives the others their new reasons."""
    values = {"load": load, "table": table.name}
    own = "rows.load_id = $load and rows.table_name = $table and rows.replayed_by is null"
    staged = """
        select files.file, staged._line as line, coalesce(staged._reasons, [marks.reason]) as reasons
        from staged join files on files.file_number = staged._file_number
            left join marks on marks.row_number = staged.rowid"""
    connection.execute(
        f"""
        update quarantine.rows as rows set replayed_by = $new_load from (
            {staged} where staged._reasons is null and marks.reason is null
        ) as passed where {own} and rows.file = passed.file and rows.line = passed.line""",
        values | {"new_load": new_load},
    )
    for file, spool in spools.items():
        connection.execute(
            f"""
            update quarantine.rows as rows set reasons = failed.reasons from (
                {staged} where (staged._reasons is not null or marks.reason is not null)
                    and files.file = $file
                union all
                select $file, line, [reason] from {quarantine.refused_records(spool)}
            ) as failed where {own} and rows.file = failed.file and rows.line = failed.line""",
            values | {"file": file},
        )
