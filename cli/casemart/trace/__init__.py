"""Where the outcome of one entity comes from: what all traces have in common."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from casemart.catalogue import Metric, load_catalogue
from casemart.errors import UsageError
from casemart.reading import read_version
from casemart.render import MISSING, Field, Sheet, cell, is_number, printable
from casemart.warehouse import Connection

ENDLESS = date.max.year
UNKNOWN_START = date.min.year
PREFIX = "casemart_"

Record = dict[str, Any]


@dataclass(frozen=True)
class Trace:
    """What is known of one entity: `content` for programs, with the values as published, `sheets` for people."""

    content: Record
    sheets: list[Sheet]


@dataclass(frozen=True)
class Basis:
    """What an outcome rests on. `policies` have name, value and description; `metrics` are those that count the entity."""

    policies: list[Record]
    metrics: list[Metric]
    version: str
    as_of: date | None

    def policy(self, name: str) -> str | None:
        """The value in force, by the name without `casemart_`; None where it is null or not published."""
        return next((row["value"] for row in self.policies if row["policy"] == PREFIX + name), None)

    def content(self) -> Record:
        names = ("name", "definition", "definition_version")
        return {
            "policies": self.policies,
            "metrics": [{name: getattr(metric, name) for name in names} for metric in self.metrics],
            "version": self.version,
            "as_of": self.as_of,
        }

    def sheet(self) -> Sheet:
        return pairs(
            "what it rests on",
            [
                *((row["policy"], f"{text(row['value'])}: {text(row['description'])}") for row in self.policies),
                *(
                    ("definition", f"{metric.name}, version {metric.definition_version}: {metric.definition}")
                    for metric in self.metrics
                ),
                ("version", f"{self.version}, as of {text(self.as_of)}"),
            ],
        )


def read_basis(connection: Connection, policies: Sequence[str], metrics: Sequence[str]) -> Basis:
    """Those of the named policies and metrics that the version has."""
    rows = records(connection, "select policy, cast(value as varchar) as value, description from marts.build_policies order by 1")
    known = load_catalogue(connection).metrics
    return Basis(
        [row for row in rows if row["policy"].removeprefix(PREFIX) in policies],
        [known[name] for name in metrics if name in known],
        *read_version(connection),
    )


def records(connection: Connection, sql: str, *parameters: object) -> list[Record]:
    """The rows of a query, by the names of its columns."""
    cursor = connection.execute(sql, list(parameters))
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def entity(connection: Connection, what: str, relation: str, wanted: str, hint: str) -> Record:
    """The entity's row in a relation whose key is `<what>_id`; a UsageError with the ids that look like the wanted one, else with
    the hint."""
    key = f"{what}_id"
    rows = records(connection, f"select * from {relation} where {key} = $1 limit 1", wanted)
    if rows:
        return rows[0]
    near = connection.execute(
        f"select distinct {key}, levenshtein({key}, $1), jaro_winkler_similarity({key}, $1) as similarity from {relation}"
        " where similarity > 0.7 order by 2, 3 desc, 1 limit 3",
        [wanted],
    ).fetchall()
    names = ", ".join(printable(row[0]) for row in near)
    raise UsageError(f"there is no {what} {printable(wanted)!r}", f"did you mean {names}?" if near else hint)


def pairs(title: str, rows: Iterable[tuple[str, Any]]) -> Sheet:
    """Names with their values; what is already a sentence may hold values of the data."""
    return Sheet(printable(title), ["", ""], [[printable(name), text(value)] for name, value in rows])


def known_pairs(title: str, record: Record, names: Iterable[str]) -> Sheet:
    """The values of the record that are known."""
    return pairs(title, [(name, record[name]) for name in names if record[name] is not None])


def grid(title: str, rows: list[Record], headers: Sequence[str], dim: Iterable[int] = ()) -> Sheet:
    """The named columns of the records, numbers to the right, without those that are empty in every row."""
    shown = [name for name in headers if any(row[name] is not None for row in rows)]
    right = {index for index, name in enumerate(shown) if all(row[name] is None or is_number(row[name]) for row in rows)}
    lines = [[text(row[name], name) for name in shown] for row in rows]
    return Sheet(printable(title), [name.replace("_", " ") for name in shown], lines, right=right, dim=set(dim))


def text(value: Any, name: str = "") -> str:
    """One value as people read it: amounts to the cent or as exactly as they are, quantities without needless zeros."""
    if isinstance(value, Decimal):
        whole, _, places = f"{value:,f}".partition(".")
        places = places.rstrip("0")
        places = places if name.endswith("quantity") else places.ljust(2, "0")
        return f"{whole}.{places}" if places else whole
    if isinstance(value, date) and value.year in (UNKNOWN_START, ENDLESS):
        return MISSING if value.year == UNKNOWN_START else "open-ended"
    return cell(value, Field(name))


def listed(parts: Iterable[str]) -> str:
    """`a, b and c`."""
    *first, last = parts
    return f"{', '.join(first)} and {last}" if first else last


def days(count: int) -> str:
    return f"{count:,} {'day' if count == 1 else 'days'}"
