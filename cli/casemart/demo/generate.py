"""Writes the demo's files: the SQL beside this module, run in order in an empty database."""

from __future__ import annotations

import shutil
from importlib.resources import files
from pathlib import Path

from casemart.errors import UsageError
from casemart.warehouse import identifier, open_scratch, quoted

# Among fewer cases, too large a share would be those that landing has to refuse.
FEWEST_CASES = 200


def scripts() -> list[str]:
    """The SQL that makes the demo, in its order."""
    folder = files("casemart.demo") / "sql"
    return [script.read_text(encoding="utf-8") for script in sorted(folder.iterdir(), key=lambda script: script.name)]


def check_cases(cases: int) -> None:
    if cases < FEWEST_CASES:
        raise UsageError(f"{cases} cases are too few to show everything", f"ask for {FEWEST_CASES} or more")


def generate(folder: Path, cases: int) -> None:
    """Replaces `folder` by the files of `cases` cases. The same number gives the same bytes on every run and machine."""
    check_cases(cases)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    connection = open_scratch()
    try:
        connection.execute(f"set variable cases = {cases:d}")
        for script in scripts():
            connection.execute(script)
        views = "select view_name from duckdb_views() where schema_name = 'files' and view_name like '%.csv%' order by 1"
        for (name,) in connection.execute(views).fetchall():
            compression = "gzip" if name.endswith(".gz") else "none"
            view, file = identifier("files", name), quoted(folder / name)
            connection.execute(f"copy (from {view}) to {file} (format csv, header, compression {compression})")
    finally:
        connection.close()
