"""What the published version holds: its metrics, and its tables with their columns."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass

from casemart.errors import UsageError
from casemart.warehouse import Connection, identifier

SCHEMAS = ("marts", "facts", "dimensions", "seeds")
PERIOD_COLUMNS = ("period_grain", "period_start", "period_end")
SEGMENT_COLUMNS = ("segment_by", "segment")

# Beside a metric that has them stand its other readings, and the states that are neither success nor failure.
READINGS = ("_upper", "_lower", "_floor", "_ceiling", "_ci_low", "_ci_high")
STATES = re.compile(r"pending|excluded|undetermined|awaiting_\w+(?<!_target)(?<!_gap)")


@dataclass(frozen=True)
class Field:
    """A column of an answer. `unit`: a unit of the metric catalogue; empty: its name and type alone tell what it measures."""

    name: str
    unit: str = ""
    is_gap: bool = False


@dataclass(frozen=True)
class Metric:
    """A row of the metric catalogue."""

    name: str
    label: str
    mart: str
    value_column: str
    numerator_column: str | None
    denominator_column: str | None
    unit: str
    definition: str
    definition_version: str


@dataclass(frozen=True)
class Table:
    """A published table and the types of its columns, in their order."""

    schema: str
    name: str
    columns: dict[str, str]

    @property
    def relation(self) -> str:
        return identifier(self.schema, self.name)

    @property
    def has_periods(self) -> bool:
        return set(PERIOD_COLUMNS) <= set(self.columns)

    @property
    def has_segments(self) -> bool:
        return set(SEGMENT_COLUMNS) <= set(self.columns)


@dataclass(frozen=True)
class Catalogue:
    """Metrics with the headlines first, tables with the marts first, each by its name."""

    metrics: dict[str, Metric]
    tables: dict[str, Table]

    def table(self, name: str) -> Table:
        """The table of that name, or the mart of the metric of that name."""
        if name in self.tables:
            return self.tables[name]
        if name in self.metrics:
            return self.tables[self.metrics[name].mart]
        raise unknown("metric or mart", name, [*self.metrics, *self.tables], "`casemart metrics` lists the metrics")

    def marts(self) -> list[Table]:
        return [table for table in self.tables.values() if table.schema == "marts"]

    def fields(self, table: Table) -> dict[str, Field]:
        """The table's columns, with the unit of those that the catalogue calls a metric, and of their targets and gaps."""
        fields = {name: Field(name) for name in table.columns}
        for metric in self.metrics.values():
            if metric.mart == table.name:
                for suffix in (*READINGS, "", "_target", "_gap", "_optimal", "_gap_to_optimal"):
                    name = metric.value_column + suffix
                    if name in fields and not (suffix in READINGS and fields[name].unit):
                        fields[name] = Field(name, metric.unit, is_gap="_gap" in suffix)
        return fields


def load_catalogue(connection: Connection) -> Catalogue:
    """The catalogue of the version that is open."""
    metrics = connection.execute(
        "select metric, label, mart, value_column, numerator_column, denominator_column, unit, definition,"
        " cast(definition_version as varchar) from marts.metric_catalog order by is_headline desc, rowid"
    ).fetchall()
    columns = connection.execute(
        "select schema_name, table_name, column_name, data_type from duckdb_columns()"
        " where database_name = current_database() and list_contains($1, schema_name)"
        " order by list_position($1, schema_name), table_name, column_index",
        [list(SCHEMAS)],
    ).fetchall()
    tables: dict[str, Table] = {}
    for schema, table, column, data_type in columns:
        tables.setdefault(table, Table(schema, table, {})).columns[column] = data_type
    return Catalogue({row[0]: Metric(*row) for row in metrics}, tables)


def companions(metric: Metric, table: Table) -> list[str]:
    """The metric's other readings, and the states counted beside its numerator (beside `x_resolved`: `x_pending`, ...)."""
    readings = [metric.value_column + suffix for suffix in READINGS if metric.value_column + suffix in table.columns]
    if not metric.numerator_column:
        return readings
    stem, underscore, _ = metric.numerator_column.rpartition("_")
    states = [
        name
        for name in table.columns
        if name.startswith(stem + underscore) and STATES.fullmatch(name.removeprefix(stem + underscore))
    ]
    return readings + [name for name in states if name not in (metric.numerator_column, metric.denominator_column)]


def unknown(what: str, name: str, names: Iterable[str], otherwise: str | None = None) -> UsageError:
    """The error for a name that does not exist, with the nearest ones that do."""
    names = list(dict.fromkeys(names))
    near = difflib.get_close_matches(name.lower(), names, n=3)
    if near:
        return UsageError(f"there is no {what} {name!r}", "did you mean " + ", ".join(near) + "?")
    return UsageError(f"there is no {what} {name!r}", otherwise or "known: " + ", ".join(names))
