"""What the landing tests share: small tables as text, and a look into the private warehouse."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from typing import Any

from casemart.warehouse import Connection, open_private
from casemart.workspace import Workspace

CASE_HEADER = "case_id,channel,opened_at,closed_at,status,product\n"


def case(number: object, product: str = "", status: str = "open") -> str:
    """A sound row under CASE_HEADER."""
    return f"{number},phone,2026-01-05T10:00:00Z,,{status},{product}\n"


def write_cases(file: Path, *rows: str) -> Path:
    file.write_text(CASE_HEADER + "".join(rows), encoding="utf-8")
    return file


@contextmanager
def warehouse(home: Path) -> Iterator[Connection]:
    connection = open_private(Workspace(home), read_only=True)
    try:
        yield connection
    finally:
        connection.close()


def query(home: Path, sql: str, parameters: Any = None) -> list[tuple[Any, ...]]:
    """Asks the private warehouse."""
    with warehouse(home) as connection:
        return connection.execute(sql, parameters or []).fetchall()


def printed(stdout: str) -> list[dict[str, str]]:
    """The CSV that a command prints in a pipe."""
    return list(csv.DictReader(StringIO(stdout)))


def check_ledger(home: Path) -> None:
    """The two identities of the ledger, file by file and table by table, and quarantine with them."""
    with warehouse(home) as connection:

        def ask(sql: str) -> list[tuple[Any, ...]]:
            return connection.execute(sql).fetchall()

        assert ask("select * from landing.loads where records <> landed + quarantined + duplicates") == []
        for table, rows in ask("select table_name, sum(landed - superseded - withdrawn) from landing.loads group by 1"):
            assert ask(f'select count(*) from raw."{table}"') == [(rows,)], table
        kept = """select load_id, file, quarantined - purged from landing.loads
            where quarantined > purged and withdrawn_at is null order by all"""
        assert ask("select load_id, file, count(*) from quarantine.rows group by all order by all") == ask(kept)
