"""Takes a load back: the tables become what they would be if it had never come, later loads unchanged."""

from __future__ import annotations

from casemart.contract import Contract, Table
from casemart.errors import UsageError
from casemart.landing.ledger import (
    BOOKKEEPING,
    REPLAY_OF,
    adopt_strangers,
    columns_of,
    content_of,
    raw,
    recount,
    same_key,
    superseded,
)
from casemart.warehouse import Connection, identifier


def withdraw(connection: Connection, contract: Contract, load_id: int) -> dict[str, int]:
    """Withdraws a load and its replays from their tables; how many rows each table loses. UsageError if it is not in force.

    What a replay had landed is back in quarantine, unless the load that it came with is withdrawn.
    """
    found = connection.execute(
        "select table_name, withdrawn_at from landing.loads where load_id = ? order by file", [load_id]
    ).fetchall()
    if not found:
        raise UsageError(f"there is no load {load_id}", "`casemart status` shows what was landed")
    if found[0][1] is not None:
        raise UsageError(f"load {load_id} was withdrawn at {found[0][1]} UTC")
    lost: dict[str, int] = {}
    for replay in _replays(connection, load_id):
        lost |= {name: lost.get(name, 0) + count for name, count in withdraw(connection, contract, replay).items()}
    for name in dict.fromkeys(name for name, _ in found):
        table = contract.tables[name]
        adopt_strangers(connection, table)
        _gather(connection, table, load_id)
        connection.execute(
            """
            update landing.loads set withdrawn_at = current_timestamp::timestamp, withdrawn = landed, superseded = 0
            where load_id = $load and table_name = $table""",
            {"load": load_id, "table": name},
        )
        _place(connection, table, load_id)
        recount(connection, table)
        query = "select sum(landed) from landing.loads where load_id = ? and table_name = ?"
        lost[name] = lost.get(name, 0) + connection.execute(query, [load_id, name]).fetchall()[0][0]
    connection.execute("update quarantine.rows set replayed_by = null where replayed_by = ?", [load_id])
    connection.execute("delete from quarantine.rows where load_id = ?", [load_id])
    return lost


def _replays(connection: Connection, load_id: int) -> list[int]:
    """The loads in force that landed quarantined rows of this one."""
    query = f"select distinct load_id from landing.loads where withdrawn_at is null and {REPLAY_OF} = ? order by load_id"
    return [load for (load,) in connection.execute(query, [load_id]).fetchall()]


def _gather(connection: Connection, table: Table, load_id: int) -> None:
    """Takes all rows of the keys concerned, whether in raw or waiting, into `claims`: one row per key and load."""
    columns = f"{columns_of(table)}, {', '.join(BOOKKEEPING)}"
    keys = ", ".join(identifier(name) for name in table.key)
    query = "select bool_or(is_replace) from landing.loads where load_id = ? and table_name = ?"
    was_snapshot = connection.execute(query, [load_id, table.name]).fetchall()[0][0]
    places = {"raw": raw(table), "waiting": superseded(table)}
    everywhere = " union all ".join(
        f"select '{place}' as place, rowid as row_number, {columns} from {name}" for place, name in places.items()
    )
    # A snapshot concerns the keys that it left out as well.
    concerned = "" if was_snapshot else f"semi join concerned on {same_key(table, 'everywhere', 'concerned')}"
    connection.execute(
        f"""
        create or replace temp table claims as
        with everywhere as ({everywhere}),
        concerned as (select distinct {keys} from everywhere where _load_id = $load)
        select everywhere.* from everywhere {concerned}""",
        {"load": load_id},
    )
    for place, name in places.items():
        connection.execute(f"delete from {name} where rowid in (select row_number from claims where place = '{place}')")


def _place(connection: Connection, table: Table, load_id: int) -> None:
    """Puts the claims of the loads that are left where they belong.

    A claim repeats the one before it if both say the same and no snapshot between them left the key out. Raw has the
    last claim that repeats none, unless a snapshot after the last claim left the key out.
    """
    columns, bookkeeping = columns_of(table), ", ".join(BOOKKEEPING)
    keys = ", ".join(identifier(name) for name in table.key)
    claims_keys = ", ".join(f"claims.{identifier(name)}" for name in table.key)
    connection.execute(
        f"""
        create or replace temp table placed as
        with snapshots as (
            select distinct load_id from landing.loads where table_name = $table and is_replace and withdrawn_at is null
        ),
        loads as (
            select _load_id, coalesce(max(snapshots.load_id), 0) as snapshot_before
            from (select distinct _load_id from claims) as own left join snapshots on snapshots.load_id < own._load_id
            group by _load_id
        ),
        ordered as (
            select claims.*, loads.snapshot_before, lag({content_of(table, "claims.")}) over by_key as content_before,
                lag(claims._load_id) over by_key as load_before
            from claims join loads on loads._load_id = claims._load_id
            where claims._load_id <> $load
            window by_key as (partition by {claims_keys} order by claims._load_id)
        ),
        judged as (
            select *, coalesce(load_before >= snapshot_before, false)
                and content_before is not distinct from {content_of(table)} as is_repeated
            from ordered
        )
        select {columns}, {bookkeeping}, is_repeated,
            _load_id = max(_load_id) filter (not is_repeated) over (partition by {keys})
                and max(_load_id) over (partition by {keys}) >= coalesce((select max(load_id) from snapshots), 0) as is_current
        from judged""",
        {"table": table.name, "load": load_id},
    )
    connection.execute(
        f"insert into {raw(table)} ({columns}, {bookkeeping}) select {columns}, {bookkeeping} from placed where is_current"
    )
    connection.execute(
        f"""
        insert into {superseded(table)} ({columns}, {bookkeeping}, _is_duplicate)
        select {columns}, {bookkeeping}, is_repeated from placed where not is_current"""
    )
