"""The refused rows: written with reasons, file, line and raw text by a load; listed, shown and exported for repair."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

from casemart.contract import Table, load_contract
from casemart.errors import UsageError
from casemart.landing.json_lines import object_of
from casemart.landing.read import CSV, Spool, literal, refused_line
from casemart.warehouse import Connection

# A reason is `column: kind: value`; its kind is what it has in common with those of other rows.
KIND = "regexp_extract({reason}, '^[^:]*(?:: [^:]*)?')"
BAD = "coalesce(staged._reasons, [marks.reason])"


@dataclass(frozen=True)
class Refused:
    """One quarantined row."""

    load_id: int
    table: str
    file: str
    line: int
    reasons: tuple[str, ...]
    raw_text: str


def commonest_reasons(connection: Connection, spool: Spool, number: int, limit: int = 5) -> list[str]:
    """The kinds of reasons of one staged file, most frequent first, with counts and examples, one line each."""
    query = f"""
        with reasons as (
            select staged._line as line, unnest({BAD}) as reason
            from staged left join marks on marks.row_number = staged.rowid
            where staged._file_number = $number and (staged._reasons is not null or marks.reason is not null)
            union all
            select line, reason from {refused_records(spool)}
        )
        select {KIND.format(reason="reason")} as kind, count(*) as row_count, list_sort(list(distinct line))[1:3] as examples
        from reasons group by kind order by row_count desc, kind limit $limit"""
    values = {"number": number, "limit": limit}
    rows = connection.execute(query, values).fetchall()
    return [f"{count:>9,} x {kind}  (line {', '.join(map(str, examples))})" for kind, count, examples in rows]


def store(connection: Connection, table: Table, load_id: int, spools: list[Spool]) -> None:
    """Writes the refused rows of the staged files of one table, with the text that they have in the file."""
    for number, spool in enumerate(spools):
        query = """
            select distinct staged._line from staged left join marks on marks.row_number = staged.rowid
            where staged._file_number = ? and (staged._reasons is not null or marks.reason is not null) order by 1"""
        lines = [line for (line,) in connection.execute(query, [number]).fetchall()]
        with spool.refused_path.open("ab") as file:
            for line, raw in spool.raw_texts(lines):
                file.write(refused_line(line, "", raw))
        connection.execute(
            f"""
            insert into quarantine.rows by name
            with bad as (
                select staged._line as line, {BAD} as reasons
                from staged left join marks on marks.row_number = staged.rowid
                where staged._file_number = $number and (staged._reasons is not null or marks.reason is not null)
            )
            select $load as load_id, $table as table_name, files.file, texts.line, texts.raw_text,
                coalesce(bad.reasons, [texts.reason]) as reasons
            from {refused_records(spool)} as texts left join bad on bad.line = texts.line
                join files on files.file_number = $number
            order by texts.line""",
            {"number": number, "load": load_id, "table": table.name},
        )


def summary(connection: Connection) -> list[tuple[int, str, str, int]]:
    """Load, table, kind of reason, rows. A row with two reasons counts under both."""
    if not exists(connection):
        return []
    query = f"""
        select load_id, table_name, {KIND.format(reason="reason")} as kind, count(distinct (file, line)) as row_count
        from (select load_id, table_name, file, line, unnest(reasons) as reason from {_waiting(connection)})
        group by all order by load_id, table_name, row_count desc, kind"""
    return connection.execute(query).fetchall()


def rows(connection: Connection, load_id: int | None, table: str | None, limit: int | None = None) -> Iterator[Refused]:
    """The quarantined rows in the order of load, file and line."""
    if not exists(connection):
        return
    query = f"""
        select load_id, table_name, file, line, reasons, raw_text from {_waiting(connection)}
        where ($load is null or load_id = $load) and ($table is null or table_name = $table)
        order by load_id, table_name, file, line limit $limit"""
    cursor = connection.execute(query, {"load": load_id, "table": table, "limit": (1 << 62) if limit is None else limit})
    while batch := cursor.fetchmany(1000):
        for load, name, file, line, reasons, raw_text in batch:
            yield Refused(load, name, file, line, tuple(reasons), raw_text)


def export(connection: Connection, target: IO[str], load_id: int | None, table: str | None) -> int:
    """Writes quarantined rows of one table as CSV that can be corrected and landed; returns how many.

    Fields stand under their own names; a row that has no such fields has its text in `_raw_text` alone. The columns that
    begin with `_` are for the reader: landing leaves them out.
    """
    tables = sorted({name for load, name, _, _ in summary(connection) if load_id in (None, load) and table in (None, name)})
    if len(tables) != 1:
        what = f"the rows are of several tables: {', '.join(tables)}" if tables else "no such row is in quarantine"
        raise UsageError(what, "choose one: `--table TABLE`" if tables else "`casemart quarantine list` shows what is there")
    query = f"""
        select loads.load_id, loads.file, columns, json_extract_string(options, 'delimiter')
        from landing.loads as loads
            semi join {_waiting(connection)} as refused on refused.load_id = loads.load_id and refused.file = loads.file
        where loads.table_name = $table and ($load is null or loads.load_id = $load)
        order by loads.load_id, loads.file"""
    files = connection.execute(query, {"table": tables[0], "load": load_id}).fetchall()
    formats = {(load, file): (columns, delimiter) for load, file, columns, delimiter in files}
    names = dict.fromkeys(name for columns, _ in formats.values() for name in columns if name)
    known = {column.name for column in load_contract().tables[tables[0]].columns}
    writer = csv.DictWriter(target, [*names, "_reasons", "_file", "_line", "_raw_text"], lineterminator="\n")
    writer.writeheader()
    count = 0
    for row in rows(connection, load_id, tables[0]):
        header, delimiter = formats[row.load_id, row.file]
        about = {"_reasons": "; ".join(row.reasons), "_file": row.file, "_line": row.line, "_raw_text": row.raw_text}
        fields = _parsed(row.raw_text, header, delimiter) if delimiter else object_of(row.raw_text, known)
        writer.writerow({name: fields[name] for name in names if name in fields} | about)
        count += 1
    return count


def _parsed(text: str, header: list[str], delimiter: str) -> dict[str, str]:
    """The fields by name; nothing where the text is not one sound record of that header."""
    try:
        records = list(csv.reader([text], delimiter=delimiter, strict=True))
    except csv.Error:
        return {}
    is_sound = len(records) == 1 and len(records[0]) == len(header)
    return {name: value for name, value in zip(header, records[0], strict=True) if name} if is_sound else {}


def refused_records(spool: Spool) -> str:
    """What was no record at all, for SQL: `line, reason, raw_text`."""
    columns = "{'line': 'bigint', 'reason': 'varchar', 'raw_text': 'varchar'}"
    return f"read_csv({literal(spool.refused_path)}, delim = ',', columns = {columns}, parallel = false, {CSV})"


def _waiting(connection: Connection) -> str:
    """The rows that no replay has landed, for SQL. A warehouse of an earlier version does not know replays."""
    query = "select count(*) from duckdb_columns() where schema_name = 'quarantine' and column_name = 'replayed_by'"
    is_known = connection.execute(query).fetchall()[0][0]
    return "(from quarantine.rows where replayed_by is null)" if is_known else "quarantine.rows"


def exists(connection: Connection) -> bool:
    """Whether anything was ever landed, and so could be refused."""
    query = "select count(*) from duckdb_tables() where schema_name = 'quarantine' and table_name = 'rows'"
    return bool(connection.execute(query).fetchall()[0][0])
