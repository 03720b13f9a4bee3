"""From staged rows to raw: duplicates and conflicts of a key, then the later load wins."""

from __future__ import annotations

from casemart.contract import Table
from casemart.errors import CasemartError
from casemart.landing.ledger import BOOKKEEPING, FileResult, columns_of, content_of, raw, same_key, superseded
from casemart.landing.read import Spool
from casemart.landing.typed import Spelling, typed_select
from casemart.warehouse import Connection, identifier, quoted

POSITIONS_SHOWN = 5


def create_staged(connection: Connection, table: Table) -> None:
    """Empty temporary tables: `staged` rows, and `marks` on those that are duplicates or conflicts within this call."""
    columns = ", ".join(f"{identifier(column.name)} {column.duckdb_type}" for column in table.columns)
    connection.execute(f"create or replace temp table staged ({columns}, _line bigint, _reasons varchar[], _file_number integer)")
    connection.execute("create or replace temp table files (file_number integer, file varchar)")
    connection.execute("create or replace temp table marks (row_number bigint, is_duplicate boolean, reason varchar)")
    connection.execute("create or replace temp table matches (row_number bigint, raw_row_number bigint, is_same boolean)")


def stage(
    connection: Connection, table: Table, spool: Spool, number: int, shown: str, spelling: Spelling, header: dict[str, int]
) -> None:
    """Types the records of one spool into `staged`."""
    connection.execute("insert into files values (?, ?)", [number, shown])
    parameters = {"number": number, **_spelling_parameters(table, header, spelling, spool.natives)}
    typed = typed_select(table, header, len(spool.header), spelling, spool.relation(), spool.natives)
    query = f"insert into staged select *, $number from ({typed})"
    count = connection.execute(query, parameters).fetchall()[0][0]
    if count != spool.accepted:
        raise CasemartError(
            f"{shown}: {spool.accepted:,} records were read as {count:,}", "this is a defect of casemart: please report it"
        )


def _spelling_parameters(table: Table, header: dict[str, int], spelling: Spelling, natives: frozenset[str]) -> dict[str, str]:
    """The parameters that the SQL for these columns binds; DuckDB refuses those that it does not name."""
    columns = [column for column in table.columns if column.name in header]
    spelled = {column.data_type for column in columns if column.name not in natives}
    used = set()
    if any(column.data_type == "timestamp" for column in columns):
        used = {"timezone"}
    if "timestamp" in spelled or ("date" in spelled and not spelling.has_clock):
        used |= {"date_format"}
    return {name: value for name, value in spelling.parameters.items() if name in used}


def mark_doubled_keys(connection: Connection, table: Table) -> None:
    """Rows of one key within this call: all alike = the first counts, the others are duplicates; else all are refused."""
    keys = ", ".join(identifier(name) for name in table.key)
    staged_keys = ", ".join(f"staged.{identifier(name)}" for name in table.key)
    shown = " || ', ' || ".join(f"coalesce({identifier(name)}::varchar, '(empty)')" for name in table.key)
    connection.execute(
        f"""
        insert into marks
        with doubled as (
            select {keys} from staged where _reasons is null group by {keys} having count(*) > 1
        ),
        compared as (
            select staged.rowid as row_number, {staged_keys}, files.file || ':' || staged._line as position,
                {content_of(table, "staged.")} is distinct from first({content_of(table, "staged.")}) over by_key as differs,
                row_number() over by_key as nth
            from staged join doubled on {same_key(table, "staged", "doubled")}
                join files on files.file_number = staged._file_number
            where staged._reasons is null
            window by_key as (partition by {staged_keys} order by staged._file_number, staged._line)
        ),
        judged as (
            select *, bool_or(differs) over (partition by {keys}) as is_conflict,
                string_agg(position, ', ' order by nth) filter (nth <= {POSITIONS_SHOWN}) over (partition by {keys}) as positions,
                count(*) over (partition by {keys}) as key_rows
            from compared
        )
        select row_number, not is_conflict,
            case when is_conflict then {quoted(", ".join(table.key))} || ': one key with different content: ' || {shown} || ' in '
                || positions || case when key_rows > {POSITIONS_SHOWN} then ' …' else '' end end
        from judged where is_conflict or nth > 1"""
    )


def match(connection: Connection, table: Table) -> None:
    """Finds the rows of raw that have the key of a sound staged row."""
    target = raw(table)
    if not connection.execute(f"select exists (select 1 from {target})").fetchall()[0][0]:
        return
    connection.execute(
        f"""
        insert into matches
        select staged.rowid, existing.rowid, {content_of(table, "staged.")} is not distinct from {content_of(table, "existing.")}
        from staged join {target} as existing on {same_key(table, "staged", "existing")}
            anti join marks on marks.row_number = staged.rowid
        where staged._reasons is null"""
    )


def move(connection: Connection, table: Table, load_id: int, *, replace: bool) -> int:
    """Moves the sound rows of `staged` to raw, and what they replace or repeat to the superseded table.

    Returns how many rows left raw.
    """
    columns, bookkeeping = columns_of(table), ", ".join(BOOKKEEPING)
    target, waiting = f"{raw(table)} ({columns}, {bookkeeping})", f"{superseded(table)} ({columns}, {bookkeeping}, _is_duplicate)"
    # A snapshot leaves only what it repeats; else only rows with other content under their key give way.
    gone = "rowid " + ("not in" if replace else "in") + f" (select raw_row_number from matches where is_same = {replace})"
    connection.execute(f"insert into {waiting} select {columns}, {bookkeeping}, false from {raw(table)} where {gone}")
    count = connection.execute(f"delete from {raw(table)} where {gone}").fetchall()[0][0]
    sound = f"""
        select {columns_of(table, "staged.")}, $load_id, files.file, staged._line%s
        from staged join files on files.file_number = staged._file_number
            %s join matches on matches.row_number = staged.rowid and matches.is_same
            anti join marks on marks.row_number = staged.rowid
        where staged._reasons is null"""
    connection.execute(f"insert into {waiting} {sound % (', true', 'semi')}", {"load_id": load_id})
    connection.execute(f"insert into {target} {sound % ('', 'anti')}", {"load_id": load_id})
    return count


def results(connection: Connection, table: Table, spools: list[Spool], ignored: list[tuple[str, ...]]) -> list[FileResult]:
    """What becomes of each file's records."""
    rows = connection.execute(
        """
        select files.file_number, files.file, count(staged._line) as staged,
            count(*) filter (staged._reasons is not null or marks.reason is not null) as quarantined,
            count(*) filter (marks.is_duplicate or matches.is_same) as duplicates,
            count(*) filter (not matches.is_same) as superseded
        from files left join staged on staged._file_number = files.file_number
            left join marks on marks.row_number = staged.rowid left join matches on matches.row_number = staged.rowid
        group by files.file_number, files.file order by files.file_number"""
    ).fetchall()
    return [
        FileResult(
            file=file,
            table=table.name,
            records=spools[number].records,
            landed=staged - quarantined - duplicates,
            duplicates=duplicates,
            superseded=replaced,
            quarantined=quarantined + spools[number].refused,
            ignored_columns=ignored[number],
        )
        for number, file, staged, quarantined, duplicates, replaced in rows
    ]
