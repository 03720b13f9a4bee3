"""What must hold on any input, for every mart there is: over one world with rows in all raw tables, landed and built four times.

Nothing here names a metric: what is published later is held to the same.
"""

from __future__ import annotations

import csv
import fcntl
import json
import random
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import duckdb
import pytest
from builds import NEW_YORK
from counting import count_periods
from harness import EVENT_AT, Build, compare, compare_values, project_seeds, report, run_dbt
from oracle import Oracle
from vocabulary import Row, Tables
from whole_world import whole_world, with_noise

from casemart.contract import load_contract
from casemart.landing import land
from casemart.workspace import Workspace

# New York's clocks change between the first day and the later as-of, in March. Both days lie near ends of windows.
AS_OF, LATER_AS_OF = date(2026, 1, 31), date(2026, 3, 29)
POLICIES = replace(NEW_YORK, as_of=AS_OF, contact_window_days=5, survey_settlement_days=10, impact_window_days=45)
LATER = replace(POLICIES, as_of=LATER_AS_OF)
BUILDS = {
    "plain": (POLICIES, "UTC"),
    "in pieces": (POLICIES, "Pacific/Auckland"),
    "with noise": (POLICIES, "Asia/Kolkata"),
    "later": (LATER, "America/St_Johns"),
}
FIRST = next(iter(BUILDS))
COPIES = 4
# A level for some metrics of each element of support excellence; met and missed.
TARGETS = (files("casemart.demo") / "seeds" / "metric_targets.csv").read_text(encoding="utf-8")
DIGITS = 9  # sums of doubles depend on the order of the rows, beyond them


@cache
def world() -> Tables:
    return whole_world(POLICIES, (AS_OF, LATER_AS_OF), seed=7, copies=COPIES)


def write(file: Path, rows: list[Row], columns: list[str]) -> Path:
    """CSV, or NDJSON if it is called so."""
    with file.open("w", encoding="utf-8", newline="") as stream:
        if file.suffix == ".ndjson":
            stream.writelines(json.dumps(row, default=str) + "\n" for row in rows)
        else:
            writer = csv.DictWriter(stream, columns, restval="")
            writer.writeheader()
            writer.writerows(rows)
    return file


def files_of(name: str, folder: Path) -> Iterator[list[Path]]:
    """The files of each call of `land`: one a table; or two a table, in another order, and then all rows once more."""
    rng = random.Random(name)
    tables = with_noise(world(), seed=1) if name == "with noise" else world()
    columns = {table.name: [column.name for column in table.columns] for table in load_contract().tables.values()}
    if name == FIRST:
        yield [write(folder / f"{table}.csv", rows, columns[table]) for table, rows in tables.items()]
        return
    pieces, again = [], []
    for table, rows in tables.items():
        mixed = rng.sample(rows, len(rows))
        cut = rng.randrange(len(rows))
        pieces.append(write(folder / f"{table}_1.csv", mixed[:cut], columns[table]))
        pieces.append(write(folder / f"{table}_2.ndjson", mixed[cut:], columns[table]))
        again.append(write(folder / f"{table}.csv", mixed[::-1], columns[table]))
    yield pieces
    yield again


def build(name: str, folder: Path) -> Path:
    """The warehouse of one of the builds; the first worker that needs it makes it, the others wait and share it."""
    home = folder / f"world {name}"
    home.mkdir(exist_ok=True)
    policies, zone = BUILDS[name]
    with (home / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (home / "done").exists():
            for batch in files_of(name, home):
                # What landing refuses, it refuses in any order.
                land(Workspace(home), batch, max_rejects=1)
            parsed = folder / f"world {FIRST}" / "target" / "partial_parse.msgpack"
            if name != FIRST and policies == POLICIES:
                # The same project and variables: dbt need not read it all again.
                (home / "target").mkdir()
                shutil.copy(parsed, home / "target")
            warehouse = str(Workspace(home).warehouse.relative_to(home))
            # Marts that are the same pass the same data tests.
            has_data_tests = name in (FIRST, "later")
            run_dbt(policies, home, warehouse, seeds={"metric_targets": TARGETS}, has_data_tests=has_data_tests, TZ=zone)
            (home / "done").touch()
    return Workspace(home).warehouse


@pytest.fixture(scope="module")
def both(folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The builds side by side, each as a catalog of its name."""
    with duckdb.connect() as connection:
        for name in BUILDS:
            connection.execute(f"""attach '{build(name, folder)}' as "{name}" (read_only)""")
        yield connection


class Marts:
    """The marts of two builds, to be compared row by row, whole rows."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, one: str, other: str) -> None:
        self.connection, self.one, self.other = connection, one, other

    def columns(self, build: str) -> dict[str, dict[str, str]]:
        """Of each mart the columns with their types."""
        query = """select table_name, map(list(column_name order by ordinal_position), list(data_type order by ordinal_position))
            from information_schema.columns where table_catalog = ? and table_schema = 'marts' group by 1 order by 1"""
        return dict(self.connection.execute(query, [build]).fetchall())

    def having(self, *names: str) -> list[str]:
        """The marts with those columns; the marts of both builds are the same."""
        marts = self.columns(self.one)
        assert marts == self.columns(self.other)
        return [mart for mart, columns in marts.items() if columns.keys() >= set(names)]

    def missing(self, mart: str, where: str = "true", *, others: str = "true") -> list[tuple[Any, ...]]:
        """Rows of the one build, each as often as it is there, that the other has not; but for values that are complete later
        than their row, and say so in a column of their own."""
        kinds = self.columns(self.one)[mart]
        own = {part for name in kinds if f"is_{name}_complete" in kinds for part in (name, f"is_{name}_complete")}
        columns = ", ".join(
            f'round("{name}", {DIGITS}) as "{name}"' if kind in ("DOUBLE", "FLOAT") else f'"{name}"'
            for name, kind in kinds.items()
            if name not in own
        )
        query = """select {columns} from "{build}".marts.{mart} where {where}"""
        one = query.format(columns=columns, build=self.one, mart=mart, where=where)
        other = query.format(columns=columns, build=self.other, mart=mart, where=others)
        return self.connection.execute(f"{one} except all {other} order by all limit 3").fetchall()

    def count(self, query: str) -> int:
        return self.connection.execute(query.format(one=f'"{self.one}"', other=f'"{self.other}"')).fetchall()[0][0]


def swapped(marts: Marts) -> Marts:
    return Marts(marts.connection, marts.other, marts.one)


def told(found: Iterable[tuple[str, object]]) -> str:
    return "\n".join(f"{mart}: {row}" for mart, row in found)


def test_every_mart_has_rows_and_every_metric_a_value(both: duckdb.DuckDBPyConnection) -> None:
    """Else the rest would prove nothing. What a new metric counts belongs into whole_world.py."""
    marts = Marts(both, "plain", "later")
    assert [mart for mart in marts.having() if not marts.count(f"select count(*) from {{one}}.marts.{mart}")] == []
    valued = "select metric from plain.marts.metric_values where value is not null"
    assert both.execute(f"select metric from plain.marts.metric_catalog where metric not in ({valued})").fetchall() == []


def test_order_and_pieces_of_files_and_zone_of_the_machine_change_no_mart(both: duckdb.DuckDBPyConnection) -> None:
    marts = Marts(both, "plain", "in pieces")
    assert marts.count("select count(*) from {one}.raw.cases") == marts.count("select count(*) from {other}.raw.cases") > 500
    different = [(mart, row) for mart in marts.having() for row in marts.missing(mart) + swapped(marts).missing(mart)]
    assert not different, told(different)


def test_rows_that_count_for_nothing_change_no_rate(both: duckdb.DuckDBPyConnection) -> None:
    marts = Marts(both, "plain", "with noise")
    assert marts.count("select count(*) from {other}.raw.cases where starts_with(case_id, 'noise')") > 200
    # Counts may well count what is in no rate.
    rates = "metric in (select metric from plain.marts.metric_catalog where unit <> 'count') and value is not null"
    assert marts.count(f"select count(*) from {{one}}.marts.metric_values where {rates}") > 1000
    different = marts.missing("metric_values", rates, others=rates) + swapped(marts).missing("metric_values", rates, others=rates)
    assert not different, told(("metric_values", row) for row in different)


def test_later_as_of_changes_no_complete_period(both: duckdb.DuckDBPyConnection) -> None:
    marts = Marts(both, "plain", "later")
    found = marts.having("is_complete")
    assert "metric_values" in found
    changed = [(mart, row) for mart in found for row in marts.missing(mart, "is_complete")]
    assert not changed, told(changed)
    # A period is complete where its total is; then no row comes into it.
    for mart in set(found) & set(marts.having("period_grain", "segment_by")):
        key = "period_grain, period_start" + (", metric" if mart == "metric_values" else "")
        total = f"select {key} from plain.marts.{mart} where segment_by = 'all' group by all having bool_and(is_complete)"
        new = swapped(marts).missing(mart, f"({key}) in ({total})", others="true")
        assert not new, told((mart, row) for row in new)
    complete = "select count(*) from {one}.marts.metric_values where is_complete"
    assert marts.count(complete) > 1000


def test_oracle_agrees_at_the_later_as_of(folder: Path) -> None:
    """Of cases, among all the other rows; and it would notice one wrong value of the long table."""
    oracle, done = Oracle(world(), project_seeds(), LATER, EVENT_AT), Build(build("later", folder))
    differences = compare(oracle, done)
    assert not differences, report(differences, world())
    values = done.rows("marts.metric_values")
    next(row for row in values if row["metric"] == "first_contact_resolution" and row["numerator"])["numerator"] = -1
    assert len(compare_values(oracle, values, count_periods(oracle))) == 1
