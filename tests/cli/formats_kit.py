"""A table with a column of every kind, and a terminal to print on."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import duckdb
from published_fixture import HOSTILE, VERSION

KINDS = {
    "id": "varchar",
    "money": "decimal(18, 2)",
    "wide": "decimal(38, 10)",
    "huge": "hugeint",
    "whole": "bigint",
    "first_rate": "double",
    "flag": "boolean",
    "day": "date",
    "moment": "timestamp",
    "words": "varchar[]",
}
ROWS = [
    (
        HOSTILE + "\t'\"|,;",
        Decimal("9999999999999.99"),
        Decimal("1234567890123456789012345678.0123456789"),
        2**100,
        2**60,
        54 / 110,
        True,
        date(1500, 2, 28),
        datetime(2026, 3, 1, 23, 59, 59, 999999),
        ["a, b", 'c"d'],
    ),
    ("007", Decimal("-0.10"), Decimal("0.0000000001"), -1, 0, 0.1 + 0.2, False, date(9999, 12, 31), datetime(1970, 1, 1), []),
    ("=1+1", *(None for _ in range(9))),
]


def add_table(home: Path, name: str, kinds: dict[str, str], rows: list[tuple[object, ...]]) -> None:
    with duckdb.connect(str(home / "published" / VERSION / "casemart.duckdb")) as connection:
        columns = ", ".join(f'"{column}" {kind}' for column, kind in kinds.items())
        connection.execute(f"create table facts.{name} ({columns})")
        connection.executemany(f"insert into facts.{name} values ({', '.join('?' * len(kinds))})", rows)


def on_a_terminal(home: Path, *arguments: str, **env: str) -> tuple[int, str]:
    """The exit code, and what the command prints on stdout when that is a terminal."""
    control, terminal = pty.openpty()
    environment = {**os.environ, "COLUMNS": "80", "TERM": "xterm-256color", **env}
    script = Path(sys.executable).with_name("casemart")
    command = [str(script), *map(str, arguments)]
    with subprocess.Popen(
        command, cwd=home, stdin=subprocess.DEVNULL, stdout=terminal, stderr=subprocess.DEVNULL, env=environment
    ) as process:
        os.close(terminal)
        output = b""
        try:
            while chunk := os.read(control, 65536):
                output += chunk
        except OSError:  # Linux: the other end is closed
            pass
    os.close(control)
    return process.returncode, output.decode()
