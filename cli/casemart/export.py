"""Rows to files and streams: exact numbers, ISO dates, whole files or none."""

from __future__ import annotations

import csv
import io
import json
import math
import os
import secrets
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import IO, Any

from casemart.catalogue import Catalogue
from casemart.errors import CasemartError, ExitCode, UsageError
from casemart.reading import Answer, Selection, read_table
from casemart.warehouse import Connection


def choose_format(wanted: str | None, output: Path | None, known: Sequence[str], default: str | None = None) -> str:
    """The format that was named, else the one of the file's extension, else `default` (a table on a terminal, CSV in a pipe).

    An unknown one is a UsageError.
    """
    if wanted is not None:
        if wanted.lower() not in known:
            raise UsageError(f"there is no format {wanted!r} here", "known: " + ", ".join(known))
        return wanted.lower()
    if output is None:
        return default or ("table" if sys.stdout.isatty() else "csv")
    name = output.suffix.lower().removeprefix(".")
    if name not in FORMATS:
        extensions = ", ".join(f".{known_name}" for known_name in FORMATS)
        raise UsageError(
            f"{output}: the extension {output.suffix or '(none)'} names no format that can be written",
            f"known: {extensions}; or name the format with `-f`",
        )
    return name


def write_csv(answer: Answer, stream: IO[str]) -> int:
    """A header, then one line per row: booleans true and false, NULL empty, timestamps in UTC with a `Z`. Counts the rows."""
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow([column.name for column in answer.fields])
    count = 0
    for batch in answer.batches:
        count += len(batch)
        writer.writerows([IN_CSV[type(value)](value) if type(value) in IN_CSV else value for value in row] for row in batch)
    return count


def write_json(answer: Answer, stream: IO[str]) -> int:
    """An array with one object per row and line. Decimals keep their digits; NaN and infinity are null. Counts the rows."""
    names = [json.dumps(column.name) for column in answer.fields]
    separator = "[\n"
    count = 0
    for batch in answer.batches:
        count += len(batch)
        for row in batch:
            pairs = (f"{name}: {json_text(value)}" for name, value in zip(names, row, strict=True))
            stream.write(separator + "{" + ", ".join(pairs) + "}")
            separator = ",\n"
    stream.write("[]\n" if separator == "[\n" else "\n]\n")
    return count


def json_text(value: Any, indent: str | None = None) -> str:
    """Any value that DuckDB or this program makes, as JSON; `indent` is what stands before each line of a nested one."""
    if isinstance(value, float):
        return repr(value) if math.isfinite(value) else "null"
    if isinstance(value, Decimal):
        return format(value, "f") if value.is_finite() else "null"
    if isinstance(value, datetime):
        return json.dumps(timestamp_text(value))
    if isinstance(value, date):
        return json.dumps(value.isoformat())
    if isinstance(value, dict | list | tuple) and value:
        is_object = isinstance(value, dict)
        inner = None if indent is None else indent + "  "
        if is_object:
            parts = [f"{json.dumps(str(name), ensure_ascii=False)}: {json_text(part, inner)}" for name, part in value.items()]
        else:
            parts = [json_text(part, inner) for part in value]
        opening, closing = "{}" if is_object else "[]"
        if inner is None:
            return opening + ", ".join(parts) + closing
        return f"{opening}\n{inner}" + f",\n{inner}".join(parts) + f"\n{indent}{closing}"
    if value is None or isinstance(value, bool | int | str | dict | list | tuple):
        return json.dumps(value, ensure_ascii=False)
    return json.dumps(str(value), ensure_ascii=False)


def timestamp_text(value: datetime) -> str:
    """ISO 8601 in UTC. Stored timestamps are UTC without a zone."""
    moment = value.astimezone(UTC) if value.tzinfo else value
    return moment.replace(tzinfo=None).isoformat() + "Z"


IN_CSV: dict[type, Callable[[Any], str]] = {
    bool: lambda value: "true" if value else "false",
    float: lambda value: repr(value) if math.isfinite(value) else "",
    Decimal: lambda value: format(value, "f") if value.is_finite() else "",
    datetime: timestamp_text,
    list: json_text,
    dict: json_text,
}

FORMATS: dict[str, Callable[[Answer, IO[str]], int]] = {"csv": write_csv, "json": write_json}


@contextmanager
def destination(output: Path | None, *, force: bool) -> Iterator[IO[str]]:
    """Where an answer goes: the file, or stdout."""
    with standard_output() if output is None else new_file(output, force=force) as stream:
        yield stream


@contextmanager
def standard_output() -> Iterator[IO[str]]:
    """stdout in UTF-8. A reader that has seen enough and closes the pipe ends the command, without an error."""
    stream = io.TextIOWrapper(sys.stdout.buffer, encoding="utf-8", newline="")
    try:
        yield stream
        stream.flush()
    except BrokenPipeError:
        # What is left in the buffers has nowhere to go; without this Python would complain at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(ExitCode.OK) from None
    finally:
        stream.detach()


@contextmanager
def new_file(file: Path, *, force: bool) -> Iterator[IO[str]]:
    """A file that appears under its name when all is written, and not at all when something fails on the way."""
    check_target(file, force=force)
    target = file.resolve()
    temporary = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
    try:
        # With 0o666 the umask decides about the permissions, as for any other file.
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    except OSError as error:
        raise UsageError(f"{file} cannot be written: {error.strerror}", "choose another place") from error
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as stream:
            yield stream
        temporary.replace(target)
    except OSError as error:
        raise CasemartError(f"{file} cannot be written: {error.strerror}", "free some space, or choose another place") from error
    finally:
        temporary.unlink(missing_ok=True)


def check_target(file: Path, *, force: bool) -> None:
    """Refuses what is there already, and what is not a place for a file."""
    if file.exists() and not file.is_file():
        raise UsageError(f"{file} is not a regular file", "leave out `-o` to write to stdout")
    if file.exists() and not force:
        raise UsageError(f"{file} is there already", "add `--force` to overwrite it, or choose another name")
    if not file.resolve().parent.is_dir():
        raise UsageError(f"there is no folder {file.parent}", f"make it first: `mkdir -p {file.parent}`")


def export_all(connection: Connection, catalogue: Catalogue, folder: Path, name: str, *, force: bool) -> list[Path]:
    """Every mart as a file in `folder`, in one format. They take their names together, when all of them are written."""
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} is not a folder", "name a folder, or one that is not there yet")
    files = {table.name: folder / f"{table.name}.{name}" for table in catalogue.marts()}
    for file in files.values():
        if folder.is_dir():
            check_target(file, force=force)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{folder} cannot be made: {error.strerror}", "choose another place") from error
    with ExitStack() as open_files:
        for table in catalogue.marts():
            stream = open_files.enter_context(new_file(files[table.name], force=force))
            FORMATS[name](read_table(connection, catalogue, table, Selection()), stream)
    return list(files.values())
