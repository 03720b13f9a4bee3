"""Answers into their places, by the writer of each format."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import duckdb

from casemart.catalogue import Catalogue
from casemart.errors import UsageError
from casemart.export.files import Place, check_target, staged_folder
from casemart.export.text import FORMATS
from casemart.reading import BATCH_ROWS, Answer, Selection, read_table
from casemart.warehouse import Connection, identifier, quoted

# DuckDB writes them to Parquet as doubles, which have 16 digits.
WIDE_INTEGERS = ("HUGEINT", "UHUGEINT")
# A group is in memory as a whole: long texts must fit as well.
PARQUET = "format parquet, compression zstd, row_group_size 20480"


@dataclass(frozen=True)
class Source:
    """An answer that was just read, and the connection that it comes from. `name` is that of the metric or table."""

    name: str
    answer: Answer
    connection: Connection

    def question(self) -> str:
        """SQL that gives the answer's rows under the answer's names, for a writer of DuckDB's own."""
        names = [identifier(column.name) for column in self.answer.fields]
        types = [str(column[1]) for column in self.connection.description]
        columns = ", ".join(
            f"cast({name} as decimal(38, 0)) as {name}" if kind in WIDE_INTEGERS else name
            for name, kind in zip(names, types, strict=True)
        )
        return f"select {columns} from ({self.answer.sql}) as answer({', '.join(names)})"


def write(source: Source, place: Place, *, is_excel: bool = False) -> int:
    """Writes the answer into its place. Counts the rows."""
    if place.form in BINARY_WRITERS and place.file:
        return BINARY_WRITERS[place.form](source, place.file)
    name = place.form.partition(".")[0]
    writer = partial(FORMATS[name], is_excel=True) if is_excel else FORMATS[name]
    with place.stream() as stream:
        return writer(source.answer, stream)


def export_all(
    connection: Connection,
    catalogue: Catalogue,
    folder: Path,
    form: str,
    *,
    force: bool,
    staging: Path | None = None,
    is_excel: bool = False,
) -> list[Path]:
    """Every mart as a file in `folder`, in one format. They take their names together, when all of them are written.

    `staging` is a folder that the connection may write into: for Parquet.
    """
    files = [folder / f"{table.name}.{form}" for table in catalogue.marts()]
    for file in files:
        if folder.is_dir():
            check_target(file, force=force)
    with staged_folder(folder) if staging is None else nullcontext(staging) as private:
        for table, file in zip(catalogue.marts(), files, strict=True):
            source = Source(table.name, read_table(connection, catalogue, table, Selection()), connection)
            write(source, Place(form, private / file.name), is_excel=is_excel)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for file in files:
                (private / file.name).replace(file)
        except OSError as error:
            raise UsageError(f"{folder} cannot be written: {error.strerror}", "choose another place") from error
    return files


def _write_parquet(source: Source, file: Path) -> int:
    copy = f"copy ({source.question()}) to {quoted(file)} ({PARQUET})"
    try:
        return source.connection.execute(copy, source.answer.parameters).fetchall()[0][0]
    except duckdb.IOException as error:
        # As the other writers say it: DuckDB's own text is a long JSON.
        code = int(match[1]) if (match := re.search(r'"errno":"(\d+)"', str(error))) else None
        raise OSError(code, os.strerror(code) if code else str(error)) from error


def _write_arrow(source: Source, file: Path) -> int:
    """An Arrow IPC file."""
    try:
        from pyarrow import ipc
    except ImportError as error:
        hint = "`pip install 'casemart[arrow]'`; Parquet needs nothing more: `-f parquet`"
        raise UsageError("arrow needs the package pyarrow", hint) from error

    sql = source.question()
    source.connection.abort()
    reader = source.connection.sql(sql, params=source.answer.parameters).to_arrow_reader(BATCH_ROWS)
    count = 0
    with ipc.new_file(str(file), reader.schema) as writer:
        for batch in reader:
            writer.write_batch(batch)
            count += batch.num_rows
    return count


def _write_xlsx(source: Source, file: Path) -> int:
    from casemart.export.xlsx import write_xlsx

    return write_xlsx(source.answer, file, source.name)


BINARY_WRITERS: dict[str, Callable[[Source, Path], int]] = {
    "parquet": _write_parquet,
    "arrow": _write_arrow,
    "xlsx": _write_xlsx,
}
