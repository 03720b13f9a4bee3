"""Builds the same models on DuckDB and on Postgres, from the same raw rows, and compares what they hold.

    python benchmarks/parity.py [--cases 5000] [--vars '{casemart_timezone: America/New_York}'] [--target-only]

Lands the demo's files in a temporary folder, starts a Postgres server of its own (Debian's package is installed where there
is none, which takes root), loads the raw rows into it, and runs `dbt build` there with every test, on DuckDB without. Every
dimension, fact and mart is compared by the key of its grain test: all rows, all columns, types too; doubles within 1e-9,
anything else exactly, NULL equals NULL. Exit code 1 if anything differs, is missing, or does not build. Server and folder
are removed at the end, also after Ctrl-C.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, NoReturn

from casemart.commands.demo import DEMO_REJECTS
from casemart.commands.land import share
from casemart.contract import load_contract
from casemart.demo import run
from casemart.warehouse import open_private, quoted
from casemart.workspace import Workspace, project_dir
from engines.comparison import Outcome, Relation, compare, relations, types
from engines.postgres import SIGNALS, Server, say, server

POSTGRES_TYPES = {"string": "text"}
DUCKDB_COLUMNS = "select column_name, data_type from information_schema.columns where table_schema = '{}' and table_name = '{}'"
POSTGRES_COLUMNS = """
    select attname, format_type(atttypid, atttypmod)
    from pg_attribute
    where attrelid = to_regclass('"{}"."{}"') and attnum > 0 and not attisdropped
"""


def load(workspace: Workspace, postgres: Any, folder: Path) -> None:
    """The raw tables, from the warehouse of `workspace` into Postgres by way of CSV files in `folder`; checked afterwards."""
    rows = 0
    with closing(open_private(workspace, read_only=True)) as warehouse, postgres, postgres.cursor() as cursor:
        cursor.execute("create schema raw")
        for table in load_contract().tables.values():
            columns = {column.name: POSTGRES_TYPES.get(column.data_type, column.data_type) for column in table.columns}
            cursor.execute(f"create table raw.{table.name} ({', '.join(f'{name} {type_}' for name, type_ in columns.items())})")
            query, file = f"select {', '.join(columns)} from raw.{table.name}", folder / f"{table.name}.csv"
            warehouse.execute(f"copy ({query}) to {quoted(file)} (format csv, header false, nullstr '\\N')")
            with file.open("rb") as lines:
                cursor.copy_expert(f"copy raw.{table.name} from stdin (format csv, null '\\N')", lines)
            file.unlink()
            cursor.execute(query)
            landed, loaded = warehouse.execute(query).fetchall(), cursor.fetchall()
            if sorted(landed, key=repr) != sorted(loaded, key=repr):
                raise SystemExit(f"error: raw.{table.name} did not arrive in Postgres as it is in DuckDB")
            rows += len(landed)
        # Tables that nobody has looked at yet get bad plans.
        cursor.execute("analyze")
    say(f"{rows:,} raw rows loaded")


def start(target: str, workspace: Workspace, environment: dict[str, str], arguments: Sequence[str]) -> subprocess.Popen[bytes]:
    """`dbt build` for `target`; its errors go to standard error."""
    say(f"building on {target}")
    project = str(project_dir())
    command = [sys.executable, "-P", "-c", "from dbt.cli.main import cli; cli()", "--quiet", "build", "--target", target]
    command += ["--project-dir", project, "--profiles-dir", project, *arguments]
    command += ["--target-path", str(workspace.home / target), "--log-path", str(workspace.home / target / "logs")]
    # A DBT_… variable of the shell would be an option that this command never showed.
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("DBT_", "PG"))}
    own = {"CASEMART_WAREHOUSE": str(workspace.warehouse), "DBT_SEND_ANONYMOUS_USAGE_STATS": "false", "TZ": "UTC"}
    return subprocess.Popen(
        command, cwd=workspace.home, env={**inherited, **own, **environment}, stdin=subprocess.DEVNULL, stdout=sys.stderr
    )


def build(workspace: Workspace, postgres: Server, variables: str, *, is_alone: bool) -> bool:
    """Builds on Postgres and, unless `is_alone`, on DuckDB at the same time. False if anything failed."""
    began = time.perf_counter()
    children: dict[str, subprocess.Popen[bytes]] = {}
    try:
        children["postgres"] = start("postgres", workspace, postgres.environment, ["--vars", variables])
        if not is_alone:
            # The tests of this build are those of `make demo` and `make test`.
            without_tests = ["--exclude-resource-type", "test", "unit_test"]
            children["duckdb"] = start("duckdb", workspace, {}, ["--vars", variables, *without_tests])
        failed = [target for target, child in children.items() if child.wait() != 0]
    finally:
        for child in children.values():
            if child.poll() is None:
                child.kill()
                child.wait()
    say(f"built in {time.perf_counter() - began:.0f} s" + (f", with failures on {' and '.join(failed)}" if failed else ""))
    return not failed


def compared(relation: Relation, warehouse: Any, cursor: Any) -> Outcome:
    """The outcome of one relation, from both engines."""
    first = types(warehouse.execute(DUCKDB_COLUMNS.format(relation.schema, relation.name)).fetchall())
    cursor.execute(POSTGRES_COLUMNS.format(relation.schema, relation.name))
    second = types(cursor.fetchall())
    missing = [engine for engine, columns in (("DuckDB", first), ("Postgres", second)) if not columns]
    if missing:
        return Outcome(relation, problem=f"missing on {' and '.join(missing)}")
    names = dict.fromkeys([*relation.columns, *first, *second])
    unlike = [name for name in names if name not in relation.columns or first.get(name) != second.get(name)]
    if unlike:
        return Outcome(relation, problem="; ".join(f"{name} {first.get(name)} <> {second.get(name)}" for name in unlike))
    cursor.execute(relation.query)
    return compare(relation, warehouse.execute(relation.query).fetchall(), cursor.fetchall())


def report(outcomes: Sequence[Outcome]) -> None:
    """The table on standard output."""
    width = max(len(str(outcome.relation)) for outcome in outcomes)
    print(f"{'relation':<{width}}  {'rows':>15}  columns  differences")
    for outcome in outcomes:
        first, second = outcome.rows
        rows = f"{first:,}" if first == second else f"{first:,} <> {second:,}"
        found = outcome.problem or f"{outcome.differences:,}"
        print(f"{outcome.relation!s:<{width}}  {rows:>15}  {len(outcome.relation.columns):>7}  {found:>11}")
        for example in outcome.examples:
            print(f"    {example}")
    unequal = sum(not outcome.is_equal for outcome in outcomes)
    names = " (first DuckDB, second Postgres)" if unequal else ""
    print(
        f"\n{len(outcomes)} relations, {sum(outcome.rows[0] for outcome in outcomes):,} rows, {unequal} relations differ{names}"
    )
    empty = [str(outcome.relation) for outcome in outcomes if not any(outcome.rows) and not outcome.problem]
    if empty:
        print(f"without a row on either: {', '.join(empty)}")


def stop(*_signal: object) -> NoReturn:
    """The first signal ends everything in order; what comes after it must not disturb that."""
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=5000, help="how many cases the demo makes up")
    parser.add_argument("--vars", default="{}", help="dbt variables of both builds, in YAML")
    parser.add_argument("--target-only", action="store_true", help="build on Postgres, and compare nothing")
    options = parser.parse_args()
    for number in SIGNALS:
        signal.signal(number, stop)
    with tempfile.TemporaryDirectory(prefix="casemart-parity-") as name, server() as postgres:
        workspace = Workspace(Path(name)).demo
        files = run.make_files(workspace, options.cases, say)
        run.land_alone(workspace, files, load_contract(), max_rejects=share(DEMO_REJECTS), origin="demo", say=say)
        with closing(postgres.connect()) as connection:
            load(workspace, connection, workspace.home)
        is_built = build(workspace, postgres, options.vars, is_alone=options.target_only)
        manifest = workspace.home / "postgres" / "manifest.json"
        if options.target_only or not manifest.is_file():
            return 0 if is_built else 1
        with closing(open_private(workspace, read_only=True)) as warehouse, closing(postgres.connect()) as connection:
            outcomes = [compared(relation, warehouse, connection.cursor()) for relation in relations(manifest)]
    report(outcomes)
    return 0 if is_built and outcomes and all(outcome.is_equal for outcome in outcomes) else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
