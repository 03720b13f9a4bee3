"""The project's unit tests and data tests, run without dbt on what dbt compiled: thousands of mutants take minutes."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from json import loads
from pathlib import Path
from typing import Any

import duckdb
import sqlglot
from sqlglot import exp

from mutation.changes import Mutation, TreePath, alignment, text_of

FIXTURE = "__dbt__cte__"
SECONDS_PER_TEST = 30


class Database:
    """The private warehouse of the demo, under the name that the compiled models use, and beside it the rows of unit tests."""

    def __init__(self, file: Path) -> None:
        self.connection = duckdb.connect(str(file), config={"memory_limit": "2GB", "threads": 2})
        self.connection.execute("set TimeZone = 'UTC'; attach ':memory:' as fixtures")

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Raises duckdb.Error, also if the query takes too long."""
        watchdog = threading.Timer(SECONDS_PER_TEST, self.connection.interrupt)
        watchdog.start()
        try:
            return self.connection.execute(query).fetchall()
        finally:
            watchdog.cancel()

    def columns(self, query: str) -> list[tuple[Any, ...]]:
        return [row[:2] for row in self.rows(f"describe {query}")]

    @contextmanager
    def undone(self) -> Iterator[None]:
        """Whatever is done to the warehouse in here is undone."""
        self.connection.begin()
        try:
            yield
        finally:
            self.connection.rollback()


@dataclass(frozen=True)
class UnitTest:
    """One dbt unit test: the model's SQL on given rows, and the rows that are expected, in any order."""

    name: str
    tree: exp.Expression
    columns: str
    expected: Counter[tuple[Any, ...]]
    paths: dict[TreePath, TreePath]

    def fails(self, database: Database, mutation: Mutation | None) -> bool:
        tree = self.tree
        if mutation:
            # Under other variables the same template may lack the place of the mutation.
            if mutation.path not in self.paths:
                return False
            tree = mutation.applied(tree, self.paths[mutation.path])
        try:
            return Counter(database.rows(f"select {self.columns} from ({text_of(tree)})")) != self.expected
        except duckdb.Error:
            return True


def read_unit_test(name: str, number: int, text: str, base: exp.Expression, database: Database) -> UnitTest:
    """Takes apart what dbt ran: fixtures become tables, the model's SQL reads them, the expected rows are fetched."""
    ctes = {cte.alias: cte.this for cte in sqlglot.parse_one(text, dialect="duckdb").ctes}
    outer = ctes["dbt_internal_unit_test_actual"]
    expected = ctes["dbt_internal_unit_test_expected"]
    columns = ", ".join(column.sql("duckdb") for column in outer.expressions[:-1])
    tree = outer.args["from_"].this.this.copy()
    schema = f"fixtures.test_{number}"
    database.rows(f"create schema {schema}")
    for cte in list(tree.ctes):
        if cte.alias.startswith(FIXTURE):
            table = cte.alias.removeprefix(FIXTURE)
            database.rows(f"create table {schema}.{table} as {cte.this.sql('duckdb')}")
            cte.pop()
    if not tree.ctes:
        tree.set("with_", None)
    for table in tree.find_all(exp.Table):
        if table.name.startswith(FIXTURE):
            table.set("this", exp.to_identifier(table.name.removeprefix(FIXTURE)))
            table.set("db", exp.to_identifier(f"test_{number}"))
            table.set("catalog", exp.to_identifier("fixtures"))
    is_empty = any(table.name == "dbt_internal_unit_test_actual" for table in expected.find_all(exp.Table))
    rows = [] if is_empty else [row[:-1] for row in database.rows(expected.sql("duckdb"))]
    return UnitTest(name, tree, columns, Counter(rows), alignment(base, tree))


@dataclass(frozen=True)
class DataTest:
    name: str
    query: str
    models: frozenset[str]

    def fails(self, database: Database) -> bool:
        try:
            return database.rows(f"select count(*) from ({self.query}) as failures") != [(0,)]
        except duckdb.Error:
            return True


@dataclass(frozen=True)
class Project:
    """What dbt compiled and ran, by model name; `models` in the order of their dependencies."""

    target: Path

    @cached_property
    def manifest(self) -> dict[str, Any]:
        return loads((self.target / "manifest.json").read_text(encoding="utf-8"))

    @cached_property
    def models(self) -> dict[str, dict[str, Any]]:
        nodes = {id_: node for id_, node in self.manifest["nodes"].items() if node["resource_type"] == "model"}
        ordered: dict[str, dict[str, Any]] = {}

        def visit(id_: str) -> None:
            for parent in nodes[id_]["depends_on"]["nodes"]:
                if parent in nodes:
                    visit(parent)
            ordered.setdefault(nodes[id_]["name"], nodes[id_])

        for id_ in sorted(nodes):
            visit(id_)
        return ordered

    def parents(self, model: str) -> set[str]:
        return {id_.split(".")[-1] for id_ in self.models[model]["depends_on"]["nodes"]}

    @cached_property
    def data_tests(self) -> list[DataTest]:
        """Those whose failure stops a build, and the `not null` of the contracts."""
        tests = []
        for name, node in self.models.items():
            rules = {column["name"]: [rule["type"] for rule in column["constraints"]] for column in node["columns"].values()}
            columns = [column for column, types in rules.items() if "not_null" in types]
            if columns:
                condition = " or ".join(f"{column} is null" for column in columns)
                query = f"select 1 from {node['relation_name']} where {condition}"
                tests.append(DataTest(f"not_null in the contract of {name}", query, frozenset({name})))
        for node in self.manifest["nodes"].values():
            if node["resource_type"] == "test" and node["config"]["severity"].lower() == "error":
                models = frozenset(id_.split(".")[-1] for id_ in node["depends_on"]["nodes"])
                tests.append(DataTest(node["name"], node["compiled_code"], models))
        return tests

    def unit_tests(self, model: str, base: exp.Expression, database: Database) -> list[UnitTest]:
        found = []
        for number, node in enumerate(self.manifest["unit_tests"].values()):
            if node["model"] == model:
                folder = self.target / "run" / node["package_name"] / node["original_file_path"]
                [file] = folder.rglob(f"{node['name']}.sql")
                found.append(read_unit_test(node["name"], number, file.read_text(encoding="utf-8"), base, database))
        return found


def failing_data_test(project: Project, database: Database, model: str, query: str) -> str | None:
    """Name of a data test that fails when `query` stands in the place of the model; "" if its rows stay the same.
    Downstream models are built anew only while something has changed; tests run as soon as all that they read is there."""
    changed: set[str] = set()
    order = {name: position for position, name in enumerate(project.models)}
    with database.undone():
        for name, node in list(project.models.items())[order[model] :]:
            if name == model or project.parents(name) & changed:
                text = query if name == model else node["compiled_code"]
                relation = node["relation_name"]
                try:
                    database.rows(f"create or replace temp table mutant as {text}")
                    [(is_same,)] = database.rows(
                        f"select (select count(*) from mutant) = (select count(*) from {relation}) "
                        f"and not exists (select * from mutant except all select * from {relation})"
                    )
                    if not is_same:
                        database.rows(f"create or replace table {relation} as select * from mutant")
                        changed.add(name)
                except duckdb.Error as error:
                    return f"{name} cannot be built: {str(error).splitlines()[0]}"
            if not changed:
                return ""
            for test in project.data_tests:
                last = max((other for other in test.models if other in order), key=order.__getitem__, default=None)
                if last == name and test.models & changed and test.fails(database):
                    return test.name
    return None
