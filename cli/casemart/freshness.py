"""How far each raw table reaches: published with every version as `marts.freshness`, one row per raw table."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from casemart.contract import Contract, Table
from casemart.warehouse import Connection, identifier

# Fewer event days tell nothing of a rhythm.
RHYTHM_DAYS = 10
TABLE = """
    create table {catalog}.marts.freshness (
        table_name varchar, "rows" bigint, latest_event_on date, days_behind integer, usual_gap_days integer)"""


@dataclass(frozen=True)
class Freshness:
    """`latest_event_on` is the latest day with an event, up to the as-of day; `days_behind` is how long before it that was.

    None where the contract names no moment of an event, or no event is known. `usual_gap_days` is what 95 % of the gaps
    between two days with events do not exceed; None where there are too few such days.
    """

    table: str
    rows: int
    latest_event_on: date | None
    days_behind: int | None
    usual_gap_days: int | None


def write_freshness(connection: Connection, contract: Contract, as_of: date | None, timezone: str) -> None:
    """Looks at the raw tables of the catalog `private`, and writes the table into the catalog `published`.

    `timezone` is the IANA zone whose calendar days count. Raw tables of other names or places are not looked at.
    """
    connection.execute(TABLE.format(catalog="published"))
    query = (
        "select table_name, list(column_name) from duckdb_columns() where database_name = 'private' and schema_name = 'raw'"
        " group by table_name order by table_name"
    )
    for name, columns in connection.execute(query).fetchall():
        if table := contract.tables.get(name):
            source = f"from private.{identifier('raw', name)}"
            parameters = {"table": name}
            if days := _days(table, columns):
                days = f"select unnest([{days}]) as event_on {source}"
                parameters |= {"as_of": as_of, "zone": timezone}
            connection.execute(_select(source, days), parameters)


def read_freshness(connection: Connection) -> list[Freshness]:
    """The table of the version that is open; empty where an earlier casemart has published it."""
    query = "select count(*) from duckdb_tables() where schema_name = 'marts' and table_name = 'freshness'"
    if not connection.execute(query).fetchall()[0][0]:
        return []
    return [Freshness(*row) for row in connection.execute("from marts.freshness order by table_name").fetchall()]


def _days(table: Table, columns: list[str]) -> str:
    """The days of a row's events, for SQL, separated by commas."""
    present = [column for name in table.event_at if name in columns and (column := table.column(name))]
    return ", ".join(
        f"({identifier(column.name)} at time zone 'UTC' at time zone $zone)::date"
        if column.data_type == "timestamp"
        else f"{identifier(column.name)}::date"
        for column in present
    )


def _select(source: str, days: str) -> str:
    count = f"(select count(*) {source})"
    if not days:
        return f"insert into published.marts.freshness select $table, {count}, null, null, null"
    return f"""
        insert into published.marts.freshness
        with event_days as (
            select distinct event_on from ({days}) where event_on is not null and ($as_of is null or event_on <= $as_of)
        ),
        gaps as (
            select event_on, event_on - lag(event_on) over (order by event_on) as gap_days from event_days
        )
        select $table, {count}, max(event_on), $as_of::date - max(event_on),
            case when count(*) >= {RHYTHM_DAYS} then quantile_disc(gap_days, 0.95) end
        from gaps"""
