"""Exports a table of many rows in every format that streams, and measures the memory that it takes.

    python benchmarks/exporting.py [--rows 1000000]

The rows are the same on every run, and out of order: each export has to sort them. CPU seconds and memory are those of
`casemart export`, its start included.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import duckdb

MOST_MEGABYTES = 720  # 512 of DuckDB, and the program
FORMATS = ("csv", "csv.zst", "ndjson", "parquet", "arrow")
SETUP = """
    create schema marts;
    create table marts.metric_catalog (
        metric varchar, label varchar, mart varchar, value_column varchar, numerator_column varchar, denominator_column varchar,
        unit varchar, definition varchar, definition_version varchar, is_headline boolean
    );
    create table marts.long as
    select
        md5((-range)::varchar) as case_id, range as number, md5(range::varchar) as text,
        date '2026-01-01' + (range % 900)::int as opened_on, range / 7 as rate
    from range(?)"""


def publish(home: Path, rows: int) -> None:
    """A version with one table of so many rows."""
    folder = home / "published" / "20260101T000000Z"
    folder.mkdir(parents=True)
    *first, last = SETUP.split(";")
    with duckdb.connect(str(folder / "casemart.duckdb")) as connection:
        for statement in first:
            connection.execute(statement)
        connection.execute(last, [rows])
    (home / "published" / "current").symlink_to(folder.name)


def measure(home: Path, form: str, rows: int) -> float:
    """Peak memory in MB of one export, which is printed with its time and size."""
    file = home / f"long.{form}"
    script = Path(sys.executable).with_name("casemart")
    with subprocess.Popen([script, "export", "long", "-o", file], cwd=home, stderr=subprocess.PIPE, text=True) as process:
        told = process.stderr.read() if process.stderr else ""
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode or f"{rows:,} rows written" not in told:
        raise SystemExit(f"{form}: {told}")
    peak, seconds, size = usage.ru_maxrss / 1024, usage.ru_utime + usage.ru_stime, file.stat().st_size / 1e6
    print(f"{form:8} {peak:6.0f} MB of memory {seconds:6.1f} CPU s {size:8.1f} MB written")
    file.unlink()
    return peak


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    rows = parser.parse_args().rows
    with tempfile.TemporaryDirectory() as folder:
        publish(Path(folder), rows)
        peaks = {form: measure(Path(folder), form, rows) for form in FORMATS}
    worst = max(peaks, key=peaks.__getitem__)
    print(f"the most is {peaks[worst]:.0f} MB for {rows:,} rows as {worst}; the limit is {MOST_MEGABYTES} MB")
    return int(peaks[worst] > MOST_MEGABYTES)


if __name__ == "__main__":
    sys.exit(main())
