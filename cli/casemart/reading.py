"""Questions to the published version: the rows of a metric or a table, as DuckDB stored them.

Every function takes the connection that `warehouse.open_published` gave.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import chain, islice
from typing import Any

import duckdb

from casemart.catalogue import PERIOD_COLUMNS, SEGMENT_COLUMNS, Catalogue, Field, Metric, Table, companions, unknown
from casemart.errors import UsageError
from casemart.render import printable, unit_shown
from casemart.warehouse import Connection, identifier

GRAINS = ("month", "quarter", "year", "week")
TOTAL = "all"
BATCH_ROWS = 10_000
MOST_ROWS = 1 << 62  # more than DuckDB counts to
DAY_HINT = "write a day, `2026-03-15`, or a month, `2026-03`"


@dataclass(frozen=True)
class Selection:
    """Which rows of a table: None means no condition. `first` and `last` bound period_start, both included."""

    by: str | None = None
    grain: str | None = None
    first: date | None = None
    last: date | None = None
    where: str | None = None
    limit: int | None = None

    def conditions(self, *names: str) -> tuple[str, list[Any]]:
        """The SQL of the named parts that are set, starting with ` where`, with its parameters."""
        parts = {
            "grain": ("period_grain = ?", self.grain),
            "by": ("segment_by = ?", self.by),
            "first": ("period_start >= ?", self.first),
            "last": ("period_start <= ?", self.last),
        }
        found = [parts[name] for name in names or parts if parts[name][1] is not None]
        return (" where " + " and ".join(sql for sql, _ in found) if found else ""), [value for _, value in found]


@dataclass(frozen=True)
class Answer:
    """Rows to come, in batches, with their columns, and the question that they answer.

    No other query may run on the connection until they have come.
    """

    fields: tuple[Field, ...]
    batches: Iterator[list[tuple[Any, ...]]]
    sql: str = ""
    parameters: list[Any] = field(default_factory=list)


def select(
    by: str | None, grain: str | None, first: str | None, last: str | None, where: str | None, limit: int | None
) -> Selection:
    """A selection from what was typed."""
    first_day = parse_day(first, "--from") if first is not None else None
    last_day = parse_day(last, "--to", is_last=True) if last is not None else None
    if first_day and last_day and first_day > last_day:
        raise UsageError(f"--from {first} is after --to {last}", "swap them")
    return Selection(by, grain, first_day, last_day, where, limit)


def parse_day(text: str, option: str, *, is_last: bool = False) -> date:
    """`2026-03-15`, or `2026-03`: the first day of the month, or its last where the option is an end."""
    if not re.fullmatch(r"\d{4}-\d{2}(-\d{2})?", text, re.ASCII):
        raise UsageError(f"{option}: {text!r} is not a date", DAY_HINT)
    try:
        if len(text) == len("2026-03-15"):
            return date.fromisoformat(text)
        first = date.fromisoformat(f"{text}-01")
    except ValueError as error:
        raise UsageError(f"{option}: there is no day {text!r}", DAY_HINT) from error
    return first.replace(day=calendar.monthrange(first.year, first.month)[1]) if is_last else first


def with_defaults(connection: Connection, table: Table, selection: Selection) -> Selection:
    """The total by month, where the selection says nothing else and the table has such a thing."""
    if not selection.by and table.has_segments and TOTAL in _values(connection, table, "segment_by"):
        selection = replace(selection, by=TOTAL)
    if not selection.grain and table.has_periods:
        found = _values(connection, table, "period_grain")
        selection = replace(selection, grain=next((grain for grain in GRAINS if grain in found), GRAINS[0]))
    return selection


def check(connection: Connection, table: Table, selection: Selection) -> None:
    """A UsageError where the table has no periods or segments, or none of the wanted name."""
    asked = (("--grain", selection.grain), ("--from", selection.first), ("--to", selection.last))
    for option, value in asked:
        if value is not None and not table.has_periods:
            raise UsageError(f"{option} does not fit {table.name}: it has no periods", "narrow it with `--where` instead")
    if selection.by is not None and not table.has_segments:
        raise UsageError(f"--by does not fit {table.name}: it has no segments", "narrow it with `--where` instead")
    wanted = (("period_grain", "grain", selection.grain), ("segment_by", "segment", selection.by))
    for column, what, value in wanted:
        # An empty table knows no values: then any will do, and the answer is empty as well.
        if value is not None and (known := _values(connection, table, column)) and value not in known:
            raise unknown(f"{what} of {table.name} called", value, known)


def read_table(connection: Connection, catalogue: Catalogue, table: Table, selection: Selection) -> Answer:
    """All columns of a table."""
    # A stable order: of periods, else of the key, which stands first in every published table.
    order = [name for name in (*PERIOD_COLUMNS, *SEGMENT_COLUMNS) if name in table.columns]
    order += [name for name in table.columns if name not in order] if table.has_periods else list(table.columns)[:2]
    fields = catalogue.fields(table)
    return _answer(connection, table, [(name, fields[name]) for name in table.columns], order, selection)


def read_metric(connection: Connection, catalogue: Catalogue, metric: Metric, selection: Selection) -> Answer:
    """One metric: periods and segments, value with numerator and denominator, companions, completeness, target and gap."""
    table = catalogue.tables[metric.mart]
    fields = catalogue.fields(table)
    target, gap = (f"{metric.value_column}_{name}" for name in ("target", "gap"))
    unit = unit_shown(metric.name, metric.unit)
    chosen: list[tuple[str | None, Field]] = [
        *((name, Field(name)) for name in (*PERIOD_COLUMNS, *SEGMENT_COLUMNS)),
        (metric.value_column, Field("value", unit)),
        (metric.numerator_column, Field("numerator")),
        (metric.denominator_column, Field("denominator")),
        *((name, fields[name]) for name in companions(metric, table)),
        ("is_complete", Field("is_complete")),
        (target if target in table.columns else None, Field("target", unit)),
        (gap if gap in table.columns else None, Field("gap", unit, is_gap=True)),
    ]
    return _answer(connection, table, chosen, ["period_start", *SEGMENT_COLUMNS], selection)


def read_overview(connection: Connection, grain: str) -> Answer:
    """One row per metric: its latest complete total (where none is complete, the latest one), and the newer running period.

    A metric without periods of that length stands by the shortest that it has, one without a total by its largest segment.
    """
    rows = connection.execute(
        """
        with published as (
            select
                metric, period_grain, segment_by, segment,
                row_number() over (
                    partition by metric
                    order by
                        period_grain <> $1, list_position(['month', 'quarter', 'year', 'week'], period_grain),
                        segment_by <> 'all', coalesce(sum(sample_size), 0) desc, segment_by, segment
                ) as choice
            from marts.metric_values
            group by metric, period_grain, segment_by, segment
        ),
        totals as (
            select v.*, row_number() over (partition by v.metric, v.is_complete order by v.period_start desc) as recency
            from marts.metric_values as v
            inner join published as p
                on
                    p.choice = 1 and v.metric = p.metric and v.period_grain = p.period_grain
                    and v.segment_by = p.segment_by and v.segment = p.segment
        ),
        complete as (select * from totals where recency = 1 and is_complete),
        running as (select * from totals where recency = 1 and not is_complete),
        chosen as (
            select * from complete
            union all
            select * from running where metric not in (select metric from complete)
        )
        select
            c.metric, c.label, c.family, c.is_headline, c.unit,
            coalesce(v.period_grain, $1), v.period_start, v.period_end, coalesce(v.segment_by, 'all'), coalesce(v.segment, 'all'),
            v.value, v.numerator, v.denominator, v.ci_low, v.ci_high, v.target, v.gap, v.is_complete,
            r.period_start, r.value, r.numerator, r.denominator, cast(c.definition_version as varchar)
        from marts.metric_catalog as c
        left join chosen as v on v.metric = c.metric
        left join running as r on r.metric = c.metric and r.period_start > v.period_start
        order by c.is_headline desc, c.rowid
        """,
        [grain],
    ).fetchall()
    names = (
        "metric label family is_headline unit period_grain period_start period_end segment_by segment value numerator"
        " denominator ci_low ci_high target gap is_complete running_period_start running_value running_numerator"
        " running_denominator definition_version"
    )
    return Answer(tuple(Field(name) for name in names.split()), iter([rows]))


def read_version(connection: Connection) -> tuple[str, date | None]:
    """The published version's name and its as-of day (None without any event)."""
    version, as_of = connection.execute("select cast(version as varchar), as_of from marts.build_info").fetchall()[0]
    return version, as_of


def read_span(connection: Connection, table: Table) -> tuple[date, date] | None:
    """The first and last period of a table, or None where it has none."""
    if not table.has_periods:
        return None
    first, last = connection.execute(f"select min(period_start), max(period_end) from {table.relation}").fetchall()[0]
    return (first, last) if first else None


def _values(connection: Connection, table: Table, column: str) -> list[str]:
    return [name for (name,) in connection.execute(f"select distinct {column} from {table.relation} order by 1").fetchall()]


def _where(connection: Connection, table: Table, text: str) -> str:
    """The checked condition. DuckDB plans it once, without reading a row, to tell whether it is a condition at all."""
    from casemart.expressions import HINT, compile_condition

    condition = compile_condition(text, table.columns, table.name)
    try:
        described = connection.execute(f"describe select ({condition}) as is_met from {table.relation}").fetchall()
    except duckdb.Error as error:
        raise _unfit(error) from error
    if described[0][1] != "BOOLEAN":
        raise UsageError("--where is not a condition: it is neither true nor false", HINT)
    return condition


def _unfit(error: duckdb.Error) -> UsageError:
    reason = printable(str(error).splitlines()[0])
    return UsageError(f"--where does not fit the columns: {reason}", "compare a column with a value of its own type")


def _answer(
    connection: Connection,
    table: Table,
    chosen: Sequence[tuple[str | None, Field]],
    order: Sequence[str],
    selection: Selection,
) -> Answer:
    """The chosen columns (None: NULL) of the selected rows."""
    check(connection, table, selection)
    clause, parameters = selection.conditions()
    if selection.where is not None:
        clause += f"{' and' if clause else ' where'} ({_where(connection, table, selection.where)})"
    # A column of a type: Parquet and Arrow have none without.
    columns = ", ".join("null::double" if column is None else identifier(column) for column, _ in chosen)
    sql = f"select {columns} from {table.relation}{clause}"
    sql += " order by " + ", ".join(f"{identifier(name)} nulls first" for name in order)
    if selection.limit is not None:
        sql += f" limit {min(selection.limit, MOST_ROWS):d}"
    batches = _batches(connection, sql, parameters, selection)
    # The first batch now: what fails at once fails before a header is written or a file is made.
    first = list(islice(batches, 1))
    return Answer(tuple(column for _, column in chosen), chain(first, batches), sql, parameters)


def _batches(connection: Connection, sql: str, parameters: list[Any], selection: Selection) -> Iterator[list[tuple[Any, ...]]]:
    """Rows as they come. A value that a person's condition cannot convert shows only now."""
    try:
        cursor = connection.execute(sql, parameters)
        while rows := cursor.fetchmany(BATCH_ROWS):
            yield rows
    except duckdb.Error as error:
        if selection.where is None:
            raise
        raise _unfit(error) from error
