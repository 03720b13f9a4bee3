"""Which files a call means, and which table each of them is for. Nothing is opened here."""

from __future__ import annotations

import difflib
import os
import re
import stat
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from casemart.contract import Contract
from casemart.errors import UsageError
from casemart.render import printable

NAME = re.compile(
    r"(?P<stem>.*)\.(?P<format>csv|tsv|ndjson|jsonl|parquet)(?:\.(?P<compression>gz|zst))?", re.IGNORECASE | re.DOTALL
)
FORMATS = {"csv": "CSV", "tsv": "CSV", "ndjson": "NDJSON", "jsonl": "NDJSON", "parquet": "Parquet"}
NAMES = ".csv, .tsv, .ndjson, .jsonl or .parquet, nor such a name with .gz or .zst behind it"
REMEDY = {".json": "if each of its lines is one JSON object, name it .ndjson; else export it as CSV"}
PATTERN = re.compile("[*?[]")


@dataclass(frozen=True)
class Source:
    """One file to land. `shown` is its path as the caller gave it, safe to print; `compression` is gz, zst or empty.

    `format` is CSV (where `delimiter` counts), NDJSON or Parquet.
    """

    path: Path
    shown: str
    table: str
    compression: str
    delimiter: str
    format: str = "CSV"


def find_sources(
    paths: Iterable[Path], contract: Contract, *, table: str | None, delimiter: str | None, say: Callable[[str], None]
) -> list[Source]:
    """The files of `paths`, folders opened and patterns expanded, each once. UsageError for what is no such file or table."""
    if table is not None and table not in contract.tables:
        raise UsageError(f"there is no table {printable(table)}", _nearest(table, contract) or _all_tables(contract))
    sources: dict[Path, Source] = {}
    for path in paths:
        is_named, files = _files(path)
        found = [source for file in files if (source := _source(file, contract, table, delimiter, say, is_named=is_named))]
        if not found:
            raise UsageError(
                f"no file in {printable(str(path))} is called like a table, such as cases.csv or cases_2026.csv.gz",
                "name the table of a file: `casemart land FILE --table cases`; " + _all_tables(contract),
            )
        sources |= {source.path.resolve(): source for source in found}
    chosen = list(sources.values())
    doubled = {source.shown for source in chosen if sum(other.shown == source.shown for other in chosen) > 1}
    if doubled:
        raise UsageError(f"two files are both printed as {min(doubled)}", "rename one of them")
    return chosen


def _source(
    file: Path,
    contract: Contract,
    table: str | None,
    delimiter: str | None,
    say: Callable[[str], None],
    *,
    is_named: bool,
) -> Source | None:
    """The source in `file`, None where a folder holds something else. A file that was named by the caller must be one."""
    shown = printable(str(file))
    match = NAME.fullmatch(file.name)
    found = table or (match and _table_of(match["stem"].lower(), contract))
    if match and found:
        if _kind(file) != "file":
            raise UsageError(f"{shown} is a folder, not a file", "land the files in it: name the folder itself")
        extension = match["format"].lower()
        separator = delimiter or ("\t" if extension == "tsv" else ",")
        return Source(file, shown, found, (match["compression"] or "").lower(), separator, FORMATS[extension])
    if is_named and not match:
        raise UsageError(f"{shown} is not called {NAMES}", REMEDY.get(file.suffix.lower(), "export it as CSV"))
    if is_named and match:
        raise UsageError(
            f"{shown} is not called like a table", _nearest(match["stem"].lower(), contract) or "name its table: `--table cases`"
        )
    if not file.is_dir():
        say(f"{shown}: ignored, it is not called like a table")
    return None


def _files(path: Path) -> tuple[bool, list[Path]]:
    """Whether the caller named this very file; and the files that are meant by a path, be it a folder or a pattern."""
    if PATTERN.search(str(path)) and not os.path.lexists(path):
        parts = path.parts
        first = next(index for index, part in enumerate(parts) if PATTERN.search(part))
        base, pattern = Path(*parts[:first]), parts[first:]
        # Like a shell: what is hidden is meant only by a pattern that says so. Links to folders are not followed.
        is_hidden_meant = any(part.startswith(".") for part in pattern)
        found = [
            file
            for file in sorted(base.glob(str(Path(*pattern))))
            if (is_hidden_meant or not any(part.startswith(".") for part in file.relative_to(base).parts)) and not file.is_dir()
        ]
        if not found:
            raise UsageError(f"no file is called like {printable(str(path))}", "`ls` shows what is there")
        return False, found
    kind = _kind(path)
    return kind == "file", sorted(path.iterdir()) if kind == "folder" else [path]


def _kind(path: Path) -> str:
    """`file` or `folder`; UsageError for links, pipes, devices and what is not there."""
    shown = printable(str(path))
    try:
        mode = path.lstat().st_mode
    except (OSError, ValueError) as error:
        what = f"{shown} cannot be found: {getattr(error, 'strerror', None) or error}"
        raise UsageError(what, "name a file or folder that is there") from error
    if stat.S_ISLNK(mode):
        raise UsageError(f"{shown} is a symbolic link", "name the file that it points to")
    if stat.S_ISDIR(mode):
        return "folder"
    if not stat.S_ISREG(mode):
        raise UsageError(f"{shown} is not a regular file", "write its content to a file first")
    return "file"


def _table_of(stem: str, contract: Contract) -> str | None:
    """The longest table name that `stem` is, or begins with before one of `-_.`."""
    names = [name for name in contract.tables if stem == name or stem.startswith((f"{name}-", f"{name}_", f"{name}."))]
    return max(names, key=len, default=None)


def _nearest(name: str, contract: Contract) -> str | None:
    nearest = difflib.get_close_matches(name, contract.tables, n=1)
    return f"did you mean `--table {nearest[0]}`?" if nearest else None


def _all_tables(contract: Contract) -> str:
    return f"tables: {', '.join(contract.tables)}"
